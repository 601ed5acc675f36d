//! `/balie/inzichten`: what an organisation hears, how it answers, and what stands out, in numbers that tell of nobody.

use axum::{extract::Query, response::Response};
use jiff::{ToSpan, civil::Date};
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde::Deserialize;

use super::{
    chart::{self, Columns, Series},
    export::Table,
    model::{Category, Corrected, Figures, OfMonth},
    numbers, store, themes,
};
use crate::{
    app::{Page, Place, Staff},
    database::Scope,
    error::Error,
    feedback::Kind,
    i18n::Locale,
    ui::{self, dates},
    usage::{Role, Usage, activity},
};

#[derive(Default, Deserialize)]
pub struct Asked {
    /// A service, or `-` for what is about none; absent: everything.
    #[serde(default)]
    pub dienst: String,
}

pub async fn get(staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let service = service(&staff, &asked.dienst)?;
    let figures = figures(&staff, service).await?;
    Ok(staff.show(page(&staff, service, &figures)))
}

/// A service of an address; nothing but one of the catalogue stands in a statement or on a page.
pub fn service<'a>(staff: &Staff, typed: &'a str) -> Result<&'a str, Error> {
    let known = typed.is_empty() || typed == "-" || staff.portal.rules.service(typed).is_some();
    if known { Ok(typed) } else { Err(Error::NotFound) }
}

/// A transaction that sees what is counted for the organisation, and nobody.
pub async fn scope(staff: &Staff) -> Result<Scope, Error> {
    let usage = Usage {
        at: staff.portal.clock.now(),
        organisation: staff.organisation.clone(),
        role: Role::Staff,
        activity: activity::HANDLE_FEEDBACK,
        groups: Vec::new(),
    };
    staff.portal.database.as_staff(&staff.organisation, usage).await
}

pub async fn figures(staff: &Staff, service: &str) -> Result<Figures, Error> {
    let mut scope = scope(staff).await?;
    let figures = store::figures(scope.sql(), &staff.organisation, service, staff.portal.clock.today()).await?;
    scope.commit().await?;
    Ok(figures)
}

pub fn service_name(staff: &Staff, service: &str) -> String {
    match service {
        "-" => td_string!(staff.locale, insights.no_service).to_owned(),
        id => staff.portal.rules.service(id).map_or(id, |service| service.service.name.get(staff.locale)).to_owned(),
    }
}

pub fn kind_name(locale: Locale, kind: Kind) -> &'static str {
    match kind {
        Kind::Complaint => td_string!(locale, insights.complaints),
        Kind::Idea => td_string!(locale, insights.ideas),
        Kind::Question => td_string!(locale, insights.questions),
        Kind::Compliment => td_string!(locale, insights.compliments),
    }
}

/// The months that are shown, oldest first.
pub fn months(today: Date) -> Vec<Date> {
    let first = store::first_month(today);
    (0..12).map(|after| first.saturating_add(after.months())).collect()
}

/// The name of a value of a register, as citizens see it.
pub fn value_name(staff: &Staff, corrected: &Corrected) -> String {
    let locale = staff.locale;
    let Some(register) = staff.portal.catalogue.register(&corrected.register) else { return corrected.value.clone() };
    let mut values = register.sections.iter().flat_map(|section| &section.values);
    let value = values.find(|value| value.id == corrected.value).map(|value| value.label.get(locale));
    format!("{}: {}", register.menu.get(locale), value.unwrap_or(&corrected.value))
}

fn page(staff: &Staff, service: &str, figures: &Figures) -> Page {
    let locale = staff.locale;
    let title = td_string!(locale, insights.title);
    let organisation = staff.portal.catalogue.organisation_name(&staff.organisation, locale);
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--sections">
            <div class="voordeur-stack">
                {ui::heading(title.to_owned(), td_string!(locale, insights.lead, organisation = organisation).to_string())}
                {choose(staff, service, figures)}
                <p><a class="nl-link voordeur-target" href=staff.href("/balie/verbeteringen")>{td_string!(locale, insights.improvements)} " " {ui::icon("arrow")}</a></p>
            </div>
            {stats(staff, figures)}
            {words(staff, service, figures)}
            {categories(staff, service, figures)}
            {received(staff, service, figures)}
            {in_time(staff, figures)}
            {satisfaction(staff, figures)}
            {services(staff, service, figures)}
            {corrections(staff, figures)}
            {pages(staff, figures)}
        </div>
    };
    Page::new(title, Place::DeskInsights, body).under(td_string!(locale, desk.title), "/balie")
}

fn choose(staff: &Staff, service: &str, figures: &Figures) -> AnyView {
    let locale = staff.locale;
    let mut known: Vec<&str> = figures.services.iter().map(|(id, _)| id.as_str()).collect();
    if !service.is_empty() && !known.contains(&service) {
        known.push(service);
    }
    let options = known
        .into_iter()
        .map(|id| view! { <option value=id.to_owned() selected=id == service>{service_name(staff, id)}</option> })
        .collect_view();
    view! {
        <form class="voordeur-cluster" action=staff.href("/balie/inzichten") method="get">
            <label class="utrecht-form-label" for="dienst">{td_string!(locale, insights.about)}</label>
            <select class="utrecht-select utrecht-select--html-select" id="dienst" name="dienst">
                <option value="">{td_string!(locale, insights.everything)}</option>
                {options}
            </select>
            <button class="nl-button nl-button--secondary" type="submit">{td_string!(locale, insights.show)}</button>
        </form>
    }
    .into_any()
}

/// The last three months in a few numbers.
fn stats(staff: &Staff, figures: &Figures) -> AnyView {
    let locale = staff.locale;
    let since = store::lately(staff.portal.clock.today());
    let sum = |what: fn(&OfMonth) -> i64| figures.sum(since, what);
    let answered = sum(|of| of.answered);
    let all: i64 = figures.months.iter().filter(|of| of.month >= since).map(|of| of.received).sum();
    let lately = figures.satisfaction.iter().filter(|of| of.month >= since);
    let marks = lately.fold([0; 4], |[answers, satisfaction, easy_answers, easy], of| {
        [answers + of.answers, satisfaction + of.satisfaction, easy_answers + of.easy_answers, easy + of.easy]
    });
    let number = |value: String, unit: &'static str, words: &'static str, bar: Option<i64>| {
        let unit = (!unit.is_empty()).then(|| view! { <small>" " {unit}</small> });
        view! {
            <div class="voordeur-card voordeur-stat">
                <p class="voordeur-stat__value">{value}{unit}</p>
                <p class="nl-paragraph"><b>{words}</b></p>
                {bar.map(ui::bar)}
            </div>
        }
        .into_any()
    };
    let share = |part: i64, whole: i64, words: &'static str| match numbers::share(part, whole) {
        Some(share) => number(share.to_string(), "%", words, Some(share)),
        None => number("–".to_owned(), "", words, None),
    };
    let mark = |sum: i64, answers: i64, words: &'static str| match numbers::average(sum, answers) {
        Some(tenths) => number(tenth(locale, tenths), td_string!(locale, insights.of_five), words, Some(tenths * 2)),
        None => number("–".to_owned(), "", words, None),
    };
    view! {
        <section class="voordeur-stack" aria-labelledby="kort">
            <div class="voordeur-stack voordeur-stack--tight">
                <h2 class="nl-heading nl-heading--level-2" id="kort">{td_string!(locale, insights.in_short)}</h2>
                <p class="nl-paragraph voordeur-measure">{td_string!(locale, insights.few_text, few = numbers::FEW).to_string()}</p>
            </div>
            <div class="voordeur-grid voordeur-grid--narrow">
                {number(numbers::count(locale, all), "", td_string!(locale, insights.received), None)}
                {share(sum(|of| of.in_time), answered + sum(|of| of.late), td_string!(locale, insights.in_time))}
                {share(sum(|of| of.first_contact), answered, td_string!(locale, insights.first_contact))}
                {share(sum(|of| of.repeated), sum(|of| of.received), td_string!(locale, insights.repeated))}
                {mark(marks[1], marks[0], td_string!(locale, insights.satisfied))}
                {mark(marks[3], marks[2], td_string!(locale, insights.easy))}
            </div>
        </section>
    }
    .into_any()
}

/// "3,4"
pub fn tenth(locale: Locale, tenths: i64) -> String {
    ui::numbers::decimal(locale, &format!("{}.{}", tenths / 10, tenths % 10))
}

fn section(
    staff: &Staff,
    id: &'static str,
    title: &'static str,
    text: &'static str,
    table: Option<Table>,
    service: &str,
    body: AnyView,
) -> AnyView {
    let locale = staff.locale;
    let export = table.map(|table| {
        let href = staff.href(&format!("/balie/inzichten/{}?dienst={service}", table.file()));
        let name = td_string!(locale, insights.as_csv, title = title).to_string();
        view! { <p><a class="nl-link voordeur-target" href=href download=table.file()>{ui::icon("download")} " " {name}</a></p> }
    });
    view! {
        <section class="voordeur-stack" aria-labelledby=id>
            <div class="voordeur-stack voordeur-stack--tight">
                <h2 class="nl-heading nl-heading--level-2" id=id>{title}</h2>
                <p class="nl-paragraph voordeur-measure">{text}</p>
            </div>
            {body}
            {export}
        </section>
    }
    .into_any()
}

fn nothing(locale: Locale) -> AnyView {
    ui::empty("info", view! { <p class="nl-paragraph">{td_string!(locale, insights.nothing)}</p> }).into_any()
}

fn words(staff: &Staff, service: &str, figures: &Figures) -> AnyView {
    let locale = staff.locale;
    let rows: Vec<_> = figures
        .themes
        .iter()
        .map(|theme| {
            let href = staff.href(&themes::path("woord", &theme.word, service));
            let word =
                view! { <a class="nl-link voordeur-target" href=href lang="nl">{theme.word.clone()}</a> }.into_any();
            (
                word,
                vec![numbers::count(locale, theme.items).into_any(), numbers::count(locale, theme.before).into_any()],
            )
        })
        .collect();
    let heads =
        [td_string!(locale, insights.word), td_string!(locale, insights.lately), td_string!(locale, insights.before)];
    let body =
        if rows.is_empty() { nothing(locale) } else { ui::table("woorden", heads.map(str::to_owned).to_vec(), rows) };
    section(
        staff,
        "woorden",
        td_string!(locale, insights.words),
        td_string!(locale, insights.words_text),
        Some(Table::Words),
        service,
        body,
    )
}

fn categories(staff: &Staff, service: &str, figures: &Figures) -> AnyView {
    let locale = staff.locale;
    let most = figures.categories.iter().map(|of| of.items).max().unwrap_or(0).max(1);
    let rows: Vec<_> = figures
        .categories
        .iter()
        .map(|of| {
            let name = match Category::from_text(&of.category) {
                Some(category) => {
                    let href = staff.href(&themes::path("categorie", category.as_str(), service));
                    view! { <a class="nl-link voordeur-target" href=href>{category.words(locale)}</a> }.into_any()
                }
                None => td_string!(locale, insights.no_category).into_any(),
            };
            let bar = numbers::told(of.items).map(|items| ui::bar(items * 100 / most));
            let cell = view! { <span>{numbers::count(locale, of.items)}</span> {bar} }.into_any();
            (name, vec![cell])
        })
        .collect();
    let heads = vec![td_string!(locale, insights.category).to_owned(), td_string!(locale, insights.lately).to_owned()];
    let body = if rows.is_empty() { nothing(locale) } else { ui::table("themas", heads, rows) };
    section(
        staff,
        "themas",
        td_string!(locale, insights.categories),
        td_string!(locale, insights.categories_text),
        Some(Table::Categories),
        service,
        body,
    )
}

/// The months for a picture (short) and a table.
fn month_names(locale: Locale, months: &[Date]) -> Vec<(String, String)> {
    let short = |month: &Date| dates::month_name(locale, month.month()).chars().take(3).collect();
    months.iter().map(|month| (short(month), dates::month(locale, *month))).collect()
}

fn received(staff: &Staff, service: &str, figures: &Figures) -> AnyView {
    let locale = staff.locale;
    let months = months(staff.portal.clock.today());
    let series = Kind::ALL
        .iter()
        .map(|kind| Series {
            name: kind_name(locale, *kind).to_owned(),
            values: months
                .iter()
                .map(|month| {
                    let of = figures.months.iter().find(|of| of.month == *month && of.kind == kind.as_str());
                    numbers::told(of.map_or(0, |of| of.received))
                })
                .collect(),
        })
        .collect();
    let chart = chart::view(Columns {
        id: "ontvangen",
        title: td_string!(locale, insights.trend).to_owned(),
        text: Some(td_string!(locale, insights.trend_text).to_owned()),
        months: month_names(locale, &months),
        month_head: td_string!(locale, insights.month).to_owned(),
        series,
        words: told(locale, ui::numbers::whole),
        most: None,
        table: td_string!(locale, insights.as_table).to_owned(),
    });
    let href = staff.href(&format!("/balie/inzichten/{}?dienst={service}", Table::Months.file()));
    let name = td_string!(locale, insights.as_csv, title = td_string!(locale, insights.trend)).to_string();
    view! {
        <div class="voordeur-stack">
            {chart}
            <p><a class="nl-link voordeur-target" href=href download=Table::Months.file()>{ui::icon("download")} " " {name}</a></p>
        </div>
    }
    .into_any()
}

fn told(locale: Locale, words: fn(Locale, i64) -> String) -> Box<dyn Fn(Option<i64>) -> String> {
    Box::new(move |number| match number {
        Some(number) => words(locale, number),
        None => td_string!(locale, insights.not_told).to_owned(),
    })
}

fn in_time(staff: &Staff, figures: &Figures) -> AnyView {
    let locale = staff.locale;
    let months = months(staff.portal.clock.today());
    let values = months
        .iter()
        .map(|month| {
            let of = |what: fn(&OfMonth) -> i64| -> i64 {
                figures.months.iter().filter(|of| of.month == *month && of.kind != "idea").map(what).sum()
            };
            numbers::share(of(|of| of.in_time), of(|of| of.answered) + of(|of| of.late))
        })
        .collect();
    chart::view(Columns {
        id: "op-tijd",
        title: td_string!(locale, insights.in_time_trend).to_owned(),
        text: Some(td_string!(locale, insights.in_time_text).to_owned()),
        months: month_names(locale, &months),
        month_head: td_string!(locale, insights.month).to_owned(),
        series: vec![Series { name: td_string!(locale, insights.in_time).to_owned(), values }],
        words: told(locale, |_, percent| format!("{percent}%")),
        most: Some(100),
        table: td_string!(locale, insights.as_table).to_owned(),
    })
}

fn satisfaction(staff: &Staff, figures: &Figures) -> AnyView {
    let locale = staff.locale;
    let months = months(staff.portal.clock.today());
    let of = |what: fn(&super::model::Satisfied) -> (i64, i64)| -> Vec<Option<i64>> {
        let of_month = |month: &Date| figures.satisfaction.iter().find(|of| of.month == *month).map(what);
        months.iter().map(|month| of_month(month).and_then(|(sum, number)| numbers::average(sum, number))).collect()
    };
    let satisfied = of(|of| (of.satisfaction, of.answers));
    if satisfied.iter().all(Option::is_none) {
        let text = td_string!(locale, insights.satisfaction_text);
        return section(staff, "tevreden", td_string!(locale, insights.satisfaction), text, None, "", nothing(locale));
    }
    chart::view(Columns {
        id: "tevreden",
        title: td_string!(locale, insights.satisfaction).to_owned(),
        text: Some(td_string!(locale, insights.satisfaction_text).to_owned()),
        months: month_names(locale, &months),
        month_head: td_string!(locale, insights.month).to_owned(),
        series: vec![Series { name: td_string!(locale, insights.satisfied).to_owned(), values: satisfied }],
        words: told(locale, tenth),
        most: Some(50),
        table: td_string!(locale, insights.as_table).to_owned(),
    })
}

fn services(staff: &Staff, service: &str, figures: &Figures) -> Option<AnyView> {
    let locale = staff.locale;
    if !service.is_empty() || figures.services.is_empty() {
        return None;
    }
    let most = figures.services.iter().map(|(_, items)| *items).max().unwrap_or(0).max(1);
    let rows = figures
        .services
        .iter()
        .map(|(id, items)| {
            let href = staff.href(&format!("/balie/inzichten?dienst={id}"));
            let name = view! { <a class="nl-link voordeur-target" href=href>{service_name(staff, id)}</a> }.into_any();
            let bar = numbers::told(*items).map(|items| ui::bar(items * 100 / most));
            (name, vec![view! { <span>{numbers::count(locale, *items)}</span> {bar} }.into_any()])
        })
        .collect();
    let heads = vec![td_string!(locale, insights.service).to_owned(), td_string!(locale, insights.lately).to_owned()];
    let body = ui::table("diensten", heads, rows);
    let text = td_string!(locale, insights.services_text);
    Some(section(staff, "diensten", td_string!(locale, insights.services), text, Some(Table::Services), service, body))
}

fn corrections(staff: &Staff, figures: &Figures) -> AnyView {
    let locale = staff.locale;
    let rows: Vec<_> = figures
        .corrections
        .iter()
        .map(|of| {
            let right = of.honoured + of.partly;
            let share = match numbers::share(right, right + of.refused) {
                Some(share) => view! { <span>{share} "%"</span> {ui::bar(share)} }.into_any(),
                None => td_string!(locale, insights.not_told).into_any(),
            };
            let count = |number: i64| numbers::count(locale, number).into_any();
            let cells = vec![count(of.asked), count(of.honoured), count(of.partly), count(of.refused), share];
            (value_name(staff, of).into_any(), cells)
        })
        .collect();
    let heads = [
        td_string!(locale, insights.value),
        td_string!(locale, insights.asked),
        td_string!(locale, insights.honoured),
        td_string!(locale, insights.partly),
        td_string!(locale, insights.refused),
        td_string!(locale, insights.wrong_share),
    ];
    let body = if rows.is_empty() {
        nothing(locale)
    } else {
        ui::table("correcties", heads.map(str::to_owned).to_vec(), rows)
    };
    let text = td_string!(locale, insights.corrections_text);
    section(staff, "correcties", td_string!(locale, insights.corrections), text, Some(Table::Corrections), "", body)
}

fn pages(staff: &Staff, figures: &Figures) -> AnyView {
    let locale = staff.locale;
    let rows: Vec<_> = figures
        .pages
        .iter()
        .map(|page| {
            let count = |number: i64| ui::numbers::whole(locale, number).into_any();
            let cells =
                vec![count(page.visits), count(page.sent), count(page.wrong), count(page.unclear), count(page.clear)];
            (view! { <code>{page.page.clone()}</code> }.into_any(), cells)
        })
        .collect();
    let heads = [
        td_string!(locale, insights.page),
        td_string!(locale, insights.visits),
        td_string!(locale, insights.sent),
        td_string!(locale, insights.wrong),
        td_string!(locale, insights.unclear),
        td_string!(locale, insights.clear),
    ];
    let body =
        if rows.is_empty() { nothing(locale) } else { ui::table("paginas", heads.map(str::to_owned).to_vec(), rows) };
    section(
        staff,
        "paginas",
        td_string!(locale, insights.pages),
        td_string!(locale, insights.pages_text),
        Some(Table::Pages),
        "",
        body,
    )
}
