//! What happened with feedback, as staff see it: also what stays inside.

use leptos::prelude::*;
use leptos_i18n::td_string;

use super::answers;
use crate::{
    app::Visit,
    clock,
    desk::cases::timeline::moment,
    feedback::{Actor, Event, Happening},
    insights::Category,
    ui::dates,
};

/// Newest first.
pub fn view(visit: &Visit, events: &[&Event]) -> AnyView {
    let lines = events.iter().rev().map(|event| line(visit, event)).collect_view();
    view! { <ol class="voordeur-timeline" role="list">{lines}</ol> }.into_any()
}

fn line(visit: &Visit, event: &Event) -> AnyView {
    let locale = visit.locale;
    let who = match (event.actor, &event.clerk) {
        (Actor::Citizen, _) => td_string!(locale, desk_cases.citizen).to_owned(),
        (Actor::Staff, Some(name)) => name.clone(),
        (Actor::Staff, None) => td_string!(locale, desk_cases.own_system).to_owned(),
        (Actor::System, _) => td_string!(locale, desk_cases.by_itself).to_owned(),
    };
    let (what, said) = told(visit, &event.what);
    let inside = event.what.is_internal().then(|| {
        view! { " " <span class="nl-data-badge">{td_string!(locale, desk_cases.inside)}</span> }
    });
    let said =
        said.filter(|said| !said.is_empty()).map(|said| view! { <p class="nl-paragraph voordeur-said">{said}</p> });
    let class = matches!(event.what, Happening::Late).then_some("voordeur-limit");
    let at = event.at.to_zoned(clock::zone()).date().to_string();
    view! {
        <li class=class>
            <p class="voordeur-timeline__when"><b>{who}</b> " " <time datetime=at>{moment(locale, event.at)}</time> {inside}</p>
            <p>{what}</p>
            {said}
        </li>
    }
    .into_any()
}

/// What was done, and in which words.
fn told(visit: &Visit, what: &Happening) -> (String, Option<String>) {
    let locale = visit.locale;
    let words = |words: &'static str, said: &str| (words.to_owned(), Some(said.to_owned()));
    let plain = |words: &'static str| (words.to_owned(), None);
    match what {
        Happening::Submitted { .. } => plain(td_string!(locale, desk_feedback.did_submit)),
        Happening::Acknowledged => plain(td_string!(locale, desk_feedback.did_acknowledge)),
        Happening::Taken { .. } => plain(td_string!(locale, desk_feedback.did_take)),
        Happening::Released => plain(td_string!(locale, desk_feedback.did_release)),
        Happening::PassedOn { from, to, words } => {
            let name = |id: &str| visit.portal.catalogue.organisation_in_sentence(id, locale);
            let passed = td_string!(locale, desk_feedback.did_pass_on, from = name(from), to = name(to)).to_string();
            (passed, Some(words.clone()))
        }
        Happening::Asked { text } => words(td_string!(locale, desk_feedback.did_ask), text),
        Happening::Added { text, .. } => words(td_string!(locale, desk_feedback.did_add), text),
        Happening::Noted { text } => words(td_string!(locale, desk_feedback.did_note), text),
        Happening::Categorised { category } => {
            let name = category.as_deref().and_then(Category::from_text).map(|category| category.words(locale));
            let name = name.unwrap_or_else(|| td_string!(locale, insights.no_category));
            (td_string!(locale, desk_feedback.did_category, category = name).to_string(), None)
        }
        Happening::Heard { text } => words(td_string!(locale, desk_feedback.did_hear), text),
        Happening::Extended { words, due_on } => {
            let date = dates::date(locale, *due_on);
            (td_string!(locale, desk_feedback.did_extend, date = date).to_string(), Some(words.clone()))
        }
        Happening::Answered { outcome: Some(outcome), text } => {
            let name = answers::outcome_name(locale, *outcome);
            (td_string!(locale, desk_feedback.did_answer_as, outcome = name).to_string(), Some(text.clone()))
        }
        Happening::Answered { outcome: None, text } => words(td_string!(locale, desk_feedback.did_answer), text),
        Happening::Reopened { text } => words(td_string!(locale, desk_feedback.did_reopen), text),
        Happening::Withdrawn => plain(td_string!(locale, desk_feedback.did_withdraw)),
        Happening::Moderated => plain(td_string!(locale, desk_feedback.did_moderate)),
        Happening::Published { number } => {
            (td_string!(locale, desk_feedback.did_publish, number = *number).to_string(), None)
        }
        Happening::Reviewed { owner, promised_on } => {
            let date = dates::date(locale, *promised_on);
            (td_string!(locale, desk_feedback.did_review, owner = owner.as_str(), date = date).to_string(), None)
        }
        Happening::Planned { text } => words(td_string!(locale, desk_feedback.did_plan), text),
        Happening::Begun { text } => words(td_string!(locale, desk_feedback.did_begin), text),
        Happening::Finished { text, .. } => words(td_string!(locale, desk_feedback.did_finish), text),
        Happening::Declined { text } => words(td_string!(locale, desk_feedback.did_decline), text),
        Happening::Merged { into } => (td_string!(locale, desk_feedback.did_merge, number = *into).to_string(), None),
        Happening::Late => plain(td_string!(locale, desk_feedback.did_late)),
    }
}

/// What the organisation that had it before kept for itself is not the next one's to read; what it did, it did under its own name.
pub fn only_own(events: &mut Vec<Event>, name: impl Fn(&str) -> String) {
    let Some(last) = events.iter().rposition(|event| matches!(event.what, Happening::PassedOn { .. })) else { return };
    let mut place = 0;
    events.retain(|event| {
        place += 1;
        place > last || !event.what.is_internal()
    });
    let mut before = None;
    for event in events.iter_mut().rev() {
        if let Happening::PassedOn { from, .. } = &event.what {
            before = Some(name(from));
        }
        if event.clerk.is_some() {
            event.clerk = before.clone().or_else(|| event.clerk.take());
        }
    }
}
