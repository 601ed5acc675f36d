//! The part of the portal that runs in the browser: Rust to WebAssembly, and the JavaScript that starts it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::{site::hash, workspace::Workspace};

const TARGET: &str = "wasm32-unknown-unknown";

pub struct Browser {
    pub script: String,
    pub wasm: Vec<u8>,
}

pub fn build(workspace: &Workspace) -> Result<Browser> {
    // A folder of its own: other flags and perhaps another compiler than the server, so neither undoes the other's work.
    let target = workspace.target.join("browser");
    compile(workspace, &target)?;
    let built = target.join(TARGET).join(&workspace.profile).join(format!("{}.wasm", workspace.name));
    bind(&workspace.name, &built, &target.join("bound"))
}

fn compile(workspace: &Workspace, target: &Path) -> Result<()> {
    let mut command = compiler()?;
    // No path of the machine that built it in what everyone downloads, and the same bytes from every machine.
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::home_dir().map(|home| home.join(".cargo"))).context("no home folder")?;
    let flags = [
        format!("--remap-path-prefix={}=", workspace.root.display()),
        format!("--remap-path-prefix={}=", home.join("registry/src").display()),
    ];
    let status = command
        .current_dir(&workspace.root)
        // Only here is it a library of its own: for the server that would be a second link, of minutes.
        .args(["rustc", "--locked", "--package", "voordeur", "--lib", "--crate-type", "cdylib", "--target", TARGET])
        .args(["--profile", &workspace.profile, "--features", &workspace.features, "--target-dir"])
        .arg(target)
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
        .status()
        .context("cargo cannot be started")?;
    ensure!(status.success(), "the browser part does not build");
    Ok(())
}

/// A cargo that can build for the browser: the active toolchain's, else Debian's, which builds the standard library itself.
fn compiler() -> Result<Command> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let sysroot = Command::new(rustc).args(["--print", "sysroot"]).output().context("rustc cannot be started")?;
    let sysroot = PathBuf::from(String::from_utf8(sysroot.stdout)?.trim());
    if sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir() {
        return Ok(Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into())));
    }
    let sources = Path::new("/usr/lib/rustlib/src/rust/library/std/Cargo.toml");
    let Some(linker) = debian_linker().filter(|_| sources.exists()) else {
        bail!(
            "the Rust toolchain cannot build for the browser. Run dev/install, or one of\n  \
             rustup target add {TARGET}\n  apt-get install rustc-web cargo-web rust-web-src lld-22"
        );
    };
    let mut command = Command::new("/usr/bin/cargo");
    for name in ["CARGO", "RUSTC", "RUSTC_WRAPPER", "RUSTDOC", "RUSTUP_TOOLCHAIN", "LD_LIBRARY_PATH"] {
        command.env_remove(name);
    }
    let path = env::var("PATH").unwrap_or_default();
    command
        .env("PATH", format!("/usr/bin:{path}"))
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
        // Building the standard library is not a stable option of cargo.
        .env("RUSTC_BOOTSTRAP", "1")
        .args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features="]);
    Ok(command)
}

/// The newest `wasm-ld` of Debian's lld packages.
fn debian_linker() -> Option<PathBuf> {
    let version = |path: &PathBuf| path.to_str()?.strip_prefix("/usr/bin/wasm-ld-")?.parse::<u32>().ok();
    let files = fs::read_dir("/usr/bin").ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    files.filter(|path| version(path).is_some()).max_by_key(version)
}

/// Makes the WebAssembly callable from JavaScript; remembered, because it takes seconds.
fn bind(name: &str, built: &Path, folder: &Path) -> Result<Browser> {
    let input = fs::read(built).with_context(|| built.display().to_string())?;
    let settings = include_str!("browser.rs");
    let done = folder.join(hash(&[&input[..], settings.as_bytes()].concat()));
    if !done.exists() {
        let unfinished = folder.join("unfinished");
        fs::remove_dir_all(folder).ok();
        let mut output = Bindgen::new()
            .input_bytes(name, input)
            .web(true)?
            .typescript(false)
            .omit_default_module_path(true)
            .remove_name_section(true)
            .remove_producers_section(true)
            .generate_output()?;
        ensure!(
            output.snippets().values().all(Vec::is_empty) && output.local_modules().is_empty(),
            "a dependency brings JavaScript files of its own; site.rs does not serve those yet"
        );
        output.emit(&unfinished)?;
        fs::rename(&unfinished, &done)?;
    }
    Ok(Browser {
        script: fs::read_to_string(done.join(format!("{name}.js")))?,
        wasm: fs::read(done.join(format!("{name}_bg.wasm")))?,
    })
}
