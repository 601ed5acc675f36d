//! One registered value as the catalogue describes it: its type, its bounds, and how it reads.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Text;

/// One registered value.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    pub id: String,
    /// Its group and element in the Logisch Ontwerp BRP, where it has one: "02.10".
    pub element: Option<String>,
    #[serde(rename = "type")]
    pub kind: Type,
    /// Which list of labels its codes are in.
    pub choices: Option<String>,
    /// Integers, money (eurocents) and decimals: bounds, inclusive.
    #[serde(default)]
    pub minimum: i64,
    pub maximum: Option<i64>,
    /// Decimals: how many digits may follow the point.
    pub scale: Option<u8>,
    /// Texts that are a number of so many digits.
    pub digits: Option<u8>,
    /// Dates: whether it may lie ahead, as an expiry date does.
    #[serde(default)]
    pub future: bool,
    /// Whether every record that comes by event has it.
    #[serde(default)]
    pub required: bool,
    /// Whether it says which one of several a record is, as a year does: correcting another value of the record leaves it as it is.
    #[serde(default)]
    pub tells_apart: bool,
    pub label: Text,
    /// How it reads in a line with others, with `{value}` for the value: "{value} per maand".
    pub words: Option<Text>,
    #[serde(default)]
    pub sensitivity: Sensitivity,
    /// Whether a citizen is shown it; some are only for the register's own administration.
    #[serde(default = "yes")]
    pub shown: bool,
}

fn yes() -> bool {
    true
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    Text,
    Date,
    Country,
    Municipality,
    Nationality,
    /// A municipality's code, or the name of a place abroad.
    Place,
    Choice,
    /// "1" for yes, "0" for no.
    Flag,
    /// Digits that say which, not how many.
    Number,
    /// A whole number of something.
    Integer,
    /// Eurocents.
    Money,
    /// Digits with a point.
    Decimal,
    Bsn,
    ANumber,
}

impl Type {
    /// Numbers that identify people lie sealed in the database.
    pub const fn is_sealed(self) -> bool {
        matches!(self, Type::Bsn | Type::ANumber)
    }

    const fn has_bounds(self) -> bool {
        matches!(self, Type::Integer | Type::Money | Type::Decimal)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    #[default]
    Ordinary,
    Sensitive,
    Identifying,
}

impl Attribute {
    /// What the catalogue must say about an attribute of its type, and what it cannot say.
    pub(super) fn check(&self, choices: &BTreeMap<String, BTreeMap<String, Text>>) -> Result<(), String> {
        match (&self.choices, self.kind) {
            (Some(list), Type::Choice) if !choices.contains_key(list) => {
                return Err(format!("refers to choices {list:?}, which are not there"));
            }
            (None, Type::Choice) => return Err("is a choice and names no choices".to_owned()),
            (Some(_), kind) if kind != Type::Choice => return Err("names choices and is not a choice".to_owned()),
            _ => {}
        }
        match (self.maximum, self.kind.has_bounds()) {
            (None, true) => return Err("is a number and has no `maximum`".to_owned()),
            (Some(_), false) => return Err("has a `maximum` and is not an integer, money or a decimal".to_owned()),
            (Some(maximum), true) if self.minimum < 0 || self.minimum > maximum => {
                return Err("has a `minimum` below zero or above its `maximum`".to_owned());
            }
            (None, false) if self.minimum != 0 => {
                return Err("has a `minimum` and is not an integer, money or a decimal".to_owned());
            }
            _ => {}
        }
        if self.scale.is_some() != (self.kind == Type::Decimal) {
            return Err("has a `scale` if and only if it is a decimal".to_owned());
        }
        if self.digits.is_some() && self.kind != Type::Text {
            return Err("has `digits` and is not a text".to_owned());
        }
        if self.future && self.kind != Type::Date {
            return Err("may lie in the `future` and is not a date".to_owned());
        }
        match &self.words {
            Some(words) if !words.nl.contains("{value}") || !words.en.contains("{value}") => {
                Err("has `words` without {value}".to_owned())
            }
            _ => Ok(()),
        }
    }
}
