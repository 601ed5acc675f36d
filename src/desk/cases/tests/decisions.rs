use http::StatusCode;
use jiff::{SignedDuration, civil::date};
use sqlx::PgPool;

use super::{TOWN, applied, as_citizen, citizen_does, clerk, main_of, now, path, person, send};
use crate::{
    cases::{self, Act, Case, Decision, Outcome, Stage},
    testing::TestPortal,
};

const REASONS: &str = "U krijgt de stadspas voor 2026.\n\nUw inkomen is laag genoeg.";
const GRANT: [(&str, &str); 5] = [
    ("sjabloon", "toekennen"),
    ("uitkomst", "granted"),
    ("redenen", REASONS),
    ("bekend", "22-11-2026"),
    ("stap", "vaststellen"),
];

/// The form of a grant with some fields otherwise.
fn grant<'a>(changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let others = GRANT.into_iter().filter(|(name, _)| changed.iter().all(|(own, _)| own != name));
    others.chain(changed.iter().copied()).collect()
}

async fn decided(portal: &TestPortal, case: &Case) -> Option<Decision> {
    let mut scope = as_citizen(portal, case.person).await;
    cases::store::decision(scope.sql(), case.id).await.unwrap()
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_decision_from_a_template_is_read_through_and_then_final(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let case = applied(&portal, person(&pool, &portal).await, "stadspas", TOWN).await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    let choose = portal.get(&path(&case, "besluit"), &fatma).await.body;
    for template in &portal.portal.rules.service("stadspas").unwrap().service.handling.templates {
        assert!(choose.contains(&format!("besluit?sjabloon={}", template.id)), "{}", template.id);
    }
    let form = portal.get(&format!("{}?sjabloon=toekennen", path(&case, "besluit")), &fatma).await.body;
    assert!(form.contains("[jaar]") && form.contains("[bedrag]") && form.contains("value=\"22-11-2026\""));
    let preview = send(&portal, &fatma, &case, "besluit", &grant(&[("stap", "bekijken")])).await;
    assert_eq!(preview.status, StatusCode::OK);
    let words = main_of(&preview.body);
    // Six weeks from the day after Sunday 22 November 2026 end on Sunday 3 January 2027, so on Monday the 4th (Awb 6:7, 6:8; Atw 1).
    for expected in ["Stadspas : Toegekend", "Uw inkomen is laag genoeg.", "Gemeentewet art. 108", "4 januari 2027"] {
        assert!(words.contains(expected), "{expected}: {words}");
    }
    assert!(decided(&portal, &case).await.is_none(), "looking at it is not deciding");
    let back = send(&portal, &fatma, &case, "besluit", &grant(&[("stap", "wijzigen")])).await;
    assert!(back.status == StatusCode::OK && back.body.contains("Uw inkomen is laag genoeg."));
    let done = send(&portal, &fatma, &case, "besluit", &GRANT).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", main_of(&done.body));
    let decision = decided(&portal, &case).await.expect("a decision");
    assert_eq!((decision.outcome, decision.reasons.as_str()), (Outcome::Granted, REASONS));
    assert_eq!((decision.announced_on, decision.objection_until), (date(2026, 11, 22), Some(date(2027, 1, 4))));
    assert_eq!(now(&portal, &case).await.stage, Stage::Decided);
    assert_eq!(send(&portal, &fatma, &case, "afronden", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(now(&portal, &case).await.stage, Stage::Done);
    assert!(main_of(&portal.get("/balie/zaken", &fatma).await.body).contains("Geen open zaken"));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_place_that_is_not_filled_in_is_named_and_reasons_are_never_empty(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let case = applied(&portal, person(&pool, &portal).await, "stadspas", TOWN).await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    let left = "U krijgt de stadspas voor [jaar]. Uw inkomen is 900 euro; de pas komt binnen [aantal] weken.";
    for (reasons, expected) in [
        (left, "Vul nog in: [jaar], [aantal]"),
        ("  \r\n ", "Schrijf de reden van het besluit"),
        ("[iets anders]", "Vul nog in: [iets anders]"),
    ] {
        for step in ["bekijken", "vaststellen"] {
            let answer = send(&portal, &fatma, &case, "besluit", &grant(&[("redenen", reasons), ("stap", step)])).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{reasons}");
            assert!(
                main_of(&answer.body).contains(expected) && answer.body.contains("href=\"#redenen\""),
                "{expected}"
            );
            assert!(answer.body.contains(reasons.trim()), "what was typed is kept");
        }
    }
    assert!(decided(&portal, &case).await.is_none());
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn an_outcome_fits_its_template_and_no_day_to_object_is_taken_away(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let case = applied(&portal, person(&pool, &portal).await, "stadspas", TOWN).await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    for (changed, field) in [
        (("uitkomst", "refused"), "#uitkomst"),
        (("uitkomst", "perhaps"), "#uitkomst"),
        (("sjabloon", "bestaat-niet"), "#uitkomst"),
        (("bekend", "21-11-2026"), "#bekend"),
        (("bekend", "7-12-2026"), "#bekend"),
        (("bekend", "morgen"), "#bekend"),
    ] {
        let answer = send(&portal, &fatma, &case, "besluit", &grant(&[changed])).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{changed:?}");
        assert!(answer.body.contains(&format!("href=\"{field}\"")), "{changed:?}");
    }
    assert!(decided(&portal, &case).await.is_none());
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn amounts_are_euros_and_asked_only_for_what_is_granted(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let case = applied(&portal, person(&pool, &portal).await, "zorgtoeslag", "dienst-toeslagen").await;
    let clerk = clerk(&portal, "dienst-toeslagen", "Fatma").await;
    let form = |month: &'static str| {
        [
            ("uitkomst", "granted"),
            ("redenen", "U hebt recht op zorgtoeslag."),
            ("jaar", "1.550"),
            ("maand", month),
            ("bekend", "22-11-2026"),
            ("stap", "vaststellen"),
        ]
    };
    for month in ["", "0", "veel", "-5"] {
        let wrong = send(&portal, &clerk, &case, "besluit", &form(month)).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{month}");
        assert!(wrong.body.contains("href=\"#maand\""), "{month}");
    }
    assert_eq!(send(&portal, &clerk, &case, "besluit", &form("€ 129,50")).await.status, StatusCode::SEE_OTHER);
    let grounds = decided(&portal, &case).await.unwrap().grounds;
    assert_eq!((grounds.year, grounds.month, grounds.quarter, grounds.once), (Some(155_000), Some(12_950), None, None));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn deciding_twice_at_once_is_one_decision(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let case = applied(&portal, person(&pool, &portal).await, "stadspas", TOWN).await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    let form = grant(&[("versie", "1")]);
    let path = path(&case, "besluit");
    let (one, other) = tokio::join!(portal.post(&path, &fatma, &form), portal.post(&path, &fatma, &form));
    let mut statuses = [one.status, other.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::CONFLICT]);
    let late = portal.post(&path, &fatma, &form).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let (decisions, messages): (i64, i64) = sqlx::query_as(
        "select (select count(*) from decision), (select count(*) from message where kind = 'case_decided')",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!((decisions, messages), (1, 1));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn who_decides_on_what_changed_meanwhile_sees_what_happened_beside_what_they_wrote(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let case = applied(&portal, person(&pool, &portal).await, "stadspas", TOWN).await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    citizen_does(&portal, &case, Act::Enquire { text: "Mijn inkomen is nu hoger.".into(), documents: vec![] }).await;
    for step in ["bekijken", "vaststellen"] {
        let form = grant(&[("versie", "1"), ("stap", step)]);
        let answer = portal.post(&path(&case, "besluit"), &fatma, &form).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        let words = main_of(&answer.body);
        assert!(words.contains("De zaak is veranderd terwijl u hiermee bezig was"), "{words}");
        assert!(words.contains("Wat er intussen gebeurde") && words.contains("Mijn inkomen is nu hoger."), "{words}");
        assert!(!words.contains("De zaak is ontvangen."), "only what is new");
        assert!(answer.body.contains("Uw inkomen is laag genoeg."), "what was written is kept");
        assert!(answer.body.contains("name=\"versie\" value=\"2\""), "and can be sent again");
    }
    assert!(decided(&portal, &case).await.is_none());
    assert_eq!(send(&portal, &fatma, &case, "besluit", &GRANT).await.status, StatusCode::SEE_OTHER);
}

/// A proposal for kwijtschelding, which the catalogue says takes four eyes.
async fn proposed(pool: &PgPool, portal: &TestPortal, cookie: &str) -> Case {
    let case = applied(portal, person(pool, portal).await, "kwijtschelding", TOWN).await;
    let form = grant(&[("sjabloon", "geheel"), ("ineens", "412,50"), ("redenen", "U hoeft niets te betalen.")]);
    let answer = send(portal, cookie, &case, "besluit", &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", main_of(&answer.body));
    case
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn four_eyes_are_those_of_two_clerks(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let (fatma, bo) = (clerk(&portal, TOWN, "Fatma").await, clerk(&portal, TOWN, "Bo").await);
    let case = proposed(&pool, &portal, &fatma).await;
    assert!(decided(&portal, &case).await.is_none(), "a proposal is no decision");
    let told: i64 =
        sqlx::query_scalar("select count(*) from message where kind = 'case_decided'").fetch_one(&pool).await.unwrap();
    assert_eq!(told, 0, "the citizen hears nothing of it yet");
    assert!(main_of(&portal.get("/balie/zaken", &bo).await.body).contains("Voorstel van Fatma"));
    assert!(main_of(&portal.get("/balie/zaken", &fatma).await.body).contains("Uw voorstel wacht op een collega"));
    let address = format!("/balie/zaken/{}", case.reference);
    assert!(!portal.get(&address, &fatma).await.body.contains("/akkoord"), "no button for who proposed it");
    let own = send(&portal, &fatma, &case, "akkoord", &[]).await;
    assert_eq!(own.status, StatusCode::CONFLICT);
    assert!(main_of(&own.body).contains("Wie het voorstelde, kan het niet zelf goedkeuren"), "{}", main_of(&own.body));
    // Nor does the same clerk under another name.
    let party = crate::identity::Party::Staff {
        organisation: TOWN.into(),
        role: "caseworker".into(),
        name: "F. Yilmaz".into(),
        subject: format!("{TOWN} Fatma"),
    };
    let renamed = crate::desk::tests::log_in(&portal, crate::identity::Door::Staff, party).await;
    assert_eq!(send(&portal, &renamed, &case, "akkoord", &[]).await.status, StatusCode::CONFLICT);
    let page = portal.get(&address, &bo).await.body;
    assert!(page.contains("/akkoord") && main_of(&page).contains("U hoeft niets te betalen."));
    // A day later: the citizen has six weeks from the approval, and not from the proposal.
    portal.wait(SignedDuration::from_hours(24));
    let bo = clerk(&portal, TOWN, "Bo").await;
    let done = send(&portal, &bo, &case, "akkoord", &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", main_of(&done.body));
    let decision = decided(&portal, &case).await.expect("a decision");
    assert_eq!(decision.grounds.once, Some(41_250));
    // Monday 23 November 2026 and six weeks is Monday 4 January 2027.
    assert_eq!((decision.announced_on, decision.objection_until), (date(2026, 11, 23), Some(date(2027, 1, 4))));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_proposal_is_sent_back_with_words_and_can_be_made_again(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let (fatma, bo) = (clerk(&portal, TOWN, "Fatma").await, clerk(&portal, TOWN, "Bo").await);
    let case = proposed(&pool, &portal, &fatma).await;
    let empty = send(&portal, &bo, &case, "terugsturen", &[("terug", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.body.contains("href=\"#terug\""));
    let back = send(&portal, &bo, &case, "terugsturen", &[("terug", "Het bedrag klopt niet.")]).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    assert!(now(&portal, &case).await.proposal.is_none());
    assert_eq!(send(&portal, &bo, &case, "akkoord", &[]).await.status, StatusCode::CONFLICT);
    let page = main_of(&portal.get(&format!("/balie/zaken/{}", case.reference), &fatma).await.body);
    assert!(page.contains("Het bedrag klopt niet."), "{page}");
    let form = grant(&[("sjabloon", "geheel"), ("ineens", "400"), ("redenen", "U hoeft niets te betalen.")]);
    assert_eq!(send(&portal, &fatma, &case, "besluit", &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(send(&portal, &bo, &case, "akkoord", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(decided(&portal, &case).await.unwrap().grounds.once, Some(40_000));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_a_proposal_says_cannot_be_approved_when_the_case_changed(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let (fatma, bo) = (clerk(&portal, TOWN, "Fatma").await, clerk(&portal, TOWN, "Bo").await);
    let case = proposed(&pool, &portal, &fatma).await;
    let seen = now(&portal, &case).await.version.to_string();
    citizen_does(&portal, &case, Act::Withdraw).await;
    let late = portal.post(&path(&case, "akkoord"), &bo, &[("versie", &seen)]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(decided(&portal, &case).await.is_none());
}
