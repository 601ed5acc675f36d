//! What a citizen sees of a case in each state.

use serde_json::{Value, json};
use sqlx::PgPool;

use super::{Someone, assert_hides, assert_shows, date};
use crate::{
    cases::{Act, By, Decision, Grounds, Kind, NewCase, Outcome, Stage, Words},
    database::MIGRATOR,
};

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_case_that_was_just_received_says_what_happens_next_and_by_when(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    let page = someone.see(&case.path()).await;
    assert_shows(
        &page,
        &[
            "Zorgtoeslag",
            &format!("Dienst Toeslagen, zaak {}", case.reference),
            "Ontvangen 22 november 2026",
            "In behandeling nog niet begonnen",
            "Besloten uiterlijk 18 januari 2027",
            "U hoeft nu niets te doen",
            "Dienst Toeslagen is aan de beurt",
            "Gebeurd 22 november 2026, 12.00 uur U stuurde de aanvraag.",
            "Verwacht 18 januari 2027 Dienst Toeslagen belooft een besluit binnen 8 weken.",
            "Uiterlijk volgens de wet 18 januari 2027 Het besluit moet er zijn.",
            "hoogstens € 1.442",
            "Er is nog geen besluit.",
            "U krijgt antwoord binnen 2 werkdagen.",
            "Wettelijke tijd 8 weken, zonder pauzes Awb art. 4:13",
        ],
    );
    assert_hides(&page, &["Wat u nu moet doen", "Bezwaar maken", "De klok staat stil", "null"]);
    let english = someone.see(&format!("/en{}", case.path())).await;
    assert_shows(
        &english,
        &["Healthcare benefit", "You do not need to do anything now", "by 18 January 2027 at the latest"],
    );
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_question_comes_first_with_its_last_day_and_the_clock_standing_still(pool: PgPool) {
    let mut someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    someone.wait(1).await;
    someone.asks(&case, "Stuur een bankafschrift van oktober 2026.", date("2026-11-30")).await;
    let page = someone.see(&case.path()).await;
    assert_shows(
        &page,
        &[
            "Wat u nu moet doen Nog 7 dagen, tot en met 30 november 2026 De klok staat stil sinds 23 november 2026",
            "Stuur een bankafschrift van oktober 2026.",
            "Zolang u niet antwoordt, telt de tijd niet mee.",
            "Antwoord geven",
            "In behandeling wacht op uw antwoord",
            "Gepauzeerd 23 november 2026, 12.00 uur Dienst Toeslagen vroeg u iets",
            "Gevraagd voor 30 november 2026",
            "De datum schuift op zolang de klok stilstaat.",
        ],
    );
    let html = someone.get(&format!("/en{}", case.path())).await.body;
    assert!(html.contains("lang=\"nl\">Stuur een bankafschrift"), "words without English are marked as Dutch");
    someone.wait(3).await;
    // Three days that do not count: 24, 25 and 26 November; and the promise moves with the clock.
    let later = someone.see(&case.path()).await;
    assert_shows(&later, &["Nog 4 dagen", "Uiterlijk volgens de wet 20 januari 2027", "Verwacht 20 januari 2027"]);
    someone.wait(5).await;
    assert_shows(&someone.see(&case.path()).await, &["Dit kon tot en met 30 november 2026", "U kunt nog antwoorden"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_late_decision_shows_what_one_can_do_and_what_it_costs_the_organisation(pool: PgPool) {
    let mut someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    let notice = format!("{}/ingebrekestelling", case.path());
    assert_eq!(someone.get(&notice).await.header("location"), case.path());
    someone.wait(58).await;
    assert_eq!(someone.today(), date("2027-01-19"));
    assert_shows(
        &someone.see(&case.path()).await,
        &[
            "Te laat: het besluit moest er 18 januari 2027 zijn",
            "Dienst Toeslagen had al moeten beslissen",
            "Ingebrekestelling sturen",
            "Beloofd 18 januari 2027",
            "Dat is niet gelukt",
            "Het besluit had er moeten zijn.",
        ],
    );
    // Received on 19 January: two weeks end on 2 February, and the first day that costs money is the 3rd. 42 days from then: 16 March.
    let form = someone.see(&notice).await;
    let dates = ["Vandaag 19 januari 2027", "Uiterlijk volgens de wet 2 februari 2027", "Vanaf 3 februari 2027"];
    assert_shows(&form, &dates);
    assert_shows(&form, &["Hoogstens tot en met 16 maart 2027 Voor hoogstens 42 dagen: € 1.442.", "Awb art. 4:17"]);
    for _ in 0..2 {
        assert_eq!(someone.send(&notice, &[]).await, format!("{}?gedaan=ingebrekestelling", case.path()));
    }
    assert_eq!(someone.timeline(&case).await, ["opened", "notice_given"]);
    assert_shows(
        &someone.see(&format!("{}?gedaan=ingebrekestelling", case.path())).await,
        &["Uw ingebrekestelling is verstuurd.", "U hoeft nu niets te doen", "Volgens de wet vanaf 3 februari 2027"],
    );
    assert_shows(&someone.see(&notice).await, &["Nog niets: de 2 weken zijn niet voorbij"]);
    // On 18 February: 14 days at € 23, and two at € 35.
    someone.wait(30).await;
    assert_shows(&someone.see(&notice).await, &["€ 392, voor 16 dagen te laat"]);
    assert_shows(&someone.see(&case.path()).await, &["tot en met vandaag € 392"]);
    // Made known on that day: it was late until the day before.
    someone.decides(&case, Outcome::Granted).await;
    someone.wait(50).await;
    assert_shows(&someone.see(&notice).await, &["€ 357, voor 15 dagen te laat"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_decision_says_its_outcome_first_then_why_and_until_when_one_can_object(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    let page = format!("{}/besluit", case.path());
    assert_eq!(someone.get(&page).await.header("location"), case.path());
    let rules = someone.portal.portal.rules.clone();
    let version = rules.service("zorgtoeslag").unwrap().on(someone.today()).unwrap();
    let conditions = version.rule.conditions.iter().map(|condition| (condition.id.clone(), Some(true))).collect();
    let Value::Object(facts) = json!({ "income_year": 1_900_000, "has_partner": false }) else { unreachable!() };
    let Value::Object(steps) = json!({ "toegekend": 155_000 }) else { unreachable!() };
    let decision = someone.decision(Outcome::Granted);
    let grounds = Grounds { rule_from: Some(version.from), conditions, steps, facts, ..decision.grounds.clone() };
    someone.organisation(&case, Act::Decide(Box::new(Decision { grounds, ..decision }))).await;
    let shown = someone.see(&page).await;
    assert_shows(
        &shown,
        &[
            "U krijgt wat u vroeg.",
            "€ 129 per maand",
            "Dienst Toeslagen, bekendgemaakt op 22 november 2026",
            "Uw inkomen was € 19.000.",
            "Wzt art. 2",
            "€ 19.000 per jaar",
            "Awir art. 14 lid 4 en 5",
            // Six weeks after Sunday 22 November 2026 is Sunday 3 January 2027 (Awb 6:7, Algemene termijnenwet 1).
            "U kunt tot en met 4 januari 2027 bezwaar maken bij Dienst Toeslagen",
            "Bezwaar maken",
        ],
    );
    assert_shows(
        &someone.see(&case.path()).await,
        &[
            "Wat u nu kunt doen Nog 43 dagen, tot en met 4 januari 2027",
            "uiterlijk op 4 januari 2027",
            "Besloten 22 november 2026",
            "Uiterlijk volgens de wet 4 januari 2027 De laatste dag om bezwaar te maken.",
        ],
    );
    let html = someone.get(&format!("/en{page}")).await.body;
    let tag = html.split("Uw inkomen was").next().and_then(|before| before.rsplit('<').next()).unwrap_or_default();
    assert!(tag.contains("lang=\"nl\""), "the reasons are in Dutch: {tag}");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_rule_that_is_not_there_any_more_leaves_the_reasons(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    let decision = someone.decision(Outcome::Refused);
    let grounds = Grounds { rule_from: Some(date("1999-01-01")), ..decision.grounds.clone() };
    someone.organisation(&case, Act::Decide(Box::new(Decision { grounds, ..decision }))).await;
    let page = someone.see(&format!("{}/besluit", case.path())).await;
    assert_shows(&page, &["Uw aanvraag is afgewezen.", "Uw inkomen was € 19.000."]);
    assert_hides(&page, &["€ 129"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn done_and_withdrawn_cases_ask_nothing(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    someone.decides(&case, Outcome::Partly).await;
    someone.organisation(&case, Act::Finish).await;
    let page = someone.see(&case.path()).await;
    assert_shows(&page, &["Klaar , klaar 22 november 2026", "U krijgt een deel van wat u vroeg.", "De zaak is klaar."]);
    let case = someone.applies().await;
    someone.asks(&case, "Wat is uw inkomen?", date("2026-12-01")).await;
    let path = format!("{}/intrekken", case.path());
    assert_shows(&someone.see(&path).await, &["Dit kunt u niet ongedaan maken"]);
    for _ in 0..2 {
        assert_eq!(someone.send(&path, &[]).await, format!("{}?gedaan=ingetrokken", case.path()));
    }
    let page = someone.see(&format!("{}?gedaan=ingetrokken", case.path())).await;
    assert_shows(
        &page,
        &["U hebt deze zaak ingetrokken.", "U trok deze zaak in op 22 november 2026", "Besloten was niet meer nodig"],
    );
    assert_hides(&page, &["Antwoord geven", "Zaak intrekken", "Document toevoegen"]);
    assert_eq!(someone.outgoing().await, ["withdrawn"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_was_granted_without_asking_says_so(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let rules = someone.portal.portal.rules.clone();
    let new = NewCase {
        stage: Stage::Decided,
        decision: Some(someone.decision(Outcome::Granted)),
        ..NewCase::of(rules.service("zorgtoeslag").unwrap(), Kind::Grant, "dienst-toeslagen".into(), someone.now())
    };
    let case = someone.opens(new, By::system(someone.now())).await;
    let page = someone.see(&case.path()).await;
    assert_shows(&page, &["Dit is u toegekend.", "zonder dat u het hoefde aan te vragen", "Bezwaar maken"]);
    assert_hides(&page, &["wat u vroeg", "Wettelijke tijd", "nog geen besluit"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_is_confirmed_is_what_was_done(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    for claim in ["antwoord", "bezwaar", "ingetrokken", "%3Cb%3E"] {
        let page = someone.see(&format!("{}?gedaan={claim}", case.path())).await;
        assert_hides(&page, &["is verstuurd", "ingetrokken"]);
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn parts_are_under_one_contact_point_and_lead_to_each_other(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let whole = someone.applies().await;
    let part = someone.is_brought("Advies van de gemeente").await;
    sqlx::query("update cases set part_of = $1 where id = $2")
        .bind(whole.id)
        .bind(part.id)
        .execute(&pool)
        .await
        .unwrap();
    let page = someone.see(&whole.path()).await;
    assert_shows(
        &page,
        &["Hoort bij deze zaak", "Advies van de gemeente Deel van deze zaak. Gemeente Rotterdam. Ontvangen."],
    );
    assert_shows(&page, &["Dienst Toeslagen. Ook over wat een andere organisatie hierin doet."]);
    let html = someone.get(&part.path()).await.body;
    assert!(html.contains(&format!("href=\"{}/vraag\"", whole.path())), "questions go to the one contact point");
    assert_shows(&someone.see(&part.path()).await, &["De zaak waarvan dit een deel is. Dienst Toeslagen."]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_list_has_what_waits_first_then_what_runs_by_date_then_what_is_over(pool: PgPool) {
    let mut someone = Someone::new(&pool).await;
    assert_shows(&someone.see("/mijn/zaken").await, &["U hebt nog geen zaken.", "Kijk waar u recht op hebt"]);
    let open = |title: &'static str| someone.is_brought(title);
    open("Eerste").await;
    let (asked, decided, withdrawn) = (open("Tweede").await, open("Derde").await, open("Vierde").await);
    someone.decides(&decided, Outcome::Refused).await;
    someone.does(&withdrawn, Act::Withdraw, By::citizen(someone.now())).await.unwrap();
    someone.wait(60).await;
    let runs = someone.is_brought("Vijfde").await;
    someone
        .organisation(&asked, Act::Ask { words: Words::dutch("?"), answer_by: date("2027-02-01"), pauses: true })
        .await;
    someone
        .organisation(&runs, Act::SetStatus { words: Words::dutch("Wij bellen u."), stage: Stage::InTreatment })
        .await;
    let page = someone.see("/mijn/zaken").await;
    let places: Vec<usize> = ["Wacht op u", "Eerste", "Dit loopt", "Vijfde", "Besloten en klaar", "Derde"]
        .iter()
        .map(|words| page.find(words).unwrap_or_else(|| panic!("{words}: {page}")))
        .collect();
    assert!(places.is_sorted(), "{places:?}: {page}");
    assert!(page.find("Tweede").unwrap() < places[2]);
    assert_shows(
        &page,
        &[
            "Te laat: het besluit moest er 18 januari 2027 zijn",
            "Antwoord uiterlijk 1 februari 2027",
            "Wij bellen u. Besluit uiterlijk 18 maart 2027",
            "Vierde Gemeente Rotterdam. Ingetrokken 22 november 2026",
            "Uw aanvraag is afgewezen.",
        ],
    );
    let overview = someone.see("/mijn").await;
    assert_shows(
        &overview,
        &["Eerste De gemeente Rotterdam is te laat met een besluit", "Tweede De gemeente Rotterdam vraagt u iets"],
    );
    assert_shows(&overview, &["Dit loopt Alle zaken", "Vijfde Gemeente Rotterdam. Wij bellen u."]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_is_over_is_shown_in_pages(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    for number in 0..23 {
        let case = someone.is_brought(&format!("Zaak-{number}-")).await;
        someone.does(&case, Act::Withdraw, By::citizen(someone.now())).await.unwrap();
    }
    let count = |page: &str| page.matches("Zaak-").count();
    let first = someone.see("/mijn/zaken").await;
    assert_eq!(count(&first), 20);
    assert_shows(&first, &["Ouder"]);
    let second = someone.see("/mijn/zaken?blad=2").await;
    assert_eq!(count(&second), 3);
    assert_shows(&second, &["Nieuwer"]);
    assert_hides(&second, &["Ouder"]);
    for odd in ["0", "-1", "3", "999999999999"] {
        assert_eq!(count(&someone.see(&format!("/mijn/zaken?blad={odd}")).await) % 20, 0, "{odd}");
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn long_words_of_an_organisation_are_text_and_nothing_else(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let long = format!("<script>alert(1)</script> {}", "vergunningverleningsprocedure".repeat(40));
    let case = someone.is_brought(&long).await;
    someone.organisation(&case, Act::SetStatus { words: Words::dutch(&long), stage: Stage::InTreatment }).await;
    someone.asks(&case, &long, date("2026-12-01")).await;
    someone.organisation(&case, Act::Reply { text: long.clone() }).await;
    for path in ["/mijn".to_owned(), "/mijn/zaken".to_owned(), case.path(), format!("{}/antwoord", case.path())] {
        let html = someone.get(&format!("/en{path}")).await.body;
        assert!(!html.contains("<script>alert") && html.contains("&lt;script&gt;"), "{path}");
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn every_step_of_a_case_is_in_the_timeline(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    let words = |text: &str| Words { nl: text.into(), en: Some(format!("{text} (en)")) };
    let by = crate::rules::model::Term { count: 2, unit: crate::rules::model::TermUnit::Weeks };
    for act in [
        Act::SetStatus { words: words("Wij beginnen."), stage: Stage::InTreatment },
        Act::Pause { words: words("Wij wachten op een ander.") },
        Act::Resume,
        Act::Extend { words: words("Het duurt langer."), by },
        Act::Reply { text: "Het komt goed.".into() },
    ] {
        someone.organisation(&case, act).await;
    }
    someone.does(&case, Act::TellLate, By::system(someone.now())).await.unwrap();
    let page = someone.see(&case.path()).await;
    assert_shows(
        &page,
        &[
            "Wij beginnen.",
            "Gepauzeerd 22 november 2026, 12.00 uur Wij wachten op een ander. De tijd om te beslissen staat stil.",
            "De tijd om te beslissen loopt weer.",
            "Het duurt langer. Het besluit komt nu uiterlijk op 1 februari 2027.",
            "Dienst Toeslagen antwoordde: Het komt goed.",
            "De laatste dag ging voorbij zonder besluit.",
            "Verlengd met 2 weken",
        ],
    );
    assert_shows(&someone.see(&format!("/en{}", case.path())).await, &["Wij beginnen. (en)", "Extended by 2 weeks"]);
}
