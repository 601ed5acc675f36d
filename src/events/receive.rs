//! `POST /api/v1/events`: who sends, whether they may, whether it can be so; then it is kept and answered.

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use serde_json::json;
use sqlx::Connection;

use super::{
    Inbox,
    envelope::{self, Envelope, Mode},
    problem::{Kind, Mistake, Problem},
    sender::Sender,
    store::{self, New},
    token::sender,
};
use crate::{
    error::Error,
    identity::address,
    keys::{Index, Use},
    registered_data::Bsn,
    server::Portal,
};

/// So many mistakes are told at a time.
const MISTAKES: usize = 100;

pub async fn receive(State(portal): State<Portal>, request: Request) -> Result<Response, Problem> {
    let inbox = portal.events.as_ref().ok_or_else(|| Problem::new(Kind::NotFound))?;
    let from = address(&request, portal.config.server.client_address_header.as_deref());
    let (parts, body) = request.into_parts();
    let sender = sender(&portal, inbox, &parts.headers, from).await?;
    let mode = Mode::of(&parts.headers)?;
    let body = read(&parts.headers, body, mode.limit(&parts.headers)).await?;
    mode.fits(&body)?;
    let now = portal.clock.now();
    let events = envelope::read(mode, &parts.headers, &body, now)?;
    let in_batch = mode == Mode::Batch;
    let events = check(&portal, inbox, &sender, events, in_batch)?;
    let new = keep(&portal, &sender, &events, in_batch).await?;
    metrics::counter!("events_received", "organisation" => sender.organisation.clone()).increment(new as u64);
    metrics::counter!("events_received_again").increment((events.len() - new) as u64);
    if new > 0 {
        inbox.wake.received(new);
    }
    let accepted = StatusCode::ACCEPTED;
    Ok(match mode {
        Mode::Batch => (accepted, axum::Json(json!({ "accepted": new, "known": events.len() - new }))).into_response(),
        Mode::Structured | Mode::Binary => accepted.into_response(),
    })
}

async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, Problem> {
    let too_large = || envelope::too_large(limit);
    let told = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if told.is_some_and(|length: usize| length > limit) {
        return Err(too_large());
    }
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(too_large()),
        Err(_) => Err(Problem::new(Kind::Unreadable).detail("The body broke off.")),
    }
}

/// An event that is right, and whom it is about.
struct Right {
    event: Envelope,
    bsn: Bsn,
}

/// All events right, or what is wrong with each: first what is not the sender's to send, then what cannot be.
fn check(
    portal: &Portal,
    inbox: &Inbox,
    sender: &Sender,
    events: Vec<envelope::Read>,
    in_batch: bool,
) -> Result<Vec<Right>, Problem> {
    let today = portal.clock.today();
    let (mut right, mut wrong, mut not_yours) = (Vec::with_capacity(events.len()), Vec::new(), Vec::new());
    for (index, event) in events.into_iter().enumerate() {
        let index = in_batch.then_some(index);
        let within = |mistakes: Vec<Mistake>| mistakes.into_iter().map(move |mistake| mistake.within(index));
        let event = match event {
            Ok(event) => event,
            Err(mistakes) => {
                wrong.extend(within(mistakes));
                continue;
            }
        };
        not_yours.extend(within(sender.not_yours(&event)));
        match check_one(portal, inbox, today, &event) {
            Ok(bsn) => right.push(Right { event, bsn }),
            Err(mistakes) => wrong.extend(within(mistakes)),
        }
    }
    let told = |kind, mut mistakes: Vec<Mistake>| {
        let more = mistakes.len().saturating_sub(MISTAKES);
        mistakes.truncate(MISTAKES);
        let problem = Problem::new(kind).errors(mistakes);
        if more == 0 { problem } else { problem.detail(format!("And {more} more mistakes.")) }
    };
    if !not_yours.is_empty() {
        return Err(told(Kind::NotYours, not_yours));
    }
    if !wrong.is_empty() {
        return Err(told(Kind::WrongContents, wrong));
    }
    Ok(right)
}

fn check_one(portal: &Portal, inbox: &Inbox, today: jiff::civil::Date, event: &Envelope) -> Result<Bsn, Vec<Mistake>> {
    let Some(effect) = inbox.effects.of_organisations(&event.kind) else {
        let kinds = inbox.effects.kinds().collect::<Vec<_>>().join(", ");
        return Err(vec![Mistake::new("/type", format!("Must be one of {kinds}."))]);
    };
    let checked = effect.check(portal, today, &event.data).map_err(|mistakes| {
        let in_data = |mistake: Mistake| Mistake { pointer: format!("/data{}", mistake.pointer), ..mistake };
        mistakes.into_iter().map(in_data).collect::<Vec<_>>()
    })?;
    // These lie open in the database.
    let open = [("/id", &event.id), ("/source", &event.source)];
    let mistakes: Vec<_> = open
        .into_iter()
        .filter(|(_, text)| text.contains(checked.bsn.digits()))
        .map(|(pointer, _)| Mistake::new(pointer, "Must not hold the BSN: use a number that says nothing."))
        .collect();
    if mistakes.is_empty() { Ok(checked.bsn) } else { Err(mistakes) }
}

/// Keeps what came in; how many events were new.
async fn keep(portal: &Portal, sender: &Sender, events: &[Right], in_batch: bool) -> Result<usize, Problem> {
    let new: Vec<_> = events
        .iter()
        .map(|Right { event, bsn }| {
            // Members in order of their names, whatever order they came in.
            let body = event.data.to_string();
            let said = format!("{} {} {body}", event.kind, event.time);
            // Under the key in use first.
            let mut digests = vec![portal.keys.index(Index::Event, &said)];
            digests.extend(portal.keys.indexes(Index::Event, &said));
            New {
                source: event.source.clone(),
                id: event.id.clone(),
                kind: event.kind.clone(),
                time: event.time,
                digests,
                body: portal.keys.seal(Use::Event, body.as_bytes()),
                subject: portal.keys.index(Index::Bsn, bsn.digits()),
            }
        })
        .collect();
    let now = portal.clock.now();
    let mut connection = portal.database.connection().await?;
    let kept = if new.len() == 1 {
        store::keep(&mut connection, &sender.organisation, &new, now).await?
    } else {
        let mut all = connection.begin().await.map_err(Error::from)?;
        let kept = store::keep(&mut all, &sender.organisation, &new, now).await?;
        if kept.in_use.is_empty() {
            all.commit().await.map_err(Error::from)?;
        }
        kept
    };
    if kept.in_use.is_empty() {
        return Ok(kept.new);
    }
    let mistake = |index: usize| {
        Mistake::new("/id", "Must be unique for its source; the same event again must say the same.")
            .within(in_batch.then_some(index))
    };
    Err(Problem::new(Kind::IdInUse).errors(kept.in_use.into_iter().take(MISTAKES).map(mistake).collect()))
}
