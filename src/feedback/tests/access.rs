//! Each page of feedback, and who may open it.

use http::StatusCode;
use sqlx::PgPool;

use super::{Kind, Someone, assert_shows};
use crate::{
    database::MIGRATOR,
    identity::{COOKIE, Door, Identity, Party, open_session},
    testing::TestPortal,
};

const PUBLIC: [&str; 12] = [
    "/feedback",
    "/feedback/klacht",
    "/feedback/idee",
    "/feedback/vraag",
    "/feedback/compliment",
    "/feedback/klacht?organisatie=svb",
    "/feedback/vraag?dienst=stadspas",
    "/feedback/bedankt",
    "/feedback/pagina",
    "/ideeen",
    "/ideeen/feed.atom",
    "/verbeteringen",
];
const OWN: [&str; 5] = ["", "/ontvangst", "/aanvullen", "/heropenen", "/intrekken"];
const FORMS: [&str; 3] = ["/aanvullen", "/heropenen", "/intrekken"];

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

async fn staff(portal: &TestPortal) -> String {
    let party = Party::Staff {
        organisation: "gemeente-0599".into(),
        role: "caseworker".into(),
        name: "Fatma".into(),
        subject: "fatma".into(),
    };
    log_in(portal, Door::Staff, party).await
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn everybody_may_say_something_and_read_what_is_public(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let portal = &someone.portal;
    let staff = staff(portal).await;
    for cookie in ["", &someone.cookie, &staff] {
        for path in PUBLIC {
            assert_eq!(portal.get(path, cookie).await.status, StatusCode::OK, "{path}");
            assert_eq!(portal.get(&format!("/en{path}"), cookie).await.status, StatusCode::OK, "/en{path}");
        }
        assert_eq!(portal.get("/vraag", cookie).await.header("location"), "/feedback/vraag");
        assert_eq!(portal.get("/feedback/mening", cookie).await.status, StatusCode::NOT_FOUND);
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_somebody_said_is_for_them_alone(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let question = someone.says(Kind::Question, "Wanneer is de balie open?").await;
    let portal = &someone.portal;
    let business = log_in(portal, Door::Business, Party::Business { kvk_number: "12345678".into() }).await;
    let staff = staff(portal).await;
    let other = Someone::new(&pool).await;
    let pages = OWN.map(|end| format!("{}{end}", question.path()));
    for path in pages.iter().map(String::as_str).chain(["/mijn/feedback", "/mijn/enquete/2026-AAAA-BBBB"]) {
        let anonymous = portal.get(path, "").await;
        assert!(anonymous.header("location").starts_with("/inloggen?terug="), "{path}");
        for cookie in [&business, &staff] {
            assert_eq!(portal.get(path, cookie).await.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
    for path in &pages {
        assert_eq!(other.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in FORMS.map(|end| format!("{}{end}", question.path())) {
        let form = [("tekst", "Ik ook.")];
        assert!(portal.post(&path, "", &form).await.header("location").starts_with("/inloggen"), "{path}");
        for cookie in [&business, &staff] {
            assert_eq!(portal.post(&path, cookie, &form).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        assert_eq!(other.post(&path, &form).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(someone.timeline(&question).await, ["submitted"]);
    for number in ["2026-0000-0000", "%00'%20or%20true", "x"] {
        assert_eq!(someone.get(&format!("/mijn/feedback/{number}")).await.status, StatusCode::NOT_FOUND);
    }
    assert_shows(&other.see("/mijn/feedback").await, &["U hebt ons nog niets geschreven."]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_case_of_somebody_else_is_not_named(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    sqlx::query(
        "insert into cases (person, id, reference, kind, title, organisation, stage, received_at, term, term_law, counting, due_on, changed_at)
         values (gen_random_uuid(), gen_random_uuid(), '2026-AAAA-BBBB', 'other', '{\"nl\": \"Geheime zaak\"}', 'svb', 'received', now(), '8 weeks',
                 'Awb', 'termijnenwet', now(), now())",
    )
    .execute(&pool)
    .await
    .unwrap();
    let page = someone.see("/feedback/klacht?zaak=2026-AAAA-BBBB").await;
    assert!(!page.contains("Geheime zaak") && !page.contains("Het gaat over uw zaak"), "{page}");
    let visitor = someone.portal.get("/feedback/klacht?zaak=2026-AAAA-BBBB", "").await;
    assert!(!visitor.body.contains("Geheime zaak"));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn who_has_a_number_that_stands_on_another_list_too_is_shown_nothing(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let question = someone.says(Kind::Question, "Wanneer is de balie open?").await;
    sqlx::query("insert into bsn_conflict values ($1, '\\x01', 'x', '\\x01', now())")
        .bind(someone.person)
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(someone.get("/mijn/feedback").await.header("location"), "/mijn");
    assert_eq!(someone.get(&question.path()).await.status, StatusCode::NOT_FOUND);
    assert_eq!(someone.post(&format!("{}/intrekken", question.path()), &[]).await.status, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn every_look_and_act_is_logged(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let question = someone.says(Kind::Question, "Wanneer is de balie open?").await;
    someone.see("/mijn/feedback").await;
    someone.see(&question.path()).await;
    someone.post(&format!("{}/aanvullen", question.path()), &[("tekst", "Die in het stadhuis.")]).await;
    let logged: Vec<(String, Vec<String>)> =
        sqlx::query_as("select activity, groups from usage_entry where person = $1 order by sequence")
            .bind(someone.person)
            .fetch_all(&pool)
            .await
            .unwrap();
    let activities: Vec<&str> = logged.iter().map(|(activity, _)| activity.as_str()).collect();
    assert_eq!(activities, ["give_feedback", "view_feedback", "view_feedback", "give_feedback"]);
    assert!(logged.iter().all(|(_, groups)| groups == &["feedback"]), "{logged:?}");
    assert_shows(&someone.see("/mijn/inzage").await, &["Gezegd wat u vindt", "Uw klacht, idee of vraag bekeken"]);
}
