//! A decision as the citizen reads it.

use leptos::prelude::*;
use leptos_i18n::td_string;

use super::timeline;
use crate::{
    app::Staff,
    cases::{Case, Decision, Grounds},
    i18n::Locale,
    ui::{dates, numbers},
};

/// What is paid, by how often.
pub fn amounts(locale: Locale, grounds: &Grounds) -> Vec<(&'static str, String)> {
    [
        (td_string!(locale, desk_cases.per_year), grounds.year),
        (td_string!(locale, desk_cases.per_quarter), grounds.quarter),
        (td_string!(locale, desk_cases.per_month), grounds.month),
        (td_string!(locale, desk_cases.once), grounds.once),
    ]
    .into_iter()
    .filter_map(|(what, cents)| Some((what, numbers::euros(locale, cents?))))
    .collect()
}

/// Outcome, amounts, reasons (Awb art. 3:46), law and until when one can object (Awb art. 3:45).
pub fn view(staff: &Staff, case: &Case, decision: &Decision) -> AnyView {
    let locale = staff.locale;
    let (name, lang) = case.title.get(locale);
    let row = |what: &'static str, value: String| view! { <div><dt>{what}</dt><dd>{value}</dd></div> }.into_any();
    let amounts: Vec<AnyView> =
        amounts(locale, &decision.grounds).into_iter().map(|(what, amount)| row(what, amount)).collect();
    let paragraphs = decision
        .reasons
        .split("\n\n")
        .map(|part| view! { <p class="nl-paragraph voordeur-said">{part.to_owned()}</p> })
        .collect_view();
    let law = (!decision.grounds.law.is_empty())
        .then(|| row(td_string!(locale, desk_cases.law), decision.grounds.law.clone()));
    let objection =
        decision.objection_until.map(|until| row(td_string!(locale, desk_cases.objection), dates::date(locale, until)));
    view! {
        <article class="voordeur-card voordeur-stack voordeur-letter">
            <p class="voordeur-subtle">{staff.portal.catalogue.organisation_name(&case.organisation, locale)} ", " {case.reference.clone()}</p>
            <h2 class="nl-heading nl-heading--level-3"><span lang=lang>{name.to_owned()}</span> ": " {timeline::outcome_of(locale, case.kind, decision.outcome)}</h2>
            <div class="voordeur-stack voordeur-stack--close" lang="nl">{paragraphs}</div>
            <dl class="voordeur-facts">
                {amounts}
                {law}
                {row(td_string!(locale, desk_cases.announced), dates::date(locale, decision.announced_on))}
                {objection}
            </dl>
        </article>
    }
    .into_any()
}
