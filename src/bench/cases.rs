//! How fast the list and one case are with a million cases in the tables, beside bare routes that run the same SQL.

use std::{sync::Arc, time::Instant};

use sqlx::PgConnection;

use super::{Figures, Server, compare};
use crate::{database::PersonId, server::Portal};

/// How many there are, unless `VOORDEUR_BENCH_CASES` says otherwise; each has twenty lines.
const CASES: i64 = 1_000_000;

/// One connection for each person who is logged in.
const CONNECTIONS: usize = 200;

/// What `cases.sql` calls the third case of everybody who is logged in: decided.
const ONE: &str = "/mijn/zaken/2026-BENC-0002";

/// # Errors
/// When the rows cannot be made, or an answer is not 200.
pub async fn measure(
    portal: &Portal,
    owner: &mut PgConnection,
    people: &[PersonId],
    cookies: Arc<Vec<String>>,
    figures: &mut Figures,
) -> Result<(), Box<dyn std::error::Error>> {
    let count = std::env::var("VOORDEUR_BENCH_CASES").ok().map(|count| count.parse()).transpose()?.unwrap_or(CASES);
    let started = Instant::now();
    // Row level security is for who uses the portal; this fills tables that nobody uses.
    for table in ["cases", "case_event", "decision"] {
        sqlx::query(sqlx::AssertSqlSafe(format!("alter table {table} no force row level security")))
            .execute(&mut *owner)
            .await?;
    }
    sqlx::query(include_str!("cases.sql")).bind(count).bind(people).execute(&mut *owner).await?;
    sqlx::query("vacuum (analyze) cases, case_event, decision").execute(&mut *owner).await?;
    for table in ["cases", "case_event", "decision"] {
        sqlx::query(sqlx::AssertSqlSafe(format!("alter table {table} force row level security")))
            .execute(&mut *owner)
            .await?;
    }
    println!("{count} cases with {} lines in {:.0} s", count * 20, started.elapsed().as_secs_f64());
    figures.insert("cases in the tables".into(), count as f64);
    let ours = Server::start(portal, &["serve"]).await?;
    for (path, name) in [("/mijn/zaken", "/mijn/zaken"), (ONE, "/mijn/zaken/{reference}")] {
        compare(portal, &ours, path, name, &cookies, CONNECTIONS, figures).await?;
    }
    ours.stop().await?;
    Ok(())
}
