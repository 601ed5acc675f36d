//! What the government holds about me, by register; and bringing registers in.

use axum::Router;

use crate::server::Portal;

mod bsn;
pub use bsn::Bsn;
mod text;
pub use text::Text;

pub fn routes() -> Router<Portal> {
    Router::new()
}
