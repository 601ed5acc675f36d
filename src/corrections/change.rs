//! The one way in which a correction changes: what is done with its case moves its state in the same transaction.

use jiff::civil::Date;
use uuid::Uuid;

use super::{
    honour,
    model::{Action, Correction, State, Values},
    store,
};
use crate::{
    cases::{self, By, Case, Decision, Happening, Kind, Outcome, Refused, Stage, Words},
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
    /// The same, for a second clerk to look at.
    Propose {
        decision: Box<Decision>,
        values: Option<Values>,
    },
    /// To the organisation that answers for the value, by its id in the catalogue.
    Refer {
        organisation: String,
        words: Words,
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
            Self::Refer { .. } => Action::Refer,
            Self::Decide { decision, .. } | Self::Propose { decision, .. } => match decision.outcome {
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
            store::decide(scope.sql(), &case, values.as_ref()).await?;
            cases::Act::Decide(decision)
        }
        Act::Propose { .. } if case.proposal.is_some() => return Err(Refused::Changed),
        Act::Propose { decision, values } => {
            store::decide(scope.sql(), &case, values.as_ref()).await?;
            cases::Act::Propose(decision)
        }
        Act::Refer { organisation, words } => cases::Act::PassOn { organisation, words },
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

/// Moves a correction to the state that follows from what was done with its case, with all that follows from that; for `cases::change`
/// alone.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn follow(
    portal: &Portal,
    scope: &mut Scope,
    case: &Case,
    held: &Correction,
    what: &Happening,
    state: Option<State>,
) -> Result<(), Error> {
    let now = portal.clock.now();
    // What a decision that is sent back would have registered, nobody decided.
    if matches!(what, Happening::Returned { .. }) {
        store::decide(scope.sql(), case, None).await?;
    }
    let Some(state) = state else { return Ok(()) };
    // Since it was held, the values of the decision may have been kept with it.
    let correction = store::of_case(scope.sql(), case.id).await?;
    let correction = correction.as_ref().unwrap_or(held);
    let decided = match state {
        // What is honoured without other values is what was asked for.
        State::Honoured => Some(correction.decided.as_ref().unwrap_or(&correction.proposed)),
        State::PartlyHonoured => correction.decided.as_ref(),
        _ => None,
    };
    store::set_state(scope.sql(), case, correction, state, decided, now).await?;
    match decided {
        Some(values) => honour::queue(portal, scope, case, correction, values).await,
        None => Ok(()),
    }
}
