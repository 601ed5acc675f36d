//! Static files: made by `cargo xtask site`, with a content hash in each name, compressed beforehand, cached for a year.

use std::{collections::HashMap, path::PathBuf, sync::OnceLock};

use axum::{Router, extract::Request, middleware::Next, response::Response};
use http::{HeaderValue, header};
use tower_http::services::ServeDir;

static FILES: OnceLock<Files> = OnceLock::new();

/// Where each file is served: `style.css` to `/pkg/style.1a2b3c4d.css`.
#[derive(Clone, Debug, Default)]
pub struct Files {
    folder: PathBuf,
    paths: HashMap<String, String>,
}

impl Files {
    /// Reads `files.json` in the site folder: beside the executable, or else where `cargo xtask site` leaves it.
    ///
    /// # Errors
    /// When there is no site folder, or its list cannot be read.
    pub fn read() -> std::io::Result<Self> {
        let beside = std::env::current_exe()?.with_file_name("site");
        let folder = if beside.join("files.json").exists() { beside } else { PathBuf::from("target/site") };
        let list = folder.join("files.json");
        let text = std::fs::read_to_string(&list).map_err(|error| {
            std::io::Error::new(error.kind(), format!("{}: {error}; run `make build` first", list.display()))
        })?;
        Ok(Self { paths: serde_json::from_str(&text)?, folder })
    }

    /// Makes these the files that pages refer to.
    pub fn install(self) -> &'static Files {
        FILES.get_or_init(|| self)
    }

    /// The files that pages refer to; none before [`Files::install`].
    pub fn current() -> &'static Files {
        FILES.get_or_init(Files::default)
    }

    /// The address of one of the pictures in `icons.svg`.
    pub fn icon(name: &str) -> String {
        format!("{}#i-{name}", Files::current().path("icons.svg"))
    }

    /// The address of a file; its plain name when it is not in the list, so that a missing picture never breaks a page.
    pub fn path(&self, name: &str) -> String {
        self.paths.get(name).cloned().unwrap_or_else(|| format!("/{name}"))
    }

    pub fn has(&self, name: &str) -> bool {
        self.paths.contains_key(name)
    }

    /// Serves the files; what is not one of them goes to `otherwise`.
    pub fn service(&self, otherwise: Router) -> Router {
        let folder = ServeDir::new(&self.folder)
            .append_index_html_on_directories(false)
            .precompressed_br()
            .precompressed_gzip()
            .fallback(otherwise);
        Router::new().fallback_service(folder).layer(axum::middleware::from_fn(cache))
    }
}

/// A name with a hash in it never means anything else; other files are looked at again each day.
async fn cache(request: Request, next: Next) -> Response {
    let hashed = request.uri().path().rsplit('/').next().is_some_and(|name| name.split('.').count() > 2);
    let mut response = next.run(request).await;
    if response.status().is_success() || response.status() == http::StatusCode::NOT_MODIFIED {
        let policy = if hashed { "public, max-age=31536000, immutable" } else { "public, max-age=86400" };
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(policy));
    }
    response
}
