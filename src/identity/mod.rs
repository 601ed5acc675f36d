//! Who is at the door: logging in and out, the session, and for whom somebody acts.

use axum::Router;
use http::request::Parts;

use crate::{error::Error, server::Portal};

mod model;
pub use model::*;



/// How long somebody may do nothing (in practice Dutch portals use 15 minutes), and how long a session lasts in all.
pub const IDLE: jiff::SignedDuration = jiff::SignedDuration::from_mins(15);
pub const AT_MOST: jiff::SignedDuration = jiff::SignedDuration::from_hours(2);

pub fn routes() -> Router<Portal> {
    Router::new()
}

/// The session a request carries, if it is alive.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn recognise(_parts: &Parts, _portal: &Portal) -> Result<Option<Session>, Error> {
    Ok(None)
}
