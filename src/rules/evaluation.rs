//! Working out rules: for one person, or for facts that somebody typed in.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sqlx::{AssertSqlSafe, PgConnection, types::Json};
use uuid::Uuid;

use super::{
    model::{Fact, FactType},
    rulebook::{Rulebook, ServiceRules, Version},
};
use crate::{database::PersonId, error::Error};

/// What a rule gives for one person on one day, with everything that led to it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Outcome {
    /// None where data are missing.
    pub eligible: Option<bool>,
    /// Which one it is, of those that somebody may have: the first day of the year or quarter, an expiry date.
    pub period: Option<Date>,
    /// Eurocents.
    pub year: Option<i64>,
    pub quarter: Option<i64>,
    pub month: Option<i64>,
    pub once: Option<i64>,
    /// Facts that must be known first.
    #[serde(default)]
    pub missing: Vec<String>,
    #[serde(default)]
    pub conditions: BTreeMap<String, Option<bool>>,
    /// Values of steps; money in eurocents, with the fractions of a calculation.
    #[serde(default)]
    pub steps: Map<String, Value>,
    /// The facts used, as they were; null where unknown.
    #[serde(default)]
    pub facts: Map<String, Value>,
}

/// A row of facts as typed in by somebody or written in a file, checked: null or absent is unknown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FactRow(pub Map<String, Value>);

/// A fact that is not what it should be.
#[derive(Debug, PartialEq, Eq)]
pub struct WrongFact {
    pub fact: String,
    pub reason: String,
}

impl FactRow {
    /// # Errors
    /// Every fact that is unknown to the catalogue, of another type or out of bounds.
    pub fn check(rulebook: &Rulebook, facts: Map<String, Value>) -> Result<Self, Vec<WrongFact>> {
        let mut row = Map::new();
        let mut mistakes = Vec::new();
        for (name, value) in facts {
            let checked = match rulebook.facts.get(&name) {
                None => Err("is no fact of the catalogue".to_owned()),
                Some(_) if value.is_null() => Ok(value),
                Some(fact) => check_value(fact, value),
            };
            match checked {
                Ok(value) => _ = row.insert(name, value),
                Err(reason) => mistakes.push(WrongFact { fact: name, reason }),
            }
        }
        if mistakes.is_empty() { Ok(Self(row)) } else { Err(mistakes) }
    }
}

fn check_value(fact: &Fact, value: Value) -> Result<Value, String> {
    let date = |value: &Value| value.as_str().and_then(|text| text.parse::<Date>().ok()).filter(|date| date.year() > 0);
    let within = |number: i64| number >= fact.minimum && fact.maximum.is_none_or(|maximum| number <= maximum);
    let bounds = || format!("is not a whole number from {} to {}", fact.minimum, fact.maximum.unwrap_or(i64::MAX));
    match fact.kind {
        FactType::Boolean if value.is_boolean() => Ok(value),
        FactType::Boolean => Err("is not true or false".to_owned()),
        FactType::Integer | FactType::Money if value.as_i64().is_some_and(within) => Ok(value),
        FactType::Integer | FactType::Money => Err(bounds()),
        FactType::Decimal => {
            // As text, so that no float comes near it.
            let text = match &value {
                Value::Number(number) => number.to_string(),
                Value::String(text) => text.clone(),
                _ => String::new(),
            };
            let whole = text.split('.').next().and_then(|whole| whole.parse().ok());
            let is_number = super::expression::decimal(&text).is_some() && whole.is_some_and(within);
            if is_number {
                Ok(Value::String(text))
            } else {
                Err(format!("is not a number from {} to {}", fact.minimum, fact.maximum.unwrap_or(i64::MAX)))
            }
        }
        FactType::Date if date(&value).is_some() => Ok(value),
        FactType::Date => Err("is not a date as in 2026-01-31".to_owned()),
        FactType::Dates => {
            let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
            let dates: Option<Vec<Date>> = list.iter().map(date).collect();
            let mut dates = dates
                .filter(|dates| value.is_array() && dates.len() <= 50)
                .ok_or("is not a list of dates, of 50 at most")?;
            dates.sort();
            Ok(dates.into_iter().map(|date| Value::String(date.to_string())).collect())
        }
        FactType::Text if value.as_str().is_some_and(|text| text.len() <= 60) => Ok(value),
        FactType::Text => Err("is not a text of 60 letters at most".to_owned()),
        FactType::Childcare => {
            let is_child = |child: &Value| {
                let number = |key: &str, most| {
                    child.get(key).and_then(Value::as_i64).is_some_and(|number| (0..=most).contains(&number))
                };
                let kind = child.get("kind").and_then(Value::as_str).unwrap_or_default();
                matches!(kind, "daycare" | "after_school" | "childminder")
                    && number("hours_month", 744)
                    && number("hourly_rate", 100_000)
            };
            let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
            let fits = value.is_array() && list.len() <= 50 && list.iter().all(is_child);
            if fits {
                Ok(value)
            } else {
                Err("is not a list of children with kind, hours_month and hourly_rate".to_owned())
            }
        }
    }
}

/// One outcome for each service with a rule in force, of the acting person; none when nothing is known about them.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn of_person<'r>(
    sql: &mut PgConnection,
    rulebook: &'r Rulebook,
    services: &[&'r ServiceRules],
    person: PersonId,
    on: Date,
) -> Result<Vec<(&'r ServiceRules, Outcome)>, Error> {
    let in_force = in_force(rulebook, services, on);
    let Some(statement) = union(&in_force, "(select * from facts where person = $2)") else { return Ok(Vec::new()) };
    keep_plans(&mut *sql).await?;
    let rows: Vec<(i32, Json<Outcome>)> =
        sqlx::query_as(AssertSqlSafe(statement)).bind(on.to_sqlx()).bind(person).fetch_all(sql).await?;
    Ok(rows.into_iter().map(|(at, outcome)| (in_force[at as usize].0, outcome.0)).collect())
}

/// The outcome of one service for each of these rows of facts, in their order; empty when no rule is in force.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn of_facts(
    sql: &mut PgConnection,
    service: &ServiceRules,
    rows: &[FactRow],
    on: Date,
) -> Result<Vec<Outcome>, Error> {
    let Some(version) = service.on(on) else { return Ok(Vec::new()) };
    Ok(of_facts_by(sql, &[(service, version)], rows, on).await?.into_iter().map(|(_, outcome)| outcome).collect())
}

/// The outcomes of several services for each of these rows of facts: by service, and within it in the order of the rows.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn of_facts_by(
    sql: &mut PgConnection,
    in_force: &[(&ServiceRules, &Version)],
    rows: &[FactRow],
    on: Date,
) -> Result<Vec<(usize, Outcome)>, Error> {
    let Some(statement) = union(in_force, "jsonb_populate_recordset(null::facts, $2)") else { return Ok(Vec::new()) };
    // The place in the list stands where the person would.
    let numbered: Vec<Value> = rows
        .iter()
        .enumerate()
        .map(|(at, row)| {
            let mut row = row.0.clone();
            row.insert("person".to_owned(), Value::String(Uuid::from_u128(at as u128).to_string()));
            Value::Object(row)
        })
        .collect();
    keep_plans(&mut *sql).await?;
    let rows: Vec<(i32, Json<Outcome>)> = sqlx::query_as(AssertSqlSafe(statement + " order by 1, person"))
        .bind(on.to_sqlx())
        .bind(Json(numbered))
        .fetch_all(sql)
        .await?;
    Ok(rows.into_iter().map(|(at, outcome)| (at as usize, outcome.0)).collect())
}

/// Planning these statements anew for each person takes longer than running them. Until the end of the transaction.
async fn keep_plans(sql: &mut PgConnection) -> Result<(), Error> {
    sqlx::query("select set_config('plan_cache_mode', 'force_generic_plan', true)").execute(sql).await?;
    Ok(())
}

fn in_force<'r>(
    rulebook: &'r Rulebook,
    services: &[&'r ServiceRules],
    on: Date,
) -> Vec<(&'r ServiceRules, &'r Version)> {
    rulebook.on(on).filter(|(service, _)| services.iter().any(|asked| asked.id() == service.id())).collect()
}

/// One statement for several services: the place in the list, and the outcome as JSON.
fn union(in_force: &[(&ServiceRules, &Version)], source: &str) -> Option<String> {
    let selects: Vec<String> = in_force
        .iter()
        .enumerate()
        .map(|(at, (_, version))| {
            let run = version.compiled.run(source, "$1::date");
            format!("select {at} as place, to_jsonb(r) as outcome, r.person from ({run}) r")
        })
        .collect();
    if selects.is_empty() {
        return None;
    }
    Some(format!("select place, outcome, person from ({}) u", selects.join(" union all ")))
}
