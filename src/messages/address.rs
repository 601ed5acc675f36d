//! An e-mail address: typed, and in use once the code that is sent to it is typed too. A code and not a link, so that no program that
//! follows links confirms an address.

use std::collections::BTreeMap;

use axum::{
    Form,
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use jiff::SignedDuration;
use leptos::prelude::*;
use leptos_i18n::td_string;
use uuid::Uuid;

use super::{
    mail::{Mail, Undelivered},
    page::usage,
    preferences::{PATH, opened},
    store::{self, Pending},
};
use crate::{
    app::{Citizen, Page, Place, Visit},
    error::Error,
    i18n::Locale,
    keys::{Index, Use},
    ui::{self, Mistake},
    usage::activity,
};

/// How long a code is good, how often one may be mistyped, and how many are sent in a day.
const GOOD_FOR: SignedDuration = SignedDuration::from_mins(30);
const MOST_TRIES: i16 = 5;
const MOST_CODES: i16 = 5;
/// RFC 5321, 4.5.3.1.3.
const LONGEST: usize = 254;

type Typed = BTreeMap<String, String>;

fn place_of(text: &str) -> Result<i16, Error> {
    match text {
        "1" => Ok(1),
        "2" => Ok(2),
        _ => Err(Error::NotFound),
    }
}

fn to_preferences(visit: &Visit, query: &str) -> Response {
    Redirect::to(&visit.href(&format!("{PATH}{query}"))).into_response()
}

pub async fn get(citizen: Citizen, Path(place): Path<String>) -> Result<Response, Error> {
    let place = place_of(&place)?;
    let mut scope = citizen.scope(usage(&citizen, activity::VIEW, "preferences")).await?;
    let preferences = store::preferences(scope.sql()).await?;
    scope.commit().await?;
    let now = preferences.addresses[usize::from(place == 2)].address.as_deref();
    let now = now.map(|sealed| opened(&citizen, sealed)).transpose()?.unwrap_or_default();
    Ok(citizen.show(form(&citizen, place, &now, None)))
}

/// `POST`: keeps the address and sends a code to it.
pub async fn send_code(
    citizen: Citizen,
    Path(place): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Error> {
    let place = place_of(&place)?;
    let locale = citizen.locale;
    let portal = &citizen.portal;
    let Some(mailer) = &portal.mailer else { return Err(Error::NotFound) };
    let address = typed.get("adres").map(|address| address.trim()).unwrap_or_default();
    let wrong = |words: &'static str| Ok(citizen.show(form(&citizen, place, address, Some(words.to_owned()))));
    if address.len() > LONGEST || address.parse::<lettre::Address>().is_err() || !address.is_ascii() {
        return wrong(td_string!(locale, messages.address_wrong));
    }
    let now = portal.clock.now();
    let code = format!("{:06}", u32::from_be_bytes(portal.keys.random()) % 1_000_000);
    let pending = Pending {
        place,
        sealed: &portal.keys.seal(Use::Address, address.as_bytes()),
        code: &portal.keys.index(Index::MailCode, &bound(&citizen, place, &code)),
        now,
        until: now + GOOD_FOR,
    };
    let mut scope = citizen.scope(usage(&citizen, activity::PREFER, "preferences")).await?;
    if !store::pend(scope.sql(), pending, MOST_CODES).await? {
        return wrong(td_string!(locale, messages.too_many_codes));
    }
    let language = if locale == Locale::en { "en" } else { "nl" };
    store::prefer_language(scope.sql(), language).await?;
    scope.commit().await?;
    let name = portal.config.organisation.name.as_str();
    let subject = td_string!(locale, messages.code_subject, name = name).to_string();
    let paragraphs = [
        td_string!(locale, messages.code_mail, code = code).to_string(),
        td_string!(locale, messages.code_mail_why, name = name).to_string(),
    ];
    let id = Uuid::from_bytes(portal.keys.random()).simple().to_string();
    let mail =
        Mail { to: address, subject: &subject, paragraphs: &paragraphs, id, at: now, unsubscribe: None, language };
    match mailer.send(mail).await {
        Ok(()) => Ok(Redirect::to(&citizen.href(&format!("{PATH}/e-mail/{place}/code"))).into_response()),
        Err(Undelivered::Address(_)) => wrong(td_string!(locale, messages.address_unknown)),
        Err(Undelivered::Later(reason)) => {
            tracing::error!(reason, "a code cannot be sent");
            wrong(td_string!(locale, messages.mail_away))
        }
    }
}

/// A code is good for one person and one place.
fn bound(citizen: &Citizen, place: i16, code: &str) -> String {
    format!("{} {place} {code}", citizen.person.0)
}

pub async fn code(citizen: Citizen, Path(place): Path<String>) -> Result<Response, Error> {
    let place = place_of(&place)?;
    let mut scope = citizen.scope(usage(&citizen, activity::VIEW, "preferences")).await?;
    let preferences = store::preferences(scope.sql()).await?;
    scope.commit().await?;
    match &preferences.addresses[usize::from(place == 2)].pending {
        Some(sealed) => Ok(citizen.show(code_form(&citizen, place, &opened(&citizen, sealed)?, None))),
        None => Ok(to_preferences(&citizen, "")),
    }
}

pub async fn verify(citizen: Citizen, Path(place): Path<String>, Form(typed): Form<Typed>) -> Result<Response, Error> {
    let place = place_of(&place)?;
    let portal = &citizen.portal;
    let code: String =
        typed.get("code").map(String::as_str).unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    let codes = portal.keys.indexes(Index::MailCode, &bound(&citizen, place, &code));
    let mut scope = citizen.scope(usage(&citizen, activity::PREFER, "preferences")).await?;
    let right = store::verify(scope.sql(), place, &codes, portal.clock.now(), MOST_TRIES).await?;
    let preferences = store::preferences(scope.sql()).await?;
    // A wrong code counts too.
    scope.commit().await?;
    if right {
        return Ok(to_preferences(&citizen, "?bewaard"));
    }
    match &preferences.addresses[usize::from(place == 2)].pending {
        Some(sealed) => {
            let words = td_string!(citizen.locale, messages.code_wrong).to_owned();
            Ok(citizen.show(code_form(&citizen, place, &opened(&citizen, sealed)?, Some(words))))
        }
        None => Ok(to_preferences(&citizen, "")),
    }
}

pub async fn remove(citizen: Citizen, Path(place): Path<String>) -> Result<Response, Error> {
    let place = place_of(&place)?;
    let mut scope = citizen.scope(usage(&citizen, activity::PREFER, "preferences")).await?;
    store::remove(scope.sql(), place).await?;
    scope.commit().await?;
    Ok(to_preferences(&citizen, "?bewaard"))
}

fn form(visit: &Visit, place: i16, typed: &str, mistake: Option<String>) -> Page {
    let locale = visit.locale;
    let (title, lead) = match place {
        1 => (td_string!(locale, messages.first_address), td_string!(locale, messages.first_address_lead)),
        _ => (td_string!(locale, messages.second_address), td_string!(locale, messages.second_address_lead)),
    };
    let input = Input {
        id: "adres",
        label: td_string!(locale, messages.address_label),
        kind: "email",
        autocomplete: "email",
        value: typed,
        button: td_string!(locale, messages.send_code),
    };
    page(visit, title, lead.to_owned(), &format!("{PATH}/e-mail/{place}"), &input, mistake)
}

fn code_form(visit: &Visit, place: i16, address: &str, mistake: Option<String>) -> Page {
    let locale = visit.locale;
    let input = Input {
        id: "code",
        label: td_string!(locale, messages.code_label),
        kind: "text",
        autocomplete: "one-time-code",
        value: "",
        button: td_string!(locale, messages.confirm),
    };
    let lead = td_string!(locale, messages.code_lead, address = address).to_string();
    page(visit, td_string!(locale, messages.code_title), lead, &format!("{PATH}/e-mail/{place}/code"), &input, mistake)
}

struct Input<'a> {
    id: &'static str,
    label: &'static str,
    kind: &'static str,
    autocomplete: &'static str,
    value: &'a str,
    button: &'static str,
}

/// One question on a page.
fn page(
    visit: &Visit,
    title: &'static str,
    lead: String,
    path: &str,
    input: &Input<'_>,
    mistake: Option<String>,
) -> Page {
    let locale = visit.locale;
    let status = if mistake.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let summary = mistake.clone().map(|message| {
        let title = td_string!(locale, messages.to_change).to_owned();
        ui::error_summary(title, &[Mistake { field: input.id.into(), message }])
    });
    let about = format!("{}-fout", input.id);
    let (class, field) = match mistake {
        Some(_) => (
            "utrecht-textbox utrecht-textbox--html-input utrecht-textbox--invalid",
            "utrecht-form-field utrecht-form-field--invalid",
        ),
        None => ("utrecht-textbox utrecht-textbox--html-input", "utrecht-form-field"),
    };
    let invalid = mistake.as_ref().map(|_| "true");
    let described_by = mistake.as_ref().map(|_| about.clone());
    let note = mistake.map(|mistake| {
        view! {
            <div class="utrecht-form-field__error-message utrecht-form-field-error-message" id=about>
                <span class="voordeur-icon-line">{ui::icon("alert")}<b>{mistake}</b></span>
            </div>
        }
    });
    let inputmode = (input.id == "code").then_some("numeric");
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            {summary}
            {ui::heading(title.to_owned(), lead)}
            <form class="utrecht-form voordeur-stack" method="post" action=visit.href(path) novalidate>
                <div class=field>
                    <div class="utrecht-form-field__label"><label class="utrecht-form-label" for=input.id>{input.label}</label></div>
                    {note}
                    <div class="utrecht-form-field__input">
                        <input class=class type=input.kind id=input.id name=input.id value=input.value.to_owned() autocomplete=input.autocomplete inputmode=inputmode aria-describedby=described_by aria-invalid=invalid/>
                    </div>
                </div>
                <div class="utrecht-button-group">
                    <button class="nl-button nl-button--primary" type="submit">{input.button}</button>
                    <a class="nl-button nl-button--subtle" href=visit.href(PATH)>{td_string!(locale, messages.back)}</a>
                </div>
            </form>
        </div>
    };
    Page::new(title, Place::Messages, body)
        .status(status)
        .under(td_string!(locale, shell.overview), "/mijn")
        .under(td_string!(locale, messages.title), "/mijn/berichten")
        .under(td_string!(locale, messages.preferences), PATH)
}
