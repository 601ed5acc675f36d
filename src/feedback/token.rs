//! What makes a form one form: sent twice it is one feedback, and it was not filled in by a program in a second.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{cases, keys::Use, server::Portal};

/// Nobody reads a form, writes and checks it in less.
const SOONEST: SignedDuration = SignedDuration::from_secs(3);
/// After this it is a page that was left open.
const LATEST: SignedDuration = SignedDuration::from_hours(24);

#[derive(Serialize, Deserialize)]
pub struct Token {
    /// Of the feedback. Sealed, so that nobody chooses it: it may stand in for a person.
    pub id: Uuid,
    since: Timestamp,
}

impl Token {
    pub fn make(portal: &Portal) -> String {
        let token = Self { id: cases::new_id(&portal.keys), since: portal.clock.now() };
        let plain = serde_json::to_vec(&token).expect("an id and a moment");
        BASE64_URL_SAFE_NO_PAD.encode(portal.keys.seal(Use::Form, &plain))
    }

    /// None for what we did not make, or made too long ago.
    pub fn read(portal: &Portal, text: &str) -> Option<Self> {
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let plain = portal.keys.open(Use::Form, &sealed).ok()?;
        let token: Self = serde_json::from_slice(&plain).ok()?;
        (portal.clock.now().duration_since(token.since) <= LATEST).then_some(token)
    }

    pub fn is_too_soon(&self, portal: &Portal) -> bool {
        portal.clock.now().duration_since(self.since) < SOONEST
    }
}
