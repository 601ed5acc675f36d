//! What a body owes for each day that it decides too late (Awb 4:17).

use jiff::civil::Date;

use super::{
    count::{last_day, later},
    duties::Duty,
};

/// Days, and eurocents for each of them.
const STEPS: [(u8, i64); 3] = [(14, 2_300), (14, 3_500), (14, 4_500)];
const MOST_DAYS: u8 = 42;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Penalty {
    /// The first day for which it is owed.
    pub first_day: Date,
    /// The last day for which it can be owed: the 42nd.
    pub last_day: Date,
    /// For how many days it is owed by now: 1 to 42.
    pub days: u8,
    /// How much that is, in eurocents: 2,300 to 144,200.
    pub cents: i64,
}

/// The first day of a penalty: the day after the two weeks that follow the day on which the notice of default came, or on which the term
/// for the decision ended when that was later. None: beyond the calendar of the program.
pub fn penalty_from(noticed: Date) -> Option<Date> {
    let rule = Duty::LateDecision.rule();
    last_day(rule.counting, noticed, rule.term).ok()?.tomorrow().ok()
}

/// What is owed when there was no decision up to and including `until`, for a notice of default received on `noticed`. None: nothing yet.
pub fn penalty(noticed: Date, until: Date) -> Option<Penalty> {
    let first_day = penalty_from(noticed)?;
    let last_day = later(first_day, i32::from(MOST_DAYS) - 1).ok()?;
    let past = first_day.until(until.min(last_day)).ok()?.get_days();
    let days = u8::try_from(past + 1).ok().filter(|days| *days > 0)?;
    Some(Penalty { first_day, last_day, days, cents: cents(days) })
}

fn cents(days: u8) -> i64 {
    let mut left = days;
    STEPS.iter().fold(0, |cents, &(most, per_day)| {
        let counted = left.min(most);
        left -= counted;
        cents + i64::from(counted) * per_day
    })
}
