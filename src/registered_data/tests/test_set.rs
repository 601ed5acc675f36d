//! The official test set, where it is: all of it goes in.

use std::collections::BTreeMap;

use sqlx::PgPool;

use super::{import, test_set};

const PERSON_TABLES: [&str; 5] = ["person", "person_lookup", "bsn_conflict", "registered_record", "usage_entry"];

/// Rows with anything in a category, counted without the importer's code.
fn counted_by_hand(file: &[u8]) -> BTreeMap<String, u64> {
    let mut rows = csv::ReaderBuilder::new().delimiter(b';').has_headers(false).from_reader(file);
    let mut heading: Vec<String> = Vec::new();
    let mut counts = BTreeMap::new();
    for row in rows.records() {
        let row = row.unwrap();
        if heading.is_empty() {
            heading = row.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect();
            continue;
        }
        let filled = heading
            .iter()
            .zip(&row)
            .filter(|(name, value)| name.contains('.') && !name.ends_with(".H") && !value.is_empty());
        let categories: std::collections::BTreeSet<_> = filled.map(|(name, _)| name[..2].to_owned()).collect();
        for category in categories {
            *counts.entry(category).or_default() += 1;
        }
    }
    counts
}

async fn checksums(pool: &PgPool) -> Vec<Option<String>> {
    let mut sums = Vec::new();
    for table in PERSON_TABLES {
        let sum = format!("select md5(string_agg(row::text, '|' order by row::text)) from {table} row");
        sums.push(sqlx::query_scalar(sqlx::AssertSqlSafe(sum)).fetch_one(pool).await.unwrap());
    }
    sums
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn every_list_goes_in_and_a_second_time_changes_nothing(pool: PgPool) {
    let Some(file) = test_set() else { return };
    let bytes = std::fs::read(file).unwrap();
    let (summary, problems) = import(&pool, bytes.clone()).await;
    assert_eq!((summary.new, summary.changed, summary.unchanged), (687, 0, 0));

    let in_database: Vec<(String, i64)> =
        sqlx::query_as("select kind, count(*) from registered_record group by kind").fetch_all(&pool).await.unwrap();
    let catalogue = crate::testing::catalogue();
    let by_category: BTreeMap<String, u64> = in_database
        .into_iter()
        .map(|(kind, count)| {
            let category = catalogue.register("brp").unwrap().kind(&kind).unwrap().category.clone().unwrap();
            (category, u64::try_from(count).unwrap())
        })
        .collect();
    assert_eq!(by_category, counted_by_hand(&bytes));

    // Each of these was looked up in the file by hand.
    for expected in [
        "64 03.85.10 is not a date of eight digits",
        "454 01.01.20 is not a citizen service number (nine digits, eleven-proof)",
        "1237 01.H does not say what the next line is",
        "1347 12.35.30 is a date that is not in the calendar",
        "1492 04.83.10 is not category, group and element in six digits",
        "1569 01.03.10 is a date of which a day is known in an unknown month",
        "1842 09.H no line before this one says what it is",
    ] {
        assert!(problems.iter().any(|problem| problem == expected), "{expected}");
    }
    assert_eq!(summary.errors, 52);

    let conflicts: Vec<(Vec<u8>, i64, i64)> = sqlx::query_as(
        "select index, count(distinct person), count(*) from bsn_conflict join person using (person, holder) group by index",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(conflicts.len(), 5);
    assert!(
        conflicts.iter().all(|(_, people, rows)| (*people, *rows) == (2, 2)),
        "two people each, with their own holder"
    );

    let before = checksums(&pool).await;
    let (again, _) = import(&pool, bytes).await;
    assert_eq!((again.new, again.changed, again.unchanged), (0, 0, 687));
    assert_eq!(checksums(&pool).await, before);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn each_kind_of_standing_is_told_apart(pool: PgPool) {
    let Some(file) = test_set() else { return };
    import(&pool, std::fs::read(file).unwrap()).await;
    let standings: Vec<(String, i64)> =
        sqlx::query_as("select standing, count(*) from person group by standing order by standing")
            .fetch_all(&pool)
            .await
            .unwrap();
    let standings: Vec<_> = standings.iter().map(|(standing, count)| (standing.as_str(), *count)).collect();
    assert_eq!(standings, [("current", 589), ("deceased", 20), ("emigrated", 76), ("suspended", 1), ("void", 1)]);
    let secret: i64 = sqlx::query_scalar("select count(*) from person where secret").fetch_one(&pool).await.unwrap();
    assert_eq!(secret, 46);
}
