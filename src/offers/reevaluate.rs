//! After registered values changed: exactly the services that the changed facts can affect, for exactly the people whose facts they are.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;

use super::find::{Change, find};
use crate::{
    clock::{self, Clock},
    database::{PersonId, Scope},
    error::Error,
    registered_data::ChangedFacts,
    rules::{Rulebook, ServiceRules, Version, model::Source},
    usage::{Role, Usage, activity},
};

/// What it takes to find offers: the rules, the time, and whose portal it is, for the log.
#[derive(Clone)]
pub struct Finder {
    pub rules: Arc<Rulebook>,
    pub clock: Clock,
    pub organisation: String,
}

impl Finder {
    /// Works out anew what changed facts can affect, in the transaction that changed them, and logs it for each person. Whoever
    /// changed the facts holds the locks of these people's facts, so that nobody else works out the same people meanwhile.
    ///
    /// # Errors
    /// Those of PostgreSQL; nothing may be committed then.
    pub async fn after(&self, scope: &mut Scope, changed: &ChangedFacts) -> Result<Vec<Change>, Error> {
        let now = self.clock.now();
        let on = clock::day(now);
        // Who is affected in the same way is worked out together: setting a statement up takes longer than one person in it.
        let mut affected: BTreeMap<Vec<&str>, Vec<PersonId>> = BTreeMap::new();
        for (person, facts) in changed {
            let services = self.rules.on(on).filter(|(_, version)| version.compiled.uses_any(facts));
            affected.entry(services.map(|(service, _)| service.id()).collect()).or_default().push(*person);
        }
        affected.retain(|services, _| !services.is_empty());
        if affected.is_empty() {
            return Ok(Vec::new());
        }
        scope.turn_to_evaluate().await?;
        let mut changes = Vec::new();
        let mut worked_out = Vec::new();
        for (ids, people) in &affected {
            let services: Vec<_> = self.rules.on(on).filter(|(service, _)| ids.contains(&service.id())).collect();
            changes.extend(find(scope.sql(), people, &services, now, on).await?);
            worked_out.push((&people[..], self.usage(now, &services)));
        }
        scope.turn_back(&worked_out).await?;
        Ok(changes)
    }

    /// Works out these services for the acting person, who asked for it, as after switching one on again. Waits for whoever is
    /// changing their facts.
    ///
    /// # Errors
    /// Those of PostgreSQL.
    pub async fn again(
        &self,
        scope: &mut Scope,
        person: PersonId,
        services: &[&ServiceRules],
    ) -> Result<Vec<Change>, Error> {
        let now = self.clock.now();
        let on = clock::day(now);
        sqlx::query("select people_lock(array[$1])").bind(person).execute(scope.sql()).await?;
        let in_force: Vec<_> = services.iter().filter_map(|service| Some((*service, service.on(on)?))).collect();
        find(scope.sql(), &[person], &in_force, now, on).await
    }

    fn usage(&self, at: Timestamp, services: &[(&ServiceRules, &Version)]) -> Usage {
        let bases: BTreeSet<&str> =
            services.iter().map(|(service, _)| service.proactive.legal_basis.as_str()).collect();
        Usage {
            at,
            organisation: self.organisation.clone(),
            role: Role::System,
            activity: activity::EVALUATE.based_on(&bases.into_iter().collect::<Vec<_>>().join("; ")),
            groups: groups_read(&self.rules, services),
        }
    }
}

/// The groups of data that these rules read, as the log of usage names them.
pub(super) fn groups_read(rulebook: &Rulebook, services: &[(&ServiceRules, &Version)]) -> Vec<String> {
    let mut groups = BTreeSet::new();
    for (_, version) in services {
        for fact in version.compiled.facts() {
            groups.insert(group_of(rulebook, fact));
        }
    }
    groups.into_iter().collect()
}

/// The kind of record that a fact comes from; of what is derived from relations and addresses, the register alone.
fn group_of(rulebook: &Rulebook, fact: &str) -> String {
    match rulebook.facts.get(fact).map(|fact| &fact.from) {
        Some(Source::Value(path) | Source::Values(path) | Source::Records(path) | Source::Exists(path)) => {
            path.split('/').take(2).collect::<Vec<_>>().join("/")
        }
        Some(Source::Partner(of)) if of != fact => group_of(rulebook, of),
        _ => "brp".to_owned(),
    }
}
