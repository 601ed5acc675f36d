//! What the government holds about me, by register; and bringing registers in.

use axum::{Router, routing::get};

use crate::server::Portal;

mod attribute;
mod bsn;
mod catalogue;
mod change;
mod delivery;
mod element;
mod facts;
mod format;
mod import;
mod import_events;
mod known_as;
mod model;
mod names;
mod numbers;
mod overview;
mod page;
mod partial_date;
mod person_list;
mod reader;
mod records;
mod rectify;
mod relations;
mod renew;
mod rotate;
mod shown;
mod store;
mod tables;
#[cfg(test)]
mod tests;
mod text;
pub use bsn::Bsn;
pub use catalogue::{
    About, Attribute, Catalogue, CatalogueError, Kind, Organisation, Organisations, Register, ShownValue, Type,
};
pub(crate) use catalogue::{check_text, is_id, parse, read_text, toml_files, wrong};
pub use change::{ApplyContext, Change, ChangeError, Mistake, check_value, person_with};
pub use delivery::{Applied, Delivery, Outcome};
pub use facts::FactSources;
pub use format::Wording;
pub use import::{ImportError, Importer, Summary, run as import};
pub use import_events::{CHANGED, EventSummary, run as import_events};
pub use known_as::{KnownAs, known_as};
pub use model::{Doubt, Holding, Record, Standing};
pub use names::{Addressee, Gender, Name, NameUse, PartnerName};
pub use partial_date::{NotADate, PartialDate};
pub use rectify::Rectification;
pub use renew::ChangedFacts;
pub use rotate::rotate;
pub use store::{Which, holdings};
pub use tables::Tables;
pub use text::Text;

/// The register that comes as person lists, and says who belongs together.
const BRP: &str = "brp";

pub fn routes() -> Router<Portal> {
    Router::new()
        .route("/mijn", get(overview::get))
        .route("/mijn/gegevens", get(page::registers))
        .route("/mijn/gegevens/{register}", get(page::register))
}
