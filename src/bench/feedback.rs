//! How fast the desk's queue and insights are with a million items of feedback.

use std::{sync::Arc, time::Instant};

use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use super::{CONNECTIONS, Figures, Server, TURN, TURNS, load, median};
use crate::{
    identity::{self, Door, Identity, Party},
    server::Portal,
};

/// How many there are, unless `VOORDEUR_BENCH_FEEDBACK` says otherwise.
const ITEMS: i64 = 1_000_000;

/// Counted in one transaction: many at once, as nobody waits.
const AT_ONCE: i32 = 100_000;

/// Who `feedback.sql` gives a quarter of all items.
const ORGANISATION: &str = "gemeente-0599";

const PATHS: [(&str, &str); 5] = [
    ("/balie/reacties", "/balie/reacties"),
    ("/balie/reacties?van=niemand&soort=klacht", "/balie/reacties of one kind"),
    ("/balie/reacties?van=mij", "/balie/reacties of one clerk"),
    ("/balie/inzichten", "/balie/inzichten"),
    ("/balie/inzichten?dienst=stadspas", "/balie/inzichten of one service"),
];

/// # Errors
/// When the rows cannot be made, or an answer is not 200.
pub async fn measure(
    portal: &Portal,
    owner: &mut PgConnection,
    figures: &mut Figures,
) -> Result<(), Box<dyn std::error::Error>> {
    let count = std::env::var("VOORDEUR_BENCH_FEEDBACK").ok().map(|count| count.parse()).transpose()?.unwrap_or(ITEMS);
    fill(portal, owner, count).await?;
    figures.insert("feedback in the tables".into(), count as f64);
    let mut cookies = Vec::new();
    for clerk in 0..CONNECTIONS {
        let party = Party::Staff {
            organisation: ORGANISATION.into(),
            role: "caseworker".into(),
            name: "Bench".into(),
            // The first of them has what was taken.
            subject: if clerk == 0 { "bench".to_owned() } else { format!("bench-{clerk}") },
        };
        let identity = Identity {
            door: Door::Staff,
            actor: party.clone(),
            acting_for: party,
            level: "http://eidas.europa.eu/LoA/substantial".into(),
            sid: None,
            id_token: None,
            logged_in_at: portal.clock.now(),
        };
        let session = identity::open_session(portal, &identity, &format!("bench-{clerk}")).await?;
        cookies.push(format!("{}={session}", identity::COOKIE));
    }
    let cookies = Arc::new(cookies);
    let ours = Server::start(portal, &["serve"]).await?;
    for (path, name) in PATHS {
        let mut turns = Vec::new();
        for _ in 0..TURNS {
            turns.push(load::load(ours.address, path, Arc::clone(&cookies), CONNECTIONS, TURN).await?);
        }
        let of = median(turns);
        println!(
            "{name:<32} {:>8.0} a second, p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms, {} bytes",
            of.per_second, of.p50, of.p95, of.p99, of.bytes
        );
        figures.insert(format!("{name}: requests per second"), of.per_second);
        figures.insert(format!("{name}: p50 ms"), of.p50);
        figures.insert(format!("{name}: p95 ms"), of.p95);
        figures.insert(format!("{name}: p99 ms"), of.p99);
        figures.insert(format!("{name} bytes"), of.bytes as f64);
    }
    ours.stop().await?;
    Ok(())
}

/// Makes the items, and counts them as the portal does.
async fn fill(portal: &Portal, owner: &mut PgConnection, count: i64) -> Result<(), Box<dyn std::error::Error>> {
    let started = Instant::now();
    // Row level security is for who uses the portal; this fills a table that nobody uses. An index of words is made faster afterwards.
    sqlx::raw_sql("alter table feedback no force row level security; drop index feedback_words")
        .execute(&mut *owner)
        .await?;
    sqlx::query(include_str!("feedback.sql")).bind(count).execute(&mut *owner).await?;
    sqlx::raw_sql(
        "create index feedback_words on feedback using gin (to_tsvector('dutch', text));
         alter table feedback force row level security",
    )
    .execute(&mut *owner)
    .await?;
    let filled = started.elapsed().as_secs_f64();
    while sqlx::query_scalar::<_, i64>("select insights_count($1, $2, $3)")
        .bind(portal.clock.now().to_sqlx())
        .bind(portal.clock.today().to_sqlx())
        .bind(AT_ONCE)
        .fetch_one(&mut *owner)
        .await?
        > 0
    {}
    sqlx::query("vacuum (analyze)").execute(&mut *owner).await?;
    let counted = started.elapsed().as_secs_f64() - filled;
    println!("{count} items of feedback in {filled:.0} s, counted in {counted:.0} s");
    Ok(())
}
