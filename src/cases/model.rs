//! Cases: their stages, what may be done in which and by whom, and what is told of it.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    database::PersonId,
    deadlines::{self, Clock, Counting},
    i18n::Locale,
    rules::model::Term,
};

/// The same four for everybody; each organisation's own statuses lie within one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Received,
    InTreatment,
    Decided,
    Done,
}

impl Stage {
    pub const ALL: [Stage; 4] = [Self::Received, Self::InTreatment, Self::Decided, Self::Done];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::InTreatment => "in_treatment",
            Self::Decided => "decided",
            Self::Done => "done",
        }
    }

    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == text)
    }

    /// Somebody still has to decide.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Received | Self::InTreatment)
    }
}

/// Who acts on a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    Citizen,
    /// The organisation's own system.
    Organisation,
    /// A clerk at our desk.
    Staff,
    /// The portal by itself: what was granted, and time that passes.
    System,
}

impl Actor {
    pub const ALL: [Actor; 4] = [Self::Citizen, Self::Organisation, Self::Staff, Self::System];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Citizen => "citizen",
            Self::Organisation => "organisation",
            Self::Staff => "staff",
            Self::System => "system",
        }
    }

    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|actor| actor.as_str() == text)
    }
}

/// What can be done with a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    SetStatus,
    Pause,
    Resume,
    Extend,
    Ask,
    Answer,
    AddDocument,
    Decide,
    Finish,
    Withdraw,
    /// A question of the citizen, and the reply.
    Enquire,
    Reply,
    /// Ingebrekestelling (Awb 4:17).
    GiveNotice,
    Object,
    /// Saying that it is late.
    TellLate,
    /// Saying once more that an answer is waited for.
    Remind,
    Take,
    Release,
    /// A decision for a second clerk to look at.
    Propose,
    Return,
    /// To the organisation that it is for (Awb 2:3).
    PassOn,
}

use Action::{
    AddDocument, Answer, Ask, Decide, Enquire, Extend, Finish, GiveNotice, Object, PassOn, Pause, Propose, Release,
    Remind, Reply, Resume, Return, SetStatus, Take, TellLate, Withdraw,
};
use Actor::{Citizen, Organisation, Staff, System};
use Stage::{Decided, Done, InTreatment, Received};

impl Action {
    pub const ALL: [Action; 21] = [
        SetStatus,
        Pause,
        Resume,
        Extend,
        Ask,
        Answer,
        AddDocument,
        Decide,
        Finish,
        Withdraw,
        Enquire,
        Reply,
        GiveNotice,
        Object,
        TellLate,
        Remind,
        Take,
        Release,
        Propose,
        Return,
        PassOn,
    ];
}

/// What may be done, in which stages, by whom. The stage that follows is that of the action: [`Stage::after`].
pub const TRANSITIONS: &[(Action, &[Stage], &[Actor])] = &[
    (SetStatus, &[Received, InTreatment, Decided], &[Organisation, Staff]),
    // Of what was so before it ended, told late, or of a case that was opened again at the organisation.
    (SetStatus, &[Done], &[Organisation]),
    (Pause, &[Received, InTreatment], &[Organisation, Staff]),
    (Resume, &[Received, InTreatment], &[Organisation, Staff, System]),
    (Extend, &[Received, InTreatment], &[Organisation, Staff]),
    (Ask, &[Received, InTreatment], &[Organisation, Staff]),
    (Answer, &[Received, InTreatment], &[Citizen]),
    (AddDocument, &[Received, InTreatment], &[Citizen, Organisation, Staff]),
    (AddDocument, &[Decided, Done], &[Organisation, Staff]),
    (Decide, &[Received, InTreatment], &[Organisation, Staff]),
    (Finish, &[Decided], &[Organisation, Staff, System]),
    (Withdraw, &[Received, InTreatment], &[Citizen]),
    // A grant that the citizen undoes.
    (Withdraw, &[Decided], &[System]),
    (Enquire, &[Received, InTreatment, Decided, Done], &[Citizen]),
    (Reply, &[Received, InTreatment, Decided, Done], &[Organisation, Staff]),
    (GiveNotice, &[Received, InTreatment], &[Citizen]),
    (Object, &[Decided, Done], &[Citizen]),
    (TellLate, &[Received, InTreatment], &[System]),
    (Remind, &[Received, InTreatment], &[System]),
    (Take, &[Received, InTreatment], &[Staff]),
    (Release, &[Received, InTreatment], &[Staff]),
    (Propose, &[Received, InTreatment], &[Staff]),
    (Return, &[Received, InTreatment], &[Staff]),
    (PassOn, &[Received, InTreatment], &[Organisation, Staff]),
];

impl Stage {
    pub fn allows(self, action: Action, actor: Actor) -> bool {
        TRANSITIONS
            .iter()
            .any(|(what, stages, actors)| *what == action && stages.contains(&self) && actors.contains(&actor))
    }

    /// The stage after an action; a status may say itself to which one it belongs.
    pub fn after(self, action: Action) -> Self {
        match action {
            Decide => Decided,
            Finish | Withdraw => Done,
            // Whoever does something with it has begun.
            Pause | Resume | Extend | Ask | Take | Propose | Return => self.max(InTreatment),
            _ => self,
        }
    }
}

/// What kind of work it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Application,
    Grant,
    Objection,
    Correction,
    Other,
}

impl Kind {
    pub const ALL: [Kind; 5] = [Self::Application, Self::Grant, Self::Objection, Self::Correction, Self::Other];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Grant => "grant",
            Self::Objection => "objection",
            Self::Correction => "correction",
            Self::Other => "other",
        }
    }

    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A sentence of an organisation; in English where it gave that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub nl: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

impl Words {
    pub fn dutch(nl: impl Into<String>) -> Self {
        Self { nl: nl.into(), en: None }
    }

    /// The words, and their language where that is not the one asked for (for the `lang` attribute).
    pub fn get(&self, locale: Locale) -> (&str, Option<&'static str>) {
        match (locale, &self.en) {
            (Locale::nl, _) => (&self.nl, None),
            (Locale::en, Some(en)) => (en, None),
            (Locale::en, None) => (&self.nl, Some("nl")),
        }
    }
}

/// What an organisation waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub id: Uuid,
    pub words: Words,
    pub answer_by: Date,
    /// When whoever did not answer is reminded; none when that was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_on: Option<Date>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Granted,
    Partly,
    Refused,
    /// Buiten behandeling gesteld (Awb 4:5).
    NotTreated,
}

impl Outcome {
    pub const ALL: [Outcome; 4] = [Self::Granted, Self::Partly, Self::Refused, Self::NotTreated];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Partly => "partly",
            Self::Refused => "refused",
            Self::NotTreated => "not_treated",
        }
    }

    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text)
    }
}

/// What a decision rests on: the law, what is paid (eurocents), and the run of the rule with the values it used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Grounds {
    pub law: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quarter: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub month: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub once: Option<i64>,
    /// Since when the rule holds by which it was worked out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_from: Option<Date>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub conditions: BTreeMap<String, Option<bool>>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub steps: Map<String, Value>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub facts: Map<String, Value>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    pub outcome: Outcome,
    /// As the citizen reads them (Awb 3:46).
    pub reasons: String,
    pub grounds: Grounds,
    pub decided_on: Date,
    /// Made known (Awb 3:41); the term to object begins on the next day (Awb 6:8).
    pub announced_on: Date,
    /// The last day to object; none against what is no decision.
    pub objection_until: Option<Date>,
    pub documents: Vec<Uuid>,
}

impl Decision {
    /// The same but for the days: what is approved later is announced later, so that nobody has less time to object.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let Self { outcome, reasons, grounds, documents, .. } = self;
        (outcome, reasons, grounds, documents) == (&other.outcome, &other.reasons, &other.grounds, &other.documents)
    }
}

/// A decision that waits for a second clerk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    pub by: String,
    pub name: String,
    pub decision: Decision,
}

/// A line of the timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Happening {
    Opened,
    Status {
        words: Words,
        stage: Stage,
    },
    Paused {
        words: Words,
    },
    Resumed,
    Extended {
        words: Words,
        due_on: Date,
    },
    Asked {
        id: Uuid,
        words: Words,
        answer_by: Date,
    },
    Answered {
        id: Uuid,
        text: String,
        documents: Vec<Uuid>,
    },
    Documents {
        documents: Vec<Uuid>,
    },
    Decided {
        outcome: Outcome,
    },
    Finished,
    Withdrawn,
    Enquired {
        text: String,
        documents: Vec<Uuid>,
    },
    Replied {
        text: String,
    },
    NoticeGiven {
        on: Date,
    },
    Objected {
        case: Uuid,
        reference: String,
    },
    Late,
    Reminded,
    Taken {
        name: String,
    },
    Released,
    Proposed,
    Returned {
        text: String,
    },
    /// To another organisation, by its id.
    PassedOn {
        from: String,
        to: String,
        words: Words,
    },
}

impl Happening {
    /// Only the organisation sees who has it and what was proposed.
    pub const fn is_internal(&self) -> bool {
        matches!(self, Self::Taken { .. } | Self::Released | Self::Proposed | Self::Returned { .. })
    }
}

/// A line of the timeline, as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub sequence: i32,
    /// When it happened, and when the portal heard of it.
    pub at: Timestamp,
    pub known_at: Timestamp,
    pub actor: Actor,
    pub clerk: Option<String>,
    pub what: Happening,
}

/// Which term a case has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegalTerm {
    pub term: Term,
    /// "Awb art. 4:13"
    pub law: String,
    pub counting: Counting,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    pub person: PersonId,
    pub id: Uuid,
    pub reference: String,
    pub kind: Kind,
    pub service: Option<String>,
    pub title: Words,
    pub organisation: String,
    pub part_of: Option<Uuid>,
    pub objects_to: Option<Uuid>,
    pub period: Option<Date>,
    pub source_id: Option<String>,
    pub stage: Stage,
    pub status: Option<Words>,
    pub status_at: Option<Timestamp>,
    pub received_at: Timestamp,
    pub standard_on: Option<Date>,
    pub legal_term: LegalTerm,
    /// The day whose next is the first of the legal term, where that is not the day on which the case came in.
    pub term_from: Option<Date>,
    pub extensions: Vec<Term>,
    pub pauses: Vec<deadlines::Pause>,
    /// The last day for a decision as far as was known when it last changed; [`Case::due`] on another day.
    pub due_on: Date,
    pub question: Option<Question>,
    pub default_notice_on: Option<Date>,
    pub closed_at: Option<Timestamp>,
    pub taken_by: Option<String>,
    pub taken_name: Option<String>,
    pub proposal: Option<Proposal>,
    pub changed_at: Timestamp,
    pub version: i32,
}

impl Case {
    pub fn clock(&self) -> Clock {
        Clock {
            counting: self.legal_term.counting,
            from: self.term_from.unwrap_or_else(|| crate::clock::day(self.received_at)),
            term: self.legal_term.term,
            extensions: self.extensions.clone(),
            pauses: self.pauses.clone(),
        }
    }

    /// The clock stands still.
    pub fn is_paused(&self) -> bool {
        self.pauses.last().is_some_and(|pause| pause.until.is_none())
    }

    /// The last day for a decision, as it looks on a day; it moves on while the clock stands still.
    pub fn due(&self, today: Date) -> Date {
        if self.is_paused() { self.clock().due(today).unwrap_or(self.due_on) } else { self.due_on }
    }

    /// Nothing was decided in time.
    pub fn is_late(&self, today: Date) -> bool {
        self.stage.is_open() && !self.is_paused() && self.due_on < today
    }

    pub fn path(&self) -> String {
        format!("/mijn/zaken/{}", self.reference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_somebodys_and_no_open_end_is_closed_to_the_citizen() {
        for action in Action::ALL {
            assert!(TRANSITIONS.iter().any(|(what, ..)| *what == action), "{action:?} can never be done");
        }
        for stage in Stage::ALL {
            assert_eq!(Stage::from_text(stage.as_str()), Some(stage));
            assert!(stage.allows(Enquire, Citizen), "{stage:?}: a citizen can always ask something");
        }
    }

    #[test]
    fn only_an_organisation_decides_and_only_a_citizen_objects_withdraws_or_gives_notice() {
        for actor in Actor::ALL {
            for stage in Stage::ALL {
                assert_eq!(stage.allows(Decide, actor), stage.is_open() && matches!(actor, Organisation | Staff));
                assert_eq!(stage.allows(Object, actor), !stage.is_open() && actor == Citizen);
                assert_eq!(
                    stage.allows(Withdraw, actor),
                    (stage.is_open() && actor == Citizen) || (stage == Decided && actor == System)
                );
                for own in [GiveNotice, Answer] {
                    assert_eq!(stage.allows(own, actor), stage.is_open() && actor == Citizen, "{own:?}");
                }
            }
        }
    }

    #[test]
    fn a_case_never_goes_back() {
        for (action, stages, _) in TRANSITIONS {
            for stage in *stages {
                assert!(stage.after(*action) >= *stage, "{action:?} in {stage:?}");
            }
        }
    }
}
