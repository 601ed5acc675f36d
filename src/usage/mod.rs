//! Who looked at or processed my data: every act of it is logged, chained and shown.

use axum::{Router, routing::get};

use crate::server::Portal;

mod looks;
mod model;
mod page;
mod store;
mod verify;

pub use looks::LookWriter;
pub use model::*;
pub use verify::{Heads, Verified, verify};

pub fn routes() -> Router<Portal> {
    Router::new().route("/mijn/inzage", get(page::get))
}
