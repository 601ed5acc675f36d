//! Events between two person lists: somebody moves, has a child, marries or divorces.

use serde_json::{Value, json};
use sqlx::{PgPool, types::Json};

use super::{
    changes::{apply, income},
    facts::{
        ANNA, BO, CAS, DEE, MARRIED_TO_ANNA, MARRIED_TO_BO, PARENT_OF_CAS, changed, fact, facts, list, person, take_in,
    },
    importer,
};
use crate::{
    keys::Use,
    registered_data::{Outcome, rotate},
};

fn about(bsn: &str, kind: &str, records: Value) -> Value {
    json!({"bsn": bsn, "register": "brp", "kind": kind, "records": records})
}

/// Where somebody lives now, in the street where everybody in these tests does.
fn lives(bsn: &str, municipality: &str, number: &str) -> Value {
    let values = json!({
        "municipality": municipality, "function": "W", "street": "Voorbeeldstraat", "house_number": number,
        "postcode": "3012SD", "address_since": "20261030",
    });
    about(bsn, "address", json!([{"valid_from": "20261030", "values": values}]))
}

fn child(a_number: &str, bsn: &str, born: &str) -> Value {
    json!({"valid_from": born, "values": {"a_number": a_number, "bsn": bsn, "surname": "Voorbeeld", "birth_date": born}})
}

fn partner(who: (&str, &str), more: Value) -> Value {
    let mut values = json!({"a_number": who.0, "bsn": who.1, "surname": "Voorbeeld", "begun_date": "20100601"});
    values.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!([{"valid_from": "20100601", "values": values}])
}

/// What is registered about somebody of a kind: version, and a value.
async fn versions(pool: &PgPool, who: (&str, &str), kind: &str, attribute: &str) -> Vec<(i16, i16, Option<String>)> {
    sqlx::query_as(
        "select object, version, values ->> $3 from registered_record
          where person = $1 and register = 'brp' and kind = $2 order by object, version",
    )
    .bind(person(pool, who).await)
    .bind(kind)
    .bind(attribute)
    .fetch_all(pool)
    .await
    .unwrap()
}

fn seen(versions: &[(i16, i16, Option<String>)]) -> Vec<(i16, i16, &str)> {
    versions.iter().map(|(object, version, value)| (*object, *version, value.as_deref().unwrap_or_default())).collect()
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn who_moves_leaves_one_household_and_joins_another_until_the_next_list_says_otherwise(pool: PgPool) {
    let anna = list(ANNA, "19870101", "7", &[]);
    take_in(&pool, &[anna.clone(), list(BO, "19850101", "7", &[]), list(DEE, "19600101", "8", &[])]).await;
    apply(&pool, "08", income(ANNA.1, &["1900000"])).await.unwrap();
    assert_eq!(fact(&pool, BO, "co_resident_income_year").await, 1_900_000);

    let applied = apply(&pool, "09", lives(ANNA.1, "0344", "8")).await.unwrap();
    assert_eq!(applied.outcome, Outcome::Changed);
    assert_eq!(changed(&applied, person(&pool, ANNA).await), ["municipality"]);
    assert_eq!(
        changed(&applied, person(&pool, BO).await),
        ["co_resident_21", "co_resident_income_year", "household_size"]
    );
    assert_eq!(
        changed(&applied, person(&pool, DEE).await),
        ["co_resident_21", "co_resident_income_year", "household_size"]
    );
    assert_eq!(
        (fact(&pool, BO, "household_size").await, fact(&pool, BO, "co_resident_21").await),
        (1.into(), false.into())
    );
    let dee = facts(&pool, DEE).await;
    assert_eq!((&dee["household_size"], &dee["co_resident_income_year"]), (&json!(2), &json!(1_900_000)));
    let moved = facts(&pool, ANNA).await;
    assert_eq!(
        (&moved["household_size"], &moved["municipality"], &moved["income_year"]),
        (&json!(2), &json!("0344"), &json!(1_900_000))
    );
    let now = versions(&pool, ANNA, "address", "house_number").await;
    assert_eq!(seen(&now), [(0, 0, "8"), (0, 1, "7")]);
    // Who keeps the list does so until a list says otherwise.
    let holder: String = sqlx::query_scalar("select holder from registered_record where kind = 'address' and version = 0 and values ->> 'house_number' = '8' and person = $1")
        .bind(person(&pool, ANNA).await)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(holder, "gemeente-0599");

    let again = apply(&pool, "10", lives(ANNA.1, "0344", "8")).await.unwrap();
    assert_eq!((again.outcome, again.facts.len()), (Outcome::Unchanged, 0));
    let late = apply(&pool, "08", lives(ANNA.1, "0599", "9")).await.unwrap();
    assert_eq!((late.outcome, late.facts.len()), (Outcome::Late, 0));

    // The list of before the move, again: it replaces what the event said.
    take_in(&pool, &[anna]).await;
    assert_eq!(
        (fact(&pool, ANNA, "household_size").await, fact(&pool, DEE, "household_size").await),
        (2.into(), 1.into())
    );
    let now = versions(&pool, ANNA, "address", "house_number").await;
    assert_eq!(seen(&now), [(0, 0, "7")]);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_second_child_by_event_is_known_to_be_a_child_whose_own_list_comes_later(pool: PgPool) {
    let anna = list(ANNA, "19870101", "7", PARENT_OF_CAS);
    take_in(&pool, &[anna, list(CAS, "20260905", "7", &[]), list(BO, "19850101", "7", &[])]).await;
    let (first, second) = (child(CAS.0, CAS.1, "20260905"), child(DEE.0, DEE.1, "20261030"));
    let born = about(ANNA.1, "child", json!([first, second]));
    let applied = apply(&pool, "09", born.clone()).await.unwrap();
    assert_eq!(applied.outcome, Outcome::Changed);
    assert_eq!(changed(&applied, person(&pool, ANNA).await), ["children_birth_dates"]);
    assert_eq!(fact(&pool, ANNA, "children_birth_dates").await, json!(["2026-09-05", "2026-10-30"]));
    assert_eq!(apply(&pool, "10", born).await.unwrap().outcome, Outcome::Unchanged, "sealed values are compared open");

    // Their numbers are sealed as those of a list are.
    let keys = importer(&pool).keys;
    let records: Vec<(i16, Json<Value>)> =
        sqlx::query_as("select object, values from registered_record where kind = 'child' and version = 0 order by 1")
            .fetch_all(&pool)
            .await
            .unwrap();
    for ((_, Json(values)), who) in records.iter().zip([CAS, DEE]) {
        for (name, number) in [("a_number", who.0), ("bsn", who.1)] {
            let sealed =
                base64::Engine::decode(&base64::prelude::BASE64_STANDARD, values[name].as_str().unwrap()).unwrap();
            assert_eq!(keys.open(Use::Number, &sealed).unwrap(), number.as_bytes());
        }
    }
    let mut owner = pool.acquire().await.unwrap();
    rotate(&mut owner, &importer(&pool).database, &keys, &importer(&pool).catalogue).await.unwrap();

    // The child's own list: who it is, in the household, and no co-resident.
    take_in(&pool, &[list(DEE, "20261030", "7", &[])]).await;
    let known: i64 = sqlx::query_scalar("select count(*) from relation where kind = 'child' and other = $1")
        .bind(person(&pool, DEE).await)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!((known, fact(&pool, ANNA, "household_size").await), (1, 4.into()));
    assert_eq!(fact(&pool, ANNA, "co_resident_21").await, true, "Bo alone");

    // The other parent has the same children now, so they are partners.
    let children = json!([child(CAS.0, CAS.1, "20260905"), child(DEE.0, DEE.1, "20261030")]);
    apply(&pool, "11", about(BO.1, "child", children)).await.unwrap();
    for who in [ANNA, BO] {
        assert_eq!(
            (fact(&pool, who, "has_partner").await, fact(&pool, who, "co_resident_21").await),
            (true.into(), false.into())
        );
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_marriage_and_a_divorce_by_event_change_the_facts_of_both(pool: PgPool) {
    take_in(&pool, &[list(ANNA, "19870101", "7", &[]), list(BO, "19850101", "8", &[])]).await;
    apply(&pool, "08", income(BO.1, &["1900000"])).await.unwrap();
    let applied = apply(&pool, "09", about(ANNA.1, "partner", partner(BO, json!({})))).await.unwrap();
    assert_eq!(
        changed(&applied, person(&pool, ANNA).await),
        ["has_partner", "partner_birth_date", "partner_income_year"]
    );
    apply(&pool, "09", about(BO.1, "partner", partner(ANNA, json!({})))).await.unwrap();
    assert_eq!(fact(&pool, BO, "has_partner").await, true);
    let ended = json!({"ended_date": "20261029", "ended_reason": "S"});
    for (who, other) in [(ANNA, BO), (BO, ANNA)] {
        apply(&pool, "10", about(who.1, "partner", partner(other, ended.clone()))).await.unwrap();
        assert_eq!(fact(&pool, who, "has_partner").await, false);
    }
    assert_eq!(fact(&pool, ANNA, "partner_income_year").await, Value::Null);
    let versions = versions(&pool, ANNA, "partner", "ended_date").await;
    assert_eq!(seen(&versions), [(0, 0, "20261029"), (0, 1, "")]);

    // A list that says they are married, and nobody by event any more.
    take_in(&pool, &[list(ANNA, "19870101", "7", MARRIED_TO_BO), list(BO, "19850101", "8", MARRIED_TO_ANNA)]).await;
    assert_eq!(fact(&pool, ANNA, "partner_income_year").await, 1_900_000);
    apply(&pool, "11", about(ANNA.1, "partner", json!([]))).await.unwrap();
    assert_eq!(fact(&pool, ANNA, "has_partner").await, false);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn facts_made_anew_are_those_that_list_and_events_led_to(pool: PgPool) {
    take_in(&pool, &[list(ANNA, "19870101", "7", PARENT_OF_CAS), list(BO, "19850101", "8", &[])]).await;
    apply(&pool, "08", income(ANNA.1, &["100"])).await.unwrap();
    apply(&pool, "09", lives(ANNA.1, "0599", "8")).await.unwrap();
    apply(&pool, "09", about(ANNA.1, "partner", partner(BO, json!({})))).await.unwrap();
    let before = facts(&pool, ANNA).await;
    assert_eq!((&before["birth_date"], &before["household_size"]), (&json!("1987-01-01"), &json!(2)));
    for forget in [
        "delete from facts where person = $1",
        "delete from relation where person = $1",
        "delete from residence where person = $1",
    ] {
        sqlx::query(forget).bind(person(&pool, ANNA).await).execute(&pool).await.unwrap();
    }
    apply(&pool, "10", income(ANNA.1, &["200"])).await.unwrap();
    let mut after = facts(&pool, ANNA).await;
    assert_eq!(after["income_year"], 200);
    after["income_year"] = before["income_year"].clone();
    assert_eq!(after, before);
}
