use http::StatusCode;
use jiff::SignedDuration;
use sqlx::PgPool;
use uuid::Uuid;

use super::nobody_answers;
use crate::{
    database::{APPLICATION_ROLE, PersonId},
    identity::{COOKIE, session, session_for},
    testing::TestPortal,
};

async fn log_in(portal: &TestPortal) -> String {
    format!("{COOKIE}={}", session_for(&portal.portal, PersonId(Uuid::new_v4())).await.unwrap())
}

async fn is_logged_in(portal: &TestPortal, cookie: &str) -> bool {
    match portal.post("/sessie", cookie, &[]).await.status {
        StatusCode::NO_CONTENT => true,
        StatusCode::UNAUTHORIZED => false,
        other => panic!("{other}"),
    }
}

const fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_session_ends_a_quarter_of_an_hour_after_the_last_act(pool: PgPool) {
    let portal = TestPortal::with(&pool, nobody_answers());
    let cookie = log_in(&portal).await;
    for _ in 0..4 {
        portal.wait(minutes(15));
        assert!(is_logged_in(&portal, &cookie).await);
    }
    portal.wait(minutes(16));
    assert!(!is_logged_in(&portal, &cookie).await);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn acts_within_a_minute_count_too(pool: PgPool) {
    let portal = TestPortal::with(&pool, nobody_answers());
    let cookie = log_in(&portal).await;
    portal.wait(SignedDuration::from_secs(50));
    assert!(is_logged_in(&portal, &cookie).await);
    portal.wait(minutes(15));
    assert!(
        is_logged_in(&portal, &cookie).await,
        "50 seconds and 15 minutes after log-in, 15 minutes after the last act"
    );
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_session_ends_after_two_hours_whatever_is_done(pool: PgPool) {
    let portal = TestPortal::with(&pool, nobody_answers());
    let cookie = log_in(&portal).await;
    for _ in 0..11 {
        portal.wait(minutes(10));
        assert!(is_logged_in(&portal, &cookie).await);
    }
    portal.wait(minutes(9));
    let headers = [(http::header::COOKIE, cookie.parse().unwrap())].into_iter().collect();
    let session = session::recognise(&headers, &portal.portal).await.unwrap().unwrap();
    assert_eq!(
        session.ends_at.duration_since(portal.portal.clock.now()),
        minutes(1),
        "what is told is when it really ends"
    );
    portal.wait(minutes(1));
    assert!(!is_logged_in(&portal, &cookie).await);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn being_seen_is_written_at_most_once_a_minute(pool: PgPool) {
    let portal = TestPortal::with(&pool, nobody_answers());
    let cookie = log_in(&portal).await;
    let version =
        || async { sqlx::query_scalar::<_, String>("select xmin::text from session").fetch_one(&pool).await.unwrap() };
    let first = version().await;
    portal.wait(SignedDuration::from_secs(59));
    is_logged_in(&portal, &cookie).await;
    assert_eq!(version().await, first);
    portal.wait(SignedDuration::from_secs(1));
    is_logged_in(&portal, &cookie).await;
    assert_ne!(version().await, first);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn neither_the_id_nor_the_person_can_be_read_in_the_database(pool: PgPool) {
    let portal = TestPortal::with(&pool, nobody_answers());
    let cookie = log_in(&portal).await;
    let id = cookie.split_once('=').unwrap().1;
    let (hash, contents): (Vec<u8>, Vec<u8>) =
        sqlx::query_as("select id_hash, contents from session").fetch_one(&pool).await.unwrap();
    assert_eq!(hash.len(), 32);
    let holds = |text: &str| contents.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(!holds("Proefpersoon") && !holds("person") && !holds(id));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn the_application_cannot_look_into_the_tables(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    log_in(&portal).await;
    let mut connection = portal.portal.database.connection().await.unwrap();
    let role: String = sqlx::query_scalar("select current_user::text").fetch_one(&mut *connection).await.unwrap();
    assert_eq!(role, APPLICATION_ROLE);
    for sql in [
        "select * from session",
        "delete from session",
        "update session set ends_at = now()",
        "select * from logout_token",
    ] {
        let error = sqlx::query(sql).execute(&mut *connection).await.unwrap_err();
        assert_eq!(error.as_database_error().unwrap().code().unwrap(), "42501", "{sql}");
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_made_up_id_opens_nothing(pool: PgPool) {
    let portal = TestPortal::with(&pool, nobody_answers());
    let cookie = log_in(&portal).await;
    for guess in [
        "__Host-voordeur=AAAA",
        "__Host-voordeur=",
        "__Host-voordeur='; drop table session; --",
        &cookie[..cookie.len() - 1],
    ] {
        assert!(!is_logged_in(&portal, guess).await, "{guess}");
    }
    assert!(is_logged_in(&portal, &format!("other=1; {cookie}")).await);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn changing_keys_logs_nobody_out_until_the_old_key_goes(pool: PgPool) {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let old = TestPortal::with(&pool, nobody_answers());
    let cookie = log_in(&old).await;
    let mut settings = nobody_answers();
    settings.keys.list.insert("k2".into(), BASE64_STANDARD.encode([8; 32]));
    settings.keys.current = "k2".into();
    assert!(is_logged_in(&TestPortal::with(&pool, settings.clone()), &cookie).await);
    settings.keys.list.remove("k1");
    assert!(!is_logged_in(&TestPortal::with(&pool, settings), &cookie).await);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn logging_out_ends_the_session_itself_and_not_only_the_cookie(pool: PgPool) {
    let portal = TestPortal::with(&pool, nobody_answers());
    let cookie = log_in(&portal).await;
    let other = log_in(&portal).await;
    let answer = portal.post("/en/uitloggen", &cookie, &[]).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/en/uitgelogd"));
    assert_eq!(answer.header("set-cookie"), "__Host-voordeur=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    assert!(!is_logged_in(&portal, &cookie).await);
    assert!(is_logged_in(&portal, &other).await);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_ended_is_swept_away(pool: PgPool) {
    let portal = TestPortal::with(&pool, nobody_answers());
    log_in(&portal).await;
    portal.wait(minutes(10));
    let living = log_in(&portal).await;
    portal.wait(minutes(7));
    assert_eq!(session::sweep(&portal.portal).await.unwrap(), 1);
    assert!(is_logged_in(&portal, &living).await);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn staying_logged_in_works_without_script_and_leads_back_here_only(pool: PgPool) {
    let portal = TestPortal::with(&pool, nobody_answers());
    let cookie = log_in(&portal).await;
    let answer = portal.post("/sessie", &cookie, &[("terug", "/mijn/gegevens")]).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/mijn/gegevens"));
    let answer = portal.post("/sessie", &cookie, &[("terug", "//example.org")]).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    let answer = portal.post("/en/sessie", "", &[("terug", "/en/mijn")]).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/en/inloggen"));
}
