//! What was checked today, and what came of it for one person.

use std::collections::BTreeSet;

use jiff::civil::Date;
use sqlx::PgConnection;

use super::{
    State,
    store::{Kept, Mine, NeedsData},
    wording,
};
use crate::{
    app::Visit,
    corrections,
    database::PersonId,
    error::Error,
    registered_data::Register,
    rules::{
        self, Outcome, Rulebook, ServiceRules, Version,
        model::{Fact, FactType, Mode},
    },
};

/// A service, its rule of today and what that gives.
pub struct Check<'r> {
    pub service: &'r ServiceRules,
    pub version: Option<&'r Version>,
    /// None when no rule is in force or nothing is known about the person.
    pub outcome: Option<Outcome>,
}

/// What a service means to somebody now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Fits, and there is no offer of it yet.
    Fits,
    DoesNotFit,
    /// The citizen can supply what is missing.
    NeedsData,
    Unknown,
    NoRule,
}

impl Check<'_> {
    pub fn missing(&self) -> &[String] {
        self.outcome.as_ref().map(|outcome| outcome.missing.as_slice()).unwrap_or_default()
    }

    pub fn standing(&self, rulebook: &Rulebook) -> Standing {
        match (&self.version, &self.outcome) {
            (None, _) => Standing::NoRule,
            (Some(_), None) => Standing::Unknown,
            (Some(_), Some(Outcome { eligible: Some(true), .. })) => Standing::Fits,
            (Some(_), Some(Outcome { eligible: Some(false), .. })) => Standing::DoesNotFit,
            (Some(_), Some(outcome)) => {
                let askable = |name: &String| rulebook.facts.get(name).is_some_and(can_be_asked);
                let all = !outcome.missing.is_empty() && outcome.missing.iter().all(askable);
                if all { Standing::NeedsData } else { Standing::Unknown }
            }
        }
    }
}

/// Whether a form can ask for a fact. Where somebody lives follows from the BRP alone, and childcare from what its provider reports.
pub fn can_be_asked(fact: &Fact) -> bool {
    fact.question.is_some()
        && matches!(
            fact.kind,
            FactType::Boolean | FactType::Integer | FactType::Money | FactType::Date | FactType::Dates
        )
}

/// More than this nobody fills in on the way.
const FEW_FACTS: usize = 3;

impl Check<'_> {
    /// Worth asking for what is missing: there is something to get, and little to fill in.
    pub fn is_worth_asking(&self, rulebook: &Rulebook) -> bool {
        self.service.proactive.mode == Mode::Offer
            && self.missing().len() <= FEW_FACTS
            && self.standing(rulebook) == Standing::NeedsData
    }
}

/// Works out these services for the acting person.
pub async fn check<'r>(
    sql: &mut PgConnection,
    rulebook: &'r Rulebook,
    services: &[&'r ServiceRules],
    person: PersonId,
    today: Date,
) -> Result<Vec<Check<'r>>, Error> {
    let mut outcomes = rules::of_person(sql, rulebook, services, person, today).await?;
    let checks = services.iter().map(|&service| {
        let found = outcomes.iter().position(|(own, _)| own.id() == service.id());
        Check { service, version: service.on(today), outcome: found.map(|at| outcomes.swap_remove(at).1) }
    });
    Ok(checks.collect())
}

/// What is kept of services that need data, but for those that are switched off.
pub fn kept<'r>(mine: &Mine, rulebook: &'r Rulebook, today: Date) -> Vec<Check<'r>> {
    let services = rulebook.services.iter().filter(|service| !mine.is_off(service.id()));
    let kept = services.filter_map(|service| {
        let NeedsData { period, missing } = mine.needs_data.get(service.id())?.clone();
        let outcome = Outcome { period, missing, ..Outcome::default() };
        Some(Check { service, version: service.on(today), outcome: Some(outcome) })
    });
    kept.collect()
}

impl Mine {
    /// The facts that come from what registers or holders are looking into.
    pub fn facts_in_doubt(&self, visit: &Visit) -> BTreeSet<String> {
        corrections::facts_looked_into(&visit.portal.rules, &visit.portal.catalogue, &self.looked_into)
    }

    /// What waits for a choice.
    pub fn open(&self, today: Date) -> impl Iterator<Item = &Kept> {
        self.offers.iter().filter(move |kept| kept.offer.state.is_open() && kept.offer.expires_on >= today)
    }

    /// What is being received or asked for, of periods that are not long over.
    pub fn running(&self) -> impl Iterator<Item = &Kept> {
        self.offers.iter().filter(|kept| kept.offer.state.is_running())
    }

    /// What somebody did not want, or did not choose about: the newest of each service.
    pub fn not_chosen(&self, today: Date) -> impl Iterator<Item = &Kept> {
        self.offers.iter().filter(move |kept| match kept.offer.state {
            State::Declined | State::Expired | State::Undone | State::Suppressed => self.is_newest(kept),
            _ => kept.offer.state.is_open() && kept.offer.expires_on < today && self.is_newest(kept),
        })
    }

    fn is_newest(&self, kept: &Kept) -> bool {
        let of_service = self.offers.iter().filter(|other| other.offer.service == kept.offer.service);
        of_service.map(|other| other.number).max() == Some(kept.number)
    }

    /// The newest offer of a service.
    pub fn newest(&self, service: &str) -> Option<&Kept> {
        self.offers.iter().filter(|kept| kept.offer.service == service).max_by_key(|kept| kept.number)
    }

    pub fn named(&self, service: &ServiceRules, name: &str) -> Option<&Kept> {
        self.offers.iter().find(|kept| wording::is_named(service, kept, name))
    }

    /// Whether an offer of the service, for the period that a check is about, says more than the check.
    pub fn says_more(&self, check: &Check<'_>) -> bool {
        let period = check.outcome.as_ref().and_then(|outcome| outcome.period);
        self.offers.iter().any(|kept| {
            kept.offer.service == check.service.id()
                && kept.offer.state != State::Withdrawn
                && period.is_none_or(|period| period == kept.offer.period)
        })
    }

    pub fn is_off(&self, service: &str) -> bool {
        self.switched_off.contains(service) || self.switched_off.contains("*")
    }
}

/// The groups of data that working out services reads, for the usage log.
pub fn groups(visit: &Visit, services: &[&ServiceRules], today: Date) -> Vec<String> {
    let facts = services.iter().flat_map(|service| service.facts_on(today));
    let registers =
        facts.filter_map(|fact| wording::register_of(visit, fact).0).map(|register: &Register| register.id.clone());
    let mut groups: Vec<String> = registers.collect();
    groups.push("offers".to_owned());
    groups.sort();
    groups.dedup();
    groups
}
