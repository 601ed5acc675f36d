//! Everything the server serves as a file, in one folder: each file has a hash of its content in its name (so that
//! browsers may keep it for a year), stands there compressed too, and is found through `files.json`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

use crate::{browser, style, workspace::Workspace};

/// The file that says what each file is called now: `"style.css": "/pkg/style.1a2b3c4d.css"`.
const INDEX: &str = "files.json";
/// Others look for these by name.
const KEEP_NAME: [&str; 1] = ["robots.txt"];
const COMPRESS: [&str; 9] = ["css", "html", "js", "json", "svg", "txt", "wasm", "webmanifest", "xml"];

pub fn build(workspace: &Workspace, with_browser: bool) -> Result<()> {
    let started = Instant::now();
    let mut site = Site::open(&workspace.site)?;
    let Workspace { name, package, .. } = workspace;
    if with_browser {
        let browser = browser::build(workspace)?;
        let wasm = site.add(package, &format!("{name}.wasm"), &browser.wasm)?;
        let script = site.add(package, &format!("{name}.js"), browser.script.as_bytes())?;
        let islands = fs::read_to_string(workspace.root.join("browser/islands.js"))?;
        let islands = name_in(&name_in(&islands, &format!("{name}.js"), &script)?, &format!("{name}.wasm"), &wasm)?;
        site.add(package, "islands.js", islands.as_bytes())?;
    } else {
        for file in [&format!("{name}.wasm"), &format!("{name}.js"), "islands.js"] {
            site.keep(file);
        }
    }
    site.add(package, "style.css", style::bundle(&workspace.root.join("style"))?.as_bytes())?;
    for path in files_under(&workspace.assets)? {
        let key = path.strip_prefix(&workspace.assets)?.to_str().context("a file name that is not UTF-8")?;
        site.add(key.rsplit_once('/').map_or("", |(folder, _)| folder), key, &fs::read(&path)?)?;
    }
    site.finish()?;
    println!("{}: {}, {:.1?}", workspace.site.display(), site.summary(), started.elapsed());
    Ok(())
}

struct Site {
    root: PathBuf,
    before: BTreeMap<String, String>,
    now: BTreeMap<String, String>,
    written: usize,
}

impl Site {
    fn open(root: &Path) -> Result<Self> {
        fs::create_dir_all(root)?;
        let before = match fs::read(root.join(INDEX)) {
            Ok(text) => serde_json::from_slice(&text).unwrap_or_default(),
            Err(_) => BTreeMap::new(),
        };
        Ok(Self { root: root.to_owned(), before, now: BTreeMap::new(), written: 0 })
    }

    /// Puts a file in a folder of the site, to be found by `key`, and says what it is called there.
    fn add(&mut self, folder: &str, key: &str, content: &[u8]) -> Result<String> {
        let file = key.rsplit('/').next().unwrap_or(key);
        let named = if KEEP_NAME.contains(&file) { file.to_owned() } else { with_hash(file, content) };
        let path = self.root.join(folder).join(&named);
        if fs::read(&path).ok().as_deref() != Some(content) {
            fs::create_dir_all(path.parent().unwrap_or(&self.root))?;
            if compresses(file) {
                write(&beside(&path, "br"), &brotli(content)?)?;
                write(&beside(&path, "gz"), &gzip(content)?)?;
            }
            // Last: when this one is there, the others are.
            write(&path, content)?;
            self.written += 1;
        }
        let address = if folder.is_empty() { format!("/{named}") } else { format!("/{folder}/{named}") };
        ensure!(self.now.insert(key.to_owned(), address).is_none(), "two files are called {key}");
        Ok(named)
    }

    /// Leaves a file of an earlier build as it is.
    fn keep(&mut self, file: &str) {
        if let Some(address) = self.before.get(file) {
            self.now.insert(file.to_owned(), address.clone());
        }
    }

    /// Writes the index and removes files of earlier builds.
    fn finish(&mut self) -> Result<()> {
        let index = serde_json::to_string_pretty(&self.now)?;
        if self.now != self.before {
            write(&self.root.join(INDEX), index.as_bytes())?;
        }
        let mut wanted = BTreeSet::from([self.root.join(INDEX)]);
        for address in self.now.values() {
            let path = self.root.join(address.trim_start_matches('/'));
            wanted.extend([beside(&path, "br"), beside(&path, "gz"), path]);
        }
        for path in files_under(&self.root)? {
            if !wanted.contains(&path) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let mut text = format!("{} files, {} new", self.now.len(), self.written);
        for (file, address) in &self.now {
            let path = self.root.join(address.trim_start_matches('/'));
            let size = |path: &Path| fs::metadata(path).map(|file| file.len()).unwrap_or_default();
            if self.written > 0 && compresses(file) {
                let sizes = (size(&path), size(&beside(&path, "br")));
                write!(text, "\n  {address}: {} bytes, {} compressed", sizes.0, sizes.1).expect("a string takes all");
            }
        }
        text
    }
}

/// The first eight digits of the SHA-256.
pub fn hash(content: &[u8]) -> String {
    Sha256::digest(content)[..4].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn with_hash(file: &str, content: &[u8]) -> String {
    match file.rsplit_once('.') {
        Some((name, extension)) => format!("{name}.{}.{extension}", hash(content)),
        None => format!("{file}.{}", hash(content)),
    }
}

/// Changes `"./plain"` in a script to `"./named"`.
fn name_in(script: &str, plain: &str, named: &str) -> Result<String> {
    let quoted = format!("\"./{plain}\"");
    ensure!(script.contains(&quoted), "browser/islands.js does not mention {quoted}");
    Ok(script.replace(&quoted, &format!("\"./{named}\"")))
}

fn compresses(file: &str) -> bool {
    file.rsplit_once('.').is_some_and(|(_, extension)| COMPRESS.contains(&extension))
}

fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    let mut output = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut output, &parameters)?;
    Ok(output)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

fn beside(path: &Path, extension: &str) -> PathBuf {
    PathBuf::from(format!("{}.{extension}", path.display()))
}

/// All or nothing: a server that reads meanwhile sees the old file or the new one.
fn write(path: &Path, content: &[u8]) -> Result<()> {
    let unfinished = beside(path, "unfinished");
    fs::write(&unfinished, content)
        .and_then(|()| fs::rename(&unfinished, path))
        .with_context(|| path.display().to_string())
}

fn files_under(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files.extend(files_under(&entry.path())?);
        } else if !entry.file_name().to_string_lossy().starts_with('.') {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn folder() -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("xtask-{}-{:?}", std::process::id(), std::thread::current().id()));
        fs::remove_dir_all(&folder).ok();
        folder
    }

    #[test]
    fn the_name_changes_with_the_content_and_only_then() {
        assert_eq!(with_hash("style.css", b"a"), "style.ca978112.css");
        assert_ne!(with_hash("style.css", b"a"), with_hash("style.css", b"b"));
    }

    #[test]
    fn files_are_found_compressed_and_removed_when_they_are_old() {
        let root = folder();
        let mut site = Site::open(&root).unwrap();
        site.add("pkg", "style.css", b".a{color:red}").unwrap();
        site.add("", "robots.txt", b"User-agent: *\n").unwrap();
        site.add("images/door", "images/door/open.svg", b"<svg/>").unwrap();
        site.finish().unwrap();
        let index = fs::read_to_string(root.join(INDEX)).unwrap();
        let index: BTreeMap<String, String> = serde_json::from_str(&index).unwrap();
        assert_eq!(index["robots.txt"], "/robots.txt");
        assert!(index["images/door/open.svg"].starts_with("/images/door/open."));
        let style = root.join(&index["style.css"][1..]);
        let mut read = Vec::new();
        brotli::Decompressor::new(&fs::read(beside(&style, "br")).unwrap()[..], 4096).read_to_end(&mut read).unwrap();
        assert_eq!(read, b".a{color:red}");
        read.clear();
        flate2::read::GzDecoder::new(&fs::read(beside(&style, "gz")).unwrap()[..]).read_to_end(&mut read).unwrap();
        assert_eq!(read, b".a{color:red}");

        let mut site = Site::open(&root).unwrap();
        site.add("pkg", "style.css", b".a{color:blue}").unwrap();
        site.keep("robots.txt");
        site.finish().unwrap();
        assert!(!style.exists() && !beside(&style, "br").exists());
        assert!(root.join("robots.txt.br").exists());
        assert_eq!((site.written, site.now.len()), (1, 2));
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_name_that_is_not_there_to_change_is_a_mistake() {
        assert_eq!(name_in("import \"./a.js\"", "a.js", "a.1.js").unwrap(), "import \"./a.1.js\"");
        assert!(name_in("import './a.js'", "a.js", "a.1.js").is_err());
    }
}
