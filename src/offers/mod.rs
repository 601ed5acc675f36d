//! What I am entitled to, found for me.

mod find;
mod model;
mod overdue;
mod reevaluate;
mod sweep;
#[cfg(test)]
mod tests;
pub use find::{Change, find};
pub use model::{Actor, Amounts, Offer, Reason, Run, State, TRANSITIONS};
pub use reevaluate::Finder;
pub use sweep::{Sweep, Swept};
