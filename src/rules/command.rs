//! `voordeur catalogue check` and `voordeur evaluate --cases`.

use std::path::Path;

use jiff::civil::Date;
use sqlx::PgConnection;

use super::{
    cases::{Case, check_examples, try_cases},
    rulebook::Rulebook,
};
use crate::{config::Config, database, registered_data::Catalogue};

type Failure = Box<dyn std::error::Error>;

/// Checks the catalogue and works out every example; prints each mistake on a line of its own. False when there are any.
///
/// # Errors
/// When PostgreSQL, which works out the examples, does not answer.
pub async fn check(config: &Config) -> Result<bool, Failure> {
    let catalogue = match Catalogue::read(&config.catalogue) {
        Ok(catalogue) => catalogue,
        Err(mistake) => {
            println!("{mistake}");
            return Ok(false);
        }
    };
    let rulebook = match Rulebook::read(&config.catalogue, &catalogue) {
        Ok(rulebook) => rulebook,
        Err(mistakes) => {
            mistakes.iter().for_each(|mistake| println!("{mistake}"));
            return Ok(false);
        }
    };
    let mut sql = database::connect_as_owner(&config.database).await?;
    let mut mistakes = columns_that_differ(&mut sql, &rulebook).await?;
    let (examples, failed) = check_examples(&mut sql, &rulebook).await?;
    mistakes.extend(failed.iter().map(ToString::to_string));
    mistakes.iter().for_each(|mistake| println!("{mistake}"));
    let versions: usize = rulebook.services.iter().map(|service| service.versions.len()).sum();
    println!(
        "{} registers, {} facts, {} services with {versions} rules, {examples} examples: {} mistakes",
        catalogue.registers.len(),
        rulebook.facts.len(),
        rulebook.services.len(),
        mistakes.len()
    );
    Ok(mistakes.is_empty())
}

/// Facts without a column of their type, and columns without a fact.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn columns_that_differ(sql: &mut PgConnection, rulebook: &Rulebook) -> Result<Vec<String>, sqlx::Error> {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "select attname::text, format_type(atttypid, null) from pg_attribute
          where attrelid = 'facts'::regclass and attnum > 0 and not attisdropped and attname <> 'person'",
    )
    .fetch_all(sql)
    .await?;
    let mut mistakes = Vec::new();
    for fact in rulebook.facts.values() {
        let wanted = fact.kind.column_type();
        match columns.iter().find(|(name, _)| *name == fact.name) {
            None => mistakes.push(format!("fact {:?} has no column in the table of facts: add a migration", fact.name)),
            Some((_, kind)) if kind != wanted => {
                mistakes.push(format!("fact {:?} has a column of type {kind} and not {wanted}", fact.name));
            }
            Some(_) => {}
        }
    }
    for (name, _) in columns.iter().filter(|(name, _)| !rulebook.facts.contains_key(name)) {
        mistakes.push(format!("column {name:?} of the table of facts is no fact of the catalogue"));
    }
    Ok(mistakes)
}

/// Works out the cases of a file and prints a line for each that failed. False when there are any.
///
/// # Errors
/// When the file cannot be read, the catalogue is wrong or PostgreSQL does not answer.
pub async fn evaluate_cases(config: &Config, file: &Path) -> Result<bool, Failure> {
    let cases: Vec<Case> = serde_json::from_slice(&std::fs::read(file)?)?;
    let catalogue = Catalogue::read(&config.catalogue)?;
    let rulebook = Rulebook::read_all(&config.catalogue, &catalogue)?;
    let mut sql = database::connect_as_owner(&config.database).await?;
    let tried = try_cases(&mut sql, &rulebook, &cases).await?;
    tried.failures.iter().for_each(|failure| println!("{failure}"));
    println!("{} passed, {} failed", tried.passed, tried.failures.len());
    Ok(tried.failures.is_empty())
}

/// The SELECT that a service's rule is compiled to.
///
/// # Errors
/// When the catalogue is wrong, or there is no such service or no rule in force.
pub fn sql(config: &Config, service: &str, on: Date, explained: bool) -> Result<String, Failure> {
    let catalogue = Catalogue::read(&config.catalogue)?;
    let rulebook = Rulebook::read_all(&config.catalogue, &catalogue)?;
    let service = rulebook.service(service).ok_or_else(|| format!("there is no service {service:?}"))?;
    let version = service.on(on).ok_or_else(|| format!("{} has no rule in force on {on}", service.id()))?;
    let day = format!("date '{on}'");
    Ok(if explained { version.compiled.run("facts", &day) } else { version.compiled.verdict("facts", &day) })
}
