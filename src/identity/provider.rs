//! An OpenID provider: what it publishes, kept fresh.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{
    DecodingKey,
    jwk::{Jwk, JwkSet, PublicKeyUse},
};
use openidconnect::{
    AdditionalProviderMetadata, HttpRequest, HttpResponse, IssuerUrl, ProviderMetadata, RedirectUrl,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
        CoreSubjectIdentifierType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::{Door, client_key::ClientKey, kept::Kept};
use crate::config;

/// How long what a provider publishes is taken as it was, and how long it is used while the provider does not answer.
const FRESH: SignedDuration = SignedDuration::from_mins(2);
const USABLE: SignedDuration = SignedDuration::from_mins(5);
const TIMEOUT: Duration = Duration::from_secs(5);
/// Larger than this no answer may be.
pub(super) const ANSWER_LIMIT: usize = 1024 * 1024;
/// What a provider publishes beyond OpenID Connect Discovery 1.0.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Extra {
    /// OpenID Connect RP-Initiated Logout 1.0.
    end_session_endpoint: Option<Url>,
    /// RFC 9207.
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}
impl AdditionalProviderMetadata for Extra {}

type Metadata = ProviderMetadata<
    Extra,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;
/// What a provider published when it was last asked.
pub struct Published {
    pub(super) metadata: Metadata,
    /// Its keys, as `jsonwebtoken` reads them.
    pub keys: JwkSet,
    /// Of the addresses to which forms lead.
    origins: Vec<String>,
}

impl Published {
    fn new(metadata: Metadata) -> Result<Self, serde_json::Error> {
        let keys = readable_keys(&serde_json::to_value(metadata.jwks())?);
        let log_out = metadata.additional_metadata().end_session_endpoint.as_ref();
        let forms = std::iter::once(metadata.authorization_endpoint().url()).chain(log_out);
        let origins = forms.map(|url| url.origin().ascii_serialization()).collect();
        Ok(Self { metadata, keys, origins })
    }

    pub fn log_out_at(&self) -> Option<&Url> {
        self.metadata.additional_metadata().end_session_endpoint.as_ref()
    }

    /// Whether an answer must name who gave it.
    pub fn answers_name_issuer(&self) -> bool {
        self.metadata.additional_metadata().authorization_response_iss_parameter_supported
    }
}

pub struct Provider {
    pub door: Door,
    pub settings: config::Provider,
    issuer: IssuerUrl,
    origin: String,
    pub(super) redirect: RedirectUrl,
    pub key: Option<ClientKey>,
    pub(super) http: reqwest::Client,
    published: Kept<Published>,
}

impl Provider {
    /// # Errors
    /// Names the setting that is wrong.
    pub fn new(
        door: Door,
        settings: config::Provider,
        redirect: RedirectUrl,
        http: reqwest::Client,
    ) -> Result<Self, String> {
        let name = &settings.name;
        if !settings.levels.contains(&settings.minimum_level) {
            return Err(format!("identity: minimum_level of {name} is none of its levels"));
        }
        let issuer =
            IssuerUrl::new(settings.issuer.clone()).map_err(|error| format!("identity: issuer of {name}: {error}"))?;
        let key = settings.client_key_file.as_ref().map(|file| {
            let told = |error: &dyn std::fmt::Display| {
                format!("identity: client_key_file of {name}, {}: {error}", file.display())
            };
            let pem = std::fs::read(file).map_err(|error| told(&error))?;
            ClientKey::from_pem(&pem).map_err(|error| told(&error))
        });
        let origin = issuer.url().origin().ascii_serialization();
        Ok(Self {
            door,
            issuer,
            origin,
            redirect,
            key: key.transpose()?,
            http,
            published: Kept::new(settings.name.clone(), FRESH, USABLE),
            settings,
        })
    }

    /// What the provider publishes, asked for when it is not known or old; none while the provider is away.
    pub async fn published(&self, now: Timestamp) -> Option<Arc<Published>> {
        self.published.get(now, self.ask()).await
    }

    /// The same, asked now, for a key that was not known.
    pub async fn published_anew(&self, now: Timestamp) -> Option<Arc<Published>> {
        self.published.anew(now, self.ask()).await
    }

    /// Whether its door is open is found out again before the next visitor.
    pub fn doubt(&self) {
        self.published.doubt();
    }

    async fn ask(&self) -> Result<Published, &'static str> {
        let metadata = Metadata::discover_async(self.issuer.clone(), &|request| send(self.http.clone(), request))
            .await
            .map_err(|error| discovery_problem(&error))?;
        Published::new(metadata).map_err(|_| "unreadable keys")
    }

    /// Adds the origins to which a form of ours may lead.
    pub fn add_origins(&self, add: &mut impl FnMut(&str)) {
        add(&self.origin);
        self.published.known().iter().flat_map(|published| &published.origins).for_each(|origin| add(origin));
    }
}

/// The keys of a set that may sign and that this version can read; the others are no reason to refuse these (RFC 7517, section 5).
pub(super) fn readable_keys(set: &Value) -> JwkSet {
    let keys = set.get("keys").and_then(Value::as_array).into_iter().flatten();
    let readable = keys.filter_map(|key| serde_json::from_value(key.clone()).ok());
    let signs =
        |key: &Jwk| key.common.public_key_use != Some(PublicKeyUse::Encryption) && DecodingKey::from_jwk(key).is_ok();
    JwkSet { keys: readable.filter(signs).collect() }
}

fn discovery_problem<E: std::error::Error>(error: &openidconnect::DiscoveryError<E>) -> &'static str {
    use openidconnect::DiscoveryError as E;
    match error {
        E::Request(_) => "no connection",
        E::Response(..) => "an error response",
        E::Parse(_) => "unreadable",
        E::Validation(_) => "another issuer",
        _ => "other",
    }
}

#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error(transparent)]
    Request(#[from] reqwest::Error),
    #[error("the answer is too large")]
    TooLarge,
    #[error(transparent)]
    Http(#[from] http::Error),
}

pub(super) async fn send(http: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let mut response = http.execute(request.try_into()?).await?;
    let mut answer = http::Response::builder().status(response.status());
    if let Some(headers) = answer.headers_mut() {
        *headers = response.headers().clone();
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > ANSWER_LIMIT {
            return Err(HttpError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(answer.body(body)?)
}

/// For asking providers: no redirects (who answers is who was asked), and no long waits.
///
/// # Errors
/// When TLS cannot be set up.
pub fn http() -> Result<reqwest::Client, reqwest::Error> {
    rustls::crypto::ring::default_provider().install_default().ok();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TIMEOUT)
        .connect_timeout(TIMEOUT)
        // A connection that is kept may be closed by the provider while the next question is on its way, and a code is handed in once:
        // somebody would not be logged in for it.
        .pool_max_idle_per_host(0)
        .build()
}

#[cfg(test)]
pub(super) mod tests {
    use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        identity::{Doors, client_key::tests::pem},
        testing,
    };

    pub const KID: &str = "known";

    /// A key that a provider publishes, to sign tokens with as that provider would.
    pub struct Signer {
        key: EncodingKey,
        pub jwks: Value,
    }

    impl Signer {
        pub fn new() -> Self {
            let pem = pem();
            let mut public = serde_json::to_value(ClientKey::from_pem(pem.as_bytes()).unwrap().public).unwrap();
            public["kid"] = KID.into();
            Self { key: EncodingKey::from_ec_pem(pem.as_bytes()).unwrap(), jwks: json!({ "keys": [public] }) }
        }

        pub fn sign(&self, kid: &str, typ: &str, claims: &Value) -> String {
            let mut header = Header::new(Algorithm::ES256);
            header.kid = Some(kid.to_owned());
            header.typ = Some(typ.to_owned());
            encode(&header, claims, &self.key).unwrap()
        }
    }

    impl Provider {
        /// As if the provider had just been asked.
        pub fn publish(&self, signer: &Signer, now: Timestamp) -> Arc<Published> {
            let metadata: Metadata = serde_json::from_value(json!({
                "issuer": self.settings.issuer,
                "authorization_endpoint": format!("{}/auth", self.settings.issuer),
                "token_endpoint": format!("{}/token", self.settings.issuer),
                "end_session_endpoint": format!("{}/end", self.settings.issuer),
                "jwks_uri": format!("{}/jwks", self.settings.issuer),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256", "none", "HS256"],
            }))
            .unwrap();
            let metadata = metadata.set_jwks(serde_json::from_value(signer.jwks.clone()).unwrap());
            self.published.set(Published::new(metadata).unwrap(), now)
        }
    }

    #[test]
    fn a_key_of_an_unknown_kind_is_no_reason_to_refuse_the_others() {
        let mut set = Signer::new().jwks;
        let keys = set["keys"].as_array_mut().unwrap();
        keys.insert(0, json!({ "kty": "AKP", "alg": "ML-DSA-44", "kid": "later", "pub": "AAAA" }));
        keys.insert(0, json!({ "kty": "OKP", "crv": "X448", "kid": "other", "x": "AAAA" }));
        keys.push(json!({ "kty": "RSA", "use": "enc", "kid": "sealing", "n": "AQAB", "e": "AQAB" }));
        let read = readable_keys(&set);
        assert_eq!(read.keys.len(), 1);
        assert!(read.find(KID).is_some());
    }

    #[test]
    fn a_minimum_that_is_no_level_is_named_at_the_start() {
        let mut config = testing::config();
        config.identity.staff.as_mut().unwrap().minimum_level = "high".into();
        assert_eq!(
            Doors::new(&config).err().unwrap(),
            "identity: minimum_level of uw organisatie is none of its levels"
        );
    }

    /// As Node does after five quiet seconds: the connection that was kept goes when the next question comes over it.
    #[tokio::test]
    async fn a_provider_that_closes_connections_it_kept_answers_every_question() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/token", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut connection, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut question = [0; 4096];
                    _ = connection.read(&mut question).await;
                    _ = connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
                    _ = connection.read(&mut question).await;
                });
            }
        });
        let http = http().unwrap();
        for question in 1..=3 {
            let answer = http.post(&address).body("code=x").send().await;
            assert_eq!(
                answer.unwrap_or_else(|error| panic!("question {question}: {error:?}")).text().await.unwrap(),
                "{}"
            );
        }
    }
}
