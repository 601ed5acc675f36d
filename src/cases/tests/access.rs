//! Each page and form of cases, and who may open it.

use http::StatusCode;
use sqlx::PgPool;

use super::{Someone, date};
use crate::{
    database::MIGRATOR,
    identity::{COOKIE, Door, Identity, Party, open_session},
    testing::TestPortal,
};

const PAGES: [&str; 9] =
    ["", "/aanvraag", "/besluit", "/antwoord", "/documenten", "/vraag", "/intrekken", "/ingebrekestelling", "/bezwaar"];
const FORMS: [&str; 6] = ["/antwoord", "/documenten", "/vraag", "/intrekken", "/ingebrekestelling", "/bezwaar"];

async fn log_in(portal: &TestPortal, door: Door, party: Party) -> String {
    let identity = Identity {
        door,
        actor: party.clone(),
        acting_for: party,
        level: "http://eidas.europa.eu/LoA/substantial".into(),
        sid: None,
        id_token: None,
        logged_in_at: portal.portal.clock.now(),
    };
    format!("{COOKIE}={}", open_session(&portal.portal, &identity, "subject").await.unwrap())
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn cases_are_for_citizens_who_logged_in(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    let portal = &someone.portal;
    let business = log_in(portal, Door::Business, Party::Business { kvk_number: "12345678".into() }).await;
    let staff = Party::Staff {
        organisation: "dienst-toeslagen".into(),
        role: "caseworker".into(),
        name: "Fatma".into(),
        subject: "fatma".into(),
    };
    let staff = log_in(portal, Door::Staff, staff).await;
    let pages = PAGES.map(|end| format!("{}{end}", case.path()));
    for path in pages.into_iter().chain(["/mijn/zaken".to_owned()]) {
        let anonymous = portal.get(&path, "").await;
        assert_eq!(anonymous.status, StatusCode::SEE_OTHER, "{path}");
        assert!(anonymous.header("location").starts_with("/inloggen?terug="), "{path}");
        assert_eq!(portal.get(&path, &business).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(portal.get(&path, &staff).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let form = [("tekst", "x")];
    for path in FORMS.map(|end| format!("{}{end}", case.path())) {
        let anonymous = portal.post(&path, "", &form).await;
        assert!(
            anonymous.status == StatusCode::SEE_OTHER && anonymous.header("location").starts_with("/inloggen"),
            "{path}"
        );
        assert_eq!(portal.post(&path, &business, &form).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(portal.post(&path, &staff, &form).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(someone.timeline(&case).await, ["opened"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn somebody_elses_case_is_not_there(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    someone.asks(&case, "Wat is uw inkomen?", date("2026-12-01")).await;
    let other = Someone::new(&pool).await;
    for path in PAGES.map(|end| format!("{}{end}", case.path())) {
        assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in FORMS.map(|end| format!("{}{end}", case.path())) {
        assert_eq!(other.post(&path, &[("tekst", "x")]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(someone.timeline(&case).await, ["opened", "asked"]);
    assert!(other.see("/mijn/zaken").await.contains("U hebt nog geen zaken."));
    assert_eq!(other.get("/mijn/zaken/2026-0000-0000").await.status, StatusCode::NOT_FOUND);
    assert_eq!(other.get("/mijn/zaken/%00'%20or%20true").await.status, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn who_has_a_number_that_stands_on_another_list_too_is_shown_no_case(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    sqlx::query("insert into bsn_conflict values ($1, '\\x01', 'x', '\\x01', now())")
        .bind(someone.person)
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(someone.get("/mijn/zaken").await.header("location"), "/mijn");
    assert_eq!(someone.get(&case.path()).await.status, StatusCode::NOT_FOUND);
    assert_eq!(someone.post(&format!("{}/intrekken", case.path()), &[]).await.status, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn every_look_and_act_is_logged(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    someone.get("/mijn/zaken").await;
    someone.get(&case.path()).await;
    someone.post(&format!("{}/vraag", case.path()), &[("tekst", "")]).await;
    someone.send(&format!("{}/vraag", case.path()), &[("tekst", "Hoe staat het ermee?")]).await;
    let refused = someone.post(&format!("{}/ingebrekestelling", case.path()), &[]).await;
    assert!(refused.body.contains("Zorgtoeslag"), "{}", refused.body);
    let logged: Vec<(String, Vec<String>)> =
        sqlx::query_as("select activity, groups from usage_entry where person = $1 order by sequence")
            .bind(someone.person)
            .fetch_all(&pool)
            .await
            .unwrap();
    let activities: Vec<&str> = logged.iter().map(|(activity, _)| activity.as_str()).collect();
    // Before somebody acts the case is looked at, and a form that is refused shows it.
    assert_eq!(activities[..3], ["view_cases", "view_cases", "view_cases"]);
    assert_eq!(activities[3..], ["view_cases", "act_in_case", "view_cases"]);
    assert!(logged.iter().all(|(_, groups)| groups == &["cases"]), "{logged:?}");
    let page = someone.see("/mijn/inzage").await;
    assert!(page.contains("Uw zaken bekeken") && page.contains("Iets gedaan in uw zaak"), "{page}");
}
