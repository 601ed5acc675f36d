//! May we use every package we depend on? (cargo-deny answers more, but takes five minutes to build.)

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use cargo_metadata::{CargoOpt, MetadataCommand};
use serde_json::Value;
use spdx::{Expression, Licensee, ParseMode};

/// Licences whose works may be distributed with a work under the EUPL-1.2.
const ALLOWED: [&str; 16] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "EUPL-1.2",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Packages that name no licence but bring its text: (package, licence, where we read that).
const READ_BY_US: [(&str, &str, &str); 0] = [];

struct Package {
    name: String,
    version: String,
    licence: Option<String>,
}

pub fn check(root: &Path) -> Result<()> {
    let packages = crates(root)?.into_iter().chain(npm(&root.join("end2end/package-lock.json"))?);
    let allowed = ALLOWED.map(|name| Licensee::parse(name).expect("a name from the SPDX list"));
    let (mut passed, mut failed) = (0, 0);
    for package in packages {
        match judge(&package, &allowed) {
            Ok(()) => passed += 1,
            Err(reason) => {
                println!("{} {}: {reason}", package.name, package.version);
                failed += 1;
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    ensure!(failed == 0, "some licences do not fit the EUPL-1.2");
    Ok(())
}

fn judge(package: &Package, allowed: &[Licensee]) -> Result<(), String> {
    let read_by_us = READ_BY_US.iter().find(|(name, ..)| *name == package.name).map(|(_, licence, _)| *licence);
    let licence = package.licence.as_deref().or(read_by_us).ok_or("names no licence: read it, then add it here")?;
    let expression = Expression::parse_mode(licence, ParseMode::LAX)
        .map_err(|problem| format!("'{licence}' is not understood: {}", problem.reason))?;
    match expression.evaluate(|needed| allowed.iter().any(|licence| licence.satisfies(needed))) {
        true => Ok(()),
        false => Err(format!("'{licence}' is not in the list of licences we may use")),
    }
}

/// Every crate in the lock file that some feature on some platform needs.
fn crates(root: &Path) -> Result<Vec<Package>> {
    let metadata = MetadataCommand::new()
        .current_dir(root)
        .features(CargoOpt::AllFeatures)
        .other_options(["--locked".to_owned()])
        .exec()?;
    let packages = metadata.packages.into_iter();
    Ok(packages
        .map(|package| Package {
            name: package.name.to_string(),
            version: package.version.to_string(),
            licence: package.license,
        })
        .collect())
}

/// Every package that the browser tests need, from npm's lock file.
fn npm(lock: &Path) -> Result<Vec<Package>> {
    if !lock.exists() {
        return Ok(Vec::new());
    }
    let lock: Value = serde_json::from_slice(&fs::read(lock)?)?;
    let packages = lock["packages"].as_object().context("package-lock.json: no packages")?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let packages = packages.iter().filter(|(path, _)| !path.is_empty());
    Ok(packages
        .map(|(path, package)| Package {
            name: path.rsplit("node_modules/").next().unwrap_or(path).to_owned(),
            version: text(&package["version"]).unwrap_or_default(),
            licence: text(&package["license"]),
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(licence: &str) -> bool {
        let allowed = ALLOWED.map(|name| Licensee::parse(name).unwrap());
        let licence = (!licence.is_empty()).then(|| licence.to_owned());
        judge(&Package { name: "a".into(), version: "1".into(), licence }, &allowed).is_ok()
    }

    #[test]
    fn one_of_a_choice_or_all_of_a_sum_must_be_allowed() {
        assert!(judged("MIT OR GPL-3.0-only") && judged("MIT/Apache-2.0"));
        assert!(judged("(MIT OR Apache-2.0) AND Unicode-3.0") && judged("Apache-2.0 WITH LLVM-exception"));
        assert!(!judged("MIT AND GPL-3.0-only") && !judged("GPL-3.0-only") && !judged("UNLICENSED") && !judged(""));
    }
}
