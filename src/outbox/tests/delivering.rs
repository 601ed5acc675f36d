//! Delivering: whatever the organisation's system does, everything arrives, in order, and is known when it comes again.

use std::time::Instant;

use super::*;
use crate::outbox::{Couriers, answer::MOST_REFUSALS};

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_a_citizen_does_arrives_as_a_signed_cloud_event_and_is_not_kept(pool: PgPool) {
    let world = World::new(&pool).await;
    let case = world.case().await;
    world.ask(&case, "Hoe lang duurt het nog?").await;
    let kept: Vec<u8> = sqlx::query_scalar("select body from outgoing_event").fetch_one(&pool).await.unwrap();
    assert!(!kept.windows(9).any(|part| part == b"900210291"), "what waits is sealed");
    assert_eq!(world.deliver().await, 1);
    let received = world.agency.received();
    let event = received[0].event();
    assert_eq!(
        event,
        json!({
            "specversion": "1.0",
            "id": event["id"],
            "source": "urn:nld:oin:00000099000000012000",
            "type": "nl.voordeur.case.enquired.v1",
            "subject": case.reference,
            "time": "2026-11-22T11:00:00Z",
            "datacontenttype": "application/json",
            "data": {
                "bsn": "900210291", "case": case.id, "reference": case.reference, "kind": "application", "service": "zorgtoeslag",
                "source_id": null, "text": "Hoe lang duurt het nog?", "documents": [],
            },
        })
    );
    let headers = &received[0].headers;
    assert_eq!(headers["content-type"], "application/cloudevents+json; charset=utf-8");
    let input = headers["signature-input"].to_str().unwrap();
    assert!(input.starts_with(
        r#"voordeur=("@method" "@target-uri" "content-type" "content-digest");created=1795345200;keyid="#
    ));
    assert!(input.ends_with(r#";alg="ed25519""#), "{input}");
    let published = world.test.get("/api/v1/keys", "").await;
    assert_eq!(published.header("content-type"), "application/jwk-set+json");
    let keys: Value = serde_json::from_str(&published.body).unwrap();
    assert!(input.contains(keys["keys"][0]["kid"].as_str().unwrap()));
    assert!(!published.body.contains("\"d\""));
    let kept: (String, Option<Vec<u8>>) =
        sqlx::query_as("select state, body from outgoing_event").fetch_one(&pool).await.unwrap();
    assert_eq!(kept, ("done".to_owned(), None));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn an_organisation_that_is_away_for_an_hour_gets_everything_once_and_in_order(pool: PgPool) {
    let world = World::new(&pool).await;
    // Nobody listens where it says.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nowhere = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let away = World::with(&pool, Agency { address: nowhere, ..world.agency.clone() });
    let cases = [away.case().await, away.case().await];
    for text in ["1", "2", "3"] {
        for case in &cases {
            away.ask(case, text).await;
        }
    }
    let mut tries = 0;
    for _ in 0..120 {
        tries += away.deliver().await;
        away.test.wait(SignedDuration::from_secs(30));
    }
    assert!((5..200).contains(&tries), "{tries} tries in an hour");
    assert_eq!(away.reason().await, "no connection");
    assert_eq!((away.count("waiting").await, away.count("aside").await), (6, 0));
    // It is back.
    world.test.wait(SignedDuration::from_mins(60));
    world.test.wait(SignedDuration::from_mins(15));
    world.deliver_patiently().await;
    let received = world.agency.received();
    assert_eq!(received.len(), 6);
    for case in &cases {
        let of_case = received.iter().map(Received::event).filter(|event| event["subject"] == *case.reference);
        let texts: Vec<_> = of_case.map(|event| event["data"]["text"].clone()).collect();
        assert_eq!(texts, ["1", "2", "3"]);
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn an_event_waits_while_an_earlier_one_of_its_case_does_and_those_of_other_cases_do_not(pool: PgPool) {
    let world = World::new(&pool).await;
    let (first, second) = (world.case().await, world.case().await);
    world.ask(&first, "a1").await;
    world.ask(&first, "a2").await;
    world.ask(&second, "b1").await;
    world.agency.will([Mood::Says(500, "")]);
    world.deliver().await;
    assert_eq!(world.agency.texts(), ["a1", "b1"], "the first failed");
    assert_eq!(world.reason().await, "status 500");
    world.deliver_patiently().await;
    assert_eq!(world.agency.texts(), ["a1", "b1", "a1", "a2"]);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn who_answers_500_again_and_again_is_tried_less_and_less_often(pool: PgPool) {
    let world = World::new(&pool).await;
    let case = world.case().await;
    world.ask(&case, "1").await;
    world.agency.will(vec![Mood::Says(500, ""); 7]);
    let started = world.portal().clock.now();
    let mut times = Vec::new();
    while world.count("waiting").await > 0 {
        if world.deliver().await > 0 {
            times.push(world.portal().clock.now().duration_since(started).as_secs());
        }
        world.test.wait(SignedDuration::from_secs(1));
    }
    assert_eq!(times.len(), 8);
    let pauses: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    for (pause, longest) in pauses.iter().zip([5, 10, 20, 40, 80, 160, 320]) {
        assert!((longest / 2..=longest + 1).contains(pause), "{pauses:?}");
    }
    let ids: std::collections::BTreeSet<_> =
        world.agency.received().iter().map(|one| one.event()["id"].to_string()).collect();
    assert_eq!(ids.len(), 1, "each time under the same id");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn who_asks_for_time_gets_it_for_everything_that_waits(pool: PgPool) {
    let world = World::new(&pool).await;
    let (first, second) = (world.case().await, world.case().await);
    world.ask(&first, "1").await;
    world.ask(&second, "2").await;
    world.agency.will([Mood::Says(429, "600")]);
    assert_eq!(world.deliver().await, 1);
    world.test.wait(SignedDuration::from_secs(599));
    assert_eq!(world.deliver().await, 0);
    world.test.wait(SignedDuration::from_secs(2));
    assert_eq!(world.deliver().await, 2);
    assert_eq!(world.count("done").await, 2);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_slow_answer_is_given_up_and_what_was_received_comes_again_under_the_same_id(pool: PgPool) {
    let world = World::new(&pool).await;
    let case = world.case().await;
    world.ask(&case, "1").await;
    world.agency.will([Mood::Slowly(Duration::from_secs(12)), Mood::Breaks]);
    let started = Instant::now();
    world.deliver().await;
    assert!((9..12).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
    assert_eq!(world.reason().await, "timeout");
    world.deliver_patiently().await;
    let ids: Vec<_> = world.agency.received().iter().map(|one| one.event()["id"].clone()).collect();
    assert!(ids.len() == 3 && ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(world.count("done").await, 1);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_worker_that_is_killed_after_it_delivered_leaves_the_event_for_the_next(pool: PgPool) {
    let world = World::new(&pool).await;
    let case = world.case().await;
    world.ask(&case, "1").await;
    world.ask(&case, "2").await;
    // Killed while the answer is on its way: what was claimed is not done.
    world.agency.will([Mood::Slowly(Duration::from_millis(300))]);
    let killed = tokio::time::timeout(Duration::from_millis(150), deliver::next(world.portal(), TOESLAGEN)).await;
    assert!(killed.is_err());
    let other = world.replica();
    assert_eq!(other.deliver().await, 0, "until its time is over, nobody else takes it");
    other.test.wait(SignedDuration::from_secs(61));
    assert_eq!(other.deliver().await, 2);
    assert_eq!(world.agency.texts(), ["1", "1", "2"]);
    let received = world.agency.received();
    assert_eq!(received[0].event()["id"], received[1].event()["id"]);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_worker_killed_at_any_point_loses_nothing_and_mixes_nothing_up(pool: PgPool) {
    let world = World::new(&pool).await;
    let case = world.case().await;
    for number in 0..15 {
        world.ask(&case, &number.to_string()).await;
    }
    let (mut kills, mut step) = (0, 0_u64);
    while world.count("waiting").await > 0 {
        let at_most = Duration::from_micros(50 + 100 * (step % 100));
        if tokio::time::timeout(at_most, deliver::next(world.portal(), TOESLAGEN)).await.is_err() {
            kills += 1;
        }
        world.test.wait(SignedDuration::from_secs(61));
        step += 1;
        assert!(step < 3000);
    }
    assert!(kills > 5, "{kills}: this proves nothing");
    let mut seen = Vec::new();
    for text in world.agency.texts() {
        if seen.last() != Some(&text) {
            seen.push(text);
        }
    }
    assert_eq!(seen, (0..15).map(|number| number.to_string()).collect::<Vec<_>>());
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn two_replicas_at_once_deliver_each_event_once_and_each_case_in_order(pool: PgPool) {
    let here = World::new(&pool).await;
    let there = here.replica();
    let mut cases = Vec::new();
    for _ in 0..6 {
        cases.push(here.case().await);
    }
    for number in 0..5 {
        for case in &cases {
            here.ask(case, &number.to_string()).await;
        }
    }
    here.agency.will(vec![Mood::Slowly(Duration::from_millis(5)); 30]);
    let couriers = [Couriers::start(here.portal()), Couriers::start(there.portal())];
    let started = Instant::now();
    while here.count("done").await < 30 {
        assert!(started.elapsed() < Duration::from_secs(20), "{} done", here.count("done").await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    futures::future::join_all(couriers.map(Couriers::stop)).await;
    let received = here.agency.received();
    assert_eq!(received.len(), 30);
    for case in &cases {
        let of_case = received.iter().map(Received::event).filter(|event| event["subject"] == *case.reference);
        let texts: Vec<_> = of_case.map(|event| event["data"]["text"].as_str().unwrap().to_owned()).collect();
        assert_eq!(texts, ["0", "1", "2", "3", "4"]);
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn no_more_events_are_on_their_way_to_an_organisation_than_it_has_room_for(pool: PgPool) {
    let world = World::new(&pool).await;
    for _ in 0..10 {
        let case = world.case().await;
        world.ask(&case, "x").await;
    }
    world.agency.will(vec![Mood::Slowly(Duration::from_secs(2)); 10]);
    let couriers = Couriers::start(world.portal());
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let claimed: i64 =
        sqlx::query_scalar("select count(*) from outgoing_event where tries > 0").fetch_one(&pool).await.unwrap();
    assert_eq!(claimed, 4);
    couriers.stop().await;
    assert_eq!(world.count("done").await, 4, "what is on its way is finished, and nothing more is taken");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_is_refused_is_set_aside_and_holds_up_its_own_case_until_it_is_replayed(pool: PgPool) {
    let world = World::new(&pool).await;
    let (first, second) = (world.case().await, world.case().await);
    world.ask(&first, "poison").await;
    world.ask(&first, "after").await;
    world.agency.will(vec![Mood::Says(422, ""); 5]);
    world.deliver_until_aside().await;
    assert_eq!(world.agency.received().len(), usize::try_from(MOST_REFUSALS).unwrap());
    assert_eq!(world.reason().await, "status 422");
    world.ask(&second, "elsewhere").await;
    world.deliver().await;
    assert_eq!((world.count("aside").await, world.count("waiting").await, world.count("done").await), (1, 1, 1));
    assert_eq!(crate::outbox::replay(world.portal(), None).await.unwrap(), 1);
    world.deliver().await;
    assert_eq!(world.agency.texts()[5..], ["elsewhere", "poison", "after"]);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_redirect_is_not_followed(pool: PgPool) {
    let world = World::new(&pool).await;
    let case = world.case().await;
    world.ask(&case, "1").await;
    world.agency.will([Mood::Says(307, "")]);
    world.deliver().await;
    assert_eq!((world.reason().await.as_str(), world.agency.received().len()), ("status 307", 1));
}

#[test]
fn events_go_to_https_or_to_this_machine_and_only_to_organisations_that_there_are() {
    for good in ["https://events.example/in?x=1", "http://127.0.0.1:4000/", "http://localhost/", "http://[::1]:1/"] {
        assert!(crate::outbox::endpoint(good).is_ok(), "{good}");
    }
    for bad in [
        "http://events.example/",
        "http://169.254.169.254/",
        "http://127.0.0.1.example/",
        "https://user:password@events.example/",
        "https://events.example/#part",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "events.example",
    ] {
        assert!(crate::outbox::endpoint(bad).is_err(), "{bad}");
    }
    let mut config = testing::config();
    config.outbox.endpoints = [(TOESLAGEN.to_owned(), "https://events.example/".to_owned())].into();
    let told = |config: &Config| crate::outbox::Outbox::new(config, &testing::catalogue()).err().unwrap();
    assert!(told(&config).contains("signing_key_file"));
    let file = std::env::temp_dir().join(format!("voordeur-outbox-key-{}.pem", Uuid::new_v4()));
    std::fs::write(&file, signature::tests::TEST_KEY).unwrap();
    config.outbox.signing_key_file = Some(file.clone());
    config.outbox.endpoints = [("nobody".to_owned(), "https://events.example/".to_owned())].into();
    assert!(told(&config).contains("nobody"));
    std::fs::remove_file(file).unwrap();
}

impl World {
    async fn deliver_until_aside(&self) {
        for _ in 0..100 {
            self.deliver().await;
            if self.count("aside").await > 0 {
                return;
            }
            self.test.wait(SignedDuration::from_secs(10));
        }
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_was_passed_on_does_not_wait_for_who_had_it_before(pool: PgPool) {
    let world = World::new(&pool).await;
    let case = world.case_of("svb").await;
    // Nobody fetches this.
    world.ask(&case, "for the first one").await;
    let mut scope = world.scope(case.person).await;
    let held = cases::store::hold(scope.sql(), case.id).await.unwrap().unwrap();
    let words = cases::Words::dutch("Dit is voor Dienst Toeslagen.");
    let act = Act::PassOn { organisation: TOESLAGEN.to_owned(), words };
    let by = By::organisation(world.portal().clock.now());
    cases::change(world.portal(), &mut scope, held, act, by).await.unwrap();
    scope.commit().await.unwrap();
    world.ask(&case, "for the second one").await;
    world.deliver().await;
    let kinds: Vec<_> = world.agency.received().iter().map(|one| one.event()["type"].clone()).collect();
    assert_eq!(kinds, ["nl.voordeur.case.passed-on.v1", "nl.voordeur.case.enquired.v1"]);
    assert_eq!(world.count("waiting").await, 1, "and the first one can still fetch its own");
}
