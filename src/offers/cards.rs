//! Cards: what is offered, and what a fact is missing for.

use jiff::civil::Date;
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{Amounts, Offer, State, check::Check, explain, store::Kept, wording};
use crate::{
    app::Visit,
    rules::{
        ServiceRules,
        model::{Mode, OncePer},
    },
    ui::{self, dates, numbers},
};

/// An offer that waits for a choice.
pub fn offer_card(visit: &Visit, service: &ServiceRules, kept: &Kept) -> AnyView {
    let locale = visit.locale;
    let offer = &kept.offer;
    let (class, badge) = wording::certainty(locale, service, offer.certain);
    let mut about = service.service.summary.get(locale).to_owned();
    if let (Amounts { year: Some(year), .. }, Mode::Offer) = (&offer.amounts, service.proactive.mode) {
        about = format!("{about} {}", td_string!(locale, offers.over_year, amount = numbers::euros(locale, *year)));
    }
    let due = match (offer.state, offer.postponed_until) {
        (State::Postponed, Some(until)) => {
            Some(("pause", td_string!(locale, offers.postponed_until, date = dates::date(locale, until)).to_string()))
        }
        _ => due_words(visit, service, offer).map(|words| ("calendar", words)),
    };
    let title = wording::title(locale, service, Some(offer.period));
    card(
        visit,
        wording::path(service, kept),
        door(visit, &offer.amounts),
        view! { <span class=class>{badge}</span> }.into_any(),
        title,
        about,
        due,
    )
}

/// When to choose at the latest; of something to arrange, when it ends, where the rule says so.
pub fn due_words(visit: &Visit, service: &ServiceRules, offer: &Offer) -> Option<String> {
    match service.proactive.mode {
        Mode::Inform => {
            let date = dates::date(visit.locale, ends_on(service, offer)?);
            Some(td_string!(visit.locale, offers.ends_on, date = date).to_string())
        }
        _ => {
            let date = dates::date(visit.locale, offer.expires_on);
            Some(td_string!(visit.locale, offers.choose_by, date = date).to_string())
        }
    }
}

/// The day on which the passport, card or licence ends that an offer is about.
pub fn ends_on(service: &ServiceRules, offer: &Offer) -> Option<Date> {
    match &service.proactive.once_per {
        OncePer::Value(fact) if fact.ends_with("expires_on") => Some(offer.period),
        _ => None,
    }
}

/// A service that cannot be worked out without a fact that the citizen knows.
pub fn needs_card(visit: &Visit, check: &Check<'_>) -> AnyView {
    let locale = visit.locale;
    let name = check.service.service.name.get(locale);
    let count = i64::try_from(check.missing().len()).unwrap_or(i64::MAX);
    let badge = view! {
        <span class="utrecht-status-badge utrecht-status-badge--warning">{td_string!(locale, offers.data_needed, count = count)}</span>
    };
    let door = view! {
        <p class="voordeur-amount voordeur-amount--unknown">
            <span class="voordeur-amount__value">"€\u{a0}?"</span> " "
            <span class="voordeur-amount__period">{td_string!(locale, offers.fill_in)}</span>
        </p>
    };
    let facts = explain::fact_labels(visit, check.missing());
    card(
        visit,
        format!("/mijn/aanbod/{}", check.service.id()),
        check.service.proactive.mode.pays().then(|| door.into_any()),
        badge.into_any(),
        td_string!(locale, offers.maybe, service = explain::in_sentence(name)).to_string(),
        td_string!(locale, offers.needs_question, facts = facts).to_string(),
        Some(("clock", td_string!(locale, offers.two_minutes).to_owned())),
    )
}

/// The amount in a door; none where there is no amount.
pub fn door(visit: &Visit, amounts: &Amounts) -> Option<AnyView> {
    let (amount, period) = wording::amount(visit.locale, amounts)?;
    Some(
        view! {
            <p class="voordeur-amount">
                <span class="voordeur-amount__value">{amount}</span> " " <span class="voordeur-amount__period">{period}</span>
            </p>
        }
        .into_any(),
    )
}

fn card(
    visit: &Visit,
    path: String,
    door: Option<AnyView>,
    badge: AnyView,
    title: String,
    about: String,
    due: Option<(&'static str, String)>,
) -> AnyView {
    let due = due.map(|(picture, due)| view! { <span class="voordeur-due">{ui::icon(picture)} " " {due}</span> });
    let inner = if door.is_some() { "voordeur-offer__inner" } else { "voordeur-stack" };
    view! {
        <article class="voordeur-card voordeur-card--link voordeur-offer">
            <div class=inner>
                {door}
                <div class="voordeur-stack voordeur-stack--close">
                    <div class="voordeur-cluster">{badge}</div>
                    <h3 class="nl-heading nl-heading--level-3"><a class="nl-link voordeur-link-quiet" href=visit.href(&path)>{title}</a></h3>
                    <p class="nl-paragraph">{about}</p>
                    {due}
                </div>
            </div>
        </article>
    }
    .into_any()
}
