//! The catalogue that ships.

use sqlx::PgPool;

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
