//! Order, failure and replay.

use std::{collections::BTreeMap, time::Duration};

use jiff::SignedDuration;

use super::*;
use crate::{
    events::{Workers, replay, rotate, worker},
    keys::{Index, Keyring},
};

/// Lets workers work until so many events are done.
async fn until_done(pool: &PgPool, events: i64) {
    for _ in 0..600 {
        if count(pool, "done").await >= events {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{} of {events} events are done", count(pool, "done").await);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn the_same_event_at_the_same_moment_at_two_replicas_has_its_effect_once(pool: PgPool) {
    let (here, there) = (Post::new(&pool).await, Post::another(&pool));
    let workers = [Workers::start(here.portal()), Workers::start(there.portal())];
    for number in 0..30 {
        let event = event(number);
        let (first, second, third) = futures::join!(here.send(&event), there.send(&event), here.send(&event));
        assert_eq!([first.status, second.status, third.status], [http::StatusCode::ACCEPTED; 3]);
    }
    until_done(&pool, 30).await;
    assert_eq!(noted(&pool).await, (0..30).collect::<Vec<_>>());
    futures::future::join_all(workers.map(Workers::stop)).await;
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn workers_of_several_replicas_keep_the_order_of_each_person(pool: PgPool) {
    let (here, there) = (Post::new(&pool).await, Post::another(&pool));
    let batch: Vec<_> = (0..300).map(|number| about(&bsn(number % 7), number)).collect();
    assert_eq!(here.send(&batch.into()).await.status, 202);
    let workers = [Workers::start(here.portal()), Workers::start(there.portal())];
    until_done(&pool, 300).await;
    let rows: Vec<(String, i64)> =
        sqlx::query_as("select bsn, number from noted order by place").fetch_all(&pool).await.unwrap();
    let mut by_person: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for (bsn, number) in rows {
        by_person.entry(bsn).or_default().push(number);
    }
    assert_eq!(by_person.len(), 7);
    for (i, numbers) in (0..7).map(|i| (i, &by_person[&bsn(i)])) {
        assert_eq!(*numbers, (0..300).filter(|number| number % 7 == i).collect::<Vec<_>>());
    }
    futures::future::join_all(workers.map(Workers::stop)).await;
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn an_event_that_another_replica_keeps_is_taken_up_before_it_is_looked_for(pool: PgPool) {
    Post::new(&pool).await;
    let (here, there) = (Post::only_receiving(&pool), Post::another(&pool));
    let workers = [Workers::start(here.portal()), Workers::start(there.portal())];
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut late = 0;
    for number in 0..10 {
        let started = std::time::Instant::now();
        assert_eq!(here.send(&event(number)).await.status, 202);
        until_done(&pool, number + 1).await;
        late += i32::from(started.elapsed() > Duration::from_millis(300));
    }
    assert!(late <= 3, "{late} of 10 waited for the next look");
    futures::future::join_all(workers.map(Workers::stop)).await;
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_poison_event_is_set_aside_after_a_few_tries_and_holds_up_nobody_for_long(pool: PgPool) {
    let post = Post::new(&pool).await;
    for (how, why) in [
        ("wrong", "defect: 22P02 "),
        ("mad", "defect: something fixed"),
        ("unknown", "unknown-person"),
        ("double", "two-people"),
    ] {
        sqlx::query("delete from event").execute(&pool).await.unwrap();
        sqlx::query("delete from noted").execute(&pool).await.unwrap();
        post.send(&json!([that_goes(how, 1), event(2), about(&bsn(1), 3)])).await;
        assert_eq!(post.process().await, 2, "{how}: the poison, and another person's event");
        assert_eq!(noted(&pool).await, [3]);
        let mut tries = 1;
        while count(&pool, "aside").await == 0 {
            assert_eq!(count(&pool, "waiting").await, 2, "the next of the same person waits");
            post.test.wait(SignedDuration::from_secs(20));
            post.process().await;
            tries += 1;
        }
        assert_eq!(tries, worker::AGAIN.len() + 1, "{how}");
        assert_eq!(noted(&pool).await, [3, 2]);
        assert_eq!(reason(&pool).await.as_deref(), Some(why));
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn an_event_that_was_set_aside_is_tried_again_when_asked(pool: PgPool) {
    let post = Post::new(&pool).await;
    post.send(&that_goes("wrong", 1)).await;
    post.send(&that_goes("unknown", 2)).await;
    for _ in 0..20 {
        post.process().await;
        post.test.wait(SignedDuration::from_secs(20));
    }
    assert_eq!((count(&pool, "aside").await, post.process().await), (2, 0));
    let numbers: Vec<i64> = sqlx::query_scalar("select number from event order by 1").fetch_all(&pool).await.unwrap();
    assert_eq!(replay(post.portal(), Some(-1)).await.unwrap(), 0);
    assert_eq!(replay(post.portal(), Some(numbers[0])).await.unwrap(), 1);
    assert_eq!(replay(post.portal(), Some(numbers[0])).await.unwrap(), 0, "it waits already");
    assert_eq!(post.process().await, 1);
    assert_eq!(replay(post.portal(), None).await.unwrap(), 1);
    super::super::list(post.portal(), true).await.unwrap();
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn an_event_about_an_unknown_person_has_its_effect_when_they_are_known(pool: PgPool) {
    let post = Post::new(&pool).await;
    post.send(&that_goes("unknown", 1)).await;
    for _ in 0..5 {
        post.process().await;
        post.test.wait(SignedDuration::from_secs(20));
    }
    assert_eq!(count(&pool, "aside").await, 1);
    assert_eq!(worker::resume(post.portal()).await.unwrap(), 0);
    sqlx::query("insert into person_lookup values ($1, gen_random_uuid())")
        .bind(post.portal().keys.index(Index::Bsn, BSN))
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(worker::resume(post.portal()).await.unwrap(), 1);
    assert_eq!(post.process().await, 1);
    assert_eq!(noted(&pool).await, [1]);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn an_event_that_waits_survives_a_change_of_keys_and_the_same_again_is_known(pool: PgPool) {
    let post = Post::new(&pool).await;
    post.send(&event(1)).await;
    post.process().await;
    post.send(&event(2)).await;
    let mut config = testing::config();
    config.keys.list.insert("k2".into(), base64::Engine::encode(&base64::prelude::BASE64_STANDARD, [9; 32]));
    config.keys.current = "k2".into();
    let after = Post::with(&pool, config.clone());
    assert_eq!(after.send(&event(2)).await.status, 202, "the same, under the old key");
    after.send(&event(3)).await;
    assert_eq!(rotate(after.portal()).await.unwrap(), 1);
    config.keys.list.remove("k1");
    assert!(Keyring::new("k2", &config.keys.list).is_ok());
    let later = Post::with(&pool, config);
    assert_eq!(later.process().await, 2);
    assert_eq!(noted(&pool).await, [1, 2, 3]);
    for number in 1..=3 {
        assert_eq!(later.send(&event(number)).await.status, 202);
    }
    assert_eq!(later.process().await, 0);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn the_workers_that_stop_finish_what_they_have_in_hand(pool: PgPool) {
    let post = Post::new(&pool).await;
    let batch: Vec<_> = (0..200)
        .map(|number| {
            let mut event = about(&bsn(number), number);
            event["data"]["goes"] = "slowly".into();
            event
        })
        .collect();
    post.send(&batch.into()).await;
    let workers = Workers::start(post.portal());
    until_done(&pool, 3).await;
    workers.stop().await;
    let done = count(&pool, "done").await;
    assert!((3..200).contains(&done), "{done}");
    assert_eq!(noted(&pool).await.len() as i64, done);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(count(&pool, "done").await, done, "nothing more is taken");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn events_that_were_done_are_forgotten_after_a_while(pool: PgPool) {
    let post = Post::new(&pool).await;
    post.send(&event(1)).await;
    post.process().await;
    post.send(&that_goes("wrong", 2)).await;
    post.process().await;
    post.test.wait(SignedDuration::from_hours(24 * 30 + 1));
    let mut event = about(&bsn(1), 3);
    post.inbox().issuer.publish(&post.signer, post.portal().clock.now());
    assert_eq!(post.send(&event).await.status, 202);
    assert_eq!(post.process().await, 2, "the one that goes wrong too");
    worker::sweep(post.portal()).await.unwrap();
    let left: Vec<(String, String)> =
        sqlx::query_as("select id, state from event order by number").fetch_all(&pool).await.unwrap();
    let expected = [("event 2", "waiting"), ("event 3", "done")];
    assert_eq!(left, expected.map(|(id, state)| (id.to_owned(), state.to_owned())));
    event["data"]["number"] = 4.into();
    assert_eq!(post.send(&event).await.status, 409, "still recognised");
}
