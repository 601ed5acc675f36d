//! A request to correct a value is sent: one case, once for each value.

use leptos_i18n::td_string;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    model::{Correction, State, Values},
    report::report,
    store,
};
use crate::{
    cases::{self, By, Case, LegalTerm, NewCase, Words},
    database::{PersonId, Scope},
    deadlines::Duty,
    error::Error,
    i18n::Locale,
    keys::{Keyring, Use},
    registered_data::{Kind, Record, Register, ShownValue},
    server::Portal,
};

/// What a citizen says beside the value; kept sealed with the case, as its application.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    pub text: String,
    #[serde(default)]
    pub documents: Vec<Uuid>,
}

impl Explanation {
    pub fn seal(&self, keys: &Keyring) -> Vec<u8> {
        keys.seal(Use::Answers, &serde_json::to_vec(self).expect("text and ids"))
    }

    pub fn open(keys: &Keyring, sealed: &[u8]) -> Option<Self> {
        serde_json::from_slice(&keys.open(Use::Answers, sealed).ok()?).ok()
    }
}

/// A request, read and checked.
pub struct Request<'a> {
    pub register: &'a Register,
    pub kind: &'a Kind,
    pub value: &'a ShownValue,
    pub object: i16,
    /// As it is registered now; none where nothing is.
    pub record: Option<&'a Record>,
    /// Who answers for it.
    pub holder: &'a str,
    pub proposed: Values,
    pub explanation: Explanation,
}

/// What became of a request.
#[derive(Debug)]
pub enum Submitted {
    Case(Box<Case>),
    /// There is one about the same value already: the number of its case. Nothing may be committed then.
    Running(String),
}

/// Makes the case of a request, its row, its receipt and what the holder is told, in the caller's transaction.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn submit(
    portal: &Portal,
    scope: &mut Scope,
    person: PersonId,
    request: Request<'_>,
    by: By<'_>,
) -> Result<Submitted, Error> {
    let Request { register, kind, value, object, record, holder, proposed, explanation } = request;
    if let Some(reference) = store::running_about(scope.sql(), &register.id, &value.id, object).await? {
        return Ok(Submitted::Running(reference));
    }
    let new = NewCase {
        kind: cases::Kind::Correction,
        service: None,
        title: title(value),
        organisation: holder.to_owned(),
        received_at: by.at,
        stage: cases::Stage::Received,
        legal_term: legal_term(register, kind),
        term_from: None,
        reference: None,
        period: None,
        part_of: None,
        objects_to: None,
        source_id: None,
        decision: None,
        application: Some(explanation.seal(&portal.keys)),
        documents: explanation.documents.clone(),
        data: None,
    };
    let case = cases::open(portal, scope, person, new, by).await?;
    let case = case.ok_or_else(|| Error::internal("a case with a new name is there already"))?;
    let correction = Correction {
        case: case.id,
        register: register.id.clone(),
        kind: kind.id.clone(),
        value: value.id.clone(),
        object,
        valid_from: record.and_then(|record| record.valid_from),
        registered: record.map(|record| as_it_stood(kind, value, record)),
        proposed,
        decided: None,
        state: State::Submitted,
        state_at: by.at,
        investigated_at: None,
    };
    if !store::insert(scope.sql(), person, &correction).await? {
        let reference = store::running_about(scope.sql(), &register.id, &value.id, object).await?;
        return reference.map(Submitted::Running).ok_or(Error::Conflict);
    }
    store::count(scope.sql(), &case, &correction, State::Submitted, by.at).await?;
    let data = report(&portal.catalogue, &case, &correction, &explanation);
    cases::tell_organisation(portal, scope, &case, "submitted", by.at, data).await?;
    Ok(Submitted::Case(Box::new(case)))
}

/// The attributes that are shown or may be proposed; numbers of people stay with the register.
pub(super) fn as_it_stood(kind: &Kind, value: &ShownValue, record: &Record) -> Values {
    let shown = value.attributes.iter().chain(value.proposes.iter().flatten()).filter_map(|id| kind.attribute(id));
    let apart = kind.attributes.iter().filter(|attribute| attribute.tells_apart);
    shown
        .chain(apart)
        .filter(|attribute| !attribute.kind.is_sealed())
        .filter_map(|attribute| Some((attribute.id.clone(), record.values.get(&attribute.id)?.clone())))
        .collect()
}

/// "Correctie: jaarinkomen", in both languages.
pub fn title(value: &ShownValue) -> Words {
    let words = |locale: Locale| {
        let value = value.label.get(locale);
        td_string!(locale, corrections.case_title, value = value).to_string()
    };
    Words { nl: words(Locale::nl), en: Some(words(Locale::en)) }
}

/// Four weeks for the BRP, else a month (AVG).
pub fn legal_term(register: &Register, kind: &Kind) -> LegalTerm {
    let rule = duty(register, kind).rule();
    let law = if register.is_brp() { "Wet BRP art. 2.58" } else { "AVG art. 12 lid 3" };
    LegalTerm { term: rule.term, law: law.to_owned(), counting: rule.counting }
}

/// Under which rules a value is corrected.
pub fn duty(register: &Register, kind: &Kind) -> Duty {
    match (register.is_brp(), kind.civil_status) {
        (true, true) => Duty::BrpCorrectionOfStatus,
        (true, false) => Duty::BrpCorrection,
        (false, _) => Duty::PersonalData,
    }
}
