//! What a citizen writes against a decision.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::keys::{Keyring, Use};

/// Kept with the case that an objection is, as its application.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    /// Why the decision is wrong (Awb 6:5).
    pub grounds: String,
    /// Why it came after the last day, if it did (Awb 6:11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_late: Option<String>,
    #[serde(default)]
    pub documents: Vec<Uuid>,
}

impl Objection {
    pub fn seal(&self, keys: &Keyring) -> Vec<u8> {
        keys.seal(Use::Answers, &serde_json::to_vec(self).expect("text and ids"))
    }

    pub fn open(keys: &Keyring, sealed: &[u8]) -> Option<Self> {
        serde_json::from_slice(&keys.open(Use::Answers, sealed).ok()?).ok()
    }
}
