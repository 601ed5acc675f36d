//! The ways in: the providers that a deployment names, and how often one may knock.

use openidconnect::RedirectUrl;

use super::{
    BACK, Door,
    pace::Pace,
    provider::{Provider, http},
};
use crate::config::Config;

pub struct Doors {
    providers: Vec<Provider>,
    pub pace: Pace,
}

impl Doors {
    /// # Errors
    /// Names the setting that is wrong.
    pub fn new(config: &Config) -> Result<Self, String> {
        let address = format!("{}{BACK}", config.server.public_url);
        let back = RedirectUrl::new(address).map_err(|error| format!("server.public_url: {error}"))?;
        let http = http().map_err(|error| format!("identity: {error}"))?;
        let identity = &config.identity;
        let providers =
            [(Door::Citizen, &identity.citizen), (Door::Business, &identity.business), (Door::Staff, &identity.staff)]
                .into_iter()
                .filter_map(|(door, settings)| Some(Provider::new(door, settings.clone()?, back.clone(), http.clone())))
                .collect::<Result<_, _>>()?;
        Ok(Self { providers, pace: Pace::new() })
    }

    pub fn all(&self) -> &[Provider] {
        &self.providers
    }

    pub fn provider(&self, door: Door) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.door == door)
    }

    /// Where forms may lead besides this site: browsers hold the redirect that follows a form to the same rule.
    pub fn form_targets(&self) -> String {
        let mut targets = String::new();
        let mut add = |origin: &str| {
            if !targets.split(' ').any(|target| target == origin) {
                targets.push(' ');
                targets.push_str(origin);
            }
        };
        self.providers.iter().for_each(|provider| provider.add_origins(&mut add));
        targets
    }
}
