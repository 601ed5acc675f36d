//! What a deployment sets of a source.

use std::{collections::BTreeMap, fmt};

use serde::Deserialize;

use super::Confidentiality;

/// Where an organisation keeps its cases: the Zaken, Catalogi and Documenten API of VNG (as Open Zaak has them).
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// As in `catalogue/organisations.toml`, or `gemeente-` and the code of a municipality.
    pub organisation: String,
    /// The roots, as in `https://zaken.example/zaken/api/v1`. Nothing outside them is ever asked for.
    pub zaken_url: String,
    pub catalogi_url: String,
    pub documenten_url: String,
    pub client_id: String,
    /// Signs our tokens: `VOORDEUR__ZGW__NAME__SECRET`.
    pub secret: String,
    /// What a notification must have in `Authorization`; absent: none are taken.
    pub notification_token: Option<String>,
    /// The most confidential that a citizen sees of their own cases and documents; `intern` never.
    #[serde(default)]
    pub most_confidential: Confidentiality,
    /// Whom a case is shown to, by `omschrijvingGeneriek` of their role in it.
    #[serde(default = "roles")]
    pub roles: Vec<String>,
    /// Which service of the catalogue a type of case (`identificatie`) is about.
    #[serde(default)]
    pub services: BTreeMap<String, String>,
}

fn roles() -> Vec<String> {
    vec!["initiator".to_owned(), "mede_initiator".to_owned()]
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("organisation", &self.organisation)
            .field("zaken_url", &self.zaken_url)
            .finish_non_exhaustive()
    }
}
