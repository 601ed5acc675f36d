mod access;
mod ideas;
mod queue;
mod work;

use http::StatusCode;
use sqlx::PgPool;
use uuid::Uuid;

pub(crate) use crate::desk::tests::clerk;
use crate::{
    database::{PersonId, Scope},
    desk::tests::{business, citizen, text},
    feedback::{self, Act, Author, By, Feedback, Kind, NewFeedback},
    i18n::Locale,
    identity::{COOKIE, session_for},
    testing::{Answer, TestPortal},
    usage::{Role, Usage, activity},
};

pub const TOWN: &str = "gemeente-0599";

fn usage(portal: &TestPortal) -> Usage {
    Usage {
        at: portal.portal.clock.now(),
        organisation: "voordeur".into(),
        role: Role::Citizen,
        activity: activity::GIVE_FEEDBACK,
        groups: vec![],
    }
}

async fn as_person(portal: &TestPortal, person: PersonId) -> Scope {
    portal.portal.database.as_person(person, usage(portal)).await.unwrap()
}

/// A fictitious person.
pub async fn person(pool: &PgPool) -> PersonId {
    let person = PersonId(Uuid::new_v4());
    sqlx::query("insert into person (person, holder, standing, secret) values ($1, $2, 'current', false)")
        .bind(person)
        .bind(TOWN)
        .execute(pool)
        .await
        .unwrap();
    sqlx::query(
        "insert into registered_record (person, register, kind, object, version, holder, values)
         values ($1, 'brp', 'person', 0, 0, 'x', '{\"given_names\": \"Suzanne\", \"surname\": \"Moulin\"}')",
    )
    .bind(person)
    .execute(pool)
    .await
    .unwrap();
    person
}

fn new(author: Author, kind: Kind, words: &str) -> NewFeedback<'static> {
    NewFeedback {
        id: Uuid::new_v4(),
        author,
        kind,
        organisation: TOWN.into(),
        service: Some("stadspas".into()),
        about: None,
        page: None,
        text: words.into(),
        wish: (kind == Kind::Complaint).then(|| "Een kortere wachttijd.".into()),
        title: (kind == Kind::Idea).then_some("Meer fietsenrekken"),
        shown_as: None,
        wants_answer: true,
        locale: Locale::nl,
        documents: &[],
    }
}

/// Somebody says something.
pub async fn said(portal: &TestPortal, person: PersonId, kind: Kind, words: &str) -> Feedback {
    let mut scope = as_person(portal, person).await;
    let new = new(Author::Person(person), kind, words);
    let feedback = feedback::submit(&portal.portal, &mut scope, new).await.unwrap();
    scope.commit().await.unwrap();
    feedback
}

/// The citizen does something.
async fn citizen_does(portal: &TestPortal, feedback: &Feedback, act: Act) -> Feedback {
    let mut scope = as_person(portal, feedback.person).await;
    let held = feedback::store::hold(scope.sql(), feedback.id).await.unwrap().unwrap();
    let by = By::citizen(portal.portal.clock.now());
    let feedback = feedback::change(&portal.portal, &mut scope, held, act, by).await.unwrap();
    scope.commit().await.unwrap();
    feedback
}

/// As it is now.
async fn now(portal: &TestPortal, feedback: &Feedback) -> Feedback {
    let mut scope = as_person(portal, feedback.person).await;
    feedback::store::by_id(scope.sql(), feedback.id).await.unwrap().unwrap()
}

fn path(feedback: &Feedback, act: &str) -> String {
    format!("/balie/feedback/{}/{act}", feedback.reference)
}

/// Sends a form for the version that it has now.
async fn send(portal: &TestPortal, cookie: &str, feedback: &Feedback, act: &str, form: &[(&str, &str)]) -> Answer {
    let version = now(portal, feedback).await.version.to_string();
    let mut form = form.to_vec();
    form.push(("versie", &version));
    portal.post(&path(feedback, act), cookie, &form).await
}

/// The same, which must work.
pub async fn done(portal: &TestPortal, cookie: &str, feedback: &Feedback, act: &str, form: &[(&str, &str)]) {
    let answer = send(portal, cookie, feedback, act, form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{act}: {}", main_of(&answer.body));
}

/// How many messages of a kind somebody got.
async fn told(pool: &PgPool, feedback: &Feedback, kind: &str) -> i64 {
    sqlx::query_scalar("select count(*) from message where person = $1 and kind = $2 and feedback_id = $3")
        .bind(feedback.person)
        .bind(kind)
        .bind(feedback.id)
        .fetch_one(pool)
        .await
        .unwrap()
}

async fn session(portal: &TestPortal, person: PersonId) -> String {
    format!("{COOKIE}={}", session_for(&portal.portal, person).await.unwrap())
}

pub fn main_of(page: &str) -> String {
    text(page.split("<main").nth(1).and_then(|rest| rest.split("</main>").next()).unwrap_or_default())
}
