//! `GET /api/v1/keys`: the public keys by which organisations know that an event is the portal's (RFC 7517).

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;
use serde_json::json;

use crate::server::Portal;

pub async fn get(State(portal): State<Portal>) -> Response {
    let keys: Vec<_> = portal.outbox.key.iter().map(super::SigningKey::public).collect();
    let headers = [(header::CONTENT_TYPE, "application/jwk-set+json"), (header::CACHE_CONTROL, "public, max-age=300")];
    (headers, json!({ "keys": keys }).to_string()).into_response()
}
