//! The rules of services: read from the catalogue, checked, and worked out by PostgreSQL.

mod arithmetic;
mod cases;
mod command;
mod compile;
mod evaluation;
mod expression;
mod layers;
pub mod model;
mod product_names;
mod rulebook;
mod schema;
#[cfg(test)]
mod tests;
mod value;
pub use cases::{Case, Tried, check_examples, try_cases};
pub use command::{check, columns_that_differ, evaluate_cases, sql};
pub use compile::{Compiled, Mistake, Shown};
pub use evaluation::{FactRow, Outcome, WrongFact, of_facts, of_facts_by, of_person};
pub use rulebook::{Rulebook, ServiceRules, Version, WrongCatalogue};
pub use schema::{SCHEMAS, schema};
