//! Offers: found, shown and chosen.

mod finding;
mod pages;
