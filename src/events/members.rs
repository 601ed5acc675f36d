//! Reading what an event says: each member checked, and each mistake told with its place.

use std::{cell::RefCell, collections::BTreeSet};

use jiff::{Timestamp, civil::Date};
use serde_json::{Map, Value};

use super::problem::Mistake;
use crate::{
    cases::Words,
    registered_data::Bsn,
    rules::model::{Term, TermUnit},
};

/// Longer no sentence of an organisation is.
const LONGEST_WORDS: usize = 2000;

/// Amounts in eurocents lie below this, either way.
const LARGEST_AMOUNT: i64 = 100_000_000_000;

/// An object of which members are read; what is wrong is noted, and then read as none.
pub struct Members<'a> {
    members: Option<&'a Map<String, Value>>,
    at: String,
    mistakes: &'a RefCell<Vec<Mistake>>,
}

impl<'a> Members<'a> {
    /// `known`: the members there may be.
    pub fn of(value: &'a Value, at: String, known: &[&str], mistakes: &'a RefCell<Vec<Mistake>>) -> Self {
        let members = value.as_object();
        let this = Self { members, at, mistakes };
        let Some(members) = members else {
            this.wrong_here("Must be an object.");
            return this;
        };
        let known: BTreeSet<_> = known.iter().copied().collect();
        for name in members.keys().filter(|name| !known.contains(name.as_str())) {
            this.wrong(name, "There is no such member here.");
        }
        this
    }

    /// Notes a mistake in the object itself.
    pub fn wrong_here(&self, what: &str) {
        self.mistakes.borrow_mut().push(Mistake::new(self.at.clone(), what));
    }

    /// Notes a mistake in a member.
    pub fn wrong(&self, name: &str, what: &str) {
        self.mistakes.borrow_mut().push(Mistake::new(self.pointer(name), what));
    }

    fn pointer(&self, name: &str) -> String {
        format!("{}/{}", self.at, name.replace('~', "~0").replace('/', "~1"))
    }

    /// A member that is there: null is as good as absent.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.members?.get(name).filter(|value| !value.is_null())
    }

    /// A member that has to be there, read by a function that gives none when it is wrong.
    fn required<T>(&self, name: &str, must: &str, read: impl Fn(&'a Value) -> Option<T>) -> Option<T> {
        // Of what is no object, that it is none was said.
        self.members?;
        let read = self.get(name).and_then(read);
        if read.is_none() {
            self.wrong(name, must);
        }
        read
    }

    /// A member that may be there.
    fn optional<T>(&self, name: &str, must: &str, read: impl Fn(&'a Value) -> Option<T>) -> Option<T> {
        self.get(name)?;
        self.required(name, must, read)
    }

    pub fn bsn(&self) -> Option<Bsn> {
        let must = "Must be a BSN: a text of nine digits.";
        // Also of what is no object: nothing is done with an event about nobody.
        let bsn = self.get("bsn").and_then(Value::as_str).and_then(Bsn::parse);
        if bsn.is_none() {
            self.wrong("bsn", must);
        }
        bsn
    }

    /// A text on one line, such as a name or a number.
    pub fn line(&self, name: &str, most: usize) -> Option<String> {
        self.required(name, &line_must(most), |value| line(value, most))
    }

    pub fn optional_line(&self, name: &str, most: usize) -> Option<String> {
        self.optional(name, &line_must(most), |value| line(value, most))
    }

    /// A text that may have more lines.
    pub fn text(&self, name: &str, most: usize) -> Option<String> {
        self.required(name, &format!("Must be a text of 1 to {most} characters."), |value| text(value, most))
    }

    /// A sentence in Dutch, and in English if there is one.
    pub fn words(&self, name: &str) -> Option<Words> {
        self.members?;
        let Some(value) = self.get(name) else {
            self.wrong(name, "Must be an object with nl, and en if there is English.");
            return None;
        };
        let words = Members::of(value, self.pointer(name), &["nl", "en"], self.mistakes);
        let (nl, en) = (words.text("nl", LONGEST_WORDS), words.get("en").map(|_| words.text("en", LONGEST_WORDS)));
        Some(Words { nl: nl?, en: en.flatten() })
    }

    pub fn optional_words(&self, name: &str) -> Option<Words> {
        self.get(name)?;
        self.words(name)
    }

    pub fn date(&self, name: &str) -> Option<Date> {
        self.required(name, DATE_MUST, date)
    }

    pub fn optional_date(&self, name: &str) -> Option<Date> {
        self.optional(name, DATE_MUST, date)
    }

    pub fn optional_moment(&self, name: &str) -> Option<Timestamp> {
        self.optional(name, "Must be a moment as in RFC 3339, with its offset.", |value| {
            super::envelope::rfc3339(value.as_str()?)
        })
    }

    pub fn yes_or_no(&self, name: &str) -> Option<bool> {
        self.required(name, "Must be true or false.", Value::as_bool)
    }

    pub fn term(&self, name: &str) -> Option<Term> {
        self.required(name, TERM_MUST, term)
    }

    pub fn optional_term(&self, name: &str) -> Option<Term> {
        self.optional(name, TERM_MUST, term)
    }

    pub fn optional_cents(&self, name: &str) -> Option<i64> {
        self.optional(name, "Must be a whole number of eurocents.", |value| {
            value.as_i64().filter(|cents| (-LARGEST_AMOUNT..=LARGEST_AMOUNT).contains(cents))
        })
    }

    /// One of the words that a function knows.
    pub fn one_of<T>(&self, name: &str, words: &[&str], read: impl Fn(&str) -> Option<T>) -> Option<T> {
        self.required(name, &format!("Must be one of {}.", words.join(", ")), |value| read(value.as_str()?))
    }

    pub fn optional_one_of<T>(&self, name: &str, words: &[&str], read: impl Fn(&str) -> Option<T>) -> Option<T> {
        self.get(name)?;
        self.one_of(name, words, read)
    }

    /// The objects of a list of so many at most, read by a function; an absent list is empty.
    pub fn list<T>(&self, name: &str, most: usize, known: &[&str], read: impl Fn(&Members<'a>) -> Option<T>) -> Vec<T> {
        let Some(value) = self.get(name) else { return Vec::new() };
        let Some(list) = value.as_array().filter(|list| list.len() <= most) else {
            self.wrong(name, &format!("Must be a list of at most {most}."));
            return Vec::new();
        };
        let at = self.pointer(name);
        let members = |(index, value)| Members::of(value, format!("{at}/{index}"), known, self.mistakes);
        list.iter().enumerate().map(members).filter_map(|members| read(&members)).collect()
    }

    /// An object within this one.
    pub fn within(&self, name: &str, known: &[&str]) -> Option<Members<'a>> {
        Some(Members::of(self.get(name)?, self.pointer(name), known, self.mistakes))
    }

    /// Names and values of an object whose members are not fixed: plain names, and no lists of lists.
    pub fn map(&self, name: &str) -> Map<String, Value> {
        let Some(value) = self.get(name) else { return Map::new() };
        let Some(map) = value.as_object() else {
            self.wrong(name, "Must be an object.");
            return Map::new();
        };
        let inner = Self { members: None, at: self.pointer(name), mistakes: self.mistakes };
        for (key, value) in map {
            let plain =
                !key.is_empty() && key.len() <= 100 && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            if !plain || value.is_array() || value.is_object() || value.as_str().is_some_and(|text| text.len() > 1000) {
                inner.wrong(key, "Must be a plain name with a text, a number, true or false.");
            }
        }
        map.clone()
    }
}

const DATE_MUST: &str = "Must be a day, as in 2026-11-22.";
const TERM_MUST: &str = "Must be a term of five years at most, as in \"8 weeks\" or \"2 working days\".";

fn line_must(most: usize) -> String {
    format!("Must be a text of 1 to {most} characters on one line.")
}

fn text(value: &Value, most: usize) -> Option<String> {
    let text = value.as_str()?.trim();
    let fits = !text.is_empty()
        && text.chars().count() <= most
        && !text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t'));
    fits.then(|| text.to_owned())
}

fn line(value: &Value, most: usize) -> Option<String> {
    text(value, most).filter(|text| !text.contains(['\n', '\r', '\t']))
}

fn date(value: &Value) -> Option<Date> {
    let text = value.as_str().filter(|text| text.len() == 10)?;
    text.parse().ok().filter(|date: &Date| (1900..=2200).contains(&date.year()))
}

fn term(value: &Value) -> Option<Term> {
    let term = Term::try_from(value.as_str()?.to_owned()).ok()?;
    let most = match term.unit {
        TermUnit::Days => 1830,
        TermUnit::WorkingDays => 1300,
        TermUnit::Weeks => 260,
        TermUnit::Months => 60,
        TermUnit::Years => 5,
    };
    (1..=most).contains(&term.count).then_some(term)
}
