//! What this portal is, for everybody: the first page, privacy, accessibility.

use axum::{
    Router,
    response::Response,
    routing::get,
};
use http::HeaderMap;
use leptos::prelude::*;

use crate::{
    app::{Page, Place, Visit},
    server::Portal,
};

pub fn routes() -> Router<Portal> {
    Router::new().route("/", get(home))
}

async fn home(visit: Visit, headers: HeaderMap) -> Response {
    visit.show_public(&headers, || Page::new("Voordeur", Place::Home, view! { <p>"hoi"</p> }))
}
