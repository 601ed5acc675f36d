//! The page for every refusal: what happened, what to do, and a number to quote.

use axum::response::Response;
use http::StatusCode;
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{Asked, Page, Place, RequestNumber, href, show};
use crate::{clock, identity::Door, server::Portal};

pub fn error_page(portal: &Portal, asked: &Asked, number: RequestNumber, status: StatusCode) -> Response {
    let locale = asked.locale;
    let door = asked.session.get().map(|session| session.identity.door);
    let (title, text) = match status {
        // What was passed on is another organisation's, also when it was passed on by a first press of the same button.
        StatusCode::NOT_FOUND if door == Some(Door::Staff) && asked.path.starts_with("/balie/") => {
            (td_string!(locale, error.not_here), td_string!(locale, error.not_here_text))
        }
        StatusCode::FORBIDDEN => (td_string!(locale, error.forbidden), td_string!(locale, error.forbidden_text)),
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => {
            (td_string!(locale, error.not_found), td_string!(locale, error.not_found_text))
        }
        StatusCode::CONFLICT => (td_string!(locale, error.conflict), td_string!(locale, error.conflict_text)),
        StatusCode::PAYLOAD_TOO_LARGE => {
            (td_string!(locale, error.too_large), td_string!(locale, error.too_large_text))
        }
        StatusCode::REQUEST_TIMEOUT => (td_string!(locale, error.too_slow), td_string!(locale, error.too_slow_text)),
        StatusCode::UNPROCESSABLE_ENTITY => {
            (td_string!(locale, error.unprocessable), td_string!(locale, error.unprocessable_text))
        }
        StatusCode::TOO_MANY_REQUESTS => (td_string!(locale, error.too_many), td_string!(locale, error.too_many_text)),
        StatusCode::SERVICE_UNAVAILABLE => {
            (td_string!(locale, error.unavailable), td_string!(locale, error.unavailable_text))
        }
        status if status.is_server_error() => {
            (td_string!(locale, error.internal), td_string!(locale, error.internal_text))
        }
        _ => (td_string!(locale, error.bad_request), td_string!(locale, error.bad_request_text)),
    };
    let again = (status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS).then(|| {
        view! { <a class="nl-button nl-button--primary" href=href(locale, &asked.path)>{td_string!(locale, error.again)}</a> }
    });
    let home = door.map_or("/", Door::home);
    let when = portal.clock.now().to_zoned(clock::zone()).strftime("%-d-%-m-%Y, %-H.%M").to_string();
    let telephone = portal.config.organisation.telephone.as_str();
    let body = view! {
        <div class="voordeur-wrap voordeur-split">
            <div class="voordeur-stack voordeur-stack--wide">
                {door_with_letter()}
                {crate::ui::heading(title.to_owned(), text)}
                <div class="utrecht-button-group">
                    {again}
                    <a class="nl-button nl-button--secondary" href=href(locale, home)>{td_string!(locale, error.home)}</a>
                </div>
                {status.is_server_error().then(|| view! {
                    <ul class="voordeur-card voordeur-conditions" role="list">
                        <li>{crate::ui::icon("check")}<p><b>{td_string!(locale, error.nothing_lost)}</b></p><p>{td_string!(locale, error.nothing_lost_text)}</p></li>
                        <li>{crate::ui::icon("check")}<p><b>{td_string!(locale, error.data_safe)}</b></p><p>{td_string!(locale, error.data_safe_text)}</p></li>
                    </ul>
                })}
                <p class="voordeur-subtle">
                    {td_string!(locale, error.quote)} " " <b class="voordeur-number">{number.to_string()}</b> " (" {when} ")."
                </p>
            </div>
            <aside class="voordeur-card voordeur-card--door voordeur-stack voordeur-stack--tight" aria-label=td_string!(locale, error.other_ways)>
                <h2 class="nl-heading nl-heading--level-3">{td_string!(locale, error.cannot_wait)}</h2>
                <p>
                    <a class="nl-link voordeur-target" href=format!("tel:{}", telephone.replace(' ', ""))>
                        {crate::ui::icon("phone")} " " {td_string!(locale, error.call, telephone = telephone)}
                    </a>
                    <br/>
                    <span class="voordeur-subtle">{portal.config.organisation.hours.get(locale).to_owned()}</span>
                </p>
            </aside>
        </div>
    };
    show(portal, asked, Page::new(title, Place::Elsewhere, body).status(status))
}

fn door_with_letter() -> impl IntoView {
    view! {
        <svg viewBox="0 0 120 132" width="120" height="132" aria-hidden="true" focusable="false">
            <path class="voordeur-art__pale" d="M4 132V60a56 56 0 0 1 112 0v72z"></path>
            <path class="voordeur-door__solid" d="M14 132V66h92v66z"></path>
            <path class="voordeur-art__light" d="M16 58a44 44 0 0 1 88 0z"></path>
            <path class="voordeur-art__line" d="M60 58V14m0 44L29 27m31 31 31-31"></path>
            <circle class="voordeur-art__brass" cx="97" cy="104" r="4"></circle>
            <path class="voordeur-art__line" d="m42 84 18-12 18 12"></path>
            <rect class="voordeur-art__pale" x="34" y="84" width="52" height="26" rx="3"></rect>
            <path class="voordeur-art__line" d="M42 93h36M42 101h22"></path>
        </svg>
    }
}
