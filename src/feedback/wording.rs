//! Feedback in words.

use leptos_i18n::td_string;

use super::model::{Feedback, Kind, Outcome, State};
use crate::{app::Visit, i18n::Locale};

pub fn kind(locale: Locale, kind: Kind) -> &'static str {
    match kind {
        Kind::Complaint => td_string!(locale, feedback.complaint),
        Kind::Idea => td_string!(locale, feedback.idea),
        Kind::Question => td_string!(locale, feedback.question),
        Kind::Compliment => td_string!(locale, feedback.compliment),
    }
}

pub fn your(locale: Locale, kind: Kind) -> &'static str {
    match kind {
        Kind::Complaint => td_string!(locale, feedback.your_complaint),
        Kind::Idea => td_string!(locale, feedback.your_idea),
        Kind::Question => td_string!(locale, feedback.your_question),
        Kind::Compliment => td_string!(locale, feedback.your_compliment),
    }
}

pub fn form_title(locale: Locale, kind: Kind) -> &'static str {
    match kind {
        Kind::Complaint => td_string!(locale, feedback.complaint_title),
        Kind::Idea => td_string!(locale, feedback.idea_title),
        Kind::Question => td_string!(locale, feedback.question_title),
        Kind::Compliment => td_string!(locale, feedback.compliment_title),
    }
}

pub fn form_lead(locale: Locale, kind: Kind) -> &'static str {
    match kind {
        Kind::Complaint => td_string!(locale, feedback.complaint_lead),
        Kind::Idea => td_string!(locale, feedback.idea_lead),
        Kind::Question => td_string!(locale, feedback.question_lead),
        Kind::Compliment => td_string!(locale, feedback.compliment_lead),
    }
}

/// What happens after it is sent, and by when.
pub fn then(locale: Locale, kind: Kind) -> &'static str {
    match kind {
        Kind::Complaint => td_string!(locale, feedback.complaint_then),
        Kind::Idea => td_string!(locale, feedback.idea_then),
        Kind::Question => td_string!(locale, feedback.question_then),
        Kind::Compliment => td_string!(locale, feedback.compliment_then),
    }
}

/// "Gemeente Rotterdam"
pub fn organisation(visit: &Visit, id: &str) -> String {
    visit.portal.catalogue.organisation_name(id, visit.locale)
}

pub fn state(locale: Locale, state: State) -> &'static str {
    match state {
        State::Submitted => td_string!(locale, feedback.submitted),
        State::Acknowledged => td_string!(locale, feedback.acknowledged),
        State::InTreatment => td_string!(locale, feedback.in_treatment),
        State::Heard => td_string!(locale, feedback.heard),
        State::Extended => td_string!(locale, feedback.extended),
        State::Answered => td_string!(locale, feedback.answered),
        State::Reopened => td_string!(locale, feedback.reopened),
        State::Moderated => td_string!(locale, feedback.moderated),
        State::Open => td_string!(locale, feedback.open),
        State::UnderReview => td_string!(locale, feedback.under_review),
        State::Planned => td_string!(locale, feedback.planned),
        State::InProgress => td_string!(locale, feedback.in_progress),
        State::Done => td_string!(locale, feedback.done),
        State::Declined => td_string!(locale, feedback.declined),
        State::Merged => td_string!(locale, feedback.merged),
        State::Withdrawn => td_string!(locale, feedback.withdrawn),
    }
}

/// How a complaint ended, as a sentence to who complained.
pub fn outcome(locale: Locale, outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Founded => td_string!(locale, feedback.founded),
        Outcome::Partly => td_string!(locale, feedback.partly),
        Outcome::Unfounded => td_string!(locale, feedback.unfounded),
        Outcome::NotOurs => td_string!(locale, feedback.not_ours),
        Outcome::Settled => td_string!(locale, feedback.settled),
    }
}

/// The beginning of what was written, as its name in a list.
pub fn beginning(feedback: &Feedback) -> String {
    const MOST: usize = 80;
    let line = feedback.text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST) {
        None => line,
        Some((end, _)) => {
            let cut = line[..end].rfind(' ').unwrap_or(end);
            format!("{} …", &line[..cut])
        }
    }
}
