//! Cases of the fictitious people of the demo, so that neither they nor the desk start with nothing.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    change::{Act, By, Refused, change},
    model::{Case, Decision, Grounds, Kind, Outcome, Stage, Words},
    open::{NewCase, open},
};
use crate::{
    clock,
    database::{PersonId, Scope},
    deadlines,
    error::Error,
    keys::Index,
    rules::ServiceRules,
    server::Portal,
    usage::{Role, Usage, activity},
};

/// `catalogue/demo/cases.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoCase {
    /// Also the organisation's own name for it, by which it is made once.
    reference: String,
    bsn: String,
    organisation: String,
    service: String,
    days_ago: i64,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// After the case came in.
    days: i64,
    act: StepAct,
    nl: String,
    en: Option<String>,
    days_to_answer: Option<i64>,
    outcome: Option<Outcome>,
    /// Eurocents.
    once: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum StepAct {
    Status,
    Ask,
    Decide,
    Finish,
}

/// Opens those that are not there yet; how many.
///
/// # Errors
/// When the file cannot be read, names what there is not, or PostgreSQL does not answer.
pub async fn demo(portal: &Portal, file: &Path) -> Result<usize, Box<dyn std::error::Error>> {
    let cases: Vec<DemoCase> = serde_json::from_slice(&std::fs::read(file)?)?;
    let mut opened = 0;
    for case in &cases {
        let service = portal.rules.service(&case.service).ok_or_else(|| format!("no service {}", case.service))?;
        opened += usize::from(make(portal, case, service).await?);
    }
    Ok(opened)
}

async fn make(portal: &Portal, demo: &DemoCase, service: &ServiceRules) -> Result<bool, Error> {
    let now = portal.clock.now();
    let usage = |groups: &[&str]| Usage {
        at: now,
        organisation: demo.organisation.clone(),
        role: Role::System,
        activity: activity::HANDLE_CASE.based_on(&service.proactive.legal_basis),
        groups: groups.iter().map(|&group| group.to_owned()).collect(),
    };
    let indexes = portal.keys.indexes(Index::Bsn, &demo.bsn);
    let mut scope = portal.database.as_register(PersonId(Uuid::nil()), &indexes, usage(&[])).await?;
    let person: Option<PersonId> = sqlx::query_scalar("select person from person_lookup where index = any($1) limit 1")
        .bind(&indexes)
        .fetch_optional(scope.sql())
        .await?;
    let Some(person) = person else { return Ok(false) };
    scope.turn_to(person, usage(&["cases"])).await?;
    let received_at = later(now, -demo.days_ago)?;
    let new = NewCase {
        reference: Some(demo.reference.clone()),
        source_id: Some(demo.reference.clone()),
        ..NewCase::of(service, Kind::Application, demo.organisation.clone(), received_at)
    };
    let by = By::organisation(received_at);
    let Some(mut case) = open(portal, &mut scope, person, new, by).await? else { return Ok(false) };
    for step in &demo.steps {
        case = take(portal, &mut scope, case, service, step).await?;
    }
    scope.commit().await?;
    Ok(true)
}

async fn take(
    portal: &Portal,
    scope: &mut Scope,
    case: Case,
    service: &ServiceRules,
    step: &Step,
) -> Result<Case, Error> {
    let at = later(case.received_at, step.days)?;
    let words = Words { nl: step.nl.clone(), en: step.en.clone() };
    let day = clock::day(at);
    let act = match step.act {
        StepAct::Status => Act::SetStatus { words, stage: Stage::InTreatment },
        StepAct::Ask => {
            let answer_by = clock::day(later(at, step.days_to_answer.unwrap_or(14))?);
            Act::Ask { words, answer_by, pauses: true }
        }
        StepAct::Decide => {
            let law = service.on(day).map(|version| &version.rule.law);
            let grounds = Grounds {
                law: law.map(|law| format!("{} art. {}", law.name, law.article)).unwrap_or_default(),
                once: step.once,
                ..Grounds::default()
            };
            Act::Decide(Box::new(Decision {
                outcome: step.outcome.ok_or_else(|| Error::internal("a decision of the demo has no outcome"))?,
                reasons: step.nl.clone(),
                grounds,
                decided_on: day,
                announced_on: day,
                objection_until: Some(deadlines::objection_until(day)),
                documents: Vec::new(),
            }))
        }
        StepAct::Finish => Act::Finish,
    };
    match change(portal, scope, case, act, By::organisation(at)).await {
        Ok(case) => Ok(case),
        Err(Refused::Error(error)) => Err(error),
        Err(refused) => Err(Error::internal(format!("a step of the demo is refused: {refused:?}"))),
    }
}

fn later(at: Timestamp, days: i64) -> Result<Timestamp, Error> {
    at.checked_add(SignedDuration::from_hours(24 * days)).map_err(Error::internal)
}
