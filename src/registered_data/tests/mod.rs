mod catalogue;
mod changed_lists;
mod changes;
mod deliveries;
mod facts;
mod isolation;
mod pages;
mod test_set;

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use sqlx::PgPool;

use super::{
    Importer, Summary,
    element::{Problem, Severity},
};
use crate::{clock::Clock, database::PersonId, keys::Keyring, server::Portal, testing};

/// Elements and their values, of one row.
type Row<'a> = &'a [(&'a str, &'a str)];

/// A file of person lists with just the columns that are used.
fn file(lists: &[&[Row<'_>]]) -> Vec<u8> {
    let elements: BTreeSet<&str> =
        lists.iter().flat_map(|rows| rows.iter()).flat_map(|row| row.iter()).map(|(id, _)| *id).collect();
    let mut text = format!("\u{feff};{}\n", elements.iter().copied().collect::<Vec<_>>().join(";"));
    for (i, rows) in lists.iter().enumerate() {
        for (j, row) in rows.iter().enumerate() {
            let cells = elements.iter().map(|id| row.iter().find(|(of, _)| of == id).map_or("", |(_, value)| value));
            let label = if j == 0 { format!("List_{i}") } else { String::new() };
            text.push_str(&format!("{label};{}\n", cells.collect::<Vec<_>>().join(";")));
        }
    }
    text.into_bytes()
}

fn importer(pool: &PgPool) -> Importer {
    let config = testing::config();
    Importer {
        finder: crate::testing::finder(Clock::system()),
        database: testing::database(pool),
        keys: Arc::new(Keyring::new(&config.keys.current, &config.keys.list).unwrap()),
        clock: Clock::fixed(testing::NOON.parse().unwrap()),
        catalogue: testing::catalogue(),
        facts: testing::fact_sources(),
    }
}

/// Imports a file; what it did, and what was wrong as "line element reason".
async fn import(pool: &PgPool, bytes: impl Into<Vec<u8>>) -> (Summary, Vec<String>) {
    let problems: Mutex<Vec<Problem>> = Mutex::default();
    let file = std::io::Cursor::new(bytes.into());
    let summary =
        importer(pool).import(file, |problem| problems.lock().unwrap().push(problem.clone()), |_| {}).await.unwrap();
    let mut problems = problems.into_inner().unwrap();
    problems.sort_by_key(|problem| (problem.line, problem.element.clone()));
    let in_words = |problem: Problem| {
        let mark = if problem.severity == Severity::Warning { "?" } else { "" };
        format!("{}{mark} {} {}", problem.line, problem.element, problem.reason)
    };
    (summary, problems.into_iter().map(in_words).collect())
}

/// Who has a BSN, as the owner of the database sees it.
async fn person_with(pool: &PgPool, portal: &Portal, bsn: &str) -> PersonId {
    sqlx::query_scalar("select person from person_lookup where index = $1")
        .bind(portal.keys.index(crate::keys::Index::Bsn, bsn))
        .fetch_one(pool)
        .await
        .unwrap()
}

/// The published test set, where it is.
fn test_set() -> Option<PathBuf> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/brp/testset-persoonslijsten.csv");
    file.exists().then_some(file)
}
