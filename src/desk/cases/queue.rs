//! `/balie/zaken`: the open cases of an organisation by due date, a page at a time. Nobody's data are on it.

use axum::{
    extract::Query,
    response::{IntoResponse, Redirect, Response},
};
use jiff::civil::Date;
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde::Deserialize;

use super::{
    due::{self, Group},
    look, pass_on,
    store::{self, After, Counts, MOST_COUNTED, Row, Whose},
};
use crate::{
    app::{Page, Place, Staff},
    cases,
    error::Error,
    i18n::Locale,
    ui::{self, Tone},
};

/// Cases on a page.
const SHOWN: usize = 50;

#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    van: String,
    /// After which case the page begins.
    na: Option<String>,
    nummer: Option<String>,
    /// What was just done with a case that is not here any more.
    gedaan: Option<String>,
}

/// What the page shows.
struct Queue<'a> {
    whose: Whose<'a>,
    rows: Vec<Row>,
    counts: Counts,
    next: Option<After>,
    first: bool,
    today: Date,
    /// A number that leads to no case.
    not_found: Option<String>,
    passed_on: bool,
}

pub async fn get(staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let whose = match asked.van.as_str() {
        "mij" => Whose::Mine(&staff.id),
        "niemand" => Whose::Nobody,
        _ => Whose::Team,
    };
    let after = asked.na.as_deref().and_then(After::parse);
    let today = staff.portal.clock.today();
    let mut scope = look::queue(&staff).await?;
    let mut not_found = None;
    if let Some(typed) = asked.nummer.as_deref().map(str::trim).filter(|typed| !typed.is_empty()) {
        let found = match look::reference(typed) {
            Some(reference) => cases::store::of_organisation(scope.sql(), &reference).await?,
            None => None,
        };
        match found {
            Some(case) => {
                return Ok(Redirect::to(&staff.href(&format!("/balie/zaken/{}", case.reference))).into_response());
            }
            None => not_found = Some(typed.to_owned()),
        }
    }
    let mut rows = store::page(scope.sql(), &staff.organisation, whose, after, SHOWN + 1).await?;
    let counts = store::counts(scope.sql(), &staff.organisation, whose, today, due::end_of_week(today)).await?;
    scope.commit().await?;
    let more = rows.len() > SHOWN;
    rows.truncate(SHOWN);
    let next = rows.last().filter(|_| more).map(Row::after);
    let passed_on = asked.gedaan.as_deref() == Some(pass_on::PATH);
    let queue = Queue { whose, rows, counts, next, first: after.is_none(), today, not_found, passed_on };
    Ok(staff.show(page(&staff, &queue)))
}

const fn code(whose: Whose<'_>) -> &'static str {
    match whose {
        Whose::Team => "team",
        Whose::Nobody => "niemand",
        Whose::Mine(_) => "mij",
    }
}

fn number(locale: Locale, count: i64) -> String {
    if count > MOST_COUNTED { format!("{MOST_COUNTED}+") } else { ui::numbers::whole(locale, count) }
}

fn page(staff: &Staff, queue: &Queue<'_>) -> Page {
    let locale = staff.locale;
    let title = td_string!(locale, desk_cases.title);
    let organisation = staff.portal.catalogue.organisation_name(&staff.organisation, locale);
    let options = [
        ("team", td_string!(locale, desk_cases.team)),
        ("mij", td_string!(locale, desk_cases.mine)),
        ("niemand", td_string!(locale, desk_cases.nobody)),
    ]
    .map(|(value, words)| view! { <option value=value selected=value == code(queue.whose)>{words}</option> });
    let not_found = queue.not_found.clone().map(|number| {
        let words = td_string!(locale, desk_cases.not_found, number = number).to_string();
        view! { <div role="alert">{ui::alert(Tone::Warning, view! { <p class="nl-paragraph">{words}</p> })}</div> }
    });
    let passed_on = queue.passed_on.then(|| {
        let words = td_string!(locale, desk_cases.done_pass_on);
        view! { <div role="status">{ui::alert(Tone::Ok, view! { <p class="nl-paragraph">{words}</p> })}</div> }
    });
    let list = if queue.rows.is_empty() {
        ui::empty(
            "check",
            view! {
                <p class="nl-paragraph"><b>{td_string!(locale, desk_cases.none)}</b></p>
                <p class="nl-paragraph">{td_string!(locale, desk_cases.none_text)}</p>
            },
        )
        .into_any()
    } else {
        groups(staff, queue)
    };
    let searched = queue.not_found.clone().unwrap_or_default();
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            {ui::heading(title.to_owned(), td_string!(locale, desk_cases.lead, organisation = organisation).to_string())}
            {passed_on}
            {not_found}
            <div class="voordeur-cluster voordeur-cluster--between">
                <form class="voordeur-cluster" action=staff.href("/balie/zaken") method="get">
                    <label class="utrecht-form-label" for="van">{td_string!(locale, desk_cases.whose)}</label>
                    <select class="utrecht-select utrecht-select--html-select" id="van" name="van">{options}</select>
                    <button class="nl-button nl-button--secondary" type="submit">{td_string!(locale, desk_cases.show)}</button>
                </form>
                <form class="voordeur-cluster" action=staff.href("/balie/zaken") method="get" role="search">
                    <label class="utrecht-form-label" for="nummer">{td_string!(locale, desk_cases.number)}</label>
                    <input class="utrecht-textbox utrecht-textbox--html-input voordeur-reference" id="nummer" name="nummer" value=searched autocomplete="off" maxlength="20"/>
                    <button class="nl-button nl-button--secondary" type="submit">{td_string!(locale, desk_cases.search)}</button>
                </form>
            </div>
            {list}
            {pages(staff, queue)}
        </div>
    };
    Page::new(title, Place::DeskCases, body).under(td_string!(locale, desk.title), "/balie")
}

fn groups(staff: &Staff, queue: &Queue<'_>) -> AnyView {
    let locale = staff.locale;
    Group::ALL
        .into_iter()
        .filter_map(|group| {
            let rows: Vec<&Row> = queue
                .rows
                .iter()
                .filter(|row| Group::of(row.due_on, row.paused, queue.today) == group)
                .collect();
            if rows.is_empty() {
                return None;
            }
            let Counts { late, week, later, waiting } = queue.counts;
            let count = match group {
                Group::Late => late,
                Group::Week => week,
                Group::Later => later,
                Group::Waiting => waiting,
            };
            let rows = rows.into_iter().map(|row| one(staff, row, queue.today)).collect_view();
            Some(
                view! {
                    <section class="voordeur-card voordeur-card--flush" aria-labelledby=group.id()>
                        <h2 class="voordeur-queue-head" id=group.id()><b>{group.words(locale)}</b> " " <span>{number(locale, count)}</span></h2>
                        <ul class="voordeur-queue" role="list">{rows}</ul>
                    </section>
                }
                .into_any(),
            )
        })
        .collect_view()
        .into_any()
}

fn one(staff: &Staff, row: &Row, today: Date) -> AnyView {
    let locale = staff.locale;
    let (title, lang) = row.title.get(locale);
    let who = match (&row.proposed_by, &row.taken_by) {
        (Some(by), _) if *by == staff.id => td_string!(locale, desk_cases.own_proposal).to_owned(),
        (Some(_), _) => {
            let name = row.proposed_name.as_deref().unwrap_or_default();
            td_string!(locale, desk_cases.proposal_of, name = name).to_string()
        }
        (None, Some(by)) if *by == staff.id => td_string!(locale, desk_cases.with_you).to_owned(),
        (None, Some(_)) => {
            let name = row.taken_name.as_deref().unwrap_or_default();
            td_string!(locale, desk_cases.with_name, name = name).to_string()
        }
        (None, None) => td_string!(locale, desk_cases.with_nobody).to_owned(),
    };
    let proposal = row.proposed_by.as_ref().filter(|by| **by != staff.id).is_some();
    let who = if proposal {
        view! { <span class="nl-data-badge">{who}</span> }.into_any()
    } else {
        view! { <span class="voordeur-subtle">{who}</span> }.into_any()
    };
    view! {
        <li><a href=staff.href(&format!("/balie/zaken/{}", row.reference))>
            <b lang=lang>{title.to_owned()}</b>
            <span class="voordeur-subtle voordeur-number">{row.reference.clone()}</span>
            {due::chip(locale, row.due_on, row.paused, row.asked, today)}
            {who}
        </a></li>
    }
    .into_any()
}

fn pages(staff: &Staff, queue: &Queue<'_>) -> Option<AnyView> {
    let locale = staff.locale;
    if queue.next.is_none() && queue.first {
        return None;
    }
    let own = format!("/balie/zaken?van={}", code(queue.whose));
    let first = (!queue.first).then(|| {
        view! { <a class="nl-link voordeur-target" href=staff.href(&own)>{td_string!(locale, desk_cases.to_first)}</a> }
    });
    let next = queue.next.map(|after| {
        view! { <a class="nl-link voordeur-target" href=staff.href(&format!("{own}&na={after}")) rel="next">{td_string!(locale, desk_cases.to_next)}</a> }
    });
    Some(
        view! { <nav class="voordeur-cluster voordeur-cluster--between" aria-label=td_string!(locale, desk_cases.pages)>{first} {next}</nav> }
            .into_any(),
    )
}
