//! What I am entitled to, found for me.

mod find;
mod model;
pub use find::{Change, find, find_after};
pub use model::{Actor, Amounts, Offer, Reason, Run, State, TRANSITIONS};
