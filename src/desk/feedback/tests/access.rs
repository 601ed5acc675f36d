use http::StatusCode;
use sqlx::PgPool;

use super::{TOWN, business, citizen, clerk, done, main_of, new, now, path, person, said, session, usage};
use crate::{
    feedback::{self, Author, Kind},
    testing::TestPortal,
};

/// Everything that can be opened or done, by the end of its address.
const ACTS: [&str; 16] = [
    "nemen",
    "teruggeven",
    "antwoord",
    "doorgeven",
    "vragen",
    "horen",
    "verlengen",
    "publiceren",
    "samenvoegen",
    "onderzoeken",
    "plannen",
    "beginnen",
    "klaar",
    "afwijzen",
    "notitie",
    "thema",
];

/// Enough for every form.
const FORM: [(&str, &str); 12] = [
    ("versie", "2"),
    ("tekst", "U hebt gelijk. De Nationale ombudsman."),
    ("uitkomst", "founded"),
    ("naar", "svb"),
    ("weken", "2"),
    ("titel", "Fietsenrekken"),
    ("inhoud", "Meer rekken."),
    ("idee", "1"),
    ("eigenaar", "team"),
    ("datum", "14-12-2026"),
    ("link", "/diensten"),
    ("thema", "waiting"),
];

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn feedback_exists_for_staff_of_its_organisation_alone(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let person = person(&pool).await;
    let complaint = said(&portal, person, Kind::Complaint, "Ik wacht te lang.").await;
    let elsewhere = clerk(&portal, "gemeente-0363", "Bo").await;
    let itself = session(&portal, person).await;
    let pages = ["", "antwoord?uitkomst=founded", "doorgeven", "vragen", "horen", "verlengen", "notitie", "thema"];
    for page in pages {
        let path = path(&complaint, page);
        let path = path.trim_end_matches('/');
        assert_eq!(portal.get(path, &elsewhere).await.status, StatusCode::NOT_FOUND, "{path}");
        assert!(portal.get(path, "").await.header("location").starts_with("/inloggen"), "{path}");
        for cookie in [&itself, &citizen(&portal).await, &business(&portal).await] {
            assert_eq!(portal.get(path, cookie).await.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
    for act in ACTS {
        let path = path(&complaint, act);
        assert_eq!(portal.post(&path, &elsewhere, &FORM).await.status, StatusCode::NOT_FOUND, "{path}");
        let nobody = portal.post(&path, "", &FORM).await;
        assert_eq!((nobody.status, nobody.header("location")), (StatusCode::SEE_OTHER, "/inloggen"), "{path}");
        assert_eq!(portal.post(&path, &itself, &FORM).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let document = format!("{}/{}", path(&complaint, "documenten"), uuid::Uuid::new_v4());
    assert_eq!(portal.get(&document, &elsewhere).await.status, StatusCode::NOT_FOUND);
    assert_eq!(portal.get(&document, &itself).await.status, StatusCode::FORBIDDEN);
    for queue in [
        "/balie/reacties",
        "/balie/inzichten",
        "/balie/inzichten/maanden.csv",
        "/balie/inzichten/thema?categorie=waiting",
        "/balie/verbeteringen",
        "/balie/verbeteringen/018f0000-0000-7000-8000-000000000001",
    ] {
        assert_eq!(portal.get(queue, &itself).await.status, StatusCode::FORBIDDEN, "{queue}");
        assert!(portal.get(queue, "").await.header("location").starts_with("/inloggen"), "{queue}");
    }
    assert_eq!(now(&portal, &complaint).await, complaint, "nothing of it did anything");
    let looks: i64 = sqlx::query_scalar("select count(*) from usage_entry where person = $1 and role = 'staff'")
        .bind(person)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(looks, 0, "who may not look did not look");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn each_look_stands_in_the_log_with_its_purpose_and_the_page_says_so(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let person = person(&pool).await;
    let complaint = said(&portal, person, Kind::Complaint, "Ik wacht <b>te lang</b>.").await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    for (number, page) in ["", "antwoord", "doorgeven", "notitie"].into_iter().enumerate() {
        let path = path(&complaint, page);
        let answer = portal.get(path.trim_end_matches('/'), &fatma).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(!answer.body.contains("<b>te lang"), "what was written is only ever text");
        let words = main_of(&answer.body);
        assert!(words.contains("De inwoner ziet dat u dit opende") && words.contains("S. Moulin"), "{words}");
        let log: Vec<(String, String, Vec<String>)> = sqlx::query_as(
            "select organisation, purpose, groups from usage_entry
              where person = $1 and role = 'staff' and activity = 'handle_feedback'",
        )
        .bind(person)
        .fetch_all(&pool)
        .await
        .unwrap();
        assert_eq!(log.len(), number + 1, "{path}");
        assert_eq!(log[number].0, TOWN);
        assert_eq!(log[number].1, "behandeling van een klacht, idee of vraag");
        assert_eq!(
            log[number].2,
            ["brp/person", "feedback"].map(str::to_owned).to_vec().into_iter().rev().collect::<Vec<_>>()
        );
    }
    let log = portal.get("/mijn/inzage", &session(&portal, person).await).await.body;
    assert!(log.contains("Uw klacht, idee of vraag behandeld") && log.contains("Gemeente Rotterdam"));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn from_whom_an_idea_is_staff_do_not_see(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let idea = said(&portal, person(&pool).await, Kind::Idea, "Meer rekken.").await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    let words = main_of(&portal.get(path(&idea, "").trim_end_matches('/'), &fatma).await.body);
    assert!(!words.contains("Moulin") && words.contains("de naam is hier niet nodig"), "{words}");
    let groups: Vec<String> = sqlx::query_scalar("select groups from usage_entry where person = $1 and role = 'staff'")
        .bind(idea.person)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(groups, ["feedback"]);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_look_at_what_a_visitor_said_is_kept_under_what_they_said(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let visitor = Author::Visitor { name: "Iemand".into(), email: "iemand@example.org".into() };
    let new = new(visitor, Kind::Question, "Hoe laat gaat u open?");
    let mut scope = portal.portal.database.as_person(new.person(), usage(&portal)).await.unwrap();
    let question = feedback::submit(&portal.portal, &mut scope, new).await.unwrap();
    scope.commit().await.unwrap();
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    let words = main_of(&portal.get(path(&question, "").trim_end_matches('/'), &fatma).await.body);
    assert!(words.contains("Iemand") && words.contains("Dat u dit opende, wordt vastgelegd"), "{words}");
    assert!(!words.contains("iemand@example.org"), "an address is for the mail alone");
    done(&portal, &fatma, &question, "antwoord", &[("tekst", "Om negen uur.")]).await;
    let looks: i64 = sqlx::query_scalar("select count(*) from usage_entry where person = $1 and role = 'staff'")
        .bind(question.id)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!(looks >= 2, "{looks}");
}
