//! Counting a term, by Dutch or by European law.

use jiff::{Span, ToSpan, civil::Date};

use super::calendar::{is_working_day, working_day_from};
use crate::rules::model::{Term, TermUnit};

/// Which law counts a term. In both the day of the event itself does not count, and a term in weeks, months or years ends on the same
/// weekday or date as the event, or on the last day of a month that has no such date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// Algemene termijnenwet: for terms in Dutch law.
    Termijnenwet,
    /// Regulation (EEC, Euratom) 1182/71: for terms in European law, as the AVG.
    Regulation1182,
}

/// The last day of a term that starts on the day after `from`. An error is a day beyond the calendar of the program.
pub fn last_day(counting: Counting, from: Date, term: Term) -> Result<Date, jiff::Error> {
    Terms::of(&[term])?.last_day(counting, from, &[])
}

/// A term and what it was extended by, as one.
pub(super) struct Terms {
    calendar: Span,
    working_days: u32,
    /// Whether Dutch law moves its last day; European law always does.
    movable: bool,
    /// Whether it has the number of days from which a law wants two working days in it.
    three_days: bool,
    two_days: bool,
}

impl Terms {
    /// Months add up before they are counted, so that a month from 31 January, extended by two, ends on 30 April.
    pub(super) fn of(terms: &[Term]) -> Result<Self, jiff::Error> {
        let sum = |unit| terms.iter().filter(|term| term.unit == unit).map(|term| i64::from(term.count)).sum::<i64>();
        let (days, weeks) = (sum(TermUnit::Days), sum(TermUnit::Weeks));
        let calendar = Span::new()
            .try_years(sum(TermUnit::Years))?
            .try_months(sum(TermUnit::Months))?
            .try_weeks(weeks)?
            .try_days(days)?;
        let longer = sum(TermUnit::Years) + sum(TermUnit::Months) + weeks > 0;
        Ok(Self {
            calendar,
            working_days: terms
                .iter()
                .filter(|term| term.unit == TermUnit::WorkingDays)
                .map(|t| u32::from(t.count))
                .sum(),
            movable: terms.iter().all(|term| is_movable(*term)),
            three_days: longer || days >= 3,
            two_days: longer || days >= 2,
        })
    }

    /// The last day, when the term does not run in `suspended`: first day, and day on which it runs again, apart and in order.
    pub(super) fn last_day(
        &self,
        counting: Counting,
        from: Date,
        suspended: &[(Date, Date)],
    ) -> Result<Date, jiff::Error> {
        let mut last = from.checked_add(self.calendar)?;
        for &(start, end) in suspended {
            // What starts after the term ended suspends nothing; asked on the last day, it starts on the day after.
            if start.yesterday()? <= self.moved(counting, from, last)? {
                last = last.checked_add(start.until(end)?)?;
            }
        }
        let mut left = self.working_days;
        while left > 0 {
            last = last.tomorrow()?;
            let runs = !suspended.iter().any(|&(start, end)| start <= last && last < end);
            if runs && is_working_day(last) {
                left -= 1;
            }
        }
        self.moved(counting, from, last)
    }

    /// Where the law puts the end of a term that by counting ends on `last`.
    fn moved(&self, counting: Counting, from: Date, last: Date) -> Result<Date, jiff::Error> {
        let two_working_days = match counting {
            Counting::Termijnenwet if !self.movable => return Ok(last),
            Counting::Termijnenwet => self.three_days,
            Counting::Regulation1182 => self.two_days,
        };
        let last = working_day_from(last)?;
        if !two_working_days {
            return Ok(last);
        }
        let first = working_day_from(from.tomorrow()?)?;
        Ok(last.max(working_day_from(first.tomorrow()?)?))
    }
}

/// Algemene termijnenwet, article 4(a): not in more than 90 days, twelve weeks or three months, and not in years.
const fn is_movable(term: Term) -> bool {
    match term.unit {
        TermUnit::Days => term.count <= 90,
        TermUnit::WorkingDays => true,
        TermUnit::Weeks => term.count <= 12,
        TermUnit::Months => term.count <= 3,
        TermUnit::Years => term.count == 0,
    }
}

/// The day `days` later.
pub(super) fn later(day: Date, days: i32) -> Result<Date, jiff::Error> {
    day.checked_add(days.days())
}
