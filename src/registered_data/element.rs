//! What may stand in an element of a person list, and what is wrong with what does.

use super::{
    Bsn, PartialDate,
    catalogue::{Attribute, Catalogue, Register, Type},
    partial_date::NotADate,
};

/// Something in a file that cannot be read as it should. It names the place and the reason, never the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub line: u64,
    /// The element, or nothing when it is about the line.
    pub element: String,
    pub reason: String,
    pub severity: Severity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Kept as it is; somebody should look at it.
    Warning,
    /// Left out.
    Error,
}

/// Whether a value can be what its attribute says.
pub fn check(
    text: &str,
    attribute: &Attribute,
    register: &Register,
    catalogue: &Catalogue,
) -> Result<(), (&'static str, Severity)> {
    let tables = &catalogue.tables;
    let digits = |length: usize| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
    let unknown = |known: bool, reason| if known { Ok(()) } else { Err((reason, Severity::Warning)) };
    if text.is_empty() {
        return Ok(());
    }
    match attribute.kind {
        Type::Text => Ok(()),
        Type::Date => check_date(text).map_err(|reason| (reason, Severity::Error)),
        Type::Nationality => unknown(tables.nationality(text).is_some(), "is not a code of table 32"),
        Type::Municipality => match digits(4) {
            true => unknown(tables.municipality(text).is_some(), "is not a code of table 33"),
            false => Err(("is not four digits", Severity::Error)),
        },
        Type::Country => unknown(tables.country(text).is_some(), "is not a code of table 34"),
        // Digits are a municipality's code, anything else a place abroad.
        Type::Place => {
            let code = text.bytes().all(|b| b.is_ascii_digit());
            unknown(!code || tables.municipality(text).is_some(), "is not a code of table 33")
        }
        Type::Choice => {
            let labels = attribute.choices.as_ref().and_then(|list| register.choices.get(list));
            unknown(
                labels.is_some_and(|labels| labels.contains_key(text)),
                "is a code that the catalogue does not have",
            )
        }
        Type::Flag => unknown(text == "1", "is not 1"),
        Type::Number | Type::Integer | Type::Money => match text.bytes().all(|b| b.is_ascii_digit()) {
            true => Ok(()),
            false => Err(("is not a number", Severity::Error)),
        },
        Type::Decimal => match is_decimal(text) {
            true => Ok(()),
            false => Err(("is not digits with a point", Severity::Error)),
        },
        Type::Bsn => match Bsn::parse(text).is_some() {
            true => Ok(()),
            false => Err(("is not a citizen service number (nine digits, eleven-proof)", Severity::Error)),
        },
        Type::ANumber => match digits(10) && !text.starts_with('0') {
            true => Ok(()),
            false => Err(("is not an A-number (ten digits)", Severity::Error)),
        },
    }
}

/// Digits, or digits, a point and digits.
fn is_decimal(text: &str) -> bool {
    let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
    [whole, rest].into_iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a date is one, as far as it is known.
pub fn check_date(text: &str) -> Result<(), &'static str> {
    match text.parse::<PartialDate>() {
        Ok(_) => Ok(()),
        Err(NotADate::Digits) => Err("is not a date of eight digits"),
        Err(NotADate::Calendar) => Err("is a date that is not in the calendar"),
        Err(NotADate::Gap) => Err("is a date of which a day is known in an unknown month"),
    }
}
