//! `/ideeen`: ideas that are public, for everybody: a list, search, one of them, and support.

use axum::{
    extract::{Path, Query},
    response::{IntoResponse, Redirect, Response},
};
use http::header;
use jiff_sqlx::ToSqlx;
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde::Deserialize;

use super::{
    form::author,
    look::usage,
    model::State,
    public::{self, Idea},
    wording,
};
use crate::{
    app::{Citizen, Page, Place, Visit},
    clock,
    error::Error,
    i18n::Locale,
    ui::{self, Tone, dates},
    usage::activity,
};

const ON_A_PAGE: i64 = 20;

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    zoek: String,
    #[serde(default)]
    status: String,
    blad: Option<i64>,
}

/// What the list can be narrowed down to.
const FILTERS: [State; 5] = [State::Open, State::UnderReview, State::Planned, State::InProgress, State::Done];

pub async fn list(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let leaf = asked.blad.unwrap_or(1).clamp(1, 10_000);
    let words: String = asked.zoek.chars().filter(|letter| !letter.is_control()).take(200).collect();
    let state = State::from_text(&asked.status).filter(|state| FILTERS.contains(state));
    let mut sql = visit.portal.database.connection().await?;
    let mut ideas = public::list(&mut sql, words.trim(), state, ON_A_PAGE + 1, (leaf - 1) * ON_A_PAGE).await?;
    drop(sql);
    let more = ideas.len() > 20;
    ideas.truncate(20);
    Ok(visit.show(list_page(&visit, &ideas, words.trim(), state, leaf, more)))
}

fn list_page(visit: &Visit, ideas: &[Idea], words: &str, state: Option<State>, leaf: i64, more: bool) -> Page {
    let locale = visit.locale;
    let title = td_string!(locale, feedback.ideas);
    let rows = ideas.iter().map(|idea| row(visit, idea)).collect_view();
    let list = if ideas.is_empty() {
        ui::empty("people", view! { <p class="nl-paragraph">{td_string!(locale, feedback.no_ideas)}</p> }).into_any()
    } else {
        view! { <ul class="voordeur-card voordeur-card--flush voordeur-rows" role="list">{rows}</ul> }.into_any()
    };
    let options = FILTERS
        .into_iter()
        .map(|one| view! { <option value=one.as_str() selected=state == Some(one)>{wording::state(locale, one)}</option> })
        .collect_view();
    let to = |leaf: i64, label: &'static str| {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("zoek", words)
            .append_pair("status", state.map_or("", State::as_str))
            .append_pair("blad", &leaf.to_string())
            .finish();
        view! { <a class="nl-link voordeur-target" href=visit.href(&format!("/ideeen?{query}"))>{label}</a> " " }
    };
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            {ui::heading(title.to_owned(), td_string!(locale, feedback.ideas_lead))}
            <p class="voordeur-cluster">
                <a class="nl-button nl-button--primary" href=visit.href("/feedback/idee")>{td_string!(locale, feedback.give_idea)}</a>
                <a class="nl-link voordeur-target" href=visit.href("/verbeteringen")>{td_string!(locale, feedback.see_improvements)}</a>
                <a class="nl-link voordeur-target" href=visit.href("/ideeen/feed.atom")>{td_string!(locale, feedback.feed)}</a>
            </p>
            <form class="utrecht-form voordeur-cluster voordeur-cluster--end" method="get" action=visit.href("/ideeen") role="search">
                <div class="utrecht-form-field">
                    <div class="utrecht-form-field__label"><label class="utrecht-form-label" for="zoek">{td_string!(locale, feedback.search)}</label></div>
                    <div class="utrecht-form-field__input"><input class="utrecht-textbox utrecht-textbox--html-input" type="search" id="zoek" name="zoek" value=words.to_owned()/></div>
                </div>
                <div class="utrecht-form-field">
                    <div class="utrecht-form-field__label"><label class="utrecht-form-label" for="status">{td_string!(locale, feedback.status)}</label></div>
                    <div class="utrecht-form-field__input"><select class="utrecht-select utrecht-select--html-select" id="status" name="status"><option value="">{td_string!(locale, feedback.all)}</option>{options}</select></div>
                </div>
                <button class="nl-button nl-button--secondary" type="submit">{td_string!(locale, feedback.search_button)}</button>
            </form>
            {list}
            <p class="voordeur-cluster">
                {(leaf > 1).then(|| to(leaf - 1, td_string!(locale, feedback.previous)))}
                {more.then(|| to(leaf + 1, td_string!(locale, feedback.more)))}
            </p>
        </div>
    };
    Page::new(title, Place::Elsewhere, body)
}

/// Ideas are written in Dutch, or as their author did; the portal does not know better.
fn dutch(locale: Locale) -> Option<&'static str> {
    (locale != Locale::nl).then_some("nl")
}

fn row(visit: &Visit, idea: &Idea) -> AnyView {
    let locale = visit.locale;
    let organisation = wording::organisation(visit, &idea.organisation);
    let count = i64::from(idea.supports);
    let supports = td_string!(locale, feedback.supports, count = count).to_string();
    view! {
        <li>
            {ui::icon("people")}
            <div class="voordeur-stack voordeur-stack--tight">
                <b lang=dutch(locale)><a class="nl-link voordeur-link-quiet" href=visit.href(&idea.path())>{idea.title.clone()}</a></b>
                <p class="voordeur-subtle">{organisation} ". " {wording::state(locale, idea.state)} "."</p>
            </div>
            <div class="voordeur-rows__end"><span>{supports}</span></div>
        </li>
    }
    .into_any()
}

pub async fn get(visit: Visit, Path(number): Path<String>) -> Result<Response, Error> {
    let number: i64 = number.parse().map_err(|_| Error::NotFound)?;
    let mut sql = visit.portal.database.connection().await?;
    let Some(idea) = public::by_number(&mut sql, number).await? else {
        let merged = public::merged_into(&mut sql, number).await?.ok_or(Error::NotFound)?;
        return Ok(Redirect::to(&visit.href(&format!("/ideeen/{merged}"))).into_response());
    };
    drop(sql);
    let supported = match author(&visit) {
        None => None,
        Some(person) => {
            let mut scope = visit.scope(person, usage(&visit, activity::VIEW_FEEDBACK)).await?;
            let supported = public::supports(scope.sql(), number).await?;
            scope.commit().await?;
            Some(supported)
        }
    };
    Ok(visit.show(page(&visit, &idea, supported)))
}

fn page(visit: &Visit, idea: &Idea, supported: Option<bool>) -> Page {
    let locale = visit.locale;
    let date = |at| dates::date(locale, clock::day(at));
    let author = idea.author.clone().unwrap_or_else(|| td_string!(locale, feedback.somebody).to_owned());
    let by = td_string!(
        locale,
        feedback.idea_by,
        author = author,
        date = date(idea.published_at),
        organisation = wording::organisation(visit, &idea.organisation)
    )
    .to_string();
    let answer = idea.answer.clone().map(|answer| {
        let at = idea.answered_at.map(date).unwrap_or_default();
        let from = td_string!(locale, feedback.official_from, organisation = wording::organisation(visit, &idea.organisation), date = at).to_string();
        let link = idea.link.clone().map(|link| {
            view! { <p><a class="nl-link voordeur-target" href=link>{td_string!(locale, feedback.see_change)} " " {ui::icon("arrow")}</a></p> }
        });
        view! {
            <section class="voordeur-card voordeur-stack" aria-labelledby="antwoord">
                <h2 class="nl-heading nl-heading--level-2" id="antwoord">{td_string!(locale, feedback.official)}</h2>
                <p class="nl-paragraph voordeur-text" lang=dutch(locale)>{answer}</p>
                <p class="voordeur-subtle">{from}</p>
                {link}
            </section>
        }
    });
    let promise = idea
        .promised_on
        .filter(|_| matches!(idea.state, State::UnderReview | State::Planned | State::InProgress))
        .map(|day| {
            let owner = idea.owner.clone().unwrap_or_else(|| wording::organisation(visit, &idea.organisation));
            td_string!(locale, feedback.owner_promised, owner = owner, date = dates::date(locale, day)).to_string()
        });
    let count = i64::from(idea.supports);
    let supports = td_string!(locale, feedback.supports, count = count).to_string();
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--sections">
            <div class="voordeur-stack">
                <div class="voordeur-stack voordeur-stack--tight">
                    <h1 class="nl-heading nl-heading--level-1" lang=dutch(locale)>{idea.title.clone()}</h1>
                    <p class="voordeur-subtle">{by}</p>
                </div>
                <p><span class="nl-data-badge">{wording::state(locale, idea.state)}</span></p>
                {promise.map(|words| view! { <p class="nl-paragraph">{words}</p> })}
                <p class="nl-paragraph voordeur-measure voordeur-text" lang=dutch(locale)>{idea.body.clone()}</p>
            </div>
            {answer}
            <section class="voordeur-stack voordeur-stack--close" aria-labelledby="steun">
                <h2 class="nl-heading nl-heading--level-2" id="steun">{td_string!(locale, feedback.support)}</h2>
                <p class="nl-paragraph">{supports}</p>
                {support(visit, idea, supported)}
            </section>
        </div>
    };
    Page::new(idea.title.clone(), Place::Elsewhere, body).under(td_string!(locale, feedback.ideas), "/ideeen")
}

/// The button, for who may use it; who is not logged in is asked to.
fn support(visit: &Visit, idea: &Idea, supported: Option<bool>) -> Option<AnyView> {
    let locale = visit.locale;
    if idea.state != State::Open {
        return None;
    }
    let action = visit.href(&format!("{}/steun", idea.path()));
    let form = |value: &'static str, class: &'static str, words: &'static str| {
        view! {
            <form method="post" action=action.clone()>
                <input type="hidden" name="steun" value=value/>
                <button class=class type="submit">{words}</button>
            </form>
        }
        .into_any()
    };
    Some(match supported {
        Some(false) => form("ja", "nl-button nl-button--primary", td_string!(locale, feedback.do_support)),
        Some(true) => view! {
            {ui::alert(Tone::Ok, td_string!(locale, feedback.you_support))}
            {form("nee", "nl-button nl-button--subtle", td_string!(locale, feedback.no_support))}
        }
        .into_any(),
        None if visit.session.is_some() => return None,
        None => {
            let back: String = url::form_urlencoded::byte_serialize(visit.href(&idea.path()).as_bytes()).collect();
            let href = visit.href(&format!("/inloggen?terug={back}"));
            view! { <p><a class="nl-button nl-button--secondary" href=href>{td_string!(locale, feedback.log_in_to_support)}</a></p> }
                .into_any()
        }
    })
}

/// Supports an idea, once, or no longer.
pub async fn post_support(
    citizen: Citizen,
    Path(number): Path<String>,
    axum::Form(form): axum::Form<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let number: i64 = number.parse().map_err(|_| Error::NotFound)?;
    let wanted = form.iter().any(|(name, value)| name == "steun" && value == "ja");
    if public::by_number(&mut *citizen.portal.database.connection().await?, number).await?.is_none() {
        return Err(Error::NotFound);
    }
    let mut scope = citizen.scope(usage(&citizen, activity::GIVE_FEEDBACK)).await?;
    sqlx::query("select idea_support_set($1, $2, $3)")
        .bind(number)
        .bind(wanted)
        .bind(citizen.portal.clock.now().to_sqlx())
        .execute(scope.sql())
        .await?;
    scope.commit().await?;
    Ok(Redirect::to(&citizen.href(&format!("/ideeen/{number}"))).into_response())
}

/// The newest ideas, for who follows them (RFC 4287).
pub async fn feed(visit: Visit) -> Result<Response, Error> {
    let ideas = public::newest(&mut *visit.portal.database.connection().await?, 50).await?;
    let root = format!("{}{}", visit.portal.config.server.public_url, visit.href("/ideeen"));
    let escaped = |text: &str| {
        let plain: String = text.chars().filter(|letter| !letter.is_control() || *letter == '\n').collect();
        plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
    };
    let locale = visit.locale;
    let updated = ideas.iter().map(|idea| idea.changed_at).max().unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let nobody = td_string!(locale, feedback.somebody);
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>{}</title><id>{root}</id><link href=\"{root}\"/><link rel=\"self\" href=\"{root}/feed.atom\"/><updated>{updated}</updated>",
        escaped(&format!("{} - {}", td_string!(locale, feedback.ideas), visit.portal.config.organisation.name)),
    );
    for idea in &ideas {
        let number = idea.number;
        xml.push_str(&format!(
            "<entry><title>{}</title><id>{root}/{number}</id><link href=\"{root}/{number}\"/><published>{}</published><updated>{}</updated><author><name>{}</name></author><category term=\"{}\" label=\"{}\"/><content type=\"text\">{}</content></entry>",
            escaped(&idea.title),
            idea.published_at,
            idea.changed_at,
            escaped(idea.author.as_deref().unwrap_or(nobody)),
            idea.state.as_str(),
            escaped(wording::state(locale, idea.state)),
            escaped(&idea.body),
        ));
    }
    xml.push_str("</feed>\n");
    Ok(([(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")], xml).into_response())
}
