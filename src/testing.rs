//! What tests share: a portal on a database of its own, with a clock whose hands the test moves.

use std::{
    path::Path,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicI64, Ordering},
    },
};

use axum::{Router, body::Body};
use base64::{Engine, prelude::BASE64_STANDARD};
use http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use jiff::{SignedDuration, Timestamp};
use sqlx::PgPool;
use tower::ServiceExt;

use crate::{
    clock::Clock,
    config::Config,
    database::{Database, Evaluator},
    documents::{Memory, Shelf},
    events::Inbox,
    identity::Doors,
    keys::Keyring,
    messages::{Mailer, Streams},
    offers::Finder,
    outbox::Outbox,
    registered_data::{Catalogue, FactSources},
    rules::Rulebook,
    server::{self, Parts, Portal},
};

/// Sunday 22 November 2026, noon in the Netherlands.
pub const NOON: &str = "2026-11-22T11:00:00Z";

pub struct TestPortal {
    pub portal: Portal,
    pub router: Router,
    hands: Arc<AtomicI64>,
}

/// An answer, read whole.
pub struct Answer {
    pub status: StatusCode,
    pub headers: http::HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("visible characters"))
    }
}

/// A folder for tests, outside the source.
fn folder(name: &str) -> String {
    std::env::temp_dir().join("voordeur-test").join(name).to_string_lossy().into_owned()
}

/// Settings as they ship, with a key.
pub fn config() -> Config {
    config::Config::builder()
        .add_source(config::File::from_str(include_str!("../Leptos.toml"), config::FileFormat::Toml))
        .set_override("keys.list.k1", BASE64_STANDARD.encode([7; 32]))
        .and_then(|builder| builder.set_override("keys.current", "k1"))
        .and_then(|builder| builder.set_override("documents.folder", folder("documents")))
        .and_then(|builder| builder.set_override("mail.folder", folder("mail")))
        .and_then(|builder| builder.build())
        .and_then(config::Config::try_deserialize)
        .expect("the settings that ship are complete")
}

/// The catalogue that ships.
pub fn catalogue() -> Arc<Catalogue> {
    catalogue_of(&config())
}

/// Where facts come from, as the catalogue that ships says it.
pub fn fact_sources() -> Arc<FactSources> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(config().catalogue);
    Arc::new(FactSources::read(&folder, &catalogue()).expect("the facts are right"))
}

/// The catalogue that a configuration names; a relative path starts where the source is.
fn catalogue_of(config: &Config) -> Arc<Catalogue> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(&config.catalogue);
    Arc::new(Catalogue::read(&folder).expect("the catalogue is right"))
}

/// Finds offers by the rules that ship.
pub fn finder(clock: Clock) -> Finder {
    Finder { rules: rulebook(), clock, organisation: config().organisation.id }
}

/// The rules that ship; reading and compiling them takes longer than most tests.
pub fn rulebook() -> Arc<Rulebook> {
    static SHIPPED: LazyLock<Arc<Rulebook>> = LazyLock::new(|| rulebook_of(&config(), &catalogue()));
    Arc::clone(&SHIPPED)
}

fn rulebook_of(config: &Config, catalogue: &Catalogue) -> Arc<Rulebook> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(&config.catalogue);
    Arc::new(Rulebook::read_all(&folder, catalogue).unwrap_or_else(|mistakes| panic!("{mistakes}")))
}

/// The database of a `#[sqlx::test]`, as the application role: the pool such a test is handed is a superuser, which row level
/// security does not hold.
pub fn database(pool: &PgPool) -> Database {
    Database::with(pool.connect_options().as_ref().clone(), 5)
}

impl TestPortal {
    pub fn new(pool: &PgPool) -> Self {
        Self::with(pool, config())
    }

    pub fn with(pool: &PgPool, config: Config) -> Self {
        Self::with_inbox(pool, config, |inbox| inbox)
    }

    /// A portal in which events have another effect.
    pub fn with_inbox(pool: &PgPool, config: Config, inbox: impl FnOnce(Inbox) -> Inbox) -> Self {
        let hands = Arc::new(AtomicI64::new(NOON.parse::<Timestamp>().expect("a timestamp").as_second()));
        let clock = {
            let hands = Arc::clone(&hands);
            Clock::by(move || Timestamp::from_second(hands.load(Ordering::Relaxed)).expect("in range"))
        };
        let catalogue = catalogue_of(&config);
        let rules =
            if config.catalogue == self::config().catalogue { rulebook() } else { rulebook_of(&config, &catalogue) };
        let portal = Portal::new(Parts {
            finder: Finder {
                rules: Arc::clone(&rules),
                clock: clock.clone(),
                organisation: config.organisation.id.clone(),
            },
            keys: Keyring::new(&config.keys.current, &config.keys.list).expect("a key"),
            doors: Doors::new(&config).expect("settings that fit"),
            facts: fact_sources(),
            events: Inbox::new(&config, &catalogue, &rules).expect("settings that fit").map(inbox),
            outbox: Outbox::new(&config, &catalogue).expect("settings that fit"),
            theme: server::own_theme(&config).expect("a file of styles"),
            shelf: Shelf::new(&config.documents).expect("a folder"),
            memory: Memory::default(),
            mailer: Mailer::new(&config).expect("settings that fit"),
            streams: Streams::default(),
            config,
            database: database(pool),
            evaluator: Evaluator::with(pool.connect_options().as_ref().clone()),
            rules,
            catalogue,
            clock,
            page_counts: Default::default(),
            shown: Default::default(),
        });
        Self { router: server::router(portal.clone()), portal, hands }
    }

    /// Lets time pass.
    pub fn wait(&self, time: SignedDuration) {
        self.hands.fetch_add(time.as_secs(), Ordering::Relaxed);
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("the router answers");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes();
        Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() }
    }

    /// A page, with the cookies given (`name=value; ...`, or nothing).
    pub async fn get(&self, path: &str, cookies: &str) -> Answer {
        let mut request = Request::get(path).header(header::ACCEPT, "text/html");
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies);
        }
        self.send(request.body(Body::empty()).expect("a request")).await
    }

    /// A form sent by a browser from a page of the portal.
    pub async fn post(&self, path: &str, cookies: &str, form: &[(&str, &str)]) -> Answer {
        let body = serde_urlencoded::to_string(form).expect("a form");
        let mut request = Request::post(path)
            .header(header::ACCEPT, "text/html")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::CONTENT_LENGTH, body.len())
            .header("sec-fetch-site", "same-origin");
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies);
        }
        self.send(request.body(Body::from(body)).expect("a request")).await
    }
}
