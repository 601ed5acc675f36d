//! `/balie/zaken/{reference}`: one case, whole. Opening it shows in the citizen's own list.

use axum::{
    extract::{Path, Query},
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde::Deserialize;

use super::{approve, correction, documents, due, forms, letter, look, pass_on, timeline};
use crate::{
    app::{Page, Place, Staff},
    cases::{self, Action, Actor, Case, Decision, Event, Happening, Stage},
    clock,
    documents::{Document, of},
    error::Error,
    i18n::Locale,
    offers::Sent,
    registered_data::{KnownAs, known_as},
    rules::ServiceRules,
    ui::{self, Tone, dates},
};

/// A case with all that belongs to it.
pub struct Loaded {
    pub case: Case,
    pub events: Vec<Event>,
    pub known: KnownAs,
    pub sent: Sent,
    pub decision: Option<Decision>,
    pub documents: Vec<Document>,
    pub related: Vec<Case>,
    /// What it asks to correct.
    pub correction: Option<correction::Asked>,
}

/// What a page says before anything else.
pub enum Told {
    Done(&'static str),
    Refused(String),
}

#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    gedaan: String,
}

pub async fn get(staff: Staff, Path(reference): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let loaded = load(&staff, &reference).await?;
    let told = done(staff.locale, &asked.gedaan).map(Told::Done);
    Ok(staff.show(page(&staff, &loaded, told)))
}

/// Where a button was pressed there is nothing to see.
pub async fn back(staff: Staff, Path(reference): Path<String>) -> Response {
    Redirect::to(&staff.href(&format!("/balie/zaken/{reference}"))).into_response()
}

/// Reads a case, and logs in the name of whom it is about that it was read.
///
/// # Errors
/// As [`look::open`].
pub async fn load(staff: &Staff, reference: &str) -> Result<Loaded, Error> {
    let (mut scope, case) = look::open(staff, reference).await?;
    let keys = &staff.portal.keys;
    let mut events = cases::store::events(scope.sql(), case.id, true).await?;
    pass_on::only_own(&mut events, |id| staff.portal.catalogue.organisation_name(id, staff.locale));
    let known = known_as(scope.sql(), keys).await?;
    let sealed = cases::store::application(scope.sql(), case.id).await?;
    let sent = Sent::read(scope.sql(), keys, case.service.as_deref(), case.period, sealed.as_deref()).await?;
    let correction = correction::Asked::read(staff, &mut scope, &case, sealed.as_deref()).await?;
    let decision = cases::store::decision(scope.sql(), case.id).await?;
    let documents = of(scope.sql(), &documents::ids(&case, &events, decision.as_ref())).await?;
    let mut related = cases::store::with(scope.sql(), case.id).await?;
    // Another organisation's part is not this one's to see.
    related.retain(|other| other.organisation == staff.organisation);
    scope.commit().await?;
    Ok(Loaded { case, events, known, sent, decision, documents, related, correction })
}

impl Loaded {
    pub fn service<'s>(&self, staff: &'s Staff) -> Option<&'s ServiceRules> {
        self.case.service.as_deref().and_then(|id| staff.portal.rules.service(id))
    }

    /// Questions of the citizen since the last reply.
    pub fn open_questions(&self) -> Vec<&Event> {
        let replied = self.events.iter().rposition(|event| matches!(event.what, Happening::Replied { .. }));
        let since = self.events.iter().skip(replied.map_or(0, |at| at + 1));
        since.filter(|event| matches!(event.what, Happening::Enquired { .. })).collect()
    }

    fn allows(&self, action: Action) -> bool {
        self.case.stage.allows(action, Actor::Staff)
    }
}

fn done(locale: Locale, what: &str) -> Option<&'static str> {
    Some(match what {
        "nemen" => td_string!(locale, desk_cases.done_take),
        "teruggeven" => td_string!(locale, desk_cases.done_release),
        "hervatten" => td_string!(locale, desk_cases.done_resume),
        "afronden" => td_string!(locale, desk_cases.done_finish),
        "status" => td_string!(locale, desk_cases.done_status),
        "vragen" => td_string!(locale, desk_cases.done_ask),
        "pauze" => td_string!(locale, desk_cases.done_pause),
        "verlengen" => td_string!(locale, desk_cases.done_extend),
        "antwoord" => td_string!(locale, desk_cases.done_reply),
        "document" => td_string!(locale, desk_cases.done_document),
        "besluit" => td_string!(locale, desk_cases.done_decide),
        "voorstel" => td_string!(locale, desk_cases.done_propose),
        "terugsturen" => td_string!(locale, desk_cases.done_return),
        "ontvangen" => td_string!(locale, desk_corrections.done_receive),
        "onderzoeken" => td_string!(locale, desk_corrections.done_investigate),
        _ => return None,
    })
}

pub fn stage(locale: Locale, stage: Stage) -> &'static str {
    match stage {
        Stage::Received => td_string!(locale, desk_cases.received),
        Stage::InTreatment => td_string!(locale, desk_cases.in_treatment),
        Stage::Decided => td_string!(locale, desk_cases.decided),
        Stage::Done => td_string!(locale, desk_cases.finished),
    }
}

/// Which case this is, whose, and that looking at it shows.
pub fn head(staff: &Staff, case: &Case, known: &KnownAs, title: AnyView) -> AnyView {
    let locale = staff.locale;
    let today = staff.portal.clock.today();
    let received = dates::date(locale, clock::day(case.received_at));
    let due = case
        .stage
        .is_open()
        .then(|| due::chip(locale, case.due(today), case.is_paused(), case.question.is_some(), today));
    let name =
        if known.name.is_empty() { td_string!(locale, desk_cases.nameless).to_owned() } else { known.name.clone() };
    let ending = known.ending.clone().map(|ending| {
        let spoken = td_string!(locale, desk_cases.ends_in, ending = ending.as_str()).to_string();
        view! { ", BSN " <span aria-hidden="true">"••••••• " {ending}</span><span class="voordeur-visually-hidden">{spoken}</span> }
    });
    view! {
        <div class="voordeur-stack voordeur-stack--close">
            <div class="voordeur-cluster">
                {due}
                <span class="nl-data-badge voordeur-number">{case.reference.clone()}</span>
                <span class="nl-data-badge">{stage(locale, case.stage)}</span>
                <span class="nl-data-badge" lang="nl">{case.legal_term.law.clone()}</span>
            </div>
            {title}
            <p class="nl-paragraph"><b>{name}</b> {ending} ". " {td_string!(locale, desk_cases.received_on, date = received).to_string()}</p>
            <p class="voordeur-subtle voordeur-icon-line">{ui::icon("eye")} <span>{td_string!(locale, desk_cases.citizen_sees)}</span></p>
        </div>
    }
    .into_any()
}

pub fn page(staff: &Staff, loaded: &Loaded, told: Option<Told>) -> Page {
    let locale = staff.locale;
    let case = &loaded.case;
    let (name, lang) = case.title.get(locale);
    let title = view! { <h1 class="nl-heading nl-heading--level-1" lang=lang>{name.to_owned()}</h1> }.into_any();
    let told = told.map(|told| match told {
        Told::Done(words) => {
            view! { <div role="status">{ui::alert(Tone::Ok, view! { <p class="nl-paragraph">{words}</p> })}</div> }
                .into_any()
        }
        Told::Refused(words) => {
            view! { <div role="alert">{ui::alert(Tone::Warning, view! { <p class="nl-paragraph">{words}</p> })}</div> }
                .into_any()
        }
    });
    let events: Vec<&Event> = loaded.events.iter().collect();
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            {told}
            {head(staff, case, &loaded.known, title)}
            <div class="voordeur-split">
                <div class="voordeur-stack voordeur-stack--sections">
                    {correction::section(staff, loaded)}
                    {approve::section(staff, loaded)}
                    {question(staff, case)}
                    {forms::questions(staff, loaded)}
                    {decision(staff, loaded)}
                    {application(staff, loaded)}
                    {documents::section(staff, loaded)}
                    {section("verloop", td_string!(locale, desk_cases.timeline), timeline::view(staff, case.kind, &events))}
                </div>
                <aside class="voordeur-stack voordeur-stack--wide" aria-label=td_string!(locale, desk_cases.to_do)>
                    {whose(staff, loaded)}
                    {actions(staff, loaded)}
                    {as_citizen_sees(staff, case)}
                    {related(staff, loaded)}
                </aside>
            </div>
        </div>
    };
    let page = Page::new(format!("{name}, {}", case.reference), Place::DeskCases, body);
    page.under(td_string!(locale, desk.title), "/balie").under(td_string!(locale, desk_cases.title), "/balie/zaken")
}

pub fn section(id: &'static str, title: &'static str, body: AnyView) -> AnyView {
    view! {
        <section class="voordeur-stack" aria-labelledby=id>
            <h2 class="nl-heading nl-heading--level-2" id=id>{title}</h2>
            {body}
        </section>
    }
    .into_any()
}

/// The question that the citizen has to answer.
fn question(staff: &Staff, case: &Case) -> Option<AnyView> {
    let locale = staff.locale;
    let question = case.question.as_ref()?;
    let by = td_string!(locale, desk_cases.answer_before, date = dates::date(locale, question.answer_by)).to_string();
    let body = view! {
        <div class="voordeur-card voordeur-card--attention voordeur-stack voordeur-stack--close">
            <p class="nl-paragraph">{timeline::sentence(locale, &question.words)}</p>
            <p class="voordeur-subtle">{by}</p>
        </div>
    }
    .into_any();
    Some(section("vraag", td_string!(locale, desk_cases.asked), body))
}

fn decision(staff: &Staff, loaded: &Loaded) -> Option<AnyView> {
    let decision = loaded.decision.as_ref()?;
    let body = letter::view(staff, &loaded.case, decision);
    Some(section("besluit", td_string!(staff.locale, desk_cases.decision), body))
}

/// What was sent, and what it rests on.
fn application(staff: &Staff, loaded: &Loaded) -> Option<AnyView> {
    let locale = staff.locale;
    let service = loaded.service(staff)?;
    let value = |what: String, words: String, source: Option<String>| {
        let source = source
            .filter(|source| !source.is_empty())
            .map(|source| view! { <dd class="voordeur-value__source">{source}</dd> });
        view! { <div class="voordeur-value"><dt>{what}</dt><dd class="voordeur-value__main">{words}</dd>{source}</div> }
            .into_any()
    };
    let part = |title: &'static str, values: Vec<AnyView>| {
        (!values.is_empty()).then(|| {
            view! {
                <div class="voordeur-card voordeur-stack">
                    <h3 class="nl-heading nl-heading--level-3">{title}</h3>
                    <dl class="voordeur-values">{values}</dl>
                </div>
            }
            .into_any()
        })
    };
    let filled: Vec<AnyView> =
        loaded.sent.filled_in(staff, service).into_iter().map(|(what, words)| value(what, words, None)).collect();
    let registered = loaded.sent.registered(staff, service);
    let registered: Vec<AnyView> =
        registered.into_iter().map(|(what, words, source)| value(what, words, Some(source))).collect();
    let why = loaded.sent.why(staff, service).map(|why| {
        view! {
            <details class="voordeur-more">
                <summary>{td_string!(locale, desk_cases.why)}</summary>
                <div class="voordeur-stack">{why}</div>
            </details>
        }
        .into_any()
    });
    if filled.is_empty() && registered.is_empty() && why.is_none() {
        return None;
    }
    let body = view! {
        <div class="voordeur-stack">
            {part(td_string!(locale, desk_cases.filled_in), filled)}
            {part(td_string!(locale, desk_cases.registered), registered)}
            {why}
        </div>
    }
    .into_any();
    Some(section("aanvraag", td_string!(locale, desk_cases.application), body))
}

/// A button that does something at once.
pub fn button(staff: &Staff, case: &Case, act: &str, label: &'static str, class: &'static str) -> AnyView {
    let action = staff.href(&format!("/balie/zaken/{}/{act}", case.reference));
    view! {
        <form method="post" action=action>
            <input type="hidden" name="versie" value=case.version/>
            <button class=format!("nl-button nl-button--{class}") type="submit">{label}</button>
        </form>
    }
    .into_any()
}

fn whose(staff: &Staff, loaded: &Loaded) -> Option<AnyView> {
    let locale = staff.locale;
    let case = &loaded.case;
    let words = match (&case.taken_by, &case.taken_name) {
        (Some(by), _) if *by == staff.id => td_string!(locale, desk_cases.with_you).to_owned(),
        (Some(_), Some(name)) => td_string!(locale, desk_cases.with_name, name = name.as_str()).to_string(),
        _ => td_string!(locale, desk_cases.with_nobody).to_owned(),
    };
    let mine = case.taken_by.as_deref() == Some(&staff.id);
    let act = if !case.stage.is_open() {
        None
    } else if case.taken_by.is_none() {
        Some(button(staff, case, "nemen", td_string!(locale, desk_cases.take), "primary"))
    } else if mine {
        Some(button(staff, case, "teruggeven", td_string!(locale, desk_cases.release), "secondary"))
    } else {
        None
    };
    Some(view! { <div class="voordeur-card voordeur-stack voordeur-stack--close"><p class="nl-paragraph"><b>{words}</b></p>{act}</div> }.into_any())
}

fn actions(staff: &Staff, loaded: &Loaded) -> Option<AnyView> {
    let locale = staff.locale;
    let case = &loaded.case;
    // What a colleague has, or what waits for a second pair of eyes, is looked at and not worked on.
    let others = case.taken_by.as_ref().is_some_and(|by| *by != staff.id);
    let locked = others || case.proposal.is_some();
    let asked = loaded.correction.as_ref();
    // Of a correction nothing is asked before it is received.
    let asks = asked.is_none_or(|asked| asked.allows(crate::corrections::Action::Ask));
    let links: Vec<(&str, &'static str, bool)> = vec![
        ("status", td_string!(locale, desk_cases.act_status), loaded.allows(Action::SetStatus) && !locked),
        (
            "vragen",
            td_string!(locale, desk_cases.act_ask),
            loaded.allows(Action::Ask) && case.question.is_none() && !locked && asks,
        ),
        (
            "pauze",
            td_string!(locale, desk_cases.act_pause),
            loaded.allows(Action::Pause) && !case.is_paused() && !locked,
        ),
        ("verlengen", td_string!(locale, desk_cases.act_extend), loaded.allows(Action::Extend) && !locked),
        ("document", td_string!(locale, desk_cases.act_document), loaded.allows(Action::AddDocument) && !locked),
        ("doorsturen", td_string!(locale, desk_cases.act_pass_on), loaded.allows(Action::PassOn) && !locked),
    ];
    let items: Vec<AnyView> = links
        .into_iter()
        .filter(|(.., shown)| *shown)
        .map(|(act, label, _)| {
            let href = staff.href(&format!("/balie/zaken/{}/{act}", case.reference));
            view! { <li><a class="nl-link voordeur-target" href=href>{label}</a></li> }.into_any()
        })
        .collect();
    let of_correction = asked.filter(|_| !locked).map(|asked| correction::actions(staff, loaded, asked));
    let decide = (loaded.allows(Action::Decide) && !locked && asked.is_none()).then(|| {
        let href = staff.href(&format!("/balie/zaken/{}/besluit", case.reference));
        view! { <p><a class="nl-button nl-button--primary" href=href>{td_string!(locale, desk_cases.act_decide)}</a></p> }
    });
    // Going on without an answer lets the clock run too.
    let resume = (loaded.allows(Action::Resume) && case.is_paused() && !locked && asked.is_none())
        .then(|| button(staff, case, "hervatten", td_string!(locale, desk_cases.act_resume), "secondary"));
    let finish = (loaded.allows(Action::Finish) && !others)
        .then(|| button(staff, case, "afronden", td_string!(locale, desk_cases.act_finish), "primary"));
    if items.is_empty()
        && of_correction.as_ref().is_none_or(Vec::is_empty)
        && decide.is_none()
        && resume.is_none()
        && finish.is_none()
    {
        return None;
    }
    Some(
        view! {
            <div class="voordeur-card voordeur-stack voordeur-stack--close">
                <h2 class="nl-heading nl-heading--level-3">{td_string!(locale, desk_cases.to_do)}</h2>
                {of_correction}
                {decide}
                {finish}
                {resume}
                <ul role="list">{items}</ul>
            </div>
        }
        .into_any(),
    )
}

/// Where the citizen reads that it stands.
fn as_citizen_sees(staff: &Staff, case: &Case) -> AnyView {
    let locale = staff.locale;
    let today = staff.portal.clock.today();
    let status =
        case.status.as_ref().map(|status| view! { <p class="nl-paragraph">{timeline::sentence(locale, status)}</p> });
    let promise = case.standard_on.filter(|_| case.stage.is_open()).map(|day| {
        view! { <div><dt>{td_string!(locale, desk_cases.promise)}</dt><dd>{dates::date(locale, day)}</dd></div> }
    });
    let legal = case.stage.is_open().then(|| {
        let day = dates::date(locale, case.due(today));
        view! { <div><dt>{td_string!(locale, desk_cases.legal_limit)}</dt><dd>{day}</dd></div> }
    });
    let notice = case.default_notice_on.map(|day| {
        view! { <div><dt>{td_string!(locale, desk_cases.notice)}</dt><dd>{dates::date(locale, day)}</dd></div> }
    });
    view! {
        <div class="voordeur-card voordeur-stack voordeur-stack--close">
            <h2 class="nl-heading nl-heading--level-3">{td_string!(locale, desk_cases.what_citizen_sees)}</h2>
            <p class="nl-paragraph"><b>{stage(locale, case.stage)}</b></p>
            {status}
            <dl class="voordeur-facts">{promise}{legal}{notice}</dl>
        </div>
    }
    .into_any()
}

fn related(staff: &Staff, loaded: &Loaded) -> Option<AnyView> {
    let locale = staff.locale;
    if loaded.related.is_empty() {
        return None;
    }
    let items = loaded
        .related
        .iter()
        .map(|other| {
            let (name, lang) = other.title.get(locale);
            let href = staff.href(&format!("/balie/zaken/{}", other.reference));
            view! { <li><a class="nl-link voordeur-target" href=href><span lang=lang>{name.to_owned()}</span> ", " {other.reference.clone()}</a></li> }
        })
        .collect_view();
    Some(
        view! {
            <div class="voordeur-card voordeur-stack voordeur-stack--close">
                <h2 class="nl-heading nl-heading--level-3">{td_string!(locale, desk_cases.related)}</h2>
                <ul role="list">{items}</ul>
            </div>
        }
        .into_any(),
    )
}
