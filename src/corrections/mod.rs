//! Having a registered value changed.

mod change;
mod model;
mod report;
mod store;
mod submit;
pub use change::{Act, change, held, move_to};
pub use model::{Action, Correction, State, TRANSITIONS, Values};
pub use report::report;
pub use store::{Running, of_case, running, running_about};
pub use submit::{Explanation, Request, Submitted, duty, legal_term, submit, title};
