//! The catalogue that ships.

use sqlx::{AssertSqlSafe, PgPool};

use crate::{
    database::MIGRATOR,
    rules::{Case, check_examples, columns_that_differ, try_cases},
    testing::rulebook,
};

#[sqlx::test(migrator = "MIGRATOR")]
async fn every_example_gives_what_it_says(pool: PgPool) {
    let mut sql = pool.acquire().await.unwrap();
    let (examples, mistakes) = check_examples(&mut sql, &rulebook()).await.unwrap();
    let mistakes: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
    assert!(examples > 40, "{examples} examples");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_figures_that_the_government_published_come_out(pool: PgPool) {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../../../catalogue/cases/published.json")).unwrap();
    assert_eq!(cases.len(), 57);
    let mut sql = pool.acquire().await.unwrap();
    let tried = try_cases(&mut sql, &rulebook(), &cases).await.unwrap();
    assert_eq!((tried.passed, tried.failures), (57, vec![]));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn every_fact_has_a_column_and_every_column_is_a_fact(pool: PgPool) {
    let mut sql = pool.acquire().await.unwrap();
    assert_eq!(columns_that_differ(&mut sql, &rulebook()).await.unwrap(), Vec::<String>::new());
}

/// A fence that keeps PostgreSQL from folding the layers of a rule together can keep it from sharing the work out as well.
#[sqlx::test(migrator = "MIGRATOR")]
async fn every_rule_is_worked_out_for_everybody_by_every_processor(pool: PgPool) {
    let mut sql = pool.acquire().await.unwrap();
    // VACUUM counts the rows and leaves the values unknown: the planner then takes every condition to let some of them through.
    for statement in [
        "insert into facts (person) select gen_random_uuid() from generate_series(1, 10000)",
        "vacuum facts",
        "set max_parallel_workers_per_gather = 2",
        "set min_parallel_table_scan_size = 0",
        "set parallel_setup_cost = 0",
    ] {
        sqlx::raw_sql(statement).execute(&mut *sql).await.unwrap();
    }
    let rulebook = rulebook();
    let on = jiff::civil::date(2026, 11, 1);
    let mut rules = 0;
    for (service, version) in rulebook.on(on) {
        let verdict = version.compiled.verdict("facts", &format!("date '{on}'"));
        let plan: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!(
            "explain (costs off) select count(*), sum(year), sum(quarter), sum(month), sum(once) from ({verdict}) v"
        )))
        .fetch_all(&mut *sql)
        .await
        .unwrap();
        let first = |node: &str| plan.iter().position(|line| line.contains(node));
        // Every layer is below what brings together what each processor found.
        let together = first("Gather").is_some_and(|at| first("Subquery Scan").is_none_or(|layer| at < layer));
        assert!(together, "{}:\n{}", service.id(), plan.join("\n"));
        rules += 1;
    }
    assert!(rules >= 16, "{rules} rules");
}
