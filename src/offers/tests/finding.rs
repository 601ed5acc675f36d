//! From facts to offers, on PostgreSQL, as the roles that do it.

use std::{sync::Arc, time::Duration};

use jiff::{
    Timestamp,
    civil::{Date, date},
};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool, types::Json};
use uuid::Uuid;

use crate::offers::{
    Change, Sweep, Swept,
    find::{deciding, find, writing},
};
use crate::{
    database::{Database, Evaluator, MIGRATOR, PersonId},
    keys::{Keyring, Use},
    rules::{FactRow, Rulebook, ServiceRules, Version},
    testing::{database, rulebook},
    usage::{Role, Usage, activity},
};

const TODAY: Date = date(2026, 11, 22);

/// Somebody of 36 who is entitled to zorgtoeslag and to nothing else.
fn modest() -> Value {
    json!({
        "birth_date": "1990-07-01", "residence_country": "NL", "municipality": "0363", "health_insured": true, "has_partner": false,
        "income_year": 1900000, "assets": 0, "rents": false, "household_size": 1, "children_birth_dates": [],
        "intensive_care_birth_dates": [], "receives_child_benefit": false, "childcare": [], "works": true
    })
}

fn with(mut facts: Value, changes: Value) -> Value {
    facts.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    facts
}

/// Puts somebody's facts in place, as the owner; the application is held to what changes them.
async fn set_facts(pool: &PgPool, person: PersonId, facts: Value) {
    let row = FactRow::check(&rulebook(), facts.as_object().unwrap().clone()).unwrap();
    let mut row = row.0;
    row.insert("person".to_owned(), json!(person));
    sqlx::query("with gone as (delete from facts where person = $1) select 1")
        .bind(person)
        .execute(pool)
        .await
        .unwrap();
    sqlx::query("insert into facts select * from jsonb_populate_record(null::facts, $1)")
        .bind(Json(Value::Object(row)))
        .execute(pool)
        .await
        .unwrap();
}

fn somebody() -> PersonId {
    PersonId(Uuid::now_v7())
}

fn usage() -> Usage {
    Usage {
        at: at(TODAY),
        organisation: "voordeur".to_owned(),
        role: Role::System,
        activity: activity::EVALUATE,
        groups: vec!["brp".to_owned()],
    }
}

fn at(day: Date) -> Timestamp {
    day.at(12, 0, 0, 0).to_zoned(crate::clock::zone()).unwrap().timestamp()
}

/// Works somebody out as the application does, for themselves.
async fn work_out(database: &Database, person: PersonId, on: Date) -> Vec<(String, String)> {
    let rulebook = rulebook();
    let services: Vec<_> = rulebook.on(on).collect();
    let mut scope = database.as_person(person, usage()).await.unwrap();
    let changes = find(scope.sql(), &[person], &services, at(on), on).await.unwrap();
    scope.commit().await.unwrap();
    named(changes)
}

fn named(changes: Vec<Change>) -> Vec<(String, String)> {
    let mut named: Vec<_> = changes.into_iter().map(|change| (change.service, change.state)).collect();
    named.sort();
    named
}

fn only(service: &str, state: &str) -> Vec<(String, String)> {
    vec![(service.to_owned(), state.to_owned())]
}

async fn state_of(pool: &PgPool, person: PersonId, service: &str) -> Option<(String, Option<i64>, bool)> {
    sqlx::query_as(
        "select state, month, fits from offer where person = $1 and service = $2 order by period desc limit 1",
    )
    .bind(person)
    .bind(service)
    .fetch_optional(pool)
    .await
    .unwrap()
}

async fn messages(pool: &PgPool, person: PersonId) -> Vec<String> {
    sqlx::query_scalar("select kind from message where person = $1 order by at, kind")
        .bind(person)
        .fetch_all(pool)
        .await
        .unwrap()
}

async fn answer(pool: &PgPool, person: PersonId, state: &str) {
    sqlx::query("update offer set state = $2 where person = $1").bind(person).bind(state).execute(pool).await.unwrap();
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_fits_is_offered_once_with_a_message_a_line_and_a_receipt(pool: PgPool) {
    let (database, person) = (database(&pool), somebody());
    set_facts(&pool, person, modest()).await;
    assert_eq!(work_out(&database, person, TODAY).await, only("zorgtoeslag", "offered"));
    assert_eq!(state_of(&pool, person, "zorgtoeslag").await, Some(("offered".to_owned(), Some(12900), true)));
    assert_eq!(messages(&pool, person).await, ["offered"]);
    let (Json(run), hash): (Json<Value>, String) =
        sqlx::query_as("select run, rule_hash from offer").fetch_one(&pool).await.unwrap();
    assert_eq!(run["facts"]["income_year"], 1900000);
    assert!(run["conditions"].as_object().unwrap().values().all(|met| *met == true), "{run}");
    assert_eq!(hash.len(), 64);
    // The same again, and a moment later: nothing.
    assert_eq!(work_out(&database, person, TODAY).await, []);
    assert_eq!(work_out(&database, person, date(2026, 11, 30)).await, []);
    assert_eq!(messages(&pool, person).await, ["offered"]);
    let lines: Vec<(i32, String, String)> =
        sqlx::query_as("select sequence, state, why from offer_event").fetch_all(&pool).await.unwrap();
    assert_eq!(lines, [(1, "offered".to_owned(), "found".to_owned())]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn who_turns_18_is_offered_zorgtoeslag_from_the_month_after(pool: PgPool) {
    let (database, person) = (database(&pool), somebody());
    set_facts(&pool, person, with(modest(), json!({"birth_date": "2008-11-25"}))).await;
    // Awir art. 5: from the first of the month after the birthday. Turning 18 itself is told three months ahead.
    assert_eq!(work_out(&database, person, date(2026, 11, 25)).await, only("achttien-jaar", "offered"));
    assert_eq!(work_out(&database, person, date(2026, 11, 30)).await, []);
    assert_eq!(work_out(&database, person, date(2026, 12, 1)).await, only("zorgtoeslag", "offered"));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn when_the_facts_change_it_is_withdrawn_and_comes_back_when_they_do(pool: PgPool) {
    let (database, person) = (database(&pool), somebody());
    set_facts(&pool, person, modest()).await;
    work_out(&database, person, TODAY).await;
    set_facts(&pool, person, with(modest(), json!({"income_year": 5000000}))).await;
    assert_eq!(work_out(&database, person, TODAY).await, only("zorgtoeslag", "withdrawn"));
    assert_eq!(work_out(&database, person, TODAY).await, []);
    set_facts(&pool, person, with(modest(), json!({"income_year": null}))).await;
    assert_eq!(work_out(&database, person, TODAY).await, []);
    set_facts(&pool, person, modest()).await;
    assert_eq!(work_out(&database, person, TODAY).await, only("zorgtoeslag", "offered"));
    assert_eq!(state_of(&pool, person, "zorgtoeslag").await, Some(("offered".to_owned(), Some(12900), true)));
    assert_eq!(messages(&pool, person).await, ["offered", "offered", "withdrawn"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn another_amount_is_kept_up_without_another_offer(pool: PgPool) {
    let (database, person) = (database(&pool), somebody());
    set_facts(&pool, person, modest()).await;
    work_out(&database, person, TODAY).await;
    answer(&pool, person, "seen").await;
    set_facts(&pool, person, with(modest(), json!({"income_year": 3000000}))).await;
    assert_eq!(work_out(&database, person, TODAY).await, only("zorgtoeslag", "seen"));
    assert_eq!(state_of(&pool, person, "zorgtoeslag").await, Some(("seen".to_owned(), Some(12600), true)));
    assert_eq!(messages(&pool, person).await, ["offered"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn declined_stays_declined_until_the_amount_changes_by_more_than_the_band(pool: PgPool) {
    let (database, person) = (database(&pool), somebody());
    set_facts(&pool, person, with(modest(), json!({"income_year": 3000000}))).await;
    work_out(&database, person, TODAY).await;
    answer(&pool, person, "declined").await;
    // 126 to 122: 3%. To 109: 13%.
    set_facts(&pool, person, with(modest(), json!({"income_year": 3040000}))).await;
    assert_eq!(work_out(&database, person, TODAY).await, []);
    assert_eq!(state_of(&pool, person, "zorgtoeslag").await, Some(("declined".to_owned(), Some(12600), true)));
    set_facts(&pool, person, with(modest(), json!({"income_year": 6000000}))).await;
    assert_eq!(work_out(&database, person, TODAY).await, []);
    set_facts(&pool, person, with(modest(), json!({"income_year": 3150000}))).await;
    assert_eq!(work_out(&database, person, TODAY).await, only("zorgtoeslag", "offered"));
    // Another year is another offer.
    answer(&pool, person, "declined").await;
    assert_eq!(work_out(&database, person, date(2025, 12, 31)).await, only("zorgtoeslag", "offered"));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_was_accepted_stays_and_its_holder_is_told_what_changed(pool: PgPool) {
    let (database, person) = (database(&pool), somebody());
    set_facts(&pool, person, modest()).await;
    work_out(&database, person, TODAY).await;
    answer(&pool, person, "accepted").await;
    set_facts(&pool, person, with(modest(), json!({"income_year": 3150000}))).await;
    assert_eq!(work_out(&database, person, TODAY).await, only("zorgtoeslag", "accepted"));
    set_facts(&pool, person, with(modest(), json!({"income_year": 6000000}))).await;
    assert_eq!(work_out(&database, person, TODAY).await, only("zorgtoeslag", "accepted"));
    assert_eq!(state_of(&pool, person, "zorgtoeslag").await, Some(("accepted".to_owned(), Some(10900), false)));
    assert_eq!(work_out(&database, person, TODAY).await, []);
    set_facts(&pool, person, with(modest(), json!({"income_year": 3150000}))).await;
    assert_eq!(work_out(&database, person, TODAY).await, only("zorgtoeslag", "accepted"));
    assert_eq!(messages(&pool, person).await, ["back", "changed", "no_longer_fits", "offered"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_is_switched_off_is_found_and_not_told(pool: PgPool) {
    let (database, person) = (database(&pool), somebody());
    set_facts(&pool, person, modest()).await;
    for service in ["zorgtoeslag", "*"] {
        sqlx::query("insert into offer_opt_out values ($1, $2, now())")
            .bind(person)
            .bind(service)
            .execute(&pool)
            .await
            .unwrap();
    }
    assert_eq!(work_out(&database, person, TODAY).await, only("zorgtoeslag", "suppressed"));
    assert_eq!(messages(&pool, person).await, Vec::<String>::new());
    assert_eq!(work_out(&database, person, TODAY).await, []);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_second_child_is_granted_and_a_new_passport_takes_the_warning_back(pool: PgPool) {
    let (database, person) = (database(&pool), somebody());
    let family = with(
        modest(),
        json!({
            "income_year": 20000000, "children_birth_dates": ["2023-05-01", "2026-11-20"], "receives_child_benefit": true, "household_size": 3,
            "passport_expires_on": "2027-01-14"
        }),
    );
    set_facts(&pool, person, family.clone()).await;
    assert_eq!(
        work_out(&database, person, TODAY).await,
        [("kinderbijslag".to_owned(), "granted".to_owned()), ("paspoort".to_owned(), "offered".to_owned())]
    );
    set_facts(&pool, person, with(family, json!({"passport_expires_on": "2036-12-01"}))).await;
    assert_eq!(work_out(&database, person, TODAY).await, only("paspoort", "withdrawn"));
    assert_eq!(messages(&pool, person).await, ["granted", "offered", "withdrawn"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn two_at_once_make_one_offer(pool: PgPool) {
    let database = database(&pool);
    for _ in 0..20 {
        let person = somebody();
        set_facts(&pool, person, modest()).await;
        let both = futures::future::join_all((0..4).map(|_| work_out(&database, person, TODAY))).await;
        assert_eq!(both.concat(), only("zorgtoeslag", "offered"));
        assert_eq!(messages(&pool, person).await, ["offered"]);
    }
}

async fn population(pool: &PgPool, people: usize) -> Vec<PersonId> {
    let mut all = Vec::new();
    for n in 0..people {
        let person = somebody();
        set_facts(pool, person, with(modest(), json!({"income_year": 1000000 + n as i64 * 40000}))).await;
        all.push(person);
    }
    all
}

async fn sweep(evaluator: &Evaluator, rulebook: &Rulebook, on: Date) -> Swept {
    let sweep = Sweep { evaluator, rulebook, organisation: "voordeur", on };
    sweep.run(|| at(on), |_, _| ()).await.unwrap()
}

fn evaluator(pool: &PgPool) -> Evaluator {
    Evaluator::with(pool.connect_options().as_ref().clone())
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn everybody_is_worked_out_as_one_by_one_and_the_next_day_writes_nothing(pool: PgPool) {
    let (database, evaluator, rulebook) = (database(&pool), evaluator(&pool), rulebook());
    let people = population(&pool, 60).await;
    let alone = people[0];
    work_out(&database, alone, TODAY).await;
    let swept = sweep(&evaluator, &rulebook, TODAY).await;
    assert_eq!(swept.people, 60);
    let offered: i64 =
        sqlx::query_scalar("select count(*) from offer where state = 'offered'").fetch_one(&pool).await.unwrap();
    // All of them earn less than 40,857; one was worked out before.
    assert_eq!((offered, swept.changes), (60, 59));
    for person in &people {
        assert_eq!(work_out(&database, *person, TODAY).await, []);
    }
    let entries: i64 = sqlx::query_scalar("select count(*) from usage_entry where activity = 'evaluate' and role = 'system' and groups @> '{inkomen/income}'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(entries, 59);
    let next = sweep(&evaluator, &rulebook, date(2026, 11, 23)).await;
    assert_eq!((next.people, next.changes), (60, 0));
    // Asked again for the same day: done already.
    assert_eq!(sweep(&evaluator, &rulebook, TODAY).await, Swept::default());
    let (fits, needs, all): (i64, i64, i64) =
        sqlx::query_as("select fits, needs_data, people from service_reach where service = 'zorgtoeslag'")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!((fits, needs, all), (60, 0, 60));
}

/// What is kept of services that need data, and which transaction wrote it.
async fn needs_data(pool: &PgPool, person: PersonId) -> (Value, String) {
    sqlx::query_as("select services, xmin::text from needs_data where person = $1")
        .bind(person)
        .fetch_one(pool)
        .await
        .unwrap()
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_is_missing_is_kept_until_it_is_known_by_whoever_works_it_out(pool: PgPool) {
    let (database, evaluator, rulebook) = (database(&pool), evaluator(&pool), rulebook());
    let (alone, together) = (somebody(), somebody());
    for person in [alone, together] {
        set_facts(&pool, person, with(modest(), json!({ "income_year": null }))).await;
    }
    assert_eq!(work_out(&database, alone, TODAY).await, []);
    let kept = needs_data(&pool, alone).await;
    assert_eq!(kept.0["zorgtoeslag"], json!({ "period": "2026-01-01", "missing": ["income_year"] }));
    // Children and childcare are known: there are none.
    assert_eq!(kept.0.get("kinderopvangtoeslag"), None);
    sweep(&evaluator, &rulebook, TODAY).await;
    let swept = needs_data(&pool, together).await;
    assert_eq!(swept.0, kept.0);

    // Nothing changed, so nothing is written: not by the person alone, and not on the next day.
    assert_eq!(work_out(&database, alone, TODAY).await, []);
    sweep(&evaluator, &rulebook, date(2026, 11, 23)).await;
    assert_eq!((needs_data(&pool, alone).await, needs_data(&pool, together).await), (kept, swept));

    for person in [alone, together] {
        sqlx::query("update facts set income_year = 1900000 where person = $1")
            .bind(person)
            .execute(&pool)
            .await
            .unwrap();
    }
    assert_eq!(work_out(&database, alone, TODAY).await, only("zorgtoeslag", "offered"));
    sweep(&evaluator, &rulebook, date(2026, 11, 24)).await;
    for person in [alone, together] {
        assert_eq!(needs_data(&pool, person).await.0.get("zorgtoeslag"), None);
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn killed_at_any_moment_and_shared_by_several_it_makes_every_offer_once(pool: PgPool) {
    let (evaluator, rulebook) = (evaluator(&pool), rulebook());
    let people = population(&pool, 40).await;
    let rounds = 25;
    for round in 0..rounds {
        let (evaluator, rulebook) = (evaluator.clone(), Arc::clone(&rulebook));
        let running: Vec<_> = (0..2)
            .map(|_| {
                let (evaluator, rulebook) = (evaluator.clone(), Arc::clone(&rulebook));
                tokio::spawn(async move {
                    let sweep =
                        Sweep { evaluator: &evaluator, rulebook: &rulebook, organisation: "voordeur", on: TODAY };
                    sweep.run(|| at(TODAY), |_, _| ()).await
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(4 * round)).await;
        // The process is gone, or PostgreSQL drops its connections, in the middle of whatever it did.
        if round % 2 == 0 {
            running.iter().for_each(tokio::task::JoinHandle::abort);
        } else {
            sqlx::query("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and usename = current_user and query not like '%pg_stat_activity%' and application_name = ''")
                .execute(&pool)
                .await
                .ok();
        }
        for run in running {
            _ = run.await;
        }
    }
    sweep(&self::evaluator(&pool), &rulebook, TODAY).await;
    for person in people {
        assert_eq!(messages(&pool, person).await, ["offered"]);
        let lines: i64 = sqlx::query_scalar("select count(*) from offer_event where person = $1")
            .bind(person)
            .fetch_one(&pool)
            .await
            .unwrap();
        assert_eq!(lines, 1);
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_time_does_a_reminder_an_end_and_a_return(pool: PgPool) {
    let (evaluator, rulebook) = (evaluator(&pool), rulebook());
    let person = population(&pool, 1).await[0];
    sweep(&evaluator, &rulebook, TODAY).await;
    // 90 days from 22 November 2026 is 20 February 2027; there is no rule for 2027, so nothing new is found then.
    assert_eq!(sweep(&evaluator, &rulebook, date(2027, 2, 5)).await.changes, 0);
    assert_eq!(sweep(&evaluator, &rulebook, date(2027, 2, 6)).await.changes, 1);
    assert_eq!(sweep(&evaluator, &rulebook, date(2027, 2, 7)).await.changes, 0);
    sqlx::query("update offer set state = 'postponed', postponed_until = '2027-02-15'").execute(&pool).await.unwrap();
    assert_eq!(sweep(&evaluator, &rulebook, date(2027, 2, 15)).await.changes, 1);
    assert_eq!(state_of(&pool, person, "zorgtoeslag").await.unwrap().0, "offered");
    assert_eq!(sweep(&evaluator, &rulebook, date(2027, 2, 20)).await.changes, 0);
    assert_eq!(sweep(&evaluator, &rulebook, date(2027, 2, 21)).await.changes, 1);
    assert_eq!(state_of(&pool, person, "zorgtoeslag").await.unwrap().0, "expired");
    assert_eq!(messages(&pool, person).await, ["offered", "reminder", "back", "expired"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_evaluator_sees_facts_and_offers_and_nobodys_name_or_records(pool: PgPool) {
    let evaluator = evaluator(&pool);
    for table in [
        "person",
        "person_lookup",
        "registered_record",
        "usage_entry",
        "session",
        "bsn_conflict",
        "relation",
        "residence",
    ] {
        let mut sql = evaluator.begin().await.unwrap();
        let refused =
            sqlx::query(sqlx::AssertSqlSafe(format!("select * from {table}"))).execute(&mut *sql).await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().code().unwrap(), "42501", "{table}");
    }
    evaluator.check_role(false).await.unwrap();
    database(&pool).check_role(false).await.unwrap();
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn changed_facts_concern_only_the_services_that_use_them(_pool: PgPool) {
    let rulebook = rulebook();
    let concerned = |fact: &str| -> Vec<String> {
        let services: Vec<(&ServiceRules, &Version)> =
            rulebook.on(TODAY).filter(|(_, version)| version.compiled.facts().contains(fact)).collect();
        services.into_iter().map(|(service, _)| service.id().to_owned()).collect()
    };
    assert_eq!(concerned("passport_expires_on"), ["paspoort"]);
    assert_eq!(concerned("health_insured"), ["zorgtoeslag"]);
    assert!(concerned("income_year").contains(&"huurtoeslag".to_owned()));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn answers_are_sealed_anew_after_a_new_key(pool: PgPool) {
    let key =
        |name: &str, byte: u8| (name.to_owned(), base64::Engine::encode(&base64::prelude::BASE64_STANDARD, [byte; 32]));
    let old = Keyring::new("k1", &[key("k1", 1)].into()).unwrap();
    let both = Keyring::new("k2", &[key("k1", 1), key("k2", 2)].into()).unwrap();
    let (database, person) = (database(&pool), somebody());
    set_facts(&pool, person, modest()).await;
    work_out(&database, person, TODAY).await;
    sqlx::query("update offer set answers = $1").bind(old.seal(Use::Answers, b"iban")).execute(&pool).await.unwrap();
    assert_eq!(crate::offers::rotate(&evaluator(&pool), &both).await.unwrap(), 1);
    assert_eq!(crate::offers::rotate(&evaluator(&pool), &both).await.unwrap(), 0);
    let sealed: Vec<u8> = sqlx::query_scalar("select answers from offer").fetch_one(&pool).await.unwrap();
    let new = Keyring::new("k2", &[key("k2", 2)].into()).unwrap();
    assert_eq!(new.open(Use::Answers, &sealed).unwrap(), b"iban");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_child_that_turns_23_at_home_counts_as_a_co_resident_from_that_day(pool: PgPool) {
    let (evaluator, rulebook) = (evaluator(&pool), rulebook());
    let (parent, child) = (somebody(), somebody());
    let rent = json!({
        "rents": true, "basic_rent_month": 70000, "independent_dwelling": true, "adapted_dwelling": false, "household_size": 2,
        "co_resident_income_year": 0, "co_resident_21": false
    });
    set_facts(&pool, parent, with(modest(), rent)).await;
    set_facts(&pool, child, with(modest(), json!({ "birth_date": "2003-11-25", "income_year": 4000000 }))).await;
    sqlx::query("insert into residence values ($1, 'here'), ($2, 'here')")
        .bind(parent)
        .bind(child)
        .execute(&pool)
        .await
        .unwrap();
    sqlx::query("insert into relation values ($1, 'child', 0, null, null, $2, '2003-11-25')")
        .bind(parent)
        .bind(child)
        .execute(&pool)
        .await
        .unwrap();
    let co_residents = async || -> (Option<i64>, Option<bool>) {
        sqlx::query_as("select co_resident_income_year, co_resident_21 from facts where person = $1")
            .bind(parent)
            .fetch_one(&pool)
            .await
            .unwrap()
    };
    let fits = async || state_of(&pool, parent, "huurtoeslag").await.map(|(_, _, fits)| fits);

    for before in [date(2026, 11, 22), date(2026, 11, 24)] {
        sweep(&evaluator, &rulebook, before).await;
        assert_eq!((co_residents().await, fits().await), ((Some(0), Some(false)), Some(true)), "{before}");
    }
    // Wet op de huurtoeslag art. 2: the income of a child under 23 does not count. Together they earn 59,000, which is too much.
    sweep(&evaluator, &rulebook, date(2026, 11, 25)).await;
    assert_eq!((co_residents().await, fits().await), ((Some(4000000), Some(true)), Some(false)));
    assert_eq!(sweep(&evaluator, &rulebook, date(2026, 11, 26)).await.changes, 0);
}

/// A plan that is made while tables are small is kept while they fill: it may not look for a person by reading everybody.
#[sqlx::test(migrator = "MIGRATOR")]
async fn whoever_is_worked_out_is_found_by_index_in_every_table(pool: PgPool) {
    let mut sql = pool.acquire().await.unwrap();
    // As in `Scope::turn_to_evaluate`.
    for setting in ["plan_cache_mode = force_generic_plan", "enable_seqscan = off", "role = voordeur_evaluator"] {
        sqlx::raw_sql(AssertSqlSafe(format!("set {setting}"))).execute(&mut *sql).await.unwrap();
    }
    let rulebook = rulebook();
    let services: Vec<(&ServiceRules, &Version)> = rulebook.on(TODAY).collect();
    let statements = std::iter::once(deciding(&services)).chain(services.iter().map(|service| writing(*service)));
    let types =
        "date, uuid[], timestamptz, text[], text[], integer[], date[], boolean[], date[], text[], text[], date[]";
    let mut looks = 0;
    for (number, statement) in statements.enumerate() {
        let prepare = format!("prepare s{number} ({types}) as {statement}");
        sqlx::raw_sql(AssertSqlSafe(prepare)).execute(&mut *sql).await.unwrap();
        let unknown = ["null"; 12].join(", ");
        let plan: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(format!("explain (costs off) execute s{number} ({unknown})")))
                .fetch_all(&mut *sql)
                .await
                .unwrap();
        for (node, condition) in plan.iter().zip(&plan[1..]) {
            let of_everybody = [" on offer", " on facts", " on needs_data", " on message"];
            if node.contains("Scan ") && of_everybody.iter().any(|table| node.contains(table)) {
                let by_index = condition.contains("Index Cond: (") || condition.contains("Recheck Cond: (");
                let by_person = by_index && condition.contains("person");
                assert!(by_person, "{node}\n{condition}\n\n{}", plan.join("\n"));
                looks += 1;
            }
        }
    }
    assert!(looks >= 5 * services.len(), "{looks} looks");
}
