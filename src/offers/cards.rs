//! Cards: what is offered, and what a fact is missing for.

use jiff::civil::Date;
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{Amounts, State, check::Check, explain, store::Kept, wording};
use crate::{
    app::Visit,
    rules::{ServiceRules, model::Mode},
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
            ("pause", td_string!(locale, offers.postponed_until, date = dates::date(locale, until)).to_string())
        }
        _ => ("calendar", due_words(visit, service, offer.expires_on)),
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

/// When to choose at the latest.
pub fn due_words(visit: &Visit, service: &ServiceRules, until: Date) -> String {
    let date = dates::date(visit.locale, until);
    match service.proactive.mode {
        Mode::Inform => td_string!(visit.locale, offers.arrange_by, date = date).to_string(),
        _ => td_string!(visit.locale, offers.choose_by, date = date).to_string(),
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
        ("clock", td_string!(locale, offers.two_minutes).to_owned()),
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
    (picture, due): (&'static str, String),
) -> AnyView {
    let inner = if door.is_some() { "voordeur-offer__inner" } else { "voordeur-stack" };
    view! {
        <article class="voordeur-card voordeur-card--link voordeur-offer">
            <div class=inner>
                {door}
                <div class="voordeur-stack voordeur-stack--close">
                    <div class="voordeur-cluster">{badge}</div>
                    <h3 class="nl-heading nl-heading--level-3"><a class="nl-link voordeur-link-quiet" href=visit.href(&path)>{title}</a></h3>
                    <p class="nl-paragraph">{about}</p>
                    <span class="voordeur-due">{ui::icon(picture)} " " {due}</span>
                </div>
            </div>
        </article>
    }
    .into_any()
}
