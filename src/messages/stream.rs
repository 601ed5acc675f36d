//! `/mijn/berichten/stroom`: tells an open page how many messages wait to be read (server-sent events). Without it a page is as it was
//! when it was loaded.

use std::{
    collections::{HashMap, HashSet},
    convert::Infallible,
    sync::Mutex,
    time::Duration,
};

use axum::{
    extract::State,
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};
use futures::stream;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use tokio::sync::watch;

use super::tell::CHANNEL;
use crate::{database::PersonId, error::Error, identity, server::Portal};

/// A browser has six connections to a site over HTTP/1.1; one has to stay free for pages.
const FOR_ONE_PERSON: usize = 5;
const IN_ALL: usize = 20_000;
/// What nobody was told of is found after this.
const LOOK: Duration = Duration::from_secs(5);
/// How often a stream shows that it lives, and looks whether its session does: more often than proxies give up a silent connection.
const HEARTBEAT: Duration = if cfg!(test) { Duration::from_millis(50) } else { Duration::from_secs(25) };
/// After a connection broke, a browser waits so long.
const RECONNECT: Duration = Duration::from_secs(10);

/// The pages that are open in this process, by person.
#[derive(Default)]
pub struct Streams {
    people: Mutex<HashMap<PersonId, Watched>>,
}

struct Watched {
    unread: watch::Sender<Option<i64>>,
    streams: usize,
}

/// One open page; closed when it is dropped.
struct Listening {
    portal: Portal,
    person: PersonId,
    unread: watch::Receiver<Option<i64>>,
    headers: HeaderMap,
    said: Option<i64>,
}

impl Streams {
    fn open(&self, person: PersonId) -> Result<watch::Receiver<Option<i64>>, Error> {
        let mut people = self.people.lock().expect("no panic while held");
        let all: usize = people.values().map(|watched| watched.streams).sum();
        let watched = people.entry(person).or_insert_with(|| Watched { unread: watch::Sender::new(None), streams: 0 });
        if watched.streams >= FOR_ONE_PERSON || all >= IN_ALL {
            return Err(Error::TooManyRequests);
        }
        watched.streams += 1;
        Ok(watched.unread.subscribe())
    }

    fn close(&self, person: PersonId) {
        let mut people = self.people.lock().expect("no panic while held");
        if let Some(watched) = people.get_mut(&person) {
            watched.streams -= 1;
            if watched.streams == 0 {
                people.remove(&person);
            }
        }
    }

    fn watches(&self, person: PersonId) -> bool {
        self.people.lock().expect("no panic while held").contains_key(&person)
    }

    fn everybody(&self) -> Vec<PersonId> {
        self.people.lock().expect("no panic while held").keys().copied().collect()
    }

    fn say(&self, counts: &[(PersonId, i64)]) {
        let people = self.people.lock().expect("no panic while held");
        for (person, count) in counts {
            if let Some(watched) = people.get(person) {
                watched.unread.send_if_modified(|unread| unread.replace(*count) != Some(*count));
            }
        }
    }

    /// Ends every stream, so that the process can stop.
    pub fn end(&self) {
        self.people.lock().expect("no panic while held").clear();
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.portal.streams.close(self.person);
    }
}

/// Not by [`crate::app::Citizen`]: who only listens does not stay logged in by it.
pub async fn get(State(portal): State<Portal>, headers: HeaderMap) -> Result<Response, Error> {
    let session = identity::peek(&headers, &portal).await?;
    let Some(person) = session.and_then(|session| session.identity.person()) else {
        // A browser does not come back after this.
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let unread = portal.streams.open(person)?;
    let listening = Listening { portal: portal.clone(), person, unread, headers, said: None };
    refresh(&portal, &[person]).await?;
    let events = stream::unfold(listening, |mut listening| async move {
        let event = next(&mut listening).await?;
        Some((Ok::<_, Infallible>(event), listening))
    });
    let mut response = Sse::new(events).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx would hold it back.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

async fn next(listening: &mut Listening) -> Option<Event> {
    loop {
        let now = *listening.unread.borrow_and_update();
        if now.is_some() && now != listening.said {
            listening.said = now;
            let count = now.unwrap_or_default().to_string();
            return Some(Event::default().event("message").retry(RECONNECT).data(count));
        }
        match tokio::time::timeout(HEARTBEAT, listening.unread.changed()).await {
            Ok(Ok(())) => {}
            // The process stops.
            Ok(Err(_)) => return None,
            Err(_) => {
                return match identity::peek(&listening.headers, &listening.portal).await {
                    Ok(Some(_)) | Err(_) => Some(Event::default().comment("")),
                    Ok(None) => None,
                };
            }
        }
    }
}

/// Hears for whom there is something new, and tells their open pages; for as long as the portal runs.
pub async fn listen(portal: Portal) {
    tokio::join!(hear(&portal), look(&portal));
}

async fn hear(portal: &Portal) {
    loop {
        if let Ok(mut listener) = portal.database.listen(CHANNEL).await {
            while let Ok(Some(told)) = listener.try_recv().await {
                let mut people: HashSet<PersonId> = told.payload().parse().ok().map(PersonId).into_iter().collect();
                // Many at once are one question.
                while let Some(told) = listener.next_buffered() {
                    people.extend(told.payload().parse().ok().map(PersonId));
                }
                people.retain(|person| portal.streams.watches(*person));
                tell_pages(portal, &people.into_iter().collect::<Vec<_>>()).await;
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Finds what nobody told of: messages of the nightly run, what was read elsewhere, what came while PostgreSQL was away.
async fn look(portal: &Portal) {
    let mut tick = tokio::time::interval(LOOK);
    loop {
        tick.tick().await;
        tell_pages(portal, &portal.streams.everybody()).await;
    }
}

async fn tell_pages(portal: &Portal, people: &[PersonId]) {
    if let Err(error) = refresh(portal, people).await
        && !matches!(error, Error::Unavailable)
    {
        tracing::warn!(%error, "open pages are not told of messages");
    }
}

async fn refresh(portal: &Portal, people: &[PersonId]) -> Result<(), Error> {
    if people.is_empty() {
        return Ok(());
    }
    let counts: Vec<(PersonId, i64)> = sqlx::query_as("select whose, unread from message_counts($1)")
        .bind(people)
        .fetch_all(&mut *portal.database.connection().await?)
        .await?;
    portal.streams.say(&counts);
    Ok(())
}
