//! Answering, adding documents and asking: what was typed stays, and twice is once.

use http::StatusCode;
use sqlx::PgPool;

use super::{PDF, Someone, assert_hides, assert_shows, date, hidden, text};
use crate::database::MIGRATOR;

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_answer_is_sent_once_and_shown(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    let path = format!("{}/antwoord", case.path());
    assert_eq!(someone.get(&path).await.header("location"), case.path(), "nothing was asked");
    someone.asks(&case, "Wat is uw inkomen?", date("2026-12-01")).await;
    let form = someone.get(&path).await.body;
    assert_shows(
        &text(&form),
        &["Dit vraagt Dienst Toeslagen u:", "Wat is uw inkomen?", "Antwoord uiterlijk 1 december 2026"],
    );
    let (question, version) = (hidden(&form, "vraag"), hidden(&form, "versie"));
    let with =
        |words: &'static str| [("vraag", question.clone()), ("versie", version.clone()), ("tekst", words.into())];
    let send = |words| {
        let form = with(words);
        let path = &path;
        let someone = &someone;
        async move {
            let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            someone.post(path, &form).await
        }
    };
    let empty = send(" \r\n ").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.body.contains("<title>Fout: ") && empty.body.contains("href=\"#tekst\""));
    assert_eq!(hidden(&empty.body, "vraag"), question);
    for _ in 0..2 {
        let sent = send("€ 19.000\r\nper jaar <b>").await;
        assert_eq!(
            (sent.status, sent.header("location")),
            (StatusCode::SEE_OTHER, &*format!("{}?gedaan=antwoord", case.path()))
        );
    }
    assert_eq!(someone.timeline(&case).await, ["opened", "asked", "answered"]);
    assert_eq!(someone.outgoing().await, ["answered"]);
    let page = someone.see(&format!("{}?gedaan=antwoord", case.path())).await;
    assert_shows(
        &page,
        &["Uw antwoord is verstuurd.", "U antwoordde: € 19.000 per jaar &lt;b&gt;", "Dienst Toeslagen is aan de beurt"],
    );
    // Another answer to the same question is not taken for the first.
    let other = send("Toch € 20.000").await;
    assert_eq!(other.status, StatusCode::CONFLICT);
    assert_shows(&text(&other.body), &["Dit kan nu niet", "al beantwoord", "Toch € 20.000", "Het is niet verstuurd."]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn two_clicks_at_once_are_one_answer(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    someone.asks(&case, "Wat is uw inkomen?", date("2026-12-01")).await;
    let path = format!("{}/antwoord", case.path());
    let form = someone.get(&path).await.body;
    let (question, version) = (hidden(&form, "vraag"), hidden(&form, "versie"));
    let typed = [("vraag", question.as_str()), ("versie", version.as_str()), ("tekst", "€ 19.000")];
    let (a, b) = tokio::join!(someone.post(&path, &typed), someone.post(&path, &typed));
    assert_eq!((a.status, b.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER));
    assert_eq!(a.header("location"), b.header("location"));
    assert_eq!(someone.outgoing().await, ["answered"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_answer_to_an_earlier_question_is_kept_back(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    someone.asks(&case, "Wat is uw inkomen?", date("2026-12-01")).await;
    let path = format!("{}/antwoord", case.path());
    let form = someone.get(&path).await.body;
    someone.organisation(&case, crate::cases::Act::Resume).await;
    let gone = someone.post(&path, &[("vraag", &hidden(&form, "vraag")), ("tekst", "€ 19.000")]).await;
    assert_eq!(gone.status, StatusCode::CONFLICT);
    someone.asks(&case, "Wat is uw adres?", date("2026-12-01")).await;
    for question in [hidden(&form, "vraag"), String::new(), "x'".to_owned()] {
        let refused = someone.post(&path, &[("vraag", &question), ("tekst", "€ 19.000")]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{question}");
        assert_shows(&text(&refused.body), &["De zaak is intussen veranderd.", "€ 19.000"]);
    }
    assert!(!someone.timeline(&case).await.contains(&"answered".to_owned()));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn documents_come_with_an_answer_are_listed_and_refused_when_they_are_something_else(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    someone.asks(&case, "Stuur een bankafschrift.", date("2026-12-01")).await;
    let path = format!("{}/antwoord", case.path());
    let form = someone.get(&path).await.body;
    let (question, version) = (hidden(&form, "vraag"), hidden(&form, "versie"));
    let typed = [("vraag", question.as_str()), ("versie", version.as_str()), ("tekst", "Hierbij.")];
    let refused = someone.upload(&path, &typed, &[("afschrift.pdf", b"<html><script>alert(1)</script>")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_shows(
        &text(&refused.body),
        &["afschrift.pdf kunnen wij niet aannemen", "Hierbij.", "Kies uw bestanden opnieuw"],
    );
    assert_eq!(someone.timeline(&case).await, ["opened", "asked"]);
    // A file alone is an answer too.
    let alone = [("vraag", question.as_str()), ("versie", version.as_str()), ("tekst", "")];
    for _ in 0..2 {
        let sent = someone.upload(&path, &alone, &[("afschrift.pdf", PDF)]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", text(&sent.body));
    }
    assert_eq!(someone.timeline(&case).await, ["opened", "asked", "answered"]);
    let page = someone.see(&case.path()).await;
    assert_shows(&page, &["Documenten afschrift.pdf Door u verstuurd op 22 november 2026. PDF, 35 bytes"]);
    let html = someone.get(&case.path()).await.body;
    let link = html
        .split("href=\"")
        .find_map(|rest| rest.starts_with("/documenten/").then(|| rest.split('"').next().unwrap()));
    assert_eq!(someone.get(link.unwrap()).await.status, StatusCode::OK);
    let other = Someone::new(&pool).await;
    assert_eq!(other.get(link.unwrap()).await.status, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn documents_sent_twice_are_there_once_and_others_besides(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    let path = format!("{}/documenten", case.path());
    let version = hidden(&someone.get(&path).await.body, "versie");
    let none = someone.upload(&path, &[("versie", &version)], &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_shows(&text(&none.body), &["Kies een of meer bestanden."]);
    for _ in 0..2 {
        let sent = someone.upload(&path, &[("versie", &version)], &[("een.pdf", PDF)]).await;
        assert_eq!(sent.header("location"), format!("{}?gedaan=documenten", case.path()));
    }
    assert_eq!(someone.timeline(&case).await, ["opened", "documents"]);
    // From another window, opened before: another document.
    someone.upload(&path, &[("versie", &version)], &[("twee.pdf", b"%PDF-1.4\n2 0 obj\n%%EOF\n")]).await;
    assert_eq!(someone.timeline(&case).await, ["opened", "documents", "documents"]);
    assert_shows(&someone.see(&case.path()).await, &["een.pdf", "twee.pdf", "U stuurde documenten."]);
    assert_eq!(someone.outgoing().await, ["documents-added", "documents-added"]);
    someone.does(&case, crate::cases::Act::Withdraw, crate::cases::By::citizen(someone.now())).await.unwrap();
    let closed = someone.upload(&path, &[("versie", &version)], &[("drie.pdf", b"%PDF-1.4\n3 0 obj\n%%EOF\n")]).await;
    assert_eq!(closed.status, StatusCode::CONFLICT);
    let kept: i64 = sqlx::query_scalar("select count(*) from document").fetch_one(&pool).await.unwrap();
    assert_eq!(kept, 2, "what is refused is not kept");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_question_is_asked_once_and_again_when_it_is_asked_again(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    let path = format!("{}/vraag", case.path());
    assert_shows(
        &someone.see(&path).await,
        &["U krijgt antwoord binnen 2 werkdagen.", "U hoeft uw naam, BSN of zaaknummer niet te noemen."],
    );
    for expected in 1..=2 {
        let version = hidden(&someone.get(&path).await.body, "versie");
        for _ in 0..2 {
            let to = someone.send(&path, &[("versie", &version), ("tekst", "Hoe staat het ermee?")]).await;
            assert_eq!(to, format!("{}?gedaan=vraag", case.path()));
        }
        assert_eq!(someone.outgoing().await.len(), expected);
    }
    for (typed, mistake) in
        [("", "Schrijf uw vraag op."), (&*"é".repeat(10_001), "Schrijf hoogstens 10000 tekens. Het zijn er nu 10001.")]
    {
        let answer = someone.post(&path, &[("tekst", typed)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_shows(&text(&answer.body), &[mistake, typed]);
    }
    // What no keyboard types is left out.
    someone.send(&path, &[("tekst", "Nul\0 en \u{7}bel")]).await;
    assert_shows(&someone.see(&case.path()).await, &["U vroeg: Nul en bel"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_unread_messages_are_in_the_navigation_of_each_page(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    someone.asks(&case, "Wat is uw inkomen?", date("2026-12-01")).await;
    for path in ["/mijn/zaken".to_owned(), case.path(), format!("{}/antwoord", case.path())] {
        let page = someone.get(&path).await.body;
        assert!(page.contains("nl-number-badge") && page.contains("1 ongelezen"), "{path}");
        assert!(page.contains("href=\"/mijn/zaken\" aria-current=\"page\""), "{path}");
    }
    assert_hides(&someone.see(&case.path()).await, &["ongelezen"]);
}
