//! `/mijn/aanbod`: what somebody can choose, what runs, what was checked and what could not be.

use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    State, cards,
    check::{self, Check, Standing},
    explain,
    model::Offer,
    store::{self, Kept, Mine},
    wording,
};
use crate::{
    app::{Citizen, Page, Place, Visit},
    clock,
    error::Error,
    rules::{ServiceRules, model::Mode},
    ui::{self, Tone, dates},
    usage::{Activity, Role, Usage, activity},
};

/// A citizen looks at offers, or chooses.
pub(super) fn usage(visit: &Visit, activity: Activity, groups: Vec<String>) -> Usage {
    Usage {
        at: visit.portal.clock.now(),
        organisation: visit.portal.config.organisation.id.clone(),
        role: Role::Citizen,
        activity,
        groups,
    }
}

pub async fn get(citizen: Citizen) -> Result<Response, Error> {
    let portal = &citizen.portal;
    let today = portal.clock.today();
    let services: Vec<&ServiceRules> = portal.rules.services.iter().collect();
    let usage = usage(&citizen, activity::VIEW_OFFERS, check::groups(&citizen, &services, today));
    let mut scope = portal.database.look(citizen.person, usage).await?;
    let mine = store::mine(scope.sql(), 0).await?;
    let checks = check::check(scope.sql(), &portal.rules, &services, citizen.person, today).await?;
    scope.commit().await?;
    citizen.set_unread(mine.unread);
    if mine.conflict {
        // Whose data these are, is not sure; the overview says what to do.
        return Ok(Redirect::to(&citizen.href("/mijn")).into_response());
    }
    Ok(citizen.show(page(&citizen, &mine, &checks, today)))
}

fn page(visit: &Visit, mine: &Mine, checks: &[Check<'_>], today: Date) -> Page {
    let locale = visit.locale;
    let title = td_string!(locale, offers.title);
    let all_off = mine.switched_off.contains("*");
    let nothing_known = checks.iter().all(|check| check.outcome.is_none());
    let mut open: Vec<(&ServiceRules, &Kept)> =
        mine.open(today).filter_map(|kept| Some((service_of(visit, &kept.offer)?, kept))).collect();
    // An amount first, then what has none, then what there is to arrange; what waits for another day last.
    open.sort_by_key(|(service, kept)| {
        let amount = wording::amount(locale, &kept.offer.amounts).is_none();
        (kept.offer.state == State::Postponed, !service.proactive.mode.pays(), amount)
    });
    let open: Vec<AnyView> = open.into_iter().map(|(service, kept)| cards::offer_card(visit, service, kept)).collect();
    let running: Vec<AnyView> = mine
        .running()
        .filter_map(|kept| Some(running_row(visit, service_of(visit, &kept.offer)?, kept, today)))
        .collect();
    let not_chosen: Vec<AnyView> = mine
        .not_chosen(today)
        .filter_map(|kept| Some(not_chosen_row(visit, mine, service_of(visit, &kept.offer)?, kept, checks)))
        .chain(off_without_offer(visit, mine))
        .collect();
    let rulebook = &visit.portal.rules;
    let rest: Vec<(&Check<'_>, Standing)> = checks
        .iter()
        .filter(|check| !mine.says_more(check) && !mine.is_off(check.service.id()))
        .map(|check| (check, check.standing(rulebook)))
        .collect();
    let of = |wanted: &[Standing]| {
        let found = rest.iter().filter(|(_, standing)| wanted.contains(standing));
        found.map(|(check, _)| *check).collect::<Vec<_>>()
    };
    let needs: Vec<AnyView> = of(&[Standing::NeedsData])
        .into_iter()
        .filter(|check| check.is_worth_asking(rulebook))
        .map(|check| cards::needs_card(visit, check))
        .collect();
    let soon: Vec<AnyView> = of(&[Standing::Fits])
        .into_iter()
        .map(|check| checked_row(visit, check.service, td_string!(locale, offers.fits_soon).to_owned()))
        .collect();
    let not_fit: Vec<AnyView> =
        of(&[Standing::DoesNotFit]).into_iter().map(|check| not_fit_row(visit, check)).collect();
    let unknown: Vec<AnyView> = of(&[Standing::NeedsData, Standing::Unknown, Standing::NoRule])
        .into_iter()
        .filter(|check| !check.is_worth_asking(rulebook))
        .map(|check| unknown_row(visit, check))
        .collect();
    let off = all_off.then(|| {
        ui::alert(
            Tone::Info,
            view! {
                <div class="voordeur-stack">
                    <h2 class="nl-heading nl-heading--level-3">{td_string!(locale, offers.all_off)}</h2>
                    <p class="nl-paragraph">{td_string!(locale, offers.all_off_text)}</p>
                    {switch_on(visit, "*", td_string!(locale, offers.all_on).to_owned())}
                </div>
            },
        )
    });
    let telephone = visit.portal.config.organisation.telephone.as_str();
    let nothing = nothing_known.then(|| {
        ui::alert(
            Tone::Info,
            view! {
                <h2 class="nl-heading nl-heading--level-3">{td_string!(locale, offers.nothing_known)}</h2>
                <p class="nl-paragraph">{td_string!(locale, offers.nothing_known_text, telephone = telephone)}</p>
            },
        )
    });
    let open_section = (!open.is_empty() || (!all_off && !nothing_known)).then(|| {
        let cards = if open.is_empty() {
            ui::empty("info", view! { <p class="nl-paragraph">{td_string!(locale, offers.open_none)}</p> }).into_any()
        } else {
            view! { <div class="voordeur-grid voordeur-grid--broad">{open}</div> }.into_any()
        };
        section("te-kiezen", td_string!(locale, offers.open), None, cards)
    });
    let no_fit_count = i64::try_from(not_fit.len()).unwrap_or(i64::MAX);
    let checked = (!not_fit.is_empty()).then(|| {
        let rows = view! {
            <details class="voordeur-more">
                <summary>{td_string!(locale, offers.not_fit_show, count = no_fit_count)}</summary>
                {rows(not_fit)}
            </details>
        };
        section(
            "nagekeken",
            td_string!(locale, offers.not_fit),
            Some(td_string!(locale, offers.not_fit_text)),
            rows.into_any(),
        )
    });
    let grid = |cards: Vec<AnyView>| view! { <div class="voordeur-grid voordeur-grid--broad">{cards}</div> }.into_any();
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--sections">
            {ui::heading(title.to_owned(), td_string!(locale, offers.lead))}
            {off}
            {nothing}
            {open_section}
            {(!soon.is_empty()).then(|| rows(soon))}
            {(!running.is_empty()).then(|| section("loopt", td_string!(locale, offers.running), None, rows(running)))}
            {(!needs.is_empty()).then(|| section("misschien", td_string!(locale, offers.needs), Some(td_string!(locale, offers.needs_text)), grid(needs)))}
            {(!nothing_known).then_some(checked)}
            {(!unknown.is_empty() && !nothing_known).then(|| section("onbekend", td_string!(locale, offers.unknown), Some(td_string!(locale, offers.unknown_text)), rows(unknown)))}
            {(!not_chosen.is_empty()).then(|| section("uit", td_string!(locale, offers.off), Some(td_string!(locale, offers.off_text)), rows(not_chosen)))}
            {(!all_off).then(|| view! {
                <section class="voordeur-stack voordeur-stack--close" aria-labelledby="stoppen">
                    <h2 class="nl-heading nl-heading--level-4" id="stoppen">{td_string!(locale, offers.stop)}</h2>
                    <p class="voordeur-subtle">{td_string!(locale, offers.stop_text)}</p>
                    {switch_off(visit, "*", td_string!(locale, offers.stop_all).to_owned())}
                </section>
            })}
        </div>
    };
    Page::new(title, Place::Offers, body).under(td_string!(locale, shell.overview), "/mijn")
}

fn service_of<'v>(visit: &'v Visit, offer: &Offer) -> Option<&'v ServiceRules> {
    visit.portal.rules.service(&offer.service)
}

fn section(id: &'static str, title: &'static str, text: Option<&'static str>, body: AnyView) -> AnyView {
    let text = text.map(|text| view! { <p class="nl-paragraph voordeur-measure">{text}</p> });
    view! {
        <section class="voordeur-stack" aria-labelledby=id>
            <div class="voordeur-stack voordeur-stack--tight">
                <h2 class="nl-heading nl-heading--level-2" id=id>{title}</h2>
                {text}
            </div>
            {body}
        </section>
    }
    .into_any()
}

fn rows(rows: Vec<AnyView>) -> AnyView {
    view! { <ul class="voordeur-card voordeur-card--flush voordeur-rows" role="list">{rows}</ul> }.into_any()
}

/// A row with a link, a line under it and something at its end.
fn row(
    visit: &Visit,
    picture: &'static str,
    path: &str,
    title: String,
    text: impl IntoView + 'static,
    end: Option<AnyView>,
) -> AnyView {
    view! {
        <li>
            {ui::icon(picture)}
            <div class="voordeur-stack voordeur-stack--tight">
                <b><a class="nl-link voordeur-link-quiet" href=visit.href(path)>{title}</a></b>
                <p class="voordeur-subtle">{text}</p>
            </div>
            {end.map(|end| view! { <div class="voordeur-rows__end">{end}</div> })}
        </li>
    }
    .into_any()
}

fn running_row(visit: &Visit, service: &ServiceRules, kept: &Kept, today: Date) -> AnyView {
    let locale = visit.locale;
    let offer = &kept.offer;
    let date = dates::date(locale, clock::day(offer.changed_at));
    let mut text = vec![match (offer.state, service.proactive.mode) {
        (State::Granted, _) => {
            td_string!(locale, offers.granted_on, date = dates::date(locale, clock::day(offer.found_at))).to_string()
        }
        (_, Mode::Inform) => td_string!(locale, offers.arranged_on, date = date).to_string(),
        _ => td_string!(locale, offers.accepted_on, date = date).to_string(),
    }];
    if offer.state == State::Granted && offer.expires_on >= today {
        let date = dates::date(locale, offer.expires_on);
        text.push(td_string!(locale, offers.undo_until, date = date).to_string());
    }
    let end = if offer.fits {
        wording::amount_phrase(locale, &offer.amounts)
            .map(|amount| view! { <b class="voordeur-number">{amount}</b> }.into_any())
    } else {
        let words = td_string!(locale, offers.no_longer_fits_short);
        Some(view! { <span class="voordeur-due voordeur-due--soon">{ui::icon("alert")} " " {words}</span> }.into_any())
    };
    row(
        visit,
        "check",
        &wording::path(service, kept),
        wording::title(locale, service, Some(offer.period)),
        text.join(". ") + ".",
        end,
    )
}

fn not_chosen_row(visit: &Visit, mine: &Mine, service: &ServiceRules, kept: &Kept, checks: &[Check<'_>]) -> AnyView {
    let locale = visit.locale;
    let offer = &kept.offer;
    let date = dates::date(locale, clock::day(offer.changed_at));
    let text = match offer.state {
        State::Declined => td_string!(locale, offers.declined_on, date = date).to_string(),
        State::Undone => td_string!(locale, offers.undone_on, date = date).to_string(),
        State::Suppressed => td_string!(locale, offers.suppressed).to_owned(),
        _ => td_string!(locale, offers.expired_on, date = dates::date(locale, offer.expires_on)).to_string(),
    };
    let title = wording::title(locale, service, Some(offer.period));
    let end = match offer.state {
        State::Declined if still_fits(checks, offer) => Some(after_all(visit, service, kept)),
        State::Suppressed if mine.switched_off.contains(service.id()) => Some(switch_on_named(visit, service)),
        _ => None,
    };
    row(visit, "pause", &wording::path(service, kept), title, text + ".", end)
}

/// Whether today's rule gives the same offer.
pub(super) fn still_fits(checks: &[Check<'_>], offer: &Offer) -> bool {
    checks.iter().filter(|check| check.service.id() == offer.service).any(|check| {
        check
            .outcome
            .as_ref()
            .is_some_and(|outcome| outcome.eligible == Some(true) && outcome.period == Some(offer.period))
    })
}

/// "Toch wel", in one click.
pub(super) fn after_all(visit: &Visit, service: &ServiceRules, kept: &Kept) -> AnyView {
    let title = wording::title(visit.locale, service, Some(kept.offer.period));
    let about = td_string!(visit.locale, offers.after_all_about, service = title).to_string();
    view! {
        <form method="post" action=visit.href(&format!("{}/toch", wording::path(service, kept)))>
            <button class="nl-button nl-button--secondary" type="submit" aria-label=about>{td_string!(visit.locale, offers.after_all)}</button>
        </form>
    }
    .into_any()
}

/// Services that were switched off and of which nothing was found.
fn off_without_offer(visit: &Visit, mine: &Mine) -> Vec<AnyView> {
    let services = visit.portal.rules.services.iter().filter(|service| {
        mine.switched_off.contains(service.id())
            && mine.newest(service.id()).is_none_or(|kept| kept.offer.state != State::Suppressed)
    });
    services
        .map(|service| {
            row(
                visit,
                "pause",
                &format!("/mijn/aanbod/{}", service.id()),
                service.service.name.get(visit.locale).to_owned(),
                td_string!(visit.locale, offers.suppressed).to_owned() + ".",
                Some(switch_on_named(visit, service)),
            )
        })
        .collect()
}

fn switch_on_named(visit: &Visit, service: &ServiceRules) -> AnyView {
    let about = format!("{}: {}", td_string!(visit.locale, offers.switch_on), service.service.name.get(visit.locale));
    view! {
        <form method="post" action=visit.href("/mijn/aanbod/aan")>
            <button class="nl-button nl-button--secondary" type="submit" name="dienst" value=service.id().to_owned() aria-label=about>
                {td_string!(visit.locale, offers.switch_on)}
            </button>
        </form>
    }
    .into_any()
}

pub(super) fn switch_on(visit: &Visit, service: &str, label: String) -> AnyView {
    view! {
        <form method="post" action=visit.href("/mijn/aanbod/aan")>
            <button class="nl-button nl-button--secondary" type="submit" name="dienst" value=service.to_owned()>{label}</button>
        </form>
    }
    .into_any()
}

pub(super) fn switch_off(visit: &Visit, service: &str, label: String) -> AnyView {
    view! {
        <form method="post" action=visit.href("/mijn/aanbod/uit")>
            <button class="nl-button nl-button--subtle voordeur-button-link" type="submit" name="dienst" value=service.to_owned()>{label}</button>
        </form>
    }
    .into_any()
}

fn checked_row(visit: &Visit, service: &ServiceRules, text: String) -> AnyView {
    let path = format!("/mijn/aanbod/{}", service.id());
    row(visit, "search", &path, service.service.name.get(visit.locale).to_owned(), text, None)
}

/// Which conditions fail, in plain words.
fn not_fit_row(visit: &Visit, check: &Check<'_>) -> AnyView {
    let locale = visit.locale;
    let failing = match (check.version, &check.outcome) {
        (Some(version), Some(outcome)) => {
            let labels = explain::conditions_that(version, &outcome.into(), Some(false));
            labels.into_iter().map(|condition| condition.label.get(locale).to_owned()).collect()
        }
        _ => Vec::new(),
    };
    let text = td_string!(locale, offers.because, conditions = failing.join("; ")).to_string();
    checked_row(visit, check.service, text)
}

fn unknown_row(visit: &Visit, check: &Check<'_>) -> AnyView {
    let locale = visit.locale;
    let text = if check.version.is_none() {
        td_string!(locale, offers.no_rule).to_owned()
    } else {
        let facts = explain::fact_labels(visit, check.missing());
        td_string!(locale, offers.missing_facts, facts = facts).to_string()
    };
    checked_row(visit, check.service, text)
}
