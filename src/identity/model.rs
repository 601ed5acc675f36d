//! Who is logged in, and for whom they act.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::database::PersonId;

/// Which provider somebody came in by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    Citizen,
    Business,
    Staff,
}

impl Door {
    pub const ALL: [Self; 3] = [Self::Citizen, Self::Business, Self::Staff];

    /// The word in addresses: `/inloggen/burger`.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Citizen => "burger",
            Self::Business => "onderneming",
            Self::Staff => "medewerker",
        }
    }

    pub fn from_path(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|door| door.path() == path)
    }

    /// Where one arrives who came from nowhere in particular.
    pub const fn home(self) -> &'static str {
        match self {
            Self::Citizen | Self::Business => "/mijn",
            Self::Staff => "/balie",
        }
    }
}

/// Somebody who acts, or for whom is acted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    Person {
        person: PersonId,
        name: String,
    },
    Business {
        kvk_number: String,
    },
    Staff {
        organisation: String,
        role: String,
        name: String,
        /// Who they are to their provider, which names nobody else so; empty in a session of an earlier version.
        #[serde(default)]
        subject: String,
    },
}

/// A logged-in session: kept sealed in the database, never sent to the browser.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Identity {
    pub door: Door,
    /// Who acts.
    pub actor: Party,
    /// For whom: the same, unless somebody represents somebody else.
    pub acting_for: Party,
    /// The level of assurance reached, as the provider writes it in `acr`.
    pub level: String,
    /// The provider's own session, for logging out there and for back-channel logout.
    pub sid: Option<String>,
    /// The token to log out at the provider with; none where it holds a BSN, which belongs in no session and no address.
    pub id_token: Option<String>,
    pub logged_in_at: Timestamp,
}

impl Identity {
    /// The person whose data may be shown; none for a business or for staff.
    pub fn person(&self) -> Option<PersonId> {
        match &self.acting_for {
            Party::Person { person, .. } => Some(*person),
            _ => None,
        }
    }

    /// The name in the header.
    pub fn name(&self) -> &str {
        match &self.actor {
            Party::Person { name, .. } | Party::Staff { name, .. } => name,
            Party::Business { kvk_number } => kvk_number,
        }
    }
}

/// A session as a page meets it.
#[derive(Clone, Debug)]
pub struct Session {
    pub identity: Arc<Identity>,
    /// When it ends if nothing is done.
    pub ends_at: Timestamp,
}
