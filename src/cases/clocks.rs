//! What time alone does to cases: whoever did not answer is reminded, the time to answer passes, and so does the last day for a decision.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use uuid::Uuid;

use super::{
    change::{Act, By, Refused, change},
    store,
};
use crate::{
    clock,
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

/// Watches the clocks of all cases for as long as the portal runs; in all replicas together each thing is done once.
pub async fn watch_clocks(portal: Portal) {
    loop {
        match look(&portal).await {
            Ok(0) | Err(Error::Unavailable) => tokio::time::sleep(LOOK_AGAIN).await,
            Ok(cases) => tracing::info!(cases, "time moved cases on"),
            Err(error) => {
                tracing::warn!(%error, "the clocks of cases are not watched");
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        }
    }
}

/// One round; how many cases were moved on.
pub(crate) async fn look(portal: &Portal) -> Result<usize, Error> {
    let today = portal.clock.today();
    let mut sql = portal.evaluator.begin().await?;
    let found: Vec<(PersonId, Uuid)> = sqlx::query_as(
        "(select person, id from cases where answer_by < $1 order by answer_by limit $2)
         union
         (select person, id from cases where remind_on <= $1 order by remind_on limit $2)
         union
         (select person, id from cases
           where stage in ('received', 'in_treatment') and not paused and not late_told and due_on < $1 order by due_on limit $2)",
    )
    .bind(today.to_sqlx())
    .bind(AT_ONCE)
    .fetch_all(&mut *sql)
    .await?;
    drop(sql);
    leisure::each("the clock of a case", found.into_iter().map(|(person, id)| move_on(portal, person, id, today))).await
}

async fn move_on(portal: &Portal, person: PersonId, id: Uuid, today: Date) -> Result<bool, Error> {
    let now = portal.clock.now();
    let usage = Usage {
        at: now,
        organisation: portal.config.organisation.id.clone(),
        role: Role::System,
        activity: activity::WATCH_CLOCKS,
        groups: vec!["cases".to_owned()],
    };
    let mut scope = portal.database.as_person(person, usage).await?;
    let Some(case) = store::hold(scope.sql(), id).await? else { return Ok(false) };
    let over = case.question.as_ref().filter(|question| case.is_paused() && question.answer_by < today);
    let remind = case.question.as_ref().and_then(|question| question.remind_on).is_some_and(|day| day <= today);
    let result = if let Some(question) = over {
        // The term runs again from the day on which the time to answer had passed (Awb art. 4:15 lid 1).
        let runs = question.answer_by.tomorrow().map_err(Error::internal)?;
        let at = runs.to_zoned(clock::zone()).map_err(Error::internal)?.timestamp();
        change(portal, &mut scope, case, Act::Resume, By::system(at)).await
    } else if remind {
        change(portal, &mut scope, case, Act::Remind, By::system(now)).await
    } else if case.is_late(today) {
        change(portal, &mut scope, case, Act::TellLate, By::system(now)).await
    } else {
        return Ok(false);
    };
    match result {
        Ok(_) => {
            scope.commit().await?;
            Ok(true)
        }
        Err(Refused::Error(error)) => Err(error),
        Err(refused) => Err(Error::internal(format!("a clock is not moved on: {refused:?}"))),
    }
}
