//! What this portal is, for everybody: the first page, privacy, accessibility.

use axum::{Router, routing::get};
use leptos::prelude::*;

use crate::server::Portal;

mod accessibility;
mod home;
mod privacy;

pub fn routes() -> Router<Portal> {
    Router::new()
        .route("/", get(home::get))
        .route("/privacy", get(privacy::get))
        .route("/toegankelijkheid", get(accessibility::get))
}

fn section(title: &'static str, body: impl IntoView) -> impl IntoView {
    view! {
        <section class="voordeur-stack voordeur-stack--close voordeur-measure">
            <h2 class="nl-heading nl-heading--level-2">{title}</h2>
            {body}
        </section>
    }
}

fn paragraph(text: impl IntoView) -> impl IntoView {
    view! { <p class="nl-paragraph">{text}</p> }
}

fn list(items: impl IntoIterator<Item = String>) -> impl IntoView {
    let items =
        items.into_iter().map(|item| view! { <li class="utrecht-unordered-list__item">{item}</li> }).collect_view();
    view! { <ul class="utrecht-unordered-list">{items}</ul> }
}
