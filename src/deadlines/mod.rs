//! Every term that a law sets: its last day, what suspends and extends it, and what a late decision costs.

mod calendar;
mod clock;
mod count;
mod duties;
mod objection;
mod penalty;
#[cfg(test)]
mod tests;
pub use calendar::{holidays, is_working_day};
pub use clock::{Clock, Pause};
pub use count::{Counting, last_day};
pub use duties::{DUTIES, Duty, Rule};
pub use objection::{decision_on_objection_by, objection_until};
pub use penalty::{Penalty, penalty, penalty_from};
