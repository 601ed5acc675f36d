//! Fetching: for organisations whose systems cannot receive.

use super::*;

const SVB: &str = "svb";

impl World {
    async fn fetch(&self, client: &str, query: &str) -> Value {
        let answer = self.get(client, &format!("/api/v1/outgoing-events{query}")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.header("content-type"), "application/cloudevents-batch+json; charset=utf-8");
        serde_json::from_str(&answer.body).unwrap()
    }
}

/// As a receiver reads it.
fn last(events: &Value) -> String {
    events.as_array().unwrap().last().unwrap()["sequence"].as_str().unwrap().to_owned()
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn an_organisation_fetches_its_own_events_until_it_says_that_it_has_them(pool: PgPool) {
    let world = World::new(&pool).await;
    let (own, other) = (world.case_of(SVB).await, world.case().await);
    for text in ["1", "2", "3"] {
        world.ask(&own, text).await;
        world.ask(&other, "of another").await;
    }
    let first = world.fetch(SVB, "?limit=2").await;
    assert_eq!(texts(&first), ["1", "2"]);
    assert_eq!(first[0]["subject"], own.reference);
    assert_eq!(first[0]["source"], "urn:nld:oin:00000099000000012000");
    assert_eq!(world.fetch(SVB, "?limit=2").await, first, "what is not acknowledged comes again");
    let second = world.fetch(SVB, &format!("?after={}", last(&first))).await;
    assert_eq!(texts(&second), ["3"]);
    assert_eq!(world.count("done").await, 2);
    assert_eq!(world.fetch(SVB, &format!("?after={}", last(&second))).await, json!([]));
    let bodies: i64 =
        sqlx::query_scalar("select count(*) from outgoing_event where organisation = 'svb' and body is not null")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(bodies, 0, "what it has is not kept");
    assert_eq!(texts(&world.fetch(TOESLAGEN, "").await).len(), 3);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn an_event_that_is_committed_late_is_not_taken_for_one_that_was_fetched(pool: PgPool) {
    let world = World::new(&pool).await;
    let (slow, quick) = (world.case_of(SVB).await, world.case_of(SVB).await);
    // Its number is given out first, and it commits last.
    let mut scope = world.scope(slow.person).await;
    let held = cases::store::hold(scope.sql(), slow.id).await.unwrap().unwrap();
    let act = Act::Enquire { text: "slow".to_owned(), documents: Vec::new() };
    cases::change(world.portal(), &mut scope, held, act, By::citizen(world.portal().clock.now())).await.unwrap();
    world.ask(&quick, "quick").await;
    let first = world.fetch(SVB, "").await;
    assert_eq!(texts(&first), ["quick"]);
    scope.commit().await.unwrap();
    let second = world.fetch(SVB, &format!("?after={}", last(&first))).await;
    assert_eq!(texts(&second), ["slow"]);
    // That answer was lost, and the organisation asks again with what it had.
    let again = world.fetch(SVB, &format!("?after={}", last(&first))).await;
    assert_eq!(texts(&again), ["slow"]);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn who_has_no_good_token_or_asks_wrongly_is_told_so_by_a_problem(pool: PgPool) {
    let world = World::new(&pool).await;
    let case = world.case_of(SVB).await;
    world.ask(&case, "secret").await;
    for path in ["/api/v1/outgoing-events".to_owned(), format!("/api/v1/cases/{}/documents/{}", case.id, case.id)] {
        let answer = world.test.get(&path, "").await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (401, "application/problem+json"),
            "{path}"
        );
        let inbox = world.portal().events.as_ref().unwrap();
        let forged = inbox.issuer.token(&Signer::new(), SVB, world.portal().clock.now());
        let request = Request::get(&path).header(header::AUTHORIZATION, format!("Bearer {forged}"));
        let answer = world.test.send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 401);
        assert!(answer.body.contains("bad-token") && !answer.body.contains("secret"));
        assert_eq!(world.get("voordeur-citizen", &path).await.status, 403);
    }
    for query in ["?after=x", "?limit=0", "?limit=1000", "?voor=1"] {
        let answer = world.get(SVB, &format!("/api/v1/outgoing-events{query}")).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (400, "application/problem+json"),
            "{query}"
        );
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn an_organisation_fetches_documents_of_its_own_cases_and_that_is_logged(pool: PgPool) {
    let world = World::new(&pool).await;
    let case = world.case_of(SVB).await;
    let mut scope = world.scope(case.person).await;
    let upload = |name: &str| crate::documents::Upload {
        field: "f".to_owned(),
        name: name.to_owned(),
        content: crate::documents::Content::Whole("Mijn huur is € 700.".into()),
    };
    let origin = crate::documents::Origin::Citizen;
    let sent = crate::documents::keep(world.portal(), scope.sql(), upload("huur.txt"), origin).await.unwrap();
    let own = crate::documents::keep(world.portal(), scope.sql(), upload("dagboek.txt"), origin).await.unwrap();
    let held = cases::store::hold(scope.sql(), case.id).await.unwrap().unwrap();
    let act = Act::AddDocuments { documents: vec![sent.0] };
    cases::change(world.portal(), &mut scope, held, act, By::citizen(world.portal().clock.now())).await.unwrap();
    scope.commit().await.unwrap();
    let events = world.fetch(SVB, "").await;
    assert_eq!(events[0]["data"]["documents"], json!([sent.0]));
    let path = |document: Uuid| format!("/api/v1/cases/{}/documents/{document}", case.id);
    let answer = world.get(SVB, &path(sent.0)).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "Mijn huur is € 700."));
    assert!(answer.header("content-disposition").contains("huur.txt"));
    let logged =
        "select count(*) from usage_entry where person = $1 and organisation = 'svb' and activity = 'fetch_document'";
    let looks: i64 = sqlx::query_scalar(logged).bind(case.person).fetch_one(&pool).await.unwrap();
    assert_eq!(looks, 1);
    for (client, path) in [
        (TOESLAGEN, path(sent.0)),
        (SVB, path(own.0)),
        (SVB, path(Uuid::nil())),
        (SVB, format!("/api/v1/cases/{}/documents/{}", Uuid::nil(), sent.0)),
        (SVB, "/api/v1/cases/x/documents/y".to_owned()),
    ] {
        let answer = world.get(client, &path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (404, "application/problem+json"),
            "{path}"
        );
    }
    let looks: i64 = sqlx::query_scalar(logged).bind(case.person).fetch_one(&pool).await.unwrap();
    assert_eq!(looks, 1);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_came_with_an_objection_is_fetched_as_what_came_with_a_case(pool: PgPool) {
    let world = World::new(&pool).await;
    let case = world.case_of(SVB).await;
    let mut scope = world.scope(case.person).await;
    let upload = crate::documents::Upload {
        field: "f".to_owned(),
        name: "bewijs.txt".to_owned(),
        content: crate::documents::Content::Whole("Mijn inkomen was eenmalig.".into()),
    };
    let origin = crate::documents::Origin::Citizen;
    let sent = crate::documents::keep(world.portal(), scope.sql(), upload, origin).await.unwrap();
    let objection = cases::Objection { grounds: "x".to_owned(), why_late: None, documents: vec![sent.0] };
    let now = world.portal().clock.now();
    let service = world.portal().rules.service("zorgtoeslag").unwrap();
    let new = NewCase {
        application: Some(objection.seal(&world.portal().keys)),
        ..NewCase::of(service, Kind::Objection, SVB.to_owned(), now)
    };
    let made = cases::open(world.portal(), &mut scope, case.person, new, By::citizen(now)).await.unwrap().unwrap();
    scope.commit().await.unwrap();
    assert_eq!(world.get(SVB, &format!("/api/v1/cases/{}/documents/{}", made.id, sent.0)).await.status, 200);
    assert_eq!(world.get(SVB, &format!("/api/v1/cases/{}/documents/{}", case.id, sent.0)).await.status, 404);
}
