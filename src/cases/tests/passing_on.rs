//! A case goes to the organisation that it is for (Awb 2:3).

use serde_json::Value;
use sqlx::PgPool;

use super::{Someone, assert_shows, date};
use crate::{
    cases::{Act, Actor, By, Outcome, Refused, Stage, Words},
    database::MIGRATOR,
    keys::Use,
};

const SVB: &str = "svb";

fn pass_on(to: &str) -> Act {
    Act::PassOn { organisation: to.into(), words: Words::dutch("Dit is voor de SVB.") }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_case_goes_whole_and_its_term_runs_on_from_when_it_first_came_in(pool: PgPool) {
    let mut someone = Someone::new(&pool).await;
    sqlx::query("insert into person values ($1, $2, null, 'gemeente-0599', 'current', false)")
        .bind(someone.person)
        .bind(someone.portal.portal.keys.seal(Use::Number, b"999993653"))
        .execute(&pool)
        .await
        .unwrap();
    let case = someone.applies().await;
    let clerk = By { actor: Actor::Staff, at: someone.now(), clerk: Some(("1", "Bo")), saw: None };
    someone.does(&case, Act::Take, clerk).await.unwrap();
    let enquire = Act::Enquire { text: "Hebt u mijn huurcontract?".into(), documents: Vec::new() };
    someone.does(&case, enquire, By::citizen(someone.now())).await.unwrap();
    someone.asks(&case, "Wat is uw inkomen?", date("2026-12-15")).await;
    someone.wait(3).await;
    let clerk = By { actor: Actor::Staff, at: someone.now(), clerk: Some(("1", "Bo")), saw: None };
    let passed = someone.does(&case, pass_on(SVB), clerk).await.unwrap();
    assert_eq!(passed, someone.read(&case).await);
    assert_eq!((passed.organisation.as_str(), passed.stage), (SVB, Stage::InTreatment));
    assert!(passed.taken_by.is_none() && passed.question.is_none() && !passed.is_paused());
    // Eight weeks from Sunday 22 November 2026 end on 17 January 2027. The clock stood still from the 23rd up to the 25th, on which it
    // runs again: two days, so Tuesday the 19th (Awb 4:15).
    assert_eq!(passed.due_on, date("2027-01-19"));
    assert_eq!(passed.received_at, case.received_at);
    assert_eq!(someone.messages().await, ["case_question", "case_passed_on"]);
    let sender: String =
        sqlx::query_scalar("select sender from message where kind = 'case_passed_on'").fetch_one(&pool).await.unwrap();
    assert_eq!(sender, "dienst-toeslagen", "whoever passed it on says so");
    let page = someone.see(&case.path()).await;
    assert_shows(
        &page,
        &["Dienst Toeslagen stuurde uw zaak door naar Sociale Verzekeringsbank", "Dit is voor de SVB."],
    );
    let (organisation, body): (String, Vec<u8>) =
        sqlx::query_as("select organisation, body from outgoing_event where type = 'nl.voordeur.case.passed-on.v1'")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(organisation, SVB);
    let body = someone.portal.portal.keys.open(Use::Event, &body).unwrap();
    let told: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(told["bsn"], "999993653");
    assert_eq!((&told["from"], &told["received_on"]), (&"dienst-toeslagen".into(), &"2026-11-22".into()));
    let said = told["timeline"].as_array().unwrap().iter().map(|line| line["what"]["text"].as_str().unwrap_or("-"));
    assert!(said.clone().any(|text| text == "Hebt u mijn huurcontract?"), "nothing is asked again");
    assert!(!told.to_string().contains("\"Bo\""), "who worked on it is the first one's own");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn it_goes_only_to_another_organisation_that_there_is_while_nobody_decided(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    for to in ["dienst-toeslagen", "gemeenten", "gemeente-9999", "bestaat-niet", ""] {
        let refused = someone.does(&case, pass_on(to), By::organisation(someone.now())).await.unwrap_err();
        assert!(matches!(refused, Refused::NotNow), "{to}: {refused:?}");
    }
    for by in [By::citizen(someone.now()), By::system(someone.now())] {
        let refused = someone.does(&case, pass_on(SVB), by).await.unwrap_err();
        assert!(matches!(refused, Refused::NotNow), "{refused:?}");
    }
    someone.decides(&case, Outcome::Refused).await;
    let refused = someone.does(&case, pass_on(SVB), By::organisation(someone.now())).await.unwrap_err();
    assert!(matches!(refused, Refused::NotNow), "{refused:?}");
    assert_eq!(someone.read(&case).await.organisation, "dienst-toeslagen");
    assert!(someone.outgoing().await.is_empty());
}
