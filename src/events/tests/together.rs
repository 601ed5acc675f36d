//! Events that have their effect in one transaction, because several wait.

use std::time::Duration;

use jiff::SignedDuration;

use super::{
    town::{ANNA, DEE, FEM, Who, at_number, client_of, event_about, income_of, one},
    *,
};
use crate::{
    events::{Workers, store, worker},
    usage,
};

const THREE: [Who; 3] = [ANNA, DEE, FEM];

/// Three people who live apart, of whom everything is known but an income; and who each is.
async fn meet_three(post: &Post, pool: &PgPool) -> Vec<uuid::Uuid> {
    let mut number = 100;
    let mut people = Vec::new();
    for (who, house) in THREE.into_iter().zip(["7", "8", "9"]) {
        post.take_in(who.list(house, None, &[])).await;
        people.push(who.id(pool, post.portal()).await);
        for (register, kind, values) in [
            ("zorgverzekering", "insurance", json!({ "insured": "1" })),
            ("vermogen", "assets", json!({ "year": "2026", "amount": "0" })),
        ] {
            number += 1;
            let event = event_about(number, who, register, kind, one(values));
            let answer = post.send_as(client_of(register).0, &event).await;
            assert_eq!(answer.status, 202, "{}", answer.body);
        }
    }
    post.process().await;
    assert_eq!(count(pool, "done").await, 6);
    people
}

fn incomes() -> Value {
    (0..).zip(THREE).map(|(number, who)| event_about(number, who, "inkomen", "income", income_of(1_900_000))).collect()
}

async fn offered(pool: &PgPool) -> Vec<uuid::Uuid> {
    sqlx::query_scalar("select person from offer where service = 'zorgtoeslag' and state = 'offered' order by person")
        .fetch_all(pool)
        .await
        .unwrap()
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_waits_has_its_effect_together_and_everybody_has_their_own_offer_message_and_log(pool: PgPool) {
    let post = Post::real(&pool);
    let mut people = meet_three(&post, &pool).await;
    assert_eq!(post.send(&incomes()).await.status, 202);
    let before: i64 = sqlx::query_scalar("select count(*) from usage_entry").fetch_one(&pool).await.unwrap();
    assert_eq!(worker::next(post.portal(), post.inbox(), &mut 0).await.unwrap(), 3);
    let transactions: i64 = sqlx::query_scalar(
        "select count(distinct xmin::text) from (
             (select xmin from event order by number desc limit 3) union all select xmin from offer where service = 'zorgtoeslag'
         ) as written",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(transactions, 1);
    people.sort();
    assert_eq!(offered(&pool).await, people);
    let told: Vec<(uuid::Uuid, i64)> = sqlx::query_as(
        "select person, count(*) from message where service = 'zorgtoeslag' and kind = 'offered' group by 1 order by 1",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(told, people.iter().map(|&person| (person, 1)).collect::<Vec<_>>());
    // The value that came in and the rules that were worked out, in this order, for each of them.
    let logged: Vec<(uuid::Uuid, Vec<String>, bool)> = sqlx::query_as(
        "select person, array_agg(activity order by sequence), bool_or(activity = 'import' and groups = '{inkomen/income}')
           from (select *, row_number() over (partition by person order by sequence desc) as back from usage_entry) u
          where back <= 2 group by 1 order by 1",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let each = vec!["import".to_owned(), "evaluate".to_owned()];
    assert_eq!(logged, people.iter().map(|&person| (person, each.clone(), true)).collect::<Vec<_>>());
    let after: i64 = sqlx::query_scalar("select count(*) from usage_entry").fetch_one(&pool).await.unwrap();
    assert_eq!(after - before, 6);
    let mut owner = pool.acquire().await.unwrap();
    let verified = usage::verify(&mut owner, &usage::Heads::new()).await.unwrap();
    assert!(verified.broken.is_empty(), "{:?}", verified.broken);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn who_is_held_up_by_somebody_else_does_not_hold_up_who_waits_beside_them(pool: PgPool) {
    let post = Post::real(&pool);
    let people = meet_three(&post, &pool).await;
    let mut somebody = pool.begin().await.unwrap();
    sqlx::query("select people_lock(array[$1])").bind(people[1]).execute(&mut *somebody).await.unwrap();
    assert_eq!(post.send(&incomes()).await.status, 202);
    let workers = Workers::start(post.portal());
    let mut offers = Vec::new();
    for _ in 0..2000 {
        offers = offered(&pool).await;
        if offers.len() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(offers.len() == 2 && !offers.contains(&people[1]), "{offers:?}");
    somebody.rollback().await.unwrap();
    for _ in 0..2000 {
        if count(&pool, "done").await == 9 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(offered(&pool).await.len(), 3);
    workers.stop().await;
}

/// Four events, each about somebody else, of which those at these places are about a case; and their numbers.
async fn four_wait(pool: &PgPool, about_a_case: &[usize]) -> (Post, Vec<i64>) {
    let post = Post::new(pool).await;
    let about_four: Vec<_> = (0..4).map(|number| about(&bsn(number), number)).collect();
    assert_eq!(post.send(&about_four.into()).await.status, 202);
    let numbers: Vec<i64> = sqlx::query_scalar("select number from event order by 1").fetch_all(pool).await.unwrap();
    sqlx::query("update event set type = 'nl.voordeur.case.registered.v1' where number = any ($1)")
        .bind(about_a_case.iter().map(|&place| numbers[place]).collect::<Vec<_>>())
        .execute(pool)
        .await
        .unwrap();
    (post, numbers)
}

async fn claim(post: &Post, sql: &mut sqlx::PgConnection, most: i64) -> Vec<i64> {
    let claimed = store::claim(sql, post.portal().clock.now(), most, REGISTERED_DATA_CHANGED).await.unwrap();
    claimed.iter().map(|event| event.number).collect()
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn only_what_registers_say_shares_a_transaction(pool: PgPool) {
    let (post, numbers) = four_wait(&pool, &[1, 2]).await;
    let mut claims = Vec::new();
    let mut transaction = pool.begin().await.unwrap();
    for most in [8, 8, 1, 8] {
        claims.push(claim(&post, &mut transaction, most).await);
    }
    assert_eq!(claims, [vec![numbers[0], numbers[3]], vec![numbers[1]], vec![numbers[2]], vec![]]);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_cannot_share_keeps_nothing_but_itself(pool: PgPool) {
    let (post, numbers) = four_wait(&pool, &[0]).await;
    // It failed once: it would take the others with it.
    sqlx::query("update event set reason = 'two-people' where number = $1")
        .bind(numbers[2])
        .execute(&pool)
        .await
        .unwrap();
    let mut claims = Vec::new();
    let mut transactions = Vec::new();
    for _ in 0..4 {
        let mut transaction = pool.begin().await.unwrap();
        claims.push(claim(&post, &mut transaction, 8).await);
        transactions.push(transaction);
    }
    assert_eq!(claims, [vec![numbers[0]], vec![numbers[1], numbers[3]], vec![numbers[2]], vec![]]);
}

/// Moving looks at the list that is there, and up who else is in it.
#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn several_who_move_share_a_transaction(pool: PgPool) {
    let post = Post::real(&pool);
    meet_three(&post, &pool).await;
    let moves: Vec<_> =
        (0..).zip(THREE).map(|(number, who)| event_about(number, who, "brp", "address", at_number("21"))).collect();
    let answer = post.send_as(client_of("brp").0, &moves.into()).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    assert_eq!(post.process().await, 3);
    let transactions: i64 = sqlx::query_scalar(
        "select count(distinct xmin::text) from (select xmin from event order by number desc limit 3) as done",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(transactions, 1, "undone and taken one by one");
    let moved: i64 = sqlx::query_scalar(
        "select count(*) from registered_record where kind = 'address' and version = 0 and values ->> 'house_number' = '21'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(moved, 3);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn who_waits_for_an_earlier_event_under_another_key_is_in_nobodys_way(pool: PgPool) {
    let post = Post::new(&pool).await;
    post.send(&about(&bsn(1), 1)).await;
    sqlx::query("update event set due_at = due_at + interval '20 seconds'").execute(&pool).await.unwrap();
    let mut config = testing::config();
    config.keys.list.insert("k2".into(), base64::Engine::encode(&base64::prelude::BASE64_STANDARD, [9; 32]));
    config.keys.current = "k2".into();
    let after = Post::with(&pool, config);
    let next: Vec<_> = [1, 2, 3].map(|number| about(&bsn(number), 10 + number)).into();
    assert_eq!(after.send(&next.into()).await.status, 202);
    // Undone together, and then the one that waits stepped aside without having had its effect.
    assert_eq!(after.process().await, 3);
    let numbers = "select number from noted order by number";
    let noted: Vec<i64> = sqlx::query_scalar(numbers).fetch_all(&pool).await.unwrap();
    assert_eq!(noted, [12, 13]);
    for seconds in [30, 2] {
        after.test.wait(SignedDuration::from_secs(seconds));
        after.process().await;
    }
    let order: Vec<i64> = sqlx::query_scalar("select number from noted where number in (1, 11) order by place")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(order, [1, 11]);
}
