//! Events: what is wrong is named, what came is kept with its history, and the same again changes nothing.

use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    super::{Applied, ApplyContext, CHANGED, Change, ChangeError, EventSummary, Outcome},
    file, import, importer,
};
use crate::{
    database::PersonId,
    keys::Index,
    testing,
    usage::{Role, Usage, activity},
};

pub const SENDER: &str = "belastingdienst";

fn parse(data: &Value) -> Result<Change, Vec<String>> {
    let today = "2026-11-22".parse().unwrap();
    Change::parse(&testing::catalogue(), today, data)
        .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect())
}

/// Applies an event that happened at a time of 1 November 2026, as the worker does.
pub async fn apply(pool: &PgPool, hour: &str, data: Value) -> Result<Applied, ChangeError> {
    let change = parse(&data).unwrap();
    let importer = importer(pool);
    let at = importer.clock.now();
    let usage =
        Usage { at, organisation: SENDER.into(), role: Role::System, activity: activity::IMPORT, groups: Vec::new() };
    let indexes = importer.keys.indexes(Index::Bsn, change.bsn().digits());
    let mut scope = importer.database.as_register(PersonId(Uuid::nil()), &indexes, usage).await?;
    let context = ApplyContext {
        catalogue: &importer.catalogue,
        keys: &importer.keys,
        facts: &importer.facts,
        at,
        organisation: SENDER,
    };
    let time: Timestamp = format!("2026-11-01T{hour}:00:00Z").parse().unwrap();
    let applied = change.apply(&mut scope, &context, time).await?;
    scope.commit().await?;
    Ok(applied)
}

pub fn income(bsn: &str, amounts: &[&str]) -> Value {
    let records =
        amounts.iter().map(|amount| json!({"valid_from": "20260101", "values": {"year": "2026", "amount": amount}}));
    json!({"bsn": bsn, "register": "inkomen", "kind": "income", "records": records.collect::<Vec<_>>()})
}

async fn somebody(pool: &PgPool) {
    let list = [("01.01.10", "9900110001"), ("01.01.20", "999993653"), ("01.02.40", "Moulin"), ("08.09.10", "0599")];
    import(pool, file(&[&[&list]])).await;
}

async fn amounts(pool: &PgPool) -> Vec<(i16, i16, String)> {
    sqlx::query_as(
        "select object, version, values ->> 'amount' from registered_record where register = 'inkomen' order by object, version",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}

fn seen(amounts: &[(i16, i16, String)]) -> Vec<(i16, i16, &str)> {
    amounts.iter().map(|(object, version, amount)| (*object, *version, amount.as_str())).collect()
}

#[test]
fn every_mistake_is_named_with_its_place_and_no_value() {
    for (data, expected) in [
        (json!([]), vec![": is not an object with bsn, register, kind and records"]),
        (
            json!({"bsn": 999993653, "register": "inkomen", "kind": "wages", "records": {}, "extra": 1, "999993653": 1}),
            vec![
                ": has a member that is not known here: leave it out",
                "/extra: is not known here: leave it out",
                "/bsn: is not a text",
                "/kind: is not a kind of record of this register: see the catalogue",
                "/records: is not a list; when there is nothing any more, send an empty one",
            ],
        ),
        (
            json!({"bsn": "999993654", "register": "voertuigen", "kind": "x", "records": []}),
            vec![
                "/bsn: is not a citizen service number (nine digits, eleven-proof)",
                "/register: is not a register that is connected: see the catalogue",
            ],
        ),
        (
            json!({"bsn": "999993653", "register": "brp", "kind": "person", "records": []}),
            vec!["/kind: comes in whole lists and not by event"],
        ),
        (
            json!({}),
            vec![
                "/bsn: is missing",
                "/register: is missing",
                "/kind: is missing",
                "/records: is missing; when there is nothing any more, send an empty list",
            ],
        ),
        (
            income("999993653", &["1900,50"]),
            vec!["/records/0/values/amount: is not an amount in whole eurocents, in digits: \"1900\" is € 19"],
        ),
        (
            income("999993653", &["-1"]),
            vec!["/records/0/values/amount: is not an amount in whole eurocents, in digits: \"1900\" is € 19"],
        ),
        (income("999993653", &["100000000001"]), vec!["/records/0/values/amount: is not from 0 to 100000000000"]),
        (income("999993653", &[""]), vec!["/records/0/values/amount: is empty: leave it out when it is not known"]),
        (
            json!({"bsn": "999993653", "register": "inkomen", "kind": "income", "records": [
                {"valid_from": "20270101", "values": {"year": "2026", "amount": 5, "bonus": "1"}}, {"values": {"amount": "01"}}, 7]}),
            vec![
                "/records/0/valid_from: is a date in the future: send it when it is there",
                "/records/0/values/bonus: is not known here: leave it out",
                "/records/0/values/amount: is not a text: numbers and flags are written as texts too",
                "/records/1/values/year: is missing",
                "/records/1/values/amount: is not an amount in whole eurocents, in digits: \"1900\" is € 19",
                "/records/2: is not an object with valid_from and values",
            ],
        ),
        (
            json!({"bsn": "999993653", "register": "zorgverzekering", "kind": "insurance", "records": [
                {"values": {"insured": "yes", "country_factor": "0.12345"}}]}),
            vec![
                "/records/0/values/insured: is not \"1\" (yes) or \"0\" (no)",
                "/records/0/values/country_factor: has more than 4 digits after the point",
            ],
        ),
        (
            json!({"bsn": "999993653", "register": "onderneming", "kind": "business", "records": [
                {"values": {"started_on": "20270101", "kvk_number": "123"}}, {"values": {"started_on": "20260101"}}]}),
            vec!["/records: has more than 1 of this kind"],
        ),
        (
            json!({"bsn": "999993653", "register": "onderneming", "kind": "business", "records": [
                {"values": {"started_on": "20270101", "kvk_number": "123"}}]}),
            vec![
                "/records/0/values/kvk_number: is not 8 digits",
                "/records/0/values/started_on: is a date in the future: send it when it is there",
            ],
        ),
        (
            json!({"bsn": "999993653", "register": "kinderopvang", "kind": "childcare", "records": [
                {"values": {"kind": "nanny", "hours_month": "800", "hourly_rate": "1050"}}]}),
            vec![
                "/records/0/values/kind: is not one of after_school, childminder, daycare",
                "/records/0/values/hours_month: is not from 1 to 744",
            ],
        ),
    ] {
        assert_eq!(parse(&data).unwrap_err(), expected, "{data}");
    }
    let passport = json!({"bsn": "999993653", "register": "reisdocumenten", "kind": "passport",
        "records": [{"values": {"expires_on": "20360101"}}]});
    assert!(parse(&passport).is_ok(), "an expiry date lies ahead");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_was_current_becomes_history_and_the_same_again_changes_nothing(pool: PgPool) {
    somebody(&pool).await;
    let bsn = "999993653";
    let outcome = async |hour: &str, records: &[&str]| apply(&pool, hour, income(bsn, records)).await.unwrap().outcome;
    assert_eq!(outcome("08", &["100"]).await, Outcome::New);
    assert_eq!(outcome("08", &["100"]).await, Outcome::Unchanged);
    assert_eq!(outcome("09", &["200", "900"]).await, Outcome::Changed);
    assert_eq!(outcome("10", &["300", "900"]).await, Outcome::Changed);
    assert_eq!(outcome("11", &["400"]).await, Outcome::Changed);
    let now = amounts(&pool).await;
    assert_eq!(seen(&now), [(0, 0, "400"), (0, 1, "300"), (0, 2, "200"), (0, 3, "100"), (1, 1, "900")]);
    assert_eq!(outcome("12", &[]).await, Outcome::Changed);
    assert_eq!(outcome("13", &["500", "950"]).await, Outcome::Changed);
    let now = amounts(&pool).await;
    assert_eq!(
        seen(&now),
        [(0, 0, "500"), (0, 1, "400"), (0, 2, "300"), (0, 3, "200"), (0, 4, "100"), (1, 0, "950"), (1, 1, "900")]
    );
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_late_event_and_one_about_nobody_change_nothing(pool: PgPool) {
    somebody(&pool).await;
    apply(&pool, "10", income("999993653", &["200"])).await.unwrap();
    let late = apply(&pool, "09", income("999993653", &["100"])).await.unwrap();
    assert_eq!((late.outcome, late.facts.len()), (Outcome::Late, 0));
    let now = amounts(&pool).await;
    assert_eq!(seen(&now), [(0, 0, "200")]);
    let unknown = apply(&pool, "11", income("999990627", &["300"])).await;
    assert!(matches!(unknown, Err(ChangeError::UnknownPerson)));
    let twin = [("01.01.10", "9900110002"), ("01.01.20", "999993653"), ("01.02.40", "Muller"), ("08.09.10", "0599")];
    import(&pool, file(&[&[&twin]])).await;
    let two = apply(&pool, "12", income("999993653", &["300"])).await;
    assert!(matches!(two, Err(ChangeError::TwoPeople)));
    let now = amounts(&pool).await;
    assert_eq!(seen(&now), [(0, 0, "200")]);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_change_is_logged_once_with_its_sender_and_the_registers_own_law(pool: PgPool) {
    somebody(&pool).await;
    for hour in ["08", "09", "07"] {
        apply(&pool, hour, income("999993653", &["100"])).await.unwrap();
    }
    let logged: Vec<(String, String, String, Vec<String>)> = sqlx::query_as(
        "select organisation, activity, legal_basis, groups from usage_entry where activity = 'import' and 'inkomen/income' = any (groups)",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let expected = (SENDER.into(), "import".into(), "AWR hoofdstuk IVA".into(), vec!["inkomen/income".into()]);
    assert_eq!(logged, [expected]);
}

async fn import_lines(pool: &PgPool, lines: impl Into<Vec<u8>>) -> (EventSummary, Vec<String>) {
    let mut refused = Vec::new();
    let file = std::io::Cursor::new(lines.into());
    let heard = |line, reasons: &[String]| refused.extend(reasons.iter().map(|reason| format!("{line} {reason}")));
    let summary = importer(pool).import_events(file, heard, |_| ()).await.unwrap();
    refused.sort();
    (summary, refused)
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_file_of_events_goes_in_but_for_bad_lines_which_are_named_without_a_value(pool: PgPool) {
    somebody(&pool).await;
    let event = |hour: &str, data: Value| {
        json!({"specversion": "1.0", "id": hour, "source": "urn:test", "type": CHANGED,
               "time": format!("2026-11-01T{hour}:00:00Z"), "data": data})
    };
    let mut nameless = event("10", income("999993653", &["1"]));
    nameless["source"] = json!("");
    nameless["specversion"] = json!("0.3");
    nameless["type"] = json!("other");
    nameless["time"] = json!("2027-01-01T00:00:00Z");
    let lines: Vec<String> = [
        event("08", income("999993653", &["100"])).to_string(),
        String::new(),
        "{\"bsn\": 999993653".to_owned(),
        nameless.to_string(),
        event("09", income("999990627", &["100"])).to_string(),
        event("09", income("999993653", &["x"])).to_string(),
        event("09", income("999993653", &["200"])).to_string(),
        event("08", income("999993653", &["300"])).to_string(),
        event("09", income("999993653", &["200"])).to_string(),
        "\u{1}".to_owned(),
    ]
    .into();
    let (summary, refused) = import_lines(&pool, lines.join("\n")).await;
    assert_eq!(summary, EventSummary { applied: 2, unchanged: 1, late: 1, refused: 5 });
    assert_eq!(
        refused,
        [
            "10 is not JSON from column 1",
            "3 is not JSON from column 17",
            "4 /source: is missing",
            "4 /specversion: is not \"1.0\"",
            "4 /time: lies in the future",
            "4 /type: is not \"nl.voordeur.registered-data.changed.v1\"",
            "5 /data/bsn: no person with this BSN is known",
            "6 /data/records/0/values/amount: is not an amount in whole eurocents, in digits: \"1900\" is € 19",
        ]
    );
    let now = amounts(&pool).await;
    assert_eq!(seen(&now), [(0, 0, "200"), (0, 1, "100")]);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn the_demo_events_go_in_without_a_word_and_a_second_time_change_nothing(pool: PgPool) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue/demo");
    import(&pool, std::fs::read(folder.join("people.csv")).unwrap()).await;
    let events = std::fs::read(folder.join("events.jsonl")).unwrap();
    let (summary, refused) = import_lines(&pool, events.clone()).await;
    assert_eq!(refused, [""; 0]);
    assert_eq!((summary.applied, summary.events()), (434, 434));
    let before: Vec<Value> =
        sqlx::query_scalar("select to_jsonb(f) from facts f order by person").fetch_all(&pool).await.unwrap();
    let (again, _) = import_lines(&pool, events).await;
    assert_eq!(again.unchanged, 434);
    let after: Vec<Value> =
        sqlx::query_scalar("select to_jsonb(f) from facts f order by person").fetch_all(&pool).await.unwrap();
    assert_eq!(after, before);
}
