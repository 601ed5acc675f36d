//! What an event about a case changes: in the name of the person it is about, and by the organisation whose case it is.

use futures::{FutureExt, TryFutureExt, future::BoxFuture};
use jiff::civil::Date;
use serde_json::Value;
use uuid::Uuid;

use super::{
    case::{CaseEvent, Change, Correction, Decided, File, Registered, Said, What, Which},
    effect::{Checked, Effect, Event, Failure},
    problem::Mistake,
    store,
    worker::UNKNOWN_CASE,
};
use crate::{
    cases::{self, Act, By, Case, Decision, LegalTerm, NewCase, Refused, Stage},
    clock,
    corrections::{self, State},
    database::{PersonId, Scope},
    deadlines::{self, Counting},
    documents::{self, Content, Origin, Refusal, Upload},
    error::Error,
    keys::Index,
    registered_data::{ChangedFacts, person_with},
    server::Portal,
    usage::{Role, Usage, activity},
};

/// An event of a case, as [`CaseEvent`] names them.
pub struct Cases(pub CaseEvent);

impl Effect for Cases {
    fn check(&self, _: &Portal, today: Date, data: &Value) -> Result<Checked, Vec<Mistake>> {
        Said::parse(self.0, today, data).map(|said| Checked { bsn: said.bsn })
    }

    fn apply<'a>(
        &'a self,
        portal: &'a Portal,
        scope: &'a mut Scope,
        event: Event<'a>,
    ) -> BoxFuture<'a, Result<ChangedFacts, Failure>> {
        apply(self.0, portal, scope, event).map_ok(|()| ChangedFacts::new()).boxed()
    }
}

async fn apply(kind: CaseEvent, portal: &Portal, scope: &mut Scope, event: Event<'_>) -> Result<(), Failure> {
    let now = portal.clock.now();
    let said = Said::parse(kind, clock::day(now), event.data).map_err(|_| Failure::NoLongerRight)?;
    let indexes = portal.keys.indexes(Index::Bsn, said.bsn.digits());
    let person = person_with(scope, &indexes).await?;
    let usage = Usage {
        at: now,
        organisation: event.organisation.to_owned(),
        role: Role::System,
        activity: activity::HANDLE_CASE,
        groups: vec!["cases".to_owned()],
    };
    scope.turn_to(person, usage).await?;
    match said.what {
        What::Registered(registered) => {
            if register(portal, scope, person, &event, *registered).await? {
                store::replay_about(scope.sql(), &indexes, UNKNOWN_CASE, now).await?;
            }
        }
        What::Changed { which, change } => {
            let case = find(scope, event.organisation, &which).await?.ok_or(Failure::UnknownCase)?;
            let by = match change {
                Change::Status { at: Some(at), .. } => By::organisation(at),
                _ => By::organisation(event.time),
            };
            let change = match change {
                Change::Correction(what) => return correct(portal, scope, case, what, by).await,
                other => other,
            };
            let Some(act) = act(portal, scope, &case, change).await? else { return Ok(()) };
            let (action, stage) = (act.action(), case.stage);
            cases::change(portal, scope, case, act, by).await.map_err(|refused| failure(refused, action, stage))?;
        }
    }
    Ok(())
}

/// The organisation's own case of the acting person, held.
async fn find(scope: &mut Scope, organisation: &str, which: &Which) -> Result<Option<Case>, Error> {
    let id: Option<Uuid> = match which {
        Which::Id(id) => Some(*id),
        Which::Reference(reference) => cases::store::by_reference(scope.sql(), reference).await?.map(|case| case.id),
        Which::SourceId(source_id) => {
            cases::store::by_source(scope.sql(), organisation, source_id).await?.map(|case| case.id)
        }
    };
    let Some(id) = id else { return Ok(None) };
    let held = cases::store::hold(scope.sql(), id).await?;
    Ok(held.filter(|case| case.organisation == organisation))
}

/// Whether it was not known yet.
async fn register(
    portal: &Portal,
    scope: &mut Scope,
    person: PersonId,
    event: &Event<'_>,
    new: Registered,
) -> Result<bool, Failure> {
    let part_of = match &new.part_of {
        Some(which) => Some(find(scope, event.organisation, which).await?.ok_or(Failure::UnknownCase)?.id),
        None => None,
    };
    let service = match &new.service {
        Some(id) => Some(portal.rules.service(id).ok_or(Failure::NoLongerRight)?),
        None => None,
    };
    let begins = new.received_on.to_zoned(clock::zone()).map_err(Error::internal)?.timestamp();
    // What came in on the day of the event did so when the event says.
    let received_at = if clock::day(event.time) == new.received_on { event.time } else { begins };
    let legal_term = match (new.term, service) {
        (Some(term), _) => {
            LegalTerm { term, law: new.law.unwrap_or_else(|| LegalTerm::awb().law), counting: Counting::Termijnenwet }
        }
        (None, Some(service)) => LegalTerm::of(service),
        (None, None) => LegalTerm::awb(),
    };
    let named = service.map(|service| NewCase::of(service, new.kind, String::new(), received_at).title);
    let case = NewCase {
        kind: new.kind,
        service,
        title: new.title.or(named).ok_or(Failure::NoLongerRight)?,
        organisation: event.organisation.to_owned(),
        received_at,
        stage: new.stage,
        legal_term,
        term_from: None,
        reference: None,
        period: None,
        part_of,
        objects_to: None,
        source_id: Some(new.source_id),
        decision: None,
        application: None,
        documents: Vec::new(),
        data: None,
    };
    Ok(cases::open(portal, scope, person, case, By::organisation(event.time)).await?.is_some())
}

/// What is done for a change; none for one that is so already.
async fn act(portal: &Portal, scope: &mut Scope, case: &Case, change: Change) -> Result<Option<Act>, Failure> {
    Ok(Some(match change {
        Change::Status { words, stage, .. } => Act::SetStatus { words, stage },
        Change::Documents(files) => Act::AddDocuments { documents: keep(portal, scope, files).await? },
        Change::Decided(decided) => {
            // Nothing is put away for what will be refused.
            if !case.stage.is_open() {
                return Err(Failure::Refused("decided-already"));
            }
            Act::Decide(Box::new(decision(portal, scope, *decided).await?))
        }
        Change::Paused { words } => Act::Pause { words },
        // An answer of the citizen lets the clock run again too.
        Change::Resumed if !case.is_paused() => return Ok(None),
        Change::Resumed => Act::Resume,
        Change::Extended { words, by } => Act::Extend { words, by },
        Change::Asked { words, answer_by, pauses } => Act::Ask { words, answer_by, pauses },
        Change::Replied { text } => Act::Reply { text },
        Change::Finished if case.stage == Stage::Done => return Ok(None),
        Change::Finished => Act::Finish,
        Change::PassedOn { organisation, words } => Act::PassOn { organisation, words },
        Change::Correction(_) => return Err(Failure::NoLongerRight),
    }))
}

/// What happened to a request to correct a value; that it is so already changes nothing.
async fn correct(portal: &Portal, scope: &mut Scope, case: Case, what: Correction, by: By<'_>) -> Result<(), Failure> {
    let Some(correction) = corrections::held(scope, &case).await? else {
        return Err(Failure::Refused("no-correction"));
    };
    let act = match what {
        Correction::Received if correction.state == State::Received => return Ok(()),
        Correction::Received => corrections::Act::Receive,
        Correction::Investigated if correction.state == State::UnderInvestigation => return Ok(()),
        Correction::Investigated => corrections::Act::Investigate,
        Correction::Decided(..) if !case.stage.is_open() => return Err(Failure::Refused("decided-already")),
        Correction::Decided(decided, values) => {
            if let Some(values) = &values
                && !corrections::may_be(portal, &correction, values)
            {
                return Err(Failure::Refused("values: not of this register"));
            }
            corrections::Act::Decide { decision: Box::new(decision(portal, scope, *decided).await?), values }
        }
    };
    match corrections::change(portal, scope, case, act, by).await {
        Ok(_) => Ok(()),
        Err(Refused::Error(error)) => Err(error.into()),
        // It was not received yet, or is decided.
        Err(_) => Err(Failure::Refused("not-now")),
    }
}

async fn decision(portal: &Portal, scope: &mut Scope, decided: Decided) -> Result<Decision, Failure> {
    Ok(Decision {
        outcome: decided.outcome,
        reasons: decided.reasons,
        grounds: decided.grounds,
        decided_on: decided.decided_on,
        announced_on: decided.announced_on,
        objection_until: Some(deadlines::objection_until(decided.announced_on)),
        documents: keep(portal, scope, decided.documents).await?,
    })
}

async fn keep(portal: &Portal, scope: &mut Scope, files: Vec<File>) -> Result<Vec<Uuid>, Failure> {
    let mut kept = Vec::with_capacity(files.len());
    for File { name, media_type, content } in files {
        let upload = Upload { field: "documents".to_owned(), name, content: Content::Whole(content) };
        let taken = documents::take(portal, upload, Origin::Organisation).await?;
        let said = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if said != taken.kind.media_type() {
            return Err(Failure::Refused("document: its contents are not of its media type"));
        }
        kept.push(documents::record(scope.sql(), &taken).await?.0);
    }
    Ok(kept)
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::TooLarge | Refusal::TooMany => Self::Refused("document: too large"),
            Refusal::Empty => Self::Refused("document: empty"),
            Refusal::Kind => Self::Refused("document: of a kind that is not taken"),
            Refusal::Virus => Self::Refused("document: a virus"),
            Refusal::Away => Self::Away("documents"),
            Refusal::Error(error) => Self::Error(error),
        }
    }
}

fn failure(refused: Refused, action: cases::Action, stage: Stage) -> Failure {
    match refused {
        // A decision may be on its way.
        Refused::NotNow if action == cases::Action::Finish && stage.is_open() => Failure::NotYet("not-decided-yet"),
        Refused::NotNow if !stage.is_open() => Failure::Refused("decided-already"),
        Refused::NotNow => Failure::Refused("not-now"),
        Refused::Changed => Failure::NotYet("changed-meanwhile"),
        Refused::Question => Failure::Refused("question-open"),
        Refused::Clock => Failure::Refused("paused-already"),
        Refused::TakenBy(_) | Refused::NotLate | Refused::FourEyes => Failure::Refused("not-allowed"),
        Refused::Error(error) => Failure::Error(error),
    }
}
