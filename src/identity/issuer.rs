//! Organisations' systems at the door: the issuer of their access tokens (OAuth 2 client credentials; RFC 9068, RFC 6750).

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::{
    exchange::CLOCK_SKEW,
    kept::Kept,
    provider::{ANSWER_LIMIT, http, readable_keys},
};

/// Keys are asked for again after this, and used this long while the issuer does not answer.
const FRESH: SignedDuration = SignedDuration::from_mins(5);
const USABLE: SignedDuration = SignedDuration::from_hours(1);

/// What the Dutch profile and its providers use; never a shared secret, never `none`.
const ALGORITHMS: [Algorithm; 3] = [Algorithm::PS256, Algorithm::RS256, Algorithm::ES256];

/// Longer than this no access token is.
const TOKEN_LIMIT: usize = 8 * 1024;

pub struct Issuer {
    issuer: Url,
    /// As the issuer writes itself.
    name: String,
    audience: String,
    scope: Option<String>,
    http: reqwest::Client,
    keys: Kept<JwkSet>,
}

/// Why a token opens nothing.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenProblem {
    #[error("the issuer does not answer")]
    Away,
    /// In words that name nothing of the token.
    #[error("the access token is not good: {0}")]
    Invalid(&'static str),
    #[error("the access token lacks the scope")]
    Scope,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    exp: i64,
    nbf: Option<i64>,
    iat: Option<i64>,
    client_id: Option<String>,
    azp: Option<String>,
    scope: Option<String>,
    // Of other kinds of token, which open nothing here.
    nonce: Option<Value>,
    events: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// RFC 8414, section 2, and OpenID Connect Discovery, section 3, as far as it matters here.
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: Url,
}

impl Issuer {
    /// # Errors
    /// Names the setting that is wrong.
    pub fn new(issuer: &str, audience: String, scope: Option<String>) -> Result<Self, String> {
        Ok(Self {
            issuer: issuer.parse().map_err(|error| format!("events.issuer: {error}"))?,
            name: issuer.to_owned(),
            audience,
            scope,
            http: http().map_err(|error| format!("events: {error}"))?,
            keys: Kept::new(issuer.to_owned(), FRESH, USABLE),
        })
    }

    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// Which client an access token speaks for.
    ///
    /// # Errors
    /// Says why it opens nothing.
    pub async fn client(&self, token: &str, now: Timestamp) -> Result<String, TokenProblem> {
        use TokenProblem::Invalid;
        if token.len() > TOKEN_LIMIT {
            return Err(Invalid("too long"));
        }
        let header = decode_header(token).map_err(|_| Invalid("unreadable"))?;
        let kind = header.typ.as_deref().map(str::to_ascii_lowercase);
        // RFC 9068 asks for at+jwt, and many issuers write JWT.
        if !matches!(kind.as_deref(), None | Some("at+jwt" | "application/at+jwt" | "jwt")) || header.crit.is_some() {
            return Err(Invalid("type"));
        }
        if !ALGORITHMS.contains(&header.alg) {
            return Err(Invalid("algorithm"));
        }
        let known = self.keys(now).await.ok_or(TokenProblem::Away)?;
        let claims = match verify(&known, header.alg, header.kid.as_deref(), token) {
            Err(Invalid(UNKNOWN_KEY)) => {
                let anew = self.keys.anew(now, self.ask()).await.ok_or(TokenProblem::Away)?;
                verify(&anew, header.alg, header.kid.as_deref(), token)?
            }
            result => result?,
        };
        self.check(claims, now)
    }

    /// The keys with which the issuer signs; none while it is away.
    pub async fn keys(&self, now: Timestamp) -> Option<Arc<JwkSet>> {
        self.keys.get(now, self.ask()).await
    }

    fn check(&self, claims: Claims, now: Timestamp) -> Result<String, TokenProblem> {
        use TokenProblem::Invalid;
        if claims.iss != self.name {
            return Err(Invalid("issuer"));
        }
        let mine = match &claims.aud {
            Audience::One(one) => *one == self.audience,
            Audience::Several(several) => several.contains(&self.audience),
        };
        if !mine {
            return Err(Invalid("audience"));
        }
        let (now, skew) = (now.as_second(), CLOCK_SKEW.as_secs());
        if claims.exp.saturating_add(skew) <= now {
            return Err(Invalid("expired"));
        }
        if [claims.nbf, claims.iat].into_iter().flatten().any(|at| at.saturating_sub(skew) > now) {
            return Err(Invalid("not yet valid"));
        }
        if claims.nonce.is_some() || claims.events.is_some() {
            return Err(Invalid("type"));
        }
        let client = claims.client_id.or(claims.azp).filter(|client| !client.is_empty()).ok_or(Invalid("no client"))?;
        let scopes = claims.scope.unwrap_or_default();
        if self.scope.as_deref().is_some_and(|scope| !scopes.split(' ').any(|given| given == scope)) {
            return Err(TokenProblem::Scope);
        }
        Ok(client)
    }

    async fn ask(&self) -> Result<JwkSet, &'static str> {
        let metadata = match self.read(self.well_known_after()).await {
            Err("not there") => self.read(self.well_known_between()).await?,
            metadata => metadata?,
        };
        let metadata: Metadata = serde_json::from_value(metadata).map_err(|_| "unreadable")?;
        if metadata.issuer != self.name {
            return Err("another issuer");
        }
        let keys = readable_keys(&self.read(metadata.jwks_uri).await?);
        if keys.keys.is_empty() { Err("no keys") } else { Ok(keys) }
    }

    /// As OpenID Connect Discovery puts it.
    fn well_known_after(&self) -> Url {
        let mut url = self.issuer.clone();
        url.set_path(&format!("{}/.well-known/openid-configuration", self.issuer.path().trim_end_matches('/')));
        url
    }

    /// As RFC 8414 puts it.
    fn well_known_between(&self) -> Url {
        let mut url = self.issuer.clone();
        url.set_path(&format!("/.well-known/oauth-authorization-server{}", self.issuer.path().trim_end_matches('/')));
        url
    }

    async fn read(&self, url: Url) -> Result<Value, &'static str> {
        let mut response = self.http.get(url).send().await.map_err(|_| "no connection")?;
        match response.status() {
            http::StatusCode::OK => {}
            http::StatusCode::NOT_FOUND => return Err("not there"),
            _ => return Err("an error response"),
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|_| "no connection")? {
            if body.len() + chunk.len() > ANSWER_LIMIT {
                return Err("too large");
            }
            body.extend_from_slice(&chunk);
        }
        serde_json::from_slice(&body).map_err(|_| "unreadable")
    }
}

const UNKNOWN_KEY: &str = "unknown key";

/// The claims of a token that one of these keys signed.
fn verify(keys: &JwkSet, algorithm: Algorithm, kid: Option<&str>, token: &str) -> Result<Claims, TokenProblem> {
    let mut rules = Validation::new(algorithm);
    // Who, for whom and when are checked by our own clock.
    rules.validate_exp = false;
    rules.validate_aud = false;
    rules.required_spec_claims.clear();
    let mut problem = UNKNOWN_KEY;
    for key in keys.keys.iter().filter(|key| kid.is_none() || key.common.key_id.as_deref() == kid) {
        let Ok(key) = DecodingKey::from_jwk(key) else { continue };
        match decode(token, &key, &rules) {
            Ok(token) => return Ok(token.claims),
            Err(error) => {
                problem = match error.kind() {
                    jsonwebtoken::errors::ErrorKind::Json(_) => "claims",
                    _ => "signature",
                }
            }
        }
    }
    Err(TokenProblem::Invalid(problem))
}

#[cfg(test)]
pub mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        identity::provider::tests::{KID, Signer},
        testing,
    };

    impl Issuer {
        /// As if the issuer had just been asked.
        pub fn publish(&self, signer: &Signer, now: Timestamp) {
            self.keys.set(readable_keys(&signer.jwks), now);
        }

        /// A good token for a client.
        pub fn token(&self, signer: &Signer, client: &str, now: Timestamp) -> String {
            signer.sign(KID, "at+jwt", &self.claims(client, now))
        }

        fn claims(&self, client: &str, now: Timestamp) -> Value {
            json!({
                "iss": self.name,
                "aud": self.audience,
                "sub": client,
                "client_id": client,
                "iat": now.as_second(),
                "exp": now.as_second() + 600,
                "jti": "1",
            })
        }
    }

    struct Case {
        issuer: Issuer,
        signer: Signer,
        now: Timestamp,
    }

    impl Case {
        fn new(scope: Option<&str>) -> Self {
            let issuer =
                Issuer::new("http://127.0.0.1:9", "https://portal.example/api/v1".into(), scope.map(str::to_owned))
                    .unwrap();
            let (signer, now) = (Signer::new(), testing::NOON.parse().unwrap());
            issuer.publish(&signer, now);
            Self { issuer, signer, now }
        }

        /// What comes of a token that differs in some claims; null takes one out.
        async fn with(&self, typ: &str, changes: Value) -> String {
            let mut claims = self.issuer.claims("belastingdienst", self.now);
            for (name, value) in changes.as_object().unwrap() {
                match value {
                    Value::Null => claims.as_object_mut().unwrap().remove(name),
                    value => claims.as_object_mut().unwrap().insert(name.clone(), value.clone()),
                };
            }
            self.opened(&self.signer.sign(KID, typ, &claims)).await
        }

        async fn opened(&self, token: &str) -> String {
            match self.issuer.client(token, self.now).await {
                Ok(client) => client,
                Err(TokenProblem::Invalid(problem)) => problem.to_owned(),
                Err(problem) => problem.to_string(),
            }
        }
    }

    #[tokio::test]
    async fn a_token_of_the_issuer_for_this_portal_says_which_client_speaks() {
        let case = Case::new(None);
        assert_eq!(case.with("at+jwt", json!({})).await, "belastingdienst");
        assert_eq!(case.with("application/at+jwt", json!({})).await, "belastingdienst");
        assert_eq!(case.with("JWT", json!({ "client_id": null, "azp": "rdw" })).await, "rdw");
        assert_eq!(
            case.with("at+jwt", json!({ "aud": ["https://portal.example/api/v1", "another"] })).await,
            "belastingdienst"
        );
    }

    #[tokio::test]
    async fn a_token_of_or_for_somebody_else_opens_nothing() {
        let case = Case::new(None);
        let now = case.now.as_second();
        for (typ, changes, problem) in [
            ("at+jwt", json!({ "iss": "http://127.0.0.1:9/" }), "issuer"),
            ("at+jwt", json!({ "aud": "voordeur-citizen" }), "audience"),
            ("at+jwt", json!({ "aud": [] }), "audience"),
            ("at+jwt", json!({ "exp": now - 61 }), "expired"),
            ("at+jwt", json!({ "exp": null }), "claims"),
            ("at+jwt", json!({ "nbf": now + 61 }), "not yet valid"),
            ("at+jwt", json!({ "iat": now + 61 }), "not yet valid"),
            ("at+jwt", json!({ "client_id": null }), "no client"),
            ("JWT", json!({ "nonce": "n" }), "type"),
            ("logout+jwt", json!({}), "type"),
            ("JWT", json!({ "events": {} }), "type"),
        ] {
            assert_eq!(case.with(typ, changes.clone()).await, problem, "{changes}");
        }
        assert_eq!(case.with("at+jwt", json!({ "exp": now - 59 })).await, "belastingdienst");
    }

    #[tokio::test]
    async fn an_unsigned_forged_or_unreadable_token_opens_nothing() {
        use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
        let case = Case::new(None);
        let good = case.issuer.token(&case.signer, "rdw", case.now);
        let parts: Vec<_> = good.split('.').collect();
        let none = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"at+jwt"}"#);
        assert_eq!(case.opened(&format!("{none}.{}.", parts[1])).await, "unreadable");
        let shared = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"at+jwt"}"#);
        assert_eq!(case.opened(&format!("{shared}.{}.{}", parts[1], parts[2])).await, "algorithm");
        assert_eq!(case.opened(&case.issuer.token(&Signer::new(), "rdw", case.now)).await, "signature");
        for nonsense in ["", ".", "..", "a.b.c", "é"] {
            assert_eq!(case.opened(nonsense).await, "unreadable");
        }
        assert_eq!(case.opened(&"x".repeat(TOKEN_LIMIT + 1)).await, "too long");
        // An unknown key is asked for, and this issuer does not answer.
        let unknown = case.signer.sign("another", "at+jwt", &case.issuer.claims("rdw", case.now));
        assert_eq!(case.opened(&unknown).await, "the issuer does not answer");
    }

    #[tokio::test]
    async fn where_a_scope_is_asked_a_token_without_it_opens_nothing() {
        let case = Case::new(Some("events"));
        assert_eq!(case.with("at+jwt", json!({})).await, TokenProblem::Scope.to_string());
        assert_eq!(case.with("at+jwt", json!({ "scope": "events-read" })).await, TokenProblem::Scope.to_string());
        assert_eq!(case.with("at+jwt", json!({ "scope": "openid events" })).await, "belastingdienst");
    }
}
