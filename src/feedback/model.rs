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
        Self::Submitted,
        Self::Acknowledged,
        Self::InTreatment,
        Self::Heard,
        Self::Extended,
        Self::Answered,
        Self::Reopened,
        Self::Moderated,
        Self::Open,
        Self::UnderReview,
        Self::Planned,
        Self::InProgress,
        Self::Done,
        Self::Declined,
        Self::Merged,
        Self::Withdrawn,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Acknowledged => "acknowledged",
            Self::InTreatment => "in_treatment",
            Self::Heard => "heard",
            Self::Extended => "extended",
            Self::Answered => "answered",
            Self::Reopened => "reopened",
            Self::Moderated => "moderated",
            Self::Open => "open",
            Self::UnderReview => "under_review",
            Self::Planned => "planned",
            Self::InProgress => "in_progress",
            Self::Done => "done",
            Self::Declined => "declined",
            Self::Merged => "merged",
            Self::Withdrawn => "withdrawn",
        }
    }

    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// The desk still has something to do.
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Answered | Self::Done | Self::Declined | Self::Merged | Self::Withdrawn)
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
        (self.kind == Kind::Complaint).then_some("Awb art. 9:11")
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
