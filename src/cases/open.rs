//! A case begins.

use jiff::{Timestamp, civil::Date};
use serde_json::Value;
use uuid::Uuid;

use super::{
    change::{By, tell_organisation, topic_of},
    model::{Actor, Case, Decision, Event, Happening, Kind, LegalTerm, Stage, Words},
    store,
};
use crate::{
    clock,
    database::{PersonId, Scope},
    deadlines::{self, Counting, Duty},
    error::Error,
    keys::Keyring,
    messages::{self, About, NewMessage},
    rules::{
        ServiceRules,
        model::{Term, TermUnit},
    },
    server::Portal,
};

/// What is known of a case when it begins.
pub struct NewCase<'a> {
    pub kind: Kind,
    pub service: Option<&'a ServiceRules>,
    pub title: Words,
    /// `gemeente-0599`, never `gemeenten`: [`organisation_of`].
    pub organisation: String,
    pub received_at: Timestamp,
    pub stage: Stage,
    pub legal_term: LegalTerm,
    /// The day whose next is the first of the legal term, where that is not the day on which the case came in.
    pub term_from: Option<Date>,
    /// The number of the receipt, when there is one already.
    pub reference: Option<String>,
    pub period: Option<Date>,
    pub part_of: Option<Uuid>,
    pub objects_to: Option<Uuid>,
    pub source_id: Option<String>,
    /// What is decided already when it begins: a grant.
    pub decision: Option<Decision>,
    /// What the citizen sent, sealed.
    pub application: Option<Vec<u8>>,
    /// Documents that came with it.
    pub documents: Vec<Uuid>,
    /// What the organisation is told of it; none when it came from there.
    pub data: Option<Value>,
}

impl<'a> NewCase<'a> {
    /// A case about a service of the catalogue, with the legal term of that service.
    pub fn of(service: &'a ServiceRules, kind: Kind, organisation: String, received_at: Timestamp) -> Self {
        let name = &service.service.name;
        Self {
            kind,
            service: Some(service),
            title: Words { nl: name.nl.clone(), en: Some(name.en.clone()) },
            organisation,
            received_at,
            stage: Stage::Received,
            legal_term: LegalTerm::of(service),
            term_from: None,
            reference: None,
            period: None,
            part_of: None,
            objects_to: None,
            source_id: None,
            decision: None,
            application: None,
            documents: Vec::new(),
            data: None,
        }
    }
}

impl LegalTerm {
    /// What is reasonable where no law says otherwise: eight weeks (Awb art. 4:13).
    pub fn awb() -> Self {
        Self {
            term: Term { count: 8, unit: TermUnit::Weeks },
            law: "Awb art. 4:13".to_owned(),
            counting: Counting::Termijnenwet,
        }
    }

    /// Of a decision on an objection.
    pub fn of_objection() -> Self {
        let rule = Duty::DecisionOnObjection.rule();
        Self { term: rule.term, law: "Awb art. 7:10".to_owned(), counting: rule.counting }
    }

    /// That of a service's own law, if it has one.
    pub fn of(service: &ServiceRules) -> Self {
        let handling = &service.service.handling;
        match (handling.term, &handling.law) {
            (Some(term), Some(law)) => Self { term, law: law.clone(), counting: Counting::Termijnenwet },
            _ => Self::awb(),
        }
    }
}

/// Who does the work: for what every municipality provides, the one where the person lives.
pub fn organisation_of(service: &ServiceRules, municipality: Option<&str>) -> String {
    match (service.service.organisation.as_str(), municipality) {
        ("gemeenten", Some(code)) => format!("gemeente-{code}"),
        (organisation, _) => organisation.to_owned(),
    }
}

/// The number of a case or receipt: long enough that nobody guesses another, short enough to read aloud. Crockford's base 32.
pub fn new_reference(keys: &Keyring, year: i16) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let letters: String = keys.random::<8>().iter().map(|byte| ALPHABET[usize::from(byte & 31)] as char).collect();
    format!("{year}-{}-{}", &letters[..4], &letters[4..])
}

pub fn new_id(keys: &Keyring) -> Uuid {
    uuid::Builder::from_random_bytes(keys.random()).into_uuid()
}

/// Makes a case of the acting person, its first line, its message and what its organisation is told, in the caller's transaction. None
/// when the same offer, or the organisation's own number, has one already.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn open(
    portal: &Portal,
    scope: &mut Scope,
    person: PersonId,
    new: NewCase<'_>,
    by: By<'_>,
) -> Result<Option<Case>, Error> {
    let now = portal.clock.now();
    let received_on = clock::day(new.received_at);
    // A service promises a term for applications; that of an objection is the law's.
    let promised = new.service.filter(|_| new.kind != Kind::Objection);
    let promise = promised.and_then(|service| service.service.standard.decision);
    let standard_on = promise
        .map(|term| deadlines::last_day(Counting::Termijnenwet, received_on, term))
        .transpose()
        .map_err(Error::internal)?;
    let from = new.term_from.unwrap_or(received_on);
    let due_on = deadlines::last_day(new.legal_term.counting, from, new.legal_term.term).map_err(Error::internal)?;
    let mut case = Case {
        person,
        id: new_id(&portal.keys),
        reference: new.reference.unwrap_or_else(|| new_reference(&portal.keys, received_on.year())),
        kind: new.kind,
        service: new.service.map(|service| service.id().to_owned()),
        title: new.title,
        organisation: new.organisation,
        part_of: new.part_of,
        objects_to: new.objects_to,
        period: new.period,
        source_id: new.source_id,
        stage: new.stage,
        status: None,
        status_at: None,
        received_at: new.received_at,
        standard_on,
        legal_term: new.legal_term,
        term_from: new.term_from,
        extensions: Vec::new(),
        pauses: Vec::new(),
        due_on,
        question: None,
        default_notice_on: None,
        closed_at: None,
        taken_by: None,
        taken_name: None,
        proposal: None,
        changed_at: now,
        version: 1,
    };
    if !store::insert(scope.sql(), &case, new.application.as_deref()).await? {
        return Ok(None);
    }
    let event = Event {
        sequence: 1,
        at: new.received_at,
        known_at: now,
        actor: by.actor,
        clerk: None,
        what: Happening::Opened,
    };
    store::update(scope.sql(), &case, &event).await?;
    if !new.documents.is_empty() {
        case.version += 1;
        let what = Happening::Documents { documents: new.documents };
        store::update(scope.sql(), &case, &Event { what, ..event.clone() }).await?;
    }
    if let Some(decision) = &new.decision {
        case.version += 1;
        store::decide(scope.sql(), &case, decision).await?;
        let what = Happening::Decided { outcome: decision.outcome };
        store::update(scope.sql(), &case, &Event { what, ..event }).await?;
    }
    // What the citizen did has a receipt, and what was granted its own message; of what organisations began they are told.
    if matches!(by.actor, Actor::Organisation | Actor::Staff) {
        let message = NewMessage {
            person,
            at: now,
            sender: &case.organisation,
            topic: topic_of(case.kind),
            kind: "case_opened",
            about: About::Case { id: case.id },
            matters: false,
        };
        messages::tell(scope.sql(), message).await?;
    }
    if let Some(data) = new.data {
        tell_organisation(portal, scope, &case, "submitted", now, data).await?;
    }
    Ok(Some(case))
}
