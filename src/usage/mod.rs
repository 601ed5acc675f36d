//! Who looked at or processed my data: every act of it is logged, chained and shown.

mod model;
pub use model::*;

use axum::Router;

use crate::server::Portal;

pub fn routes() -> Router<Portal> {
    Router::new()
}
