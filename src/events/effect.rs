//! What an event means: how what it says is checked, and what it changes.

use futures::future::BoxFuture;
use jiff::{Timestamp, civil::Date};
use serde_json::Value;

use super::problem::Mistake;
use crate::{database::Scope, error::Error, registered_data::Bsn, server::Portal};

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
    /// It was right when it came in, and is not by what the catalogue says now.
    NoLongerRight,
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

pub trait Effect: Send + Sync {
    /// # Errors
    /// Every mistake, with its place within the data.
    fn check(&self, portal: &Portal, today: Date, data: &Value) -> Result<Checked, Vec<Mistake>>;

    /// Has its effect in the caller's transaction, in which the person's number may be looked up.
    fn apply<'a>(
        &'a self,
        portal: &'a Portal,
        scope: &'a mut Scope,
        event: Event<'a>,
    ) -> BoxFuture<'a, Result<(), Failure>>;
}

/// `nl.voordeur.registered-data.changed.v1`
pub struct RegisteredData;

impl Effect for RegisteredData {
    fn check(&self, _portal: &Portal, _today: Date, _data: &Value) -> Result<Checked, Vec<Mistake>> {
        Err(vec![Mistake::new("", "No register is taken in by events yet.")])
    }

    fn apply<'a>(
        &'a self,
        _portal: &'a Portal,
        _scope: &'a mut Scope,
        _event: Event<'a>,
    ) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async { Err(Failure::NoLongerRight) })
    }
}
