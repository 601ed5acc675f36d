//! Cases from an organisation's own Zaken API (VNG, ZGW; as in Open Zaak), fetched when it says that one changed.

use std::sync::Arc;

use axum::Router;

use crate::{clock::Clock, config::Config, server::Portal};

mod answer;
mod client;
mod command;
mod confidentiality;
mod contents;
mod dates;
mod fetch;
mod import;
mod mapping;
mod notification;
mod settings;
mod store;
#[cfg(test)]
mod tests;
mod worker;

pub use command::import;
pub use confidentiality::Confidentiality;
use fetch::Source;
pub use import::Summary;
pub use settings::Settings;

/// The organisations whose cases are fetched.
pub struct Sources(Vec<Source>);

impl Sources {
    /// # Errors
    /// Names the setting that is wrong.
    pub fn new(config: &Config, clock: &Clock) -> Result<Self, String> {
        let sources: Vec<Source> = config
            .zgw
            .iter()
            .map(|(name, settings)| Source::new(name, settings, &config.organisation.id, clock))
            .collect::<Result<_, _>>()?;
        for (index, source) in sources.iter().enumerate() {
            let others = &sources[..index];
            if others.iter().any(|other| other.organisation == source.organisation) {
                return Err(format!("zgw: {} has two sources", source.organisation));
            }
            let token = &source.notification_token;
            if token.is_some() && others.iter().any(|other| other.notification_token == *token) {
                return Err("zgw: each source has a notification_token of its own".to_owned());
            }
        }
        Ok(Self(sources))
    }

    fn iter(&self) -> impl Iterator<Item = &Source> {
        self.0.iter()
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn of(&self, organisation: &str) -> Option<&Source> {
        self.iter().find(|source| source.organisation == organisation)
    }
}

/// Where notifications come in; nowhere without sources. [`look_after`] says which setting is wrong.
pub fn api(portal: &Portal) -> Router {
    Sources::new(&portal.config, &portal.clock)
        .map_or_else(|_| Router::new(), |sources| notification::routes(portal, &Arc::new(sources)))
}

/// Fetches cases that changed, for as long as the portal runs.
///
/// # Errors
/// Names the setting that is wrong.
pub fn look_after(portal: Portal) -> Result<impl Future<Output = ()>, String> {
    let sources = Arc::new(Sources::new(&portal.config, &portal.clock)?);
    Ok(worker::fetch_changes(portal, sources))
}
