//! What happened with a case, as staff see it: also what stays inside.

use jiff::Timestamp;
use leptos::prelude::*;
use leptos_i18n::td_string;

use crate::{
    app::Visit,
    cases::{Actor, Event, Happening, Kind, Outcome, Words},
    clock,
    i18n::Locale,
    ui::dates,
};

/// Newest first.
pub fn view(visit: &Visit, kind: Kind, events: &[&Event]) -> AnyView {
    let lines = events.iter().rev().map(|event| line(visit, kind, event)).collect_view();
    view! { <ol class="voordeur-timeline" role="list">{lines}</ol> }.into_any()
}

/// "22 november 2026, 12.00"
pub fn moment(locale: Locale, at: Timestamp) -> String {
    let at = at.to_zoned(clock::zone());
    format!("{}, {}", dates::date(locale, at.date()), at.strftime("%-H.%M"))
}

/// An organisation's own sentence, in the language that it is in.
pub fn sentence(locale: Locale, words: &Words) -> AnyView {
    let (text, lang) = words.get(locale);
    view! { <span lang=lang>{text.to_owned()}</span> }.into_any()
}

/// What came of a case of some kind.
pub fn outcome_of(locale: Locale, kind: Kind, came_out: Outcome) -> &'static str {
    match (kind, came_out) {
        (Kind::Correction, Outcome::Granted) => td_string!(locale, desk_corrections.granted),
        (Kind::Correction, Outcome::Partly) => td_string!(locale, desk_corrections.partly),
        (Kind::Correction, Outcome::Refused) => td_string!(locale, desk_corrections.refused),
        (Kind::Correction, Outcome::NotTreated) => td_string!(locale, desk_corrections.not_treated),
        _ => outcome(locale, came_out),
    }
}

pub fn outcome(locale: Locale, outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Granted => td_string!(locale, desk_cases.granted),
        Outcome::Partly => td_string!(locale, desk_cases.partly),
        Outcome::Refused => td_string!(locale, desk_cases.refused),
        Outcome::NotTreated => td_string!(locale, desk_cases.not_treated),
    }
}

fn line(visit: &Visit, kind: Kind, event: &Event) -> AnyView {
    let locale = visit.locale;
    let who = match (event.actor, &event.clerk) {
        (Actor::Citizen, _) => td_string!(locale, desk_cases.citizen).to_owned(),
        (Actor::Staff | Actor::Organisation, Some(name)) => name.clone(),
        (Actor::Staff | Actor::Organisation, None) => td_string!(locale, desk_cases.own_system).to_owned(),
        (Actor::System, _) => td_string!(locale, desk_cases.by_itself).to_owned(),
    };
    let (what, said) = told(visit, kind, &event.what);
    let inside = event.what.is_internal().then(|| {
        view! { " " <span class="nl-data-badge">{td_string!(locale, desk_cases.inside)}</span> }
    });
    let class = match &event.what {
        Happening::Paused { .. } => Some("voordeur-pause"),
        Happening::Late | Happening::NoticeGiven { .. } => Some("voordeur-limit"),
        _ => None,
    };
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
fn told(visit: &Visit, kind: Kind, what: &Happening) -> (String, Option<AnyView>) {
    let locale = visit.locale;
    let quote =
        |words: &Words| Some(view! { <p class="nl-paragraph voordeur-said">{sentence(locale, words)}</p> }.into_any());
    let text = |text: &str| {
        (!text.is_empty()).then(|| view! { <p class="nl-paragraph voordeur-said">{text.to_owned()}</p> }.into_any())
    };
    match what {
        Happening::Opened => (td_string!(locale, desk_cases.did_open).to_owned(), None),
        Happening::Status { words, .. } => (td_string!(locale, desk_cases.did_status).to_owned(), quote(words)),
        Happening::Paused { words } => (td_string!(locale, desk_cases.did_pause).to_owned(), quote(words)),
        Happening::Resumed => (td_string!(locale, desk_cases.did_resume).to_owned(), None),
        Happening::Extended { words, due_on } => {
            let due_on = dates::date(locale, *due_on);
            (td_string!(locale, desk_cases.did_extend, date = due_on).to_string(), quote(words))
        }
        Happening::Asked { words, answer_by, .. } => {
            let by = dates::date(locale, *answer_by);
            (td_string!(locale, desk_cases.did_ask, date = by).to_string(), quote(words))
        }
        Happening::Answered { text: said, .. } => (td_string!(locale, desk_cases.did_answer).to_owned(), text(said)),
        Happening::Documents { documents } => {
            let count = u32::try_from(documents.len()).unwrap_or(u32::MAX);
            (td_string!(locale, desk_cases.did_documents, count = count), None)
        }
        Happening::Decided { outcome: came_out } => {
            let words =
                td_string!(locale, desk_cases.did_decide, outcome = outcome_of(locale, kind, *came_out)).to_string();
            (words, None)
        }
        Happening::Finished => (td_string!(locale, desk_cases.did_finish).to_owned(), None),
        Happening::Withdrawn => (td_string!(locale, desk_cases.did_withdraw).to_owned(), None),
        Happening::Enquired { text: said, .. } => (td_string!(locale, desk_cases.did_enquire).to_owned(), text(said)),
        Happening::Replied { text: said } => (td_string!(locale, desk_cases.did_reply).to_owned(), text(said)),
        Happening::NoticeGiven { .. } => (td_string!(locale, desk_cases.did_notice).to_owned(), None),
        Happening::Objected { reference, .. } => {
            (td_string!(locale, desk_cases.did_object, reference = reference.as_str()).to_string(), None)
        }
        Happening::Late => (td_string!(locale, desk_cases.did_late).to_owned(), None),
        Happening::Reminded => (td_string!(locale, desk_cases.did_remind).to_owned(), None),
        Happening::Taken { .. } => (td_string!(locale, desk_cases.did_take).to_owned(), None),
        Happening::Released => (td_string!(locale, desk_cases.did_release).to_owned(), None),
        Happening::Proposed => (td_string!(locale, desk_cases.did_propose).to_owned(), None),
        Happening::Returned { text: said } => (td_string!(locale, desk_cases.did_return).to_owned(), text(said)),
        Happening::PassedOn { from, to, words } => {
            let name = |id: &str| visit.portal.catalogue.organisation_in_sentence(id, locale);
            let passed = td_string!(locale, desk_cases.did_pass_on, from = name(from), to = name(to));
            (passed.to_string(), quote(words))
        }
    }
}
