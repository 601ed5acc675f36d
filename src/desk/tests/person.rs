use http::StatusCode;
use sqlx::PgPool;
use uuid::Uuid;

use super::{business, citizen, staff_of, text};
use crate::{
    database::PersonId,
    keys::Index,
    testing::{TestPortal, database},
    usage::{Role, Usage, activity},
};

const PAGE: &str = "/balie/persoon";
const BSN: &str = "999993653";

/// Somebody of a municipality to whom zorgtoeslag fits.
async fn inhabitant(pool: &PgPool, portal: &TestPortal, bsn: &str, holder: &str) -> PersonId {
    let person = PersonId(Uuid::new_v4());
    sqlx::query("insert into person (person, holder, standing, secret) values ($1, $2, 'current', false)")
        .bind(person)
        .bind(holder)
        .execute(pool)
        .await
        .unwrap();
    sqlx::query("insert into person_lookup (index, person) values ($1, $2)")
        .bind(portal.portal.keys.index(Index::Bsn, bsn))
        .bind(person)
        .execute(pool)
        .await
        .unwrap();
    sqlx::query(
        "insert into facts (person, birth_date, municipality, has_partner, children_birth_dates, health_insured, treaty_entitled,
                            income_year, assets)
         values ($1, '1990-07-01', '0599', false, '{}', true, false, 1900000, 0)",
    )
    .bind(person)
    .execute(pool)
    .await
    .unwrap();
    person
}

async fn look(portal: &TestPortal, cookie: &str, bsn: &str) -> Looked {
    let answer = portal.post(PAGE, cookie, &[("bsn", bsn), ("doel", "aanvragen")]).await;
    let main = answer.body.split("<main").nth(1).and_then(|rest| rest.split("</main>").next()).unwrap_or_default();
    Looked { status: answer.status, words: text(main), html: answer.body }
}

pub struct Looked {
    status: StatusCode,
    words: String,
    html: String,
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn names_of_services_are_told_and_nothing_else_and_the_person_sees_who_looked(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let person = inhabitant(&pool, &portal, BSN, "gemeente-0599").await;
    let staff = staff_of(&portal, "gemeente-0599").await;
    let looked = look(&portal, &staff, "9999 93 653").await;
    assert_eq!(looked.status, StatusCode::OK);
    assert!(looked.words.contains("eindigt op 53") && looked.words.contains("Zorgtoeslag"), "{}", looked.words);
    assert!(!looked.html.contains(BSN), "the number is not sent back");
    for secret in ["€", "1990", "19.000", "1900000", "verzekerd"] {
        assert!(!looked.words.contains(secret), "{secret}: {}", looked.words);
    }
    let log: Vec<(String, String, String, String, String, Vec<String>)> = sqlx::query_as(
        "select organisation, role, activity, purpose, legal_basis, groups from usage_entry where person = $1 order by sequence",
    )
    .bind(person)
    .fetch_all(&pool)
    .await
    .unwrap();
    let of = log.iter().find(|entry| entry.4 == "Wzt art. 2; Awir art. 15").expect("an entry for zorgtoeslag");
    assert_eq!((of.0.as_str(), of.1.as_str(), of.2.as_str()), ("gemeente-0599", "staff", "may_know"));
    assert_eq!(of.3, "hulp bij het aanvragen van regelingen");
    assert!(of.5.contains(&"inkomen/income".to_owned()), "{:?}", of.5);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_service_that_the_organisation_may_not_know_is_not_told(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    inhabitant(&pool, &portal, BSN, "gemeente-0599").await;
    // Child benefit fits, and only who provides it knows.
    sqlx::query("update facts set children_birth_dates = '{2015-01-01,2018-01-01}', receives_child_benefit = true")
        .execute(&pool)
        .await
        .unwrap();
    let staff = staff_of(&portal, "gemeente-0599").await;
    let looked = look(&portal, &staff, BSN).await;
    assert!(!looked.words.contains("Kinderbijslag"), "{}", looked.words);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn unknown_and_not_served_say_the_same_and_leave_no_trace(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let elsewhere = inhabitant(&pool, &portal, BSN, "gemeente-0363").await;
    let staff = staff_of(&portal, "gemeente-0599").await;
    let not_served = look(&portal, &staff, BSN).await;
    let unknown = look(&portal, &staff, "999990019").await;
    assert_eq!((not_served.status, &not_served.words), (unknown.status, &unknown.words));
    assert!(not_served.words.contains("Wij kunnen u niets laten zien over dit nummer"));
    let log: i64 = sqlx::query_scalar("select count(*) from usage_entry where person = $1")
        .bind(elsewhere)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(log, 0, "nothing of theirs was read");
    for standing in ["deceased", "void", "emigrated", "suspended"] {
        sqlx::query("update person set standing = $1, holder = 'gemeente-0599'")
            .bind(standing)
            .execute(&pool)
            .await
            .unwrap();
        assert_eq!(look(&portal, &staff, BSN).await.words, unknown.words, "{standing}");
    }
    // Two people with one number: neither.
    sqlx::query("update person set standing = 'current'").execute(&pool).await.unwrap();
    assert_ne!(look(&portal, &staff, BSN).await.words, unknown.words);
    inhabitant(&pool, &portal, BSN, "gemeente-0599").await;
    assert_eq!(look(&portal, &staff, BSN).await.words, unknown.words);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_was_switched_off_declined_or_is_there_already_is_not_told(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let person = inhabitant(&pool, &portal, BSN, "gemeente-0599").await;
    let staff = staff_of(&portal, "gemeente-0599").await;
    for state in ["declined", "accepted", "suppressed", "offered"] {
        sqlx::query("delete from offer").execute(&pool).await.unwrap();
        sqlx::query(
            "insert into offer (person, service, period, state, rule_from, rule_hash, run, evaluated_on, found_at, changed_at, expires_on)
             values ($1, 'zorgtoeslag', '2026-01-01', $2, '2026-01-01', 'x', '{}', '2026-11-22', now(), now(), '2027-01-01')",
        )
        .bind(person)
        .bind(state)
        .execute(&pool)
        .await
        .unwrap();
        let told = look(&portal, &staff, BSN).await.words.contains("Zorgtoeslag");
        assert_eq!(told, state == "offered", "{state}");
    }
    sqlx::query("insert into offer_opt_out values ($1, '*', now())").bind(person).execute(&pool).await.unwrap();
    let nothing = look(&portal, &staff, BSN).await;
    assert!(nothing.words.contains("Er is nu niets om bij te helpen"), "{}", nothing.words);
    let logged: i64 = sqlx::query_scalar(
        "select count(*) from usage_entry where person = $1 and activity = 'may_know' and cardinality(groups) > 0
            and legal_basis like '%Wzt art. 2%'",
    )
    .bind(person)
    .fetch_one(&pool)
    .await
    .unwrap();
    assert!(logged >= 1, "looking in vain is logged too");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_wrong_number_or_no_purpose_is_said_by_the_field(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let staff = staff_of(&portal, "gemeente-0599").await;
    let answer = portal.post(PAGE, &staff, &[("bsn", "123456789"), ("doel", "nieuwsgierig")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in ["<title>Fout: ", "href=\"#bsn\"", "href=\"#doel\"", "value=\"123456789\"", "Kies waarom u kijkt"] {
        assert!(answer.body.contains(words), "{words}");
    }
    // A number in an address is not looked at.
    let page = portal.get("/balie/persoon?bsn=999993653&doel=aanvragen", &staff).await;
    assert!(page.status == StatusCode::OK && !page.body.contains("value=\"999993653\""));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn only_staff_of_an_organisation_that_may_know_look(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    inhabitant(&pool, &portal, BSN, "gemeente-0599").await;
    let form = [("bsn", BSN), ("doel", "aanvragen")];
    assert_eq!(portal.post(PAGE, "", &form).await.status, StatusCode::SEE_OTHER);
    for cookie in [citizen(&portal).await, business(&portal).await, staff_of(&portal, "rvig").await] {
        assert_eq!(portal.post(PAGE, &cookie, &form).await.status, StatusCode::FORBIDDEN);
    }
    let page = portal.get(PAGE, &staff_of(&portal, "rvig").await).await.body;
    assert!(page.contains("mag dit voor geen enkele dienst zien") && !page.contains("name=\"bsn\""));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn who_tries_number_after_number_is_stopped(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let staff = staff_of(&portal, "gemeente-0599").await;
    for _ in 0..40 {
        let looked = look(&portal, &staff, BSN).await;
        if looked.status == StatusCode::TOO_MANY_REQUESTS {
            assert!(looked.words.contains("U keek in korte tijd heel vaak"));
            return;
        }
    }
    panic!("never stopped");
}

/// The function itself, as the application role: it opens nobody whom the acting organisation does not serve.
#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn the_database_opens_only_people_of_the_acting_organisation(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let person = inhabitant(&pool, &portal, BSN, "gemeente-0599").await;
    let indexes = portal.portal.keys.indexes(Index::Bsn, BSN);
    let database = database(&pool);
    let usage = |organisation: &str| Usage {
        at: portal.portal.clock.now(),
        organisation: organisation.into(),
        role: Role::Staff,
        activity: activity::VIEW,
        groups: Vec::new(),
    };
    for (organisation, expected) in [("gemeente-0599", Some(person)), ("gemeente-0363", None), ("", None)] {
        let mut scope = database.as_staff(organisation, usage(organisation)).await.unwrap();
        let found: Option<PersonId> =
            sqlx::query_scalar("select desk_serves($1)").bind(&indexes).fetch_one(scope.sql()).await.unwrap();
        assert_eq!(found, expected, "{organisation}");
        for table in ["person", "facts", "person_lookup", "offer"] {
            let statement = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
            let rows: i64 = sqlx::query_scalar(statement).fetch_one(scope.sql()).await.unwrap();
            assert_eq!(rows, 0, "staff see no {table} before they turn to somebody");
        }
    }
    // Nor for a citizen's transaction.
    let mut scope = database.as_person(person, usage("")).await.unwrap();
    let found: Option<PersonId> =
        sqlx::query_scalar("select desk_serves($1)").bind(&indexes).fetch_one(scope.sql()).await.unwrap();
    assert_eq!(found, None);
}
