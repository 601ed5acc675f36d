//! A running term: what suspended it and what extended it.

use jiff::civil::Date;

use super::count::{Counting, Terms};
use crate::rules::model::Term;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    pub counting: Counting,
    /// The day of the event that started it, which does not count itself: the application came in.
    pub from: Date,
    pub term: Term,
    /// Awb 4:14, 9:11, Wet BRP 2.58, AVG 12(3): they make one term with the first.
    pub extensions: Vec<Term>,
    pub pauses: Vec<Pause>,
}

/// Awb 4:15: the term is suspended from the day after something was asked, and runs again on the day on which the answer came or the time
/// for it had passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// The day on which it was asked.
    pub from: Date,
    /// The day on which the term runs again; none: still suspended.
    pub until: Option<Date>,
}

impl Clock {
    /// The last day on which it is in time. While it is suspended this moves on with every day.
    ///
    /// An error is a day beyond the calendar of the program.
    pub fn due(&self, today: Date) -> Result<Date, jiff::Error> {
        let terms: Vec<Term> = std::iter::once(self.term).chain(self.extensions.iter().copied()).collect();
        Terms::of(&terms)?.last_day(self.counting, self.from, &self.suspended(today)?)
    }

    /// Whether the term does not run on `today`.
    pub fn is_paused(&self, today: Date) -> bool {
        self.pauses
            .iter()
            .any(|pause| pause.from.max(self.from) < today && pause.until.is_none_or(|until| today < until))
    }

    /// The first day of each suspension and the day on which the term ran again, those that meet made one.
    fn suspended(&self, today: Date) -> Result<Vec<(Date, Date)>, jiff::Error> {
        let mut days = Vec::with_capacity(self.pauses.len());
        for pause in &self.pauses {
            let start = pause.from.max(self.from).tomorrow()?;
            let end = pause.until.map_or_else(|| today.tomorrow(), Ok)?;
            if start < end {
                days.push((start, end));
            }
        }
        days.sort();
        let mut merged: Vec<(Date, Date)> = Vec::with_capacity(days.len());
        for (start, end) in days {
            match merged.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                _ => merged.push((start, end)),
            }
        }
        Ok(merged)
    }
}
