//! What people think: complaints, ideas, questions and compliments, surveys, and what was done with them.

use axum::{
    Router,
    response::Redirect,
    routing::{get, post},
};

use crate::{app::Visit, server::Portal};

mod act;
mod change;
mod clear;
mod clocks;
mod demo;
mod fields;
mod form;
mod given;
mod ideas;
mod improvements;
mod list;
mod look;
mod model;
mod page;
mod personal;
mod public;
mod rotate;
mod send;
pub mod store;
mod submit;
mod suggest;
mod survey_page;
pub mod surveys;
#[cfg(test)]
mod tests;
mod timeline;
mod token;
mod transitions;
mod typed;
pub mod wording;

pub use change::{Act, By, Refused, change};
pub use clocks::watch_clocks;
pub use demo::demo;
pub use model::{Actor, Contact, Event, Feedback, Happening, IdeaFace, Kind, Outcome, State};
pub use personal::personal_data;
pub use rotate::rotate;
pub use store::Held;
pub use submit::{Author, NewFeedback, contact, link, submit};
pub use transitions::{Action, TRANSITIONS, Transition, after};

pub fn routes() -> Router<Portal> {
    Router::new()
        .route("/feedback", get(form::choose))
        .route("/feedback/bedankt", get(clear::sent))
        .route("/feedback/pagina", get(clear::get).post(clear::post))
        .route("/feedback/suggesties", post(suggest::post))
        .route("/feedback/{kind}", get(form::get).post(send::post))
        .route("/feedback/volgen/{secret}", get(page::get_linked))
        .route("/feedback/volgen/{secret}/ontvangst", get(page::receipt_linked))
        .route("/feedback/volgen/{secret}/documenten/{id}", get(page::document))
        .route("/feedback/volgen/{secret}/{doing}", get(act::form_linked).post(act::post_linked))
        .route("/vraag", get(async |visit: Visit| Redirect::to(&visit.href("/feedback/vraag"))))
        .route("/mijn/feedback", get(list::get))
        .route("/mijn/feedback/{reference}", get(page::get))
        .route("/mijn/feedback/{reference}/ontvangst", get(page::receipt))
        .route("/mijn/feedback/{reference}/{doing}", get(act::form).post(act::post))
        .route("/mijn/enquete/{about}", get(survey_page::get).post(survey_page::post))
        .route("/ideeen", get(ideas::list))
        .route("/ideeen/feed.atom", get(ideas::feed))
        .route("/ideeen/{number}", get(ideas::get))
        .route("/ideeen/{number}/steun", post(ideas::post_support))
        .route("/verbeteringen", get(improvements::get))
}
