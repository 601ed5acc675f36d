//! `/mijn/zaken/{reference}/besluit`: what was decided, why, by which rule and values, and how to object.

use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    model::{Decision, Grounds, Kind, Outcome},
    page::{Looked, Seen, document_rows, look},
    wording,
};
use crate::{
    app::{Citizen, Page, Place},
    documents::{self, DocumentId},
    error::Error,
    offers::{self, Amounts, Run},
    ui::{self, dates},
    usage::activity,
};

pub async fn get(citizen: Citizen, Path(reference): Path<String>) -> Result<Response, Error> {
    let Looked { mut scope, whole } = look(&citizen, &reference, activity::VIEW_CASES).await?;
    let Some(decision) = &whole.decision else {
        scope.commit().await?;
        return Ok(Redirect::to(&citizen.href(&whole.case.path())).into_response());
    };
    let ids: Vec<DocumentId> = decision.documents.iter().copied().map(DocumentId).collect();
    let documents = documents::of(scope.sql(), &ids).await?;
    scope.commit().await?;
    Ok(citizen.show(page(&Seen::new(&citizen, &whole, &documents), decision)))
}

fn amounts(grounds: &Grounds) -> Amounts {
    Amounts { year: grounds.year, quarter: grounds.quarter, month: grounds.month, once: grounds.once }
}

fn run(grounds: &Grounds) -> Run {
    Run { conditions: grounds.conditions.clone(), steps: grounds.steps.clone(), facts: grounds.facts.clone() }
}

fn page(seen: &Seen<'_>, decision: &Decision) -> Page {
    let (visit, locale, case) = (seen.visit, seen.visit.locale, seen.case);
    let title = td_string!(locale, cases.decision_title, title = wording::title(visit, case)).to_string();
    let announced = dates::date(locale, decision.announced_on);
    let about = td_string!(
        locale,
        cases.decision_about,
        organisation = wording::organisation(visit, &case.organisation),
        date = announced,
        reference = case.reference.as_str()
    )
    .to_string();
    let pays = matches!(decision.outcome, Outcome::Granted | Outcome::Partly);
    let amount = offers::amount(locale, &amounts(&decision.grounds)).filter(|_| pays).map(|(amount, period)| {
        view! {
            <p class="voordeur-amount voordeur-amount--large">
                <span class="voordeur-amount__value">{amount}</span> " " <span class="voordeur-amount__period">{period}</span>
            </p>
        }
    });
    let inner = if amount.is_some() { "voordeur-offer__inner" } else { "voordeur-stack" };
    let behind = seen.service.zip(decision.grounds.rule_from).and_then(|(service, rule_from)| {
        let amounts = amounts(&decision.grounds);
        offers::behind(visit, service, rule_from, &run(&decision.grounds), &amounts, decision.decided_on, pays)
    });
    let law = (!decision.grounds.law.is_empty()).then(|| {
        view! { <p class="voordeur-law" lang="nl">{decision.grounds.law.clone()}</p> }
    });
    let documents = document_rows(visit, &seen.organisation(), seen.documents).map(|rows| {
        view! {
            <section class="voordeur-stack" aria-labelledby="documenten">
                <h2 class="nl-heading nl-heading--level-2" id="documenten">{td_string!(locale, cases.documents)}</h2>
                {rows}
            </section>
        }
    });
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--sections">
            <article class="voordeur-card voordeur-card--door voordeur-offer voordeur-offer--lead">
                <div class=inner>
                    {amount}
                    <div class="voordeur-stack">
                        <p class="nl-paragraph">{wording::own_words(locale, &case.title)}</p>
                        <h1 class="nl-heading nl-heading--level-1">{wording::outcome(locale, case.kind, decision.outcome)}</h1>
                        <p class="voordeur-subtle">{about}</p>
                    </div>
                </div>
            </article>
            <section class="voordeur-stack" aria-labelledby="redenen">
                <h2 class="nl-heading nl-heading--level-2" id="redenen">{td_string!(locale, cases.reasons)}</h2>
                <div class="voordeur-card voordeur-stack">
                    <p class="nl-paragraph voordeur-measure voordeur-text" lang=wording::in_dutch(locale)>{decision.reasons.clone()}</p>
                    {law}
                </div>
            </section>
            {behind}
            {documents}
            {objecting(seen, decision)}
            <p><a class="nl-link voordeur-target" href=visit.href(&case.path())>{td_string!(locale, cases.to_case)}</a></p>
        </div>
    }
    .into_any();
    seen.under(Page::new(title, Place::Cases, body))
}

/// Until when one can object and how, or why not.
fn objecting(seen: &Seen<'_>, decision: &Decision) -> AnyView {
    let locale = seen.visit.locale;
    let organisation = seen.organisation();
    let last = decision.objection_until.map(|last| dates::date(locale, last)).unwrap_or_default();
    let (words, link) = if let Some(objection) = seen.objection() {
        let href = seen.visit.href(&objection.path());
        let link = view! { <p><a class="nl-link voordeur-target" href=href>{td_string!(locale, cases.see_objection)} " " {ui::icon("arrow")}</a></p> };
        (td_string!(locale, cases.objected_text).to_owned(), Some(link.into_any()))
    } else if let Some(until) = seen.can_object_until() {
        let words = match until < seen.today {
            true => td_string!(locale, cases.object_late_text, date = last).to_string(),
            false => td_string!(locale, cases.object_how, date = last, organisation = organisation).to_string(),
        };
        let link = view! {
            <div class="utrecht-button-group"><a class="nl-button nl-button--primary" href=seen.path("bezwaar")>{td_string!(locale, cases.object)}</a></div>
        };
        (words, Some(link.into_any()))
    } else if seen.case.kind == Kind::Objection && decision.objection_until.is_some() {
        (td_string!(locale, cases.appeal_text, date = last).to_string(), None)
    } else {
        (td_string!(locale, cases.no_objection_text).to_owned(), None)
    };
    view! {
        <section class="voordeur-stack" aria-labelledby="bezwaar">
            <h2 class="nl-heading nl-heading--level-2" id="bezwaar">{td_string!(locale, cases.disagree)}</h2>
            <div class="voordeur-card voordeur-stack"><p class="nl-paragraph voordeur-measure">{words}</p>{link}</div>
        </section>
    }
    .into_any()
}
