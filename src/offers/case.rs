//! From a choice to a case: what was accepted is handed to its organisation, and what was granted is a decision.

use std::time::Duration;

use jiff::civil::Date;
use serde_json::{Value, json};
use sqlx::types::Json;
use uuid::Uuid;

use super::{
    Amounts, Offer, Run,
    answers::Answers,
    store::{self, Kept},
    wording,
};
use crate::{
    cases::{self, Act, By, Decision, Grounds, Kind, NewCase, Outcome, Stage},
    clock,
    database::{PersonId, Scope},
    deadlines,
    error::Error,
    leisure,
    rules::{ServiceRules, Version},
    server::Portal,
    usage::{Role, Usage, activity},
};

/// What was granted and has no case yet is looked for this often.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// So many at a time.
const AT_ONCE: i64 = 200;

/// Makes the case of what the acting person just accepted, in the same transaction, with what was filled in, and what was known.
pub(super) async fn open(
    portal: &Portal,
    scope: &mut Scope,
    person: PersonId,
    service: &ServiceRules,
    offer: &Offer,
    answers: &Answers,
    reference: String,
) -> Result<(), Error> {
    let now = portal.clock.now();
    let new = NewCase {
        reference: Some(reference),
        period: Some(offer.period),
        application: Some(answers.seal(&portal.keys)),
        data: Some(application(offer.period, &offer.amounts, &offer.run, answers)),
        ..NewCase::of(service, Kind::Application, organisation(service, &offer.run), now)
    };
    if let Some(case) = cases::open(portal, scope, person, new, By::citizen(now)).await? {
        store::has_case(scope.sql(), service.id(), offer.period, case.id).await?;
    }
    Ok(())
}

/// What an organisation gets of an application: what was asked and answered, and what is known with what follows from it.
fn application(period: Date, amounts: &Amounts, run: &Run, answers: &Answers) -> Value {
    json!({
        "period": period,
        "answers": answers.asks,
        "typed_facts": answers.facts,
        "facts": run.facts,
        "amounts": { "year": amounts.year, "quarter": amounts.quarter, "month": amounts.month, "once": amounts.once },
    })
}

fn organisation(service: &ServiceRules, run: &Run) -> String {
    cases::organisation_of(service, run.facts.get("municipality").and_then(Value::as_str))
}

/// What a grant rests on.
fn grounds(offer: &Offer, version: Option<&Version>) -> Grounds {
    let law = version.map(|version| &version.rule.law);
    Grounds {
        law: law.map(|law| format!("{} art. {}", law.name, law.article)).unwrap_or_default(),
        year: offer.amounts.year,
        quarter: offer.amounts.quarter,
        month: offer.amounts.month,
        once: offer.amounts.once,
        rule_from: Some(offer.rule_from),
        conditions: offer.run.conditions.clone(),
        steps: offer.run.steps.clone(),
        facts: offer.run.facts.clone(),
    }
}

/// Makes the cases of what was granted, as long as the portal runs; each in a transaction of its own, once in all replicas together.
pub async fn open_granted(portal: Portal) {
    loop {
        match granted(&portal).await {
            Ok(1..) => continue,
            Ok(0) | Err(Error::Unavailable) => {}
            Err(error) => tracing::warn!(%error, "what was granted has no case yet"),
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// One round; how many cases were made.
pub(super) async fn granted(portal: &Portal) -> Result<usize, Error> {
    let mut sql = portal.evaluator.begin().await?;
    let found: Vec<(PersonId, String, jiff_sqlx::Date)> = sqlx::query_as(
        "select person, service, period from offer
          where state = 'granted' and case_id is null and service = any ($2) order by person limit $1",
    )
    .bind(AT_ONCE)
    .bind(portal.rules.services.iter().map(ServiceRules::id).collect::<Vec<_>>())
    .fetch_all(&mut *sql)
    .await?;
    drop(sql);
    let grants = found.into_iter().filter_map(|(person, service, period)| {
        Some(grant(portal, person, portal.rules.service(&service)?, period.to_jiff()))
    });
    leisure::each("the case of a grant", grants).await
}

async fn grant(portal: &Portal, person: PersonId, service: &ServiceRules, period: Date) -> Result<bool, Error> {
    let now = portal.clock.now();
    let usage = Usage {
        at: now,
        organisation: portal.config.organisation.id.clone(),
        role: Role::System,
        activity: activity::EVALUATE.based_on(&service.proactive.legal_basis),
        groups: vec!["offers".to_owned()],
    };
    let mut scope = portal.database.as_person(person, usage).await?;
    let held: Option<Json<Value>> = sqlx::query_scalar(
        "select '1'::jsonb from offer
          where person = acting_person() and service = $1 and period = $2 and state = 'granted' and case_id is null for update",
    )
    .bind(service.id())
    .bind(jiff_sqlx::ToSqlx::to_sqlx(period))
    .fetch_optional(scope.sql())
    .await?;
    let mine = store::mine(scope.sql(), 0).await?;
    let offer = mine
        .offers
        .into_iter()
        .map(|kept| kept.offer)
        .find(|offer| offer.service == service.id() && offer.period == period);
    let (Some(_), Some(offer)) = (held, offer) else { return Ok(false) };
    let granted_on = clock::day(offer.changed_at);
    let decision = Decision {
        outcome: Outcome::Granted,
        reasons: service.proactive.on_accept.nl.clone(),
        grounds: grounds(&offer, wording::version_of(service, &offer)),
        decided_on: granted_on,
        announced_on: granted_on,
        objection_until: Some(deadlines::objection_until(granted_on)),
        documents: Vec::new(),
    };
    let new = NewCase {
        period: Some(period),
        stage: Stage::Decided,
        decision: Some(decision),
        data: Some(application(period, &offer.amounts, &offer.run, &Answers::default())),
        ..NewCase::of(service, Kind::Grant, organisation(service, &offer.run), offer.changed_at)
    };
    // The message about what was granted was told when it was.
    let case = cases::open(portal, &mut scope, person, new, By::system(now)).await?;
    if let Some(case) = &case {
        store::has_case(scope.sql(), service.id(), period, case.id).await?;
    }
    scope.commit().await?;
    Ok(case.is_some())
}

/// Ends the case of a grant that the citizen did not want, in the transaction of that choice; its organisation is told.
pub(super) async fn undo(portal: &Portal, scope: &mut Scope, kept: &Kept) -> Result<(), Error> {
    let id: Option<Uuid> = store::case_of(scope.sql(), &kept.offer.service, kept.offer.period).await?;
    let Some(id) = id else { return Ok(()) };
    let Some(case) = cases::store::hold(scope.sql(), id).await? else { return Ok(()) };
    match cases::change(portal, scope, case, Act::Withdraw, By::system(portal.clock.now())).await {
        // The organisation had ended it already.
        Ok(_) | Err(cases::Refused::NotNow) => Ok(()),
        Err(cases::Refused::Error(error)) => Err(error),
        Err(refused) => Err(Error::internal(format!("a grant is not withdrawn: {refused:?}"))),
    }
}
