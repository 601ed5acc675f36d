//! `/mijn/aanbod/{service}/aanvragen`: applying yourself, for any service, whatever the rule says of it: only the organisation decides.

use axum::{
    extract::{Path, Query},
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use self::draft::Draft;
use super::{
    Run,
    answers::{Answers, Question},
    check::{self, Check, can_be_asked},
    choose::{begin, service_of},
    store, wording,
};
use crate::{
    app::Citizen,
    cases::{self, By, Kind, NewCase},
    database::Scope,
    documents::{self, Document, DocumentId, FormWithFiles, Origin},
    error::Error,
    rules::{ServiceRules, model::Mode},
    ui::Mistake,
};

mod draft;
mod receipt;
mod view;
pub use draft::rotate as rotate_drafts;
pub use receipt::{get as receipt, pdf as receipt_as_pdf};

/// Longer than this no explanation is taken.
const LONGEST: usize = 4000;

/// The field of the explanation, and that of the documents.
const EXPLANATION: &str = "toelichting";
const DOCUMENTS: &str = "documenten";

/// Everything the pages of one application need.
struct Sheet<'c> {
    citizen: &'c Citizen,
    service: &'c ServiceRules,
    check: Check<'c>,
    run: Run,
    /// What no register knows and can be filled in; then what the organisation asks.
    questions: Vec<Question<'c>>,
    draft: Draft,
    documents: Vec<Document>,
}

#[derive(Deserialize)]
pub struct Asked {
    bewaard: Option<u8>,
}

/// The form, with what was kept.
pub async fn form(citizen: Citizen, Path(id): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let service = applies_to(&citizen, &id)?;
    let mut scope = begin(&citizen, service).await?;
    if let Some(offer) = open_offer(&citizen, &mut scope, service).await? {
        scope.commit().await?;
        return Ok(Redirect::to(&citizen.href(&offer)).into_response());
    }
    let sheet = Sheet::load(&citizen, &mut scope, service).await?;
    scope.commit().await?;
    Ok(citizen.show(sheet.form(&[], asked.bewaard.is_some())))
}

/// Keeps what was typed, whatever is asked next.
pub async fn post(citizen: Citizen, Path(id): Path<String>, form: FormWithFiles) -> Result<Response, Error> {
    let service = applies_to(&citizen, &id)?;
    let portal = &citizen.portal;
    let here = path(service);
    let to = |path: &str| Redirect::to(&citizen.href(path)).into_response();
    let step = form.field("stap").to_owned();
    let mut mistakes = Vec::new();
    // Judging and checking files takes its time, so that comes before the transaction.
    let mut taken = Vec::new();
    for upload in form.files {
        let name = upload.name.clone();
        match documents::take(portal, upload, Origin::Citizen).await {
            Ok(document) => taken.push(document),
            Err(refusal) => {
                mistakes.push(Mistake { field: DOCUMENTS.into(), message: refusal.words(citizen.locale, &name)? })
            }
        }
    }
    let mut scope = begin(&citizen, service).await?;
    if step == "weggooien" {
        Draft::throw_away(scope.sql(), service.id()).await?;
        scope.commit().await?;
        return Ok(to(&format!("/mijn/aanbod/{}", service.id())));
    }
    let mut sheet = Sheet::load(&citizen, &mut scope, service).await?;
    if sheet.draft.documents.len() + taken.len() > documents::MOST_FILES {
        taken.truncate(documents::MOST_FILES.saturating_sub(sheet.draft.documents.len()));
        let message = documents::Refusal::TooMany.words(citizen.locale, "")?;
        mistakes.push(Mistake { field: DOCUMENTS.into(), message });
    }
    for document in taken {
        let id = documents::record(scope.sql(), &document).await?;
        sheet.draft.documents.push(id.0);
    }
    if let Some(removed) = step.strip_prefix("verwijder-").and_then(|id| Uuid::parse_str(id).ok()) {
        sheet.draft.documents.retain(|id| *id != removed);
    }
    sheet.draft.typed = form.fields;
    sheet.draft.typed.remove("stap");
    sheet.draft.keep(scope.sql(), &portal.keys, service.id(), portal.clock.now()).await?;
    sheet.documents = documents_of(&mut scope, &sheet.draft).await?;
    scope.commit().await?;
    if step == "verder" {
        mistakes.extend(sheet.read().1);
    }
    if !mistakes.is_empty() {
        return Ok(citizen.show(sheet.form(&mistakes, false).status(StatusCode::UNPROCESSABLE_ENTITY)));
    }
    Ok(match step.as_str() {
        "verder" => to(&format!("{here}/controleren")),
        _ => to(&format!("{here}?bewaard=1")),
    })
}

/// Everything once more, before it is sent.
pub async fn summary(citizen: Citizen, Path(id): Path<String>) -> Result<Response, Error> {
    let service = applies_to(&citizen, &id)?;
    let mut scope = begin(&citizen, service).await?;
    let sheet = Sheet::load(&citizen, &mut scope, service).await?;
    scope.commit().await?;
    let (answers, mistakes) = sheet.read();
    if !mistakes.is_empty() {
        return Ok(Redirect::to(&citizen.href(&path(service))).into_response());
    }
    Ok(citizen.show(sheet.summary(&answers)))
}

/// Sends it: the case, with what was filled in and what was known, and the event to the organisation, at once or not at all.
pub async fn send(citizen: Citizen, Path(id): Path<String>) -> Result<Response, Error> {
    let service = applies_to(&citizen, &id)?;
    let portal = &citizen.portal;
    let now = portal.clock.now();
    let to = |path: &str| Redirect::to(&citizen.href(path)).into_response();
    let mut scope = begin(&citizen, service).await?;
    let sheet = Sheet::load(&citizen, &mut scope, service).await?;
    let (answers, mistakes) = sheet.read();
    if !Draft::throw_away(scope.sql(), service.id()).await? {
        // The second click of two: the first made the case.
        let latest = cases::store::latest_of(scope.sql(), service.id()).await?;
        scope.commit().await?;
        return Ok(to(&latest.map_or_else(|| path(service), |reference| format!("/mijn/zaken/{reference}/bewijs"))));
    }
    if !mistakes.is_empty() {
        // Not committed: the draft stays.
        return Ok(to(&path(service)));
    }
    let municipality = sheet.run.facts.get("municipality").and_then(Value::as_str);
    let new = NewCase {
        application: Some(answers.seal(&portal.keys)),
        data: Some(json!({
            "answers": answers.asks,
            "typed_facts": answers.facts,
            "facts": answers.known,
            "explanation": answers.explanation,
            "documents": answers.documents,
        })),
        ..NewCase::of(service, Kind::Application, cases::organisation_of(service, municipality), now)
    };
    let case = cases::open(portal, &mut scope, citizen.person, new, By::citizen(now)).await?;
    let case = case.ok_or_else(|| Error::internal("an application of one's own is always a new case"))?;
    scope.commit().await?;
    Ok(to(&format!("{}/bewijs", case.path())))
}

/// What is offered or granted can be applied for; what only informs has nothing to decide.
fn applies_to<'c>(citizen: &'c Citizen, id: &str) -> Result<&'c ServiceRules, Error> {
    let service = service_of(citizen, id)?;
    if service.proactive.mode == Mode::Inform { Err(Error::NotFound) } else { Ok(service) }
}

pub(super) fn path(service: &ServiceRules) -> String {
    format!("/mijn/aanbod/{}/aanvragen", service.id())
}

/// Who has an offer of it says yes to that: then most is filled in.
async fn open_offer(citizen: &Citizen, scope: &mut Scope, service: &ServiceRules) -> Result<Option<String>, Error> {
    let mine = store::mine(scope.sql(), 0).await?;
    citizen.set_unread(mine.unread);
    let today = citizen.portal.clock.today();
    let open = mine.offers.iter().find(|kept| {
        kept.offer.service == service.id() && kept.offer.state.is_open() && kept.offer.expires_on >= today
    });
    Ok(open.map(|kept| format!("{}/ja", wording::path(service, kept))))
}

async fn documents_of(scope: &mut Scope, draft: &Draft) -> Result<Vec<Document>, Error> {
    let ids: Vec<DocumentId> = draft.documents.iter().copied().map(DocumentId).collect();
    if ids.is_empty() { Ok(Vec::new()) } else { documents::of(scope.sql(), &ids).await }
}

impl<'c> Sheet<'c> {
    async fn load(citizen: &'c Citizen, scope: &mut Scope, service: &'c ServiceRules) -> Result<Self, Error> {
        let portal = &citizen.portal;
        let checks = check::check(scope.sql(), &portal.rules, &[service], citizen.person, portal.clock.today()).await?;
        let check = checks.into_iter().next().ok_or(Error::NotFound)?;
        let draft =
            Draft::find(scope.sql(), &portal.keys, service.id()).await?.map(|(draft, _)| draft).unwrap_or_default();
        let documents = documents_of(scope, &draft).await?;
        let missing =
            check.missing().iter().filter_map(|name| portal.rules.facts.get(name)).filter(|fact| can_be_asked(fact));
        let questions = missing.map(Question::Fact).chain(service.proactive.asks.iter().map(Question::Ask)).collect();
        let run = check.outcome.as_ref().map(Run::from).unwrap_or_default();
        Ok(Self { citizen, service, check, run, questions, draft, documents })
    }

    /// What was typed. A fact that no register has may stay empty: the organisation asks if it needs it.
    fn read(&self) -> (Answers, Vec<Mistake>) {
        let typed = |field: &str| self.draft.typed.get(field).map_or("", |text| text.trim());
        let known: Map<String, Value> = self
            .run
            .facts
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let mut answers = Answers { known, documents: self.draft.documents.clone(), ..Answers::default() };
        let mut mistakes = Vec::new();
        for question in &self.questions {
            let field = question.field();
            match (question, question.read(typed(&field))) {
                (Question::Fact(fact), Some(value)) => _ = answers.facts.insert(fact.name.clone(), value),
                (Question::Ask(ask), Some(value)) => _ = answers.asks.insert(ask.id.clone(), value),
                (Question::Fact(_), None) if typed(&field).is_empty() => {}
                (_, None) => mistakes.push(Mistake { field: field.into(), message: question.mistake(self.citizen) }),
            }
        }
        let explanation = typed(EXPLANATION).replace("\r\n", "\n");
        if explanation.chars().count() > LONGEST {
            mistakes.push(Mistake { field: EXPLANATION.into(), message: self.too_long() });
        } else if !explanation.is_empty() {
            answers.explanation = Some(explanation);
        }
        (answers, mistakes)
    }
}
