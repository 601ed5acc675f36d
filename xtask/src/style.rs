//! Our style sheets as one small file.

use std::{fs, path::Path};

use anyhow::{Context, Result, anyhow};
use lightningcss::{
    printer::PrinterOptions,
    stylesheet::{MinifyOptions, ParserOptions, StyleSheet},
    targets::{Browsers, Features, Targets},
};

/// In the order in which the browser must see them.
const FILES: [&str; 3] = ["nlds.css", "theme.css", "voordeur.css"];

pub fn bundle(folder: &Path) -> Result<String> {
    let mut whole = String::new();
    for file in FILES {
        let path = folder.join(file);
        let source = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        whole += &minify(&source).with_context(|| path.display().to_string())?;
    }
    Ok(whole)
}

/// Licence comments (`/*! */`) stay. What browsers of the last three years understand is left as it is written; what
/// cannot be rewritten without changing its meaning is left alone for older ones too.
fn minify(source: &str) -> Result<String> {
    let version = |major: u32, minor: u32| Some(major << 16 | minor << 8);
    let targets = Targets {
        browsers: Some(Browsers {
            android: version(119, 0),
            chrome: version(119, 0),
            edge: version(119, 0),
            firefox: version(119, 0),
            ios_saf: version(17, 1),
            safari: version(17, 1),
            samsung: version(23, 0),
            ..Browsers::default()
        }),
        include: Features::empty(),
        exclude: Features::Selectors | Features::Colors | Features::LogicalProperties,
    };
    let mut sheet =
        StyleSheet::parse(source, ParserOptions::default()).map_err(|problem| anyhow!(problem.to_string()))?;
    sheet
        .minify(MinifyOptions { targets, ..MinifyOptions::default() })
        .map_err(|problem| anyhow!(problem.to_string()))?;
    let output = sheet
        .to_css(PrinterOptions { minify: true, targets, ..PrinterOptions::default() })
        .map_err(|problem| anyhow!(problem.to_string()))?;
    Ok(output.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_style_relies_on_stays_as_it_is() {
        for rule in [
            "@layer nlds,voordeur;",
            "@layer a{.b{color:red}}",
            "@container (width>=40rem){.a{color:red}}",
            ".a{color:light-dark(#fff,#111)}",
            ".a{color:red;& .b{color:#00f}}",
            ".a{margin-inline-start:1rem}",
            ".a{width:clamp(1rem,2vi,3rem)}",
            ".a{color:oklch(60% .1 200)}",
            ".a:has(>.b){color:red}",
            "@media (forced-colors:active){.a{color:canvastext}}",
        ] {
            assert_eq!(minify(rule).unwrap(), rule);
        }
    }

    #[test]
    fn licences_stay_and_other_comments_go() {
        let output = minify("/*! EUPL-1.2 */\n/* a note */\n.a { color: red }").unwrap();
        assert_eq!(output, "/*! EUPL-1.2 */\n.a{color:red}");
    }

    #[test]
    fn a_mistake_is_reported() {
        assert!(minify(".a { color: red").is_ok());
        assert!(minify(".a } {").is_err());
    }
}
