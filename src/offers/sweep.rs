//! Everybody, for a day: what dates changed (birthdays, expiry, a new year) and what a changed rule changes. In parts, so that several
//! processes share the work, and one that is killed is taken up where it was.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, types::Json};
use uuid::Uuid;

use super::{
    find::{Change, find, own_period},
    overdue,
    reevaluate::groups_read,
};
use crate::{
    database::{Evaluator, PersonId},
    error::Error,
    rules::{
        Rulebook, ServiceRules, Version,
        model::{Mode, OncePer, Source},
    },
    server::Portal,
    usage::{Role, Usage, activity},
};

/// So many people in a part: what is done again after a kill.
const PEOPLE_IN_PART: i32 = 20_000;

/// So many people in one transaction that writes.
const PEOPLE_AT_ONCE: usize = 500;

/// Who waited for somebody else tries again so often.
const TRIES: u32 = 5;

/// How soon after midnight a new day is seen.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// What a run did in this process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    pub parts: u64,
    pub people: u64,
    /// Offers made, changed or taken back.
    pub changes: u64,
}

/// What a run needs.
pub struct Sweep<'a> {
    pub evaluator: &'a Evaluator,
    pub rulebook: &'a Rulebook,
    /// The organisation whose run it is, for the log.
    pub organisation: &'a str,
    pub on: Date,
}

#[derive(FromRow)]
struct Part {
    part: i32,
    first_person: Uuid,
    next_person: Option<Uuid>,
}

impl Part {
    /// That a column names one of its people.
    fn bounds(&self, column: &str) -> String {
        match self.next_person {
            Some(next) => format!("{column} >= '{}' and {column} < '{next}'", self.first_person),
            None => format!("{column} >= '{}'", self.first_person),
        }
    }
}

impl Sweep<'_> {
    /// Works out everybody who was not yet, together with whoever else is at it. `now` is asked for the time of each part; `progress`
    /// is told parts done and parts in all.
    ///
    /// # Errors
    /// Those of PostgreSQL. What is done stays done.
    pub async fn run(&self, now: impl Fn() -> Timestamp, mut progress: impl FnMut(i64, i64)) -> Result<Swept, Error> {
        self.begin(now()).await?;
        let mut swept = Swept::default();
        loop {
            // The lock on the part lasts as long as this transaction: a killed process lets go of it.
            let mut claim = self.evaluator.begin().await?;
            let Some(part) = claimed(&mut claim, self.on).await? else {
                claim.rollback().await?;
                if self.left().await?.0 == self.left().await?.1 {
                    break;
                }
                // Others are at the last parts: if they die, there is still somebody.
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            };
            let (people, changes) = self.part(&part, &now).await?;
            sqlx::query(
                "update sweep_part set finished_at = $3, people = $4, changes = $5 where on_date = $1 and part = $2",
            )
            .bind(self.on.to_sqlx())
            .bind(part.part)
            .bind(now().to_sqlx())
            .bind(i32::try_from(people).unwrap_or(i32::MAX))
            .bind(i32::try_from(changes).unwrap_or(i32::MAX))
            .execute(&mut *claim)
            .await?;
            claim.commit().await?;
            swept.parts += 1;
            swept.people += people;
            swept.changes += changes;
            let (done, all) = self.left().await?;
            progress(done, all);
        }
        self.finish(now()).await?;
        Ok(swept)
    }

    /// Divides people into parts, once for a day.
    async fn begin(&self, now: Timestamp) -> Result<(), Error> {
        let mut sql = self.evaluator.begin().await?;
        let is_new = sqlx::query("insert into sweep (on_date, started_at) values ($1, $2) on conflict do nothing")
            .bind(self.on.to_sqlx())
            .bind(now.to_sqlx())
            .execute(&mut *sql)
            .await?
            .rows_affected();
        if is_new == 1 {
            sqlx::query(
                "insert into sweep_part (on_date, part, first_person, next_person)
                 select $1, part, first_person, lead(first_person) over (order by part) from sweep_boundaries($2)",
            )
            .bind(self.on.to_sqlx())
            .bind(PEOPLE_IN_PART)
            .execute(&mut *sql)
            .await?;
        }
        sql.commit().await?;
        Ok(())
    }

    /// Parts done, and parts in all.
    async fn left(&self) -> Result<(i64, i64), Error> {
        let mut sql = self.evaluator.begin().await?;
        Ok(sqlx::query_as("select count(finished_at), count(*) from sweep_part where on_date = $1")
            .bind(self.on.to_sqlx())
            .fetch_one(&mut *sql)
            .await?)
    }

    async fn part(&self, part: &Part, now: &impl Fn() -> Timestamp) -> Result<(u64, u64), Error> {
        let mut changes = self.again(|| self.birthdays(part, now())).await?.len() as u64;
        let mut sql = self.evaluator.begin().await?;
        let people = people(&mut sql, part).await?;
        let mut different = Vec::new();
        for rule in self.rulebook.on(self.on) {
            different.push((rule, differences(&mut sql, rule, part, self.on).await?));
        }
        let overdue = overdue::people(&mut sql, self.on, part.first_person, part.next_person).await?;
        sql.rollback().await?;
        for (rule, different) in different {
            for people in different.chunks(PEOPLE_AT_ONCE) {
                changes += self.again(|| self.write(people, rule, now())).await?.len() as u64;
            }
        }
        let overdue: Vec<PersonId> = overdue.into_iter().collect();
        for people in overdue.chunks(PEOPLE_AT_ONCE) {
            changes += self.over(people, now()).await?;
        }
        Ok((people, changes))
    }

    /// A deadlock or a conflict with somebody else says nothing: again.
    async fn again<T, F: Future<Output = Result<T, Error>>>(&self, what: impl Fn() -> F) -> Result<T, Error> {
        let mut tries = 0;
        loop {
            match what().await {
                Err(error) if tries < TRIES && error.is_contention() => tries += 1,
                result => return result,
            }
        }
    }

    /// Facts that somebody else's birthday changes, and the services that use them. Who is near may be of another part, which is done
    /// already.
    async fn birthdays(&self, part: &Part, now: Timestamp) -> Result<Vec<Change>, Error> {
        let mut sql = self.evaluator.begin().await?;
        let changed: Vec<(PersonId, Vec<String>)> =
            sqlx::query_as("select whose, names from facts_of_birthdays($1, $2, $3, $4)")
                .bind(part.first_person)
                .bind(part.next_person)
                .bind(self.on.to_sqlx())
                .bind(Json(facts_of_partner(self.rulebook)))
                .fetch_all(&mut *sql)
                .await?;
        let names: BTreeSet<String> = changed.iter().flat_map(|(_, names)| names.iter().cloned()).collect();
        let people: Vec<PersonId> = changed.into_iter().map(|(person, _)| person).collect();
        let mut changes = Vec::new();
        for rule in self.rulebook.on(self.on).filter(|(_, version)| version.compiled.uses_any(&names)) {
            let found = find(&mut sql, &people, &[rule], now, self.on).await?;
            self.log(&mut sql, &found, rule, now).await?;
            changes.extend(found);
        }
        sql.commit().await?;
        Ok(changes)
    }

    /// Works a service out for these people and writes what changed.
    async fn write(
        &self,
        people: &[PersonId],
        rule: (&ServiceRules, &Version),
        now: Timestamp,
    ) -> Result<Vec<Change>, Error> {
        let mut sql = self.evaluator.begin().await?;
        sqlx::query("select people_lock($1)").bind(people).execute(&mut *sql).await?;
        let changes = find(&mut sql, people, &[rule], now, self.on).await?;
        self.log(&mut sql, &changes, rule, now).await?;
        sql.commit().await?;
        Ok(changes)
    }

    /// Whoever something changed for has it in their log, with the purpose and the legal basis of the service.
    async fn log(
        &self,
        sql: &mut PgConnection,
        changes: &[Change],
        rule: (&ServiceRules, &Version),
        now: Timestamp,
    ) -> Result<(), Error> {
        if changes.is_empty() {
            return Ok(());
        }
        let people: BTreeSet<PersonId> = changes.iter().map(|change| change.person).collect();
        let usage = Usage {
            at: now,
            organisation: self.organisation.to_owned(),
            role: Role::System,
            activity: activity::EVALUATE.based_on(&rule.0.proactive.legal_basis),
            groups: groups_read(self.rulebook, &[rule]),
        };
        usage.append_each(sql, &people.into_iter().collect::<Vec<_>>()).await
    }

    async fn over(&self, people: &[PersonId], now: Timestamp) -> Result<u64, Error> {
        let mut sql = self.evaluator.begin().await?;
        sqlx::query("select people_lock($1)").bind(people).execute(&mut *sql).await?;
        let changes = overdue::close(&mut sql, self.rulebook, people, self.on, now).await?;
        sql.commit().await?;
        Ok(changes)
    }

    /// Counts whom each service reaches, and says that the day is done. Whoever comes first does it.
    async fn finish(&self, now: Timestamp) -> Result<(), Error> {
        let mut sql = self.evaluator.begin().await?;
        let first = sqlx::query("update sweep set finished_at = $2 where on_date = $1 and finished_at is null")
            .bind(self.on.to_sqlx())
            .bind(now.to_sqlx())
            .execute(&mut *sql)
            .await?
            .rows_affected();
        if first == 1 {
            for (service, version) in self.rulebook.on(self.on) {
                let verdict = version.compiled.verdict("facts", &literal(self.on));
                sqlx::query(AssertSqlSafe(format!(
                    "insert into service_reach (service, on_date, fits, needs_data, people)
                     select $1, $2, count(*) filter (where eligible), count(*) filter (where eligible is null),
                            (select count(*) from facts)
                       from ({verdict}) v
                     on conflict (service) do update
                        set on_date = excluded.on_date, fits = excluded.fits, needs_data = excluded.needs_data, people = excluded.people"
                )))
                .bind(service.id())
                .bind(self.on.to_sqlx())
                .execute(&mut *sql)
                .await?;
            }
        }
        sql.commit().await?;
        Ok(())
    }
}

/// Works everybody out once a day, for as long as the portal runs; replicas share the work, and one that starts in the middle helps.
pub async fn every_day(portal: Portal) {
    loop {
        let on = portal.clock.today();
        let sweep = Sweep {
            evaluator: &portal.evaluator,
            rulebook: &portal.rules,
            organisation: &portal.config.organisation.id,
            on,
        };
        match sweep.run(|| portal.clock.now(), |_, _| ()).await {
            Ok(swept) if swept.parts > 0 => {
                tracing::info!(%on, people = swept.people, changes = swept.changes, "everybody is worked out");
            }
            Ok(_) => {}
            // It goes on at the next look, where it was.
            Err(error) => tracing::warn!(%error, %on, "everybody is not worked out yet"),
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Each fact that is a fact of the partner, and which one.
fn facts_of_partner(rulebook: &Rulebook) -> BTreeMap<&str, &str> {
    let facts = rulebook.facts.values();
    facts
        .filter_map(|fact| match &fact.from {
            Source::Partner(of) => Some((fact.name.as_str(), of.as_str())),
            _ => None,
        })
        .collect()
}

/// As PostgreSQL reads a day; written out, so that what depends on the day alone is worked out once and not for each person.
pub(super) fn literal(on: Date) -> String {
    format!("date '{on}'")
}

async fn claimed(sql: &mut PgConnection, on: Date) -> Result<Option<Part>, Error> {
    Ok(sqlx::query_as(
        "select part, first_person, next_person from sweep_part
          where on_date = $1 and finished_at is null order by part limit 1 for update skip locked",
    )
    .bind(on.to_sqlx())
    .fetch_optional(sql)
    .await?)
}

async fn people(sql: &mut PgConnection, part: &Part) -> Result<u64, Error> {
    let statement = format!("select count(*) from facts where {}", part.bounds("person"));
    let people: i64 = sqlx::query_scalar(AssertSqlSafe(statement)).fetch_one(sql).await?;
    Ok(u64::try_from(people).unwrap_or(0))
}

/// For whom in the part something of a service is to be written, in one order: the same conditions as in `find`, on the cheap SELECT
/// without explanations. Who is in it without need is found out there.
async fn differences(
    sql: &mut PgConnection,
    (service, version): (&ServiceRules, &Version),
    part: &Part,
    on: Date,
) -> Result<Vec<PersonId>, Error> {
    let statement = different_statement(service, version, part, on);
    Ok(sqlx::query_scalar(AssertSqlSafe(statement)).fetch_all(sql).await?)
}

fn different_statement(service: &ServiceRules, version: &Version, part: &Part, on: Date) -> String {
    let source = format!("(select * from facts where {})", part.bounds("person"));
    let verdict = version.compiled.verdict(&source, &literal(on));
    let band = service.proactive.reoffer_when_amount_changes_by.map_or("null".to_owned(), |band| band.0.to_string());
    let by_value = matches!(service.proactive.once_per, OncePer::Value(_));
    let id = service.id();
    // Open offers of another expiry date or child are over; those of an earlier year or quarter run out by themselves.
    let another = if by_value { "k.period is distinct from v.period" } else { "false" };
    let asks = service.proactive.mode == Mode::Offer;
    format!(
        "with v as materialized ({verdict})
         select v.person
           from v left join offer k on k.service = '{id}' and k.person = v.person and k.period = v.period
          where v.eligible
            and case
                when k.state is null or k.state = 'withdrawn' then true
                when k.state in ('declined', 'expired')
                then abs(coalesce(v.year, v.quarter, v.month, v.once) - coalesce(k.year, k.quarter, k.month, k.once)) * 100
                     > {band} * coalesce(k.year, k.quarter, k.month, k.once)
                when k.state = 'undone' then false
                else not k.fits or (v.year, v.quarter, v.month, v.once) is distinct from (k.year, k.quarter, k.month, k.once)
                end
         union
         select k.person
           from offer k left join v on v.person = k.person
          where k.service = '{id}' and {offers} and k.fits
            and (v.eligible is not true and (k.certainty = 'certain' or v.person is null) and k.state in ('offered', 'seen', 'postponed', 'suppressed', 'accepted', 'granted')
                     and k.period = coalesce(v.period, {own_period})
                 or {another} and k.state in ('offered', 'seen', 'postponed', 'suppressed'))
         union
         select v.person from v left join needs_data n on n.person = v.person
          where {asks} and v.eligible is null and (n.services ? '{id}') is not true
         union
         select n.person from needs_data n left join v on v.person = n.person
          where {needs} and n.services ? '{id}' and ({asks} and v.person is not null and v.eligible is null) is not true
         order by 1",
        offers = part.bounds("k.person"),
        needs = part.bounds("n.person"),
        own_period = own_period(&service.proactive.once_per, on).map_or_else(|| "k.period".to_owned(), literal),
    )
}
