//! The citizen's side of offers, through the router.

use http::StatusCode;
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    database::{MIGRATOR, PersonId},
    identity::{COOKIE, Door, Identity, Party, open_session, session_for},
    testing::{Answer, TestPortal},
    usage::{Role, Usage, activity},
};

/// Somebody with a low income, and everything zorgtoeslag needs.
pub(super) const INSURED: &str =
    "birth_date = '1990-07-01', has_partner = false, income_year = 1900000, assets = 0, health_insured = true,
                       treaty_entitled = false";
pub(super) const ZORG: &str = "/mijn/aanbod/zorgtoeslag/2026-01-01";
pub(super) const IBAN: &str = "nl91 abna 0417 1643 00";

pub(super) struct Someone {
    pub portal: TestPortal,
    pub pool: PgPool,
    pub person: PersonId,
    pub cookie: String,
}

impl Someone {
    pub async fn with(pool: &PgPool, facts: &str) -> Self {
        let portal = TestPortal::new(pool);
        let person = PersonId(Uuid::new_v4());
        let cookie = format!("{COOKIE}={}", session_for(&portal.portal, person).await.unwrap());
        sqlx::query("insert into facts (person) values ($1)").bind(person).execute(pool).await.unwrap();
        let someone = Self { portal, pool: pool.clone(), person, cookie };
        someone.now_has(facts).await;
        someone
    }

    /// Facts change, and everything is worked out again.
    pub async fn now_has(&self, facts: &str) {
        let statement = format!("update facts set {facts} where person = $1");
        sqlx::query(sqlx::AssertSqlSafe(statement)).bind(self.person).execute(&self.pool).await.unwrap();
        let usage = Usage {
            at: self.portal.portal.clock.now(),
            organisation: "voordeur".into(),
            role: Role::System,
            activity: activity::IMPORT,
            groups: Vec::new(),
        };
        let mut scope = self.portal.portal.database.as_person(self.person, usage).await.unwrap();
        let all: Vec<_> = self.portal.portal.rules.services.iter().collect();
        self.portal.portal.finder.again(&mut scope, self.person, &all).await.unwrap();
        scope.commit().await.unwrap();
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.portal.get(path, &self.cookie).await
    }

    pub async fn see(&self, path: &str) -> String {
        let page = self.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        text(&page.body)
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.portal.post(path, &self.cookie, form).await
    }

    /// Posts, and is sent on.
    pub async fn send(&self, path: &str, form: &[(&str, &str)]) -> String {
        let answer = self.post(path, form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        answer.header("location").to_owned()
    }

    pub async fn state(&self, service: &str) -> String {
        let state = sqlx::query_scalar("select state from offer where person = $1 and service = $2");
        let state: Option<String> = state.bind(self.person).bind(service).fetch_optional(&self.pool).await.unwrap();
        state.unwrap_or_default()
    }

    /// The timeline: who made it what.
    pub async fn timeline(&self, service: &str) -> Vec<(String, String)> {
        let lines =
            sqlx::query_as("select actor, state from offer_event where person = $1 and service = $2 order by sequence");
        lines.bind(self.person).bind(service).fetch_all(&self.pool).await.unwrap()
    }

    pub async fn messages(&self) -> Vec<String> {
        let kinds = sqlx::query_scalar("select kind from message where person = $1 order by at, kind");
        kinds.bind(self.person).fetch_all(&self.pool).await.unwrap()
    }
}

pub(super) fn text(html: &str) -> String {
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

pub(super) fn assert_shows(page: &str, expected: &[&str]) {
    for words in expected {
        assert!(page.contains(words), "{words:?} is not on the page:\n{page}");
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_offer_is_listed_and_explained_from_the_run_that_made_it(pool: PgPool) {
    let someone = Someone::with(&pool, INSURED).await;
    let list = someone.see("/mijn/aanbod").await;
    assert_shows(
        &list,
        &["€ 129 per maand", "U hebt er recht op", "Zorgtoeslag 2026", "Kies uiterlijk 20 februari 2027"],
    );
    // What is known later does not change what an offer says it was made from.
    sqlx::query("update facts set income_year = 2000000 where person = $1")
        .bind(someone.person)
        .execute(&pool)
        .await
        .unwrap();
    let page = someone.see(ZORG).await;
    assert_shows(
        &page,
        &[
            "U kunt zorgtoeslag krijgen",
            "over 2026 recht hebt op € 1.550",
            "U hebt een Nederlandse zorgverzekering, of recht op zorg door een verdrag (voldaan)",
            "Klopt dit niet?",
            "Wzt art. 2 lid 2 en 3",
            "€ 19.000 per jaar",
            "€ 568,55",
            "Drempelinkomen: € 29.736 per jaar",
            "Bedragen en percentages uit de wet",
            "de regel die geldt vanaf 1 januari 2026",
            "Als u niets doet",
            "17 januari 2027 U krijgt een besluit van Dienst Toeslagen",
            "Stop met aanbod over zorgtoeslag",
        ],
    );
    assert_eq!(someone.state("zorgtoeslag").await, "seen");
    assert_eq!(
        someone.timeline("zorgtoeslag").await,
        [("system".into(), "offered".into()), ("citizen".into(), "seen".into())]
    );
    let english = someone.see(&format!("/en{ZORG}")).await;
    assert_shows(&english, &["You can get healthcare benefit", "€129 a month", "How the amount was worked out"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_list_says_what_does_not_fit_and_what_cannot_be_checked(pool: PgPool) {
    let someone = Someone::with(
        &pool,
        "birth_date = '1990-07-01', has_partner = false, income_year = 9900000, health_insured = true, assets = 0",
    )
    .await;
    let list = someone.see("/mijn/aanbod").await;
    assert_shows(
        &list,
        &[
            "Er staat nu geen aanbod voor u klaar",
            "Hieraan voldoet u nu niet: Uw inkomen is niet te hoog",
            "Dit konden wij niet nagaan",
        ],
    );
    let page = someone.see("/mijn/aanbod/zorgtoeslag").await;
    assert_shows(
        &page,
        &["Zorgtoeslag: past nu niet", "Niet voldaan: Uw inkomen is niet te hoog", "€ 99.000 per jaar"],
    );
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn accepting_asks_what_is_missing_shows_everything_and_gives_a_receipt(pool: PgPool) {
    let someone = Someone::with(&pool, INSURED).await;
    let path = &format!("{ZORG}/ja");
    assert_shows(&someone.see(path).await, &["Op welke rekening wilt u het geld?"]);
    for wrong in ["", "NL92ABNA0417164300", "<script>alert(1)</script>", "\"><b>x"] {
        let page = someone.post(path, &[("gevraagd", "vraag-iban"), ("vraag-iban", wrong), ("stap", "verder")]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong:?}");
        assert!(
            page.body.contains("<title>Fout: ")
                && page.body.contains("href=\"#vraag-iban\"")
                && !page.body.contains("<script>alert")
        );
        assert!(!page.body.contains("\"><b>x"));
    }
    let summary = someone.post(path, &[("vraag-iban", IBAN), ("stap", "verder")]).await;
    assert_eq!(summary.status, StatusCode::OK);
    assert_shows(
        &text(&summary.body),
        &["Controleer uw aanvraag", "NL91 ABNA 0417 1643 00", "€ 19.000 per jaar", "€ 129"],
    );
    assert_eq!(someone.state("zorgtoeslag").await, "offered");
    // What was checked before is checked again.
    let page = someone.post(path, &[("vraag-iban", "NL00"), ("stap", "versturen")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let to = someone.send(path, &[("vraag-iban", IBAN), ("stap", "versturen")]).await;
    assert!(to.starts_with("/mijn/zaken/2026-") && to.ends_with("/bewijs"), "{to}");
    let receipt = someone.see(&to).await;
    assert_shows(
        &receipt,
        &[
            "Wij hebben uw aanvraag",
            "Uw nummer 2026-",
            "NL91 ABNA 0417 1643 00",
            "€ 19.000 per jaar",
            // Eight weeks end on a Sunday (Algemene termijnenwet art. 1).
            "18 januari 2027",
        ],
    );
    // Again, from another window: the same receipt, one application.
    assert_eq!(someone.send(path, &[("vraag-iban", IBAN), ("stap", "versturen")]).await, to);
    assert_eq!(someone.see(&to).await, receipt);
    assert_eq!(someone.messages().await, ["accepted", "offered"]);
    let count = someone.timeline("zorgtoeslag").await.iter().filter(|(_, state)| state == "accepted").count();
    assert_eq!((count, someone.state("zorgtoeslag").await.as_str()), (1, "accepted"));
    // Neither no nor later does anything now.
    someone.send(&format!("{ZORG}/nee"), &[]).await;
    someone.send(&format!("{ZORG}/later"), &[("wanneer", "week")]).await;
    assert_eq!(someone.state("zorgtoeslag").await, "accepted");
    let sealed: Vec<u8> = sqlx::query_scalar("select answers from offer where person = $1")
        .bind(someone.person)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!(!sealed.windows(4).any(|four| four == b"ABNA"));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn no_is_one_step_and_undone_in_one(pool: PgPool) {
    let someone = Someone::with(&pool, INSURED).await;
    assert_eq!(someone.send(&format!("{ZORG}/nee"), &[]).await, ZORG);
    assert_eq!(someone.send(&format!("{ZORG}/nee"), &[]).await, ZORG);
    assert_eq!(someone.state("zorgtoeslag").await, "declined");
    assert_shows(
        &someone.see(ZORG).await,
        &["U zei hier nee tegen op 22 november 2026", "Mogen wij weten waarom?", "Toch wel"],
    );
    someone.send(&format!("{ZORG}/nee"), &[("reden", "data_wrong")]).await;
    someone.send(&format!("{ZORG}/nee"), &[("reden", "'; drop table offer")]).await;
    let page = someone.get(ZORG).await.body;
    assert_shows(&text(&page), &["U gaf als reden: De gegevens kloppen niet"]);
    assert!(page.contains("href=\"/mijn/gegevens/inkomen\""));
    // Declined stays declined.
    someone.now_has("income_year = 1900100").await;
    assert_eq!(someone.state("zorgtoeslag").await, "declined");
    assert!(someone.see("/mijn/aanbod").await.contains("U zei nee op 22 november 2026"));
    assert_eq!(someone.send(&format!("{ZORG}/toch"), &[]).await, ZORG);
    someone.send(&format!("{ZORG}/toch"), &[]).await;
    assert_shows(&someone.see(ZORG).await, &["€ 19.001 per jaar", "Ja, vraag het voor mij aan"]);
    let states: Vec<String> = someone.timeline("zorgtoeslag").await.into_iter().map(|(_, state)| state).collect();
    assert_eq!(states, ["offered", "declined", "offered", "seen"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn after_all_does_nothing_when_it_no_longer_fits(pool: PgPool) {
    let someone = Someone::with(&pool, INSURED).await;
    someone.send(&format!("{ZORG}/nee"), &[]).await;
    someone.now_has("income_year = 9900000").await;
    someone.send(&format!("{ZORG}/toch"), &[]).await;
    assert_eq!(someone.state("zorgtoeslag").await, "declined");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn later_is_a_day_before_the_offer_ends(pool: PgPool) {
    let someone = Someone::with(&pool, INSURED).await;
    let path = &format!("{ZORG}/later");
    assert_shows(
        &someone.see(path).await,
        &["Over een week, op 29 november 2026", "Over een maand, op 22 december 2026"],
    );
    for form in [
        &[][..],
        &[("wanneer", "ooit")],
        &[("wanneer", "anders"), ("dag", "")],
        &[("wanneer", "anders"), ("dag", "22-11-2026")],
        &[("wanneer", "anders"), ("dag", "21-02-2027")],
        &[("wanneer", "anders"), ("dag", "<b>")],
    ] {
        assert_eq!(someone.post(path, form).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{form:?}");
    }
    someone.send(path, &[("wanneer", "anders"), ("dag", "1-12-2026")]).await;
    assert_eq!(someone.state("zorgtoeslag").await, "postponed");
    assert_shows(&someone.see(ZORG).await, &["Wij vragen het u weer op 1 december 2026", "Ja, vraag het voor mij aan"]);
    someone.send(&format!("{ZORG}/ja"), &[("vraag-iban", IBAN), ("stap", "versturen")]).await;
    assert_eq!(someone.state("zorgtoeslag").await, "accepted");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn switching_off_keeps_offers_back_until_switched_on(pool: PgPool) {
    let someone = Someone::with(&pool, INSURED).await;
    for service in ["zorgtoeslag", "*"] {
        for _ in 0..2 {
            assert_eq!(someone.send("/mijn/aanbod/uit", &[("dienst", service)]).await, "/mijn/aanbod");
            assert_eq!(someone.state("zorgtoeslag").await, "suppressed");
        }
        assert!(someone.see("/mijn/aanbod").await.contains("Aanbod hierover staat uit"));
        for _ in 0..2 {
            assert_eq!(someone.send("/mijn/aanbod/aan", &[("dienst", service)]).await, "/mijn/aanbod");
            assert_eq!(someone.state("zorgtoeslag").await, "offered");
        }
    }
    // Switched off twice over, one of them back on is not enough.
    someone.send("/mijn/aanbod/uit", &[("dienst", "zorgtoeslag")]).await;
    someone.send("/mijn/aanbod/uit", &[("dienst", "*")]).await;
    assert!(someone.see("/mijn/aanbod").await.contains("U krijgt geen aanbod van ons"));
    someone.send("/mijn/aanbod/aan", &[("dienst", "*")]).await;
    assert_eq!(someone.state("zorgtoeslag").await, "suppressed");
    assert_eq!(someone.post("/mijn/aanbod/uit", &[("dienst", "bestaat-niet")]).await.status, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_grant_is_undone_within_its_days_and_not_after(pool: PgPool) {
    let facts =
        "birth_date = '1990-07-01', children_birth_dates = '{2020-01-01,2026-11-01}', receives_child_benefit = true";
    for days in [0, 60] {
        let someone = Someone::with(&pool, facts).await;
        assert_eq!(someone.state("kinderbijslag").await, "granted");
        // The child's date of birth is not in the address.
        let list = someone.get("/mijn/aanbod").await.body;
        assert!(list.contains("href=\"/mijn/aanbod/kinderbijslag/1\"") && !list.contains("kinderbijslag/2026"));
        assert_shows(
            &someone.see("/mijn/aanbod/kinderbijslag/1").await,
            &["U krijgt kinderbijslag", "geboren op 1 november 2026", "Maak dit ongedaan"],
        );
        sqlx::query("update offer set expires_on = expires_on - $2 where person = $1")
            .bind(someone.person)
            .bind(days)
            .execute(&pool)
            .await
            .unwrap();
        for _ in 0..2 {
            someone.send("/mijn/aanbod/kinderbijslag/1/ongedaan", &[]).await;
        }
        let expected = if days == 0 { ("undone", 1) } else { ("granted", 0) };
        let told = someone.messages().await.iter().filter(|kind| *kind == "undone").count();
        assert_eq!((someone.state("kinderbijslag").await.as_str(), told), expected);
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_no_register_knows_is_filled_in_and_worked_out(pool: PgPool) {
    let someone = Someone::with(&pool, &INSURED.replace("income_year = 1900000, ", "")).await;
    let path = "/mijn/aanbod/zorgtoeslag/invullen";
    assert_shows(&someone.see("/mijn/aanbod").await, &["Eén gegeven nodig", "Misschien zorgtoeslag"]);
    assert_shows(&someone.see(path).await, &["Hoeveel verdient u dit jaar?"]);
    for wrong in ["", "veel", "-1", "99999999999999"] {
        let form = [("gevraagd", "feit-income-year"), ("feit-income-year", wrong), ("stap", "verder")];
        assert_eq!(someone.post(path, &form).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong:?}");
    }
    let page = someone.post(path, &[("feit-income-year", "99.000"), ("stap", "verder")]).await;
    assert_shows(
        &text(&page.body),
        &["past zorgtoeslag nu niet bij u", "Niet voldaan: Uw inkomen", "Door uzelf ingevuld"],
    );
    assert_eq!(someone.state("zorgtoeslag").await, "");
    // What a register knows cannot be filled in.
    let page = someone
        .post(
            path,
            &[("feit-income-year", "19.000,00"), ("feit-assets", "1"), ("feit-has-partner", "ja"), ("stap", "verder")],
        )
        .await;
    assert_shows(&text(&page.body), &["waarschijnlijk € 129 per maand", "Op welke rekening"]);
    let form = [("feit-income-year", "19.000,00"), ("vraag-iban", IBAN), ("stap", "verder")];
    assert_shows(&text(&someone.post(path, &form).await.body), &["Controleer uw aanvraag", "€ 19.000", "NL91 ABNA"]);
    let form = [("feit-income-year", "19.000,00"), ("vraag-iban", IBAN), ("stap", "versturen")];
    let to = someone.send(path, &form).await;
    assert!(to.starts_with("/mijn/zaken/2026-") && to.ends_with("/bewijs"), "{to}");
    assert_shows(&someone.see(&to).await, &["Wat u invulde", "€ 19.000", "NL91 ABNA"]);
    assert_shows(&someone.see(ZORG).await, &["Waarschijnlijk U vulde zelf iets in", "Door uzelf ingevuld"]);
    someone.send(path, &form).await;
    // That the register still knows nothing does not take it back; that it says otherwise does.
    someone.now_has("assets = 100").await;
    assert!(!someone.messages().await.contains(&"no_longer_fits".to_owned()));
    someone.now_has("income_year = 9900000").await;
    assert!(someone.messages().await.contains(&"no_longer_fits".to_owned()));
    assert_eq!(someone.messages().await.iter().filter(|kind| *kind == "accepted").count(), 1);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn something_to_arrange_has_no_application(pool: PgPool) {
    let someone = Someone::with(&pool, "birth_date = '1990-07-01', identity_card_expires_on = '2027-01-14'").await;
    assert_eq!(someone.state("identiteitskaart").await, "offered");
    let page = someone.see("/mijn/aanbod/identiteitskaart").await;
    assert_shows(&page, &["Dit heb ik geregeld", "Herinner mij later"]);
    assert_shows(&someone.see("/mijn").await, &["Verloopt op 14 januari 2027"]);
    assert_eq!(someone.send("/mijn/aanbod/identiteitskaart/1/ja", &[]).await, "/mijn/aanbod/identiteitskaart/1");
    assert_eq!(someone.state("identiteitskaart").await, "accepted");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn messages_are_read_once_they_are_shown(pool: PgPool) {
    let someone = Someone::with(&pool, INSURED).await;
    let badge = "1 ongelezen";
    assert!(someone.get("/mijn/aanbod").await.body.contains(badge));
    let page = someone.get("/mijn/berichten").await.body;
    assert!(!page.contains(badge));
    assert_shows(&text(&page), &["Ongelezen: U kunt zorgtoeslag 2026 krijgen", "Dienst Toeslagen", "22 november 2026"]);
    let again = someone.see("/mijn/berichten").await;
    assert!(again.contains("gelezen") && !again.contains("Ongelezen"));
    assert_shows(&someone.see("/en/mijn/berichten").await, &["You can get healthcare benefit 2026"]);
    for odd in ["?blad=0", "?blad=-5", "?blad=9223372036854775807"] {
        assert_eq!(someone.get(&format!("/mijn/berichten{odd}")).await.status, StatusCode::OK, "{odd}");
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_offer_that_is_over_cannot_be_accepted(pool: PgPool) {
    let someone = Someone::with(&pool, INSURED).await;
    sqlx::query("update offer set expires_on = '2026-11-21'").execute(&pool).await.unwrap();
    assert_shows(&someone.see(ZORG).await, &["Dit aanbod is verlopen op 21 november 2026"]);
    for end in ["ja", "later"] {
        someone
            .send(&format!("{ZORG}/{end}"), &[("vraag-iban", IBAN), ("stap", "versturen"), ("wanneer", "week")])
            .await;
    }
    assert_eq!(someone.state("zorgtoeslag").await, "seen");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn nobody_sees_or_changes_another_persons_offer(pool: PgPool) {
    let owner = Someone::with(&pool, INSURED).await;
    let other = Someone::with(&pool, "birth_date = '2016-07-01'").await;
    for end in ["", "/ja", "/later"] {
        assert_eq!(other.get(&format!("{ZORG}{end}")).await.status, StatusCode::NOT_FOUND, "{end}");
    }
    for end in ["/ja", "/later", "/nee", "/toch", "/ongedaan"] {
        let answer = other
            .post(&format!("{ZORG}{end}"), &[("vraag-iban", IBAN), ("stap", "versturen"), ("wanneer", "week")])
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{end}");
    }
    other.send("/mijn/aanbod/uit", &[("dienst", "*")]).await;
    assert_eq!(owner.state("zorgtoeslag").await, "offered");
    assert!(other.see("/mijn/berichten").await.contains("nog geen berichten"));
    for path in [
        "/mijn/aanbod/bestaat-niet",
        "/mijn/aanbod/zorgtoeslag/2025-01-01",
        "/mijn/aanbod/zorgtoeslag/x",
        "/mijn/aanbod/zorgtoeslag/1",
    ] {
        assert_eq!(owner.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn only_a_citizen_has_offers(pool: PgPool) {
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
    let staff = Party::Staff {
        organisation: "gemeente-0599".into(),
        role: "clerk".into(),
        name: "Jan".into(),
        subject: "jan".into(),
    };
    let staff = open(Door::Staff, staff).await;
    let form = [("dienst", "*"), ("stap", "versturen")];
    let pages = [
        "",
        "/zorgtoeslag",
        "/zorgtoeslag/invullen",
        "/zorgtoeslag/2026-01-01",
        "/zorgtoeslag/2026-01-01/ja",
        "/zorgtoeslag/2026-01-01/later",
    ];
    for path in pages.map(|end| format!("/mijn/aanbod{end}")).into_iter().chain(["/mijn/berichten".to_owned()]) {
        assert_eq!(portal.get(&path, "").await.status, StatusCode::SEE_OTHER, "{path}");
        assert_eq!(portal.get(&path, &business).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(portal.get(&path, &staff).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let actions = [
        "/uit",
        "/aan",
        "/zorgtoeslag/invullen",
        "/zorgtoeslag/2026-01-01/ja",
        "/zorgtoeslag/2026-01-01/nee",
        "/zorgtoeslag/2026-01-01/later",
        "/zorgtoeslag/2026-01-01/toch",
        "/zorgtoeslag/2026-01-01/ongedaan",
    ];
    for path in actions.map(|end| format!("/mijn/aanbod{end}")) {
        let anonymous = portal.post(&path, "", &form).await;
        assert!(
            anonymous.status == StatusCode::SEE_OTHER && anonymous.header("location").starts_with("/inloggen"),
            "{path}"
        );
        assert_eq!(portal.post(&path, &business, &form).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(portal.post(&path, &staff, &form).await.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_overview_asks_for_what_is_missing_and_not_for_what_is_switched_off(pool: PgPool) {
    let someone = Someone::with(&pool, &INSURED.replace("income_year = 1900000", "income_year = null")).await;
    assert_shows(&someone.see("/mijn").await, &["Misschien zorgtoeslag"]);
    someone.send("/mijn/aanbod/uit", &[("dienst", "zorgtoeslag")]).await;
    assert!(!someone.see("/mijn").await.contains("Misschien zorgtoeslag"));
    someone.send("/mijn/aanbod/aan", &[("dienst", "zorgtoeslag")]).await;
    someone.now_has("income_year = 1900000").await;
    let page = someone.see("/mijn").await;
    assert!(page.contains("Zorgtoeslag") && !page.contains("Misschien zorgtoeslag"), "{page}");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn who_has_no_facts_is_told_that_nothing_can_be_checked(pool: PgPool) {
    let someone = Someone::with(&pool, INSURED).await;
    sqlx::query("delete from offer").execute(&pool).await.unwrap();
    sqlx::query("delete from facts").execute(&pool).await.unwrap();
    let page = someone.see("/mijn/aanbod").await;
    assert_shows(&page, &["Wij kunnen nu niets voor u nagaan"]);
    assert!(!page.contains("past nu niet") && !page.contains("Misschien"));
    for service in &someone.portal.portal.rules.services {
        assert_eq!(
            someone.get(&format!("/mijn/aanbod/{}", service.id())).await.status,
            StatusCode::OK,
            "{}",
            service.id()
        );
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn every_look_and_choice_is_logged_with_its_law(pool: PgPool) {
    let someone = Someone::with(&pool, INSURED).await;
    someone.get(ZORG).await;
    someone.send(&format!("{ZORG}/nee"), &[]).await;
    someone.get("/mijn/berichten").await;
    let logged: Vec<(String, String, Vec<String>)> =
        sqlx::query_as("select activity, legal_basis, groups from usage_entry where person = $1 order by sequence")
            .bind(someone.person)
            .fetch_all(&pool)
            .await
            .unwrap();
    let activities: Vec<&str> = logged.iter().map(|(activity, ..)| activity.as_str()).collect();
    assert_eq!(activities, ["view_offers", "choose", "view_messages"]);
    assert_eq!(logged[0].1, "Wzt art. 2; Awir art. 15");
    assert!(logged[0].2.contains(&"inkomen".to_owned()) && logged[0].2.contains(&"offers".to_owned()), "{logged:?}");
    assert_shows(
        &someone.see("/mijn/inzage").await,
        &["Uw aanbod bekeken", "Gekozen over uw aanbod", "Uw berichten gelezen"],
    );
}

/// Every service explains itself for anybody, with every fact at a bound or unknown.
#[sqlx::test(migrator = "MIGRATOR")]
async fn every_example_of_the_catalogue_can_be_shown(pool: PgPool) {
    let someone = Someone::with(&pool, INSURED).await;
    let rules = someone.portal.portal.rules.clone();
    for service in &rules.services {
        let version = service.on(someone.portal.portal.clock.today());
        for example in version.into_iter().flat_map(|version| &version.rule.examples).take(3) {
            sqlx::query("delete from facts where person = $1").bind(someone.person).execute(&pool).await.unwrap();
            let mut row: serde_json::Map<String, Value> = example
                .facts
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), serde_json::to_value(value).ok()?)))
                .collect();
            row.retain(|_, value| {
                !value.is_object() && !value.as_array().is_some_and(|list| list.iter().any(Value::is_object))
            });
            row.insert("person".into(), Value::String(someone.person.0.to_string()));
            sqlx::query("insert into facts select * from jsonb_populate_record(null::facts, $1)")
                .bind(sqlx::types::Json(Value::Object(row)))
                .execute(&pool)
                .await
                .unwrap();
            someone.now_has("birth_date = birth_date").await;
            for language in ["", "/en"] {
                let page = someone.see(&format!("{language}/mijn/aanbod/{}", service.id())).await;
                assert!(!page.contains("null"), "{page}");
            }
        }
    }
}
