//! What happened with feedback, and the last day for an answer.

use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    look::Seen,
    model::{Actor, Event, Happening, Kind},
    wording,
};
use crate::{clock, i18n::Locale, ui::dates};

pub fn section(seen: &Seen) -> AnyView {
    let locale = seen.visit.locale;
    let past: Vec<AnyView> =
        seen.events.iter().filter(|event| !event.what.is_internal()).map(|event| happened(seen, event)).collect();
    view! {
        <section class="voordeur-stack" aria-labelledby="tijdlijn">
            <h2 class="nl-heading nl-heading--level-2" id="tijdlijn">{td_string!(locale, feedback.timeline)}</h2>
            <div class="voordeur-card"><ol class="voordeur-timeline" role="list">{past}{limit(seen)}</ol></div>
        </section>
    }
    .into_any()
}

fn quoted(text: &str, lang: Option<&'static str>) -> AnyView {
    (!text.is_empty())
        .then(|| view! { <blockquote class="voordeur-quote voordeur-text" lang=lang>{text.to_owned()}</blockquote> })
        .into_any()
}

fn happened(seen: &Seen, event: &Event) -> AnyView {
    let locale = seen.visit.locale;
    // Staff write Dutch.
    let dutch = (event.actor == Actor::Staff && locale != Locale::nl).then_some("nl");
    let organisation = |id: &str| wording::organisation(&seen.visit, id);
    let (words, text): (String, &str) = match &event.what {
        Happening::Submitted { .. } => (td_string!(locale, feedback.event_submitted).to_owned(), ""),
        Happening::Acknowledged => (td_string!(locale, feedback.event_acknowledged).to_owned(), ""),
        Happening::PassedOn { from, to, words } => (
            td_string!(locale, feedback.event_passed_on, from = organisation(from), to = organisation(to)).to_string(),
            words,
        ),
        Happening::Asked { text } => (td_string!(locale, feedback.event_asked).to_owned(), text),
        Happening::Added { text, .. } => (td_string!(locale, feedback.event_added).to_owned(), text),
        Happening::Heard { text } => (td_string!(locale, feedback.event_heard).to_owned(), text),
        Happening::Extended { words, due_on } => {
            (td_string!(locale, feedback.event_extended, date = dates::date(locale, *due_on)).to_string(), words)
        }
        Happening::Answered { outcome, text } => {
            let ended = outcome.map(|outcome| wording::outcome(locale, outcome)).unwrap_or_default();
            (format!("{} {ended}", td_string!(locale, feedback.event_answered)).trim().to_owned(), text)
        }
        Happening::Reopened { text } => (td_string!(locale, feedback.event_reopened).to_owned(), text),
        Happening::Withdrawn => (td_string!(locale, feedback.event_withdrawn).to_owned(), ""),
        Happening::Published { .. } => (td_string!(locale, feedback.event_published).to_owned(), ""),
        Happening::Reviewed { owner, promised_on } => (
            td_string!(
                locale,
                feedback.event_reviewed,
                owner = owner.as_str(),
                date = dates::date(locale, *promised_on)
            )
            .to_string(),
            "",
        ),
        Happening::Planned { text } => (td_string!(locale, feedback.event_planned).to_owned(), text),
        Happening::Begun { text } => (td_string!(locale, feedback.event_begun).to_owned(), text),
        Happening::Finished { text, .. } => (td_string!(locale, feedback.event_done).to_owned(), text),
        Happening::Declined { text } => (td_string!(locale, feedback.event_declined).to_owned(), text),
        Happening::Merged { .. } => (td_string!(locale, feedback.event_merged).to_owned(), ""),
        Happening::Late => (td_string!(locale, feedback.event_late).to_owned(), ""),
        Happening::Taken { .. }
        | Happening::Released
        | Happening::Noted { .. }
        | Happening::Categorised { .. }
        | Happening::Moderated => return ().into_any(),
    };
    let links: Vec<AnyView> = event
        .what
        .documents()
        .iter()
        .filter_map(|id| seen.document(*id))
        .map(|(name, href)| {
            view! { <li><a class="nl-link voordeur-target" href=href download>{name}</a></li> }.into_any()
        })
        .collect();
    let links = (!links.is_empty()).then(|| view! { <ul role="list">{links}</ul> });
    let at = event.at.to_zoned(clock::zone());
    let moment = td_string!(
        locale,
        cases.moment,
        date = dates::date(locale, at.date()),
        time = at.strftime("%-H.%M").to_string()
    )
    .to_string();
    view! {
        <li>
            <p class="voordeur-timeline__when"><b>{td_string!(locale, cases.happened)}</b> " " <time datetime=event.at.to_string()>{moment}</time></p>
            <p>{words}</p>
            {quoted(text, dutch)}
            {links}
        </li>
    }
    .into_any()
}

/// The last day, by law or by promise, labelled as such.
fn limit(seen: &Seen) -> Option<AnyView> {
    let (locale, feedback) = (seen.visit.locale, &seen.feedback);
    if !feedback.state.is_open() || feedback.kind == Kind::Idea {
        return None;
    }
    let (class, label, words) = match feedback.law() {
        Some(law) => (
            "voordeur-limit",
            td_string!(locale, feedback.by_law),
            td_string!(locale, feedback.by_law_text, law = law).to_string(),
        ),
        None => (
            "voordeur-plan",
            td_string!(locale, feedback.promised),
            td_string!(locale, feedback.promised_text).to_owned(),
        ),
    };
    let day = feedback.due_on;
    Some(
        view! {
            <li class=class>
                <p class="voordeur-timeline__when"><b>{label}</b> " " <time datetime=day.to_string()>{dates::date(locale, day)}</time></p>
                <p>{words}</p>
            </li>
        }
        .into_any(),
    )
}
