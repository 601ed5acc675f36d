//! Doing something in a case: once, however often it is sent, and with what was typed kept when it cannot be done.

use http::StatusCode;
use leptos::prelude::*;
use leptos_i18n::td_string;
use uuid::Uuid;

use super::{
    change::{Act, By, Refused, change},
    list::usage,
    model::{Actor, Case, Event, Happening},
    page::Seen,
    store,
};
use crate::{
    app::{Citizen, Page, Place, Visit},
    database::Scope,
    documents::{self, DocumentId, FormWithFiles, MOST_FILES, Origin, Taken, Upload},
    error::Error,
    i18n::Locale,
    ui::{self, Field, Mistake, Tone},
    usage::activity,
};

/// Longer than this no text is taken.
pub(super) const LONGEST: usize = 10_000;

/// The names of fields.
pub(super) const TEXT: &str = "tekst";
pub(super) const FILES: &str = "bestanden";
const SEEN: &str = "versie";

/// What somebody wrote, with one kind of line ends, and without what no keyboard types.
pub(super) fn written(form: &FormWithFiles, field: &str) -> String {
    let text = form.field(field).replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t')).collect()
}

/// The version of the case that the form was made from; what happened after it may have been this form, sent before.
pub(super) fn saw(form: &FormWithFiles) -> i32 {
    form.field(SEEN).parse().unwrap_or(0)
}

/// A text that has to be there, and not be too long.
pub(super) fn check_text(
    locale: Locale,
    field: &'static str,
    text: &str,
    missing: Option<&'static str>,
) -> Option<Mistake> {
    let count = text.chars().count();
    let message = match (count, missing) {
        (0, Some(missing)) => missing.to_owned(),
        (LONGEST.., _) if count > LONGEST => {
            td_string!(locale, cases.wrong_long, most = LONGEST, count = count).to_string()
        }
        _ => return None,
    };
    Some(Mistake { field: field.into(), message })
}

/// Judges and puts away the files of a form; what is wrong with one becomes a mistake.
pub(super) async fn take(
    citizen: &Citizen,
    files: Vec<Upload>,
    mistakes: &mut Vec<Mistake>,
) -> Result<Vec<Taken>, Error> {
    let mut taken = Vec::with_capacity(files.len());
    for upload in files {
        let name = upload.name.clone();
        match documents::take(&citizen.portal, upload, Origin::Citizen).await {
            Ok(one) => taken.push(one),
            Err(refusal) => {
                let message = refusal.words(citizen.locale, &name)?;
                mistakes.push(Mistake { field: FILES.into(), message });
            }
        }
    }
    Ok(taken)
}

/// A transaction in which the citizen acts, with the case held in it.
pub(super) async fn hold(citizen: &Citizen, id: Uuid) -> Result<(Scope, Case), Error> {
    let usage = usage(citizen, activity::ACT_IN_CASE);
    let mut scope = citizen.portal.database.as_person(citizen.person, usage).await?;
    let case = store::hold(scope.sql(), id).await?.ok_or(Error::NotFound)?;
    Ok((scope, case))
}

/// Records what was taken.
pub(super) async fn record(scope: &mut Scope, taken: &[Taken]) -> Result<Vec<Uuid>, Error> {
    let mut ids = Vec::with_capacity(taken.len());
    for one in taken {
        ids.push(documents::record(scope.sql(), one).await?.0);
    }
    Ok(ids)
}

/// What was done, as far as the same form sent again does it too.
pub(super) struct Once<'a> {
    pub saw: i32,
    pub is_same: &'a (dyn Fn(&Happening) -> bool + Sync),
}

/// Does it, unless the timeline shows since the form was made that it was done: then nothing changes, and all is as if it was done now.
pub(super) async fn act(
    citizen: &Citizen,
    id: Uuid,
    once: Once<'_>,
    taken: &[Taken],
    make: impl FnOnce(Vec<Uuid>) -> Act,
) -> Result<Option<Refused>, Error> {
    let (mut scope, case) = hold(citizen, id).await?;
    if once.saw < case.version && is_done(&mut scope, id, &once, taken).await? {
        scope.commit().await?;
        return Ok(None);
    }
    let documents = record(&mut scope, taken).await?;
    match change(&citizen.portal, &mut scope, case, make(documents), By::citizen(citizen.portal.clock.now())).await {
        Ok(_) => {
            scope.commit().await?;
            Ok(None)
        }
        Err(Refused::Error(error)) => Err(error),
        Err(refused) => Ok(Some(refused)),
    }
}

async fn is_done(scope: &mut Scope, id: Uuid, once: &Once<'_>, taken: &[Taken]) -> Result<bool, Error> {
    let events = store::events(scope.sql(), id, false).await?;
    let same =
        |event: &&Event| event.sequence > once.saw && event.actor == Actor::Citizen && (once.is_same)(&event.what);
    for event in events.iter().filter(same) {
        let ids: Vec<DocumentId> = documents_of(&event.what).iter().copied().map(DocumentId).collect();
        if documents::are(scope.sql(), &ids, taken).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The documents that came with something.
pub(super) fn documents_of(what: &Happening) -> &[Uuid] {
    match what {
        Happening::Answered { documents, .. }
        | Happening::Documents { documents }
        | Happening::Enquired { documents, .. } => documents,
        _ => &[],
    }
}

/// A form on a page of its own, below that of the case.
pub(super) struct Draft<'a> {
    pub seen: &'a Seen<'a>,
    /// The last part of its address.
    pub end: &'static str,
    pub title: String,
    pub lead: String,
    /// What to know before, between the heading and the fields.
    pub before: Option<AnyView>,
    /// What the form was made from besides the case: a question.
    pub hidden: Option<(&'static str, String)>,
    pub fields: Vec<AnyView>,
    pub button: &'static str,
    pub mistakes: Vec<Mistake>,
}

impl Draft<'_> {
    pub fn page(self) -> Page {
        let Self { seen, end, title, lead, before, hidden, fields, button, mistakes } = self;
        let locale = seen.visit.locale;
        let status = if mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        let hidden = hidden.map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
        // Only a form with files in it is sent in parts.
        let enctype = "multipart/form-data";
        let body = view! {
            <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
                {summary(seen.visit, &mistakes)}
                {ui::heading(title.clone(), lead)}
                {before}
                <form class="utrecht-form voordeur-stack voordeur-stack--wide" method="post" enctype=enctype action=seen.path(end) novalidate>
                    {hidden}
                    <input type="hidden" name=SEEN value=seen.case.version/>
                    {fields}
                    <div class="utrecht-button-group">
                        <button class="nl-button nl-button--primary" type="submit">{button}</button>
                        <a class="nl-button nl-button--subtle" href=seen.visit.href(&seen.case.path())>{td_string!(locale, cases.back)}</a>
                    </div>
                </form>
            </div>
        }
        .into_any();
        seen.under(Page::new(title, Place::Cases, body).status(status))
    }
}

fn summary(visit: &Visit, mistakes: &[Mistake]) -> Option<impl IntoView + use<>> {
    let count = i64::try_from(mistakes.len()).unwrap_or(i64::MAX);
    let title = td_string!(visit.locale, cases.to_change, count = count).to_string();
    (!mistakes.is_empty()).then(|| ui::error_summary(title, mistakes))
}

/// The mistakes in one field, as one.
pub(super) fn mistake_in(mistakes: &[Mistake], field: &str) -> Option<String> {
    let own: Vec<&str> = mistakes.iter().filter(|own| own.field == field).map(|own| own.message.as_str()).collect();
    (!own.is_empty()).then(|| own.join(" "))
}

pub(super) fn text_field(
    id: &'static str,
    label: String,
    hint: Option<String>,
    typed: &str,
    mistakes: &[Mistake],
) -> AnyView {
    let field = Field { id: id.to_owned(), label, hint, mistake: mistake_in(mistakes, id) };
    field.text(typed.to_owned(), true, None)
}

pub(super) fn file_field(visit: &Visit, mistakes: &[Mistake]) -> AnyView {
    let locale = visit.locale;
    let mut hint = td_string!(locale, documents.field_hint, most = MOST_FILES).to_string();
    if !mistakes.is_empty() {
        hint = format!("{hint} {}", td_string!(locale, cases.choose_again));
    }
    let label = td_string!(locale, documents.field).to_owned();
    let field = Field { id: FILES.to_owned(), label, hint: Some(hint), mistake: mistake_in(mistakes, FILES) };
    field.files(".pdf,.jpg,.jpeg,.png,.heic,.txt")
}

/// It cannot be done: why, with what was typed, so that nobody has to write it again.
pub(super) fn refused(seen: &Seen<'_>, refused: &Refused, typed: &str) -> Page {
    let (visit, locale) = (seen.visit, seen.visit.locale);
    let why = match refused {
        Refused::Question => td_string!(locale, cases.refused_question),
        Refused::Changed | Refused::TakenBy(_) => td_string!(locale, cases.refused_changed),
        Refused::NotLate => td_string!(locale, cases.refused_not_late),
        Refused::NotNow | Refused::Clock | Refused::FourEyes | Refused::Error(_) => {
            td_string!(locale, cases.refused_now)
        }
    };
    let typed = (!typed.is_empty()).then(|| {
        view! {
            <section class="voordeur-card voordeur-stack" aria-labelledby="getypt">
                <h2 class="nl-heading nl-heading--level-3" id="getypt">{td_string!(locale, cases.you_wrote)}</h2>
                <p class="voordeur-text">{typed.to_owned()}</p>
                <p class="voordeur-subtle">{td_string!(locale, cases.you_wrote_text)}</p>
            </section>
        }
    });
    let title = td_string!(locale, cases.refused_title).to_owned();
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            <h1 class="nl-heading nl-heading--level-1">{title.clone()}</h1>
            {ui::alert(Tone::Warning, view! { <p class="nl-paragraph" role="alert">{why}</p> })}
            {typed}
            <div class="utrecht-button-group">
                <a class="nl-button nl-button--primary" href=visit.href(&seen.case.path())>{td_string!(locale, cases.to_case)}</a>
                <a class="nl-button nl-button--secondary" href=seen.path("vraag")>{td_string!(locale, cases.ask_question)}</a>
            </div>
        </div>
    }
    .into_any();
    seen.under(Page::new(title, Place::Cases, body).status(StatusCode::CONFLICT))
}
