//! What organisations hear, counted: themes, trends and terms; and the improvements that come of it.

use axum::{Router, routing::get};

use crate::server::Portal;

mod chart;
mod count;
mod demo;
mod export;
mod improvements;
mod model;
mod numbers;
mod page;
mod store;
#[cfg(test)]
mod tests;
mod themes;
mod work;

pub use count::{Counted, PageCounts, count, keep_counts};
pub use demo::demo;
pub use model::Category;
pub use work::{count_all, look_after};

pub fn routes() -> Router<Portal> {
    Router::new()
        .route("/balie/inzichten", get(page::get))
        .route("/balie/inzichten/thema", get(themes::get).post(themes::post))
        .route("/balie/inzichten/{file}", get(export::get))
        .route("/balie/verbeteringen", get(improvements::list))
        .route("/balie/verbeteringen/{id}", get(improvements::get).post(improvements::post))
}
