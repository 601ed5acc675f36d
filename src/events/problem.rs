//! How the API says no: problem details (RFC 9457), with a stable type for each kind of refusal.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::error::Error;

pub const MEDIA_TYPE: &str = "application/problem+json";

/// A kind of refusal. Its name is the end of the problem's type, `urn:voordeur:problem:NAME`, and never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Unreadable,
    NoToken,
    BadToken,
    UnknownClient,
    NotYours,
    InsufficientScope,
    NotFound,
    MethodNotAllowed,
    Timeout,
    IdInUse,
    TooLarge,
    UnknownMediaType,
    WrongContents,
    TooMany,
    Defect,
    Unavailable,
}

impl Kind {
    pub const ALL: [Self; 16] = [
        Self::Unreadable,
        Self::NoToken,
        Self::BadToken,
        Self::UnknownClient,
        Self::NotYours,
        Self::InsufficientScope,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Timeout,
        Self::IdInUse,
        Self::TooLarge,
        Self::UnknownMediaType,
        Self::WrongContents,
        Self::TooMany,
        Self::Defect,
        Self::Unavailable,
    ];

    /// Its status, its name and its title.
    const fn words(self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::Unreadable => (S::BAD_REQUEST, "unreadable", "The request cannot be read"),
            Self::NoToken => (S::UNAUTHORIZED, "no-token", "An access token is needed"),
            Self::BadToken => (S::UNAUTHORIZED, "bad-token", "The access token is not good"),
            Self::UnknownClient => (S::FORBIDDEN, "unknown-client", "The client belongs to no organisation known here"),
            Self::NotYours => (S::FORBIDDEN, "not-yours", "The organisation may not send this"),
            Self::InsufficientScope => (S::FORBIDDEN, "insufficient-scope", "The access token lacks the scope"),
            Self::NotFound => (S::NOT_FOUND, "not-found", "There is nothing here"),
            Self::MethodNotAllowed => {
                (S::METHOD_NOT_ALLOWED, "method-not-allowed", "This address takes another method")
            }
            Self::Timeout => (S::REQUEST_TIMEOUT, "timeout", "The request took too long to come in"),
            Self::IdInUse => (S::CONFLICT, "id-in-use", "Another event with this source and id came in before"),
            Self::TooLarge => (S::PAYLOAD_TOO_LARGE, "too-large", "The request is too large"),
            Self::UnknownMediaType => {
                (S::UNSUPPORTED_MEDIA_TYPE, "unknown-media-type", "The media type is not one of CloudEvents in JSON")
            }
            Self::WrongContents => {
                (S::UNPROCESSABLE_ENTITY, "wrong-contents", "An event says something that cannot be")
            }
            Self::TooMany => (S::TOO_MANY_REQUESTS, "too-many-requests", "Too many requests"),
            Self::Defect => (S::INTERNAL_SERVER_ERROR, "defect", "Something is wrong here"),
            Self::Unavailable => (S::SERVICE_UNAVAILABLE, "unavailable", "Something that is needed is away"),
        }
    }

    pub const fn status(self) -> StatusCode {
        self.words().0
    }

    pub fn uri(self) -> String {
        format!("urn:voordeur:problem:{}", self.words().1)
    }

    /// What a refusal by a library is.
    fn of(status: StatusCode) -> Self {
        match Self::ALL.into_iter().find(|kind| kind.status() == status) {
            Some(kind) => kind,
            None if status.is_client_error() => Self::Unreadable,
            None => Self::Defect,
        }
    }
}

/// A mistake in what was sent: where, as a JSON pointer (RFC 6901) into the event as its JSON format has it, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mistake {
    pub pointer: String,
    /// Says what to do; never repeats a value, which may be somebody's.
    pub detail: String,
}

impl Mistake {
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }

    /// The same mistake in an event that is one of a batch.
    pub fn within(mut self, index: Option<usize>) -> Self {
        if let Some(index) = index {
            self.pointer.insert_str(0, &format!("/{index}"));
        }
        self
    }
}

#[derive(Debug)]
pub struct Problem {
    pub kind: Kind,
    detail: Option<String>,
    errors: Vec<Mistake>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<Error>,
}

impl Problem {
    pub fn new(kind: Kind) -> Self {
        Self { kind, detail: None, errors: Vec::new(), headers: Vec::new(), cause: None }
    }

    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    pub fn errors(mut self, errors: Vec<Mistake>) -> Self {
        self.errors = errors;
        self
    }

    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    pub fn retry_after(self, seconds: u64) -> Self {
        self.header(header::RETRY_AFTER, seconds.into())
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let problem = Self::new(Kind::of(error.status()));
        let problem = if problem.kind == Kind::Unavailable { problem.retry_after(AWAY) } else { problem };
        Self { cause: Some(error), ..problem }
    }
}

/// What is away is asked for again after so many seconds.
const AWAY: u64 = 2;

#[derive(Serialize)]
struct Body {
    r#type: String,
    title: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Mistake>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, _, title) = self.kind.words();
        let body =
            Body { r#type: self.kind.uri(), title, status: status.as_u16(), detail: self.detail, errors: self.errors };
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.extend(self.headers);
        if let Some(cause) = self.cause {
            // For the log, by `server::finish`.
            response.extensions_mut().insert(std::sync::Arc::new(cause));
        }
        response
    }
}

/// Makes a problem of a refusal that is none yet, whoever made it.
pub async fn of_any(response: Response) -> Response {
    let status = response.status();
    let told = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == MEDIA_TYPE);
    if told || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let problem = Problem::new(Kind::of(status));
    let problem = if status == StatusCode::SERVICE_UNAVAILABLE { problem.retry_after(AWAY) } else { problem };
    let mut told = problem.into_response();
    for name in [header::ALLOW, header::RETRY_AFTER] {
        if let Some(value) = response.headers().get(&name) {
            told.headers_mut().insert(name, value.clone());
        }
    }
    *told.extensions_mut() = response.into_parts().0.extensions;
    told
}
