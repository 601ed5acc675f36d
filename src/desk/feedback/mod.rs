//! What people say, at the desk: one queue with corrections, read, passed on, answered; ideas weighed and carried out.

use axum::{Router, routing::get};

use crate::server::Portal;

mod answers;
mod documents;
mod forms;
mod look;
mod page;
pub(super) mod queue;
mod refused;
mod sheet;
pub(super) mod store;
#[cfg(test)]
pub(crate) mod tests;
mod timeline;

pub fn routes() -> Router<Portal> {
    Router::new()
        .route("/balie/reacties", get(queue::get))
        .route("/balie/feedback/{reference}", get(page::get))
        .route("/balie/feedback/{reference}/{act}", get(forms::get).post(forms::post))
        .route("/balie/feedback/{reference}/documenten/{id}", get(documents::download))
}
