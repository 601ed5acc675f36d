use http::StatusCode;
use sqlx::PgPool;

use super::{business, citizen, log_in, row, staff_of};
use crate::{
    identity::{Door, Party},
    testing::TestPortal,
};

/// Offers of zorgtoeslag in a state, each of somebody else.
async fn offers(pool: &PgPool, state: &str, reason: Option<&str>, number: i32) {
    sqlx::query(
        "insert into offer (person, service, period, state, rule_from, rule_hash, run, evaluated_on, found_at, changed_at, expires_on, reason)
         select gen_random_uuid(), 'zorgtoeslag', '2026-01-01', $1, '2026-01-01', 'x', '{}', '2026-11-22', now(), now(), '2027-01-01', $2
           from generate_series(1, $3)",
    )
    .bind(state)
    .bind(reason)
    .bind(number)
    .execute(pool)
    .await
    .unwrap();
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn only_staff_see_the_desk_and_only_their_own_services(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let (citizen, business) = (citizen(&portal).await, business(&portal).await);
    for path in [
        "/balie/zaken",
        "/balie/diensten",
        "/balie/diensten/zorgtoeslag",
        "/balie/diensten/zorgtoeslag/proef",
        "/balie/persoon",
    ] {
        let answer = portal.get(path, "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        assert!(answer.header("location").starts_with("/inloggen"), "{path}");
        assert_eq!(portal.get(path, &citizen).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(portal.get(path, &business).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(portal.get(&format!("/en{path}"), &citizen).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let municipality = staff_of(&portal, "gemeente-0599").await;
    let list = portal.get("/balie/diensten", &municipality).await;
    assert_eq!(list.status, StatusCode::OK);
    assert!(list.body.contains("/balie/diensten/stadspas") && !list.body.contains("/balie/diensten/zorgtoeslag"));
    assert_eq!(portal.get("/balie/diensten/stadspas", &municipality).await.status, StatusCode::OK);
    assert_eq!(portal.get("/balie/diensten/zorgtoeslag", &municipality).await.status, StatusCode::FORBIDDEN);
    assert_eq!(portal.get("/balie/diensten/bestaat-niet", &municipality).await.status, StatusCode::NOT_FOUND);
    let nothing = portal.get("/balie/diensten", &staff_of(&portal, "rvig").await).await;
    assert!(nothing.status == StatusCode::OK && nothing.body.contains("Uw organisatie heeft hier geen diensten"));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn who_keeps_the_portal_sees_every_service_and_tries_none(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let keeper = staff_of(&portal, "voordeur").await;
    let list = portal.get("/en/balie/diensten", &keeper).await.body;
    for service in &portal.portal.rules.services {
        assert!(list.contains(&format!("/en/balie/diensten/{}", service.id())), "{}", service.id());
    }
    let page = portal.get("/balie/diensten/zorgtoeslag", &keeper).await;
    assert!(page.status == StatusCode::OK && !page.body.contains("zorgtoeslag/proef"));
    assert_eq!(portal.get("/balie/diensten/zorgtoeslag/proef", &keeper).await.status, StatusCode::FORBIDDEN);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn figures_add_up_and_a_few_people_are_not_told(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let staff = staff_of(&portal, "dienst-toeslagen").await;
    let page = portal.get("/balie/diensten", &staff).await.body;
    assert!(row(&page, "Zorgtoeslag").contains("nog niet bekend"), "before the first nightly run");
    sqlx::query("insert into service_reach values ('zorgtoeslag', '2026-11-22', 400, 7, 1000)")
        .execute(&pool)
        .await
        .unwrap();
    for (state, reason, number) in [
        ("offered", None, 50),
        ("seen", None, 20),
        ("accepted", None, 100),
        ("declined", Some("have_it"), 12),
        ("declined", None, 11),
        ("declined", Some("other"), 3),
        ("postponed", None, 9),
        ("expired", None, 0),
        ("suppressed", None, 30),
    ] {
        offers(&pool, state, reason, number).await;
    }
    let page = portal.get("/balie/diensten", &staff).await.body;
    assert_eq!(row(&page, "Zorgtoeslag"), "Zorgtoeslag Dienst Toeslagen 400 minder dan 10 1000 22 november 2026 25 %");
    let choices = &page[page.find("id=\"keuzes\"").unwrap()..];
    // 205 were offered, of which 9 are not told; 26 were declined, of which 3 are not told.
    assert_eq!(
        row(choices, "Zorgtoeslag"),
        "Zorgtoeslag Dienst Toeslagen ongeveer 210 50 20 100 ongeveer 30 heb ik al: 12 iets anders: minder dan 10 geen reden: 11 \
         minder dan 10"
    );
    let others = &page[page.find("id=\"verder\"").unwrap()..];
    assert_eq!(row(others, "Zorgtoeslag"), "Zorgtoeslag Dienst Toeslagen 0 0 30 0 0");
    let detail = portal.get("/balie/diensten/zorgtoeslag", &staff).await.body;
    assert_eq!(row(&detail, "Aangenomen"), "Aangenomen 100");
    assert_eq!(row(&detail, "Uitgesteld"), "Uitgesteld minder dan 10");
    assert_eq!(row(&detail, "iets anders"), "iets anders minder dan 10");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn last_years_yes_is_no_take_up_now(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    sqlx::query("insert into service_reach values ('zorgtoeslag', '2026-11-22', 400, 0, 1000)")
        .execute(&pool)
        .await
        .unwrap();
    offers(&pool, "accepted", None, 100).await;
    sqlx::query("update offer set period = '2025-01-01'").execute(&pool).await.unwrap();
    let page = portal.get("/balie/diensten", &staff_of(&portal, "dienst-toeslagen").await).await.body;
    assert!(row(&page, "Zorgtoeslag").ends_with("0 %"), "{}", row(&page, "Zorgtoeslag"));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_service_shows_what_was_decided_in_both_languages(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let staff = staff_of(&portal, "dienst-toeslagen").await;
    let page = portal.get("/balie/diensten/zorgtoeslag", &staff).await.body;
    for words in [
        "18 jaar worden",
        "de eigen gemeente",
        "Wzt art. 2; Awir art. 15",
        "verlening zorgtoeslag",
        "8 weken",
        "2 werkdagen",
        "Wet op de zorgtoeslag",
        "Geldt nu",
        "Geldt niet meer",
        "Standaardpremie",
        "Huurtoeslag",
        "/balie/diensten/zorgtoeslag/proef",
    ] {
        assert!(page.contains(words), "{words}");
    }
    let english = portal.get("/en/balie/diensten/zorgtoeslag", &staff).await.body;
    assert!(english.contains("their own municipality") && english.contains("Healthcare benefit"));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn an_organisation_that_looks_like_a_municipality_is_none(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    for organisation in ["gemeente-", "gemeente-x", "gemeenten-0599"] {
        let party = Party::Staff {
            organisation: organisation.into(),
            role: "clerk".into(),
            name: "Jan".into(),
            subject: "jan".into(),
        };
        let cookie = log_in(&portal, Door::Staff, party).await;
        let status = portal.get("/balie/diensten/stadspas", &cookie).await.status;
        assert_eq!(status, StatusCode::FORBIDDEN, "{organisation}");
    }
}
