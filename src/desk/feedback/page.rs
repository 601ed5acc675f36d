//! `/balie/feedback/{reference}`: what somebody said, whole. Opening it shows in their own list.

use axum::{
    extract::{Path, Query},
    response::Response,
};
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde::Deserialize;

use super::{
    answers, documents, look, queue,
    sheet::{self, Sheet},
    store, timeline,
};
use crate::{
    app::{Page, Place, Staff},
    clock,
    desk::cases::due,
    documents::{Document, of},
    error::Error,
    feedback::{self, Contact, Event, Feedback, IdeaFace, Kind, State},
    i18n::Locale,
    insights::Category,
    registered_data::known_as,
    ui::{self, Tone, dates},
};

/// Feedback with all that belongs to it.
pub struct Loaded {
    pub feedback: Feedback,
    pub events: Vec<Event>,
    /// From whom it is, where staff have to know.
    pub name: Option<String>,
    /// Of who was not logged in.
    pub contact: Option<Contact>,
    pub documents: Vec<Document>,
    pub face: Option<IdeaFace>,
    /// Public ideas that say something like it.
    pub alike: Vec<(i64, String)>,
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
    let told = match asked.gedaan.as_str() {
        "nemen" => Some(td_string!(staff.locale, desk_feedback.done_take)),
        "teruggeven" => Some(td_string!(staff.locale, desk_feedback.done_release)),
        act => Sheet::from_path(act).map(|sheet| sheet.done(staff.locale)),
    };
    Ok(staff.show(page(&staff, &loaded, told.map(Told::Done))))
}

/// Reads feedback, and logs in the name of whom it is from that it was read.
///
/// # Errors
/// As [`look::open`].
pub async fn load(staff: &Staff, reference: &str) -> Result<Loaded, Error> {
    let (mut scope, feedback) = look::open(staff, reference).await?;
    let mut events = feedback::store::events(scope.sql(), feedback.id, true).await?;
    timeline::only_own(&mut events, |id| staff.portal.catalogue.organisation_name(id, staff.locale));
    let name =
        if look::is_named(&feedback) { Some(known_as(scope.sql(), &staff.portal.keys).await?.name) } else { None };
    let contact = feedback::contact(&staff.portal, &feedback)?;
    let documents = of(scope.sql(), &documents::ids(&events)).await?;
    let (mut face, mut alike) = (None, Vec::new());
    if feedback.kind == Kind::Idea {
        face = feedback::store::face(scope.sql(), feedback.id).await?;
        let number = face.as_ref().map(|face| face.number);
        alike = store::alike(scope.sql(), &feedback.text, number).await?;
    }
    scope.commit().await?;
    Ok(Loaded { feedback, events, name, contact, documents, face, alike })
}

/// "Klacht: Zorgtoeslag"
pub fn title(staff: &Staff, feedback: &Feedback) -> String {
    let kind = queue::kind_name(staff.locale, Some(feedback.kind));
    match feedback.service.as_deref().and_then(|id| staff.portal.rules.service(id)) {
        Some(service) => format!("{kind}: {}", service.service.name.get(staff.locale)),
        None => kind.to_owned(),
    }
}

pub fn state_name(locale: Locale, state: State) -> &'static str {
    match state {
        State::Submitted => td_string!(locale, desk_feedback.submitted),
        State::Acknowledged => td_string!(locale, desk_feedback.acknowledged),
        State::InTreatment => td_string!(locale, desk_feedback.in_treatment),
        State::Heard => td_string!(locale, desk_feedback.heard),
        State::Extended => td_string!(locale, desk_feedback.extended),
        State::Answered => td_string!(locale, desk_feedback.answered),
        State::Reopened => td_string!(locale, desk_feedback.reopened),
        State::Moderated => td_string!(locale, desk_feedback.moderated),
        State::Open => td_string!(locale, desk_feedback.open),
        State::UnderReview => td_string!(locale, desk_feedback.under_review),
        State::Planned => td_string!(locale, desk_feedback.planned),
        State::InProgress => td_string!(locale, desk_feedback.in_progress),
        State::Done => td_string!(locale, desk_feedback.finished),
        State::Declined => td_string!(locale, desk_feedback.declined),
        State::Merged => td_string!(locale, desk_feedback.merged),
        State::Withdrawn => td_string!(locale, desk_feedback.withdrawn),
    }
}

/// Which this is, from whom, and that looking at it shows.
pub fn head(staff: &Staff, loaded: &Loaded, title: AnyView) -> AnyView {
    let locale = staff.locale;
    let feedback = &loaded.feedback;
    let today = staff.portal.clock.today();
    let due =
        feedback.state.is_open().then(|| due::chip(locale, feedback.due_on, false, feedback.question.is_some(), today));
    let law = feedback.law().map(|law| view! { <span class="nl-data-badge" lang="nl">{law}</span> });
    let from = match (&loaded.name, &loaded.contact) {
        (Some(name), _) if name.is_empty() => td_string!(locale, desk_cases.nameless).to_owned(),
        (Some(name), _) => name.clone(),
        (None, Some(contact)) if !contact.name.is_empty() => contact.name.clone(),
        (None, Some(_)) => td_string!(locale, desk_feedback.visitor).to_owned(),
        (None, None) => td_string!(locale, desk_feedback.unnamed).to_owned(),
    };
    let received = dates::date(locale, clock::day(feedback.received_at));
    let seen = if feedback.has_person() {
        td_string!(locale, desk_feedback.citizen_sees)
    } else {
        td_string!(locale, desk_feedback.look_is_kept)
    };
    view! {
        <div class="voordeur-stack voordeur-stack--close">
            <div class="voordeur-cluster">
                {due}
                <span class="nl-data-badge voordeur-number">{feedback.reference.clone()}</span>
                <span class="nl-data-badge">{state_name(locale, feedback.state)}</span>
                {law}
            </div>
            {title}
            <p class="nl-paragraph"><b>{from}</b> ". " {td_string!(locale, desk_cases.received_on, date = received).to_string()}</p>
            <p class="voordeur-subtle voordeur-icon-line">{ui::icon("eye")} <span>{seen}</span></p>
        </div>
    }
    .into_any()
}

/// What was written, in its own language.
pub fn said(staff: &Staff, loaded: &Loaded) -> AnyView {
    let locale = staff.locale;
    let feedback = &loaded.feedback;
    let lang = (feedback.locale != locale).then(|| if feedback.locale == Locale::en { "en" } else { "nl" });
    let face = loaded
        .face
        .as_ref()
        .map(|face| view! { <h3 class="nl-heading nl-heading--level-3" lang=lang>{face.title.clone()}</h3> });
    let wish = feedback.wish.clone().map(|wish| {
        view! {
            <h3 class="nl-heading nl-heading--level-3">{td_string!(locale, desk_feedback.wish)}</h3>
            <p class="nl-paragraph voordeur-said" lang=lang>{wish}</p>
        }
    });
    let question = feedback.question.clone().filter(|_| feedback.state.is_open()).map(|question| {
        view! {
            <div class="voordeur-card voordeur-card--attention voordeur-stack voordeur-stack--close">
                <p class="nl-paragraph"><b>{td_string!(locale, desk_feedback.waits)}</b></p>
                <p class="nl-paragraph voordeur-said">{question}</p>
            </div>
        }
    });
    view! {
        <section class="voordeur-stack" aria-labelledby="gezegd">
            <h2 class="nl-heading nl-heading--level-2" id="gezegd">{td_string!(locale, desk_feedback.said)}</h2>
            {question}
            <div class="voordeur-card voordeur-stack">
                {face}
                <p class="nl-paragraph voordeur-said" lang=lang>{feedback.text.clone()}</p>
                {wish}
            </div>
            {documents::list(staff, loaded)}
        </section>
    }
    .into_any()
}

pub fn page(staff: &Staff, loaded: &Loaded, told: Option<Told>) -> Page {
    let locale = staff.locale;
    let title = title(staff, &loaded.feedback);
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
    let name = view! { <h1 class="nl-heading nl-heading--level-1">{title.clone()}</h1> }.into_any();
    let events: Vec<&Event> = loaded.events.iter().collect();
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            {told}
            {head(staff, loaded, name)}
            <div class="voordeur-split">
                <div class="voordeur-stack voordeur-stack--sections">
                    {said(staff, loaded)}
                    <section class="voordeur-stack" aria-labelledby="verloop">
                        <h2 class="nl-heading nl-heading--level-2" id="verloop">{td_string!(locale, desk_cases.timeline)}</h2>
                        {timeline::view(staff, &events)}
                    </section>
                </div>
                <aside class="voordeur-stack voordeur-stack--wide" aria-label=td_string!(locale, desk_cases.to_do)>
                    {whose(staff, loaded)}
                    {actions(staff, loaded)}
                    {about(staff, loaded)}
                    {category(staff, loaded)}
                </aside>
            </div>
        </div>
    };
    Page::new(format!("{title}, {}", loaded.feedback.reference), Place::DeskFeedback, body)
        .under(td_string!(locale, desk.title), "/balie")
        .under(td_string!(locale, desk_feedback.title), "/balie/reacties")
}

fn whose(staff: &Staff, loaded: &Loaded) -> AnyView {
    let locale = staff.locale;
    let feedback = &loaded.feedback;
    let mine = feedback.taken_by.as_deref() == Some(&staff.id);
    let words = match &feedback.taken_name {
        _ if mine => td_string!(locale, desk_cases.with_you).to_owned(),
        Some(name) => td_string!(locale, desk_cases.with_name, name = name.as_str()).to_string(),
        None => td_string!(locale, desk_cases.with_nobody).to_owned(),
    };
    let button = |act: &str, label: &'static str, class: &'static str| {
        let action = staff.href(&format!("/balie/feedback/{}/{act}", feedback.reference));
        view! { <form method="post" action=action><button class=format!("nl-button nl-button--{class}") type="submit">{label}</button></form> }
    };
    let act = match &feedback.taken_by {
        _ if !feedback.state.is_open() => None,
        None => Some(button("nemen", td_string!(locale, desk_feedback.take), "primary")),
        Some(_) if mine => Some(button("teruggeven", td_string!(locale, desk_feedback.release), "secondary")),
        Some(_) => None,
    };
    view! { <div class="voordeur-card voordeur-stack voordeur-stack--close"><p class="nl-paragraph"><b>{words}</b></p>{act}</div> }.into_any()
}

fn actions(staff: &Staff, loaded: &Loaded) -> Option<AnyView> {
    let locale = staff.locale;
    let feedback = &loaded.feedback;
    let items: Vec<AnyView> = Sheet::ALL
        .into_iter()
        .filter(|sheet| *sheet != Sheet::Categorise && sheet.is_open_to(staff, feedback))
        .map(|sheet| {
            let href = staff.href(&format!("/balie/feedback/{}/{}", feedback.reference, sheet.path()));
            view! { <li><a class="nl-link voordeur-target" href=href>{sheet.texts(locale).0}</a></li> }.into_any()
        })
        .collect();
    if items.is_empty() {
        return None;
    }
    Some(
        view! {
            <div class="voordeur-card voordeur-stack voordeur-stack--close">
                <h2 class="nl-heading nl-heading--level-3">{td_string!(locale, desk_cases.to_do)}</h2>
                <ul role="list">{items}</ul>
            </div>
        }
        .into_any(),
    )
}

/// What it is about, by when, and how it ended.
fn about(staff: &Staff, loaded: &Loaded) -> AnyView {
    let locale = staff.locale;
    let feedback = &loaded.feedback;
    let fact = |name: &'static str, words: AnyView| view! { <div><dt>{name}</dt><dd>{words}</dd></div> }.into_any();
    let case = feedback.about.clone().map(|reference| {
        let href = staff.href(&format!("/balie/zaken/{reference}"));
        fact(
            td_string!(locale, desk_feedback.about_case),
            view! { <a class="nl-link voordeur-target" href=href>{reference}</a> }.into_any(),
        )
    });
    let page = feedback
        .page
        .clone()
        .map(|page| fact(td_string!(locale, desk_feedback.about_page), view! { <code>{page}</code> }.into_any()));
    let promise = feedback
        .standard_on
        .filter(|_| feedback.state.is_open())
        .map(|day| fact(td_string!(locale, desk_feedback.promise), dates::date(locale, day).into_any()));
    let last = feedback
        .state
        .is_open()
        .then(|| fact(td_string!(locale, desk_feedback.last_day), dates::date(locale, feedback.due_on).into_any()));
    let outcome = feedback.outcome.map(|outcome| {
        fact(td_string!(locale, desk_feedback.outcome), answers::outcome_name(locale, outcome).into_any())
    });
    let passed = feedback.passed_from.as_deref().map(|from| {
        let name = staff.portal.catalogue.organisation_name(from, locale);
        fact(td_string!(locale, desk_feedback.passed_from), name.into_any())
    });
    let supports =
        loaded.face.as_ref().map(|face| fact(td_string!(locale, desk_feedback.supports), face.supports.into_any()));
    let public = loaded.face.as_ref().filter(|face| face.published_at.is_some()).map(|face| {
        let href = staff.href(&format!("/ideeen/{}", face.number));
        fact(
            td_string!(locale, desk_feedback.public_face),
            view! { <a class="nl-link voordeur-target" href=href>{face.title.clone()}</a> }.into_any(),
        )
    });
    let answer = (!feedback.wants_answer)
        .then(|| view! { <p class="nl-paragraph">{td_string!(locale, desk_feedback.wants_none)}</p> });
    view! {
        <div class="voordeur-card voordeur-stack voordeur-stack--close">
            <h2 class="nl-heading nl-heading--level-3">{td_string!(locale, desk_feedback.facts)}</h2>
            <dl class="voordeur-facts">{case}{page}{promise}{last}{outcome}{passed}{supports}{public}</dl>
            {answer}
        </div>
    }
    .into_any()
}

fn category(staff: &Staff, loaded: &Loaded) -> AnyView {
    let locale = staff.locale;
    let feedback = &loaded.feedback;
    let chosen = feedback.category.as_deref().and_then(Category::from_text).map_or("", Category::as_str);
    let action = staff.href(&format!("/balie/feedback/{}/{}", feedback.reference, Sheet::Categorise.path()));
    view! {
        <form method="post" action=action class="voordeur-card voordeur-stack voordeur-stack--close">
            <input type="hidden" name="versie" value=feedback.version/>
            {sheet::category_field(staff, chosen, &[])}
            <div class="utrecht-button-group"><button class="nl-button nl-button--secondary" type="submit">{td_string!(locale, desk_feedback.category_go)}</button></div>
        </form>
    }
    .into_any()
}
