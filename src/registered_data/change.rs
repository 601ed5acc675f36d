//! What an event says about one person: all there is now of one kind of record of one register.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};
use serde_json::Value;

use super::{
    BRP, Bsn, Catalogue, PartialDate, Register,
    catalogue::{Attribute, Kind, Type},
    delivery::{Applied, Outcome, lock_and_find},
    element,
    facts::FactSources,
    records::{ChangedRecord, OfKind, Replaced},
    renew::ChangedFacts,
};
use crate::{
    database::{PersonId, Scope},
    error::Error,
    keys::Keyring,
};

/// Nobody has more of one kind; bounds what one event can make the database do.
const MOST_RECORDS: usize = 100;

/// Longer is no registered value; bounds what one event can fill the database with.
const LONGEST_VALUE: usize = 1000;

/// What an event says about one person; checked against the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    bsn: Bsn,
    register: String,
    kind: String,
    records: Vec<ChangedRecord>,
}

/// Something wrong in an event: where (a JSON pointer, RFC 6901), and what to do. It never quotes a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {reason}")]
pub struct Mistake {
    pub pointer: String,
    pub reason: String,
}

/// What applying a change needs.
pub struct ApplyContext<'a> {
    pub catalogue: &'a Catalogue,
    pub keys: &'a Keyring,
    pub facts: &'a FactSources,
    /// Now.
    pub at: Timestamp,
    /// The organisation that sent it.
    pub organisation: &'a str,
}

#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    #[error("no person with this BSN is known")]
    UnknownPerson,
    #[error("this BSN stands on the lists of two people")]
    TwoPeople,
    #[error(transparent)]
    Database(#[from] Error),
}

impl From<sqlx::Error> for ChangeError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

impl Change {
    /// # Errors
    /// Every mistake, each with the JSON pointer of the place and what to do.
    pub fn parse(catalogue: &Catalogue, today: Date, data: &Value) -> Result<Self, Vec<Mistake>> {
        Parser { catalogue, today, mistakes: Vec::new() }.parse(data)
    }

    pub fn register(&self) -> &str {
        &self.register
    }

    pub fn bsn(&self) -> &Bsn {
        &self.bsn
    }

    /// Applies the change in the caller's transaction, opened with
    /// `database.as_register(PersonId(nil), &keys.indexes(Index::Bsn, bsn), usage)`. `time` is when it happened (CloudEvents).
    ///
    /// # Errors
    /// When the BSN leads to nobody or to two people, and those of PostgreSQL; nothing may be committed then.
    pub async fn apply(
        &self,
        scope: &mut Scope,
        context: &ApplyContext<'_>,
        time: Timestamp,
    ) -> Result<Applied, ChangeError> {
        let of = OfKind::find(context.catalogue, &self.register, &self.kind)?;
        let held = of.hold(scope, context, &self.bsn).await?;
        if held.happened_at.is_some_and(|last| time < last) {
            return Ok(Applied { outcome: Outcome::Late, facts: ChangedFacts::new() });
        }
        let came: BTreeMap<i16, &ChangedRecord> = (0..).zip(&self.records).collect();
        let same = |object: &i16, record: &ChangedRecord| held.records.get(object).is_some_and(|held| held.is(record));
        let new: Vec<(i16, &ChangedRecord)> = came
            .iter()
            .filter(|(object, record)| !same(object, record))
            .map(|(object, record)| (*object, *record))
            .collect();
        let over: Vec<i16> = held
            .records
            .keys()
            .filter(|object| came.get(object).is_none_or(|record| !same(object, record)))
            .copied()
            .collect();
        let differs = !new.is_empty() || !over.is_empty();
        of.replace(scope, context, &held, Replaced { time, over: &over, new: &new, document: None }).await?;
        // Of a kind that is in a list too, the first event is not the first word.
        let outcome = match (held.happened_at.is_some() || self.register == BRP, differs) {
            (false, _) => Outcome::New,
            (true, true) => Outcome::Changed,
            (true, false) => return Ok(Applied { outcome: Outcome::Unchanged, facts: ChangedFacts::new() }),
        };
        Ok(Applied { outcome, facts: of.renew(scope, context, &held, came).await? })
    }
}

/// Who has a number, by its keyed indexes, in a transaction that knows them; while nobody else changes that.
///
/// # Errors
/// When it leads to nobody or to two people, and those of PostgreSQL.
pub async fn person_with(scope: &mut Scope, indexes: &[Vec<u8>]) -> Result<PersonId, ChangeError> {
    let found = lock_and_find(scope.sql(), indexes).await?;
    let people: BTreeSet<PersonId> = found.into_iter().map(|(_, person)| person).collect();
    let mut people = people.into_iter();
    match (people.next(), people.next()) {
        (Some(person), None) => Ok(person),
        (None, _) => Err(ChangeError::UnknownPerson),
        (Some(_), Some(_)) => Err(ChangeError::TwoPeople),
    }
}

/// Whether an event may give an attribute this value.
///
/// # Errors
/// What is wrong with it, without repeating it.
pub fn check_value(
    catalogue: &Catalogue,
    register: &Register,
    attribute: &Attribute,
    today: Date,
    text: &str,
) -> Result<(), String> {
    Parser { catalogue, today, mistakes: Vec::new() }.check(text, attribute, register)
}

struct Parser<'a> {
    catalogue: &'a Catalogue,
    today: Date,
    mistakes: Vec<Mistake>,
}

impl Parser<'_> {
    fn wrong(&mut self, pointer: impl Into<String>, reason: impl Into<String>) {
        self.mistakes.push(Mistake { pointer: pointer.into(), reason: reason.into() });
    }

    fn parse(mut self, data: &Value) -> Result<Change, Vec<Mistake>> {
        let Value::Object(members) = data else {
            self.wrong("", "is not an object with bsn, register, kind and records");
            return Err(self.mistakes);
        };
        self.only(members, "", &["bsn", "register", "kind", "records"]);
        let bsn = self.text(members, "bsn").and_then(Bsn::parse);
        if bsn.is_none() && members.get("bsn").is_some_and(Value::is_string) {
            self.wrong("/bsn", "is not a citizen service number (nine digits, eleven-proof)");
        }
        let catalogue = self.catalogue;
        let id = self.text(members, "register");
        let register = id.and_then(|id| catalogue.register(id)).filter(|register| register.connected);
        if id.is_some() && register.is_none() {
            self.wrong("/register", "is not a register that is connected: see the catalogue");
        }
        let id = self.text(members, "kind");
        let kind = register.and_then(|register| Some((register, register.kind(id?)?)));
        if register.is_some() && id.is_some() && kind.is_none() {
            self.wrong("/kind", "is not a kind of record of this register: see the catalogue");
        }
        if kind.is_some_and(|(_, kind)| !kind.comes_by_event()) {
            self.wrong("/kind", "comes in whole lists and not by event");
        }
        let records = match members.get("records") {
            Some(Value::Array(records)) => self.records(records, kind),
            Some(_) => {
                self.wrong("/records", "is not a list; when there is nothing any more, send an empty one");
                Vec::new()
            }
            None => {
                self.wrong("/records", "is missing; when there is nothing any more, send an empty list");
                Vec::new()
            }
        };
        match (bsn, kind) {
            (Some(bsn), Some((register, kind))) if self.mistakes.is_empty() => {
                Ok(Change { bsn, register: register.id.clone(), kind: kind.id.clone(), records })
            }
            _ => Err(self.mistakes),
        }
    }

    fn text<'b>(&mut self, members: &'b serde_json::Map<String, Value>, name: &str) -> Option<&'b str> {
        match members.get(name) {
            Some(Value::String(text)) => return Some(text),
            Some(_) => self.wrong(format!("/{name}"), "is not a text"),
            None => self.wrong(format!("/{name}"), "is missing"),
        }
        None
    }

    /// Refuses members that are not expected; a name that is not one of ours is not repeated, as it may be anything.
    fn only(&mut self, members: &serde_json::Map<String, Value>, pointer: &str, expected: &[&str]) {
        for name in members.keys().filter(|name| !expected.contains(&name.as_str())) {
            let reason = "is not known here: leave it out";
            if name.len() <= 40 && name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.bytes().all(is_plain) {
                self.wrong(format!("{pointer}/{name}"), reason);
            } else {
                self.wrong(pointer, "has a member that is not known here: leave it out");
            }
        }
    }

    fn records(&mut self, records: &[Value], kind: Option<(&Register, &Kind)>) -> Vec<ChangedRecord> {
        let most = if kind.is_some_and(|(_, kind)| !kind.many) { 1 } else { MOST_RECORDS };
        if records.len() > most {
            self.wrong("/records", format!("has more than {most} of this kind"));
            return Vec::new();
        }
        let records = records.iter().enumerate();
        records.filter_map(|(i, record)| self.record(record, &format!("/records/{i}"), kind)).collect()
    }

    fn record(&mut self, record: &Value, at: &str, kind: Option<(&Register, &Kind)>) -> Option<ChangedRecord> {
        let Value::Object(members) = record else {
            self.wrong(at, "is not an object with valid_from and values");
            return None;
        };
        self.only(members, at, &["valid_from", "values"]);
        let valid_from = match members.get("valid_from") {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => {
                if let Err(reason) = self.date(text, false) {
                    self.wrong(format!("{at}/valid_from"), reason);
                }
                Some(text.clone())
            }
            Some(_) => {
                self.wrong(format!("{at}/valid_from"), "is not a text of eight digits");
                None
            }
        };
        let Some(Value::Object(given)) = members.get("values") else {
            self.wrong(format!("{at}/values"), "is missing or not an object of texts");
            return None;
        };
        let (register, kind) = kind?;
        let known: Vec<&str> = kind.attributes.iter().map(|attribute| attribute.id.as_str()).collect();
        self.only(given, &format!("{at}/values"), &known);
        let mut values = BTreeMap::new();
        for attribute in &kind.attributes {
            let at = || format!("{at}/values/{}", attribute.id);
            match given.get(&attribute.id) {
                Some(Value::String(text)) => match self.check(text, attribute, register) {
                    Ok(()) => _ = values.insert(attribute.id.clone(), text.clone()),
                    Err(reason) => self.wrong(at(), reason),
                },
                Some(_) => self.wrong(at(), "is not a text: numbers and flags are written as texts too"),
                None if attribute.required => self.wrong(at(), "is missing"),
                None => {}
            }
        }
        Some(ChangedRecord { valid_from, values })
    }

    fn check(&self, text: &str, attribute: &Attribute, register: &Register) -> Result<(), String> {
        if text.is_empty() {
            return Err("is empty: leave it out when it is not known".to_owned());
        }
        if text.len() > LONGEST_VALUE || text.chars().any(char::is_control) {
            return Err(format!("is longer than {LONGEST_VALUE} bytes, or has control characters"));
        }
        match attribute.kind {
            Type::Flag if text == "0" || text == "1" => Ok(()),
            Type::Flag => Err("is not \"1\" (yes) or \"0\" (no)".to_owned()),
            Type::Date => self.date(text, attribute.future),
            Type::Text => match attribute.digits {
                Some(digits) if text.len() != usize::from(digits) || !text.bytes().all(|b| b.is_ascii_digit()) => {
                    Err(format!("is not {digits} digits"))
                }
                _ => Ok(()),
            },
            Type::Choice => {
                let codes = attribute.choices.as_ref().and_then(|list| register.choices.get(list));
                match codes {
                    Some(codes) if !codes.contains_key(text) => {
                        Err(format!("is not one of {}", codes.keys().cloned().collect::<Vec<_>>().join(", ")))
                    }
                    _ => Ok(()),
                }
            }
            Type::Integer | Type::Money | Type::Decimal => number(text, attribute),
            _ => element::check(text, attribute, register, self.catalogue).map_err(|(reason, _)| reason.to_owned()),
        }
    }

    fn date(&self, text: &str, future: bool) -> Result<(), String> {
        element::check_date(text)?;
        let first = text.parse::<PartialDate>().ok().and_then(PartialDate::range).map(|(first, _)| first);
        if !future && first.is_some_and(|first| first > self.today) {
            return Err("is a date in the future: send it when it is there".to_owned());
        }
        Ok(())
    }
}

/// A number within its bounds, of which no digit is lost.
fn number(text: &str, attribute: &Attribute) -> Result<(), String> {
    let (whole, rest) = match (attribute.kind, text.split_once('.')) {
        (Type::Decimal, Some((whole, rest))) => (whole, rest),
        (_, None) => (text, ""),
        _ => return Err(not_a_number(attribute)),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let one_way = whole == "0" || !whole.starts_with('0');
    if !one_way || !digits(whole) || (!rest.is_empty() && !digits(rest)) || text.ends_with('.') {
        return Err(not_a_number(attribute));
    }
    let scale = attribute.scale.unwrap_or_default();
    if rest.len() > usize::from(scale) {
        return Err(format!("has more than {scale} digits after the point"));
    }
    let (minimum, maximum) = (attribute.minimum, attribute.maximum.unwrap_or(i64::MAX));
    let above = rest.bytes().any(|digit| digit != b'0');
    match whole.parse::<i64>() {
        Ok(whole) if whole >= minimum && (whole < maximum || (whole == maximum && !above)) => Ok(()),
        _ => Err(format!("is not from {minimum} to {maximum}")),
    }
}

fn not_a_number(attribute: &Attribute) -> String {
    match attribute.kind {
        Type::Money => "is not an amount in whole eurocents, in digits: \"1900\" is € 19",
        Type::Decimal => "is not a number in digits with a point: \"0.45\"",
        _ => "is not a whole number, in digits",
    }
    .to_owned()
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}
