//! `/mijn/berichten/{id}/bewijs`: when a message was placed, announced and read (Awb 2:25).

use axum::{extract::Path, response::Response};
use jiff::Timestamp;
use leptos::prelude::*;
use leptos_i18n::td_string;
use uuid::Uuid;

use super::{
    Message,
    page::usage,
    store::{self, Notice},
    words::words,
};
use crate::{
    app::{Citizen, Page, Place, Visit},
    clock,
    error::Error,
    i18n::Locale,
    ui::{self, dates},
    usage::activity,
};

pub async fn get(citizen: Citizen, Path(id): Path<String>) -> Result<Response, Error> {
    let id: Uuid = id.parse().map_err(|_| Error::NotFound)?;
    let mut scope = citizen.scope(usage(&citizen, activity::VIEW_MESSAGES, "messages")).await?;
    let (message, notices) = store::proof(scope.sql(), id).await?.ok_or(Error::NotFound)?;
    scope.commit().await?;
    Ok(citizen.show(page(&citizen, &message, &notices)))
}

fn page(visit: &Visit, message: &Message, notices: &[Notice]) -> Page {
    let locale = visit.locale;
    let title = td_string!(locale, messages.proof);
    let (words, path) = words(visit, message);
    let sender = visit.portal.catalogue.organisation_name(&message.sender, locale);
    let read =
        message.read_at.map_or_else(|| td_string!(locale, messages.proof_unread).to_owned(), |at| moment(locale, at));
    let announced = notices
        .iter()
        .map(|notice| view! { <div><dt>{channel(locale, notice)}</dt><dd>{outcome(locale, notice)}</dd></div> })
        .collect_view();
    let none = notices.is_empty().then(|| {
        view! { <div><dt>{td_string!(locale, messages.channel_email)}</dt><dd>{td_string!(locale, messages.proof_none)}</dd></div> }
    });
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            {ui::heading(title.to_owned(), td_string!(locale, messages.proof_lead))}
            <section class="voordeur-card voordeur-stack">
                <h2 class="nl-heading nl-heading--level-3"><a class="nl-link" href=visit.href(&path)>{words}</a></h2>
                <dl class="voordeur-facts">
                    <div><dt>{td_string!(locale, messages.proof_sender)}</dt><dd>{sender}</dd></div>
                    <div><dt>{td_string!(locale, messages.proof_placed)}</dt><dd>{moment(locale, message.at)}</dd></div>
                    {announced}
                    {none}
                    <div><dt>{td_string!(locale, messages.proof_read)}</dt><dd>{read}</dd></div>
                </dl>
            </section>
        </div>
    };
    Page::new(title, Place::Messages, body)
        .under(td_string!(locale, shell.overview), "/mijn")
        .under(td_string!(locale, messages.title), "/mijn/berichten")
}

fn moment(locale: Locale, at: Timestamp) -> String {
    let at = at.to_zoned(clock::zone());
    format!("{}, {}", dates::date(locale, at.date()), at.strftime("%-H.%M"))
}

fn channel(locale: Locale, notice: &Notice) -> &'static str {
    match notice.channel.as_str() {
        "second_email" => td_string!(locale, messages.channel_second_email),
        "letter" => td_string!(locale, messages.channel_letter),
        _ => td_string!(locale, messages.channel_email),
    }
}

fn outcome(locale: Locale, notice: &Notice) -> String {
    let at = moment(locale, notice.done_at.unwrap_or(notice.made_at));
    match notice.state.as_str() {
        "sent" => td_string!(locale, messages.notice_sent, at = at).to_string(),
        "failed" => td_string!(locale, messages.notice_failed, at = at).to_string(),
        "not_needed" => td_string!(locale, messages.notice_not_needed).to_owned(),
        "no_channel" => td_string!(locale, messages.notice_no_channel).to_owned(),
        _ if notice.tries > 0 => td_string!(locale, messages.notice_tried).to_owned(),
        _ => td_string!(locale, messages.notice_waiting).to_owned(),
    }
}
