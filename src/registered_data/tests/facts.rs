//! Facts: out of registered values and relations, whatever comes first.

use serde_json::{Value, json};
use sqlx::PgPool;

use super::{
    Row,
    changes::{apply, income},
    file, import, importer,
};
use crate::{
    database::PersonId,
    keys::Index,
    registered_data::{FactSources, Outcome},
    testing,
};

pub const ANNA: (&str, &str) = ("9900110001", "999993653");
pub const BO: (&str, &str) = ("9900110002", "999990627");
pub const CAS: (&str, &str) = ("9900110003", "900210291");
pub const DEE: (&str, &str) = ("9900110004", "900210151");

type List = Vec<(&'static str, &'static str)>;

/// Somebody's list: who they are, when they were born and where they live, and what else.
pub fn list(who: (&'static str, &'static str), born: &'static str, number: &'static str, more: Row<'static>) -> List {
    let mut list = vec![
        ("01.01.10", who.0),
        ("01.01.20", who.1),
        ("01.02.40", "Voorbeeld"),
        ("01.03.10", born),
        ("07.70.10", "0"),
        ("08.09.10", "0599"),
        ("08.10.10", "W"),
        ("08.11.10", "Voorbeeldstraat"),
        ("08.11.20", number),
        ("08.11.60", "3012SD"),
    ];
    list.retain(|(id, _)| !more.iter().any(|(other, _)| other == id));
    list.extend(more);
    list
}

pub const MARRIED_TO_BO: Row<'static> = &[
    ("05.01.10", "9900110002"),
    ("05.01.20", "999990627"),
    ("05.02.40", "Voorbeeld"),
    ("05.03.10", "19850101"),
    ("05.06.10", "20100601"),
];
pub const MARRIED_TO_ANNA: Row<'static> = &[
    ("05.01.10", "9900110001"),
    ("05.01.20", "999993653"),
    ("05.02.40", "Voorbeeld"),
    ("05.03.10", "19870101"),
    ("05.06.10", "20100601"),
];
pub const PARENT_OF_CAS: Row<'static> =
    &[("09.01.10", "9900110003"), ("09.01.20", "900210291"), ("09.02.40", "Voorbeeld"), ("09.03.10", "20260905")];

pub async fn take_in(pool: &PgPool, lists: &[List]) {
    for list in lists {
        let (summary, problems) = import(pool, file(&[&[list]])).await;
        assert_eq!((summary.lists(), problems), (1, vec![]));
    }
}

pub async fn person(pool: &PgPool, who: (&str, &str)) -> PersonId {
    let index = importer(pool).keys.index(Index::ANumber, who.0);
    sqlx::query_scalar("select person from person_lookup where index = $1").bind(index).fetch_one(pool).await.unwrap()
}

/// Null when there are none.
pub async fn facts(pool: &PgPool, who: (&str, &str)) -> Value {
    let facts: Option<Value> = sqlx::query_scalar("select to_jsonb(f) from facts f where person = $1")
        .bind(person(pool, who).await)
        .fetch_optional(pool)
        .await
        .unwrap();
    facts.unwrap_or(Value::Null)
}

pub async fn fact(pool: &PgPool, who: (&str, &str), name: &str) -> Value {
    facts(pool, who).await[name].clone()
}

pub fn changed(applied: &crate::registered_data::Applied, person: PersonId) -> Vec<&str> {
    applied.facts.get(&person).map(|names| names.iter().map(String::as_str).collect()).unwrap_or_default()
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_partner_is_known_whichever_list_comes_first_and_their_income_is_a_fact_of_both(pool: PgPool) {
    let anna = list(ANNA, "19870101", "7", MARRIED_TO_BO);
    take_in(&pool, &[anna]).await;
    let alone = facts(&pool, ANNA).await;
    assert_eq!((&alone["has_partner"], &alone["partner_birth_date"]), (&json!(true), &json!("1985-01-01")));
    assert_eq!((&alone["household_size"], &alone["partner_income_year"]), (&json!(1), &Value::Null));
    assert_eq!(
        (&alone["birth_date"], &alone["municipality"], &alone["residence_country"]),
        (&json!("1987-01-01"), &json!("0599"), &json!("NL"))
    );
    assert_eq!((&alone["co_resident_income_year"], &alone["co_resident_21"]), (&json!(0), &json!(false)));
    assert_eq!(alone["children_birth_dates"], json!([]));

    take_in(&pool, &[list(BO, "19850101", "7", MARRIED_TO_ANNA)]).await;
    let applied = apply(&pool, "08", income(BO.1, &["1900000"])).await.unwrap();
    assert_eq!(changed(&applied, person(&pool, BO).await), ["income_year"]);
    assert_eq!(changed(&applied, person(&pool, ANNA).await), ["partner_income_year"]);
    let together = facts(&pool, ANNA).await;
    assert_eq!((&together["partner_income_year"], &together["income_year"]), (&json!(1_900_000), &Value::Null));
    assert_eq!((&together["household_size"], &together["co_resident_income_year"]), (&json!(2), &json!(0)));
    assert_eq!(fact(&pool, BO, "has_partner").await, true);

    let again = apply(&pool, "09", income(BO.1, &["1900000"])).await.unwrap();
    assert_eq!((again.outcome, again.facts.len()), (Outcome::Unchanged, 0));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_divorce_and_moving_out_change_the_facts_of_both_addresses(pool: PgPool) {
    let dee = list(DEE, "19600101", "8", &[]);
    take_in(&pool, &[list(ANNA, "19870101", "7", MARRIED_TO_BO), list(BO, "19850101", "7", MARRIED_TO_ANNA), dee])
        .await;
    apply(&pool, "08", income(BO.1, &["1900000"])).await.unwrap();
    assert_eq!(fact(&pool, DEE, "household_size").await, 1);

    let ended: Vec<_> = MARRIED_TO_ANNA.iter().copied().chain([("05.07.10", "20261101"), ("05.07.40", "S")]).collect();
    take_in(&pool, &[list(BO, "19850101", "8", ended.leak())]).await;
    assert_eq!(fact(&pool, BO, "has_partner").await, false);
    assert_eq!(fact(&pool, ANNA, "household_size").await, 1);
    assert_eq!(fact(&pool, BO, "household_size").await, 2);
    let dee = facts(&pool, DEE).await;
    assert_eq!(
        (&dee["household_size"], &dee["co_resident_income_year"], &dee["co_resident_21"]),
        (&json!(2), &json!(1_900_000), &json!(true))
    );
    assert_eq!(fact(&pool, BO, "co_resident_income_year").await, Value::Null, "Dee's income is not known");

    take_in(&pool, &[list(ANNA, "19870101", "7", &[])]).await;
    let anna = facts(&pool, ANNA).await;
    assert_eq!((&anna["has_partner"], &anna["partner_income_year"]), (&json!(false), &Value::Null));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_child_makes_partners_of_its_parents_at_one_address(pool: PgPool) {
    take_in(&pool, &[list(ANNA, "19870101", "7", &[]), list(BO, "19850101", "7", &[])]).await;
    apply(&pool, "08", income(BO.1, &["1900000"])).await.unwrap();
    assert_eq!(fact(&pool, ANNA, "has_partner").await, false);
    assert_eq!(fact(&pool, ANNA, "co_resident_income_year").await, 1_900_000);

    take_in(&pool, &[list(CAS, "20260905", "7", &[]), list(ANNA, "19870101", "7", PARENT_OF_CAS)]).await;
    let anna = facts(&pool, ANNA).await;
    assert_eq!((&anna["has_partner"], &anna["children_birth_dates"]), (&json!(false), &json!(["2026-09-05"])));
    assert_eq!(anna["household_size"], 3);

    take_in(&pool, &[list(BO, "19850101", "7", PARENT_OF_CAS)]).await;
    for (who, partners) in [(ANNA, json!(1_900_000)), (BO, Value::Null)] {
        let parent = facts(&pool, who).await;
        assert_eq!((&parent["has_partner"], &parent["partner_income_year"]), (&json!(true), &partners));
        assert_eq!((&parent["co_resident_income_year"], &parent["co_resident_21"]), (&json!(0), &json!(false)));
    }
    take_in(&pool, &[list(BO, "19850101", "9", PARENT_OF_CAS)]).await;
    assert_eq!(fact(&pool, ANNA, "has_partner").await, false, "they live apart");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn who_died_or_is_a_mistake_has_no_facts_and_counts_for_nobody_and_who_left_lives_abroad(pool: PgPool) {
    take_in(&pool, &[list(ANNA, "19870101", "7", MARRIED_TO_BO), list(BO, "19850101", "7", MARRIED_TO_ANNA)]).await;
    apply(&pool, "08", income(BO.1, &["1900000"])).await.unwrap();
    take_in(&pool, &[list(BO, "19850101", "7", &[("07.67.10", "20261101"), ("07.67.20", "O")])]).await;
    assert_eq!(facts(&pool, BO).await, Value::Null);
    let widow = facts(&pool, ANNA).await;
    assert_eq!((&widow["household_size"], &widow["partner_income_year"]), (&json!(1), &Value::Null));
    // A late event about who died is kept and is nobody's fact.
    let applied = apply(&pool, "09", income(BO.1, &["2000000"])).await.unwrap();
    assert_eq!((applied.outcome, applied.facts.len()), (Outcome::Changed, 0));
    // It was a mistake: everything that was known is back.
    take_in(&pool, &[list(BO, "19850101", "7", MARRIED_TO_ANNA)]).await;
    assert_eq!(fact(&pool, BO, "income_year").await, 2_000_000);
    assert_eq!(fact(&pool, ANNA, "partner_income_year").await, 2_000_000);

    let abroad = [
        ("07.67.10", "20230501"),
        ("07.67.20", "E"),
        ("08.09.10", "1999"),
        ("08.13.10", "6037"),
        ("08.11.60", ""),
        ("08.11.20", ""),
    ];
    let mut left = list(ANNA, "19870101", "7", &[]);
    left.retain(|(id, _)| !id.starts_with("08.") && !id.starts_with("07.67"));
    left.extend(abroad.iter().filter(|(_, value)| !value.is_empty()));
    take_in(&pool, &[left]).await;
    let anna = facts(&pool, ANNA).await;
    assert_eq!(
        (&anna["residence_country"], &anna["municipality"], &anna["household_size"]),
        (&json!("ES"), &Value::Null, &Value::Null)
    );
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_is_partly_known_or_never_came_is_unknown_and_what_came_empty_is_no(pool: PgPool) {
    take_in(&pool, &[list(ANNA, "19870100", "7", &[("09.02.40", "Voorbeeld"), ("09.03.10", "20260000")])]).await;
    let anna = facts(&pool, ANNA).await;
    for name in ["birth_date", "children_birth_dates", "receives_child_benefit", "childcare", "income_year"] {
        assert_eq!(anna[name], Value::Null, "{name}");
    }
    let none = |register, kind| json!({"bsn": ANNA.1, "register": register, "kind": kind, "records": []});
    let applied = apply(&pool, "08", none("kinderbijslag", "child_benefit")).await.unwrap();
    assert_eq!(changed(&applied, person(&pool, ANNA).await), ["receives_child_benefit"]);
    apply(&pool, "08", none("kinderopvang", "childcare")).await.unwrap();
    apply(&pool, "08", none("inkomen", "income")).await.unwrap();
    let anna = facts(&pool, ANNA).await;
    assert_eq!((&anna["receives_child_benefit"], &anna["childcare"]), (&json!(false), &json!([])));
    assert_eq!((&anna["intensive_care_birth_dates"], &anna["income_year"]), (&Value::Null, &Value::Null));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_value_keeps_its_type_and_every_digit_and_of_several_years_the_last_counts(pool: PgPool) {
    take_in(&pool, &[list(ANNA, "19870101", "7", &[])]).await;
    let send = async |register: &str, kind: &str, records: Value| {
        let data = json!({"bsn": ANNA.1, "register": register, "kind": kind, "records": records});
        apply(&pool, "08", data).await.unwrap()
    };
    send(
        "zorgverzekering",
        "insurance",
        json!([{"values": {"insured": "0", "treaty_entitled": "1", "country_factor": "0.4521"}}]),
    )
    .await;
    send(
        "inkomen",
        "income",
        json!([
            {"valid_from": "20260101", "values": {"year": "2026", "amount": "2000000", "low_income_months": "60"}},
            {"valid_from": "20250101", "values": {"year": "2025", "amount": "1000000"}},
        ]),
    )
    .await;
    send(
        "kinderopvang",
        "childcare",
        json!([
            {"values": {"kind": "daycare", "hours_month": "120", "hourly_rate": "1050"}},
            {"values": {"kind": "after_school", "hours_month": "40", "hourly_rate": "900"}},
        ]),
    )
    .await;
    send("kinderbijslag", "intensive_care", json!([{"values": {"birth_date": "20160203"}}])).await;
    send("reisdocumenten", "passport", json!([{"values": {"expires_on": "20270114"}}])).await;
    send("onderneming", "business", json!([{"values": {"started_on": "20260301", "hours_year": "1300"}}])).await;
    send("uitkering", "social_assistance", json!([{"values": {}}])).await;
    let anna = facts(&pool, ANNA).await;
    for (name, expected) in [
        ("health_insured", json!(false)),
        ("treaty_entitled", json!(true)),
        ("country_factor", json!(0.4521)),
        ("income_year", json!(2_000_000)),
        ("low_income_months", json!(60)),
        ("intensive_care_birth_dates", json!(["2016-02-03"])),
        ("passport_expires_on", json!("2027-01-14")),
        ("identity_card_expires_on", Value::Null),
        ("business_started_on", json!("2026-03-01")),
        ("business_hours_year", json!(1300)),
        ("self_employed_deductions", Value::Null),
        ("receives_social_assistance", json!(true)),
        (
            "childcare",
            json!([
                {"kind": "daycare", "hours_month": 120, "hourly_rate": 1050}, {"kind": "after_school", "hours_month": 40, "hourly_rate": 900},
            ]),
        ),
    ] {
        assert_eq!(anna[name], expected, "{name}");
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_person_without_facts_gets_all_of_them_with_the_next_event_or_list(pool: PgPool) {
    let anna = list(ANNA, "19870101", "7", MARRIED_TO_BO);
    take_in(&pool, &[anna.clone(), list(BO, "19850101", "7", MARRIED_TO_ANNA)]).await;
    apply(&pool, "08", income(ANNA.1, &["1900000"])).await.unwrap();
    let before = facts(&pool, ANNA).await;
    for again in ["event", "list"] {
        // As a version without facts left it.
        sqlx::raw_sql("delete from facts; delete from relation; delete from residence").execute(&pool).await.unwrap();
        let passport = |until| json!({"bsn": BO.1, "register": "reisdocumenten", "kind": "passport", "records": [{"values": {"expires_on": until}}]});
        match again {
            "event" => {
                apply(&pool, "08", passport("20270101")).await.unwrap();
                apply(&pool, "09", income(ANNA.1, &["1900000"])).await.unwrap();
                apply(&pool, "10", income(ANNA.1, &["1800000"])).await.unwrap();
                apply(&pool, "11", income(ANNA.1, &["1900000"])).await.unwrap();
            }
            _ => {
                take_in(&pool, &[anna.clone(), list(BO, "19850101", "7", MARRIED_TO_ANNA)]).await;
            }
        }
        assert_eq!(facts(&pool, ANNA).await, before, "{again}");
        assert_eq!(fact(&pool, BO, "partner_income_year").await, 1_900_000, "{again}");
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn an_institution_is_no_household(pool: PgPool) {
    let people: Vec<List> = (0..22)
        .map(|i| {
            let a_number: &'static str = format!("99001200{i:02}").leak();
            list((a_number, ""), "19500101", "100", &[]).into_iter().filter(|(_, value)| !value.is_empty()).collect()
        })
        .collect();
    take_in(&pool, &people[..20]).await;
    let sizes = "select household_size, count(*) from facts group by 1";
    let sizes = async || sqlx::query_as::<_, (Option<i32>, i64)>(sizes).fetch_all(&pool).await.unwrap();
    assert_eq!(sizes().await, [(Some(20), 20)]);
    take_in(&pool, &people[20..]).await;
    assert_eq!(sizes().await, [(None, 22)]);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_family_whose_lists_and_events_come_at_once_ends_the_same_and_nobody_waits_for_ever(pool: PgPool) {
    let lists = |number| {
        let parents = |married: Row<'static>| married.iter().chain(PARENT_OF_CAS).copied().collect::<Vec<_>>().leak();
        [
            list(ANNA, "19870101", number, parents(MARRIED_TO_BO)),
            list(BO, "19850101", number, parents(MARRIED_TO_ANNA)),
            list(CAS, "20260905", number, &[]),
        ]
    };
    take_in(&pool, &lists("7")).await;
    let mut working = tokio::task::JoinSet::new();
    for of_whom in 0..3 {
        let (importer, rounds) = (importer(&pool), ["8", "7", "8", "7"].map(|number| lists(number)[of_whom].clone()));
        working.spawn(async move {
            for list in rounds {
                let summary = importer.import(std::io::Cursor::new(file(&[&[&list]])), |_| (), |_| ()).await.unwrap();
                assert_eq!((summary.lists(), summary.errors), (1, 0));
            }
        });
    }
    for who in [ANNA, BO] {
        let pool = pool.clone();
        working.spawn(async move {
            for round in 0..4 {
                let data = income(who.1, &[&format!("{}", 1_000_000 + round)]);
                // Others of the family at the same moment: another try is what the caller does.
                while let Err(error) = apply(&pool, &format!("{:02}", 8 + round), data.clone()).await {
                    assert!(error.to_string().contains("meanwhile"), "{error}");
                }
            }
        });
    }
    while let Some(done) = working.join_next().await {
        done.unwrap();
    }
    take_in(&pool, &lists("7")).await;
    for who in [ANNA, BO] {
        let parent = facts(&pool, who).await;
        assert_eq!((&parent["household_size"], &parent["has_partner"]), (&json!(3), &json!(true)));
        assert_eq!((&parent["income_year"], &parent["partner_income_year"]), (&json!(1_000_003), &json!(1_000_003)));
    }
}

#[test]
fn a_fact_from_nowhere_is_named() {
    let catalogue = testing::catalogue();
    for (from, expected) in [
        ("{ value = \"inkomen/income/salary\" }", "\"inkomen/income/salary\" is no attribute in the catalogue"),
        ("{ value = \"inkomen/wages/amount\" }", "is no kind of record of a connected register"),
        ("{ exists = \"voertuigen/car\" }", "is no kind of record of a connected register"),
        ("{ values = \"inkomen/income/amount\" }", "a fact of this type is not taken from"),
        ("{ partner = \"incomes\" }", "there is no fact \"incomes\""),
        ("{ derived = \"income\" }", "nothing is derived under the name \"income\""),
    ] {
        let text = format!(
            "[[fact]]\nname = \"income_year\"\ntype = \"money\"\nmaximum = 9\nfrom = {from}\nlabel = {{ nl = \"x\", en = \"x\" }}\npurposes = []"
        );
        let facts: crate::rules::model::Facts = toml::from_str(&text).unwrap();
        let refusal = FactSources::new(facts.facts.iter(), &catalogue).unwrap_err();
        assert!(refusal.contains(expected), "{refusal}");
    }
}
