//! Why something was not done, as the clerk reads it.

use leptos_i18n::td_string;

use crate::{cases::Refused, error::Error, i18n::Locale};

/// # Errors
/// When it says nothing about the case.
pub fn words(locale: Locale, refused: Refused) -> Result<String, Error> {
    Ok(match refused {
        Refused::NotNow => td_string!(locale, desk_cases.refused_not_now).to_owned(),
        Refused::Changed => td_string!(locale, desk_cases.refused_changed).to_owned(),
        Refused::TakenBy(name) => td_string!(locale, desk_cases.refused_taken, name = name).to_string(),
        Refused::Question => td_string!(locale, desk_cases.refused_question).to_owned(),
        Refused::Clock => td_string!(locale, desk_cases.refused_clock).to_owned(),
        Refused::NotLate => td_string!(locale, desk_cases.refused_not_late).to_owned(),
        Refused::FourEyes => td_string!(locale, desk_cases.refused_four_eyes).to_owned(),
        Refused::Error(error) => return Err(error),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_refusal_has_a_sentence_of_its_own_in_both_languages() {
        for locale in [Locale::nl, Locale::en] {
            let all = [
                Refused::NotNow,
                Refused::Changed,
                Refused::TakenBy("Fatma".into()),
                Refused::Question,
                Refused::Clock,
                Refused::NotLate,
                Refused::FourEyes,
            ];
            let count = all.len();
            let sentences: BTreeSet<String> = all.into_iter().map(|refused| words(locale, refused).unwrap()).collect();
            assert_eq!(sentences.len(), count);
            assert!(sentences.iter().any(|sentence| sentence.contains("Fatma")), "who has it is named");
        }
        assert!(words(Locale::nl, Refused::Error(Error::Unavailable)).is_err());
    }
}
