//! What may help already: services, answers and existing ideas that resemble what somebody writes.

use axum::{extract::RawForm, response::Response};
use http::header;
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde_json::{Value, json};

use super::{model::Kind, typed};
use crate::{app::Visit, error::Error, i18n::Locale, ui};

/// Something that may help.
#[derive(Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Suggestion {
    pub kind: String,
    pub id: String,
    pub title: String,
    pub text: String,
}

/// Of each kind at most so many.
const MOST: i64 = 3;

/// The best of what resembles a text, by the words that both have; in Dutch or English.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn find(visit: &Visit, kind: Kind, text: &str) -> Result<Vec<Suggestion>, Error> {
    if kind == Kind::Compliment || text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let (locale, portal) = (visit.locale, &visit.portal);
    let language = if locale == Locale::en { "english" } else { "dutch" };
    // Whoever has an idea or a complaint is not helped with what a service is.
    let services = portal.rules.services.iter().filter(|_| kind == Kind::Question).map(|service| {
        let of = &service.service;
        json!({ "kind": "service", "id": of.id, "title": of.name.get(locale), "text": of.summary.get(locale) })
    });
    let answers = portal.catalogue.answers.iter().filter(|_| kind != Kind::Idea).map(|answer| {
        json!({ "kind": "answer", "id": answer.link, "title": answer.question.get(locale), "text": answer.answer.get(locale) })
    });
    let known: Vec<Value> = services.chain(answers).collect();
    // Words past the first thousands say no more, and cost.
    let text: String = text.chars().take(2_000).collect();
    let found = sqlx::query_as(
        "with asked as (
             select string_agg(quote_literal(lexeme), ' | ')::tsquery as query from unnest(to_tsvector($1::text::regconfig, $2))
         ), known as (
             select k ->> 'kind' as kind, k ->> 'id' as id, k ->> 'title' as title, k ->> 'text' as text,
                    setweight(to_tsvector($1::text::regconfig, k ->> 'title'), 'A') || to_tsvector($1::text::regconfig, k ->> 'text') as words
               from jsonb_array_elements($3) k
             union all
             select 'idea', number::text, title, left(body, 160), words from public_idea where $4 and words @@ (select query from asked)
         ), found as (
             select kind, id, title, text,
                    row_number() over (partition by kind order by ts_rank_cd(words, query) desc, id) as place
               from known, asked where words @@ query
         )
         select kind, id, title, text from found where place <= $5 order by kind, place",
    )
    .bind(language)
    .bind(text)
    .bind(Value::Array(known))
    .bind(kind == Kind::Idea)
    .bind(MOST)
    .fetch_all(&mut *portal.database.connection().await?)
    .await?;
    Ok(found)
}

/// The list; nothing when there is nothing.
pub fn list(visit: &Visit, suggestions: &[Suggestion]) -> Option<AnyView> {
    let locale = visit.locale;
    let rows = suggestions
        .iter()
        .map(|suggestion| {
            let (picture, path) = match suggestion.kind.as_str() {
                "idea" => ("people", format!("/ideeen/{}", suggestion.id)),
                "service" => ("file", format!("/mijn/aanbod/{}", suggestion.id)),
                _ => ("eye", suggestion.id.clone()),
            };
            // Our page of a service is for who logged in; its organisation's is for everybody.
            let service = visit.portal.rules.service(&suggestion.id).filter(|_| suggestion.kind == "service");
            let elsewhere = service.and_then(|service| service.service.url.clone()).filter(|_| visit.session.is_none());
            let href = elsewhere.unwrap_or_else(|| visit.href(&path));
            view! {
                <li>
                    {ui::icon(picture)}
                    <div class="voordeur-stack voordeur-stack--tight">
                        <b><a class="nl-link voordeur-link-quiet" href=href>{suggestion.title.clone()}</a></b>
                        <p class="voordeur-subtle">{suggestion.text.clone()}</p>
                    </div>
                </li>
            }
        })
        .collect_view();
    (!suggestions.is_empty()).then(|| {
        view! {
            <section class="voordeur-stack voordeur-stack--close" aria-labelledby="misschien">
                <h2 class="nl-heading nl-heading--level-3" id="misschien">{td_string!(locale, feedback.maybe)}</h2>
                <p class="nl-paragraph">{td_string!(locale, feedback.maybe_text)}</p>
                <ul class="voordeur-card voordeur-card--flush voordeur-rows" role="list">{rows}</ul>
            </section>
        }
        .into_any()
    })
}

/// `/feedback/suggesties`: the list alone, for the script of the form. By POST, as what somebody writes belongs in no address.
pub async fn post(visit: Visit, RawForm(form): RawForm) -> Result<Response, Error> {
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(&form).map_err(|_| Error::BadRequest)?;
    let field = |name: &str| fields.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value.as_str());
    let kind = Kind::from_path(field("soort")).ok_or(Error::BadRequest)?;
    let text = format!("{} {}", typed::clean(field(typed::TITLE)), typed::clean(field(typed::TEXT)));
    let found = find(&visit, kind, &text).await?;
    let html = Owner::new().with(|| list(&visit, &found).map(|list| list.to_html()).unwrap_or_default());
    Response::builder()
        .header(header::CONTENT_TYPE, "text/html; charset=utf-8")
        .body(html.into())
        .map_err(Error::internal)
}
