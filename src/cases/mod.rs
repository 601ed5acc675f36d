//! My cases: where they stand, what happens next and by when, and what I can do.

use axum::{Router, routing::get};

use crate::server::Portal;

mod act;
mod added;
mod change;
mod clocks;
mod decided;
mod demo;
mod list;
mod mine;
mod model;
mod notice;
mod now;
mod object;
mod objection;
mod open;
mod overview;
mod page;
mod pass_on;
mod rotate;
mod send;
mod sent;
pub mod store;
#[cfg(test)]
mod tests;
mod timeline;
mod wording;
pub use added::has_document;
pub use change::{Act, By, Refused, catch_up, change, four_eyes, tell_organisation};
pub use clocks::watch_clocks;
pub use demo::demo;
pub(crate) use list::ON_A_PAGE;
pub(crate) use mine::{list as mine, whole};
pub use model::{
    Action, Actor, Case, Decision, Event, Grounds, Happening, Kind, LegalTerm, Outcome, Proposal, Question, Stage,
    TRANSITIONS, Words,
};
pub use objection::Objection;
pub use open::{NewCase, new_id, new_reference, open, organisation_of};
pub use overview::{Asks, Running, running};
pub use rotate::rotate;

pub fn routes() -> Router<Portal> {
    Router::new()
        .route("/mijn/zaken", get(list::get))
        .route("/mijn/zaken/{reference}", get(page::get))
        .route("/mijn/zaken/{reference}/aanvraag", get(sent::get))
        .route("/mijn/zaken/{reference}/besluit", get(decided::get))
        .route("/mijn/zaken/{reference}/antwoord", get(send::answer_form).post(send::answer))
        .route("/mijn/zaken/{reference}/documenten", get(send::documents_form).post(send::documents))
        .route("/mijn/zaken/{reference}/vraag", get(send::enquiry_form).post(send::enquiry))
        .route("/mijn/zaken/{reference}/intrekken", get(send::withdrawal_form).post(send::withdrawal))
        .route("/mijn/zaken/{reference}/ingebrekestelling", get(notice::form).post(notice::post))
        .route("/mijn/zaken/{reference}/bezwaar", get(object::form).post(object::post))
}
