//! Where an answer begins: a template for each outcome, of which the places between brackets are filled in.

use leptos_i18n::td_string;

use crate::{
    feedback::{Feedback, Kind, Outcome},
    i18n::Locale,
};

/// In the language in which the citizen wrote.
pub fn template(feedback: &Feedback, outcome: Option<Outcome>) -> String {
    let locale = feedback.locale;
    let words = match (feedback.kind, outcome) {
        (Kind::Complaint, Some(Outcome::Founded)) => td_string!(locale, desk_feedback.template_founded),
        (Kind::Complaint, Some(Outcome::Partly)) => td_string!(locale, desk_feedback.template_partly),
        (Kind::Complaint, Some(Outcome::Unfounded)) => td_string!(locale, desk_feedback.template_unfounded),
        (Kind::Complaint, Some(Outcome::NotOurs)) => td_string!(locale, desk_feedback.template_not_ours),
        (Kind::Complaint, Some(Outcome::Settled)) => td_string!(locale, desk_feedback.template_settled),
        (Kind::Compliment, _) => td_string!(locale, desk_feedback.template_compliment),
        _ => td_string!(locale, desk_feedback.template_question),
    };
    if outcome.is_some_and(names_ombudsman) {
        format!("{words}\n\n{}", td_string!(locale, desk_feedback.ombudsman))
    } else {
        words.to_owned()
    }
}

/// With findings the answer says where one can go next (Awb art. 9:12 lid 2); who is content needs no more (Awb art. 9:5).
pub const fn names_ombudsman(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Founded | Outcome::Partly | Outcome::Unfounded)
}

pub fn outcome_name(locale: Locale, outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Founded => td_string!(locale, desk_feedback.founded),
        Outcome::Partly => td_string!(locale, desk_feedback.partly),
        Outcome::Unfounded => td_string!(locale, desk_feedback.unfounded),
        Outcome::NotOurs => td_string!(locale, desk_feedback.not_ours),
        Outcome::Settled => td_string!(locale, desk_feedback.settled),
    }
}
