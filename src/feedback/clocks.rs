//! What time alone does: the last day for an answer passes, and who waits for it is told.

use jiff_sqlx::ToSqlx;
use uuid::Uuid;

use super::{
    change::{Act, By, Refused, change},
    store,
};
use crate::{
    database::PersonId,
    error::Error,
    leisure,
    server::Portal,
    usage::{Role, Usage, activity},
};

/// Days change once a day; looking is cheap.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_secs(600);

/// So many at a time.
const AT_ONCE: i64 = 500;

/// Watches the last days of all feedback for as long as the portal runs; in all replicas together each is told once.
pub async fn watch_clocks(portal: Portal) {
    loop {
        match look(&portal).await {
            Ok(0) | Err(Error::Unavailable) => tokio::time::sleep(LOOK_AGAIN).await,
            Ok(told) => tracing::info!(told, "answers to feedback are late"),
            Err(error) => {
                tracing::warn!(%error, "the clocks of feedback are not watched");
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        }
    }
}

/// One round; how many were told.
pub(super) async fn look(portal: &Portal) -> Result<usize, Error> {
    let mut sql = portal.evaluator.begin().await?;
    let found: Vec<(PersonId, Uuid)> = sqlx::query_as(
        "select person, id from feedback
          where closed_at is null and not late_told and kind <> 'idea' and due_on < $1 order by due_on limit $2",
    )
    .bind(portal.clock.today().to_sqlx())
    .bind(AT_ONCE)
    .fetch_all(&mut *sql)
    .await?;
    drop(sql);
    leisure::each("the clock of feedback", found.into_iter().map(|(person, id)| tell_late(portal, person, id))).await
}

async fn tell_late(portal: &Portal, person: PersonId, id: Uuid) -> Result<bool, Error> {
    let now = portal.clock.now();
    let usage = Usage {
        at: now,
        organisation: portal.config.organisation.id.clone(),
        role: Role::System,
        activity: activity::WATCH_CLOCKS,
        groups: vec!["feedback".to_owned()],
    };
    let mut scope = portal.database.as_person(person, usage).await?;
    let Some(held) = store::hold(scope.sql(), id).await? else { return Ok(false) };
    match change(portal, &mut scope, held, Act::TellLate, By::system(now)).await {
        Ok(_) => {
            scope.commit().await?;
            Ok(true)
        }
        // Answered or extended meanwhile.
        Err(Refused::NotLate | Refused::NotNow) => Ok(false),
        Err(Refused::Error(error)) => Err(error),
        Err(refused) => Err(Error::internal(format!("a clock is not moved on: {refused:?}"))),
    }
}
