use http::StatusCode;
use sqlx::PgPool;

use super::{TOWN, clerk, done, main_of, now, path, person, said, send, told};
use crate::{
    feedback::{Feedback, Kind, State},
    testing::TestPortal,
};

async fn number(pool: &PgPool, idea: &Feedback) -> i64 {
    sqlx::query_scalar("select number from idea where id = $1").bind(idea.id).fetch_one(pool).await.unwrap()
}

async fn published(portal: &TestPortal, cookie: &str, idea: &Feedback, title: &str) {
    done(portal, cookie, idea, "publiceren", &[("titel", title), ("inhoud", "Meer rekken bij het station.")]).await;
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn an_idea_goes_from_checked_to_done_and_its_author_is_told_each_step(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let idea = said(&portal, person(&pool).await, Kind::Idea, "Meer rekken.").await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    published(&portal, &fatma, &idea, "Meer fietsenrekken").await;
    assert_eq!(now(&portal, &idea).await.state, State::Open);
    let review = [("eigenaar", "Team Fiets"), ("datum", "14-12-2026")];
    for (field, form) in [("eigenaar", [("eigenaar", ""), review[1]]), ("datum", [review[0], ("datum", "1-1-2020")])] {
        let wrong = send(&portal, &fatma, &idea, "onderzoeken", &form).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(wrong.body.contains(&format!("href=\"#{field}\"")));
    }
    done(&portal, &fatma, &idea, "onderzoeken", &review).await;
    let reviewed = now(&portal, &idea).await;
    assert_eq!((reviewed.state, reviewed.due_on.to_string().as_str()), (State::UnderReview, "2026-12-14"));
    done(&portal, &fatma, &idea, "plannen", &[("tekst", "Wij plaatsen er vijftig."), ("datum", "1-3-2027")]).await;
    done(&portal, &fatma, &idea, "beginnen", &[("tekst", "De eerste staan er.")]).await;
    let wrong = send(&portal, &fatma, &idea, "klaar", &[("tekst", "Klaar."), ("link", "javascript:alert(1)")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    done(&portal, &fatma, &idea, "klaar", &[("tekst", "Zij staan er."), ("link", "https://example.org/rekken")]).await;
    assert_eq!(now(&portal, &idea).await.state, State::Done);
    for kind in ["idea_published", "idea_reviewed", "idea_planned", "idea_begun", "idea_done"] {
        assert_eq!(told(&pool, &idea, kind).await, 1, "{kind}");
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn personal_data_in_an_idea_are_caught_before_anybody_reads_them(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let words = "Mijn buurman, 06-12345678, wil het ook. Mail naar buurman@example.org.";
    let idea = said(&portal, person(&pool).await, Kind::Idea, words).await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    let form = main_of(&portal.get(&path(&idea, "publiceren"), &fatma).await.body);
    assert!(form.contains("lijkt over iemand te gaan: 06-12345678, buurman@example.org"), "{form}");
    let refused = send(&portal, &fatma, &idea, "publiceren", &[("titel", "Rekken"), ("inhoud", words)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("href=\"#inhoud\""));
    assert_eq!(now(&portal, &idea).await.state, State::Submitted);
    done(&portal, &fatma, &idea, "publiceren", &[("titel", "Rekken"), ("inhoud", "Mijn buurman wil het ook.")]).await;
    let public: String = sqlx::query_scalar("select body from public_idea").fetch_one(&pool).await.unwrap();
    assert_eq!(public, "Mijn buurman wil het ook.");
    assert_eq!(now(&portal, &idea).await.text, words, "what was said is kept as it was said");
    // A clerk who looked may say that a number is nobody's.
    let number = [("titel", "Rekken"), ("inhoud", "Bel 14 010 of 010 267 1625."), ("niemand", "ja")];
    done(&portal, &fatma, &idea, "publiceren", &number).await;
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn an_idea_that_is_there_already_is_merged_and_one_that_cannot_be_is_declined_with_a_reason(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let someone = person(&pool).await;
    let first = said(&portal, someone, Kind::Idea, "Meer rekken bij het station.").await;
    let same = said(&portal, someone, Kind::Idea, "Rekken voor fietsen bij stations.").await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    published(&portal, &fatma, &first, "Meer fietsenrekken").await;
    let into = number(&pool, &first).await.to_string();
    let form = main_of(&portal.get(&path(&same, "samenvoegen"), &fatma).await.body);
    assert!(form.contains("Meer fietsenrekken"), "ideas that are alike are shown: {form}");
    let own = number(&pool, &same).await.to_string();
    for (wrong, status) in [
        ("", StatusCode::UNPROCESSABLE_ENTITY),
        ("x", StatusCode::UNPROCESSABLE_ENTITY),
        (own.as_str(), StatusCode::CONFLICT),
        ("999999", StatusCode::CONFLICT),
    ] {
        assert_eq!(send(&portal, &fatma, &same, "samenvoegen", &[("idee", wrong)]).await.status, status, "{wrong}");
    }
    done(&portal, &fatma, &same, "samenvoegen", &[("idee", &into)]).await;
    assert_eq!(now(&portal, &same).await.state, State::Merged);
    let none = send(&portal, &fatma, &first, "afwijzen", &[("tekst", "")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY, "a reason is required");
    done(&portal, &fatma, &first, "afwijzen", &[("tekst", "Er is geen plaats.")]).await;
    assert_eq!(now(&portal, &first).await.state, State::Declined);
    assert_eq!(told(&pool, &first, "idea_declined").await, 1);
}
