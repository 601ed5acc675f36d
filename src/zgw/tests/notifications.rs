use axum::body::Body;
use http::Request;
use jiff::SignedDuration;
use serde_json::{Value, json};
use sqlx::PgPool;

use super::*;
use crate::{testing::Answer, zgw::worker::fetch_due};

const MIGRATOR: &sqlx::migrate::Migrator = &crate::database::MIGRATOR;

async fn notify(town: &Town, authorization: &str, body: String) -> Answer {
    let mut request = Request::post("/api/v1/zgw/notificaties").header("content-type", "application/json");
    if !authorization.is_empty() {
        request = request.header("authorization", authorization);
    }
    town.test.send(request.body(Body::from(body)).unwrap()).await
}

/// As the Notificaties API sends it.
fn notification(case: &str) -> Value {
    json!({
        "kanaal": "zaken",
        "hoofdObject": case,
        "resource": "status",
        "resourceUrl": format!("{case}/statussen"),
        "actie": "create",
        "aanmaakdatum": "2026-11-22T10:59:00Z",
        "kenmerken": { "bronorganisatie": "002220647", "zaaktype": "x", "vertrouwelijkheidaanduiding": "openbaar" },
    })
}

fn of_case(town: &Town, number: u32) -> String {
    notification(&format!("{}/zaken/api/v1/zaken/{}", town.fake.root, uuid(number))).to_string()
}

fn bearer() -> String {
    format!("Bearer {TOKEN}")
}

async fn fetch(town: &Town) -> i64 {
    fetch_due(&town.test.portal, &town.sources).await.unwrap()
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_notification_makes_the_case_be_fetched(pool: PgPool) {
    let town = Town::new(&pool).await;
    assert_eq!(notify(&town, &bearer(), of_case(&town, RUNNING)).await.status, 204);
    assert_eq!(town.count("cases").await, 0, "the notification itself brings nothing in");
    assert_eq!(fetch(&town).await, 1);
    assert!(town.case(RUNNING).await.is_some());
    assert_eq!(town.count("cases").await, 1);
    assert_eq!(town.count("case_to_fetch").await, 0);
    town.fake.was_asked_well();
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn many_notifications_of_one_case_make_it_be_fetched_once(pool: PgPool) {
    let town = Town::new(&pool).await;
    for _ in 0..20 {
        assert_eq!(notify(&town, &bearer(), of_case(&town, RUNNING)).await.status, 204);
    }
    assert_eq!(fetch(&town).await, 1);
    assert_eq!(fetch(&town).await, 0);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_changes_while_a_case_is_fetched_is_fetched_after_it(pool: PgPool) {
    let town = Town::new(&pool).await;
    notify(&town, &bearer(), of_case(&town, RUNNING)).await;
    let mut sql = town.test.portal.database.connection().await.unwrap();
    let now = town.test.portal.clock.now();
    let claimed = crate::zgw::store::claim(&mut sql, now, 8).await.unwrap();
    assert_eq!(fetch(&town).await, 0, "it is in hand");
    notify(&town, &bearer(), of_case(&town, RUNNING)).await;
    crate::zgw::store::fetched(&mut sql, &claimed[0], now).await.unwrap();
    assert_eq!(fetch(&town).await, 1, "said again meanwhile");
    assert_eq!(fetch(&town).await, 0);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn without_the_token_nothing_is_heard(pool: PgPool) {
    let town = Town::new(&pool).await;
    for wrong in ["", "Bearer", "Bearer ", "Bearer another", "Basic x", &format!("{}x", bearer())] {
        assert_eq!(notify(&town, wrong, of_case(&town, RUNNING)).await.status, 403, "{wrong:?}");
    }
    assert_eq!(town.count("case_to_fetch").await, 0);
    assert_eq!(
        notify(&town, TOKEN, of_case(&town, RUNNING)).await.status,
        204,
        "as a subscription without Bearer has it"
    );
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_is_about_no_case_of_the_source_is_heard_and_forgotten(pool: PgPool) {
    let town = Town::new(&pool).await;
    let trial = json!({ "kanaal": "test", "hoofdObject": "http://some.hoofdobject.nl/", "kenmerken": {} });
    let elsewhere = notification(&format!("http://127.0.0.1:9/zaken/api/v1/zaken/{}", uuid(RUNNING)));
    let no_case = notification(&format!("{}/zaken/api/v1/statussen/{}", town.fake.root, uuid(0x201)));
    for body in [trial, elsewhere, no_case, json!({}), json!([]), json!({ "kanaal": "zaken", "hoofdObject": 7 })] {
        assert_eq!(notify(&town, &bearer(), body.to_string()).await.status, 204, "{body}");
    }
    assert_eq!(town.count("case_to_fetch").await, 0);
    assert!(town.fake.asked().is_empty());
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_cannot_be_read_or_is_too_large_is_refused(pool: PgPool) {
    let town = Town::new(&pool).await;
    assert_eq!(notify(&town, &bearer(), "kanaal=zaken".to_owned()).await.status, 400);
    assert_eq!(notify(&town, &bearer(), "x".repeat(65 * 1024)).await.status, 413);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_case_is_fetched_when_its_source_is_back(pool: PgPool) {
    let town = Town::new(&pool).await;
    notify(&town, &bearer(), of_case(&town, RUNNING)).await;
    town.fake.first(&format!("GET /zaken/api/v1/zaken/{}", uuid(RUNNING)), &[503; 8]);
    for _ in 0..2 {
        assert_eq!(fetch(&town).await, 1);
        assert_eq!(fetch(&town).await, 0, "not at once");
        town.test.wait(SignedDuration::from_secs(10));
    }
    assert_eq!(fetch(&town).await, 1);
    assert!(town.case(RUNNING).await.is_some());
    assert_eq!(town.count("case_to_fetch").await, 0);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_case_that_was_removed_is_not_asked_for_for_ever(pool: PgPool) {
    let town = Town::new(&pool).await;
    notify(&town, &bearer(), of_case(&town, 0x999)).await;
    assert_eq!(fetch(&town).await, 1);
    assert_eq!(town.count("case_to_fetch").await, 0);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn without_sources_there_is_no_door(pool: PgPool) {
    let test = TestPortal::new(&pool);
    let request = Request::post("/api/v1/zgw/notificaties").header("authorization", bearer());
    let answer = test.send(request.body(Body::from("{}")).unwrap()).await;
    assert_eq!(answer.status, 404);
}
