//! What is known of feedback in numbers, as a page of insights reads it.

use jiff::civil::Date;
use leptos_i18n::td_string;
use serde::Deserialize;
use uuid::Uuid;

use crate::i18n::Locale;

/// What a complaint or question is about, as the desk sorts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Category {
    Waiting,
    Clarity,
    Reachability,
    Treatment,
    Website,
    Data,
    Money,
    Rules,
    Other,
}

impl Category {
    pub const ALL: [Self; 9] = [
        Self::Waiting,
        Self::Clarity,
        Self::Reachability,
        Self::Treatment,
        Self::Website,
        Self::Data,
        Self::Money,
        Self::Rules,
        Self::Other,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Clarity => "clarity",
            Self::Reachability => "reachability",
            Self::Treatment => "treatment",
            Self::Website => "website",
            Self::Data => "data",
            Self::Money => "money",
            Self::Rules => "rules",
            Self::Other => "other",
        }
    }

    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.as_str() == text)
    }

    pub fn words(self, locale: Locale) -> &'static str {
        match self {
            Self::Waiting => td_string!(locale, insights.waiting),
            Self::Clarity => td_string!(locale, insights.clarity),
            Self::Reachability => td_string!(locale, insights.reachability),
            Self::Treatment => td_string!(locale, insights.treatment),
            Self::Website => td_string!(locale, insights.website),
            Self::Data => td_string!(locale, insights.data),
            Self::Money => td_string!(locale, insights.money),
            Self::Rules => td_string!(locale, insights.rules),
            Self::Other => td_string!(locale, insights.other),
        }
    }
}

/// What items have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Theme {
    Category(Category),
    /// A word, in whatever form.
    Word(String),
}

impl Theme {
    /// A word of an address is a word, and nothing else.
    pub fn word(text: &str) -> Option<Self> {
        let fits = (3..=30).contains(&text.chars().count()) && text.chars().all(|c| c.is_alphanumeric() || c == '\'');
        fits.then(|| Self::Word(text.to_lowercase()))
    }

    pub fn category(text: &str) -> Option<Self> {
        Category::from_text(text).map(Self::Category)
    }

    /// As an improvement keeps it, and as an address says it.
    pub fn key(&self) -> (&'static str, &str) {
        match self {
            Self::Category(category) => ("categorie", category.as_str()),
            Self::Word(word) => ("woord", word),
        }
    }
}

/// A month and kind of feedback.
#[derive(Clone, Debug, Deserialize)]
pub struct OfMonth {
    pub month: Date,
    pub kind: String,
    pub received: i64,
    pub answered: i64,
    pub in_time: i64,
    pub late: i64,
    pub first_contact: i64,
    pub repeated: i64,
}

#[derive(Clone, Debug, Deserialize)]
pub struct OfCategory {
    pub category: String,
    pub items: i64,
}

/// A word that stands out.
#[derive(Clone, Debug, Deserialize)]
pub struct StandsOut {
    pub word: String,
    pub items: i64,
    /// In the three months before.
    pub before: i64,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Satisfied {
    pub month: Date,
    pub answers: i64,
    pub satisfaction: i64,
    pub easy_answers: i64,
    pub easy: i64,
}

/// How many corrections of a value came to what.
#[derive(Clone, Debug, Deserialize)]
pub struct Corrected {
    pub register: String,
    pub value: String,
    pub asked: i64,
    pub honoured: i64,
    pub partly: i64,
    pub refused: i64,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Page {
    pub page: String,
    pub visits: i64,
    pub sent: i64,
    pub wrong: i64,
    pub clear: i64,
    pub unclear: i64,
}

/// Everything on the page.
#[derive(Clone, Debug, Deserialize)]
pub struct Figures {
    pub months: Vec<OfMonth>,
    pub categories: Vec<OfCategory>,
    pub themes: Vec<StandsOut>,
    /// Services about which something was said, `-` for none, with how often.
    pub services: Vec<(String, i64)>,
    pub satisfaction: Vec<Satisfied>,
    pub corrections: Vec<Corrected>,
    pub pages: Vec<Page>,
}

impl Figures {
    /// The sum of something over a time, of the kinds that are answered.
    pub fn sum(&self, since: Date, what: impl Fn(&OfMonth) -> i64) -> i64 {
        self.months.iter().filter(|of| of.month >= since && of.kind != "idea").map(what).sum()
    }
}

/// Something that was said, as far as a list may show it: nobody's data.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Item {
    pub reference: String,
    pub kind: String,
    pub received_at: jiff_sqlx::Timestamp,
}

/// "You said, we did."
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Improvement {
    pub id: Uuid,
    pub service: Option<String>,
    pub theme: String,
    pub title: String,
    pub said: String,
    pub did: String,
    pub link: Option<String>,
    pub made_by: String,
    pub made_at: jiff::Timestamp,
    pub published_at: Option<jiff::Timestamp>,
    pub version: i32,
    /// How much of what was said it is linked to, and of how much whoever said it was told.
    pub linked: i64,
    pub told: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_in_an_address_is_letters_and_nothing_else() {
        assert_eq!(Theme::word("Wachttijd"), Some(Theme::Word("wachttijd".into())));
        assert_eq!(Theme::word("auto's"), Some(Theme::Word("auto's".into())));
        for wrong in ["", "x", "a b c", "<b>", "wacht | tijd", &"x".repeat(31)] {
            assert_eq!(Theme::word(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_category_is_one_of_ours() {
        for category in Category::ALL {
            assert_eq!(Category::from_text(category.as_str()), Some(category));
        }
        assert_eq!(Theme::category("x"), None);
    }
}
