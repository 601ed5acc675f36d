//! Corrections: their states, what leads from one to the next, and by whom.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use uuid::Uuid;

use crate::{
    cases::{self, Actor, Outcome, Refused, Stage},
    registered_data::{Catalogue, Kind, PartialDate, Register, ShownValue},
};

/// Attribute to value, both as a register keeps them.
pub type Values = BTreeMap<String, String>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Submitted,
    Received,
    InformationNeeded,
    UnderInvestigation,
    Honoured,
    PartlyHonoured,
    Refused,
    /// Passed on to another holder, who has not received it yet.
    Referred,
    Withdrawn,
}

use State::{
    Honoured, InformationNeeded, PartlyHonoured, Received, Referred, Refused as NotHonoured, Submitted,
    UnderInvestigation, Withdrawn,
};

impl State {
    pub const ALL: [State; 9] = [
        Submitted,
        Received,
        InformationNeeded,
        UnderInvestigation,
        Honoured,
        PartlyHonoured,
        NotHonoured,
        Referred,
        Withdrawn,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Submitted => "submitted",
            Received => "received",
            InformationNeeded => "information_needed",
            UnderInvestigation => "under_investigation",
            Honoured => "honoured",
            PartlyHonoured => "partly_honoured",
            NotHonoured => "refused",
            Referred => "referred",
            Withdrawn => "withdrawn",
        }
    }

    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Nobody decided yet.
    pub const fn is_running(self) -> bool {
        matches!(self, Submitted | Received | InformationNeeded | UnderInvestigation | Referred)
    }

    /// The state that follows when somebody does something; none when they may not.
    pub fn after(self, action: Action, actor: Actor) -> Option<Self> {
        let row = TRANSITIONS
            .iter()
            .find(|(from, what, actors, _)| *from == self && *what == action && actors.contains(&actor));
        row.map(|(.., next)| *next)
    }
}

/// What can be done with a correction, besides what can be done with any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    Receive,
    Ask,
    Answer,
    Investigate,
    Honour,
    HonourPartly,
    Refuse,
    Refer,
    Withdraw,
}

use Action::{Answer, Ask, Honour, HonourPartly, Investigate, Receive, Refer, Refuse, Withdraw};

impl Action {
    pub const ALL: [Action; 9] = [Receive, Ask, Answer, Investigate, Honour, HonourPartly, Refuse, Refer, Withdraw];
}

const HOLDER: &[Actor] = &[Actor::Organisation, Actor::Staff];
const CITIZEN: &[Actor] = &[Actor::Citizen];

/// What leads from which state to which, and by whom. All else is refused.
pub const TRANSITIONS: &[(State, Action, &[Actor], State)] = &[
    (Submitted, Receive, HOLDER, Received),
    (Submitted, Refer, HOLDER, Referred),
    (Submitted, Withdraw, CITIZEN, Withdrawn),
    (Received, Ask, HOLDER, InformationNeeded),
    (Received, Investigate, HOLDER, UnderInvestigation),
    (Received, Honour, HOLDER, Honoured),
    (Received, HonourPartly, HOLDER, PartlyHonoured),
    (Received, Refuse, HOLDER, NotHonoured),
    (Received, Refer, HOLDER, Referred),
    (Received, Withdraw, CITIZEN, Withdrawn),
    (InformationNeeded, Answer, CITIZEN, UnderInvestigation),
    // The time to answer is over, or the holder goes on without.
    (InformationNeeded, Investigate, &[Actor::Organisation, Actor::Staff, Actor::System], UnderInvestigation),
    (InformationNeeded, Honour, HOLDER, Honoured),
    (InformationNeeded, HonourPartly, HOLDER, PartlyHonoured),
    (InformationNeeded, Refuse, HOLDER, NotHonoured),
    (InformationNeeded, Refer, HOLDER, Referred),
    (InformationNeeded, Withdraw, CITIZEN, Withdrawn),
    (UnderInvestigation, Ask, HOLDER, InformationNeeded),
    // An answer that comes late is still welcome.
    (UnderInvestigation, Answer, CITIZEN, UnderInvestigation),
    (UnderInvestigation, Honour, HOLDER, Honoured),
    (UnderInvestigation, HonourPartly, HOLDER, PartlyHonoured),
    (UnderInvestigation, Refuse, HOLDER, NotHonoured),
    (UnderInvestigation, Refer, HOLDER, Referred),
    (UnderInvestigation, Withdraw, CITIZEN, Withdrawn),
    (Referred, Receive, HOLDER, Received),
    (Referred, Refer, HOLDER, Referred),
    (Referred, Withdraw, CITIZEN, Withdrawn),
];

/// A request to change a registered value, beside the case that it is.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Correction {
    #[serde(rename = "case_id")]
    pub case: Uuid,
    pub register: String,
    pub kind: String,
    /// As the register's page shows it.
    pub value: String,
    /// Which one of its kind.
    pub object: i16,
    #[serde(deserialize_with = "eight_digits")]
    pub valid_from: Option<PartialDate>,
    /// As it stood; none where nothing was registered.
    pub registered: Option<Values>,
    pub proposed: Values,
    /// What was registered in the end.
    pub decided: Option<Values>,
    pub state: State,
    pub state_at: Timestamp,
    pub investigated_at: Option<Timestamp>,
}

fn eight_digits<'de, D: Deserializer<'de>>(text: D) -> Result<Option<PartialDate>, D::Error> {
    let text = Option::<String>::deserialize(text)?;
    text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
}

impl Correction {
    /// Whether it asks that what is registered should not be there at all.
    pub fn asks_removal(&self) -> bool {
        let there = self.registered.iter().flatten().filter(|(_, value)| !value.is_empty());
        let gone = |id: &String| self.proposed.get(id).is_some_and(String::is_empty);
        !self.proposed.is_empty()
            && self.proposed.values().all(String::is_empty)
            && there.clone().all(|(id, _)| gone(id))
    }

    /// The values as they would be when something is registered over what stood.
    pub fn with(&self, values: &Values) -> Values {
        let mut all = self.registered.clone().unwrap_or_default();
        all.extend(values.clone());
        all.retain(|_, value| !value.is_empty());
        all
    }

    /// The register, the kind of record and the shown value; none where the catalogue does not have them any more.
    pub fn described<'c>(&self, catalogue: &'c Catalogue) -> Option<(&'c Register, &'c Kind, &'c ShownValue)> {
        let register = catalogue.register(&self.register)?;
        Some((register, register.kind(&self.kind)?, register.value(&self.value)?))
    }

    /// Whether a second clerk looks at the decision.
    pub fn four_eyes(&self, catalogue: &Catalogue) -> bool {
        self.described(catalogue).is_some_and(|(_, kind, _)| kind.four_eyes)
    }

    /// The state after something was done with the case; none where it stays.
    ///
    /// # Errors
    /// When that cannot be done in this state.
    pub fn moves(&self, act: &cases::Act, actor: Actor) -> Result<Option<State>, Refused> {
        let must = |action| self.state.after(action, actor).map(Some).ok_or(Refused::NotNow);
        match act {
            cases::Act::Ask { .. } => must(Ask),
            cases::Act::Answer { .. } => must(Answer),
            cases::Act::Withdraw => must(Withdraw),
            cases::Act::Decide(decision) => must(Action::of(decision.outcome)),
            // A proposal is for what can be decided.
            cases::Act::Propose(decision) => must(Action::of(decision.outcome)).map(|_| None),
            cases::Act::PassOn { .. } => must(Refer),
            cases::Act::Take => Ok(self.state.after(Receive, actor)),
            cases::Act::Resume if self.state == InformationNeeded => Ok(self.state.after(Investigate, actor)),
            // An organisation's own status says it in words of its own.
            cases::Act::SetStatus { stage: Stage::Received, .. } => Ok(self.state.after(Receive, actor)),
            cases::Act::SetStatus { stage: Stage::InTreatment, .. } => {
                Ok(self.state.after(Investigate, actor).or_else(|| self.state.after(Receive, actor)))
            }
            _ => Ok(None),
        }
    }
}

impl Action {
    const fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Granted => Honour,
            Outcome::Partly => HonourPartly,
            Outcome::Refused | Outcome::NotTreated => Refuse,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_reached_and_every_running_one_ends() {
        let mut reached = vec![Submitted];
        while let Some((.., next)) =
            TRANSITIONS.iter().find(|(from, .., next)| reached.contains(from) && !reached.contains(next))
        {
            reached.push(*next);
        }
        for state in State::ALL {
            assert!(reached.contains(&state), "{state:?} is never reached");
            assert_eq!(State::from_text(state.as_str()), Some(state));
            let leaves = TRANSITIONS.iter().any(|(from, ..)| *from == state);
            assert_eq!(leaves, state.is_running(), "{state:?}");
        }
    }

    #[test]
    fn the_citizen_withdraws_and_answers_and_only_the_holder_decides() {
        for (from, action, actors, _) in TRANSITIONS {
            match action {
                Withdraw | Answer => assert_eq!(*actors, [Actor::Citizen], "{from:?} {action:?}"),
                Honour | HonourPartly | Refuse | Refer | Receive | Ask => {
                    assert_eq!(*actors, [Actor::Organisation, Actor::Staff], "{from:?} {action:?}");
                }
                Investigate => assert!(!actors.contains(&Actor::Citizen)),
            }
        }
        for state in State::ALL {
            assert_eq!(state.after(Withdraw, Actor::Citizen).is_some(), state.is_running(), "{state:?}");
        }
    }

    #[test]
    fn one_thing_leads_to_one_state() {
        for (place, (from, action, actors, _)) in TRANSITIONS.iter().enumerate() {
            let twice = TRANSITIONS[place + 1..].iter().any(|(other_from, other, by, _)| {
                other_from == from && other == action && by.iter().any(|actor| actors.contains(actor))
            });
            assert!(!twice, "{from:?} {action:?}");
        }
    }
}
