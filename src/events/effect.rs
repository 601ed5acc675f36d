//! What an event means: how what it says is checked, and what it changes.

use std::{collections::BTreeMap, sync::Arc};

use futures::{FutureExt, future::BoxFuture};
use jiff::{Timestamp, civil::Date};
use serde_json::Value;

use super::{REGISTERED_DATA_CHANGED, case::CaseEvent, case_effect::Cases, honoured::Corrections, problem::Mistake};
use crate::{
    clock,
    corrections::HONOURED,
    database::Scope,
    error::Error,
    registered_data::{ApplyContext, Bsn, Change, ChangeError, ChangedFacts},
    server::Portal,
};

/// What is known of an event that is right.
pub struct Checked {
    pub bsn: Bsn,
}

/// An event that is being processed.
pub struct Event<'a> {
    /// The organisation that sent it.
    pub organisation: &'a str,
    pub time: Timestamp,
    pub data: &'a Value,
}

/// Why an event has no effect.
#[derive(Debug)]
pub enum Failure {
    UnknownPerson,
    TwoPeople,
    /// A municipality sent it about somebody whose list another one keeps.
    NotTheirInhabitant,
    /// It was right when it came in, and is not by what the catalogue says now.
    NoLongerRight,
    /// Its case may still be registered; then it is tried again.
    UnknownCase,
    /// It can never have its effect.
    Refused(&'static str),
    /// Not now, and perhaps soon.
    NotYet(&'static str),
    /// Something that is needed is away, which says nothing about the event.
    Away(&'static str),
    Error(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Error(error.into())
    }
}

impl From<ChangeError> for Failure {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::UnknownPerson => Self::UnknownPerson,
            ChangeError::TwoPeople => Self::TwoPeople,
            ChangeError::Database(error) => Self::Error(error),
        }
    }
}

pub trait Effect: Send + Sync {
    /// # Errors
    /// Every mistake, with its place within the data.
    fn check(&self, portal: &Portal, today: Date, data: &Value) -> Result<Checked, Vec<Mistake>>;

    /// Has its effect in the caller's transaction, in which the person's number may be looked up. Whose facts changed: offers that
    /// follow from them are the caller's to find.
    fn apply<'a>(
        &'a self,
        portal: &'a Portal,
        scope: &'a mut Scope,
        event: Event<'a>,
    ) -> BoxFuture<'a, Result<ChangedFacts, Failure>>;
}

/// What events do, by their type.
pub struct Effects {
    from_organisations: BTreeMap<&'static str, Arc<dyn Effect>>,
    /// What only the portal itself puts in the queue.
    own: BTreeMap<&'static str, Arc<dyn Effect>>,
}

impl Effects {
    pub fn all() -> Self {
        let mut effects: BTreeMap<&'static str, Arc<dyn Effect>> =
            CaseEvent::ALL.map(|event| (event.name(), Arc::new(Cases(event)) as Arc<dyn Effect>)).into();
        effects.insert(REGISTERED_DATA_CHANGED, Arc::new(RegisteredData));
        Self { from_organisations: effects, own: [(HONOURED, Arc::new(Corrections) as Arc<dyn Effect>)].into() }
    }

    /// Events about registered data have another effect, in a test.
    #[cfg(test)]
    pub fn with(mut self, effect: impl Effect + 'static) -> Self {
        self.from_organisations.insert(REGISTERED_DATA_CHANGED, Arc::new(effect));
        self
    }

    /// That of an event that waits.
    pub fn of(&self, kind: &str) -> Option<&dyn Effect> {
        self.from_organisations.get(kind).or_else(|| self.own.get(kind)).map(|effect| &**effect)
    }

    /// That of an event that an organisation sends.
    pub fn of_organisations(&self, kind: &str) -> Option<&dyn Effect> {
        self.from_organisations.get(kind).map(|effect| &**effect)
    }

    /// The types of events that organisations may send.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        self.from_organisations.keys().copied()
    }
}

/// `nl.voordeur.registered-data.changed.v1`
pub struct RegisteredData;

impl Effect for RegisteredData {
    fn check(&self, portal: &Portal, today: Date, data: &Value) -> Result<Checked, Vec<Mistake>> {
        match Change::parse(&portal.catalogue, today, data) {
            Ok(change) => Ok(Checked { bsn: change.bsn().clone() }),
            Err(mistakes) => {
                Err(mistakes.into_iter().map(|mistake| Mistake::new(mistake.pointer, mistake.reason)).collect())
            }
        }
    }

    fn apply<'a>(
        &'a self,
        portal: &'a Portal,
        scope: &'a mut Scope,
        event: Event<'a>,
    ) -> BoxFuture<'a, Result<ChangedFacts, Failure>> {
        apply(portal, scope, event).boxed()
    }
}

/// The register's value, and the facts that follow from it.
async fn apply(portal: &Portal, scope: &mut Scope, event: Event<'_>) -> Result<ChangedFacts, Failure> {
    let at = portal.clock.now();
    let change = Change::parse(&portal.catalogue, clock::day(at), event.data).map_err(|_| Failure::NoLongerRight)?;
    let context = ApplyContext {
        catalogue: &portal.catalogue,
        keys: &portal.keys,
        facts: &portal.facts,
        at,
        organisation: event.organisation,
    };
    let applied = change.apply(scope, &context, event.time).await?;
    if event.organisation.starts_with("gemeente-") && !keeps_list(scope, event.organisation).await? {
        return Err(Failure::NotTheirInhabitant);
    }
    Ok(applied.facts)
}

/// Whether a municipality keeps the list of the person whom the transaction acts for: it says nothing about somebody else's inhabitant.
pub async fn keeps_list(scope: &mut Scope, municipality: &str) -> Result<bool, Failure> {
    Ok(sqlx::query_scalar("select holder = $1 from person where person = acting_person()")
        .bind(municipality)
        .fetch_one(scope.sql())
        .await?)
}
