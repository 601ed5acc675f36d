//! Having a registered value changed.

use axum::{Router, routing::get};

use crate::server::Portal;

mod change;
mod decided;
mod draft;
mod form;
mod honour;
mod inputs;
mod list;
mod model;
mod receipt;
mod report;
mod store;
mod submit;
#[cfg(test)]
mod tests;
mod typed;
mod uses;
mod view;
mod words;
pub use change::{Act, change, follow, held};
pub use decided::Decided;
pub use draft::rotate;
pub use form::path;
pub use honour::{HONOURED, Honoured, Way, may_be, way};
pub use model::{Action, Correction, State, TRANSITIONS, Values};
pub use report::report;
pub use store::{RUNNING_HERE, Running, of_case, running, running_about};
pub use submit::{Explanation, Request, Submitted, duty, legal_term, submit, title};
pub use uses::{LOOKED_INTO, Looked, Uses, facts_looked_into, path_of, services_using};
pub use words::{InWords, section, sent, state};

pub fn routes() -> Router<Portal> {
    let value = "/mijn/gegevens/{register}/{value}";
    Router::new()
        .route(&format!("{value}/klopt-niet"), get(form::choose))
        .route(&format!("{value}/{{object}}/klopt-niet"), get(form::form).post(form::post))
        .route(&format!("{value}/{{object}}/klopt-niet/controleren"), get(form::summary).post(form::send))
        .route("/mijn/correcties", get(list::get))
        .route("/mijn/correcties/{reference}", get(list::one))
        .route("/mijn/correcties/{reference}/bewijs", get(receipt::get))
        .route("/mijn/correcties/{reference}/bewijs.pdf", get(receipt::pdf))
}
