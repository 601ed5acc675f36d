//! Objecting to a decision, and what was sent with a case.

use http::StatusCode;
use serde_json::Value;
use sqlx::PgPool;

use super::{PDF, Someone, assert_hides, assert_shows, date, text};
use crate::{
    cases::{Act, By, Case, Kind, NewCase, Outcome, Stage},
    database::MIGRATOR,
    keys::Use,
};

async fn objection_to(someone: &Someone, case: &Case) -> Case {
    let reference: String =
        sqlx::query_scalar("select reference from cases where objects_to = $1 order by received_at desc limit 1")
            .bind(case.id)
            .fetch_one(&someone.pool)
            .await
            .unwrap();
    crate::cases::store::by_reference(someone.scope().await.sql(), &reference).await.unwrap().unwrap()
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_objection_is_a_case_of_its_own_that_goes_out_once(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    let path = format!("{}/bezwaar", case.path());
    assert_eq!(someone.get(&path).await.header("location"), case.path());
    assert_eq!(someone.post(&path, &[("tekst", "Nee.")]).await.status, StatusCode::CONFLICT);
    someone.decides(&case, Outcome::Refused).await;
    let form = someone.see(&path).await;
    assert_shows(&form, &["Nog 43 dagen, tot en met 4 januari 2027", "Waarom bent u het niet eens met het besluit?"]);
    assert_hides(&form, &["Waarom kon u niet eerder"]);
    let empty = someone.post(&path, &[("tekst", "")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut to = Vec::new();
    for _ in 0..2 {
        let sent = someone.upload(&path, &[("tekst", "Mijn inkomen is lager.")], &[("loonstrook.pdf", PDF)]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", text(&sent.body));
        to.push(sent.header("location").to_owned());
    }
    assert_eq!(to[0], to[1]);
    let objection = objection_to(&someone, &case).await;
    assert_eq!(to[0], format!("{}?gedaan=bezwaar", objection.path()));
    // The time to object ends on Monday 4 January 2027; six weeks later is Monday 15 February (Awb 7:10 lid 1).
    assert_eq!((objection.kind, objection.due_on), (Kind::Objection, date("2027-02-15")));
    assert_eq!(objection.due_on, crate::deadlines::decision_on_objection_by(date("2026-11-22"), false));
    assert_eq!(objection.standard_on, None, "no service promises a term for objections");
    assert_eq!(someone.timeline(&case).await, ["opened", "decided", "objected"]);
    assert_eq!(someone.timeline(&objection).await, ["opened", "documents"]);
    let page = someone.see(&to[0]).await;
    assert_shows(
        &page,
        &[
            "Bezwaar: Zorgtoeslag",
            "Uw bezwaar is verstuurd.",
            "U maakte bezwaar.",
            "loonstrook.pdf",
            "Zorgtoeslag De zaak waartegen u bezwaar maakte. Dienst Toeslagen. Besloten.",
            "6 weken, vanaf de dag na de laatste dag om bezwaar te maken Awb art. 7:10",
            "Uiterlijk volgens de wet 15 februari 2027",
        ],
    );
    assert_shows(
        &someone.see(&case.path()).await,
        &[
            "U hebt bezwaar gemaakt tegen dit besluit.",
            "Bezwaar tegen het besluit in deze zaak",
            "U maakte bezwaar. Naar uw bezwaar",
        ],
    );
    assert_shows(&someone.see(&format!("{}/besluit", case.path())).await, &["Naar uw bezwaar"]);
    assert_eq!(someone.get(&path).await.header("location"), objection.path());
    assert_shows(
        &someone.see(&format!("{}/aanvraag", objection.path())).await,
        &["Uw bezwaar", "Mijn inkomen is lager.", "loonstrook.pdf"],
    );
    // What goes out names the new case, and the one whose decision it objects to.
    assert_eq!(someone.outgoing().await, ["objected"]);
    let (about, body): (uuid::Uuid, Vec<u8>) =
        sqlx::query_as("select case_id, body from outgoing_event").fetch_one(&pool).await.unwrap();
    let body: Value = serde_json::from_slice(&someone.portal.portal.keys.open(Use::Event, &body).unwrap()).unwrap();
    assert_eq!(about, objection.id);
    assert_eq!(body["reference"], objection.reference);
    assert_eq!(body["objects_to"]["reference"], case.reference);
    assert_eq!(body["text"], "Mijn inkomen is lager.");
    assert_eq!(body["documents"].as_array().map(Vec::len), Some(1));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn two_clicks_at_once_are_one_objection(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    someone.decides(&case, Outcome::Partly).await;
    let path = format!("{}/bezwaar", case.path());
    let typed = [("tekst", "Het is te weinig.")];
    let (a, b) = tokio::join!(someone.post(&path, &typed), someone.post(&path, &typed));
    assert_eq!((a.status, b.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER));
    assert_eq!(a.header("location"), b.header("location"));
    let count: i64 =
        sqlx::query_scalar("select count(*) from cases where objects_to is not null").fetch_one(&pool).await.unwrap();
    assert_eq!((count, someone.outgoing().await.len()), (1, 1));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_objection_that_is_late_says_why_and_is_sent(pool: PgPool) {
    let mut someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    someone.decides(&case, Outcome::Refused).await;
    let path = format!("{}/bezwaar", case.path());
    someone.wait(43).await;
    assert_eq!(someone.today(), date("2027-01-04"));
    assert_hides(&someone.see(&path).await, &["Waarom kon u niet eerder"]);
    someone.wait(1).await;
    assert_shows(&someone.see(&case.path()).await, &["Bezwaar maken kon tot en met 4 januari 2027."]);
    assert_shows(&someone.see(&path).await, &["Awb art. 6:11", "Waarom kon u niet eerder bezwaar maken?"]);
    let refused = someone.post(&path, &[("tekst", "Het klopt niet."), ("waarom-laat", " ")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_shows(&text(&refused.body), &["Schrijf op waarom u niet eerder bezwaar kon maken.", "Het klopt niet."]);
    someone.send(&path, &[("tekst", "Het klopt niet."), ("waarom-laat", "Ik was ziek.")]).await;
    let objection = objection_to(&someone, &case).await;
    // Six weeks after it came in on 5 January 2027: 16 February.
    assert_eq!(objection.due_on, date("2027-02-16"));
    assert_shows(&someone.see(&format!("{}/aanvraag", objection.path())).await, &["Het klopt niet.", "Ik was ziek."]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn after_withdrawing_an_objection_one_can_object_again_and_never_to_the_decision_on_it(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    someone.decides(&case, Outcome::Refused).await;
    let path = format!("{}/bezwaar", case.path());
    someone.send(&path, &[("tekst", "Een.")]).await;
    let first = objection_to(&someone, &case).await;
    someone.does(&first, Act::Withdraw, By::citizen(someone.now())).await.unwrap();
    assert_shows(&someone.see(&case.path()).await, &["Bezwaar maken"]);
    someone.send(&path, &[("tekst", "Twee.")]).await;
    let objections: Vec<String> = sqlx::query_scalar("select reference from cases where objects_to = $1")
        .bind(case.id)
        .fetch_all(&pool)
        .await
        .unwrap();
    let second = objections.into_iter().find(|reference| *reference != first.reference).unwrap();
    let second = crate::cases::store::by_reference(someone.scope().await.sql(), &second).await.unwrap().unwrap();
    someone.decides(&second, Outcome::Granted).await;
    let decision = someone.see(&format!("{}/besluit", second.path())).await;
    assert_shows(&decision, &["U krijgt gelijk: uw bezwaar is gegrond.", "in beroep gaan bij de rechtbank"]);
    let own = format!("{}/bezwaar", second.path());
    assert_eq!(someone.get(&own).await.header("location"), second.path());
    assert_eq!(someone.post(&own, &[("tekst", "Weer niet.")]).await.status, StatusCode::CONFLICT);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn against_what_is_no_decision_there_is_no_objection(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    let decision = crate::cases::Decision { objection_until: None, ..someone.decision(Outcome::NotTreated) };
    someone.organisation(&case, Act::Decide(Box::new(decision))).await;
    assert_shows(
        &someone.see(&format!("{}/besluit", case.path())).await,
        &["Tegen dit besluit kunt u geen bezwaar maken."],
    );
    assert_eq!(someone.post(&format!("{}/bezwaar", case.path()), &[("tekst", "x")]).await.status, StatusCode::CONFLICT);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_was_sent_is_shown_as_it_was_sent(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let rules = someone.portal.portal.rules.clone();
    let service = rules.service("zorgtoeslag").unwrap();
    let answers = serde_json::json!({ "facts": {}, "asks": { "iban": "NL91ABNA0417164300" } });
    let sealed = someone.portal.portal.keys.seal(Use::Answers, answers.to_string().as_bytes());
    let new = NewCase {
        application: Some(sealed),
        stage: Stage::Received,
        ..NewCase::of(service, Kind::Application, "dienst-toeslagen".into(), someone.now())
    };
    let case = someone.opens(new, By::citizen(someone.now())).await;
    assert_shows(&someone.see(&case.path()).await, &["Bekijk wat u stuurde"]);
    let page = someone.see(&format!("{}/aanvraag", case.path())).await;
    assert_shows(&page, &["Uw aanvraag", "NL91 ABNA 0417 1643 00", "Verstuurd op 22 november 2026, 12.00 uur"]);
    let without = someone.is_brought("Melding").await;
    assert_shows(
        &someone.see(&format!("{}/aanvraag", without.path())).await,
        &["staat niet in dit portaal. Vraag het aan de gemeente Rotterdam."],
    );
}
