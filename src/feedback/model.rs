//! What people say: its kinds and states, what may be done in which and by whom, and what is told of it.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    database::PersonId,
    deadlines::{Clock, Counting, Duty},
    i18n::Locale,
    rules::model::{Term, TermUnit},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Complaint,
    Idea,
    Question,
    Compliment,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Complaint, Self::Idea, Self::Question, Self::Compliment];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complaint => "complaint",
            Self::Idea => "idea",
            Self::Question => "question",
            Self::Compliment => "compliment",
        }
    }

    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The word in addresses: `/feedback/klacht`.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Complaint => "klacht",
            Self::Idea => "idee",
            Self::Question => "vraag",
            Self::Compliment => "compliment",
        }
    }

    pub fn from_path(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.path() == path)
    }

    /// What the portal promises where neither law nor service says otherwise.
    pub fn promise(self) -> Option<Term> {
        let working_days = |count| Some(Term { count, unit: TermUnit::WorkingDays });
        match self {
            Self::Complaint => None,
            Self::Question | Self::Idea => working_days(5),
            Self::Compliment => working_days(10),
        }
    }
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Submitted,
    /// Awb art. 9:6: at once.
    Acknowledged,
    InTreatment,
    /// Awb art. 9:10.
    Heard,
    /// Awb art. 9:11 lid 2.
    Extended,
    Answered,
    Reopened,
    Moderated,
    /// For support.
    Open,
    UnderReview,
    Planned,
    InProgress,
    Done,
    Declined,
    Merged,
    Withdrawn,
}

impl State {
    pub const ALL: [Self; 16] = [
        Submitted,
        Acknowledged,
        InTreatment,
        Heard,
        Extended,
        Answered,
        Reopened,
        Moderated,
        Open,
        UnderReview,
        Planned,
        InProgress,
        Done,
        Declined,
        Merged,
        Withdrawn,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Submitted => "submitted",
            Acknowledged => "acknowledged",
            InTreatment => "in_treatment",
            Heard => "heard",
            Extended => "extended",
            Answered => "answered",
            Reopened => "reopened",
            Moderated => "moderated",
            Open => "open",
            UnderReview => "under_review",
            Planned => "planned",
            InProgress => "in_progress",
            Done => "done",
            Declined => "declined",
            Merged => "merged",
            Withdrawn => "withdrawn",
        }
    }

    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// The desk still has something to do.
    pub const fn is_open(self) -> bool {
        !matches!(self, Answered | Done | Declined | Merged | Withdrawn)
    }
}

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// Whoever wrote it, logged in or by their link.
    Citizen,
    Staff,
    /// The portal by itself.
    System,
}

impl Actor {
    pub const ALL: [Self; 3] = [Self::Citizen, Self::Staff, Self::System];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Citizen => "citizen",
            Self::Staff => "staff",
            Self::System => "system",
        }
    }
}

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

/// How a complaint ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Founded,
    Partly,
    Unfounded,
    NotOurs,
    /// To the satisfaction of who complained (Awb art. 9:5).
    Settled,
}

impl Outcome {
    pub const ALL: [Self; 5] = [Self::Founded, Self::Partly, Self::Unfounded, Self::NotOurs, Self::Settled];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Founded => "founded",
            Self::Partly => "partly",
            Self::Unfounded => "unfounded",
            Self::NotOurs => "not_ours",
            Self::Settled => "settled",
        }
    }

    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text)
    }
}

/// A line of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Happening {
    Submitted {
        documents: Vec<Uuid>,
    },
    Acknowledged,
    Taken {
        name: String,
    },
    Released,
    PassedOn {
        from: String,
        to: String,
        words: String,
    },
    Asked {
        text: String,
    },
    Added {
        text: String,
        documents: Vec<Uuid>,
    },
    Noted {
        text: String,
    },
    Categorised {
        category: Option<String>,
    },
    Heard {
        text: String,
    },
    Extended {
        words: String,
        due_on: Date,
    },
    Answered {
        outcome: Option<Outcome>,
        text: String,
    },
    Reopened {
        text: String,
    },
    Withdrawn,
    Moderated,
    Published {
        number: i64,
    },
    Reviewed {
        owner: String,
        promised_on: Date,
    },
    Planned {
        text: String,
    },
    Begun {
        text: String,
    },
    Finished {
        text: String,
        link: Option<String>,
    },
    Declined {
        text: String,
    },
    /// The number of the idea with which it goes on.
    Merged {
        into: i64,
    },
    Late,
}

impl Happening {
    /// Only the organisation sees who has it, and what it notes.
    pub const fn is_internal(&self) -> bool {
        matches!(
            self,
            Self::Taken { .. } | Self::Released | Self::Noted { .. } | Self::Categorised { .. } | Self::Moderated
        )
    }

    /// The documents that came with it.
    pub fn documents(&self) -> &[Uuid] {
        match self {
            Self::Submitted { documents } | Self::Added { documents, .. } => documents,
            _ => &[],
        }
    }
}

/// A line of the timeline, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub sequence: i32,
    pub at: Timestamp,
    pub actor: Actor,
    pub clerk: Option<String>,
    pub what: Happening,
}

/// Of who was not logged in; kept sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub email: String,
    /// What their link ends with.
    pub secret: String,
}

/// A complaint, idea, question or compliment.
#[derive(Clone, Debug, PartialEq)]
pub struct Feedback {
    /// In whose name it is read and changed: who wrote it, or for who was not logged in the id of the feedback itself.
    pub person: PersonId,
    pub id: Uuid,
    pub reference: String,
    pub kind: Kind,
    pub organisation: String,
    pub passed_from: Option<String>,
    pub service: Option<String>,
    /// The number of the case that it is about.
    pub about: Option<String>,
    /// The route of the page that it is about.
    pub page: Option<String>,
    pub text: String,
    pub wish: Option<String>,
    pub locale: Locale,
    pub wants_answer: bool,
    /// Sealed: [`Contact`].
    pub contact: Option<Vec<u8>>,
    pub state: State,
    pub outcome: Option<Outcome>,
    pub category: Option<String>,
    pub received_at: Timestamp,
    pub term_from: Date,
    pub standard_on: Option<Date>,
    pub due_on: Date,
    /// Weeks.
    pub extended_by: i16,
    /// Something was asked before it was answered.
    pub asked: bool,
    /// What the desk waits for.
    pub question: Option<String>,
    pub answered_at: Option<Timestamp>,
    pub first_contact: Option<bool>,
    pub closed_at: Option<Timestamp>,
    pub taken_by: Option<String>,
    pub taken_name: Option<String>,
    pub changed_at: Timestamp,
    pub version: i32,
}

impl Feedback {
    /// Whether whoever wrote it was logged in.
    pub fn has_person(&self) -> bool {
        self.person.0 != self.id
    }

    pub fn is_late(&self, today: Date) -> bool {
        self.state.is_open() && self.due_on < today
    }

    /// The law that sets its last day; none where that is a promise.
    pub fn law(&self) -> Option<&'static str> {
        (self.kind == Complaint).then_some("Awb art. 9:11")
    }

    /// The term of a complaint, with an extension of so many weeks (Awb art. 9:11).
    pub(super) fn clock(&self, extended_by: i16) -> Clock {
        let rule = Duty::Complaint.rule();
        let extension = u16::try_from(extended_by).ok().filter(|weeks| *weeks > 0);
        Clock {
            counting: rule.counting,
            from: self.term_from,
            term: rule.term,
            extensions: extension.map(|count| Term { count, unit: TermUnit::Weeks }).into_iter().collect(),
            pauses: Vec::new(),
        }
    }

    /// Where who wrote it follows it when logged in, without the language.
    pub fn path(&self) -> String {
        format!("/mijn/feedback/{}", self.reference)
    }
}

/// How a promise is counted: in working days, so that no law moves its end.
pub(super) const PROMISES: Counting = Counting::Termijnenwet;

/// The face of an idea, as its author and the desk see it; the public sees `public_idea`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdeaFace {
    pub number: i64,
    pub title: String,
    pub body: String,
    pub author: Option<String>,
    pub supports: i32,
    pub owner: Option<String>,
    pub promised_on: Option<Date>,
    pub answer: Option<String>,
    pub answered_at: Option<Timestamp>,
    pub link: Option<String>,
    pub merged_into: Option<i64>,
    pub published_at: Option<Timestamp>,
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
