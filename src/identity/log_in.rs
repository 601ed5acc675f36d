//! Logging in: choosing a door, going to its provider, and coming back.

use axum::{
    body::Bytes,
    extract::{Path, Query, rejection::QueryRejection},
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use leptos_i18n::td_string;
use serde::{Deserialize, Serialize};

use super::{
    Door, Identity, Party, cookie,
    exchange::{Secrets, Verified},
    page, person,
    provider::Provider,
    refusal::{Refusal, refuse},
    session,
};
use crate::{app::Visit, error::Error, i18n::Locale, keys::Use, registered_data::Bsn, server::Portal};

const ATTEMPT_COOKIE: &str = "__Host-voordeur-inloggen";
/// So long somebody may take at the provider.
const ATTEMPT_LASTS: SignedDuration = SignedDuration::from_mins(10);
/// A longer address to go back to does not fit a cookie.
const PATH_LIMIT: usize = 1024;

#[derive(Default, Deserialize)]
pub struct Return {
    /// Where somebody was when they had to log in.
    pub terug: Option<String>,
}

/// An address on this site, to go back to; never another site's.
pub fn local_path(path: &str) -> Option<&str> {
    let here = path.starts_with('/')
        && !path.starts_with("//")
        // A browser reads a backslash as a slash, and drops tabs and line ends.
        && path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
        && path.len() <= PATH_LIMIT;
    here.then_some(path)
}

/// `GET /inloggen`
pub async fn choose(visit: Visit, Query(Return { terug }): Query<Return>) -> Response {
    let now = visit.portal.clock.now();
    let providers = visit.portal.doors.all();
    let open = futures::future::join_all(providers.iter().map(|provider| provider.published(now))).await;
    let doors: Vec<_> =
        providers.iter().zip(open).map(|(provider, published)| (provider, published.is_some())).collect();
    let back = terug.as_deref().and_then(local_path);
    visit.show(page::choose(&visit, &doors, back))
}

/// `POST /inloggen/{door}`: to the provider.
pub async fn start(visit: Visit, Path(door): Path<String>, body: Bytes) -> Response {
    let portal = &visit.portal;
    let Some(provider) = Door::from_path(&door).and_then(|door| portal.doors.provider(door)) else {
        return Error::NotFound.into_response();
    };
    let now = portal.clock.now();
    let Some(published) = provider.published(now).await else {
        return count_refusal(&visit, Some(provider.door), Refusal::Away);
    };
    let form: Return = serde_urlencoded::from_bytes(&body).unwrap_or_default();
    let attempt = Attempt {
        door: provider.door,
        secrets: Secrets::new(&portal.keys),
        back: form.terug.as_deref().and_then(local_path).map(str::to_owned),
        english: visit.locale == Locale::en,
        at: now,
    };
    let mut response =
        Redirect::to(provider.log_in_at(&published, &attempt.secrets, visit.locale).as_str()).into_response();
    match attempt.seal(portal) {
        Ok(value) => cookie::set(response.headers_mut(), ATTEMPT_COOKIE, &value, Some(ATTEMPT_LASTS.as_secs())),
        Err(error) => return error.into_response(),
    }
    response
}

/// What the provider answers, in the address that the browser comes back with.
#[derive(Default, Deserialize)]
pub struct Answer {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// `GET /inloggen/terug`: from the provider.
pub async fn back(mut visit: Visit, headers: HeaderMap, answer: Result<Query<Answer>, QueryRejection>) -> Response {
    let answer = answer.map(|Query(answer)| answer).unwrap_or_default();
    let attempt = Attempt::open(&headers, &visit.portal);
    if let Some(attempt) = &attempt {
        visit.asked.locale = if attempt.english { Locale::en } else { Locale::nl };
    }
    let door = attempt.as_ref().map(|attempt| attempt.door);
    let (mut response, finished) = match arrive(&visit, &headers, attempt, answer).await {
        Ok((id, to)) => {
            let mut response = Redirect::to(&to).into_response();
            cookie::set(response.headers_mut(), session::COOKIE, &id, None);
            metrics::counter!("log_in_total", "door" => door.map_or("", Door::path), "outcome" => "logged in")
                .increment(1);
            (response, true)
        }
        // The answer to an older attempt leaves the newer one, in another window, alone.
        Err(Failure::Refused(refusal)) => (count_refusal(&visit, door, refusal), refusal != Refusal::OtherAttempt),
        Err(Failure::Error(error)) => (error.into_response(), true),
    };
    if finished {
        cookie::remove(response.headers_mut(), ATTEMPT_COOKIE);
    }
    response
}

fn count_refusal(visit: &Visit, door: Option<Door>, refusal: Refusal) -> Response {
    let (door_path, outcome) = (door.map_or("", Door::path), refusal.word());
    tracing::info!(door = door_path, outcome, "not logged in");
    metrics::counter!("log_in_total", "door" => door_path, "outcome" => outcome).increment(1);
    refuse(visit, door, refusal)
}

enum Failure {
    Refused(Refusal),
    Error(Error),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// The new session's id, and where to go.
async fn arrive(
    visit: &Visit,
    headers: &HeaderMap,
    attempt: Option<Attempt>,
    answer: Answer,
) -> Result<(String, String), Failure> {
    let portal = &visit.portal;
    let now = portal.clock.now();
    let attempt = attempt.filter(|attempt| now.duration_since(attempt.at) < ATTEMPT_LASTS).ok_or(Refusal::NoAttempt)?;
    if answer.state.as_ref() != Some(&attempt.secrets.state) {
        return Err(Refusal::OtherAttempt.into());
    }
    let provider = portal.doors.provider(attempt.door).ok_or(Refusal::NoAttempt)?;
    let published = provider.published(now).await.ok_or(Refusal::Away)?;
    // Who answers is who was asked (RFC 9207).
    match &answer.iss {
        Some(issuer) if *issuer != provider.settings.issuer => return Err(Refusal::OtherAttempt.into()),
        None if published.answers_name_issuer() => return Err(Refusal::OtherAttempt.into()),
        _ => {}
    }
    let code = match (answer.code, answer.error.as_deref()) {
        (Some(code), None) => code,
        (_, Some("access_denied")) => return Err(Refusal::Cancelled.into()),
        (_, Some("temporarily_unavailable" | "server_error")) => return Err(Refusal::Away.into()),
        _ => return Err(Refusal::BadAnswer.into()),
    };
    let verified = provider.redeem(code, &attempt.secrets, now, &portal.keys).await.map_err(|problem| {
        tracing::warn!(provider = provider.settings.name, %problem, "no log-in");
        Refusal::from(&problem)
    })?;
    let (identity, subject) = identify(portal, provider, verified, visit.locale, now).await?;
    // A new id for whoever logs in, so that an id that somebody knew before opens nothing.
    session::end(headers, portal).await?;
    let id = session::open(portal, &identity, &subject).await?;
    let to = match (attempt.door, attempt.back) {
        (Door::Citizen, Some(back)) => back,
        (door, _) => visit.href(door.home()),
    };
    Ok((id, to))
}

/// From what the provider vouches for to who that is here, and its subject there.
async fn identify(
    portal: &Portal,
    provider: &Provider,
    verified: Verified,
    locale: Locale,
    now: Timestamp,
) -> Result<(Identity, String), Failure> {
    let names = &provider.settings.claims;
    let party = match provider.door {
        Door::Citizen => {
            let bsn = verified.text(names.bsn.as_deref()).and_then(Bsn::parse).ok_or(Refusal::BadAnswer)?;
            let found = person::find(portal, &bsn).await??;
            let name =
                if found.name.is_empty() { td_string!(locale, identity.nameless).to_owned() } else { found.name };
            Party::Person { person: found.person, name }
        }
        Door::Business => {
            let number = verified.text(names.kvk_number.as_deref()).ok_or(Refusal::BadAnswer)?;
            if number.len() != 8 || !number.bytes().all(|b| b.is_ascii_digit()) {
                return Err(Refusal::BadAnswer.into());
            }
            Party::Business { kvk_number: number.to_owned() }
        }
        Door::Staff => {
            let claim = |name| verified.text(name).map(str::to_owned).ok_or(Refusal::BadAnswer);
            let organisation = claim(names.organisation.as_deref())?;
            if !organisation.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
                return Err(Refusal::BadAnswer.into());
            }
            Party::Staff {
                organisation,
                role: claim(names.role.as_deref())?,
                name: claim(names.name.as_deref())?,
                subject: claim(Some("sub"))?,
            }
        }
    };
    let text = |name| verified.text(Some(name)).map(str::to_owned);
    let holds_bsn = names.bsn.as_ref().is_some_and(|bsn| verified.claims.contains_key(bsn));
    let subject = text("sub").ok_or(Refusal::BadAnswer)?;
    let identity = Identity {
        door: provider.door,
        actor: party.clone(),
        acting_for: party,
        level: text("acr").unwrap_or_default(),
        sid: text("sid"),
        id_token: (!holds_bsn).then_some(verified.token),
        logged_in_at: now,
    };
    Ok((identity, subject))
}

/// What is remembered of somebody who went to a provider: sealed, in their own browser.
#[derive(Serialize, Deserialize)]
struct Attempt {
    door: Door,
    secrets: Secrets,
    back: Option<String>,
    english: bool,
    at: Timestamp,
}

impl Attempt {
    fn seal(&self, portal: &Portal) -> Result<String, Error> {
        let plain = serde_json::to_vec(self).map_err(Error::internal)?;
        Ok(BASE64_URL_SAFE_NO_PAD.encode(portal.keys.seal(Use::LogIn, &plain)))
    }

    fn open(headers: &HeaderMap, portal: &Portal) -> Option<Self> {
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(cookie::read(headers, ATTEMPT_COOKIE)?).ok()?;
        serde_json::from_slice(&portal.keys.open(Use::LogIn, &sealed).ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_goes_back_to_this_site_only() {
        assert_eq!(local_path("/mijn/gegevens?a=1"), Some("/mijn/gegevens?a=1"));
        for elsewhere in [
            "",
            "mijn",
            "//example.org",
            "/\\example.org",
            "\\/example.org",
            "https://example.org",
            "/\t/example.org",
            "/a b",
            "/\n/e",
        ] {
            assert_eq!(local_path(elsewhere), None, "{elsewhere:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_taken_as_local_is_local_to_a_browser(path in "[/\\\\.:@\\t\\n a-z?#%0-9-]{0,24}") {
            if let Some(path) = local_path(&path) {
                let base = url::Url::parse("https://portal.example/inloggen").unwrap();
                prop_assert_eq!(base.join(path).unwrap().origin(), base.origin());
            }
        }
    }
}
