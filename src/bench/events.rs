//! How many events a second the portal takes and how long it is from an event to the offer it leads to, over HTTP and through the
//! database, with everybody else in the tables.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{Json, Router, extract::Request};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};
use sqlx::PgConnection;
use tokio::{net::TcpListener, task::JoinSet};

use super::{Figures, Server};
use crate::{clock::Clock, events::REGISTERED_DATA_CHANGED, keys::Use, server::Portal};

/// So many events a second are sent, for so long.
const RATE: u32 = 300;
const SECONDS: u32 = 10;

/// How often is looked what is done: the latencies are no finer.
const LOOK: Duration = Duration::from_millis(5);

const LOOKED_AT: usize = 32;

/// Whoever sends and is not done by then never will be.
const PATIENCE: Duration = Duration::from_secs(60);

/// # Errors
/// When an event is refused, or has no effect in time.
pub async fn measure(
    portal: &Portal,
    owner: &mut PgConnection,
    figures: &mut Figures,
) -> Result<(), Box<dyn std::error::Error>> {
    // What was measured before wrote millions of rows; tidying up after it would go on while this is measured.
    sqlx::raw_sql("vacuum (analyze)").execute(&mut *owner).await?;
    // Nothing was analysed since the queue was empty: what looks at it must not read all of it, at the expense of what is measured.
    sqlx::raw_sql("set enable_seqscan = off").execute(&mut *owner).await?;
    let issuer = Issuer::start().await?;
    let people = insured(portal, owner, i64::from(RATE * SECONDS) + 200).await?;
    let server = Server::start_with(portal, &["serve"], &[("VOORDEUR__EVENTS__ISSUER", &issuer.address)]).await?;
    let audience = format!("{}/api/v1", portal.config.server.public_url);
    let token = issuer.token(&portal.clock, "belastingdienst", &audience)?;
    let client = reqwest::Client::new();
    let url = format!("http://{}/api/v1/events", server.address);
    // Connections, plans and keys are warm after the first hundred.
    let (warm, people) = people.split_at(people.len().min(100));
    send(&portal.clock, &client, &url, &token, warm, "warm").await?;
    settle(owner).await?;
    let (few, people) = people.split_at(people.len().min(100));
    let alone = one_by_one(portal, owner, (&client, &url, &token), few).await?;
    println!("one event at a time: event to offer p50 {:.0} ms, p99 {:.0} ms", at(&alone, 0.5), at(&alone, 0.99));
    figures.insert("events one at a time: from event to offer, p50 ms".into(), at(&alone, 0.5));
    figures.insert("events one at a time: from event to offer, p99 ms".into(), at(&alone, 0.99));
    let offers = offered(owner).await?;
    let started = Instant::now();
    let mut tick = tokio::time::interval(Duration::from_secs(1) / RATE);
    let mut sending = JoinSet::new();
    let mut sent = BTreeMap::new();
    let mut took = Vec::new();
    let mut looked = Instant::now();
    for (at, bsn) in people.iter().enumerate() {
        tick.tick().await;
        sent.insert(format!("measured {at:06}"), Instant::now());
        let request = request(&portal.clock, &client, &url, &token, bsn, &format!("measured {at:06}"));
        sending.spawn(async move { request.send().await.and_then(reqwest::Response::error_for_status) });
        if looked.elapsed() > LOOK {
            looked = Instant::now();
            collect(owner, &mut sent, &mut took).await?;
        }
    }
    let sending_took = started.elapsed().as_secs_f64();
    while let Some(answer) = sending.join_next().await {
        answer??;
    }
    while !sent.is_empty() {
        if started.elapsed() > PATIENCE + Duration::from_secs(u64::from(SECONDS)) {
            return Err(format!("{} events were never done", sent.len()).into());
        }
        collect(owner, &mut sent, &mut took).await?;
        tokio::time::sleep(LOOK).await;
    }
    let all = started.elapsed().as_secs_f64();
    took.sort_unstable();
    let found = offered(owner).await? - offers;
    println!(
        "events: {:.0} a second sent, {:.0} a second done, event to offer p50 {:.0} ms, p99 {:.0} ms; {} events, {found} offers",
        people.len() as f64 / sending_took,
        people.len() as f64 / all,
        at(&took, 0.5),
        at(&took, 0.99),
        people.len()
    );
    figures.insert("events: sent per second".into(), people.len() as f64 / sending_took);
    figures.insert("events: done per second".into(), people.len() as f64 / all);
    figures.insert("events: from event to offer, p50 ms".into(), at(&took, 0.5));
    figures.insert("events: from event to offer, p99 ms".into(), at(&took, 0.99));
    figures.insert("events: offers found".into(), found as f64);
    let memory = server.most_memory()?;
    figures.insert("events: server memory at most, MB".into(), memory);
    println!("memory of the server at most {memory:.0} MB, with the whole population in the database");
    server.stop().await?;
    Ok(())
}

/// In milliseconds, of times in order.
fn at(took: &[Duration], share: f64) -> f64 {
    took[((took.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0
}

/// How long each takes when nothing else waits, in order.
async fn one_by_one(
    portal: &Portal,
    owner: &mut PgConnection,
    (client, url, token): (&reqwest::Client, &str, &str),
    people: &[String],
) -> Result<Vec<Duration>, Box<dyn std::error::Error>> {
    let mut took = Vec::new();
    for (number, bsn) in people.iter().enumerate() {
        let id = format!("alone {number}");
        let mut sent = BTreeMap::from([(id.clone(), Instant::now())]);
        request(&portal.clock, client, url, token, bsn, &id).send().await?.error_for_status()?;
        while !sent.is_empty() {
            collect(owner, &mut sent, &mut took).await?;
        }
    }
    took.sort_unstable();
    Ok(took)
}

/// BSNs of imported people who lack nothing for zorgtoeslag but an income.
async fn insured(
    portal: &Portal,
    owner: &mut PgConnection,
    most: i64,
) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    sqlx::raw_sql(
        "update facts set health_insured = true, assets = 0, treaty_entitled = false from person p
          where p.person = facts.person and p.standing = 'current' and facts.birth_date < '2000-01-01'",
    )
    .execute(&mut *owner)
    .await?;
    let sealed: Vec<Vec<u8>> = sqlx::query_scalar(
        "select p.bsn from person p join facts f on f.person = p.person
          where p.bsn is not null and p.standing = 'current' and not exists (select from bsn_conflict c where c.person = p.person)
          order by f.birth_date < '2000-01-01' desc, p.person limit $1",
    )
    .bind(most)
    .fetch_all(owner)
    .await?;
    let open = |bsn: &Vec<u8>| Ok(String::from_utf8(portal.keys.open(Use::Number, bsn)?)?);
    sealed.iter().map(open).collect()
}

async fn offered(owner: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("select count(*) from offer where service = 'zorgtoeslag' and state = 'offered'")
        .fetch_one(owner)
        .await
}

fn request(
    clock: &Clock,
    client: &reqwest::Client,
    url: &str,
    token: &str,
    bsn: &str,
    id: &str,
) -> reqwest::RequestBuilder {
    let event = json!({
        "specversion": "1.0", "id": id, "source": "urn:nld:oin:00000099000000001000:bench", "type": REGISTERED_DATA_CHANGED,
        "time": clock.now().to_string(), "datacontenttype": "application/json",
        "data": {
            "bsn": bsn, "register": "inkomen", "kind": "income",
            "records": [{ "valid_from": "20260101", "values": { "year": "2026", "amount": "1900000" } }],
        },
    });
    client.post(url).bearer_auth(token).header("content-type", "application/cloudevents+json").body(event.to_string())
}

/// All at once, so that every connection and worker has its share.
async fn send(
    clock: &Clock,
    client: &reqwest::Client,
    url: &str,
    token: &str,
    people: &[String],
    id: &str,
) -> Result<(), reqwest::Error> {
    let requests = people.iter().enumerate();
    let sent = requests.map(|(at, bsn)| request(clock, client, url, token, bsn, &format!("{id} {at}")).send());
    for answer in futures::future::join_all(sent).await {
        answer?.error_for_status()?;
    }
    Ok(())
}

async fn settle(owner: &mut PgConnection) -> Result<(), Box<dyn std::error::Error>> {
    let started = Instant::now();
    while sqlx::query_scalar::<_, i64>("select count(*) from event where state = 'waiting'")
        .fetch_one(&mut *owner)
        .await?
        > 0
    {
        if started.elapsed() > PATIENCE {
            return Err("events are not done".into());
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

/// Which of the events that were sent first are done by now. Of so few at a time, as looking takes time from what is measured; who is
/// done before its turn is found later, and never too early.
async fn collect(
    owner: &mut PgConnection,
    sent: &mut BTreeMap<String, Instant>,
    took: &mut Vec<Duration>,
) -> Result<(), Box<dyn std::error::Error>> {
    let open: Vec<&String> = sent.keys().take(LOOKED_AT).collect();
    let states: Vec<(String, String)> = sqlx::query_as(
        // One by one by both columns of the key: what was never analysed, PostgreSQL looks up by the first alone, and reads every event.
        "select sent.id, state from unnest($1::text[]) as sent (id)
          cross join lateral (select state from event
                               where source = 'urn:nld:oin:00000099000000001000:bench' and event.id = sent.id limit 1) e",
    )
    .bind(open)
    .fetch_all(owner)
    .await?;
    for (id, state) in states {
        match state.as_str() {
            "done" => took.extend(sent.remove(&id).map(|at| at.elapsed())),
            "aside" => return Err(format!("event {id} is set aside").into()),
            _ => {}
        }
    }
    Ok(())
}

/// An issuer of access tokens, for this machine and this run only.
struct Issuer {
    address: String,
    key: EncodingKey,
}

impl Issuer {
    async fn start() -> Result<Self, Box<dyn std::error::Error>> {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).map_err(|_| "no key")?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random)
            .map_err(|_| "no key")?;
        // Uncompressed: 4, then x and y of 32 bytes each (SEC 1, section 2.3.3).
        let point = pair.public_key().as_ref();
        let coordinate = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let keys = json!({ "keys": [{
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "bench",
            "x": coordinate(&point[1..33]), "y": coordinate(&point[33..]),
        }] });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let local: SocketAddr = listener.local_addr()?;
        let address = format!("http://{local}");
        let metadata = Arc::new(json!({ "issuer": address, "jwks_uri": format!("{address}/keys") }));
        let keys: Arc<Value> = Arc::new(keys);
        let router = Router::new().fallback(async move |request: Request| {
            Json(if request.uri().path() == "/keys" { (*keys).clone() } else { (*metadata).clone() })
        });
        tokio::spawn(axum::serve(listener, router).into_future());
        Ok(Self { address, key: EncodingKey::from_ec_der(pkcs8.as_ref()) })
    }

    fn token(&self, clock: &Clock, client: &str, audience: &str) -> Result<String, jsonwebtoken::errors::Error> {
        let now = clock.now().as_second();
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some("bench".to_owned());
        let claims = json!({
            "iss": self.address, "aud": audience, "sub": client, "client_id": client, "iat": now, "exp": now + 3600, "jti": "bench",
        });
        jsonwebtoken::encode(&header, &claims, &self.key)
    }
}
