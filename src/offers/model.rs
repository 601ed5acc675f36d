//! Offers and their states.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What became of an offer or a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Offered,
    /// The citizen opened its page.
    Seen,
    Accepted,
    Declined,
    Postponed,
    /// Nobody chose in time.
    Expired,
    /// The facts changed, or are no longer known.
    Withdrawn,
    /// Found, and not told: the citizen switched it off.
    Suppressed,
    Granted,
    /// A grant that the citizen did not want.
    Undone,
}

/// Who moves an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    System,
    Citizen,
}

impl Actor {
    pub const fn as_str(self) -> &'static str {
        match self {
            Actor::System => "system",
            Actor::Citizen => "citizen",
        }
    }
}

use Actor::{Citizen, System};
use State::{Accepted, Declined, Expired, Granted, Offered, Postponed, Seen, Suppressed, Undone, Withdrawn};

/// Every way from one state to another; `None` is what was just found.
pub const TRANSITIONS: &[(Option<State>, State, Actor)] = &[
    (None, Offered, System),
    (None, Granted, System),
    (None, Suppressed, System),
    (Some(Offered), Seen, Citizen),
    (Some(Offered), Accepted, Citizen),
    (Some(Offered), Declined, Citizen),
    (Some(Offered), Postponed, Citizen),
    (Some(Offered), Suppressed, Citizen),
    (Some(Offered), Expired, System),
    (Some(Offered), Withdrawn, System),
    (Some(Seen), Accepted, Citizen),
    (Some(Seen), Declined, Citizen),
    (Some(Seen), Postponed, Citizen),
    (Some(Seen), Suppressed, Citizen),
    (Some(Seen), Expired, System),
    (Some(Seen), Withdrawn, System),
    (Some(Postponed), Accepted, Citizen),
    (Some(Postponed), Declined, Citizen),
    (Some(Postponed), Suppressed, Citizen),
    (Some(Postponed), Offered, System),
    (Some(Postponed), Expired, System),
    (Some(Postponed), Withdrawn, System),
    // Declining is undone as easily; a material change offers anew.
    (Some(Declined), Offered, Citizen),
    (Some(Declined), Offered, System),
    (Some(Expired), Offered, System),
    (Some(Withdrawn), Offered, System),
    (Some(Withdrawn), Suppressed, System),
    (Some(Withdrawn), Granted, System),
    (Some(Suppressed), Offered, Citizen),
    (Some(Suppressed), Withdrawn, System),
    (Some(Suppressed), Granted, Citizen),
    (Some(Granted), Undone, Citizen),
];

impl State {
    pub const ALL: [State; 10] =
        [Offered, Seen, Accepted, Declined, Postponed, Expired, Withdrawn, Suppressed, Granted, Undone];

    pub const fn as_str(self) -> &'static str {
        match self {
            Offered => "offered",
            Seen => "seen",
            Accepted => "accepted",
            Declined => "declined",
            Postponed => "postponed",
            Expired => "expired",
            Withdrawn => "withdrawn",
            Suppressed => "suppressed",
            Granted => "granted",
            Undone => "undone",
        }
    }

    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    pub fn may_become(self, next: State, actor: Actor) -> bool {
        TRANSITIONS.contains(&(Some(self), next, actor))
    }

    /// The states from which an actor may move an offer to `next`.
    pub fn before(next: State, actor: Actor) -> Vec<&'static str> {
        let from = TRANSITIONS.iter().filter(|(_, to, by)| *to == next && *by == actor);
        from.filter_map(|(from, ..)| Some(from.as_ref()?.as_str())).collect()
    }

    /// Waits for the citizen to choose.
    pub const fn is_open(self) -> bool {
        matches!(self, Offered | Seen | Postponed)
    }

    /// Is being received, or asked for.
    pub const fn is_running(self) -> bool {
        matches!(self, Accepted | Granted)
    }
}

/// Why somebody said no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    HaveIt,
    NotWanted,
    DataWrong,
    Other,
}

impl Reason {
    pub const ALL: [Reason; 4] = [Self::HaveIt, Self::NotWanted, Self::DataWrong, Self::Other];

    pub const fn as_str(self) -> &'static str {
        match self {
            Reason::HaveIt => "have_it",
            Reason::NotWanted => "not_wanted",
            Reason::DataWrong => "data_wrong",
            Reason::Other => "other",
        }
    }

    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

/// What a message is about. The words stand in `locales/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    Offered,
    Granted,
    /// The amount of something that runs.
    Changed,
    Withdrawn,
    NoLongerFits,
    Reminder,
    Expired,
    /// What no longer fitted, fits again.
    Back,
    Accepted,
    Undone,
}

impl MessageKind {
    const ALL: [Self; 10] = [
        Self::Offered,
        Self::Granted,
        Self::Changed,
        Self::Withdrawn,
        Self::NoLongerFits,
        Self::Reminder,
        Self::Expired,
        Self::Back,
        Self::Accepted,
        Self::Undone,
    ];

    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Granted => "granted",
            Self::Changed => "changed",
            Self::Withdrawn => "withdrawn",
            Self::NoLongerFits => "no_longer_fits",
            Self::Reminder => "reminder",
            Self::Expired => "expired",
            Self::Back => "back",
            Self::Accepted => "accepted",
            Self::Undone => "undone",
        }
    }
}

/// What is paid, in eurocents; as far as the rule says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    pub year: Option<i64>,
    pub quarter: Option<i64>,
    pub month: Option<i64>,
    pub once: Option<i64>,
}

/// The run that led to an offer: conditions, steps and facts by id.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Run {
    #[serde(default)]
    pub conditions: std::collections::BTreeMap<String, Option<bool>>,
    #[serde(default)]
    pub steps: Map<String, Value>,
    #[serde(default)]
    pub facts: Map<String, Value>,
}

/// An offer or grant as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    pub service: String,
    pub period: Date,
    pub state: State,
    pub amounts: Amounts,
    /// All facts came from registers.
    pub certain: bool,
    pub rule_from: Date,
    pub run: Run,
    pub evaluated_on: Date,
    pub found_at: jiff::Timestamp,
    pub changed_at: jiff::Timestamp,
    pub fits: bool,
    pub expires_on: Date,
    pub postponed_until: Option<Date>,
    pub reason: Option<Reason>,
    pub reference: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_can_be_reached_and_only_an_end_has_no_way_on() {
        for state in State::ALL {
            assert!(TRANSITIONS.iter().any(|(_, to, _)| *to == state), "{state:?} is never reached");
            assert_eq!(State::from_text(state.as_str()), Some(state));
            let goes_on = TRANSITIONS.iter().any(|(from, ..)| *from == Some(state));
            assert_eq!(goes_on, !matches!(state, Accepted | Undone), "{state:?}");
        }
    }

    #[test]
    fn no_citizen_grants_or_withdraws_and_the_system_never_says_yes_or_no() {
        for (from, to, actor) in TRANSITIONS {
            match actor {
                Citizen => assert!(!matches!(to, Withdrawn | Expired), "{from:?}"),
                System => assert!(!matches!(to, Accepted | Declined | Postponed | Seen | Undone), "{from:?}"),
            }
        }
        assert!(!Declined.may_become(Accepted, Citizen));
        assert!(Seen.may_become(Declined, Citizen));
    }
}
