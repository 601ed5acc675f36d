//! A form that may have files in it, with limits of its own.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::{
        DefaultBodyLimit, FromRequest, Multipart, Request,
        multipart::{Field, MultipartError},
    },
};
use http::{StatusCode, header};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::{Content, MOST_FILES, Upload, model::LARGEST};
use crate::{
    error::Error,
    server::{Deadline, FORM_LIMIT, Portal},
};

/// All of it: every file at its largest, and what was typed.
const WHOLE_FORM: usize = MOST_FILES * LARGEST + 2 * FORM_LIMIT;
/// Who sends nothing for so long is not waited for.
const SILENCE: Duration = Duration::from_secs(15);
/// After the last byte, for checking and keeping what came.
const AFTERWARDS: Duration = Duration::from_secs(45);
const MEGABYTE: usize = 1024 * 1024;

/// A form with typed fields and files: `multipart/form-data`, or without files `application/x-www-form-urlencoded`. A route that asks
/// for it has the limits of files; every other route keeps those of forms.
#[derive(Debug)]
pub struct FormWithFiles {
    /// What was typed; of a name that comes twice the last.
    pub fields: BTreeMap<String, String>,
    /// A field in which no file was chosen is left out.
    pub files: Vec<Upload>,
    /// Gives the memory back when the form is dropped.
    _memory: Option<OwnedSemaphorePermit>,
}

/// How many megabytes of files this process holds at a time.
#[derive(Clone, Debug)]
pub struct Memory(Arc<Semaphore>);

impl Default for Memory {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(256)))
    }
}

impl FormWithFiles {
    /// What was typed in a field, without spaces around it; empty when there was none.
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", |text| text.trim())
    }
}

impl FromRequest<Portal> for FormWithFiles {
    type Rejection = Error;

    async fn from_request(mut request: Request, portal: &Portal) -> Result<Self, Error> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("multipart/form-data") {
            let typed = Bytes::from_request(request, portal).await.map_err(|refused| told(refused.status()))?;
            let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(&typed).map_err(|_| Error::BadRequest)?;
            return Ok(Self { fields: fields.into_iter().collect(), files: Vec::new(), _memory: None });
        }
        let time = Duration::from_secs(portal.config.documents.upload_seconds.into());
        if let Some(deadline) = request.extensions().get::<Deadline>() {
            deadline.move_to(time + AFTERWARDS);
        }
        let length =
            request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        if length.is_some_and(|length: usize| length > WHOLE_FORM) {
            return Err(Error::TooLarge);
        }
        DefaultBodyLimit::max(WHOLE_FORM).apply(&mut request);
        let multipart = Multipart::from_request(request, portal).await.map_err(|refused| told(refused.status()))?;
        let mut form = Self { fields: BTreeMap::new(), files: Vec::new(), _memory: None };
        timeout(time, form.read(multipart, &portal.memory)).await.map_err(|_| Error::TooSlow)??;
        Ok(form)
    }
}

impl FormWithFiles {
    async fn read(&mut self, mut multipart: Multipart, memory: &Memory) -> Result<(), Error> {
        let mut typed = 0;
        while let Some(field) = patiently(multipart.next_field()).await? {
            let name = field.name().unwrap_or_default().to_owned();
            match field.file_name().map(str::to_owned) {
                None => {
                    let text = read_text(field, FORM_LIMIT - typed).await?;
                    typed += name.len() + text.len();
                    if typed > FORM_LIMIT {
                        return Err(Error::TooLarge);
                    }
                    self.fields.insert(name, text);
                }
                Some(file_name) => {
                    let content = self.read_file(field, memory).await?;
                    // What a browser sends for a field in which nothing was chosen.
                    let none = file_name.is_empty() && matches!(&content, Content::Whole(bytes) if bytes.is_empty());
                    if !none && self.files.len() <= MOST_FILES {
                        self.files.push(Upload { field: name, name: file_name, content });
                    }
                }
            }
        }
        Ok(())
    }

    /// Reads a file to its end, also when it is not held on to: only then is there somebody to tell.
    async fn read_file(&mut self, mut field: Field<'_>, memory: &Memory) -> Result<Content, Error> {
        let mut bytes = Vec::new();
        let mut refused = (self.files.len() >= MOST_FILES).then_some(Content::OneTooMany);
        let mut held = 0;
        while let Some(chunk) = patiently(field.chunk()).await? {
            if refused.is_some() {
                continue;
            }
            if bytes.len() + chunk.len() > LARGEST {
                bytes = Vec::new();
                refused = Some(Content::TooLarge);
                continue;
            }
            bytes.extend_from_slice(&chunk);
            while held * MEGABYTE < bytes.len() {
                let one = Arc::clone(&memory.0).try_acquire_owned().map_err(|_| Error::Unavailable)?;
                match &mut self._memory {
                    Some(all) => all.merge(one),
                    none => *none = Some(one),
                }
                held += 1;
            }
        }
        Ok(refused.unwrap_or_else(|| Content::Whole(bytes.into())))
    }
}

async fn read_text(mut field: Field<'_>, most: usize) -> Result<String, Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = patiently(field.chunk()).await? {
        if bytes.len() + chunk.len() > most {
            return Err(Error::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| Error::BadRequest)
}

async fn patiently<T>(next: impl Future<Output = Result<T, MultipartError>>) -> Result<T, Error> {
    timeout(SILENCE, next).await.map_err(|_| Error::TooSlow)?.map_err(|refused| told(refused.status()))
}

fn told(status: StatusCode) -> Error {
    if status == StatusCode::PAYLOAD_TOO_LARGE { Error::TooLarge } else { Error::BadRequest }
}
