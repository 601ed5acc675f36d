//! `/balie/diensten`: per service how many people it reaches and what they chose.

use std::collections::BTreeMap;

use axum::response::Response;
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    access,
    figures::{Figures, figures},
    numbers,
};
use crate::{
    app::{Page, Place, Staff, Visit},
    error::Error,
    i18n::Locale,
    offers::{Reason, State},
    rules::ServiceRules,
    ui::{self, dates},
};

pub async fn get(staff: Staff) -> Result<Response, Error> {
    let services = access::seen_by(&staff.portal, &staff.organisation);
    let figures = if services.is_empty() { BTreeMap::new() } else { figures(&staff.portal, &services).await? };
    Ok(staff.show(page(&staff, &staff.organisation, &services, &figures)))
}

fn page(visit: &Visit, organisation: &str, services: &[&ServiceRules], figures: &BTreeMap<String, Figures>) -> Page {
    let locale = visit.locale;
    let title = td_string!(locale, desk.services.title);
    let lead = if access::keeps_portal(&visit.portal, organisation) {
        td_string!(locale, desk.services.lead_all)
    } else {
        td_string!(locale, desk.services.lead)
    };
    let tables = if services.is_empty() {
        ui::empty(
            "info",
            view! {
                <p class="nl-paragraph"><b>{td_string!(locale, desk.services.none)}</b></p>
                <p class="nl-paragraph">{td_string!(locale, desk.services.none_text)}</p>
            },
        )
        .into_any()
    } else {
        let nothing = Figures::default();
        let known = |service: &&ServiceRules| figures.get(service.id()).unwrap_or(&nothing);
        let reach =
            services.iter().map(|service| (name(visit, service), reach_cells(locale, known(service)))).collect();
        let choices = services
            .iter()
            .map(|service| {
                let offered = made(locale, known(service)).into_any();
                let cells = state_cells(locale, known(service), &CHOICES);
                (name(visit, service), std::iter::once(offered).chain(cells).collect())
            })
            .collect();
        let others = services
            .iter()
            .map(|service| (name(visit, service), state_cells(locale, known(service), &OTHERS)))
            .collect();
        let service = td_string!(locale, desk.services.service).to_owned();
        let offered = td_string!(locale, desk.services.made).to_owned();
        let choice_heads = [service.clone(), offered].into_iter().chain(state_heads(locale, &CHOICES)).collect();
        let other_heads = std::iter::once(service).chain(state_heads(locale, &OTHERS)).collect();
        view! {
            <section class="voordeur-stack">
                <h2 class="nl-heading nl-heading--level-2" id="bereik">{td_string!(locale, desk.services.reach)}</h2>
                <p class="nl-paragraph voordeur-measure">{td_string!(locale, desk.services.reach_text)}</p>
                {ui::table("bereik", reach_heads(locale), reach)}
            </section>
            <section class="voordeur-stack">
                <h2 class="nl-heading nl-heading--level-2" id="keuzes">{td_string!(locale, desk.services.choices)}</h2>
                <p class="nl-paragraph voordeur-measure">{td_string!(locale, desk.services.choices_text)}</p>
                {ui::table("keuzes", choice_heads, choices)}
            </section>
            <section class="voordeur-stack">
                <h2 class="nl-heading nl-heading--level-2" id="verder">{td_string!(locale, desk.services.others)}</h2>
                {ui::table("verder", other_heads, others)}
            </section>
        }
        .into_any()
    };
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--sections">
            {ui::heading(title.to_owned(), lead)}
            {tables}
        </div>
    };
    Page::new(title, Place::DeskServices, body).under(td_string!(locale, desk.title), "/balie")
}

fn name(visit: &Visit, service: &ServiceRules) -> AnyView {
    let organisation = visit.portal.catalogue.organisation_name(&service.service.organisation, visit.locale);
    view! {
        <a class="nl-link voordeur-link-quiet" href=visit.href(&format!("/balie/diensten/{}", service.id()))>{service.service.name.get(visit.locale).to_owned()}</a>
        <br/>
        <span class="voordeur-subtle">{organisation}</span>
    }
    .into_any()
}

fn reach_heads(locale: Locale) -> Vec<String> {
    [
        td_string!(locale, desk.services.service),
        td_string!(locale, desk.services.fits),
        td_string!(locale, desk.services.needs_data),
        td_string!(locale, desk.services.people),
        td_string!(locale, desk.services.counted),
        td_string!(locale, desk.services.take_up),
    ]
    .map(str::to_owned)
    .to_vec()
}

fn reach_cells(locale: Locale, figures: &Figures) -> Vec<AnyView> {
    let Some(reach) = figures.reach else {
        let unknown = || td_string!(locale, desk.no_figure).into_any();
        return vec![unknown(), unknown(), unknown(), unknown(), unknown()];
    };
    vec![
        numbers::count(locale, reach.fits).into_any(),
        numbers::count(locale, reach.needs_data).into_any(),
        numbers::count(locale, reach.people).into_any(),
        dates::date(locale, reach.on).into_any(),
        take_up(locale, figures),
    ]
}

/// What part of those whom a service fits has it.
pub(super) fn take_up(locale: Locale, figures: &Figures) -> AnyView {
    let fits = figures.reach.map_or(0, |reach| reach.fits);
    match numbers::percentage(figures.taken_up, fits) {
        Some(percentage) => {
            view! { <span><b class="voordeur-number">{percentage}"%"</b></span> {ui::bar(percentage)} }.into_any()
        }
        None => td_string!(locale, desk.services.too_few).into_any(),
    }
}

/// What is to choose and was chosen, and what else became of offers: a table each, or one would not fit.
const CHOICES: [State; 5] = [State::Offered, State::Seen, State::Accepted, State::Declined, State::Postponed];
const OTHERS: [State; 5] = [State::Expired, State::Withdrawn, State::Suppressed, State::Granted, State::Undone];

/// Every state, in the order of the tables.
pub(super) fn states() -> impl Iterator<Item = State> {
    CHOICES.into_iter().chain(OTHERS)
}

pub(super) fn state_name(locale: Locale, state: State) -> &'static str {
    match state {
        State::Offered => td_string!(locale, desk.services.waiting),
        State::Seen => td_string!(locale, desk.services.seen),
        State::Accepted => td_string!(locale, desk.services.accepted),
        State::Declined => td_string!(locale, desk.services.declined),
        State::Postponed => td_string!(locale, desk.services.postponed),
        State::Expired => td_string!(locale, desk.services.expired),
        State::Withdrawn => td_string!(locale, desk.services.withdrawn),
        State::Suppressed => td_string!(locale, desk.services.suppressed),
        State::Granted => td_string!(locale, desk.services.granted),
        State::Undone => td_string!(locale, desk.services.undone),
    }
}

/// How many offers were made in all.
pub(super) fn made(locale: Locale, figures: &Figures) -> String {
    let parts = Figures::OFFERED.map(|state| figures.of(state));
    numbers::total(locale, parts.iter().sum(), &parts)
}

fn state_heads(locale: Locale, states: &[State]) -> impl Iterator<Item = String> {
    states.iter().map(move |state| state_name(locale, *state).to_owned())
}

fn state_cells(locale: Locale, figures: &Figures, states: &[State]) -> Vec<AnyView> {
    let cell = |state: State| {
        let reasons = reasons(locale, figures, state);
        if reasons.is_empty() {
            return numbers::count(locale, figures.of(state)).into_any();
        }
        let parts: Vec<i64> = reasons.iter().map(|(_, number)| *number).collect();
        let reasons = reasons
            .into_iter()
            .map(|(name, number)| {
                view! { <br/><span class="voordeur-subtle">{format!("{name}: {}", numbers::count(locale, number))}</span> }
            })
            .collect_view();
        view! { <span>{numbers::total(locale, figures.of(state), &parts)} {reasons}</span> }.into_any()
    };
    states.iter().map(|state| cell(*state)).collect()
}

/// Why people declined or undid, most telling first; nothing for other states.
pub(super) fn reasons(locale: Locale, figures: &Figures, state: State) -> Vec<(&'static str, i64)> {
    if !matches!(state, State::Declined | State::Undone) {
        return Vec::new();
    }
    let name = |reason: Option<Reason>| match reason {
        Some(Reason::HaveIt) => td_string!(locale, desk.services.have_it),
        Some(Reason::NotWanted) => td_string!(locale, desk.services.not_wanted),
        Some(Reason::DataWrong) => td_string!(locale, desk.services.data_wrong),
        Some(Reason::Other) => td_string!(locale, desk.services.other),
        None => td_string!(locale, desk.services.no_reason),
    };
    Reason::ALL
        .into_iter()
        .map(Some)
        .chain([None])
        .map(|reason| (name(reason), figures.because(state, reason.map(Reason::as_str))))
        .filter(|(_, number)| *number > 0)
        .collect()
}
