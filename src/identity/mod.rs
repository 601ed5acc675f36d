//! Who is at the door: logging in and out, the session, and for whom somebody acts.

use std::time::Duration;

use axum::{
    Json, Router,
    extract::State,
    response::IntoResponse,
    routing::{get, post},
};
use http::{HeaderMap, header, request::Parts};
use jsonwebtoken::jwk::JwkSet;

use crate::{error::Error, server::Portal};

mod back_channel;
mod client_key;
mod cookie;
mod doors;
mod exchange;
mod issuer;
mod kept;
mod log_in;
mod log_out;
mod model;
mod pace;
mod page;
mod person;
mod provider;
mod refusal;
mod session;
#[cfg(test)]
mod tests;

pub use doors::Doors;
pub use issuer::{Issuer, TokenProblem};
pub use model::*;
pub use pace::{address, keep_pace};
#[cfg(test)]
pub(crate) use provider::tests::Signer;
pub use session::{COOKIE, open as open_session, session_for};

/// How long somebody may do nothing (in practice Dutch portals use 15 minutes), and how long a session lasts in all.
pub const IDLE: jiff::SignedDuration = jiff::SignedDuration::from_mins(15);
pub const AT_MOST: jiff::SignedDuration = jiff::SignedDuration::from_hours(2);

/// Where a provider sends somebody back to, and where it says that somebody logged out there.
const BACK: &str = "/inloggen/terug";
const LOG_OUT_NOTICE: &str = "/uitloggen/melding";

pub fn routes() -> Router<Portal> {
    Router::new()
        .route("/inloggen", get(log_in::choose))
        .route("/inloggen/{door}", post(log_in::start))
        .route(BACK, get(log_in::back))
        .route("/inloggen/sleutels.json", get(public_keys))
        .route("/uitloggen", post(log_out::log_out))
        .route(log_out::LOGGED_OUT, get(log_out::logged_out))
        .route(LOG_OUT_NOTICE, post(back_channel::notice))
        .route("/sessie", post(session::stay))
}

/// The session a request carries, if it is alive.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn recognise(parts: &Parts, portal: &Portal) -> Result<Option<Session>, Error> {
    session::recognise(&parts.headers, portal).await
}

/// The session of these headers without being seen: it ends as it would have. For what a page asks by itself.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn peek(headers: &HeaderMap, portal: &Portal) -> Result<Option<Session>, Error> {
    session::peek(headers, portal).await
}

/// Keeps providers known and removes what ended, for as long as the portal runs.
pub async fn look_after(portal: Portal) {
    let mut tick = tokio::time::interval(Duration::from_secs(5));
    for turn in 0_u64.. {
        tick.tick().await;
        let now = portal.clock.now();
        futures::future::join_all(portal.doors.all().iter().map(|provider| provider.published(now))).await;
        if let Some(inbox) = &portal.events {
            inbox.issuer.keys(now).await;
        }
        if turn % 12 == 0 {
            portal.doors.pace.sweep();
            if let Err(error) = session::sweep(&portal).await {
                tracing::warn!(%error, "sessions are not swept");
            }
        }
    }
}

/// `GET /inloggen/sleutels.json`: the keys with which the portal says who it is.
async fn public_keys(State(portal): State<Portal>) -> impl IntoResponse {
    let mut keys: Vec<_> =
        portal.doors.all().iter().filter_map(|provider| Some(provider.key.as_ref()?.public.clone())).collect();
    keys.dedup();
    ([(header::CACHE_CONTROL, "public, max-age=300")], Json(JwkSet { keys }))
}
