//! What a citizen sees of what is registered.

use http::StatusCode;
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    catalogue::{Copy, PARKING},
    changes::{apply, income},
    file, import, person_with, test_set,
};
use crate::{
    database::PersonId,
    identity::{COOKIE, Door, Identity, Party, open_session, session_for},
    testing::{self, TestPortal},
};

async fn log_in(portal: &TestPortal, person: PersonId) -> String {
    format!("{COOKIE}={}", session_for(&portal.portal, person).await.unwrap())
}

/// What is on a page, as one line of text without tags.
fn text(html: &str) -> String {
    let main = html.split_once("<main").and_then(|(_, rest)| rest.split_once("</main>")).map_or(html, |(main, _)| main);
    let mut text = String::new();
    let mut in_tag = false;
    for letter in main.chars() {
        match letter {
            '<' => in_tag = true,
            '>' => {
                in_tag = false;
                text.push(' ');
            }
            _ if !in_tag => text.push(letter),
            _ => {}
        }
    }
    text.replace('\u{a0}', " ")
        .replace("&#x27;", "'")
        .replace("&amp;", "&")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

async fn demo(pool: &PgPool) {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue/demo/people.csv");
    import(pool, std::fs::read(file).unwrap()).await;
}

async fn see(portal: &TestPortal, pool: &PgPool, bsn: &str, path: &str) -> String {
    let person = person_with(pool, &portal.portal, bsn).await;
    let page = portal.get(path, &log_in(portal, person).await).await;
    assert_eq!(page.status, StatusCode::OK, "{path}");
    text(&page.body)
}

fn assert_shows(page: &str, expected: &[&str]) {
    for words in expected {
        assert!(page.contains(words), "{words:?} is not on the page:\n{page}");
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn suzanne_moulin_sees_her_addresses_her_parents_and_her_partner(pool: PgPool) {
    let Some(file) = test_set() else { return };
    import(&pool, std::fs::read(file).unwrap()).await;
    let portal = TestPortal::new(&pool);
    let page = see(&portal, &pool, "999993653", "/mijn/gegevens/brp").await;
    assert_shows(
        &page,
        &[
            "Naam Suzanne Moulin Gemeente Rotterdam, sinds uw geboorte. Bron: geboorteakte uit Frankrijk",
            "Die wordt bijgehouden door de gemeente Rotterdam.",
            "Geachte mevrouw Moulin",
            "1 december 1985 in Thann",
            "eindigt op 53",
            "Straat en huisnummer Boterdiep 31 Gemeente Rotterdam, sinds 8 augustus 2015. Bron: uw aangifte",
            "3077 AW Rotterdam",
            "1 eerder adres Vredesplein 7, 3074 SN Rotterdam : 2 november 2013 tot 8 augustus 2015",
            "Getrouwd (1 december 2008 in Thann, Frankrijk)",
            "Jean Marie Beaudelaire, geboren 1 augustus 1976 in Saint Amarin, Frankrijk",
            "Lisette Béamont, geboren 1 december 1956 in Clermont-Ferrand, Frankrijk",
            "Guîllaumé Moulin, geboren 3 april 1955 in Toulon, Frankrijk",
            "Nationaliteit Franse Gemeente Rotterdam, begindag niet bekend",
        ],
    );
    let english = see(&portal, &pool, "999993653", "/en/mijn/gegevens/brp").await;
    assert_shows(
        &english,
        &["1 December 1985", "Municipality of Rotterdam, since 8 August 2015", "1 earlier address", "ends in 53"],
    );
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn every_list_of_the_test_set_can_be_shown(pool: PgPool) {
    let Some(file) = test_set() else { return };
    import(&pool, std::fs::read(file).unwrap()).await;
    let portal = TestPortal::new(&pool);
    let people: Vec<PersonId> =
        sqlx::query_scalar("select person from person where standing <> 'void'").fetch_all(&pool).await.unwrap();
    assert_eq!(people.len(), 686);
    let in_conflict: Vec<PersonId> =
        sqlx::query_scalar("select person from bsn_conflict").fetch_all(&pool).await.unwrap();
    assert_eq!(in_conflict.len(), 10);
    for person in people {
        let cookie = log_in(&portal, person).await;
        assert_eq!(portal.get("/mijn", &cookie).await.status, StatusCode::OK, "{person:?}");
        let page = portal.get("/en/mijn/gegevens/brp", &cookie).await;
        // A list that shares its BSN with another is shown to nobody, not even to who was logged in already.
        if in_conflict.contains(&person) {
            assert_eq!((page.status, page.header("location")), (StatusCode::SEE_OTHER, "/en/mijn"));
        } else {
            assert_eq!(page.status, StatusCode::OK, "{person:?}");
        }
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn no_whole_number_is_in_the_page(pool: PgPool) {
    demo(&pool).await;
    let portal = TestPortal::new(&pool);
    let person = person_with(&pool, &portal.portal, "900210576").await;
    let page = portal.get("/mijn/gegevens/brp", &log_in(&portal, person).await).await.body;
    for number in ["900210576", "900210722", "9900115492"] {
        assert!(!page.contains(number));
    }
    assert!(text(&page).contains("eindigt op 76"));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_is_partly_known_is_shown_as_such(pool: PgPool) {
    demo(&pool).await;
    let portal = TestPortal::new(&pool);
    let page = see(&portal, &pool, "900212275", "/mijn/gegevens/brp").await;
    assert_shows(
        &page,
        &[
            "Geboren 1990 in Kabul, Afghanistan",
            "Gemeente Arnhem, begindag niet bekend",
            "Zarghuna, geboren in Kabul, Afghanistan (datum onbekend)",
            "Maryam Noorzai, geboren maart 1993 in Herat",
            "Getrouwd (2015 in Kabul, Afghanistan)",
            "Vergunning asiel voor bepaalde tijd, werken mag, geldig tot 31 december 2026",
            "Afghaanse",
        ],
    );
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_is_looked_into_asks_for_attention(pool: PgPool) {
    demo(&pool).await;
    let portal = TestPortal::new(&pool);
    let overview = see(&portal, &pool, "900212561", "/mijn").await;
    assert_shows(
        &overview,
        &[
            "Goedemiddag, Bram",
            "Het is zondag 22 november 2026.",
            "Eén ding vraagt uw aandacht.",
            "Adres: in onderzoek In onderzoek sinds 16 oktober 2026. De gemeente Leeuwarden kijkt na of dit klopt.",
        ],
    );
    let page = see(&portal, &pool, "900212561", "/mijn/gegevens/brp").await;
    assert_shows(
        &page,
        &["Twijfelsteeg 6 In onderzoek sinds 16 oktober 2026", "Paspoort NX0F1CT09, vermist op 11 september 2026"],
    );
    let quiet = see(&portal, &pool, "900211854", "/mijn").await;
    assert_shows(&quiet, &["Goedemiddag, Willem", "Alles is rustig."]);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn secrecy_emigration_nobility_and_ended_marriages_are_shown(pool: PgPool) {
    demo(&pool).await;
    let portal = TestPortal::new(&pool);
    let page = async |bsn| see(&portal, &pool, bsn, "/mijn/gegevens/brp").await;
    assert_shows(&page("900212135").await, &["Geheimhouding Ja."]);
    assert_shows(
        &page("900211994").await,
        &[
            "Rijksdienst voor Identiteitsgegevens",
            "Calle de Muestra 15",
            "Spanje",
            "Vertrek naar het buitenland, sinds 1 mei 2023",
        ],
    );
    assert_shows(
        &page("900212846").await,
        &[
            "Catharina Louise barones van Lindenstein",
            "Hoogwelgeboren vrouwe",
            "C.L. van Eikenhorst-barones van Lindenstein",
        ],
    );
    assert_shows(
        &page("900210576").await,
        &[
            "Huwelijk geëindigd door scheiding (10 maart 2022 in Rotterdam)",
            "(ex-partner)",
            "Nederlandse",
            "Marokkaanse",
            "Yasmin Benali",
            "Sami Benali",
        ],
    );
    let widow = page("900211568").await;
    assert_shows(
        &widow,
        &["Pieter Smit, geboren 15 februari 1944 in Deventer (overleden)", "Geachte mevrouw Smit-Mulder"],
    );
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_was_wrong_stays_as_history_and_has_no_period(pool: PgPool) {
    let list = [
        &[
            ("01.01.10", "9900110001"),
            ("01.01.20", "999993653"),
            ("01.02.40", "Moulin"),
            ("01.85.10", "19900101"),
            ("01.H", "51"),
            ("08.09.10", "0599"),
        ][..],
        &[
            ("01.01.10", "9900110001"),
            ("01.02.40", "Molen"),
            ("01.84.10", "O"),
            ("01.85.10", "19850101"),
            ("01.H", "51"),
        ],
        &[("01.01.10", "9900110001"), ("01.02.40", "Mulder"), ("01.85.10", "19850101")],
    ];
    import(&pool, file(&[&list])).await;
    let page = see(&TestPortal::new(&pool), &pool, "999993653", "/mijn/gegevens/brp").await;
    assert_shows(&page, &["2 eerdere waarden Mulder : 1 januari 1985 tot 1 januari 1990 Molen : dit bleek onjuist"]);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn the_list_of_registers_says_which_said_nothing_and_which_are_not_connected(pool: PgPool) {
    demo(&pool).await;
    let portal = TestPortal::new(&pool);
    let page = see(&portal, &pool, "900210291", "/mijn/gegevens").await;
    assert_shows(
        &page,
        &[
            "Persoonsgegevens",
            "Bijgehouden door: Gemeente Utrecht. Bijgewerkt op 22 november 2026.",
            "Nog niets over u gekregen",
            "Zorgverzekering",
            "Bijgehouden door: VECOZO, namens de zorgverzekeraars.",
            "Nog niet aangesloten",
            "Bijgehouden door: RDW.",
        ],
    );
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_came_by_event_is_shown_with_its_source_its_history_and_what_never_came(pool: PgPool) {
    demo(&pool).await;
    let bsn = "900210576";
    let portal = TestPortal::new(&pool);
    let page = async |register: &str| see(&portal, &pool, bsn, &format!("/mijn/gegevens/{register}")).await;
    assert_shows(
        &page("inkomen").await,
        &["Van Belastingdienst hebben wij nog niets over u gekregen.", "Klopt er iets niet?"],
    );
    apply(&pool, "08", income(bsn, &["2450050"])).await.unwrap();
    apply(&pool, "09", income(bsn, &["2400000"])).await.unwrap();
    assert_shows(
        &page("inkomen").await,
        &[
            "Dit is uw inkomen volgens Belastingdienst.",
            "Jaarinkomen € 24.000 over 2026 Belastingdienst, sinds 1 januari 2026 Klopt dit niet? Jaarinkomen: € 24.000 over 2026 Ontbreekt er iets? Jaarinkomen 1 eerdere waarde € 24.500,50 over 2026",
            "Klopt uw inkomen niet? Meld het bij Belastingdienst.",
        ],
    );
    let english = see(&portal, &pool, bsn, "/en/mijn/gegevens/inkomen").await;
    assert_shows(&english, &["€24,000 in 2026 Tax Administration, since 1 January 2026"]);
    let send = async |register: &str, kind: &str, records: serde_json::Value| {
        let data = serde_json::json!({"bsn": bsn, "register": register, "kind": kind, "records": records});
        apply(&pool, "08", data).await.unwrap();
    };
    use serde_json::json;
    send("woning", "tenancy", json!([{"values": {"rents": "1", "basic_rent_month": "72045", "adapted": "0"}}])).await;
    assert_shows(
        &page("woning").await,
        &["U huurt een woning Ja", "€ 720,45 per maand", "handicap Nee", "Dienst Toeslagen gebruikt ze"],
    );
    send(
        "kinderopvang",
        "childcare",
        json!([
        {"values": {"kind": "after_school", "hours_month": "48", "hourly_rate": "910"}},
        {"values": {"kind": "childminder", "hours_month": "40", "hourly_rate": "800"}}]),
    )
    .await;
    assert_shows(
        &page("kinderopvang").await,
        &["Buitenschoolse opvang, 48 uur per maand, € 9,10 per uur", "Gastouder, 40 uur per maand, € 8 per uur"],
    );
    send("kinderbijslag", "child_benefit", json!([{"values": {}}])).await;
    assert_shows(
        &page("kinderbijslag").await,
        &["Kinderbijslag U krijgt kinderbijslag", "Intensieve zorg Hierover hebben wij nog niets gekregen"],
    );
    send("uitkering", "social_assistance", json!([])).await;
    assert_shows(&page("uitkering").await, &["U krijgt geen bijstand Gemeente Rotterdam"]);
    send("reisdocumenten", "passport", json!([{"values": {"expires_on": "20310610"}}])).await;
    assert_shows(
        &page("reisdocumenten").await,
        &["Paspoort Geldig tot 10 juni 2031 Rijksdienst voor Identiteitsgegevens"],
    );
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_register_that_is_not_there_or_not_connected_is_not_found(pool: PgPool) {
    demo(&pool).await;
    let portal = TestPortal::new(&pool);
    let cookie = log_in(&portal, person_with(&pool, &portal.portal, "900210291").await).await;
    for path in ["/mijn/gegevens/nergens", "/mijn/gegevens/voertuigen"] {
        assert_eq!(portal.get(path, &cookie).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let unknown = log_in(&portal, PersonId(Uuid::new_v4())).await;
    assert_eq!(portal.get("/mijn/gegevens/brp", &unknown).await.status, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn who_is_not_logged_in_is_sent_to_log_in(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    for path in ["/mijn", "/mijn/gegevens", "/mijn/gegevens/brp", "/en/mijn"] {
        let page = portal.get(path, "").await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}");
        assert!(page.header("location").contains("/inloggen?terug="), "{path}");
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_business_sees_a_page_of_its_own_and_staff_none(pool: PgPool) {
    let portal = TestPortal::new(&pool);
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
    assert!(portal.get("/mijn", &business).await.body.contains("Voor ondernemingen is hier nog niets te zien"));
    assert_eq!(portal.get("/mijn/gegevens", &business).await.status, StatusCode::FORBIDDEN);
    let staff = Party::Staff {
        organisation: "gemeente-0599".into(),
        role: "clerk".into(),
        name: "Jan".into(),
        subject: "jan".into(),
    };
    assert_eq!(portal.get("/mijn", &open(Door::Staff, staff).await).await.status, StatusCode::FORBIDDEN);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn every_look_is_logged_with_what_was_shown(pool: PgPool) {
    demo(&pool).await;
    let portal = TestPortal::new(&pool);
    let person = person_with(&pool, &portal.portal, "900210291").await;
    portal.get("/mijn/gegevens/brp", &log_in(&portal, person).await).await;
    let groups: Vec<String> =
        sqlx::query_scalar("select groups from usage_entry where person = $1 and activity = 'view'")
            .bind(person)
            .fetch_one(&pool)
            .await
            .unwrap();
    assert!(groups.contains(&"brp/address".to_owned()) && groups.contains(&"brp/partner".to_owned()), "{groups:?}");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn another_register_is_a_file_and_no_code(pool: PgPool) {
    demo(&pool).await;
    let copy = Copy::new("another");
    copy.write("registers/parkeren.toml", PARKING);
    let mut config = testing::config();
    config.catalogue = copy.folder().to_owned();
    let portal = TestPortal::with(&pool, config);
    let person = person_with(&pool, &portal.portal, "900210291").await;
    sqlx::query(
        r#"insert into registered_record (person, register, kind, object, version, holder, values, valid_from)
           values ($1, 'parkeren', 'permit', 0, 0, 'gemeente-0344', '{"zone": "C", "plate": "X-001-XX", "until": "20270630"}', '20250701')"#,
    )
    .bind(person)
    .execute(&pool)
    .await
    .unwrap();
    let cookie = log_in(&portal, person).await;
    let page = text(&portal.get("/mijn/gegevens/parkeren", &cookie).await.body);
    assert_shows(
        &page,
        &[
            "Parkeervergunningen",
            "Uw vergunningen",
            "Vergunning Centrum X-001-XX, geldig tot 30 juni 2027 Gemeente Utrecht, sinds 1 juli 2025",
        ],
    );
    let english = text(&portal.get("/en/mijn/gegevens/parkeren", &cookie).await.body);
    assert_shows(&english, &["City centre X-001-XX, valid until 30 June 2027"]);
    assert!(text(&portal.get("/mijn/gegevens", &cookie).await.body).contains("Parkeren"));
}
