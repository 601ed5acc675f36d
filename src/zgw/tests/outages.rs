use sqlx::PgPool;

use super::*;
use crate::zgw::client::{Api, ClientError};

const MIGRATOR: &sqlx::migrate::Migrator = &crate::database::MIGRATOR;

fn search() -> String {
    format!("POST /zaken/api/v1/zaken/_zoek {CITIZEN}")
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_source_that_stumbles_is_asked_again(pool: PgPool) {
    let town = Town::new(&pool).await;
    town.fake.first(&search(), &[500, 429, 503]);
    town.fake.first(&format!("GET /zaken/api/v1/statussen?zaak={}", uuid(RUNNING)), &[502]);
    assert_eq!(town.import().await.unwrap().new, 3);
    town.fake.was_asked_well();
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_source_that_is_away_brings_nothing_in_and_takes_nothing_away(pool: PgPool) {
    let town = Town::new(&pool).await;
    town.import().await.unwrap();
    let before = town.everything().await;
    town.fake.first(&search(), &[500; 4]);
    assert!(matches!(town.import().await, Err(ImportError::Source(ClientError::Away))));
    assert_eq!(town.everything().await, before);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_case_of_which_a_part_cannot_be_had_does_not_stop_the_others(pool: PgPool) {
    let town = Town::new(&pool).await;
    town.fake.first(&format!("GET /zaken/api/v1/statussen?zaak={}", uuid(RUNNING)), &[500; 4]);
    let summary = town.import().await.unwrap();
    assert_eq!((summary.new, summary.failed), (2, 1));
    assert!(town.case(RUNNING).await.is_none(), "half a history is worse than none");
    assert_eq!(town.import().await.unwrap().new, 1);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_case_comes_in_before_its_documents_when_these_cannot_be_had(pool: PgPool) {
    let town = Town::new(&pool).await;
    town.fake.first(&format!("GET /documenten/api/v1/enkelvoudiginformatieobjecten/{}", uuid(0x600)), &[500; 4]);
    let summary = town.import().await.unwrap();
    assert_eq!((summary.new, summary.failed), (2, 1), "it is told that not everything went in");
    let (_, events) = town.case(RUNNING).await.unwrap();
    assert!(documents_of(&town, &events).await.is_empty());
    town.import().await.unwrap();
    let (_, events) = town.case(RUNNING).await.unwrap();
    assert_eq!(documents_of(&town, &events).await.len(), 1);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_is_missing_for_good_is_done_without(pool: PgPool) {
    let town = Town::new(&pool).await;
    for gone in [
        format!("GET /catalogi/api/v1/statustypen/{}", uuid(0x111)),
        format!("GET /zaken/api/v1/resultaten/{}", uuid(0x300)),
        format!("GET /documenten/api/v1/enkelvoudiginformatieobjecten/{}", uuid(0x600)),
    ] {
        town.fake.first(&gone, &[404, 404, 404, 404, 404, 404]);
    }
    let summary = town.import().await.unwrap();
    assert_eq!((summary.new, summary.failed), (3, 0));
    let (case, _) = town.case(RUNNING).await.unwrap();
    assert_eq!(case.status.unwrap().nl, "Wij nemen contact met u op.", "what was explained is all there is");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_answer_that_points_elsewhere_is_not_followed(pool: PgPool) {
    let town = Town::new(&pool).await;
    town.fake.first(&search(), &[302]);
    assert!(matches!(town.import().await, Err(ImportError::Source(ClientError::Refused(302)))));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_case_whose_address_is_elsewhere_is_left_out(pool: PgPool) {
    let town = Town::new(&pool).await;
    let question = search();
    let mut page = town.fake.recorded(&question);
    for zaak in page["results"].as_array_mut().unwrap() {
        zaak["url"] = format!("http://127.0.0.1:9/zaken/api/v1/zaken/{}", zaak["uuid"].as_str().unwrap()).into();
    }
    page["next"] = serde_json::Value::Null;
    town.fake.answers(&question, &page);
    assert_eq!(town.import().await.unwrap(), Summary { people: 1, ..Summary::default() });
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn types_of_the_catalogue_are_asked_for_once_an_hour(pool: PgPool) {
    let town = Town::new(&pool).await;
    town.import().await.unwrap();
    town.fake.forget_what_was_asked();
    town.import().await.unwrap();
    assert!(!town.fake.asked().iter().any(|asked| asked.contains("/catalogi/")), "{:?}", town.fake.asked());
    town.test.wait(jiff::SignedDuration::from_hours(2));
    town.import().await.unwrap();
    assert!(town.fake.asked().iter().any(|asked| asked.contains("/catalogi/")));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_document_outside_the_documents_api_is_not_fetched(pool: PgPool) {
    let town = Town::new(&pool).await;
    let client = &town.source().client;
    let metadata = "http://169.254.169.254/latest/meta-data/";
    assert_eq!(client.download(metadata, 10).await, Err(ClientError::Outside));
    let other_api = format!("{}/zaken/api/v1/zaken/{}", town.fake.root, uuid(RUNNING));
    assert_eq!(client.get(Api::Documenten, &other_api).await, Err(ClientError::Outside));
    assert!(town.fake.asked().is_empty());
}
