//! What time it is: asked here and nowhere else, so that a test or a demo can stand on a date.

use std::sync::Arc;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// The time zone in which Dutch law counts days.
pub const TIME_ZONE: &str = "Europe/Amsterdam";

#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    pub fn system() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
        Self(Arc::new(Timestamp::now))
    }

    /// A clock that stands still.
    pub fn fixed(at: Timestamp) -> Self {
        Self(Arc::new(move || at))
    }

    /// A clock whose hands the test moves.
    pub fn by(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub fn now(&self) -> Timestamp {
        (self.0)()
    }

    /// The calendar day in the Netherlands.
    pub fn today(&self) -> Date {
        day(self.now())
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

/// The Netherlands' time zone, from the data compiled in, so that it never fails for want of a file.
pub fn zone() -> TimeZone {
    static ZONE: std::sync::LazyLock<TimeZone> =
        std::sync::LazyLock::new(|| TimeZone::get(TIME_ZONE).expect("the time zone database is compiled in"));
    ZONE.clone()
}

/// The calendar day in the Netherlands at a moment.
pub fn day(at: Timestamp) -> Date {
    at.to_zoned(zone()).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_the_netherlands() {
        let clock = Clock::fixed("2026-11-22T23:30:00Z".parse().unwrap());
        assert_eq!(clock.today(), "2026-11-23".parse::<Date>().unwrap());
        let summer = Clock::fixed("2026-07-01T21:59:59Z".parse().unwrap());
        assert_eq!(summer.today(), "2026-07-01".parse::<Date>().unwrap());
    }
}
