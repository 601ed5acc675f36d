//! Documents, and why one is refused.

use axum::body::Bytes;
use jiff::Timestamp;
use leptos_i18n::td_string;
use serde::Deserialize;
use uuid::Uuid;

use crate::{error::Error, i18n::Locale};

/// The largest document, in bytes.
pub const LARGEST: usize = 10 * 1024 * 1024;
/// The most documents in one form.
pub const MOST_FILES: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, Deserialize, sqlx::Type)]
#[sqlx(transparent)]
#[serde(transparent)]
pub struct DocumentId(pub Uuid);

/// Something that came with a form.
#[derive(Debug)]
pub struct Upload {
    /// The name of the form's field.
    pub field: String,
    /// As the browser sent it: only fit to be made safe.
    pub name: String,
    pub content: Content,
}

/// What came of a file; what cannot be kept is not held on to.
#[derive(Debug)]
pub enum Content {
    Whole(Bytes),
    TooLarge,
    /// A file after the [`MOST_FILES`]th.
    OneTooMany,
}

/// What a document's contents are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Pdf,
    Jpeg,
    Png,
    Heic,
    Text,
}

impl Kind {
    pub const ALL: [Self; 5] = [Self::Pdf, Self::Jpeg, Self::Png, Self::Heic, Self::Text];

    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Heic => "image/heic",
            Self::Text => "text/plain",
        }
    }

    pub fn from_media_type(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.media_type() == text)
    }

    /// How the name of such a file ends; the first is ours.
    pub(super) const fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Png => &["png"],
            Self::Heic => &["heic", "heif"],
            Self::Text => &["txt", "csv", "md"],
        }
    }

    pub fn words(self, locale: Locale) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Jpeg | Self::Png | Self::Heic => td_string!(locale, documents.picture),
            Self::Text => td_string!(locale, documents.text),
        }
    }
}

/// Who added a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Citizen,
    Organisation,
}

impl Origin {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Citizen => "citizen",
            Self::Organisation => "organisation",
        }
    }
}

/// A document as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub id: DocumentId,
    pub name: String,
    pub kind: Kind,
    /// Bytes.
    pub size: u32,
    pub at: Timestamp,
    pub origin: Origin,
    /// Whether a virus scanner looked at it.
    pub scanned: bool,
}

impl Document {
    /// Where its owner gets it, without the language.
    pub fn path(&self) -> String {
        format!("/documenten/{}", self.id.0)
    }

    /// "PDF, 120 kB".
    pub fn summary(&self, locale: Locale) -> String {
        let size = f64::from(self.size);
        let size = match self.size {
            0..1_000 => format!("{} bytes", self.size),
            1_000..1_000_000 => format!("{:.0} kB", size / 1e3),
            _ => {
                let megabytes = format!("{:.1} MB", size / 1e6);
                if locale == Locale::nl { megabytes.replace('.', ",") } else { megabytes }
            }
        };
        format!("{}, {size}", self.kind.words(locale))
    }
}

/// Why a document is not kept. Nothing of it is.
#[derive(Debug)]
pub enum Refusal {
    TooLarge,
    TooMany,
    Empty,
    /// Its contents are none of the kinds that are taken, whatever its name says.
    Kind,
    Virus,
    /// The scanner does not answer, or the place to keep it: try again.
    Away,
    /// That says nothing about the document.
    Error(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Refusal {
    /// What to tell the visitor beside the field, about the file of this name.
    ///
    /// # Errors
    /// When it says nothing about the document.
    pub fn words(self, locale: Locale, name: &str) -> Result<String, Error> {
        let name = super::name::shown(name);
        Ok(match self {
            Self::TooLarge => td_string!(locale, documents.too_large, name = name).to_string(),
            Self::TooMany => td_string!(locale, documents.too_many, most = MOST_FILES).to_string(),
            Self::Empty => td_string!(locale, documents.empty, name = name).to_string(),
            Self::Kind => td_string!(locale, documents.wrong_kind, name = name).to_string(),
            Self::Virus => td_string!(locale, documents.virus, name = name).to_string(),
            Self::Away => td_string!(locale, documents.away, name = name).to_string(),
            Self::Error(error) => return Err(error),
        })
    }
}
