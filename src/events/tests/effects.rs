//! What events of registers change, with the demo people.

use jiff::SignedDuration;

use super::*;
use crate::{events::worker, keys::Index};

fn income(id: &str, amount: &str) -> Value {
    let mut event = event(0);
    event["id"] = id.into();
    event["data"] = json!({
        "bsn": BSN, "register": "inkomen", "kind": "income",
        "records": [{ "valid_from": "20260101", "values": { "year": "2026", "amount": amount } }],
    });
    event
}

fn assistance(id: &str, municipality: &str) -> Value {
    let mut event = event(0);
    event["id"] = id.into();
    event["source"] = format!("urn:nld:oin:00000099000000{municipality}00").into();
    event["data"] = json!({ "bsn": BSN, "register": "uitkering", "kind": "social_assistance", "records": [] });
    event
}

/// The incomes registered about the person, the present one first.
async fn incomes(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar("select values ->> 'amount' from registered_record where register = 'inkomen' order by version")
        .fetch_all(pool)
        .await
        .unwrap()
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_a_register_says_is_registered_once_and_an_older_word_does_not_undo_it(pool: PgPool) {
    let post = Post::real(&pool);
    post.meet_demo_people().await;
    for _ in 0..2 {
        assert_eq!(post.send(&income("1", "1900000")).await.status, 202);
        post.process().await;
    }
    assert_eq!(incomes(&pool).await, ["1900000"]);
    post.test.wait(SignedDuration::from_secs(60));
    let mut later = income("2", "2100000");
    later["time"] = "2026-11-22T11:00:30Z".into();
    let mut older = income("3", "100");
    older["time"] = "2026-11-22T09:00:00Z".into();
    assert_eq!(post.send(&json!([later, older])).await.status, 202);
    assert_eq!(post.process().await, 2);
    assert_eq!(incomes(&pool).await, ["2100000", "1900000"]);
    assert_eq!((count(&pool, "done").await, count(&pool, "aside").await), (3, 0));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_cannot_be_in_a_register_is_refused_at_the_door_with_its_place(pool: PgPool) {
    let post = Post::real(&pool);
    let with = |path: &str, value: Value| {
        let mut event = income("1", "1900000");
        *event.pointer_mut(path).unwrap() = value;
        event
    };
    for (event, pointer) in [
        (with("/data/kind", "nothing".into()), "/data/kind"),
        (with("/data/records/0/values/amount", "a lot".into()), "/data/records/0/values/amount"),
        (with("/data/records/0/values/amount", 1900000.into()), "/data/records/0/values/amount"),
        (with("/data/records/0/values", json!({ "year": "2026" })), "/data/records/0/values/amount"),
        (with("/data/records/0/valid_from", "20261301".into()), "/data/records/0/valid_from"),
        (with("/data/records/0/valid_from", "20261123".into()), "/data/records/0/valid_from"),
        (with("/data/records", Value::Null), "/data/records"),
        (with("/data/bsn", "900210292".into()), "/data/bsn"),
        (with("/time", "2026-11-22T11:30:00Z".into()), "/time"),
    ] {
        let answer = post.send(&event).await;
        assert_eq!(answer.status, 422, "{event}");
        let problem: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{event}: {}", answer.body);
    }
    let unknown = post.send(&with("/data/register", "nothing".into())).await;
    assert_eq!(unknown.status, 403, "{}", unknown.body);
    let problem: Value = serde_json::from_str(&unknown.body).unwrap();
    assert_eq!(problem["errors"][0]["pointer"], "/data/register", "{}", unknown.body);
    let kept: i64 = sqlx::query_scalar("select count(*) from event").fetch_one(&pool).await.unwrap();
    assert_eq!(kept, 0);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn an_event_about_somebody_unknown_waits_aside_until_their_list_comes_in(pool: PgPool) {
    let post = Post::real(&pool);
    assert_eq!(post.send(&income("1", "1900000")).await.status, 202);
    for _ in 0..5 {
        post.process().await;
        post.test.wait(SignedDuration::from_secs(20));
    }
    assert_eq!(reason(&pool).await.as_deref(), Some(worker::UNKNOWN_PERSON));
    post.meet_demo_people().await;
    assert_eq!(worker::resume(post.portal()).await.unwrap(), 1);
    assert_eq!(post.process().await, 1);
    assert_eq!(incomes(&pool).await, ["1900000"]);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_municipality_says_nothing_about_the_inhabitant_of_another(pool: PgPool) {
    let post = Post::real(&pool);
    post.meet_demo_people().await;
    let person = "select holder from person join person_lookup using (person) where index = $1";
    let index = post.portal().keys.index(Index::Bsn, BSN);
    let own: String = sqlx::query_scalar(person).bind(index).fetch_one(&pool).await.unwrap();
    let codes = ["0344", "0518", "0599"];
    let other = codes.into_iter().find(|code| !own.ends_with(code)).unwrap();
    let answer = post.send_as(&format!("gemeente-{other}"), &assistance("1", other)).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    for _ in 0..5 {
        post.process().await;
        post.test.wait(SignedDuration::from_secs(20));
    }
    assert_eq!(reason(&pool).await.as_deref(), Some("not-their-inhabitant"));
    sqlx::query("update person set holder = $1").bind(format!("gemeente-{other}")).execute(&pool).await.unwrap();
    assert_eq!(crate::events::replay(post.portal(), None).await.unwrap(), 1);
    post.process().await;
    assert_eq!(count(&pool, "done").await, 1);
}
