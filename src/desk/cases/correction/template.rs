//! Letters that a decision on a correction begins with. Places between square brackets are for the clerk to fill in.

use leptos_i18n::td_string;

use crate::{app::Staff, cases::Outcome, corrections::Correction, i18n::Locale};

/// Which letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    Honoured,
    Partly,
    /// It was not shown that the value is wrong.
    NotShown,
    /// The value is what its source says.
    IsRight,
}

impl Template {
    pub const ALL: [Self; 4] = [Self::Honoured, Self::Partly, Self::NotShown, Self::IsRight];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Honoured => "honoreren",
            Self::Partly => "deels",
            Self::NotShown => "niet-aangetoond",
            Self::IsRight => "klopt",
        }
    }

    pub fn read(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|template| template.code() == code)
    }

    pub const fn outcome(self) -> Outcome {
        match self {
            Self::Honoured => Outcome::Granted,
            Self::Partly => Outcome::Partly,
            Self::NotShown | Self::IsRight => Outcome::Refused,
        }
    }

    /// Whether something else is registered.
    pub const fn changes(self) -> bool {
        matches!(self, Self::Honoured | Self::Partly)
    }

    pub fn label(self, locale: Locale) -> &'static str {
        match self {
            Self::Honoured => td_string!(locale, desk_corrections.template_honoured),
            Self::Partly => td_string!(locale, desk_corrections.template_partly),
            Self::NotShown => td_string!(locale, desk_corrections.template_not_shown),
            Self::IsRight => td_string!(locale, desk_corrections.template_is_right),
        }
    }

    /// The letter, in Dutch like all that is decided.
    pub fn reasons(self, staff: &Staff, correction: &Correction) -> String {
        let dutch = Locale::nl;
        let described = correction.described(&staff.portal.catalogue);
        let label = described.map(|(_, _, value)| value.label.get(dutch).to_owned()).unwrap_or_default();
        let value = label.as_str();
        match self {
            Self::Honoured => td_string!(dutch, desk_corrections.letter_honoured, value = value).to_string(),
            Self::Partly => td_string!(dutch, desk_corrections.letter_partly, value = value).to_string(),
            Self::NotShown => td_string!(dutch, desk_corrections.letter_not_shown, value = value).to_string(),
            Self::IsRight => td_string!(dutch, desk_corrections.letter_is_right, value = value).to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_letter_has_a_place_to_fill_in_and_a_name_of_its_own() {
        for template in Template::ALL {
            assert_eq!(Template::read(template.code()), Some(template));
            assert_eq!(template.changes(), template.outcome() != Outcome::Refused);
        }
        for letter in [
            td_string!(Locale::nl, desk_corrections.letter_honoured, value = "x").to_string(),
            td_string!(Locale::nl, desk_corrections.letter_partly, value = "x").to_string(),
            td_string!(Locale::nl, desk_corrections.letter_not_shown, value = "x").to_string(),
            td_string!(Locale::nl, desk_corrections.letter_is_right, value = "x").to_string(),
        ] {
            assert!(letter.contains('[') && letter.contains(']'), "{letter}");
        }
        assert_eq!(Template::read("anders"), None);
    }
}
