//! The compiler is the only way to the database: whatever is put in, what comes out is refused or is plain arithmetic.

use proptest::{prelude::*, strategy::ValueTree};
use sqlx::{AssertSqlSafe, PgPool};

use super::expressions::compiled;
use crate::database::MIGRATOR;

/// Expressions that look like ours, and pieces that somebody might try to slip in.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => prop::sample::select(vec![
            "income_year", "partner_income_year", "basic_rent_month", "has_partner", "birth_date", "on_date", "children_birth_dates",
            "household_size", "country_factor", "municipality", "percentage", "own", "childcare", "0", "1", "12", "0.65", "999999999999",
            "true", "false", "'NL'", "date '2026-01-01'", "null",
        ]).prop_map(str::to_owned),
        1 => prop::sample::select(vec![
            "person", "current_user", "pg_sleep(9)", "(select 1)", "$1", "$2::text", "'a''b'", "E'\\x'", "\"person\"", "f.person", "{source}",
            "{on}", "1) or (1=1", "x'00'", "U&'x'", "/* */ 1", "-- 1", ";", "pg_read_file('a')", "set_config('a','b',true)", "1e400",
            "interval '1 day'", "array[1]", "row(1)", "rule.age(birth_date, on_date)", "$$x$$", "*",
        ]).prop_map(str::to_owned),
        1 => "[ -~]{0,12}",
    ];
    leaf.prop_recursive(4, 40, 4, |inner| {
        prop_oneof![
            (
                inner.clone(),
                prop::sample::select(vec!["+", "-", "*", "/", "=", "<>", "<", ">=", "and", "or", "||", "is not", "~"]),
                inner.clone()
            )
                .prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("case when {a} then {b} else {c} end")),
            (
                prop::sample::select(vec![
                    "greatest",
                    "least",
                    "coalesce",
                    "age",
                    "floor_to",
                    "round_half_up",
                    "ceil_to",
                    "band",
                    "count_ages",
                    "lower",
                    "youngest",
                    "add_months",
                    "year_of"
                ]),
                prop::collection::vec(inner.clone(), 1..4)
            )
                .prop_map(|(name, arguments)| format!("{name}({})", arguments.join(", "))),
            (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("{a} between {b} and {c}")),
        ]
    })
}

/// Amounts per year that fit together, so that most are let through: bounds far apart, fractions, and numbers beyond a bigint.
fn amount() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec!["income_year", "partner_income_year", "own", "own * 0.123456789", "0"])
        .prop_map(str::to_owned);
    leaf.prop_recursive(6, 60, 3, |inner| {
        let factor = prop::sample::select(vec!["percentage", "0.65", "1.5", "country_factor", "band(bands, income_year)", "household_size"]);
        let condition = (inner.clone(), prop::sample::select(vec!["<", "<=", "=", "<>", ">", ">="]), inner.clone()).prop_map(|(a, op, b)| {
            format!("({a} {op} {b} or has_partner and age(birth_date, on_date) >= 18 or count_ages(children_birth_dates, 0, 17, on_date) > 1)")
        });
        prop_oneof![
            (inner.clone(), prop::sample::select(vec!["+", "-"]), inner.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            (inner.clone(), factor).prop_map(|(a, factor)| format!("{a} * {factor} * 1")),
            (condition, inner.clone(), inner.clone()).prop_map(|(c, a, b)| format!("case when {c} then {a} else {b} end")),
            (prop::sample::select(vec!["greatest", "least", "coalesce"]), inner.clone(), inner.clone()).prop_map(|(f, a, b)| format!("{f}({a}, {b})")),
            (prop::sample::select(vec!["floor_to", "round_half_up", "ceil_to"]), inner.clone(), 1_u32..500).prop_map(|(f, a, unit)| format!("{f}({a}, {unit})")),
            inner.prop_map(|a| format!("({a} / greatest(1, household_size) + 0)")),
        ]
    })
}

/// Runs what the compiler let through, on rows with everything, nothing and the extremes in them.
#[sqlx::test(migrator = "MIGRATOR")]
async fn what_the_compiler_lets_through_runs_and_changes_nothing(pool: PgPool) {
    sqlx::raw_sql("create role nobody_at_all nologin").execute(&pool).await.ok();
    let rows = r#"[{}, {"income_year": 0, "partner_income_year": 0, "basic_rent_month": 0, "has_partner": false, "birth_date": "0001-01-01",
        "children_birth_dates": [], "household_size": 1, "country_factor": 0, "municipality": "", "childcare": []},
        {"income_year": 100000000000, "partner_income_year": 100000000000, "basic_rent_month": 100000000, "has_partner": true,
        "birth_date": "9999-12-31", "children_birth_dates": ["2010-01-01", "2024-02-29"], "household_size": 100, "country_factor": 10,
        "municipality": "0344", "childcare": [{"kind": "daycare", "hours_month": 744, "hourly_rate": 100000}]}]"#;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = prop_oneof![5 => expression(), 1 => amount()];
    let (mut let_through, mut refused) = (0, 0);
    let mut connection = pool.acquire().await.unwrap();
    for _ in 0..4000 {
        let text = strategy.new_tree(&mut runner).unwrap().current();
        let Ok(compiled) = compiled(&text) else {
            refused += 1;
            continue;
        };
        let_through += 1;
        for statement in [
            compiled.run("jsonb_populate_recordset(null::facts, $1::jsonb)", "date '2026-11-22'"),
            compiled.verdict("jsonb_populate_recordset(null::facts, $1::jsonb)", "date '2026-11-22'"),
        ] {
            for word in ["pg_", "current_user", "select 1", ";", "--", "/*", "set_config", "$$", "\\"] {
                assert!(!statement.contains(word), "{text} became {statement}");
            }
            sqlx::query(AssertSqlSafe(statement.clone()))
                .bind(rows)
                .fetch_all(&mut *connection)
                .await
                .unwrap_or_else(|error| panic!("{text}: {error}\n{statement}"));
        }
    }
    assert!(let_through > 300 && refused > 300, "{let_through} let through, {refused} refused: this proves little");
}
