//! SQL of what goes out. No row says whom it is about: that is in the sealed body.

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::{FromRow, PgConnection, PgExecutor};
use uuid::Uuid;

use crate::error::Error;

/// An event that has to go out.
#[derive(FromRow)]
pub struct Waiting {
    pub number: i64,
    pub id: Uuid,
    pub kind: String,
    time: SqlTimestamp,
    pub body: Vec<u8>,
    /// How often it was tried, this time included, and how often in a row it was refused.
    pub tries: i16,
    pub refusals: i16,
    pub position: Option<i64>,
}

impl Waiting {
    pub fn time(&self) -> Timestamp {
        self.time.to_jiff()
    }
}

/// Which of these organisations has an event that may be delivered now.
pub async fn due(sql: impl PgExecutor<'_>, organisations: &[String], now: Timestamp) -> Result<Vec<String>, Error> {
    Ok(sqlx::query_scalar(
        "select organisation from unnest($1::text[]) as known (organisation)
          where exists (select from outgoing_event event
                         where event.organisation = known.organisation and state = 'waiting' and due_at <= $2)",
    )
    .bind(organisations)
    .bind(now.to_sqlx())
    .fetch_all(sql)
    .await?)
}

/// The next event of an organisation, which nobody else takes before `lease` is over: whoever was killed meanwhile left it for the
/// next. What an organisation is told of one case goes one after the other: an event waits while an earlier one is not done.
pub async fn claim(
    sql: impl PgExecutor<'_>,
    organisation: &str,
    now: Timestamp,
    lease: SignedDuration,
) -> Result<Option<Waiting>, Error> {
    Ok(sqlx::query_as(
        "with next as materialized (
             select number from outgoing_event this
              where state = 'waiting' and due_at <= $2 and organisation = $1
                and number = (select min(number) from outgoing_event
                               where case_id = this.case_id and organisation = this.organisation and state <> 'done')
              order by due_at, number
                for update skip locked
              limit 1
         )
         update outgoing_event event set due_at = $3, tries = least(tries + 1, 32000)::smallint from next
          where event.number = next.number
         returning event.number, id, type as kind, time, body, tries, refusals, null::bigint as position",
    )
    .bind(organisation)
    .bind(now.to_sqlx())
    .bind((now + lease).to_sqlx())
    .fetch_optional(sql)
    .await?)
}

/// Its organisation has it. Also when somebody else was delivering it again by now: it has it all the same.
pub async fn done(sql: impl PgExecutor<'_>, number: i64, now: Timestamp) -> Result<(), Error> {
    sqlx::query(
        "update outgoing_event set state = 'done', done_at = $2, body = null, reason = null where number = $1 and state <> 'done'",
    )
    .bind(number)
    .bind(now.to_sqlx())
    .execute(sql)
    .await?;
    Ok(())
}

/// What to do with an event that was not taken.
pub struct Fate {
    /// None: it is set aside.
    pub again_at: Option<Timestamp>,
    pub refused: bool,
}

/// Writes down that an event was not taken, unless somebody else is delivering it by now.
pub async fn failed(sql: impl PgExecutor<'_>, event: &Waiting, fate: &Fate, reason: &str) -> Result<(), Error> {
    sqlx::query(
        "update outgoing_event
            set state = case when $3::timestamptz is null then 'aside' else 'waiting' end, due_at = coalesce($3, due_at),
                refusals = case when $4 then refusals + 1 else 0 end::smallint, reason = $5
          where number = $1 and tries = $2 and state = 'waiting'",
    )
    .bind(event.number)
    .bind(event.tries)
    .bind(fate.again_at.map(|at| at.to_sqlx()))
    .bind(fate.refused)
    .bind(reason)
    .execute(sql)
    .await?;
    Ok(())
}

/// Hands events out to an organisation that fetches: what it has up to a position is done, and the next so many get a position. In one
/// transaction, in which nobody else does this for the same organisation, so that positions are given in the order in which events
/// are seen, and nothing comes in before what was handed out.
pub async fn hand_out(
    sql: &mut PgConnection,
    organisation: &str,
    after: Option<i64>,
    limit: i64,
    now: Timestamp,
) -> Result<Vec<Waiting>, Error> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('outgoing events of ' || $1, 0))")
        .bind(organisation)
        .execute(&mut *sql)
        .await?;
    sqlx::query(
        "update outgoing_event set state = 'done', done_at = $3, body = null, reason = null
          where organisation = $1 and position <= $2 and state <> 'done'",
    )
    .bind(organisation)
    .bind(after)
    .bind(now.to_sqlx())
    .execute(&mut *sql)
    .await?;
    sqlx::query(
        "update outgoing_event event set position = next.position
           from (select number, nextval('outgoing_event_position') as position
                   from (select number from outgoing_event
                          where organisation = $1 and state <> 'done' and position is null order by number limit $2) ordered) next
          where event.number = next.number",
    )
    .bind(organisation)
    .bind(limit)
    .execute(&mut *sql)
    .await?;
    Ok(sqlx::query_as(
        "select number, id, type as kind, time, body, tries, refusals, position from outgoing_event
          where organisation = $1 and state <> 'done' and position is not null order by position limit $2",
    )
    .bind(organisation)
    .bind(limit)
    .fetch_all(sql)
    .await?)
}

/// An event that waits or was set aside, without a word of what it says.
#[derive(FromRow)]
pub struct Listed {
    pub number: i64,
    pub state: String,
    pub organisation: String,
    pub kind: String,
    pub id: Uuid,
    time: SqlTimestamp,
    pub tries: i16,
    pub reason: Option<String>,
}

impl Listed {
    pub fn time(&self) -> Timestamp {
        self.time.to_jiff()
    }
}

/// Events that were set aside, and with `waiting` those that wait too, oldest first, at most so many after a number.
pub async fn list(sql: impl PgExecutor<'_>, waiting: bool, after: i64, limit: i64) -> Result<Vec<Listed>, Error> {
    Ok(sqlx::query_as(
        "select number, state, organisation, type as kind, id, time, tries, reason from outgoing_event
          where (state = 'aside' or ($1 and state = 'waiting')) and number > $2 order by number limit $3",
    )
    .bind(waiting)
    .bind(after)
    .bind(limit)
    .fetch_all(sql)
    .await?)
}

/// Lets an event that was set aside, or all of them, be delivered again; how many.
pub async fn replay(sql: impl PgExecutor<'_>, number: Option<i64>, now: Timestamp) -> Result<u64, Error> {
    let replayed = sqlx::query(
        "update outgoing_event set state = 'waiting', due_at = $2, tries = 0, refusals = 0
          where state = 'aside' and ($1::bigint is null or number = $1)",
    )
    .bind(number)
    .bind(now.to_sqlx())
    .execute(sql)
    .await?;
    Ok(replayed.rows_affected())
}

/// Forgets events that were done before a moment, at most so many at a time; how many.
pub async fn sweep(sql: impl PgExecutor<'_>, before: Timestamp, limit: i64) -> Result<u64, Error> {
    let swept = sqlx::query(
        "delete from outgoing_event where number in
            (select number from outgoing_event where state = 'done' and done_at < $1 order by done_at limit $2)",
    )
    .bind(before.to_sqlx())
    .bind(limit)
    .execute(sql)
    .await?;
    Ok(swept.rows_affected())
}

/// How many events wait, since when the oldest does, and how many were set aside.
pub async fn measure(sql: impl PgExecutor<'_>) -> Result<(i64, Option<Timestamp>, i64), Error> {
    let (waiting, oldest, aside): (i64, Option<SqlTimestamp>, i64) = sqlx::query_as(
        "select count(*) filter (where state = 'waiting'), min(time) filter (where state = 'waiting'),
                count(*) filter (where state = 'aside')
           from outgoing_event where state <> 'done'",
    )
    .fetch_one(sql)
    .await?;
    Ok((waiting, oldest.map(SqlTimestamp::to_jiff), aside))
}

/// The bodies of events that are not done, after a number, each locked, to seal them with another key.
pub async fn sealed_after(sql: &mut PgConnection, after: i64, limit: i64) -> Result<Vec<(i64, Vec<u8>)>, Error> {
    Ok(sqlx::query_as(
        "select number, body from outgoing_event where state <> 'done' and number > $1 order by number limit $2 for update",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(sql)
    .await?)
}

pub async fn reseal(sql: &mut PgConnection, number: i64, body: &[u8]) -> Result<(), Error> {
    sqlx::query("update outgoing_event set body = $2 where number = $1 and state <> 'done'")
        .bind(number)
        .bind(body)
        .execute(sql)
        .await?;
    Ok(())
}
