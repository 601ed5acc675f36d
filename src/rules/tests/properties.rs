//! What must hold for everybody, tried on thousands of made-up people: no amount is negative or above the highest there is, more income
//! never pays more, what is unknown is never answered otherwise than every value it could have, and the two statements of a rule agree.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Map, Value, json};
use sqlx::{AssertSqlSafe, PgPool, types::Json};
use uuid::Uuid;

use crate::{
    database::MIGRATOR,
    rules::{FactRow, Outcome, Rulebook, ServiceRules, Version, of_facts_by},
    testing::rulebook,
};

const ON: Date = date(2026, 11, 22);

/// Services that income decides.
const BY_INCOME: [&str; 3] = ["huurtoeslag", "kindgebonden-budget", "zorgtoeslag"];

type Row = Map<String, Value>;

/// Round amounts, and those around the limits of the law as well as any other.
fn money(most: i64) -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => (0..=most / 100).prop_map(|euros| json!(euros * 100)),
        1 => (0..=most).prop_map(|cents| json!(cents)),
        1 => proptest::sample::select(vec![0, 1, 2_400, 2_342_500, 2_973_600, 3_150_000, 3_847_900, 14_601_100, 18_463_300])
            .prop_map(|cents| json!(cents)),
    ]
}

fn day(from: i16, to: i16) -> impl Strategy<Value = String> {
    (from..=to, 1_i8..=12, 1_i8..=28).prop_map(|(year, month, day)| date(year, month, day).to_string())
}

fn flag() -> impl Strategy<Value = Value> {
    any::<bool>().prop_map(|flag| json!(flag))
}

/// Somebody of whom everything is known that the services use.
fn person() -> impl Strategy<Value = Row> {
    let mostly = || prop_oneof![5 => Just(json!(true)), 1 => Just(json!(false))];
    let own = (day(1940, 2010), mostly(), flag(), money(6_000_000), money(5_000_000), flag());
    let partner = (day(1940, 2010), mostly(), money(4_000_000), money(5_000_000), flag());
    let home = (mostly(), mostly(), flag(), money(100_000), 1_i64..=6, money(2_000_000), flag());
    let children = (proptest::collection::vec(day(2000, 2026), 0..4), mostly());
    (own, partner, home, children).prop_map(|(own, partner, home, children)| {
        let (birth_date, insured, has_partner, income, assets, works) = own;
        let (partner_birth, partner_insured, partner_income, partner_assets, partner_works) = partner;
        let (rents, independent, adapted, rent, household, co_income, co_21) = home;
        let (mut born, benefit) = children;
        born.sort();
        let row = json!({
            "birth_date": birth_date, "residence_country": "NL", "municipality": "0599", "health_insured": insured,
            "treaty_entitled": false, "country_factor": "1", "has_partner": has_partner, "income_year": income, "assets": assets,
            "works": works, "partner_birth_date": partner_birth, "partner_health_insured": partner_insured,
            "partner_income_year": partner_income, "partner_assets": partner_assets, "partner_works": partner_works, "rents": rents,
            "independent_dwelling": independent, "adapted_dwelling": adapted, "basic_rent_month": rent, "household_size": household,
            "co_resident_income_year": co_income, "co_resident_21": co_21, "children_birth_dates": born,
            "receives_child_benefit": benefit,
        });
        let Value::Object(row) = row else { unreachable!("an object") };
        row
    })
}

/// The same people each time, so that a failure comes back.
fn some<S: Strategy>(strategy: S, count: usize) -> Vec<S::Value> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    (0..count).map(|_| strategy.new_tree(&mut runner).expect("a value").current()).collect()
}

fn service<'r>(rulebook: &'r Rulebook, id: &str) -> (&'r ServiceRules, &'r Version) {
    let service = rulebook.service(id).expect("a service");
    (service, service.on(ON).expect("a rule in force"))
}

async fn outcomes(pool: &PgPool, of: (&ServiceRules, &Version), rows: &[Row]) -> Vec<Outcome> {
    let rows: Vec<FactRow> = rows.iter().cloned().map(FactRow).collect();
    let mut sql = pool.acquire().await.unwrap();
    let found = of_facts_by(&mut sql, &[of], &rows, ON).await.unwrap();
    assert_eq!(found.len(), rows.len());
    found.into_iter().map(|(_, outcome)| outcome).collect()
}

/// Eurocents a year.
fn year(outcome: &Outcome) -> i64 {
    if outcome.eligible == Some(true) { outcome.year.expect("an amount a year") } else { 0 }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn nothing_negative_is_paid_nor_more_than_there_is_to_get(pool: PgPool) {
    let rulebook = rulebook();
    let people = some(person(), 3_000);
    for id in BY_INCOME {
        let found = outcomes(&pool, service(&rulebook, id), &people).await;
        for (row, outcome) in people.iter().zip(&found) {
            assert!(
                outcome.eligible.is_some() && outcome.missing.is_empty(),
                "{id}: everything is known of {row:?}: {outcome:?}"
            );
            let number = |fact: &str| row[fact].as_i64().unwrap_or(0);
            let partner = row["has_partner"] == json!(true);
            let children = row["children_birth_dates"].as_array().map_or(0, Vec::len) as i64;
            // Twice the standard premium; the rent of a year; per child the amounts of art. 2 WKB with the extra for 12 and up, and once
            // the extra for who is alone.
            let most = match id {
                "zorgtoeslag" => {
                    if partner {
                        423_800
                    } else {
                        211_900
                    }
                }
                "huurtoeslag" => number("basic_rent_month").min(93_293) * 12 + 50,
                _ => children * 400_000 + 400_000,
            };
            let paid = year(outcome);
            assert!((0..=most).contains(&paid), "{id}: {paid} of at most {most} for {row:?}");
            assert!(outcome.eligible != Some(true) || paid >= 2_400, "{id}: {paid} is too little to pay: {row:?}");
            assert!(
                outcome.eligible != Some(true)
                    || outcome.month.is_some_and(|month| month * 12 <= paid + 1_200 && month >= 0),
                "{id}: {outcome:?}"
            );
        }
        let eligible = found.iter().filter(|outcome| outcome.eligible == Some(true)).count();
        assert!(eligible > 100 && eligible < people.len(), "{id}: {eligible} of {} try something", people.len());
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn more_income_or_assets_of_anybody_never_pays_more(pool: PgPool) {
    let rulebook = rulebook();
    let people = some((person(), 0_i64..=3_000_000), 1_000);
    let before: Vec<Row> = people.iter().map(|(row, _)| row.clone()).collect();
    for id in BY_INCOME {
        let of = service(&rulebook, id);
        let paid = outcomes(&pool, of, &before).await;
        for more_of in ["income_year", "partner_income_year", "co_resident_income_year", "assets", "partner_assets"] {
            let more = people.iter().map(|(row, more)| {
                let mut row = row.clone();
                row[more_of] = json!(row[more_of].as_i64().unwrap_or(0) + more);
                row
            });
            let after = outcomes(&pool, of, &more.collect::<Vec<_>>()).await;
            for (row, (one, other)) in before.iter().zip(paid.iter().zip(&after)) {
                let (one, other) = (year(one), year(other));
                assert!(other <= one, "{id}: more {more_of} pays {other} and not {one}: {row:?}");
            }
        }
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn who_earns_what_of_two_partners_makes_no_difference(pool: PgPool) {
    let rulebook = rulebook();
    let mut people = some(person(), 2_000);
    people.retain(|row| row["has_partner"] == json!(true));
    let swapped: Vec<Row> = people
        .iter()
        .map(|row| {
            let mut row = row.clone();
            for (own, of_partner) in [("income_year", "partner_income_year"), ("assets", "partner_assets")] {
                let (one, other) = (row[own].clone(), row[of_partner].clone());
                (row[own], row[of_partner]) = (other, one);
            }
            row
        })
        .collect();
    for id in ["zorgtoeslag", "kindgebonden-budget"] {
        let of = service(&rulebook, id);
        let (one, other) = (outcomes(&pool, of, &people).await, outcomes(&pool, of, &swapped).await);
        for (row, (one, other)) in people.iter().zip(one.iter().zip(&other)) {
            assert_eq!((one.eligible, one.year), (other.eligible, other.year), "{id}: {row:?}");
        }
    }
}

/// Every service, with several facts left out: an answer that is given all the same stands whatever they turn out to be.
#[sqlx::test(migrator = "MIGRATOR")]
async fn what_is_unknown_is_never_answered_otherwise_than_when_it_is_known(pool: PgPool) {
    let rulebook = rulebook();
    let people = some((person(), any::<u64>()), 3_000);
    for id in ["huurtoeslag", "kindgebonden-budget", "zorgtoeslag", "kinderbijslag"] {
        let of = service(&rulebook, id);
        let names: Vec<&str> = of.1.compiled.facts().into_iter().collect();
        let known: Vec<Row> = people.iter().map(|(row, _)| row.clone()).collect();
        let unknown: Vec<Row> = people
            .iter()
            .map(|(row, mask)| {
                let mut row = row.clone();
                for (at, name) in names.iter().enumerate() {
                    // Two bits each: one in four is left out.
                    if mask >> (at * 2 % 64) & 3 == 0 && !MEANS_SOMETHING_UNKNOWN.contains(name) {
                        row.remove(*name);
                    }
                }
                row
            })
            .collect();
        let (full, partial) = (outcomes(&pool, of, &known).await, outcomes(&pool, of, &unknown).await);
        let mut told = 0;
        for (row, (full, partial)) in unknown.iter().zip(full.iter().zip(&partial)) {
            let Some(eligible) = partial.eligible else {
                assert!(!partial.missing.is_empty(), "{id}: cannot be told, and nothing is missing: {row:?}");
                assert!(
                    partial.missing.iter().all(|fact| row.get(fact).is_none_or(Value::is_null)),
                    "{id}: {partial:?}"
                );
                continue;
            };
            told += 1;
            assert_eq!(
                full.eligible,
                Some(eligible),
                "{id}: another answer when all is known: {row:?}\n{partial:?}\n{full:?}"
            );
            if eligible {
                assert_eq!((partial.year, partial.quarter), (full.year, full.quarter), "{id}: {row:?}");
            }
        }
        assert!(told > 100, "{id}: {told} could be told");
    }
}

/// Unknown counts as an ordinary case for these (`coalesce` in the rule), because hardly anybody has the other one.
const MEANS_SOMETHING_UNKNOWN: [&str; 7] = [
    "treaty_entitled",
    "adapted_dwelling",
    "independent_dwelling",
    "rents",
    "co_resident_income_year",
    "co_resident_21",
    "childcare",
];

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_short_statement_says_the_same_as_the_one_that_explains(pool: PgPool) {
    let rulebook = rulebook();
    let people: Vec<Row> = some((person(), any::<u64>()), 2_000)
        .into_iter()
        .map(|(mut row, mask)| {
            let names: Vec<String> = row.keys().cloned().collect();
            for (at, name) in names.iter().enumerate() {
                if mask >> (at * 2 % 64) & 3 == 0 {
                    row.remove(name);
                }
            }
            row
        })
        .collect();
    let numbered: Vec<Value> = people
        .iter()
        .enumerate()
        .map(|(at, row)| {
            let mut row = row.clone();
            row.insert("person".to_owned(), json!(Uuid::from_u128(at as u128)));
            Value::Object(row)
        })
        .collect();
    for (service, version) in rulebook.on(ON) {
        let source = "jsonb_populate_recordset(null::facts, $2)";
        let verdict = version.compiled.verdict(source, "$1::date");
        let short: Vec<(Uuid, Json<Outcome>)> =
            sqlx::query_as(AssertSqlSafe(format!("select person, to_jsonb(v) from ({verdict}) v")))
                .bind(jiff_sqlx::ToSqlx::to_sqlx(ON))
                .bind(Json(&numbered))
                .fetch_all(&pool)
                .await
                .unwrap();
        let short: BTreeMap<usize, Outcome> =
            short.into_iter().map(|(person, outcome)| (person.as_u128() as usize, outcome.0)).collect();
        let long = outcomes(&pool, (service, version), &people).await;
        for (at, long) in long.iter().enumerate() {
            let Some(short) = short.get(&at) else {
                assert_eq!(long.eligible, Some(false), "{}: left out of the short one: {:?}", service.id(), people[at]);
                continue;
            };
            assert_eq!(short.eligible, long.eligible, "{}: {:?}", service.id(), people[at]);
            if long.eligible == Some(true) {
                let amounts = |of: &Outcome| (of.period, of.year, of.quarter, of.month, of.once);
                assert_eq!(amounts(short), amounts(long), "{}: {:?}", service.id(), people[at]);
            }
        }
    }
}

/// Zorgtoeslag of 2026 once more, from the law and in whole numbers only: what is paid in eurocents, over a denominator of 100,000.
fn zorgtoeslag(row: &Row) -> Option<i64> {
    const PREMIUM: i128 = 211_900;
    const THRESHOLD: i128 = 2_973_600;
    let number = |fact: &str| i128::from(row[fact].as_i64().unwrap_or(0));
    let yes = |fact: &str| row[fact] == json!(true);
    let born: Date = row["birth_date"].as_str()?.parse().ok()?;
    // 18 on the first of the month.
    let adult = (ON.year() - born.year(), ON.month(), 1) >= (18, born.month(), born.day());
    let partner = yes("has_partner");
    let both = |own: &str, of_partner: &str| number(own) + if partner { number(of_partner) } else { 0 };
    let (income, assets) = (both("income_year", "partner_income_year"), both("assets", "partner_assets"));
    let limit = if partner { 18_463_300 } else { 14_601_100 };
    if !adult || !yes("health_insured") || assets > limit {
        return None;
    }
    let percentage = if partner { 4_289 } else { 1_912 };
    let own = percentage * THRESHOLD + 13_730 * (income - THRESHOLD).max(0);
    let people = if partner { 2 } else { 1 };
    let mut benefit = (people * PREMIUM * 100_000 - own).max(0) * 2;
    if partner && !yes("partner_health_insured") {
        benefit /= 2;
    }
    // Over 200,000; to whole euros, half a euro up.
    let euros = (benefit + 200_000 * 50) / (200_000 * 100);
    i64::try_from(euros * 100).ok().filter(|cents| *cents >= 2_400)
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn zorgtoeslag_agrees_to_the_cent_with_a_second_reading_of_the_law(pool: PgPool) {
    let rulebook = rulebook();
    let people = some(person(), 5_000);
    let found = outcomes(&pool, service(&rulebook, "zorgtoeslag"), &people).await;
    for (row, outcome) in people.iter().zip(&found) {
        let expected = zorgtoeslag(row);
        assert_eq!(outcome.eligible, Some(expected.is_some()), "{row:?}\n{outcome:?}");
        if let Some(expected) = expected {
            assert_eq!((outcome.year, outcome.month), (Some(expected), Some(expected / 1200 * 100)), "{row:?}");
        }
    }
}
