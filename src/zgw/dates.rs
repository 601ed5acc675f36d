//! Dates and durations as sources write them.

use jiff::{Timestamp, civil::Date};

use crate::{
    clock,
    rules::model::{Term, TermUnit},
};

/// A moment: RFC 3339, or a day alone, which is its midnight in the Netherlands. A time without a zone is Dutch time too.
pub fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let at = match text.parse::<jiff::civil::DateTime>() {
        Ok(at) => at,
        Err(_) => text.parse::<Date>().ok()?.at(0, 0, 0, 0),
    };
    Some(at.to_zoned(clock::zone()).ok()?.timestamp())
}

/// The first moment of a day in the Netherlands.
pub fn midnight(day: Date) -> Option<Timestamp> {
    Some(day.to_zoned(clock::zone()).ok()?.timestamp())
}

/// A term out of an ISO 8601 duration of whole days, weeks, months or years: `P56D`, `P8W`, `P2M`. What mixes units becomes days as the
/// smallest of months and years would have them, so that a promise is never made longer than it is.
pub fn term(text: &str) -> Option<Term> {
    let mut rest = text.trim().strip_prefix('P')?;
    // Open Zaak writes a time part of nothing.
    rest = rest.split_once('T').map_or(rest, |(days, _)| days);
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let count: u16 = rest[..end].parse().ok()?;
        let unit = match rest.as_bytes()[end] {
            b'Y' => TermUnit::Years,
            b'M' => TermUnit::Months,
            b'W' => TermUnit::Weeks,
            b'D' => TermUnit::Days,
            _ => return None,
        };
        if count > 0 {
            parts.push(Term { count, unit });
        }
        rest = &rest[end + 1..];
    }
    match parts[..] {
        [] => None,
        [Term { count, unit: TermUnit::Days }] if count % 7 == 0 => {
            Some(Term { count: count / 7, unit: TermUnit::Weeks })
        }
        [term] => Some(term),
        _ => {
            let days: u32 = parts.iter().map(|term| u32::from(term.count) * days_in(term.unit)).sum();
            Some(Term { count: u16::try_from(days).ok()?, unit: TermUnit::Days })
        }
    }
}

const fn days_in(unit: TermUnit) -> u32 {
    match unit {
        TermUnit::Days | TermUnit::WorkingDays => 1,
        TermUnit::Weeks => 7,
        TermUnit::Months => 28,
        TermUnit::Years => 365,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_moment_is_read_with_and_without_time() {
        for (text, at) in [
            ("2026-11-20T10:30:00Z", "2026-11-20T10:30:00Z"),
            ("2026-11-20T10:30:00.123456+01:00", "2026-11-20T09:30:00.123456Z"),
            ("2026-11-20", "2026-11-19T23:00:00Z"),
            ("2026-07-20", "2026-07-19T22:00:00Z"),
            ("2026-11-20T10:30:00", "2026-11-20T09:30:00Z"),
        ] {
            assert_eq!(moment(text), Some(at.parse().unwrap()), "{text}");
        }
        for text in ["", "gisteren", "2026-13-01", "20-11-2026"] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn a_duration_of_one_unit_is_a_term() {
        for (text, term_text) in [
            ("P56D", "8 weeks"),
            ("P8W", "8 weeks"),
            ("P30D", "30 days"),
            ("P1M", "1 months"),
            ("P1Y", "1 years"),
            ("P0Y0M56DT0H", "8 weeks"),
        ] {
            assert_eq!(term(text), Some(Term::try_from(term_text.to_owned()).unwrap()), "{text}");
        }
    }

    #[test]
    fn a_duration_of_several_units_is_never_longer_than_it_says() {
        assert_eq!(term("P1M14D"), Some(Term { count: 42, unit: TermUnit::Days }));
    }

    #[test]
    fn what_is_no_duration_is_none() {
        for text in ["", "P", "P0D", "8 weeks", "PT4H", "P99999D", "PD", "P1", "P1X", "P-1D", "Pé"] {
            assert_eq!(term(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_read_panics(text in ".{0,40}", duration in "P[0-9YMWDTé]{0,12}") {
            let _ = (moment(&text), term(&text), term(&duration));
        }
    }
}
