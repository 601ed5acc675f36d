mod back_channel;
mod pages;
mod peer;
mod people;
mod session;

use crate::config::Config;

/// Settings whose providers do not answer.
fn nobody_answers() -> Config {
    let mut config = crate::testing::config();
    let identity = &mut config.identity;
    for provider in [&mut identity.citizen, &mut identity.business, &mut identity.staff].into_iter().flatten() {
        provider.issuer = NOBODY.to_owned();
    }
    config
}

const NOBODY: &str = "http://127.0.0.1:1";
