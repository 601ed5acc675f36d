//! My messages and how I want to be told.

mod model;
mod tell;

pub use model::{About, NewMessage, Topic};
pub use tell::{CHANNEL, tell};
