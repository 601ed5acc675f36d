//! After something ended: one short survey, never twice in thirty days, and never to who does not want to be asked.

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use super::model::Feedback;
use crate::{
    cases::{Case, Kind},
    database::{PersonId, Scope},
    error::Error,
    messages::{self, About, NewMessage, Topic},
    server::Portal,
};

const BETWEEN: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What ended.
#[derive(Clone, Copy, Debug)]
pub struct Ended<'a> {
    person: PersonId,
    about: About<'a>,
    reference: &'a str,
    kind: &'static str,
    organisation: &'a str,
    service: Option<&'a str>,
}

impl<'a> Ended<'a> {
    /// None for who was not logged in: they have no page to be asked on.
    pub fn of_complaint(feedback: &'a Feedback) -> Option<Self> {
        feedback.has_person().then_some(Self {
            person: feedback.person,
            about: About::Feedback { id: feedback.id },
            reference: &feedback.reference,
            kind: "complaint",
            organisation: &feedback.organisation,
            service: feedback.service.as_deref(),
        })
    }

    pub fn of_case(case: &'a Case) -> Self {
        Self {
            person: case.person,
            about: About::Case { id: case.id },
            reference: &case.reference,
            kind: if case.kind == Kind::Correction { "correction" } else { "case" },
            organisation: &case.organisation,
            service: case.service.as_deref(),
        }
    }
}

/// Asks the acting person how it went, if they may be asked now.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn ask(portal: &Portal, scope: &mut Scope, ended: Option<Ended<'_>>) -> Result<(), Error> {
    let Some(ended) = ended else { return Ok(()) };
    let now = portal.clock.now();
    // The row of the wish is locked by taking the turn, so that two things that end at once ask once.
    let asked = sqlx::query(
        "with turn as (
             insert into survey_wish as w (person, asked_at) values (acting_person(), $5)
             on conflict (person) do update set asked_at = $5 where not w.off and (w.asked_at is null or w.asked_at <= $6)
             returning person
         )
         insert into survey (person, about, kind, organisation, service, asked_at) select person, $1, $2, $3, $4, $5 from turn
         on conflict do nothing",
    )
    .bind(ended.reference)
    .bind(ended.kind)
    .bind(ended.organisation)
    .bind(ended.service)
    .bind(now.to_sqlx())
    .bind((now - BETWEEN).to_sqlx())
    .execute(scope.sql())
    .await?;
    if asked.rows_affected() == 0 {
        return Ok(());
    }
    let message = NewMessage {
        person: ended.person,
        at: now,
        sender: ended.organisation,
        topic: Topic::Feedback,
        kind: "survey_asked",
        about: ended.about,
        matters: false,
    };
    messages::tell(scope.sql(), message).await
}

/// A survey that somebody was asked.
#[derive(Debug, sqlx::FromRow)]
pub struct Survey {
    pub about: String,
    pub kind: String,
    pub organisation: String,
    pub answered: bool,
}

/// One of the acting person.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn find(sql: &mut PgConnection, about: &str) -> Result<Option<Survey>, Error> {
    if !super::store::is_reference(about) {
        return Ok(None);
    }
    Ok(sqlx::query_as(
        "select about, kind, organisation, answered_at is not null as answered from survey where person = acting_person() and about = $1",
    )
    .bind(about)
    .fetch_optional(sql)
    .await?)
}

/// Keeps the first answer of the acting person.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn answer(
    sql: &mut PgConnection,
    about: &str,
    satisfaction: i16,
    easy: Option<i16>,
    better: Option<&str>,
    now: Timestamp,
) -> Result<(), Error> {
    sqlx::query(
        "update survey set answered_at = $2, satisfaction = $3, easy = $4, better = $5
          where person = acting_person() and about = $1 and answered_at is null",
    )
    .bind(about)
    .bind(now.to_sqlx())
    .bind(satisfaction)
    .bind(easy)
    .bind(better)
    .execute(sql)
    .await?;
    Ok(())
}

/// Whether the acting person wants no surveys.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn are_off(sql: &mut PgConnection) -> Result<bool, Error> {
    Ok(sqlx::query_scalar("select exists (select from survey_wish where person = acting_person() and off)")
        .fetch_one(sql)
        .await?)
}

/// The acting person wants surveys, or none.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn switch(sql: &mut PgConnection, off: bool) -> Result<(), Error> {
    sqlx::query(
        "insert into survey_wish (person, off) values (acting_person(), $1) on conflict (person) do update set off = $1",
    )
    .bind(off)
    .execute(sql)
    .await?;
    Ok(())
}
