//! `/mijn/voorkeuren`: of what somebody wants e-mail, where, and in which language.

use std::collections::BTreeMap;

use axum::{
    extract::RawForm,
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    Topic,
    page::{address_alert, usage},
    store::{self, Address, Preferences},
    words::topic,
};
use crate::{
    app::{Citizen, Page, Place, Visit},
    error::Error,
    feedback::surveys,
    i18n::Locale,
    keys::Use,
    ui::{self, Tone},
    usage::activity,
};

pub(super) const PATH: &str = "/mijn/voorkeuren";

pub async fn get(citizen: Citizen) -> Result<Response, Error> {
    let mut scope = citizen.scope(usage(&citizen, activity::VIEW, "preferences")).await?;
    let preferences = store::preferences(scope.sql()).await?;
    let surveys = !surveys::are_off(scope.sql()).await?;
    scope.commit().await?;
    let saved = citizen.query == "?bewaard";
    Ok(citizen.show(page(&citizen, &preferences, surveys, saved)?))
}

/// What is not ticked is switched off; a topic that this page does not show stays as it was.
pub async fn save(citizen: Citizen, RawForm(typed): RawForm) -> Result<Response, Error> {
    let typed: Vec<(String, String)> = serde_urlencoded::from_bytes(&typed).map_err(|_| Error::BadRequest)?;
    let wanted: Vec<&str> =
        typed.iter().filter(|(name, _)| name == "onderwerp").map(|(_, value)| value.as_str()).collect();
    let single: BTreeMap<&str, &str> = typed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let language = match single.get("taal") {
        Some(&"nl") => "nl",
        Some(&"en") => "en",
        _ => return Err(Error::BadRequest),
    };
    let off: Vec<&str> =
        Topic::ALL.iter().map(|topic| topic.as_str()).filter(|topic| !wanted.contains(topic)).collect();
    let mut scope = citizen.scope(usage(&citizen, activity::PREFER, "preferences")).await?;
    store::prefer(scope.sql(), language, &off).await?;
    surveys::switch(scope.sql(), single.get("enquetes") != Some(&"ja")).await?;
    scope.commit().await?;
    Ok(Redirect::to(&citizen.href(&format!("{PATH}?bewaard"))).into_response())
}

fn page(visit: &Visit, preferences: &Preferences, surveys: bool, saved: bool) -> Result<Page, Error> {
    let locale = visit.locale;
    let title = td_string!(locale, messages.preferences);
    let failed = preferences.addresses.iter().any(|address| address.address.is_some() && address.failed);
    let language = preferences.language.as_deref().unwrap_or(if locale == Locale::en { "en" } else { "nl" });
    let topics = Topic::ALL
        .into_iter()
        .map(|one| {
            let id = format!("onderwerp-{}", one.as_str());
            let on = !preferences.email_off.iter().any(|off| off == one.as_str());
            view! {
                <div class="utrecht-form-field utrecht-form-field--checkbox voordeur-icon-line">
                    <input class="utrecht-checkbox utrecht-checkbox--html-input" type="checkbox" id=id.clone() name="onderwerp" value=one.as_str() checked=on/>
                    <label class="utrecht-form-label utrecht-form-label--checkbox" for=id>{topic(locale, one)}</label>
                </div>
            }
        })
        .collect_view();
    let languages = [("nl", "Nederlands"), ("en", "English")]
        .into_iter()
        .map(|(code, name)| {
            let id = format!("taal-{code}");
            view! {
                <div class="utrecht-form-field utrecht-form-field--radio">
                    <div class="utrecht-form-field__input"><input class="utrecht-radio-button utrecht-radio-button--html-input" type="radio" id=id.clone() name="taal" value=code checked=code == language/></div>
                    <div class="utrecht-form-field__label"><label class="utrecht-form-label utrecht-form-label--radio" for=id lang=code>{name}</label></div>
                </div>
            }
        })
        .collect_view();
    let addresses = match visit.portal.mailer {
        None => view! { <p class="nl-paragraph">{td_string!(locale, messages.no_mail)}</p> }.into_any(),
        Some(_) => {
            let first = address(visit, 1, &preferences.addresses[0])?;
            // What stays unread needs another address only when there is a first.
            let second =
                preferences.addresses[0].address.is_some().then(|| address(visit, 2, &preferences.addresses[1]));
            let second = second.transpose()?;
            view! { <dl class="voordeur-values">{first}{second}</dl> }.into_any()
        }
    };
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            {ui::heading(title.to_owned(), td_string!(locale, messages.preferences_lead))}
            {saved.then(|| view! { <div role="status">{ui::alert(Tone::Ok, td_string!(locale, messages.saved))}</div> })}
            {failed.then(|| address_alert(visit))}
            <section class="voordeur-card voordeur-stack" aria-labelledby="adressen">
                <h2 class="nl-heading nl-heading--level-2" id="adressen">{td_string!(locale, messages.addresses)}</h2>
                {addresses}
            </section>
            <form class="utrecht-form voordeur-card voordeur-stack" method="post" action=visit.href(PATH)>
                <fieldset class="utrecht-form-fieldset utrecht-form-fieldset--html-fieldset voordeur-stack voordeur-stack--close">
                    <legend class="nl-heading nl-heading--level-2">{td_string!(locale, messages.topics)}</legend>
                    <p class="nl-paragraph">{td_string!(locale, messages.topics_text)}</p>
                    {topics}
                </fieldset>
                <fieldset class="utrecht-form-fieldset utrecht-form-fieldset--html-fieldset voordeur-stack voordeur-stack--close">
                    <legend class="nl-heading nl-heading--level-3">{td_string!(locale, messages.surveys)}</legend>
                    <div class="utrecht-form-field utrecht-form-field--checkbox voordeur-icon-line">
                        <input class="utrecht-checkbox utrecht-checkbox--html-input" type="checkbox" id="enquetes" name="enquetes" value="ja" checked=surveys/>
                        <label class="utrecht-form-label utrecht-form-label--checkbox" for="enquetes">{td_string!(locale, messages.surveys_text)}</label>
                    </div>
                </fieldset>
                <fieldset class="utrecht-form-fieldset utrecht-form-fieldset--html-fieldset">
                    <legend class="nl-heading nl-heading--level-3">{td_string!(locale, messages.language)}</legend>
                    {languages}
                </fieldset>
                <p><button class="nl-button nl-button--primary" type="submit">{td_string!(locale, messages.save)}</button></p>
            </form>
            <section class="voordeur-stack voordeur-stack--close">
                <h2 class="nl-heading nl-heading--level-3">{td_string!(locale, messages.unread_title)}</h2>
                <p class="nl-paragraph voordeur-measure">{unread_words(visit)}</p>
            </section>
        </div>
    };
    let page = Page::new(title, Place::Messages, body);
    Ok(page
        .under(td_string!(locale, shell.overview), "/mijn")
        .under(td_string!(locale, messages.title), "/mijn/berichten"))
}

/// What is done about a message that matters and stays unread; there is no letter yet, and this says so.
fn unread_words(visit: &Visit) -> String {
    let days = visit.portal.config.mail.as_ref().map_or(0, |mail| mail.again_after_days);
    match days {
        0 => td_string!(visit.locale, messages.unread_none).to_owned(),
        _ => td_string!(visit.locale, messages.unread_text, days = days).to_string(),
    }
}

pub(super) fn opened(visit: &Visit, sealed: &[u8]) -> Result<String, Error> {
    let plain = visit.portal.keys.open(Use::Address, sealed).map_err(Error::internal)?;
    String::from_utf8(plain).map_err(Error::internal)
}

/// An address with what can be done about it.
fn address(visit: &Visit, place: i16, address: &Address) -> Result<AnyView, Error> {
    let locale = visit.locale;
    let name = match place {
        1 => td_string!(locale, messages.first_address),
        _ => td_string!(locale, messages.second_address),
    };
    let to_form = visit.href(&format!("{PATH}/e-mail/{place}"));
    let current = address.address.as_deref().map(|sealed| opened(visit, sealed)).transpose()?;
    let pending = address.pending.as_deref().map(|sealed| opened(visit, sealed)).transpose()?;
    let change = match current {
        Some(_) => td_string!(locale, messages.change),
        None => td_string!(locale, messages.add),
    };
    let has_any = current.is_some() || pending.is_some();
    let label = format!("{change}: {name}");
    let waits = pending.map(|pending| {
        let words = td_string!(locale, messages.pending, address = pending).to_string();
        view! {
            <dd class="voordeur-value__source">
                {words} " " <a class="nl-link" href=format!("{to_form}/code")>{td_string!(locale, messages.type_code)}</a>
            </dd>
        }
    });
    let failed = (address.failed && current.is_some())
        .then(|| view! { <dd class="voordeur-value__source">{td_string!(locale, messages.comes_back)}</dd> });
    let remove = has_any.then(|| {
        view! {
            <form method="post" action=format!("{to_form}/weg")>
                <button class="nl-button nl-button--subtle" type="submit" aria-label=format!("{}: {name}", td_string!(locale, messages.remove))>{td_string!(locale, messages.remove)}</button>
            </form>
        }
    });
    Ok(view! {
        <div class="voordeur-value">
            <dt>{name}</dt>
            <dd class="voordeur-value__main">{current.unwrap_or_else(|| td_string!(locale, messages.no_address).to_owned())}</dd>
            {waits}
            {failed}
            <dd>
                <div class="utrecht-button-group">
                    <a class="nl-button nl-button--secondary" href=to_form.clone() aria-label=label>{change}</a>
                    {remove}
                </div>
            </dd>
        </div>
    }
    .into_any())
}
