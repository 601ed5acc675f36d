//! Telling somebody something.

use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use super::{About, NewMessage};
use crate::error::Error;

/// On which processes hear whose open pages have something to show.
pub const CHANNEL: &str = "voordeur_message";

/// Keeps a message in the caller's transaction, which acts for its person. Its notice is queued by the table's trigger; open pages hear
/// of it when the transaction commits.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn tell(sql: &mut PgConnection, message: NewMessage<'_>) -> Result<(), Error> {
    let (service, period, case, feedback) = match message.about {
        About::Offer { service, period } => (Some(service), Some(period.to_sqlx()), None, None),
        About::Case { id } => (None, None, Some(id), None),
        About::Feedback { id } => (None, None, None, Some(id)),
        About::Nothing => (None, None, None, None),
    };
    sqlx::query(
        "with told as (
             insert into message (person, at, sender, topic, kind, service, period, case_id, matters, feedback_id)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $11)
             returning person
         )
         select pg_notify($10, person::text) from told",
    )
    .bind(message.person)
    .bind(message.at.to_sqlx())
    .bind(message.sender)
    .bind(message.topic.as_str())
    .bind(message.kind)
    .bind(service)
    .bind(period)
    .bind(case)
    .bind(message.matters)
    .bind(CHANNEL)
    .bind(feedback)
    .execute(sql)
    .await?;
    Ok(())
}
