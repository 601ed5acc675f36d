//! What citizens and organisations add: judged by its contents, checked, sealed and handed out to its owner alone.

use axum::{Router, routing::get};

use crate::server::Portal;

mod download;
mod form;
mod judge;
mod keep;
mod model;
mod name;
mod rotate;
mod scan;
mod shelf;
mod store;
#[cfg(test)]
mod tests;

pub use download::serve;
pub use form::{FormWithFiles, Memory};
pub use keep::{Taken, keep, record, sweep, take};
pub use model::{Content, Document, DocumentId, Kind, LARGEST, MOST_FILES, Origin, Refusal, Upload};
pub use rotate::rotate;
pub use scan::Scanner;
pub use shelf::Shelf;
pub use store::{Locked, are, find, of};

pub fn routes() -> Router<Portal> {
    Router::new().route("/documenten/{id}", get(download::get))
}
