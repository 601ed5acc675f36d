//! Where staff of organisations work.

use axum::{Router, routing::get};
use http::Method;

use crate::server::Portal;

mod access;
mod cases;
mod effect;
mod effect_view;
mod feedback;
mod figures;
mod numbers;
mod page;
mod person;
mod person_store;
mod service;
mod services;
mod store;
#[cfg(test)]
pub(crate) use feedback::tests as feedback_tests;
#[cfg(test)]
mod tests;
mod try_out;
mod typed;
mod words;

/// The one route on which a form may take longer than a page: working out a rule for everybody.
pub fn takes_longer(method: &Method, route: &str) -> bool {
    method == Method::POST && route.ends_with("/balie/diensten/{service}/proef")
}

pub fn routes() -> Router<Portal> {
    Router::new()
        .route("/balie", get(page::get))
        .route("/balie/diensten", get(services::get))
        .route("/balie/diensten/{service}", get(service::get))
        .route("/balie/persoon", get(person::get).post(person::post))
        .route("/balie/diensten/{service}/proef", get(try_out::get).post(try_out::post))
        .merge(cases::routes())
        .merge(feedback::routes())
}
