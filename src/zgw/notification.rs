//! `POST /api/v1/zgw/notificaties`: the Notificaties API says that a case changed, and it is fetched again. What else it says is not used.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    routing::post,
};
use http::{HeaderMap, StatusCode, header};
use ring::digest::{SHA256, digest};
use serde_json::Value;

use super::{Sources, answer::text, fetch::Source, store};
use crate::{error::Error, server::Portal};

const PATH: &str = "/api/v1/zgw/notificaties";

/// Larger than this no notification is, in bytes.
const LIMIT: usize = 64 * 1024;

#[derive(Clone)]
struct Door {
    portal: Portal,
    sources: Arc<Sources>,
}

/// There is a door when a source has a token for it.
pub fn routes(portal: &Portal, sources: &Arc<Sources>) -> Router {
    if !sources.iter().any(|source| source.notification_token.is_some()) {
        return Router::new();
    }
    Router::new()
        .route(PATH, post(receive))
        .layer(DefaultBodyLimit::max(LIMIT))
        .with_state(Door { portal: portal.clone(), sources: Arc::clone(sources) })
}

async fn receive(State(door): State<Door>, headers: HeaderMap, body: Bytes) -> Result<StatusCode, Error> {
    // Open Notificaties tries without a token first, and wants to see this refusal before it accepts the address.
    let source = door.sources.iter().find(|source| is_from(source, &headers)).ok_or(Error::Forbidden)?;
    let notification: Value = serde_json::from_slice(&body).map_err(|_| Error::BadRequest)?;
    // Other channels, and the trial message of Open Notificaties, are heard and forgotten.
    if text(&notification, "kanaal") == Some("zaken")
        && let Some(case) = text(&notification, "hoofdObject").and_then(|address| source.client.zaak_address(address))
    {
        let mut sql = door.portal.database.connection().await?;
        store::ask(&mut sql, &source.organisation, case, door.portal.clock.now()).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The header as the subscription has it: the token, or `Bearer` and the token. Compared by digest, so that time tells nothing.
fn is_from(source: &Source, headers: &HeaderMap) -> bool {
    let Some(token) = &source.notification_token else { return false };
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(given), None) = (values.next(), values.next()) else { return false };
    let given = given.as_bytes();
    let given = given.strip_prefix(b"Bearer ").unwrap_or(given);
    digest(&SHA256, given).as_ref() == digest(&SHA256, token.as_bytes()).as_ref()
}
