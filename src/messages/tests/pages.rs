//! What a citizen sees of messages.

use http::StatusCode;
use sqlx::PgPool;
use uuid::Uuid;

use super::Someone;
use crate::{
    database::{MIGRATOR, PersonId},
    identity::{COOKIE, session_for},
    messages::Topic,
};

const BADGE: &str = "1 ongelezen";

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_badge_is_right_on_every_page_of_ones_own(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    sqlx::query("insert into person values ($1, null, null, 'gemeente-0599', 'current', false)")
        .bind(someone.person)
        .execute(&pool)
        .await
        .unwrap();
    someone.tell("case_status", false).await;
    for path in ["/mijn", "/mijn/aanbod", "/mijn/gegevens", "/mijn/gegevens/brp", "/mijn/inzage", "/mijn/voorkeuren"] {
        assert!(someone.see(path).await.contains(BADGE), "{path}");
    }
    assert!(someone.see("/mijn/berichten").await.contains("0 ongelezen"));
    for path in ["/mijn", "/mijn/inzage"] {
        let page = someone.see(path).await;
        assert!(page.contains("id=\"ongelezen\" hidden"), "{path}");
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn each_kind_of_a_case_has_its_sentence_in_both_languages(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let kinds = [
        "case_opened",
        "case_status",
        "case_question",
        "case_answered",
        "case_paused",
        "case_resumed",
        "case_extended",
        "case_document",
        "case_proposal_none",
        "case_decided",
        "case_done",
        "case_reply",
        "case_late",
    ];
    for kind in kinds {
        someone.tell(kind, true).await;
    }
    someone.tell_about(Topic::Feedback, "of_a_later_version", false).await;
    let page = someone.see("/mijn/berichten").await;
    assert!(page.contains("Er is een besluit: ") && page.contains("Een bericht over uw klacht, idee of vraag"));
    assert_eq!(page.matches("/bewijs\"").count(), kinds.len() + 1);
    let unspoken = page.matches("Een bericht over").count();
    assert_eq!(unspoken, 2, "in the row and in the name of its link, of the unknown kind alone");
    assert!(someone.see("/en/mijn/berichten").await.contains("There is a decision: "));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_was_sent_and_read_when_can_be_shown_to_its_owner_alone(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    someone.has_address(1, "jan@example.nl").await;
    someone.tell("case_decided", true).await;
    someone.portal.wait(jiff::SignedDuration::from_mins(3));
    assert_eq!(someone.send_due().await, 1);
    let id: Uuid = sqlx::query_scalar("select id from message").fetch_one(&pool).await.unwrap();
    let path = format!("/mijn/berichten/{id}/bewijs");
    let page = someone.see(&path).await;
    for words in ["22 november 2026, 12.00", "Verstuurd op 22 november 2026, 12.03", "Nog niet"] {
        assert!(page.replace('\u{a0}', " ").contains(words), "{words}");
    }
    someone.portal.wait(jiff::SignedDuration::from_mins(4));
    someone.see("/mijn/berichten").await;
    let page = someone.see(&path).await.replace('\u{a0}', " ");
    assert!(page.contains("22 november 2026, 12.07") && !page.contains("Nog niet"));
    let stranger = format!("{COOKIE}={}", session_for(&someone.portal.portal, PersonId(Uuid::new_v4())).await.unwrap());
    for path in [path.as_str(), "/mijn/berichten/x/bewijs"] {
        assert_eq!(someone.portal.get(path, &stranger).await.status, StatusCode::NOT_FOUND);
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn who_is_not_logged_in_comes_to_no_page_of_messages(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    for path in [
        "/mijn/berichten",
        "/mijn/voorkeuren",
        "/mijn/voorkeuren/e-mail/1",
        "/mijn/voorkeuren/e-mail/1/code",
        "/mijn/berichten/00000000-0000-0000-0000-000000000000/bewijs",
    ] {
        assert_eq!(someone.portal.get(path, "").await.status, StatusCode::SEE_OTHER, "{path}");
    }
    for path in [
        "/mijn/voorkeuren",
        "/mijn/voorkeuren/e-mail/1",
        "/mijn/voorkeuren/e-mail/1/code",
        "/mijn/voorkeuren/e-mail/1/weg",
    ] {
        assert_eq!(someone.portal.post(path, "", &[("taal", "nl")]).await.header("location"), "/inloggen", "{path}");
    }
    assert_eq!(someone.portal.get("/mijn/berichten/stroom", "").await.status, StatusCode::NO_CONTENT);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn choices_are_kept_and_what_is_not_a_choice_is_refused(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let page = someone.see("/mijn/voorkeuren").await;
    assert_eq!(page.matches(" checked").count(), 7, "every topic, surveys, and the language of the page");
    let saved =
        someone.post("/en/mijn/voorkeuren", &[("onderwerp", "cases"), ("onderwerp", "account"), ("taal", "en")]).await;
    assert_eq!(saved.header("location"), "/en/mijn/voorkeuren?bewaard");
    let page = someone.see("/mijn/voorkeuren?bewaard").await;
    assert!(page.contains("Bewaard.") && page.matches(" checked").count() == 3);
    assert_eq!(someone.post("/mijn/voorkeuren", &[("taal", "fr")]).await.status, StatusCode::BAD_REQUEST);
    let log = someone.see("/mijn/inzage").await;
    assert!(log.contains("Voorkeur voor berichten gewijzigd") && log.contains("uw voorkeuren en e-mailadressen"));
}
