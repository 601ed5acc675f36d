//! `/afmelden/{token}`: no more e-mail about a topic, by the link in the mail. Looking at it changes nothing, so that a program that
//! follows links stops nothing; one click of a mail program (RFC 8058) or of the button does.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::StatusCode;
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde::{Deserialize, Serialize};

use super::{Topic, page::usage, store, words::topic};
use crate::{
    app::{self, Page, Place, Visit},
    database::PersonId,
    error::Error,
    i18n::Locale,
    keys::Use,
    server::Portal,
    ui,
    usage::activity,
};

/// What the token says, sealed: the address shows nobody, and nobody can make one.
#[derive(Serialize, Deserialize)]
struct Token {
    person: PersonId,
    topics: Vec<String>,
}

/// The whole address of the link.
pub(super) fn address(portal: &Portal, locale: Locale, person: PersonId, topics: &[Topic]) -> String {
    let token = Token { person, topics: topics.iter().map(|topic| topic.as_str().to_owned()).collect() };
    let plain = serde_json::to_vec(&token).expect("an id and words");
    let sealed = BASE64_URL_SAFE_NO_PAD.encode(portal.keys.seal(Use::Unsubscribe, &plain));
    format!("{}{}", portal.config.server.public_url, app::href(locale, &format!("/afmelden/{sealed}")))
}

fn read(portal: &Portal, token: &str) -> Result<(PersonId, Vec<Topic>), Error> {
    let sealed = BASE64_URL_SAFE_NO_PAD.decode(token).map_err(|_| Error::NotFound)?;
    let plain = portal.keys.open(Use::Unsubscribe, &sealed).map_err(|_| Error::NotFound)?;
    let token: Token = serde_json::from_slice(&plain).map_err(|_| Error::NotFound)?;
    Ok((token.person, token.topics.iter().filter_map(|name| Topic::from_text(name)).collect()))
}

pub async fn get(visit: Visit, Path(token): Path<String>) -> Result<Response, Error> {
    let (_, topics) = read(&visit.portal, &token)?;
    let locale = visit.locale;
    let title = td_string!(locale, messages.stop_title);
    let action = visit.href(&format!("/afmelden/{token}"));
    let items = topics.iter().map(|one| view! { <li>{topic(locale, *one)}</li> }).collect_view();
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            {ui::heading(title.to_owned(), td_string!(locale, messages.stop_lead))}
            <ul>{items}</ul>
            <form method="post" action=action>
                <button class="nl-button nl-button--primary" type="submit">{td_string!(locale, messages.stop_button)}</button>
            </form>
        </div>
    };
    Ok(private(visit.show(Page::new(title, Place::Elsewhere, body))))
}

pub async fn post(visit: Visit, Path(token): Path<String>) -> Result<Response, Error> {
    let portal = &visit.portal;
    let (person, topics) = read(portal, &token)?;
    let names: Vec<&str> = topics.iter().map(|topic| topic.as_str()).collect();
    let mut scope = portal.database.as_person(person, usage(&visit, activity::PREFER, "preferences")).await?;
    store::switch_off(scope.sql(), &names).await?;
    scope.commit().await?;
    let locale = visit.locale;
    let title = td_string!(locale, messages.stopped);
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            {ui::heading(title.to_owned(), td_string!(locale, messages.stopped_lead))}
            <p><a class="nl-link" href=visit.href("/mijn/voorkeuren")>{td_string!(locale, messages.preferences_link)}</a></p>
        </div>
    };
    Ok(private(visit.show(Page::new(title, Place::Elsewhere, body).status(StatusCode::OK))))
}

/// The token leaves in no `Referer`.
fn private(response: Response) -> Response {
    ([(http::header::REFERRER_POLICY, "no-referrer")], response).into_response()
}
