//! Every state is reached, and what may not be done is refused.

use sqlx::PgPool;

use super::{Act, Author, By, Feedback, Kind, Refused, Someone, date};
use crate::{
    database::MIGRATOR,
    feedback::{Action, Actor, Outcome, State, TRANSITIONS, after, store},
};

const COMPLAINT: &str = "Ik werd drie keer doorverbonden en niemand wist iets.";

/// Something to do for each action.
fn act(action: Action, kind: Kind) -> Act {
    let text = || "Dat is zo.".to_owned();
    match action {
        Action::Acknowledge => Act::Acknowledge,
        Action::Take => Act::Take,
        Action::Release => Act::Release,
        Action::PassOn => Act::PassOn { organisation: "svb".into(), words: text() },
        Action::Ask => Act::Ask { text: text() },
        Action::Add => Act::Add { text: text(), documents: Vec::new() },
        Action::Note => Act::Note { text: text() },
        Action::Categorise => Act::Categorise { category: Some("waiting".into()) },
        Action::Hear => Act::Hear { text: text() },
        Action::Extend => Act::Extend { weeks: 4, words: text() },
        Action::Answer => Act::Answer { outcome: (kind == Kind::Complaint).then_some(Outcome::Founded), text: text() },
        Action::Reopen => Act::Reopen { text: text() },
        Action::Withdraw => Act::Withdraw,
        Action::Moderate => Act::Moderate { title: text(), body: text() },
        Action::Publish => Act::Publish,
        Action::Review => Act::Review { owner: "Team Park".into(), promised_on: date("2027-01-15") },
        Action::Plan => Act::Plan { text: text(), promised_on: None },
        Action::Begin => Act::Begin { text: text() },
        Action::Finish => Act::Finish { text: text(), link: None },
        Action::Decline => Act::Decline { text: text() },
        Action::Merge => Act::Merge { into: 0 },
        Action::TellLate => Act::TellLate,
    }
}

impl Someone {
    fn by(&self, actor: Actor) -> By<'static> {
        let now = self.portal.portal.clock.now();
        match actor {
            Actor::Citizen => By::citizen(now),
            Actor::Staff => By::staff(now, "fatma", "Fatma", None),
            Actor::System => By::system(now),
        }
    }

    /// Brings something to a state, by the shortest way that the table has.
    async fn bring(&self, kind: Kind, state: State) -> Feedback {
        let mut ways: Vec<(State, Vec<(Action, Actor)>)> = vec![(State::Submitted, Vec::new())];
        let mut at = 0;
        let way = loop {
            let (here, way) = ways.get(at).unwrap_or_else(|| panic!("a {kind:?} is never {state:?}")).clone();
            if here == state {
                break way;
            }
            for action in Action::ALL.into_iter().filter(|action| *action != Action::TellLate) {
                for actor in Actor::ALL {
                    if let Some(next) = after(kind, here, action, actor)
                        && !ways.iter().any(|(known, _)| *known == next)
                    {
                        ways.push((next, [way.as_slice(), &[(action, actor)]].concat()));
                    }
                }
            }
            at += 1;
        };
        let mut feedback = self.says(kind, COMPLAINT).await;
        for (action, actor) in way {
            // A complaint is acknowledged when it comes in.
            if action != Action::Acknowledge {
                feedback = self.does(&feedback, self.mergeable(action, kind).await, self.by(actor)).await.unwrap();
            }
        }
        assert_eq!(feedback.state, state);
        feedback
    }

    async fn mergeable(&self, action: Action, kind: Kind) -> Act {
        match action {
            Action::Merge => Act::Merge { into: self.published("Zet meer bankjes neer, met leuningen.").await.1 },
            _ => act(action, kind),
        }
    }
}

/// The states that a kind can be in at rest, as the table has them.
fn states(kind: Kind) -> Vec<State> {
    let reached =
        |state: &State| TRANSITIONS.iter().any(|(_, kinds, _, _, next)| kinds.contains(&kind) && *next == Some(*state));
    // A complaint is acknowledged at once.
    State::ALL
        .into_iter()
        .filter(|state| reached(state) || (*state == State::Submitted && kind != Kind::Complaint))
        .collect()
}

async fn only_what_the_table_says(pool: PgPool, kind: Kind) {
    let someone = Someone::new(&pool).await;
    for state in states(kind) {
        let feedback = someone.bring(kind, state).await;
        for action in Action::ALL {
            for actor in Actor::ALL {
                if after(kind, state, action, actor).is_none() {
                    let refused = someone.does(&feedback, act(action, kind), someone.by(actor)).await;
                    assert!(matches!(refused, Err(Refused::NotNow)), "{actor:?} does {action:?} when it is {state:?}");
                }
            }
        }
        let mut scope = someone.scope(someone.person).await;
        assert_eq!(store::by_id(scope.sql(), feedback.id).await.unwrap().unwrap(), feedback, "{state:?}");
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_complaint_reaches_every_state_and_nothing_else_is_done_with_it(pool: PgPool) {
    only_what_the_table_says(pool, Kind::Complaint).await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_idea_reaches_every_state_and_nothing_else_is_done_with_it(pool: PgPool) {
    only_what_the_table_says(pool, Kind::Idea).await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_question_reaches_every_state_and_nothing_else_is_done_with_it(pool: PgPool) {
    only_what_the_table_says(pool, Kind::Question).await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_compliment_reaches_every_state_and_nothing_else_is_done_with_it(pool: PgPool) {
    only_what_the_table_says(pool, Kind::Compliment).await;
}

#[test]
fn the_documentation_has_the_table_of_the_code() {
    let documentation = include_str!("../../../ARCHITECTURE.md");
    let name = |what: &dyn std::fmt::Debug| format!("{what:?}");
    let list = |all: Vec<String>| all.join(", ");
    let rows: Vec<String> = TRANSITIONS
        .iter()
        .map(|(action, kinds, states, actor, next)| {
            let kinds = if kinds.len() == Kind::ALL.len() {
                "all".to_owned()
            } else {
                list(kinds.iter().map(|kind| name(kind)).collect())
            };
            let states = if states.len() == State::ALL.len() {
                "all".to_owned()
            } else {
                list(states.iter().map(|state| name(state)).collect())
            };
            let next = next.map_or_else(|| "-".to_owned(), |next| name(&next));
            format!("| `{action:?}` | {kinds} | {states} | {actor:?} | {next} |")
        })
        .collect();
    let start = documentation.find("| `Acknowledge` |").expect("the table is in ARCHITECTURE.md");
    let table: Vec<&str> = documentation[start..].lines().take_while(|line| line.starts_with("| `")).collect();
    assert_eq!(table, rows, "\n{}", rows.join("\n"));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_complaint_runs_from_acknowledgement_to_answer_and_is_opened_again(pool: PgPool) {
    let mut someone = Someone::new(&pool).await;
    let complaint = someone.says(Kind::Complaint, COMPLAINT).await;
    let complaint = someone.desk(&complaint, Act::Take).await;
    let complaint = someone.desk(&complaint, Act::Hear { text: "Wij spraken over het bellen.".into() }).await;
    let answer = |outcome| Act::Answer { outcome, text: "U hebt gelijk. Dat spijt ons.".into() };
    let by = someone.by(Actor::Staff);
    assert!(matches!(someone.does(&complaint, answer(None), by).await, Err(Refused::Outcome)));
    let complaint = someone.desk(&complaint, answer(Some(Outcome::Founded))).await;
    assert_eq!((complaint.state, complaint.outcome), (State::Answered, Some(Outcome::Founded)));
    assert_eq!(complaint.first_contact, Some(true));
    assert!(complaint.closed_at.is_some());
    let page = someone.see(&complaint.path()).await;
    assert!(page.contains("uw klacht is gegrond") && page.contains("Nationale ombudsman"), "{page}");
    someone.wait(10).await;
    let by = someone.by(Actor::Citizen);
    let complaint = someone.does(&complaint, Act::Reopen { text: "Het gebeurde weer.".into() }, by).await.unwrap();
    assert_eq!((complaint.state, complaint.outcome, complaint.closed_at), (State::Reopened, None, None));
    // Sunday 22 November and ten days: six weeks after Wednesday 2 December.
    assert_eq!((complaint.term_from, complaint.due_on), (date("2026-12-02"), date("2027-01-13")));
    assert!(complaint.taken_by.is_none(), "somebody else looks at it");
    let complaint = someone.desk(&complaint, answer(Some(Outcome::Settled))).await;
    assert_eq!(complaint.first_contact, Some(false), "who asked again was not helped at once");
    assert_eq!(
        someone.timeline(&complaint).await,
        ["submitted", "acknowledged", "taken", "heard", "answered", "reopened", "answered"]
    );
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_is_for_another_organisation_goes_there_and_keeps_its_last_day(pool: PgPool) {
    let mut someone = Someone::new(&pool).await;
    let complaint = someone.says(Kind::Complaint, COMPLAINT).await;
    let due_on = complaint.due_on;
    someone.wait(3).await;
    let complaint = someone.desk(&complaint, Act::Take).await;
    let words = "Dit gaat over uw pensioen.".to_owned();
    let by = someone.by(Actor::Staff);
    let same = Act::PassOn { organisation: "gemeente-0599".into(), words: words.clone() };
    assert!(matches!(someone.does(&complaint, same, by).await, Err(Refused::SameOrganisation)));
    let complaint = someone.desk(&complaint, Act::PassOn { organisation: "svb".into(), words }).await;
    assert_eq!((complaint.organisation.as_str(), complaint.passed_from.as_deref()), ("svb", Some("gemeente-0599")));
    assert_eq!((complaint.state, complaint.due_on), (State::Acknowledged, due_on));
    assert!(complaint.taken_by.is_none());
    let page = someone.see(&complaint.path()).await;
    assert!(page.contains("stuurde het door naar Sociale Verzekeringsbank"), "{page}");
    assert_eq!(someone.messages(someone.person).await, ["feedback_acknowledged", "feedback_passed_on"]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_colleague_and_who_looked_too_early_are_refused(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let question = someone.says(Kind::Question, "Wanneer is de balie open?").await;
    let question = someone.desk(&question, Act::Take).await;
    let now = someone.portal.portal.clock.now();
    let answer = || Act::Answer { outcome: None, text: "Van 9 tot 17 uur.".into() };
    let other = By::staff(now, "joost", "Joost", None);
    assert!(matches!(someone.does(&question, answer(), other).await, Err(Refused::TakenBy(name)) if name == "Fatma"));
    let early = By::staff(now, "fatma", "Fatma", Some(question.version - 1));
    assert!(matches!(someone.does(&question, answer(), early).await, Err(Refused::Changed)));
    let seen = By::staff(now, "fatma", "Fatma", Some(question.version));
    assert_eq!(someone.does(&question, answer(), seen).await.unwrap().state, State::Answered);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn who_had_to_be_asked_something_was_not_helped_at_first_contact(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let question = someone.says(Kind::Question, "Wanneer is de balie open?").await;
    let question = someone.desk(&question, Act::Ask { text: "Welke balie bedoelt u?".into() }).await;
    let page = someone.see(&question.path()).await;
    assert!(page.contains("heeft een vraag aan u") && page.contains("Welke balie bedoelt u?"), "{page}");
    let by = someone.by(Actor::Citizen);
    let add = Act::Add { text: "Die in het stadhuis.".into(), documents: Vec::new() };
    let question = someone.does(&question, add, by).await.unwrap();
    assert_eq!(question.question, None);
    let question = someone.desk(&question, Act::Answer { outcome: None, text: "Van 9 tot 17 uur.".into() }).await;
    assert_eq!(question.first_contact, Some(false));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_same_form_twice_is_one_feedback(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let first = someone.says_as(Author::Person(someone.person), Kind::Question, "Wanneer is de balie open?").await;
    let new = crate::feedback::NewFeedback {
        id: first.id,
        author: Author::Person(someone.person),
        kind: Kind::Question,
        organisation: "svb".into(),
        service: None,
        about: None,
        page: None,
        text: "Wanneer is de balie open?".into(),
        wish: None,
        title: None,
        shown_as: None,
        wants_answer: true,
        locale: crate::i18n::Locale::nl,
        documents: &[],
    };
    let mut scope = someone.scope(someone.person).await;
    let again = crate::feedback::submit(&someone.portal.portal, &mut scope, new).await.unwrap();
    scope.commit().await.unwrap();
    assert_eq!(again, first);
    assert_eq!(someone.count().await, 1);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn each_message_about_feedback_has_its_sentence_in_both_languages(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let question = someone.says(Kind::Question, "Wanneer is de balie open?").await;
    let kinds = [
        "survey_asked",
        "feedback_received",
        "feedback_acknowledged",
        "feedback_passed_on",
        "feedback_question",
        "feedback_heard",
        "feedback_extended",
        "feedback_answered",
        "feedback_late",
        "idea_published",
        "idea_reviewed",
        "idea_planned",
        "idea_begun",
        "idea_done",
        "idea_declined",
        "idea_merged",
    ];
    let mut scope = someone.scope(someone.person).await;
    for kind in kinds {
        crate::feedback::change::tell(&mut scope, &question, kind, false, question.received_at).await.unwrap();
    }
    scope.commit().await.unwrap();
    for (path, unspoken) in [("/mijn/berichten", "Een bericht over"), ("/en/mijn/berichten", "A message about")] {
        let page = someone.see(path).await;
        assert!(!page.contains(unspoken), "{page}");
    }
    let page = someone.get("/mijn/berichten").await.body;
    assert!(page.contains(&format!("/mijn/enquete/{}", question.reference)) && page.contains(&question.path()));
}
