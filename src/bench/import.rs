//! How fast person lists come in, beside `COPY` of the rows they become.

use std::{collections::HashMap, io::Cursor, path::Path, sync::Arc, time::Instant};

use futures::TryStreamExt;
use sqlx::PgConnection;

use super::Figures;
use crate::{
    clock::Clock,
    config::Config,
    database::{Database, PersonId},
    keys::Keyring,
    offers::Finder,
    registered_data::{Bsn, Catalogue, FactSources, Importer},
    rules::Rulebook,
};

/// How many person lists are made and imported.
const LISTS: usize = 4000;

/// Imports the demo's person lists, each many times under other numbers, into an empty database.
///
/// # Errors
/// When the demo's people are not there, or the database goes away.
pub async fn measure(
    config: &Config,
    owner: &mut PgConnection,
    figures: &mut Figures,
) -> Result<(), Box<dyn std::error::Error>> {
    let lists = population(&config.catalogue.join("demo/people.csv"))?;
    let catalogue = Arc::new(Catalogue::read(&config.catalogue)?);
    let rules = Arc::new(Rulebook::read_all(&config.catalogue, &catalogue)?);
    let importer = Importer {
        finder: Finder { rules, clock: Clock::system(), organisation: config.organisation.id.clone() },
        facts: Arc::new(FactSources::read(&config.catalogue, &catalogue)?),
        database: Database::new(&config.database)?,
        keys: Arc::new(Keyring::new(&config.keys.current, &config.keys.list)?),
        clock: Clock::system(),
        catalogue,
    };
    let started = Instant::now();
    let summary = importer.import(Cursor::new(lists.clone()), |_| (), |_| ()).await?;
    let imported = summary.lists() as f64 / started.elapsed().as_secs_f64();
    let started = Instant::now();
    let again = importer.import(Cursor::new(lists), |_| (), |_| ()).await?;
    let unchanged = again.lists() as f64 / started.elapsed().as_secs_f64();
    if again.unchanged != summary.lists() {
        return Err("importing the same again changed something".into());
    }
    let copied = summary.lists() as f64 / copy(owner).await?;
    sqlx::query("analyze").execute(owner).await?;
    println!("import {imported:.0} person lists a second, unchanged {unchanged:.0}, COPY of the same rows {copied:.0}");
    figures.insert("import: person lists per second".into(), imported);
    figures.insert("import again, nothing changed: person lists per second".into(), unchanged);
    figures.insert("COPY of the same rows: person lists per second".into(), copied);
    figures.insert("import: share of COPY, percent".into(), 100.0 * imported / copied);
    Ok(())
}

/// Seconds to copy every row of the imported data into empty tables with the same indexes, in one transaction.
async fn copy(owner: &mut PgConnection) -> Result<f64, sqlx::Error> {
    let mut seconds = 0.0;
    for table in [
        "person",
        "person_lookup",
        "registered_record",
        "register_delivery",
        "relation",
        "residence",
        "facts",
        "usage_entry",
    ] {
        // Even the owner sees no row of a table that forces row level security; this database is thrown away.
        execute(owner, format!("alter table {table} no force row level security")).await?;
        execute(owner, format!("create table copied_{table} (like {table} including all)")).await?;
        let mut rows = Vec::new();
        let mut out = owner.copy_out_raw(&format!("copy {table} to stdout (format binary)")).await?;
        while let Some(part) = out.try_next().await? {
            rows.extend_from_slice(&part);
        }
        drop(out);
        execute(owner, format!("alter table {table} force row level security")).await?;
        let started = Instant::now();
        let mut copy = owner.copy_in_raw(&format!("copy copied_{table} from stdin (format binary)")).await?;
        copy.send(rows).await?;
        copy.finish().await?;
        seconds += started.elapsed().as_secs_f64();
        execute(owner, format!("drop table copied_{table}")).await?;
    }
    Ok(seconds)
}

async fn execute(owner: &mut PgConnection, statement: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(owner).await?;
    Ok(())
}

/// People who were imported.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn people(owner: &mut PgConnection, how_many: usize) -> Result<Vec<PersonId>, sqlx::Error> {
    sqlx::query_scalar("select person from person where standing = 'current' order by person limit $1")
        .bind(how_many as i64)
        .fetch_all(owner)
        .await
}

/// The demo's person lists over and over, each time under numbers and at addresses of their own; families stay together.
fn population(demo: &Path) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').has_headers(false).flexible(true).from_path(demo)?;
    let rows = reader.records().collect::<Result<Vec<_>, _>>()?;
    let (heading, rows) = rows.split_first().ok_or("the demo has no people")?;
    let columns = |element: &str| -> Vec<usize> {
        (0..heading.len()).filter(|at| heading[*at].get(3..) == Some(element)).collect()
    };
    let (a_numbers, bsns, house_numbers) = (columns("01.10"), columns("01.20"), columns("11.20"));
    let mut next_a_number = 1_000_000_000_u64..;
    let mut next_bsn =
        (910_000_000_u32..).map(|number| number.to_string()).filter(|number| Bsn::parse(number).is_some());
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    writer.write_record(heading)?;
    let mut lists = 0;
    for round in 1.. {
        let mut numbers: HashMap<&str, String> = HashMap::new();
        for row in rows {
            // Only the first row of a list has a label.
            if !row[0].is_empty() {
                if lists == LISTS {
                    return Ok(writer.into_inner()?);
                }
                lists += 1;
            }
            let mut fields: Vec<String> = row.iter().map(str::to_owned).collect();
            for (at, field) in row.iter().enumerate().filter(|(_, field)| !field.is_empty()) {
                if a_numbers.contains(&at) {
                    let number =
                        numbers.entry(field).or_insert_with(|| next_a_number.next().unwrap_or_default().to_string());
                    fields[at].clone_from(number);
                } else if bsns.contains(&at) {
                    let number = numbers.entry(field).or_insert_with(|| next_bsn.next().unwrap_or_default());
                    fields[at].clone_from(number);
                } else if house_numbers.contains(&at) {
                    fields[at] = (field.parse::<u32>()? + 1000 * round).to_string();
                }
            }
            writer.write_record(&fields)?;
        }
    }
    Err("the rounds ended".into())
}
