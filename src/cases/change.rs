//! The one way in which a case changes: what may be done now, what follows from it, and who is told, in one transaction.

use jiff::{Span, Timestamp, civil::Date};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    model::{Action, Actor, Case, Decision, Event, Happening, Kind, Outcome, Proposal, Question, Stage, Words},
    open::new_id,
    pass_on, store,
};
use crate::{
    clock,
    corrections::{self, Correction},
    database::Scope,
    deadlines::Pause,
    error::Error,
    feedback::surveys,
    keys::Use,
    messages::{self, About, NewMessage, Topic},
    rules::model::Term,
    server::Portal,
};

/// Who acts, and when.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    pub actor: Actor,
    /// When it happened, as the source says; never later than now.
    pub at: Timestamp,
    /// A clerk, as the staff's identity provider names them, and how colleagues know them.
    pub clerk: Option<(&'a str, &'a str)>,
    /// The version that the clerk or citizen saw; none for who did not look.
    pub saw: Option<i32>,
}

impl By<'_> {
    pub fn citizen(at: Timestamp) -> Self {
        Self { actor: Actor::Citizen, at, clerk: None, saw: None }
    }

    pub fn organisation(at: Timestamp) -> Self {
        Self { actor: Actor::Organisation, at, clerk: None, saw: None }
    }

    pub fn system(at: Timestamp) -> Self {
        Self { actor: Actor::System, at, clerk: None, saw: None }
    }
}

/// What is done.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    SetStatus {
        words: Words,
        stage: Stage,
    },
    Pause {
        words: Words,
    },
    Resume,
    Extend {
        words: Words,
        by: Term,
    },
    /// `pauses`: it cannot be decided without the answer (Awb art. 4:15), so the clock stands still.
    Ask {
        words: Words,
        answer_by: Date,
        pauses: bool,
    },
    Answer {
        text: String,
        documents: Vec<Uuid>,
    },
    AddDocuments {
        documents: Vec<Uuid>,
    },
    Decide(Box<Decision>),
    Finish,
    Withdraw,
    Enquire {
        text: String,
        documents: Vec<Uuid>,
    },
    Reply {
        text: String,
    },
    GiveNotice,
    /// The objection is a case of its own.
    Object {
        case: Uuid,
        reference: String,
    },
    TellLate,
    Remind,
    Take,
    Release,
    Propose(Box<Decision>),
    Return {
        text: String,
    },
    /// To the organisation that it is for, by its id in the catalogue.
    PassOn {
        organisation: String,
        words: Words,
    },
}

impl Act {
    pub const fn action(&self) -> Action {
        match self {
            Self::SetStatus { .. } => Action::SetStatus,
            Self::Pause { .. } => Action::Pause,
            Self::Resume => Action::Resume,
            Self::Extend { .. } => Action::Extend,
            Self::Ask { .. } => Action::Ask,
            Self::Answer { .. } => Action::Answer,
            Self::AddDocuments { .. } => Action::AddDocument,
            Self::Decide(_) => Action::Decide,
            Self::Finish => Action::Finish,
            Self::Withdraw => Action::Withdraw,
            Self::Enquire { .. } => Action::Enquire,
            Self::Reply { .. } => Action::Reply,
            Self::GiveNotice => Action::GiveNotice,
            Self::Object { .. } => Action::Object,
            Self::TellLate => Action::TellLate,
            Self::Remind => Action::Remind,
            Self::Take => Action::Take,
            Self::Release => Action::Release,
            Self::Propose(_) => Action::Propose,
            Self::Return { .. } => Action::Return,
            Self::PassOn { .. } => Action::PassOn,
        }
    }
}

/// Why something cannot be done; nothing is changed then.
#[derive(Debug)]
pub enum Refused {
    /// Not in this stage, or not by this actor.
    NotNow,
    /// Somebody else changed it first.
    Changed,
    /// A colleague has it.
    TakenBy(String),
    /// It waits for an answer already, or for none.
    Question,
    /// The clock stands still already, or runs.
    Clock,
    /// It is not late, or the organisation was given notice already.
    NotLate,
    /// A second clerk has to look at the decision first (four eyes), and that is not who proposed it.
    FourEyes,
    Error(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// Does something with a case that was held ([`store::hold`]); returns it as it is now.
///
/// # Errors
/// Why it cannot be done. The same status again, and a status older than the present one, are not refused: the first changes nothing,
/// the second is only a line in the timeline.
pub async fn change(portal: &Portal, scope: &mut Scope, case: Case, act: Act, by: By<'_>) -> Result<Case, Refused> {
    apply(portal, scope, case, act, by, true).await
}

/// As [`change`], for what was so before the portal heard of it: it is in the timeline, and nobody is told.
///
/// # Errors
/// Why it cannot be done.
pub async fn catch_up(portal: &Portal, scope: &mut Scope, case: Case, act: Act, by: By<'_>) -> Result<Case, Refused> {
    apply(portal, scope, case, act, by, false).await
}

async fn apply(
    portal: &Portal,
    scope: &mut Scope,
    case: Case,
    act: Act,
    by: By<'_>,
    tell: bool,
) -> Result<Case, Refused> {
    let now = portal.clock.now();
    let (at, today) = (by.at.min(now), clock::day(now));
    let before = case;
    let correction = corrections::held(scope, &before).await?;
    check(portal, &before, correction.as_ref(), &act, &by, today)?;
    let moves = correction.as_ref().map(|correction| correction.moves(&act, by.actor)).transpose()?.flatten();
    let mut case = before.clone();
    let action = act.action();
    case.stage = case.stage.after(action);
    let mut decided = None;
    let what = match act {
        Act::SetStatus { words, stage } => {
            if before.status.as_ref() == Some(&words) && stage <= before.stage {
                return Ok(before);
            }
            if before.status_at.is_none_or(|last| last <= at) {
                case.status = Some(words.clone());
                case.status_at = Some(at);
                case.stage = case.stage.max(stage);
            }
            Happening::Status { words, stage }
        }
        Act::Pause { words } => {
            pause(&mut case, clock::day(at));
            Happening::Paused { words }
        }
        Act::Resume => {
            resume(&mut case, clock::day(at));
            // When only the time to answer is over, an answer is still welcome, and not asked for again.
            match &mut case.question {
                Some(question) if by.actor == Actor::System => question.remind_on = None,
                question => *question = None,
            }
            Happening::Resumed
        }
        Act::Extend { words, by } => {
            case.extensions.push(by);
            case.due_on = case.clock().due(today).map_err(Error::internal)?;
            Happening::Extended { words, due_on: case.due_on }
        }
        Act::Ask { words, answer_by, pauses } => {
            let id = new_id(&portal.keys);
            let remind_on = remind_on(clock::day(at), answer_by);
            case.question = Some(Question { id, words: words.clone(), answer_by, remind_on });
            if pauses && !before.is_paused() {
                pause(&mut case, clock::day(at));
            }
            Happening::Asked { id, words, answer_by }
        }
        Act::Answer { text, documents } => {
            let id = case.question.take().map(|question| question.id).ok_or(Refused::Question)?;
            resume(&mut case, clock::day(at));
            Happening::Answered { id, text, documents }
        }
        Act::AddDocuments { documents } => Happening::Documents { documents },
        Act::Decide(decision) => {
            let outcome = decision.outcome;
            decided = Some(*decision);
            Happening::Decided { outcome }
        }
        Act::Finish => Happening::Finished,
        Act::Withdraw => Happening::Withdrawn,
        Act::Enquire { text, documents } => Happening::Enquired { text, documents },
        Act::Reply { text } => Happening::Replied { text },
        Act::GiveNotice => {
            case.default_notice_on = Some(today);
            Happening::NoticeGiven { on: today }
        }
        Act::Object { case, reference } => Happening::Objected { case, reference },
        Act::TellLate => Happening::Late,
        Act::Remind => {
            if let Some(question) = &mut case.question {
                question.remind_on = None;
            }
            Happening::Reminded
        }
        Act::Take => {
            let (id, name) = by.clerk.ok_or(Refused::NotNow)?;
            (case.taken_by, case.taken_name) = (Some(id.to_owned()), Some(name.to_owned()));
            Happening::Taken { name: name.to_owned() }
        }
        Act::Release => {
            (case.taken_by, case.taken_name) = (None, None);
            Happening::Released
        }
        Act::Propose(decision) => {
            let (by, name) = by.clerk.ok_or(Refused::NotNow)?;
            case.proposal = Some(Proposal { by: by.to_owned(), name: name.to_owned(), decision: *decision });
            Happening::Proposed
        }
        Act::Return { text } => {
            case.proposal = None;
            Happening::Returned { text }
        }
        Act::PassOn { organisation, words } => {
            resume(&mut case, clock::day(at));
            pass_on::hand_over(&mut case, organisation, words)
        }
    };
    if !case.stage.is_open() {
        // Nobody waits for anything any more.
        resume(&mut case, clock::day(at));
        (case.question, case.proposal) = (None, None);
        if case.stage == Stage::Done {
            case.closed_at.get_or_insert(at);
        }
    }
    case.changed_at = now;
    case.version += 1;
    let clerk = by.clerk.map(|(_, name)| name.to_owned());
    let event = Event { sequence: 0, at, known_at: now, actor: by.actor, clerk, what };
    store::update(scope.sql(), &case, &event).await?;
    if let Some(decision) = &decided {
        store::decide(scope.sql(), &case, decision).await?;
    }
    if matches!(by.actor, Actor::Citizen | Actor::System)
        && let Some((kind, data)) = to_organisation(&event.what)
    {
        tell_organisation(portal, scope, &case, kind, now, data).await?;
    }
    if let Happening::PassedOn { from, words, .. } = &event.what {
        let data = pass_on::submission(portal, scope, &case, from, words).await?;
        tell_organisation(portal, scope, &case, "passed-on", now, data).await?;
    }
    if let Some(correction) = &correction {
        corrections::follow(portal, scope, &case, correction, &event.what, moves).await?;
    }
    if tell
        && by.actor != Actor::Citizen
        && let Some((kind, matters)) = message_of(case.kind, &event.what)
    {
        let about = About::Case { id: case.id };
        // Whoever passed it on says so.
        let (sender, topic) = (before.organisation.as_str(), topic_of(case.kind));
        let message = NewMessage { person: case.person, at: now, sender, topic, kind, about, matters };
        messages::tell(scope.sql(), message).await?;
    }
    if tell && by.actor != Actor::Citizen && has_ended(&before, &case) {
        surveys::ask(portal, scope, Some(surveys::Ended::of_case(&case))).await?;
    }
    Ok(case)
}

/// A correction ends with its decision, as there is nothing left to carry out.
fn has_ended(before: &Case, case: &Case) -> bool {
    let end = if case.kind == Kind::Correction { Stage::Decided } else { Stage::Done };
    before.stage < end && case.stage >= end
}

fn check(
    portal: &Portal,
    case: &Case,
    correction: Option<&Correction>,
    act: &Act,
    by: &By<'_>,
    today: Date,
) -> Result<(), Refused> {
    if by.saw.is_some_and(|saw| saw != case.version) {
        return Err(Refused::Changed);
    }
    if !case.stage.allows(act.action(), by.actor) {
        return Err(Refused::NotNow);
    }
    if by.actor == Actor::Staff
        && !matches!(act, Act::Take | Act::Reply { .. })
        && let (Some(taken), Some((clerk, _))) = (&case.taken_by, by.clerk)
        && taken != clerk
        // Whoever looks at a proposal is somebody else than who has the case.
        && !(case.proposal.is_some() && matches!(act, Act::Decide(_) | Act::Return { .. }))
    {
        return Err(Refused::TakenBy(case.taken_name.clone().unwrap_or_default()));
    }
    match act {
        Act::Ask { .. } if case.question.is_some() => Err(Refused::Question),
        Act::Answer { .. } | Act::Remind if case.question.is_none() => Err(Refused::Question),
        Act::Pause { .. } if case.is_paused() => Err(Refused::Clock),
        Act::Resume if !case.is_paused() => Err(Refused::Clock),
        Act::GiveNotice if !case.is_late(today) || case.default_notice_on.is_some() => Err(Refused::NotLate),
        Act::Take if case.taken_by.is_some() => Err(Refused::TakenBy(case.taken_name.clone().unwrap_or_default())),
        Act::Return { .. } if case.proposal.is_none() => Err(Refused::NotNow),
        Act::PassOn { organisation, .. } if !pass_on::may(portal, case, organisation) => Err(Refused::NotNow),
        // Against a decision on an objection one goes to court.
        Act::Object { .. } if case.kind == Kind::Objection => Err(Refused::NotNow),
        Act::Propose(_) if case.proposal.is_some() => Err(Refused::Changed),
        Act::Decide(decision) if by.actor == Actor::Staff && four_eyes(portal, case, correction) => {
            let other =
                case.proposal.as_ref().filter(|proposal| by.clerk.is_some_and(|(clerk, _)| proposal.by != clerk));
            match other {
                Some(proposal) if proposal.decision.says_the_same(decision) => Ok(()),
                _ => Err(Refused::FourEyes),
            }
        }
        _ => Ok(()),
    }
}

/// Whether the service, or the register that is to be corrected, has a second clerk look at each decision.
pub fn four_eyes(portal: &Portal, case: &Case, correction: Option<&Correction>) -> bool {
    let service = case.service.as_deref().and_then(|id| portal.rules.service(id));
    service.is_some_and(|service| service.service.handling.four_eyes)
        || correction.is_some_and(|correction| correction.four_eyes(&portal.catalogue))
}

/// What messages about a case are about.
pub(super) const fn topic_of(kind: Kind) -> Topic {
    match kind {
        Kind::Correction => Topic::Corrections,
        _ => Topic::Cases,
    }
}

/// Three days before the last one, and not on the day of the question itself.
fn remind_on(asked: Date, answer_by: Date) -> Option<Date> {
    let day = answer_by.checked_sub(Span::new().days(3)).ok()?;
    let first = asked.tomorrow().ok()?;
    (first < answer_by).then(|| day.max(first))
}

fn pause(case: &mut Case, from: Date) {
    case.pauses.push(Pause { from, until: None });
}

/// The clock runs again, and the last day is fixed again.
fn resume(case: &mut Case, on: Date) {
    if let Some(last) = case.pauses.last_mut().filter(|last| last.until.is_none()) {
        last.until = Some(on.max(last.from));
        case.due_on = case.clock().due(on).unwrap_or(case.due_on);
    }
}

/// The message about something an organisation did, and whether it matters that it is read.
const fn message_of(kind: Kind, what: &Happening) -> Option<(&'static str, bool)> {
    Some(match what {
        Happening::Decided { outcome: Outcome::Granted } if matches!(kind, Kind::Correction) => {
            ("correction_honoured", true)
        }
        Happening::Decided { outcome: Outcome::Partly } if matches!(kind, Kind::Correction) => {
            ("correction_partly", true)
        }
        Happening::Decided { .. } if matches!(kind, Kind::Correction) => ("correction_refused", true),
        Happening::Opened => ("case_opened", false),
        Happening::Status { .. } => ("case_status", false),
        Happening::Paused { .. } => ("case_paused", false),
        Happening::Resumed => ("case_resumed", false),
        Happening::Extended { .. } => ("case_extended", false),
        Happening::Asked { .. } => ("case_question", true),
        Happening::Documents { .. } => ("case_document", false),
        Happening::Decided { .. } => ("case_decided", true),
        Happening::Finished => ("case_done", false),
        Happening::Replied { .. } => ("case_reply", false),
        Happening::Late => ("case_late", true),
        Happening::PassedOn { .. } => ("case_passed_on", false),
        Happening::Reminded => ("case_reminder", true),
        _ => return None,
    })
}

/// What an organisation is told of something a citizen did.
fn to_organisation(what: &Happening) -> Option<(&'static str, Value)> {
    Some(match what {
        Happening::Answered { id, text, documents } => {
            ("answered", json!({ "question": id, "text": text, "documents": documents }))
        }
        Happening::Documents { documents } => ("documents-added", json!({ "documents": documents })),
        Happening::Withdrawn => ("withdrawn", json!({})),
        Happening::Enquired { text, documents } => ("enquired", json!({ "text": text, "documents": documents })),
        Happening::NoticeGiven { on } => ("notice-given", json!({ "on": on })),
        _ => return None,
    })
}

/// Puts an event about a case of the acting person in the outbox: `nl.voordeur.case.{kind}.v1`.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn tell_organisation(
    portal: &Portal,
    scope: &mut Scope,
    case: &Case,
    kind: &str,
    at: Timestamp,
    data: Value,
) -> Result<(), Error> {
    let mut body = json!({
        "case": case.id,
        "reference": case.reference,
        "kind": case.kind,
        "service": case.service,
        "source_id": case.source_id,
    });
    if let (Value::Object(body), Value::Object(data)) = (&mut body, data) {
        body.extend(data);
        // Nobody's number stands open in the database: the body is sealed.
        if let Some(sealed) = store::sealed_bsn(scope.sql()).await? {
            let bsn = portal.keys.open(Use::Number, &sealed).map_err(Error::internal)?;
            body.insert("bsn".to_owned(), String::from_utf8(bsn).map_err(Error::internal)?.into());
        }
    }
    let sealed = portal.keys.seal(Use::Event, &serde_json::to_vec(&body).map_err(Error::internal)?);
    let event = store::Outgoing {
        id: new_id(&portal.keys),
        organisation: &case.organisation,
        case: case.id,
        kind: &format!("nl.voordeur.case.{kind}.v1"),
        time: at,
        sealed: &sealed,
    };
    store::put(scope.sql(), event).await
}
