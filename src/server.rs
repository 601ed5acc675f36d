//! The router: the pages of `app.rs`, static files, and the layers around them, in order.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderValue, StatusCode, header};
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, csrf::CsrfLayer, limit::RequestBodyLimitLayer, timeout::TimeoutLayer,
};

use crate::{
    app::{self, RequestNumber},
    clock::Clock,
    config::Config,
    database::Database,
    error::Error,
    identity::{self, Doors},
    keys::Keyring,
    ui::files::Files,
};

/// Longer than this no page may take.
const PAGE_TIMEOUT: Duration = Duration::from_secs(15);

/// Larger than this no form may be; a route that takes documents sets its own limit.
const FORM_LIMIT: usize = 64 * 1024;

/// What every handler may ask for.
#[derive(Clone)]
pub struct Portal(Arc<Parts>);

pub struct Parts {
    pub config: Config,
    pub database: Database,
    pub clock: Clock,
    pub keys: Keyring,
    pub shown: app::Shown,
    pub doors: Doors,
}

impl std::ops::Deref for Portal {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Portal {
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

/// The whole portal as a service.
pub fn router(portal: Portal) -> Router {
    let pages = Router::new()
        .merge(app::pages())
        .nest("/en", app::pages())
        .fallback_service(Files::current().service(Router::new().fallback(not_found).with_state(portal.clone())))
        .with_state(portal.clone())
        .layer(RequestBodyLimitLayer::new(FORM_LIMIT))
        .layer(middleware::from_fn_with_state(portal.clone(), identity::keep_pace))
        .layer(CsrfLayer::new())
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PAGE_TIMEOUT))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| Error::internal("a handler panicked").into_response()));
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready).with_state(portal.clone()))
        .merge(pages)
        .layer(middleware::from_fn_with_state(portal, finish))
        .layer(CompressionLayer::new())
}

/// Says so in the visitor's own header.
async fn not_found(_: app::Visit) -> Error {
    Error::NotFound
}

async fn ready(State(portal): State<Portal>) -> Response {
    if portal.database.is_ready().await { "ready".into_response() } else { (StatusCode::SERVICE_UNAVAILABLE, "not ready").into_response() }
}

/// Around every request: a number to quote, security headers, one log line, and a page in the visitor's language for every refusal,
/// whoever made it.
async fn finish(State(portal): State<Portal>, mut request: Request, next: Next) -> Response {
    let number = RequestNumber::new(&portal.keys);
    let started = std::time::Instant::now();
    let method = request.method().clone();
    let asked = app::Asked::new(&request);
    request.extensions_mut().insert(asked.clone());
    let mut response = next.run(request).await;

    // The route, never the address: an address may hold what somebody typed.
    let route = response.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let error = response.extensions_mut().remove::<Arc<Error>>();
    let status = response.status();
    if let Some(Error::Internal(cause)) = error.as_deref() {
        tracing::error!(%number, %route, %cause, "a defect");
    }
    if matches!(error.as_deref(), Some(Error::LogIn)) {
        response = asked.to_log_in(&method);
    } else if (status.is_client_error() || status.is_server_error()) && asked.wants_page(&response) {
        response = app::error_page(&portal, &asked, number, status).await;
    }
    let status = response.status();
    let took = started.elapsed();
    metrics::histogram!("http_request_seconds", "status" => status_class(status)).record(took.as_secs_f64());
    tracing::info!(%number, %method, %route, status = status.as_u16(), ms = took.as_millis() as u64);

    let headers = response.headers_mut();
    headers.insert("x-request-number", number.header());
    for (name, value) in SECURITY_HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if portal.config.server.public_url.starts_with("https://") {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains"));
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// As internet.nl and the NCSC's guidelines for web applications ask.
const SECURITY_HEADERS: [(http::HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (http::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (http::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (http::HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

fn status_class(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}
