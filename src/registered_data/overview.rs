//! `/mijn`: what needs my attention, and the way to everything else.

use axum::response::{IntoResponse, Response};
use jiff::Zoned;
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    Holding, Register, format,
    page::{view_of, wording},
    shown,
    store::{self, Which},
};
use crate::{
    app::{Page, Place, Visit},
    cases::{self, Running},
    clock,
    database::PersonId,
    error::Error,
    i18n::Locale,
    identity::Door,
    offers::{self, Found},
    ui::{self, dates},
};

pub async fn get(visit: Visit) -> Result<Response, Error> {
    let identity = &visit.session.as_ref().ok_or(Error::LogIn)?.identity;
    match (identity.person(), identity.door) {
        (Some(person), _) => citizen(&visit, person).await,
        (None, Door::Business) => Ok(visit.show(business_page(&visit))),
        (None, _) => Ok(Error::Forbidden.into_response()),
    }
}

/// Something that asks for attention: its name, what about it, and where to read on.
struct Attention {
    icon: &'static str,
    title: String,
    text: String,
    path: String,
    /// By when, where there is a day; and whether that is soon.
    by: Option<(String, bool)>,
}

async fn citizen(visit: &Visit, person: PersonId) -> Result<Response, Error> {
    let connected: Vec<&Register> = visit.portal.catalogue.connected().collect();
    let ids: Vec<&str> = connected.iter().map(|register| register.id.as_str()).collect();
    let mut groups: Vec<String> =
        ids.iter().map(|id| (*id).to_owned()).chain([offers::FOUND_GROUP.to_owned()]).collect();
    groups.push("cases".to_owned());
    groups.sort();
    groups.dedup();
    let usage = view_of(visit, groups);
    let mut scope = visit.look(person, usage).await?;
    let holdings = store::holdings(scope.sql(), person, &ids, Which::Attention).await?;
    // Whose list this is, is not sure: then nothing is worked out with it.
    let found = match holdings.iter().any(|holding| holding.conflict) {
        true => None,
        false => Some((offers::found(scope.sql(), visit).await?, cases::running(scope.sql()).await?)),
    };
    let (found, running) = found.unzip();
    scope.commit().await?;
    let mut attention = attention(visit, &connected, &holdings);
    attention.extend(running.iter().flat_map(|running| running.asks(visit)).map(|asks| Attention {
        icon: "clock",
        title: asks.title,
        text: asks.text,
        path: asks.path,
        by: Some(asks.by),
    }));
    attention.extend(found.iter().flat_map(|found| found.due(visit)).map(|due| Attention {
        icon: due.icon,
        title: due.title,
        text: due.text,
        path: due.path,
        by: due.by,
    }));
    let person = holdings.iter().flat_map(|holding| &holding.records).find(|record| record.kind == "person");
    let first_name = person.map(|person| format::name(person).first().to_owned()).unwrap_or_default();
    Ok(visit.show(citizen_page(visit, &first_name, attention, found, running)))
}

fn attention(visit: &Visit, registers: &[&Register], holdings: &[Holding]) -> Vec<Attention> {
    let locale = visit.locale;
    let mut attention = Vec::new();
    if holdings.iter().any(|holding| holding.conflict) {
        attention.push(Attention {
            icon: "alert",
            title: td_string!(locale, registered_data.conflict).to_owned(),
            text: td_string!(locale, registered_data.conflict_text).to_owned(),
            path: "/mijn/gegevens".to_owned(),
            by: None,
        });
    }
    for holding in holdings {
        let Some(register) = registers.iter().find(|register| register.id == holding.register) else { continue };
        for (kind, line) in shown::in_doubt(&wording(visit, register), holding) {
            let Some(doubt) = line.items.into_iter().find_map(|item| item.doubt) else { continue };
            attention.push(Attention {
                icon: "search",
                title: td_string!(locale, registered_data.label_in_doubt, label = kind).to_string(),
                text: format!("{}. {}", doubt.what, doubt.meaning),
                path: format!("/mijn/gegevens/{}#{}", register.id, line.id),
                by: None,
            });
        }
    }
    attention
}

fn citizen_page(
    visit: &Visit,
    first_name: &str,
    attention: Vec<Attention>,
    found: Option<Found<'_>>,
    running: Option<Running>,
) -> Page {
    let locale = visit.locale;
    let now = visit.portal.clock.now().to_zoned(clock::zone());
    let greeting = match first_name {
        "" => greeting(locale, &now).to_owned(),
        name => format!("{}, {name}", greeting(locale, &now)),
    };
    let count = i64::try_from(attention.len()).unwrap_or(i64::MAX);
    let summary = match count {
        0 => td_string!(locale, registered_data.nothing_to_do).to_owned(),
        _ => td_string!(locale, registered_data.to_look_at, count = count).to_string(),
    };
    let today = td_string!(locale, registered_data.today, date = dates::date_with_day(locale, now.date())).to_string();
    let rows = attention
        .into_iter()
        .map(|item| {
            let by = item.by.map(|(words, soon)| {
                let class = if soon { "voordeur-due voordeur-due--soon" } else { "voordeur-due" };
                view! { <div class="voordeur-rows__end"><span class=class>{ui::icon("calendar")} " " {words}</span></div> }
            });
            view! {
                <li>
                    {ui::icon(item.icon)}
                    <div class="voordeur-stack voordeur-stack--tight">
                        <b><a class="nl-link voordeur-link-quiet" href=visit.href(&item.path)>{item.title}</a></b>
                        <p class="voordeur-subtle">{item.text}</p>
                    </div>
                    {by}
                </li>
            }
        })
        .collect_view();
    let attention = if count == 0 {
        ui::empty("check", view! { <p class="nl-paragraph">{td_string!(locale, registered_data.all_quiet)}</p> })
            .into_any()
    } else {
        view! { <ul class="voordeur-card voordeur-card--flush voordeur-card--attention voordeur-rows" role="list">{rows}</ul> }.into_any()
    };
    let tile = |icon, path: &str, title: String, text: String| {
        view! {
            <article class="voordeur-card voordeur-card--link voordeur-tile">
                {ui::icon(icon)}
                <div class="voordeur-stack voordeur-stack--close">
                    <h3 class="nl-heading nl-heading--level-3"><a class="nl-link voordeur-link-quiet" href=visit.href(path)>{title}</a></h3>
                    <p class="nl-paragraph">{text}</p>
                </div>
            </article>
        }
    };
    let title = td_string!(locale, shell.overview);
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--sections">
            <div class="voordeur-stack voordeur-stack--tight">
                <h1 class="nl-heading nl-heading--level-1">{greeting}</h1>
                <p class="nl-paragraph nl-paragraph--lead">{today} " " {summary}</p>
            </div>
            <section class="voordeur-stack" aria-labelledby="aandacht">
                <h2 class="nl-heading nl-heading--level-2" id="aandacht">{td_string!(locale, registered_data.attention)}</h2>
                {attention}
            </section>
            {running.as_ref().and_then(|running| running.section(visit))}
            {found.as_ref().map(|found| view! { {found.section(visit)} {found.messages(visit)} })}
            <section class="voordeur-stack" aria-labelledby="bekijken">
                <h2 class="nl-heading nl-heading--level-2" id="bekijken">{td_string!(locale, registered_data.look)}</h2>
                <div class="voordeur-grid voordeur-grid--broad">
                    {tile("id", "/mijn/gegevens", td_string!(locale, registered_data.title).to_owned(), td_string!(locale, registered_data.data_tile).to_owned())}
                    {tile("coin", "/mijn/proefberekening", td_string!(locale, what_if.title).to_owned(), td_string!(locale, registered_data.what_if_tile).to_owned())}
                    {tile("eye", "/mijn/inzage", td_string!(locale, shell.who_looked).to_owned(), td_string!(locale, registered_data.usage_tile).to_owned())}
                </div>
            </section>
        </div>
    };
    Page::new(title, Place::Overview, body)
}

fn business_page(visit: &Visit) -> Page {
    let locale = visit.locale;
    let title = td_string!(locale, registered_data.business);
    let body = view! {
        <div class="voordeur-wrap voordeur-stack">
            {ui::heading(title.to_owned(), td_string!(locale, registered_data.business_text))}
        </div>
    };
    Page::new(title, Place::Overview, body)
}

fn greeting(locale: Locale, now: &Zoned) -> &'static str {
    match now.hour() {
        0..6 => td_string!(locale, registered_data.good_night),
        6..12 => td_string!(locale, registered_data.good_morning),
        12..18 => td_string!(locale, registered_data.good_afternoon),
        _ => td_string!(locale, registered_data.good_evening),
    }
}
