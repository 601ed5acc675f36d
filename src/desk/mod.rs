//! Where staff of organisations work.

use axum::{Router, routing::get};

use crate::server::Portal;

mod page;
mod store;

pub fn routes() -> Router<Portal> {
    Router::new().route("/balie", get(page::get))
}
