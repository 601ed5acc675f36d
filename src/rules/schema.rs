//! JSON Schemas of the catalogue's files, made from the types that read them, so that an editor says what may stand where.

use schemars::{JsonSchema, generate::SchemaSettings};

use super::model::{Facts, ServiceFile};
use crate::registered_data::{Organisations, Register};

/// What there are schemas of; each stands in `catalogue/schema/NAME.schema.json`.
pub const SCHEMAS: [&str; 4] = ["service", "facts", "register", "organisations"];

/// The schema of a kind of file, as JSON; none for another word.
pub fn schema(of: &str) -> Option<String> {
    match of {
        "service" => Some(written::<ServiceFile>()),
        "facts" => Some(written::<Facts>()),
        "register" => Some(written::<Register>()),
        "organisations" => Some(written::<Organisations>()),
        _ => None,
    }
}

fn written<T: JsonSchema>() -> String {
    // Editors of TOML (taplo) know this draft.
    let schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<T>();
    format!("{:#}\n", schema.to_value())
}
