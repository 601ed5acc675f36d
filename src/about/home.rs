//! `/`: what this is, what one can do here, and the way in.

use axum::response::Response;
use http::HeaderMap;
use leptos::prelude::*;
use leptos_i18n::td_string;

use crate::{
    app::{Page, Place, Visit},
    ui::icon,
};

pub async fn get(visit: Visit, headers: HeaderMap) -> Response {
    visit.show_public(&headers, || page(&visit))
}

fn page(visit: &Visit) -> Page {
    let locale = visit.locale;
    let provider = visit.portal.config.identity.citizen.as_ref().map_or("DigiD", |provider| provider.name.as_str());
    let way_in = match &visit.session {
        Some(_) => view! {
            <a class="nl-button nl-button--primary" href=visit.href("/mijn")>{td_string!(locale, shell.overview)}</a>
        }
        .into_any(),
        None => view! {
            <a class="nl-button nl-button--primary" href=visit.href("/inloggen")>{td_string!(locale, about.log_in, provider = provider)}</a>
            <a class="nl-link voordeur-target" href=visit.href("/inloggen")>{td_string!(locale, about.log_in_other)}</a>
        }
        .into_any(),
    };
    let can_do = [
        ("file", td_string!(locale, about.data), td_string!(locale, about.data_text)),
        ("eye", td_string!(locale, about.usage), td_string!(locale, about.usage_text)),
        ("people", td_string!(locale, about.wrong), td_string!(locale, about.wrong_text)),
    ]
    .map(|(picture, title, text)| {
        view! {
            <li class="voordeur-card voordeur-tile">
                {icon(picture)}
                <div class="voordeur-stack voordeur-stack--tight">
                    <h3 class="nl-heading nl-heading--level-4">{title}</h3>
                    <p class="nl-paragraph">{text}</p>
                </div>
            </li>
        }
    })
    .collect_view();
    let how = [
        td_string!(locale, about.how_1),
        td_string!(locale, about.how_2),
        td_string!(locale, about.how_3),
        td_string!(locale, about.how_4),
    ]
    .map(|step| view! { <li class="utrecht-ordered-list__item">{step}</li> })
    .collect_view();
    let body = view! {
        <div class="voordeur-hero">
            <div class="voordeur-wrap voordeur-hero__inner">
                <div class="voordeur-hero__text voordeur-stack voordeur-stack--wide">
                    <div class="voordeur-stack voordeur-stack--close">
                        <h1 class="nl-heading nl-heading--level-1">{td_string!(locale, about.home_heading)}</h1>
                        <p class="nl-paragraph nl-paragraph--lead voordeur-measure">{td_string!(locale, about.home_lead)}</p>
                    </div>
                    <div class="voordeur-cluster">{way_in}</div>
                </div>
                {street()}
            </div>
        </div>
        <div class="voordeur-wrap voordeur-stack voordeur-stack--sections">
            <section class="voordeur-stack">
                <h2 class="nl-heading nl-heading--level-2">{td_string!(locale, about.can_do)}</h2>
                <ul class="voordeur-grid" role="list">{can_do}</ul>
            </section>
            <section class="voordeur-stack voordeur-measure">
                <h2 class="nl-heading nl-heading--level-2">{td_string!(locale, about.how)}</h2>
                <ol class="utrecht-ordered-list">{how}</ol>
            </section>
        </div>
    };
    Page::new(td_string!(locale, about.home_title), Place::Home, body)
}

/// A street with one door open and the light on.
fn street() -> impl IntoView {
    view! {
        <svg class="voordeur-hero__art" viewBox="0 0 440 400" width="440" height="400" aria-hidden="true" focusable="false">
            <path class="voordeur-art__wall" d="M0 400V60l40-36h100l40 36v340zM180 400V112h16V92h18V72h16V52h20v20h16v20h18v20h16v288zM300 400V44h140v356z"></path>
            <path class="voordeur-art__deep" d="M36 84h32v46H36zM112 84h32v46h-32zM206 124h26v40h-26zM248 124h26v40h-26zM326 76h30v46h-30zM384 76h30v46h-30zM36 164h32v46H36zM112 164h32v46h-32zM326 156h30v46h-30zM384 156h30v46h-30z"></path>
            <path class="voordeur-art__light" d="M112 84h32v46h-32zM384 156h30v46h-30z"></path>
            <path class="voordeur-art__deep" d="M54 400V290a36 36 0 0 1 72 0v110zM334 400V276a36 36 0 0 1 72 0v124z"></path>
            <path class="voordeur-art__line" d="M54 292h72M90 292v-38m0 38-26-26m26 26 26-26M334 278h72M370 278v-38m0 38-26-26m26 26 26-26"></path>
            <circle class="voordeur-art__brass" cx="116" cy="346" r="4"></circle>
            <circle class="voordeur-art__brass" cx="344" cy="340" r="4"></circle>
            <path class="voordeur-art__pale" d="M190 400V254a50 50 0 0 1 100 0v146z"></path>
            <path class="voordeur-art__light" d="M200 400V260h80v140z"></path>
            <path class="voordeur-art__light" d="M202 252a38 38 0 0 1 76 0z"></path>
            <path class="voordeur-art__line" d="M240 252v-38m0 38-27-27m27 27 27-27"></path>
            <path class="voordeur-art__deep" d="m200 260 46 14v126h-46z"></path>
            <circle class="voordeur-art__brass" cx="237" cy="342" r="4"></circle>
            <path class="voordeur-art__pale" d="M178 392h124v8H178z"></path>
        </svg>
    }
}
