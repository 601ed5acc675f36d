//! `/mijn/berichten`: what a citizen was told, newest first.

use axum::{extract::Query, response::Response};
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    Message,
    store::{self, Leaf},
    words::words,
};
use crate::{
    app::{Citizen, Page, Place, Visit},
    clock,
    error::Error,
    ui::{self, Tone, dates},
    usage::{Activity, Role, Usage, activity},
};

/// Messages on a page.
const ON_A_PAGE: i64 = 50;

#[derive(Deserialize)]
pub struct Question {
    blad: Option<i64>,
}

/// A citizen reads messages, or says how to be told.
pub(super) fn usage(visit: &Visit, activity: Activity, group: &str) -> Usage {
    Usage {
        at: visit.portal.clock.now(),
        organisation: visit.portal.config.organisation.id.clone(),
        role: Role::Citizen,
        activity,
        groups: vec![group.to_owned()],
    }
}

/// What is shown counts as read, once it is shown.
pub async fn get(citizen: Citizen, Query(question): Query<Question>) -> Result<Response, Error> {
    let leaf_number = question.blad.unwrap_or(1).clamp(1, 10_000);
    let mut scope = citizen.scope(usage(&citizen, activity::VIEW_MESSAGES, "messages")).await?;
    let leaf = store::leaf(scope.sql(), ON_A_PAGE, (leaf_number - 1) * ON_A_PAGE).await?;
    let new: Vec<Uuid> =
        leaf.messages.iter().filter(|message| message.read_at.is_none()).map(|message| message.id).collect();
    if !new.is_empty() {
        store::mark_read(scope.sql(), &new, citizen.portal.clock.now()).await?;
    }
    scope.commit().await?;
    citizen.set_unread(leaf.unread - new.len() as i64);
    Ok(citizen.show(page(&citizen, &leaf, leaf_number)))
}

fn page(visit: &Visit, leaf: &Leaf, number: i64) -> Page {
    let locale = visit.locale;
    let title = td_string!(locale, messages.title);
    let list = if leaf.messages.is_empty() {
        ui::empty("mail", view! { <p class="nl-paragraph">{td_string!(locale, messages.none)}</p> }).into_any()
    } else {
        rows(visit, &leaf.messages)
    };
    let to = |leaf: i64, words: &'static str| {
        let href = visit.href(&format!("/mijn/berichten?blad={leaf}"));
        view! { <a class="nl-link voordeur-target" href=href>{words}</a> " " }
    };
    let older = number * ON_A_PAGE < leaf.count;
    let failed = leaf.address_failed.then(|| address_alert(visit));
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            {ui::heading(title.to_owned(), td_string!(locale, messages.lead))}
            {failed}
            <p>
                <a class="nl-link voordeur-target" href=visit.href("/mijn/voorkeuren")>
                    {td_string!(locale, messages.preferences_link)} " " {ui::icon("arrow")}
                </a>
            </p>
            {list}
            <p class="voordeur-cluster">
                {(number > 1).then(|| to(number - 1, td_string!(locale, messages.newer)))}
                {older.then(|| to(number + 1, td_string!(locale, messages.older)))}
            </p>
        </div>
    };
    Page::new(title, Place::Messages, body).under(td_string!(locale, shell.overview), "/mijn")
}

/// Mail to an address comes back.
pub(super) fn address_alert(visit: &Visit) -> impl IntoView + use<> {
    let locale = visit.locale;
    let href = visit.href("/mijn/voorkeuren");
    ui::alert(
        Tone::Warning,
        view! {
            {td_string!(locale, messages.address_failed)} " "
            <a class="nl-link" href=href>{td_string!(locale, messages.address_failed_link)}</a>
        },
    )
}

/// Messages as rows that lead to what they are about.
pub fn rows(visit: &Visit, messages: &[Message]) -> AnyView {
    let rows = messages.iter().map(|message| row(visit, message)).collect_view();
    view! { <ul class="voordeur-card voordeur-card--flush voordeur-rows voordeur-rows--unread" role="list">{rows}</ul> }
        .into_any()
}

fn row(visit: &Visit, message: &Message) -> AnyView {
    let locale = visit.locale;
    let (words, path) = words(visit, message);
    let proof_label = td_string!(locale, messages.proof_of, message = words.as_str()).to_string();
    let link = view! { <a class="nl-link voordeur-link-quiet" href=visit.href(&path)>{words}</a> };
    let (title, read) = match message.read_at {
        None => (
            view! { <b><span class="voordeur-visually-hidden">{td_string!(locale, messages.unread)} " "</span>{link}</b> }.into_any(),
            String::new(),
        ),
        Some(_) => (view! { <span>{link}</span> }.into_any(), format!(", {}", td_string!(locale, messages.read))),
    };
    let sender = visit.portal.catalogue.organisation_name(&message.sender, locale);
    let day = clock::day(message.at);
    let proof = visit.href(&format!("/mijn/berichten/{}/bewijs", message.id));
    view! {
        <li>
            {ui::icon("mail")}
            <div class="voordeur-stack voordeur-stack--tight">{title}<p class="voordeur-subtle">{sender}{read}</p></div>
            <div class="voordeur-rows__end voordeur-cluster">
                <time class="voordeur-subtle" datetime=day.to_string()>{dates::date(locale, day)}</time>
                <a class="nl-link voordeur-target" href=proof aria-label=proof_label>{td_string!(locale, messages.proof_link)}</a>
            </div>
        </li>
    }
    .into_any()
}
