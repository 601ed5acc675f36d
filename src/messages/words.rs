//! What a message says, in a sentence, and where it leads.

use leptos_i18n::td_string;

use super::{Message, Topic};
use crate::{app::Visit, i18n::Locale, offers};

/// The sentence, and the address without the language.
pub fn words(visit: &Visit, message: &Message) -> (String, String) {
    let locale = visit.locale;
    if let (Some(service), Some(period)) = (&message.service, message.period) {
        return offers::in_message(visit, &message.kind, service, period, message.number);
    }
    let title = message.title.as_ref().map(|title| title.get(locale).0).unwrap_or_default();
    let path = match (&message.reference, &message.feedback, message.topic) {
        (Some(about), ..) | (_, Some(about), _) if message.kind == "survey_asked" => format!("/mijn/enquete/{about}"),
        (Some(reference), ..) => format!("/mijn/zaken/{reference}"),
        (None, Some(reference), _) => format!("/mijn/feedback/{reference}"),
        (None, None, Topic::Account) => "/mijn/voorkeuren".to_owned(),
        (None, None, _) => "/mijn".to_owned(),
    };
    let words = match message.kind.as_str() {
        "case_opened" => td_string!(locale, messages.case_opened, title = title).to_string(),
        "case_status" => td_string!(locale, messages.case_status, title = title).to_string(),
        "case_question" => td_string!(locale, messages.case_question, title = title).to_string(),
        "case_reminder" => td_string!(locale, messages.case_reminder, title = title).to_string(),
        "case_answered" => td_string!(locale, messages.case_answered, title = title).to_string(),
        "case_paused" => td_string!(locale, messages.case_paused, title = title).to_string(),
        "case_resumed" => td_string!(locale, messages.case_resumed, title = title).to_string(),
        "case_extended" => td_string!(locale, messages.case_extended, title = title).to_string(),
        "case_document" => td_string!(locale, messages.case_document, title = title).to_string(),
        "case_proposal_none" => td_string!(locale, messages.case_proposal_none, title = title).to_string(),
        "case_decided" => td_string!(locale, messages.case_decided, title = title).to_string(),
        "case_done" => td_string!(locale, messages.case_done, title = title).to_string(),
        "case_reply" => td_string!(locale, messages.case_reply, title = title).to_string(),
        "case_late" => td_string!(locale, messages.case_late, title = title).to_string(),
        "case_passed_on" => td_string!(locale, messages.case_passed_on, title = title).to_string(),
        "correction_honoured" => td_string!(locale, messages.correction_honoured, title = title).to_string(),
        "correction_partly" => td_string!(locale, messages.correction_partly, title = title).to_string(),
        "correction_refused" => td_string!(locale, messages.correction_refused, title = title).to_string(),
        "survey_asked" => td_string!(locale, messages.survey_asked).to_owned(),
        "feedback_received" => td_string!(locale, messages.feedback_received).to_owned(),
        "feedback_acknowledged" => td_string!(locale, messages.feedback_acknowledged).to_owned(),
        "feedback_passed_on" => td_string!(locale, messages.feedback_passed_on).to_owned(),
        "feedback_question" => td_string!(locale, messages.feedback_question).to_owned(),
        "feedback_heard" => td_string!(locale, messages.feedback_heard).to_owned(),
        "feedback_extended" => td_string!(locale, messages.feedback_extended).to_owned(),
        "feedback_answered" => td_string!(locale, messages.feedback_answered).to_owned(),
        "feedback_improved" => td_string!(locale, messages.feedback_improved).to_owned(),
        "feedback_late" => td_string!(locale, messages.feedback_late).to_owned(),
        "idea_published" => td_string!(locale, messages.idea_published).to_owned(),
        "idea_reviewed" => td_string!(locale, messages.idea_reviewed).to_owned(),
        "idea_planned" => td_string!(locale, messages.idea_planned).to_owned(),
        "idea_begun" => td_string!(locale, messages.idea_begun).to_owned(),
        "idea_done" => td_string!(locale, messages.idea_done).to_owned(),
        "idea_declined" => td_string!(locale, messages.idea_declined).to_owned(),
        "idea_merged" => td_string!(locale, messages.idea_merged).to_owned(),
        // Of a later version, while an older one still serves.
        _ => td_string!(locale, messages.about_topic, topic = topic(locale, message.topic)).to_string(),
    };
    (words, path)
}

/// A topic in general words: no more than this stands in an e-mail.
pub fn topic(locale: Locale, topic: Topic) -> &'static str {
    match topic {
        Topic::Offers => td_string!(locale, messages.topic_offers),
        Topic::Cases => td_string!(locale, messages.topic_cases),
        Topic::Corrections => td_string!(locale, messages.topic_corrections),
        Topic::Feedback => td_string!(locale, messages.topic_feedback),
        Topic::Account => td_string!(locale, messages.topic_account),
    }
}
