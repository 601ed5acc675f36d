//! `/mijn/inzage`: who looked at my data, a month at a time, in plain words.

use axum::{extract::Query, response::Response};
use jiff::{Timestamp, civil::Date};
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde::Deserialize;

use super::{
    Month, Role, Usage, activity,
    store::{self, Looks},
};
use crate::{
    app::{Citizen, Page, Place, Visit},
    clock,
    error::Error,
    i18n::Locale,
    ui::{self, Tone, dates},
};

#[derive(Deserialize)]
pub struct Question {
    maand: Option<String>,
}

pub async fn get(citizen: Citizen, Query(question): Query<Question>) -> Result<Response, Error> {
    let now = citizen.portal.clock.now();
    let asked = question.maand.as_deref().map(Month::parse);
    let month = asked.flatten().unwrap_or_else(|| Month::of(clock::day(now)));
    let usage = Usage {
        at: now,
        organisation: citizen.portal.config.organisation.id.clone(),
        role: Role::Citizen,
        activity: activity::VIEW_USAGE,
        groups: vec!["usage".into()],
    };
    let mut scope = citizen.look(usage).await?;
    let months = store::months(scope.sql()).await?;
    let looks = store::looks_in(scope.sql(), month).await?;
    scope.commit().await?;
    Ok(citizen.show(page(&citizen, month, months, looks, asked == Some(None))))
}

fn page(visit: &Visit, month: Month, mut months: Vec<Month>, looks: Vec<Looks>, not_a_month: bool) -> Page {
    let locale = visit.locale;
    let title = td_string!(locale, usage.title);
    if !months.contains(&month) {
        months.push(month);
        months.sort_by(|a, b| b.cmp(a));
    }
    let options = months
        .into_iter()
        .map(|of| {
            let href = visit.href(&format!("/mijn/inzage?maand={of}"));
            view! { <li><a href=href aria-current=(of == month).then_some("page")>{dates::month(locale, of.first())}</a></li> }
        })
        .collect_view();
    let telephone = visit.portal.config.organisation.telephone.as_str();
    let body = view! {
        <div class="voordeur-wrap voordeur-split voordeur-split--side-first">
            <nav class="voordeur-side voordeur-sticky" aria-label=td_string!(locale, usage.month)><ul role="list">{options}</ul></nav>
            <div class="voordeur-stack voordeur-stack--wide">
                {ui::heading(title.to_owned(), td_string!(locale, usage.lead))}
                {not_a_month.then(|| ui::alert(Tone::Warning, td_string!(locale, usage.wrong_month, month = dates::month(locale, month.first()))))}
                <h2 class="nl-heading nl-heading--level-2">{td_string!(locale, usage.in_month, month = dates::month(locale, month.first()))}</h2>
                {if looks.is_empty() {
                    ui::empty("eye", view! { <p class="nl-paragraph">{td_string!(locale, usage.nothing)}</p> }).into_any()
                } else {
                    by_day(visit, looks)
                }}
                <section class="voordeur-stack voordeur-stack--close">
                    <h2 class="nl-heading nl-heading--level-3">{td_string!(locale, usage.question)}</h2>
                    <p class="nl-paragraph voordeur-measure">{td_string!(locale, usage.question_text, telephone = telephone)}</p>
                </section>
            </div>
        </div>
    };
    Page::new(title, Place::Usage, body).under(td_string!(locale, shell.overview), "/mijn")
}

fn by_day(visit: &Visit, looks: Vec<Looks>) -> AnyView {
    let mut days: Vec<(Date, Vec<Looks>)> = Vec::new();
    for look in looks {
        match days.last_mut() {
            Some((day, of_day)) if *day == look.day => of_day.push(look),
            _ => days.push((look.day, vec![look])),
        }
    }
    days.into_iter()
        .map(|(day, looks)| {
            let id = format!("dag-{day}");
            let labelled_by = id.clone();
            view! {
                <section class="voordeur-card voordeur-stack" aria-labelledby=labelled_by>
                    <h3 class="nl-heading nl-heading--level-3" id=id>{dates::date_with_day(visit.locale, day)}</h3>
                    <dl class="voordeur-values">{looks.into_iter().map(|look| one(visit, look)).collect_view()}</dl>
                </section>
            }
        })
        .collect_view()
        .into_any()
}

fn one(visit: &Visit, look: Looks) -> impl IntoView + use<> {
    let locale = visit.locale;
    let organisation = organisation_name(visit, &look.organisation);
    let who = match look.role.as_str() {
        "citizen" => td_string!(locale, usage.by_you).to_owned(),
        "staff" => td_string!(locale, usage.by_staff, organisation = organisation.as_str()),
        _ => td_string!(locale, usage.by_system, organisation = organisation.as_str()),
    };
    let (first, last) = (hour(look.first), hour(look.last));
    let count = look.times;
    let times = td_string!(locale, usage.times, count = count, first = first, last = last);
    let groups = look.groups.iter().map(|group| group_name(visit, group)).collect::<Vec<_>>().join(", ");
    view! {
        <div class="voordeur-value">
            <dt>{what(locale, &look)}</dt>
            <dd class="voordeur-value__main">{who}</dd>
            <dd class="voordeur-value__source">{times}</dd>
            <dd>
                <details class="voordeur-more">
                    <summary>{td_string!(locale, usage.more)}</summary>
                    <dl class="voordeur-facts">
                        <div><dt>{td_string!(locale, usage.what)}</dt><dd>{groups}</dd></div>
                        <div><dt>{td_string!(locale, usage.why)}</dt><dd lang="nl">{look.purpose}</dd></div>
                        <div><dt>{td_string!(locale, usage.law)}</dt><dd lang="nl">{look.legal_basis}</dd></div>
                    </dl>
                </details>
            </dd>
        </div>
    }
}

/// An activity in words; one that this version does not know, by its purpose as it was logged.
fn what(locale: Locale, look: &Looks) -> String {
    match look.activity.as_str() {
        "log_in" => td_string!(locale, usage.log_in).to_owned(),
        "view" => td_string!(locale, usage.view).to_owned(),
        "view_usage" => td_string!(locale, usage.view_usage).to_owned(),
        "view_offers" => td_string!(locale, usage.view_offers).to_owned(),
        "choose" => td_string!(locale, usage.choose).to_owned(),
        "view_messages" => td_string!(locale, usage.view_messages).to_owned(),
        "import_cases" => td_string!(locale, usage.import_cases).to_owned(),
        "view_cases" => td_string!(locale, usage.view_cases).to_owned(),
        "ask_correction" => td_string!(locale, usage.ask_correction).to_owned(),
        "give_feedback" => td_string!(locale, usage.give_feedback).to_owned(),
        "view_feedback" => td_string!(locale, usage.view_feedback).to_owned(),
        "handle_feedback" => td_string!(locale, usage.handle_feedback).to_owned(),
        "act_in_case" => td_string!(locale, usage.act_in_case).to_owned(),
        "view_document" => td_string!(locale, usage.view_document).to_owned(),
        "prefer" => td_string!(locale, usage.prefer).to_owned(),
        "send_notice" => td_string!(locale, usage.send_notice).to_owned(),
        "import" => td_string!(locale, usage.import).to_owned(),
        "handle_case" => td_string!(locale, usage.handle_case).to_owned(),
        "may_know" => td_string!(locale, usage.may_know).to_owned(),
        "watch_clocks" => td_string!(locale, usage.watch_clocks).to_owned(),
        "fetch_document" => td_string!(locale, usage.fetch_document).to_owned(),
        "solve_conflict" => td_string!(locale, usage.solve_conflict).to_owned(),
        _ => look.purpose.clone(),
    }
}

fn hour(at: Timestamp) -> String {
    at.to_zoned(clock::zone()).strftime("%-H.%M").to_string()
}

fn organisation_name(visit: &Visit, id: &str) -> String {
    let own = &visit.portal.config.organisation;
    if id == own.id { own.name.clone() } else { visit.portal.catalogue.organisation_name(id, visit.locale) }
}

/// "Persoonsgegevens: adres" for `brp/address`.
fn group_name(visit: &Visit, group: &str) -> String {
    let locale = visit.locale;
    match group {
        "usage" => return td_string!(locale, usage.usage_log).to_owned(),
        "offers" => return td_string!(locale, usage.offers).to_owned(),
        "messages" => return td_string!(locale, usage.messages).to_owned(),
        "feedback" => return td_string!(locale, usage.feedback).to_owned(),
        "cases" => return td_string!(locale, usage.cases).to_owned(),
        "documents" => return td_string!(locale, usage.documents).to_owned(),
        "preferences" => return td_string!(locale, usage.preferences).to_owned(),
        _ => {}
    }
    let (register, kind) = group.split_once('/').unwrap_or((group, ""));
    let Some(register) = visit.portal.catalogue.register(register) else { return group.to_owned() };
    match register.kind(kind) {
        Some(kind) => format!("{}: {}", register.menu.get(locale), kind.name.get(locale)),
        None => register.menu.get(locale).to_owned(),
    }
}
