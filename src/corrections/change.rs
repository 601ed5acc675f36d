//! The one way in which a correction changes: what is done with its case moves its state in the same transaction.

use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

use super::{
    model::{Action, Correction, State, Values},
    store,
};
use crate::{
    cases::{self, By, Case, Decision, Kind, Outcome, Refused, Stage, Words},
    database::Scope,
    error::Error,
    i18n::Locale,
    server::Portal,
};
use leptos_i18n::td_string;

/// What is done.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    Receive,
    /// It cannot be decided without the answer, so the clock stands still (Awb 4:15).
    Ask {
        words: Words,
        answer_by: Date,
    },
    Answer {
        text: String,
        documents: Vec<Uuid>,
    },
    Investigate,
    /// Everything that was asked, or other values as far as the outcome of the decision says so.
    Decide {
        decision: Box<Decision>,
        values: Option<Values>,
    },
    Withdraw,
}

impl Act {
    const fn action(&self) -> Action {
        match self {
            Self::Receive => Action::Receive,
            Self::Ask { .. } => Action::Ask,
            Self::Answer { .. } => Action::Answer,
            Self::Investigate => Action::Investigate,
            Self::Decide { decision, .. } => match decision.outcome {
                Outcome::Granted => Action::Honour,
                Outcome::Partly => Action::HonourPartly,
                Outcome::Refused | Outcome::NotTreated => Action::Refuse,
            },
            Self::Withdraw => Action::Withdraw,
        }
    }
}

/// Does something with a correction whose case is held.
///
/// # Errors
/// Why it cannot be done; nothing is changed then.
pub async fn change(portal: &Portal, scope: &mut Scope, case: Case, act: Act, by: By<'_>) -> Result<Case, Refused> {
    let correction = held(scope, &case).await?.ok_or(Refused::NotNow)?;
    correction.state.after(act.action(), by.actor).ok_or(Refused::NotNow)?;
    let status = |words: fn(Locale) -> &'static str, stage| cases::Act::SetStatus {
        words: Words { nl: words(Locale::nl).to_owned(), en: Some(words(Locale::en).to_owned()) },
        stage,
    };
    let act = match act {
        Act::Receive => status(|locale| td_string!(locale, corrections.status_received), Stage::Received),
        Act::Ask { words, answer_by } => cases::Act::Ask { words, answer_by, pauses: true },
        Act::Answer { text, documents } => cases::Act::Answer { text, documents },
        Act::Investigate if correction.state == State::InformationNeeded && case.is_paused() => cases::Act::Resume,
        Act::Investigate => status(|locale| td_string!(locale, corrections.status_investigated), Stage::InTreatment),
        Act::Decide { decision, values } => {
            if let Some(values) = values {
                store::decide(scope.sql(), &case, &values).await?;
            }
            cases::Act::Decide(decision)
        }
        Act::Withdraw => cases::Act::Withdraw,
    };
    cases::change(portal, scope, case, act, by).await
}

/// The correction that a held case is; none where it is another kind of case, or one that only its organisation knows.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn held(scope: &mut Scope, case: &Case) -> Result<Option<Correction>, Error> {
    match case.kind {
        Kind::Correction => store::of_case(scope.sql(), case.id).await,
        _ => Ok(None),
    }
}

/// Moves a correction to the state that follows from what was done with its case; for `cases::change` alone.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn move_to(
    scope: &mut Scope,
    case: &Case,
    correction: &Correction,
    state: State,
    at: Timestamp,
) -> Result<(), Error> {
    // What is honoured without other values is what was asked for.
    let decided = (state == State::Honoured && correction.decided.is_none()).then_some(&correction.proposed);
    store::set_state(scope.sql(), case, correction, state, decided, at).await
}
