//! What a citizen fills in: the questions, reading the answers, and keeping them sealed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use leptos_i18n::td_string;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{bank::Iban, wording};
use crate::{
    app::Visit,
    keys::{Keyring, Use},
    rules::model::{Ask, AskType, Fact, FactType},
    ui::{dates, numbers},
};

/// What was filled in, as it is sent.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Answers {
    /// Facts that no register has.
    #[serde(default)]
    pub facts: Map<String, Value>,
    /// What the organisation asks.
    #[serde(default)]
    pub asks: BTreeMap<String, Value>,
    /// What was registered, of an application that did not come from an offer.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub known: Map<String, Value>,
    /// In the citizen's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Uuid>,
}

impl Answers {
    pub fn seal(&self, keys: &Keyring) -> Vec<u8> {
        keys.seal(Use::Answers, &serde_json::to_vec(self).expect("text and numbers"))
    }

    pub fn open(keys: &Keyring, sealed: &[u8]) -> Option<Self> {
        serde_json::from_slice(&keys.open(Use::Answers, sealed).ok()?).ok()
    }

    pub fn typed_facts(&self) -> BTreeSet<String> {
        self.facts.keys().cloned().collect()
    }
}

/// Something to be filled in.
#[derive(Clone, Copy)]
pub enum Question<'a> {
    Fact(&'a Fact),
    Ask(&'a Ask),
}

/// Longer than this no text is taken.
const LONGEST: usize = 500;

impl Question<'_> {
    /// Its name in the form, and the id of its field.
    pub fn field(&self) -> String {
        match self {
            Question::Fact(fact) => format!("feit-{}", fact.name.replace('_', "-")),
            Question::Ask(ask) => format!("vraag-{}", ask.id.replace('_', "-")),
        }
    }

    pub fn label(&self, visit: &Visit) -> String {
        match self {
            Question::Fact(fact) => fact.question.as_ref().unwrap_or(&fact.label).get(visit.locale).to_owned(),
            Question::Ask(ask) => ask.label.get(visit.locale).to_owned(),
        }
    }

    pub fn hint(&self, visit: &Visit) -> Option<String> {
        let locale = visit.locale;
        match self {
            Question::Ask(ask) => ask.hint.as_ref().map(|hint| hint.get(locale).to_owned()),
            Question::Fact(fact) => match fact.kind {
                FactType::Money => Some(td_string!(locale, offers.hint_money).to_owned()),
                FactType::Date => Some(td_string!(locale, offers.hint_date).to_owned()),
                FactType::Dates => Some(td_string!(locale, offers.hint_dates).to_owned()),
                _ => None,
            },
        }
    }

    pub fn is_yes_no(&self) -> bool {
        match self {
            Question::Fact(fact) => fact.kind == FactType::Boolean,
            Question::Ask(ask) => ask.kind == AskType::YesNo,
        }
    }

    pub fn has_lines(&self) -> bool {
        match self {
            Question::Fact(fact) => fact.kind == FactType::Dates,
            Question::Ask(ask) => ask.kind == AskType::Text,
        }
    }

    /// Reads what was typed; none when it will not do.
    pub fn read(&self, typed: &str) -> Option<Value> {
        let typed = typed.trim();
        let yes_no = || match typed {
            "ja" => Some(Value::Bool(true)),
            "nee" => Some(Value::Bool(false)),
            _ => None,
        };
        match self {
            Question::Ask(ask) => match ask.kind {
                AskType::Iban => Some(Value::String(Iban::parse(typed)?.as_str().to_owned())),
                AskType::YesNo => yes_no(),
                AskType::Text => (!typed.is_empty() && typed.chars().count() <= LONGEST)
                    .then(|| Value::String(typed.replace("\r\n", "\n"))),
            },
            Question::Fact(fact) => {
                let within = |number: &i64| *number >= fact.minimum && fact.maximum.is_none_or(|most| *number <= most);
                match fact.kind {
                    FactType::Boolean => yes_no(),
                    FactType::Integer => typed.parse().ok().filter(within).map(Value::from),
                    FactType::Money => cents(typed).filter(within).map(Value::from),
                    FactType::Date => day(typed).map(|day| Value::String(day.to_string())),
                    FactType::Dates => {
                        let lines = typed.lines().map(str::trim).filter(|line| !line.is_empty());
                        let mut days = lines.map(day).collect::<Option<Vec<Date>>>().filter(|days| days.len() <= 50)?;
                        days.sort();
                        Some(days.into_iter().map(|day| Value::String(day.to_string())).collect())
                    }
                    FactType::Decimal | FactType::Text | FactType::Childcare => None,
                }
            }
        }
    }

    /// What to do when it will not do.
    pub fn mistake(&self, visit: &Visit) -> String {
        let locale = visit.locale;
        match self {
            Question::Ask(ask) => match ask.kind {
                AskType::Iban => td_string!(locale, offers.wrong_iban).to_owned(),
                AskType::YesNo => td_string!(locale, offers.wrong_yes_no).to_owned(),
                AskType::Text => td_string!(locale, offers.wrong_text).to_owned(),
            },
            Question::Fact(fact) => {
                let most = fact.maximum.unwrap_or(i64::MAX);
                match fact.kind {
                    FactType::Boolean => td_string!(locale, offers.wrong_yes_no).to_owned(),
                    FactType::Money => {
                        td_string!(locale, offers.wrong_money, most = numbers::euros(locale, most)).to_string()
                    }
                    FactType::Dates => td_string!(locale, offers.wrong_dates).to_owned(),
                    FactType::Date => td_string!(locale, offers.wrong_date).to_owned(),
                    _ => td_string!(
                        locale,
                        offers.wrong_number,
                        least = numbers::whole(locale, fact.minimum),
                        most = numbers::whole(locale, most)
                    )
                    .to_string(),
                }
            }
        }
    }

    /// An answer in words, for the summary and the receipt.
    pub fn words(&self, visit: &Visit, value: &Value) -> String {
        match (self, value) {
            (Question::Fact(fact), value) => wording::fact_value(visit, fact, value).unwrap_or_default(),
            (Question::Ask(_), Value::Bool(flag)) => wording::yes_no(visit.locale, *flag).to_owned(),
            (Question::Ask(ask), Value::String(text)) if ask.kind == AskType::Iban => {
                Iban::parse(text).map_or_else(|| text.clone(), |iban| iban.grouped())
            }
            (Question::Ask(_), Value::String(text)) => text.clone(),
            (Question::Ask(_), other) => other.to_string(),
        }
    }
}

/// Eurocents from an amount as people type it: "812,50", "€ 1.250", "1250.00".
pub fn cents(typed: &str) -> Option<i64> {
    let plain: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '€' && *c != '\u{a0}').collect();
    let plain = plain.trim_end_matches(",-").trim_end_matches(".-");
    // The last point or comma separates cents when one or two digits follow it, and thousands otherwise.
    let (whole, part) = match plain.rfind([',', '.']) {
        Some(at) if matches!(plain.len() - at - 1, 1 | 2) => (&plain[..at], &plain[at + 1..]),
        _ => (plain, ""),
    };
    let grouped = whole.split([',', '.']).skip(1).all(|group| group.len() == 3);
    let whole: String = whole.chars().filter(|c| !matches!(c, ',' | '.')).collect();
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 13 || !grouped || !digits(&whole) || !digits(part) {
        return None;
    }
    let part = format!("{part:0<2}");
    whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(part.parse::<i64>().ok()?)
}

/// A day as people type it: "31-12-1990", "31/12/1990", "1990-12-31".
pub fn day(typed: &str) -> Option<Date> {
    let parts: Vec<&str> = typed.trim().split(['-', '/', '.', ' ']).filter(|part| !part.is_empty()).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    let (year, month, day) = if a.len() == 4 { (a, b, c) } else { (c, b, a) };
    if year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok().filter(|date| date.year() >= 1800)
}

/// "31-12-2026", as a day is typed.
pub fn typed_day(date: Date) -> String {
    format!("{}-{}-{}", date.day(), date.month(), date.year())
}

/// A day in words, for a message about it.
pub(super) fn in_words(visit: &Visit, date: Date) -> String {
    dates::date(visit.locale, date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_type_them() {
        for (typed, expected) in [
            ("812,50", Some(81_250)),
            ("812.50", Some(81_250)),
            ("€ 1.250", Some(125_000)),
            ("1,250.00", Some(125_000)),
            ("1.250,5", Some(125_050)),
            ("19000", Some(1_900_000)),
            ("1250,-", Some(125_000)),
            ("0", Some(0)),
            ("", None),
            ("-5", None),
            ("12.34.56", None),
            ("1,2,3", None),
            ("99999999999999999999", None),
            ("1e5", None),
            ("duizend", None),
        ] {
            assert_eq!(cents(typed), expected, "{typed:?}");
        }
    }

    #[test]
    fn days_are_read_as_people_type_them() {
        let expected = Some(jiff::civil::date(1990, 12, 31));
        for typed in ["31-12-1990", "31/12/1990", " 31 12 1990 ", "1990-12-31", "31.12.1990"] {
            assert_eq!(day(typed), expected, "{typed:?}");
        }
        for typed in ["31-02-1990", "1990", "31-12-90", "", "a-b-c", "1-1-9999999"] {
            assert_eq!(day(typed), None, "{typed:?}");
        }
    }
}
