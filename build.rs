//! Turns `locales/` into typed texts: a text that is missing or misses an argument does not compile.

/// One file per room and language: `locales/nl/about.json`.
#[cfg(feature = "ssr")]
const ROOMS: [&str; 15] = [
    "about",
    "cases",
    "corrections",
    "desk",
    "desk_cases",
    "desk_corrections",
    "documents",
    "error",
    "identity",
    "messages",
    "offers",
    "registered_data",
    "shell",
    "usage",
    "what_if",
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=migrations");
    // The browser part has no texts of its own: the server hands them to each island.
    #[cfg(feature = "ssr")]
    type_texts();
}

#[cfg(feature = "ssr")]
fn type_texts() {
    use std::{env, path::PathBuf};

    use leptos_i18n_build::{Config, ParseOptions, TranslationsInfos};

    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("i18n");
    let config = Config::new("nl")
        .and_then(|config| config.add_locale("en"))
        .and_then(|config| config.add_namespaces(ROOMS))
        .expect("languages and rooms are well-formed")
        .parse_options(ParseOptions::default().interpolate_display(true));
    let texts = TranslationsInfos::parse(config).unwrap_or_else(|error| panic!("locales: {error}"));
    texts.emit_diagnostics();
    texts.rerun_if_locales_changed();
    texts.generate_i18n_module(folder).expect("OUT_DIR can be written");
}
