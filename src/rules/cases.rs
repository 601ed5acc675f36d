//! Trying rules on cases with a known outcome: the examples in the catalogue, and files of published figures.

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Map, Value};
use sqlx::PgConnection;

use super::{
    evaluation::{FactRow, Outcome, of_facts},
    model::{Example, Expectation},
    rulebook::{Rulebook, ServiceRules},
};
use crate::{error::Error, registered_data::CatalogueError};

/// A case of `evaluate --cases`.
#[derive(Debug, Deserialize)]
pub struct Case {
    pub id: String,
    pub service: String,
    pub on: Date,
    pub facts: Map<String, Value>,
    pub expect: Expectation,
}

/// How many cases gave what was expected, and what is wrong with the others, a line each.
#[derive(Debug, Default)]
pub struct Tried {
    pub passed: usize,
    pub failures: Vec<String>,
}

/// # Errors
/// Those of PostgreSQL.
pub async fn try_cases(sql: &mut PgConnection, rulebook: &Rulebook, cases: &[Case]) -> Result<Tried, Error> {
    let mut tried = Tried::default();
    for case in cases {
        let differences = match rulebook.service(&case.service) {
            None => vec![format!("service {:?} is not in the catalogue", case.service)],
            Some(service) => try_one(sql, rulebook, service, case.on, case.facts.clone(), &case.expect).await?,
        };
        if differences.is_empty() {
            tried.passed += 1;
        } else {
            tried.failures.push(format!("{}: {}", case.id, differences.join("; ")));
        }
    }
    Ok(tried)
}

/// Works out every example of the catalogue.
///
/// # Errors
/// Those of PostgreSQL; what is wrong with examples is in the list.
pub async fn check_examples(
    sql: &mut PgConnection,
    rulebook: &Rulebook,
) -> Result<(usize, Vec<CatalogueError>), Error> {
    let (mut count, mut mistakes) = (0, Vec::new());
    for service in &rulebook.services {
        for version in &service.versions {
            for (at, example) in version.rule.examples.iter().enumerate() {
                count += 1;
                let differences = if version.covers(example.on) {
                    try_one(sql, rulebook, service, example.on, facts_of(example), &example.expect).await?
                } else {
                    vec![format!("{} is not a day on which this rule is in force", example.on)]
                };
                if !differences.is_empty() {
                    let which = format!("example {} of the rule of {}", at + 1, version.from);
                    mistakes.push(service.example_mistake(version, at, format!("{which}: {}", differences.join("; "))));
                }
            }
        }
    }
    Ok((count, mistakes))
}

fn facts_of(example: &Example) -> Map<String, Value> {
    example.facts.iter().map(|(name, value)| (name.clone(), json(value))).collect()
}

fn json(value: &toml::Value) -> Value {
    match value {
        toml::Value::Datetime(date) => Value::String(date.to_string()),
        toml::Value::Array(list) => list.iter().map(json).collect(),
        toml::Value::Table(table) => {
            Value::Object(table.iter().map(|(key, value)| (key.clone(), json(value))).collect())
        }
        toml::Value::String(text) => Value::String(text.clone()),
        toml::Value::Integer(number) => Value::from(*number),
        toml::Value::Boolean(truth) => Value::Bool(*truth),
        // As text, so that no digit is lost; a decimal fact reads it.
        toml::Value::Float(number) => Value::String(number.to_string()),
    }
}

async fn try_one(
    sql: &mut PgConnection,
    rulebook: &Rulebook,
    service: &ServiceRules,
    on: Date,
    facts: Map<String, Value>,
    expect: &Expectation,
) -> Result<Vec<String>, Error> {
    let row = match FactRow::check(rulebook, facts) {
        Ok(row) => row,
        Err(wrong) => {
            return Ok(wrong.into_iter().map(|wrong| format!("fact {:?} {}", wrong.fact, wrong.reason)).collect());
        }
    };
    let outcomes = of_facts(sql, service, &[row], on).await?;
    Ok(match outcomes.first() {
        None => vec![format!("no rule is in force on {on}")],
        Some(outcome) => differences(outcome, expect),
    })
}

/// What differs from what was expected. Who is not entitled gets nothing: an expected 0 fits.
fn differences(outcome: &Outcome, expect: &Expectation) -> Vec<String> {
    let mut differences = Vec::new();
    if outcome.eligible != expect.eligible {
        let named = |eligible: Option<bool>| match eligible {
            Some(true) => "eligible".to_owned(),
            Some(false) => "not eligible".to_owned(),
            None => "needs data".to_owned(),
        };
        let missing =
            if outcome.missing.is_empty() { String::new() } else { format!(" ({})", outcome.missing.join(", ")) };
        let unmet: Vec<&str> =
            outcome.conditions.iter().filter(|(_, met)| **met == Some(false)).map(|(id, _)| id.as_str()).collect();
        let unmet = if unmet.is_empty() { String::new() } else { format!(" (not {})", unmet.join(", ")) };
        differences.push(format!(
            "expected {}, is {}{missing}{unmet}",
            named(expect.eligible),
            named(outcome.eligible)
        ));
    }
    for (key, is, expected) in [
        ("month", outcome.month, expect.month),
        ("awarded_year", outcome.year, expect.awarded_year),
        ("quarter", outcome.quarter, expect.quarter),
        ("once", outcome.once, expect.once),
    ] {
        let is = if outcome.eligible == Some(false) { Some(0) } else { is };
        if let Some(expected) = expected
            && is != Some(expected)
        {
            differences.push(format!(
                "{key} expected {expected}, is {}",
                is.map_or("unknown".to_owned(), |is| is.to_string())
            ));
        }
    }
    if let Some(expected) = &expect.missing
        && *expected != outcome.missing
    {
        differences.push(format!("missing expected {expected:?}, is {:?}", outcome.missing));
    }
    differences
}
