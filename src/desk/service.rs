//! `/balie/diensten/{service}`: what was decided for a service, its rules by date, and its figures.

use axum::{extract::Path, response::Response};
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    access,
    figures::{Figures, figures},
    numbers, services, words,
};
use crate::{
    app::{Page, Place, Staff, Visit},
    error::Error,
    i18n::Locale,
    offers::State,
    rules::{ServiceRules, Version},
    ui::{self, dates},
};

/// The service, if this member of staff may see its figures.
pub(super) fn seen<'p>(staff: &'p Staff, id: &str) -> Result<&'p ServiceRules, Error> {
    let service = staff.portal.rules.service(id).ok_or(Error::NotFound)?;
    let sees = access::keeps_portal(&staff.portal, &staff.organisation)
        || access::provides(&staff.organisation, &service.service);
    if sees { Ok(service) } else { Err(Error::Forbidden) }
}

pub async fn get(staff: Staff, Path(id): Path<String>) -> Result<Response, Error> {
    let service = seen(&staff, &id)?;
    let mut figures = figures(&staff.portal, &[service]).await?;
    let figures = figures.remove(service.id()).unwrap_or_default();
    Ok(staff.show(page(&staff, &staff.organisation, service, &figures)))
}

fn page(visit: &Visit, organisation: &str, service: &ServiceRules, figures: &Figures) -> Page {
    let locale = visit.locale;
    let title = service.service.name.get(locale).to_owned();
    let try_out = access::provides(organisation, &service.service).then(|| {
        view! {
            <section class="voordeur-card voordeur-card--attention voordeur-stack voordeur-stack--close">
                <h2 class="nl-heading nl-heading--level-3">{td_string!(locale, desk.service.try_out)}</h2>
                <p class="nl-paragraph">{td_string!(locale, desk.service.try_out_text)}</p>
                <p><a class="nl-button nl-button--primary" href=visit.href(&format!("/balie/diensten/{}/proef", service.id()))>{td_string!(locale, desk.service.try_out_go)}</a></p>
            </section>
        }
    });
    let versions = service.versions.iter().rev().map(|version| rule(visit, organisation, version)).collect_view();
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--sections">
            {ui::heading(title.clone(), service.service.summary.get(locale).to_owned())}
            <section class="voordeur-stack">
                <h2 class="nl-heading nl-heading--level-2" id="cijfers">{td_string!(locale, desk.service.figures)}</h2>
                {counted(locale, figures)}
            </section>
            {try_out}
            <section class="voordeur-stack">
                <h2 class="nl-heading nl-heading--level-2">{td_string!(locale, desk.service.decisions)}</h2>
                {decisions(visit, service)}
            </section>
            <section class="voordeur-stack">
                <h2 class="nl-heading nl-heading--level-2">{td_string!(locale, desk.service.rules)}</h2>
                {versions}
            </section>
        </div>
    };
    Page::new(title, Place::DeskServices, body)
        .under(td_string!(locale, desk.title), "/balie")
        .under(td_string!(locale, desk.services.title), "/balie/diensten")
}

fn counted(locale: Locale, figures: &Figures) -> impl IntoView + use<> {
    let reach = match figures.reach {
        None => ui::empty("info", view! { <p class="nl-paragraph">{td_string!(locale, desk.service.not_counted)}</p> })
            .into_any(),
        Some(reach) => {
            let stat = |value: String, what: &'static str| {
                view! { <div><dt>{what}</dt><dd>{value}</dd></div> }
            };
            view! {
                <dl class="voordeur-card voordeur-facts voordeur-grid voordeur-grid--tiny">
                    {stat(numbers::count(locale, reach.fits), td_string!(locale, desk.services.fits))}
                    {stat(numbers::count(locale, reach.needs_data), td_string!(locale, desk.services.needs_data))}
                    {stat(numbers::count(locale, reach.people), td_string!(locale, desk.services.people))}
                    {stat(dates::date(locale, reach.on), td_string!(locale, desk.services.counted))}
                    <div><dt>{td_string!(locale, desk.services.take_up)}</dt><dd>{services::take_up(locale, figures)}</dd></div>
                </dl>
            }
            .into_any()
        }
    };
    let most = services::states().map(|state| figures.of(state)).max().unwrap_or(0);
    let row = |name: &'static str, number: i64| {
        let bar = numbers::percentage(number, most).map(ui::bar);
        let cell = view! { <b class="voordeur-number">{numbers::count(locale, number)}</b> {bar} };
        (name.into_any(), vec![cell.into_any()])
    };
    let heads = |first: &str| {
        let number = td_string!(locale, desk.service.number).to_owned();
        vec![first.to_owned(), number]
    };
    let made = view! { <b class="voordeur-number">{services::made(locale, figures)}</b> };
    let mut rows = vec![(td_string!(locale, desk.services.made).into_any(), vec![made.into_any()])];
    rows.extend(services::states().map(|state| row(services::state_name(locale, state), figures.of(state))));
    let reasons: Vec<_> = [State::Declined, State::Undone]
        .into_iter()
        .flat_map(|state| services::reasons(locale, figures, state))
        .map(|(name, number)| row(name, number))
        .collect();
    let reasons = (!reasons.is_empty()).then(|| {
        view! {
            <h3 class="nl-heading nl-heading--level-3" id="redenen">{td_string!(locale, desk.service.reasons)}</h3>
            {ui::table("redenen", heads(td_string!(locale, desk.service.what)), reasons)}
        }
    });
    view! {
        {reach}
        <p class="nl-paragraph voordeur-measure">{td_string!(locale, desk.services.choices_text)}</p>
        {ui::table("cijfers", heads(td_string!(locale, desk.service.what)), rows)}
        {reasons}
    }
}

/// What NORA asks to decide for each service.
fn decisions(visit: &Visit, service: &ServiceRules) -> impl IntoView + use<> {
    let locale = visit.locale;
    let portal = &visit.portal;
    let (about, proactive) = (&service.service, &service.proactive);
    let none = || td_string!(locale, desk.service.none).to_owned();
    let list = |items: Vec<String>| if items.is_empty() { none() } else { items.join(", ") };
    let may_know = proactive
        .may_know
        .iter()
        .map(|who| match who.as_str() {
            "gemeente" => td_string!(locale, desk.service.municipality).to_owned(),
            other => portal.catalogue.organisation_name(other, locale),
        })
        .collect::<Vec<_>>();
    let may_know =
        if may_know.is_empty() { td_string!(locale, desk.service.nobody).to_owned() } else { may_know.join(", ") };
    let related = about.related.iter().map(|id| {
        portal.rules.service(id).map_or_else(|| id.clone(), |other| other.service.name.get(locale).to_owned())
    });
    let signals = proactive.signals.iter().map(|signal| words::signal(locale, &portal.rules, signal));
    let rows = [
        (
            td_string!(locale, desk.service.organisation),
            portal.catalogue.organisation_name(&about.organisation, locale),
        ),
        (td_string!(locale, desk.service.mode), words::mode(locale, proactive.mode).to_owned()),
        (td_string!(locale, desk.service.target), proactive.target.get(locale).to_owned()),
        (td_string!(locale, desk.service.events), list(about.life_events.clone())),
        (td_string!(locale, desk.service.signals), list(signals.collect())),
        (td_string!(locale, desk.service.related), list(related.collect())),
        (td_string!(locale, desk.service.may_know), may_know),
        (td_string!(locale, desk.service.legal_basis), proactive.legal_basis.clone()),
        (td_string!(locale, desk.service.purpose), proactive.purpose.clone()),
        (td_string!(locale, desk.service.lead_time), words::term(locale, proactive.lead_time)),
        (td_string!(locale, desk.service.expires), words::term(locale, proactive.expires_after)),
        (
            td_string!(locale, desk.service.undo),
            proactive.undo_within.map_or_else(none, |term| words::term(locale, term)),
        ),
        (
            td_string!(locale, desk.service.decision),
            about.standard.decision.map_or_else(none, |term| words::term(locale, term)),
        ),
        (
            td_string!(locale, desk.service.answer),
            about.standard.answer.map_or_else(none, |term| words::term(locale, term)),
        ),
        (td_string!(locale, desk.service.upl), about.upl.clone().unwrap_or_else(none)),
    ];
    let rows =
        rows.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }).collect_view();
    view! { <dl class="voordeur-card voordeur-facts">{rows}</dl> }
}

fn rule(visit: &Visit, organisation: &str, version: &Version) -> impl IntoView + use<> {
    let locale = visit.locale;
    let today = visit.portal.clock.today();
    let municipality = access::municipality(organisation);
    let title = match version.until {
        Some(until) => td_string!(
            locale,
            desk.service.from_until,
            from = dates::date(locale, version.from),
            until = dates::date(locale, until)
        ),
        None => td_string!(locale, desk.service.from_day, from = dates::date(locale, version.from)),
    };
    let state = if version.covers(today) {
        td_string!(locale, desk.service.in_force)
    } else if version.from > today {
        td_string!(locale, desk.service.not_yet)
    } else {
        td_string!(locale, desk.service.past)
    };
    let rule = &version.rule;
    let article = td_string!(locale, desk.service.article, article = rule.law.article.as_str());
    let content = td_string!(
        locale,
        desk.service.content,
        conditions = rule.conditions.len(),
        steps = rule.steps.len(),
        examples = rule.examples.len()
    );
    let rows = rule
        .parameters
        .values()
        .map(|parameter| {
            let own = parameter.by_municipality.len();
            let own = (own > 0).then(|| {
                view! { <br/><span class="voordeur-subtle">{td_string!(locale, desk.service.own_values, count = own)}</span> }
            });
            let value = words::figure(locale, words::value_for(parameter, municipality), parameter.unit);
            let cells =
                vec![view! { <span>{value} {own}</span> }.into_any(), parameter.source.clone().into_any()];
            (parameter.label.get(locale).to_owned().into_any(), cells)
        })
        .collect::<Vec<_>>();
    let id = format!("regel-{}", version.from);
    let heads = [
        td_string!(locale, desk.service.figure),
        td_string!(locale, desk.service.value),
        td_string!(locale, desk.service.source),
    ];
    let parameters = (!rows.is_empty()).then(|| {
        view! {
            <details class="voordeur-more">
                <summary>{td_string!(locale, desk.try_out.figures)}</summary>
                {ui::table(id.clone(), heads.map(str::to_owned).to_vec(), rows)}
            </details>
        }
    });
    view! {
        <section class="voordeur-card voordeur-stack voordeur-stack--close">
            <h3 class="nl-heading nl-heading--level-3" id=id.clone()>{title}</h3>
            <p><span class="nl-data-badge">{state}</span></p>
            <p class="nl-paragraph"><a class="nl-link" href=rule.law.url.clone() rel="external">{rule.law.name.clone()} ", " {article}</a></p>
            <p class="nl-paragraph">{content}</p>
            {parameters}
        </section>
    }
}
