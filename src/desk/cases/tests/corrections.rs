//! The holder's side of corrections, from the desk to the register and what follows from it.

use std::time::{Duration, Instant};

use http::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::{as_citizen, clerk, main_of, now, send};
use crate::{
    cases::{self, By, Case, Stage},
    corrections::{self, Correction, Explanation, Request, State, Submitted, Values},
    database::PersonId,
    events::Workers,
    identity::{COOKIE, session_for},
    keys::{Index, Keyring},
    registered_data::{ApplyContext, Change, Importer, Record, Which, holdings},
    testing::{Answer, TestPortal, config},
    usage::{Role, Usage, activity},
};

const BSN: &str = "999993653";
const TAX: &str = "belastingdienst";

/// Somebody whose income of 2026 is registered a hundred times too high, and who would get zorgtoeslag with the right one.
struct World {
    pool: PgPool,
    portal: TestPortal,
    person: PersonId,
}

fn list() -> Vec<u8> {
    let columns = [
        ("01.01.10", "9900110001"),
        ("01.01.20", BSN),
        ("01.02.40", "Voorbeeld"),
        ("01.03.10", "19870101"),
        ("04.05.10", "0001"),
        ("07.70.10", "0"),
        ("08.09.10", "0599"),
        ("08.10.10", "W"),
        ("08.11.10", "Voorbeeldstraat"),
        ("08.11.20", "7"),
        ("08.11.60", "3011AA"),
    ];
    let heads = columns.map(|(id, _)| id).join(";");
    let values = columns.map(|(_, value)| value).join(";");
    format!("\u{feff};{heads}\nList;{values}\n").into_bytes()
}

impl World {
    async fn new(pool: &PgPool) -> Self {
        let mut config = config();
        config.documents.folder = std::env::temp_dir().join("voordeur-test").join(Uuid::new_v4().to_string());
        config.events.as_mut().unwrap().workers = 1;
        let portal = TestPortal::with(pool, config);
        let Ok(keys) = Keyring::new(&portal.portal.config.keys.current, &portal.portal.config.keys.list) else {
            panic!("a key")
        };
        let importer = Importer {
            finder: portal.portal.finder.clone(),
            database: portal.portal.database.clone(),
            keys: keys.into(),
            clock: portal.portal.clock.clone(),
            catalogue: portal.portal.catalogue.clone(),
            facts: portal.portal.facts.clone(),
        };
        importer.import(std::io::Cursor::new(list()), |_| (), |_| ()).await.unwrap();
        let person = sqlx::query_scalar("select person from person").fetch_one(pool).await.unwrap();
        let world = Self { pool: pool.clone(), portal, person };
        world.says("zorgverzekering", "insurance", json!([{ "values": { "insured": "1" } }])).await;
        world.says("vermogen", "assets", json!([{ "values": { "year": "2026", "amount": "0" } }])).await;
        world
            .says(
                "inkomen",
                "income",
                json!([
                    { "valid_from": "20260101", "values": { "year": "2026", "amount": "215000000" } },
                    { "valid_from": "20250101", "values": { "year": "2025", "amount": "2100000" } },
                ]),
            )
            .await;
        world
    }

    /// A register says what there is.
    async fn says(&self, register: &str, kind: &str, records: Value) {
        let portal = &self.portal.portal;
        let data = json!({ "bsn": BSN, "register": register, "kind": kind, "records": records });
        let change = Change::parse(&portal.catalogue, portal.clock.today(), &data).unwrap();
        let at = portal.clock.now();
        let usage =
            Usage { at, organisation: TAX.into(), role: Role::System, activity: activity::IMPORT, groups: vec![] };
        let indexes = portal.keys.indexes(Index::Bsn, BSN);
        let mut scope = portal.database.as_register(PersonId(Uuid::nil()), &indexes, usage).await.unwrap();
        let context = ApplyContext {
            catalogue: &portal.catalogue,
            keys: &portal.keys,
            facts: &portal.facts,
            at,
            organisation: TAX,
        };
        let applied = change.apply(&mut scope, &context, at).await.unwrap();
        portal.finder.after(&mut scope, &applied.facts).await.unwrap();
        scope.commit().await.unwrap();
    }

    /// Asks to correct a value.
    async fn asks(&self, register: &str, value: &str, proposed: &[(&str, &str)]) -> Case {
        let portal = &self.portal.portal;
        let mut scope = as_citizen(&self.portal, self.person).await;
        let held = holdings(scope.sql(), self.person, &[register], Which::Everything).await.unwrap().pop().unwrap();
        let register = portal.catalogue.register(register).unwrap();
        let value = register.value(value).unwrap();
        let record: Option<&Record> = held.current(&value.kind).find(|record| record.object == 0);
        let request = Request {
            register,
            kind: register.kind(&value.kind).unwrap(),
            value,
            object: 0,
            record,
            holder: &record.unwrap().holder,
            proposed: values(proposed),
            explanation: Explanation { text: "Er staan twee nullen te veel.".into(), documents: vec![] },
        };
        let by = By::citizen(portal.clock.now());
        let made = corrections::submit(portal, &mut scope, self.person, request, by).await.unwrap();
        let Submitted::Case(case) = made else { panic!("{made:?}") };
        scope.commit().await.unwrap();
        *case
    }

    async fn asks_income(&self) -> Case {
        self.asks("inkomen", "jaarinkomen", &[("amount", "2150000")]).await
    }

    async fn correction(&self, case: &Case) -> Correction {
        let mut scope = as_citizen(&self.portal, self.person).await;
        corrections::of_case(scope.sql(), case.id).await.unwrap().unwrap()
    }

    async fn state(&self, case: &Case) -> State {
        self.correction(case).await.state
    }

    async fn clerk(&self, organisation: &str, name: &str) -> String {
        clerk(&self.portal, organisation, name).await
    }

    async fn sends(&self, cookie: &str, case: &Case, act: &str, form: &[(&str, &str)]) -> Answer {
        send(&self.portal, cookie, case, act, form).await
    }

    /// As [`Self::sends`], and it is done.
    async fn does(&self, cookie: &str, case: &Case, act: &str, form: &[(&str, &str)]) {
        let answer = self.sends(cookie, case, act, form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{act}: {}", main_of(&answer.body));
    }

    async fn desk(&self, cookie: &str, case: &Case) -> String {
        let page = self.portal.get(&format!("/balie/zaken/{}", case.reference), cookie).await;
        assert_eq!(page.status, StatusCode::OK, "{}", main_of(&page.body));
        page.body
    }

    /// Lets what waits have its effect.
    async fn work(&self) {
        let workers = Workers::start(&self.portal.portal);
        let started = Instant::now();
        while self.count("select count(*) from event where state = 'waiting'").await > 0 {
            assert!(started.elapsed() < Duration::from_secs(20), "it waits");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        workers.stop().await;
        let aside: Option<String> = sqlx::query_scalar("select reason from event where state = 'aside'")
            .fetch_optional(&self.pool)
            .await
            .unwrap();
        assert_eq!(aside, None);
    }

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.unwrap()
    }

    /// The incomes that are registered: year, amount, version and what it rests on.
    async fn incomes(&self) -> Vec<(String, String, i16, Option<String>)> {
        sqlx::query_as(
            "select values ->> 'year', values ->> 'amount', version, document from registered_record
              where register = 'inkomen' order by 1 desc, version",
        )
        .fetch_all(&self.pool)
        .await
        .unwrap()
    }

    async fn zorgtoeslag(&self) -> Vec<String> {
        sqlx::query_scalar("select state from offer where service = 'zorgtoeslag'").fetch_all(&self.pool).await.unwrap()
    }

    /// The messages about corrections.
    async fn told(&self) -> Vec<String> {
        sqlx::query_scalar("select kind from message where topic = 'corrections' order by at, kind")
            .fetch_all(&self.pool)
            .await
            .unwrap()
    }

    async fn citizen_sees(&self, path: &str) -> String {
        let cookie = format!("{COOKIE}={}", session_for(&self.portal.portal, self.person).await.unwrap());
        main_of(&self.portal.get(path, &cookie).await.body)
    }
}

fn values(of: &[(&str, &str)]) -> Values {
    of.iter().map(|(id, value)| ((*id).to_owned(), (*value).to_owned())).collect()
}

const HONOUR: [(&str, &str); 4] = [
    ("sjabloon", "honoreren"),
    ("redenen", "U hebt gelijk: uw aangifte zegt € 21.500."),
    ("bekend", "22-11-2026"),
    ("stap", "vaststellen"),
];

fn with<'a>(changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let others = HONOUR.into_iter().filter(|(name, _)| changed.iter().all(|(own, _)| own != name));
    others.chain(changed.iter().copied()).collect()
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_is_honoured_is_registered_with_its_source_and_the_offer_that_follows_is_right(pool: PgPool) {
    let world = World::new(&pool).await;
    assert_eq!(world.zorgtoeslag().await, [] as [&str; 0], "with the wrong income");
    let case = world.asks_income().await;
    let fatma = world.clerk(TAX, "Fatma").await;
    let page = world.desk(&fatma, &case).await;
    let words = main_of(&page);
    for expected in
        ["Stond geregistreerd", "€ 2.150.000", "Gevraagd", "€ 21.500", "Er staan twee nullen te veel.", "Zorgtoeslag"]
    {
        assert!(words.contains(expected), "{expected}: {words}");
    }
    assert!(!page.contains("/correctie\"") && !page.contains("/vragen\""), "it is received first");
    world.does(&fatma, &case, "ontvangen", &[]).await;
    assert_eq!(world.state(&case).await, State::Received);
    world.does(&fatma, &case, "onderzoeken", &[]).await;
    assert_eq!(world.state(&case).await, State::UnderInvestigation);
    let data = world.citizen_sees("/mijn/gegevens/inkomen").await;
    assert!(data.contains("In onderzoek"), "{data}");
    let choose = world.portal.get(&format!("/balie/zaken/{}/correctie", case.reference), &fatma).await.body;
    assert!(choose.contains("sjabloon=honoreren") && choose.contains("sjabloon=niet-aangetoond"));
    let form = format!("/balie/zaken/{}/correctie?sjabloon=honoreren", case.reference);
    let form = world.portal.get(&form, &fatma).await.body;
    assert!(form.contains("[wat is nagekeken]") && !form.contains("name=\"amount\""), "{}", main_of(&form));
    let preview = world.sends(&fatma, &case, "correctie", &with(&[("stap", "bekijken")])).await;
    assert!(preview.status == StatusCode::OK && main_of(&preview.body).contains("Gehonoreerd"));
    assert_eq!(world.state(&case).await, State::UnderInvestigation, "looking at it is not deciding");
    // A double click is one decision.
    let version = now(&world.portal, &case).await.version.to_string();
    let form = with(&[("versie", &version)]);
    let path = format!("/balie/zaken/{}/correctie", case.reference);
    let (one, other) = tokio::join!(world.portal.post(&path, &fatma, &form), world.portal.post(&path, &fatma, &form));
    let mut statuses = [one.status, other.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::CONFLICT]);
    assert_eq!((world.state(&case).await, world.incomes().await.len()), (State::Honoured, 2), "it waits its turn");
    world.work().await;
    let source = Some(format!("correctieverzoek {}", case.reference));
    let of = |year: &str, amount: &str, version, source: &Option<String>| {
        (year.to_owned(), amount.to_owned(), version, source.clone())
    };
    let expected =
        [of("2026", "2150000", 0, &source), of("2026", "215000000", 1, &None), of("2025", "2100000", 0, &None)];
    assert_eq!(world.incomes().await, expected, "the other year is as it was");
    assert_eq!(world.zorgtoeslag().await, ["offered"]);
    let holder: String = sqlx::query_scalar(
        "select holder from registered_record where register = 'inkomen' and version = 0 and values ->> 'year' = '2026'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(holder, TAX);
    assert_eq!(now(&world.portal, &case).await.stage, Stage::Done);
    assert_eq!(world.told().await, ["case_status", "case_status", "correction_honoured"], "one says what changed");
    let page = world.citizen_sees(&case.path()).await;
    assert!(page.contains("€ 2.150.000") && page.contains("€ 21.500"), "{page}");
    let data = world.citizen_sees("/mijn/gegevens/inkomen").await;
    assert!(data.contains("€ 21.500") && data.contains(&case.reference) && !data.contains("In onderzoek"), "{data}");
    // Nothing more happens when everybody looks again.
    world.work().await;
    assert_eq!(world.incomes().await.len(), 3);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_is_not_committed_waits_for_nobody_and_what_the_register_says_since_stands(pool: PgPool) {
    let world = World::new(&pool).await;
    let case = world.asks_income().await;
    let fatma = world.clerk(TAX, "Fatma").await;
    world.does(&fatma, &case, "ontvangen", &[]).await;
    let mut scope = as_citizen(&world.portal, world.person).await;
    let held = cases::store::hold(scope.sql(), case.id).await.unwrap().unwrap();
    let decision = Box::new(cases::Decision {
        outcome: cases::Outcome::Granted,
        reasons: "Ja.".into(),
        grounds: cases::Grounds::default(),
        decided_on: world.portal.portal.clock.today(),
        announced_on: world.portal.portal.clock.today(),
        objection_until: None,
        documents: vec![],
    });
    let by = By::organisation(world.portal.portal.clock.now());
    let act = corrections::Act::Decide { decision, values: None };
    corrections::change(&world.portal.portal, &mut scope, held, act, by).await.unwrap();
    drop(scope);
    assert_eq!(world.count("select count(*) from event").await, 0, "a crash leaves none of it");
    assert_eq!(world.state(&case).await, State::Received);
    world.does(&fatma, &case, "correctie", &HONOUR).await;
    // Before a worker comes to it the register's own system says something else again.
    let other = json!([{ "valid_from": "20260101", "values": { "year": "2026", "amount": "9900000" } }]);
    world.says("inkomen", "income", other).await;
    world.work().await;
    let amounts: Vec<String> = world.incomes().await.into_iter().filter(|row| row.2 == 0).map(|row| row.1).collect();
    assert_eq!(amounts, ["9900000"]);
    assert_eq!(now(&world.portal, &case).await.stage, Stage::Decided, "somebody has to look");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn in_part_is_another_value_than_stood_and_than_was_asked(pool: PgPool) {
    let world = World::new(&pool).await;
    let case = world.asks_income().await;
    let fatma = world.clerk(TAX, "Fatma").await;
    world.does(&fatma, &case, "ontvangen", &[]).await;
    let form = format!("/balie/zaken/{}/correctie?sjabloon=deels", case.reference);
    let form = world.portal.get(&form, &fatma).await.body;
    assert!(form.contains("name=\"amount\"") && form.contains("value=\"21500\""), "filled in with what was asked");
    for (amount, words) in [
        ("21500", "Dit is wat de inwoner vroeg"),
        ("2150000", "Dit staat er al"),
        ("veel", "Jaarinkomen"),
        ("", "Jaarinkomen"),
    ] {
        let form = with(&[("sjabloon", "deels"), ("amount", amount)]);
        let wrong = world.sends(&fatma, &case, "correctie", &form).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{amount}");
        assert!(wrong.body.contains("href=\"#amount\"") && main_of(&wrong.body).contains(words), "{amount}");
        assert!(wrong.body.contains("uw aangifte zegt"), "what was typed is kept");
    }
    world.does(&fatma, &case, "correctie", &with(&[("sjabloon", "deels"), ("amount", "24.000,50")])).await;
    world.work().await;
    let correction = world.correction(&case).await;
    assert_eq!((correction.state, correction.decided), (State::PartlyHonoured, Some(values(&[("amount", "2400050")]))));
    assert_eq!(world.incomes().await[0].1, "2400050");
    assert_eq!(world.told().await, ["case_status", "correction_partly"]);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn refusing_takes_reasons_and_leaves_the_register_as_it_is(pool: PgPool) {
    let world = World::new(&pool).await;
    let case = world.asks_income().await;
    let fatma = world.clerk(TAX, "Fatma").await;
    world.does(&fatma, &case, "ontvangen", &[]).await;
    for (changed, field) in [
        (("redenen", " "), "#redenen"),
        (("redenen", "Omdat [reden]."), "#redenen"),
        (("bekend", "21-11-2026"), "#bekend"),
        (("sjabloon", "weg"), "#sjabloon"),
    ] {
        let mut form = with(&[("sjabloon", "klopt")]);
        form.retain(|(name, _)| *name != changed.0);
        form.push(changed);
        let wrong = world.sends(&fatma, &case, "correctie", &form).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{changed:?}");
        assert!(field == "#sjabloon" || wrong.body.contains(&format!("href=\"{field}\"")), "{changed:?}");
    }
    let letter = ("redenen", "Uw aangifte zegt dit ook.");
    world.does(&fatma, &case, "correctie", &with(&[("sjabloon", "klopt"), letter])).await;
    assert_eq!(world.state(&case).await, State::Refused);
    assert_eq!(world.count("select count(*) from event").await, 0);
    assert_eq!(world.incomes().await.len(), 2);
    let page = world.citizen_sees(&case.path()).await;
    // Six weeks from the day after Sunday 22 November 2026 end on Sunday 3 January 2027, so on Monday the 4th (Awb 6:7, 6:8; Atw 1).
    assert!(page.contains("4 januari 2027"), "{page}");
    assert_eq!(world.told().await, ["case_status", "correction_refused"]);
    let again = world.sends(&fatma, &case, "correctie", &HONOUR).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "what is decided is decided");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn nothing_is_asked_or_decided_before_it_is_received_whatever_is_posted(pool: PgPool) {
    let world = World::new(&pool).await;
    let case = world.asks_income().await;
    let fatma = world.clerk(TAX, "Fatma").await;
    let ask = [("nl", "Hebt u een aanslag?"), ("voor", "14-12-2026"), ("klok", "stil")];
    for (act, form) in [("correctie", &HONOUR[..]), ("vragen", &ask), ("onderzoeken", &[])] {
        let refused = world.sends(&fatma, &case, act, form).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{act}");
    }
    let plain = world.sends(&fatma, &case, "besluit", &[("uitkomst", "granted"), ("redenen", "Ja.")]).await;
    assert_eq!(plain.status, StatusCode::BAD_REQUEST, "a correction is decided with its value");
    assert_eq!(world.state(&case).await, State::Submitted);
    // Taking it is receiving it.
    world.does(&fatma, &case, "nemen", &[]).await;
    assert_eq!(world.state(&case).await, State::Received);
    world.does(&fatma, &case, "vragen", &ask).await;
    assert_eq!(world.state(&case).await, State::InformationNeeded);
    world.does(&fatma, &case, "onderzoeken", &[]).await;
    assert_eq!(world.state(&case).await, State::UnderInvestigation);
    assert!(!now(&world.portal, &case).await.is_paused(), "going on without an answer lets the clock run");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn it_is_referred_to_another_and_only_who_holds_the_value_can_honour_it(pool: PgPool) {
    let world = World::new(&pool).await;
    let case = world.asks_income().await;
    let (fatma, dana) = (world.clerk(TAX, "Fatma").await, world.clerk("duo", "Dana").await);
    world.does(&fatma, &case, "doorsturen", &[("naar", "duo"), ("nl", "Dit is voor DUO.")]).await;
    assert_eq!(world.state(&case).await, State::Referred);
    for act in ["ontvangen", "onderzoeken", "correctie"] {
        assert_eq!(world.sends(&fatma, &case, act, &HONOUR).await.status, StatusCode::NOT_FOUND, "{act}");
    }
    let body: Vec<u8> = sqlx::query_scalar(
        "select body from outgoing_event where organisation = 'duo' and type = 'nl.voordeur.case.passed-on.v1'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    let told: Value =
        serde_json::from_slice(&world.portal.portal.keys.open(crate::keys::Use::Event, &body).unwrap()).unwrap();
    let report = &told["correction"];
    assert_eq!(report["attributes"][0]["voorgesteldeWaarde"], "2150000");
    assert_eq!(report["attributes"][0]["betwijfeldeWaarde"], "215000000");
    assert_eq!(told["application"]["text"], "Er staan twee nullen te veel.");
    let page = main_of(&world.desk(&dana, &case).await);
    assert!(page.contains("Uw organisatie houdt dit gegeven niet bij"), "{page}");
    world.does(&dana, &case, "ontvangen", &[]).await;
    let choose = world.portal.get(&format!("/balie/zaken/{}/correctie", case.reference), &dana).await.body;
    assert!(!choose.contains("sjabloon=honoreren") && choose.contains("sjabloon=klopt"), "{}", main_of(&choose));
    let refused = world.sends(&dana, &case, "correctie", &HONOUR).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    world.does(&dana, &case, "doorsturen", &[("naar", TAX), ("nl", "Dit is toch voor u.")]).await;
    world.does(&fatma, &case, "ontvangen", &[]).await;
    world.does(&fatma, &case, "correctie", &HONOUR).await;
    world.work().await;
    assert_eq!(world.zorgtoeslag().await, ["offered"]);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_a_register_marks_takes_four_eyes_and_comes_with_the_next_list(pool: PgPool) {
    let world = World::new(&pool).await;
    let case = world.asks("brp", "nationaliteit", &[("nationality", "0057")]).await;
    let town = "gemeente-0599";
    let (fatma, bo) = (world.clerk(town, "Fatma").await, world.clerk(town, "Bo").await);
    world.does(&fatma, &case, "ontvangen", &[]).await;
    let form = format!("/balie/zaken/{}/correctie?sjabloon=honoreren", case.reference);
    let form = main_of(&world.portal.get(&form, &fatma).await.body);
    assert!(form.contains("kijkt een tweede medewerker") && form.contains("De nieuwe lijst"), "{form}");
    world.does(&fatma, &case, "correctie", &HONOUR).await;
    assert_eq!(world.state(&case).await, State::Received, "a proposal is no decision");
    assert!(main_of(&world.desk(&bo, &case).await).contains("Franse"), "the second one sees the value");
    assert_eq!(world.sends(&fatma, &case, "akkoord", &[]).await.status, StatusCode::CONFLICT);
    assert_eq!(world.sends(&bo, &case, "correctie", &HONOUR).await.status, StatusCode::CONFLICT, "one at a time");
    world.does(&bo, &case, "terugsturen", &[("terug", "Zie de akte.")]).await;
    assert_eq!(world.correction(&case).await.decided, None, "what is sent back nobody decided");
    world.does(&fatma, &case, "correctie", &HONOUR).await;
    world.does(&bo, &case, "akkoord", &[]).await;
    let correction = world.correction(&case).await;
    assert_eq!((correction.state, correction.decided), (State::Honoured, Some(values(&[("nationality", "0057")]))));
    assert_eq!(world.count("select count(*) from event").await, 0, "the municipality's own list brings it");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_correction_exists_for_its_holder_alone_and_each_look_names_what_was_read(pool: PgPool) {
    let world = World::new(&pool).await;
    let case = world.asks_income().await;
    let (fatma, other) = (world.clerk(TAX, "Fatma").await, world.clerk("duo", "Dana").await);
    for page in ["", "/correctie", "/correctie?sjabloon=honoreren"] {
        let path = format!("/balie/zaken/{}{page}", case.reference);
        assert_eq!(world.portal.get(&path, &other).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let short = format!("/balie/correcties/{}", case.reference);
    assert_eq!(world.portal.get(&short, &other).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.portal.get(&short, "").await.status, StatusCode::SEE_OTHER);
    assert!(world.portal.get(&short, "").await.header("location").starts_with("/inloggen"));
    let lead = world.portal.get(&short, &fatma).await;
    assert_eq!(lead.header("location"), format!("/balie/zaken/{}", case.reference));
    for act in ["ontvangen", "onderzoeken", "correctie", "doorsturen"] {
        assert_eq!(world.sends(&other, &case, act, &HONOUR).await.status, StatusCode::NOT_FOUND, "{act}");
    }
    world.desk(&fatma, &case).await;
    let groups: Vec<String> = sqlx::query_scalar(
        "select groups from usage_entry where person = $1 and role = 'staff' order by sequence desc limit 1",
    )
    .bind(world.person)
    .fetch_one(&pool)
    .await
    .unwrap();
    assert!(groups.contains(&"inkomen/income".to_owned()), "{groups:?}");
    assert_eq!(world.state(&case).await, State::Submitted);
}
