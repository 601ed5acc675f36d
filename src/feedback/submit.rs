//! Feedback comes in.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff_sqlx::ToSqlx;
use ring::digest::{SHA256, digest};
use uuid::Uuid;

use super::{
    change::{self, Act, By, Refused},
    model::{Actor, Contact, Event, Feedback, Happening, Kind, PROMISES, State},
    store,
};
use crate::{
    app, cases,
    database::{PersonId, Scope},
    deadlines::{self, Duty},
    documents::{self, Taken},
    error::Error,
    i18n::Locale,
    keys::Use,
    server::Portal,
};

/// Who says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Author {
    Person(PersonId),
    /// Not logged in; either may be empty.
    Visitor {
        name: String,
        email: String,
    },
}

/// What is known of feedback when it comes in.
pub struct NewFeedback<'a> {
    /// Of the form: the same form sent twice is one feedback.
    pub id: Uuid,
    pub author: Author,
    pub kind: Kind,
    pub organisation: String,
    pub service: Option<String>,
    /// The number of the case that it is about.
    pub about: Option<String>,
    /// The route of the page that it is about.
    pub page: Option<String>,
    pub text: String,
    pub wish: Option<String>,
    /// Of an idea.
    pub title: Option<&'a str>,
    /// The author's name, where they want it shown with their idea.
    pub shown_as: Option<&'a str>,
    pub wants_answer: bool,
    pub locale: Locale,
    pub documents: &'a [Taken],
}

impl NewFeedback<'_> {
    /// In whose name it is kept: the transaction of [`submit`] acts for them.
    pub fn person(&self) -> PersonId {
        match &self.author {
            Author::Person(person) => *person,
            Author::Visitor { .. } => PersonId(self.id),
        }
    }
}

/// Keeps it, with its first line and what follows at once. The same again gives what was kept before.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn submit(portal: &Portal, scope: &mut Scope, new: NewFeedback<'_>) -> Result<Feedback, Error> {
    let now = portal.clock.now();
    let today = portal.clock.today();
    let person = new.person();
    let promise = match new.kind {
        Kind::Complaint => None,
        Kind::Question => {
            let service = new.service.as_deref().and_then(|id| portal.rules.service(id));
            service.and_then(|service| service.service.standard.answer).or(new.kind.promise())
        }
        Kind::Idea | Kind::Compliment => new.kind.promise(),
    };
    let last_day = |term| deadlines::last_day(PROMISES, today, term).map_err(Error::internal);
    let standard_on = promise.map(last_day).transpose()?;
    let due_on = standard_on.map_or_else(|| last_day(Duty::Complaint.rule().term), Ok)?;
    let contact = match &new.author {
        Author::Person(_) => None,
        Author::Visitor { name, email } => Some(Contact {
            name: name.clone(),
            email: email.clone(),
            secret: BASE64_URL_SAFE_NO_PAD.encode(portal.keys.random::<32>()),
        }),
    };
    let sealed = contact.as_ref().map(serde_json::to_vec).transpose().map_err(Error::internal)?;
    let feedback = Feedback {
        person,
        id: new.id,
        reference: cases::new_reference(&portal.keys, today.year()),
        kind: new.kind,
        organisation: new.organisation,
        passed_from: None,
        service: new.service,
        about: new.about,
        page: new.page,
        text: new.text,
        wish: new.wish,
        locale: new.locale,
        wants_answer: new.wants_answer,
        contact: sealed.map(|plain| portal.keys.seal(Use::Contact, &plain)),
        state: State::Submitted,
        outcome: None,
        category: None,
        received_at: now,
        term_from: today,
        standard_on,
        due_on,
        extended_by: 0,
        asked: false,
        question: None,
        answered_at: None,
        first_contact: None,
        closed_at: None,
        taken_by: None,
        taken_name: None,
        changed_at: now,
        version: 1,
    };
    let follow_up = contact.as_ref().map(|contact| follow_up(&contact.secret));
    if !store::insert(scope.sql(), &feedback, follow_up.as_deref()).await? {
        return store::by_id(scope.sql(), new.id).await?.ok_or(Error::Conflict);
    }
    if new.kind == Kind::Idea {
        store::insert_face(scope.sql(), &feedback, new.title.unwrap_or_default(), new.shown_as).await?;
    }
    let mut documents = Vec::with_capacity(new.documents.len());
    for taken in new.documents {
        documents.push(documents::record(scope.sql(), taken).await?.0);
    }
    let what = Happening::Submitted { documents };
    let event = Event { sequence: 1, at: now, actor: Actor::Citizen, clerk: None, what };
    store::append(scope.sql(), &feedback, &event).await?;
    if let Some(contact) = contact.filter(|contact| !contact.email.is_empty()) {
        // Given for this alone, and used for nothing else; it is not proved, so that saying something takes one step.
        sqlx::query(
            "insert into email_address (person, place, address, verified_at) values (acting_person(), 1, $1, $2)",
        )
        .bind(portal.keys.seal(Use::Address, contact.email.as_bytes()))
        .bind(now.to_sqlx())
        .execute(scope.sql())
        .await?;
        sqlx::query("insert into preference (person, language) values (acting_person(), $1)")
            .bind(if new.locale == Locale::en { "en" } else { "nl" })
            .execute(scope.sql())
            .await?;
        if new.kind != Kind::Complaint {
            change::tell(scope, &feedback, "feedback_received", false, now).await?;
        }
    }
    if new.kind != Kind::Complaint {
        return Ok(feedback);
    }
    // Awb art. 9:6: in writing, at once.
    let held = store::hold(scope.sql(), feedback.id).await?.ok_or(Error::NotFound)?;
    match change::change(portal, scope, held, Act::Acknowledge, By::system(now)).await {
        Ok(feedback) => Ok(feedback),
        Err(Refused::Error(error)) => Err(error),
        Err(refused) => Err(Error::internal(format!("a complaint is not acknowledged: {refused:?}"))),
    }
}

/// Under what a secret is known: it has 256 random bits, so a plain hash says nothing of it.
pub(super) fn follow_up(secret: &str) -> Vec<u8> {
    digest(&SHA256, secret.as_bytes()).as_ref().to_vec()
}

/// Name, address and secret of who was not logged in.
///
/// # Errors
/// A defect when it does not open.
pub fn contact(portal: &Portal, feedback: &Feedback) -> Result<Option<Contact>, Error> {
    feedback.contact.as_deref().map(|sealed| opened(portal, sealed)).transpose()
}

fn opened(portal: &Portal, sealed: &[u8]) -> Result<Contact, Error> {
    let plain = portal.keys.open(Use::Contact, sealed).map_err(Error::internal)?;
    serde_json::from_slice(&plain).map_err(Error::internal)
}

/// The whole address of the link with which who was not logged in follows what they said.
///
/// # Errors
/// A defect when their contact does not open.
pub fn link(portal: &Portal, locale: Locale, contact: &[u8]) -> Result<String, Error> {
    let path = format!("/feedback/volgen/{}", opened(portal, contact)?.secret);
    Ok(format!("{}{}", portal.config.server.public_url, app::href(locale, &path)))
}
