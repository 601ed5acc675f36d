use http::StatusCode;
use sqlx::PgPool;

use super::{business, citizen, people, row, staff_of, text};
use crate::testing::TestPortal;

const PAGE: &str = "/balie/diensten/zorgtoeslag/proef";

/// The field of a figure of this year's rule, as the page shows it.
fn field(page: &str, id: &str) -> String {
    let at = page.find(&format!("id=\"getal-{id}\"")).unwrap_or_else(|| panic!("no field {id}"));
    let input = &page[at..page[at..].find('>').map_or(page.len(), |end| at + end)];
    input.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn only_who_provides_a_service_tries_its_rules(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let form = [("regel", "2026-01-01"), ("getal-standaardpremie", "3000")];
    let anonymous = portal.post(PAGE, "", &form).await;
    assert_eq!((anonymous.status, anonymous.header("location")), (StatusCode::SEE_OTHER, "/inloggen"));
    for cookie in [
        citizen(&portal).await,
        business(&portal).await,
        staff_of(&portal, "gemeente-0599").await,
        staff_of(&portal, "voordeur").await,
    ] {
        assert_eq!(portal.post(PAGE, &cookie, &form).await.status, StatusCode::FORBIDDEN);
    }
    let staff = staff_of(&portal, "dienst-toeslagen").await;
    assert_eq!(portal.get("/balie/diensten/niets/proef", &staff).await.status, StatusCode::NOT_FOUND);
    assert_eq!(portal.get(&format!("{PAGE}?regel=2024-01-01"), &staff).await.status, StatusCode::NOT_FOUND, "is past");
    assert_eq!(portal.post(PAGE, &staff, &[("regel", "1999-01-01")]).await.status, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn mistakes_stand_by_their_field_with_what_was_typed(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let staff = staff_of(&portal, "dienst-toeslagen").await;
    let shown = portal.get(PAGE, &staff).await;
    assert_eq!(shown.status, StatusCode::OK);
    let form = [("regel", "2026-01-01"), ("getal-standaardpremie", "<b>veel"), ("getal-pct_boven", "13,7.3")];
    let answer = portal.post(PAGE, &staff, &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("<title>Fout: ") && answer.body.contains("id=\"fouten\""));
    assert_eq!(field(&answer.body, "standaardpremie"), "&lt;b&gt;veel");
    assert_eq!(field(&answer.body, "pct_boven"), "13,7.3");
    assert!(answer.body.contains("href=\"#getal-standaardpremie\"") && answer.body.contains("getal-pct_boven-fout"));
    let nothing = portal.post(PAGE, &staff, &[("regel", "2026-01-01")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.body.contains("Verander ten minste één getal"));
    let english =
        portal.post(&format!("/en{PAGE}"), &staff, &[("regel", "2026-01-01"), ("getal-pct_boven", "x")]).await;
    assert!(english.body.contains("Write a percentage") && english.body.contains("<title>Error: "));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_the_form_shows_is_the_rule_as_it_is(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let staff = staff_of(&portal, "dienst-toeslagen").await;
    for locale in ["", "/en"] {
        let page = portal.get(&format!("{locale}{PAGE}"), &staff).await.body;
        let service = portal.portal.rules.service("zorgtoeslag").unwrap();
        let version = service.on(portal.portal.clock.today()).unwrap();
        let fields: Vec<(String, String)> =
            version.rule.parameters.keys().map(|id| (format!("getal-{id}"), field(&page, id))).collect();
        let mut form = vec![("regel", "2026-01-01")];
        form.extend(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let answer = portal.post(&format!("{locale}{PAGE}"), &staff, &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains("Verander ten minste één getal") || answer.body.contains("Change at least one"));
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn who_gains_and_loses_is_told_in_numbers_and_nothing_is_stored(pool: PgPool) {
    // At 20,000 euros everybody gets the whole benefit, at 60,000 nobody gets any.
    people(&pool, "0599", 2_000_000, 30).await;
    people(&pool, "0363", 6_000_000, 40).await;
    let portal = TestPortal::new(&pool);
    let staff = staff_of(&portal, "dienst-toeslagen").await;
    let form = [("regel", "2026-01-01"), ("getal-standaardpremie", "2.219,00")];
    let answer = portal.post(PAGE, &staff, &form).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", text(&answer.body));
    let page = &answer.body;
    assert_eq!(row(page, "Mensen met recht: nu"), "Mensen met recht: nu 30");
    assert_eq!(row(page, "Mensen met recht: wordt"), "Mensen met recht: wordt 30");
    assert_eq!(row(page, "Gaan erop vooruit"), "Gaan erop vooruit 30");
    assert_eq!(row(page, "Gaan erop achteruit"), "Gaan erop achteruit minder dan 10");
    assert_eq!(row(page, "Van alle mensen"), "Van alle mensen 70");
    // 100 euros more each.
    assert_eq!(row(page, "€ 100 tot € 500 meer"), "€ 100 tot € 500 meer 30");
    assert_eq!(
        row(page, "Zonder partner, zonder kinderen"),
        "Zonder partner, zonder kinderen 30 30 minder dan 10 minder dan 10 30 minder dan 10"
    );
    assert_eq!(row(page, "30 tot en met 44"), "30 tot en met 44 30 30 minder dan 10 minder dan 10 30 minder dan 10");
    assert!(text(page).contains("Verschil +€ 3.000"), "{}", text(page));
    assert_eq!(field(page, "standaardpremie"), "2.219,00", "what was typed stands in the form");
    let (offers, log): (i64, i64) =
        sqlx::query_as("select (select count(*) from offer), (select count(*) from usage_entry)")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!((offers, log), (0, 0));

    // A premium of nothing: everybody loses it.
    let page = portal.post(PAGE, &staff, &[("regel", "2026-01-01"), ("getal-standaardpremie", "0")]).await.body;
    assert_eq!(row(&page, "Verliezen recht"), "Verliezen recht 30");
    assert_eq!(row(&page, "meer dan € 1.000 minder"), "meer dan € 1.000 minder 30");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_few_people_are_never_told_however_often_one_asks(pool: PgPool) {
    people(&pool, "0599", 2_000_000, 9).await;
    let portal = TestPortal::new(&pool);
    let staff = staff_of(&portal, "dienst-toeslagen").await;
    let form = [("regel", "2026-01-01"), ("getal-standaardpremie", "2.219,00")];
    let page = portal.post(PAGE, &staff, &form).await.body;
    let result =
        &page[page.find("id=\"uitkomst\"").unwrap()..page.find("<form method=\"post\" action=\"/balie").unwrap()];
    assert_eq!(row(result, "Gaan erop vooruit"), "Gaan erop vooruit minder dan 10");
    assert_eq!(row(result, "Van alle mensen"), "Van alle mensen minder dan 10");
    assert!(text(result).contains("Voor niemand verandert er iets, of voor minder dan 10 mensen"));
    assert!(text(result).contains("Verschil te weinig mensen om te tonen") && !result.contains("id=\"verdeling\""));
    // One person more or less looks the same.
    people(&pool, "0599", 2_000_000, 22).await;
    let one = portal.post(PAGE, &staff, &form).await.body;
    people(&pool, "0599", 2_000_000, 1).await;
    let other = portal.post(PAGE, &staff, &form).await.body;
    let told = |page: &str| {
        text(&page[page.find("id=\"mensen\"").unwrap()..page.find("<form method=\"post\" action=\"/balie").unwrap()])
    };
    assert_eq!(told(&one), told(&other));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_municipality_tries_its_own_value_on_its_own_people(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let service = portal.portal.rules.service("stadspas").unwrap();
    let version = service.on(portal.portal.clock.today()).unwrap();
    let from = version.from.to_string();
    let municipal = version.rule.parameters.iter().any(|(_, parameter)| !parameter.by_municipality.is_empty());
    assert!(municipal, "stadspas has values by municipality");
    people(&pool, "0599", 1_000_000, 20).await;
    people(&pool, "0363", 1_000_000, 50).await;
    let staff = staff_of(&portal, "gemeente-0599").await;
    let shown = portal.get("/balie/diensten/stadspas/proef", &staff).await;
    assert!(text(&shown.body).contains("Dit gaat over de inwoners van de gemeente Rotterdam"));
    let money = version
        .rule
        .parameters
        .iter()
        .find(|(_, parameter)| !matches!(parameter.unit, crate::rules::model::Unit::Flag));
    let (id, _) = money.expect("a figure to change");
    let name = format!("getal-{id}");
    let form = [("regel", from.as_str()), (name.as_str(), "7")];
    let answer = portal.post("/balie/diensten/stadspas/proef", &staff, &form).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", text(&answer.body));
    assert_eq!(row(&answer.body, "Van alle mensen"), "Van alle mensen 20");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn one_rule_is_tried_at_a_time(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let staff = staff_of(&portal, "dienst-toeslagen").await;
    let mut other = pool.begin().await.unwrap();
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('try out a rule', 0))")
        .execute(&mut *other)
        .await
        .unwrap();
    let form = [("regel", "2026-01-01"), ("getal-standaardpremie", "2.219,00")];
    let answer = portal.post(PAGE, &staff, &form).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body.contains("Er wordt al een regel uitgerekend"));
    assert_eq!(field(&answer.body, "standaardpremie"), "2.219,00");
    other.rollback().await.unwrap();
    assert_eq!(portal.post(PAGE, &staff, &form).await.status, StatusCode::OK);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn every_rule_in_force_can_be_tried(pool: PgPool) {
    people(&pool, "0599", 2_000_000, 12).await;
    let portal = TestPortal::new(&pool);
    let today = portal.portal.clock.today();
    for service in &portal.portal.rules.services {
        let Some(version) = service.on(today) else { continue };
        let question = crate::desk::effect::Question {
            present: Some(&version.compiled),
            changed: &version.compiled,
            on: today,
            municipality: None,
        };
        let effects = crate::desk::effect::effects(&portal.portal.evaluator, &question).await;
        let effects = effects.unwrap_or_else(|error| panic!("{}: {error:?}", service.id()));
        assert_eq!((effects.people, effects.all.gain, effects.all.lose), (12, 0, 0), "{}", service.id());
    }
}
