//! What was typed, kept as it was; and the facts that it stands for.

use std::collections::BTreeMap;

use jiff::civil::Date;
use leptos_i18n::td_string;
use serde_json::{Map, Value, json};

use super::{
    model::{PARTNER, Subject},
    typed::{self, Wrong},
};
use crate::{
    i18n::Locale,
    rules::{
        FactRow,
        model::{Fact, FactType, Source},
    },
    ui::{self, Mistake},
};

/// More children than this nobody has to type.
pub const MOST: usize = 50;

/// Parts of a row of childcare, as its three fields are named.
pub const CARE: [&str; 3] = ["kind", "hours", "rate"];

/// The field that says that a list which is not known is empty.
pub const NONE: &str = "none";

/// The button for more rows in a list.
pub const ADD: &str = "add";

/// Every field with what is in it, by name: a list has several.
#[derive(Debug, Default)]
pub struct Typed(BTreeMap<String, Vec<String>>);

/// Whether a form asks for it: a text is a code of a register.
pub fn is_asked(fact: &Fact) -> bool {
    fact.question.is_some() && fact.kind != FactType::Text
}

/// About the partner, so asked only when there is one.
pub fn is_partners(fact: &Fact) -> bool {
    matches!(fact.from, Source::Partner(_))
}

pub fn care_name(fact: &Fact, part: &str) -> String {
    format!("{}.{part}", fact.name)
}

impl Typed {
    /// What is registered, as one would type it.
    pub fn registered(subject: &Subject<'_>, row: &Map<String, Value>, locale: Locale) -> Self {
        let mut typed = Self::default();
        for fact in subject.facts.iter().filter(|fact| is_asked(fact)) {
            let value = row.get(&fact.name).unwrap_or(&Value::Null);
            match (fact.kind, value) {
                (FactType::Dates, Value::Array(days)) => {
                    let days = days.iter().map(|day| shown(locale, FactType::Date, day));
                    typed.0.insert(fact.name.clone(), days.collect());
                }
                (FactType::Childcare, Value::Array(children)) => {
                    for (part, key) in CARE.iter().zip(["kind", "hours_month", "hourly_rate"]) {
                        let kind = if *part == "rate" { FactType::Money } else { FactType::Integer };
                        let column = children.iter().map(|child| match child.get(key) {
                            Some(Value::String(text)) => text.clone(),
                            Some(value) => shown(locale, kind, value),
                            None => String::new(),
                        });
                        typed.0.insert(care_name(fact, part), column.collect());
                    }
                }
                (_, Value::Null) => {}
                (kind, value) => _ = typed.0.insert(fact.name.clone(), vec![shown(locale, kind, value)]),
            }
        }
        typed
    }

    /// What a browser sent. Fields that are not on the form are left out.
    pub fn sent(subject: &Subject<'_>, pairs: Vec<(String, String)>) -> Self {
        let mut typed = Self::default();
        for (name, value) in pairs {
            let fact = name.split_once('.').map_or(name.as_str(), |(fact, _)| fact);
            if name == NONE || name == ADD || subject.facts.iter().any(|asked| asked.name == fact && is_asked(asked)) {
                typed.0.entry(name).or_default().push(value);
            }
        }
        typed
    }

    pub fn one(&self, name: &str) -> &str {
        self.all(name).first().map_or("", String::as_str)
    }

    pub fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    pub fn at(&self, name: &str, at: usize) -> &str {
        self.all(name).get(at).map_or("", String::as_str)
    }

    /// "None of these" was ticked for a list.
    pub fn says_none(&self, fact: &Fact) -> bool {
        self.all(NONE).contains(&fact.name)
    }

    pub fn asks_for_more(&self, fact: &Fact) -> bool {
        self.one(ADD) == fact.name
    }

    /// The rows of a list that have something in them, and how many there are at least.
    pub fn rows(&self, fact: &Fact) -> usize {
        let filled = |column: &[String]| column.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |at| at + 1);
        match fact.kind {
            FactType::Childcare => CARE.iter().map(|part| filled(self.all(&care_name(fact, part)))).max().unwrap_or(0),
            _ => filled(self.all(&fact.name)),
        }
    }

    /// The facts: those of the form as typed, those that are on no form as registered. What is left empty is unknown; who has no partner
    /// has no facts of one.
    ///
    /// # Errors
    /// Every mistake, with the id of its field.
    pub fn read(
        &self,
        subject: &Subject<'_>,
        registered: &Map<String, Value>,
        locale: Locale,
    ) -> Result<Map<String, Value>, Vec<Mistake>> {
        let mut facts = registered.clone();
        let mut mistakes = Vec::new();
        let partner = subject.facts.iter().find(|fact| fact.name == PARTNER && is_asked(fact));
        let partner_counts = partner.is_none_or(|fact| self.one(&fact.name) == "ja");
        for fact in &subject.facts {
            if is_partners(fact) && !partner_counts {
                facts.insert(fact.name.clone(), Value::Null);
                continue;
            }
            if !is_asked(fact) {
                continue;
            }
            let is_known = registered.get(&fact.name).is_some_and(|value| !value.is_null());
            match self.fact(fact, is_known, locale, subject.on) {
                Ok(value) => match FactRow::check(subject.rulebook, [(fact.name.clone(), value)].into_iter().collect())
                {
                    Ok(row) => facts.extend(row.0),
                    Err(_) => mistakes.push(Mistake { field: fact.name.clone().into(), message: bounds(fact, locale) }),
                },
                Err(wrong) => {
                    mistakes.extend(wrong.into_iter().map(|(field, message)| Mistake { field: field.into(), message }))
                }
            }
        }
        if mistakes.is_empty() { Ok(facts) } else { Err(mistakes) }
    }

    /// The value of one fact, or the ids of fields with what is wrong in them.
    fn fact(&self, fact: &Fact, is_known: bool, locale: Locale, today: Date) -> Result<Value, Vec<(String, String)>> {
        let text = self.one(&fact.name).trim();
        let name = || fact.name.clone();
        let said = |wrong: Wrong| vec![(name(), words(wrong, fact, locale))];
        match fact.kind {
            FactType::Dates => self.dates(fact, is_known, locale, today),
            FactType::Childcare => self.childcare(fact, is_known, locale),
            _ if text.is_empty() => Ok(Value::Null),
            FactType::Boolean => match text {
                "ja" => Ok(json!(true)),
                "nee" => Ok(json!(false)),
                "onbekend" => Ok(Value::Null),
                _ => Err(vec![(name(), td_string!(locale, what_if.wrong_choice).to_owned())]),
            },
            FactType::Money => typed::cents(text).map(|cents| json!(cents)).map_err(said),
            FactType::Integer => typed::number(text).map(|number| json!(number)).map_err(said),
            FactType::Decimal => Ok(json!(text.replace(',', "."))),
            FactType::Date => {
                day(text, today).map(|day| json!(day.to_string())).map_err(|wrong| vec![(name(), wrong.words(locale))])
            }
            FactType::Text => Ok(Value::Null),
        }
    }

    fn dates(&self, fact: &Fact, is_known: bool, locale: Locale, today: Date) -> Result<Value, Vec<(String, String)>> {
        let (mut days, mut wrong) = (Vec::new(), Vec::new());
        for (at, text) in self.all(&fact.name).iter().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
            match day(text, today) {
                Ok(day) => days.push(day),
                Err(reason) => wrong.push((row_id(&fact.name, at), reason.words(locale))),
            }
        }
        if days.len() + wrong.len() > MOST {
            return Err(vec![(fact.name.clone(), td_string!(locale, what_if.wrong_many).to_owned())]);
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        if days.is_empty() && !is_known && !self.says_none(fact) {
            return Ok(Value::Null);
        }
        days.sort();
        Ok(days.iter().map(|day| Value::String(day.to_string())).collect())
    }

    fn childcare(&self, fact: &Fact, is_known: bool, locale: Locale) -> Result<Value, Vec<(String, String)>> {
        let (mut children, mut wrong) = (Vec::new(), Vec::new());
        let count = self.rows(fact);
        if count > MOST {
            return Err(vec![(fact.name.clone(), td_string!(locale, what_if.wrong_many).to_owned())]);
        }
        for at in 0..count {
            let [kind, hours, rate] = CARE.map(|part| self.at(&care_name(fact, part), at).trim());
            if hours.is_empty() && rate.is_empty() {
                // A kind alone is what a list of choices starts with.
                continue;
            }
            let id = row_id(&fact.name, at);
            if !matches!(kind, "daycare" | "after_school" | "childminder") || hours.is_empty() || rate.is_empty() {
                wrong.push((id, td_string!(locale, what_if.wrong_care).to_owned()));
                continue;
            }
            let hours = typed::number(hours).ok().filter(|hours| (0..=744).contains(hours));
            let hours = hours.ok_or_else(|| number_bounds(locale, 0, 744));
            let rate = match typed::cents(rate) {
                Ok(rate) if rate <= 100_000 => Ok(rate),
                Err(Wrong::NotAnAmount) => Err(td_string!(locale, what_if.wrong_amount).to_owned()),
                _ => Err(amount_bounds(locale, 0, 100_000)),
            };
            match (hours, rate) {
                (Ok(hours), Ok(rate)) => {
                    children.push(json!({"kind": kind, "hours_month": hours, "hourly_rate": rate}));
                }
                (hours, rate) => {
                    wrong.extend(hours.err().map(|message| (format!("{id}-hours"), message)));
                    wrong.extend(rate.err().map(|message| (format!("{id}-rate"), message)));
                }
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        if children.is_empty() && !is_known && !self.says_none(fact) {
            return Ok(Value::Null);
        }
        Ok(Value::Array(children))
    }
}

/// The id of a row of a list; the first has that of the fact, to which a mistake in the whole leads.
pub fn row_id(name: &str, at: usize) -> String {
    if at == 0 { name.to_owned() } else { format!("{name}-{}", at + 1) }
}

/// A value as one would type it.
pub fn shown(locale: Locale, kind: FactType, value: &Value) -> String {
    match (kind, value) {
        (FactType::Boolean, Value::Bool(true)) => "ja".to_owned(),
        (FactType::Boolean, Value::Bool(false)) => "nee".to_owned(),
        (FactType::Money, value) => value.as_i64().map_or_else(String::new, |cents| {
            ui::numbers::euros(locale, cents).trim_start_matches(['€', '\u{a0}']).to_owned()
        }),
        (FactType::Date, Value::String(text)) => {
            text.parse::<Date>().map_or_else(|_| text.clone(), |day| day.strftime("%d-%m-%Y").to_string())
        }
        (FactType::Decimal, value) => {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            ui::numbers::decimal(locale, &text)
        }
        (_, Value::String(text)) => text.clone(),
        (_, Value::Null) => String::new(),
        (_, value) => value.to_string(),
    }
}

enum WrongDay {
    Typed(Wrong),
    Future,
    Past,
}

impl WrongDay {
    fn words(&self, locale: Locale) -> String {
        match self {
            WrongDay::Typed(Wrong::NoSuchDay) => td_string!(locale, what_if.wrong_day),
            WrongDay::Typed(_) => td_string!(locale, what_if.wrong_date),
            WrongDay::Future => td_string!(locale, what_if.wrong_future),
            WrongDay::Past => td_string!(locale, what_if.wrong_past),
        }
        .to_owned()
    }
}

/// A day that has been: everything that is asked lies in the past.
fn day(text: &str, today: Date) -> Result<Date, WrongDay> {
    match typed::date(text) {
        Ok(day) if day > today => Err(WrongDay::Future),
        Ok(day) if day.year() < 1900 => Err(WrongDay::Past),
        Ok(day) => Ok(day),
        Err(wrong) => Err(WrongDay::Typed(wrong)),
    }
}

fn words(wrong: Wrong, fact: &Fact, locale: Locale) -> String {
    match wrong {
        Wrong::NotAnAmount => td_string!(locale, what_if.wrong_amount).to_owned(),
        Wrong::NotANumber => td_string!(locale, what_if.wrong_number).to_owned(),
        Wrong::NotADate => td_string!(locale, what_if.wrong_date).to_owned(),
        Wrong::NoSuchDay => td_string!(locale, what_if.wrong_day).to_owned(),
        Wrong::OutOfBounds => bounds(fact, locale),
    }
}

fn bounds(fact: &Fact, locale: Locale) -> String {
    let most = fact.maximum.unwrap_or(i64::MAX);
    match fact.kind {
        FactType::Money => amount_bounds(locale, fact.minimum, most),
        FactType::Integer => number_bounds(locale, fact.minimum, most),
        FactType::Decimal => td_string!(locale, what_if.wrong_decimal).to_owned(),
        _ => td_string!(locale, what_if.wrong_choice).to_owned(),
    }
}

fn amount_bounds(locale: Locale, from: i64, to: i64) -> String {
    let [from, to] = [from, to].map(|cents| ui::numbers::euros(locale, cents));
    td_string!(locale, what_if.wrong_amount_bounds, from = from, to = to).to_string()
}

fn number_bounds(locale: Locale, from: i64, to: i64) -> String {
    let [from, to] = [from, to].map(|number| ui::numbers::whole(locale, number));
    td_string!(locale, what_if.wrong_number_bounds, from = from, to = to).to_string()
}
