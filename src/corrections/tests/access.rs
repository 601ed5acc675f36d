//! Each page and form of corrections, and who may open it.

use http::StatusCode;
use sqlx::PgPool;

use super::{INCOME, Someone};
use crate::{
    database::MIGRATOR,
    identity::{COOKIE, Door, Identity, Party, open_session},
    testing::TestPortal,
};

async fn log_in(portal: &TestPortal, door: Door, party: Party) -> String {
    let identity = Identity {
        door,
        actor: party.clone(),
        acting_for: party,
        level: "http://eidas.europa.eu/LoA/substantial".into(),
        sid: None,
        id_token: None,
        logged_in_at: portal.portal.clock.now(),
    };
    format!("{COOKIE}={}", open_session(&portal.portal, &identity, "subject").await.unwrap())
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn corrections_are_for_citizens_who_logged_in(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let reference = someone.asks().await;
    let portal = &someone.portal;
    let business = log_in(portal, Door::Business, Party::Business { kvk_number: "12345678".into() }).await;
    let staff = Party::Staff {
        organisation: "belastingdienst".into(),
        role: "caseworker".into(),
        name: "Fatma".into(),
        subject: "fatma".into(),
    };
    let staff = log_in(portal, Door::Staff, staff).await;
    let forms = [INCOME.to_owned(), format!("{INCOME}/controleren")];
    let pages = [
        "/mijn/gegevens/inkomen/jaarinkomen/klopt-niet".to_owned(),
        "/mijn/correcties".to_owned(),
        format!("/mijn/correcties/{reference}"),
        format!("/mijn/correcties/{reference}/bewijs"),
        format!("/mijn/correcties/{reference}/bewijs.pdf"),
    ];
    for path in pages.iter().chain(&forms) {
        let anonymous = portal.get(path, "").await;
        assert_eq!(anonymous.status, StatusCode::SEE_OTHER, "{path}");
        assert!(anonymous.header("location").starts_with("/inloggen?terug="), "{path}");
        for cookie in [&business, &staff] {
            assert_eq!(portal.get(path, cookie).await.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
    for path in &forms {
        let anonymous = portal.post(path, "", &[("amount", "1")]).await;
        assert_eq!(anonymous.status, StatusCode::SEE_OTHER, "{path}");
        assert!(anonymous.header("location").starts_with("/inloggen"), "{path}");
        for cookie in [&business, &staff] {
            assert_eq!(portal.post(path, cookie, &[("amount", "1")]).await.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn nobody_sees_or_sends_what_another_asked(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let other = Someone::new(&pool).await;
    let reference = someone.asks().await;
    for end in ["", "/bewijs", "/bewijs.pdf"] {
        let path = format!("/mijn/correcties/{reference}{end}");
        assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(other.get(&format!("/mijn/zaken/{reference}")).await.status, StatusCode::NOT_FOUND);
    assert!(other.see("/mijn/correcties").await.contains("U hebt nog niet om een correctie gevraagd."));
    assert!(!other.see("/mijn/gegevens/inkomen").await.contains("U vroeg op"));
    // A draft is one's own too: what the other sends is nothing.
    assert_eq!(other.send(&format!("{INCOME}/controleren"), &[]).await, INCOME);
    let count: i64 = sqlx::query_scalar("select count(*) from correction").fetch_one(&pool).await.unwrap();
    assert_eq!(count, 1);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn whose_number_is_in_doubt_asks_for_nothing(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    sqlx::query("insert into bsn_conflict values ($1, '\\x01', 'x', '\\x01', now())")
        .bind(someone.person)
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(someone.get(INCOME).await.header("location"), "/mijn");
    assert_eq!(someone.send(INCOME, &[("amount", "1"), ("stap", "verder")]).await, "/mijn");
    assert_eq!(someone.send(&format!("{INCOME}/controleren"), &[]).await, "/mijn");
}
