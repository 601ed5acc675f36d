//! Offers: found, shown and chosen.

mod cases;
mod finding;
mod pages;
