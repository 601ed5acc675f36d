//! People, organisations that tell things about them, and what the portal made of it: with the real effect of events.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use super::*;
use crate::{
    events::Workers,
    keys::{Index, Keyring},
    registered_data::Importer,
    usage,
};

impl Post {
    /// A portal in which events have their real effect.
    pub fn real(pool: &PgPool) -> Self {
        let post = Self { test: TestPortal::with(pool, testing::config()), signer: Signer::new() };
        post.inbox().issuer.publish(&post.signer, NOON.parse().unwrap());
        post
    }

    pub async fn meet_demo_people(&self) {
        let demo = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/catalogue/demo/people.csv")).unwrap();
        self.take_in(demo).await;
    }

    pub async fn take_in(&self, lists: Vec<u8>) {
        let config = testing::config();
        let importer = Importer {
            finder: self.portal().finder.clone(),
            database: self.portal().database.clone(),
            keys: Arc::new(Keyring::new(&config.keys.current, &config.keys.list).unwrap()),
            clock: self.portal().clock.clone(),
            catalogue: Arc::clone(&self.portal().catalogue),
            facts: Arc::clone(&self.portal().facts),
        };
        importer.import(std::io::Cursor::new(lists), |_| (), |_| ()).await.unwrap();
    }

    pub async fn send_as(&self, client: &str, event: &Value) -> Answer {
        let kind = match event {
            Value::Array(_) => "application/cloudevents-batch+json",
            _ => "application/cloudevents+json",
        };
        let request = self.request(client, kind);
        self.test.send(request.body(Body::from(event.to_string())).unwrap()).await
    }
}

pub const ANNA: Who = Who { a_number: "9900110001", bsn: "999993653", born: "19870101" };
pub const BO: Who = Who { a_number: "9900110002", bsn: "999990627", born: "19850101" };
pub const CAS: Who = Who { a_number: "9900110003", bsn: "900210291", born: "20230901" };
pub const DEE: Who = Who { a_number: "9900110004", bsn: "900210151", born: "19600101" };
pub const EEF: Who = Who { a_number: "9900110005", bsn: "900210576", born: "20081125" };
pub const FEM: Who = Who { a_number: "9900110006", bsn: "900210722", born: "19900501" };

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Who {
    pub a_number: &'static str,
    pub bsn: &'static str,
    pub born: &'static str,
}

impl Who {
    /// A person list of somebody who lives in Utrecht, at a number of the one street there is here.
    pub fn list(self, number: &str, partner: Option<Who>, children: &[Who]) -> Vec<u8> {
        let mut columns = vec![
            ("01.01.10", self.a_number),
            ("01.01.20", self.bsn),
            ("01.02.40", "Voorbeeld"),
            ("01.03.10", self.born),
            ("07.70.10", "0"),
            ("08.09.10", "0344"),
            ("08.10.10", "W"),
            ("08.11.10", "Voorbeeldstraat"),
            ("08.11.20", number),
            ("08.11.60", "3511SS"),
        ];
        if let Some(partner) = partner {
            columns.extend([
                ("05.01.10", partner.a_number),
                ("05.01.20", partner.bsn),
                ("05.02.40", "Voorbeeld"),
                ("05.03.10", partner.born),
                ("05.06.10", "20100601"),
            ]);
        }
        let child_columns = ["09.01.10", "09.01.20", "09.02.40", "09.03.10"];
        let child = |child: &Who| [child.a_number, child.bsn, "Voorbeeld", child.born];
        let mut text = format!("\u{feff};{}", columns.iter().map(|(id, _)| *id).collect::<Vec<_>>().join(";"));
        text += &format!(";{}\nList", child_columns.join(";"));
        text += &columns.iter().map(|(_, value)| format!(";{value}")).collect::<String>();
        // Each further child is on a row of its own.
        let first = children.first().map_or([""; 4], child);
        text += &format!(";{}\n", first.join(";"));
        for further in children.iter().skip(1) {
            text += &format!("{};{}\n", ";".repeat(columns.len()), child(further).join(";"));
        }
        text.into_bytes()
    }

    /// As a parent's event names a child.
    pub fn as_child(self) -> Value {
        json!({ "valid_from": self.born, "values": {
            "a_number": self.a_number, "bsn": self.bsn, "surname": "Voorbeeld", "birth_date": self.born,
        } })
    }

    pub async fn id(self, pool: &PgPool, portal: &Portal) -> uuid::Uuid {
        sqlx::query_scalar("select person from person_lookup where index = $1")
            .bind(portal.keys.index(Index::Bsn, self.bsn))
            .fetch_one(pool)
            .await
            .unwrap()
    }
}

/// What somebody's address is after they moved to a number of the street.
pub fn at_number(number: &str) -> Value {
    json!([{ "valid_from": "20261120", "values": {
        "municipality": "0344", "function": "W", "street": "Voorbeeldstraat", "house_number": number, "postcode": "3511SS",
        "address_since": "20261120",
    } }])
}

/// One record with these values.
pub fn one(values: Value) -> Value {
    json!([{ "values": values }])
}

pub fn income_of(amount: i64) -> Value {
    json!([{ "valid_from": "20260101", "values": { "year": "2026", "amount": amount.to_string() } }])
}

/// A portal with its workers, and organisations that send.
pub struct Town {
    pub post: Post,
    pub pool: PgPool,
    pub workers: Workers,
    sent: AtomicI64,
}

/// Which organisation's client tells about a register.
pub fn client_of(register: &str) -> (&'static str, &'static str) {
    match register {
        "inkomen" | "vermogen" => ("belastingdienst", "00000099000000001000"),
        "woning" => ("dienst-toeslagen", "00000099000000006000"),
        "kinderbijslag" => ("svb", "00000099000000007000"),
        "zorgverzekering" => ("vecozo", "00000099000000010000"),
        "brp" => ("gemeente-0344", "00000099000000034400"),
        _ => panic!("nobody here sends {register}"),
    }
}

/// The `number`th event of this story.
pub fn event_about(number: i64, who: Who, register: &str, kind: &str, records: Value) -> Value {
    let (client, oin) = client_of(register);
    json!({
        "specversion": "1.0",
        "id": format!("{client}-{number}"),
        "source": format!("urn:nld:oin:{oin}:test"),
        "type": REGISTERED_DATA_CHANGED,
        "time": format!("2026-11-22T{:02}:{:02}:{:02}Z", 8 + number / 3600, number / 60 % 60, number % 60),
        "data": { "bsn": who.bsn, "register": register, "kind": kind, "records": records },
    })
}

impl Town {
    pub fn new(pool: &PgPool) -> Self {
        let post = Post::real(pool);
        let workers = Workers::start(post.portal());
        Self { post, pool: pool.clone(), workers, sent: AtomicI64::new(0) }
    }

    /// An organisation tells what there is of a register now, and it has its effect within a second; more, on a machine that is busy.
    pub async fn tell(&self, who: Who, register: &str, kind: &str, records: Value) -> Value {
        let event = event_about(self.sent.fetch_add(1, Ordering::Relaxed), who, register, kind, records);
        self.send(register, &event).await;
        event
    }

    pub async fn send(&self, register: &str, event: &Value) {
        let started = Instant::now();
        let answer = self.post.send_as(client_of(register).0, event).await;
        assert_eq!(answer.status, 202, "{}", answer.body);
        while count(&self.pool, "waiting").await > 0 {
            assert!(started.elapsed() < Duration::from_secs(5), "{event} waits");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(count(&self.pool, "aside").await, 0, "{event}: {:?}", reason(&self.pool).await);
    }

    /// Everything that is known of somebody who is alone and rents nothing, but their income.
    pub async fn is_known(&self, who: Who) {
        self.tell(who, "zorgverzekering", "insurance", one(json!({ "insured": "1" }))).await;
        self.tell(who, "vermogen", "assets", one(json!({ "year": "2026", "amount": "0" }))).await;
    }

    /// Offers of these services: service, state.
    pub async fn offers(&self, who: Who, services: &[&str]) -> Vec<(String, String)> {
        sqlx::query_as(
            "select service, state from offer where person = $1 and service = any ($2) order by service, period",
        )
        .bind(who.id(&self.pool, self.post.portal()).await)
        .bind(services)
        .fetch_all(&self.pool)
        .await
        .unwrap()
    }

    pub async fn messages(&self, who: Who, service: &str) -> Vec<String> {
        sqlx::query_scalar("select kind from message where person = $1 and service = $2 order by at, kind")
            .bind(who.id(&self.pool, self.post.portal()).await)
            .bind(service)
            .fetch_all(&self.pool)
            .await
            .unwrap()
    }

    /// How often somebody was worked out, by their log.
    pub async fn worked_out(&self, who: Who) -> i64 {
        sqlx::query_scalar(
            "select count(*) from usage_entry where person = $1 and activity = 'evaluate' and role = 'system'",
        )
        .bind(who.id(&self.pool, self.post.portal()).await)
        .fetch_one(&self.pool)
        .await
        .unwrap()
    }

    /// How much there is of everything that finding offers writes.
    pub async fn written(&self) -> Vec<i64> {
        sqlx::query_scalar(
            "select count(*) from offer union all select count(*) from offer_event union all select count(*) from message
              union all select count(*) from usage_entry union all select count(*) from registered_record
              union all select coalesce(sum(xmin::text::bigint), 0)::bigint from offer
              union all select coalesce(sum(xmin::text::bigint), 0)::bigint from facts",
        )
        .fetch_all(&self.pool)
        .await
        .unwrap()
    }

    pub async fn ends(self) {
        let mut owner = self.pool.acquire().await.unwrap();
        let verified = usage::verify(&mut owner, &usage::Heads::new()).await.unwrap();
        assert!(verified.broken.is_empty(), "{:?}", verified.broken);
        self.workers.stop().await;
    }
}

pub fn only(service: &str, state: &str) -> Vec<(String, String)> {
    vec![(service.to_owned(), state.to_owned())]
}
