//! One person, as a register delivers them.

use super::{Bsn, Standing, relations::NON_RESIDENTS};

/// One person, as a register delivers them.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PersonList {
    /// Where the list begins in the file.
    #[serde(skip)]
    pub line: u64,
    pub a_number: String,
    pub bsn: Option<String>,
    /// The organisation that keeps it.
    pub holder: String,
    pub standing: Standing,
    pub secret: bool,
    pub records: Vec<ListedRecord>,
}

/// One occurrence of a category.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct ListedRecord {
    pub kind: String,
    pub object: i16,
    pub version: i16,
    /// Attribute, value, and whether it is to be sealed.
    pub values: Vec<(String, String, bool)>,
    pub valid_from: Option<String>,
    pub recorded_on: Option<String>,
    pub document: Option<String>,
    pub document_holder: Option<String>,
    pub document_date: Option<String>,
    pub doubt: Option<String>,
    pub doubt_since: Option<String>,
    pub doubt_until: Option<String>,
    pub wrong: bool,
}

impl ListedRecord {
    pub fn value(&self, attribute: &str) -> Option<&str> {
        self.values.iter().find(|(id, ..)| id == attribute).map(|(_, value, _)| value.as_str())
    }
}

impl PersonList {
    pub(super) fn begun(line: u64) -> Self {
        Self {
            line,
            a_number: String::new(),
            bsn: None,
            holder: String::new(),
            standing: Standing::Current,
            secret: false,
            records: Vec::new(),
        }
    }

    fn now(&self, kind: &str, attribute: &str) -> Option<&str> {
        self.records.iter().find(|record| record.kind == kind && record.version == 0)?.value(attribute)
    }

    /// Takes what the portal itself needs out of the records.
    pub(super) fn complete(mut self) -> Result<Self, (u64, &'static str)> {
        self.a_number = self
            .now("person", "a_number")
            .ok_or((self.line, "there is no usable A-number; the list is left out"))?
            .to_owned();
        self.bsn = self.now("person", "bsn").and_then(Bsn::parse).map(|bsn| bsn.digits().to_owned());
        self.holder = match self.now("address", "municipality") {
            // Of those who live abroad (Wet BRP art. 1.1, Registratie Niet Ingezetenen).
            Some(NON_RESIDENTS) | None => "rvig".to_owned(),
            Some(code) => format!("gemeente-{code}"),
        };
        self.standing = Standing::from_suspension(self.now("registration", "suspended_reason").unwrap_or_default());
        // Wet BRP art. 2.59: every value above 0 counts as secret.
        self.secret = self.now("registration", "secrecy").is_some_and(|secrecy| secrecy != "0");
        Ok(self)
    }
}
