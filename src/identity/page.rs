//! The pages of logging in and out.

use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{Door, provider::Provider, refusal::call_us};
use crate::{
    app::{Page, Place, Visit},
    i18n::Locale,
    ui::{self, Tone},
};

/// Choose who you log in as. Each door with whether its provider answers.
pub fn choose(visit: &Visit, doors: &[(&Provider, bool)], back: Option<&str>) -> Page {
    let locale = visit.locale;
    let title = td_string!(locale, identity.log_in);
    if let Some(session) = &visit.session {
        let name = session.identity.name();
        let to = back.map_or_else(|| visit.href(session.identity.door.home()), str::to_owned);
        let body = view! {
            <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
                {ui::heading(td_string!(locale, identity.logged_in).to_owned(), td_string!(locale, identity.logged_in_text, name = name).to_string())}
                <div class="utrecht-button-group">
                    <a class="nl-button nl-button--primary" href=to>{td_string!(locale, identity.go_on)}</a>
                    {log_out(visit)}
                </div>
            </div>
        };
        return Page::new(td_string!(locale, identity.logged_in), Place::Elsewhere, body);
    }
    let (mine, others): (Vec<_>, Vec<_>) = doors.iter().partition(|(provider, _)| provider.door == Door::Citizen);
    let others = (!others.is_empty()).then(|| {
        let doors = others.iter().map(|(provider, open)| door(visit, provider, *open, back)).collect_view();
        view! { <div class="voordeur-grid">{doors}</div> }
    });
    let body = view! {
        <div class="voordeur-wrap voordeur-split">
            <div class="voordeur-stack voordeur-stack--wide">
                {ui::heading(title.to_owned(), td_string!(locale, identity.log_in_text))}
                {doors.is_empty().then(|| ui::alert(Tone::Warning, view! { <p>{td_string!(locale, identity.no_doors)}</p> }))}
                {mine.iter().map(|(provider, open)| door(visit, provider, *open, back)).collect_view()}
                {others}
                <section class="voordeur-stack voordeur-stack--close" aria-labelledby="zo-gaat-het">
                    <h2 class="nl-heading nl-heading--level-2" id="zo-gaat-het">{td_string!(locale, identity.what_happens)}</h2>
                    <ol class="utrecht-ordered-list utrecht-ordered-list--html-content voordeur-measure">
                        <li>{td_string!(locale, identity.step_away)}</li>
                        <li>{td_string!(locale, identity.step_back)}</li>
                        <li>{td_string!(locale, identity.step_out)}</li>
                    </ol>
                </section>
            </div>
            {call_us(&visit.portal, locale)}
        </div>
    };
    Page::new(title, Place::Elsewhere, body)
}

fn door(visit: &Visit, provider: &Provider, open: bool, back: Option<&str>) -> impl IntoView + use<> {
    let locale = visit.locale;
    let name = provider.settings.name.clone();
    let (who, needs) = words(locale, provider.door, &name);
    let (class, button) = match provider.door {
        Door::Citizen => {
            ("voordeur-card voordeur-card--door voordeur-stack voordeur-stack--close", "nl-button nl-button--primary")
        }
        Door::Business | Door::Staff => {
            ("voordeur-card voordeur-stack voordeur-stack--close", "nl-button nl-button--secondary")
        }
    };
    let way = if open {
        let back = (provider.door == Door::Citizen).then_some(back).flatten().map(str::to_owned);
        view! {
            <form method="post" action=visit.href(&format!("/inloggen/{}", provider.door.path()))>
                {back.map(|back| view! { <input type="hidden" name="terug" value=back/> })}
                <button type="submit" class=button>{td_string!(locale, identity.log_in_with, provider = name.as_str()).to_string()}</button>
            </form>
        }
        .into_any()
    } else {
        ui::alert(
            Tone::Warning,
            view! {
                <p><b>{td_string!(locale, identity.away, provider = name.as_str()).to_string()}</b></p>
                <p>{td_string!(locale, identity.away_text, provider = name.as_str()).to_string()}</p>
            },
        )
        .into_any()
    };
    view! {
        <section class=class>
            <h2 class="nl-heading nl-heading--level-3">{who}</h2>
            <p>{needs}</p>
            {way}
        </section>
    }
}

/// For whom a door is, and what one needs.
fn words(locale: Locale, door: Door, provider: &str) -> (&'static str, String) {
    match door {
        Door::Citizen => (
            td_string!(locale, identity.citizen),
            td_string!(locale, identity.citizen_text, provider = provider).to_string(),
        ),
        Door::Business => (
            td_string!(locale, identity.business),
            td_string!(locale, identity.business_text, provider = provider).to_string(),
        ),
        Door::Staff => (td_string!(locale, identity.staff), td_string!(locale, identity.staff_text).to_owned()),
    }
}

/// You are logged out; or, for who came here by its address, you are not.
pub fn logged_out(visit: &Visit) -> Page {
    let locale = visit.locale;
    let (title, text, way) = if visit.session.is_some() {
        (td_string!(locale, identity.still_in), td_string!(locale, identity.still_in_text), log_out(visit).into_any())
    } else {
        let again = view! {
            <a class="nl-button nl-button--secondary" href=visit.href("/inloggen")>{td_string!(locale, identity.log_in_again)}</a>
        };
        (td_string!(locale, identity.logged_out), td_string!(locale, identity.logged_out_text), again.into_any())
    };
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            {ui::heading(title.to_owned(), text)}
            <div class="utrecht-button-group">
                {way}
                <a class="nl-button nl-button--subtle" href=visit.href("/")>{td_string!(locale, error.home)}</a>
            </div>
        </div>
    };
    Page::new(title, Place::Elsewhere, body)
}

fn log_out(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <form method="post" action=visit.href("/uitloggen")>
            <button type="submit" class="nl-button nl-button--secondary">{td_string!(visit.locale, identity.log_out)}</button>
        </form>
    }
}
