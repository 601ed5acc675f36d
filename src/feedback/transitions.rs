//! What can be done with what people say, in which states and by whom, and the state that follows.

use super::model::{Actor, Kind, State};

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    Acknowledge,
    Take,
    Release,
    /// To the organisation that it is for (Awb art. 2:3).
    PassOn,
    Ask,
    /// Words or documents of who wrote it, also in answer to a question.
    Add,
    Note,
    Categorise,
    Hear,
    Extend,
    Answer,
    Reopen,
    Withdraw,
    /// What names somebody is taken out of an idea.
    Moderate,
    Publish,
    Review,
    Plan,
    Begin,
    Finish,
    Decline,
    Merge,
    TellLate,
}

use Action::{
    Acknowledge, Add, Answer, Ask, Begin, Categorise, Decline, Extend, Finish, Hear, Merge, Moderate, Note, PassOn,
    Plan, Publish, Release, Reopen, Review, Take, TellLate, Withdraw,
};
use Actor::{Citizen, Staff, System};
use Kind::{Complaint, Compliment, Idea, Question};
use State::{
    Acknowledged, Answered, Declined, Done, Extended, Heard, InProgress, InTreatment, Merged, Moderated, Open, Planned,
    Reopened, Submitted, UnderReview, Withdrawn,
};

impl Action {
    pub const ALL: [Self; 22] = [
        Acknowledge,
        Take,
        Release,
        PassOn,
        Ask,
        Add,
        Note,
        Categorise,
        Hear,
        Extend,
        Answer,
        Reopen,
        Withdraw,
        Moderate,
        Publish,
        Review,
        Plan,
        Begin,
        Finish,
        Decline,
        Merge,
        TellLate,
    ];
}

/// What may be done with which kinds, in which states, by whom, and the state that follows; none: it stays.
pub type Transition = (Action, &'static [Kind], &'static [State], Actor, Option<State>);

const QUESTIONS: &[Kind] = &[Question, Compliment];
const RUNNING: &[State] = &[Acknowledged, InTreatment, Heard, Extended, Reopened];
const IDEA_RUNNING: &[State] = &[Submitted, Moderated, Open, UnderReview, Planned, InProgress];

/// ARCHITECTURE.md shows the same table; a test compares them.
pub const TRANSITIONS: &[Transition] = &[
    (Acknowledge, &[Complaint], &[Submitted], System, Some(Acknowledged)),
    (Take, &[Complaint], &[Acknowledged, Reopened], Staff, Some(InTreatment)),
    (Take, &[Complaint], &[InTreatment, Heard, Extended], Staff, None),
    (Take, QUESTIONS, &[Submitted, InTreatment], Staff, Some(InTreatment)),
    (Take, &[Idea], IDEA_RUNNING, Staff, None),
    (Release, &[Complaint], RUNNING, Staff, None),
    (Release, QUESTIONS, &[Submitted, InTreatment], Staff, None),
    (Release, &[Idea], IDEA_RUNNING, Staff, None),
    (PassOn, &[Complaint], RUNNING, Staff, Some(Acknowledged)),
    (PassOn, QUESTIONS, &[Submitted, InTreatment], Staff, Some(Submitted)),
    (PassOn, &[Idea], &[Submitted, Moderated, Open, UnderReview], Staff, None),
    (Ask, &[Complaint], &[Acknowledged, Reopened], Staff, Some(InTreatment)),
    (Ask, &[Complaint], &[InTreatment, Heard, Extended], Staff, None),
    (Ask, QUESTIONS, &[Submitted, InTreatment], Staff, Some(InTreatment)),
    (Ask, &[Idea], &[Submitted, Moderated, Open, UnderReview], Staff, None),
    (Add, &[Complaint], RUNNING, Citizen, None),
    (Add, QUESTIONS, &[Submitted, InTreatment], Citizen, None),
    (Add, &[Idea], &[Submitted, Moderated, Open, UnderReview], Citizen, None),
    (Note, &Kind::ALL, &State::ALL, Staff, None),
    (Categorise, &Kind::ALL, &State::ALL, Staff, None),
    (Hear, &[Complaint], &[InTreatment, Extended], Staff, Some(Heard)),
    (Extend, &[Complaint], RUNNING, Staff, Some(Extended)),
    (Answer, &[Complaint], RUNNING, Staff, Some(Answered)),
    (Answer, QUESTIONS, &[Submitted, InTreatment], Staff, Some(Answered)),
    (Reopen, &[Complaint], &[Answered], Citizen, Some(Reopened)),
    (Withdraw, &[Complaint], RUNNING, Citizen, Some(Withdrawn)),
    (Withdraw, QUESTIONS, &[Submitted, InTreatment], Citizen, Some(Withdrawn)),
    (Withdraw, &[Idea], &[Submitted, Moderated, Open, UnderReview], Citizen, Some(Withdrawn)),
    (Moderate, &[Idea], &[Submitted], Staff, Some(Moderated)),
    (Moderate, &[Idea], &[Moderated, Open, UnderReview, Planned, InProgress, Done], Staff, None),
    (Publish, &[Idea], &[Moderated], Staff, Some(Open)),
    (Review, &[Idea], &[Open], Staff, Some(UnderReview)),
    (Plan, &[Idea], &[UnderReview], Staff, Some(Planned)),
    (Begin, &[Idea], &[Planned], Staff, Some(InProgress)),
    (Finish, &[Idea], &[InProgress], Staff, Some(Done)),
    (Decline, &[Idea], &[Submitted, Moderated, Open, UnderReview], Staff, Some(Declined)),
    (Merge, &[Idea], &[Submitted, Moderated, Open], Staff, Some(Merged)),
    (TellLate, &[Complaint], RUNNING, System, None),
    (TellLate, QUESTIONS, &[Submitted, InTreatment], System, None),
];

/// The state after an action, when this actor may do it now.
pub fn after(kind: Kind, state: State, action: Action, actor: Actor) -> Option<State> {
    TRANSITIONS
        .iter()
        .find(|(what, kinds, states, who, _)| {
            *what == action && kinds.contains(&kind) && states.contains(&state) && *who == actor
        })
        .map(|(.., next)| next.unwrap_or(state))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_somebodys_and_every_state_is_reached() {
        for action in Action::ALL {
            assert!(TRANSITIONS.iter().any(|(what, ..)| *what == action), "{action:?} can never be done");
        }
        for state in State::ALL {
            assert_eq!(State::from_text(state.as_str()), Some(state));
            assert!(
                state == Submitted || TRANSITIONS.iter().any(|(.., next)| *next == Some(state)),
                "{state:?} is never reached"
            );
        }
    }

    #[test]
    fn no_action_has_two_outcomes() {
        for kind in Kind::ALL {
            for state in State::ALL {
                for action in Action::ALL {
                    let rows = TRANSITIONS.iter().filter(|(what, kinds, states, ..)| {
                        *what == action && kinds.contains(&kind) && states.contains(&state)
                    });
                    assert!(rows.count() <= 1, "{action:?} of a {kind:?} that is {state:?}");
                }
            }
        }
    }

    #[test]
    fn what_ended_is_only_noted_on_but_for_a_complaint_that_is_opened_again_and_the_words_of_an_idea() {
        for (action, _, states, ..) in TRANSITIONS {
            for state in states.iter().filter(|state| !state.is_open()) {
                assert!(matches!(action, Note | Categorise | Reopen | Moderate), "{action:?} in {state:?}");
            }
        }
    }
}
