//! What holders of registers tell about requests to correct what they hold.

use serde_json::json;

use super::{
    town::{ANNA, Town, income_of, only},
    *,
};
use crate::{
    cases::{self, By, Case},
    corrections::{self, Explanation, Request, State, Submitted},
    database::PersonId,
    events::{store, worker},
    registered_data::{Which, holdings},
    usage::{Role, Usage, activity},
};

const TAX: &str = "urn:nld:oin:00000099000000001000";
const SVB: &str = "urn:nld:oin:00000099000000007000";

/// Somebody who asked to have a hundred times too high an income corrected.
struct Asked {
    town: Town,
    person: PersonId,
    case: Case,
}

impl Asked {
    async fn new(pool: &PgPool) -> Self {
        let town = Town::new(pool);
        town.post.take_in(ANNA.list("7", None, &[])).await;
        town.is_known(ANNA).await;
        town.tell(ANNA, "inkomen", "income", income_of(215_000_000)).await;
        let portal = town.post.portal();
        let person = PersonId(ANNA.id(pool, portal).await);
        let mut scope = scope(portal, person).await;
        let held = holdings(scope.sql(), person, &["inkomen"], Which::Everything).await.unwrap().pop().unwrap();
        let register = portal.catalogue.register("inkomen").unwrap();
        let record = held.current("income").next().unwrap();
        let request = Request {
            register,
            kind: register.kind("income").unwrap(),
            value: register.value("jaarinkomen").unwrap(),
            object: 0,
            record: Some(record),
            holder: &record.holder,
            proposed: [("amount".to_owned(), "2150000".to_owned())].into(),
            explanation: Explanation::default(),
        };
        let by = By::citizen(portal.clock.now());
        let Submitted::Case(case) = corrections::submit(portal, &mut scope, person, request, by).await.unwrap() else {
            panic!("there is one already")
        };
        scope.commit().await.unwrap();
        Self { town, person, case: *case }
    }

    async fn state(&self) -> State {
        let mut scope = scope(self.town.post.portal(), self.person).await;
        corrections::of_case(scope.sql(), self.case.id).await.unwrap().unwrap().state
    }

    /// An event of a source about the case.
    fn event(&self, source: &str, kind: &str, data: Value) -> Value {
        static NUMBER: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        let mut all = json!({ "bsn": ANNA.bsn, "reference": self.case.reference });
        all.as_object_mut().unwrap().extend(data.as_object().unwrap().clone());
        json!({
            "specversion": "1.0",
            "id": format!("correction {}", NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed)),
            "source": source,
            "type": format!("nl.voordeur.{kind}.v1"),
            "time": "2026-11-22T10:00:00Z",
            "data": all,
        })
    }

    /// The holder tells, and it has its effect; the reason when it has none.
    async fn tells(&self, kind: &str, data: Value) -> Option<String> {
        self.client_tells("belastingdienst", TAX, kind, data).await
    }

    async fn client_tells(&self, client: &str, source: &str, kind: &str, data: Value) -> Option<String> {
        let before: i64 = count(&self.town.pool, "aside").await;
        let answer = self.town.post.send_as(client, &self.event(source, kind, data)).await;
        assert_eq!(answer.status, 202, "{kind}: {}", answer.body);
        for _ in 0..2000 {
            if count(&self.town.pool, "waiting").await == 0 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        assert_eq!(count(&self.town.pool, "waiting").await, 0, "{kind} waits: {:?}", reason(&self.town.pool).await);
        if count(&self.town.pool, "aside").await == before {
            return None;
        }
        sqlx::query_scalar("select reason from event where state = 'aside' order by number desc limit 1")
            .fetch_one(&self.town.pool)
            .await
            .unwrap()
    }

    async fn income(&self) -> String {
        sqlx::query_scalar(
            "select values ->> 'amount' from registered_record where register = 'inkomen' and version = 0",
        )
        .fetch_one(&self.town.pool)
        .await
        .unwrap()
    }
}

async fn scope(portal: &Portal, person: PersonId) -> Scope {
    let usage = Usage {
        at: portal.clock.now(),
        organisation: "voordeur".into(),
        role: Role::Citizen,
        activity: activity::VIEW,
        groups: vec![],
    };
    portal.database.as_person(person, usage).await.unwrap()
}

fn decided(outcome: &str) -> Value {
    json!({ "outcome": outcome, "reasons": "Uw aangifte zegt € 21.500.", "decided_on": "2026-11-22" })
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_holder_receives_asks_looks_into_it_and_honours_and_the_offer_that_follows_is_right(pool: PgPool) {
    let asked = Asked::new(&pool).await;
    assert_eq!(asked.town.offers(ANNA, &["zorgtoeslag"]).await, []);
    assert_eq!(asked.tells("correction.received", json!({})).await, None);
    assert_eq!(asked.state().await, State::Received);
    assert_eq!(asked.tells("correction.received", json!({})).await, None, "again changes nothing");
    let question = json!({ "words": { "nl": "Hebt u een aanslag?" }, "answer_by": "2026-12-06", "pauses": true });
    assert_eq!(asked.tells("case.question-asked", question).await, None);
    assert_eq!(asked.state().await, State::InformationNeeded);
    assert_eq!(asked.tells("correction.investigated", json!({})).await, None);
    assert_eq!(asked.state().await, State::UnderInvestigation);
    assert_eq!(asked.tells("correction.decided", decided("honoured")).await, None);
    assert_eq!((asked.state().await, asked.income().await.as_str()), (State::Honoured, "2150000"));
    assert_eq!(asked.town.offers(ANNA, &["zorgtoeslag"]).await, only("zorgtoeslag", "offered"));
    let lines: Vec<String> =
        sqlx::query_scalar("select what ->> 'kind' from case_event where case_id = $1 order by sequence")
            .bind(asked.case.id)
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(lines, ["opened", "status", "asked", "resumed", "decided", "finished"]);
    asked.town.ends().await;
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn in_part_has_values_that_the_register_may_have_or_waits_for_its_own_event(pool: PgPool) {
    let asked = Asked::new(&pool).await;
    asked.tells("correction.received", json!({})).await;
    for wrong in [json!({ "amount": "veel" }), json!({ "amount": "-1" }), json!({ "bsn": "900210291" })] {
        let mut data = decided("partly_honoured");
        data["values"] = wrong.clone();
        assert_eq!(
            asked.tells("correction.decided", data).await.as_deref(),
            Some("values: not of this register"),
            "{wrong}"
        );
    }
    assert_eq!(asked.state().await, State::Received);
    let mut data = decided("partly_honoured");
    data["values"] = json!({ "amount": "2400000" });
    assert_eq!(asked.tells("correction.decided", data).await, None);
    assert_eq!((asked.state().await, asked.income().await.as_str()), (State::PartlyHonoured, "2400000"));
    asked.town.ends().await;
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_cannot_be_in_its_state_or_is_not_the_holders_steps_aside(pool: PgPool) {
    let asked = Asked::new(&pool).await;
    for kind in ["correction.investigated", "correction.decided"] {
        let data = if kind == "correction.decided" { decided("refused") } else { json!({}) };
        assert_eq!(asked.tells(kind, data).await.as_deref(), Some("not-now"), "{kind} before it is received");
    }
    let other = asked.client_tells("svb", SVB, "correction.received", json!({})).await;
    assert_eq!(other.as_deref(), Some("unknown-case"), "another's case is not there");
    assert_eq!(asked.state().await, State::Submitted);
    let words = json!({ "nl": "Dit is voor de SVB." });
    let nowhere = json!({ "organisation": "bestaat-niet", "words": words });
    assert_eq!(asked.tells("case.passed-on", nowhere).await.as_deref(), Some("not-now"));
    let to_svb = json!({ "organisation": "svb", "words": words });
    assert_eq!(asked.tells("case.passed-on", to_svb).await, None);
    assert_eq!(asked.state().await, State::Referred);
    assert_eq!(asked.tells("correction.received", json!({})).await.as_deref(), Some("unknown-case"));
    assert_eq!(asked.client_tells("svb", SVB, "correction.received", json!({})).await, None);
    assert_eq!(asked.state().await, State::Received);
    // Who does not hold the value honours it in vain: the register stays as it is.
    assert_eq!(asked.client_tells("svb", SVB, "correction.decided", decided("honoured")).await, None);
    assert_eq!(asked.income().await, "215000000");
    assert_eq!(
        asked.client_tells("svb", SVB, "correction.decided", decided("refused")).await.as_deref(),
        Some("decided-already")
    );
    asked.town.ends().await;
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn nobody_outside_says_what_the_portal_itself_has_to_do(pool: PgPool) {
    let asked = Asked::new(&pool).await;
    let data = json!({ "case": asked.case.id, "rectification": {
        "register": "inkomen", "kind": "income", "object": 0, "was": null, "becomes": { "amount": "1" },
        "document": "x", "decided_on": "2026-11-22",
    } });
    let answer = asked.town.post.send_as("belastingdienst", &asked.event(TAX, "correction.honoured", data)).await;
    assert_eq!(answer.status, 422, "{}", answer.body);
    let problem: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(problem["errors"][0]["pointer"], "/type");
    assert_eq!(asked.income().await, "215000000");
    asked.town.ends().await;
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_is_honoured_once_is_registered_once_however_often_it_is_queued_or_a_worker_is_killed(pool: PgPool) {
    let asked = Asked::new(&pool).await;
    let portal = asked.town.post.portal().clone();
    asked.tells("correction.received", json!({})).await;
    let Asked { town, person, case } = asked;
    let pool = town.pool.clone();
    town.ends().await;
    let mut acting = scope(&portal, person).await;
    let held = cases::store::hold(acting.sql(), case.id).await.unwrap().unwrap();
    let today = portal.clock.today();
    let decision = Box::new(cases::Decision {
        outcome: cases::Outcome::Granted,
        reasons: "Ja.".into(),
        grounds: cases::Grounds::default(),
        decided_on: today,
        announced_on: today,
        objection_until: None,
        documents: vec![],
    });
    let act = corrections::Act::Decide { decision, values: None };
    corrections::change(&portal, &mut acting, held, act, By::organisation(portal.clock.now())).await.unwrap();
    acting.commit().await.unwrap();
    let inbox = portal.events.as_ref().unwrap();
    // A worker has it in hand and dies: the transaction with all that it did is gone, and the event waits again.
    let mut dead = pool.begin().await.unwrap();
    assert_eq!(store::claim(&mut dead, portal.clock.now(), 8, "").await.unwrap().len(), 1);
    assert_eq!(worker::next(&portal, inbox, &mut 0).await.unwrap(), 0, "nobody else takes it meanwhile");
    dead.rollback().await.unwrap();
    assert_eq!(worker::next(&portal, inbox, &mut 0).await.unwrap(), 1);
    assert_eq!(worker::next(&portal, inbox, &mut 0).await.unwrap(), 0);
    let versions: i64 = sqlx::query_scalar("select count(*) from registered_record where register = 'inkomen'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!((versions, count(&pool, "aside").await), (2, 0));
}
