//! Events to an organisation's system, over HTTP on this machine and against a real PostgreSQL, as the application role.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Bytes, extract::State, response::Response, routing::post};
use http::{HeaderMap, Request, StatusCode, header};
use jiff::SignedDuration;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::{deliver, signature};
use crate::{
    cases::{self, Act, By, Case, Kind, NewCase},
    config::Config,
    database::PersonId,
    identity::Signer,
    keys::Use,
    server::Portal,
    testing::{self, Answer, NOON, TestPortal},
    usage::{Role, Usage, activity},
};

mod commands;
mod delivering;
mod fetching;

const TOESLAGEN: &str = "dienst-toeslagen";

/// How the organisation's system answers, the next time it is asked.
#[derive(Clone, Debug)]
enum Mood {
    /// With a status, and a header `Retry-After` if there is one.
    Says(u16, &'static str),
    /// After so long, and then with 202.
    Slowly(Duration),
    /// It takes the event, and the connection breaks before it answers.
    Breaks,
}

/// An organisation's system.
#[derive(Clone)]
struct Agency {
    address: String,
    moods: Arc<Mutex<VecDeque<Mood>>>,
    received: Arc<Mutex<Vec<Received>>>,
}

/// What it received, in order.
#[derive(Clone)]
struct Received {
    headers: HeaderMap,
    body: String,
}

impl Received {
    fn event(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl Agency {
    async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/gebeurtenissen?bron=voordeur", listener.local_addr().unwrap());
        let agency = Self { address, moods: Arc::default(), received: Arc::default() };
        let router = Router::new().route("/gebeurtenissen", post(receive)).with_state(agency.clone());
        tokio::spawn(axum::serve(listener, router).into_future());
        agency
    }

    /// Answers so the next times, and then with 202 again.
    fn will(&self, moods: impl IntoIterator<Item = Mood>) {
        self.moods.lock().unwrap().extend(moods);
    }

    fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// The texts that came in, in order.
    fn texts(&self) -> Vec<String> {
        self.received().iter().map(|one| one.event()["data"]["text"].as_str().unwrap_or("-").to_owned()).collect()
    }
}

async fn receive(State(agency): State<Agency>, headers: HeaderMap, body: Bytes) -> Response {
    let mood = agency.moods.lock().unwrap().pop_front().unwrap_or(Mood::Says(202, ""));
    let received = Received { headers, body: String::from_utf8(body.to_vec()).unwrap() };
    agency.received.lock().unwrap().push(received);
    if let Mood::Slowly(time) = mood {
        tokio::time::sleep(time).await;
    }
    let (status, after) = match mood {
        Mood::Says(status, after) => (status, after),
        Mood::Slowly(_) => (202, ""),
        // hyper closes the connection when a handler panics.
        Mood::Breaks => std::panic::resume_unwind(Box::new("broken off")),
    };
    let mut answer = Response::new(axum::body::Body::empty());
    *answer.status_mut() = StatusCode::from_u16(status).unwrap();
    if !after.is_empty() {
        answer.headers_mut().insert(header::RETRY_AFTER, after.parse().unwrap());
    }
    answer
}

/// A portal with an organisation that receives, and one that fetches (SVB).
struct World {
    pool: PgPool,
    test: TestPortal,
    signer: Signer,
    agency: Agency,
}

fn config(agency: &Agency) -> Config {
    let mut config = testing::config();
    let file = std::env::temp_dir().join(format!("voordeur-outbox-key-{}.pem", Uuid::new_v4()));
    std::fs::write(&file, signature::tests::TEST_KEY).unwrap();
    config.outbox.signing_key_file = Some(file);
    config.outbox.endpoints = [("dienst_toeslagen".to_owned(), agency.address.clone())].into();
    config
}

impl World {
    async fn new(pool: &PgPool) -> Self {
        let agency = Agency::open().await;
        Self::with(pool, agency)
    }

    fn with(pool: &PgPool, agency: Agency) -> Self {
        let config = config(&agency);
        let test = TestPortal::with(pool, config);
        std::fs::remove_file(test.portal.config.outbox.signing_key_file.as_ref().unwrap()).unwrap();
        let signer = Signer::new();
        test.portal.events.as_ref().unwrap().issuer.publish(&signer, NOON.parse().unwrap());
        Self { pool: pool.clone(), test, signer, agency }
    }

    /// Another replica on the same database.
    fn replica(&self) -> Self {
        Self::with(&self.pool, self.agency.clone())
    }

    fn portal(&self) -> &Portal {
        &self.test.portal
    }

    async fn scope(&self, person: PersonId) -> crate::database::Scope {
        let usage = Usage {
            at: self.portal().clock.now(),
            organisation: "voordeur".to_owned(),
            role: Role::Citizen,
            activity: activity::CHOOSE,
            groups: vec!["cases".to_owned()],
        };
        self.portal().database.as_person(person, usage).await.unwrap()
    }

    /// Somebody with a case that an organisation has and that was not told of.
    async fn case_of(&self, organisation: &str) -> Case {
        let person = PersonId(Uuid::new_v4());
        sqlx::query("insert into person values ($1, $2, null, 'gemeente-0599', 'current', false)")
            .bind(person)
            .bind(self.portal().keys.seal(Use::Number, b"900210291"))
            .execute(&self.pool)
            .await
            .unwrap();
        let mut scope = self.scope(person).await;
        let now = self.portal().clock.now();
        let service = self.portal().rules.service("zorgtoeslag").unwrap();
        let new = NewCase::of(service, Kind::Application, organisation.to_owned(), now);
        let case = cases::open(self.portal(), &mut scope, person, new, By::citizen(now)).await.unwrap().unwrap();
        scope.commit().await.unwrap();
        case
    }

    async fn case(&self) -> Case {
        self.case_of(TOESLAGEN).await
    }

    /// The citizen asks something, of which the organisation is told.
    async fn ask(&self, case: &Case, text: &str) {
        let mut scope = self.scope(case.person).await;
        let held = cases::store::hold(scope.sql(), case.id).await.unwrap().unwrap();
        let act = Act::Enquire { text: text.to_owned(), documents: Vec::new() };
        cases::change(self.portal(), &mut scope, held, act, By::citizen(self.portal().clock.now())).await.unwrap();
        scope.commit().await.unwrap();
    }

    /// Delivers what is due now, one after the other; how many deliveries there were.
    async fn deliver(&self) -> usize {
        let mut deliveries = 0;
        while deliver::next(self.portal(), TOESLAGEN).await.unwrap() {
            deliveries += 1;
        }
        deliveries
    }

    /// Goes on until nothing waits, letting time pass.
    async fn deliver_patiently(&self) {
        for _ in 0..400 {
            self.deliver().await;
            if self.count("waiting").await == 0 {
                return;
            }
            self.test.wait(SignedDuration::from_secs(10));
        }
        panic!("{} events wait", self.count("waiting").await);
    }

    async fn count(&self, state: &str) -> i64 {
        sqlx::query_scalar("select count(*) from outgoing_event where state = $1")
            .bind(state)
            .fetch_one(&self.pool)
            .await
            .unwrap()
    }

    async fn reason(&self) -> String {
        sqlx::query_scalar("select coalesce(reason, '') from outgoing_event order by number limit 1")
            .fetch_one(&self.pool)
            .await
            .unwrap()
    }

    async fn get(&self, client: &str, path: &str) -> Answer {
        let inbox = self.portal().events.as_ref().unwrap();
        let token = inbox.issuer.token(&self.signer, client, self.portal().clock.now());
        let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.test.send(request.body(axum::body::Body::empty()).unwrap()).await
    }
}

/// Of a list of events, which there are.
fn texts(events: &Value) -> Vec<&str> {
    events.as_array().unwrap().iter().map(|event| event["data"]["text"].as_str().unwrap()).collect()
}
