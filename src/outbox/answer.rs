//! What an organisation's answer to an event means, and when it is tried again.

use http::{HeaderMap, StatusCode, header};
use jiff::{SignedDuration, Timestamp, fmt::rfc2822::DateTimeParser};

use super::store::Fate;
use crate::keys::Keyring;

/// After so many refusals in a row an event is set aside: sending the same again will not help.
pub const MOST_REFUSALS: i16 = 5;
/// With the pauses below, some six days.
pub const MOST_TRIES: i16 = 800;

const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(5);
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(15);
/// An organisation may ask for more than that, but not for ever.
const LONGEST_ASKED: SignedDuration = SignedDuration::from_hours(24);
/// So long at most an organisation that is away is left alone, whatever waits.
const LONGEST_REST: SignedDuration = SignedDuration::from_mins(1);

#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// Received, and perhaps before: whoever receives knows by source and id.
    Taken,
    /// Later: when it says so itself, not before that.
    Later {
        reason: String,
        after: Option<SignedDuration>,
        away: bool,
    },
    Refused {
        reason: String,
    },
}

impl Answer {
    pub fn of(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Self {
        let reason = format!("status {}", status.as_u16());
        match status.as_u16() {
            200..=299 => Self::Taken,
            408 | 409 | 425 | 429 | 500.. => {
                let after = retry_after(headers, now);
                // A refusal of this one event says nothing about the next.
                let away = after.is_some() || matches!(status.as_u16(), 429 | 502 | 503 | 504);
                Self::Later { reason, after, away }
            }
            _ => Self::Refused { reason },
        }
    }

    pub fn nobody(reason: &str) -> Self {
        Self::Later { reason: reason.to_owned(), after: None, away: true }
    }
}

/// In seconds, or as a date (RFC 9110, section 10.2.3).
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<SignedDuration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let after = match value.parse::<u32>() {
        Ok(seconds) => SignedDuration::from_secs(seconds.into()),
        Err(_) => DateTimeParser::new().parse_timestamp(value).ok()?.duration_since(now),
    };
    (after > SignedDuration::ZERO).then(|| after.min(LONGEST_ASKED))
}

/// When to try again after so many tries; none when that has gone on long enough.
pub fn fate(keys: &Keyring, answer: &Answer, tries: i16, refusals: i16, now: Timestamp) -> Fate {
    let refused = matches!(answer, Answer::Refused { .. });
    if (refused && refusals + 1 >= MOST_REFUSALS) || tries >= MOST_TRIES {
        return Fate { again_at: None, refused };
    }
    let asked = match answer {
        Answer::Later { after, .. } => *after,
        _ => None,
    };
    let pause = pause(keys, tries, LONGEST_PAUSE);
    Fate { again_at: Some(now + asked.map_or(pause, |asked| asked.max(pause))), refused }
}

/// How long an organisation is left alone that was away so many times in a row.
pub fn rest(keys: &Keyring, failures: u32, asked: Option<SignedDuration>) -> SignedDuration {
    let pause = pause(keys, i16::try_from(failures).unwrap_or(i16::MAX), LONGEST_REST);
    asked.map_or(pause, |asked| asked.max(pause))
}

/// Twice as long each time, and never quite the same, so that those who wait do not come all at once.
fn pause(keys: &Keyring, times: i16, longest: SignedDuration) -> SignedDuration {
    let doubled = u32::try_from(times - 1).unwrap_or(0).min(16);
    let whole = FIRST_PAUSE.saturating_mul(1 << doubled).min(longest);
    let part = i64::from(u16::from_le_bytes(keys.random()));
    let half = whole.as_millis() as i64 / 2;
    SignedDuration::from_millis(half + half * part / i64::from(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn now() -> Timestamp {
        testing::NOON.parse().unwrap()
    }

    fn keys() -> Keyring {
        let keys = testing::config().keys;
        Keyring::new(&keys.current, &keys.list).unwrap()
    }

    fn answer(status: u16, retry_after: &str) -> Answer {
        let mut headers = HeaderMap::new();
        if !retry_after.is_empty() {
            headers.insert(header::RETRY_AFTER, retry_after.parse().unwrap());
        }
        Answer::of(StatusCode::from_u16(status).unwrap(), &headers, now())
    }

    #[test]
    fn an_answer_means_what_http_says() {
        for status in [200, 201, 202, 204] {
            assert_eq!(answer(status, ""), Answer::Taken, "{status}");
        }
        for status in [301, 307, 400, 401, 403, 404, 410, 413, 415, 422] {
            assert!(matches!(answer(status, ""), Answer::Refused { .. }), "{status}");
        }
        for status in [408, 409, 425, 429, 500, 502, 503, 504] {
            assert!(matches!(answer(status, ""), Answer::Later { after: None, .. }), "{status}");
        }
    }

    #[test]
    fn an_organisation_may_say_when_to_come_back_in_seconds_or_as_a_date() {
        let after = |value: &str| match answer(503, value) {
            Answer::Later { after, .. } => after.map(|after| after.as_secs()),
            other => panic!("{other:?}"),
        };
        assert_eq!(after("120"), Some(120));
        assert_eq!(after("Sun, 22 Nov 2026 11:10:00 GMT"), Some(600));
        assert_eq!(after("999999999"), Some(86_400), "not for ever");
        for nothing in ["soon", "-5", "Sun, 22 Nov 2026 10:00:00 GMT", ""] {
            assert_eq!(after(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn each_pause_is_longer_up_to_a_quarter_of_an_hour_and_never_shorter_than_was_asked() {
        let keys = keys();
        let wait = |answer: &Answer, tries| {
            fate(&keys, answer, tries, 0, now()).again_at.unwrap().duration_since(now()).as_secs_f64()
        };
        let away = answer(500, "");
        for (tries, longest) in [(1, 5.0), (2, 10.0), (3, 20.0), (8, 640.0), (9, 900.0), (700, 900.0)] {
            for _ in 0..50 {
                let waits = wait(&away, tries);
                assert!((longest / 2.0..=longest).contains(&waits), "{tries}: {waits}");
            }
        }
        assert!(wait(&answer(503, "3600"), 1) >= 3600.0);
    }

    #[test]
    fn what_is_refused_again_and_again_is_set_aside_and_what_is_away_is_tried_for_days() {
        let keys = keys();
        let goes_on = |answer: &Answer, tries, refusals| fate(&keys, answer, tries, refusals, now()).again_at.is_some();
        assert!(goes_on(&answer(422, ""), 700, 3) && !goes_on(&answer(422, ""), 5, 4));
        assert!(goes_on(&answer(500, ""), MOST_TRIES - 1, 0) && !goes_on(&answer(500, ""), MOST_TRIES, 0));
        let at_least = LONGEST_PAUSE.as_hours() as f64;
        assert!(
            at_least < 1.0 && f64::from(MOST_TRIES) * 7.5 / 60.0 / 24.0 > 4.0,
            "days, even with the shortest pauses"
        );
    }
}
