//! What can go wrong, as far as a visitor can be told: a status, what happened and what to do. The rest is logged once, with a
//! number to quote.

use axum::response::{IntoResponse, Response};
use http::StatusCode;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the request cannot be read")]
    BadRequest,
    /// Nobody is logged in, or not as whom the page is for.
    #[error("log in first")]
    LogIn,
    #[error("not allowed")]
    Forbidden,
    #[error("not found")]
    NotFound,
    #[error("changed by somebody else meanwhile")]
    Conflict,
    #[error("too large")]
    TooLarge,
    /// What was sent came too slowly to wait for.
    #[error("too slow")]
    TooSlow,
    #[error("too many requests")]
    TooManyRequests,
    /// Something the portal needs is away; it comes back by itself.
    #[error("unavailable")]
    Unavailable,
    /// A defect of ours. Its words go to the log, never to the visitor.
    #[error("{0}")]
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    pub fn internal(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(error.into())
    }

    /// Somebody else was in the way (a deadlock, a conflict, a lock held too long): the same again may succeed.
    pub fn is_contention(&self) -> bool {
        let Self::Internal(cause) = self else { return false };
        let database = cause.downcast_ref::<sqlx::Error>().and_then(sqlx::Error::as_database_error);
        database.and_then(|database| database.code()).is_some_and(|code| matches!(&*code, "40001" | "40P01" | "55P03"))
    }

    pub fn status(&self) -> StatusCode {
        match self {
            Error::BadRequest => StatusCode::BAD_REQUEST,
            Error::LogIn => StatusCode::SEE_OTHER,
            Error::Forbidden => StatusCode::FORBIDDEN,
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::Conflict => StatusCode::CONFLICT,
            Error::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Error::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Error::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Error::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => {
                Self::Unavailable
            }
            // Class 08: connection; 57P: shut down, starting up; 53300: too many connections.
            sqlx::Error::Database(database)
                if database
                    .code()
                    .is_some_and(|code| code.starts_with("08") || code.starts_with("57P") || code == "53300") =>
            {
                Self::Unavailable
            }
            _ => Self::internal(error),
        }
    }
}

/// The body is made by `server::finish`, which knows the language and the number to quote; a refusal by a library passes there too.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(std::sync::Arc::new(self));
        response
    }
}
