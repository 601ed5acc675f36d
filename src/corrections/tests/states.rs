//! Every state, and every transition that there is not, against a real PostgreSQL as the application role.

use std::collections::BTreeSet;

use sqlx::PgPool;

use super::{Act, Someone, State, ask, assert_shows, decision};
use crate::{
    cases::{self, Actor, By, Outcome, Refused, Stage, Words},
    corrections::{Action, TRANSITIONS},
    database::MIGRATOR,
};

/// The table of ARCHITECTURE.md, "Corrections", is the table of the code.
#[test]
fn the_transitions_in_the_documentation_are_those_of_the_code() {
    let document = include_str!("../../../ARCHITECTURE.md");
    let (_, section) = document.split_once("\n## Corrections\n").expect("there is a section");
    let rows = section.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    let documented: BTreeSet<String> =
        rows.take_while(|line| line.starts_with('|')).map(|row| row.replace('`', "")).collect();
    let who = |actors: &[Actor]| {
        actors.iter().map(|actor| format!("{actor:?}").to_lowercase()).collect::<Vec<_>>().join(", ")
    };
    let coded: BTreeSet<String> = TRANSITIONS
        .iter()
        .map(|(from, action, actors, next)| format!("| {from:?} | {action:?} | {} | {next:?} |", who(actors)))
        .collect();
    assert_eq!(documented, coded);
}

fn act_for(action: Action, someone: &Someone) -> Act {
    let today = someone.today();
    match action {
        Action::Receive => Act::Receive,
        Action::Ask => ask("Hebt u een jaaropgave?", today.saturating_add(jiff::Span::new().days(14))),
        Action::Answer => Act::Answer { text: "Ja.".into(), documents: Vec::new() },
        Action::Investigate => Act::Investigate,
        Action::Honour => Act::Decide { decision: decision(Outcome::Granted, today), values: None },
        Action::HonourPartly => Act::Decide {
            decision: decision(Outcome::Partly, today),
            values: Some([("amount".to_owned(), "2250000".to_owned())].into()),
        },
        Action::Refuse => Act::Decide { decision: decision(Outcome::Refused, today), values: None },
        Action::Refer => Act::Refer { organisation: "svb".into(), words: Words::dutch("Dit houdt de SVB bij.") },
        Action::Withdraw => Act::Withdraw,
    }
}

/// The shortest way to each state.
fn way_to(state: State) -> &'static [Action] {
    match state {
        State::Submitted => &[],
        State::Received => &[Action::Receive],
        State::InformationNeeded => &[Action::Receive, Action::Ask],
        State::UnderInvestigation => &[Action::Receive, Action::Investigate],
        State::Honoured => &[Action::Receive, Action::Honour],
        State::PartlyHonoured => &[Action::Receive, Action::HonourPartly],
        State::Refused => &[Action::Receive, Action::Refuse],
        State::Referred => &[Action::Refer],
        State::Withdrawn => &[Action::Withdraw],
    }
}

fn by(actor: Actor, someone: &Someone) -> By<'static> {
    let clerk = matches!(actor, Actor::Staff).then_some(("anja", "Anja"));
    By { actor, at: someone.now(), clerk, saw: None }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn every_state_is_reached_and_every_transition_that_is_not_in_the_table_is_refused(pool: PgPool) {
    for state in State::ALL {
        let someone = Someone::new(&pool).await;
        let reference = someone.asks().await;
        for action in way_to(state) {
            let actor = if *action == Action::Withdraw { Actor::Citizen } else { Actor::Organisation };
            someone.does(&reference, act_for(*action, &someone), by(actor, &someone)).await.unwrap();
        }
        assert_eq!(someone.state(&reference).await, state);
        let before = someone.case(&reference).await;
        for action in Action::ALL {
            for actor in Actor::ALL {
                if state.after(action, actor).is_some() {
                    continue;
                }
                let refused = someone.does(&reference, act_for(action, &someone), by(actor, &someone)).await;
                assert!(matches!(refused, Err(Refused::NotNow)), "{action:?} by {actor:?} in {state:?}: {refused:?}");
            }
        }
        assert_eq!(someone.state(&reference).await, state);
        assert_eq!(someone.case(&reference).await, before, "what is refused changes nothing");
    }
}

/// What is done with the case, by a route or event that knows of no corrections, moves the correction or is refused.
#[sqlx::test(migrator = "MIGRATOR")]
async fn what_is_done_with_the_case_alone_moves_the_correction_too(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let reference = someone.asks().await;
    let does = async |act: cases::Act, by: By<'static>| {
        let id = someone.case(&reference).await.id;
        let mut scope = someone.scope().await;
        let held = cases::store::hold(scope.sql(), id).await.unwrap().unwrap();
        let done = cases::change(&someone.portal.portal, &mut scope, held, act, by).await?;
        scope.commit().await.unwrap();
        Ok::<_, Refused>(done)
    };
    let refuse = cases::Act::Decide(decision(Outcome::Refused, someone.today()));
    let holder = by(Actor::Organisation, &someone);
    assert!(matches!(does(refuse.clone(), holder).await, Err(Refused::NotNow)), "nobody received it yet");
    does(cases::Act::Take, by(Actor::Staff, &someone)).await.unwrap();
    assert_eq!(someone.state(&reference).await, State::Received);
    let busy = cases::Act::SetStatus { words: Words::dutch("Wij zoeken het uit."), stage: Stage::InTreatment };
    does(busy, holder).await.unwrap();
    assert_eq!(someone.state(&reference).await, State::UnderInvestigation);
    does(refuse, holder).await.unwrap();
    assert_eq!(someone.state(&reference).await, State::Refused);
    // At its end one question of a survey comes with it, which is feedback.
    let (asked, told): (Vec<_>, Vec<_>) =
        someone.messages().await.into_iter().partition(|(_, kind)| kind == "survey_asked");
    assert_eq!(asked.len(), 1);
    assert!(told.len() > 1 && told.iter().all(|(topic, _)| topic == "corrections"), "{told:?}");
}

/// Asked on 22 November with an answer by 6 December: reminded on the 3rd, and on the 7th the clock runs again. The month counts the days
/// on which it did not stand still.
#[sqlx::test(migrator = "MIGRATOR")]
async fn who_does_not_answer_is_reminded_once_and_then_it_is_decided_on_what_is_there(pool: PgPool) {
    let mut someone = Someone::new(&pool).await;
    let reference = someone.asks().await;
    someone.holder(&reference, Act::Receive).await;
    someone.holder(&reference, ask("Hebt u een jaaropgave?", super::Date::constant(2026, 12, 6))).await;
    let kinds = async |someone: &Someone| -> Vec<String> {
        someone.messages().await.into_iter().map(|(_, kind)| kind).filter(|kind| kind != "case_status").collect()
    };
    someone.wait(10).await;
    cases::look_at_clocks(&someone.portal.portal).await.unwrap();
    assert_eq!(kinds(&someone).await, ["case_question"], "2 December is too early");
    someone.wait(1).await;
    for _ in 0..2 {
        cases::look_at_clocks(&someone.portal.portal).await.unwrap();
    }
    assert_eq!(kinds(&someone).await, ["case_question", "case_reminder"]);
    assert_eq!(someone.state(&reference).await, State::InformationNeeded);
    someone.wait(4).await;
    cases::look_at_clocks(&someone.portal.portal).await.unwrap();
    assert_eq!(someone.state(&reference).await, State::UnderInvestigation);
    let case = someone.case(&reference).await;
    assert!(!case.is_paused() && case.question.is_some(), "an answer is still welcome");
    assert!(case.stage.is_open(), "it is never closed silently");
    someone.holder(&reference, act_for(Action::Refuse, &someone)).await;
    assert_eq!(someone.state(&reference).await, State::Refused);
    let page = someone.see(&case.path()).await;
    assert_shows(&page, &["Niet veranderd", "Uw gegeven is niet veranderd.", "Bezwaar"]);
}

/// Refused on 22 November 2026: six weeks end on Sunday 3 January 2027, so on Monday the 4th (Awb 6:7, 6:8; Atw 1).
#[sqlx::test(migrator = "MIGRATOR")]
async fn who_is_refused_objects_and_a_day_late_says_why(pool: PgPool) {
    for (days, late) in [(43, false), (44, true)] {
        let mut someone = Someone::new(&pool).await;
        let reference = someone.asks().await;
        someone.holder(&reference, Act::Receive).await;
        let case = someone.holder(&reference, act_for(Action::Refuse, &someone)).await;
        someone.wait(days).await;
        let path = format!("{}/bezwaar", case.path());
        let form = [("tekst", "Mijn inkomen was lager.")];
        let answer = someone.post(&path, &form).await;
        assert_eq!(answer.status.as_u16(), if late { 422 } else { 303 }, "{}", someone.today());
        if late {
            let form = [form[0], ("waarom-laat", "Ik lag in het ziekenhuis.")];
            someone.send(&path, &form).await;
        }
        assert_eq!(someone.state(&reference).await, State::Refused);
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn how_many_requests_came_to_what_is_counted_without_anybody(pool: PgPool) {
    for (actions, _) in [([Action::Receive, Action::Honour], 0), ([Action::Receive, Action::Refuse], 1)] {
        let someone = Someone::new(&pool).await;
        let reference = someone.asks().await;
        for action in actions {
            someone.holder(&reference, act_for(action, &someone)).await;
        }
    }
    let counts: Vec<(String, i64)> = sqlx::query_as(
        "select state, corrections from correction_count
          where organisation = 'belastingdienst' and register = 'inkomen' and value = 'jaarinkomen' and month = '2026-11-01'
          order by state",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let expected = [("honoured", 1), ("refused", 1), ("submitted", 2)];
    assert_eq!(counts, expected.map(|(state, count)| (state.to_owned(), count)));
}
