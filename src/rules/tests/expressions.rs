//! What an expression means: worked out by PostgreSQL, compared with what the law of arithmetic says.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use serde_json::{Map, Value, json};
use sqlx::{AssertSqlSafe, PgPool, types::Json};

use crate::{
    database::MIGRATOR,
    rules::{
        compile::{Compiled, compile},
        model::{Fact, Facts, OncePer, RuleFile},
    },
};

pub fn facts() -> BTreeMap<String, Fact> {
    let fact = |name: &str, rest: &str| {
        format!(
            "[[fact]]\nname = \"{name}\"\n{rest}\nfrom = {{ derived = \"x\" }}\nlabel = {{ nl = \"x\", en = \"x\" }}\npurposes = [\"p\"]\n"
        )
    };
    let money = "type = \"money\"\nmaximum = 100000000000\nper = \"year\"";
    let file: Facts = toml::from_str(
        &[
            fact("income_year", money),
            fact("partner_income_year", money),
            fact("basic_rent_month", "type = \"money\"\nmaximum = 100000000\nper = \"month\""),
            fact("has_partner", "type = \"boolean\""),
            fact("health_insured", "type = \"boolean\""),
            fact("birth_date", "type = \"date\""),
            fact("children_birth_dates", "type = \"dates\""),
            fact("household_size", "type = \"integer\"\nminimum = 1\nmaximum = 100"),
            fact("country_factor", "type = \"decimal\"\nscale = 4\nmaximum = 10"),
            fact("municipality", "type = \"text\""),
            fact("childcare", "type = \"childcare\""),
        ]
        .concat(),
    )
    .expect("facts");
    file.facts.into_iter().map(|fact| (fact.name.clone(), fact)).collect()
}

/// A rule with one step, named `x`.
pub fn compiled(step: &str) -> Result<Compiled, String> {
    let rule: RuleFile = toml::from_str(&format!(
        "valid_from = 2026-01-01\nlaw = {{ name = \"x\", article = \"1\", url = \"x\" }}\n\
         [parameters.percentage]\nvalue = \"13.73\"\nunit = \"percent\"\nsource = \"x\"\nlabel = {{ nl = \"x\", en = \"x\" }}\n\
         [parameters.own]\nvalue = 5\nunit = \"eurocent/year\"\nsource = \"x\"\nlabel = {{ nl = \"x\", en = \"x\" }}\n\
         by_municipality = {{ \"0344\" = 7 }}\n\
         [tables.bands]\nbound = \"eurocent/year\"\nunit = \"percent\"\nsource = \"x\"\nlabel = {{ nl = \"x\", en = \"x\" }}\n\
         rows = [[100, 96], [200, \"95.5\"], [300, 90]]\nabove = \"36.5\"\n\
         [[steps]]\nid = \"x\"\nvalue = {}\nlabel = {{ nl = \"x\", en = \"x\" }}\nlaw = \"x\"\n\
         [[conditions]]\nid = \"always\"\nwhen = \"true\"\nlabel = {{ nl = \"x\", en = \"x\" }}\nlaw = \"x\"\n",
        toml::Value::String(step.to_owned())
    ))
    .expect("a rule");
    compile(&rule, &OncePer::Ever, &facts()).map_err(|mistakes| mistakes[0].reason.clone())
}

/// The step's value for these facts, on 22 November 2026.
async fn value(pool: &PgPool, step: &str, facts: Value) -> Value {
    value_on(pool, step, facts, date(2026, 11, 22)).await
}

async fn value_on(pool: &PgPool, step: &str, facts: Value, on: Date) -> Value {
    let compiled = compiled(step).unwrap_or_else(|reason| panic!("{step}: {reason}"));
    let statement = compiled.run("jsonb_populate_record(null::facts, $1)", &format!("date '{on}'"));
    let Json(steps): Json<Map<String, Value>> =
        sqlx::query_scalar(AssertSqlSafe(format!("select steps from ({statement}) r")))
            .bind(Json(facts))
            .fetch_one(pool)
            .await
            .unwrap_or_else(|error| panic!("{step}: {error}\n{statement}"));
    steps["x"].clone()
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn arithmetic_is_exact(pool: PgPool) {
    let facts =
        json!({"income_year": 2900000, "basic_rent_month": 71000, "household_size": 3, "country_factor": "0.6351"});
    for (step, expected) in [
        ("income_year + 1 * income_year", json!(5800000)),
        ("income_year * percentage", json!(398170.0)),
        ("income_year / 3", json!(966666.66666667)),
        ("floor_to(income_year / 12, 100)", json!(241600)),
        ("floor_to(income_year * percentage / 12, 1)", json!(33180)),
        ("round_half_up(income_year * 0.5 / 1000, 1)", json!(1450)),
        ("round_half_up(household_size / 2, 1)", json!(2)),
        ("floor_to(0 - household_size / 2, 1)", json!(-2)),
        ("ceil_to(0 - household_size / 2, 1)", json!(-1)),
        ("round_half_up(0 - household_size / 2, 1)", json!(-1)),
        ("ceil_to(household_size / 2, 1)", json!(2)),
        ("household_size * country_factor", json!(1.9053)),
        ("greatest(0, income_year - 3000000 * income_year / income_year)", json!(null)),
        ("least(household_size, 2.5)", json!(2.5)),
        ("-household_size", json!(-3)),
        // Too large for a bigint on the way, and back.
        ("floor_to(income_year * household_size * household_size * 0.000000438698 * 1000000, 1)", json!(11450017)),
        ("floor_to(income_year / greatest(1, household_size), 1)", json!(966666)),
    ] {
        if expected.is_null() {
            assert!(compiled(step).is_err(), "{step}");
            continue;
        }
        let result = value(&pool, step, facts.clone()).await;
        assert_eq!(result.as_f64(), expected.as_f64(), "{step} gave {result}");
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_is_unknown_stays_unknown_and_what_does_not_matter_is_not_asked(pool: PgPool) {
    for (step, facts, expected) in [
        ("greatest(0, income_year)", json!({}), Value::Null),
        ("least(5, household_size)", json!({}), Value::Null),
        ("case when has_partner then partner_income_year else 0 end", json!({"has_partner": false}), json!(0)),
        ("case when has_partner then partner_income_year else 0 end", json!({"has_partner": true}), Value::Null),
        ("case when has_partner then 1 else 0 end", json!({}), Value::Null),
        ("has_partner and health_insured", json!({"has_partner": false}), json!(false)),
        ("has_partner or health_insured", json!({"has_partner": true}), json!(true)),
        ("has_partner and health_insured", json!({"has_partner": true}), Value::Null),
        ("coalesce(partner_income_year, 7 * income_year)", json!({"income_year": 2}), json!(14)),
        ("band(bands, income_year)", json!({}), Value::Null),
        ("count_ages(children_birth_dates, 0, 17, on_date)", json!({}), Value::Null),
        ("count_ages(children_birth_dates, 0, 17, on_date)", json!({"children_birth_dates": []}), json!(0)),
        ("age(birth_date, on_date) >= 18", json!({}), Value::Null),
        ("household_size in (1, 2)", json!({}), Value::Null),
        ("own", json!({"municipality": "0344"}), json!(7)),
        ("own", json!({"municipality": "0599"}), json!(5)),
        ("own", json!({}), json!(5)),
    ] {
        assert_eq!(value(&pool, step, facts.clone()).await, expected, "{step} of {facts}");
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn bands_include_their_bound(pool: PgPool) {
    for (income, expected) in [(0, 0.96), (100, 0.96), (101, 0.955), (200, 0.955), (201, 0.9), (300, 0.9), (301, 0.365)]
    {
        let result = value(&pool, "band(bands, income_year)", json!({"income_year": income})).await;
        assert_eq!(result.as_f64(), Some(expected), "{income}");
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn who_was_born_on_29_february_is_a_year_older_on_1_march(pool: PgPool) {
    let born = json!({"birth_date": "2004-02-29"});
    for (on, age) in [
        (date(2025, 2, 28), 20),
        (date(2025, 3, 1), 21),
        (date(2024, 2, 28), 19),
        (date(2024, 2, 29), 20),
        (date(2003, 1, 1), -2),
    ] {
        assert_eq!(value_on(&pool, "age(birth_date, on_date)", born.clone(), on).await, json!(age), "{on}");
        // Comparing is done on dates, and must come to the same.
        for bound in [19, 20, 21] {
            for (operator, expected) in [
                (">=", age >= bound),
                (">", age > bound),
                ("<", age < bound),
                ("<=", age <= bound),
                ("=", age == bound),
            ] {
                let step = format!("age(birth_date, on_date) {operator} {bound}");
                assert_eq!(value_on(&pool, &step, born.clone(), on).await, json!(expected), "{step} on {on}");
            }
        }
    }
    for (born, on, adult) in [
        ("2006-03-01", date(2024, 2, 29), false),
        ("2006-02-28", date(2024, 2, 28), true),
        ("2006-03-01", date(2024, 3, 1), true),
    ] {
        let facts = json!({"birth_date": born});
        assert_eq!(
            value_on(&pool, "age(birth_date, on_date) >= 18", facts.clone(), on).await,
            json!(adult),
            "{born} on {on}"
        );
        assert_eq!(
            value_on(&pool, "age(birth_date, on_date) between 18 and 120", facts, on).await,
            json!(adult),
            "{born} on {on}"
        );
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn children_are_counted_by_age(pool: PgPool) {
    let facts = json!({"children_birth_dates": ["2008-11-23", "2010-11-22", "2014-11-23", "2026-11-22", "2027-01-05"]});
    for (step, expected) in [
        ("count_of(children_birth_dates)", json!(5)),
        // Turns 18 tomorrow; 16 today; 11 until tomorrow; born today; not born yet.
        ("count_ages(children_birth_dates, 0, 17, on_date)", json!(4)),
        ("count_ages(children_birth_dates, 16, 17, on_date)", json!(2)),
        ("count_ages(children_birth_dates, 12, 15, on_date)", json!(0)),
        ("count_ages(children_birth_dates, 0, 11, on_date)", json!(2)),
        ("youngest(children_birth_dates)", json!("2027-01-05")),
        ("oldest(children_birth_dates)", json!("2008-11-23")),
        ("add_months(first_of_month(on_date), 2)", json!("2027-01-01")),
        ("first_of_quarter(on_date)", json!("2026-10-01")),
        ("add_days(first_of_year(on_date), 58)", json!("2026-02-28")),
        ("year_of(on_date)", json!(2026)),
    ] {
        assert_eq!(value(&pool, step, facts.clone()).await, expected, "{step}");
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn childcare_counts_the_child_with_most_hours_first(pool: PgPool) {
    let facts = json!({"childcare": [
        {"kind": "after_school", "hours_month": 100, "hourly_rate": 1200},
        {"kind": "daycare", "hours_month": 250, "hourly_rate": 1000},
        {"kind": "childminder", "hours_month": 100, "hourly_rate": 500},
    ]});
    // At most 230 hours, at most the rate of its kind: 230 x 1000; and 100 x 998 + 100 x 500.
    for (first, expected) in [("true", 230_000), ("false", 149_800)] {
        let step = format!(
            "childcare_cost(childcare, {first}, 230, {}, {}, {})",
            "own * 0 + 1123 * own / 5", "998 * own / 5", "849 * own / 5"
        );
        // `own` is 5 for who lives in no municipality with a value of its own.
        let step = step.replace("own * 0 + ", "");
        let step = format!(
            "floor_to({}, 1)",
            step.replace("1123 * own / 5", "floor_to(1123 * own / 5, 1)")
                .replace("998 * own / 5", "floor_to(998 * own / 5, 1)")
                .replace("849 * own / 5", "floor_to(849 * own / 5, 1)")
        );
        assert_eq!(value(&pool, &step, facts.clone()).await, json!(expected), "{step}");
    }
}

#[test]
fn what_does_not_fit_together_is_refused_with_the_reason() {
    for (step, reason) in [
        ("income_year + 1", "mixes an amount per year with a number"),
        ("income_year * income_year", "multiplies an amount with an amount"),
        ("income_year + basic_rent_month", "mixes an amount per year with an amount per month"),
        ("income_year > 100", "mixes an amount per year with a number"),
        ("income_year / household_size * 1 / 0", "may divide by zero"),
        ("income_year / (household_size - 1)", "may divide by zero"),
        ("case when has_partner then 1 end", "has a case without else"),
        ("case when income_year then 1 else 2 end", "where yes or no is needed"),
        ("has_partner + 1", "calculates with yes or no"),
        ("incomeyear", "names \"incomeyear\""),
        ("x + 1", "cycle"),
        ("pg_sleep(1)", "calls \"pg_sleep\""),
        ("(select 1)", "uses what a rule may not use"),
        ("income_year::text", "uses what a rule may not use"),
        ("cast(income_year as text)", "uses what a rule may not use"),
        ("f.income_year", "uses what a rule may not use"),
        ("\"income_year\"", "uses what a rule may not use"),
        ("income_year; drop table facts", "cannot be read from \";\""),
        ("municipality = 'a''; --'", "more than letters and digits"),
        ("has_partner is null", "uses what a rule may not use"),
        ("count(*)", "uses what a rule may not use"),
        ("income_year = any(array[1])", "uses"),
        ("exists (select 1)", "uses what a rule may not use"),
        ("date '2026-13-01' > on_date", "not a date"),
        ("floor_to(income_year, household_size)", "not a constant"),
        ("add_years(on_date, 999999999)", "too large"),
        ("household_size || 'a'", "an operator that a rule may not use"),
        ("99999999999999999999999999999", "too long"),
        ("income_year * 10000000000000000000000 * 10000000000000000000000", "too large"),
    ] {
        let is = compiled(step).expect_err(step);
        assert!(is.contains(reason), "{step}: {is}");
    }
    let deep = format!("{}1{}", "(".repeat(5000), ")".repeat(5000));
    assert!(compiled(&deep).is_err());
    let deep = format!("{}1{}", "(".repeat(500), ")".repeat(500));
    assert!(compiled(&deep).expect_err("too deep").contains("cannot be read"));
}
