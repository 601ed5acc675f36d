//! Pages that are open hear of messages.

use std::time::Duration;

use axum::body::Body;
use http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use jiff::SignedDuration;
use sqlx::PgPool;
use tower::ServiceExt;

use super::Someone;
use crate::{database::MIGRATOR, messages};

async fn open(someone: &Someone) -> Response<Body> {
    let request = Request::get("/mijn/berichten/stroom")
        .header(header::ACCEPT, "text/event-stream")
        .header(header::ACCEPT_ENCODING, "br, gzip")
        .header(header::COOKIE, &someone.cookie)
        .body(Body::empty())
        .unwrap();
    someone.portal.router.clone().oneshot(request).await.unwrap()
}

/// The next part; none when the stream ended.
async fn part(response: &mut Response<Body>) -> Option<String> {
    let frame = tokio::time::timeout(Duration::from_secs(10), response.body_mut().frame()).await.expect("in time")?;
    Some(String::from_utf8(frame.unwrap().into_data().unwrap().to_vec()).unwrap())
}

/// The next part that says something.
async fn event(response: &mut Response<Body>) -> String {
    loop {
        let part = part(response).await.expect("it goes on");
        if part != ": \n\n" {
            return part;
        }
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_open_page_hears_how_many_wait_and_nothing_else(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let listening = tokio::spawn(messages::listen(someone.portal.portal.clone()));
    someone.tell("case_status", false).await;
    let mut page = open(&someone).await;
    assert_eq!(page.headers()[header::CONTENT_TYPE], "text/event-stream");
    assert!(!page.headers().contains_key(header::CONTENT_ENCODING));
    assert_eq!(event(&mut page).await, "event: message\nretry: 10000\ndata: 1\n\n");
    someone.tell("case_decided", true).await;
    assert_eq!(event(&mut page).await, "event: message\nretry: 10000\ndata: 2\n\n");
    someone.see("/mijn/berichten").await;
    assert!(event(&mut page).await.contains("data: 0"), "read on another page");
    listening.abort();
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_stream_ends_with_its_session_and_keeps_nobody_logged_in(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let mut page = open(&someone).await;
    assert!(part(&mut page).await.unwrap().contains("data: 0"));
    assert_eq!(part(&mut page).await.unwrap(), ": \n\n");
    someone.portal.wait(SignedDuration::from_mins(14));
    while part(&mut page).await.is_some_and(|part| part == ": \n\n") {
        someone.portal.wait(SignedDuration::from_mins(1));
    }
    assert_eq!(open(&someone).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(someone.get("/mijn/berichten").await.status, StatusCode::SEE_OTHER);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn five_pages_of_one_person_listen_and_a_closed_one_makes_room(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let mut pages = Vec::new();
    for _ in 0..5 {
        let page = open(&someone).await;
        assert_eq!(page.status(), StatusCode::OK);
        pages.push(page);
    }
    assert_eq!(open(&someone).await.status(), StatusCode::TOO_MANY_REQUESTS);
    let other = Someone::new(&pool).await;
    assert_eq!(open(&other).await.status(), StatusCode::OK);
    pages.pop();
    assert_eq!(open(&someone).await.status(), StatusCode::OK);
    // When the process stops, nobody holds it up.
    someone.portal.portal.streams.end();
    for mut page in pages {
        while part(&mut page).await.is_some() {}
    }
}
