//! The form, with and without mistakes, and what programs fill in.

use http::StatusCode;
use jiff::SignedDuration;
use sqlx::PgPool;

use super::{PDF, Someone, assert_shows, hidden, text};
use crate::database::MIGRATOR;

const WORDS: &str = "Hoe maak ik bezwaar tegen een besluit?";

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_citizen_asks_is_shown_what_may_help_and_gets_a_receipt(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let choose = someone.see("/feedback?dienst=zorgtoeslag").await;
    assert_shows(&choose, &["Klacht", "Idee", "Vraag", "Compliment"]);
    let form = someone.get("/feedback/vraag?dienst=zorgtoeslag").await;
    assert_shows(&text(&form.body), &["Een vraag stellen", "Het gaat over: Zorgtoeslag", "Dienst Toeslagen"]);
    let token = hidden(&form.body, "formulier");
    let first = [("formulier", token.as_str()), ("dienst", "zorgtoeslag"), ("tekst", WORDS), ("stap", "1")];
    let second = someone.post("/feedback/vraag", &first).await;
    assert_eq!(second.status, StatusCode::OK);
    assert_shows(
        &text(&second.body),
        &[
            "Klopt dit?",
            WORDS,
            "Misschien helpt dit u al",
            "Hoe maak ik bezwaar tegen een besluit?",
            "U bent ingelogd als",
        ],
    );
    assert_eq!(someone.count().await, 0);
    let last = [("formulier", token.as_str()), ("dienst", "zorgtoeslag"), ("tekst", WORDS), ("stap", "2")];
    let sent = someone.upload("/feedback/vraag", &last, &[("brief.pdf", PDF)]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", text(&sent.body));
    let receipt = sent.header("location").to_owned();
    assert!(receipt.starts_with("/mijn/feedback/") && receipt.ends_with("/ontvangst"), "{receipt}");
    assert_shows(&someone.see(&receipt).await, &["Wij hebben het ontvangen", "Dienst Toeslagen", WORDS, "brief.pdf"]);
    // Zorgtoeslag promises two working days; today is a Sunday.
    assert_shows(&someone.see(&receipt).await, &["uiterlijk 24 november 2026"]);
    // Once more: a double click.
    let again = someone.upload("/feedback/vraag", &last, &[("brief.pdf", PDF)]).await;
    assert_eq!(again.header("location"), receipt);
    assert_eq!(someone.count().await, 1);
    assert_shows(&someone.see("/mijn/feedback").await, &[WORDS, "Vraag", "Dienst Toeslagen"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_mistake_keeps_what_was_typed(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let form = [("tekst", "Nee"), ("wens", "Bel mij terug"), ("organisatie", "svb"), ("stap", "1")];
    let answer = someone.post("/feedback/klacht", &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_shows(&answer.body, &["Schrijf iets meer", "Bel mij terug", "href=\"#tekst\""]);
    let chosen = answer.body.split("<option").find(|option| option.contains("value=\"svb\"")).unwrap();
    assert!(chosen.split('>').next().unwrap().contains("selected"), "{chosen}");
    let nobody = someone.post("/feedback/klacht", &[("tekst", "Ik werd heel slecht geholpen.")]).await;
    assert_shows(&text(&nobody.body), &["Kies voor wie het is"]);
    let municipality =
        [("tekst", "Ik werd heel slecht geholpen."), ("organisatie", "gemeente"), ("gemeente", "Nergens")];
    assert_shows(
        &text(&someone.post("/feedback/klacht", &municipality).await.body),
        &["Schrijf de naam van de gemeente"],
    );
    let rotterdam =
        [("tekst", "Ik werd heel slecht geholpen."), ("organisatie", "gemeente"), ("gemeente", "rotterdam")];
    assert_shows(&text(&someone.post("/feedback/klacht", &rotterdam).await.body), &["Gemeente Rotterdam"]);
    let untitled = [("tekst", "Zet meer bankjes neer."), ("organisatie", "svb")];
    assert_shows(&text(&someone.post("/feedback/idee", &untitled).await.body), &["Schrijf uw idee in één zin."]);
    let back = [("tekst", "Ik werd heel slecht geholpen."), ("organisatie", "svb"), ("stap", "2"), ("terug", "ja")];
    let back = someone.post("/feedback/klacht", &back).await;
    assert!(back.status == StatusCode::OK && text(&back.body).contains("Wat is er gebeurd?"));
    assert_eq!(someone.count().await, 0);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn hostile_text_is_only_ever_text(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    const HOSTILE: &str = "</textarea><script>alert(1)</script><img src=x onerror=alert(1)> '; drop table feedback; --";
    let form = [("titel", HOSTILE), ("tekst", HOSTILE), ("wens", HOSTILE), ("organisatie", "svb")];
    for kind in ["klacht", "idee", "vraag", "compliment"] {
        for page in [
            someone.post(&format!("/feedback/{kind}"), &form).await,
            someone.post(&format!("/feedback/{kind}"), &[form[0], form[1], form[2], form[3], ("terug", "ja")]).await,
        ] {
            assert!(!page.body.contains("<script>alert") && !page.body.contains("<img src=x"), "{kind}");
        }
        let sent = someone.sends(kind, &form).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER);
        let page = someone.get(sent.header("location")).await;
        assert!(page.body.contains("&lt;script&gt;") && !page.body.contains("<script>alert"), "{kind}");
    }
    assert_eq!(someone.count().await, 4);
    let list = someone.get("/mijn/feedback").await;
    assert!(!list.body.contains("<script>alert"));
    let suggestions = someone.post("/feedback/suggesties", &[("soort", "idee"), ("tekst", HOSTILE)]).await;
    assert!(suggestions.status == StatusCode::OK && !suggestions.body.contains("<script"));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_a_program_sends_is_not_kept(pool: PgPool) {
    let visitor = Someone::visitor(&pool);
    let words = ("tekst", "Koop nu goedkope horloges op onze site.");
    let trapped = visitor.sends("vraag", &[words, ("organisatie", "svb"), ("website", "https://spam.example")]).await;
    assert_eq!(trapped.header("location"), "/feedback/bedankt");
    let token = hidden(&visitor.get("/feedback/vraag").await.body, "formulier");
    let form = [words, ("organisatie", "svb"), ("stap", "2"), ("formulier", token.as_str())];
    let quick = visitor.post("/feedback/vraag", &form).await;
    assert_eq!(quick.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_shows(&text(&quick.body), &["Dat ging erg snel"]);
    let own = [words, ("organisatie", "svb"), ("stap", "2"), ("formulier", "zelfgemaakt")];
    assert_eq!(visitor.post("/feedback/vraag", &own).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    visitor.portal.wait(SignedDuration::from_hours(25));
    assert_eq!(visitor.post("/feedback/vraag", &form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(visitor.count().await, 0);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn whoever_writes_an_idea_is_warned_of_what_names_somebody(pool: PgPool) {
    let visitor = Someone::visitor(&pool);
    let form = |words| [("titel", "Meer bankjes"), ("tekst", words), ("organisatie", "svb"), ("stap", "1")];
    let named = visitor.post("/feedback/idee", &form("Bel mij op 06-12345678 over de bankjes.")).await;
    assert_shows(&text(&named.body), &["Hierin staat misschien iets over een persoon: 06-12345678."]);
    let plain = visitor.post("/feedback/idee", &form("Zet in elk park meer bankjes neer.")).await;
    assert!(!text(&plain.body).contains("misschien iets over een persoon"));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_flood_is_refused(pool: PgPool) {
    let visitor = Someone::visitor(&pool);
    let mut refused = 0;
    for _ in 0..70 {
        let answer = visitor.post("/feedback/vraag", &[("tekst", "")]).await;
        refused += usize::from(answer.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(refused >= 5, "{refused}");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn who_says_whether_a_page_was_clear_is_thanked(pool: PgPool) {
    let visitor = Someone::visitor(&pool);
    let page = visitor.get("/privacy").await;
    assert_shows(&page.body, &["Was deze pagina duidelijk?", "value=\"/privacy\"", "/feedback?pagina=%2Fprivacy"]);
    let said = visitor.post("/feedback/pagina", &[("pagina", "/privacy"), ("duidelijk", "nee")]).await;
    assert_eq!(said.status, StatusCode::SEE_OTHER);
    assert_shows(&visitor.see(said.header("location")).await, &["Dank u wel", "Zeg wat er beter kan"]);
    for wrong in [[("pagina", "https://x"), ("duidelijk", "ja")], [("pagina", "/privacy"), ("duidelijk", "misschien")]]
    {
        assert_eq!(visitor.post("/feedback/pagina", &wrong).await.status, StatusCode::BAD_REQUEST);
    }
    // The route, and not what stands in the address.
    let someone = Someone::new(&pool).await;
    let own = someone.get("/mijn/zaken/2026-AAAA-BBBB").await;
    assert!(!own.body.contains("value=\"/mijn/zaken/2026-AAAA-BBBB\""));
}
