//! The rules of services: read from the catalogue, checked, and worked out by PostgreSQL.

pub mod model;
