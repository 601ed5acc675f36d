//! What it costs to work out rules for everybody, beside counting the same rows, and beside working people out one by one.

use std::time::{Duration, Instant};

use jiff::civil::Date;
use sqlx::{AssertSqlSafe, PgConnection};

use super::Figures;
use crate::{database::PersonId, offers, rules, server::Portal};

/// As many people as the population has, unless `VOORDEUR_BENCH_PEOPLE` says otherwise.
const PEOPLE: i64 = 1_000_000;

/// Each statement is run so often; the fastest counts, for ours and for the count alike.
const TURNS: usize = 3;

/// One by one is measured on so many.
const ALONE: i64 = 500;

/// # Errors
/// When PostgreSQL goes away, or a second run for everybody writes anything.
pub async fn measure(
    portal: &Portal,
    owner: &mut PgConnection,
    figures: &mut Figures,
) -> Result<(), Box<dyn std::error::Error>> {
    let people = match std::env::var("VOORDEUR_BENCH_PEOPLE") {
        Ok(number) => number.parse()?,
        Err(_) => PEOPLE,
    };
    populate(owner, people).await?;
    let on = portal.clock.today();
    each_service(portal, people, on, figures).await?;
    one_by_one(portal, owner, people, on, figures).await?;
    everybody(portal, owner, on, figures).await?;
    Ok(())
}

async fn populate(owner: &mut PgConnection, people: i64) -> Result<(), sqlx::Error> {
    let started = Instant::now();
    sqlx::query(include_str!("population.sql")).bind(people).execute(&mut *owner).await?;
    // The server that was measured before has worked out the few who were there then.
    for statement in ["delete from sweep_part", "delete from sweep", "vacuum analyze facts"] {
        sqlx::raw_sql(statement).execute(&mut *owner).await?;
    }
    println!("a population of {people} in {:.0} s", started.elapsed().as_secs_f64());
    Ok(())
}

/// Each service for everybody in one parallel statement that reads every verdict and adds up the amounts.
async fn each_service(
    portal: &Portal,
    people: i64,
    on: Date,
    figures: &mut Figures,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut sql = portal.evaluator.begin().await?;
    // The index of the key says how many there are without reading one of them; beside rules stands what reads the same rows.
    let by_index = fastest(&mut sql, "select count(*) from facts").await?;
    figures.insert("rules: count(*) by the index alone, seconds".into(), by_index);
    sqlx::raw_sql("set local enable_indexonlyscan = off").execute(&mut *sql).await?;
    let mut counts = Vec::new();
    let mut total = 0.0;
    for (service, version) in portal.rules.on(on) {
        // Beside each service, as the machine is not equally fast all the time.
        let count = fastest(&mut sql, "select count(*) from facts").await?;
        counts.push(count);
        let verdict = version.compiled.verdict("facts", &format!("date '{on}'"));
        let statement = format!("select count(*), sum(year), sum(quarter), sum(month), sum(once) from ({verdict}) v");
        let seconds = fastest(&mut sql, &statement).await?;
        total += seconds;
        println!(
            "{:<28} {seconds:>7.3} s for everybody, {:>5.1} counts, {:>10.0} people a second",
            service.id(),
            seconds / count,
            people as f64 / seconds
        );
        figures.insert(format!("rules: {} for everybody, seconds", service.id()), seconds);
        figures.insert(format!("rules: {} people per second", service.id()), people as f64 / seconds);
    }
    counts.sort_by(f64::total_cmp);
    let count = counts[counts.len() / 2];
    figures.insert("rules: parallel count(*) of everybody, seconds".into(), count);
    println!(
        "all services {total:.2} s, {:.1} times the bare count of these rows ({count:.3} s; by the index alone {by_index:.3} s)",
        total / count
    );
    figures.insert("rules: all services for everybody, seconds".into(), total);
    figures.insert("rules: all services, times the bare count".into(), total / count);
    Ok(())
}

async fn fastest(sql: &mut PgConnection, statement: &str) -> Result<f64, sqlx::Error> {
    let mut fastest = f64::INFINITY;
    for _ in 0..TURNS {
        let started = Instant::now();
        sqlx::query(AssertSqlSafe(statement.to_owned())).fetch_all(&mut *sql).await?;
        fastest = fastest.min(started.elapsed().as_secs_f64());
    }
    Ok(fastest)
}

/// The same, for one person at a time and one service, as a loop in a program would.
async fn one_by_one(
    portal: &Portal,
    owner: &mut PgConnection,
    people: i64,
    on: Date,
    figures: &mut Figures,
) -> Result<(), Box<dyn std::error::Error>> {
    let sample: Vec<PersonId> = sqlx::query_scalar("select person from facts tablesample system (1) limit $1")
        .bind(ALONE)
        .fetch_all(&mut *owner)
        .await?;
    let Some(service) = portal.rules.service("zorgtoeslag") else { return Ok(()) };
    let mut sql = portal.evaluator.begin().await?;
    let started = Instant::now();
    for person in &sample {
        rules::of_person(&mut sql, &portal.rules, &[service], *person, on).await?;
    }
    let each = started.elapsed().as_secs_f64() / sample.len().max(1) as f64;
    println!(
        "one by one: {:.0} microseconds for one zorgtoeslag with its explanation, {:.0} s for everybody",
        each * 1e6,
        each * people as f64
    );
    figures.insert("rules: one zorgtoeslag with explanation, microseconds".into(), each * 1e6);
    figures.insert("rules: zorgtoeslag one by one for everybody, seconds".into(), each * people as f64);
    Ok(())
}

/// `evaluate --all`: the first day, when everything is new, and the next, when nothing is.
async fn everybody(
    portal: &Portal,
    owner: &mut PgConnection,
    on: Date,
    figures: &mut Figures,
) -> Result<(), Box<dyn std::error::Error>> {
    for (name, on, may_write) in [("first", on, true), ("next", on.tomorrow()?, false)] {
        let written = written(owner).await?;
        let sweep = offers::Sweep {
            evaluator: &portal.evaluator,
            rulebook: &portal.rules,
            organisation: &portal.config.organisation.id,
            on,
        };
        let started = Instant::now();
        // As two replicas share the work.
        let share = || sweep.run(|| portal.clock.now(), |_, _| ());
        let (one, other) = futures::try_join!(share(), share())?;
        let seconds = started.elapsed().as_secs_f64();
        let rows = self::written(owner).await? - written;
        println!(
            "everybody, {name} day: {seconds:.1} s, {} offers changed, {rows} rows written",
            one.changes + other.changes
        );
        figures.insert(format!("everybody, {name} day: seconds"), seconds);
        figures.insert(format!("everybody, {name} day: rows written"), rows as f64);
        if name == "first" {
            sqlx::raw_sql("vacuum analyze offer").execute(&mut *owner).await?;
        }
        // A birthday between the two days is a change; anything more is a defect.
        if !may_write && rows > 100_000 {
            return Err(format!("{rows} rows written when nothing changed").into());
        }
    }
    Ok(())
}

/// Rows ever written to what a run for everybody may write.
async fn written(owner: &mut PgConnection) -> Result<i64, sqlx::Error> {
    // Statistics come in late.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    sqlx::query_scalar(
        "select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint from pg_stat_user_tables
          where relname in ('offer', 'offer_event', 'message', 'usage_entry', 'facts')",
    )
    .fetch_one(owner)
    .await
}
