//! `/mijn/feedback`: what I said, and where that stands.

use axum::{
    extract::Query,
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde::Deserialize;

use super::{look::usage, model::Feedback, store, wording};
use crate::{
    app::{Citizen, Page, Place},
    clock,
    error::Error,
    ui::{self, dates},
    usage::activity,
};

const ON_A_PAGE: i64 = 20;

#[derive(Deserialize)]
pub struct Asked {
    blad: Option<i64>,
}

pub async fn get(citizen: Citizen, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let leaf = asked.blad.unwrap_or(1).clamp(1, 10_000);
    let mut scope = citizen.look(usage(&citizen, activity::VIEW_FEEDBACK)).await?;
    if store::is_disputed(scope.sql()).await? {
        // Whose these are, is not sure; the overview says what to do.
        return Ok(Redirect::to(&citizen.href("/mijn")).into_response());
    }
    // One more, to know whether there is another page.
    let mut list = store::list(scope.sql(), ON_A_PAGE + 1, (leaf - 1) * ON_A_PAGE).await?;
    scope.commit().await?;
    let more = list.len() > 20;
    list.truncate(20);
    Ok(citizen.show(page(&citizen, &list, leaf, more)))
}

fn page(citizen: &Citizen, list: &[Feedback], leaf: i64, more: bool) -> Page {
    let locale = citizen.locale;
    let title = td_string!(locale, feedback.mine);
    let rows = list.iter().map(|feedback| row(citizen, feedback)).collect_view();
    let list = if list.is_empty() {
        ui::empty("mail", view! { <p class="nl-paragraph">{td_string!(locale, feedback.none)}</p> }).into_any()
    } else {
        view! { <ul class="voordeur-card voordeur-card--flush voordeur-rows" role="list">{rows}</ul> }.into_any()
    };
    let to = |leaf: i64, words: &'static str| {
        let href = citizen.href(&format!("/mijn/feedback?blad={leaf}"));
        view! { <a class="nl-link voordeur-target" href=href>{words}</a> " " }
    };
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            {ui::heading(title.to_owned(), td_string!(locale, feedback.mine_lead))}
            <p><a class="nl-button nl-button--primary" href=citizen.href("/feedback")>{td_string!(locale, feedback.say)}</a></p>
            {list}
            <p class="voordeur-cluster">
                {(leaf > 1).then(|| to(leaf - 1, td_string!(locale, messages.newer)))}
                {more.then(|| to(leaf + 1, td_string!(locale, messages.older)))}
            </p>
        </div>
    };
    Page::new(title, Place::Elsewhere, body).under(td_string!(locale, shell.overview), "/mijn")
}

fn row(citizen: &Citizen, feedback: &Feedback) -> AnyView {
    let locale = citizen.locale;
    let day = clock::day(feedback.received_at);
    let organisation = wording::organisation(citizen, &feedback.organisation);
    let waits = feedback.question.is_some().then(|| view! { " " <b>{td_string!(locale, feedback.waits_for_you)}</b> });
    view! {
        <li>
            {ui::icon("mail")}
            <div class="voordeur-stack voordeur-stack--tight">
                <b><a class="nl-link voordeur-link-quiet" href=citizen.href(&feedback.path())>{wording::beginning(feedback)}</a></b>
                <p class="voordeur-subtle">{wording::kind(locale, feedback.kind)} ". " {organisation} ". " {wording::state(locale, feedback.state)} "." {waits}</p>
            </div>
            <div class="voordeur-rows__end"><time class="voordeur-subtle" datetime=day.to_string()>{dates::date(locale, day)}</time></div>
        </li>
    }
    .into_any()
}
