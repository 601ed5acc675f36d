//! `/mijn/gegevens/{register}/{value}/{object}/klopt-niet`: asking to correct a value; what stood there comes from the server.

use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use jiff::civil::Date;
use leptos_i18n::td_string;
use uuid::Uuid;

use super::{
    draft::{Draft, Of},
    model::Values,
    store,
    submit::{Explanation, Request, Submitted, as_it_stood, submit},
    typed::Fields,
    uses::{Uses, services_using},
};
use crate::{
    app::Citizen,
    cases::By,
    database::Scope,
    documents::{self, Document, DocumentId, FormWithFiles, Origin},
    error::Error,
    registered_data::{self, Attribute, Holding, Kind, Record, Register, ShownValue, Standing, Which, Wording},
    ui::{Mistake, numbers},
    usage::{Role, Usage, activity},
};

/// Longer than this no explanation is taken.
const LONGEST: usize = 4000;

/// The names of fields.
pub(super) const EXPLANATION: &str = "uitleg";
pub(super) const EVIDENCE: &str = "bewijs";
pub(super) const STEP: &str = "stap";
pub(super) const WHAT: &str = "wat";
/// It should not be there at all.
pub(super) const GONE: &str = "weg";

/// A value that an address names.
type Named = Path<(String, String, String)>;

/// Everything the pages of one request need.
pub(super) struct Sheet<'c> {
    pub citizen: &'c Citizen,
    pub register: &'c Register,
    pub kind: &'c Kind,
    pub value: &'c ShownValue,
    pub object: i16,
    /// As it is registered now; none where something is missing.
    pub record: Option<Record>,
    pub holder: String,
    pub attributes: Vec<&'c Attribute>,
    pub draft: Draft,
    pub documents: Vec<Document>,
    pub uses: Uses,
    pub today: Date,
}

/// What a sheet asks for, when nothing is wrong with it.
pub(super) struct Asked {
    pub proposed: Values,
    pub explanation: Explanation,
}

/// What an address leads to.
enum Loaded<'c> {
    Sheet(Box<Sheet<'c>>),
    Elsewhere(String),
}

fn find<'c>(
    citizen: &'c Citizen,
    register: &str,
    value: &str,
) -> Result<(&'c Register, &'c Kind, &'c ShownValue), Error> {
    let register = citizen.portal.catalogue.register(register).filter(|register| register.connected);
    let register = register.ok_or(Error::NotFound)?;
    let value = register.value(value).ok_or(Error::NotFound)?;
    let value = value.corrected_with.as_ref().and_then(|with| register.value(with)).unwrap_or(value);
    let kind = register.kind(&value.kind).ok_or(Error::NotFound)?;
    Ok((register, kind, value))
}

async fn begin(citizen: &Citizen, register: &Register, kind: &Kind) -> Result<Scope, Error> {
    let legal_basis = if register.is_brp() { "Wet BRP art. 2.58" } else { "AVG art. 16" };
    let usage = Usage {
        at: citizen.portal.clock.now(),
        organisation: citizen.portal.config.organisation.id.clone(),
        role: Role::Citizen,
        activity: activity::ASK_CORRECTION.based_on(legal_basis),
        groups: vec![format!("{}/{}", register.id, kind.id)],
    };
    citizen.scope(usage).await
}

async fn holding(citizen: &Citizen, scope: &mut Scope, register: &Register) -> Result<Option<Holding>, Error> {
    let found = registered_data::holdings(scope.sql(), citizen.person, &[&register.id], Which::Everything).await?;
    let holding = found.into_iter().next().filter(|holding| holding.standing != Standing::Void);
    let holding = holding.ok_or(Error::NotFound)?;
    // Whose list this is, is not sure; the overview says what to do.
    Ok(Some(holding).filter(|holding| !holding.conflict))
}

/// The value without saying which one: the one that rules use, which is the last to begin.
pub async fn choose(citizen: Citizen, Path((register, value)): Path<(String, String)>) -> Result<Response, Error> {
    let (register, kind, value) = find(&citizen, &register, &value)?;
    let mut scope = begin(&citizen, register, kind).await?;
    let holding = holding(&citizen, &mut scope, register).await?;
    scope.commit().await?;
    let Some(holding) = holding else { return Ok(to(&citizen, "/mijn")) };
    let last =
        holding.current(&kind.id).max_by_key(|record| (record.valid_from.map(|date| date.to_string()), record.object));
    let object = last.map_or_else(|| holding.next_of(&kind.id), |record| record.object);
    Ok(to(&citizen, &path(&register.id, &value.id, object)))
}

/// The form, with what was kept.
pub async fn form(citizen: Citizen, Path(named): Named) -> Result<Response, Error> {
    let (mut scope, loaded) = load(&citizen, &named).await?;
    let sheet = match loaded {
        Loaded::Sheet(sheet) => sheet,
        Loaded::Elsewhere(path) => {
            scope.commit().await?;
            return Ok(to(&citizen, &path));
        }
    };
    let sheet = sheet.with_uses(&mut scope).await?;
    scope.commit().await?;
    Ok(citizen.show(sheet.form(&[])))
}

/// Keeps what was typed, whatever is asked next.
pub async fn post(citizen: Citizen, Path(named): Named, form: FormWithFiles) -> Result<Response, Error> {
    let portal = &citizen.portal;
    let step = form.field(STEP).to_owned();
    let mut mistakes = Vec::new();
    // Judging and checking files takes its time, so that comes before the transaction.
    let mut taken = Vec::new();
    for upload in form.files {
        let name = upload.name.clone();
        match documents::take(portal, upload, Origin::Citizen).await {
            Ok(document) => taken.push(document),
            Err(refusal) => {
                mistakes.push(Mistake { field: EVIDENCE.into(), message: refusal.words(citizen.locale, &name)? });
            }
        }
    }
    let (mut scope, loaded) = load(&citizen, &named).await?;
    let mut sheet = match loaded {
        Loaded::Sheet(sheet) => sheet,
        Loaded::Elsewhere(path) => {
            scope.commit().await?;
            return Ok(to(&citizen, &path));
        }
    };
    if step == "stoppen" {
        Draft::throw_away(scope.sql(), sheet.of()).await?;
        scope.commit().await?;
        return Ok(to(&citizen, &sheet.register_path()));
    }
    if sheet.draft.documents.len() + taken.len() > documents::MOST_FILES {
        taken.truncate(documents::MOST_FILES.saturating_sub(sheet.draft.documents.len()));
        let message = documents::Refusal::TooMany.words(citizen.locale, "")?;
        mistakes.push(Mistake { field: EVIDENCE.into(), message });
    }
    for document in taken {
        let id = documents::record(scope.sql(), &document).await?;
        sheet.draft.documents.push(id.0);
    }
    if let Some(removed) = step.strip_prefix("verwijder-").and_then(|id| Uuid::parse_str(id).ok()) {
        sheet.draft.documents.retain(|id| *id != removed);
    }
    sheet.draft.typed = form.fields;
    sheet.draft.typed.remove(STEP);
    sheet.draft.keep(scope.sql(), &portal.keys, sheet.of(), portal.clock.now()).await?;
    sheet.documents = documents_of(&mut scope, &sheet.draft).await?;
    let sheet = sheet.with_uses(&mut scope).await?;
    scope.commit().await?;
    let goes_on = step == "verder";
    if goes_on && let Err(wrong) = sheet.read() {
        mistakes.extend(wrong);
    }
    if !mistakes.is_empty() {
        return Ok(citizen.show(sheet.form(&mistakes).status(StatusCode::UNPROCESSABLE_ENTITY)));
    }
    let here = sheet.path();
    Ok(to(&citizen, &if goes_on { format!("{here}/controleren") } else { here }))
}

/// Everything once more, before it is sent.
pub async fn summary(citizen: Citizen, Path(named): Named) -> Result<Response, Error> {
    let (scope, loaded) = load(&citizen, &named).await?;
    scope.commit().await?;
    Ok(match loaded {
        Loaded::Elsewhere(path) => to(&citizen, &path),
        Loaded::Sheet(sheet) => match sheet.read() {
            Ok(asked) => citizen.show(sheet.summary(&asked)),
            Err(_) => to(&citizen, &sheet.path()),
        },
    })
}

/// Sends it: the case, what it asks and the event to the holder, at once or not at all.
pub async fn send(citizen: Citizen, Path(named): Named) -> Result<Response, Error> {
    let portal = &citizen.portal;
    let (mut scope, loaded) = load(&citizen, &named).await?;
    let sheet = match loaded {
        Loaded::Sheet(sheet) => sheet,
        Loaded::Elsewhere(path) => {
            scope.commit().await?;
            // The second click of two: the first made the case.
            return Ok(to(&citizen, &receipt_of(&path)));
        }
    };
    let Ok(asked) = sheet.read() else {
        // Not committed: the draft stays.
        return Ok(to(&citizen, &sheet.path()));
    };
    if !Draft::throw_away(scope.sql(), sheet.of()).await? {
        let running = store::running_about(scope.sql(), &sheet.register.id, &sheet.value.id, sheet.object).await?;
        scope.commit().await?;
        return Ok(to(&citizen, &running.map_or_else(|| sheet.path(), |reference| receipt_path(&reference))));
    }
    let request = Request {
        register: sheet.register,
        kind: sheet.kind,
        value: sheet.value,
        object: sheet.object,
        record: sheet.record.as_ref(),
        holder: &sheet.holder,
        proposed: asked.proposed,
        explanation: asked.explanation,
    };
    let by = By::citizen(portal.clock.now());
    Ok(match submit(portal, &mut scope, citizen.person, request, by).await? {
        Submitted::Case(case) => {
            scope.commit().await?;
            to(&citizen, &receipt_path(&case.reference))
        }
        Submitted::Running(reference) => to(&citizen, &receipt_path(&reference)),
    })
}

fn to(citizen: &Citizen, path: &str) -> Response {
    Redirect::to(&citizen.href(path)).into_response()
}

/// Where a value is asked to be corrected, without the language.
pub fn path(register: &str, value: &str, object: i16) -> String {
    format!("/mijn/gegevens/{register}/{value}/{object}/klopt-niet")
}

pub(super) fn receipt_path(reference: &str) -> String {
    format!("/mijn/correcties/{reference}/bewijs")
}

/// The receipt of the case that a path leads to; another path as it is.
fn receipt_of(path: &str) -> String {
    path.strip_prefix("/mijn/zaken/").map_or_else(|| path.to_owned(), receipt_path)
}

async fn documents_of(scope: &mut Scope, draft: &Draft) -> Result<Vec<Document>, Error> {
    let ids: Vec<DocumentId> = draft.documents.iter().copied().map(DocumentId).collect();
    documents::of(scope.sql(), &ids).await
}

async fn load<'c>(citizen: &'c Citizen, named: &(String, String, String)) -> Result<(Scope, Loaded<'c>), Error> {
    let (register, value, object) = named;
    let (register, kind, value) = find(citizen, register, value)?;
    let object: i16 = object.parse().ok().filter(|object| *object >= 0).ok_or(Error::NotFound)?;
    let mut scope = begin(citizen, register, kind).await?;
    let Some(holding) = holding(citizen, &mut scope, register).await? else {
        return Ok((scope, Loaded::Elsewhere("/mijn".to_owned())));
    };
    let running = holding.corrections.iter().find(|running| running.value == value.id && running.object == object);
    if let Some(running) = running {
        return Ok((scope, Loaded::Elsewhere(format!("/mijn/zaken/{}", running.reference))));
    }
    let record = holding.current(&kind.id).find(|record| record.object == object).cloned();
    if record.is_none() && object != holding.next_of(&kind.id) {
        return Err(Error::NotFound);
    }
    let list_holder = register.holder_for(&holding.holder);
    let holder = record.as_ref().map_or(list_holder, |record| record.holder.as_str()).to_owned();
    let of = Of { register: &register.id, value: &value.id, object };
    let draft = Draft::find(scope.sql(), &citizen.portal.keys, of).await?;
    let mut sheet = Sheet {
        citizen,
        register,
        kind,
        value,
        object,
        attributes: kind.proposable(value, record.is_some()).collect(),
        record,
        holder,
        draft: draft.clone().unwrap_or_default(),
        documents: Vec::new(),
        uses: Uses::default(),
        today: citizen.portal.clock.today(),
    };
    match draft {
        Some(draft) => sheet.documents = documents_of(&mut scope, &draft).await?,
        None => sheet.draft.typed = sheet.fields(&sheet.wording()).first(),
    }
    Ok((scope, Loaded::Sheet(Box::new(sheet))))
}

impl<'c> Sheet<'c> {
    async fn with_uses(mut self: Box<Self>, scope: &mut Scope) -> Result<Box<Self>, Error> {
        let rules = &self.citizen.portal.rules;
        let services = services_using(rules, self.register, self.kind, self.value, self.today);
        self.uses = Uses::find(scope.sql(), self.citizen, &services).await?;
        Ok(self)
    }

    fn of(&self) -> Of<'c> {
        Of { register: &self.register.id, value: &self.value.id, object: self.object }
    }

    pub fn path(&self) -> String {
        path(&self.register.id, &self.value.id, self.object)
    }

    pub fn register_path(&self) -> String {
        format!("/mijn/gegevens/{}", self.register.id)
    }

    pub fn wording(&self) -> Wording<'c> {
        let portal = &self.citizen.portal;
        Wording {
            catalogue: &portal.catalogue,
            register: self.register,
            keys: &portal.keys,
            locale: self.citizen.locale,
        }
    }

    pub fn fields<'a>(&'a self, wording: &'a Wording<'a>) -> Fields<'a> {
        Fields { wording, attributes: &self.attributes, record: self.record.as_ref(), today: self.today }
    }

    /// Whether one may ask that it should not be there: of what one can have several of, or none.
    pub fn can_be_gone(&self) -> bool {
        let optional = self.kind.many || self.kind.category.is_none();
        self.record.is_some() && optional && !self.attributes.is_empty()
    }

    pub fn typed(&self, field: &str) -> &str {
        self.draft.typed.get(field).map_or("", |text| text.trim())
    }

    /// What was asked, or what is wrong with it.
    fn read(&self) -> Result<Asked, Vec<Mistake>> {
        let locale = self.citizen.locale;
        let mut mistakes = Vec::new();
        let mistake = |field: &'static str, message: &str| Mistake { field: field.into(), message: message.to_owned() };
        let text = self.typed(EXPLANATION).replace("\r\n", "\n");
        let count = text.chars().count();
        if count > LONGEST {
            let most = numbers::whole(locale, i64::try_from(LONGEST).unwrap_or(i64::MAX));
            mistakes.push(mistake(EXPLANATION, &td_string!(locale, corrections.wrong_explanation_long, most = most)));
        }
        let proposed = match &self.record {
            Some(record) if self.can_be_gone() && self.typed(WHAT) == GONE => {
                as_it_stood(self.kind, self.value, record).into_keys().map(|id| (id, String::new())).collect()
            }
            _ => {
                let wording = self.wording();
                let (proposed, wrong) = self.fields(&wording).read(&self.draft.typed);
                if wrong.is_empty() && proposed.is_empty() && !self.attributes.is_empty() {
                    let first = self.attributes[0].id.clone();
                    let same = td_string!(locale, corrections.wrong_same).to_owned();
                    mistakes.push(Mistake { field: first.into(), message: same });
                }
                mistakes.splice(0..0, wrong);
                proposed
            }
        };
        if self.attributes.is_empty() && text.is_empty() {
            mistakes.push(mistake(EXPLANATION, td_string!(locale, corrections.wrong_explanation)));
        }
        let explanation = Explanation { text, documents: self.draft.documents.clone() };
        if mistakes.is_empty() { Ok(Asked { proposed, explanation }) } else { Err(mistakes) }
    }
}
