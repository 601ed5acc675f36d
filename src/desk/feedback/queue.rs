//! `/balie/reacties`: corrections and feedback of an organisation in one queue by due date, a page at a time. Nobody's data are on it.

use axum::{
    extract::Query,
    response::{IntoResponse, Redirect, Response},
};
use jiff::{ToSpan, civil::Date};
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde::Deserialize;

use super::{
    look,
    store::{self, Counts, Row, Which},
};
use crate::{
    app::{Page, Place, Staff},
    cases,
    desk::cases::{
        due,
        look::reference,
        store::{After, MOST_COUNTED, Whose},
    },
    error::Error,
    feedback::{self, Kind},
    i18n::Locale,
    ui::{self, Tone},
};

/// On a page.
const SHOWN: usize = 50;

/// What is due within so many days is nearly late.
pub const SOON: i32 = 3;

#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    van: String,
    #[serde(default)]
    soort: String,
    /// After which line the page begins.
    na: Option<String>,
    nummer: Option<String>,
    #[serde(default)]
    gedaan: String,
}

/// The part of the queue that a line belongs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Late,
    Soon,
    Later,
    Waiting,
}

impl Group {
    const ALL: [Self; 4] = [Self::Late, Self::Soon, Self::Later, Self::Waiting];

    fn of(due_on: Date, paused: bool, today: Date) -> Self {
        if paused {
            Self::Waiting
        } else if due_on < today {
            Self::Late
        } else if due_on <= soon(today) {
            Self::Soon
        } else {
            Self::Later
        }
    }

    fn words(self, locale: Locale) -> &'static str {
        match self {
            Self::Late => td_string!(locale, desk_feedback.late),
            Self::Soon => td_string!(locale, desk_feedback.soon),
            Self::Later => td_string!(locale, desk_feedback.later),
            Self::Waiting => td_string!(locale, desk_feedback.waiting),
        }
    }

    const fn id(self) -> &'static str {
        match self {
            Self::Late => "te-laat",
            Self::Soon => "bijna-te-laat",
            Self::Later => "later",
            Self::Waiting => "wacht",
        }
    }
}

/// The last day that is soon.
pub fn soon(today: Date) -> Date {
    today.saturating_add(SOON.days())
}

/// What the page shows.
struct Queue<'a> {
    whose: Whose<'a>,
    which: Which,
    rows: Vec<Row>,
    counts: Counts,
    next: Option<After>,
    first: bool,
    today: Date,
    /// A number that leads to nothing.
    not_found: Option<String>,
    passed_on: bool,
}

pub async fn get(staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let whose = match asked.van.as_str() {
        "mij" => Whose::Mine(&staff.id),
        "niemand" => Whose::Nobody,
        _ => Whose::Team,
    };
    let which = match asked.soort.as_str() {
        "correctie" => Which::Corrections,
        kind => Kind::from_path(kind).map_or(Which::All, Which::Feedback),
    };
    let after = asked.na.as_deref().and_then(After::parse);
    let today = staff.portal.clock.today();
    let mut scope = look::queue(&staff).await?;
    let mut not_found = None;
    if let Some(typed) = asked.nummer.as_deref().map(str::trim).filter(|typed| !typed.is_empty()) {
        if let Some(path) = find(&mut scope, typed).await? {
            return Ok(Redirect::to(&staff.href(&path)).into_response());
        }
        not_found = Some(typed.to_owned());
    }
    let mut rows = store::page(scope.sql(), whose, which, after, SHOWN + 1).await?;
    let counts = store::counts(scope.sql(), whose, which, today, soon(today)).await?;
    scope.commit().await?;
    let more = rows.len() > SHOWN;
    rows.truncate(SHOWN);
    let next = rows.last().filter(|_| more).map(Row::after);
    let passed_on = asked.gedaan == "doorgestuurd";
    let queue = Queue { whose, which, rows, counts, next, first: after.is_none(), today, not_found, passed_on };
    Ok(staff.show(page(&staff, &queue)))
}

/// Where the feedback or case with this number is.
async fn find(scope: &mut crate::database::Scope, typed: &str) -> Result<Option<String>, Error> {
    let Some(number) = reference(typed) else { return Ok(None) };
    if let Some(found) = feedback::store::of_organisation(scope.sql(), &number).await? {
        return Ok(Some(format!("/balie/feedback/{}", found.reference)));
    }
    let case = cases::store::of_organisation(scope.sql(), &number).await?;
    Ok(case.map(|case| format!("/balie/zaken/{}", case.reference)))
}

const fn whose_code(whose: Whose<'_>) -> &'static str {
    match whose {
        Whose::Team => "team",
        Whose::Nobody => "niemand",
        Whose::Mine(_) => "mij",
    }
}

const fn which_code(which: Which) -> &'static str {
    match which {
        Which::All => "alles",
        Which::Feedback(kind) => kind.path(),
        Which::Corrections => "correctie",
    }
}

pub fn number(locale: Locale, count: i64) -> String {
    if count > MOST_COUNTED { format!("{MOST_COUNTED}+") } else { ui::numbers::whole(locale, count) }
}

pub fn kind_name(locale: Locale, kind: Option<Kind>) -> &'static str {
    match kind {
        Some(Kind::Complaint) => td_string!(locale, desk_feedback.complaint),
        Some(Kind::Idea) => td_string!(locale, desk_feedback.idea),
        Some(Kind::Question) => td_string!(locale, desk_feedback.question),
        Some(Kind::Compliment) => td_string!(locale, desk_feedback.compliment),
        None => td_string!(locale, desk_feedback.correction),
    }
}

fn page(staff: &Staff, queue: &Queue<'_>) -> Page {
    let locale = staff.locale;
    let title = td_string!(locale, desk_feedback.title);
    let organisation = staff.portal.catalogue.organisation_name(&staff.organisation, locale);
    let not_found = queue.not_found.clone().map(|number| {
        let words = td_string!(locale, desk_feedback.not_found, number = number).to_string();
        view! { <div role="alert">{ui::alert(Tone::Warning, view! { <p class="nl-paragraph">{words}</p> })}</div> }
    });
    let passed_on = queue.passed_on.then(|| {
        let words = td_string!(locale, desk_feedback.done_pass_on);
        view! { <div role="status">{ui::alert(Tone::Ok, view! { <p class="nl-paragraph">{words}</p> })}</div> }
    });
    let list = if queue.rows.is_empty() {
        ui::empty(
            "check",
            view! {
                <p class="nl-paragraph"><b>{td_string!(locale, desk_feedback.none)}</b></p>
                <p class="nl-paragraph">{td_string!(locale, desk_feedback.none_text)}</p>
            },
        )
        .into_any()
    } else {
        groups(staff, queue)
    };
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            {ui::heading(title.to_owned(), td_string!(locale, desk_feedback.lead, organisation = organisation).to_string())}
            {passed_on}
            {not_found}
            {filters(staff, queue)}
            {list}
            {pages(staff, queue)}
        </div>
    };
    Page::new(title, Place::DeskFeedback, body).under(td_string!(locale, desk.title), "/balie")
}

fn filters(staff: &Staff, queue: &Queue<'_>) -> AnyView {
    let locale = staff.locale;
    let option = |value: &'static str, words: &'static str, chosen: &'static str| {
        view! { <option value=value selected=value == chosen>{words}</option> }
    };
    let whose = [
        ("team", td_string!(locale, desk_cases.team)),
        ("mij", td_string!(locale, desk_cases.mine)),
        ("niemand", td_string!(locale, desk_cases.nobody)),
    ]
    .map(|(value, words)| option(value, words, whose_code(queue.whose)));
    let kinds = Kind::ALL.map(|kind| (kind.path(), kind_name(locale, Some(kind))));
    let which = [("alles", td_string!(locale, desk_feedback.all)), ("correctie", kind_name(locale, None))]
        .into_iter()
        .chain(kinds)
        .map(|(value, words)| option(value, words, which_code(queue.which)))
        .collect_view();
    let searched = queue.not_found.clone().unwrap_or_default();
    view! {
        <div class="voordeur-cluster voordeur-cluster--between">
            <form class="voordeur-cluster" action=staff.href("/balie/reacties") method="get">
                <label class="utrecht-form-label" for="van">{td_string!(locale, desk_cases.whose)}</label>
                <select class="utrecht-select utrecht-select--html-select" id="van" name="van">{whose}</select>
                <label class="utrecht-form-label" for="soort">{td_string!(locale, desk_feedback.kind)}</label>
                <select class="utrecht-select utrecht-select--html-select" id="soort" name="soort">{which}</select>
                <button class="nl-button nl-button--secondary" type="submit">{td_string!(locale, desk_cases.show)}</button>
            </form>
            <form class="voordeur-cluster" action=staff.href("/balie/reacties") method="get" role="search">
                <label class="utrecht-form-label" for="nummer">{td_string!(locale, desk_feedback.number)}</label>
                <input class="utrecht-textbox utrecht-textbox--html-input voordeur-reference" id="nummer" name="nummer" value=searched autocomplete="off" maxlength="20"/>
                <button class="nl-button nl-button--secondary" type="submit">{td_string!(locale, desk_cases.search)}</button>
            </form>
        </div>
    }
    .into_any()
}

fn groups(staff: &Staff, queue: &Queue<'_>) -> AnyView {
    let locale = staff.locale;
    Group::ALL
        .into_iter()
        .filter_map(|group| {
            let mut rows = queue.rows.iter().filter(|row| Group::of(row.due_on, row.paused, queue.today) == group).peekable();
            rows.peek()?;
            let Counts { late, soon, later, waiting } = queue.counts;
            let count = match group {
                Group::Late => late,
                Group::Soon => soon,
                Group::Later => later,
                Group::Waiting => waiting,
            };
            let rows = rows.map(|row| one(staff, row, queue.today)).collect_view();
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
    let kind = kind_name(locale, row.kind);
    let (about, lang) = match (&row.title, &row.service) {
        (Some(title), _) => {
            let (title, lang) = title.get(locale);
            (title.to_owned(), lang)
        }
        (None, Some(service)) => {
            let name = staff.portal.rules.service(service).map(|service| service.service.name.get(locale));
            (name.unwrap_or(service).to_owned(), None)
        }
        (None, None) => (String::new(), None),
    };
    let kind = if about.is_empty() { kind.to_string() } else { format!("{kind}: ") };
    let about = (!about.is_empty()).then(|| view! { <span lang=lang>{about}</span> });
    let who = match &row.taken_by {
        Some(by) if *by == staff.id => td_string!(locale, desk_cases.with_you).to_owned(),
        Some(_) => {
            let name = row.taken_name.as_deref().unwrap_or_default();
            td_string!(locale, desk_cases.with_name, name = name).to_string()
        }
        None => td_string!(locale, desk_cases.with_nobody).to_owned(),
    };
    let waits = (row.asked && !row.paused)
        .then(|| view! { <span class="nl-data-badge">{td_string!(locale, desk_feedback.waits)}</span> });
    let place = if row.kind.is_some() { "feedback" } else { "zaken" };
    view! {
        <li><a href=staff.href(&format!("/balie/{place}/{}", row.reference))>
            <b>{kind}{about}</b>
            <span class="voordeur-subtle voordeur-number">{row.reference.clone()}</span>
            {due::chip(locale, row.due_on, row.paused, row.asked, today)}
            <span class="voordeur-subtle">{who} {waits}</span>
        </a></li>
    }
    .into_any()
}

fn pages(staff: &Staff, queue: &Queue<'_>) -> Option<AnyView> {
    let locale = staff.locale;
    if queue.next.is_none() && queue.first {
        return None;
    }
    let own = format!("/balie/reacties?van={}&soort={}", whose_code(queue.whose), which_code(queue.which));
    let first = (!queue.first).then(|| {
        view! { <a class="nl-link voordeur-target" href=staff.href(&own)>{td_string!(locale, desk_cases.to_first)}</a> }
    });
    let next = queue.next.map(|after| {
        view! { <a class="nl-link voordeur-target" href=staff.href(&format!("{own}&na={after}")) rel="next">{td_string!(locale, desk_feedback.to_next)}</a> }
    });
    Some(
        view! { <nav class="voordeur-cluster voordeur-cluster--between" aria-label=td_string!(locale, desk_cases.pages)>{first} {next}</nav> }
            .into_any(),
    )
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn three_days_before_the_last_it_is_nearly_late_and_the_day_after_it_is_late() {
        let today = date(2026, 11, 23);
        for (due_on, group) in [
            (date(2026, 11, 22), Group::Late),
            (date(2026, 11, 23), Group::Soon),
            (date(2026, 11, 26), Group::Soon),
            (date(2026, 11, 27), Group::Later),
        ] {
            assert_eq!(Group::of(due_on, false, today), group, "{due_on}");
            assert_eq!(Group::of(due_on, true, today), Group::Waiting);
        }
    }
}
