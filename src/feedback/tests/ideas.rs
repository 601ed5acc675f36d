//! What everybody sees of ideas: one rule for list, page, search and feed; and support, once each.

use http::StatusCode;
use sqlx::PgPool;

use super::{Act, Kind, Someone};
use crate::database::MIGRATOR;

const BENCHES: &str = "Zet in elk park meer bankjes neer, met leuningen.";

async fn is_public(someone: &Someone, number: i64, words: &str) -> [bool; 4] {
    let page = someone.portal.get(&format!("/ideeen/{number}"), "").await;
    let list = someone.portal.get("/ideeen", "").await.body;
    let found = someone.portal.get("/ideeen?zoek=bankjes", "").await.body;
    let feed = someone.portal.get("/ideeen/feed.atom", "").await.body;
    let link = format!("/ideeen/{number}\"");
    [
        page.status == StatusCode::OK && page.body.contains(words),
        list.contains(&link),
        found.contains(&link),
        feed.contains(words),
    ]
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_idea_is_seen_everywhere_or_nowhere(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let idea = someone.says(Kind::Idea, BENCHES).await;
    let number: i64 = sqlx::query_scalar("select number from idea").fetch_one(&pool).await.unwrap();
    let nowhere = [false; 4];
    assert_eq!(is_public(&someone, number, BENCHES).await, nowhere, "submitted");
    let idea = someone.desk(&idea, Act::Moderate { title: "Meer bankjes".into(), body: BENCHES.into() }).await;
    assert_eq!(is_public(&someone, number, BENCHES).await, nowhere, "moderated");
    let idea = someone.desk(&idea, Act::Publish).await;
    let everywhere = [true; 4];
    assert_eq!(is_public(&someone, number, BENCHES).await, everywhere, "open");
    let promised_on = super::date("2027-01-15");
    let idea = someone.desk(&idea, Act::Review { owner: "Team Park".into(), promised_on }).await;
    assert_eq!(is_public(&someone, number, BENCHES).await, everywhere, "under review");
    let idea = someone.desk(&idea, Act::Decline { text: "Er staan er al genoeg.".into() }).await;
    assert_eq!(is_public(&someone, number, BENCHES).await, everywhere, "declined");
    let page = someone.see(&format!("/ideeen/{number}")).await;
    assert!(page.contains("Er staan er al genoeg.") && page.contains("Gemeente Rotterdam"), "{page}");
    drop(idea);
    let (withdrawn, number) = someone.published("Meer bankjes langs de gracht, in de schaduw.").await;
    assert_eq!(is_public(&someone, number, "langs de gracht").await, everywhere);
    let by = crate::feedback::By::citizen(someone.portal.portal.clock.now());
    someone.does(&withdrawn, Act::Withdraw, by).await.unwrap();
    assert_eq!(is_public(&someone, number, "langs de gracht").await, nowhere, "withdrawn");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_idea_names_its_author_only_when_they_chose_so(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let fields = [("titel", "Meer bankjes"), ("tekst", BENCHES), ("organisatie", "svb")];
    someone.sends("idee", &fields).await;
    let named: Option<String> = sqlx::query_scalar("select author from idea").fetch_one(&pool).await.unwrap();
    assert_eq!(named, None);
    someone.sends("idee", &[fields[0], fields[1], fields[2], ("naam-tonen", "ja"), ("naam", "Iemand anders")]).await;
    let named: Option<String> =
        sqlx::query_scalar("select author from idea order by number desc limit 1").fetch_one(&pool).await.unwrap();
    assert_eq!(named.as_deref(), Some("Proefpersoon"), "the name of who is logged in, whatever the form says");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn support_counts_once_for_each_person_who_logged_in(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let (idea, number) = someone.published(BENCHES).await;
    let path = format!("/ideeen/{number}/steun");
    let supports = || async {
        sqlx::query_scalar::<_, i32>("select supports from idea where number = $1")
            .bind(number)
            .fetch_one(&pool)
            .await
            .unwrap()
    };
    let anonymous = someone.portal.post(&path, "", &[("steun", "ja")]).await;
    assert!(anonymous.header("location").starts_with("/inloggen"));
    assert_eq!(supports().await, 0);
    let other = Someone::new(&pool).await;
    for _ in 0..3 {
        assert_eq!(someone.post(&path, &[("steun", "ja")]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(other.post(&path, &[("steun", "ja")]).await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(supports().await, 2);
    assert!(someone.see(&format!("/ideeen/{number}")).await.contains("2 mensen steunen dit"));
    other.post(&path, &[("steun", "nee")]).await;
    assert_eq!(supports().await, 1);
    let promised_on = super::date("2027-01-15");
    someone.desk(&idea, Act::Review { owner: "Team Park".into(), promised_on }).await;
    other.post(&path, &[("steun", "ja")]).await;
    assert_eq!(supports().await, 1, "it is open for support no more");
    assert_eq!(someone.post("/ideeen/999/steun", &[("steun", "ja")]).await.status, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_idea_that_is_merged_goes_on_with_its_support(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let other = Someone::new(&pool).await;
    let (merged, from) = someone.published(BENCHES).await;
    let (_, into) = other.published("Meer plekken om te zitten, overal in de stad.").await;
    for one in [&someone, &other] {
        one.post(&format!("/ideeen/{from}/steun"), &[("steun", "ja")]).await;
    }
    someone.post(&format!("/ideeen/{into}/steun"), &[("steun", "ja")]).await;
    someone.desk(&merged, Act::Merge { into }).await;
    let supports: i32 =
        sqlx::query_scalar("select supports from idea where number = $1").bind(into).fetch_one(&pool).await.unwrap();
    assert_eq!(supports, 2, "who supported both counts once");
    let old = someone.get(&format!("/ideeen/{from}")).await;
    assert_eq!((old.status, old.header("location")), (StatusCode::SEE_OTHER, format!("/ideeen/{into}").as_str()));
    assert_eq!(someone.get("/ideeen/0").await.status, StatusCode::NOT_FOUND);
}
