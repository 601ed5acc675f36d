//! What the law says about terms, by example and for any day.

mod calendar;
mod clocks;
mod examples;
mod properties;
