//! Who is not logged in: what they must give, and the link with which they follow what they said.

use http::StatusCode;
use sqlx::PgPool;

use super::{Act, PDF, Someone, assert_shows, hidden, text};
use crate::{
    database::{MIGRATOR, PersonId},
    feedback::{Outcome, store},
    messages,
};

const COMPLAINT: &str = "Ik werd drie keer doorverbonden en niemand wist iets.";

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_complaint_that_wants_an_answer_needs_a_name_and_an_address(pool: PgPool) {
    let visitor = Someone::visitor(&pool);
    let said = [("tekst", COMPLAINT), ("organisatie", "svb")];
    let none = visitor.sends("klacht", &said).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_shows(&text(&none.body), &["Kies of u antwoord wilt.", "Vul uw naam in", "Vul een e-mailadres in"]);
    let wrong =
        visitor.sends("klacht", &[said[0], said[1], ("antwoord", "ja"), ("naam", "Jan"), ("e-mail", "jan")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_shows(&wrong.body, &["value=\"jan\"", "value=\"Jan\""]);
    assert_eq!(visitor.count().await, 0);
    let anonymous = visitor.sends("klacht", &[said[0], said[1], ("antwoord", "nee")]).await;
    assert_eq!(anonymous.status, StatusCode::SEE_OTHER);
    let answered = [said[0], said[1], ("antwoord", "ja"), ("naam", "Jan Proef"), ("e-mail", "jan@voorbeeld.example")];
    assert_eq!(visitor.sends("klacht", &answered).await.status, StatusCode::SEE_OTHER);
    assert_eq!(visitor.count().await, 2);
    let open: Vec<Option<String>> =
        sqlx::query_scalar("select encode(contact, 'escape') from feedback").fetch_all(&pool).await.unwrap();
    assert!(open.iter().flatten().all(|sealed| !sealed.contains("Proef") && !sealed.contains("voorbeeld")));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_link_shows_and_acts_only_on_a_button(pool: PgPool) {
    let visitor = Someone::visitor(&pool);
    let token = hidden(&visitor.get("/feedback/klacht").await.body, "formulier");
    visitor.portal.wait(jiff::SignedDuration::from_secs(10));
    let form = [
        ("formulier", token.as_str()),
        ("stap", "2"),
        ("tekst", COMPLAINT),
        ("organisatie", "svb"),
        ("antwoord", "ja"),
        ("naam", "Jan Proef"),
        ("e-mail", "jan@voorbeeld.example"),
    ];
    let sent = visitor.upload("/feedback/klacht", &form, &[("brief.pdf", PDF)]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", text(&sent.body));
    let receipt = sent.header("location").to_owned();
    let link = receipt.strip_suffix("/ontvangst").unwrap();
    assert_eq!(visitor.get(&receipt).await.header("referrer-policy"), "no-referrer");
    assert_shows(&visitor.see(&receipt).await, &["Wij hebben het ontvangen", "Bewaar deze link", link, COMPLAINT]);
    // The same again is the same.
    assert_eq!(visitor.upload("/feedback/klacht", &form, &[("brief.pdf", PDF)]).await.header("location"), receipt);
    let page = visitor.get(link).await;
    assert_shows(&text(&page.body), &["Uw klacht", "Ontvangst bevestigd", "brief.pdf"]);
    let document = page.body.split("href=\"").find(|rest| rest.contains("/documenten/")).unwrap();
    let document = document.split('"').next().unwrap();
    let file = visitor.get(document).await;
    assert!(file.status == StatusCode::OK && file.body.starts_with("%PDF"));
    for look in ["aanvullen", "intrekken"] {
        assert_eq!(visitor.get(&format!("{link}/{look}")).await.status, StatusCode::OK);
    }
    let id: uuid::Uuid = sqlx::query_scalar("select id from feedback").fetch_one(&pool).await.unwrap();
    let mut scope = visitor.scope(PersonId(id)).await;
    let complaint = store::by_id(scope.sql(), id).await.unwrap().unwrap();
    drop(scope);
    assert_eq!(visitor.timeline(&complaint).await, ["submitted", "acknowledged"]);
    assert_eq!(visitor.messages(PersonId(id)).await, ["feedback_acknowledged"]);
    let complaint = visitor
        .desk(&complaint, Act::Answer { outcome: Some(Outcome::Unfounded), text: "Wij zien dat anders.".into() })
        .await;
    assert_shows(&visitor.see(link).await, &["ongegrond", "Wij zien dat anders.", "Nationale ombudsman"]);
    let version = hidden(&visitor.get(&format!("{link}/heropenen")).await.body, "versie");
    let again = [("versie", version.as_str()), ("tekst", "Ik heb er een brief over.")];
    for _ in 0..2 {
        let opened = visitor.post(&format!("{link}/heropenen"), &again).await;
        assert_eq!(opened.header("location"), format!("{link}?gedaan=heropenen"));
    }
    assert_eq!(visitor.timeline(&complaint).await, ["submitted", "acknowledged", "answered", "reopened"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn mail_says_that_there_is_something_and_has_the_link(pool: PgPool) {
    let visitor = Someone::visitor(&pool);
    let folder = visitor.portal.portal.config.mail.as_ref().unwrap().folder.clone().unwrap();
    let address = format!("jan-{}@voorbeeld.example", uuid::Uuid::new_v4().simple());
    let said = [
        ("tekst", COMPLAINT),
        ("organisatie", "svb"),
        ("antwoord", "ja"),
        ("naam", "Jan"),
        ("e-mail", address.as_str()),
    ];
    let sent = visitor.sends("klacht", &said).await;
    let link = sent.header("location").strip_suffix("/ontvangst").unwrap().to_owned();
    visitor.portal.wait(jiff::SignedDuration::from_mins(3));
    while messages::next(&visitor.portal.portal).await.unwrap() {}
    let mails: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|file| std::fs::read_to_string(file.unwrap().path()).ok())
        .filter(|mail| mail.contains(&address))
        .collect();
    let [mail] = &mails[..] else { panic!("{} mails", mails.len()) };
    let whole = mail.replace("=\r\n", "").replace("=3D", "=");
    assert!(whole.contains(&link), "{mail}");
    assert!(!whole.contains("doorverbonden") && !whole.contains("Sociale Verzekeringsbank"), "{mail}");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn nobody_guesses_a_link_or_opens_another_ones(pool: PgPool) {
    let visitor = Someone::visitor(&pool);
    let one = visitor.sends("vraag", &[("tekst", COMPLAINT), ("organisatie", "svb")]).await;
    let other = visitor.sends("vraag", &[("tekst", "Wanneer is de balie open?"), ("organisatie", "svb")]).await;
    let link = |sent: &crate::testing::Answer| sent.header("location").strip_suffix("/ontvangst").unwrap().to_owned();
    let (one, other) = (link(&one), link(&other));
    assert_ne!(one, other);
    assert!(!visitor.see(&other).await.contains("doorverbonden"));
    let id: uuid::Uuid = sqlx::query_scalar("select id from feedback limit 1").fetch_one(&pool).await.unwrap();
    let reference: String =
        sqlx::query_scalar("select reference from feedback limit 1").fetch_one(&pool).await.unwrap();
    let cut = &one[..one.len() - 1];
    for path in [
        cut.to_owned(),
        format!("/feedback/volgen/{id}"),
        format!("/feedback/volgen/{reference}"),
        "/feedback/volgen/x".into(),
    ] {
        assert_eq!(visitor.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(visitor.get(&format!("{path}/ontvangst")).await.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(visitor.post(&format!("{path}/intrekken"), &[]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    // A document of one is not had with the link of the other.
    let upload =
        visitor.upload(&format!("{one}/aanvullen"), &[("tekst", "Hier is de brief.")], &[("brief.pdf", PDF)]).await;
    assert_eq!(upload.status, StatusCode::SEE_OTHER, "{}", text(&upload.body));
    let document: uuid::Uuid = sqlx::query_scalar("select id from document").fetch_one(&pool).await.unwrap();
    assert_eq!(visitor.get(&format!("{one}/documenten/{document}")).await.status, StatusCode::OK);
    assert_eq!(visitor.get(&format!("{other}/documenten/{document}")).await.status, StatusCode::NOT_FOUND);
}
