//! Bringing cases in: the same again changes nothing, and what arrives late finds its place in the timeline.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    client::ClientError,
    contents::{self, Fetched},
    fetch::Source,
    mapping::{ImportedCase, ImportedResult, ImportedStatus},
    store,
};
use crate::{
    cases::{
        self, Act, By, Case, Decision, Event, Grounds, Happening, Kind, LegalTerm, NewCase, Refused, Stage, Words,
    },
    clock,
    database::{PersonId, Scope},
    deadlines::{self, Counting},
    documents,
    error::Error,
    registered_data::Bsn,
    server::Portal,
};

/// Of a case that began longer ago nobody is told that it is there.
const NEWS: SignedDuration = SignedDuration::from_hours(7 * 24);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    New,
    Changed,
    Unchanged,
    /// Not for this person, or not for citizens at all.
    Hidden,
}

/// What an import did, in numbers of cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub people: u64,
    pub new: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub hidden: u64,
    /// Cases, and people whose cases could not be asked for.
    pub failed: u64,
}

impl Summary {
    pub fn add(&mut self, other: Self) {
        self.people += other.people;
        self.new += other.new;
        self.changed += other.changed;
        self.unchanged += other.unchanged;
        self.hidden += other.hidden;
        self.failed += other.failed;
    }

    fn count(&mut self, outcome: &Result<Outcome, ImportError>) {
        *match outcome {
            Ok(Outcome::New) => &mut self.new,
            Ok(Outcome::Changed) => &mut self.changed,
            Ok(Outcome::Unchanged) => &mut self.unchanged,
            Ok(Outcome::Hidden) => &mut self.hidden,
            Err(_) => &mut self.failed,
        } += 1;
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the source: {0}")]
    Source(#[from] ClientError),
    #[error("the portal: {0}")]
    Portal(#[from] Error),
}

impl ImportError {
    /// The same again later may succeed.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Source(error) => error.is_passing(),
            Self::Portal(error) => matches!(error, Error::Unavailable) || error.is_contention(),
        }
    }
}

/// Brings in all cases of one person. A case that fails does not stop the others.
///
/// # Errors
/// When the list of cases cannot be had, or PostgreSQL is away.
pub async fn import_person(
    portal: &Portal,
    source: &Source,
    bsn: &Bsn,
    person: PersonId,
) -> Result<Summary, ImportError> {
    let mut summary = Summary { people: 1, ..Summary::default() };
    for zaak in source.cases_of(bsn).await? {
        let uuid = zaak.uuid;
        let imported = async {
            // Who asks for a person's cases may get another's, from a source that overlooks the question.
            if !source.people_in(&zaak).await?.contains(bsn) {
                return Ok(Outcome::Hidden);
            }
            match source.whole(zaak).await? {
                Some(case) => bring_in(portal, source, person, &case).await,
                None => Ok(Outcome::Hidden),
            }
        };
        let outcome = imported.await;
        if let Err(error) = &outcome {
            tracing::warn!(organisation = source.organisation, case = %uuid, %error, "a case could not be brought in");
        }
        if let Err(ImportError::Portal(Error::Unavailable)) = outcome {
            return Err(Error::Unavailable.into());
        }
        summary.count(&outcome);
    }
    Ok(summary)
}

/// Brings in one case, for each person of the portal whose case it is; how many it was.
///
/// # Errors
/// When it cannot be had; then nothing more is known of it than before.
pub async fn import_case(portal: &Portal, source: &Source, uuid: Uuid) -> Result<Summary, ImportError> {
    let mut summary = Summary::default();
    let zaak = source.client.zaak(uuid).await?;
    let Some(zaak) = source.readable(&zaak) else { return Ok(summary) };
    let mut people = Vec::new();
    for bsn in source.people_in(&zaak).await? {
        people.extend(store::person_with(&portal.database, &portal.keys, &source.organisation, &bsn).await?);
    }
    if people.is_empty() {
        return Ok(summary);
    }
    let Some(case) = source.whole(zaak).await? else { return Ok(summary) };
    for person in people {
        summary.people += 1;
        let outcome = bring_in(portal, source, person, &case).await?;
        summary.count(&Ok(outcome));
    }
    Ok(summary)
}

/// Writes a case of a person, all of it or nothing. Documents that cannot be had now do not keep the rest out.
async fn bring_in(
    portal: &Portal,
    source: &Source,
    person: PersonId,
    imported: &ImportedCase,
) -> Result<Outcome, ImportError> {
    let known = known_documents(portal, source, person, imported).await?;
    let (documents, missing) = contents::fetch(portal, source, &imported.url, &known).await;
    let mut attempt = 1;
    let outcome = loop {
        match write(portal, source, person, imported, &documents).await {
            Err(error) if error.is_contention() && attempt < 5 => attempt += 1,
            result => break result?,
        }
    };
    missing.map_or(Ok(outcome), Err)
}

async fn known_documents(
    portal: &Portal,
    source: &Source,
    person: PersonId,
    imported: &ImportedCase,
) -> Result<HashSet<Uuid>, Error> {
    let (organisation, source_id) = (source.organisation.as_str(), imported.source.to_string());
    let usage = store::usage(organisation, portal.clock.now(), &[]);
    let mut scope = portal.database.as_person(person, usage).await?;
    match cases::store::by_source(scope.sql(), organisation, &source_id).await? {
        Some(case) => store::known_documents(scope.sql(), case.id).await,
        None => Ok(HashSet::new()),
    }
}

async fn write(
    portal: &Portal,
    source: &Source,
    person: PersonId,
    imported: &ImportedCase,
    documents: &[Fetched],
) -> Result<Outcome, Error> {
    let now = portal.clock.now();
    let organisation = source.organisation.as_str();
    let mut scope = portal.database.as_person(person, store::usage(organisation, now, &[])).await?;
    let source_id = imported.source.to_string();
    let (case, is_new) = match cases::store::by_source(scope.sql(), organisation, &source_id).await? {
        Some(case) => (case, false),
        None => match open(portal, source, &mut scope, person, imported).await? {
            Some(case) => (case, true),
            // Somebody else brought it in meanwhile.
            None => match cases::store::by_source(scope.sql(), organisation, &source_id).await? {
                Some(case) => (case, false),
                None => return Err(Error::Conflict),
            },
        },
    };
    let held = cases::store::hold(scope.sql(), case.id).await?.ok_or(Error::NotFound)?;
    let timeline = cases::store::events(scope.sql(), case.id, false).await?;
    let version = held.version;
    let mut writing = Writing { portal, scope: &mut scope, is_new, timeline, now };
    let written = writing.take_over(held, imported).await?;
    let changed = writing.add(written, documents).await?.is_none_or(|written| written.version > version);
    if is_new || changed {
        scope.turn_to(person, store::usage(organisation, now, &["cases"])).await?;
        scope.commit().await?;
    }
    Ok(match (is_new, changed) {
        (true, _) => Outcome::New,
        (false, true) => Outcome::Changed,
        (false, false) => Outcome::Unchanged,
    })
}

async fn open(
    portal: &Portal,
    source: &Source,
    scope: &mut Scope,
    person: PersonId,
    imported: &ImportedCase,
) -> Result<Option<Case>, Error> {
    let now = portal.clock.now();
    let service = imported.type_of_case.as_ref().and_then(|kind| source.services.get(kind));
    let service = service.and_then(|id| portal.rules.service(id));
    let organisation = source.organisation.clone();
    let mut new = match service {
        Some(service) => NewCase::of(service, Kind::Application, organisation, imported.received_at),
        None => NewCase {
            kind: Kind::Other,
            service: None,
            title: Words::dutch(imported.title.clone()),
            organisation,
            received_at: imported.received_at,
            stage: Stage::Received,
            legal_term: LegalTerm::awb(),
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
        },
    };
    if let (None, Some(term)) = (service, imported.term) {
        new.legal_term =
            LegalTerm { term, law: "doorlooptijd van het zaaktype".to_owned(), counting: Counting::Termijnenwet };
    }
    new.source_id = Some(imported.source.to_string());
    if let Some(whole) = imported.part_of {
        let whole = cases::store::by_source(scope.sql(), &source.organisation, &whole.to_string()).await?;
        new.part_of = whole.map(|whole| whole.id);
    }
    let is_news = imported.received_at > now - NEWS;
    let by = if is_news { By::organisation(imported.received_at) } else { By::system(imported.received_at) };
    cases::open(portal, scope, person, new, by).await
}

/// A case that is held, on its way to what its organisation says.
struct Writing<'a> {
    portal: &'a Portal,
    scope: &'a mut Scope,
    is_new: bool,
    timeline: Vec<Event>,
    now: Timestamp,
}

impl Writing<'_> {
    async fn take_over(&mut self, mut case: Case, imported: &ImportedCase) -> Result<Case, Error> {
        // A decision comes before the status that says so.
        let decided = imported.statuses.iter().position(|status| status.stage >= Stage::Decided);
        let (before, after) = imported.statuses.split_at(decided.unwrap_or(imported.statuses.len()));
        for status in before {
            case = self.status(case, status, imported).await?;
        }
        if after.is_empty() || case.stage.is_open() {
            case = self.clock(case, imported, after.is_empty()).await?;
        }
        if let Some(result) = &imported.result
            && let Some(outcome) = result.outcome
        {
            let at = after.first().map_or(self.now, |status| status.at);
            case = self.decide(case, result, outcome, at).await?;
        }
        for status in after {
            case = self.status(case, status, imported).await?;
        }
        Ok(case)
    }

    async fn status(&mut self, case: Case, status: &ImportedStatus, imported: &ImportedCase) -> Result<Case, Error> {
        let known = self.timeline.iter().any(|event| {
            event.at == status.at && matches!(&event.what, Happening::Status { words, .. } if words.nl == status.words)
        });
        if known {
            return Ok(case);
        }
        let words = Words::dutch(status.words.clone());
        // Only the newest of several is news.
        let is_last = imported.statuses.last() == Some(status);
        let is_news = status.informs && is_last && case.status_at.is_none_or(|last| last < status.at);
        self.act(case, Act::SetStatus { words, stage: status.stage }, status.at, is_news).await
    }

    /// Extensions and suspensions, of which a source says that they are, and not since when.
    async fn clock(&mut self, mut case: Case, imported: &ImportedCase, still_open: bool) -> Result<Case, Error> {
        if let Some((term, reason)) = &imported.extension
            && !case.extensions.contains(term)
        {
            let words = Words::dutch(reason.clone());
            case = self.act(case, Act::Extend { words, by: *term }, self.now, true).await?;
        }
        match &imported.suspended {
            Some(reason) if !case.is_paused() && still_open => {
                let words = Words::dutch(reason.clone());
                self.act(case, Act::Pause { words }, self.now, true).await
            }
            // While the portal itself waits for an answer the clock stands still for that.
            None if case.is_paused() && case.question.is_none() => self.act(case, Act::Resume, self.now, true).await,
            _ => Ok(case),
        }
    }

    async fn decide(
        &mut self,
        case: Case,
        result: &ImportedResult,
        outcome: cases::Outcome,
        at: Timestamp,
    ) -> Result<Case, Error> {
        if !case.stage.is_open() {
            return Ok(case);
        }
        let day = clock::day(at);
        let decision = Decision {
            outcome,
            reasons: result.reasons.clone(),
            grounds: Grounds::default(),
            decided_on: day,
            // A result does not say when it was made known: not before it was there, so nobody objects too late by this.
            announced_on: day,
            objection_until: Some(deadlines::objection_until(day)),
            documents: Vec::new(),
        };
        self.act(case, Act::Decide(Box::new(decision)), at, true).await
    }

    /// None when only was noted that a document cannot be kept.
    async fn add(&mut self, case: Case, documents: &[Fetched]) -> Result<Option<Case>, Error> {
        let (mut added, mut noted) = (Vec::new(), false);
        for document in documents {
            let id = document.taken.as_ref().map(|taken| taken.id.0);
            if !store::keep_document(self.scope.sql(), case.id, document.source, id).await? {
                continue;
            }
            match &document.taken {
                Some(taken) => added.push(documents::record(self.scope.sql(), taken).await?.0),
                None => noted = true,
            }
        }
        if added.is_empty() {
            return Ok((!noted).then_some(case));
        }
        self.act(case, Act::AddDocuments { documents: added }, self.now, true).await.map(Some)
    }

    /// Does something in the name of the organisation; what cannot be done any more in the portal is left as it is.
    async fn act(&mut self, case: Case, act: Act, at: Timestamp, is_news: bool) -> Result<Case, Error> {
        let by = By::organisation(at);
        let before = case.clone();
        let done = if is_news && !self.is_new {
            cases::change(self.portal, self.scope, case, act, by).await
        } else {
            cases::catch_up(self.portal, self.scope, case, act, by).await
        };
        match done {
            Ok(case) => Ok(case),
            Err(Refused::Error(error)) => Err(error),
            Err(_) => Ok(before),
        }
    }
}
