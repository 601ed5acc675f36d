//! SQL of the acting person's messages, preferences and notices.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::Deserialize;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, types::Json};
use uuid::Uuid;

use super::Message;
use crate::{database::PersonId, error::Error};

/// [`Message`]s, each with the number of the offer or the title of the case that it is about.
pub const SELECT: &str = "
    select m.id, m.at, m.sender, m.topic, m.kind, m.service, m.period, m.read_at, c.reference, c.title, f.reference as feedback,
           (select n.number
              from (select period, row_number() over (order by found_at, period) as number
                      from offer where person = acting_person() and service = m.service) n
             where n.period = m.period) as number
      from message m left join cases c on c.person = m.person and c.id = m.case_id
           left join feedback f on f.person = m.person and f.id = m.feedback_id
     where m.person = acting_person()";

/// How many messages were not read.
pub const UNREAD: &str = "(select count(*) from message where person = acting_person() and read_at is null)";

/// Whether mail to an address in use comes back.
pub const FAILED: &str = "exists (select from email_address where person = acting_person() and address is not null and failed_at is not null)";

/// A page of messages.
#[derive(FromRow)]
pub struct Leaf {
    pub messages: Json<Vec<Message>>,
    pub count: i64,
    pub unread: i64,
    pub address_failed: bool,
}

/// Newest first.
pub async fn leaf(sql: &mut PgConnection, limit: i64, skip: i64) -> Result<Leaf, Error> {
    let statement = format!(
        "select (select coalesce(jsonb_agg(to_jsonb(m) order by m.at desc, m.id), '[]')
                   from ({SELECT} order by m.at desc, m.id limit $1 offset $2) m) as messages,
                (select count(*) from message where person = acting_person()) as count,
                {UNREAD} as unread, {FAILED} as address_failed"
    );
    Ok(sqlx::query_as(AssertSqlSafe(statement)).bind(limit).bind(skip).fetch_one(sql).await?)
}

pub async fn mark_read(sql: &mut PgConnection, messages: &[Uuid], now: Timestamp) -> Result<(), Error> {
    sqlx::query("update message set read_at = $2 where person = acting_person() and id = any($1) and read_at is null")
        .bind(messages)
        .bind(now.to_sqlx())
        .execute(sql)
        .await?;
    Ok(())
}

/// An announcement of a message, and what became of it.
#[derive(Clone, Debug, Deserialize)]
pub struct Notice {
    pub channel: String,
    pub state: String,
    pub tries: i16,
    pub made_at: Timestamp,
    pub done_at: Option<Timestamp>,
}

/// A message with everything that was done to announce it, oldest first.
pub async fn proof(sql: &mut PgConnection, id: Uuid) -> Result<Option<(Message, Vec<Notice>)>, Error> {
    let statement = format!(
        "select (select to_jsonb(m) from ({SELECT} and m.id = $1) m),
                (select coalesce(jsonb_agg(to_jsonb(n) order by n.made_at, n.id), '[]')
                   from notice_message x join notice n on n.person = x.person and n.id = x.notice
                  where x.person = acting_person() and x.message = $1)"
    );
    let (message, notices): (Option<Json<Message>>, Json<Vec<Notice>>) =
        sqlx::query_as(AssertSqlSafe(statement)).bind(id).fetch_one(sql).await?;
    Ok(message.map(|message| (message.0, notices.0)))
}

/// How somebody wants to be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// `nl` or `en`; none when nothing was ever chosen.
    pub language: Option<String>,
    pub email_off: Vec<String>,
    /// The first address, and the second.
    pub addresses: [Address; 2],
}

#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Address {
    pub place: i16,
    /// Sealed, as is `pending`.
    pub address: Option<Vec<u8>>,
    pub failed: bool,
    /// Waits for its code.
    pub pending: Option<Vec<u8>>,
}

pub async fn preferences(sql: &mut PgConnection) -> Result<Preferences, Error> {
    let chosen: Option<(String, Vec<String>)> =
        sqlx::query_as("select language, email_off from preference where person = acting_person()")
            .fetch_optional(&mut *sql)
            .await?;
    let found: Vec<Address> = sqlx::query_as(
        "select place, address, failed_at is not null as failed, pending from email_address where person = acting_person()",
    )
    .fetch_all(sql)
    .await?;
    let mut preferences = Preferences::default();
    if let Some((language, email_off)) = chosen {
        preferences.language = Some(language);
        preferences.email_off = email_off;
    }
    for address in found {
        let place = if address.place == 1 { 0 } else { 1 };
        preferences.addresses[place] = address;
    }
    Ok(preferences)
}

pub async fn prefer(sql: &mut PgConnection, language: &str, email_off: &[&str]) -> Result<(), Error> {
    sqlx::query(
        "insert into preference values (acting_person(), $1, $2)
         on conflict (person) do update set language = $1, email_off = $2",
    )
    .bind(language)
    .bind(email_off)
    .execute(sql)
    .await?;
    Ok(())
}

/// Whoever never chose gets the language in which they gave their address.
pub async fn prefer_language(sql: &mut PgConnection, language: &str) -> Result<(), Error> {
    sqlx::query("insert into preference values (acting_person(), $1) on conflict do nothing")
        .bind(language)
        .execute(sql)
        .await?;
    Ok(())
}

/// No more e-mail about these topics.
pub async fn switch_off(sql: &mut PgConnection, topics: &[&str]) -> Result<(), Error> {
    sqlx::query(
        "insert into preference values (acting_person(), 'nl', $1)
         on conflict (person) do update
            set email_off = array(select distinct unnest(preference.email_off || $1) order by 1)",
    )
    .bind(topics)
    .execute(sql)
    .await?;
    Ok(())
}

/// An address that waits for the code that is sent to it.
pub struct Pending<'a> {
    pub place: i16,
    pub sealed: &'a [u8],
    pub code: &'a [u8],
    pub now: Timestamp,
    pub until: Timestamp,
}

/// Keeps an address until its code comes; false when too many codes were sent in a day.
pub async fn pend(sql: &mut PgConnection, pending: Pending<'_>, most: i16) -> Result<bool, Error> {
    let done = sqlx::query(
        "insert into email_address as e (person, place, pending, code, code_until, codes, codes_since)
         values (acting_person(), $1, $2, $3, $4, 1, $5)
         on conflict (person, place) do update
            set pending = $2, code = $3, code_until = $4, code_tries = 0,
                codes = case when e.codes_since > $5 - interval '1 day' then e.codes + 1 else 1 end,
                codes_since = case when e.codes_since > $5 - interval '1 day' then e.codes_since else $5 end
          where e.codes < $6 or e.codes_since is null or e.codes_since <= $5 - interval '1 day'",
    )
    .bind(pending.place)
    .bind(pending.sealed)
    .bind(pending.code)
    .bind(pending.until.to_sqlx())
    .bind(pending.now.to_sqlx())
    .bind(most)
    .execute(sql)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether one of these is the code; it counts as a try, and takes the address into use.
pub async fn verify(
    sql: &mut PgConnection,
    place: i16,
    codes: &[Vec<u8>],
    now: Timestamp,
    most_tries: i16,
) -> Result<bool, Error> {
    let right: Option<bool> = sqlx::query_scalar(
        "update email_address e
            set code_tries = e.code_tries + 1,
                address = case when e.code = any ($2) then e.pending else e.address end,
                verified_at = case when e.code = any ($2) then $3 else e.verified_at end,
                failed_at = case when e.code = any ($2) then null else e.failed_at end,
                pending = case when e.code = any ($2) then null else e.pending end,
                code = case when e.code = any ($2) then null else e.code end,
                code_until = case when e.code = any ($2) then null else e.code_until end
          where e.person = acting_person() and e.place = $1 and e.code is not null and e.code_until > $3 and e.code_tries < $4
         returning e.code is null",
    )
    .bind(place)
    .bind(codes)
    .bind(now.to_sqlx())
    .bind(most_tries)
    .fetch_optional(sql)
    .await?;
    Ok(right.unwrap_or(false))
}

/// Takes an address out of use; how many codes were sent lately stays.
pub async fn remove(sql: &mut PgConnection, place: i16) -> Result<(), Error> {
    sqlx::query(
        "update email_address
            set address = null, verified_at = null, failed_at = null, pending = null, code = null, code_until = null
          where person = acting_person() and place = $1",
    )
    .bind(place)
    .execute(sql)
    .await?;
    Ok(())
}

/// A notice that is due, locked for as long as the caller's transaction lasts.
pub async fn claim(sql: &mut PgConnection, now: Timestamp) -> Result<Option<(PersonId, Uuid)>, Error> {
    let (whose, notice): (Option<PersonId>, Option<Uuid>) =
        sqlx::query_as("select whose, notice from notice_claim($1)").bind(now.to_sqlx()).fetch_one(sql).await?;
    Ok(whose.zip(notice))
}

/// What is to be sent.
#[derive(FromRow)]
pub struct Due {
    pub channel: String,
    pub tries: i16,
    pub language: Option<String>,
    pub address: Option<Vec<u8>>,
    /// Of who said something without logging in: what their link is made of, sealed.
    pub contact: Option<Vec<u8>>,
    /// There is a second address too.
    pub second: bool,
    /// Of the messages that are still unread, as far as mail about them is wanted.
    pub topics: Vec<String>,
    pub messages: i64,
}

pub async fn due(sql: &mut PgConnection, notice: Uuid) -> Result<Due, Error> {
    Ok(sqlx::query_as(
        "with unread as (
             select m.topic
               from notice_message x join message m on m.person = x.person and m.id = x.message
               left join preference p on p.person = m.person
              where x.person = acting_person() and x.notice = $1 and m.read_at is null
                and not m.topic = any (coalesce(p.email_off, '{}'))
         )
         select n.channel, n.tries, p.language, e.address,
                (select f.contact from feedback f where f.person = n.person and f.id = n.person) as contact,
                exists (select from email_address s where s.person = n.person and s.place = 2 and s.address is not null) as second,
                array(select distinct topic from unread order by 1) as topics, (select count(*) from unread) as messages
           from notice n
           left join preference p on p.person = n.person
           left join email_address e on e.person = n.person and e.place = case n.channel when 'email' then 1 else 2 end
          where n.person = acting_person() and n.id = $1",
    )
    .bind(notice)
    .fetch_one(sql)
    .await?)
}

pub async fn done(
    sql: &mut PgConnection,
    notice: Uuid,
    state: &str,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<(), Error> {
    sqlx::query(
        "update notice set state = $2, reason = $3, done_at = $4, tries = tries + ($2 in ('sent', 'failed'))::int
          where person = acting_person() and id = $1",
    )
    .bind(notice)
    .bind(state)
    .bind(reason)
    .bind(now.to_sqlx())
    .execute(sql)
    .await?;
    Ok(())
}

pub async fn later(sql: &mut PgConnection, notice: Uuid, reason: &str, due_at: Timestamp) -> Result<(), Error> {
    sqlx::query(
        "update notice set tries = tries + 1, reason = $2, due_at = $3 where person = acting_person() and id = $1",
    )
    .bind(notice)
    .bind(reason)
    .bind(due_at.to_sqlx())
    .execute(sql)
    .await?;
    Ok(())
}

/// The same messages on the second address.
pub async fn on_second(sql: &mut PgConnection, notice: Uuid, now: Timestamp) -> Result<(), Error> {
    sqlx::query(
        "with made as (
             insert into notice (person, channel, why, made_at, due_at)
             select person, 'second_email', why, $2, $2 from notice where person = acting_person() and id = $1
             returning person, id
         )
         insert into notice_message
         select m.person, m.id, x.message from made m join notice_message x on x.person = m.person and x.notice = $1",
    )
    .bind(notice)
    .bind(now.to_sqlx())
    .execute(sql)
    .await?;
    Ok(())
}

/// Since when mail to an address comes back; none when it arrived.
pub async fn address_failed(sql: &mut PgConnection, place: i16, since: Option<Timestamp>) -> Result<(), Error> {
    sqlx::query(
        "update email_address set failed_at = $2
          where person = acting_person() and place = $1 and (failed_at is null) <> ($2 is null)",
    )
    .bind(place)
    .bind(since.map(|since| since.to_sqlx()))
    .execute(sql)
    .await?;
    Ok(())
}
