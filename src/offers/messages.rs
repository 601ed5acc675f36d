//! What messages about offers say.

use jiff::civil::Date;
use leptos_i18n::td_string;

use super::{model::MessageKind, wording};
use crate::{app::Visit, rules::model::Mode};

/// A message about an offer in a sentence, and the address it leads to, without the language.
pub fn in_message(visit: &Visit, kind: &str, service: &str, period: Date, number: Option<i64>) -> (String, String) {
    let found = visit.portal.rules.service(service);
    let path = match (found, number) {
        (Some(service), Some(number)) => wording::path_by(service, period, number),
        (Some(service), None) => format!("/mijn/aanbod/{}", service.id()),
        (None, _) => "/mijn/aanbod".to_owned(),
    };
    (words(visit, kind, service, period), path)
}

fn words(visit: &Visit, kind: &str, id: &str, period: Date) -> String {
    let locale = visit.locale;
    let service = visit.portal.rules.service(id);
    let what = service.map_or_else(
        || id.to_owned(),
        |service| super::explain::in_sentence(&wording::title(locale, service, Some(period))),
    );
    let start = |words: String| {
        let mut letters = words.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
    };
    let inform = service.is_some_and(|service| service.proactive.mode == Mode::Inform);
    let Some(kind) = MessageKind::from_text(kind) else { return start(what) };
    let words = match kind {
        MessageKind::Offered if inform => td_string!(locale, offers.message_inform, what = what).to_string(),
        MessageKind::Offered => td_string!(locale, offers.message_offered, what = what).to_string(),
        MessageKind::Granted => td_string!(locale, offers.message_granted, what = what).to_string(),
        MessageKind::Changed => td_string!(locale, offers.message_changed, what = what).to_string(),
        MessageKind::Withdrawn => td_string!(locale, offers.message_withdrawn, what = what).to_string(),
        MessageKind::NoLongerFits => td_string!(locale, offers.message_no_longer_fits, what = what).to_string(),
        MessageKind::Reminder => td_string!(locale, offers.message_reminder, what = what).to_string(),
        MessageKind::Expired => td_string!(locale, offers.message_expired, what = what).to_string(),
        MessageKind::Back => td_string!(locale, offers.message_back, what = what).to_string(),
        MessageKind::Accepted => td_string!(locale, offers.message_accepted, what = what).to_string(),
        MessageKind::Undone => td_string!(locale, offers.message_undone, what = what).to_string(),
    };
    start(words)
}
