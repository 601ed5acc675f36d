//! What the citizen is to do now, or that there is nothing to do and what happens next.

use jiff::civil::Date;
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    model::{Action, Decision, Kind, Question, Stage},
    page::Seen,
    wording,
};
use crate::{
    clock,
    deadlines::{self, Penalty},
    ui::{self, dates, numbers},
};

pub(super) fn section(seen: &Seen<'_>) -> AnyView {
    let locale = seen.visit.locale;
    let (title, body) = if let Some(question) = &seen.case.question {
        (td_string!(locale, cases.to_do), asked(seen, question))
    } else if let Some(noticed) = seen.case.default_notice_on.filter(|_| seen.case.stage.is_open()) {
        (td_string!(locale, cases.nothing_to_do), noticed_view(seen, noticed))
    } else if seen.case.is_late(seen.today) {
        (td_string!(locale, cases.can_do), late(seen))
    } else if let Some(decision) = &seen.whole.decision {
        (td_string!(locale, cases.can_do), decided(seen, decision))
    } else {
        (td_string!(locale, cases.nothing_to_do), nothing(seen))
    };
    view! {
        <section class="voordeur-stack" aria-labelledby="nu">
            <h2 class="nl-heading nl-heading--level-2" id="nu">{title}</h2>
            <div class="voordeur-card voordeur-stack">{body}</div>
        </section>
    }
    .into_any()
}

fn paragraph(words: impl Into<String>) -> AnyView {
    view! { <p class="nl-paragraph">{words.into()}</p> }.into_any()
}

fn chip(class: &'static str, picture: &'static str, words: String) -> AnyView {
    view! { <span class=class>{ui::icon(picture)} " " {words}</span> " " }.into_any()
}

/// Since when the clock stands still.
fn stands(seen: &Seen<'_>) -> Option<AnyView> {
    let locale = seen.visit.locale;
    let pause = seen.case.pauses.last().filter(|pause| pause.until.is_none())?;
    let words = td_string!(locale, cases.clock_stands_since, date = dates::date(locale, pause.from)).to_string();
    Some(chip("voordeur-due voordeur-due--paused", "pause", words))
}

fn asked(seen: &Seen<'_>, question: &Question) -> AnyView {
    let locale = seen.visit.locale;
    let over = question.answer_by < seen.today;
    let class = if over { "voordeur-due voordeur-due--late" } else { "voordeur-due voordeur-due--soon" };
    let by = chip(class, "clock", wording::until(locale, seen.today, question.answer_by));
    let organisation = seen.organisation();
    let then = match (over, seen.case.is_paused()) {
        (true, _) => td_string!(locale, cases.answer_still, organisation = organisation).to_string(),
        (false, true) => td_string!(locale, cases.answer_stands, organisation = organisation).to_string(),
        (false, false) => td_string!(locale, cases.answer_runs, organisation = organisation).to_string(),
    };
    view! {
        <div class="voordeur-cluster">{by}{stands(seen)}</div>
        <p class="nl-paragraph voordeur-text">{wording::own_words(locale, &question.words)}</p>
        {paragraph(then)}
        <div class="utrecht-button-group">
            <a class="nl-button nl-button--primary" href=seen.path("antwoord")>{td_string!(locale, cases.answer)}</a>
            <a class="nl-button nl-button--secondary" href=seen.path("vraag")>{td_string!(locale, cases.ask_question)}</a>
        </div>
    }
    .into_any()
}

fn late(seen: &Seen<'_>) -> AnyView {
    let locale = seen.visit.locale;
    let date = dates::date(locale, seen.case.due_on);
    let by =
        chip("voordeur-due voordeur-due--late", "alert", td_string!(locale, cases.late_since, date = date).to_string());
    let text = td_string!(
        locale,
        cases.late_text,
        organisation = wording::start(&seen.organisation()),
        most = most(locale, seen.today)
    )
    .to_string();
    view! {
        <div class="voordeur-cluster">{by}</div>
        {paragraph(text)}
        <div class="utrecht-button-group">
            <a class="nl-button nl-button--primary" href=seen.path("ingebrekestelling")>{td_string!(locale, cases.notice_link)}</a>
            <a class="nl-button nl-button--secondary" href=seen.path("vraag")>{td_string!(locale, cases.ask_question)}</a>
        </div>
    }
    .into_any()
}

/// The most that a late decision costs.
pub(super) fn most(locale: crate::i18n::Locale, noticed: Date) -> String {
    let cents = deadlines::penalty(noticed, Date::MAX).map_or(0, |penalty| penalty.cents);
    numbers::euros(locale, cents)
}

/// What is owed by now for a late decision: until the day before it was made known, or until today.
pub(super) fn owed(seen: &Seen<'_>, noticed: Date) -> Option<Penalty> {
    let until = match &seen.whole.decision {
        Some(decision) => decision.announced_on.yesterday().ok()?,
        None => seen.today,
    };
    deadlines::penalty(noticed, until)
}

fn noticed_view(seen: &Seen<'_>, noticed: Date) -> AnyView {
    let locale = seen.visit.locale;
    let date = |day: Date| dates::date(locale, day);
    let from = deadlines::penalty_from(noticed).map(date).unwrap_or_default();
    let words = match owed(seen, noticed) {
        Some(penalty) => td_string!(
            locale,
            cases.notice_owed,
            organisation = seen.organisation(),
            date = date(noticed),
            from = from,
            amount = numbers::euros(locale, penalty.cents)
        )
        .to_string(),
        None => td_string!(
            locale,
            cases.notice_waits,
            organisation = seen.organisation(),
            date = date(noticed),
            from = from
        )
        .to_string(),
    };
    view! {
        {stands(seen).map(|chip| view! { <div class="voordeur-cluster">{chip}</div> })}
        {paragraph(words)}
        <p><a class="nl-link voordeur-target" href=seen.path("ingebrekestelling")>{td_string!(locale, cases.notice_more)} " " {ui::icon("arrow")}</a></p>
    }
    .into_any()
}

fn decided(seen: &Seen<'_>, decision: &Decision) -> AnyView {
    let locale = seen.visit.locale;
    let date = |day: Date| dates::date(locale, day);
    let (by, words, object) = match (seen.can_object_until(), seen.objection(), decision.objection_until) {
        (Some(last), ..) if last >= seen.today => (
            Some(chip("voordeur-due", "calendar", wording::until(locale, seen.today, last))),
            td_string!(locale, cases.object_text, date = date(last)).to_string(),
            true,
        ),
        (Some(last), ..) => (None, td_string!(locale, cases.object_late_text, date = date(last)).to_string(), true),
        (None, Some(_), _) => (None, td_string!(locale, cases.objected_text).to_owned(), false),
        (None, None, Some(last)) if seen.case.kind == Kind::Objection => {
            (None, td_string!(locale, cases.appeal_text, date = date(last)).to_string(), false)
        }
        _ => (None, td_string!(locale, cases.no_objection_text).to_owned(), false),
    };
    let what = wording::outcome(locale, seen.case.kind, decision.outcome);
    let objection = seen.objection().map(|objection| {
        let href = seen.visit.href(&objection.path());
        view! { <p><a class="nl-link voordeur-target" href=href>{td_string!(locale, cases.see_objection)} " " {ui::icon("arrow")}</a></p> }
    });
    let object = object.then(|| {
        view! { <a class="nl-button nl-button--secondary" href=seen.path("bezwaar")>{td_string!(locale, cases.object)}</a> }
    });
    view! {
        {by.map(|chip| view! { <div class="voordeur-cluster">{chip}</div> })}
        <p class="nl-paragraph"><b>{what}</b> " " {words}</p>
        {objection}
        <div class="utrecht-button-group">
            <a class="nl-button nl-button--primary" href=seen.path("besluit")>{td_string!(locale, cases.read_decision)}</a>
            {object}
        </div>
    }
    .into_any()
}

/// Nothing to do: what happens next, and by when.
fn nothing(seen: &Seen<'_>) -> AnyView {
    let (locale, case) = (seen.visit.locale, seen.case);
    let organisation = wording::start(&seen.organisation());
    if !case.stage.is_open() {
        let words = match seen.withdrawn() {
            Some(event) => {
                let date = dates::date(locale, clock::day(event.at));
                td_string!(locale, cases.withdrawn_text, date = date, organisation = organisation).to_string()
            }
            None if case.stage == Stage::Done => td_string!(locale, cases.done_text).to_owned(),
            None => td_string!(locale, cases.decided_text, organisation = organisation).to_string(),
        };
        return paragraph(words);
    }
    let due = dates::date(locale, case.due(seen.today));
    if case.is_paused() {
        let words = td_string!(locale, cases.paused_text, organisation = seen.organisation()).to_string();
        return view! { <div class="voordeur-cluster">{stands(seen)}</div> {paragraph(words)} }.into_any();
    }
    let promised = wording::promised(seen.service, case, seen.today).filter(|promised| *promised >= seen.today);
    let words = match promised {
        Some(promised) if promised < case.due_on => td_string!(
            locale,
            cases.next_promised,
            organisation = organisation,
            promised = dates::date(locale, promised),
            due = due
        )
        .to_string(),
        _ => td_string!(locale, cases.next_due, organisation = organisation, due = due).to_string(),
    };
    let add = seen.may(Action::AddDocument).then(|| {
        view! { <p><a class="nl-link voordeur-target" href=seen.path("documenten")>{td_string!(locale, cases.add_documents)} " " {ui::icon("arrow")}</a></p> }
    });
    view! { {paragraph(words)} {add} }.into_any()
}
