//! Events out: what citizens do about a case is told to its organisation, signed, in order for each case, until it is taken.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, routing::get};
use jiff::Timestamp;
use tokio::sync::Semaphore;
use url::{Host, Url};

use crate::{config::Config, registered_data::Catalogue, server::Portal};

mod answer;
mod command;
mod deliver;
mod document;
mod envelope;
mod fetch;
mod keys;
mod rotate;
mod signature;
mod store;
#[cfg(test)]
mod tests;
mod worker;

pub use command::{list, replay};
pub use rotate::rotate;
pub use signature::SigningKey;
pub use worker::Couriers;

/// Longer than this no delivery takes.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Where events go, and how they are signed.
pub struct Outbox {
    endpoints: BTreeMap<String, Endpoint>,
    key: Option<SigningKey>,
    /// What the portal is called as the source of events.
    source: String,
    http: reqwest::Client,
}

/// Where an organisation receives.
struct Endpoint {
    url: Url,
    /// How many events may be on their way to it from this process.
    slots: Arc<Semaphore>,
    rest: Mutex<Rest>,
}

/// An organisation that does not answer is left alone for a while, whatever waits for it.
#[derive(Default)]
struct Rest {
    until: Option<Timestamp>,
    failures: u32,
}

impl Outbox {
    /// # Errors
    /// Names the setting that is wrong.
    pub fn new(config: &Config, catalogue: &Catalogue) -> Result<Self, String> {
        let settings = &config.outbox;
        let key = settings.signing_key_file.as_deref().map(read_key).transpose()?;
        if !settings.endpoints.is_empty() {
            if key.is_none() {
                return Err("outbox.signing_key_file: is needed to deliver events".to_owned());
            }
            if config.events.is_none() {
                return Err(
                    "outbox.endpoints: organisations that are told things tell things too: set [events]".to_owned()
                );
            }
        }
        let mut endpoints = BTreeMap::new();
        for (organisation, address) in &settings.endpoints {
            // In the environment a name has no hyphens.
            let organisation = organisation.replace('_', "-");
            let wrong = |what: &str| format!("outbox.endpoints: {organisation}: {what}");
            if !catalogue.is_organisation(&organisation) {
                return Err(wrong("is no organisation of the catalogue"));
            }
            let url = endpoint(address).map_err(wrong)?;
            let slots = Arc::new(Semaphore::new(settings.in_flight.get()));
            endpoints.insert(organisation, Endpoint { url, slots, rest: Mutex::default() });
        }
        let own = catalogue.organisations.get(&config.organisation.id).and_then(|own| own.oin.as_deref());
        Ok(Self {
            endpoints,
            key,
            source: match own {
                Some(oin) => format!("urn:nld:oin:{oin}"),
                None => format!("{}/api/v1", config.server.public_url),
            },
            http: client().map_err(|error| format!("outbox: {error}"))?,
        })
    }

    /// Organisations that events are delivered to.
    fn organisations(&self) -> Vec<String> {
        self.endpoints.keys().cloned().collect()
    }
}

impl Endpoint {
    fn rests(&self, now: Timestamp) -> bool {
        self.rest().until.is_some_and(|until| until > now)
    }

    fn rest(&self) -> std::sync::MutexGuard<'_, Rest> {
        self.rest.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn read_key(file: &Path) -> Result<SigningKey, String> {
    let told = |error: &dyn std::fmt::Display| format!("outbox.signing_key_file, {}: {error}", file.display());
    let pem = std::fs::read_to_string(file).map_err(|error| told(&error))?;
    SigningKey::from_pem(&pem).map_err(|error| told(&error))
}

/// An address that events may go to: HTTPS, or a program on this machine.
fn endpoint(address: &str) -> Result<Url, &'static str> {
    let url = Url::parse(address).map_err(|_| "is no address")?;
    let here = match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if url.scheme() != "https" && !(url.scheme() == "http" && here) {
        return Err("must be an address with https");
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err("must be an address without a user, a password or a fragment");
    }
    Ok(url)
}

/// No redirects and no proxies that the environment names: an event goes where the configuration says, and nowhere else.
fn client() -> Result<reqwest::Client, reqwest::Error> {
    rustls::crypto::ring::default_provider().install_default().ok();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(TIMEOUT)
        .connect_timeout(TIMEOUT)
        .build()
}

/// The part of the API for organisations that is about what goes out.
pub fn routes() -> Router<Portal> {
    Router::new()
        .route("/outgoing-events", get(fetch::fetch))
        .route("/cases/{case}/documents/{document}", get(document::get))
        .route("/keys", get(keys::get))
}
