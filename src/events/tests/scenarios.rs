//! What happens in a life, told by organisations as events: the right offer comes once, at once, with a message and a line in the log.

use jiff::civil::{Date, date};

use super::{
    town::{ANNA, BO, CAS, DEE, EEF, Town, Who, at_number, income_of, one, only},
    *,
};
use crate::offers::Sweep;

const ZORG: &[&str] = &["zorgtoeslag"];

/// The nightly run of a day.
async fn sweep(town: &Town, on: Date) -> u64 {
    let portal = town.post.portal();
    let sweep = Sweep { evaluator: &portal.evaluator, rulebook: &portal.rules, organisation: "voordeur", on };
    let at = on.at(2, 0, 0, 0).to_zoned(crate::clock::zone()).unwrap().timestamp();
    sweep.run(|| at, |_, _| ()).await.unwrap().changes
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn who_turns_18_is_offered_zorgtoeslag_when_the_month_begins_and_not_before(pool: PgPool) {
    let town = Town::new(&pool);
    town.post.take_in(EEF.list("7", None, &[])).await;
    town.is_known(EEF).await;
    town.tell(EEF, "inkomen", "income", income_of(300_000)).await;
    assert_eq!(town.offers(EEF, &["zorgtoeslag", "achttien-jaar"]).await, only("achttien-jaar", "offered"));
    let (before, mut nights) = (town.worked_out(EEF).await, 0);
    for day in 23..=30 {
        nights += sweep(&town, date(2026, 11, day)).await;
    }
    assert_eq!(town.offers(EEF, ZORG).await, []);
    assert_eq!(town.worked_out(EEF).await, before + i64::try_from(nights).unwrap());
    sweep(&town, date(2026, 12, 1)).await;
    assert_eq!(town.offers(EEF, ZORG).await, only("zorgtoeslag", "offered"));
    assert_eq!(town.messages(EEF, "zorgtoeslag").await, ["offered"]);
    assert!(town.worked_out(EEF).await > before);
    let written = town.written().await;
    assert_eq!((sweep(&town, date(2026, 12, 1)).await, sweep(&town, date(2026, 12, 2)).await), (0, 0));
    assert_eq!(town.written().await, written);
    assert_eq!(town.messages(EEF, "achttien-jaar").await, ["offered"]);
    town.ends().await;
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn who_earns_less_is_offered_zorgtoeslag_once_and_who_declined_is_left_alone(pool: PgPool) {
    let town = Town::new(&pool);
    town.post.take_in(ANNA.list("7", None, &[])).await;
    town.is_known(ANNA).await;
    town.tell(ANNA, "inkomen", "income", income_of(6_000_000)).await;
    assert_eq!(town.offers(ANNA, ZORG).await, []);
    let before = town.worked_out(ANNA).await;
    let less = town.tell(ANNA, "inkomen", "income", income_of(3_000_000)).await;
    assert_eq!(town.offers(ANNA, ZORG).await, only("zorgtoeslag", "offered"));
    assert_eq!(town.messages(ANNA, "zorgtoeslag").await, ["offered"]);
    assert_eq!(town.worked_out(ANNA).await, before + 1);

    // The same event again, and the same said again by another.
    let written = town.written().await;
    town.send("inkomen", &less).await;
    assert_eq!(town.written().await, written);
    town.tell(ANNA, "inkomen", "income", income_of(3_000_000)).await;
    assert_eq!(town.written().await, written);

    sqlx::query("update offer set state = 'declined'").execute(&pool).await.unwrap();
    let written = town.written().await;
    town.tell(ANNA, "inkomen", "income", income_of(3_000_000)).await;
    assert_eq!(town.written().await, written);
    town.tell(ANNA, "inkomen", "income", income_of(3_010_000)).await;
    assert_eq!(town.offers(ANNA, ZORG).await, only("zorgtoeslag", "declined"));
    assert_eq!(town.messages(ANNA, "zorgtoeslag").await, ["offered"]);
    town.ends().await;
}

/// However long the queue is, nobody sees an event that is done without the offer it leads to.
#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn an_event_is_done_by_the_transaction_that_makes_its_offer(pool: PgPool) {
    let town = Town::new(&pool);
    town.post.take_in(ANNA.list("7", None, &[])).await;
    town.is_known(ANNA).await;
    town.tell(ANNA, "inkomen", "income", income_of(1_900_000)).await;
    let transactions: Vec<String> = sqlx::query_scalar(
        "select distinct by from (
             select xmin::text as by from event where number = (select max(number) from event) and state = 'done'
              union all select xmin::text from offer where service = 'zorgtoeslag'
              union all select xmin::text from message where service = 'zorgtoeslag'
              union all select max(xmin::text::bigint)::text from usage_entry where activity = 'evaluate'
              union all select xmin::text from registered_record where kind = 'income'
              union all select xmin::text from facts) as written",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(transactions.len(), 1, "{transactions:?}");
    town.ends().await;
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_is_not_known_any_more_takes_the_offer_back_and_it_returns_with_it(pool: PgPool) {
    let town = Town::new(&pool);
    town.post.take_in(ANNA.list("7", None, &[])).await;
    town.is_known(ANNA).await;
    town.tell(ANNA, "inkomen", "income", income_of(1_900_000)).await;
    assert_eq!(town.offers(ANNA, ZORG).await, only("zorgtoeslag", "offered"));
    town.tell(ANNA, "inkomen", "income", json!([])).await;
    assert_eq!(town.offers(ANNA, ZORG).await, only("zorgtoeslag", "withdrawn"));
    town.tell(ANNA, "inkomen", "income", income_of(1_900_000)).await;
    assert_eq!(town.offers(ANNA, ZORG).await, only("zorgtoeslag", "offered"));
    let mut messages = town.messages(ANNA, "zorgtoeslag").await;
    messages.sort();
    assert_eq!(messages, ["offered", "offered", "withdrawn"]);
    town.ends().await;
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_a_partner_earns_decides_on_my_offer(pool: PgPool) {
    let town = Town::new(&pool);
    town.post.take_in(ANNA.list("7", Some(BO), &[])).await;
    town.post.take_in(BO.list("7", Some(ANNA), &[])).await;
    town.is_known(ANNA).await;
    town.tell(ANNA, "inkomen", "income", income_of(1_000_000)).await;
    town.tell(BO, "vermogen", "assets", one(json!({ "year": "2026", "amount": "0" }))).await;
    town.tell(BO, "zorgverzekering", "insurance", one(json!({ "insured": "1" }))).await;
    assert_eq!(town.offers(ANNA, ZORG).await, [], "Bo's income is not known");
    let before = town.worked_out(ANNA).await;
    town.tell(BO, "inkomen", "income", income_of(1_500_000)).await;
    assert_eq!(town.offers(ANNA, ZORG).await, only("zorgtoeslag", "offered"));
    assert_eq!(town.messages(ANNA, "zorgtoeslag").await, ["offered"]);
    assert_eq!(town.worked_out(ANNA).await, before + 1);
    town.tell(BO, "inkomen", "income", income_of(9_000_000)).await;
    assert_eq!(town.offers(ANNA, ZORG).await, only("zorgtoeslag", "withdrawn"));
    // They divorce: what Bo earns is nothing to Anna any more.
    let ended = json!({ "a_number": BO.a_number, "bsn": BO.bsn, "surname": "Voorbeeld", "ended_date": "20261101", "ended_reason": "S" });
    town.tell(ANNA, "brp", "partner", one(ended)).await;
    assert_eq!(town.offers(ANNA, ZORG).await, only("zorgtoeslag", "offered"));
    let before = town.worked_out(ANNA).await;
    town.tell(BO, "vermogen", "assets", one(json!({ "year": "2026", "amount": "100" }))).await;
    assert_eq!(town.worked_out(ANNA).await, before);
    town.ends().await;
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn who_moves_out_and_rents_is_offered_huurtoeslag(pool: PgPool) {
    const HUUR: &[&str] = &["huurtoeslag"];
    let town = Town::new(&pool);
    town.post.take_in(ANNA.list("7", None, &[])).await;
    town.post.take_in(DEE.list("7", None, &[])).await;
    for (who, amount) in [(ANNA, 1_900_000), (DEE, 9_000_000)] {
        town.tell(who, "inkomen", "income", income_of(amount)).await;
        town.tell(who, "vermogen", "assets", one(json!({ "year": "2026", "amount": "0" }))).await;
    }
    let rent = one(json!({ "rents": "1", "basic_rent_month": "70000", "independent": "1" }));
    let moved = town.tell(ANNA, "brp", "address", at_number("9")).await;
    assert_eq!(town.offers(ANNA, HUUR).await, []);
    let before = town.worked_out(ANNA).await;
    let rents = town.tell(ANNA, "woning", "tenancy", rent.clone()).await;
    assert_eq!(town.offers(ANNA, HUUR).await, only("huurtoeslag", "offered"));
    assert_eq!(town.messages(ANNA, "huurtoeslag").await, ["offered"]);
    assert_eq!(town.worked_out(ANNA).await, before + 1);
    let written = town.written().await;
    town.send("brp", &moved).await;
    town.send("woning", &rents).await;
    town.tell(ANNA, "brp", "address", at_number("9")).await;
    town.tell(ANNA, "woning", "tenancy", rent).await;
    assert_eq!(town.written().await, written);
    // Somebody who earns a lot moves in: with their income there is no right to it.
    town.tell(DEE, "brp", "address", at_number("9")).await;
    assert_eq!(town.offers(ANNA, HUUR).await, only("huurtoeslag", "withdrawn"));
    town.ends().await;
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_second_child_is_granted_child_benefit_and_offers_a_child_budget(pool: PgPool) {
    const BABY: Who = Who { born: "20261118", ..DEE };
    const FAMILY: &[&str] = &["kinderbijslag", "kindgebonden-budget"];
    let town = Town::new(&pool);
    town.post.take_in(ANNA.list("7", None, &[CAS])).await;
    town.post.take_in(CAS.list("7", None, &[])).await;
    town.tell(ANNA, "inkomen", "income", income_of(2_500_000)).await;
    town.tell(ANNA, "vermogen", "assets", one(json!({ "year": "2026", "amount": "0" }))).await;
    let children = json!([CAS.as_child(), BABY.as_child()]);
    let born = town.tell(ANNA, "brp", "child", children.clone()).await;
    assert_eq!(town.offers(ANNA, FAMILY).await, [], "whether she gets child benefit is not known");
    let before = town.worked_out(ANNA).await;
    let benefit = town.tell(ANNA, "kinderbijslag", "child_benefit", one(json!({ "children": "1" }))).await;
    let expected = [only("kinderbijslag", "granted"), only("kindgebonden-budget", "offered")].concat();
    assert_eq!(town.offers(ANNA, FAMILY).await, expected);
    assert_eq!(town.worked_out(ANNA).await, before + 1);
    assert_eq!(town.messages(ANNA, "kinderbijslag").await, ["granted"]);
    assert_eq!(town.messages(ANNA, "kindgebonden-budget").await, ["offered"]);
    let written = town.written().await;
    town.send("brp", &born).await;
    town.send("kinderbijslag", &benefit).await;
    town.tell(ANNA, "brp", "child", children).await;
    assert_eq!(town.written().await, written);
    // The child's own list makes nothing of it double.
    town.post.take_in(BABY.list("7", None, &[])).await;
    assert_eq!(town.offers(ANNA, FAMILY).await, expected);
    assert_eq!(town.messages(ANNA, "kinderbijslag").await, ["granted"]);
    town.ends().await;
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_municipality_moves_only_those_whose_list_it_keeps(pool: PgPool) {
    let town = Town::new(&pool);
    town.post.take_in(ANNA.list("7", None, &[])).await;
    let address = "select values ->> 'house_number' from registered_record where kind = 'address' order by version";
    let mut event = town::event_about(0, ANNA, "brp", "address", at_number("9"));
    for (client, oin) in [("gemeente-0599", "00000099000000059900"), ("belastingdienst", "00000099000000001000")] {
        event["source"] = format!("urn:nld:oin:{oin}").into();
        let answer = town.post.send_as(client, &event).await;
        assert_eq!(answer.status, if client == "belastingdienst" { 403 } else { 202 }, "{}", answer.body);
    }
    for _ in 0..100 {
        town.post.test.wait(jiff::SignedDuration::from_secs(20));
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        if count(&pool, "aside").await == 1 {
            break;
        }
    }
    assert_eq!(reason(&pool).await.as_deref(), Some("not-their-inhabitant"));
    let numbers: Vec<String> = sqlx::query_scalar(address).fetch_all(&pool).await.unwrap();
    assert_eq!(numbers, ["7"]);
    town.ends().await;
}
