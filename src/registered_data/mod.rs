//! What the government holds about me, by register; and bringing registers in.

use axum::Router;

use crate::server::Portal;

mod bsn;
mod catalogue;
mod delivery;
mod format;
mod import;
mod model;
mod names;
mod partial_date;
mod person_list;
mod tables;
mod text;
pub use bsn::Bsn;
pub use catalogue::{Catalogue, CatalogueError, Organisation, Register};
pub use import::{ImportError, Importer, Summary, run as import};
pub use model::{Doubt, Holding, Record, Standing};
pub use partial_date::{NotADate, PartialDate};
pub use tables::Tables;
pub use text::Text;

pub fn routes() -> Router<Portal> {
    Router::new()
}
