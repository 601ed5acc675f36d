//! PostgreSQL goes away, workers are killed: nothing is lost, and nothing happens twice.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::SignedDuration;

use super::*;
use crate::events::{Workers, worker};

/// Ends every connection of the portal's, as a crash of PostgreSQL would.
pub async fn cut(pool: &PgPool) {
    sqlx::query(
        "select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid() and query not like '%pg_terminate_backend%'
            and application_name = 'portal'",
    )
    .execute(pool)
    .await
    .unwrap();
}

async fn all_noted_once(pool: &PgPool, events: i64) {
    let mut noted = noted(pool).await;
    noted.sort_unstable();
    assert_eq!(noted, (0..events).collect::<Vec<_>>());
    assert_eq!((count(pool, "done").await, count(pool, "waiting").await, count(pool, "aside").await), (events, 0, 0));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_database_that_goes_away_again_and_again_loses_no_event_and_does_none_twice(pool: PgPool) {
    const EVENTS: i64 = 150;
    let named = sqlx::postgres::PgPoolOptions::new()
        .connect_lazy_with(pool.connect_options().as_ref().clone().application_name("portal"));
    let post = Post::new(&pool).await;
    let (here, there) = (Post::another(&named), Post::another(&named));
    drop(post);
    let workers = [Workers::start(here.portal()), Workers::start(there.portal())];
    let watching = [&here, &there].map(|post| tokio::spawn(post.portal().database.clone().watch_over()));
    let sending = Arc::new(AtomicBool::new(true));
    let chaos = {
        let (pool, sending) = (pool.clone(), Arc::clone(&sending));
        tokio::spawn(async move {
            let mut cuts = 0;
            for pause in [50, 1100, 300, 1600, 90, 700].into_iter().cycle() {
                if !sending.load(Ordering::Relaxed) {
                    break;
                }
                cut(&pool).await;
                cuts += 1;
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
            cuts
        })
    };
    // As senders do: again until it is accepted.
    let mut refused = 0;
    for number in 0..EVENTS {
        let post = if number % 2 == 0 { &here } else { &there };
        loop {
            let answer = post.send(&about(&bsn(number % 11), number)).await;
            if answer.status == 202 {
                break;
            }
            assert_eq!(answer.status, 503, "{}", answer.body);
            assert_eq!(answer.header("content-type"), "application/problem+json");
            assert!(!answer.header("retry-after").is_empty());
            refused += 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let started = Instant::now();
    while count(&pool, "done").await < EVENTS && started.elapsed() < Duration::from_secs(30) {
        for post in [&here, &there] {
            post.test.wait(SignedDuration::from_secs(1));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    sending.store(false, Ordering::Relaxed);
    let cuts = chaos.await.unwrap();
    assert!(cuts > 5 && refused > 0, "{cuts} cuts, {refused} refused: this proves nothing");
    all_noted_once(&pool, EVENTS).await;
    // And listening works again.
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(here.send(&event(EVENTS)).await.status, 202);
    let started = Instant::now();
    while count(&pool, "done").await <= EVENTS {
        assert!(started.elapsed() < Duration::from_secs(2));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    futures::future::join_all(workers.map(Workers::stop)).await;
    watching.iter().for_each(tokio::task::JoinHandle::abort);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_worker_killed_at_any_point_leaves_an_event_done_or_as_it_was(pool: PgPool) {
    const EVENTS: i64 = 200;
    let post = Post::new(&pool).await;
    let batch: Vec<_> = (0..EVENTS).map(|number| about(&bsn(number % 5), number)).collect();
    assert_eq!(post.send(&batch.into()).await.status, 202);
    let (mut kills, mut step, mut alone) = (0, 0, 0);
    while count(&pool, "done").await < EVENTS {
        // Dropped after more and more time, from before it began to after it was done.
        let at_most = Duration::from_micros(100 + 37 * (step % 80));
        if tokio::time::timeout(at_most, worker::next(post.portal(), post.inbox(), &mut alone)).await.is_err() {
            kills += 1;
        }
        step += 1;
        assert!(step < 20_000, "{} done", count(&pool, "done").await);
    }
    assert!(kills > 20, "{kills}: this proves nothing");
    all_noted_once(&pool, EVENTS).await;
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_was_kept_while_no_worker_ran_is_done_when_one_starts(pool: PgPool) {
    let post = Post::new(&pool).await;
    for number in 0..5 {
        post.send(&event(number)).await;
    }
    let workers = Workers::start(post.portal());
    let started = Instant::now();
    while count(&pool, "done").await < 5 {
        assert!(started.elapsed() < Duration::from_secs(3));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    workers.stop().await;
    all_noted_once(&pool, 5).await;
}
