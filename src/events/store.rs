//! SQL of the queue.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::{FromRow, PgConnection, PgExecutor};

use crate::error::Error;

/// On this channel replicas say that there is something to do.
pub const CHANNEL: &str = "voordeur_event";

/// An event to keep.
pub struct New {
    pub source: String,
    pub id: String,
    pub kind: String,
    pub time: Timestamp,
    /// Under the key in use first, then under the others.
    pub digests: Vec<Vec<u8>>,
    pub body: Vec<u8>,
    pub subject: Vec<u8>,
}

/// What became of events that came in: how many were new, and which ones have the source and id of another event.
pub struct Kept {
    pub new: usize,
    pub in_use: Vec<usize>,
}

/// Keeps these events: all, or none when one has the source and id of another. An event that is here already stays as it is.
///
/// # Errors
/// Those of PostgreSQL; it may be that they were kept, which shows when they are sent again.
pub async fn keep(
    sql: &mut PgConnection,
    organisation: &str,
    events: &[New],
    received_at: Timestamp,
) -> Result<Kept, Error> {
    macro_rules! column {
        ($field:ident) => {
            events.iter().map(|event| &event.$field).collect::<Vec<_>>()
        };
    }
    // One statement, so that one event needs no transaction around it. What is here already, or is twice in the batch, is not
    // inserted; only then is looked at what is there.
    let new: Vec<(String, String)> = sqlx::query_as(
        "insert into event (source, id, organisation, type, time, received_at, due_at, digest, body, subject)
         select source, id, $1, type, time, $2, $2, digest, body, subject
           from unnest($3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::bytea[], $8::bytea[], $9::bytea[])
                with ordinality as new (source, id, type, time, digest, body, subject, place)
          order by place
         on conflict do nothing
         returning source, id",
    )
    .bind(organisation)
    .bind(received_at.to_sqlx())
    .bind(column!(source))
    .bind(column!(id))
    .bind(column!(kind))
    .bind(events.iter().map(|event| event.time.to_sqlx()).collect::<Vec<_>>())
    .bind(events.iter().map(|event| &event.digests[0]).collect::<Vec<_>>())
    .bind(column!(body))
    .bind(column!(subject))
    .fetch_all(&mut *sql)
    .await?;
    if new.len() == events.len() {
        return Ok(Kept { new: new.len(), in_use: Vec::new() });
    }
    let here: Vec<(String, String, Vec<u8>)> = sqlx::query_as(
        "select source, id, digest from event join unnest($1::text[], $2::text[]) as sent (source, id) using (source, id)",
    )
    .bind(column!(source))
    .bind(column!(id))
    .fetch_all(sql)
    .await?;
    let here: HashMap<_, _> = here.iter().map(|(source, id, digest)| ((source, id), digest)).collect();
    let is_another = |event: &New| {
        // Empty: the key it was made with is gone.
        let digest = here.get(&(&event.source, &event.id)).filter(|digest| !digest.is_empty());
        digest.is_some_and(|digest| !event.digests.contains(digest))
    };
    let in_use = (0..events.len()).filter(|&index| is_another(&events[index])).collect();
    Ok(Kept { new: new.len(), in_use })
}

/// An event, claimed.
#[derive(FromRow)]
pub struct Claimed {
    pub number: i64,
    pub organisation: String,
    pub kind: String,
    time: SqlTimestamp,
    received_at: SqlTimestamp,
    pub body: Vec<u8>,
    pub subject: Vec<u8>,
    pub tries: i16,
}

impl Claimed {
    pub fn time(&self) -> Timestamp {
        self.time.to_jiff()
    }

    pub fn received_at(&self) -> Timestamp {
        self.received_at.to_jiff()
    }
}

/// The next event that is due and that nobody has in hand, done if the caller's transaction commits; at most `most` of them when they
/// are of the type `joining`, each about somebody else, and none of them failed before, which would undo the others too. Events about
/// one person go in the order in which they came: one waits while an earlier one does. The transaction may look up whom they are about.
/// It does not wait until the disk has what it commits: should the machine fail before, the events wait as they did, with nothing of
/// their effect.
pub async fn claim(sql: &mut PgConnection, now: Timestamp, most: i64, joining: &str) -> Result<Vec<Claimed>, Error> {
    // After a quiet time PostgreSQL takes every index of what waits for short. So the first of a person is asked for one by one, and
    // in words (it waits: it is not done, not aside) for which no other index than `event_subject` will do.
    let mut claimed: Vec<Claimed> = sqlx::query_as(
        "with first as materialized (
             select number, type, body, subject, reason from event this
              where state = 'waiting' and due_at <= $1
                and number = (select min(number) from event
                               where subject = this.subject and state <> 'done' and state <> 'aside')
              order by due_at, number
                for update skip locked
              limit 1
         ), others as materialized (
             select number, body, subject from event this
              where state = 'waiting' and due_at <= $1 and type = $3 and reason is null
                and (select type = $3 and reason is null from first) and number <> (select number from first)
                and number = (select min(number) from event
                               where subject = this.subject and state <> 'done' and state <> 'aside')
              order by due_at, number
                for update skip locked
              limit $2 - 1
         ), next as materialized (
             select number, body, subject from first union all select number, body, subject from others
         )
         update event set state = 'done', done_at = $1, body = null, subject = null, reason = null
           from next where event.number = next.number
         returning event.number, organisation, event.type as kind, time, received_at, next.body, next.subject, tries,
                   (select set_config('voordeur.lookup', string_agg(encode(subject, 'hex'), ','), true) from next),
                   (select set_config('synchronous_commit', 'off', true))",
    )
    .bind(now.to_sqlx())
    .bind(most)
    .bind(joining)
    .fetch_all(sql)
    .await?;
    claimed.sort_by_key(|event| event.number);
    Ok(claimed)
}

/// Whether an event before this number waits that knows the same person by one of these indexes: then this one waits too.
pub async fn earlier_waits(sql: &mut PgConnection, indexes: &[Vec<u8>], number: i64) -> Result<bool, Error> {
    Ok(sqlx::query_scalar(
        "select exists (select from event where subject = any ($1) and number < $2 and state <> 'done' and state <> 'aside')",
    )
    .bind(indexes)
    .bind(number)
    .fetch_one(sql)
    .await?)
}

/// What to do with an event that failed.
pub enum Fate {
    /// Tries again later; whether this try counts.
    Again {
        in_: SignedDuration,
        counts: bool,
    },
    Aside,
}

/// Writes down that an event failed. An event that somebody else meanwhile tried stays as they left it.
pub async fn failed(
    sql: impl PgExecutor<'_>,
    claimed: &Claimed,
    fate: &Fate,
    reason: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let (state, due_at, counts) = match *fate {
        Fate::Again { in_, counts } => ("waiting", now + in_, counts),
        Fate::Aside => ("aside", now, true),
    };
    sqlx::query(
        "update event set state = $3, due_at = $4, tries = tries + $5::int::smallint, reason = $6
          where number = $1 and tries = $2 and state = 'waiting'",
    )
    .bind(claimed.number)
    .bind(claimed.tries)
    .bind(state)
    .bind(due_at.to_sqlx())
    .bind(i32::from(counts))
    .bind(reason)
    .execute(sql)
    .await?;
    Ok(())
}

/// Tells every replica that there is something to do; `from` is who says so.
pub async fn announce(sql: impl PgExecutor<'_>, from: &str) -> Result<(), Error> {
    sqlx::query("select pg_notify($1, $2)").bind(CHANNEL).bind(from).execute(sql).await?;
    Ok(())
}

/// An event that waits or was set aside, without a word of what it says.
#[derive(FromRow)]
pub struct Listed {
    pub number: i64,
    pub state: String,
    pub organisation: String,
    pub source: String,
    pub id: String,
    received_at: SqlTimestamp,
    pub tries: i16,
    pub reason: Option<String>,
}

impl Listed {
    pub fn received_at(&self) -> Timestamp {
        self.received_at.to_jiff()
    }
}

/// Events that were set aside, and with `waiting` those that wait too, oldest first, at most so many after a number.
pub async fn list(sql: impl PgExecutor<'_>, waiting: bool, after: i64, limit: i64) -> Result<Vec<Listed>, Error> {
    Ok(sqlx::query_as(
        "select number, state, organisation, source, id, received_at, tries, reason from event
          where (state = 'aside' or ($1 and state = 'waiting')) and number > $2 order by number limit $3",
    )
    .bind(waiting)
    .bind(after)
    .bind(limit)
    .fetch_all(sql)
    .await?)
}

/// Lets an event that was set aside, or all of them, try again; how many.
pub async fn replay(sql: impl PgExecutor<'_>, number: Option<i64>, now: Timestamp) -> Result<u64, Error> {
    let replayed = sqlx::query(
        "update event set state = 'waiting', due_at = $2, tries = 0 where state = 'aside' and ($1::bigint is null or number = $1)",
    )
    .bind(number)
    .bind(now.to_sqlx())
    .execute(sql)
    .await?;
    Ok(replayed.rows_affected())
}

/// Some of those who an event was set aside for because nobody knew them: others each time, so that all have their turn.
pub async fn unknown_subjects(sql: impl PgExecutor<'_>, reason: &str) -> Result<Vec<Vec<u8>>, Error> {
    Ok(sqlx::query_scalar(
        "select subject from event where state = 'aside' and reason = $1 group by subject order by random() limit 500",
    )
    .bind(reason)
    .fetch_all(sql)
    .await?)
}

/// Lets events try again about people who are known by now; in a transaction that knows these indexes.
pub async fn replay_known(
    sql: impl PgExecutor<'_>,
    subjects: &[Vec<u8>],
    reason: &str,
    now: Timestamp,
) -> Result<u64, Error> {
    let replayed = sqlx::query(
        "update event set state = 'waiting', due_at = $3, tries = 0
          where state = 'aside' and reason = $2 and subject in (select index from person_lookup where index = any ($1))",
    )
    .bind(subjects)
    .bind(reason)
    .bind(now.to_sqlx())
    .execute(sql)
    .await?;
    Ok(replayed.rows_affected())
}

/// Lets events about somebody try again that were set aside for a reason that is gone; how many.
pub async fn replay_about(
    sql: impl PgExecutor<'_>,
    subjects: &[Vec<u8>],
    reason: &str,
    now: Timestamp,
) -> Result<u64, Error> {
    let replayed = sqlx::query(
        "update event set state = 'waiting', due_at = $3, tries = 0
          where state = 'aside' and reason = $2 and subject = any ($1)",
    )
    .bind(subjects)
    .bind(reason)
    .bind(now.to_sqlx())
    .execute(sql)
    .await?;
    Ok(replayed.rows_affected())
}

/// Forgets events that were done before a moment, of the next so many after a number. The last number looked at; none when that was
/// the end, or the rest is younger.
pub async fn sweep(sql: impl PgExecutor<'_>, before: Timestamp, after: i64, limit: i64) -> Result<Option<i64>, Error> {
    let (last, younger): (Option<i64>, Option<bool>) = sqlx::query_as(
        "with oldest as materialized (
             select number, state = 'done' as done, done_at < $1 as old from event where number > $2 order by number limit $3
         ), swept as (
             delete from event using oldest where event.number = oldest.number and done and old
         )
         select max(number), bool_or(done and not old) from oldest",
    )
    .bind(before.to_sqlx())
    .bind(after)
    .bind(limit)
    .fetch_one(sql)
    .await?;
    Ok(last.filter(|_| younger != Some(true)))
}

/// How many events wait, since when the oldest does, and how many were set aside.
pub async fn measure(sql: impl PgExecutor<'_>) -> Result<(i64, Option<Timestamp>, i64), Error> {
    let (waiting, oldest, aside): (i64, Option<SqlTimestamp>, i64) = sqlx::query_as(
        "select (select count(*) from event where state = 'waiting'), (select min(received_at) from event where state = 'waiting'),
                (select count(*) from event where state = 'aside')",
    )
    .fetch_one(sql)
    .await?;
    Ok((waiting, oldest.map(SqlTimestamp::to_jiff), aside))
}

/// An event's sealed body.
type Sealed = (i64, Vec<u8>);

/// The bodies of events that are not done, after a number, to seal them with another key. In steps, and each row locked for its step.
pub async fn sealed_after(sql: &mut PgConnection, after: i64, limit: i64) -> Result<Vec<Sealed>, Error> {
    Ok(sqlx::query_as(
        "select number, body from event where state <> 'done' and number > $1 order by number limit $2 for update",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(sql)
    .await?)
}

/// Digests under a key that is about to go say nothing any more; of the next so many events after a number. The last number looked at.
pub async fn forget_digests(sql: &mut PgConnection, after: i64, limit: i64) -> Result<Option<i64>, Error> {
    Ok(sqlx::query_scalar(
        "with next as materialized (
             select number from event where number > $1 order by number limit $2
         ), forgotten as (
             update event set digest = '' from next where event.number = next.number and state = 'done' and digest <> ''
         )
         select max(number) from next",
    )
    .bind(after)
    .bind(limit)
    .fetch_one(sql)
    .await?)
}

pub async fn reseal(
    sql: &mut PgConnection,
    number: i64,
    body: &[u8],
    subject: &[u8],
    digest: &[u8],
) -> Result<(), Error> {
    sqlx::query("update event set body = $2, subject = $3, digest = $4 where number = $1 and state <> 'done'")
        .bind(number)
        .bind(body)
        .bind(subject)
        .bind(digest)
        .execute(sql)
        .await?;
    Ok(())
}
