use http::StatusCode;
use jiff::{SignedDuration, civil::date};
use sqlx::PgPool;

use super::{TOWN, applied, citizen_does, clerk, main_of, now, path, person, send};
use crate::{
    cases::{Act, Stage},
    testing::TestPortal,
};

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn of_two_clerks_who_take_a_case_at_once_one_has_it_and_the_other_hears_who(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let case = applied(&portal, person(&pool, &portal).await, "stadspas", TOWN).await;
    let (fatma, bo) = (clerk(&portal, TOWN, "Fatma").await, clerk(&portal, TOWN, "Bo").await);
    let path = path(&case, "nemen");
    let (one, other) = tokio::join!(portal.post(&path, &fatma, &[]), portal.post(&path, &bo, &[]));
    let mut statuses = [one.status, other.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::CONFLICT]);
    let (winner, lost) = if one.status == StatusCode::SEE_OTHER { ("Fatma", other) } else { ("Bo", one) };
    let taken = now(&portal, &case).await;
    assert_eq!((taken.taken_name.as_deref(), taken.stage), (Some(winner), Stage::InTreatment));
    assert!(main_of(&lost.body).contains(&format!("Deze zaak is bij {winner}")), "{}", main_of(&lost.body));
    let lines: i64 = sqlx::query_scalar("select count(*) from case_event where what ->> 'kind' = 'taken'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(lines, 1);
    // Twice by the same clerk is once.
    let again = portal.post(&path, if winner == "Fatma" { &fatma } else { &bo }, &[]).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
    assert_eq!(now(&portal, &case).await.version, taken.version);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_a_colleague_has_is_not_worked_on_until_it_is_given_back(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let case = applied(&portal, person(&pool, &portal).await, "stadspas", TOWN).await;
    let (fatma, bo) = (clerk(&portal, TOWN, "Fatma").await, clerk(&portal, TOWN, "Bo").await);
    send(&portal, &fatma, &case, "nemen", &[]).await;
    let refused = send(&portal, &bo, &case, "status", &[("nl", "Wij kijken ernaar.")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(main_of(&refused.body).contains("Deze zaak is bij Fatma"));
    assert!(refused.body.contains("Wij kijken ernaar."), "what was typed is kept");
    assert_eq!(send(&portal, &bo, &case, "teruggeven", &[]).await.status, StatusCode::CONFLICT);
    assert_eq!(send(&portal, &fatma, &case, "teruggeven", &[]).await.status, StatusCode::SEE_OTHER);
    let done =
        send(&portal, &bo, &case, "status", &[("nl", "Wij kijken ernaar."), ("en", "We are looking at it.")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    let status = now(&portal, &case).await.status.unwrap();
    assert_eq!((status.nl.as_str(), status.en.as_deref()), ("Wij kijken ernaar.", Some("We are looking at it.")));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_question_stops_the_clock_and_its_answer_is_due_in_two_weeks(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let case = applied(&portal, person(&pool, &portal).await, "stadspas", TOWN).await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    // Sunday 22 November and two weeks is Sunday 6 December, so Monday 7 December (Algemene termijnenwet art. 1).
    let form = portal.get(&path(&case, "vragen"), &fatma).await.body;
    assert!(form.contains("value=\"7-12-2026\""), "{}", main_of(&form));
    let wrong = send(&portal, &fatma, &case, "vragen", &[("nl", " "), ("voor", "22-11-2026"), ("en", "Why?")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in ["<title>Fout: ", "href=\"#nl\"", "href=\"#voor\"", "href=\"#klok\"", "value=\"22-11-2026\"", ">Why?<"]
    {
        assert!(wrong.body.contains(words), "{words}");
    }
    let asked = [("nl", "Wat is uw huur?"), ("voor", "7-12-2026"), ("klok", "stil")];
    assert_eq!(send(&portal, &fatma, &case, "vragen", &asked).await.status, StatusCode::SEE_OTHER);
    let paused = now(&portal, &case).await;
    assert!(paused.is_paused());
    assert_eq!(paused.question.as_ref().map(|question| question.answer_by), Some(date(2026, 12, 7)));
    let twice = send(&portal, &fatma, &case, "vragen", &asked).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    assert!(main_of(&twice.body).contains("Eén vraag tegelijk"));
    let told: i64 = sqlx::query_scalar("select count(*) from message where kind = 'case_question' and matters")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(told, 1);
    let page = portal.get(path(&case, "").replace("/?", "?").trim_end_matches('/'), &fatma).await;
    assert!(main_of(&page.body).contains("Wacht op inwoner"), "{}", main_of(&page.body));
    assert_eq!(send(&portal, &fatma, &case, "hervatten", &[]).await.status, StatusCode::SEE_OTHER);
    assert!(!now(&portal, &case).await.is_paused());
    let again = send(&portal, &fatma, &case, "hervatten", &[]).await;
    assert!(
        again.status == StatusCode::CONFLICT && main_of(&again.body).contains("De klok staat al stil, of loopt al")
    );
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_term_is_extended_with_a_reason_and_the_new_last_day_is_told(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let case = applied(&portal, person(&pool, &portal).await, "stadspas", TOWN).await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    // Eight weeks from 22 November 2026 is Sunday 17 January 2027; Monday the 18th.
    assert_eq!(case.due_on, date(2027, 1, 18));
    for weeks in ["", "0", "27", "vier"] {
        let wrong = send(&portal, &fatma, &case, "verlengen", &[("nl", "Het is druk."), ("weken", weeks)]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{weeks}");
        assert!(wrong.body.contains("href=\"#weken\"") && wrong.body.contains(">Het is druk.<"));
    }
    let none = send(&portal, &fatma, &case, "verlengen", &[("nl", ""), ("weken", "4")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY, "a reason is never empty");
    let done = send(&portal, &fatma, &case, "verlengen", &[("nl", "Het is druk."), ("weken", "4")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    // Twelve weeks make one term: Sunday 14 February 2027; Monday the 15th.
    assert_eq!(now(&portal, &case).await.due_on, date(2027, 2, 15));
    let told: i64 =
        sqlx::query_scalar("select count(*) from message where kind = 'case_extended'").fetch_one(&pool).await.unwrap();
    assert_eq!(told, 1);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_clock_is_stopped_with_a_reason(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let case = applied(&portal, person(&pool, &portal).await, "stadspas", TOWN).await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    assert_eq!(send(&portal, &fatma, &case, "pauze", &[("nl", "")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        send(&portal, &fatma, &case, "pauze", &[("nl", "U vroeg om uitstel.")]).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(now(&portal, &case).await.is_paused());
    let queue = main_of(&portal.get("/balie/zaken", &fatma).await.body);
    assert!(queue.contains("De klok staat stil"), "{queue}");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_question_of_the_citizen_is_shown_until_somebody_replies(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let case = applied(&portal, person(&pool, &portal).await, "stadspas", TOWN).await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    citizen_does(&portal, &case, Act::Enquire { text: "Duurt het nog lang? <b>".into(), documents: vec![] }).await;
    let address = format!("/balie/zaken/{}", case.reference);
    let page = portal.get(&address, &fatma).await.body;
    assert!(page.contains("id=\"vragen\"") && page.contains("Duurt het nog lang? &lt;b&gt;"));
    let none = send(&portal, &fatma, &case, "antwoord", &[("tekst", "")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        send(&portal, &fatma, &case, "antwoord", &[("tekst", "Nog een week.")]).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(!portal.get(&address, &fatma).await.body.contains("id=\"vragen\""));
    // Also of a case that somebody else has.
    let bo = clerk(&portal, TOWN, "Bo").await;
    send(&portal, &bo, &case, "nemen", &[]).await;
    citizen_does(&portal, &case, Act::Enquire { text: "En nu?".into(), documents: vec![] }).await;
    assert_eq!(send(&portal, &fatma, &case, "antwoord", &[("tekst", "Bijna.")]).await.status, StatusCode::SEE_OTHER);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_a_clerk_did_is_in_the_timeline_and_what_stays_inside_says_so(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let case = applied(&portal, person(&pool, &portal).await, "stadspas", TOWN).await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    send(&portal, &fatma, &case, "nemen", &[]).await;
    portal.wait(SignedDuration::from_mins(1));
    send(&portal, &fatma, &case, "status", &[("nl", "Wij kijken ernaar.")]).await;
    let address = format!("/balie/zaken/{}", case.reference);
    let words = main_of(&portal.get(&address, &fatma).await.body);
    let (newer, older) = (words.find("Status gemeld").unwrap(), words.find("Zaak genomen").unwrap());
    assert!(newer < older, "newest first");
    assert!(words[..older].ends_with("Alleen voor uw organisatie "), "{}", &words[..older]);
    let english = main_of(&portal.get(&format!("/en{address}"), &fatma).await.body);
    assert!(english.contains("For your organisation only"));
    let page = portal.get(&format!("/en{address}"), &fatma).await.body;
    assert!(
        page.contains("<span lang=\"nl\">Wij kijken ernaar.</span>"),
        "a Dutch sentence on an English page says so"
    );
}
