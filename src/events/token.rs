//! Who asks: an organisation, by the access token of its system (RFC 6750).

use std::{net::IpAddr, sync::Arc};

use axum::{body::Body, extract::FromRequestParts};
use http::{HeaderMap, HeaderValue, Request, header, request::Parts};

use super::{
    Inbox,
    problem::{Kind, Problem},
    sender::Sender,
};
use crate::{
    identity::{TokenProblem, address},
    server::Portal,
};

/// The organisation whose system asks.
pub struct Asker(pub Arc<Sender>);

impl FromRequestParts<Portal> for Asker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Problem> {
        let inbox = portal.events.as_ref().ok_or_else(|| Problem::new(Kind::NotFound))?;
        let request = Request::from_parts(parts.clone(), Body::empty());
        let from = address(&request, portal.config.server.client_address_header.as_deref());
        Ok(Self(sender(portal, inbox, &parts.headers, from).await?))
    }
}

/// Who sends, by their access token (RFC 6750).
pub async fn sender(portal: &Portal, inbox: &Inbox, headers: &HeaderMap, from: IpAddr) -> Result<Arc<Sender>, Problem> {
    let header = |value: &str| HeaderValue::from_str(value).expect("visible characters");
    let challenge = |problem: Problem, rest: &str| {
        problem.header(header::WWW_AUTHENTICATE, header(&format!("Bearer realm=\"voordeur\"{rest}")))
    };
    let Some(token) = bearer(headers) else {
        return Err(challenge(
            Problem::new(Kind::NoToken).detail("Send Authorization: Bearer and an access token."),
            "",
        ));
    };
    let client = match inbox.issuer.client(token, portal.clock.now()).await {
        Ok(client) => client,
        Err(TokenProblem::Away) => {
            return Err(Problem::new(Kind::Unavailable)
                .detail("The issuer of access tokens does not answer.")
                .retry_after(5));
        }
        Err(TokenProblem::Scope) => {
            return Err(challenge(Problem::new(Kind::InsufficientScope), ", error=\"insufficient_scope\""));
        }
        Err(TokenProblem::Invalid(problem)) => {
            inbox.pace.in_vain(from).map_err(too_many)?;
            tracing::warn!(problem, "an access token is refused");
            let told = format!(", error=\"invalid_token\", error_description=\"{problem}\"");
            return Err(challenge(Problem::new(Kind::BadToken).detail(format!("It is not good: {problem}.")), &told));
        }
    };
    inbox.pace.client(&client).map_err(too_many)?;
    inbox.senders.of(&client).ok_or_else(|| {
        tracing::warn!(client, "a client of no organisation");
        Problem::new(Kind::UnknownClient)
    })
}

fn too_many(seconds: u64) -> Problem {
    Problem::new(Kind::TooMany).retry_after(seconds)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (only, None) = (values.next()?, values.next()) else { return None };
    let (scheme, token) = only.to_str().ok()?.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty()).then(|| token.trim())
}
