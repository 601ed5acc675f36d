//! From what a rule gives to offers: what changes for people, and the statement that writes it, the timeline and the messages with it.

use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, Postgres, postgres::PgArguments, query::QueryAs};

use crate::{
    database::PersonId,
    error::Error,
    rules::{
        ServiceRules, Version,
        model::{Mode, OncePer, Term, TermUnit},
    },
};

/// An offer that was made, changed or taken back.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Change {
    pub person: PersonId,
    pub service: String,
    /// The state before; none when it was found now.
    pub was: Option<String>,
    pub state: String,
}

/// Works out services for people and writes what changed; the same again changes nothing. The caller logs the usage, and holds the
/// locks of these people's facts (`people_lock`, or what changed the facts) so that nobody else works out the same people meanwhile.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn find(
    sql: &mut PgConnection,
    people: &[PersonId],
    services: &[(&ServiceRules, &Version)],
    now: Timestamp,
    on: Date,
) -> Result<Vec<Change>, Error> {
    if services.is_empty() || people.is_empty() {
        return Ok(Vec::new());
    }
    if let [service] = services {
        return write(sql, people, *service, now, on).await;
    }
    let changing = decide(sql, people, services, now, on).await?;
    let mut changes = Vec::new();
    for service in services.iter().filter(|(service, _)| changing.iter().any(|id| id == service.id())) {
        changes.extend(write(sql, people, *service, now, on).await?);
    }
    Ok(changes)
}

/// The services of which something changes for one of these people. What is only missing is written down at once.
async fn decide(
    sql: &mut PgConnection,
    people: &[PersonId],
    services: &[(&ServiceRules, &Version)],
    now: Timestamp,
    on: Date,
) -> Result<Vec<String>, Error> {
    let said = Said::of(services, on)?;
    let statement = AssertSqlSafe(deciding(services));
    Ok(said
        .bind(sqlx::query_as(statement), people, now, on)
        .fetch_all(sql)
        .await?
        .into_iter()
        .map(|(id,)| id)
        .collect())
}

/// Works out one service and writes what changed.
async fn write(
    sql: &mut PgConnection,
    people: &[PersonId],
    service: (&ServiceRules, &Version),
    now: Timestamp,
    on: Date,
) -> Result<Vec<Change>, Error> {
    let said = Said::of(&[service], on)?;
    Ok(said.bind(sqlx::query_as(AssertSqlSafe(writing(service))), people, now, on).fetch_all(sql).await?)
}

/// What the catalogue says of each service, a list for each column.
#[derive(Default)]
struct Said {
    service: Vec<String>,
    mode: Vec<&'static str>,
    band: Vec<Option<i32>>,
    expires_on: Vec<jiff_sqlx::Date>,
    by_value: Vec<bool>,
    rule_from: Vec<jiff_sqlx::Date>,
    rule_hash: Vec<String>,
    sender: Vec<String>,
    own_period: Vec<Option<jiff_sqlx::Date>>,
}

impl Said {
    fn of(services: &[(&ServiceRules, &Version)], on: Date) -> Result<Self, Error> {
        let mut said = Self::default();
        for (service, version) in services {
            said.add(service, version, on)?;
        }
        Ok(said)
    }

    /// `$1` the day, `$2` people, `$3` now, then the columns.
    fn bind<'q, T>(
        self,
        query: QueryAs<'q, Postgres, T, PgArguments>,
        people: &'q [PersonId],
        now: Timestamp,
        on: Date,
    ) -> QueryAs<'q, Postgres, T, PgArguments> {
        query
            .bind(on.to_sqlx())
            .bind(people)
            .bind(now.to_sqlx())
            .bind(self.service)
            .bind(self.mode)
            .bind(self.band)
            .bind(self.expires_on)
            .bind(self.by_value)
            .bind(self.rule_from)
            .bind(self.rule_hash)
            .bind(self.sender)
            .bind(self.own_period)
    }

    fn add(&mut self, service: &ServiceRules, version: &Version, on: Date) -> Result<(), Error> {
        let proactive = &service.proactive;
        let stands = if proactive.mode == Mode::Grant {
            proactive.undo_within.unwrap_or(proactive.expires_after)
        } else {
            proactive.expires_after
        };
        self.service.push(service.id().to_owned());
        self.mode.push(match proactive.mode {
            Mode::Inform => "inform",
            Mode::Offer => "offer",
            Mode::Grant => "grant",
        });
        self.band.push(proactive.reoffer_when_amount_changes_by.map(|band| i32::from(band.0)));
        self.expires_on.push(after(on, stands)?.to_sqlx());
        self.by_value.push(matches!(proactive.once_per, OncePer::Value(_)));
        self.rule_from.push(version.from.to_sqlx());
        self.rule_hash.push(version.hash.clone());
        self.sender.push(service.service.organisation.clone());
        self.own_period.push(own_period(&proactive.once_per, on).map(|day| day.to_sqlx()));
        Ok(())
    }
}

/// The year or quarter that a day falls in, of a service with one offer in each.
pub(super) fn own_period(once_per: &OncePer, on: Date) -> Option<Date> {
    match once_per {
        OncePer::Year => Some(on.first_of_year()),
        OncePer::Quarter => Some(jiff::civil::date(on.year(), (on.month() - 1) / 3 * 3 + 1, 1)),
        OncePer::Ever | OncePer::Value(_) => None,
    }
}

/// The day that a term which starts on `on` ends. Working days count as days: the terms of offers are the portal's own.
pub(super) fn after(on: Date, term: Term) -> Result<Date, Error> {
    let count = i64::from(term.count);
    let span = jiff::Span::new();
    let span = match term.unit {
        TermUnit::Days | TermUnit::WorkingDays => span.days(count),
        TermUnit::Weeks => span.weeks(count),
        TermUnit::Months => span.months(count),
        TermUnit::Years => span.years(count),
    };
    on.checked_add(span).map_err(Error::internal)
}

const ON: &str = "$1::date";

const PEOPLE: &str = "(select * from facts where person = any ($2))";

/// What each service gives for people: a bare verdict.
fn verdict((service, version): &(&ServiceRules, &Version), people: &str) -> String {
    let verdict = match service.proactive.once_per {
        // Which expiry date or child it is about, matters for a certain no too.
        OncePer::Value(_) => version.compiled.run(people, ON),
        _ => version.compiled.verdict(people, ON),
    };
    let id = service.id();
    format!(
        "select '{id}' as service, person, eligible, period, year, quarter, month, once, missing from ({verdict}) r"
    )
}

/// A statement about all services at once, without their explanations: PostgreSQL sets up every expression that a statement might
/// need, which for one person takes longer than working them out.
pub(super) fn deciding(services: &[(&ServiceRules, &Version)]) -> String {
    let verdicts: Vec<String> = services.iter().map(|service| verdict(service, "mine")).collect();
    format!(
        "with mine as materialized {PEOPLE}, result as materialized ({}){DECIDED}{NEEDED}
)
select service from decided where next is not null union select service from ({GOING}) g",
        verdicts.join(" union all ")
    )
}

/// A statement about one service that writes. An explanation is worked out only for what is written.
pub(super) fn writing(service: (&ServiceRules, &Version)) -> String {
    let run = service.1.compiled.run("(select * from facts where person = d.person)", ON);
    format!(
        "with result as materialized ({}){DECIDED}
), explained as materialized (
    select d.*, (select jsonb_build_object('conditions', conditions, 'steps', steps, 'facts', facts) from ({run}) r) as run
      from decided d where d.next is not null{INSERTED}
), going as ({GOING}{WRITTEN}{NEEDED}
)
select person, service, was, state from changed",
        verdict(&service, PEOPLE)
    )
}

/// What a result does to the offer that is there, or is not. Here and below, tables of everybody are narrowed to `$2` where they are
/// named: a plan made while they were small, and kept, might otherwise read all of them.
const DECIDED: &str = "
, said as (
    select * from unnest($4::text[], $5::text[], $6::integer[], $7::date[], $8::boolean[], $9::date[], $10::text[], $11::text[],
                         $12::date[])
        as s (service, mode, band, expires_on, by_value, rule_from, rule_hash, sender, own_period)
), decided as (
    select p.person, s.*, r.person is not null and r.eligible as eligible, r.period, r.year, r.quarter, r.month, r.once, k.state as was,
           r.person is not null and r.eligible is null and s.mode = 'offer' as asks, r.missing,
           (r.year, r.quarter, r.month, r.once) is distinct from (k.year, k.quarter, k.month, k.once) as other_amount,
           case
           when r.eligible is not true then null
           when k.state is null or k.state = 'withdrawn'
             or (k.state in ('declined', 'expired')
                 and abs(coalesce(r.year, r.quarter, r.month, r.once) - coalesce(k.year, k.quarter, k.month, k.once)) * 100
                     > s.band * coalesce(k.year, k.quarter, k.month, k.once))
           then case when exists (select from offer_opt_out o where o.person = p.person and o.service in (s.service, '*')) then 'suppressed'
                     when s.mode = 'grant' then 'granted'
                     else 'offered' end
           when k.state in ('offered', 'seen', 'postponed', 'suppressed', 'accepted', 'granted')
                and ((r.year, r.quarter, r.month, r.once) is distinct from (k.year, k.quarter, k.month, k.once) or not k.fits)
           then k.state
           end as next
      from unnest($2::uuid[]) as p (person)
     cross join said s
      left join result r on r.person = p.person and r.service = s.service
      left join offer k on k.person = p.person and k.person = any ($2) and k.service = s.service and k.period = r.period";

/// Only rows that were really written lead to a line in the timeline and a message, so that two who work out the same person at once
/// do so once.
const INSERTED: &str = "
), inserted as (
    insert into offer (person, service, period, state, year, quarter, month, once, rule_from, rule_hash, run, evaluated_on, found_at,
                       changed_at, expires_on)
    select person, service, period, next, year, quarter, month, once, rule_from, rule_hash, run, $1, $3, $3, expires_on
      from explained where was is null
    on conflict do nothing
    returning person, service, period, null::text as was, state, false as other_amount
), updated as (
    update offer k
       set state = d.next, year = d.year, quarter = d.quarter, month = d.month, once = d.once, rule_from = d.rule_from,
           rule_hash = d.rule_hash, run = d.run, evaluated_on = $1, changed_at = $3, fits = true, certainty = 'certain',
           expires_on = case when d.next = d.was then k.expires_on else d.expires_on end,
           reminded = k.reminded and d.next = d.was
      from explained d
     where k.person = d.person and k.person = any ($2) and k.service = d.service and k.period = d.period and k.state = d.was
    returning k.person, k.service, k.period, d.was, k.state, d.other_amount";

/// Offers that stand and do not fit any more.
const GOING: &str = "
    select k.person, k.service, k.period, k.state as was
      from decided d join offer k on k.person = d.person and k.person = any ($2) and k.service = d.service and k.fits
     where d.eligible is not true and k.period = coalesce(d.period, d.own_period, k.period)
               -- What the citizen filled in stands for as long as no register says otherwise.
               and (k.certainty = 'certain' or d.eligible is false)
               and k.state in ('offered', 'seen', 'postponed', 'suppressed', 'accepted', 'granted')
        or d.by_value and k.period is distinct from d.period and k.state in ('offered', 'seen', 'postponed', 'suppressed')";

const WRITTEN: &str = "
), gone as (
    update offer k
       set state = case when k.state in ('accepted', 'granted') then k.state else 'withdrawn' end, fits = false, changed_at = $3
      from going g
     where k.person = g.person and k.person = any ($2) and k.service = g.service and k.period = g.period and k.state = g.was
    returning k.person, k.service, k.period, g.was, k.state, false as other_amount
), changed as (
    select *, case when was is null and state <> 'suppressed' then state
                   when was <> state and state in ('offered', 'granted') then state
                   when was = state and state in ('accepted', 'granted') then case when other_amount then 'changed' else 'back' end
              end as message
      from (select * from inserted union all select * from updated) c
    union all
    select *, case state when 'withdrawn' then 'withdrawn' else 'no_longer_fits' end from gone
), timeline as (
    insert into offer_event (person, service, period, sequence, at, actor, was, state, why)
    select c.person, c.service, c.period,
           coalesce((select max(e.sequence) from offer_event e where e.person = c.person and e.service = c.service and e.period = c.period), 0) + 1,
           $3, 'system', c.was, c.state,
           case when c.was is null then 'found' when c.message in ('withdrawn', 'no_longer_fits') then 'facts_changed' else 'worked_out_again' end
      from changed c
), told as (
    insert into message (person, at, sender, kind, service, period, matters)
    select c.person, $3, s.sender, c.message, c.service, c.period, c.message in ('granted', 'no_longer_fits')
      from changed c join said s on s.service = c.service
     where c.message is not null";

/// What cannot be worked out until the citizen supplies it.
const NEEDED: &str = "
), needed as (
    insert into needs_data as n (person, services)
    select d.person,
           coalesce(jsonb_object_agg(d.service, jsonb_build_object('period', d.period, 'missing', d.missing)) filter (where d.asks), '{}')
      from decided d
      left join needs_data h on h.person = d.person and h.person = any ($2)
     group by d.person, h.person
    having bool_or(d.asks) or h.person is not null
    on conflict (person) do update set services = (n.services - $4::text[]) || excluded.services
     where n.services <> (n.services - $4::text[]) || excluded.services";
