//! The exchange with a provider: where to send somebody, and from the code they come back with to who they are.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use openidconnect::{
    AuthenticationContextClass, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, LanguageTag, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    RequestTokenError, SignatureVerificationError, TokenResponse,
    core::{CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreJwsSigningAlgorithm},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use super::provider::{Provider, Published, send};
use crate::{i18n::Locale, keys::Keyring};

/// How far two clocks may differ, and how old a token may be when it arrives.
pub const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(1);
pub const TOKEN_AGE: SignedDuration = SignedDuration::from_mins(10);

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// The secrets of one attempt to log in.
#[derive(Serialize, Deserialize)]
pub struct Secrets {
    pub state: String,
    pub nonce: String,
    pub verifier: String,
}

impl Secrets {
    pub fn new(keys: &Keyring) -> Self {
        let secret = || BASE64_URL_SAFE_NO_PAD.encode(keys.random::<32>());
        Self { state: secret(), nonce: secret(), verifier: secret() }
    }
}

/// Why an answer is not a log-in.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("the provider does not answer")]
    Away,
    #[error("the provider refuses: {0}")]
    Refused(&'static str),
    #[error("the level of assurance is too low")]
    LevelTooLow,
    #[error("the token is not good: {0}")]
    BadToken(&'static str),
}

/// Who a provider says somebody is: the claims of a verified token.
pub struct Verified {
    pub claims: Map<String, Value>,
    pub token: String,
}

impl Verified {
    /// A claim that holds words; none when it is absent, empty or something else.
    pub fn text(&self, name: Option<&str>) -> Option<&str> {
        self.claims.get(name?)?.as_str().map(str::trim).filter(|text| !text.is_empty())
    }
}

impl Provider {
    fn client(&self, published: &Published) -> Client {
        let secret = match &self.key {
            Some(_) => None,
            None => self.settings.client_secret.clone().map(ClientSecret::new),
        };
        CoreClient::from_provider_metadata(
            published.metadata.clone(),
            ClientId::new(self.settings.client_id.clone()),
            secret,
        )
        .set_redirect_uri(self.redirect.clone())
    }

    /// Where to send somebody who wants to log in.
    pub fn log_in_at(&self, published: &Published, secrets: &Secrets, locale: Locale) -> Url {
        let client = self.client(published);
        let (state, nonce) = (CsrfToken::new(secrets.state.clone()), Nonce::new(secrets.nonce.clone()));
        let mut request = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || state, move || nonce)
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(
                secrets.verifier.clone(),
            )))
            .add_ui_locale(LanguageTag::new(match locale {
                Locale::nl => "nl".to_owned(),
                Locale::en => "en".to_owned(),
            }));
        for level in self.good_levels() {
            request = request.add_auth_context_value(AuthenticationContextClass::new(level.clone()));
        }
        request.url().0
    }

    /// The levels that give access, from low to high.
    fn good_levels(&self) -> &[String] {
        let minimum = self.settings.levels.iter().position(|level| *level == self.settings.minimum_level);
        &self.settings.levels[minimum.unwrap_or(self.settings.levels.len())..]
    }

    /// Exchanges the code that somebody came back with for who they are.
    ///
    /// # Errors
    /// Says what is wrong, without a word from the token.
    pub async fn redeem(
        &self,
        code: String,
        secrets: &Secrets,
        now: Timestamp,
        keys: &Keyring,
    ) -> Result<Verified, Problem> {
        let published = self.published(now).await.ok_or(Problem::Away)?;
        let client = self.client(&published);
        let mut request = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|_| Problem::Refused("no token endpoint"))?
            .set_pkce_verifier(PkceCodeVerifier::new(secrets.verifier.clone()));
        if let Some(key) = &self.key {
            let assertion = key
                .assertion(&self.settings.client_id, &self.settings.issuer, now, keys)
                .map_err(|_| Problem::Refused("no assertion"))?;
            request = request
                .add_extra_param("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                .add_extra_param("client_assertion", assertion);
        }
        let answer =
            request.request_async(&|request| send(self.http.clone(), request)).await.map_err(|error| match error {
                RequestTokenError::Request(_) => {
                    self.doubt();
                    Problem::Away
                }
                RequestTokenError::ServerResponse(_) => Problem::Refused("error response"),
                RequestTokenError::Parse(..) => Problem::BadToken("unreadable"),
                RequestTokenError::Other(_) => Problem::Refused("unexpected response"),
            })?;
        let token = answer.id_token().ok_or(Problem::BadToken("no ID token"))?;
        match self.verify(&published, token, &secrets.nonce, now) {
            Err(Problem::BadToken(UNKNOWN_KEY)) => {
                let published = self.published_anew(now).await.ok_or(Problem::Away)?;
                self.verify(&published, token, &secrets.nonce, now)
            }
            result => result,
        }
    }

    /// Checks an ID token as OpenID Connect Core, section 3.1.3.7, asks, and the level of assurance.
    pub(super) fn verify(
        &self,
        published: &Published,
        token: &CoreIdToken,
        nonce: &str,
        now: Timestamp,
    ) -> Result<Verified, Problem> {
        let client = self.client(published);
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(|| std::time::SystemTime::from(now).into())
            .set_issue_time_verifier_fn(|issued| {
                let age = now.as_second() - issued.timestamp();
                if age > TOKEN_AGE.as_secs() || age < -CLOCK_SKEW.as_secs() {
                    Err("not fresh".to_owned())
                } else {
                    Ok(())
                }
            })
            .set_auth_context_verifier_fn(|level| {
                let good = level.is_some_and(|level| self.good_levels().iter().any(|good| good == level.as_str()));
                if good { Ok(()) } else { Err("too low".to_owned()) }
            });
        token.claims(&verifier, &Nonce::new(nonce.to_owned())).map_err(|error| token_problem(&error))?;
        // The signature holds for these very words, so they may be read as they stand.
        let token = token.to_string();
        let claims = token.split('.').nth(1).and_then(|payload| BASE64_URL_SAFE_NO_PAD.decode(payload).ok());
        let claims: Map<String, Value> =
            claims.and_then(|claims| serde_json::from_slice(&claims).ok()).ok_or(Problem::BadToken("unreadable"))?;
        // The library leaves `azp` to us.
        if claims.get("azp").is_some_and(|party| *party != self.settings.client_id) {
            return Err(Problem::BadToken("audience"));
        }
        Ok(Verified { claims, token })
    }
}

/// What the Dutch profile and its providers use; never a shared secret, never `none`.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 3] = [
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
];

const UNKNOWN_KEY: &str = "unknown key";

/// One word for the log: the library's own words may hold what the token says.
fn token_problem(error: &ClaimsVerificationError) -> Problem {
    use ClaimsVerificationError as E;
    Problem::BadToken(match error {
        E::InvalidAuthContext(_) => return Problem::LevelTooLow,
        E::Expired(_) => "expired",
        E::InvalidAudience(_) => "audience",
        E::InvalidIssuer(_) => "issuer",
        E::InvalidNonce(_) => "nonce",
        E::SignatureVerification(SignatureVerificationError::NoMatchingKey) => UNKNOWN_KEY,
        E::SignatureVerification(
            SignatureVerificationError::DisallowedAlg(_) | SignatureVerificationError::UnsupportedAlg(_),
        ) => "algorithm",
        E::SignatureVerification(_) => "signature",
        _ => "other",
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        identity::{
            Door, Doors,
            provider::tests::{KID, Signer},
        },
        testing,
    };

    struct Case {
        doors: Doors,
        signer: Signer,
        now: Timestamp,
    }

    impl Case {
        fn new() -> Self {
            Self {
                doors: Doors::new(&testing::config()).unwrap(),
                signer: Signer::new(),
                now: testing::NOON.parse().unwrap(),
            }
        }

        fn provider(&self) -> &Provider {
            self.doors.provider(Door::Citizen).unwrap()
        }

        fn claims(&self) -> Value {
            let provider = &self.provider().settings;
            json!({
                "iss": provider.issuer,
                "aud": provider.client_id,
                "sub": "somebody",
                "iat": self.now.as_second(),
                "exp": self.now.as_second() + 60,
                "nonce": "n",
                "acr": provider.minimum_level,
            })
        }

        fn check(&self, token: &str) -> Result<Verified, Problem> {
            let published = self.provider().publish(&self.signer, self.now);
            let token = serde_json::from_value(token.into()).map_err(|_| Problem::BadToken("unreadable"))?;
            self.provider().verify(&published, &token, "n", self.now)
        }

        /// What is wrong with a token that differs in one claim; null takes it out.
        fn with(&self, name: &str, value: Value) -> String {
            let mut claims = self.claims();
            match value {
                Value::Null => claims.as_object_mut().unwrap().remove(name),
                value => claims.as_object_mut().unwrap().insert(name.to_owned(), value),
            };
            self.check(&self.signer.sign(KID, "JWT", &claims))
                .map_or_else(|problem| problem.to_string(), |_| "good".to_owned())
        }
    }

    #[test]
    fn a_good_token_gives_its_claims() {
        let case = Case::new();
        let verified = case.check(&case.signer.sign(KID, "JWT", &case.claims())).unwrap();
        assert_eq!(verified.text(Some("sub")), Some("somebody"));
        assert_eq!(verified.text(Some("absent")), None);
        assert_eq!(verified.text(None), None);
    }

    #[test]
    fn a_token_for_somebody_else_or_from_somebody_else_is_refused() {
        let case = Case::new();
        assert_eq!(case.with("iss", "http://127.0.0.1:3001/".into()), "the token is not good: issuer");
        assert_eq!(case.with("aud", "another".into()), "the token is not good: audience");
        assert_eq!(case.with("aud", json!(["voordeur-citizen", "another"])), "the token is not good: audience");
        assert_eq!(case.with("azp", "another".into()), "the token is not good: audience");
        assert_eq!(case.with("azp", "voordeur-citizen".into()), "good");
    }

    #[test]
    fn an_old_or_future_token_is_refused() {
        let case = Case::new();
        let now = case.now.as_second();
        assert_eq!(case.with("exp", now.into()), "the token is not good: expired");
        assert_eq!(case.with("exp", (now + 1).into()), "good");
        assert_eq!(case.with("iat", (now - 601).into()), "the token is not good: expired");
        assert_eq!(case.with("iat", (now + 61).into()), "the token is not good: expired");
        assert_eq!(case.with("iat", (now + 59).into()), "good");
    }

    #[test]
    fn a_token_of_another_attempt_is_refused() {
        let case = Case::new();
        assert_eq!(case.with("nonce", "m".into()), "the token is not good: nonce");
        assert_eq!(case.with("nonce", Value::Null), "the token is not good: nonce");
    }

    #[test]
    fn only_a_level_from_the_minimum_up_will_do() {
        let case = Case::new();
        for (level, outcome) in [
            ("http://eidas.europa.eu/LoA/low", "the level of assurance is too low"),
            ("http://eidas.europa.eu/LoA/substantial", "good"),
            ("http://eidas.europa.eu/LoA/high", "good"),
            ("http://eidas.europa.eu/LoA/higher", "the level of assurance is too low"),
        ] {
            assert_eq!(case.with("acr", level.into()), outcome, "{level}");
        }
        assert_eq!(case.with("acr", Value::Null), "the level of assurance is too low");
    }

    #[test]
    fn an_unsigned_forged_or_misused_token_is_refused() {
        let case = Case::new();
        let problem = |token: &str| case.check(token).map(|_| ()).unwrap_err().to_string();
        let good = case.signer.sign(KID, "JWT", &case.claims());
        let parts: Vec<_> = good.split('.').collect();

        let none = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
        assert_eq!(problem(&format!("{none}.{}.", parts[1])), "the token is not good: signature");
        let shared = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
        assert_eq!(problem(&format!("{shared}.{}.{}", parts[1], parts[2])), "the token is not good: algorithm");

        let mut richer = case.claims();
        richer["sub"] = "somebody else".into();
        let richer = BASE64_URL_SAFE_NO_PAD.encode(richer.to_string());
        assert_eq!(problem(&format!("{}.{richer}.{}", parts[0], parts[2])), "the token is not good: signature");
        assert_eq!(problem(&Signer::new().sign(KID, "JWT", &case.claims())), "the token is not good: signature");
        assert_eq!(problem(&case.signer.sign("unknown", "JWT", &case.claims())), "the token is not good: unknown key");
        assert_eq!(problem(&case.signer.sign(KID, "logout+jwt", &case.claims())), "the token is not good: other");
    }

    #[test]
    fn the_request_asks_for_what_will_be_checked() {
        let case = Case::new();
        let published = case.provider().publish(&case.signer, case.now);
        let secrets = Secrets { state: "s".into(), nonce: "n".into(), verifier: "v".repeat(43) };
        let url = case.provider().log_in_at(&published, &secrets, Locale::en);
        let query: std::collections::HashMap<_, _> = url.query_pairs().into_owned().collect();
        for (name, value) in [
            ("response_type", "code"),
            ("scope", "openid"),
            ("state", "s"),
            ("nonce", "n"),
            ("code_challenge_method", "S256"),
            ("ui_locales", "en"),
            ("redirect_uri", "http://127.0.0.1:3000/inloggen/terug"),
            ("acr_values", "http://eidas.europa.eu/LoA/substantial http://eidas.europa.eu/LoA/high"),
        ] {
            assert_eq!(query[name], value);
        }
        assert!(!url.as_str().contains(&secrets.verifier));
    }
}
