//! `/mijn/proefberekening`.

use axum::{
    Form,
    extract::Query,
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde::Deserialize;
use serde_json::{Map, Value};
use sqlx::types::Json;

use super::{
    chart,
    fields::{Fields, belongs},
    form::Typed,
    model::{Subject, Worked},
    outcome,
};
use crate::{
    app::{Citizen, Page, Place, Visit},
    clock,
    error::Error,
    ui::{self, Mistake},
    usage::{Role, Usage, activity},
};

const PATH: &str = "/mijn/proefberekening";

#[derive(Deserialize)]
pub struct Focus {
    /// One service.
    dienst: Option<String>,
}

pub async fn get(citizen: Citizen, Query(focus): Query<Focus>) -> Result<Response, Error> {
    answer(citizen, focus, None).await
}

/// Shows the page again: nothing is stored, and what was typed is in no address.
pub async fn post(
    citizen: Citizen,
    Query(focus): Query<Focus>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, Error> {
    answer(citizen, focus, Some(sent)).await
}

async fn answer(citizen: Citizen, focus: Focus, sent: Option<Vec<(String, String)>>) -> Result<Response, Error> {
    let visit = &citizen.visit;
    let locale = visit.locale;
    let today = clock::day(visit.portal.clock.now());
    let subject = Subject::new(&visit.portal.rules, today, focus.dienst.as_deref())?;
    let usage = Usage {
        at: visit.portal.clock.now(),
        organisation: visit.portal.config.organisation.id.clone(),
        role: Role::Citizen,
        activity: activity::VIEW,
        groups: subject.groups(),
    };
    let mut scope = visit.portal.database.look(citizen.person, usage).await?;
    let (facts, conflict): (Option<Json<Map<String, Value>>>, bool) = sqlx::query_as(
        "select (select to_jsonb(f) from facts f where f.person = $1),
                exists (select from bsn_conflict c where c.person = $1)",
    )
    .bind(citizen.person)
    .fetch_one(scope.sql())
    .await?;
    if conflict {
        // Whose facts these are, is not sure; the overview says what to do.
        return Ok(Redirect::to(&visit.href("/mijn")).into_response());
    }
    let registered = subject.narrow(facts.map(|facts| facts.0).unwrap_or_default());
    let (typed, read) = match sent {
        None => (Typed::registered(&subject, &registered, locale), Ok(None)),
        Some(pairs) => {
            let typed = Typed::sent(&subject, pairs);
            let read = typed.read(&subject, &registered, locale).map(Some);
            (typed, read)
        }
    };
    let (worked, mistakes) = match read {
        Ok(facts) => (Some(subject.work_out(scope.sql(), &registered, facts.as_ref()).await?), Vec::new()),
        Err(mistakes) => (None, mistakes),
    };
    scope.commit().await?;
    let fields = Fields {
        subject: &subject,
        registered: &registered,
        typed: &typed,
        missing: worked.as_ref().map(outcome::missing).unwrap_or_default(),
        mistakes: &mistakes,
        locale,
    };
    Ok(visit.show(page(visit, &fields, worked.as_ref())))
}

fn page(visit: &Visit, fields: &Fields<'_>, worked: Option<&Worked<'_>>) -> Page {
    let locale = visit.locale;
    let subject = fields.subject;
    let title = td_string!(locale, what_if.title);
    let is_wrong = !fields.mistakes.is_empty();
    let summary = is_wrong.then(|| error_summary(fields));
    let results = worked.map(|worked| {
        let chart = worked.chart.as_ref().map(|of| chart::view(of, locale));
        view! { {outcome::view(subject, worked, locale)} {chart} }
    });
    let focus = subject.focus.map(|service| {
        let words = td_string!(locale, what_if.focused, service = service.service.name.get(locale)).to_string();
        view! {
            <p class="voordeur-cluster">
                <span>{words}</span>
                <a class="nl-link voordeur-target" href=visit.href(PATH)>{td_string!(locale, what_if.all_services)}</a>
            </p>
        }
    });
    let own_path = match subject.focus {
        Some(service) => format!("{PATH}?dienst={}", service.id()),
        None => PATH.to_owned(),
    };
    let own_path = visit.href(&own_path);
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--sections">
            {summary}
            <div class="voordeur-stack">
                {ui::heading(title.to_owned(), td_string!(locale, what_if.lead))}
                {focus}
            </div>
            <div class="voordeur-split">
                <form
                    class="utrecht-form voordeur-stack voordeur-stack--wide voordeur-what-if"
                    method="post"
                    action=format!("{own_path}#uitkomst")
                    novalidate
                >
                    // What the enter key presses, before any other button of the form.
                    <button type="submit" hidden></button>
                    <p class="nl-paragraph voordeur-measure">{td_string!(locale, what_if.filled_in)}</p>
                    {fields.view()}
                    <div class="utrecht-button-group">
                        <button class="nl-button nl-button--primary" type="submit">{td_string!(locale, what_if.work_out)}</button>
                        " "
                        <a class="nl-button nl-button--subtle" href=own_path.clone()>{td_string!(locale, what_if.start_again)}</a>
                    </div>
                </form>
                {explanation(fields)}
            </div>
            {results}
        </div>
    };
    let status = if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Page::new(title, Place::Offers, body).under(td_string!(locale, shell.overview), "/mijn").status(status)
}

fn explanation(fields: &Fields<'_>) -> impl IntoView + use<> {
    let locale = fields.locale;
    let today = ui::dates::date(locale, fields.subject.on);
    let lines = [
        td_string!(locale, what_if.how_change).to_owned(),
        td_string!(locale, what_if.how_rules, date = today).to_string(),
        td_string!(locale, what_if.how_stored).to_owned(),
        td_string!(locale, what_if.how_not_a_decision).to_owned(),
    ];
    let lines = lines
        .into_iter()
        .map(|line| view! { <li class="utrecht-unordered-list__item">{line}</li> })
        .collect_view()
        .into_any();
    view! {
        <aside class="voordeur-stack voordeur-sticky" aria-labelledby="hoe">
            <h2 class="nl-heading nl-heading--level-4" id="hoe">{td_string!(locale, what_if.how)}</h2>
            <ul class="utrecht-unordered-list">{lines}</ul>
        </aside>
    }
}

/// Each mistake with the name of what it is in.
fn error_summary(fields: &Fields<'_>) -> impl IntoView + use<> {
    let locale = fields.locale;
    let named: Vec<Mistake> = fields
        .mistakes
        .iter()
        .map(|mistake| {
            let fact = fields.subject.facts.iter().find(|fact| belongs(&mistake.field, &fact.name));
            let name = fact.map_or("", |fact| fact.label.get(locale));
            Mistake { field: mistake.field.clone(), message: format!("{name}: {}", mistake.message) }
        })
        .collect();
    let count = i64::try_from(named.len()).unwrap_or(i64::MAX);
    ui::error_summary(td_string!(locale, what_if.to_change, count = count).to_string(), &named)
}
