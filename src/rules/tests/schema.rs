//! The schemas of the catalogue's files.

use std::{fs, path::Path};

use serde_json::Value;

use crate::rules::{SCHEMAS, schema};

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue")
}

#[test]
fn the_schemas_that_ship_are_what_the_command_prints() {
    for name in SCHEMAS {
        let path = folder().join(format!("schema/{name}.schema.json"));
        let ships = fs::read_to_string(&path).unwrap_or_default();
        let made = schema(name).unwrap();
        assert!(ships == made, "{0}: run `voordeur catalogue schema {name} > {0}`", path.display());
    }
    assert_eq!(schema("iets"), None);
}

#[test]
fn every_file_that_ships_names_its_schema_and_fits_it() {
    let mut files = vec![("facts.toml".to_owned(), "facts"), ("organisations.toml".to_owned(), "organisations")];
    for (part, kind) in [("services", "service"), ("registers", "register")] {
        for entry in fs::read_dir(folder().join(part)).unwrap() {
            files.push((format!("{part}/{}", entry.unwrap().file_name().into_string().unwrap()), kind));
        }
    }
    assert!(files.len() > 25, "{files:?}");
    for (file, kind) in files {
        let text = fs::read_to_string(folder().join(&file)).unwrap();
        let up = if file.contains('/') { "../" } else { "" };
        assert_eq!(text.lines().next(), Some(format!("#:schema {up}schema/{kind}.schema.json").as_str()), "{file}");
        assert_eq!(mistakes(kind, &text), Vec::<String>::new(), "{file}");
    }
}

#[test]
fn a_typo_or_a_wrong_word_does_not_fit() {
    let text = fs::read_to_string(folder().join("services/zorgtoeslag.toml")).unwrap();
    for (from, to) in [
        ("once_per =", "once_pr ="),
        ("mode = \"offer\"", "mode = \"ofer\""),
        ("lead_time = \"0 days\"", "lead_time = 0"),
        ("unit = \"percent\"", "unit = \"procent\""),
    ] {
        assert!(text.contains(from), "{from}");
        assert_ne!(mistakes("service", &text.replacen(from, to, 1)), Vec::<String>::new(), "{to}");
    }
}

fn mistakes(kind: &str, text: &str) -> Vec<String> {
    let schema: Value = serde_json::from_str(&schema(kind).unwrap()).unwrap();
    let value = json(&toml::from_str(text).unwrap());
    let mut mistakes = Vec::new();
    check(&schema, &schema, &value, "", &mut mistakes);
    mistakes
}

/// As an editor of TOML sees it: a date is a string.
fn json(value: &toml::Value) -> Value {
    match value {
        toml::Value::Datetime(date) => Value::String(date.to_string()),
        toml::Value::Array(list) => list.iter().map(json).collect(),
        toml::Value::Table(table) => table.iter().map(|(key, value)| (key.clone(), json(value))).collect(),
        other => serde_json::to_value(other).unwrap(),
    }
}

/// As much of JSON Schema (draft 7) as ours use: structure, types and words; not patterns, formats and bounds, which the types check.
fn check(root: &Value, schema: &Value, value: &Value, at: &str, mistakes: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let to = root.pointer(reference.strip_prefix('#').unwrap()).unwrap_or_else(|| panic!("no {reference}"));
        check(root, to, value, at, mistakes);
    }
    let fits = |schema: &Value| {
        let mut mistakes = Vec::new();
        check(root, schema, value, at, &mut mistakes);
        mistakes.is_empty()
    };
    for schema in schema["allOf"].as_array().into_iter().flatten() {
        check(root, schema, value, at, mistakes);
    }
    for key in ["anyOf", "oneOf"] {
        if let Some(choices) = schema[key].as_array()
            && !choices.iter().any(fits)
        {
            mistakes.push(format!("{at}: fits none of {key}"));
        }
    }
    let is = |kind: &Value| match kind.as_str().unwrap_or_default() {
        "string" => value.is_string(),
        "integer" => value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        other => panic!("type {other}"),
    };
    let right = match &schema["type"] {
        Value::Null => true,
        Value::Array(kinds) => kinds.iter().any(is),
        kind => is(kind),
    };
    let word = schema["enum"].as_array().is_none_or(|words| words.contains(value));
    if !right || !word || schema.get("const").is_some_and(|only| only != value) {
        mistakes.push(format!("{at}: is {value}, not {} {}", schema["type"], schema["enum"]));
        return;
    }
    for (i, item) in value.as_array().into_iter().flatten().enumerate() {
        match &schema["items"] {
            Value::Array(places) => check(root, &places[i.min(places.len() - 1)], item, &format!("{at}/{i}"), mistakes),
            items @ Value::Object(_) => check(root, items, item, &format!("{at}/{i}"), mistakes),
            _ => {}
        }
    }
    let Some(object) = value.as_object() else { return };
    for key in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !object.contains_key(key) {
            mistakes.push(format!("{at}: lacks {key}"));
        }
    }
    for (key, value) in object {
        let inside = format!("{at}/{key}");
        match (schema["properties"].get(key), &schema["additionalProperties"]) {
            (Some(schema), _) => check(root, schema, value, &inside, mistakes),
            (None, Value::Bool(false)) => mistakes.push(format!("{inside}: is no key here")),
            (None, others @ Value::Object(_)) => check(root, others, value, &inside, mistakes),
            _ => {}
        }
    }
}
