//! What row level security keeps from everybody but the person themselves.

use sqlx::{AssertSqlSafe, PgConnection, PgPool};
use uuid::Uuid;

use super::{file, import};
use crate::{
    database::{Database, PersonId, Scope},
    testing::{self, TestPortal},
    usage::{Role, Usage, activity},
};

const TABLES: [&str; 9] = [
    "person",
    "person_lookup",
    "bsn_conflict",
    "registered_record",
    "register_delivery",
    "kind_delivery",
    "relation",
    "residence",
    "facts",
];

fn quiet() -> Usage {
    Usage {
        at: testing::NOON.parse().unwrap(),
        organisation: "voordeur".into(),
        role: Role::Citizen,
        activity: activity::VIEW,
        groups: vec![],
    }
}

/// Two people with one BSN, so that every table has rows of both.
async fn two_people(pool: &PgPool) -> (PersonId, PersonId) {
    let list = |a_number, bsn| {
        [
            ("01.01.10", a_number),
            ("01.01.20", bsn),
            ("01.02.40", "Moulin"),
            ("08.09.10", "0599"),
            ("08.11.20", "7"),
            ("08.11.60", "3012SD"),
            ("09.02.40", "Moulin"),
        ]
    };
    let (one, other) = (list("9900110001", "999993653"), list("9900110002", "999993653"));
    import(pool, file(&[&[&one], &[&other]])).await;
    sqlx::query("insert into kind_delivery select person, 'inkomen', 'income', now() from person")
        .execute(pool)
        .await
        .unwrap();
    let people: Vec<PersonId> = sqlx::query_scalar("select person from person").fetch_all(pool).await.unwrap();
    (people[0], people[1])
}

async fn act_as(database: &Database, person: PersonId) -> Scope {
    database.as_person(person, quiet()).await.unwrap()
}

async fn number(sql: &mut PgConnection, query: String) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(sql).await.unwrap()
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn nobody_reads_or_counts_anothers_rows(pool: PgPool) {
    let (me, other) = two_people(&pool).await;
    let mut scope = act_as(&testing::database(&pool), me).await;
    for table in TABLES {
        let all = number(scope.sql(), format!("select count(*) from {table}")).await;
        let mine = number(scope.sql(), format!("select count(*) from {table} where person = '{}'", me.0)).await;
        assert!(all > 0 && all == mine, "{table}: {all} seen, {mine} mine");
        let guessed = number(scope.sql(), format!("select count(*) from {table} where person = '{}'", other.0)).await;
        assert_eq!(guessed, 0, "{table}");
    }
    let mut stranger = act_as(&testing::database(&pool), PersonId(Uuid::new_v4())).await;
    for table in TABLES {
        assert_eq!(number(stranger.sql(), format!("select count(*) from {table}")).await, 0, "{table}");
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn nobody_changes_or_removes_anothers_rows(pool: PgPool) {
    let (me, other) = two_people(&pool).await;
    let database = testing::database(&pool);
    for (table, column) in [
        ("person", "holder"),
        ("bsn_conflict", "holder"),
        ("register_delivery", "register"),
        ("kind_delivery", "register"),
    ] {
        let mut scope = act_as(&database, me).await;
        let changed = format!("update {table} set {column} = 'stolen' where person = '{}'", other.0);
        let result = sqlx::query(AssertSqlSafe(changed)).execute(scope.sql()).await.unwrap();
        assert_eq!(result.rows_affected(), 0, "{table}");
        let all =
            sqlx::query(AssertSqlSafe(format!("update {table} set person = '{}'", other.0))).execute(scope.sql()).await;
        assert!(all.unwrap_err().to_string().contains("row-level security"), "{table}: mine cannot become another's");
    }
    for table in ["person_lookup", "bsn_conflict", "registered_record"] {
        let mut scope = act_as(&database, me).await;
        let removed = format!("delete from {table} where person = '{}'", other.0);
        assert_eq!(
            sqlx::query(AssertSqlSafe(removed)).execute(scope.sql()).await.unwrap().rows_affected(),
            0,
            "{table}"
        );
    }
    // What the application has no use for, it may not do even to its own.
    for forbidden in [
        "delete from person",
        "delete from register_delivery",
        "update registered_record set wrong = true",
        "delete from kind_delivery",
        "update relation set other = person",
        "insert into relation (person, kind, object) values (acting_person(), 'partner', 0)",
        "delete from residence",
        "delete from facts",
        "select facts_near(acting_person())",
        "select facts_lock(acting_person(), '{}', '{}')",
        "select facts_from_relations('{}', '2026-01-01', '{}')",
        "select facts_write(f, f) from facts f",
        "truncate person",
    ] {
        let mut scope = act_as(&database, me).await;
        let refused = sqlx::query(forbidden).execute(scope.sql()).await.unwrap_err();
        assert!(refused.to_string().contains("permission denied"), "{forbidden}");
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn nobody_adds_rows_for_another(pool: PgPool) {
    let (me, _) = two_people(&pool).await;
    let database = testing::database(&pool);
    let victim = Uuid::new_v4();
    for insert in [
        format!("insert into person (person, holder, standing, secret) values ('{victim}', 'x', 'current', false)"),
        format!("insert into person_lookup (index, person) values ('\\x00', '{victim}')"),
        format!(
            "insert into bsn_conflict (person, index, holder, a_number, found_at) values ('{victim}', '\\x00', 'x', '\\x00', now())"
        ),
        format!(
            "insert into registered_record (person, register, kind, object, version, holder, values)
             values ('{victim}', 'brp', 'person', 0, 0, 'x', '{{}}')"
        ),
        format!(
            "insert into register_delivery (person, register, received_at, digest) values ('{victim}', 'brp', now(), '\\x00')"
        ),
    ] {
        let mut scope = act_as(&database, me).await;
        let refused = sqlx::query(AssertSqlSafe(insert.clone())).execute(scope.sql()).await.unwrap_err();
        assert!(refused.to_string().contains("row-level security"), "{insert}: {refused}");
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_person_is_found_by_who_knows_the_number_and_by_nobody_else(pool: PgPool) {
    two_people(&pool).await;
    let portal = TestPortal::new(&pool).portal;
    let indexes = portal.keys.indexes(crate::keys::Index::Bsn, "999993653");
    let count = "select count(*) from person_lookup";
    let nobody = PersonId(Uuid::nil());
    let mut knows = portal.database.as_register(nobody, &indexes, quiet()).await.unwrap();
    assert_eq!(number(knows.sql(), count.to_owned()).await, 2);
    let mut knows_not = portal.database.as_register(nobody, &[vec![0; 32]], quiet()).await.unwrap();
    assert_eq!(number(knows_not.sql(), count.to_owned()).await, 0);
    // The number itself, or an index made with another key, finds nothing.
    let hex: String = indexes[0].iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(number(knows_not.sql(), format!("{count} where index = '\\x{hex}'")).await, 0);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_holder_sees_the_conflicts_in_its_own_lists_only(pool: PgPool) {
    two_people(&pool).await;
    let database = testing::database(&pool);
    for (organisation, seen) in [("gemeente-0599", 2), ("gemeente-0363", 0), ("rvig", 0)] {
        let mut scope = database.as_staff(organisation, quiet()).await.unwrap();
        assert_eq!(number(scope.sql(), "select count(*) from bsn_conflict".to_owned()).await, seen, "{organisation}");
        for table in ["person", "person_lookup", "registered_record", "register_delivery"] {
            assert_eq!(
                number(scope.sql(), format!("select count(*) from {table}")).await,
                0,
                "{organisation}: {table}"
            );
        }
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_forgotten_identity_is_an_error_and_not_an_empty_answer(pool: PgPool) {
    two_people(&pool).await;
    let database = testing::database(&pool);
    // On a connection that was used before as well as on a fresh one.
    act_as(&database, PersonId(Uuid::new_v4())).await.commit().await.unwrap();
    for table in TABLES {
        let mut connection = database.connection().await.unwrap();
        let query = format!("select count(*) from {table}");
        assert!(sqlx::query(AssertSqlSafe(query)).fetch_all(&mut *connection).await.is_err(), "{table}");
    }
}
