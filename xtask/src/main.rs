//! Builds what the server serves (`cargo xtask site`) and checks licences (`cargo xtask licences`).

mod browser;
mod licences;
mod site;
mod style;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};
use workspace::Workspace;

const USAGE: &str = "\
cargo xtask site [--without-browser]   the browser part, style and static files, in target/site
cargo xtask licences                   may we use every package we depend on?";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        // In one line, and without the backtrace that returning it would print.
        Err(problem) => {
            eprintln!("{problem:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["site"] => site::build(&Workspace::read()?, true),
        ["site", "--without-browser"] => site::build(&Workspace::read()?, false),
        ["licences"] => licences::check(&Workspace::read()?.root),
        _ => bail!("{USAGE}"),
    }
}
