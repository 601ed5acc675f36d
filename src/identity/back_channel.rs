//! A provider's word that somebody logged out there (OpenID Connect Back-Channel Logout 1.0).

use axum::{
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, dangerous::insecure_decode_claims, decode, decode_header};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    exchange::{CLOCK_SKEW, TOKEN_AGE},
    provider::{Provider, Published},
    session,
};
use crate::{error::Error, server::Portal};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
const ALGORITHMS: [Algorithm; 3] = [Algorithm::PS256, Algorithm::RS256, Algorithm::ES256];

#[derive(Deserialize)]
struct Notice {
    logout_token: String,
}

#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    iat: i64,
    exp: Option<i64>,
    jti: String,
    sub: Option<String>,
    sid: Option<String>,
    events: Map<String, Value>,
    nonce: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn is(&self, client: &str) -> bool {
        match self {
            Self::One(one) => one == client,
            Self::Several(several) => matches!(&several[..], [one] if one == client),
        }
    }
}

/// `POST /uitloggen/melding`
pub async fn notice(State(portal): State<Portal>, body: Bytes) -> Response {
    match end_sessions(&portal, &body).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(Problem::Token(problem)) => {
            tracing::warn!(problem, "a logout token is refused");
            Error::BadRequest.into_response()
        }
        Err(Problem::Error(error)) => error.into_response(),
    }
}

enum Problem {
    Token(&'static str),
    Error(Error),
}

impl From<&'static str> for Problem {
    fn from(problem: &'static str) -> Self {
        Self::Token(problem)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

async fn end_sessions(portal: &Portal, body: &[u8]) -> Result<(), Problem> {
    let Notice { logout_token } = serde_urlencoded::from_bytes(body).map_err(|_| "no token")?;
    let now = portal.clock.now();
    let (provider, claims) = verify(portal, &logout_token, now).await?;
    let expires = [claims.exp, Some(claims.iat + TOKEN_AGE.as_secs())].into_iter().flatten().max();
    let word = session::ToEnd {
        door: provider.door,
        jti: &claims.jti,
        expires_at: expires.and_then(|at| Timestamp::from_second(at).ok()).ok_or("time")? + CLOCK_SKEW,
        subject: claims.sub.as_deref(),
        sid: claims.sid.as_deref(),
    };
    if session::end_by(portal, word).await? { Ok(()) } else { Err("used before".into()) }
}

/// Section 2.6. Which provider speaks is read before it is verified, and then held to that provider's keys.
async fn verify<'a>(portal: &'a Portal, token: &str, now: Timestamp) -> Result<(&'a Provider, Claims), Problem> {
    let header = decode_header(token).map_err(|_| "unreadable")?;
    let said: Claims = insecure_decode_claims(token).map_err(|_| "unreadable")?;
    let speaks =
        |provider: &&Provider| provider.settings.issuer == said.iss && said.aud.is(&provider.settings.client_id);
    let provider = portal.doors.all().iter().find(speaks).ok_or("issuer or audience")?;
    let kind = header.typ.as_deref().map(str::to_ascii_lowercase);
    if !matches!(kind.as_deref(), None | Some("logout+jwt" | "application/logout+jwt" | "jwt")) || header.crit.is_some()
    {
        return Err("type".into());
    }
    if !ALGORITHMS.contains(&header.alg) {
        return Err("algorithm".into());
    }
    let published = provider.published(now).await.ok_or(Error::Unavailable)?;
    let claims = match key(&published, header.kid.as_deref()) {
        Some(key) => signed_with(&key, header.alg, token)?,
        None => {
            let published = provider.published_anew(now).await.ok_or(Error::Unavailable)?;
            signed_with(&key(&published, header.kid.as_deref()).ok_or("unknown key")?, header.alg, token)?
        }
    };
    let age = now.as_second() - claims.iat;
    if age > TOKEN_AGE.as_secs()
        || age < -CLOCK_SKEW.as_secs()
        || claims.exp.is_some_and(|exp| exp <= now.as_second() - CLOCK_SKEW.as_secs())
    {
        return Err("not fresh".into());
    }
    if !claims.events.get(EVENT).is_some_and(Value::is_object) {
        return Err("event".into());
    }
    if claims.nonce.is_some() {
        return Err("nonce".into());
    }
    if (claims.sub.is_none() && claims.sid.is_none()) || claims.jti.is_empty() {
        return Err("nobody named".into());
    }
    Ok((provider, claims))
}

fn key(published: &Published, kid: Option<&str>) -> Option<DecodingKey> {
    let keys = &published.keys;
    let found = match kid {
        Some(kid) => keys.find(kid),
        // A token need not name its key where there is no choice.
        None => match &keys.keys[..] {
            [only] => Some(only),
            _ => None,
        },
    };
    DecodingKey::from_jwk(found?).ok()
}

fn signed_with(key: &DecodingKey, algorithm: Algorithm, token: &str) -> Result<Claims, Problem> {
    let mut rules = Validation::new(algorithm);
    // Who and when are checked above, by our own clock.
    rules.validate_exp = false;
    rules.validate_aud = false;
    rules.required_spec_claims.clear();
    Ok(decode(token, key, &rules).map_err(|_| "signature")?.claims)
}
