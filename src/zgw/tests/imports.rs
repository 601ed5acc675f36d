use jiff::{Timestamp, civil::date};
use serde_json::json;
use sqlx::PgPool;

use super::*;
use crate::{
    cases::{Kind, Outcome, Stage},
    deadlines::Counting,
    rules::model::Term,
};

const MIGRATOR: &sqlx::migrate::Migrator = &crate::database::MIGRATOR;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_cases_that_are_somebodys_to_see_come_in(pool: PgPool) {
    let town = Town::new(&pool).await;
    let summary = town.import().await.unwrap();
    // Two of seven are internal by their type or confidentiality, one is secret, one is a neighbour's; one was told twice.
    assert_eq!(summary, Summary { people: 1, new: 3, hidden: 4, ..Summary::default() });
    assert_eq!(town.count("cases").await, 3);
    town.fake.was_asked_well();
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_running_case_stands_where_its_organisation_says(pool: PgPool) {
    let town = Town::new(&pool).await;
    town.import().await.unwrap();
    let (case, events) = town.case(RUNNING).await.unwrap();
    assert_eq!(case.title.nl, "Bijzondere bijstand aanvragen");
    assert_eq!((case.kind, case.stage), (Kind::Other, Stage::InTreatment));
    assert_eq!(case.status.unwrap().nl, "In behandeling. Wij nemen contact met u op.");
    assert_eq!(case.received_at, at("2026-11-01T23:00:00Z"), "midnight of 2 November in the Netherlands");
    assert_eq!(case.legal_term.term, Term::try_from("8 weeks".to_owned()).unwrap());
    assert_eq!(case.legal_term.counting, Counting::Termijnenwet);
    assert_eq!(case.due_on, date(2026, 12, 28));
    assert_eq!(
        statuses(&events),
        [
            ("2026-11-02T09:15:00Z".to_owned(), "Wij hebben uw aanvraag ontvangen.".to_owned()),
            ("2026-11-05T13:40:00.512345Z".to_owned(), "In behandeling. Wij nemen contact met u op.".to_owned()),
        ]
    );
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_closed_case_has_its_outcome_though_its_types_lack_numbers_and_its_dates_a_time(pool: PgPool) {
    let town = Town::new(&pool).await;
    town.import().await.unwrap();
    let (case, events) = town.case(CLOSED).await.unwrap();
    assert_eq!(case.title.nl, "Gehandicaptenparkeerkaart", "the type has no name, the case has");
    assert_eq!((case.stage, case.status.unwrap().nl.as_str()), (Stage::Done, "Gereed"));
    assert_eq!(case.closed_at, Some(at("2026-04-19T22:00:00Z")));
    assert_eq!(case.legal_term.law, "Awb art. 4:13", "the type says no term");
    let words: Vec<String> = statuses(&events).into_iter().map(|(_, words)| words).collect();
    assert_eq!(words, ["Geregistreerd", "In onderzoek", "Gereed", "In onderzoek", "Gereed"]);
    let decision = cases::store::decision(town.scope(town.citizen).await.sql(), case.id).await.unwrap().unwrap();
    assert_eq!((decision.outcome, decision.reasons.as_str()), (Outcome::Granted, "U voldoet aan de voorwaarden."));
    // Six weeks from 20 April are 1 June 2026, a Monday.
    assert_eq!((decision.decided_on, decision.objection_until), (date(2026, 4, 20), Some(date(2026, 6, 1))));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_part_of_a_case_is_suspended_and_extended_and_has_the_status_that_its_history_lacks(pool: PgPool) {
    let town = Town::new(&pool).await;
    town.import().await.unwrap();
    let (whole, _) = town.case(RUNNING).await.unwrap();
    let (case, events) = town.case(SUSPENDED).await.unwrap();
    assert_eq!(case.part_of, Some(whole.id));
    assert!(case.is_paused());
    assert_eq!(case.extensions, [Term::try_from("4 weeks".to_owned()).unwrap()]);
    assert_eq!(statuses(&events).last().unwrap().1, "In behandeling", "listed nowhere, but the case is in it");
    assert_eq!(case.stage, Stage::InTreatment);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_citizen_gets_the_documents_that_are_final_theirs_and_harmless(pool: PgPool) {
    let town = Town::new(&pool).await;
    town.import().await.unwrap();
    let (_, events) = town.case(RUNNING).await.unwrap();
    let documents = documents_of(&town, &events).await;
    // One is internal, one is being written, two are too large, and one is a page called .pdf.
    assert_eq!(documents.iter().map(|document| document.name.as_str()).collect::<Vec<_>>(), ["ontvangst.pdf"]);
    let asked = town.fake.asked();
    let downloads: Vec<&String> = asked.iter().filter(|asked| asked.contains("/download")).collect();
    assert_eq!(downloads.len(), 3, "what says it is too large, is a draft or internal is not fetched: {downloads:?}");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn importing_again_changes_nothing_and_fetches_no_document_twice(pool: PgPool) {
    let town = Town::new(&pool).await;
    town.import().await.unwrap();
    let before = town.everything().await;
    town.fake.forget_what_was_asked();
    let summary = town.import().await.unwrap();
    assert_eq!(summary, Summary { people: 1, unchanged: 3, hidden: 4, ..Summary::default() });
    assert_eq!(town.everything().await, before);
    assert!(!town.fake.asked().iter().any(|asked| asked.contains("/download")));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn two_imports_at_once_bring_a_case_in_once(pool: PgPool) {
    let town = Town::new(&pool).await;
    let (one, other) = futures::join!(town.import(), town.import());
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.new + other.new, 3);
    assert_eq!(one.failed + other.failed, 0);
    assert_eq!(town.count("cases").await, 3);
    assert_eq!(town.count("document").await, 1);
    let (_, events) = town.case(RUNNING).await.unwrap();
    assert_eq!(statuses(&events).len(), 2);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn nobody_is_told_of_what_was_long_so_and_everybody_of_what_changes(pool: PgPool) {
    let town = Town::new(&pool).await;
    town.import().await.unwrap();
    assert_eq!(town.count("message").await, 0, "the newest case began three weeks ago");
    let mut list = town.fake.recorded(&list("statussen", RUNNING));
    list["results"].as_array_mut().unwrap().push(json!({
        "url": format!("{{root}}/zaken/api/v1/statussen/{}", uuid(0x203)),
        "statustype": format!("{{root}}/catalogi/api/v1/statustypen/{}", uuid(0x112)),
        "datumStatusGezet": "2026-11-20T09:00:00Z",
    }));
    town.fake.answers(&list_of_statuses(), &list);
    assert_eq!(town.import().await.unwrap().changed, 1);
    assert_eq!(town.count("message where kind = 'case_status'").await, 1);
    assert_eq!(town.case(RUNNING).await.unwrap().0.stage, Stage::Done);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_status_that_arrives_late_finds_its_place_and_moves_nothing(pool: PgPool) {
    let town = Town::new(&pool).await;
    town.import().await.unwrap();
    let mut list = town.fake.recorded(&list("statussen", RUNNING));
    list["results"].as_array_mut().unwrap().push(json!({
        "url": format!("{{root}}/zaken/api/v1/statussen/{}", uuid(0x204)),
        "statustype": format!("{{root}}/catalogi/api/v1/statustypen/{}", uuid(0x111)),
        "datumStatusGezet": "2026-11-03T09:00:00Z",
        "statustoelichting": "Wij bekijken uw aanvraag.",
    }));
    town.fake.answers(&list_of_statuses(), &list);
    assert_eq!(town.import().await.unwrap().changed, 1);
    let (case, events) = town.case(RUNNING).await.unwrap();
    assert_eq!(statuses(&events)[1].1, "In behandeling. Wij bekijken uw aanvraag.");
    assert_eq!(case.status.unwrap().nl, "In behandeling. Wij nemen contact met u op.");
    assert_eq!(town.count("message").await, 0);
    assert_eq!(town.import().await.unwrap().changed, 0);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_status_from_before_the_end_may_arrive_after_it(pool: PgPool) {
    let town = Town::new(&pool).await;
    town.import().await.unwrap();
    let question = list("statussen", CLOSED);
    let mut list = town.fake.recorded(&question);
    list["results"].as_array_mut().unwrap().push(json!({
        "url": format!("{{root}}/zaken/api/v1/statussen/{}", uuid(0x215)),
        "statustype": format!("{{root}}/catalogi/api/v1/statustypen/{}", uuid(0x121)),
        "datumStatusGezet": "2026-03-20",
        "statustoelichting": "Een arts keek mee.",
    }));
    town.fake.answers(&question, &list);
    town.import().await.unwrap();
    let (case, events) = town.case(CLOSED).await.unwrap();
    assert_eq!((case.stage, case.status.unwrap().nl.as_str()), (Stage::Done, "Gereed"));
    assert_eq!(statuses(&events)[2].1, "In onderzoek. Een arts keek mee.");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_suspension_that_ended_lets_the_clock_run_again(pool: PgPool) {
    let town = Town::new(&pool).await;
    town.import().await.unwrap();
    let question = format!("GET /zaken/api/v1/zaken/{}", uuid(SUSPENDED));
    let mut zaak = town.fake.recorded(&question);
    zaak["opschorting"]["indicatie"] = json!(false);
    town.fake.answers(&question, &zaak);
    assert_eq!(town.import_one(SUSPENDED).await.unwrap().changed, 1);
    assert!(!town.case(SUSPENDED).await.unwrap().0.is_paused());
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_case_of_a_neighbour_is_nobody_elses_even_when_a_source_gives_it(pool: PgPool) {
    let town = Town::new(&pool).await;
    town.import().await.unwrap();
    assert!(town.case(NEIGHBOURS).await.is_none());
    // Not known to the portal: nothing comes in.
    assert_eq!(town.import_one(NEIGHBOURS).await.unwrap(), Summary::default());
    let neighbour = register(&pool, &town.test, NEIGHBOUR).await;
    assert_eq!(town.import_one(NEIGHBOURS).await.unwrap().new, 1);
    let theirs: i64 = sqlx::query_scalar("select count(*) from cases where person = $1")
        .bind(neighbour)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(theirs, 1);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn somebody_with_another_part_in_a_case_does_not_see_it(pool: PgPool) {
    let town = Town::new(&pool).await;
    // In the running case the neighbour is a belanghebbende.
    let neighbour = register(&pool, &town.test, NEIGHBOUR).await;
    town.import_one(RUNNING).await.unwrap();
    let theirs: i64 = sqlx::query_scalar("select count(*) from cases where person = $1")
        .bind(neighbour)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!((theirs, town.count("cases").await), (0, 1));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn whoever_shares_a_number_with_somebody_else_gets_nothing(pool: PgPool) {
    let town = Town::new(&pool).await;
    register(&pool, &town.test, CITIZEN).await;
    assert_eq!(town.import_one(RUNNING).await.unwrap(), Summary::default());
    assert_eq!(town.count("cases").await, 0);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_import_is_in_the_log_of_the_person_when_it_changed_something(pool: PgPool) {
    let town = Town::new(&pool).await;
    town.import().await.unwrap();
    let logged: Vec<(String, String, Vec<String>)> =
        sqlx::query_as("select organisation, activity, groups from usage_entry where person = $1")
            .bind(town.citizen)
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(logged.len(), 3);
    let cases = (ORGANISATION.to_owned(), "import_cases".to_owned(), vec!["cases".to_owned()]);
    assert!(logged.iter().all(|entry| *entry == cases), "{logged:?}");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_command_takes_everybody_of_the_municipality_or_a_file_of_numbers(pool: PgPool) {
    let town = Town::new(&pool).await;
    let file = std::env::temp_dir().join(format!("{}.txt", Uuid::now_v7()));
    std::fs::write(&file, format!("{CITIZEN}\n\n{NEIGHBOUR}\n")).unwrap();
    assert!(crate::zgw::import(&town.test.portal, Some(ORGANISATION), Some(&file)).await.unwrap());
    assert_eq!(town.count("cases").await, 3);
    std::fs::write(&file, "123456789\n").unwrap();
    let refused = crate::zgw::import(&town.test.portal, None, Some(&file)).await.unwrap_err().to_string();
    assert!(refused.ends_with(":1: no BSN") && !refused.contains("123456789"), "{refused}");
    std::fs::remove_file(file).unwrap();
    assert!(crate::zgw::import(&town.test.portal, Some("gemeente-0000"), None).await.is_err());
    let mut owner = pool.acquire().await.unwrap();
    let people = crate::zgw::store::people_of(&mut owner, ORGANISATION).await.unwrap();
    assert_eq!(people, [town.citizen]);
    assert_eq!(crate::zgw::store::people_of(&mut owner, "gemeente-0344").await.unwrap(), []);
    assert_eq!(crate::zgw::store::people_of(&mut owner, "svb").await.unwrap(), [town.citizen]);
}

fn list(what: &str, case: u32) -> String {
    format!("GET /zaken/api/v1/{what}?zaak={}", uuid(case))
}

fn list_of_statuses() -> String {
    list("statussen", RUNNING)
}
