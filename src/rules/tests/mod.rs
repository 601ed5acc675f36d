//! Rules, tried on PostgreSQL.

mod catalogue;
mod expressions;
mod hostile;
mod mistakes;
mod properties;
mod schema;
