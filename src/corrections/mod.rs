//! Having a registered value changed.

mod change;
mod honour;
mod model;
mod report;
mod store;
mod submit;
pub use change::{Act, change, follow, held};
pub use honour::{HONOURED, Honoured, Way, may_be, way};
pub use model::{Action, Correction, State, TRANSITIONS, Values};
pub use report::report;
pub use store::{Running, of_case, running, running_about};
pub use submit::{Explanation, Request, Submitted, duty, legal_term, submit, title};
