//! SQL of the acting person's offers and choices.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx;
use serde::Deserialize;
use serde_json::json;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::{
    Actor, Amounts, Reason, Run, State,
    model::{MessageKind, Offer},
};
use crate::{
    corrections::{LOOKED_INTO, Looked},
    error::Error,
    messages::{FAILED, Message, SELECT, UNREAD},
    rules::Outcome,
};

/// An offer with its number among those of its service, first found first: a name for it that says nothing about anybody.
#[derive(Clone, Debug)]
pub struct Kept {
    pub number: i64,
    pub offer: Offer,
}

/// What there is for the acting person.
#[derive(Debug, Default)]
pub struct Mine {
    /// Newest first.
    pub offers: Vec<Kept>,
    /// Services they want no offers of; `*` is all of them.
    pub switched_off: BTreeSet<String>,
    pub unread: i64,
    /// Mail to their address comes back.
    pub address_failed: bool,
    /// Their number stands on another list too: whose data these are, is not sure.
    pub conflict: bool,
    /// Whether anything is known that rules could use.
    pub has_facts: bool,
    /// Services that could not be worked out when they last were.
    pub needs_data: BTreeMap<String, NeedsData>,
    /// What registers or holders are looking into.
    pub looked_into: Vec<Looked>,
    /// The newest.
    pub messages: Vec<Message>,
}

/// What it takes to work out a service: the period it would be of, and the facts that must be known first.
#[derive(Clone, Debug, Deserialize)]
pub struct NeedsData {
    pub period: Option<Date>,
    pub missing: Vec<String>,
}

/// A line of an offer's timeline.
#[derive(Clone, Debug, Deserialize)]
pub struct Event {
    pub at: Timestamp,
    pub state: String,
    pub why: String,
}

#[derive(Deserialize)]
struct Row {
    number: i64,
    service: String,
    period: Date,
    state: State,
    year: Option<i64>,
    quarter: Option<i64>,
    month: Option<i64>,
    once: Option<i64>,
    certainty: String,
    rule_from: Date,
    run: Run,
    evaluated_on: Date,
    found_at: Timestamp,
    changed_at: Timestamp,
    fits: bool,
    expires_on: Date,
    postponed_until: Option<Date>,
    reason: Option<Reason>,
    reference: Option<String>,
}

impl From<Row> for Kept {
    fn from(row: Row) -> Self {
        let offer = Offer {
            service: row.service,
            period: row.period,
            state: row.state,
            amounts: Amounts { year: row.year, quarter: row.quarter, month: row.month, once: row.once },
            certain: row.certainty == "certain",
            rule_from: row.rule_from,
            run: row.run,
            evaluated_on: row.evaluated_on,
            found_at: row.found_at,
            changed_at: row.changed_at,
            fits: row.fits,
            expires_on: row.expires_on,
            postponed_until: row.postponed_until,
            reason: row.reason,
            reference: row.reference,
        };
        Self { number: row.number, offer }
    }
}

#[derive(Deserialize)]
struct MineRow {
    offers: Vec<Row>,
    switched_off: BTreeSet<String>,
    unread: i64,
    address_failed: bool,
    conflict: bool,
    has_facts: bool,
    needs_data: BTreeMap<String, NeedsData>,
    looked_into: Vec<Looked>,
    messages: Vec<Message>,
}

/// Offers with their numbers.
const NUMBERED: &str = "
    select *, row_number() over (partition by service order by found_at, period) as number
      from offer where person = acting_person()";

/// Everything, in one round trip; of the messages the newest.
pub async fn mine(sql: &mut PgConnection, messages: i64) -> Result<Mine, Error> {
    let statement = format!(
        "with numbered as ({NUMBERED})
         select jsonb_build_object(
             'offers', (select coalesce(jsonb_agg(to_jsonb(o) - 'answers' - 'person' order by o.found_at desc, o.period desc, o.service), '[]')
                          from numbered o),
             'switched_off', (select coalesce(jsonb_agg(service), '[]') from offer_opt_out where person = acting_person()),
             'conflict', exists (select from bsn_conflict where person = acting_person()),
             'has_facts', exists (select from facts where person = acting_person()),
             'needs_data', coalesce((select services from needs_data where person = acting_person()), '{{}}'),
             'looked_into', {LOOKED_INTO}, 'unread', {UNREAD}, 'address_failed', {FAILED},
             'messages', (select coalesce(jsonb_agg(to_jsonb(m) order by m.at desc, m.id), '[]')
                            from ({SELECT} order by m.at desc, m.id limit $1) m))"
    );
    let row: Json<MineRow> = sqlx::query_scalar(sqlx::AssertSqlSafe(statement)).bind(messages).fetch_one(sql).await?;
    let MineRow {
        offers,
        switched_off,
        unread,
        address_failed,
        conflict,
        has_facts,
        needs_data,
        looked_into,
        messages,
    } = row.0;
    let offers = offers.into_iter().map(Kept::from).collect();
    Ok(Mine { offers, switched_off, unread, address_failed, conflict, has_facts, needs_data, looked_into, messages })
}

/// One offer of the acting person, with its number.
pub async fn one(sql: &mut PgConnection, service: &str, period: Date) -> Result<Option<Kept>, Error> {
    let statement = format!(
        "with numbered as ({NUMBERED}) select to_jsonb(o) - 'answers' - 'person' from numbered o where service = $1 and period = $2"
    );
    let row: Option<Json<Row>> = sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
        .bind(service)
        .bind(period.to_sqlx())
        .fetch_optional(sql)
        .await?;
    Ok(row.map(|row| row.0.into()))
}

/// The timeline of an offer, oldest first.
pub async fn events(sql: &mut PgConnection, service: &str, period: Date) -> Result<Vec<Event>, Error> {
    let events: Json<Vec<Event>> = sqlx::query_scalar(
        "select coalesce(jsonb_agg(to_jsonb(e) order by e.sequence), '[]')
           from offer_event e where person = acting_person() and service = $1 and period = $2",
    )
    .bind(service)
    .bind(period.to_sqlx())
    .fetch_one(sql)
    .await?;
    Ok(events.0)
}

/// What the citizen filled in, sealed.
pub async fn answers(sql: &mut PgConnection, service: &str, period: Date) -> Result<Option<Vec<u8>>, Error> {
    let answers =
        sqlx::query_scalar("select answers from offer where person = acting_person() and service = $1 and period = $2")
            .bind(service)
            .bind(period.to_sqlx())
            .fetch_optional(sql)
            .await?;
    Ok(answers.flatten())
}

/// Says which case came from an offer.
pub async fn has_case(sql: &mut PgConnection, service: &str, period: Date, case: Uuid) -> Result<(), Error> {
    sqlx::query("update offer set case_id = $3 where person = acting_person() and service = $1 and period = $2")
        .bind(service)
        .bind(period.to_sqlx())
        .bind(case)
        .execute(sql)
        .await?;
    Ok(())
}

/// The case that came from an offer.
pub async fn case_of(sql: &mut PgConnection, service: &str, period: Date) -> Result<Option<Uuid>, Error> {
    let case =
        sqlx::query_scalar("select case_id from offer where person = acting_person() and service = $1 and period = $2")
            .bind(service)
            .bind(period.to_sqlx())
            .fetch_optional(sql)
            .await?;
    Ok(case.flatten())
}

/// A choice about one offer.
pub struct Choice<'a> {
    pub service: &'a str,
    pub period: Date,
    pub next: State,
    pub why: &'a str,
    pub at: Timestamp,
    pub today: Date,
    /// Whether it can only be done until the last day to choose.
    pub in_time: bool,
    pub postponed_until: Option<Date>,
    pub reason: Option<Reason>,
    /// Sealed answers, and the number of the receipt.
    pub sent: Option<(Vec<u8>, String)>,
    /// A message about it, with its sender.
    pub tell: Option<(MessageKind, &'a str)>,
}

impl<'a> Choice<'a> {
    pub fn new(offer: &'a Offer, next: State, why: &'a str, at: Timestamp) -> Self {
        Self {
            service: &offer.service,
            period: offer.period,
            next,
            why,
            at,
            today: crate::clock::day(at),
            in_time: false,
            postponed_until: None,
            reason: None,
            sent: None,
            tell: None,
        }
    }
}

/// Makes the choice if the offer still waits for one: the state before, or none when another window was first.
pub async fn choose(sql: &mut PgConnection, choice: Choice<'_>) -> Result<Option<String>, Error> {
    let (answers, reference) = choice.sent.unzip();
    let (kind, sender) = choice.tell.unzip();
    let was = sqlx::query_scalar(
        "with waiting as (
             select service, period, state as was from offer
              where person = acting_person() and service = $1 and period = $2 and state = any($3) and ($4 is null or expires_on >= $4)
                for update
         ), moved as (
             update offer o
                set state = $5, changed_at = $6, postponed_until = $7, reason = $8, answers = coalesce($9, o.answers),
                    reference = coalesce($10, o.reference)
               from waiting w
              where o.person = acting_person() and o.service = w.service and o.period = w.period
             returning o.person, o.service, o.period, w.was
         ), timeline as (
             insert into offer_event (person, service, period, sequence, at, actor, was, state, why)
             select m.person, m.service, m.period,
                    coalesce((select max(e.sequence) from offer_event e
                               where e.person = m.person and e.service = m.service and e.period = m.period), 0) + 1,
                    $6, 'citizen', m.was, $5, $11
               from moved m
         ), told as (
             insert into message (person, at, sender, kind, service, period)
             select m.person, $6, $13, $12, m.service, m.period from moved m where $12 is not null
         )
         select was from moved",
    )
    .bind(choice.service)
    .bind(choice.period.to_sqlx())
    .bind(State::before(choice.next, Actor::Citizen))
    .bind(choice.in_time.then(|| choice.today.to_sqlx()))
    .bind(choice.next.as_str())
    .bind(choice.at.to_sqlx())
    .bind(choice.postponed_until.map(|until| until.to_sqlx()))
    .bind(choice.reason.map(Reason::as_str))
    .bind(answers)
    .bind(reference)
    .bind(choice.why)
    .bind(kind.map(MessageKind::as_str))
    .bind(sender)
    .fetch_optional(sql)
    .await?;
    Ok(was)
}

/// The reason of a no that was said already.
pub async fn explain_no(sql: &mut PgConnection, offer: &Offer, reason: Reason) -> Result<bool, Error> {
    let done = sqlx::query(
        "update offer set reason = $3
          where person = acting_person() and service = $1 and period = $2 and state in ('declined', 'undone')",
    )
    .bind(&offer.service)
    .bind(offer.period.to_sqlx())
    .bind(reason.as_str())
    .execute(sql)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// What a rule gives today, to be written into an offer.
pub struct Worked<'a> {
    pub outcome: &'a Outcome,
    pub rule_from: Date,
    pub rule_hash: &'a str,
    pub expires_on: Date,
    pub on: Date,
}

impl Worked<'_> {
    fn run(&self) -> Json<serde_json::Value> {
        let Outcome { conditions, steps, facts, .. } = self.outcome;
        Json(json!({ "conditions": conditions, "steps": steps, "facts": facts }))
    }
}

/// An offer that stands again takes what its rule gives now, and time to choose.
pub async fn renew(sql: &mut PgConnection, offer: &Offer, worked: &Worked<'_>) -> Result<(), Error> {
    sqlx::query(
        "update offer
            set year = $3, quarter = $4, month = $5, once = $6, rule_from = $7, rule_hash = $8, run = $9, evaluated_on = $10,
                expires_on = greatest(expires_on, $11), fits = true
          where person = acting_person() and service = $1 and period = $2",
    )
    .bind(&offer.service)
    .bind(offer.period.to_sqlx())
    .bind(worked.outcome.year)
    .bind(worked.outcome.quarter)
    .bind(worked.outcome.month)
    .bind(worked.outcome.once)
    .bind(worked.rule_from.to_sqlx())
    .bind(worked.rule_hash)
    .bind(worked.run())
    .bind(worked.on.to_sqlx())
    .bind(worked.expires_on.to_sqlx())
    .execute(sql)
    .await?;
    Ok(())
}

/// An offer from facts of which the citizen supplied some: likely, and not certain. None when there is one for that period.
pub async fn offer_likely(
    sql: &mut PgConnection,
    service: &str,
    period: Date,
    worked: &Worked<'_>,
    answers: &[u8],
    now: Timestamp,
) -> Result<bool, Error> {
    let made: Option<bool> = sqlx::query_scalar(
        "with made as (
             insert into offer (person, service, period, state, year, quarter, month, once, certainty, rule_from, rule_hash, run,
                                evaluated_on, found_at, changed_at, expires_on, answers)
             values (acting_person(), $1, $2, 'offered', $3, $4, $5, $6, 'likely', $7, $8, $9, $10, $12, $12, $11, $13)
             on conflict (person, service, period) do update
                set state = 'offered', year = $3, quarter = $4, month = $5, once = $6, certainty = 'likely', rule_from = $7,
                    rule_hash = $8, run = $9, evaluated_on = $10, expires_on = $11, changed_at = $12, fits = true, answers = $13
              where offer.state in ('withdrawn', 'declined', 'expired')
             returning person, service, period
         )
         insert into offer_event (person, service, period, sequence, at, actor, was, state, why)
         select m.person, m.service, m.period,
                coalesce((select max(e.sequence) from offer_event e
                           where e.person = m.person and e.service = m.service and e.period = m.period), 0) + 1,
                $12, 'citizen', null, 'offered', 'filled_in'
           from made m
         returning true",
    )
    .bind(service)
    .bind(period.to_sqlx())
    .bind(worked.outcome.year)
    .bind(worked.outcome.quarter)
    .bind(worked.outcome.month)
    .bind(worked.outcome.once)
    .bind(worked.rule_from.to_sqlx())
    .bind(worked.rule_hash)
    .bind(worked.run())
    .bind(worked.on.to_sqlx())
    .bind(worked.expires_on.to_sqlx())
    .bind(now.to_sqlx())
    .bind(answers)
    .fetch_optional(sql)
    .await?;
    Ok(made.is_some())
}

/// Offers of a service, or with `*` of all, are not made any more; those that wait for a choice go.
pub async fn switch_off(sql: &mut PgConnection, service: &str, now: Timestamp) -> Result<(), Error> {
    sqlx::query(
        "with off as (
             insert into offer_opt_out (person, service, since) values (acting_person(), $1, $2) on conflict do nothing
         ), waiting as (
             select service, period, state as was from offer
              where person = acting_person() and ($1 = '*' or service = $1) and state = any($3)
                for update
         ), moved as (
             update offer o set state = 'suppressed', changed_at = $2
               from waiting w
              where o.person = acting_person() and o.service = w.service and o.period = w.period
             returning o.person, o.service, o.period, w.was
         )
         insert into offer_event (person, service, period, sequence, at, actor, was, state, why)
         select m.person, m.service, m.period,
                coalesce((select max(e.sequence) from offer_event e
                           where e.person = m.person and e.service = m.service and e.period = m.period), 0) + 1,
                $2, 'citizen', m.was, 'suppressed', 'switched_off'
           from moved m",
    )
    .bind(service)
    .bind(now.to_sqlx())
    .bind(State::before(State::Suppressed, Actor::Citizen))
    .execute(sql)
    .await?;
    Ok(())
}

/// An offer to bring back when its service is switched on again.
pub struct Back<'a> {
    pub service: &'a str,
    pub period: Date,
    pub next: State,
    pub expires_on: Date,
}

/// Undoes [`switch_off`]. Offers that were kept back for it stand again, unless another choice keeps them back.
pub async fn switch_on(sql: &mut PgConnection, service: &str, back: &[Back<'_>], now: Timestamp) -> Result<(), Error> {
    let mut columns: (Vec<&str>, Vec<jiff_sqlx::Date>, Vec<&str>, Vec<jiff_sqlx::Date>) = Default::default();
    for one in back {
        columns.0.push(one.service);
        columns.1.push(one.period.to_sqlx());
        columns.2.push(one.next.as_str());
        columns.3.push(one.expires_on.to_sqlx());
    }
    sqlx::query(
        "with gone as (
             delete from offer_opt_out where person = acting_person() and service = $1
         ), waiting as (
             select k.service, k.period, b.next, b.expires_on
               from offer k join unnest($3::text[], $4::date[], $5::text[], $6::date[]) as b (service, period, next, expires_on)
                 on b.service = k.service and b.period = k.period
              where k.person = acting_person() and ($1 = '*' or k.service = $1) and k.state = 'suppressed'
                and not exists (select from offer_opt_out x where x.person = k.person and x.service in (k.service, '*') and x.service <> $1)
                for update of k
         ), moved as (
             update offer o set state = w.next, changed_at = $2, expires_on = greatest(o.expires_on, w.expires_on)
               from waiting w
              where o.person = acting_person() and o.service = w.service and o.period = w.period
             returning o.person, o.service, o.period, o.state
         )
         insert into offer_event (person, service, period, sequence, at, actor, was, state, why)
         select m.person, m.service, m.period,
                coalesce((select max(e.sequence) from offer_event e
                           where e.person = m.person and e.service = m.service and e.period = m.period), 0) + 1,
                $2, 'citizen', 'suppressed', m.state, 'switched_on'
           from moved m",
    )
    .bind(service)
    .bind(now.to_sqlx())
    .bind(columns.0)
    .bind(columns.1)
    .bind(columns.2)
    .bind(columns.3)
    .execute(sql)
    .await?;
    Ok(())
}

/// The registered facts of the acting person; null where unknown, none when nothing is kept about them.
pub async fn facts(sql: &mut PgConnection) -> Result<Option<BTreeMap<String, serde_json::Value>>, Error> {
    let facts: Option<Json<BTreeMap<String, serde_json::Value>>> =
        sqlx::query_scalar("select to_jsonb(f) - 'person' from facts f where person = acting_person()")
            .fetch_optional(sql)
            .await?;
    Ok(facts.map(|facts| facts.0))
}
