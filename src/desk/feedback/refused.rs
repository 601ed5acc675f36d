//! Why something was not done, as the clerk reads it.

use leptos_i18n::td_string;

use crate::{error::Error, feedback::Refused, i18n::Locale};

/// # Errors
/// When it says nothing about the feedback.
pub fn words(locale: Locale, refused: Refused) -> Result<String, Error> {
    Ok(match refused {
        Refused::NotNow => td_string!(locale, desk_feedback.refused_not_now).to_owned(),
        Refused::Changed => td_string!(locale, desk_feedback.refused_changed).to_owned(),
        Refused::TakenBy(name) => td_string!(locale, desk_feedback.refused_taken, name = name).to_string(),
        Refused::Extension => td_string!(locale, desk_feedback.refused_extension).to_owned(),
        Refused::Outcome => td_string!(locale, desk_feedback.refused_outcome).to_owned(),
        Refused::SameOrganisation => td_string!(locale, desk_feedback.refused_same).to_owned(),
        Refused::Merge => td_string!(locale, desk_feedback.refused_merge).to_owned(),
        Refused::NotLate => td_string!(locale, desk_feedback.refused_not_late).to_owned(),
        Refused::Error(error) => return Err(error),
    })
}
