//! "Was this page clear?": counted for each page and day, and never who said it.

use axum::{
    Form,
    extract::Query,
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde::Deserialize;

use super::given::is_route;
use crate::{
    app::{Page, Place, Visit},
    error::Error,
    insights::{self, Counted},
    ui,
};

#[derive(Deserialize)]
pub struct Said {
    pagina: String,
    duidelijk: String,
}

pub async fn post(visit: Visit, Form(said): Form<Said>) -> Result<Response, Error> {
    let (what, how) = match said.duidelijk.as_str() {
        "ja" => (Counted::Clear, "ja"),
        "nee" => (Counted::Unclear, "nee"),
        _ => return Err(Error::BadRequest),
    };
    if !is_route(&said.pagina) {
        return Err(Error::BadRequest);
    }
    insights::count(&visit.portal, &said.pagina, what);
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("duidelijk", how)
        .append_pair("pagina", &said.pagina)
        .finish();
    Ok(Redirect::to(&visit.href(&format!("/feedback/pagina?{query}"))).into_response())
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    pagina: String,
    #[serde(default)]
    duidelijk: String,
}

/// Thanks, and the way to say what could be better.
pub async fn get(visit: Visit, Query(asked): Query<Asked>) -> Response {
    let locale = visit.locale;
    let more = (asked.duidelijk == "nee").then(|| {
        let route: String = url::form_urlencoded::byte_serialize(asked.pagina.as_bytes()).collect();
        let query = if is_route(&asked.pagina) { format!("?pagina={route}") } else { String::new() };
        view! {
            <p class="nl-paragraph voordeur-measure">{td_string!(locale, feedback.clear_more)}</p>
            <div class="utrecht-button-group">
                <a class="nl-button nl-button--primary" href=visit.href(&format!("/feedback/idee{query}"))>{td_string!(locale, feedback.clear_idea)}</a>
                <a class="nl-button nl-button--secondary" href=visit.href(&format!("/feedback/vraag{query}"))>{td_string!(locale, feedback.clear_question)}</a>
            </div>
        }
    });
    thanks(&visit, td_string!(locale, feedback.clear_thanks), more.into_any())
}

/// What whoever filled in the hidden field is told; people never come here.
pub async fn sent(visit: Visit) -> Response {
    let words = td_string!(visit.locale, feedback.thanks_text);
    thanks(&visit, words, ().into_any())
}

fn thanks(visit: &Visit, words: &'static str, more: AnyView) -> Response {
    let title = td_string!(visit.locale, feedback.thanks);
    let home = if visit.session.is_some() { "/mijn" } else { "/" };
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            {ui::heading(title.to_owned(), words)}
            {more}
            <p><a class="nl-link voordeur-target" href=visit.href(home)>{td_string!(visit.locale, feedback.go_on)}</a></p>
        </div>
    };
    visit.show(Page::new(title, Place::Elsewhere, body))
}
