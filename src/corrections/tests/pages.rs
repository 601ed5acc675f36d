//! Asking for a correction, through the router.

use http::StatusCode;
use serde_json::json;
use sqlx::PgPool;

use super::{Act, INCOME, Someone, State, assert_hides, assert_shows, text};
use crate::database::MIGRATOR;

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n";

/// Asked on Sunday 22 November 2026: a month by Regulation 1182/71 ends on Tuesday 22 December.
#[sqlx::test(migrator = "MIGRATOR")]
async fn a_wrong_income_is_asked_to_be_corrected_from_beside_it(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let data = someone.get("/mijn/gegevens/inkomen").await;
    assert_shows(&data.body, &[&format!("href=\"{INCOME}\"")]);
    let form = someone.see(INCOME).await;
    let due = "22 december 2026";
    assert_shows(
        &form,
        &["€ 2.150.000 over 2026", "Belastingdienst", "antwoordt binnen 1 maand", due, "AVG art. 12 lid 3"],
    );
    let typed = [("amount", "21.500"), ("uitleg", "Er staan twee nullen te veel."), ("stap", "verder")];
    let answer = someone.upload(INCOME, &typed, "jaaropgave.pdf", PDF).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", text(&answer.body));
    let check = answer.header("location").to_owned();
    assert_eq!(check, format!("{INCOME}/controleren"));
    let summary = someone.see(&check).await;
    assert_shows(&summary, &["€ 2.150.000", "€ 21.500", "Er staan twee nullen te veel.", "jaaropgave.pdf"]);
    let receipt = someone.send(&check, &[]).await;
    let sent = someone.see(&receipt).await;
    assert_shows(&sent, &["Uw verzoek is verstuurd", "€ 21.500", due, "jaaropgave.pdf"]);
    let pdf = someone.get(&format!("{receipt}.pdf")).await;
    assert_eq!(pdf.header("content-type"), "application/pdf");
    assert!(pdf.body.starts_with("%PDF-"));
    let reference = receipt.split('/').nth(3).unwrap().to_owned();
    let case = someone.see(&format!("/mijn/zaken/{reference}")).await;
    assert_shows(&case, &["Correctie: Jaarinkomen", "Verstuurd", "€ 2.150.000", "€ 21.500", due, "jaaropgave.pdf"]);
    let list = someone.see("/mijn/correcties").await;
    assert_shows(&list, &["Correctie: Jaarinkomen", "Belastingdienst, gevraagd op 22 november 2026", due]);
    let detail = someone.get(&format!("/mijn/correcties/{reference}")).await;
    assert_eq!(detail.header("location"), format!("/mijn/zaken/{reference}"));
    let sent = someone.see(&format!("/mijn/zaken/{reference}/aanvraag")).await;
    assert_shows(&sent, &["Uw verzoek om correctie", "Er staan twee nullen te veel.", "jaaropgave.pdf"]);
    let (kind, organisation): (String, String) =
        sqlx::query_as("select type, organisation from outgoing_event").fetch_one(&pool).await.unwrap();
    assert_eq!((kind.as_str(), organisation.as_str()), ("nl.voordeur.case.submitted.v1", "belastingdienst"));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn it_is_said_beside_the_value_that_it_was_asked_and_then_that_it_is_under_investigation(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let before = someone.see("/mijn/gegevens/inkomen").await;
    assert_hides(&before, &["In onderzoek", "U vroeg op"]);
    let reference = someone.asks().await;
    let asked = someone.get("/mijn/gegevens/inkomen").await;
    assert_shows(&text(&asked.body), &["U vroeg op 22 november 2026 om een correctie", "€ 2.150.000 over 2026"]);
    assert_shows(&asked.body, &[&format!("href=\"/mijn/zaken/{reference}\"")]);
    assert_hides(&asked.body, &[INCOME]);
    assert_hides(&text(&asked.body), &["In onderzoek"]);
    someone.holder(&reference, Act::Receive).await;
    someone.holder(&reference, Act::Investigate).await;
    assert_shows(&someone.see("/mijn/gegevens/inkomen").await, &["In onderzoek sinds 22 november 2026"]);
    assert_shows(&someone.see(&format!("/mijn/zaken/{reference}")).await, &["In onderzoek"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn sending_twice_makes_one_case_and_a_second_request_leads_to_the_first(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let reference = someone.asks().await;
    let again = someone.send(&format!("{INCOME}/controleren"), &[]).await;
    assert_eq!(again, format!("/mijn/correcties/{reference}/bewijs"));
    assert_eq!(someone.get(INCOME).await.header("location"), format!("/mijn/zaken/{reference}"));
    let typed = [("amount", "1"), ("stap", "verder")];
    assert_eq!(someone.send(INCOME, &typed).await, format!("/mijn/zaken/{reference}"));
    let count: i64 = sqlx::query_scalar("select count(*) from cases").fetch_one(&pool).await.unwrap();
    assert_eq!(count, 1);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_is_wrong_is_said_beside_the_field_and_what_was_typed_is_kept(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let typed = [
        ("amount", "veel te hoog"),
        ("uitleg", "Twee nullen </textarea><script>alert(1)</script>"),
        ("stap", "verder"),
    ];
    let answer = someone.post(INCOME, &typed).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_shows(&answer.body, &["href=\"#amount\"", "value=\"veel te hoog\"", "&lt;/textarea&gt;&lt;script&gt;"]);
    assert_shows(&text(&answer.body), &["Jaarinkomen: schrijf een bedrag in euro's, zoals 1250 of 1250,50"]);
    assert_hides(&answer.body, &["<script>alert"]);
    assert_shows(&someone.get(INCOME).await.body, &["value=\"veel te hoog\""]);
    let same = someone.post(INCOME, &[("amount", "2150000"), ("stap", "verder")]).await;
    assert_eq!(same.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_shows(&text(&same.body), &["Dit staat er al zo."]);
    assert_eq!(someone.send(&format!("{INCOME}/controleren"), &[]).await, INCOME, "what is wrong is not sent");
    let count: i64 = sqlx::query_scalar("select count(*) from cases").fetch_one(&pool).await.unwrap();
    assert_eq!(count, 0);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_stood_and_which_year_it_is_about_come_from_the_server(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let typed = [("amount", "21500"), ("year", "2019"), ("registered", "1"), ("holder", "svb"), ("stap", "verder")];
    someone.send(INCOME, &typed).await;
    let receipt = someone.send(&format!("{INCOME}/controleren"), &[]).await;
    let reference = receipt.split('/').nth(3).unwrap();
    let correction = someone.correction(reference).await;
    assert_eq!(correction.proposed, [("amount".to_owned(), "2150000".to_owned())].into());
    let stood = [("amount", "215000000"), ("year", "2026")].map(|(id, value)| (id.to_owned(), value.to_owned()));
    assert_eq!(correction.registered, Some(stood.into()));
    assert_eq!(someone.case(reference).await.organisation, "belastingdienst");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_should_not_be_there_and_what_is_missing_can_be_asked_too(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let form = [("wat", "weg"), ("amount", ""), ("stap", "verder")];
    someone.send(INCOME, &form).await;
    assert_shows(&someone.see(&format!("{INCOME}/controleren")).await, &["dit hoort er niet te staan"]);
    let receipt = someone.send(&format!("{INCOME}/controleren"), &[]).await;
    assert!(someone.correction(receipt.split('/').nth(3).unwrap()).await.asks_removal());
    let missing = INCOME.replace("/0/", "/1/");
    assert_shows(&someone.get("/mijn/gegevens/inkomen").await.body, &[&format!("href=\"{missing}\"")]);
    assert_shows(&someone.see(&missing).await, &["hier ontbreekt iets", "Er is niets geregistreerd", "Jaar"]);
    someone.send(&missing, &[("amount", "19000"), ("year", "2025"), ("stap", "verder")]).await;
    let receipt = someone.send(&format!("{missing}/controleren"), &[]).await;
    let correction = someone.correction(receipt.split('/').nth(3).unwrap()).await;
    assert_eq!((correction.registered.as_ref(), correction.object), (None, 1));
    assert_eq!(correction.proposed["year"], "2025");
    assert!(!correction.asks_removal());
    for nowhere in ["/7/", "/-1/", "/x/"] {
        assert_eq!(someone.get(&INCOME.replace("/0/", nowhere)).await.status, StatusCode::NOT_FOUND, "{nowhere}");
    }
}

/// Wet BRP 2.58: four weeks from Sunday 22 November 2026 end on Sunday 20 December, so on Monday the 21st (Atw 1).
#[sqlx::test(migrator = "MIGRATOR")]
async fn an_address_is_corrected_as_a_whole_within_four_weeks(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let address = json!({ "street": "Modelweg", "house_number": "92", "postcode": "6511SD", "town": "Nijmegen", "municipality": "0268" });
    someone.has("brp", "address", 0, "gemeente-0268", Some("20220801"), address).await;
    let page = someone.get("/mijn/gegevens/brp").await;
    let here = "/mijn/gegevens/brp/straat/0/klopt-niet";
    assert_eq!(page.body.matches(&format!("href=\"{here}\"")).count(), 2, "beside the street and beside the postcode");
    let form = someone.get(here).await;
    assert_shows(&form.body, &["value=\"Modelweg\"", "name=\"address_since-jaar\""]);
    assert_shows(&text(&form.body), &["De gemeente Nijmegen", "4 weken", "21 december 2026", "Wet BRP art. 2.58"]);
    let typed = [
        ("street", "Modelweg"),
        ("house_number", "92"),
        ("house_letter", "A"),
        ("postcode", "6511sd"),
        ("town", "Nijmegen"),
    ];
    let typed: Vec<_> = typed.into_iter().chain([("stap", "verder")]).collect();
    someone.send(here, &typed).await;
    let receipt = someone.send(&format!("{here}/controleren"), &[]).await;
    let case = someone.case(receipt.split('/').nth(3).unwrap()).await;
    assert_eq!((case.organisation.as_str(), case.due_on), ("gemeente-0268", super::Date::constant(2026, 12, 21)));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn whose_data_it_is_is_said_when_it_is_somebody_else(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let person = |surname: &str, born: &str| json!({ "given_names": "Test", "surname": surname, "birth_date": born });
    someone.has("brp", "partner", 0, "gemeente-0599", None, person("Partner", "19900101")).await;
    someone.has("brp", "child", 0, "gemeente-0599", None, person("Kind", "20150101")).await;
    someone.has("brp", "child", 1, "gemeente-0599", None, person("Groot", "20050101")).await;
    let see = async |end: &str| someone.see(&format!("/mijn/gegevens/brp/{end}/klopt-niet")).await;
    assert_shows(&see("partner/0").await, &["Dit gaat over iemand anders."]);
    assert_shows(&see("kinderen/0").await, &["jonger is dan 16 jaar en u het gezag hebt"]);
    assert_shows(&see("kinderen/1").await, &["uw kind van 16 jaar of ouder"]);
    assert_hides(&see("burgerlijke-staat/0").await, &["Dit gaat over"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_value_without_a_number_leads_to_the_one_that_rules_use(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let values = json!({ "amount": "2090000", "year": "2025" });
    someone.has("inkomen", "income", 1, "belastingdienst", Some("20250101"), values).await;
    let to = someone.get("/mijn/gegevens/inkomen/jaarinkomen/klopt-niet").await;
    assert_eq!(to.header("location"), INCOME);
    let to = someone.get("/en/mijn/gegevens/brp/aanhef/klopt-niet").await;
    assert_eq!(to.header("location"), "/en/mijn/gegevens/brp/naam/0/klopt-niet");
    assert_eq!(someone.get("/mijn/gegevens/inkomen/schoenmaat/klopt-niet").await.status, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_answer_on_the_page_of_the_case_goes_on_and_withdrawing_ends_it(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let reference = someone.asks().await;
    someone.holder(&reference, Act::Receive).await;
    let asked = super::ask("Hebt u een jaaropgave?", super::Date::constant(2026, 12, 6));
    let case = someone.holder(&reference, asked).await;
    assert_eq!(someone.state(&reference).await, State::InformationNeeded);
    assert_shows(&someone.see(&case.path()).await, &["Hebt u een jaaropgave?", "Wacht op uw antwoord"]);
    let question = case.question.as_ref().unwrap().id.to_string();
    let version = case.version.to_string();
    let form = [("tekst", "Ja, hierbij."), ("vraag", question.as_str()), ("versie", version.as_str())];
    someone.send(&format!("{}/antwoord", case.path()), &form).await;
    assert_eq!(someone.state(&reference).await, State::UnderInvestigation);
    someone.send(&format!("{}/intrekken", case.path()), &[("versie", "9")]).await;
    assert_eq!(someone.state(&reference).await, State::Withdrawn);
    assert_shows(&someone.see(&case.path()).await, &["Door u ingetrokken"]);
    assert_shows(&someone.see("/mijn/correcties").await, &["Door u ingetrokken"]);
    let data = someone.see("/mijn/gegevens/inkomen").await;
    assert_hides(&data, &["In onderzoek", "U vroeg op"]);
    assert_eq!(someone.get(INCOME).await.status, StatusCode::OK, "one can ask again");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_is_kept_can_be_gone_on_with_or_thrown_away(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    assert_eq!(someone.send(INCOME, &[("amount", "nog niet"), ("stap", "bewaren")]).await, INCOME);
    assert_shows(&someone.get(INCOME).await.body, &["value=\"nog niet\""]);
    let open: bool = sqlx::query_scalar("select encode(draft, 'escape') like '%nog niet%' from correction_draft")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!(!open, "what was typed lies sealed");
    assert_eq!(someone.send(INCOME, &[("stap", "stoppen")]).await, "/mijn/gegevens/inkomen");
    let left: i64 = sqlx::query_scalar("select count(*) from correction_draft").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 0);
}
