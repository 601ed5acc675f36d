//! Organisations' systems bring cases in and move them: with the real effect of events, and the demo people.

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::SignedDuration;
use serde_json::Map;

use super::*;
use crate::events::{case::CaseEvent, worker};

const TOESLAGEN: &str = "urn:nld:oin:00000099000000006000";
const SVB: &str = "urn:nld:oin:00000099000000007000";

fn told(source: &str, kind: &str, data: Value) -> Value {
    static NUMBER: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    let mut all = Map::from_iter([("bsn".to_owned(), BSN.into())]);
    all.extend(data.as_object().unwrap().clone());
    json!({
        "specversion": "1.0",
        "id": NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed).to_string(),
        "source": source,
        "type": format!("nl.voordeur.case.{kind}.v1"),
        "time": "2026-11-22T10:00:00Z",
        "data": all,
    })
}

/// About the case that Dienst Toeslagen calls 2026/17.
fn of_case(kind: &str, mut data: Value) -> Value {
    data["source_id"] = "2026/17".into();
    told(TOESLAGEN, kind, data)
}

fn registered() -> Value {
    of_case("registered", json!({ "service": "zorgtoeslag", "received_on": "2026-11-20", "kind": "application" }))
}

fn status(words: &str, stage: &str, at: &str) -> Value {
    of_case("status-set", json!({ "words": { "nl": words }, "stage": stage, "at": at }))
}

fn pdf() -> Value {
    json!({ "name": "Beschikking.pdf", "media_type": "application/pdf", "content": BASE64_STANDARD.encode("%PDF-1.7\n%%EOF\n") })
}

fn decision() -> Value {
    of_case(
        "decision-taken",
        json!({
            "outcome": "partly", "reasons": "U krijgt zorgtoeslag vanaf 1 februari.",
            "grounds": { "law": "Wet op de zorgtoeslag art. 2", "month": 12_900, "facts": { "income_year": 2_000_000 } },
            "decided_on": "2026-11-21", "documents": [pdf()],
        }),
    )
}

impl Post {
    async fn with_people(pool: &PgPool) -> Self {
        let post = Self::real(pool);
        post.meet_demo_people().await;
        post
    }

    /// Sends an event of Dienst Toeslagen, which is accepted, and lets everything have its effect.
    async fn tell(&self, event: &Value) {
        let answer = self.send_as("dienst-toeslagen", event).await;
        assert_eq!(answer.status, 202, "{event}: {}", answer.body);
        self.process().await;
    }

    /// As long as anything is tried again.
    async fn tell_patiently(&self, event: &Value) {
        self.tell(event).await;
        for _ in 0..5 {
            self.test.wait(SignedDuration::from_secs(20));
            self.process().await;
        }
    }
}

async fn rows(pool: &PgPool, table: &str) -> i64 {
    sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {table}"))).fetch_one(pool).await.unwrap()
}

/// The lines of the timeline, in order.
async fn lines(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar("select what ->> 'kind' from case_event order by sequence").fetch_all(pool).await.unwrap()
}

async fn stage(pool: &PgPool) -> String {
    sqlx::query_scalar("select stage from cases").fetch_one(pool).await.unwrap()
}

async fn reasons(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar("select reason from event where state = 'aside' order by number").fetch_all(pool).await.unwrap()
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn an_organisation_brings_a_case_and_moves_it_to_its_end(pool: PgPool) {
    let post = Post::with_people(&pool).await;
    let messages = rows(&pool, "message").await;
    for event in [
        registered(),
        status("Wij kijken naar uw aanvraag.", "in_treatment", "2026-11-22T10:01:00Z"),
        of_case("extended", json!({ "words": { "nl": "Het is druk.", "en": "We are busy." }, "term": "4 weeks" })),
        of_case(
            "question-asked",
            json!({ "words": { "nl": "Wat is uw huur?" }, "answer_by": "2026-12-06", "pauses": true }),
        ),
        of_case("resumed", json!({})),
        of_case("paused", json!({ "words": { "nl": "Wij wachten op uw werkgever." } })),
        of_case("replied", json!({ "text": "U hoeft niets te doen." })),
        of_case("document-added", json!({ "documents": [pdf(), pdf()] })),
        decision(),
        of_case("finished", json!({})),
    ] {
        post.tell(&event).await;
    }
    assert_eq!((count(&pool, "done").await, reasons(&pool).await.len()), (10, 0));
    assert_eq!(
        lines(&pool).await,
        ["opened", "status", "extended", "asked", "resumed", "paused", "replied", "documents", "decided", "finished"]
    );
    let case: (String, String, String, String, bool, String) = sqlx::query_as(
        "select organisation, service, stage, title ->> 'en', paused, (received_at at time zone 'Europe/Amsterdam')::date::text from cases",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    let expected = ("dienst-toeslagen", "zorgtoeslag", "done", "2026-11-20");
    assert_eq!((&*case.0, &*case.1, &*case.2, &*case.5), expected);
    assert!(!case.3.is_empty() && !case.4, "a title in English, and no clock that stands still");
    // Six weeks from the day after 21 November 2026 end on Saturday 2 January 2027, so on Monday (Awb 6:7, 6:8; Termijnenwet 1).
    let (outcome, until, documents): (String, String, i32) =
        sqlx::query_as("select outcome, objection_until::text, cardinality(documents) from decision")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!((&*outcome, &*until, documents), ("partly", "2027-01-04", 1));
    assert_eq!(rows(&pool, "document").await, 3);
    // The citizen is told each time, and asked at the end how it went.
    assert_eq!(rows(&pool, "message").await - messages, 10 + 1);
    // Nothing goes back to who told it.
    assert_eq!(rows(&pool, "outgoing_event").await, 0);
    let logged: i64 = sqlx::query_scalar(
        "select count(*) from usage_entry where organisation = 'dienst-toeslagen' and activity = 'handle_case' and groups = '{cases}'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(logged, 10);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_status_that_comes_twice_changes_nothing_and_a_late_one_is_only_remembered(pool: PgPool) {
    let post = Post::with_people(&pool).await;
    post.tell(&registered()).await;
    // The organisation sends all of it again, as events with other ids.
    for _ in 0..2 {
        post.tell(&registered()).await;
        post.tell(&status("Wij rekenen.", "in_treatment", "2026-11-22T10:30:00Z")).await;
    }
    post.tell(&status("Wij lezen.", "received", "2026-11-22T09:30:00Z")).await;
    assert_eq!(rows(&pool, "cases").await, 1);
    assert_eq!(lines(&pool).await, ["opened", "status", "status"]);
    let (now, stage): (String, String) =
        sqlx::query_as("select status ->> 'nl', stage from cases").fetch_one(&pool).await.unwrap();
    assert_eq!((&*now, &*stage), ("Wij rekenen.", "in_treatment"));
    assert_eq!(reasons(&pool).await.len(), 0);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_comes_before_its_case_has_its_effect_after_it(pool: PgPool) {
    let post = Post::with_people(&pool).await;
    post.tell(&status("Wij rekenen.", "in_treatment", "2026-11-22T10:30:00Z")).await;
    post.tell(&decision()).await;
    assert_eq!(reasons(&pool).await, [worker::UNKNOWN_CASE; 2]);
    post.tell(&registered()).await;
    assert_eq!(lines(&pool).await, ["opened", "status", "decided"]);
    assert_eq!(count(&pool, "aside").await, 0);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn an_organisation_moves_no_case_of_another_and_brings_none_of_anothers_services(pool: PgPool) {
    let post = Post::with_people(&pool).await;
    post.tell(&registered()).await;
    let (id, reference): (uuid::Uuid, String) =
        sqlx::query_as("select id, reference from cases").fetch_one(&pool).await.unwrap();
    for which in [json!({ "case": id }), json!({ "reference": reference }), json!({ "source_id": "2026/17" })] {
        let mut event = told(SVB, "status-set", json!({ "words": { "nl": "Van ons." }, "stage": "done" }));
        event["data"].as_object_mut().unwrap().extend(which.as_object().unwrap().clone());
        assert_eq!(post.send_as("svb", &event).await.status, 202);
        // Whose it is, is not told.
        post.process().await;
    }
    assert_eq!(reasons(&pool).await, [worker::UNKNOWN_CASE; 3]);
    assert_eq!((stage(&pool).await.as_str(), lines(&pool).await.len()), ("received", 1));
    let mut foreign =
        told(SVB, "registered", json!({ "source_id": "1", "service": "zorgtoeslag", "received_on": "2026-11-20" }));
    let answer = post.send_as("svb", &foreign).await;
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("/data/service"), "{}", answer.body);
    // Of its own, under the same number as another organisation's.
    foreign["data"].as_object_mut().unwrap().remove("service");
    foreign["data"]["title"] = json!({ "nl": "Uw pensioen" });
    foreign["data"]["source_id"] = "2026/17".into();
    assert_eq!(post.send_as("svb", &foreign).await.status, 202);
    post.process().await;
    assert_eq!(rows(&pool, "cases").await, 2);
    // By our own id and reference its own events find its own cases.
    post.tell(&told(TOESLAGEN, "replied", json!({ "case": id, "text": "Goed." }))).await;
    post.tell(&told(TOESLAGEN, "replied", json!({ "reference": reference, "text": "Goed." }))).await;
    let replies: i64 =
        sqlx::query_scalar("select count(*) from case_event where case_id = $1 and what ->> 'kind' = 'replied'")
            .bind(id)
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(replies, 2);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_can_never_be_is_set_aside_with_its_reason_and_what_may_come_is_tried_again(pool: PgPool) {
    let post = Post::with_people(&pool).await;
    post.tell(&registered()).await;
    let question = || {
        let words = json!({ "nl": "Wat is uw huur?" });
        of_case("question-asked", json!({ "words": words, "answer_by": "2026-12-06", "pauses": true }))
    };
    let document = |content: &[u8], media_type: &str| {
        let file = json!({ "name": "a.pdf", "media_type": media_type, "content": BASE64_STANDARD.encode(content) });
        of_case("document-added", json!({ "documents": [file] }))
    };
    for event in [
        question(),
        question(),
        of_case("paused", json!({ "words": { "nl": "Wij wachten." } })),
        document(b"<html><script>x</script></html>", "application/pdf"),
        document(b"PK\x03\x04", "application/zip"),
        document(b"Een brief.", "application/pdf"),
    ] {
        post.tell(&event).await;
    }
    assert_eq!(
        reasons(&pool).await,
        [
            "question-open",
            "paused-already",
            "document: of a kind that is not taken",
            "document: of a kind that is not taken",
            "document: its contents are not of its media type"
        ]
    );
    assert_eq!(rows(&pool, "document").await, 0, "nothing of what is refused is kept");
    // The end was told before the decision, and the decision comes while that is tried again.
    let mut end = of_case("finished", json!({}));
    end["id"] = "the end".into();
    post.tell(&end).await;
    assert_eq!(reasons(&pool).await.len(), 5);
    for _ in 0..4 {
        post.test.wait(SignedDuration::from_secs(20));
        post.process().await;
    }
    assert_eq!(reasons(&pool).await[5], "not-decided-yet");
    post.tell(&decision()).await;
    post.tell(&decision()).await;
    assert_eq!(reasons(&pool).await[6], "decided-already");
    crate::events::replay(post.portal(), None).await.unwrap();
    post.process().await;
    assert_eq!(stage(&pool).await, "done");
    let end: String =
        sqlx::query_scalar("select state from event where id = 'the end'").fetch_one(&pool).await.unwrap();
    assert_eq!(end, "done");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_part_of_a_case_waits_for_the_whole(pool: PgPool) {
    let post = Post::with_people(&pool).await;
    let part = told(
        TOESLAGEN,
        "registered",
        json!({
            "source_id": "2026/18", "title": { "nl": "Onderzoek" }, "received_on": "2026-11-20",
            "part_of": { "source_id": "2026/17" }, "term": "6 weeks", "law": "Awir art. 19",
        }),
    );
    post.tell(&part).await;
    assert_eq!(reasons(&pool).await, [worker::UNKNOWN_CASE]);
    post.tell(&registered()).await;
    let (parts, due): (i64, String) = sqlx::query_as(
        "select count(*), max(part.due_on)::text from cases part join cases whole on part.part_of = whole.id where whole.source_id = '2026/17'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    // Six weeks after Friday 20 November 2026 is New Year's Day 2027, so Monday (Termijnenwet 1 and 3).
    assert_eq!((parts, &*due), (1, "2027-01-04"));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn only_an_event_with_documents_may_be_as_large_as_they_are(pool: PgPool) {
    let post = Post::with_people(&pool).await;
    post.tell(&registered()).await;
    let mut largest = b"%PDF-1.7\n".to_vec();
    largest.resize(10 * 1024 * 1024 - 6, b' ');
    largest.extend(b"%%EOF\n");
    let file = |content: &[u8]| {
        let content = BASE64_STANDARD.encode(content);
        of_case(
            "document-added",
            json!({ "documents": [{ "name": "Groot.pdf", "media_type": "application/pdf", "content": content }] }),
        )
    };
    post.tell(&file(&largest)).await;
    let size: i32 = sqlx::query_scalar("select size from document").fetch_one(&pool).await.unwrap();
    assert_eq!(size, 10 * 1024 * 1024);
    largest.insert(9, b' ');
    let answer = post.send_as("dienst-toeslagen", &file(&largest)).await;
    assert_eq!(answer.status, 422);
    assert!(answer.body.contains("/data/documents/0/content"), "{}", answer.body);
    let long = "x".repeat(300 * 1024);
    let answer = post.send_as("dienst-toeslagen", &of_case("replied", json!({ "text": long }))).await;
    assert_eq!(answer.status, 413);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_cannot_be_is_refused_at_the_door(pool: PgPool) {
    let post = Post::real(&pool);
    for (event, pointer) in [
        (of_case("status-set", json!({ "words": { "nl": "x" }, "stage": "klaar" })), "/data/stage"),
        (
            of_case("decision-taken", json!({ "outcome": "granted", "reasons": "x", "decided_on": "2026-11-23" })),
            "/data/decided_on",
        ),
        (of_case("deleted", json!({})), "/type"),
        (told(TOESLAGEN, "finished", json!({})), "/data"),
    ] {
        let answer = post.send_as("dienst-toeslagen", &event).await;
        assert_eq!(answer.status, 422, "{event}");
        let problem: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{}", answer.body);
        assert!(!answer.body.contains(BSN));
    }
    post.tell_patiently(&registered()).await;
    assert_eq!(reasons(&pool).await, [worker::UNKNOWN_PERSON]);
    post.meet_demo_people().await;
    worker::resume(post.portal()).await.unwrap();
    post.process().await;
    assert_eq!(rows(&pool, "cases").await, 1);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn the_description_has_every_type_of_event_with_its_members(pool: PgPool) {
    let post = Post::real(&pool);
    let description: Value = serde_json::from_str(crate::events::OPENAPI).unwrap();
    let schemas = &description["components"]["schemas"];
    let kinds: Vec<_> = post.inbox().effects.kinds().collect();
    assert_eq!(schemas["Event"]["properties"]["type"]["enum"], json!(kinds));
    for event in CaseEvent::ALL {
        let words = event.name().split('.').skip(2).take(2).flat_map(|part| part.split('-'));
        let name: String = words.map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect();
        let properties = schemas[&name]["properties"].as_object().unwrap();
        let which: &[&str] = if event == CaseEvent::Registered { &[] } else { &["case", "reference", "source_id"] };
        let expected: std::collections::BTreeSet<_> =
            [&["bsn"][..], which, event.members()].concat().into_iter().collect();
        assert_eq!(
            properties.keys().map(String::as_str).collect::<std::collections::BTreeSet<_>>(),
            expected,
            "{name}"
        );
    }
}
