//! `GET /api/v1/outgoing-events`: what an organisation is told, for one whose systems cannot receive.

use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use http::header;
use url::form_urlencoded;

use super::{envelope, store};
use crate::{
    error::Error,
    events::{Asker, Kind, Problem},
    server::Portal,
};

const MOST: i64 = 100;

/// What was asked: `after` is the sequence of the last event that the organisation has.
#[derive(Debug, Default, PartialEq, Eq)]
struct Asked {
    after: Option<i64>,
    limit: Option<i64>,
}

impl Asked {
    fn parse(query: &str) -> Result<Self, Problem> {
        let unreadable = |detail: &str| Problem::new(Kind::Unreadable).detail(detail);
        let mut asked = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let number = || {
                let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
                digits.then(|| value.parse::<i64>().ok()).flatten()
            };
            match &*name {
                "after" => {
                    let after =
                        number().ok_or_else(|| unreadable("after is the sequence of an event that was fetched."))?;
                    asked.after = Some(after);
                }
                "limit" => {
                    let limit = number().filter(|limit| (1..=MOST).contains(limit));
                    asked.limit = Some(limit.ok_or_else(|| unreadable("limit is a number from 1 to 100."))?);
                }
                _ => return Err(unreadable("There are after and limit, and nothing else.")),
            }
        }
        Ok(asked)
    }
}

pub async fn fetch(
    State(portal): State<Portal>,
    Asker(sender): Asker,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let asked = Asked::parse(query.as_deref().unwrap_or_default())?;
    let mut connection = portal.database.connection().await?;
    let mut sql = sqlx::Connection::begin(&mut *connection).await.map_err(Error::from)?;
    let (limit, now) = (asked.limit.unwrap_or(MOST), portal.clock.now());
    let events = store::hand_out(&mut sql, &sender.organisation, asked.after, limit, now).await?;
    let events = events.iter().map(|event| envelope::of(&portal, event)).collect::<Result<Vec<_>, _>>()?;
    sql.commit().await.map_err(Error::from)?;
    metrics::counter!("outgoing_events_fetched", "organisation" => sender.organisation.clone())
        .increment(events.len() as u64);
    let headers = [(header::CONTENT_TYPE, "application/cloudevents-batch+json; charset=utf-8")];
    Ok((headers, serde_json::Value::from(events).to_string()).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_read_or_refused() {
        let asked = |query: &str| Asked::parse(query).map_err(|problem| problem.kind);
        assert_eq!(asked(""), Ok(Asked::default()));
        assert_eq!(asked("after=00000000000000000012&limit=5"), Ok(Asked { after: Some(12), limit: Some(5) }));
        for wrong in ["after=", "after=x", "after=-1", "after=99999999999999999999", "limit=0", "limit=101", "from=1"] {
            assert_eq!(asked(wrong), Err(Kind::Unreadable), "{wrong}");
        }
    }
}
