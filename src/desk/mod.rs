//! Where staff of organisations work.

use axum::{Router, routing::get};

use crate::server::Portal;

mod access;
mod figures;
mod numbers;
mod page;
mod services;
mod store;

pub fn routes() -> Router<Portal> {
    Router::new().route("/balie", get(page::get)).route("/balie/diensten", get(services::get))
}
