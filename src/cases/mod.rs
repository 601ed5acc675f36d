//! My cases: where they stand, what happens next and by when, and what I can do.

mod change;
mod clocks;
mod model;
mod open;
pub mod store;
pub use change::{Act, By, Refused, catch_up, change, four_eyes, tell_organisation};
pub use clocks::watch_clocks;
pub use model::{
    Action, Actor, Case, Decision, Event, Grounds, Happening, Kind, LegalTerm, Outcome, Proposal, Question, Stage,
    TRANSITIONS, Words,
};
pub use open::{NewCase, new_id, new_reference, open, organisation_of};
