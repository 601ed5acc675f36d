//! What a deployment sets: `Leptos.toml`, overridden by the environment (`VOORDEUR__SECTION__KEY`).

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    num::{NonZeroU32, NonZeroUsize},
    path::PathBuf,
};

use config::{Environment, File};
use serde::Deserialize;

use crate::{documents::Scanner, zgw};

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    pub database: Database,
    pub keys: Keys,
    #[serde(default)]
    pub identity: Identity,
    /// Absent: organisations' systems cannot send events.
    pub events: Option<Events>,
    /// Organisations whose cases come from a Zaken API, each under a short name.
    #[serde(default)]
    pub zgw: BTreeMap<String, zgw::Settings>,
    #[serde(default)]
    pub outbox: Outbox,
    pub documents: Documents,
    /// Absent: no e-mail is sent.
    pub mail: Option<Mail>,
    pub organisation: Organisation,
    /// Folder of the catalogue.
    pub catalogue: PathBuf,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub address: SocketAddr,
    /// Where browsers find the portal, without a slash at the end.
    pub public_url: String,
    /// Where `/metrics` answers; absent: nowhere.
    pub metrics_address: Option<SocketAddr>,
    /// Header in which a proxy in front puts the visitor's address; absent: the connection's own address counts.
    pub client_address_header: Option<String>,
    /// Shown above every page of a portal that is not the real thing, such as a demo.
    #[serde(default)]
    pub fictitious: bool,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// As the role that owns the tables: `DATABASE_URL`. Used by `migrate` and by commands over everybody.
    pub url: Option<String>,
    /// As the role the portal runs with, which owns nothing; absent: `url`, from which the portal steps down to that role.
    pub application_url: Option<String>,
    pub connections: u32,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").field("connections", &self.connections).finish_non_exhaustive()
    }
}

/// Master keys: 32 random bytes each, in base64, by name. New data are sealed with `current`; the others still open.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    pub current: String,
    #[serde(default)]
    pub list: BTreeMap<String, String>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("current", &self.current).finish_non_exhaustive()
    }
}

/// The OpenID providers, by who logs in; absent: that door does not exist.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    pub citizen: Option<Provider>,
    pub business: Option<Provider>,
    pub staff: Option<Provider>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// What the provider is called on the button: "DigiD".
    pub name: String,
    pub issuer: String,
    pub client_id: String,
    pub client_secret: Option<String>,
    /// A private key on P-256 in PEM (PKCS 8), for `private_key_jwt`; takes precedence over the secret.
    pub client_key_file: Option<PathBuf>,
    /// Levels of assurance from low to high, as the provider writes them in `acr`.
    pub levels: Vec<String>,
    /// The lowest level that gives access; one of `levels`.
    pub minimum_level: String,
    pub claims: Claims,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// Names of the claims that say who somebody is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    pub bsn: Option<String>,
    pub kvk_number: Option<String>,
    pub role: Option<String>,
    pub organisation: Option<String>,
    pub name: Option<String>,
}

/// Events of organisations' systems: who may send them, and how they are processed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Events {
    /// Who issues access tokens to organisations' systems (OAuth 2 client credentials).
    pub issuer: String,
    /// Whom a token must be for; absent: `/api/v1` at the portal's public address.
    pub audience: Option<String>,
    /// A scope that a token must have; absent: none.
    pub scope: Option<String>,
    /// How many transactions of this process have events in hand at a time; with 0 it only receives.
    pub workers: u32,
    /// How many requests a client may send to this process.
    pub requests_per_second: NonZeroU32,
    /// For so many days an event that was processed is recognised when it is sent again.
    pub recognised_days: u32,
}

/// Events to organisations' systems: where they are delivered, and how they are signed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Outbox {
    /// A private Ed25519 key in PEM (PKCS 8).
    pub signing_key_file: Option<PathBuf>,
    /// Where an organisation receives, by its id (in the environment with `_` for `-`); who has no place here fetches.
    pub endpoints: BTreeMap<String, String>,
    /// So many events are on their way from this process to one organisation at a time.
    pub in_flight: NonZeroUsize,
    /// For so many days it is kept that an event was delivered, without what it said.
    pub kept_days: u32,
}

impl Default for Outbox {
    fn default() -> Self {
        let in_flight = NonZeroUsize::MIN.saturating_add(3);
        Self { signing_key_file: None, endpoints: BTreeMap::new(), in_flight, kept_days: 30 }
    }
}

/// Where documents stand, and how they are checked.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Documents {
    /// Made when it is not there. All replicas must see the same one; with more than one server use `s3`.
    pub folder: PathBuf,
    /// Instead of the folder.
    pub s3: Option<S3>,
    /// A clamd that looks at every document; absent: nobody does.
    pub scanner: Option<Scanner>,
    /// So long a form with documents may take to come in.
    pub upload_seconds: u16,
}

/// An S3 bucket; who may come in is in the environment (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3 {
    pub bucket: String,
    pub region: String,
    /// Of a store that is not Amazon's.
    pub endpoint: Option<String>,
}

/// How people are told that there is a message.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The sender, as in `Voordeur <berichten@portal.example>`.
    pub from: String,
    /// `smtps://user:password@host` (TLS from the start), `smtp://host?tls=required` (STARTTLS) or `smtp://host:25`.
    pub smtp: Option<String>,
    /// Without `smtp`: where mail is put instead of being sent, a file each.
    pub folder: Option<PathBuf>,
    /// After so many days a message that matters and was not read is announced again.
    pub again_after_days: u16,
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail").field("from", &self.from).finish_non_exhaustive()
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// Who runs this portal, as in `catalogue/organisations.toml`.
    pub id: String,
    pub name: String,
    pub telephone: String,
    /// Opening hours of the telephone: plain words in both languages.
    pub hours: crate::registered_data::Text,
    pub email: String,
    /// A CSS file with tokens of an organisation, and the class it styles; absent: Voordeur's own look.
    pub theme: Option<Theme>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    pub class: String,
    pub file: PathBuf,
}

impl Config {
    /// Reads `Leptos.toml` in the working directory and the environment.
    ///
    /// # Errors
    /// Names the setting that is missing or wrong.
    pub fn read() -> Result<Self, config::ConfigError> {
        let mut config = config::Config::builder()
            .add_source(File::with_name("Leptos.toml").required(true))
            .add_source(Environment::with_prefix("VOORDEUR").prefix_separator("__").separator("__").try_parsing(true));
        if let Ok(url) = std::env::var("DATABASE_URL") {
            config = config.set_override("database.url", url)?;
        }
        config.build()?.try_deserialize()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_that_ship_are_complete_and_secret_free() {
        let text = include_str!("../Leptos.toml");
        let config: Config = config::Config::builder()
            .add_source(File::from_str(text, config::FileFormat::Toml))
            .set_override("keys.current", "k1")
            .unwrap()
            .build()
            .unwrap()
            .try_deserialize()
            .unwrap();
        assert!(config.keys.list.is_empty());
        for provider in [config.identity.citizen, config.identity.business, config.identity.staff].into_iter().flatten()
        {
            assert!(provider.client_secret.is_none());
            assert!(provider.levels.contains(&provider.minimum_level));
        }
    }

    #[test]
    fn secrets_are_not_printed() {
        let keys = Keys { current: "k1".into(), list: [("k1".into(), "c2VjcmV0".into())].into() };
        assert!(!format!("{keys:?}").contains("c2VjcmV0"));
    }
}
