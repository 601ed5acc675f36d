//! What the catalogue decided about a service, in words.

use leptos_i18n::td_string;

use crate::{
    i18n::Locale,
    rules::{
        Rulebook,
        model::{Figure, Mode, Parameter, Term, TermUnit, Unit},
    },
    ui::numbers,
};

pub fn term(locale: Locale, term: Term) -> String {
    let count = term.count;
    match term.unit {
        TermUnit::Days => td_string!(locale, desk.term.days, count = count),
        TermUnit::WorkingDays => td_string!(locale, desk.term.working_days, count = count),
        TermUnit::Weeks => td_string!(locale, desk.term.weeks, count = count),
        TermUnit::Months => td_string!(locale, desk.term.months, count = count),
        TermUnit::Years => td_string!(locale, desk.term.years, count = count),
    }
}

pub fn mode(locale: Locale, mode: Mode) -> &'static str {
    match mode {
        Mode::Inform => td_string!(locale, desk.service.inform),
        Mode::Offer => td_string!(locale, desk.service.offer),
        Mode::Grant => td_string!(locale, desk.service.grant),
    }
}

/// "verandert: inkomen" for `fact:income_year`.
pub fn signal(locale: Locale, rules: &Rulebook, signal: &str) -> String {
    let (kind, what) = signal.split_once(':').unwrap_or((signal, ""));
    let label = || rules.facts.get(what).map_or_else(|| what.to_owned(), |fact| fact.label.get(locale).to_owned());
    match (kind, what) {
        ("birthday", age) => td_string!(locale, desk.service.birthday, age = age),
        ("period", "year") => td_string!(locale, desk.service.each_year).to_owned(),
        ("period", "quarter") => td_string!(locale, desk.service.each_quarter).to_owned(),
        ("period", _) => td_string!(locale, desk.service.each_month).to_owned(),
        ("date", _) => td_string!(locale, desk.service.day_of, what = label()),
        _ => td_string!(locale, desk.service.changed, what = label()),
    }
}

/// A figure with its unit: "€ 1.987 per jaar", "13,73%", "ja".
pub fn figure(locale: Locale, figure: &Figure, unit: Unit) -> String {
    let per = match unit {
        Unit::EurocentYear => td_string!(locale, desk.service.per_year),
        Unit::EurocentQuarter => td_string!(locale, desk.service.per_quarter),
        Unit::EurocentMonth => td_string!(locale, desk.service.per_month),
        Unit::Eurocent | Unit::Percent | Unit::Number | Unit::Flag => "",
    };
    let value = match (figure, unit) {
        (Figure::Flag(true), _) => td_string!(locale, desk.service.yes).to_owned(),
        (Figure::Flag(false), _) => td_string!(locale, desk.service.no).to_owned(),
        (Figure::Whole(number), Unit::Percent) => format!("{number}%"),
        (Figure::Written(digits), Unit::Percent) => format!("{}%", numbers::decimal(locale, digits)),
        (Figure::Whole(number), Unit::Number) => numbers::whole(locale, *number),
        (Figure::Whole(cents), _) => numbers::euros(locale, *cents),
        (Figure::Written(digits), _) => numbers::decimal(locale, digits),
    };
    if per.is_empty() { value } else { format!("{value} {per}") }
}

/// What holds for an organisation: its own value, where it is a municipality that has one.
pub fn value_for<'p>(parameter: &'p Parameter, municipality: Option<&str>) -> &'p Figure {
    municipality.and_then(|code| parameter.by_municipality.get(code)).unwrap_or(&parameter.value)
}
