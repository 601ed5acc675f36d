//! What messages are about.

use jiff::{Timestamp, civil::Date};
use serde::Deserialize;
use uuid::Uuid;

use crate::{cases::Words, database::PersonId};

/// What somebody can switch on and off; a notice says no more than this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    Offers,
    Cases,
    Corrections,
    Feedback,
    Account,
}

impl Topic {
    pub const ALL: [Self; 5] = [Self::Offers, Self::Cases, Self::Corrections, Self::Feedback, Self::Account];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Offers => "offers",
            Self::Cases => "cases",
            Self::Corrections => "corrections",
            Self::Feedback => "feedback",
            Self::Account => "account",
        }
    }

    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.as_str() == text)
    }
}

/// A message to be told.
#[derive(Clone, Debug)]
pub struct NewMessage<'a> {
    pub person: PersonId,
    pub at: Timestamp,
    /// The organisation it comes from, as in the catalogue.
    pub sender: &'a str,
    pub topic: Topic,
    /// Its words stand in `locales/` under this name: letters and `_`.
    pub kind: &'a str,
    pub about: About<'a>,
    /// Announced again on another channel when it stays unread.
    pub matters: bool,
}

/// What a message is about, and where it leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About<'a> {
    Offer { service: &'a str, period: Date },
    Case { id: Uuid },
    Feedback { id: Uuid },
    Nothing,
}

/// A message as it is read.
#[derive(Clone, Debug, Deserialize)]
pub struct Message {
    pub id: Uuid,
    pub at: Timestamp,
    pub sender: String,
    pub topic: Topic,
    pub kind: String,
    pub service: Option<String>,
    pub period: Option<Date>,
    pub read_at: Option<Timestamp>,
    /// The number of the offer it is about.
    pub number: Option<i64>,
    /// The case it is about.
    pub reference: Option<String>,
    pub title: Option<Words>,
    /// The feedback it is about: its number.
    pub feedback: Option<String>,
}
