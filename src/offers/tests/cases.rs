//! From choices to cases, and applying yourself.

use base64::{Engine, prelude::BASE64_STANDARD};
use http::StatusCode;
use jiff::SignedDuration;
use serde_json::Value;
use sqlx::PgPool;

use super::pages::{IBAN, INSURED, Someone, ZORG, assert_shows};
use crate::{
    database::MIGRATOR,
    keys::{Keyring, Use},
    offers::{case, rotate_drafts},
};

const APPLY: &str = "/mijn/aanbod/zorgtoeslag/aanvragen";

impl Someone {
    /// Kind, stage, organisation and last day of each case.
    async fn cases(&self) -> Vec<(String, String, String, String)> {
        let cases = sqlx::query_as(
            "select kind, stage, organisation, due_on::text from cases where person = $1 order by received_at, kind",
        );
        cases.bind(self.person).fetch_all(&self.pool).await.unwrap()
    }

    /// What organisations are told, in order: to whom, what, and what about.
    async fn outgoing(&self) -> Vec<(String, String, Value)> {
        let events: Vec<(String, String, Vec<u8>)> =
            sqlx::query_as("select organisation, type, body from outgoing_event order by number")
                .fetch_all(&self.pool)
                .await
                .unwrap();
        let open = |body: Vec<u8>| self.portal.portal.keys.open(Use::Event, &body).unwrap();
        events
            .into_iter()
            .map(|(organisation, kind, body)| (organisation, kind, serde_json::from_slice(&open(body)).unwrap()))
            .collect()
    }
}

fn case(kind: &str, stage: &str, organisation: &str, due_on: &str) -> (String, String, String, String) {
    (kind.to_owned(), stage.to_owned(), organisation.to_owned(), due_on.to_owned())
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_is_accepted_twice_is_one_case_and_one_event(pool: PgPool) {
    let someone = Someone::with(&pool, INSURED).await;
    let path = &format!("{ZORG}/ja");
    let form = [("vraag-iban", IBAN), ("stap", "versturen")];
    let (first, second) = tokio::join!(someone.send(path, &form), someone.send(path, &form));
    assert_eq!(first, second);
    // Eight weeks from 22 November 2026 end on a Sunday.
    assert_eq!(someone.cases().await, [case("application", "received", "dienst-toeslagen", "2027-01-18")]);
    let outgoing = someone.outgoing().await;
    let [(organisation, kind, body)] = &outgoing[..] else { panic!("{outgoing:?}") };
    assert_eq!((organisation.as_str(), kind.as_str()), ("dienst-toeslagen", "nl.voordeur.case.submitted.v1"));
    assert_eq!(body["answers"]["iban"], "NL91ABNA0417164300");
    assert_eq!(body["facts"]["income_year"], 1_900_000);
    assert_eq!(body["reference"], first.trim_start_matches("/mijn/zaken/").trim_end_matches("/bewijs"));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_is_granted_is_a_decision_and_undoing_it_ends_the_case(pool: PgPool) {
    let family = "receives_child_benefit = true, children_birth_dates = '{2023-03-03, 2026-09-05}'";
    let someone = Someone::with(&pool, family).await;
    assert_eq!(someone.state("kinderbijslag").await, "granted");
    let portal = &someone.portal.portal;
    // Two replicas look at once.
    let (first, second) = tokio::join!(case::granted(portal), case::granted(portal));
    assert_eq!(first.unwrap() + second.unwrap(), 1);
    assert_eq!(case::granted(portal).await.unwrap(), 0);
    let cases = someone.cases().await;
    assert_eq!(cases.len(), 1, "{cases:?}");
    assert_eq!((cases[0].0.as_str(), cases[0].1.as_str(), cases[0].2.as_str()), ("grant", "decided", "svb"));
    let (outcome, until): (String, String) =
        sqlx::query_as("select outcome, objection_until::text from decision where person = $1")
            .bind(someone.person)
            .fetch_one(&pool)
            .await
            .unwrap();
    // Six weeks from the day after 22 November 2026 (Awb art. 6:7 and 6:8) end on Sunday 3 January 2027.
    assert_eq!((outcome.as_str(), until.as_str()), ("granted", "2027-01-04"));
    // A child's birth date is never in an address.
    someone.send("/mijn/aanbod/kinderbijslag/1/ongedaan", &[]).await;
    assert_eq!(someone.state("kinderbijslag").await, "undone");
    assert_eq!(someone.cases().await[0].1, "done");
    let kinds: Vec<String> = someone.outgoing().await.into_iter().map(|(_, kind, _)| kind).collect();
    assert_eq!(kinds, ["nl.voordeur.case.submitted.v1", "nl.voordeur.case.withdrawn.v1"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn somebody_applies_although_the_rule_says_no(pool: PgPool) {
    let rich = INSURED.replace("1900000", "9900000");
    let someone = Someone::with(&pool, &rich).await;
    assert_eq!(someone.state("zorgtoeslag").await, "");
    assert_shows(&someone.see("/mijn/aanbod/zorgtoeslag").await, &["Zelf aanvragen"]);
    assert_shows(
        &someone.see(APPLY).await,
        &["U mag toch aanvragen", "Wat wij al weten en meesturen", "€ 99.000", "Op welke rekening wilt u het geld?"],
    );
    // Nothing to send yet.
    assert_eq!(someone.send(&format!("{APPLY}/controleren"), &[]).await, APPLY);
    // What is wrong is kept too, and shown again.
    let page = someone
        .post(APPLY, &[("vraag-iban", "NL00"), ("toelichting", "Ik ga <b>minder</b> werken."), ("stap", "verder")])
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.body.contains("NL00") && page.body.contains("href=\"#vraag-iban\"") && !page.body.contains("<b>minder")
    );
    assert_shows(&someone.see(APPLY).await, &["Ik ga &lt;b&gt;minder&lt;/b&gt; werken."]);
    let form = [("vraag-iban", IBAN), ("toelichting", "Ik ga minder werken.")];
    let kept = [&form[..], &[("stap", "bewaren")]].concat();
    assert_eq!(someone.send(APPLY, &kept).await, format!("{APPLY}?bewaard=1"));
    assert_shows(&someone.see(&format!("{APPLY}?bewaard=1")).await, &["Bewaard. U kunt hier later verdergaan."]);
    someone.portal.wait(SignedDuration::from_mins(10));
    let next = [&form[..], &[("stap", "verder")]].concat();
    assert_eq!(someone.send(APPLY, &next).await, format!("{APPLY}/controleren"));
    assert_shows(
        &someone.see(&format!("{APPLY}/controleren")).await,
        &["Controleer uw aanvraag", "NL91 ABNA 0417 1643 00", "Ik ga minder werken.", "€ 99.000"],
    );
    let path = format!("{APPLY}/controleren");
    let (first, second) = tokio::join!(someone.send(&path, &[]), someone.send(&path, &[]));
    assert_eq!(first, second, "a double click leads to one receipt");
    assert_eq!(someone.cases().await.len(), 1);
    let outgoing = someone.outgoing().await;
    assert_eq!((outgoing.len(), &outgoing[0].2["explanation"]), (1, &Value::from("Ik ga minder werken.")));
    assert_shows(&someone.see(&first).await, &["Ik ga minder werken.", "18 januari 2027", "€ 99.000"]);
    let pdf = someone.get(&format!("{first}.pdf")).await;
    assert_eq!((pdf.status, pdf.header("content-type")), (StatusCode::OK, "application/pdf"));
    assert!(pdf.body.starts_with("%PDF-"));
    // The form is empty again.
    assert!(!someone.see(APPLY).await.contains("minder werken"));
    let stranger = Someone::with(&pool, INSURED).await;
    for path in [first.clone(), format!("{first}.pdf")] {
        assert_eq!(stranger.get(&path).await.status, StatusCode::NOT_FOUND);
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn who_has_an_offer_is_sent_there_and_what_only_informs_is_not_applied_for(pool: PgPool) {
    let someone = Someone::with(&pool, INSURED).await;
    let answer = someone.get(APPLY).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, format!("{ZORG}/ja").as_str()));
    assert_eq!(someone.get("/mijn/aanbod/achttien-jaar/aanvragen").await.status, StatusCode::NOT_FOUND);
    let thrown = someone.send("/mijn/aanbod/huurtoeslag/aanvragen", &[("stap", "weggooien")]).await;
    assert_eq!(thrown, "/mijn/aanbod/huurtoeslag");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_draft_opens_after_the_key_was_changed(pool: PgPool) {
    let someone = Someone::with(&pool, &INSURED.replace("1900000", "9900000")).await;
    someone.send(APPLY, &[("toelichting", "Ik ga minder werken."), ("stap", "bewaren")]).await;
    let (old, new) = (BASE64_STANDARD.encode([7; 32]), BASE64_STANDARD.encode([8; 32]));
    let both = [("k1".to_owned(), old), ("k2".to_owned(), new.clone())].into();
    let keys = Keyring::new("k2", &both).unwrap();
    let mut owner = pool.acquire().await.unwrap();
    assert_eq!(rotate_drafts(&mut owner, &keys).await.unwrap(), 1);
    assert_eq!(rotate_drafts(&mut owner, &keys).await.unwrap(), 0);
    let sealed: Vec<u8> = sqlx::query_scalar("select draft from application_draft").fetch_one(&pool).await.unwrap();
    let plain = Keyring::new("k2", &[("k2".to_owned(), new)].into()).unwrap().open(Use::Answers, &sealed).unwrap();
    assert!(String::from_utf8(plain).unwrap().contains("Ik ga minder werken."));
}
