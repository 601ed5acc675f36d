//! What a register says about somebody, as it is kept.

use std::collections::BTreeMap;

use super::PartialDate;
use crate::corrections;

/// Why a person list is or is not kept up to date (LO GBA 07.67.20).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub enum Standing {
    Current,
    Deceased,
    Emigrated,
    Suspended,
    /// Opened in error, or erased: nobody to show.
    Void,
}

impl Standing {
    pub fn from_suspension(code: &str) -> Self {
        match code {
            "O" => Self::Deceased,
            // R: moved to the part for non-residents.
            "E" | "R" => Self::Emigrated,
            "F" | "W" => Self::Void,
            "" => Self::Current,
            _ => Self::Suspended,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Deceased => "deceased",
            Self::Emigrated => "emigrated",
            Self::Suspended => "suspended",
            Self::Void => "void",
        }
    }

    pub fn from_text(text: &str) -> Option<Self> {
        [Self::Current, Self::Deceased, Self::Emigrated, Self::Suspended, Self::Void]
            .into_iter()
            .find(|standing| standing.as_str() == text)
    }
}

/// One record of a kind: an address, a partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub kind: String,
    /// Which one of its kind, from 0.
    pub object: i16,
    /// 0 holds now; higher is longer ago.
    pub version: i16,
    /// The organisation that answers for it.
    pub holder: String,
    /// Attribute to value, as stored: codes, eight digits, sealed numbers.
    pub values: BTreeMap<String, String>,
    pub valid_from: Option<PartialDate>,
    /// The document it rests on, and the municipality that has it, by its code.
    pub document: Option<String>,
    pub document_holder: Option<String>,
    pub doubt: Option<Doubt>,
    pub wrong: bool,
}

impl Record {
    /// Values as they would be registered, for putting them into words.
    pub fn of(kind: &str, object: i16, values: BTreeMap<String, String>) -> Self {
        Self {
            kind: kind.to_owned(),
            object,
            version: 0,
            holder: String::new(),
            values,
            valid_from: None,
            document: None,
            document_holder: None,
            doubt: None,
            wrong: false,
        }
    }

    /// A value as stored; "." is how the register writes that it does not know.
    pub fn value(&self, attribute: &str) -> &str {
        self.values.get(attribute).map_or("", |value| if value == "." { "" } else { value })
    }

    pub fn date(&self, attribute: &str) -> Option<PartialDate> {
        self.value(attribute).parse().ok()
    }
}

/// What is being looked into (LO GBA 83).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Category, group and element; 00 is all below.
    pub element: String,
    pub since: Option<PartialDate>,
}

impl Doubt {
    /// It has been established that somebody does not live at the address (LO GBA 08.83.10).
    pub fn not_at_address(&self) -> bool {
        self.element == "089999"
    }

    /// Whether it is about an element, written as "02.40". The category is that of the record it stands with.
    pub fn covers(&self, element: &str) -> bool {
        let (Some(group), Some(part)) = (self.element.get(2..4), self.element.get(4..6)) else { return false };
        let Some((of_group, of_part)) = element.split_once('.') else { return false };
        group == "00" || self.not_at_address() || (group == of_group && (part == "00" || part == of_part))
    }
}

/// What a page about one register needs to know about a person.
#[derive(Clone, Debug)]
pub struct Holding {
    pub register: String,
    /// The organisation that keeps the person's list.
    pub holder: String,
    pub standing: Standing,
    pub secret: bool,
    /// Their number belongs to somebody else's list as well.
    pub conflict: bool,
    /// When the register last gave its data; none when it never did.
    pub received_at: Option<jiff::Timestamp>,
    /// Kinds of record that came by event; of a kind that is not here, nothing is known, not even that there is none.
    pub kinds: Vec<String>,
    pub records: Vec<Record>,
    /// What the person asked to correct and nobody decided on yet.
    pub corrections: Vec<corrections::Running>,
}

impl Holding {
    /// The records of a kind that hold now, by their place.
    pub fn current<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Record> {
        self.records.iter().filter(move |record| record.kind == kind && record.version == 0 && !record.wrong)
    }

    /// The place of a record of a kind that would come next.
    pub fn next_of(&self, kind: &str) -> i16 {
        self.current(kind).map(|record| record.object.saturating_add(1)).max().unwrap_or(0)
    }

    /// Whether the register said anything about the person, be it that there is nothing.
    pub fn has_come(&self) -> bool {
        self.received_at.is_some() || !self.records.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubt_is_about_a_person_a_group_or_an_element() {
        let covers = |doubt: &str, element| Doubt { element: doubt.to_owned(), since: None }.covers(element);
        assert!(covers("010000", "02.40") && covers("010000", "03.10"));
        assert!(covers("010200", "02.40") && !covers("010200", "03.10"));
        assert!(covers("010240", "02.40") && !covers("010240", "02.10"));
        assert!(covers("089999", "11.10"));
        assert!(!covers("01", "02.40"));
    }

    #[test]
    fn a_suspension_says_how_somebody_stands() {
        for (code, standing) in [
            ("", Standing::Current),
            ("O", Standing::Deceased),
            ("E", Standing::Emigrated),
            ("R", Standing::Emigrated),
            ("M", Standing::Suspended),
            ("F", Standing::Void),
            ("W", Standing::Void),
            (".", Standing::Suspended),
        ] {
            assert_eq!(Standing::from_suspension(code), standing, "{code}");
            assert_eq!(Standing::from_text(standing.as_str()), Some(standing));
        }
    }
}
