use http::StatusCode;
use jiff::SignedDuration;
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    nobody_answers,
    people::{Entry, SUZANNE, register},
};
use crate::{
    database::PersonId,
    identity::{COOKIE, Door, person, provider::tests::Signer, refusal::Refusal, session_for},
    registered_data::Bsn,
    testing::TestPortal,
};

/// A portal that knows its providers, which do not really exist.
fn portal(pool: &PgPool) -> TestPortal {
    let portal = TestPortal::with(pool, nobody_answers());
    let signer = Signer::new();
    for provider in portal.portal.doors.all() {
        provider.publish(&signer, portal.portal.clock.now());
    }
    portal
}

/// The attempt's cookie and its state.
async fn start(portal: &TestPortal, path: &str, back: &str) -> (String, String) {
    let answer = portal.post(path, "", &[("terug", back)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-voordeur-inloggen=")
            && cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600")
    );
    let to = url::Url::parse(answer.header("location")).unwrap();
    let state = to.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    (cookie.split(';').next().unwrap().to_owned(), state)
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn the_log_in_page_has_every_door_and_keeps_the_way_back(pool: PgPool) {
    let portal = portal(&pool);
    let page = portal.get("/inloggen?terug=/mijn/gegevens", "").await;
    assert_eq!(page.status, StatusCode::OK);
    for text in [
        "Inloggen met DigiD",
        "Inloggen met eHerkenning",
        r#"action="/inloggen/medewerker""#,
        r#"name="terug" value="/mijn/gegevens""#,
    ] {
        assert!(page.body.contains(text), "{text}");
    }
    assert!(page.header("content-security-policy").contains("form-action 'self' http://127.0.0.1:1"));
    let page = portal.get("/en/inloggen?terug=//example.org", "").await;
    assert!(page.body.contains("Log in with DigiD") && page.body.contains(r#"action="/en/inloggen/burger""#));
    assert!(!page.body.contains(r#"name="terug""#) && !page.body.contains(r#"href="//"#));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn who_is_logged_in_is_told_so(pool: PgPool) {
    let portal = portal(&pool);
    let cookie = format!("{COOKIE}={}", session_for(&portal.portal, PersonId(Uuid::new_v4())).await.unwrap());
    let page = portal.get("/inloggen?terug=/mijn/inzage", &cookie).await;
    assert!(page.body.contains("U bent ingelogd als Proefpersoon") && page.body.contains(r#"href="/mijn/inzage""#));
    let page = portal.get("/uitgelogd", &cookie).await;
    assert!(page.body.contains("U bent nog ingelogd"));
    let page = portal.get("/en/uitgelogd", "").await;
    assert!(page.body.contains("You are logged out"));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_provider_that_is_away_closes_its_door_and_not_the_portal(pool: PgPool) {
    let mut config = nobody_answers();

    config.identity.business = None;
    let portal = TestPortal::with(&pool, config);
    portal.portal.doors.provider(Door::Staff).unwrap().publish(&Signer::new(), portal.portal.clock.now());
    let page = portal.get("/inloggen", "").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Inloggen met DigiD kan nu niet") && page.body.contains("Inloggen met uw organisatie"));
    assert!(!page.body.contains("eHerkenning"));
    let answer = portal.post("/inloggen/burger", "", &[]).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.contains("Inloggen met DigiD kan nu niet") && answer.body.contains("088 000 00 00"));
    assert_eq!(portal.post("/inloggen/onderneming", "", &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(portal.post("/inloggen/koning", "", &[]).await.status, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_provider_that_comes_back_opens_its_door_by_itself(pool: PgPool) {
    use axum::{Json, Router, routing::get};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let mut config = nobody_answers();
    config.identity.citizen.as_mut().unwrap().issuer.clone_from(&issuer);
    let portal = TestPortal::with(&pool, config);
    drop(listener);
    let knock = async || portal.post("/inloggen/burger", "", &[]).await.status;
    assert_eq!(knock().await, StatusCode::SERVICE_UNAVAILABLE);

    let metadata = serde_json::json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/auth"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["PS256"],
    });
    let provider = Router::new()
        .route("/.well-known/openid-configuration", get(|| async { Json(metadata) }))
        .route("/jwks", get(|| async { Json(serde_json::json!({ "keys": [] })) }));
    let listener = tokio::net::TcpListener::bind(issuer.strip_prefix("http://").unwrap()).await.unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = axum::serve(listener, provider).with_graceful_shutdown(async { stopped.await.unwrap_or(()) });
    let serving = tokio::spawn(async { serving.await.unwrap() });
    assert_eq!(knock().await, StatusCode::SERVICE_UNAVAILABLE, "not asked again at once");
    portal.wait(SignedDuration::from_secs(3));
    assert_eq!(knock().await, StatusCode::SEE_OTHER);

    drop(stop);
    serving.await.unwrap();
    portal.wait(SignedDuration::from_mins(4));
    assert_eq!(knock().await, StatusCode::SEE_OTHER, "a moment of silence closes no door");
    portal.wait(SignedDuration::from_mins(1));
    assert_eq!(knock().await, StatusCode::SERVICE_UNAVAILABLE);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn who_knocks_too_often_gets_a_page_that_says_so(pool: PgPool) {
    let portal = portal(&pool);
    for _ in 0..100 {
        let answer = portal.post("/en/inloggen/burger", "", &[]).await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            assert!(answer.body.contains("<html") && answer.body.contains(r#"lang="en""#));
            return;
        }
    }
    panic!("never refused");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn coming_back_without_an_attempt_too_late_or_with_another_state_says_what_to_do(pool: PgPool) {
    let portal = portal(&pool);
    let page = portal.get("/inloggen/terug?code=c&state=s", "").await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.body.contains("Deze poging om in te loggen is voorbij") && page.body.contains(r#"href="/inloggen""#));

    let (cookie, state) = start(&portal, "/en/inloggen/burger", "").await;
    let page = portal.get("/inloggen/terug?code=c&state=other", &cookie).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(
        page.body.contains("Logging in did not work")
            && page.body.contains(r#"lang="en""#)
            && page.body.contains("088 000 00 00")
    );
    assert_eq!(page.header("set-cookie"), "", "the attempt in the other window goes on");
    for answer in ["error=access_denied", "error=access_denied&state=other"] {
        assert_eq!(portal.get(&format!("/inloggen/terug?{answer}"), &cookie).await.status, StatusCode::BAD_REQUEST);
    }
    let page = portal.get(&format!("/inloggen/terug?error=access_denied&state={state}"), &cookie).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.body.contains("You stopped logging in"));
    assert!(page.header("set-cookie").starts_with("__Host-voordeur-inloggen=; "));

    portal.wait(SignedDuration::from_mins(10));
    let page = portal.get(&format!("/inloggen/terug?code=c&state={state}"), &cookie).await;
    assert!(page.body.contains("This attempt to log in is over"));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn an_attempt_cannot_be_made_up_or_changed(pool: PgPool) {
    let portal = portal(&pool);
    let (cookie, state) = start(&portal, "/inloggen/burger", "/mijn").await;
    let mut changed = cookie.into_bytes();
    let last = changed.len() - 3;
    changed[last] = if changed[last] == b'A' { b'B' } else { b'A' };
    let page =
        portal.get(&format!("/inloggen/terug?code=c&state={state}"), std::str::from_utf8(&changed).unwrap()).await;
    assert!(page.body.contains("Deze poging om in te loggen is voorbij"));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn an_answer_of_another_issuer_is_refused(pool: PgPool) {
    let portal = portal(&pool);
    let (cookie, state) = start(&portal, "/inloggen/burger", "").await;
    let page = portal.get(&format!("/inloggen/terug?code=c&state={state}&iss=http://evil.example"), &cookie).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    let page = portal.get(&format!("/inloggen/terug?error=invalid_scope&state={state}"), &cookie).await;
    assert_eq!(page.status, StatusCode::BAD_GATEWAY);
    let page = portal.get(&format!("/inloggen/terug?code=c&state={state}"), &cookie).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "the right one is asked, and is away");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_number_opens_one_living_list_or_nothing(pool: PgPool) {
    let portal = TestPortal::with(&pool, nobody_answers());
    let find = async |bsn: &str| person::find(&portal.portal, &Bsn::parse(bsn).unwrap()).await.unwrap();
    let entry = |bsn, standing| Entry { bsn, standing, name: ["Willem", "van der", "Waarde"] };

    let suzanne = register(&pool, &portal.portal, &SUZANNE).await;
    let found = find(SUZANNE.bsn).await.ok().unwrap();
    assert_eq!((found.person, found.name.as_str()), (suzanne, "Suzanne Moulin"));
    assert_eq!(find("999990019").await.err(), Some(Refusal::NotRegistered));

    register(&pool, &portal.portal, &entry("999992077", "deceased")).await;
    assert_eq!(find("999992077").await.err(), Some(Refusal::Deceased));
    register(&pool, &portal.portal, &entry("999990408", "void")).await;
    assert_eq!(find("999990408").await.err(), Some(Refusal::Void));
    register(&pool, &portal.portal, &entry("999993483", "emigrated")).await;
    assert_eq!(find("999993483").await.ok().unwrap().name, "Willem van der Waarde");

    for _ in 0..2 {
        register(&pool, &portal.portal, &entry("999990627", "current")).await;
    }
    assert_eq!(find("999990627").await.err(), Some(Refusal::TwoPeople));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn finding_somebody_is_in_their_usage_log(pool: PgPool) {
    let portal = TestPortal::with(&pool, nobody_answers());
    let suzanne = register(&pool, &portal.portal, &SUZANNE).await;
    let deceased = register(&pool, &portal.portal, &Entry { bsn: "999992077", standing: "deceased", ..SUZANNE }).await;
    for bsn in [SUZANNE.bsn, "999992077"] {
        let _ = person::find(&portal.portal, &Bsn::parse(bsn).unwrap()).await.unwrap();
    }
    for person in [suzanne, deceased] {
        let entries: Vec<(String, String, Vec<String>)> =
            sqlx::query_as("select activity, organisation, groups from usage_entry where person = $1")
                .bind(person)
                .fetch_all(&pool)
                .await
                .unwrap();
        assert_eq!(entries, [("log_in".into(), "voordeur".into(), vec!["brp/person".into()])]);
    }
}
