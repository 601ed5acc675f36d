use http::StatusCode;
use jiff::civil::date;
use sqlx::PgPool;

use super::{TOWN, citizen_does, clerk, done, main_of, now, path, person, said, send, told};
use crate::{
    feedback::{Act, Kind, Outcome, State},
    testing::TestPortal,
};

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_complaint_is_taken_heard_extended_and_answered_from_a_template_that_must_be_filled_in(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let complaint = said(&portal, person(&pool).await, Kind::Complaint, "Ik wacht te lang.").await;
    assert_eq!(complaint.state, State::Acknowledged);
    // Sunday 22 November and six weeks is Sunday 3 January 2027, so Monday the 4th (Awb art. 9:11; Algemene termijnenwet art. 1).
    assert_eq!(complaint.due_on, date(2027, 1, 4));
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    done(&portal, &fatma, &complaint, "nemen", &[]).await;
    assert_eq!(now(&portal, &complaint).await.state, State::InTreatment);
    done(&portal, &fatma, &complaint, "vragen", &[("tekst", "Wanneer was dat?")]).await;
    assert_eq!(told(&pool, &complaint, "feedback_question").await, 1);
    done(&portal, &fatma, &complaint, "horen", &[("tekst", "Wij spraken elkaar.")]).await;
    assert_eq!(now(&portal, &complaint).await.state, State::Heard);
    for weeks in ["", "0", "5", "twee"] {
        let wrong =
            send(&portal, &fatma, &complaint, "verlengen", &[("tekst", "Het is druk."), ("weken", weeks)]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{weeks}");
        assert!(wrong.body.contains("href=\"#weken\"") && wrong.body.contains(">Het is druk.<"));
    }
    done(&portal, &fatma, &complaint, "verlengen", &[("tekst", "Het is druk."), ("weken", "4")]).await;
    // Ten weeks make one term: Sunday 31 January 2027; Monday 1 February.
    let extended = now(&portal, &complaint).await;
    assert_eq!((extended.state, extended.due_on), (State::Extended, date(2027, 2, 1)));
    assert_eq!(told(&pool, &complaint, "feedback_extended").await, 1);
    let page = main_of(&portal.get(path(&complaint, "").trim_end_matches('/'), &fatma).await.body);
    assert!(!page.contains("Termijn verlengen"), "once: {page}");

    let choose = portal.get(&path(&complaint, "antwoord"), &fatma).await.body;
    for outcome in Outcome::ALL {
        assert!(choose.contains(&format!("uitkomst={}", outcome.as_str())));
    }
    let form = portal.get(&path(&complaint, "antwoord?uitkomst=partly"), &fatma).await.body;
    assert!(form.contains("U hebt voor een deel gelijk.") && form.contains("Nationale ombudsman"));
    let template = "U hebt voor een deel gelijk. [Waarin wel]. De Nationale ombudsman.";
    let unfilled = send(&portal, &fatma, &complaint, "antwoord", &[("uitkomst", "partly"), ("tekst", template)]).await;
    assert_eq!(unfilled.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unfilled.body.contains("Vul nog in: [Waarin wel]") && unfilled.body.contains("<title>Fout: "));
    let silent = [("uitkomst", "partly"), ("tekst", "U hebt voor een deel gelijk.")];
    let silent = send(&portal, &fatma, &complaint, "antwoord", &silent).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY, "Awb art. 9:12");
    let none = send(&portal, &fatma, &complaint, "antwoord", &[("tekst", "De Nationale ombudsman.")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY, "an outcome is chosen");
    let answer = [("uitkomst", "partly"), ("tekst", "Deels. Ga anders naar de Nationale ombudsman.")];
    done(&portal, &fatma, &complaint, "antwoord", &answer).await;
    let answered = now(&portal, &complaint).await;
    assert_eq!((answered.state, answered.outcome), (State::Answered, Some(Outcome::Partly)));
    assert_eq!(told(&pool, &complaint, "feedback_answered").await, 1);
    let again = send(&portal, &fatma, &complaint, "antwoord", &answer).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "an answer is given once");

    citizen_does(&portal, &complaint, Act::Reopen { text: "Het gebeurt nog steeds.".into() }).await;
    let page = main_of(&portal.get(path(&complaint, "").trim_end_matches('/'), &fatma).await.body);
    assert!(page.contains("De inwoner heropende dit: Het gebeurt nog steeds."), "{page}");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn every_outcome_has_a_template_with_places_to_fill_in(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let complaint = said(&portal, person(&pool).await, Kind::Complaint, "Ik wacht te lang.").await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    for outcome in Outcome::ALL {
        let form = portal.get(&path(&complaint, &format!("antwoord?uitkomst={}", outcome.as_str())), &fatma).await;
        let area = form.body.split("<textarea").nth(1).unwrap().split("</textarea>").next().unwrap();
        assert!(area.contains('[') && area.contains(']'), "{outcome:?}");
        let names = matches!(outcome, Outcome::Founded | Outcome::Partly | Outcome::Unfounded);
        assert_eq!(area.contains("Nationale ombudsman"), names, "{outcome:?}");
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_is_not_ours_goes_to_whom_it_is_for_and_is_theirs_from_then_on(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let complaint = said(&portal, person(&pool).await, Kind::Complaint, "Mijn AOW komt niet.").await;
    let (fatma, elsewhere) = (clerk(&portal, TOWN, "Fatma").await, clerk(&portal, "svb", "Noor").await);
    done(&portal, &fatma, &complaint, "notitie", &[("tekst", "Dit is voor de SVB.")]).await;
    for receiver in ["", TOWN, "gemeenten", "bestaat-niet"] {
        let wrong = send(&portal, &fatma, &complaint, "doorgeven", &[("naar", receiver), ("tekst", "Voor u.")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{receiver}");
        assert!(wrong.body.contains("href=\"#naar\""));
    }
    let sent =
        send(&portal, &fatma, &complaint, "doorgeven", &[("naar", "svb"), ("tekst", "De SVB betaalt de AOW.")]).await;
    assert_eq!(sent.header("location"), "/balie/reacties?gedaan=doorgestuurd");
    let twice =
        send(&portal, &fatma, &complaint, "doorgeven", &[("naar", "svb"), ("tekst", "De SVB betaalt de AOW.")]).await;
    assert_eq!(twice.status, StatusCode::NOT_FOUND);
    assert!(
        main_of(&twice.body).contains("naar een andere organisatie gestuurd? Dan is dat gelukt"),
        "{}",
        main_of(&twice.body)
    );
    assert_eq!(told(&pool, &complaint, "feedback_passed_on").await, 1, "once");
    let own = path(&complaint, "");
    let own = own.trim_end_matches('/');
    assert_eq!(portal.get(own, &fatma).await.status, StatusCode::NOT_FOUND);
    let page = main_of(&portal.get(own, &elsewhere).await.body);
    assert!(page.contains("Mijn AOW komt niet.") && page.contains("Doorgestuurd door Gemeente Rotterdam"), "{page}");
    assert!(
        !page.contains("Dit is voor de SVB.") && !page.contains("Fatma"),
        "notes stay where they were made: {page}"
    );
    let passed = now(&portal, &complaint).await;
    assert_eq!(passed.due_on, complaint.due_on, "the term runs on (Awb art. 9:11)");
    done(&portal, &elsewhere, &complaint, "nemen", &[]).await;
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn of_two_clerks_one_comes_first_and_the_other_keeps_what_they_typed(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let question = said(&portal, person(&pool).await, Kind::Question, "Wanneer bent u open?").await;
    let (fatma, bo) = (clerk(&portal, TOWN, "Fatma").await, clerk(&portal, TOWN, "Bo").await);
    let taking = path(&question, "nemen");
    let (one, other) = tokio::join!(portal.post(&taking, &fatma, &[]), portal.post(&taking, &bo, &[]));
    let mut statuses = [one.status, other.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::CONFLICT]);
    let (winner, loser, lost) =
        if one.status == StatusCode::SEE_OTHER { (&fatma, &bo, other) } else { (&bo, &fatma, one) };
    assert!(main_of(&lost.body).contains("Dit is bij "), "{}", main_of(&lost.body));
    // Twice by the same clerk is once.
    assert_eq!(portal.post(&taking, winner, &[]).await.status, StatusCode::SEE_OTHER);
    let refused = send(&portal, loser, &question, "antwoord", &[("tekst", "Om negen uur.")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains(">Om negen uur.<"), "what was typed is kept");
    done(&portal, loser, &question, "notitie", &[("tekst", "Ik weet het antwoord.")]).await;
    done(&portal, winner, &question, "teruggeven", &[]).await;

    let version = now(&portal, &question).await.version.to_string();
    let form = [("tekst", "Om negen uur."), ("versie", version.as_str())];
    let asking = [("tekst", "Welke dag?"), ("versie", version.as_str())];
    assert_eq!(portal.post(&path(&question, "vragen"), winner, &asking).await.status, StatusCode::SEE_OTHER);
    let late = portal.post(&path(&question, "antwoord"), loser, &form).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let words = main_of(&late.body);
    assert!(words.contains("Wat er intussen gebeurde") && words.contains("Gevraagd: Welke dag?"), "{words}");
    assert!(late.body.contains(">Om negen uur.<"));
    // The same form twice is one question.
    assert_eq!(portal.post(&path(&question, "vragen"), winner, &asking).await.status, StatusCode::SEE_OTHER);
    assert_eq!(told(&pool, &question, "feedback_question").await, 1);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_cannot_be_done_in_a_state_is_refused_and_not_shown(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let someone = person(&pool).await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    let question = said(&portal, someone, Kind::Question, "Wanneer bent u open?").await;
    done(&portal, &fatma, &question, "antwoord", &[("tekst", "Om negen uur.")]).await;
    assert_eq!(now(&portal, &question).await.first_contact, Some(true));
    for (act, form) in [
        ("nemen", vec![]),
        ("antwoord", vec![("tekst", "Om tien uur.")]),
        ("vragen", vec![("tekst", "Wat?")]),
        ("doorgeven", vec![("naar", "svb"), ("tekst", "Voor u.")]),
        ("horen", vec![("tekst", "Ja.")]),
        ("verlengen", vec![("tekst", "Ja."), ("weken", "1")]),
        ("publiceren", vec![("titel", "x"), ("inhoud", "x")]),
        ("onderzoeken", vec![("eigenaar", "x"), ("datum", "14-12-2026")]),
    ] {
        let before = now(&portal, &question).await;
        assert_eq!(send(&portal, &fatma, &question, act, &form).await.status, StatusCode::CONFLICT, "{act}");
        assert_eq!(now(&portal, &question).await, before, "{act}");
    }
    assert_eq!(
        portal.post(&path(&question, "verzonnen"), &fatma, &[("versie", "1")]).await.status,
        StatusCode::NOT_FOUND
    );
    let page = main_of(&portal.get(path(&question, "").trim_end_matches('/'), &fatma).await.body);
    assert!(
        page.contains("Notitie maken") && !page.contains("Neem dit op u") && !page.contains("Iets vragen"),
        "{page}"
    );
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn notes_and_themes_stay_inside_and_hostile_text_is_only_text(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let hostile = "</textarea><script>alert(1)</script>";
    let complaint = said(&portal, person(&pool).await, Kind::Complaint, hostile).await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    done(&portal, &fatma, &complaint, "notitie", &[("tekst", hostile)]).await;
    done(&portal, &fatma, &complaint, "thema", &[("thema", "waiting")]).await;
    assert_eq!(now(&portal, &complaint).await.category.as_deref(), Some("waiting"));
    done(&portal, &fatma, &complaint, "thema", &[("thema", "verzonnen")]).await;
    assert_eq!(now(&portal, &complaint).await.category, None, "a theme is one of ours");
    let wrong = send(&portal, &fatma, &complaint, "verlengen", &[("tekst", hostile), ("weken", "9")]).await;
    let page = portal.get(path(&complaint, "").trim_end_matches('/'), &fatma).await;
    for body in [&wrong.body, &page.body] {
        assert!(!body.contains("<script>alert"), "{}", main_of(body));
    }
    let internal: Vec<bool> = sqlx::query_scalar(
        "select internal from feedback_event where feedback_id = $1 and what ->> 'kind' in ('noted', 'categorised')",
    )
    .bind(complaint.id)
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(internal, [true, true, true]);
}
