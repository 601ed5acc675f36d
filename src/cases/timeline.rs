//! What happened, what is expected and what the law sets as a limit, each labelled as such.

use jiff::civil::Date;
use leptos::prelude::*;
use leptos_i18n::td_string;
use uuid::Uuid;

use super::{
    model::{Actor, Event, Happening, Kind},
    now,
    page::Seen,
    wording,
};
use crate::{clock, deadlines, ui::dates};

pub(super) fn section(seen: &Seen<'_>) -> AnyView {
    let locale = seen.visit.locale;
    let past: Vec<AnyView> = seen.whole.events.iter().map(|event| happened(seen, event)).collect();
    let mut future: Vec<(Date, AnyView)> = expected(seen);
    future.sort_by_key(|(date, _)| *date);
    let future: Vec<AnyView> = future.into_iter().map(|(_, view)| view).collect();
    view! {
        <section class="voordeur-stack" aria-labelledby="tijdlijn">
            <h2 class="nl-heading nl-heading--level-2" id="tijdlijn">{td_string!(locale, cases.timeline)}</h2>
            <div class="voordeur-card"><ol class="voordeur-timeline" role="list">{past}{future}</ol></div>
        </section>
    }
    .into_any()
}

/// Something that somebody wrote, under what it is.
fn quoted(text: &str, lang: Option<&'static str>) -> AnyView {
    (!text.is_empty())
        .then(|| view! { <blockquote class="voordeur-quote voordeur-text" lang=lang>{text.to_owned()}</blockquote> })
        .into_any()
}

fn happened(seen: &Seen<'_>, event: &Event) -> AnyView {
    let locale = seen.visit.locale;
    let organisation = wording::start(&seen.organisation());
    let own = |words| view! { <p class="voordeur-text">{wording::own_words(locale, words)}</p> }.into_any();
    let say = |words: String| view! { <p>{words}</p> }.into_any();
    let link =
        |end: &str, words: &'static str| view! { " " <a class="nl-link" href=seen.path(end)>{words}</a> }.into_any();
    let day = clock::day(event.at);
    let stood_still = seen.case.pauses.iter().any(|pause| pause.from == day);
    let mut class = None;
    let body = match &event.what {
        Happening::Opened => opened(seen, event, &organisation),
        Happening::Status { words, .. } => own(words),
        Happening::Paused { words } => {
            class = Some("voordeur-pause");
            view! { {own(words)} {say(td_string!(locale, cases.event_stands).to_owned())} }.into_any()
        }
        Happening::Resumed => say(td_string!(locale, cases.event_resumed).to_owned()),
        Happening::Extended { words, due_on } => {
            let until = td_string!(locale, cases.event_extended, date = dates::date(locale, *due_on)).to_string();
            view! { {own(words)} {say(until)} }.into_any()
        }
        Happening::Asked { words, answer_by, .. } => {
            let asked = td_string!(
                locale,
                cases.event_asked,
                organisation = organisation,
                date = dates::date(locale, *answer_by)
            )
            .to_string();
            let stands = stood_still.then(|| {
                class = Some("voordeur-pause");
                say(td_string!(locale, cases.event_stands).to_owned())
            });
            let words = words.get(locale);
            view! { {say(asked)} {quoted(words.0, words.1)} {stands} }.into_any()
        }
        Happening::Answered { text, documents, .. } => view! {
            {say(td_string!(locale, cases.event_answered).to_owned())} {quoted(text, None)} {named(seen, documents)}
        }
        .into_any(),
        Happening::Documents { documents } => {
            let words = match event.actor {
                Actor::Citizen => td_string!(locale, cases.event_your_documents).to_owned(),
                _ => td_string!(locale, cases.event_documents, organisation = organisation).to_string(),
            };
            view! { {say(words)} {named(seen, documents)} }.into_any()
        }
        Happening::Decided { outcome } => {
            let words = wording::outcome(locale, seen.case.kind, *outcome);
            let decided = td_string!(locale, cases.event_decided, organisation = organisation).to_string();
            view! { <p>{decided} " " {words} {link("besluit", td_string!(locale, cases.read_decision))}</p> }.into_any()
        }
        Happening::Finished => say(td_string!(locale, cases.event_finished).to_owned()),
        Happening::Withdrawn => say(td_string!(locale, cases.event_withdrawn).to_owned()),
        Happening::Enquired { text, documents } => view! {
            {say(td_string!(locale, cases.event_enquired).to_owned())} {quoted(text, None)} {named(seen, documents)}
        }
        .into_any(),
        Happening::Replied { text } => {
            let replied = td_string!(locale, cases.event_replied, organisation = organisation).to_string();
            view! { {say(replied)} {quoted(text, wording::in_dutch(locale))} }.into_any()
        }
        Happening::NoticeGiven { .. } => {
            let words = td_string!(locale, cases.event_notice).to_owned();
            view! { <p>{words} {link("ingebrekestelling", td_string!(locale, cases.notice_more))}</p> }.into_any()
        }
        Happening::Objected { reference, .. } => {
            let href = seen.visit.href(&format!("/mijn/zaken/{reference}"));
            view! { <p>{td_string!(locale, cases.event_objected)} " " <a class="nl-link" href=href>{td_string!(locale, cases.see_objection)}</a></p> }
                .into_any()
        }
        Happening::Late => say(td_string!(locale, cases.event_late).to_owned()),
        Happening::PassedOn { from, to, words } => {
            let name = |id: &str| seen.visit.portal.catalogue.organisation_in_sentence(id, locale);
            let passed = td_string!(locale, cases.event_passed_on, from = wording::start(&name(from)), to = name(to));
            view! { {say(passed.to_string())} {own(words)} }.into_any()
        }
        Happening::Taken { .. } | Happening::Released | Happening::Proposed | Happening::Returned { .. } => {
            return ().into_any();
        }
    };
    let label = match class {
        Some(_) => td_string!(locale, cases.paused),
        None => td_string!(locale, cases.happened),
    };
    view! {
        <li class=class>
            <p class="voordeur-timeline__when"><b>{label}</b> " " <time datetime=event.at.to_string()>{wording::moment(locale, event.at)}</time></p>
            {body}
        </li>
    }
    .into_any()
}

fn opened(seen: &Seen<'_>, event: &Event, organisation: &str) -> AnyView {
    let locale = seen.visit.locale;
    let words = match (seen.case.kind, event.actor) {
        (Kind::Application, Actor::Citizen) => td_string!(locale, cases.event_applied).to_owned(),
        (Kind::Grant, Actor::System) => td_string!(locale, cases.event_granted).to_owned(),
        (Kind::Objection, Actor::Citizen) => td_string!(locale, cases.event_objected).to_owned(),
        (Kind::Correction, Actor::Citizen) => td_string!(locale, cases.event_correction).to_owned(),
        _ => td_string!(locale, cases.event_opened, organisation = organisation).to_string(),
    };
    let sent = seen.whole.has_application.then(|| {
        view! { " " <a class="nl-link" href=seen.path("aanvraag")>{td_string!(locale, cases.see_sent)}</a> }
    });
    view! { <p>{words} {sent}</p> }.into_any()
}

/// Documents by name, each leading to itself.
fn named(seen: &Seen<'_>, ids: &[Uuid]) -> Option<AnyView> {
    let documents = seen.documents.iter().filter(|document| ids.contains(&document.id.0));
    let links: Vec<_> = documents
        .map(|document| {
            let href = seen.visit.href(&document.path());
            view! { <li><a class="nl-link voordeur-target" href=href download>{document.name.clone()}</a></li> }
        })
        .collect();
    (!links.is_empty()).then(|| view! { <ul role="list">{links}</ul> }.into_any())
}

fn line(class: &'static str, label: &'static str, date: String, day: Date, body: AnyView) -> (Date, AnyView) {
    let view = view! {
        <li class=class>
            <p class="voordeur-timeline__when"><b>{label}</b> " " <time datetime=day.to_string()>{date}</time></p>
            {body}
        </li>
    };
    (day, view.into_any())
}

/// What is still to come, with its day.
fn expected(seen: &Seen<'_>) -> Vec<(Date, AnyView)> {
    let (locale, case) = (seen.visit.locale, seen.case);
    let organisation = wording::start(&seen.organisation());
    let date = |day: Date| dates::date(locale, day);
    let say = |words: String| view! { <p>{words}</p> }.into_any();
    let (plan, limit) = ("voordeur-plan", "voordeur-limit");
    let mut lines = Vec::new();
    if let Some(question) = &case.question {
        let words = td_string!(locale, cases.plan_answer).to_owned();
        lines.push(line(
            plan,
            td_string!(locale, cases.asked_for),
            date(question.answer_by),
            question.answer_by,
            say(words),
        ));
    }
    if case.stage.is_open() {
        if let Some(promised) = wording::promised(seen.service, case, seen.today) {
            let term = seen.service.and_then(|service| service.service.standard.decision);
            let words = match (promised < seen.today, term) {
                (true, _) => td_string!(locale, cases.promise_broken, organisation = organisation.as_str()).to_string(),
                (false, Some(term)) => td_string!(
                    locale,
                    cases.promise_line,
                    organisation = organisation.as_str(),
                    term = wording::term(locale, term)
                )
                .to_string(),
                (false, None) => {
                    td_string!(locale, cases.promise_plain, organisation = organisation.as_str()).to_string()
                }
            };
            let label = match promised < seen.today {
                true => td_string!(locale, cases.promised),
                false => td_string!(locale, cases.expected),
            };
            lines.push(line(plan, label, date(promised), promised, say(words)));
        }
        lines.push(legal_limit(seen));
    }
    if let Some(noticed) = case.default_notice_on.filter(|_| case.stage.is_open())
        && let Some(from) = deadlines::penalty_from(noticed)
    {
        let words = td_string!(locale, cases.limit_penalty, organisation = seen.organisation()).to_string();
        lines.push(line(limit, td_string!(locale, cases.by_law_from), date(from), from, say(words)));
    }
    if let Some(last) = seen.can_object_until().filter(|last| *last >= seen.today) {
        let words = td_string!(locale, cases.limit_objection).to_owned();
        lines.push(line(limit, td_string!(locale, cases.by_law), date(last), last, say(words)));
    }
    lines
}

/// The last day for a decision, with what one can do when it passes.
fn legal_limit(seen: &Seen<'_>) -> (Date, AnyView) {
    let (locale, case) = (seen.visit.locale, seen.case);
    let due = case.due(seen.today);
    let words = match (case.is_late(seen.today), case.is_paused()) {
        (true, _) => td_string!(locale, cases.limit_passed),
        (_, true) => td_string!(locale, cases.limit_moves),
        _ => td_string!(locale, cases.limit_decision),
    };
    let when_late = td_string!(
        locale,
        cases.if_late_text,
        organisation = seen.organisation(),
        most = now::most(locale, seen.today)
    )
    .to_string();
    let body = view! {
        <p>{words}</p>
        <details class="voordeur-more"><summary>{td_string!(locale, cases.if_late)}</summary><p>{when_late}</p></details>
    };
    line("voordeur-limit", td_string!(locale, cases.by_law), dates::date(locale, due), due, body.into_any())
}
