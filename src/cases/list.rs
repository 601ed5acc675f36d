//! `/mijn/zaken`: what waits for me, what runs and what is over.

use axum::{
    extract::Query,
    response::{IntoResponse, Redirect, Response},
};
use jiff::civil::Date;
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde::Deserialize;

use super::{
    mine::{self, List, Listed},
    model::{Case, Kind, Stage},
    wording,
};
use crate::{
    app::{Citizen, Page, Place, Visit},
    clock,
    error::Error,
    ui::{self, dates},
    usage::{Activity, Role, Usage, activity},
};

/// Closed cases on a page.
pub(crate) const ON_A_PAGE: i64 = 20;

/// A citizen looks at their cases, or acts in one.
pub(super) fn usage(visit: &Visit, activity: Activity) -> Usage {
    Usage {
        at: visit.portal.clock.now(),
        organisation: visit.portal.config.organisation.id.clone(),
        role: Role::Citizen,
        activity,
        groups: vec!["cases".to_owned()],
    }
}

#[derive(Deserialize)]
pub struct Question {
    blad: Option<i64>,
}

pub async fn get(citizen: Citizen, Query(question): Query<Question>) -> Result<Response, Error> {
    let leaf = question.blad.unwrap_or(1).clamp(1, 10_000);
    let usage = usage(&citizen, activity::VIEW_CASES);
    let mut scope = citizen.portal.database.look(citizen.person, usage).await?;
    let list = mine::list(scope.sql(), ON_A_PAGE, (leaf - 1) * ON_A_PAGE).await?;
    scope.commit().await?;
    citizen.set_unread(list.around.unread);
    if list.around.conflict {
        // Whose cases these are, is not sure; the overview says what to do.
        return Ok(Redirect::to(&citizen.href("/mijn")).into_response());
    }
    Ok(citizen.show(page(&citizen, &list, leaf)))
}

/// What a case waits for from the citizen: an answer, or what to do now that it is late.
pub(super) fn waits(case: &Case, today: Date) -> bool {
    case.question.is_some() || (case.is_late(today) && case.default_notice_on.is_none())
}

fn page(visit: &Visit, list: &List, leaf: i64) -> Page {
    let locale = visit.locale;
    let today = visit.portal.clock.today();
    let title = td_string!(locale, cases.title);
    let (waiting, running): (Vec<&Case>, Vec<&Case>) = list.open.iter().partition(|case| waits(case, today));
    let rows = |cases: Vec<&Case>| cases.into_iter().map(|case| open_row(visit, case, today)).collect::<Vec<_>>();
    let (waiting, running) = (rows(waiting), rows(running));
    let closed: Vec<AnyView> = list.closed.iter().map(|listed| closed_row(visit, listed, today)).collect();
    let section = |id: &'static str, title: &'static str, attention: bool, rows: Vec<AnyView>| {
        let class = match attention {
            true => "voordeur-card voordeur-card--flush voordeur-card--attention voordeur-rows",
            false => "voordeur-card voordeur-card--flush voordeur-rows",
        };
        (!rows.is_empty()).then(|| {
            view! {
                <section class="voordeur-stack" aria-labelledby=id>
                    <h2 class="nl-heading nl-heading--level-2" id=id>{title}</h2>
                    <ul class=class role="list">{rows}</ul>
                </section>
            }
            .into_any()
        })
    };
    let none = (list.open.is_empty() && list.all_closed == 0).then(|| {
        ui::empty(
            "file",
            view! {
                <p class="nl-paragraph"><b>{td_string!(locale, cases.none)}</b></p>
                <p class="voordeur-subtle">{td_string!(locale, cases.none_text)}</p>
                <p><a class="nl-link voordeur-target" href=visit.href("/mijn/aanbod")>{td_string!(locale, cases.to_offers)} " " {ui::icon("arrow")}</a></p>
            },
        )
    });
    let to = |leaf: i64, words: &'static str| {
        let href = visit.href(&format!("/mijn/zaken?blad={leaf}"));
        view! { <a class="nl-link voordeur-target" href=href>{words}</a> " " }
    };
    let pages = (leaf > 1 || leaf * ON_A_PAGE < list.all_closed).then(|| {
        view! {
            <nav class="voordeur-cluster" aria-label=td_string!(locale, cases.pages)>
                {(leaf > 1).then(|| to(leaf - 1, td_string!(locale, cases.newer)))}
                {(leaf * ON_A_PAGE < list.all_closed).then(|| to(leaf + 1, td_string!(locale, cases.older)))}
            </nav>
        }
    });
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--sections">
            {ui::heading(title.to_owned(), td_string!(locale, cases.lead))}
            {none}
            {section("wacht", td_string!(locale, cases.waiting), true, waiting)}
            {section("loopt", td_string!(locale, cases.running), false, running)}
            {section("klaar", td_string!(locale, cases.closed), false, closed)}
            {pages}
        </div>
    };
    Page::new(title, Place::Cases, body).under(td_string!(locale, shell.overview), "/mijn")
}

/// An open case: what it is, where it stands, and by when.
pub(super) fn open_row(visit: &Visit, case: &Case, today: Date) -> AnyView {
    let locale = visit.locale;
    let organisation = wording::organisation(visit, &case.organisation);
    let standing = match &case.status {
        Some(words) => wording::own_words(locale, words),
        None => wording::stage(locale, case.stage).into_any(),
    };
    row(visit, case, standing, organisation, due_chip(visit, case, today))
}

/// By when something is to happen, and whether the citizen or the organisation is late.
pub(super) fn due_chip(visit: &Visit, case: &Case, today: Date) -> AnyView {
    let locale = visit.locale;
    let chip = |class: &'static str, picture: &'static str, words: String| {
        view! { <span class=class>{ui::icon(picture)} " " {words}</span> }.into_any()
    };
    if let Some(question) = &case.question {
        let date = dates::date(locale, question.answer_by);
        return match question.answer_by < today {
            true => chip(
                "voordeur-due voordeur-due--late",
                "alert",
                td_string!(locale, cases.answer_was_due, date = date).to_string(),
            ),
            false => chip(
                "voordeur-due voordeur-due--soon",
                "clock",
                td_string!(locale, cases.answer_by, date = date).to_string(),
            ),
        };
    }
    if case.is_paused() {
        return chip("voordeur-due voordeur-due--paused", "pause", td_string!(locale, cases.clock_stands).to_owned());
    }
    let date = dates::date(locale, case.due_on);
    match case.is_late(today) {
        true => chip(
            "voordeur-due voordeur-due--late",
            "alert",
            td_string!(locale, cases.late_since, date = date).to_string(),
        ),
        false => chip("voordeur-due", "calendar", td_string!(locale, cases.decision_by, date = date).to_string()),
    }
}

fn closed_row(visit: &Visit, listed: &Listed, today: Date) -> AnyView {
    let locale = visit.locale;
    let case = &listed.case;
    let standing = match listed.outcome {
        _ if case.stage == Stage::Done && listed.outcome.is_none() => td_string!(locale, cases.withdrawn_short),
        Some(outcome) => wording::outcome(locale, case.kind, outcome),
        None => wording::stage(locale, case.stage),
    };
    let end = match listed.objection_until.filter(|last| *last >= today && case.kind != Kind::Objection) {
        Some(last) => {
            let words = td_string!(locale, cases.object_until, date = dates::date(locale, last)).to_string();
            view! { <span class="voordeur-due">{ui::icon("calendar")} " " {words}</span> }.into_any()
        }
        None => {
            let day = clock::day(case.closed_at.unwrap_or(case.changed_at));
            view! { <time class="voordeur-subtle" datetime=day.to_string()>{dates::date(locale, day)}</time> }
                .into_any()
        }
    };
    row(visit, case, standing.into_any(), wording::organisation(visit, &case.organisation), end)
}

fn row(visit: &Visit, case: &Case, standing: AnyView, organisation: String, end: AnyView) -> AnyView {
    let title = wording::own_words(visit.locale, &case.title);
    view! {
        <li>
            {ui::icon("file")}
            <div class="voordeur-stack voordeur-stack--tight">
                <b><a class="nl-link voordeur-link-quiet" href=visit.href(&case.path())>{title}</a></b>
                <p class="voordeur-subtle">{organisation} ". " {standing}</p>
            </div>
            <div class="voordeur-rows__end">{end}</div>
        </li>
    }
    .into_any()
}
