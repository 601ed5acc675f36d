//! Cases in words.

use jiff::{Timestamp, civil::Date};
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::model::{Case, Kind, Outcome, Stage, Words};
use crate::{
    app::Visit,
    clock, deadlines,
    i18n::Locale,
    rules::{
        ServiceRules,
        model::{Term, TermUnit},
    },
    ui::dates,
};

/// Words of an organisation, marked as Dutch where they have no English.
pub fn own_words(locale: Locale, words: &Words) -> AnyView {
    let (text, lang) = words.get(locale);
    view! { <span lang=lang>{text.to_owned()}</span> }.into_any()
}

/// Something an organisation wrote in Dutch.
pub fn in_dutch(locale: Locale) -> Option<&'static str> {
    (locale != Locale::nl).then_some("nl")
}

pub fn title(visit: &Visit, case: &Case) -> String {
    case.title.get(visit.locale).0.to_owned()
}

/// "Gemeente Rotterdam"
pub fn organisation(visit: &Visit, id: &str) -> String {
    visit.portal.catalogue.organisation_name(id, visit.locale)
}

/// "de gemeente Rotterdam", within a sentence.
pub fn organisation_in_sentence(visit: &Visit, case: &Case) -> String {
    match case.organisation.as_str() {
        "gemeenten" => match visit.locale {
            Locale::nl => "uw gemeente".to_owned(),
            Locale::en => "your municipality".to_owned(),
        },
        id => visit.portal.catalogue.organisation_in_sentence(id, visit.locale),
    }
}

/// A sentence starts with a capital.
pub fn start(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// "8 weken"
pub fn term(locale: Locale, term: Term) -> String {
    let count = i64::from(term.count);
    match term.unit {
        TermUnit::Days => td_string!(locale, cases.days, count = count).to_string(),
        TermUnit::WorkingDays => td_string!(locale, cases.working_days, count = count).to_string(),
        TermUnit::Weeks => td_string!(locale, cases.weeks, count = count).to_string(),
        TermUnit::Months => td_string!(locale, cases.months, count = count).to_string(),
        TermUnit::Years => td_string!(locale, cases.years, count = count).to_string(),
    }
}

/// "2 november 2026, 20.41 uur"
pub fn moment(locale: Locale, at: Timestamp) -> String {
    let at = at.to_zoned(clock::zone());
    let time = at.strftime("%-H.%M").to_string();
    td_string!(locale, cases.moment, date = dates::date(locale, at.date()), time = time).to_string()
}

/// "Nog 7 dagen, tot en met 30 november 2026"
pub fn until(locale: Locale, today: Date, last: Date) -> String {
    let days = today.until(last).map_or(0, |span| i64::from(span.get_days()));
    let date = dates::date(locale, last);
    match days {
        ..0 => td_string!(locale, cases.was_until, date = date).to_string(),
        0 => td_string!(locale, cases.until_today).to_owned(),
        count => td_string!(locale, cases.days_left, count = count, date = date).to_string(),
    }
}

pub fn stage(locale: Locale, stage: Stage) -> &'static str {
    match stage {
        Stage::Received => td_string!(locale, cases.received),
        Stage::InTreatment => td_string!(locale, cases.in_treatment),
        Stage::Decided => td_string!(locale, cases.decided),
        Stage::Done => td_string!(locale, cases.done),
    }
}

/// What came of it, as a sentence to the citizen.
pub fn outcome(locale: Locale, kind: Kind, outcome: Outcome) -> &'static str {
    match (kind, outcome) {
        (Kind::Objection, Outcome::Granted) => td_string!(locale, cases.objection_granted),
        (Kind::Objection, Outcome::Partly) => td_string!(locale, cases.objection_partly),
        (Kind::Objection, Outcome::Refused) => td_string!(locale, cases.objection_refused),
        (Kind::Objection, Outcome::NotTreated) => td_string!(locale, cases.objection_not_treated),
        (Kind::Correction, Outcome::Granted) => td_string!(locale, cases.correction_granted),
        (Kind::Correction, Outcome::Partly) => td_string!(locale, cases.correction_partly),
        (Kind::Correction, Outcome::Refused) => td_string!(locale, cases.correction_refused),
        (Kind::Correction, Outcome::NotTreated) => td_string!(locale, cases.correction_not_treated),
        (Kind::Grant, Outcome::Granted) => td_string!(locale, cases.given),
        (_, Outcome::Granted) => td_string!(locale, cases.granted),
        (_, Outcome::Partly) => td_string!(locale, cases.partly),
        (_, Outcome::Refused) => td_string!(locale, cases.refused),
        (_, Outcome::NotTreated) => td_string!(locale, cases.not_treated),
    }
}

/// The day by which a decision is promised; time during which the clock stood still is added.
pub fn promised(service: Option<&ServiceRules>, case: &Case, today: Date) -> Option<Date> {
    let kept = case.standard_on?;
    let term = service.and_then(|service| service.service.standard.decision);
    match term.filter(|_| !case.pauses.is_empty()) {
        Some(term) => {
            let clock = deadlines::Clock { term, extensions: Vec::new(), ..case.clock() };
            Some(clock.due(today).unwrap_or(kept))
        }
        None => Some(kept),
    }
}
