//! Sessions in PostgreSQL: found by the hash of a random id in a cookie, sealed, and ended on time.
//!
//! Our own rather than `tower-sessions`: that asks the system for the time, keeps a map of JSON values behind a lock, writes its
//! whole record to stay alive, and has no place for the subject and sid by which a provider ends sessions.

use std::sync::Arc;

use axum::{
    body::Bytes,
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{HeaderMap, StatusCode};
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::postgres::types::PgInterval;

use super::{
    AT_MOST, Door, IDLE, Identity, Party, Session, cookie,
    log_in::{Return, local_path},
};
use crate::{
    app::Visit,
    database::PersonId,
    error::Error,
    keys::{Index, Use},
    server::Portal,
};

pub const COOKIE: &str = "__Host-voordeur";

/// Being seen is written at most once a minute, so what the database saw last may be a minute behind.
const IDLE_AS_STORED: SignedDuration = IDLE.saturating_add(SignedDuration::from_mins(1));

/// Starts a session; the value for the cookie. `subject` is who this is at the provider, which may end the session by that name: it is
/// kept as a hash alone, for some providers use the BSN.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn open(portal: &Portal, identity: &Identity, subject: &str) -> Result<String, Error> {
    let id = BASE64_URL_SAFE_NO_PAD.encode(portal.keys.random::<32>());
    let contents = serde_json::to_vec(identity).map_err(Error::internal)?;
    let keys = &portal.keys;
    sqlx::query("select session_open($1, $2, $3, $4, $5, $6)")
        .bind(keys.index(Index::Session, &id))
        .bind(keys.seal(Use::Session, &contents))
        .bind(keys.index(Index::Subject, &at_provider(identity.door, subject)))
        .bind(identity.sid.as_ref().map(|sid| keys.index(Index::Sid, &at_provider(identity.door, sid))))
        .bind(portal.clock.now().to_sqlx())
        .bind((identity.logged_in_at + AT_MOST).to_sqlx())
        .execute(&mut *portal.database.connection().await?)
        .await?;
    Ok(id)
}

/// The session a request carries, if it is alive. Asks the database nothing when there is no cookie.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn recognise(headers: &HeaderMap, portal: &Portal) -> Result<Option<Session>, Error> {
    load(headers, portal, "select contents, ends_at from session_load($1, $2, $3)").await
}

/// As [`recognise`], without being seen.
pub async fn peek(headers: &HeaderMap, portal: &Portal) -> Result<Option<Session>, Error> {
    load(headers, portal, "select contents, ends_at from session_peek($1, $2, $3)").await
}

async fn load(headers: &HeaderMap, portal: &Portal, statement: &'static str) -> Result<Option<Session>, Error> {
    let Some(id) = cookie::read(headers, COOKIE) else { return Ok(None) };
    let now = portal.clock.now();
    let (contents, ends_at): (Option<Vec<u8>>, Option<SqlTimestamp>) = sqlx::query_as(statement)
        .bind(portal.keys.indexes(Index::Session, id))
        .bind(now.to_sqlx())
        .bind(idle())
        .fetch_one(&mut *portal.database.connection().await?)
        .await?;
    let (Some(contents), Some(ends_at)) = (contents, ends_at) else { return Ok(None) };
    // Contents that do not open or read were written by another version or with a key that is gone: log in again.
    let Ok(contents) = portal.keys.open(Use::Session, &contents) else { return Ok(None) };
    let Ok(identity) = serde_json::from_slice(&contents) else { return Ok(None) };
    Ok(Some(Session { identity: Arc::new(identity), ends_at: ends_at.to_jiff().min(now + IDLE) }))
}

/// Ends the session a request carries, alive or not.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn end(headers: &HeaderMap, portal: &Portal) -> Result<(), Error> {
    if let Some(id) = cookie::read(headers, COOKIE) {
        sqlx::query("select session_end($1)")
            .bind(portal.keys.indexes(Index::Session, id))
            .execute(&mut *portal.database.connection().await?)
            .await?;
    }
    Ok(())
}

/// What a provider asks to end.
pub struct ToEnd<'a> {
    pub door: Door,
    pub jti: &'a str,
    /// Until when the same token would be taken.
    pub expires_at: Timestamp,
    pub subject: Option<&'a str>,
    pub sid: Option<&'a str>,
}

/// Ends sessions at a provider's word; false when that word was used before.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn end_by(portal: &Portal, word: ToEnd<'_>) -> Result<bool, Error> {
    let indexes = |kind, value: Option<&str>| {
        value.map(|value| portal.keys.indexes(kind, &at_provider(word.door, value))).unwrap_or_default()
    };
    let ended = sqlx::query_scalar("select session_end_by($1, $2, $3, $4)")
        .bind(portal.keys.index(Index::LogoutToken, &at_provider(word.door, word.jti)))
        .bind(word.expires_at.to_sqlx())
        .bind(indexes(Index::Subject, word.subject))
        .bind(indexes(Index::Sid, word.sid))
        .fetch_one(&mut *portal.database.connection().await?)
        .await?;
    Ok(ended)
}

/// Removes what ended by itself; how many sessions.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn sweep(portal: &Portal) -> Result<i64, Error> {
    let now = portal.clock.now();
    let mut connection = portal.database.connection().await?;
    sqlx::query("select logout_token_sweep($1)").bind(now.to_sqlx()).execute(&mut *connection).await?;
    Ok(sqlx::query_scalar("select session_sweep($1, $2)")
        .bind(now.to_sqlx())
        .bind(idle())
        .fetch_one(&mut *connection)
        .await?)
}

/// Two providers may give out the same subject.
fn at_provider(door: Door, value: &str) -> String {
    format!("{} {value}", door.path())
}

fn idle() -> PgInterval {
    PgInterval { months: 0, days: 0, microseconds: IDLE_AS_STORED.as_micros() as i64 }
}

/// `POST /sessie`: stays logged in. Recognising the visitor has done it; this says whether it worked.
pub async fn stay(visit: Visit, body: Bytes) -> Response {
    // A script sends no form at all.
    let form: Return = serde_urlencoded::from_bytes(&body).unwrap_or_default();
    match (&visit.session, form.terug.as_deref().and_then(local_path)) {
        (Some(_), Some(back)) => Redirect::to(back).into_response(),
        (Some(_), None) => StatusCode::NO_CONTENT.into_response(),
        (None, Some(_)) => Error::LogIn.into_response(),
        (None, None) => StatusCode::UNAUTHORIZED.into_response(),
    }
}

/// A session for a person without a provider, for measuring and for tests; the value for the cookie.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn session_for(portal: &Portal, person: PersonId) -> Result<String, Error> {
    let party = Party::Person { person, name: "Proefpersoon".to_owned() };
    let identity = Identity {
        door: Door::Citizen,
        actor: party.clone(),
        acting_for: party,
        level: String::new(),
        sid: None,
        id_token: None,
        logged_in_at: portal.clock.now(),
    };
    open(portal, &identity, &person.0.to_string()).await
}
