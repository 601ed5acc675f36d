//! The router: the pages of `app.rs`, static files, and the layers around them, in order.

use std::{
    sync::{Arc, LazyLock},
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use tokio::sync::watch;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, csrf::CsrfLayer};

use crate::{
    app::{self, RequestNumber},
    clock::Clock,
    config::Config,
    database::{Database, Evaluator},
    desk,
    documents::{Memory, Shelf},
    error::Error,
    events::{self, Inbox},
    identity::{self, Doors},
    insights::{self, Counted, PageCounts},
    keys::Keyring,
    messages::{Mailer, Streams},
    offers::Finder,
    outbox::Outbox,
    registered_data::{Catalogue, FactSources},
    rules::Rulebook,
    ui::{Theme, files::Files},
    zgw,
};

/// Longer than this no page may take.
const PAGE_TIMEOUT: Duration = Duration::from_secs(15);

/// Nor what works out a rule for everybody; PostgreSQL gives up a little earlier, and the page says so.
const LONG_TIMEOUT: Duration = Duration::from_secs(70);

/// What takes longer than this is logged.
const SLOW: Duration = Duration::from_secs(1);

/// Larger than this no form may be; `documents::FormWithFiles` has a limit of its own.
pub(crate) const FORM_LIMIT: usize = 64 * 1024;

/// What every handler may ask for.
#[derive(Clone)]
pub struct Portal(Arc<Parts>);

pub struct Parts {
    pub config: Config,
    pub database: Database,
    pub evaluator: Evaluator,
    pub clock: Clock,
    pub keys: Keyring,
    pub shown: app::Shown,
    pub theme: Option<Theme>,
    pub doors: Doors,
    pub catalogue: Arc<Catalogue>,
    pub rules: Arc<Rulebook>,
    pub finder: Finder,
    /// Which registered value is which fact.
    pub facts: Arc<FactSources>,
    /// Where documents stand, and what this process holds of those that come in.
    pub shelf: Shelf,
    pub memory: Memory,
    /// None where no mail is sent.
    pub mailer: Option<Mailer>,
    /// Pages that are open.
    pub streams: Streams,
    /// None where organisations' systems cannot send events.
    pub events: Option<Inbox>,
    /// What is told to organisations' systems.
    pub outbox: Outbox,
    /// What happened on pages since it was last kept.
    pub page_counts: PageCounts,
}

impl Parts {
    /// # Errors
    /// Names the setting, key or catalogue file that is wrong.
    pub fn new(config: Config, clock: Clock) -> Result<Self, Box<dyn std::error::Error>> {
        let catalogue = Arc::new(Catalogue::read(&config.catalogue)?);
        let rules = Arc::new(Rulebook::read_all(&config.catalogue, &catalogue)?);
        Ok(Self {
            finder: Finder {
                rules: Arc::clone(&rules),
                clock: clock.clone(),
                organisation: config.organisation.id.clone(),
            },
            database: Database::new(&config.database)?,
            evaluator: Evaluator::new(&config.database)?,
            keys: Keyring::new(&config.keys.current, &config.keys.list)?,
            doors: Doors::new(&config)?,
            facts: Arc::new(FactSources::read(&config.catalogue, &catalogue)?),
            events: Inbox::new(&config, &catalogue, &rules)?,
            outbox: Outbox::new(&config, &catalogue)?,
            shelf: Shelf::new(&config.documents)?,
            memory: Memory::default(),
            mailer: Mailer::new(&config)?,
            streams: Streams::default(),
            page_counts: PageCounts::default(),
            shown: app::Shown::default(),
            theme: own_theme(&config)?,
            rules,
            catalogue,
            clock,
            config,
        })
    }
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
    router_with(portal, Router::new())
}

/// With more pages, for tests of what pages share.
pub(crate) fn router_with(portal: Portal, more: Router<Portal>) -> Router {
    let pages = more
        .merge(app::pages())
        .nest("/en", app::pages())
        .fallback_service(Files::current().service(Router::new().fallback(not_found).with_state(portal.clone())))
        .with_state(portal.clone())
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
        .layer(middleware::from_fn(refuse_large))
        .layer(middleware::from_fn_with_state(portal.clone(), identity::keep_pace))
        .layer(CsrfLayer::new().add_trusted_origin(&portal.config.server.public_url).unwrap_or_default())
        .layer(middleware::from_fn(keep_time))
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            Error::internal("a handler panicked").into_response()
        }));
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready).with_state(portal.clone()))
        .merge(theme(&portal))
        .merge(events::api(&portal))
        .merge(zgw::api(&portal))
        .merge(pages)
        .layer(middleware::from_fn_with_state(portal, finish))
}

pub(crate) fn own_theme(config: &Config) -> std::io::Result<Option<Theme>> {
    config.organisation.theme.as_ref().map(|theme| Theme::read(&theme.class, &theme.file)).transpose()
}

/// The organisation's own styles, where it has any.
fn theme(portal: &Portal) -> Router {
    match portal.theme.clone() {
        Some(theme) => Router::new().route(&theme.path.clone(), get(async move || theme.serve())),
        None => Router::new(),
    }
}

/// When a request is given up; who reads a large body moves it.
#[derive(Clone)]
pub struct Deadline(watch::Sender<Instant>);

impl Deadline {
    /// So long from now.
    pub fn move_to(&self, time: Duration) {
        self.0.send_replace(Instant::now() + time);
    }
}

/// A form says how large it is, so that it need not be read to be refused.
async fn refuse_large(request: Request, next: Next) -> Response {
    if is_too_large(request.headers()) { Error::TooLarge.into_response() } else { next.run(request).await }
}

/// What may have documents in it is measured by who reads it.
fn is_too_large(headers: &HeaderMap) -> bool {
    let header = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let length = header(header::CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
    let may_have_files = header(header::CONTENT_TYPE).is_some_and(|kind| kind.starts_with("multipart/form-data"));
    !may_have_files && length.is_some_and(|length| length > FORM_LIMIT)
}

/// Gives up what takes too long.
async fn keep_time(mut request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let limit = if desk::takes_longer(request.method(), route) { LONG_TIMEOUT } else { PAGE_TIMEOUT };
    let (moves, mut until) = watch::channel(Instant::now() + limit);
    request.extensions_mut().insert(Deadline(moves));
    let mut answer = std::pin::pin!(next.run(request));
    loop {
        let end = *until.borrow_and_update();
        tokio::select! {
            response = &mut answer => return response,
            () = tokio::time::sleep_until(end.into()) => return Error::Unavailable.into_response(),
            Ok(()) = until.changed() => {}
        }
    }
}

/// Says so in the visitor's own header.
async fn not_found(_: app::Visit) -> Error {
    Error::NotFound
}

async fn ready(State(portal): State<Portal>) -> Response {
    if portal.database.is_ready().await {
        "ready".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready").into_response()
    }
}

/// Around every request: a number to quote, security headers, and a page in the visitor's language for every refusal, whoever made
/// it. Logged is what somebody may ask about: refusals, changes and slow answers; everything is counted.
async fn finish(State(portal): State<Portal>, request: Request, next: Next) -> Response {
    let number = RequestNumber::next(&portal.keys);
    let started = Instant::now();
    let address = request.uri().path().to_owned();
    let mut response = match portal.shown.ready(&request) {
        Some(response) => {
            insights::count(&portal, &address, Counted::Visit);
            response
        }
        None => answer(&portal, request, next, number, started).await,
    };
    count(response.status(), started.elapsed());
    let headers = response.headers_mut();
    headers.insert("x-request-number", number.header());
    for (name, value) in &SECURITY_HEADERS {
        headers.entry(name).or_insert_with(|| value.clone());
    }
    if portal.config.server.public_url.starts_with("https://") {
        headers
            .insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains"));
    }
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

async fn answer(
    portal: &Portal,
    mut request: Request,
    next: Next,
    number: RequestNumber,
    started: Instant,
) -> Response {
    let method = request.method().clone();
    let asked = app::Asked::new(&request);
    // The route, never the address: an address may hold what somebody typed.
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    request.extensions_mut().insert(asked.clone());
    let mut response = next.run(request).await;

    let error = response.extensions_mut().remove::<Arc<Error>>();
    let status = response.status();
    if let Some(Error::Internal(cause)) = error.as_deref() {
        tracing::error!(%number, route, %cause, "a defect");
    }
    let ms = started.elapsed().as_millis() as u64;
    if !status.is_success() || !method.is_safe() || started.elapsed() > SLOW {
        tracing::info!(%number, %method, route, status = status.as_u16(), ms);
    } else {
        tracing::debug!(%number, %method, route, status = status.as_u16(), ms);
    }
    count_page(portal, &method, route, &response);
    if matches!(error.as_deref(), Some(Error::LogIn)) {
        return asked.to_log_in(&method);
    }
    if (status.is_client_error() || status.is_server_error()) && asked.wants_page(&response) {
        return app::error_page(portal, &asked, number, status);
    }
    response
}

/// Pages that were seen, and forms that did what they are for or came back with mistakes.
fn count_page(portal: &Portal, method: &Method, route: &str, response: &Response) {
    let is_page =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let what = match (method, response.status()) {
        (&Method::GET, StatusCode::OK) if is_page => Counted::Visit,
        (&Method::POST, StatusCode::SEE_OTHER) => Counted::Sent,
        (&Method::POST, StatusCode::UNPROCESSABLE_ENTITY) => Counted::Wrong,
        _ => return,
    };
    insights::count(portal, route, what);
}

fn count(status: StatusCode, took: Duration) {
    static SECONDS: LazyLock<[metrics::Histogram; 4]> = LazyLock::new(|| {
        ["2xx", "3xx", "4xx", "5xx"].map(|class| metrics::histogram!("http_request_seconds", "status" => class))
    });
    let class = usize::from(status.as_u16() / 100).clamp(2, 5) - 2;
    SECONDS[class].record(took.as_secs_f64());
}

/// As internet.nl and the NCSC's guidelines for web applications ask.
static SECURITY_HEADERS: [(http::HeaderName, HeaderValue); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (http::HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (http::HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (
        http::HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ),
];

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::Request;
    use sqlx::PgPool;

    use crate::{database::Database, testing::TestPortal};

    #[sqlx::test(migrator = "crate::database::MIGRATOR")]
    async fn a_page_that_is_not_there_says_so_in_the_visitors_language_with_a_number_to_quote(pool: PgPool) {
        let portal = TestPortal::new(&pool);
        let dutch = portal.get("/bestaat-niet", "").await;
        assert_eq!(dutch.status, 404);
        assert!(dutch.body.contains("lang=\"nl\"") && dutch.body.contains("Deze pagina bestaat niet"));
        let number = dutch.header("x-request-number");
        assert!(number.len() == 7 && dutch.body.contains(number));
        let english = portal.get("/en/does-not-exist", "").await;
        assert_eq!(english.status, 404);
        assert!(english.body.contains("lang=\"en\"") && english.body.contains("This page does not exist"));
    }

    #[sqlx::test(migrator = "crate::database::MIGRATOR")]
    async fn every_answer_has_the_security_headers_and_a_public_page_lets_no_script_in(pool: PgPool) {
        let portal = TestPortal::new(&pool);
        for path in
            ["/", "/en", "/privacy", "/toegankelijkheid", "/en/privacy", "/en/toegankelijkheid", "/niets", "/healthz"]
        {
            let answer = portal.get(path, "").await;
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
            let policy = answer.header("content-security-policy");
            assert!(policy.contains("default-src 'none'") && !policy.contains("script-src"), "{path}: {policy}");
            assert!(!answer.body.contains("<script"), "{path}");
        }
    }

    #[sqlx::test(migrator = "crate::database::MIGRATOR")]
    async fn a_page_of_ones_own_sends_who_is_not_logged_in_to_the_log_in_page_and_back(pool: PgPool) {
        let portal = TestPortal::new(&pool);
        let answer = portal.get("/mijn/inzage", "").await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/inloggen?terug=%2Fmijn%2Finzage"));
        let english = portal.get("/en/mijn/inzage", "").await;
        assert_eq!(english.header("location"), "/en/inloggen?terug=%2Fen%2Fmijn%2Finzage");
    }

    #[sqlx::test(migrator = "crate::database::MIGRATOR")]
    async fn the_language_switch_stays_on_the_page_with_what_was_asked(pool: PgPool) {
        let portal = TestPortal::new(&pool);
        let page = portal.get("/en/inloggen?terug=%2Fmijn%2Finzage%3Fmaand%3D2026-10", "").await.body;
        assert!(page.contains("href=\"/inloggen?terug=%2Fmijn%2Finzage%3Fmaand%3D2026-10\""));
        let answer = portal.get("/mijn/inzage?maand=2026-10", "").await;
        assert_eq!(answer.header("location"), "/inloggen?terug=%2Fmijn%2Finzage%3Fmaand%3D2026-10");
    }

    #[sqlx::test(migrator = "crate::database::MIGRATOR")]
    async fn no_address_makes_a_page_of_ours_lead_to_another_site(pool: PgPool) {
        let portal = TestPortal::new(&pool);
        for path in ["/en//evil.example/x", "//evil.example/x", "/en///evil.example"] {
            let answer = portal.get(path, "").await;
            assert!(!answer.body.contains("href=\"//"), "{path}");
        }
    }

    #[sqlx::test(migrator = "crate::database::MIGRATOR")]
    async fn a_form_from_another_site_is_refused_with_a_page(pool: PgPool) {
        let portal = TestPortal::new(&pool);
        let request = Request::post("/uitloggen").header("accept", "text/html").header("sec-fetch-site", "cross-site");
        let answer = portal.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 403);
        assert!(answer.body.contains("Deze pagina is niet voor u"));
    }

    #[sqlx::test(migrator = "crate::database::MIGRATOR")]
    async fn a_form_that_is_too_large_is_refused_with_a_page(pool: PgPool) {
        let portal = TestPortal::new(&pool);
        let large = "x".repeat(super::FORM_LIMIT + 1);
        let answer = portal.post("/uitloggen", "", &[("tekst", large.as_str())]).await;
        assert_eq!(answer.status, 413);
        assert!(answer.body.contains("Wat u verstuurt, is te groot"));
    }

    #[sqlx::test(migrator = "crate::database::MIGRATOR")]
    async fn a_program_that_asks_for_no_page_gets_none(pool: PgPool) {
        let portal = TestPortal::new(&pool);
        let request = Request::get("/bestaat-niet").header("accept", "application/json");
        let answer = portal.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (404, ""));
    }

    #[sqlx::test(migrator = "crate::database::MIGRATOR")]
    async fn an_organisation_has_its_own_look_by_one_file(pool: PgPool) {
        let file = std::env::temp_dir().join(format!("voordeur-theme-{}.css", uuid::Uuid::new_v4()));
        std::fs::write(&file, ".gemeente-x-theme { --basis-border-radius-md: 0; }").unwrap();
        let mut config = crate::testing::config();
        config.organisation.theme = Some(crate::config::Theme { class: "gemeente-x-theme".into(), file: file.clone() });
        let portal = TestPortal::with(&pool, config);
        std::fs::remove_file(file).unwrap();
        let page = portal.get("/", "").await.body;
        assert!(page.contains("class=\"voordeur-theme gemeente-x-theme\""));
        let path = page.split('"').find(|part| part.starts_with("/pkg/theme.")).expect("a link to the styles");
        let styles = portal.get(path, "").await;
        assert_eq!((styles.status.as_u16(), styles.header("content-type")), (200, "text/css; charset=utf-8"));
        assert!(
            styles.header("cache-control").contains("immutable") && styles.body.contains("--basis-border-radius-md: 0")
        );
    }

    #[sqlx::test(migrator = "crate::database::MIGRATOR")]
    async fn ready_means_that_the_database_answers_and_is_of_this_version(pool: PgPool) {
        let portal = TestPortal::new(&pool);
        assert_eq!(portal.get("/readyz", "").await.status, 200);
        sqlx::query("delete from _sqlx_migrations where version = (select max(version) from _sqlx_migrations)")
            .execute(&pool)
            .await
            .unwrap();
        assert_eq!(portal.get("/readyz", "").await.status, 503);
        assert_eq!(portal.get("/healthz", "").await.status, 200);
    }

    #[sqlx::test(migrator = "crate::database::MIGRATOR")]
    async fn the_portal_refuses_a_role_that_escapes_row_level_security(pool: PgPool) {
        assert!(crate::testing::database(&pool).check_role(false).await.is_ok());
        let owner = pool.connect_options().as_ref().clone();
        let escaping = Database::as_role(owner, 1, "postgres");
        assert!(escaping.check_role(false).await.is_err());
        assert!(crate::testing::database(&pool).check_role(true).await.is_err());
    }
}
