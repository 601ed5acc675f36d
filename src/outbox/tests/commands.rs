//! What an administrator does: keys, and what was done long ago.

use super::*;
use crate::keys::Keyring;

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_waits_and_what_was_sent_with_cases_is_sealed_with_the_key_in_use(pool: PgPool) {
    let world = World::new(&pool).await;
    let case = world.case().await;
    world.ask(&case, "1").await;
    let old = Keyring::new("old", &keys_of(&["old"])).unwrap();
    sqlx::query("update outgoing_event set body = $1").bind(old.seal(Use::Event, b"{}")).execute(&pool).await.unwrap();
    sqlx::query("update cases set application = $1")
        .bind(old.seal(Use::Answers, b"iban"))
        .execute(&pool)
        .await
        .unwrap();
    let mut config = config(&world.agency);
    config.keys.list.extend(keys_of(&["old"]));
    let test = TestPortal::with(&pool, config);
    std::fs::remove_file(test.portal.config.outbox.signing_key_file.as_ref().unwrap()).unwrap();
    let portal = &test.portal;
    for expected in [1, 0] {
        assert_eq!(crate::outbox::rotate(portal).await.unwrap(), expected);
        assert_eq!(cases::rotate(&portal.evaluator, &portal.keys).await.unwrap(), expected);
    }
    let only_new = &world.portal().keys;
    let (body, application): (Vec<u8>, Vec<u8>) =
        sqlx::query_as("select (select body from outgoing_event), (select application from cases)")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(only_new.open(Use::Event, &body).unwrap(), b"{}");
    assert_eq!(only_new.open(Use::Answers, &application).unwrap(), b"iban");
}

fn keys_of(names: &[&str]) -> std::collections::BTreeMap<String, String> {
    use base64::{Engine, prelude::BASE64_STANDARD};
    names.iter().map(|name| ((*name).to_owned(), BASE64_STANDARD.encode([9; 32]))).collect()
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_was_delivered_long_ago_is_forgotten(pool: PgPool) {
    let world = World::new(&pool).await;
    let case = world.case().await;
    world.ask(&case, "1").await;
    world.deliver().await;
    world.test.wait(SignedDuration::from_hours(24 * 29));
    crate::outbox::worker::sweep(world.portal()).await.unwrap();
    assert_eq!(world.count("done").await, 1);
    world.ask(&case, "2").await;
    world.test.wait(SignedDuration::from_hours(24 * 2));
    crate::outbox::worker::sweep(world.portal()).await.unwrap();
    assert_eq!((world.count("done").await, world.count("waiting").await), (0, 1));
}
