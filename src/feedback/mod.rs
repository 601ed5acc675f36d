//! What people think: complaints, ideas, questions and compliments, surveys, and what was done with them.

use axum::Router;

use crate::server::Portal;

mod change;
mod model;
pub mod store;
mod submit;
pub mod surveys;

pub use change::{Act, By, Refused, change};
pub use model::{
    Action, Actor, Contact, Event, Feedback, Happening, IdeaFace, Kind, Outcome, State, TRANSITIONS, Transition, after,
};
pub use store::Held;
pub use submit::{Author, NewFeedback, contact, link, submit};

pub fn routes() -> Router<Portal> {
    Router::new()
}
