//! Delivering one event: claimed, signed and sent, and then done or to be tried again.

use jiff::SignedDuration;

use super::{
    Endpoint,
    answer::{self, Answer},
    envelope,
    store::{self, Waiting},
};
use crate::{error::Error, server::Portal};

/// Longer than a delivery can take, so that only one that was given up is taken over.
const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// Delivers the next event of an organisation; whether there was one.
///
/// # Errors
/// Those of PostgreSQL: the event is delivered again, under the same id.
#[cfg(test)]
pub async fn next(portal: &Portal, organisation: &str) -> Result<bool, Error> {
    let Some(endpoint) = portal.outbox.endpoints.get(organisation) else { return Ok(false) };
    if endpoint.rests(portal.clock.now()) {
        return Ok(false);
    }
    let Some(event) = claim(portal, organisation).await? else { return Ok(false) };
    deliver(portal, organisation, endpoint, &event).await?;
    Ok(true)
}

pub async fn claim(portal: &Portal, organisation: &str) -> Result<Option<Waiting>, Error> {
    store::claim(&mut *portal.database.connection().await?, organisation, portal.clock.now(), LEASE).await
}

pub async fn deliver(portal: &Portal, organisation: &str, endpoint: &Endpoint, event: &Waiting) -> Result<(), Error> {
    let answer = send(portal, endpoint, event).await?;
    let now = portal.clock.now();
    endpoint.heard(portal, &answer);
    let mut sql = portal.database.connection().await?;
    let reason = match &answer {
        Answer::Taken => {
            store::done(&mut *sql, event.number, now).await?;
            metrics::counter!("outgoing_events_done", "organisation" => organisation.to_owned()).increment(1);
            return Ok(());
        }
        Answer::Later { reason, .. } | Answer::Refused { reason } => reason,
    };
    let fate = answer::fate(&portal.keys, &answer, event.tries, event.refusals, now);
    store::failed(&mut *sql, event, &fate, reason).await?;
    let (number, tries) = (event.number, event.tries);
    if fate.again_at.is_none() {
        metrics::counter!("outgoing_events_set_aside", "organisation" => organisation.to_owned()).increment(1);
        tracing::error!(
            number,
            organisation,
            reason,
            tries,
            "an outgoing event is set aside, and what follows in its case waits"
        );
    } else {
        metrics::counter!("outgoing_events_tried_again", "organisation" => organisation.to_owned()).increment(1);
        tracing::warn!(number, organisation, reason, tries, "an outgoing event is tried again");
    }
    Ok(())
}

async fn send(portal: &Portal, endpoint: &Endpoint, event: &Waiting) -> Result<Answer, Error> {
    let key = portal.outbox.key.as_ref().ok_or_else(|| Error::internal("there are endpoints and no key"))?;
    let body = envelope::of(portal, event)?.to_string().into_bytes();
    let now = portal.clock.now();
    let headers = key.headers(endpoint.url.as_str(), envelope::MEDIA_TYPE, &body, now.as_second());
    let sent = portal.outbox.http.post(endpoint.url.clone()).headers(headers).body(body).send().await;
    Ok(match sent {
        // What it says besides is not read.
        Ok(answer) => Answer::of(answer.status(), answer.headers(), now),
        Err(error) if error.is_timeout() => Answer::nobody("timeout"),
        Err(error) if error.is_connect() => Answer::nobody("no connection"),
        Err(_) => Answer::nobody("broken off"),
    })
}

impl Endpoint {
    /// Who is away is left alone for a while, and who answers is not.
    fn heard(&self, portal: &Portal, answer: &Answer) {
        let mut rest = self.rest();
        match answer {
            Answer::Later { after, away: true, .. } => {
                rest.failures = rest.failures.saturating_add(1);
                rest.until = Some(portal.clock.now() + answer::rest(&portal.keys, rest.failures, *after));
            }
            _ => *rest = super::Rest::default(),
        }
    }
}
