//! What each service gives, now and with what was typed, and what that makes a month.

use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    form::{is_asked, is_partners},
    model::{Compared, MORE, PARTNER, Subject, Worked, month},
};
use crate::{
    i18n::Locale,
    rules::{Outcome, Version, model::Fact},
    ui::{self, numbers::euros},
};

/// Whether the same services are in both totals: else their difference says nothing.
fn is_comparable(worked: &Worked<'_>) -> bool {
    let said = |outcome: &Outcome| outcome.eligible.is_some();
    worked.services.iter().all(|of| of.then.as_ref().is_none_or(|then| said(then) == said(&of.now)))
}

/// Amounts a month together; without what cannot be said.
fn totals(worked: &Worked<'_>) -> (i64, Option<i64>) {
    let now = worked.services.iter().filter_map(|service| month(&service.now)).sum();
    let then: Option<Vec<i64>> =
        worked.services.iter().map(|service| service.then.as_ref().map(|then| month(then).unwrap_or(0))).collect();
    (now, then.map(|then| then.iter().sum()))
}

pub fn view(subject: &Subject<'_>, worked: &Worked<'_>, locale: Locale) -> AnyView {
    let (now, then) = totals(worked);
    let rows = worked.services.iter().map(|service| row(subject, service, locale)).collect_view().into_any();
    let has_then = then.is_some();
    let is_comparable = is_comparable(worked);
    // A sum of nothing that can be said is no sum.
    let is_said = worked.services.iter().any(|of| of.now.eligible.is_some());
    let together = |cents: i64, is_said: bool| if is_said { euros(locale, cents) } else { "–".to_owned() };
    let title = if has_then { td_string!(locale, what_if.outcome) } else { td_string!(locale, what_if.outcome_now) };
    let in_short = match then {
        None => view! { <p class="nl-paragraph voordeur-measure">{td_string!(locale, what_if.outcome_now_text)}</p> }
            .into_any(),
        Some(_) if !is_comparable => {
            view! { <p class="voordeur-headline" role="status">{td_string!(locale, what_if.headline_unknown)}</p> }
                .into_any()
        }
        Some(then) => headline(now, then, locale),
    };
    let unsure = worked.services.iter().any(|service| service.then.as_ref().unwrap_or(&service.now).eligible.is_none());
    let unsure = unsure.then(|| view! { " " {td_string!(locale, what_if.incomplete)} });
    let total = worked.services.len() > 1;
    let total = total.then(|| {
        let per_service = td_string!(locale, what_if.service);
        view! {
            <tr role="row" class="voordeur-total">
                <th role="rowheader" scope="row" data-label=per_service>{td_string!(locale, what_if.total)}</th>
                <td role="cell" class="voordeur-number voordeur-end" data-label=td_string!(locale, what_if.now)>{together(now, is_said)}</td>
                {then.map(|then| view! {
                    <td role="cell" class="voordeur-number voordeur-end" data-label=td_string!(locale, what_if.then)>{together(then, is_comparable)}</td>
                    <td role="cell" class="voordeur-number voordeur-end" data-label=td_string!(locale, what_if.difference)>
                        <b>{if is_comparable { difference(then - now, locale) } else { "–".to_owned() }}</b>
                    </td>
                })}
            </tr>
        }
    });
    let heads = has_then.then(|| {
        view! {
            <th role="columnheader" scope="col" class="voordeur-end">{td_string!(locale, what_if.then)}</th>
            <th role="columnheader" scope="col" class="voordeur-end">{td_string!(locale, what_if.difference)}</th>
        }
    });
    view! {
        <section class="voordeur-stack voordeur-answer" aria-labelledby="uitkomst">
            <h2 class="nl-heading nl-heading--level-2" id="uitkomst" tabindex="-1">{title}</h2>
            {in_short}
            <div class="voordeur-card voordeur-card--flush voordeur-table">
                <table class="utrecht-table utrecht-table--html-table" role="table" aria-labelledby="uitkomst">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">{td_string!(locale, what_if.service)}</th>
                            <th role="columnheader" scope="col" class="voordeur-end">{td_string!(locale, what_if.now)}</th>
                            {heads}
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{rows} {total}</tbody>
                </table>
            </div>
            <p class="voordeur-subtle voordeur-measure">{td_string!(locale, what_if.how_total)} {unsure}</p>
            {marginal(worked, locale)}
        </section>
    }
    .into_any()
}

fn headline(now: i64, then: i64, locale: Locale) -> AnyView {
    let amount = euros(locale, (then - now).abs());
    let words = match then - now {
        1.. => td_string!(locale, what_if.headline_more, amount = amount).to_string(),
        0 => td_string!(locale, what_if.headline_same).to_owned(),
        _ => td_string!(locale, what_if.headline_less, amount = amount).to_string(),
    };
    let from_to = (then != now).then(|| {
        td_string!(locale, what_if.headline_from_to, now = euros(locale, now), then = euros(locale, then)).to_string()
    });
    view! {
        <div class="voordeur-stack voordeur-stack--tight" role="status">
            <p class="voordeur-headline">{words}</p>
            {from_to.map(|words| view! { <p class="nl-paragraph">{words}</p> })}
        </div>
    }
    .into_any()
}

fn row(subject: &Subject<'_>, of: &Compared<'_>, locale: Locale) -> AnyView {
    let name = of.service.service.name.get(locale).to_owned();
    let now = amount(&of.now, locale);
    let last = of.then.as_ref().unwrap_or(&of.now);
    let why = why(subject, of.version, last, locale);
    let then = of.then.as_ref().map(|then| {
        let difference = match (paid(&of.now), paid(then)) {
            (Some(now), Some(then)) => difference(then - now, locale),
            _ => "–".to_owned(),
        };
        view! {
            <td role="cell" class="voordeur-number voordeur-end" data-label=td_string!(locale, what_if.then)>{amount(then, locale)}</td>
            <td role="cell" class="voordeur-number voordeur-end" data-label=td_string!(locale, what_if.difference)>{difference}</td>
        }
    });
    view! {
        <tr role="row">
            <th role="rowheader" scope="row">{name} {why}</th>
            <td role="cell" class="voordeur-number voordeur-end" data-label=td_string!(locale, what_if.now)>{now}</td>
            {then}
        </tr>
    }
    .into_any()
}

/// As the rule pays it: a month, a quarter or once.
fn paid(outcome: &Outcome) -> Option<i64> {
    match outcome.eligible? {
        true => outcome.month.or(outcome.quarter).or(outcome.once).or(outcome.year),
        false => Some(0),
    }
}

fn amount(outcome: &Outcome, locale: Locale) -> String {
    match outcome.eligible {
        None => td_string!(locale, what_if.cannot_say).to_owned(),
        Some(false) => td_string!(locale, what_if.no_right).to_owned(),
        Some(true) => match (outcome.month, outcome.quarter, outcome.once) {
            (Some(month), ..) => td_string!(locale, what_if.per_month, amount = euros(locale, month)).to_string(),
            (_, Some(quarter), _) => {
                td_string!(locale, what_if.per_quarter, amount = euros(locale, quarter)).to_string()
            }
            (_, _, Some(once)) => td_string!(locale, what_if.once, amount = euros(locale, once)).to_string(),
            _ => euros(locale, outcome.year.unwrap_or(0)),
        },
    }
}

fn difference(cents: i64, locale: Locale) -> String {
    let amount = euros(locale, cents.abs());
    match cents {
        1.. => td_string!(locale, what_if.more_by, amount = amount).to_string(),
        0 => td_string!(locale, what_if.same).to_owned(),
        _ => td_string!(locale, what_if.less_by, amount = amount).to_string(),
    }
}

/// Why there is no amount: the first condition that does not hold, or what has to be known, with the field to fill in.
fn why(subject: &Subject<'_>, version: &Version, outcome: &Outcome, locale: Locale) -> Option<AnyView> {
    match outcome.eligible {
        Some(true) => None,
        Some(false) => {
            // As the law has them: the order of the conditions.
            let unmet =
                version.rule.conditions.iter().find(|of| outcome.conditions.get(&of.id) == Some(&Some(false)))?;
            let words = td_string!(locale, what_if.because, condition = unmet.label.get(locale)).to_string();
            Some(view! { <p class="voordeur-subtle">{words}</p> }.into_any())
        }
        None => {
            let is_missing = |name: &str| outcome.missing.iter().any(|missing| missing == name);
            // Whether there is a partner comes before anything about them, which the form does not ask yet.
            let facts = subject
                .facts
                .iter()
                .copied()
                .filter(|fact| is_missing(&fact.name) && !(is_partners(fact) && is_missing(PARTNER)));
            let (asked, others): (Vec<&Fact>, Vec<&Fact>) = facts.partition(|fact| is_asked(fact));
            let links = asked
                .iter()
                .map(|fact| {
                    let href = format!("#{}", fact.name);
                    view! { <li><a class="nl-link" href=href>{fact.label.get(locale).to_owned()}</a></li> }
                })
                .collect_view()
                .into_any();
            let asked = (!asked.is_empty()).then(|| {
                view! { {td_string!(locale, what_if.we_miss)} <ul class="voordeur-stack voordeur-stack--tight" role="list">{links}</ul> }
            });
            let names = others.iter().map(|fact| fact.label.get(locale)).collect::<Vec<_>>().join(", ");
            let others =
                (!names.is_empty()).then(|| view! { <p>{td_string!(locale, what_if.we_miss_other)} {names}</p> });
            Some(view! { <div class="voordeur-subtle">{asked} {others}</div> }.into_any())
        }
    }
}

/// How much of a little more income goes off again.
fn marginal(worked: &Worked<'_>, locale: Locale) -> Option<AnyView> {
    let lost = worked.lost_by_more?;
    // Who gets nothing has nothing to lose.
    worked.services.iter().find(|of| month(of.then.as_ref().unwrap_or(&of.now)).is_some_and(|month| month > 0))?;
    let more = euros(locale, MORE);
    let words = if lost > 0 {
        td_string!(locale, what_if.marginal, more = more, amount = euros(locale, lost)).to_string()
    } else {
        td_string!(locale, what_if.marginal_none, more = more).to_string()
    };
    let tone = if lost > 0 { ui::Tone::Warning } else { ui::Tone::Info };
    let cliff = (lost > MORE).then(|| view! { " " {td_string!(locale, what_if.marginal_cliff)} });
    let tax = (lost > 0).then(|| view! { " " {td_string!(locale, what_if.marginal_tax)} });
    Some(ui::alert(tone, view! { <p class="nl-paragraph"><b>{words}</b> {cliff} {tax}</p> }).into_any())
}

/// Facts that are missing, for the services as they are worked out now.
pub fn missing(worked: &Worked<'_>) -> Vec<String> {
    let outcomes = worked.services.iter().map(|of| of.then.as_ref().unwrap_or(&of.now));
    // Where the answer is no all the same, nothing has to be filled in.
    let unsure = outcomes.filter(|outcome| outcome.eligible.is_none());
    let mut missing: Vec<String> = unsure.flat_map(|outcome| outcome.missing.iter().cloned()).collect();
    missing.sort_unstable();
    missing.dedup();
    missing
}
