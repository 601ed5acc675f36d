//! An organisation's own look: one CSS file of tokens, on top of Voordeur's.

use std::path::Path;

use axum::{
    body::Bytes,
    response::{IntoResponse, Response},
};
use http::header;
use ring::digest;

#[derive(Clone, Debug)]
pub struct Theme {
    /// Stands beside `voordeur-theme` on the root element, and is what the tokens are set on.
    pub class: String,
    /// Where the styles are served: with their hash in it, so that they are cached for a year.
    pub path: String,
    styles: Bytes,
}

impl Theme {
    /// # Errors
    /// When the file cannot be read.
    pub fn read(class: &str, file: &Path) -> std::io::Result<Self> {
        let styles = std::fs::read(file).map_err(|error| {
            std::io::Error::new(error.kind(), format!("organisation.theme: {}: {error}", file.display()))
        })?;
        let hash = digest::digest(&digest::SHA256, &styles);
        let hash: String = hash.as_ref()[..4].iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { class: class.to_owned(), path: format!("/pkg/theme.{hash}.css"), styles: styles.into() })
    }

    pub fn serve(&self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, "text/css; charset=utf-8"),
            (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        ];
        (headers, self.styles.clone()).into_response()
    }
}
