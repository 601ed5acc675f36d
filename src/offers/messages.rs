//! `/mijn/berichten`: what a citizen was told, newest first.

use axum::{extract::Query, response::Response};
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    list::usage,
    model::MessageKind,
    store::{self, Message},
    wording,
};
use crate::{
    app::{Citizen, Page, Place, Visit},
    clock,
    error::Error,
    rules::model::Mode,
    ui::{self, dates},
    usage::activity,
};

/// Messages on a page.
const ON_A_PAGE: i64 = 50;

#[derive(Deserialize)]
pub struct Question {
    blad: Option<i64>,
}

/// What is shown counts as read, once it is shown.
pub async fn get(citizen: Citizen, Query(question): Query<Question>) -> Result<Response, Error> {
    let portal = &citizen.portal;
    let leaf = question.blad.unwrap_or(1).clamp(1, 10_000);
    let usage = usage(&citizen, activity::VIEW_MESSAGES, vec!["messages".to_owned()]);
    let mut scope = portal.database.as_person(citizen.person, usage).await?;
    let (messages, count) = store::messages(scope.sql(), ON_A_PAGE, (leaf - 1) * ON_A_PAGE).await?;
    let new: Vec<Uuid> =
        messages.iter().filter(|message| message.read_at.is_none()).map(|message| message.id).collect();
    if !new.is_empty() {
        store::mark_read(scope.sql(), &new, portal.clock.now()).await?;
    }
    citizen.set_unread(store::unread(scope.sql()).await?);
    let page = page(&citizen, &messages, leaf, leaf * ON_A_PAGE < count);
    scope.commit().await?;
    Ok(citizen.show(page))
}

fn page(visit: &Visit, messages: &[Message], leaf: i64, older: bool) -> Page {
    let locale = visit.locale;
    let title = td_string!(locale, offers.messages);
    let list = if messages.is_empty() {
        ui::empty("mail", view! { <p class="nl-paragraph">{td_string!(locale, offers.messages_none)}</p> }).into_any()
    } else {
        rows(visit, messages)
    };
    let to = |leaf: i64, words: &'static str| {
        let href = visit.href(&format!("/mijn/berichten?blad={leaf}"));
        view! { <a class="nl-link voordeur-target" href=href>{words}</a> " " }
    };
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            {ui::heading(title.to_owned(), td_string!(locale, offers.messages_lead))}
            {list}
            <p class="voordeur-cluster">
                {(leaf > 1).then(|| to(leaf - 1, td_string!(locale, offers.newer)))}
                {older.then(|| to(leaf + 1, td_string!(locale, offers.older)))}
            </p>
        </div>
    };
    Page::new(title, Place::Messages, body).under(td_string!(locale, shell.overview), "/mijn")
}

/// Messages as rows that lead to what they are about.
pub fn rows(visit: &Visit, messages: &[Message]) -> AnyView {
    let rows = messages.iter().map(|message| row(visit, message)).collect_view();
    view! { <ul class="voordeur-card voordeur-card--flush voordeur-rows voordeur-rows--unread" role="list">{rows}</ul> }
        .into_any()
}

fn row(visit: &Visit, message: &Message) -> AnyView {
    let locale = visit.locale;
    let service = visit.portal.rules.service(&message.service);
    let path = match (service, message.number) {
        (Some(service), Some(number)) => wording::path_by(service, message.period, number),
        (Some(service), None) => format!("/mijn/aanbod/{}", service.id()),
        (None, _) => "/mijn/aanbod".to_owned(),
    };
    let link = view! { <a class="nl-link voordeur-link-quiet" href=visit.href(&path)>{words(visit, message)}</a> };
    let (title, read) = match message.read_at {
        None => (
            view! { <b><span class="voordeur-visually-hidden">{td_string!(locale, offers.unread)} " "</span>{link}</b> }.into_any(),
            String::new(),
        ),
        Some(_) => (view! { <span>{link}</span> }.into_any(), format!(", {}", td_string!(locale, offers.read))),
    };
    let sender = visit.portal.catalogue.organisation_name(&message.sender, locale);
    let day = clock::day(message.at);
    view! {
        <li>
            {ui::icon("mail")}
            <div class="voordeur-stack voordeur-stack--tight">{title}<p class="voordeur-subtle">{sender}{read}</p></div>
            <div class="voordeur-rows__end"><time class="voordeur-subtle" datetime=day.to_string()>{dates::date(locale, day)}</time></div>
        </li>
    }
.into_any()
}

/// What a message says, in a sentence.
fn words(visit: &Visit, message: &Message) -> String {
    let locale = visit.locale;
    let service = visit.portal.rules.service(&message.service);
    let what = service.map_or_else(
        || message.service.clone(),
        |service| super::explain::in_sentence(&wording::title(locale, service, Some(message.period))),
    );
    let start = |words: String| {
        let mut letters = words.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
    };
    let inform = service.is_some_and(|service| service.proactive.mode == Mode::Inform);
    let words = match message.kind {
        MessageKind::Offered if inform => td_string!(locale, offers.message_inform, what = what).to_string(),
        MessageKind::Offered => td_string!(locale, offers.message_offered, what = what).to_string(),
        MessageKind::Granted => td_string!(locale, offers.message_granted, what = what).to_string(),
        MessageKind::Changed => td_string!(locale, offers.message_changed, what = what).to_string(),
        MessageKind::Withdrawn => td_string!(locale, offers.message_withdrawn, what = what).to_string(),
        MessageKind::NoLongerFits => td_string!(locale, offers.message_no_longer_fits, what = what).to_string(),
        MessageKind::Reminder => td_string!(locale, offers.message_reminder, what = what).to_string(),
        MessageKind::Expired => td_string!(locale, offers.message_expired, what = what).to_string(),
        MessageKind::Back => td_string!(locale, offers.message_back, what = what).to_string(),
        MessageKind::Accepted => td_string!(locale, offers.message_accepted, what = what).to_string(),
        MessageKind::Undone => td_string!(locale, offers.message_undone, what = what).to_string(),
    };
    start(words)
}
