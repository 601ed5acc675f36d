//! The one way in which feedback changes: what may be done now, what follows from it, and who is told, in one transaction.

use jiff::{Timestamp, civil::Date};

use super::{
    model::{Actor, Event, Feedback, Happening, IdeaFace, Kind, Outcome, PROMISES, State},
    store::{self, Held},
    surveys,
    transitions::{Action, after},
};
use crate::{
    clock,
    database::Scope,
    deadlines,
    error::Error,
    messages::{self, About, NewMessage, Topic},
    rules::model::{Term, TermUnit},
    server::Portal,
};

/// Awb art. 9:11 lid 2.
const LONGEST_EXTENSION: i16 = 4;

/// Within this time after an idea was published its organisation says what it does with it: our own promise.
const REVIEW: Term = Term { count: 8, unit: TermUnit::Weeks };

/// Who acts, and when.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    pub actor: Actor,
    pub at: Timestamp,
    /// A clerk, as the staff's identity provider names them, and how colleagues know them.
    pub clerk: Option<(&'a str, &'a str)>,
    /// The version that was seen; none for who did not look.
    pub saw: Option<i32>,
}

impl<'a> By<'a> {
    pub fn citizen(at: Timestamp) -> Self {
        Self { actor: Actor::Citizen, at, clerk: None, saw: None }
    }

    pub fn staff(at: Timestamp, id: &'a str, name: &'a str, saw: Option<i32>) -> Self {
        Self { actor: Actor::Staff, at, clerk: Some((id, name)), saw }
    }

    pub fn system(at: Timestamp) -> Self {
        Self { actor: Actor::System, at, clerk: None, saw: None }
    }
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    Acknowledge,
    Take,
    Release,
    PassOn {
        organisation: String,
        words: String,
    },
    Ask {
        text: String,
    },
    Add {
        text: String,
        documents: Vec<uuid::Uuid>,
    },
    Note {
        text: String,
    },
    Categorise {
        category: Option<String>,
    },
    /// What was said (Awb art. 9:10 lid 3).
    Hear {
        text: String,
    },
    /// So many weeks, with the reason.
    Extend {
        weeks: i16,
        words: String,
    },
    /// A complaint ends with an outcome, anything else without.
    Answer {
        outcome: Option<Outcome>,
        text: String,
    },
    Reopen {
        text: String,
    },
    Withdraw,
    /// The public words of an idea.
    Moderate {
        title: String,
        body: String,
    },
    Publish,
    Review {
        owner: String,
        promised_on: Date,
    },
    Plan {
        text: String,
        promised_on: Option<Date>,
    },
    Begin {
        text: String,
    },
    Finish {
        text: String,
        link: Option<String>,
    },
    Decline {
        text: String,
    },
    /// The number of the public idea with which it goes on.
    Merge {
        into: i64,
    },
    TellLate,
}

impl Act {
    pub const fn action(&self) -> Action {
        match self {
            Self::Acknowledge => Action::Acknowledge,
            Self::Take => Action::Take,
            Self::Release => Action::Release,
            Self::PassOn { .. } => Action::PassOn,
            Self::Ask { .. } => Action::Ask,
            Self::Add { .. } => Action::Add,
            Self::Note { .. } => Action::Note,
            Self::Categorise { .. } => Action::Categorise,
            Self::Hear { .. } => Action::Hear,
            Self::Extend { .. } => Action::Extend,
            Self::Answer { .. } => Action::Answer,
            Self::Reopen { .. } => Action::Reopen,
            Self::Withdraw => Action::Withdraw,
            Self::Moderate { .. } => Action::Moderate,
            Self::Publish => Action::Publish,
            Self::Review { .. } => Action::Review,
            Self::Plan { .. } => Action::Plan,
            Self::Begin { .. } => Action::Begin,
            Self::Finish { .. } => Action::Finish,
            Self::Decline { .. } => Action::Decline,
            Self::Merge { .. } => Action::Merge,
            Self::TellLate => Action::TellLate,
        }
    }
}

/// Why something cannot be done; nothing is changed then.
#[derive(Debug)]
pub enum Refused {
    /// Not in this state, or not by this actor.
    NotNow,
    /// Somebody else changed it first.
    Changed,
    /// A colleague has it.
    TakenBy(String),
    /// It was extended already, by more than four weeks, or after its last day.
    Extension,
    /// A complaint was answered without an outcome, or something else with one.
    Outcome,
    /// It is theirs already.
    SameOrganisation,
    /// The other idea is not public, or is this one.
    Merge,
    /// It is not late.
    NotLate,
    Error(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// Does something with feedback that is held; the transaction acts for [`Feedback::person`]. Returns it as it is now.
///
/// # Errors
/// Why it cannot be done.
pub async fn change(portal: &Portal, scope: &mut Scope, held: Held, act: Act, by: By<'_>) -> Result<Feedback, Refused> {
    let now = portal.clock.now();
    let at = by.at.min(now);
    let before = held.0;
    let today = clock::day(now);
    let next = check(&before, &act, &by, today)?;
    let mut face = match before.kind {
        Kind::Idea => store::face(scope.sql(), before.id).await?,
        _ => None,
    };
    let mut feedback = before.clone();
    feedback.state = next;
    let what = apply(&mut feedback, face.as_mut(), act, &by, at)?;
    if let Happening::Merged { into } = &what {
        let number = face.as_ref().map(|face| face.number).ok_or(Refused::Merge)?;
        if !store::merge(scope.sql(), number, *into).await? {
            return Err(Refused::Merge);
        }
    }
    feedback.closed_at = match (feedback.state.is_open(), before.closed_at) {
        (true, _) => None,
        (false, closed) => closed.or(Some(at)),
    };
    if !feedback.state.is_open() {
        feedback.question = None;
    }
    feedback.changed_at = now;
    feedback.version += 1;
    let clerk = by.clerk.map(|(_, name)| name.to_owned());
    let event = Event { sequence: 0, at, actor: by.actor, clerk, what };
    store::append(scope.sql(), &feedback, &event).await?;
    if let Some(face) = &face {
        store::update_face(scope.sql(), feedback.id, face).await?;
    }
    store::update(scope.sql(), &feedback, matches!(event.what, Happening::Late)).await?;
    if by.actor != Actor::Citizen
        && let Some((kind, matters)) = message_of(&event.what)
    {
        tell(scope, &before, kind, matters, now).await?;
    }
    if before.kind == Kind::Complaint && feedback.state == State::Answered {
        surveys::ask(portal, scope, surveys::Ended::of_complaint(&feedback)).await?;
    }
    Ok(feedback)
}

fn check(feedback: &Feedback, act: &Act, by: &By<'_>, today: Date) -> Result<State, Refused> {
    if by.saw.is_some_and(|saw| saw != feedback.version) {
        return Err(Refused::Changed);
    }
    let next = after(feedback.kind, feedback.state, act.action(), by.actor).ok_or(Refused::NotNow)?;
    if by.actor == Actor::Staff
        && !matches!(act, Act::Take | Act::Note { .. } | Act::Categorise { .. })
        && let (Some(taken), Some((clerk, _))) = (&feedback.taken_by, by.clerk)
        && taken != clerk
    {
        return Err(Refused::TakenBy(feedback.taken_name.clone().unwrap_or_default()));
    }
    match act {
        Act::Take if feedback.taken_by.is_some() => {
            Err(Refused::TakenBy(feedback.taken_name.clone().unwrap_or_default()))
        }
        Act::PassOn { organisation, .. } if *organisation == feedback.organisation => Err(Refused::SameOrganisation),
        Act::Extend { weeks, .. }
            if feedback.extended_by > 0 || !(1..=LONGEST_EXTENSION).contains(weeks) || feedback.is_late(today) =>
        {
            Err(Refused::Extension)
        }
        Act::Answer { outcome, .. } if outcome.is_some() != (feedback.kind == Kind::Complaint) => Err(Refused::Outcome),
        Act::TellLate if !feedback.is_late(today) => Err(Refused::NotLate),
        _ => Ok(next),
    }
}

fn apply(
    feedback: &mut Feedback,
    face: Option<&mut IdeaFace>,
    act: Act,
    by: &By<'_>,
    at: Timestamp,
) -> Result<Happening, Refused> {
    let answer = |face: Option<&mut IdeaFace>, text: &str| {
        if let Some(face) = face {
            (face.answer, face.answered_at) = (Some(text.to_owned()), Some(at));
        }
    };
    Ok(match act {
        Act::Acknowledge => Happening::Acknowledged,
        Act::Take => {
            let (id, name) = by.clerk.ok_or(Refused::NotNow)?;
            (feedback.taken_by, feedback.taken_name) = (Some(id.to_owned()), Some(name.to_owned()));
            Happening::Taken { name: name.to_owned() }
        }
        Act::Release => {
            (feedback.taken_by, feedback.taken_name) = (None, None);
            Happening::Released
        }
        Act::PassOn { organisation, words } => {
            let from = std::mem::replace(&mut feedback.organisation, organisation.clone());
            feedback.passed_from = Some(from.clone());
            (feedback.taken_by, feedback.taken_name, feedback.question) = (None, None, None);
            Happening::PassedOn { from, to: organisation, words }
        }
        Act::Ask { text } => {
            (feedback.asked, feedback.question) = (true, Some(text.clone()));
            Happening::Asked { text }
        }
        Act::Add { text, documents } => {
            feedback.question = None;
            Happening::Added { text, documents }
        }
        Act::Note { text } => Happening::Noted { text },
        Act::Categorise { category } => {
            feedback.category = category.clone();
            Happening::Categorised { category }
        }
        Act::Hear { text } => Happening::Heard { text },
        Act::Extend { weeks, words } => {
            feedback.extended_by = weeks;
            feedback.due_on = last_day(feedback)?;
            Happening::Extended { words, due_on: feedback.due_on }
        }
        Act::Answer { outcome, text } => {
            (feedback.outcome, feedback.answered_at) = (outcome, Some(at));
            // Who asked again was not helped at once.
            let again = feedback.first_contact.is_some();
            feedback.first_contact = Some(!again && !feedback.asked && feedback.passed_from.is_none());
            Happening::Answered { outcome, text }
        }
        Act::Reopen { text } => {
            (feedback.outcome, feedback.taken_by, feedback.taken_name) = (None, None, None);
            (feedback.term_from, feedback.extended_by) = (clock::day(at), 0);
            feedback.due_on = last_day(feedback)?;
            Happening::Reopened { text }
        }
        Act::Withdraw => Happening::Withdrawn,
        Act::Moderate { title, body } => {
            let face = face.ok_or(Refused::NotNow)?;
            (face.title, face.body) = (title, body);
            Happening::Moderated
        }
        Act::Publish => {
            let face = face.ok_or(Refused::NotNow)?;
            face.published_at = Some(at);
            feedback.due_on = deadlines::last_day(PROMISES, clock::day(at), REVIEW).map_err(Error::internal)?;
            feedback.standard_on = Some(feedback.due_on);
            Happening::Published { number: face.number }
        }
        Act::Review { owner, promised_on } => {
            let face = face.ok_or(Refused::NotNow)?;
            (face.owner, face.promised_on) = (Some(owner.clone()), Some(promised_on));
            feedback.due_on = promised_on;
            Happening::Reviewed { owner, promised_on }
        }
        Act::Plan { text, promised_on } => {
            let face = face.ok_or(Refused::NotNow)?;
            if let Some(day) = promised_on {
                (face.promised_on, feedback.due_on) = (Some(day), day);
            }
            answer(Some(face), &text);
            Happening::Planned { text }
        }
        Act::Begin { text } => {
            answer(face, &text);
            Happening::Begun { text }
        }
        Act::Finish { text, link } => {
            let face = face.ok_or(Refused::NotNow)?;
            face.link = link.clone();
            answer(Some(face), &text);
            Happening::Finished { text, link }
        }
        Act::Decline { text } => {
            answer(face, &text);
            Happening::Declined { text }
        }
        Act::Merge { into } => Happening::Merged { into },
        Act::TellLate => Happening::Late,
    })
}

/// The last day of a complaint.
fn last_day(feedback: &Feedback) -> Result<Date, Refused> {
    let clock = feedback.clock(feedback.extended_by);
    Ok(clock.due(feedback.term_from).map_err(Error::internal)?)
}

/// A message to who wrote it; who was not logged in is told by mail, where they gave an address.
pub(super) async fn tell(
    scope: &mut Scope,
    feedback: &Feedback,
    kind: &str,
    matters: bool,
    now: Timestamp,
) -> Result<(), Error> {
    let message = NewMessage {
        person: feedback.person,
        at: now,
        sender: &feedback.organisation,
        topic: Topic::Feedback,
        kind,
        about: About::Feedback { id: feedback.id },
        matters,
    };
    messages::tell(scope.sql(), message).await
}

/// The message about something that was done, and whether it matters that it is read.
const fn message_of(what: &Happening) -> Option<(&'static str, bool)> {
    Some(match what {
        Happening::Acknowledged => ("feedback_acknowledged", false),
        Happening::PassedOn { .. } => ("feedback_passed_on", false),
        Happening::Asked { .. } => ("feedback_question", true),
        Happening::Heard { .. } => ("feedback_heard", false),
        Happening::Extended { .. } => ("feedback_extended", true),
        Happening::Answered { .. } => ("feedback_answered", true),
        Happening::Late => ("feedback_late", true),
        Happening::Published { .. } => ("idea_published", false),
        Happening::Reviewed { .. } => ("idea_reviewed", false),
        Happening::Planned { .. } => ("idea_planned", false),
        Happening::Begun { .. } => ("idea_begun", false),
        Happening::Finished { .. } => ("idea_done", false),
        Happening::Declined { .. } => ("idea_declined", false),
        Happening::Merged { .. } => ("idea_merged", false),
        _ => return None,
    })
}
