//! What is done by itself: counting what changed, and telling people what became of what they said.

use jiff_sqlx::ToSqlx;
use sqlx::FromRow;
use uuid::Uuid;

use super::count::keep_counts;
use crate::{
    database::PersonId,
    error::Error,
    leisure,
    messages::{self, About, NewMessage, Topic},
    server::Portal,
    usage::{Role, Usage, activity},
};

const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_secs(60);

/// So many items are counted in one transaction, and people told in one round.
const AT_ONCE: i32 = 500;

/// Counts and tells for as long as the portal runs; in all replicas together each thing is done once.
pub async fn look_after(portal: Portal) {
    loop {
        tokio::time::sleep(LOOK_AGAIN).await;
        for done in [keep_counts(&portal).await, count_all(&portal).await, tell_all(&portal).await] {
            match done {
                Ok(()) | Err(Error::Unavailable) => {}
                Err(error) => tracing::warn!(%error, "insights are not kept up"),
            }
        }
    }
}

/// Counts what is due.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn count_all(portal: &Portal) -> Result<(), Error> {
    while count_some(portal, AT_ONCE).await? == i64::from(AT_ONCE) {}
    Ok(())
}

async fn count_some(portal: &Portal, most: i32) -> Result<i64, Error> {
    let mut sql = portal.database.connection().await?;
    Ok(sqlx::query_scalar("select insights_count($1, $2, $3)")
        .bind(portal.clock.now().to_sqlx())
        .bind(portal.clock.today().to_sqlx())
        .bind(most)
        .fetch_one(&mut *sql)
        .await?)
}

#[derive(FromRow)]
struct ToTell {
    improvement: Uuid,
    organisation: String,
    person: PersonId,
    feedback: Uuid,
}

/// Tells whoever said something what was done with it.
///
/// # Errors
/// Those of PostgreSQL.
pub(super) async fn tell_all(portal: &Portal) -> Result<(), Error> {
    while tell_some(portal).await? > 0 {}
    Ok(())
}

/// One round; how many were told.
async fn tell_some(portal: &Portal) -> Result<usize, Error> {
    let mut sql = portal.database.connection().await?;
    let found: Vec<ToTell> =
        sqlx::query_as("select * from improvements_to_tell($1)").bind(AT_ONCE).fetch_all(&mut *sql).await?;
    drop(sql);
    leisure::each("an improvement to tell of", found.iter().map(|one| tell(portal, one))).await
}

/// In the name of whom it tells; what somebody said twice about one theme is told once.
async fn tell(portal: &Portal, one: &ToTell) -> Result<bool, Error> {
    let now = portal.clock.now();
    let usage = Usage {
        at: now,
        organisation: one.organisation.clone(),
        role: Role::System,
        activity: activity::HANDLE_FEEDBACK,
        groups: vec!["feedback".to_owned()],
    };
    let mut scope = portal.database.as_person(one.person, usage).await?;
    let marked: Vec<Uuid> = sqlx::query_scalar(
        "update improvement_feedback set told_at = $2
          where person = acting_person() and improvement = $1 and told_at is null returning feedback",
    )
    .bind(one.improvement)
    .bind(now.to_sqlx())
    .fetch_all(scope.sql())
    .await?;
    if marked.is_empty() {
        return Ok(false);
    }
    let message = NewMessage {
        person: one.person,
        at: now,
        sender: &one.organisation,
        topic: Topic::Feedback,
        kind: "feedback_improved",
        about: About::Feedback { id: one.feedback },
        matters: false,
    };
    messages::tell(scope.sql(), message).await?;
    scope.commit().await?;
    Ok(true)
}
