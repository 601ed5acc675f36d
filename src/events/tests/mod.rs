//! Events from the door to their effect, over HTTP and against a real PostgreSQL, as the application role.

use axum::body::Body;
use futures::{FutureExt, future::BoxFuture};
use http::{Request, header};
use jiff::civil::Date;
use serde_json::{Value, json};
use sqlx::PgPool;

use super::{
    Inbox, REGISTERED_DATA_CHANGED,
    effect::{Checked, Effect, Event, Failure},
    problem::Mistake,
};
use crate::{
    config::Config,
    database::Scope,
    identity::Signer,
    registered_data::{Bsn, ChangedFacts},
    server::Portal,
    testing::{self, Answer, NOON, TestPortal},
};

mod cases;
mod corrections;
mod door;
mod effects;
mod outages;
mod queue;
mod scenarios;
mod storms;
mod together;
mod town;

const BSN: &str = "900210291";

/// The effect of an event here: a line in table `noted`, or what its data say should go wrong.
struct Noted;

impl Effect for Noted {
    fn check(&self, _: &Portal, _: Date, data: &Value) -> Result<Checked, Vec<Mistake>> {
        let bsn = data["bsn"].as_str().and_then(Bsn::parse);
        bsn.map(|bsn| Checked { bsn }).ok_or_else(|| vec![Mistake::new("/bsn", "Must be a BSN.")])
    }

    fn apply<'a>(
        &'a self,
        _: &'a Portal,
        scope: &'a mut Scope,
        event: Event<'a>,
    ) -> BoxFuture<'a, Result<ChangedFacts, Failure>> {
        async move {
            sqlx::query("insert into noted (bsn, number, organisation) values ($1, $2, $3)")
                .bind(event.data["bsn"].as_str())
                .bind(event.data["number"].as_i64())
                .bind(event.organisation)
                .execute(scope.sql())
                .await?;
            match event.data["goes"].as_str() {
                Some("wrong") => {
                    sqlx::query("select 'x'::text::int").execute(scope.sql()).await?;
                }
                Some("mad") => panic!("something fixed"),
                Some("unknown") => {
                    let known: bool =
                        sqlx::query_scalar("select exists (select from person_lookup)").fetch_one(scope.sql()).await?;
                    if !known {
                        return Err(Failure::UnknownPerson);
                    }
                }
                Some("double") => return Err(Failure::TwoPeople),
                Some("slowly") => {
                    sqlx::query("select pg_sleep(0.02)").execute(scope.sql()).await?;
                }
                _ => {}
            }
            Ok(ChangedFacts::new())
        }
        .boxed()
    }
}

struct Post {
    test: TestPortal,
    signer: Signer,
}

impl Post {
    /// A replica of the portal whose issuer has answered; the first one on its database.
    async fn new(pool: &PgPool) -> Self {
        sqlx::raw_sql(
            "create table noted (place bigint generated always as identity, bsn text, number bigint, organisation text);
             grant insert on noted to voordeur_application",
        )
        .execute(pool)
        .await
        .unwrap();
        Self::another(pool)
    }

    fn another(pool: &PgPool) -> Self {
        Self::with(pool, testing::config())
    }

    fn only_receiving(pool: &PgPool) -> Self {
        let mut config = testing::config();
        config.events.as_mut().unwrap().workers = 0;
        Self::with(pool, config)
    }

    fn with(pool: &PgPool, mut config: Config) -> Self {
        let settings = config.events.as_mut().unwrap();
        settings.workers = settings.workers.min(2);
        let test = TestPortal::with_inbox(pool, config, |inbox| inbox.with(Noted));
        let signer = Signer::new();
        let post = Self { test, signer };
        post.inbox().issuer.publish(&post.signer, NOON.parse().unwrap());
        post
    }

    fn portal(&self) -> &Portal {
        &self.test.portal
    }

    fn inbox(&self) -> &Inbox {
        self.test.portal.events.as_ref().unwrap()
    }

    fn token(&self, client: &str) -> String {
        self.inbox().issuer.token(&self.signer, client, self.portal().clock.now())
    }

    fn request(&self, client: &str, kind: &str) -> http::request::Builder {
        Request::post("/api/v1/events")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token(client)))
            .header(header::CONTENT_TYPE, kind)
    }

    async fn send(&self, event: &Value) -> Answer {
        let kind = match event {
            Value::Array(_) => "application/cloudevents-batch+json",
            _ => "application/cloudevents+json",
        };
        let request = self.request("belastingdienst", kind).body(Body::from(event.to_string())).unwrap();
        self.test.send(request).await
    }

    /// Processes what is due, one event after the other; how many there were.
    async fn process(&self) -> usize {
        let (mut events, mut alone) = (0, 0);
        loop {
            match super::worker::next(self.portal(), self.inbox(), &mut alone).await.unwrap() {
                0 => return events,
                more => events += more,
            }
        }
    }
}

fn event(number: i64) -> Value {
    about(BSN, number)
}

fn about(bsn: &str, number: i64) -> Value {
    json!({
        "specversion": "1.0",
        "id": format!("event {number}"),
        "source": "urn:nld:oin:00000099000000001000:bri",
        "type": REGISTERED_DATA_CHANGED,
        "time": "2026-11-22T10:00:00Z",
        "datacontenttype": "application/json",
        "data": { "bsn": bsn, "register": "inkomen", "number": number },
    })
}

fn that_goes(how: &str, number: i64) -> Value {
    let mut event = event(number);
    event["data"]["goes"] = how.into();
    event
}

/// A BSN that passes its test.
fn bsn(n: i64) -> String {
    (n * 11 + 900_000_000..).map(|n| n.to_string()).find(|bsn| Bsn::parse(bsn).is_some()).unwrap()
}

/// What had its effect, in order.
async fn noted(pool: &PgPool) -> Vec<i64> {
    sqlx::query_scalar("select number from noted order by place").fetch_all(pool).await.unwrap()
}

/// How many events are in a state.
async fn count(pool: &PgPool, state: &str) -> i64 {
    sqlx::query_scalar("select count(*) from event where state = $1").bind(state).fetch_one(pool).await.unwrap()
}

async fn reason(pool: &PgPool) -> Option<String> {
    sqlx::query_scalar("select reason from event where state <> 'done'").fetch_one(pool).await.unwrap()
}
