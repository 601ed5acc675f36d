//! What if my income, rent or family changes: the same rules over what somebody types, next to today. Nothing of it is stored.

use axum::{Router, routing::get};

use crate::server::Portal;

mod chart;
mod fields;
mod form;
mod model;
mod outcome;
mod page;
#[cfg(test)]
mod tests;
mod typed;

pub fn routes() -> Router<Portal> {
    Router::new().route("/mijn/proefberekening", get(page::get).post(page::post))
}
