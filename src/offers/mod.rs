//! What I am entitled to, found for me.

mod find;
mod model;
mod overdue;
mod reevaluate;
mod sweep;
pub use find::{Change, find, find_after};
pub use model::{Actor, Amounts, Offer, Reason, Run, State, TRANSITIONS};
pub use reevaluate::{find_again, reevaluate};
pub use sweep::{Sweep, Swept};
