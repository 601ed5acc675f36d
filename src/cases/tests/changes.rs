//! What a change does to a case, against a real PostgreSQL as the application role.

use sqlx::PgPool;

use super::{Someone, date};
use crate::{
    cases::{Act, By, Outcome, Refused, Stage, Words},
    database::MIGRATOR,
    rules::model::{Term, TermUnit},
    testing::{TestPortal, config},
};

fn status(words: &str) -> Act {
    Act::SetStatus { words: Words::dutch(words), stage: Stage::InTreatment }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_same_status_twice_changes_nothing(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    let once = someone.organisation(&case, status("Wij kijken ernaar.")).await;
    let twice = someone.organisation(&case, status("Wij kijken ernaar.")).await;
    assert_eq!(once, twice);
    assert_eq!(someone.timeline(&case).await, ["opened", "status"]);
    assert_eq!(someone.messages().await, ["case_status"]);
    assert_eq!(once.stage, Stage::InTreatment);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_status_that_comes_late_is_only_a_line_in_the_timeline(pool: PgPool) {
    let mut someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    let before = someone.now();
    someone.wait(2).await;
    someone.organisation(&case, status("Wij rekenen het uit.")).await;
    let late = someone.does(&case, status("Wij lezen het."), By::organisation(before)).await.unwrap();
    assert_eq!(late.status, Some(Words::dutch("Wij rekenen het uit.")));
    assert_eq!(someone.timeline(&case).await, ["opened", "status", "status"]);
    let page = someone.see(&case.path()).await;
    let (first, second) = (page.find("Wij lezen het.").unwrap(), page.rfind("Wij rekenen het uit.").unwrap());
    assert!(first < second, "in the order in which it happened: {page}");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_a_source_dates_in_the_future_happens_now(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    let later = someone.now() + jiff::SignedDuration::from_hours(48);
    let after = someone.does(&case, status("Bezig."), By::organisation(later)).await.unwrap();
    assert_eq!(after.status_at, Some(someone.now()));
}

/// Received on Sunday 22 November 2026: 8 weeks end on Sunday 17 January 2027, so on Monday the 18th. Asked on 1 December and answered on
/// the 11th: the term does not run from 2 to 10 December, nine days. The 26th is a Tuesday.
#[sqlx::test(migrator = "MIGRATOR")]
async fn an_answer_lets_the_clock_run_and_moves_the_last_day_by_the_days_it_stood_still(pool: PgPool) {
    let mut someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    assert_eq!(case.due_on, date("2027-01-18"));
    someone.wait(9).await;
    let asked = someone.asks(&case, "Wat is uw inkomen?", date("2026-12-15")).await;
    assert!(asked.is_paused() && asked.question.is_some());
    someone.wait(10).await;
    assert_eq!(someone.read(&case).await.due(someone.today()), date("2027-01-27"), "today does not count either");
    let answer = Act::Answer { text: "€ 19.000".into(), documents: Vec::new() };
    let answered = someone.does(&case, answer, By::citizen(someone.now())).await.unwrap();
    assert!(!answered.is_paused() && answered.question.is_none());
    assert_eq!(answered.due_on, date("2027-01-26"));
    assert_eq!(someone.read(&case).await, answered);
    assert_eq!(someone.outgoing().await, ["answered"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_extension_is_counted_with_the_term(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    let by = Term { count: 2, unit: TermUnit::Weeks };
    let extended = someone.organisation(&case, Act::Extend { words: Words::dutch("Het is druk."), by }).await;
    // Ten weeks after Sunday 22 November 2026 is Sunday 31 January 2027.
    assert_eq!(extended.due_on, date("2027-02-01"));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn of_two_clerks_at_once_one_has_the_case_and_the_other_hears_who(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.is_brought("Melding").await;
    let clerk = |id: &'static str, name: &'static str| By {
        actor: crate::cases::Actor::Staff,
        at: someone.now(),
        clerk: Some((id, name)),
        saw: None,
    };
    let (first, second) = tokio::join!(
        someone.does(&case, Act::Take, clerk("1", "Bo")),
        someone.does(&case, Act::Take, clerk("2", "Fatma"))
    );
    let taken = someone.read(&case).await;
    let name = taken.taken_name.clone().unwrap();
    let lost = [first, second].into_iter().find_map(Result::err).unwrap();
    assert!(matches!(&lost, Refused::TakenBy(who) if *who == name), "{lost:?}");
    assert_eq!(someone.timeline(&case).await, ["opened", "taken"]);
    let other = if name == "Bo" { clerk("2", "Fatma") } else { clerk("1", "Bo") };
    let refused = someone.does(&case, status("Ik ook."), other).await.unwrap_err();
    assert!(matches!(refused, Refused::TakenBy(_)), "{refused:?}");
    // Who works on it is nobody's but the organisation's.
    let page = someone.see(&case.path()).await;
    assert!(!page.contains(&name), "{page}");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn who_decides_on_what_has_changed_since_is_told(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    let by = By { saw: Some(case.version), ..By::organisation(someone.now()) };
    someone.does(&case, status("Wij kijken ernaar."), by).await.unwrap();
    let refused = someone.does(&case, Act::Decide(Box::new(someone.decision(Outcome::Refused))), by).await.unwrap_err();
    assert!(matches!(refused, Refused::Changed), "{refused:?}");
    assert!(someone.read(&case).await.stage.is_open());
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn with_four_eyes_only_another_clerk_makes_the_decision_that_was_proposed(pool: PgPool) {
    let portal = TestPortal::with(&pool, with_four_eyes());
    let someone = Someone::with(&pool, portal).await;
    let rules = someone.portal.portal.rules.clone();
    let service = rules.service("stadspas").unwrap();
    let new =
        crate::cases::NewCase::of(service, crate::cases::Kind::Application, "gemeente-0599".into(), someone.now());
    let case = someone.opens(new, By::citizen(someone.now())).await;
    let clerk = |id: &'static str| By {
        actor: crate::cases::Actor::Staff,
        at: someone.now(),
        clerk: Some((id, id)),
        saw: None,
    };
    let decision = Box::new(someone.decision(Outcome::Granted));
    let other = Box::new(someone.decision(Outcome::Refused));
    let refused = someone.does(&case, Act::Decide(decision.clone()), clerk("1")).await.unwrap_err();
    assert!(matches!(refused, Refused::FourEyes), "{refused:?}");
    someone.does(&case, Act::Propose(decision.clone()), clerk("1")).await.unwrap();
    for (act, who) in [(Act::Decide(decision.clone()), "1"), (Act::Decide(other), "2")] {
        let refused = someone.does(&case, act, clerk(who)).await.unwrap_err();
        assert!(matches!(refused, Refused::FourEyes), "{refused:?}");
    }
    let decided = someone.does(&case, Act::Decide(decision), clerk("2")).await.unwrap();
    assert_eq!((decided.stage, decided.proposal), (Stage::Decided, None));
    assert_eq!(someone.timeline(&case).await, ["opened", "proposed", "decided"]);
}

/// The catalogue that ships, with a second clerk for each decision about the city pass.
fn with_four_eyes() -> crate::config::Config {
    let mut config = config();
    let from = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(&config.catalogue);
    let to = std::env::temp_dir().join("voordeur-test").join(uuid::Uuid::new_v4().to_string());
    copy(&from, &to);
    let file = to.join("services/stadspas.toml");
    let service = std::fs::read_to_string(&file).unwrap();
    let (head, tail) = service.split_once("\n[proactive]").unwrap();
    // A service may say more about its handling already.
    let head = head.split("\n[service.handling]").next().unwrap();
    std::fs::write(&file, format!("{head}\n[service.handling]\nfour_eyes = true\n\n[proactive]{tail}")).unwrap();
    config.catalogue = to;
    config
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn notice_of_default_is_given_only_when_it_is_late_and_once(pool: PgPool) {
    let mut someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    for (days, may) in [(0, false), (57, false), (1, true)] {
        someone.wait(days).await;
        let given = someone.does(&case, Act::GiveNotice, By::citizen(someone.now())).await;
        match (may, given) {
            (true, Ok(after)) => assert_eq!(after.default_notice_on, Some(date("2027-01-19"))),
            (false, Err(Refused::NotLate)) => {}
            (_, other) => panic!("on {}: {other:?}", someone.today()),
        }
    }
    let again = someone.does(&case, Act::GiveNotice, By::citizen(someone.now())).await.unwrap_err();
    assert!(matches!(again, Refused::NotLate), "{again:?}");
    assert_eq!(someone.outgoing().await, ["notice-given"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn while_the_clock_stands_still_nothing_is_late(pool: PgPool) {
    let mut someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    someone.organisation(&case, Act::Pause { words: Words::dutch("Wij wachten.") }).await;
    someone.wait(100).await;
    let refused = someone.does(&case, Act::GiveNotice, By::citizen(someone.now())).await.unwrap_err();
    assert!(matches!(refused, Refused::NotLate), "{refused:?}");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_cannot_be_done_now_is_refused_and_changes_nothing(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    let now = someone.now();
    let words = || Words::dutch("x");
    let ask = || Act::Ask { words: words(), answer_by: date("2026-12-01"), pauses: true };
    let answer = || Act::Answer { text: "x".into(), documents: Vec::new() };
    let refusal = |result: Result<crate::cases::Case, Refused>| format!("{:?}", result.unwrap_err());
    assert_eq!(refusal(someone.does(&case, answer(), By::citizen(now)).await), "Question");
    assert_eq!(refusal(someone.does(&case, Act::Resume, By::organisation(now)).await), "Clock");
    assert_eq!(refusal(someone.does(&case, Act::Finish, By::organisation(now)).await), "NotNow");
    assert_eq!(refusal(someone.does(&case, Act::Withdraw, By::organisation(now)).await), "NotNow");
    someone.organisation(&case, ask()).await;
    assert_eq!(refusal(someone.does(&case, ask(), By::organisation(now)).await), "Question");
    assert_eq!(refusal(someone.does(&case, Act::Pause { words: words() }, By::organisation(now)).await), "Clock");
    someone.does(&case, Act::Withdraw, By::citizen(now)).await.unwrap();
    for act in [answer(), Act::Withdraw, Act::GiveNotice] {
        assert_eq!(refusal(someone.does(&case, act, By::citizen(now)).await), "NotNow");
    }
    let after = someone.read(&case).await;
    assert!(after.question.is_none() && !after.is_paused() && after.closed_at == Some(now));
    assert_eq!(someone.timeline(&case).await, ["opened", "asked", "withdrawn"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_refused_change_leaves_no_message_and_no_event(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let case = someone.applies().await;
    let before = (someone.messages().await, someone.outgoing().await);
    someone.does(&case, Act::GiveNotice, By::citizen(someone.now())).await.unwrap_err();
    someone.does(&case, Act::Resume, By::organisation(someone.now())).await.unwrap_err();
    assert_eq!((someone.messages().await, someone.outgoing().await), before);
}
