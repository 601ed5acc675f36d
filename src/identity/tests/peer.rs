//! Logging in at a provider that others made (npm `oidc-provider`), over real connections and in real time.

use std::{collections::HashMap, path::PathBuf, process::Stdio};

use http::StatusCode;
use reqwest::Url;
use sqlx::PgPool;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpListener,
    process::{Child, Command},
    task::JoinHandle,
};
use uuid::Uuid;

use super::people::{Entry, SUZANNE, register};
use crate::{
    clock::Clock,
    database::PersonId,
    identity::{Doors, client_key::tests::pem},
    keys::Keyring,
    server::{self, Parts, Portal},
    testing,
};

const SECRET: &str = "a secret: with & signs";
const LEVEL: &str = "substantial";

/// A portal and a provider that know each other.
struct Town {
    portal: Portal,
    url: String,
    provider: String,
    key_file: PathBuf,
    process: Child,
    serving: JoinHandle<()>,
}

impl Drop for Town {
    fn drop(&mut self) {
        self.serving.abort();
        // `process` is killed when it is dropped.
        let _ = std::fs::remove_file(&self.key_file);
    }
}

impl Town {
    /// None, with the reason printed, where the provider is not installed; that is an error in CI.
    async fn build(pool: &PgPool) -> Option<Self> {
        let end2end = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("end2end");
        if !end2end.join("node_modules/oidc-provider").exists() {
            assert!(std::env::var_os("CI").is_none(), "end2end/node_modules is missing: npm ci --prefix end2end");
            eprintln!("skipped: end2end/node_modules is missing (npm ci --prefix end2end)");
            return None;
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let mut process = Command::new("node")
            .arg(end2end.join("identity-provider/main.mjs"))
            .env("PORT", port.to_string())
            .env("PORTAL", &url)
            .env("CLIENT_SECRET", SECRET)
            .env("TEST_HOOKS", "1")
            .env_remove("PEOPLE")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let provider = format!("http://127.0.0.1:{port}");
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        assert_eq!(lines.next_line().await.unwrap(), Some(format!("ready {provider}")));

        let key_file = std::env::temp_dir().join(format!("voordeur-{}.pem", Uuid::new_v4()));
        std::fs::write(&key_file, pem()).unwrap();
        let mut config = testing::config();
        config.server.public_url.clone_from(&url);
        let identity = &mut config.identity;
        identity.citizen.as_mut().unwrap().client_key_file = Some(key_file.clone());
        for door in [&mut identity.citizen, &mut identity.business, &mut identity.staff].into_iter().flatten() {
            door.issuer.clone_from(&provider);
            door.client_secret = Some(SECRET.to_owned());
        }
        let portal = Portal::new(Parts {
            rules: crate::testing::rulebook(),
            finder: crate::testing::finder(Clock::system()),
            evaluator: crate::database::Evaluator::with(pool.connect_options().as_ref().clone()),
            keys: Keyring::new(&config.keys.current, &config.keys.list).unwrap(),
            doors: Doors::new(&config).unwrap(),
            database: testing::database(pool),
            catalogue: testing::catalogue(),
            clock: Clock::system(),
            page_counts: Default::default(),
            shown: Default::default(),
            facts: testing::fact_sources(),
            events: None,
            outbox: crate::outbox::Outbox::new(&config, &testing::catalogue()).unwrap(),
            theme: None,
            shelf: crate::documents::Shelf::new(&config.documents).unwrap(),
            memory: Default::default(),
            mailer: None,
            streams: Default::default(),
            config,
        });
        let service = server::router(portal.clone()).into_make_service_with_connect_info::<std::net::SocketAddr>();
        let serving = tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        Some(Self { portal, url, provider, key_file, process, serving })
    }

    async fn suzanne(&self, pool: &PgPool) -> PersonId {
        register(pool, &self.portal, &SUZANNE).await
    }
}

/// A browser without script: keeps cookies per site and follows redirects.
#[derive(Default)]
struct Browser {
    cookies: HashMap<String, HashMap<String, String>>,
    visited: Vec<Url>,
}

struct Page {
    url: Url,
    status: StatusCode,
    html: String,
}

impl Browser {
    async fn get(&mut self, url: &str) -> Page {
        self.open(url.parse().unwrap(), None).await
    }

    async fn post(&mut self, url: &str, form: &[(&str, &str)]) -> Page {
        self.open(url.parse().unwrap(), Some(serde_urlencoded::to_string(form).unwrap())).await
    }

    async fn open(&mut self, mut url: Url, mut form: Option<String>) -> Page {
        let http = crate::identity::provider::http().unwrap();
        for _ in 0..10 {
            self.visited.push(url.clone());
            let site = self.cookies.entry(url.origin().ascii_serialization()).or_default();
            let cookies: Vec<_> = site.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let request = match form.take() {
                Some(form) => {
                    http.post(url.clone()).header("content-type", "application/x-www-form-urlencoded").body(form)
                }
                None => http.get(url.clone()),
            };
            let answer =
                request.header("cookie", cookies.join("; ")).header("accept", "text/html").send().await.unwrap();
            for cookie in answer.headers().get_all("set-cookie") {
                let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
                match rest.split(';').next().unwrap() {
                    "" => site.remove(name),
                    value => site.insert(name.to_owned(), value.to_owned()),
                };
            }
            match answer.headers().get("location") {
                Some(to) => url = url.join(to.to_str().unwrap()).unwrap(),
                None => return Page { url, status: answer.status(), html: answer.text().await.unwrap() },
            }
        }
        panic!("a redirect loop: {:?}", self.visited);
    }

    /// Through a door to the provider, where `form` is filled in, and back.
    async fn log_in(&mut self, town: &Town, door: &str, form: &[(&str, &str)]) -> Page {
        let there = self.post(&format!("{}/inloggen/{door}", town.url), &[("terug", "/inloggen")]).await;
        assert_eq!(
            (there.status, there.url.origin().ascii_serialization()),
            (StatusCode::OK, town.provider.clone()),
            "{}",
            there.html
        );
        let mut form = form.to_vec();
        for (name, value) in [("level", LEVEL), ("action", "login")] {
            if !form.iter().any(|(given, _)| *given == name) {
                form.push((name, value));
            }
        }
        self.post(there.url.as_str(), &form).await
    }

    /// The address by which the browser last came back from the provider.
    fn way_back(&self) -> String {
        self.visited.iter().rev().find(|url| url.path() == "/inloggen/terug").unwrap().to_string()
    }

    fn session(&self, town: &Town) -> Option<&String> {
        self.cookies[&town.url].get("__Host-voordeur")
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_citizen_logs_in_and_out(pool: PgPool) {
    let Some(town) = Town::build(&pool).await else { return };
    town.suzanne(&pool).await;
    let mut browser = Browser::default();
    let page = browser.log_in(&town, "burger", &[("bsn", SUZANNE.bsn)]).await;
    assert_eq!((page.status, page.url.path()), (StatusCode::OK, "/inloggen"));
    assert!(page.html.contains("U bent ingelogd als Suzanne Moulin"), "{}", page.html);
    assert!(!page.html.contains(SUZANNE.bsn));

    let first = browser.session(&town).unwrap().clone();
    browser.log_in(&town, "burger", &[("bsn", SUZANNE.bsn), ("level", "high")]).await;
    assert_ne!(browser.session(&town).unwrap(), &first, "a new id for every log-in");
    let mut thief = Browser::default();
    thief.cookies.entry(town.url.clone()).or_default().insert("__Host-voordeur".into(), first);
    assert_eq!(
        thief.post(&format!("{}/sessie", town.url), &[]).await.status,
        StatusCode::UNAUTHORIZED,
        "the old id is worth nothing"
    );

    let asked = browser.post(&format!("{}/uitloggen", town.url), &[]).await;
    assert!(browser.session(&town).is_none());
    assert_eq!(browser.post(&format!("{}/sessie", town.url), &[]).await.status, StatusCode::UNAUTHORIZED);
    let page = browser.confirm_log_out(asked).await;
    assert_eq!(page.url.path(), "/uitgelogd");
    assert!(page.html.contains("U bent uitgelogd"));
    for url in &browser.visited {
        assert!(!holds_bsn(url.as_str()), "{url}");
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn staff_and_businesses_log_in_and_out(pool: PgPool) {
    let Some(town) = Town::build(&pool).await else { return };
    let mut browser = Browser::default();
    let staff = [("name", "Fatma de Boer"), ("role", "caseworker"), ("organisation", "gemeente-0599")];
    assert_eq!(browser.log_in(&town, "medewerker", &staff).await.url.path(), "/balie");
    assert!(browser.get(&format!("{}/inloggen", town.url)).await.html.contains("U bent ingelogd als Fatma de Boer"));
    let page = browser.post(&format!("{}/en/uitloggen", town.url), &[]).await;
    assert_eq!(page.url.path(), "/en/uitgelogd", "at once, with the token");

    assert_eq!(browser.log_in(&town, "onderneming", &[("kvk", "69599084")]).await.url.path(), "/mijn");
    assert!(browser.get(&format!("{}/en/inloggen", town.url)).await.html.contains("You are logged in as 69599084"));
    let page = browser.post(&format!("{}/uitloggen", town.url), &[]).await;
    assert_eq!(page.url.path(), "/uitgelogd");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_log_in_that_fails_says_what_to_do(pool: PgPool) {
    let Some(town) = Town::build(&pool).await else { return };
    town.suzanne(&pool).await;
    for _ in 0..2 {
        register(&pool, &town.portal, &Entry { bsn: "999990627", ..SUZANNE }).await;
    }
    let mut browser = Browser::default();
    for (form, status, text) in [
        (&[("bsn", SUZANNE.bsn), ("level", "low")][..], StatusCode::FORBIDDEN, "Log in op een veiligere manier"),
        (&[("action", "cancel")], StatusCode::FORBIDDEN, "U bent gestopt met inloggen"),
        (&[("bsn", "999990019")], StatusCode::FORBIDDEN, "Wij kennen u nog niet"),
        (&[("bsn", "999990627")], StatusCode::FORBIDDEN, "Uw burgerservicenummer staat bij twee mensen"),
    ] {
        let page = browser.log_in(&town, "burger", form).await;
        assert_eq!((page.status, page.url.path()), (status, "/inloggen/terug"), "{text}");
        assert!(
            page.html.contains(text)
                && page.html.contains(r#"href="/inloggen""#)
                && page.html.contains("088 000 00 00"),
            "{text}"
        );
        assert!(browser.session(&town).is_none());
        let again = browser.get(&browser.way_back()).await;
        assert_eq!(again.status, StatusCode::BAD_REQUEST);
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_way_back_works_once_and_for_its_own_attempt(pool: PgPool) {
    let Some(town) = Town::build(&pool).await else { return };
    town.suzanne(&pool).await;
    let mut browser = Browser::default();
    let there = browser.post(&format!("{}/inloggen/burger", town.url), &[]).await;
    let attempt = browser.cookies[&town.url]["__Host-voordeur-inloggen"].clone();
    browser.post(there.url.as_str(), &[("bsn", SUZANNE.bsn), ("level", LEVEL), ("action", "login")]).await;
    let way_back = browser.way_back();
    assert!(browser.session(&town).is_some());

    let page = browser.get(&way_back).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.html.contains("Deze poging om in te loggen is voorbij"));

    let mut thief = Browser::default();
    assert_eq!(thief.get(&way_back).await.status, StatusCode::BAD_REQUEST, "without the cookie");
    thief.cookies.entry(town.url.clone()).or_default().insert("__Host-voordeur-inloggen".into(), attempt);
    let page = thief.get(&way_back).await;
    assert_eq!(page.status, StatusCode::BAD_GATEWAY, "with the cookie, the provider refuses the code");
    assert!(thief.session(&town).is_none());

    let mut other = Browser::default();
    let there = other.post(&format!("{}/inloggen/burger", town.url), &[]).await;
    let answer = format!("{}/inloggen/terug?{}", town.url, Url::parse(&way_back).unwrap().query().unwrap());
    assert_eq!(other.get(&answer).await.status, StatusCode::BAD_REQUEST, "somebody else's answer");
    let page = other.post(there.url.as_str(), &[("bsn", SUZANNE.bsn), ("level", LEVEL), ("action", "login")]).await;
    assert!(other.session(&town).is_some(), "and the own attempt goes on: {}", page.html);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn the_provider_changes_keys_and_ends_sessions(pool: PgPool) {
    let Some(town) = Town::build(&pool).await else { return };
    town.suzanne(&pool).await;
    let mut browser = Browser::default();
    browser.log_in(&town, "burger", &[("bsn", SUZANNE.bsn)]).await;
    assert!(browser.session(&town).is_some());

    browser.post(&format!("{}/test/rotate-keys", town.provider), &[]).await;
    let mut another = Browser::default();
    let page = another.log_in(&town, "burger", &[("bsn", SUZANNE.bsn)]).await;
    assert!(another.session(&town).is_some(), "the new key is fetched: {}", page.html);

    let answer = another.post(&format!("{}/test/backchannel-logout", town.provider), &[]).await;
    assert!(answer.html.contains(r#""delivered":true"#), "{}", answer.html);
    assert_eq!(another.post(&format!("{}/sessie", town.url), &[]).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        browser.post(&format!("{}/sessie", town.url), &[]).await.status,
        StatusCode::NO_CONTENT,
        "another session at the provider"
    );
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_provider_that_goes_away_halfway_closes_its_door(pool: PgPool) {
    let Some(mut town) = Town::build(&pool).await else { return };
    town.suzanne(&pool).await;
    let mut browser = Browser::default();
    let there = browser.post(&format!("{}/inloggen/burger", town.url), &[]).await;
    assert_eq!(there.status, StatusCode::OK);
    town.process.kill().await.unwrap();
    let state = browser
        .visited
        .iter()
        .find_map(|url| url.query_pairs().find(|(name, _)| name == "state"))
        .unwrap()
        .1
        .into_owned();
    let back = format!("{}/inloggen/terug?code=c&state={state}&iss={}", town.url, town.provider);
    let page = browser.get(&back).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.html.contains("Inloggen met DigiD kan nu niet"));
    assert!(browser.get(&format!("{}/inloggen", town.url)).await.html.contains("Inloggen met DigiD kan nu niet"));
}

fn holds_bsn(url: &str) -> bool {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    let decoded = url.split(['.', '=', '&']).filter_map(|part| BASE64_URL_SAFE_NO_PAD.decode(part).ok());
    url.contains(SUZANNE.bsn) || decoded.into_iter().any(|part| String::from_utf8_lossy(&part).contains(SUZANNE.bsn))
}

impl Browser {
    /// The provider asks whether to log out there; yes.
    async fn confirm_log_out(&mut self, page: Page) -> Page {
        if page.url.path() == "/uitgelogd" {
            return page;
        }
        let value = |name: &str| {
            let (_, rest) = page.html.split_once(&format!(r#"{name}=""#)).unwrap();
            rest.split_once('"').unwrap().0.to_owned()
        };
        let (action, token) = (value("action"), value(r#"name="xsrf" value"#));
        self.post(&action, &[("xsrf", &token), ("logout", "yes")]).await
    }
}
