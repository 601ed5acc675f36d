//! Where everything is: the paths in `[package.metadata.leptos]`.

use std::path::PathBuf;

use anyhow::{Context, Result};
use cargo_metadata::MetadataCommand;

pub struct Workspace {
    pub root: PathBuf,
    pub target: PathBuf,
    pub site: PathBuf,
    /// The folder inside the site for what is built, as opposed to copied.
    pub package: String,
    pub assets: PathBuf,
    /// The name of the browser part.
    pub name: String,
    pub features: String,
    pub profile: String,
}

impl Workspace {
    pub fn read() -> Result<Self> {
        let metadata = MetadataCommand::new().no_deps().exec()?;
        let root = metadata.workspace_root.into_std_path_buf();
        let portal = metadata.packages.iter().find(|package| package.name.as_str() == "voordeur");
        let settings = &portal.context("no package voordeur in this workspace")?.metadata["leptos"];
        let text = |key: &str| {
            let value = settings[key].as_str();
            value.map(str::to_owned).with_context(|| format!("Cargo.toml, package.metadata.leptos: no {key}"))
        };
        let features = settings["lib-features"].as_array().into_iter().flatten();
        Ok(Self {
            target: metadata.target_directory.into_std_path_buf(),
            site: root.join(text("site-root")?),
            package: text("site-pkg-dir")?,
            assets: root.join(text("assets-dir")?),
            name: text("output-name")?,
            features: features.filter_map(|feature| feature.as_str()).collect::<Vec<_>>().join(","),
            profile: text("lib-profile-release")?,
            root,
        })
    }
}
