//! A value that its holder put right: the register, the facts that follow from it, and the end of the case.

use futures::{FutureExt, future::BoxFuture};
use jiff::civil::Date;
use serde_json::Value;

use super::{
    effect::{Checked, Effect, Event, Failure, keeps_list},
    problem::Mistake,
};
use crate::{
    cases::{self, Act, By, Refused, Stage},
    corrections::Honoured,
    database::Scope,
    registered_data::{ApplyContext, ChangedFacts, Outcome},
    server::Portal,
};

/// `nl.voordeur.correction.honoured.v1`, which only the portal itself puts in the queue.
pub struct Corrections;

impl Effect for Corrections {
    fn check(&self, _: &Portal, _: Date, data: &Value) -> Result<Checked, Vec<Mistake>> {
        let read: Option<Honoured> = serde_json::from_value(data.clone()).ok();
        let bsn = read.and_then(|honoured| honoured.bsn());
        bsn.map(|bsn| Checked { bsn }).ok_or_else(|| vec![Mistake::new("", "Must be what was decided.")])
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

async fn apply(portal: &Portal, scope: &mut Scope, event: Event<'_>) -> Result<ChangedFacts, Failure> {
    let at = portal.clock.now();
    let honoured: Honoured = serde_json::from_value(event.data.clone()).map_err(|_| Failure::NoLongerRight)?;
    let bsn = honoured.bsn().ok_or(Failure::NoLongerRight)?;
    let context = ApplyContext {
        catalogue: &portal.catalogue,
        keys: &portal.keys,
        facts: &portal.facts,
        at,
        organisation: event.organisation,
    };
    if !honoured.rectification.fits(&context) {
        return Err(Failure::NoLongerRight);
    }
    let applied = honoured.rectification.apply(scope, &context, &bsn, event.time).await?;
    if event.organisation.starts_with("gemeente-") && !keeps_list(scope, event.organisation).await? {
        return Err(Failure::NotTheirInhabitant);
    }
    metrics::counter!("corrections_applied", "outcome" => format!("{:?}", applied.outcome).to_ascii_lowercase())
        .increment(1);
    // When the register itself says otherwise meanwhile, somebody has to look: the case stays where it is.
    if applied.outcome != Outcome::Late
        && let Some(case) = cases::store::hold(scope.sql(), honoured.case).await?
        && case.stage == Stage::Decided
    {
        // The message about the decision told what is changed.
        match cases::catch_up(portal, scope, case, Act::Finish, By::system(at)).await {
            Ok(_) => {}
            Err(Refused::Error(error)) => return Err(error.into()),
            Err(_) => return Err(Failure::NotYet("case-not-finished")),
        }
    }
    Ok(applied.facts)
}
