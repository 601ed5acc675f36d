//! `/mijn/proefberekening` through the router.

use http::StatusCode;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool, types::Json};
use uuid::Uuid;

use crate::{
    database::{MIGRATOR, PersonId},
    identity::{COOKIE, Door, Identity, Party, open_session, session_for},
    testing::{Answer, TestPortal},
};

const PATH: &str = "/mijn/proefberekening";

/// Somebody with these facts, logged in.
async fn log_in(portal: &TestPortal, pool: &PgPool, mut facts: Value) -> (PersonId, String) {
    let person = PersonId(Uuid::new_v4());
    facts["person"] = json!(person);
    sqlx::query("insert into facts select * from jsonb_populate_record(null::facts, $1)")
        .bind(Json(facts))
        .execute(pool)
        .await
        .unwrap();
    (person, format!("{COOKIE}={}", session_for(&portal.portal, person).await.unwrap()))
}

/// 40 years old, insured, no partner, no children, rents alone.
fn single(income: i64) -> Value {
    json!({
        "birth_date": "1986-07-01", "residence_country": "NL", "municipality": "0599", "has_partner": false,
        "children_birth_dates": [], "household_size": 1, "co_resident_21": false, "health_insured": true, "income_year": income,
        "assets": 0, "rents": true, "independent_dwelling": true, "basic_rent_month": 60000, "works": true, "student": false,
        "receives_child_benefit": false, "childcare": [], "intensive_care_birth_dates": [], "net_income_month": 200000,
        "receives_social_assistance": false, "low_income_months": 0, "local_tax_year": 0,
    })
}

/// What that person sends when nothing is changed but `changes`.
fn form<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("income_year", "30000"),
        ("assets", "0"),
        ("has_partner", "nee"),
        ("partner_income_year", ""),
        ("rents", "ja"),
        ("basic_rent_month", "600"),
        ("household_size", "1"),
        ("birth_date", "01-07-1986"),
        ("health_insured", "ja"),
        ("independent_dwelling", "ja"),
        ("co_resident_21", "nee"),
        ("works", "ja"),
        ("student", "nee"),
        ("receives_child_benefit", "nee"),
        ("net_income_month", "2000"),
        ("receives_social_assistance", "nee"),
        ("low_income_months", "0"),
        ("local_tax_year", "0"),
        ("children_birth_dates", ""),
    ];
    fields.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    fields.extend(changes);
    fields
}

/// What is on a page, as one line of text without tags.
fn text(page: &Answer) -> String {
    let main = page.body.split_once("<main").and_then(|(_, rest)| rest.split_once("</main>")).expect("a page").0;
    let words: String =
        main.split('<').filter_map(|part| part.split_once('>')).map(|(_, words)| format!("{words} ")).collect();
    let words = words.replace('\u{a0}', " ").replace("&#x27;", "'").replace("&amp;", "&");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn assert_shows(page: &Answer, expected: &[&str]) {
    let page = text(page);
    for words in expected {
        assert!(page.contains(words), "{words:?} is not on the page:\n{page}");
    }
}

/// How many rows every table has.
async fn counts(pool: &PgPool) -> Vec<(String, i64)> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema') order by 1",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let mut counts = Vec::new();
    for table in tables {
        let count =
            sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {table}"))).fetch_one(pool).await.unwrap();
        counts.push((table, count));
    }
    counts
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_lower_income_shows_the_published_amount_beside_that_of_today(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let (_, cookie) = log_in(&portal, &pool, single(3_000_000)).await;
    let path = format!("{PATH}?dienst=zorgtoeslag");
    let today = portal.get(&path, &cookie).await;
    assert_eq!(today.status, StatusCode::OK);
    // Published for 2026: EUR 126 at an income of 30,000.
    assert_shows(
        &today,
        &["Zorgtoeslag € 126 per maand", "Wat u nu krijgt", "U rekent nu met één regeling: Zorgtoeslag."],
    );
    assert!(today.body.contains("value=\"30.000\""));
    let page = portal.post(&path, &cookie, &form(&[("income_year", "€ 20.000")])).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_shows(
        &page,
        &[
            "U krijgt dan € 3 per maand meer.",
            "Nu is het samen € 126 per maand, met uw antwoorden € 129.",
            "Zorgtoeslag € 126 per maand € 129 per maand € 3 meer",
            "Bij ons bekend: € 30.000.",
            "Bij € 1.000 meer inkomen per jaar gaat er niets van uw toeslagen af.",
            "€ 30.000 € 126",
        ],
    );
    assert!(page.body.contains("value=\"€ 20.000\""), "what was typed stays as it was");
    // Above the threshold 13.73% goes off: 1514 becomes 1377.
    let above = portal.post(&path, &cookie, &form(&[])).await;
    assert_shows(
        &above,
        &[
            "U krijgt dan per maand evenveel als nu.",
            "Bij € 1.000 meer inkomen per jaar gaat er € 137 per jaar van uw toeslagen af.",
        ],
    );
    let english = portal.post(&format!("/en{path}"), &cookie, &form(&[("income_year", "20,000.00")])).await;
    assert_shows(&english, &["You would get €3 a month more.", "Healthcare benefit €126 a month €129 a month €3 more"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn everything_that_is_paid_each_month_is_added_up(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let (_, cookie) = log_in(&portal, &pool, single(3_000_000)).await;
    let page = portal.get(PATH, &cookie).await;
    assert_shows(&page, &["Huurtoeslag", "Kindgebonden budget Niet zo:", "Geen recht", "Samen per maand"]);
    assert!(page.body.contains("class=\"voordeur-chart\""), "a chart");
    assert!(!page.body.contains("style=\""), "no inline style");
    let page = portal.post(PATH, &cookie, &form(&[("basic_rent_month", "700,50")])).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_shows(&page, &["per maand meer"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_partner_is_asked_after_and_without_one_their_data_do_not_count(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let (_, cookie) = log_in(&portal, &pool, single(3_000_000)).await;
    let path = format!("{PATH}?dienst=zorgtoeslag");
    let page = portal.post(&path, &cookie, &form(&[("has_partner", "ja")])).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_shows(
        &page,
        &[
            "Nog niet te zeggen",
            "Vul hiervoor in: Het inkomen van uw partner dit jaar Het vermogen van uw partner op 1 januari Uw partner heeft een Nederlandse zorgverzekering",
            "Het inkomen van uw partner dit jaar",
        ],
    );
    assert!(page.body.contains("href=\"#partner_income_year\"") && page.body.contains("id=\"partner_income_year\""));
    let partner = [
        ("has_partner", "ja"),
        ("partner_income_year", "21.000"),
        ("partner_assets", "0"),
        ("partner_health_insured", "ja"),
    ];
    let page = portal.post(&path, &cookie, &form(&partner)).await;
    // Published for 2026: EUR 3 at 51,000 together.
    assert_shows(&page, &["Zorgtoeslag € 126 per maand € 3 per maand € 123 minder"]);
    // What was typed about a partner and makes no sense does not matter when there is none.
    let page = portal.post(&path, &cookie, &form(&[("has_partner", "nee"), ("partner_income_year", "x")])).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_shows(&page, &["€ 126 per maand € 126 per maand Gelijk"]);
    // Who has one may try without.
    let mut facts = single(3_000_000);
    facts["has_partner"] = json!(true);
    facts["partner_income_year"] = json!(2_100_000);
    facts["partner_assets"] = json!(0);
    facts["partner_health_insured"] = json!(true);
    let (_, cookie) = log_in(&portal, &pool, facts).await;
    let page = portal.post(&path, &cookie, &form(&[("partner_income_year", "21.000")])).await;
    assert_shows(&page, &["Zorgtoeslag € 3 per maand € 126 per maand € 123 meer"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn children_change_what_is_paid(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let mut facts = single(2_500_000);
    facts["children_birth_dates"] = json!(["2020-03-12"]);
    facts["receives_child_benefit"] = json!(true);
    facts["household_size"] = json!(2);
    let (_, cookie) = log_in(&portal, &pool, facts).await;
    let path = format!("{PATH}?dienst=kindgebonden-budget");
    let now = portal.get(&path, &cookie).await;
    assert!(now.body.contains("value=\"12-03-2020\""));
    let mut fields = form(&[("income_year", "25.000"), ("receives_child_benefit", "ja")]);
    fields.retain(|(name, _)| *name != "children_birth_dates");
    let one: Vec<_> =
        fields.iter().copied().chain([("children_birth_dates", "12-03-2020"), ("children_birth_dates", "")]).collect();
    assert_shows(&portal.post(&path, &cookie, &one).await, &["Gelijk"]);
    let two: Vec<_> = one.iter().copied().chain([("children_birth_dates", "2026-10-01")]).collect();
    assert_shows(&portal.post(&path, &cookie, &two).await, &["per maand meer."]);
    assert_shows(&portal.post(&path, &cookie, &fields).await, &["Geen recht", "per maand minder."]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_is_not_known_is_asked_and_what_is_filled_in_counts(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    // Somebody of whom the portal knows nothing at all.
    let cookie = format!("{COOKIE}={}", session_for(&portal.portal, PersonId(Uuid::new_v4())).await.unwrap());
    let page = portal.get(PATH, &cookie).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_shows(
        &page,
        &[
            "Dit weten wij nog niet van u.",
            "Nog niet te zeggen",
            "In het totaal zit niet wat wij nog niet kunnen zeggen.",
            "Ik heb geen kinderen",
        ],
    );
    let page = portal.post(&format!("{PATH}?dienst=zorgtoeslag"), &cookie, &form(&[])).await;
    assert_shows(&page, &["Nog niet te zeggen € 126 per maand –"]);
    // An empty list is unknown, unless one says that there are none.
    let path = format!("{PATH}?dienst=kindgebonden-budget");
    let page = portal.post(&path, &cookie, &form(&[("receives_child_benefit", "ja")])).await;
    assert_shows(&page, &["Nog niet te zeggen", "De geboortedatums van uw kinderen"]);
    let none = [("receives_child_benefit", "ja"), ("none", "children_birth_dates")];
    let page = portal.post(&path, &cookie, &form(&none)).await;
    assert_shows(&page, &["Geen recht"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn childcare_counts_by_kind_hours_and_price(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let mut facts = single(4_000_000);
    facts["children_birth_dates"] = json!(["2024-03-12"]);
    facts["childcare"] = json!([{"kind": "daycare", "hours_month": 100, "hourly_rate": 1050}]);
    let (_, cookie) = log_in(&portal, &pool, facts).await;
    let path = format!("{PATH}?dienst=kinderopvangtoeslag");
    let now = portal.get(&path, &cookie).await;
    assert!(now.body.contains("value=\"10,50\"") && now.body.contains("<option value=\"daycare\" selected"));
    // 96% of 100 hours at EUR 10.50.
    assert_shows(&now, &["Kinderopvangtoeslag € 1.008 per maand"]);
    let care = |kind, hours, rate| {
        form(&[
            ("income_year", "40000"),
            ("children_birth_dates", "12-03-2024"),
            ("childcare.kind", kind),
            ("childcare.hours", hours),
            ("childcare.rate", rate),
        ])
    };
    let page = portal.post(&path, &cookie, &care("daycare", "50", "10,50")).await;
    assert_shows(&page, &["€ 1.008 per maand € 504 per maand € 504 minder"]);
    for (kind, hours, rate) in
        [("", "50", "10"), ("daycare", "", "10"), ("daycare", "800", "10"), ("daycare", "5", "x"), ("slot", "5", "5")]
    {
        let page = portal.post(&path, &cookie, &care(kind, hours, rate)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{kind} {hours} {rate}");
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_mistake_is_named_where_it_is_and_everything_typed_is_kept(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let (_, cookie) = log_in(&portal, &pool, single(3_000_000)).await;
    let changes = [
        ("income_year", "veel"),
        ("assets", "-5"),
        ("household_size", "0"),
        ("birth_date", "31-02-1986"),
        ("children_birth_dates", "01-01-2030"),
        ("basic_rent_month", "123456789012345678901234567890"),
        ("has_partner", "misschien"),
    ];
    let page = portal.post(PATH, &cookie, &form(&changes)).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("<title>Fout: Proefberekening"));
    assert_shows(
        &page,
        &[
            "Er zijn 7 dingen die u nog moet aanpassen",
            "Uw inkomen dit jaar: Schrijf een bedrag in cijfers, zoals 1900 of 1.900,50",
            "Uw vermogen op 1 januari: Vul een bedrag in van € 0 tot en met € 10.000.000.000",
            "Aantal mensen op uw adres, met uzelf: Vul een getal in van 1 tot en met 100",
            "Uw geboortedatum: Deze dag bestaat niet",
            "De geboortedatums van uw kinderen: Deze dag is nog niet geweest",
            "U hebt een partner: Kies een van de antwoorden",
        ],
    );
    for (name, value) in changes.iter().filter(|(name, _)| *name != "has_partner") {
        assert!(page.body.contains(&format!("value=\"{value}\"")), "{name} is kept");
        assert!(
            page.body.contains(&format!("href=\"#{name}\"")) && page.body.contains(&format!("id=\"{name}\"")),
            "{name} is linked"
        );
    }
    let english = portal.post(&format!("/en{PATH}"), &cookie, &form(&[("income_year", "a lot")])).await;
    assert_shows(&english, &["There is one thing you still have to change", "Write an amount in digits"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn hostile_input_breaks_nothing(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let (_, cookie) = log_in(&portal, &pool, single(3_000_000)).await;
    let script = "\"><script>alert(1)</script>";
    let page = portal
        .post(PATH, &cookie, &form(&[("income_year", script), ("children_birth_dates", script), (script, script)]))
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!page.body.contains("<script>alert"));
    let hostile = [
        "'; drop table facts; --",
        "\0",
        "1e309",
        "NaN",
        "９９",
        "-0",
        "99999999999999999999",
        "\u{202e}1",
        "ja\nnee",
        "{\"$gt\":0}",
    ];
    for value in hostile {
        // Another portal for each: who asks so much in a second is slowed down.
        let portal = TestPortal::new(&pool);
        for name in [
            "income_year",
            "household_size",
            "birth_date",
            "has_partner",
            "children_birth_dates",
            "childcare.hours",
            "none",
            "add",
        ] {
            let page = portal.post(PATH, &cookie, &form(&[(name, value)])).await;
            assert!(matches!(page.status.as_u16(), 200 | 422), "{name}={value:?}: {}", page.status);
        }
    }
    // As much as there may be of everything.
    let most = [
        ("income_year", "1.000.000.000"),
        ("assets", "10000000000"),
        ("basic_rent_month", "1000000"),
        ("household_size", "100"),
    ];
    assert_eq!(portal.post(PATH, &cookie, &form(&most)).await.status, StatusCode::OK);
    // Facts that are on no form stay as registered, whatever is sent.
    let page = portal
        .post(
            &format!("{PATH}?dienst=zorgtoeslag"),
            &cookie,
            &form(&[("country_factor", "9"), ("person", "x"), ("municipality", "0344")]),
        )
        .await;
    assert_shows(&page, &["Gelijk"]);
    for query in ["?dienst=niets", "?dienst=%27--", "?dienst=paspoort"] {
        assert_eq!(portal.get(&format!("{PATH}{query}"), &cookie).await.status, StatusCode::NOT_FOUND, "{query}");
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn fifty_children_fit_and_fifty_one_do_not(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let (_, cookie) = log_in(&portal, &pool, single(3_000_000)).await;
    let mut fields = form(&[]);
    fields.retain(|(name, _)| *name != "children_birth_dates");
    fields.extend([("children_birth_dates", "12-3-2019"); 50]);
    let page = portal.post(PATH, &cookie, &fields).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_shows(&page, &["Kind 50"]);
    fields.push(("children_birth_dates", "12-3-2019"));
    let page = portal.post(PATH, &cookie, &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_shows(&page, &["Vul er hoogstens 50 in", "Kind 51"]);
    fields.truncate(25);
    fields.push(("add", "children_birth_dates"));
    let page = portal.post(PATH, &cookie, &fields).await;
    let count = page.body.matches("name=\"children_birth_dates\"").count();
    assert_eq!(count, fields.iter().filter(|(name, _)| *name == "children_birth_dates").count() + 3);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn nothing_is_stored_but_that_one_looked(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let (person, cookie) = log_in(&portal, &pool, single(3_000_000)).await;
    let facts = async || -> Value {
        sqlx::query_scalar::<_, Json<Value>>("select to_jsonb(f) from facts f where person = $1")
            .bind(person)
            .fetch_one(&pool)
            .await
            .unwrap()
            .0
    };
    let (before, facts_before) = (counts(&pool).await, facts().await);
    portal
        .post(PATH, &cookie, &form(&[("income_year", "12.345"), ("has_partner", "ja"), ("household_size", "4")]))
        .await;
    let after = counts(&pool).await;
    let changed: Vec<_> =
        before.iter().zip(&after).filter(|(one, other)| one != other).map(|(one, _)| one.0.as_str()).collect();
    assert!(changed.iter().all(|table| table.starts_with("public.usage_")), "{changed:?}");
    assert_eq!(facts_before, facts().await);
    let (activity, groups): (String, Vec<String>) =
        sqlx::query_as("select activity, groups from usage_entry where person = $1")
            .bind(person)
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(activity, "view");
    for group in ["inkomen/income", "vermogen/assets", "brp/partner", "brp/child", "woning/tenancy"] {
        assert!(groups.contains(&group.to_owned()), "{group} of {groups:?}");
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn it_is_for_citizens_alone(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let page = portal.get(&format!("{PATH}?dienst=zorgtoeslag"), "").await;
    assert_eq!(page.header("location"), "/inloggen?terug=%2Fmijn%2Fproefberekening%3Fdienst%3Dzorgtoeslag");
    let page = portal.post(PATH, "", &form(&[])).await;
    assert_eq!((page.status, page.header("location")), (StatusCode::SEE_OTHER, "/inloggen"));
    let open = async |door, party: Party| {
        let identity = Identity {
            door,
            actor: party.clone(),
            acting_for: party,
            level: "http://eidas.europa.eu/LoA/substantial".into(),
            sid: None,
            id_token: None,
            logged_in_at: portal.portal.clock.now(),
        };
        format!("{COOKIE}={}", open_session(&portal.portal, &identity, "subject").await.unwrap())
    };
    let business = open(Door::Business, Party::Business { kvk_number: "12345678".into() }).await;
    let staff = Party::Staff {
        organisation: "gemeente-0599".into(),
        role: "clerk".into(),
        name: "Jan".into(),
        subject: "jan".into(),
    };
    for cookie in [business, open(Door::Staff, staff).await] {
        assert_eq!(portal.get(PATH, &cookie).await.status, StatusCode::FORBIDDEN);
        assert_eq!(portal.post(PATH, &cookie, &form(&[])).await.status, StatusCode::FORBIDDEN);
    }
}
