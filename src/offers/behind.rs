//! For cases: what is behind a decision, and what was sent with an application.

use std::collections::BTreeSet;

use jiff::civil::Date;
use leptos::prelude::*;
use sqlx::PgConnection;

use super::{
    Amounts, Run, accept,
    answers::Answers,
    explain::{Explained, NOTHING_DOUBTED},
    parts::{calculation, why},
    store, wording,
};
use crate::{app::Visit, error::Error, rules::ServiceRules};

/// Each condition, and the calculation, of a run that was kept with a decision; none where the rule of that day is not there any more.
pub fn behind(
    visit: &Visit,
    service: &ServiceRules,
    rule_from: Date,
    run: &Run,
    amounts: &Amounts,
    worked_out_on: Date,
    gets: bool,
) -> Option<AnyView> {
    let version = service.versions.iter().find(|version| version.from == rule_from)?;
    if run.conditions.is_empty() {
        return None;
    }
    let explained = Explained { visit, version, run, typed: &BTreeSet::new(), doubted: &NOTHING_DOUBTED };
    let receipt = explained.receipt(amounts, worked_out_on).map(|receipt| calculation(visit, service, receipt));
    Some(view! { {why(visit, service, &explained, gets)} {receipt} }.into_any())
}

/// What the acting person sent with an application, and what was known when they did; none when what is sealed does not open.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn sent(
    sql: &mut PgConnection,
    visit: &Visit,
    service: &ServiceRules,
    period: Option<Date>,
    sealed: &[u8],
) -> Result<Option<AnyView>, Error> {
    let Some(answers) = Answers::open(&visit.portal.keys, sealed) else { return Ok(None) };
    let mine = store::mine(sql, 0).await?;
    let offer = mine.offers.into_iter().map(|kept| kept.offer);
    let offer = offer.filter(|offer| offer.service == service.id()).find(|offer| Some(offer.period) == period);
    let (run, amounts) = offer.as_ref().map(|offer| (offer.run.clone(), offer.amounts)).unwrap_or_default();
    let version = offer.as_ref().and_then(|offer| wording::version_of(service, offer));
    Ok(Some(accept::sent(visit, service, version, &run, &amounts, &answers, period)))
}
