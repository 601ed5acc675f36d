//! What today's check of a service says, where there is no offer.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    Amounts, Run, apply,
    check::{Check, Standing},
    explain::{self, Explained},
    parts::{aside, calculation, why},
    store::Mine,
    wording,
};
use crate::{
    app::{Page, Place, Visit},
    rules::{Outcome, model::Mode},
};

pub(super) fn page(visit: &Visit, mine: &Mine, check: &Check<'_>) -> Page {
    let locale = visit.locale;
    let service = check.service;
    let name = service.service.name.get(locale);
    let standing = check.standing(&visit.portal.rules);
    let run = check.outcome.as_ref().map_or_else(explain::no_run, Run::from);
    let organisation = wording::organisation_in_sentence(visit, service, run.facts.get("municipality"));
    let is_off = mine.is_off(service.id());
    let (title, words) = match standing {
        _ if is_off => (name.to_owned(), td_string!(locale, offers.suppressed).to_owned() + "."),
        Standing::Fits => (name.to_owned(), td_string!(locale, offers.fits_soon).to_owned()),
        Standing::DoesNotFit => (
            td_string!(locale, offers.no_fit_title, service = name).to_string(),
            td_string!(locale, offers.state_no_fit).to_owned(),
        ),
        Standing::NeedsData => (
            td_string!(locale, offers.needs_title, service = explain::in_sentence(name)).to_string(),
            td_string!(locale, offers.state_needs).to_owned(),
        ),
        Standing::Unknown => (
            name.to_owned(),
            td_string!(locale, offers.state_unknown, organisation = organisation.as_str()).to_string(),
        ),
        Standing::NoRule => (name.to_owned(), td_string!(locale, offers.no_rule).to_owned()),
    };
    let (typed, doubted) = (BTreeSet::new(), mine.facts_in_doubt(visit));
    let explained = check.version.filter(|_| check.outcome.is_some()).map(|version| Explained {
        visit,
        version,
        run: &run,
        typed: &typed,
        doubted: &doubted,
    });
    let why = explained.as_ref().map(|explained| why(visit, service, explained, false));
    let amounts = check.outcome.as_ref().map(Amounts::from).unwrap_or_default();
    let receipt = explained
        .as_ref()
        .filter(|_| standing == Standing::DoesNotFit && amounts_say_something(&check.outcome))
        .and_then(|explained| explained.receipt(&amounts, visit.portal.clock.today()))
        .map(|receipt| calculation(visit, service, receipt));
    let act = match standing {
        Standing::NeedsData if !is_off => {
            let href = visit.href(&format!("/mijn/aanbod/{}/invullen", service.id()));
            Some(view! {
                <div class="utrecht-button-group"><a class="nl-button nl-button--primary" href=href>{td_string!(locale, offers.go_fill_in)}</a></div>
            })
        }
        _ => None,
    };
    let apply = (service.proactive.mode != Mode::Inform).then(|| {
        let href = visit.href(&apply::path(service));
        view! { <p><a class="nl-link voordeur-target" href=href>{td_string!(locale, offers.apply_yourself)}</a></p> }
    });
    let door = (standing == Standing::NeedsData && service.proactive.mode.pays()).then(|| {
        view! {
            <p class="voordeur-amount voordeur-amount--large voordeur-amount--unknown">
                <span class="voordeur-amount__value">"€\u{a0}?"</span> " " <span class="voordeur-amount__period">{td_string!(locale, offers.fill_in)}</span>
            </p>
        }
    });
    let inner = if door.is_some() { "voordeur-offer__inner" } else { "voordeur-stack" };
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--sections">
            <article class="voordeur-card voordeur-offer voordeur-offer--lead">
                <div class=inner>
                    {door}
                    <div class="voordeur-stack">
                        <h1 class="nl-heading nl-heading--level-1">{title.clone()}</h1>
                        <p class="nl-paragraph nl-paragraph--lead voordeur-measure">{service.service.summary.get(locale).to_owned()} " " {words}</p>
                        {act}
                        {apply}
                    </div>
                </div>
            </article>
            <div class="voordeur-split">
                <div class="voordeur-stack voordeur-stack--sections">{why}{receipt}</div>
                {aside(visit, service, check.version, &run, None, is_off)}
            </div>
        </div>
    };
    Page::new(title, Place::Offers, body)
        .under(td_string!(locale, shell.overview), "/mijn")
        .under(td_string!(locale, shell.offers), "/mijn/aanbod")
}

/// Whether there is an amount to explain: a no on age alone has none.
fn amounts_say_something(outcome: &Option<Outcome>) -> bool {
    outcome.as_ref().is_some_and(|outcome| {
        [outcome.year, outcome.quarter, outcome.month, outcome.once].into_iter().flatten().next().is_some()
    })
}
