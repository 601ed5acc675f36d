//! Facts, figures, amounts and periods in words.

use jiff::civil::Date;
use leptos_i18n::td_string;
use serde_json::Value;

use super::{Amounts, model::Offer, store::Kept};
use crate::{
    app::Visit,
    i18n::Locale,
    registered_data::Register,
    rules::{
        Rulebook, ServiceRules, Shown, Version,
        model::{Fact, FactType, Figure, Mode, OncePer, Parameter, Period, Source, Unit},
    },
    ui::{dates, numbers},
};

/// An amount and per what: "€ 129", "per maand".
pub fn amount(locale: Locale, amounts: &Amounts) -> Option<(String, &'static str)> {
    let (cents, period) = match amounts {
        Amounts { month: Some(cents), .. } => (cents, td_string!(locale, offers.per_month)),
        Amounts { quarter: Some(cents), .. } => (cents, td_string!(locale, offers.per_quarter)),
        Amounts { year: Some(cents), .. } => (cents, td_string!(locale, offers.per_year)),
        Amounts { once: Some(cents), .. } => (cents, td_string!(locale, offers.at_once)),
        _ => return None,
    };
    Some((numbers::euros(locale, *cents), period))
}

/// What is paid, and over which time, as one phrase: "€ 129 per maand".
pub fn amount_phrase(locale: Locale, amounts: &Amounts) -> Option<String> {
    amount(locale, amounts).map(|(amount, period)| format!("{amount} {period}"))
}

/// "Zorgtoeslag 2026": the name with the year or quarter it is about.
pub fn title(locale: Locale, service: &ServiceRules, period: Option<Date>) -> String {
    let name = service.service.name.get(locale);
    match (&service.proactive.once_per, period) {
        (OncePer::Year, Some(period)) => format!("{name} {}", period.year()),
        (OncePer::Quarter, Some(period)) => format!("{name}, {}", quarter(locale, period)),
        _ => name.to_owned(),
    }
}

fn quarter(locale: Locale, period: Date) -> String {
    let number = (period.month() - 1) / 3 + 1;
    td_string!(locale, offers.quarter, number = number, year = period.year())
}

/// "januari tot en met december 2026", "14 januari 2027"; none where there is only ever one.
pub fn period(locale: Locale, service: &ServiceRules, period: Date) -> Option<String> {
    match &service.proactive.once_per {
        OncePer::Year => Some(td_string!(locale, offers.whole_year, year = period.year())),
        OncePer::Quarter => Some(quarter(locale, period)),
        OncePer::Ever => None,
        OncePer::Value(expression) if expression.contains("birth_dates") => {
            Some(td_string!(locale, offers.child_of, date = dates::date(locale, period)))
        }
        OncePer::Value(_) => Some(dates::date(locale, period)),
    }
}

/// Where an offer's page is. A period that says something about somebody (a child's birth date) stays out of the address.
pub fn path(service: &ServiceRules, kept: &Kept) -> String {
    path_by(service, kept.offer.period, kept.number)
}

pub fn path_by(service: &ServiceRules, period: Date, number: i64) -> String {
    match service.proactive.once_per {
        OncePer::Value(_) | OncePer::Ever => format!("/mijn/aanbod/{}/{number}", service.id()),
        _ => format!("/mijn/aanbod/{}/{period}", service.id()),
    }
}

/// Whether this is the offer that an address names.
pub fn is_named(service: &ServiceRules, kept: &Kept, name: &str) -> bool {
    kept.offer.service == service.id() && path(service, kept).rsplit('/').next() == Some(name)
}

/// The rule that an offer was worked out with.
pub fn version_of<'r>(service: &'r ServiceRules, offer: &Offer) -> Option<&'r Version> {
    service.versions.iter().find(|version| version.from == offer.rule_from)
}

/// The organisation that provides a service; of what each municipality does, the person's own when it is known.
pub fn organisation(visit: &Visit, service: &ServiceRules, municipality: Option<&Value>) -> String {
    let catalogue = &visit.portal.catalogue;
    let id = service.service.organisation.as_str();
    match municipality.and_then(Value::as_str).filter(|code| id == "gemeenten" && !code.is_empty()) {
        Some(code) => catalogue.organisation_name(&format!("gemeente-{code}"), visit.locale),
        None => catalogue.organisation_name(id, visit.locale),
    }
}

/// The organisation within a sentence: "de gemeente Rotterdam", "uw gemeente".
pub fn organisation_in_sentence(visit: &Visit, service: &ServiceRules, municipality: Option<&Value>) -> String {
    let catalogue = &visit.portal.catalogue;
    match (service.service.organisation.as_str(), municipality.and_then(Value::as_str)) {
        ("gemeenten", Some(code)) if !code.is_empty() => {
            catalogue.organisation_in_sentence(&format!("gemeente-{code}"), visit.locale)
        }
        ("gemeenten", _) => super::explain::in_sentence(&catalogue.organisation_name("gemeenten", visit.locale)),
        (id, _) => catalogue.organisation_in_sentence(id, visit.locale),
    }
}

/// The register a fact comes from, and whether it is about the partner.
pub fn register_of<'v>(visit: &'v Visit, fact: &str) -> (Option<&'v Register>, bool) {
    let rulebook: &Rulebook = &visit.portal.rules;
    let (mut fact, mut of_partner) = (fact, false);
    loop {
        let Some(known) = rulebook.facts.get(fact) else { return (None, of_partner) };
        let register = match &known.from {
            Source::Value(path) | Source::Values(path) | Source::Records(path) | Source::Exists(path) => {
                path.split('/').next().unwrap_or_default()
            }
            Source::Derived(how) if how == "co_resident_income_year" => "inkomen",
            Source::Derived(_) => "brp",
            Source::Partner(of) => {
                (fact, of_partner) = (of, true);
                continue;
            }
        };
        return (visit.portal.catalogue.register(register), of_partner);
    }
}

/// A fact's value in words; none where it is unknown.
pub fn fact_value(visit: &Visit, fact: &Fact, value: &Value) -> Option<String> {
    let locale = visit.locale;
    Some(match (fact.kind, value) {
        (_, Value::Null) => return None,
        (FactType::Boolean, Value::Bool(flag)) => yes_no(locale, *flag).to_owned(),
        (FactType::Money, Value::Number(number)) => {
            let per = fact.per.map(|per| format!(" {}", per_words(locale, per))).unwrap_or_default();
            money(locale, &number.to_string()) + &per
        }
        (FactType::Integer, Value::Number(number)) => {
            number.as_i64().map_or_else(|| number.to_string(), |n| numbers::whole(locale, n))
        }
        (FactType::Decimal, Value::Number(number)) => numbers::decimal(locale, &number.to_string()),
        (FactType::Date, Value::String(text)) => date_words(locale, text),
        (FactType::Dates, Value::Array(list)) if list.is_empty() => td_string!(locale, offers.none).to_owned(),
        (FactType::Dates, Value::Array(list)) => {
            let dates = list.iter().filter_map(Value::as_str).map(|text| date_words(locale, text));
            dates.collect::<Vec<_>>().join(", ")
        }
        (FactType::Childcare, Value::Array(list)) if list.is_empty() => td_string!(locale, offers.none).to_owned(),
        (FactType::Childcare, Value::Array(list)) => {
            list.iter().map(|child| childcare(locale, child)).collect::<Vec<_>>().join("; ")
        }
        (FactType::Text, Value::String(text)) => match fact.name.as_str() {
            "municipality" if text.is_empty() => td_string!(locale, offers.none).to_owned(),
            "municipality" => visit.portal.catalogue.tables.municipality(text).unwrap_or(text).to_owned(),
            "residence_country" if text == "NL" => td_string!(locale, offers.netherlands).to_owned(),
            _ => text.clone(),
        },
        (_, Value::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    })
}

fn childcare(locale: Locale, child: &Value) -> String {
    let number = |key: &str| child.get(key).and_then(Value::as_i64).unwrap_or_default();
    let kind = match child.get("kind").and_then(Value::as_str).unwrap_or_default() {
        "daycare" => td_string!(locale, offers.daycare),
        "after_school" => td_string!(locale, offers.after_school),
        _ => td_string!(locale, offers.childminder),
    };
    let (hours, rate) = (number("hours_month"), numbers::euros(locale, number("hourly_rate")));
    td_string!(locale, offers.childcare, kind = kind, hours = hours, rate = rate).to_string()
}

pub fn yes_no(locale: Locale, flag: bool) -> &'static str {
    if flag { td_string!(locale, offers.yes) } else { td_string!(locale, offers.no) }
}

fn date_words(locale: Locale, text: &str) -> String {
    text.parse().map_or_else(|_| text.to_owned(), |date| dates::date(locale, date))
}

fn per_words(locale: Locale, per: Period) -> &'static str {
    match per {
        Period::Month => td_string!(locale, offers.per_month),
        Period::Quarter => td_string!(locale, offers.per_quarter),
        Period::Year => td_string!(locale, offers.per_year),
    }
}

/// Eurocents, with the fractions of a calculation, to the cent: "56855.232" is € 568,55.
fn money(locale: Locale, cents: &str) -> String {
    let (digits, sign) = cents.strip_prefix('-').map_or((cents, 1), |rest| (rest, -1));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let up = part.as_bytes().first().is_some_and(|digit| *digit >= b'5');
    match whole.parse::<i64>() {
        Ok(whole) => numbers::euros(locale, sign * (whole + i64::from(up))),
        Err(_) => cents.to_owned(),
    }
}

/// A number of a calculation to four places: "0.4521".
fn number(locale: Locale, digits: &str) -> String {
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let part = part.get(..4).unwrap_or(part).trim_end_matches('0');
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), |whole| numbers::whole(locale, whole));
    if part.is_empty() {
        whole
    } else {
        numbers::decimal(locale, &format!("{}.{part}", digits.split('.').next().unwrap_or("0")))
    }
}

/// The value of a step in words; none where it is unknown.
pub fn step_value(locale: Locale, shown: Option<Shown>, value: &Value) -> Option<String> {
    Some(match (shown, value) {
        (_, Value::Null) => return None,
        (_, Value::Bool(flag)) => yes_no(locale, *flag).to_owned(),
        (Some(Shown::Money(per)), Value::Number(number)) => {
            let per = per.map(|per| format!(" {}", per_words(locale, per))).unwrap_or_default();
            money(locale, &number.to_string()) + &per
        }
        (_, Value::Number(digits)) => number(locale, &digits.to_string()),
        (Some(Shown::Date), Value::String(text)) => date_words(locale, text),
        (_, Value::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    })
}

/// A figure of the law in words, as it holds in somebody's municipality.
pub fn parameter(locale: Locale, parameter: &Parameter, municipality: Option<&Value>) -> String {
    let own = municipality.and_then(Value::as_str).and_then(|code| parameter.by_municipality.get(code));
    figure(locale, own.unwrap_or(&parameter.value), parameter.unit)
}

pub fn figure(locale: Locale, figure: &Figure, unit: Unit) -> String {
    let per = match unit {
        Unit::EurocentMonth => Some(Period::Month),
        Unit::EurocentQuarter => Some(Period::Quarter),
        Unit::EurocentYear => Some(Period::Year),
        _ => None,
    };
    match (figure, unit) {
        (Figure::Flag(flag), _) => yes_no(locale, *flag).to_owned(),
        (Figure::Whole(cents), Unit::Eurocent | Unit::EurocentMonth | Unit::EurocentQuarter | Unit::EurocentYear) => {
            numbers::euros(locale, *cents) + &per.map(|per| format!(" {}", per_words(locale, per))).unwrap_or_default()
        }
        (Figure::Whole(number), Unit::Percent) => format!("{}%", numbers::whole(locale, *number)),
        (Figure::Whole(number), _) => numbers::whole(locale, *number),
        (Figure::Written(text), Unit::Percent) => format!("{}%", numbers::decimal(locale, text)),
        (Figure::Written(text), _) => numbers::decimal(locale, text),
    }
}

/// What the badge of an open offer says: a right, probably a right, or something to arrange.
pub fn certainty(locale: Locale, service: &ServiceRules, certain: bool) -> (&'static str, &'static str) {
    match (service.proactive.mode, certain) {
        (Mode::Inform, _) => {
            ("utrecht-status-badge utrecht-status-badge--neutral", td_string!(locale, offers.to_arrange))
        }
        (_, true) => ("utrecht-status-badge utrecht-status-badge--success", td_string!(locale, offers.entitled)),
        (_, false) => ("utrecht-status-badge utrecht-status-badge--warning", td_string!(locale, offers.likely)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_of_a_calculation_are_shown_to_the_cent() {
        for (cents, words) in [
            ("56855.232", "€\u{a0}568,55"),
            ("56855.5", "€\u{a0}568,56"),
            ("155000", "€\u{a0}1.550"),
            ("-12.5", "-€\u{a0}0,13"),
            ("0", "€\u{a0}0"),
        ] {
            assert_eq!(money(Locale::nl, cents), words);
        }
        assert_eq!(number(Locale::nl, "0.45210000"), "0,4521");
        assert_eq!(number(Locale::en, "12.00000000"), "12");
    }
}
