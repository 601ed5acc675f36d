use http::StatusCode;
use sqlx::PgPool;

use super::{TOWN, applied, business, citizen, clerk, main_of, now, path, person};
use crate::{
    identity::{COOKIE, session_for},
    testing::TestPortal,
};

/// Everything that can be opened of a case, and everything that can be done with it, by the end of its address.
const PAGES: [&str; 9] =
    ["", "status", "vragen", "pauze", "verlengen", "antwoord", "document", "doorsturen", "besluit"];
const ACTS: [&str; 17] = [
    "nemen",
    "teruggeven",
    "hervatten",
    "afronden",
    "status",
    "vragen",
    "pauze",
    "verlengen",
    "antwoord",
    "document",
    "besluit",
    "akkoord",
    "terugsturen",
    "doorsturen",
    "ontvangen",
    "onderzoeken",
    "correctie",
];

/// Enough for every form.
const FORM: [(&str, &str); 12] = [
    ("versie", "1"),
    ("naar", "svb"),
    ("nl", "Wij kijken ernaar."),
    ("voor", "14-12-2026"),
    ("klok", "stil"),
    ("weken", "4"),
    ("tekst", "Ja."),
    ("terug", "Anders."),
    ("sjabloon", "toekennen"),
    ("uitkomst", "granted"),
    ("redenen", "U krijgt de stadspas."),
    ("stap", "vaststellen"),
];

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_case_exists_for_staff_of_its_organisation_alone(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let person = person(&pool, &portal).await;
    let case = applied(&portal, person, "stadspas", TOWN).await;
    let elsewhere = clerk(&portal, "gemeente-0363", "Bo").await;
    let itself = format!("{COOKIE}={}", session_for(&portal.portal, person).await.unwrap());
    for page in PAGES {
        let path = path(&case, page);
        let path = path.trim_end_matches('/');
        assert_eq!(portal.get(path, &elsewhere).await.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(portal.get(path, "").await.status, StatusCode::SEE_OTHER, "{path}");
        assert!(portal.get(path, "").await.header("location").starts_with("/inloggen"), "{path}");
        for cookie in [&itself, &citizen(&portal).await, &business(&portal).await] {
            assert_eq!(portal.get(path, cookie).await.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
    for act in ACTS {
        let path = path(&case, act);
        assert_eq!(portal.post(&path, &elsewhere, &FORM).await.status, StatusCode::NOT_FOUND, "{path}");
        let nobody = portal.post(&path, "", &FORM).await;
        assert_eq!((nobody.status, nobody.header("location")), (StatusCode::SEE_OTHER, "/inloggen"), "{path}");
        // One of them: who knocks too often is slowed down.
        for cookie in [&itself] {
            assert_eq!(portal.post(&path, cookie, &FORM).await.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
    let document = format!("{}/{}", path(&case, "documenten"), uuid::Uuid::new_v4());
    assert_eq!(portal.get(&document, &elsewhere).await.status, StatusCode::NOT_FOUND);
    assert_eq!(portal.get(&document, &itself).await.status, StatusCode::FORBIDDEN);
    assert_eq!(portal.get(&document, "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(now(&portal, &case).await, case, "nothing of it did anything");
    let looks: i64 = sqlx::query_scalar("select count(*) from usage_entry where person = $1 and role = 'staff'")
        .bind(person)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(looks, 0, "who may not look did not look");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn each_look_stands_in_the_log_of_whom_it_is_about_and_the_page_says_so(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let person = person(&pool, &portal).await;
    let case = applied(&portal, person, "stadspas", TOWN).await;
    let staff = clerk(&portal, TOWN, "Fatma").await;
    for (number, page) in PAGES.into_iter().enumerate() {
        let path = path(&case, page);
        let answer = portal.get(path.trim_end_matches('/'), &staff).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let words = main_of(&answer.body);
        assert!(words.contains("De inwoner ziet dat u dit dossier opende"), "{words}");
        assert!(words.contains("S. Moulin") && words.contains("eindigt op 53"), "{words}");
        assert!(!answer.body.contains(super::BSN));
        let log: Vec<(String, String, String, Vec<String>)> = sqlx::query_as(
            "select organisation, purpose, legal_basis, groups from usage_entry
              where person = $1 and role = 'staff' and activity = 'handle_case'",
        )
        .bind(person)
        .fetch_all(&pool)
        .await
        .unwrap();
        assert_eq!(log.len(), number + 1, "{path}");
        let (organisation, purpose, legal_basis, groups) = &log[number];
        assert_eq!((organisation.as_str(), purpose.as_str()), (TOWN, "behandeling van een zaak"));
        assert_eq!(legal_basis, "Regeling van de gemeente (Gemeentewet art. 108)");
        assert!(groups.contains(&"cases".to_owned()) && groups.contains(&"brp/person".to_owned()), "{groups:?}");
    }
    let mine = format!("{COOKIE}={}", session_for(&portal.portal, person).await.unwrap());
    let log = portal.get("/mijn/inzage", &mine).await.body;
    assert!(log.contains("Uw zaak behandeld") && log.contains("Gemeente Rotterdam"));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_session_that_does_not_say_who_it_is_is_nobodys_colleague(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let party = crate::identity::Party::Staff {
        organisation: TOWN.into(),
        role: "caseworker".into(),
        name: "Fatma".into(),
        subject: String::new(),
    };
    let cookie = crate::desk::tests::log_in(&portal, crate::identity::Door::Staff, party).await;
    assert_eq!(portal.get("/balie/zaken", &cookie).await.status, StatusCode::SEE_OTHER);
}
