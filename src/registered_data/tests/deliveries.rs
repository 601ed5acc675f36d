//! Files with the shapes that real registers have.

use sqlx::PgPool;

use super::{Row, file, import};
use crate::testing;

const PERSON: Row<'_> = &[
    ("01.01.10", "9900110001"),
    ("01.01.20", "999993653"),
    ("01.02.10", "Suzanne"),
    ("01.02.40", "Moulin"),
    ("01.03.10", "19851200"),
    ("07.70.10", "0"),
    ("08.09.10", "0599"),
    ("08.11.10", "Boterdiep"),
    ("08.85.10", "20150808"),
];

fn with<'a>(row: Row<'a>, more: Row<'a>) -> Vec<(&'a str, &'a str)> {
    let kept = row.iter().filter(|(id, _)| !more.iter().any(|(other, _)| other == id));
    kept.chain(more).copied().filter(|(_, value)| !value.is_empty()).collect()
}

async fn records(pool: &PgPool, kind: &str, attribute: &str) -> Vec<(i16, i16, Option<String>)> {
    sqlx::query_as(
        "select object, version, values ->> $2 from registered_record where kind = $1 order by person, object, version",
    )
    .bind(kind)
    .bind(attribute)
    .fetch_all(pool)
    .await
    .unwrap()
}

fn places(records: &[(i16, i16, Option<String>)]) -> Vec<(i16, i16, &str)> {
    records.iter().map(|(object, version, value)| (*object, *version, value.as_deref().unwrap_or(""))).collect()
}

async fn count(pool: &PgPool, table: &str) -> i64 {
    let sql = format!("select count(*) from {table}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(pool).await.unwrap()
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_marker_says_whether_the_next_line_was_before_or_is_another_one(pool: PgPool) {
    let first = with(PERSON, &[("04.05.10", "0001"), ("04.H", "54"), ("08.H", "58")]);
    let rows: &[Row<'_>] = &[
        &first,
        &[("04.05.10", "0057"), ("04.H", "04"), ("08.11.10", "Vredesplein")],
        &[],
        &[("04.05.10", "0131"), ("04.85.10", "00000000")],
    ];
    let (summary, problems) = import(&pool, file(&[rows])).await;
    assert_eq!(problems, [""; 0]);
    assert_eq!(summary.records["nationality"], 3);
    let nationalities = records(&pool, "nationality", "nationality").await;
    assert_eq!(places(&nationalities), [(0, 0, "0001"), (0, 1, "0057"), (1, 0, "0131")]);
    assert_eq!(places(&records(&pool, "address", "street").await), [(0, 0, "Boterdiep"), (0, 1, "Vredesplein")]);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_line_without_a_marker_goes_in_and_is_reported(pool: PgPool) {
    let first = with(PERSON, &[("09.01.10", "9900110002"), ("09.02.10", "An"), ("01.H", "o")]);
    let rows: &[Row<'_>] = &[
        &first,
        &[("09.01.10", "9900110003"), ("09.02.10", "Bo")],
        &[("09.01.10", "9900110003"), ("09.02.10", "Boo")],
        &[("08.11.10", "Vredesplein")],
    ];
    let (_, problems) = import(&pool, file(&[rows])).await;
    assert_eq!(
        problems,
        [
            "2 01.H does not say what the next line is",
            "3 09.H no line before this one says what it is",
            "4 09.H no line before this one says what it is",
            "5 08.H no line before this one says what it is",
        ]
    );
    assert_eq!(places(&records(&pool, "child", "given_names").await), [(0, 0, "An"), (1, 0, "Bo"), (1, 1, "Boo")]);
    assert_eq!(places(&records(&pool, "address", "street").await), [(0, 0, "Boterdiep"), (0, 1, "Vredesplein")]);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_is_impossible_is_left_out_and_an_unknown_code_is_kept(pool: PgPool) {
    let person = with(
        PERSON,
        &[
            ("01.03.10", "19861301"),
            ("01.01.20", "999993654"),
            ("08.09.10", "1810"),
            ("05.03.20", "Clermont-Ferrand"),
            ("08.83.10", "PK"),
        ],
    );
    let (summary, problems) = import(&pool, file(&[&[&person]])).await;
    assert_eq!(
        problems,
        [
            "2 01.01.20 is not a citizen service number (nine digits, eleven-proof)",
            "2 01.03.10 is a date that is not in the calendar",
            "2? 08.09.10 is not a code of table 33",
            "2 08.83.10 is not category, group and element in six digits",
        ]
    );
    assert_eq!((summary.new, summary.errors, summary.warnings), (1, 3, 1));
    assert_eq!(places(&records(&pool, "person", "birth_date").await), [(0, 0, "")]);
    assert_eq!(places(&records(&pool, "person", "surname").await), [(0, 0, "Moulin")]);
    assert_eq!(count(&pool, "person_lookup").await, 1, "the A-number leads to the person, and no BSN does");
    let holder: String = sqlx::query_scalar("select holder from person").fetch_one(&pool).await.unwrap();
    assert_eq!(holder, "gemeente-1810");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn no_line_is_ever_added_to_somebody_elses_list(pool: PgPool) {
    let text = String::from_utf8(file(&[&[PERSON, &[("08.11.10", "Vredesplein")]]])).unwrap();
    let columns = text.lines().next().unwrap().split(';').count();
    // A first line with a column too few, and a list without A-number: what follows them is nobody's.
    let street = text.lines().nth(2).unwrap();
    let nobody: Vec<&str> = PERSON.iter().map(|(id, value)| if *id == "01.01.10" { "" } else { *value }).collect();
    let file = format!("{text}Short{}\n{street}\nNobody;{}\n{street}\n", ";".repeat(columns - 2), nobody.join(";"));
    let (summary, problems) = import(&pool, file).await;
    assert_eq!(summary.new, 1);
    assert_eq!(
        problems,
        [
            "3 08.H no line before this one says what it is".to_owned(),
            format!("4  the line has {} columns where the heading has {columns}; its list is left out", columns - 1),
            "6 01.01.10 there is no usable A-number; the list is left out".to_owned(),
            "7 08.H no line before this one says what it is".to_owned(),
        ]
    );
    assert_eq!(count(&pool, "person").await, 1);
    assert_eq!(records(&pool, "address", "street").await.len(), 2);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_is_not_utf_8_is_left_out_by_element(pool: PgPool) {
    let mut bytes = file(&[&[PERSON]]);
    let at = bytes.windows(6).position(|part| part == b"Moulin").unwrap();
    bytes[at] = 0xff;
    let (summary, problems) = import(&pool, bytes).await;
    assert_eq!((summary.new, problems), (1, vec!["2 01.02.40 is not in UTF-8".to_owned()]));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_file_that_is_something_else_is_refused(pool: PgPool) {
    for text in ["", "name;street\nSuzanne;Boterdiep\n"] {
        let result = super::importer(&pool).import(std::io::Cursor::new(text), |_| {}, |_| {}).await;
        assert!(result.unwrap_err().to_string().starts_with("line 1: "), "{text:?}");
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn an_element_named_twice_counts_once(pool: PgPool) {
    let text = "\u{feff};01.01.10;06.88.10;06.88.10\nA;9900110001;0202;0202\nB;9900110002;0202;0201\n";
    let (_, problems) = import(&pool, text).await;
    assert_eq!(problems, ["3 06.88.10 is there twice, with two values"]);
    assert_eq!(places(&records(&pool, "death", "non_resident_participant").await), [(0, 0, "0202"), (0, 0, "0202")]);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_changed_list_replaces_what_was_there(pool: PgPool) {
    let usage = async || count(&pool, "(select from usage_entry where activity = 'import') as imports").await;
    import(&pool, file(&[&[PERSON]])).await;
    assert_eq!(usage().await, 1);
    let (again, _) = import(&pool, file(&[&[PERSON]])).await;
    assert_eq!((again.unchanged, usage().await), (1, 1), "the same again is no act of processing");
    let moved =
        with(PERSON, &[("08.11.10", "Vredesplein"), ("01.01.20", "999993112"), ("07.70.10", "7"), ("07.67.20", "E")]);
    let (changed, _) = import(&pool, file(&[&[&moved]])).await;
    assert_eq!((changed.changed, usage().await, count(&pool, "person").await), (1, 2, 1));
    assert_eq!(places(&records(&pool, "address", "street").await), [(0, 0, "Vredesplein")]);
    assert_eq!(count(&pool, "person_lookup").await, 2, "the old number leads nowhere");
    let (standing, secret): (String, bool) =
        sqlx::query_as("select standing, secret from person").fetch_one(&pool).await.unwrap();
    assert_eq!((standing.as_str(), secret), ("emigrated", true));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn many_lists_of_one_person_at_a_time_make_one_person(pool: PgPool) {
    let versions: Vec<String> = (1..30).map(|number| number.to_string()).collect();
    let numbers: Vec<[(&str, &str); 1]> = versions.iter().map(|number| [("08.11.20", number.as_str())]).collect();
    let rows: Vec<Vec<(&str, &str)>> = numbers.iter().map(|number| with(PERSON, number)).collect();
    let rows: Vec<[Row<'_>; 1]> = rows.iter().map(|row| [row.as_slice()]).collect();
    let lists: Vec<&[Row<'_>]> = rows.iter().map(<[Row<'_>; 1]>::as_slice).collect();
    let (summary, problems) = import(&pool, file(&lists)).await;
    assert_eq!(problems, [""; 0]);
    assert_eq!((summary.new, summary.changed), (1, 28));
    assert_eq!((count(&pool, "person").await, count(&pool, "person_lookup").await), (1, 2));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_number_of_two_people_is_in_conflict_until_one_gives_it_up(pool: PgPool) {
    let other = with(PERSON, &[("01.01.10", "9900110002"), ("08.09.10", "0363")]);
    import(&pool, file(&[&[PERSON], &[&other]])).await;
    let holders: Vec<String> =
        sqlx::query_scalar("select holder from bsn_conflict join person using (person, holder) order by holder")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(holders, ["gemeente-0363", "gemeente-0599"]);
    let corrected = with(&other, &[("01.01.20", "999993112")]);
    let (summary, _) = import(&pool, file(&[&[PERSON], &[&corrected]])).await;
    assert_eq!((summary.unchanged, summary.changed), (1, 1));
    assert_eq!(count(&pool, "bsn_conflict").await, 0);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_list_opened_in_error_is_in_nobodys_way(pool: PgPool) {
    let error = with(PERSON, &[("01.01.10", "9900110002"), ("07.67.20", "F")]);
    import(&pool, file(&[&[PERSON], &[&error]])).await;
    assert_eq!((count(&pool, "person").await, count(&pool, "bsn_conflict").await), (2, 0));
    let lookups: i64 =
        sqlx::query_scalar("select count(*) from person_lookup join person using (person) where standing = 'void'")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(lookups, 1);
    let in_earnest = with(&error, &[("07.67.20", "")]);
    import(&pool, file(&[&[&in_earnest]])).await;
    assert_eq!(count(&pool, "bsn_conflict").await, 2);
    import(&pool, file(&[&[&error]])).await;
    assert_eq!(count(&pool, "bsn_conflict").await, 0, "a list that turns out to be a mistake frees the other");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn no_number_lies_open_in_the_database(pool: PgPool) {
    let person = with(PERSON, &[("05.01.10", "9900110007"), ("05.01.20", "999990627"), ("05.02.40", "Beaudelaire")]);
    import(&pool, file(&[&[&person]])).await;
    for table in ["person", "person_lookup", "registered_record", "register_delivery", "usage_entry"] {
        let sql = format!("select coalesce(string_agg(row::text, ' '), '') from {table} row");
        let text: String = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&pool).await.unwrap();
        for number in ["999993653", "999990627", "9900110001", "9900110007"] {
            let hex: String = number.bytes().map(|byte| format!("{byte:02x}")).collect();
            assert!(!text.contains(number) && !text.contains(&hex), "{number} in {table}");
        }
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn the_demo_people_go_in_without_a_word(pool: PgPool) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue/demo");
    let (summary, problems) = import(&pool, std::fs::read(folder.join("people.csv")).unwrap()).await;
    assert_eq!(problems, [""; 0]);
    assert_eq!(summary.new, 46);
    #[derive(serde::Deserialize)]
    struct Person {
        bsn: String,
    }
    let people: Vec<Person> = serde_json::from_slice(&std::fs::read(folder.join("people.json")).unwrap()).unwrap();
    let portal = testing::TestPortal::new(&pool);
    for Person { bsn } in people {
        let person = super::person_with(&pool, &portal.portal, &bsn).await;
        let standing: String = sqlx::query_scalar("select standing from person where person = $1")
            .bind(person)
            .fetch_one(&pool)
            .await
            .unwrap();
        assert!(["current", "emigrated"].contains(&standing.as_str()), "{standing}");
    }
}
