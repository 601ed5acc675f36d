//! `/mijn/correcties`: what I asked to have corrected, and what came of it.

use axum::{
    extract::{Path, Query},
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde::Deserialize;

use super::{
    store::{self, Listed},
    words,
};
use crate::{
    app::{Citizen, Page, Place, Visit},
    cases, clock,
    error::Error,
    ui::{self, dates},
    usage::{Role, Usage, activity},
};

const ON_A_PAGE: i64 = 20;

pub(super) fn usage(visit: &Visit) -> Usage {
    Usage {
        at: visit.portal.clock.now(),
        organisation: visit.portal.config.organisation.id.clone(),
        role: Role::Citizen,
        activity: activity::VIEW_CASES,
        groups: vec!["cases".to_owned()],
    }
}

#[derive(Deserialize)]
pub struct Question {
    blad: Option<i64>,
}

pub async fn get(citizen: Citizen, Query(question): Query<Question>) -> Result<Response, Error> {
    let leaf = question.blad.unwrap_or(1).clamp(1, 10_000);
    let mut scope = citizen.look(usage(&citizen)).await?;
    // One more than fits says that there is another page.
    let list = store::list(scope.sql(), ON_A_PAGE + 1, (leaf - 1) * ON_A_PAGE).await?;
    scope.commit().await?;
    Ok(citizen.show(page(&citizen, &list, leaf)))
}

/// A request is followed on the page of its case.
pub async fn one(citizen: Citizen, Path(reference): Path<String>) -> Result<Response, Error> {
    let mut scope = citizen.look(usage(&citizen)).await?;
    let case = cases::store::by_reference(scope.sql(), &reference).await?;
    scope.commit().await?;
    let case = case.filter(|case| case.kind == cases::Kind::Correction).ok_or(Error::NotFound)?;
    Ok(Redirect::to(&citizen.href(&case.path())).into_response())
}

fn page(visit: &Visit, list: &[Listed], leaf: i64) -> Page {
    let locale = visit.locale;
    let most = usize::try_from(ON_A_PAGE).unwrap_or(usize::MAX);
    let rows: Vec<_> = list.iter().take(most).map(|listed| row(visit, listed)).collect();
    let body = match rows.is_empty() {
        true => ui::empty(
            "file",
            view! {
                <p class="nl-paragraph"><b>{td_string!(locale, corrections.none)}</b></p>
                <p class="nl-paragraph">{td_string!(locale, corrections.none_text)}</p>
            },
        )
        .into_any(),
        false => {
            view! { <ul class="voordeur-card voordeur-card--flush voordeur-rows" role="list">{rows}</ul> }.into_any()
        }
    };
    let turn = |to: i64, words: &'static str| {
        view! { <a class="nl-link voordeur-target" href=visit.href(&format!("/mijn/correcties?blad={to}"))>{words}</a> }
    };
    let newer = (leaf > 1).then(|| turn(leaf - 1, td_string!(locale, cases.newer)));
    let older = (list.len() > most).then(|| turn(leaf + 1, td_string!(locale, cases.older)));
    let pages = (newer.is_some() || older.is_some()).then(|| {
        view! { <nav class="voordeur-cluster" aria-label=td_string!(locale, cases.pages)>{newer} " " {older}</nav> }
    });
    let title = td_string!(locale, corrections.list_title);
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            {ui::heading(title.to_owned(), td_string!(locale, corrections.list_lead))}
            {body}
            {pages}
            <p><a class="nl-link voordeur-target" href=visit.href("/mijn/gegevens")>{td_string!(locale, corrections.to_data)} " " {ui::icon("arrow")}</a></p>
        </div>
    }
    .into_any();
    Page::new(title, Place::Data, body)
        .under(td_string!(locale, shell.overview), "/mijn")
        .under(td_string!(locale, shell.data), "/mijn/gegevens")
}

fn row(visit: &Visit, listed: &Listed) -> AnyView {
    let locale = visit.locale;
    let organisation = visit.portal.catalogue.organisation_name(&listed.organisation, locale);
    let asked = dates::date(locale, clock::day(listed.received_at));
    let about = td_string!(locale, corrections.asked_of, holder = organisation, date = asked).to_string();
    let end = match listed.state.is_running() {
        true => {
            let due = td_string!(locale, corrections.answer_by, date = dates::date(locale, listed.due_on)).to_string();
            view! { <div class="voordeur-rows__end"><span class="voordeur-due">{ui::icon("calendar")} " " {due}</span></div> }
                .into_any()
        }
        false => ().into_any(),
    };
    let title = listed.title.get(locale).0.to_owned();
    view! {
        <li>
            {ui::icon("file")}
            <div class="voordeur-stack voordeur-stack--tight">
                <b><a class="nl-link voordeur-link-quiet" href=visit.href(&format!("/mijn/zaken/{}", listed.reference))>{title}</a></b>
                <p>{words::state(locale, listed.state)}</p>
                <p class="voordeur-subtle">{about}</p>
            </div>
            {end}
        </li>
    }
    .into_any()
}
