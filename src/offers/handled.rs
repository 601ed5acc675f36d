//! What was sent with an application and what it rests on, as who handles it sees it.

use std::collections::BTreeSet;

use jiff::civil::Date;
use leptos::prelude::*;
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::{
    Amounts, Run,
    answers::{Answers, Question},
    explain::{Explained, NOTHING_DOUBTED},
    model::Offer,
    store, wording,
};
use crate::{
    app::Visit,
    error::Error,
    keys::Keyring,
    rules::{ServiceRules, Version},
};

/// An application: what the citizen filled in, and the offer that it came from.
pub struct Sent {
    answers: Answers,
    offer: Option<Offer>,
}

impl Sent {
    /// Of the acting person; `sealed` is what was kept with their case.
    ///
    /// # Errors
    /// Those of PostgreSQL; a defect when the answers do not open.
    pub async fn read(
        sql: &mut PgConnection,
        keys: &Keyring,
        service: Option<&str>,
        period: Option<Date>,
        sealed: Option<&[u8]>,
    ) -> Result<Self, Error> {
        let answers = match sealed {
            Some(sealed) => Answers::open(keys, sealed).ok_or_else(|| Error::internal("answers do not open"))?,
            None => Answers::default(),
        };
        let offer = match (service, period) {
            (Some(service), Some(period)) => store::one(sql, service, period).await?.map(|kept| kept.offer),
            _ => None,
        };
        Ok(Self { answers, offer })
    }

    /// What was known when it was sent, and what followed from it.
    pub fn known(&self) -> Value {
        let facts = self.offer.as_ref().map_or(&self.answers.known, |offer| &offer.run.facts);
        let amounts = self.amounts();
        json!({
            "facts": facts,
            "amounts": { "year": amounts.year, "quarter": amounts.quarter, "month": amounts.month, "once": amounts.once },
        })
    }

    /// What the rule gave, in eurocents.
    pub fn amounts(&self) -> Amounts {
        self.offer.as_ref().map(|offer| offer.amounts).unwrap_or_default()
    }

    /// The run that the offer rests on, and since when its rule holds.
    pub fn run(&self) -> Option<(&Run, Date)> {
        self.offer.as_ref().map(|offer| (&offer.run, offer.rule_from))
    }

    /// What was filled in: question and answer.
    pub fn filled_in(&self, visit: &Visit, service: &ServiceRules) -> Vec<(String, String)> {
        let facts = self.answers.facts.iter().filter_map(|(name, value)| {
            let question = Question::Fact(visit.portal.rules.facts.get(name)?);
            Some((question.label(visit), question.words(visit, value)))
        });
        let asks = service.proactive.asks.iter().filter_map(|ask| {
            let question = Question::Ask(ask);
            Some((question.label(visit), question.words(visit, self.answers.asks.get(&ask.id)?)))
        });
        facts.chain(asks).collect()
    }

    /// What registers said and was used: what, value and source.
    pub fn registered(&self, visit: &Visit, service: &ServiceRules) -> Vec<(String, String, String)> {
        let typed = self.answers.typed_facts();
        self.explained(visit, service, &typed).map(|explained| explained.registered_facts()).unwrap_or_default()
    }

    /// Each condition and the calculation, from the run that led to the offer.
    pub fn why(&self, visit: &Visit, service: &ServiceRules) -> Option<AnyView> {
        let typed = self.answers.typed_facts();
        let offer = self.offer.as_ref()?;
        let explained = self.explained(visit, service, &typed)?;
        let receipt = explained.receipt(&offer.amounts, offer.evaluated_on);
        Some(view! { {explained.conditions_for_staff()} {receipt} }.into_any())
    }

    fn explained<'a>(
        &'a self,
        visit: &'a Visit,
        service: &'a ServiceRules,
        typed: &'a BTreeSet<String>,
    ) -> Option<Explained<'a>> {
        let offer = self.offer.as_ref()?;
        let version: &Version = wording::version_of(service, offer)?;
        Some(Explained { visit, version, run: &offer.run, typed, doubted: &NOTHING_DOUBTED })
    }
}
