//! What I am entitled to, found for me.

use axum::Router;

use crate::server::Portal;

mod find;
mod model;
mod what_if;
pub use find::{Change, find, find_after};
pub use model::{Actor, Amounts, Offer, Reason, Run, State, TRANSITIONS};

pub fn routes() -> Router<Portal> {
    Router::new().merge(what_if::routes())
}
