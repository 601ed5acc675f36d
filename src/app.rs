//! The site map, and the frame around every page.

use std::{
    borrow::Cow,
    collections::HashMap,
    fmt,
    sync::{
        Arc, OnceLock, RwLock,
        atomic::{AtomicU32, Ordering},
    },
};

use axum::{
    Router,
    body::Bytes,
    extract::{FromRequestParts, MatchedPath, Request},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};
use leptos::prelude::{AnyView, IntoAny};

use crate::{
    about, cases, corrections,
    database::{PersonId, Scope},
    desk, documents,
    error::Error,
    feedback,
    i18n::Locale,
    identity::{self, Party, Session},
    insights,
    keys::Keyring,
    messages, offers, registered_data,
    server::Portal,
    usage::{self, Usage},
};

mod error_page;
mod frame;
pub use error_page::error_page;
use frame::document;

/// Every page, once; the server serves them in Dutch and, under `/en`, in English.
pub fn pages() -> Router<Portal> {
    Router::new()
        .merge(about::routes()) //            /  /toegankelijkheid  /privacy
        .merge(identity::routes()) //         /inloggen  /uitloggen  /sessie
        .merge(registered_data::routes()) //  /mijn  /mijn/gegevens  /mijn/gegevens/{register}
        .merge(offers::routes()) //           /mijn/aanbod ...  /mijn/proefberekening
        .merge(cases::routes()) //            /mijn/zaken  /mijn/zaken/{reference} ...
        .merge(corrections::routes()) //      /mijn/gegevens/{register}/{value}/klopt-niet ...  /mijn/correcties
        .merge(feedback::routes()) //         /feedback ...  /mijn/feedback ...  /ideeen ...  /verbeteringen
        .merge(messages::routes()) //         /mijn/berichten  /mijn/voorkeuren  /afmelden/{token}
        .merge(documents::routes()) //        /documenten/{id}
        .merge(usage::routes()) //            /mijn/inzage
        .merge(insights::routes()) //         /balie/inzichten  /balie/verbeteringen ...
        .merge(desk::routes()) //             /balie  /balie/zaken ...  /balie/reacties  /balie/feedback ...  /balie/diensten  /balie/persoon
}

/// Where in the site a page is, for the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Home,
    Overview,
    Offers,
    Cases,
    Messages,
    Data,
    Usage,
    Desk,
    DeskCases,
    DeskFeedback,
    DeskInsights,
    DeskServices,
    DeskPerson,
    Elsewhere,
}

impl Place {
    /// Whether a page may say that there is a message, or is busy with a choice that should not be disturbed.
    fn shows_news(self) -> bool {
        !matches!(self, Self::Offers | Self::Elsewhere)
    }
}

/// A page: what differs between one and the next.
pub struct Page {
    /// Unique in the site; the browser's tab shows it before the portal's name.
    pub title: String,
    pub place: Place,
    /// From the top down, without the page itself.
    pub crumbs: Vec<(String, Cow<'static, str>)>,
    pub status: StatusCode,
    /// A file of scripts of its own; the page works without it.
    pub script: Option<&'static str>,
    pub body: AnyView,
}

impl Page {
    pub fn new(title: impl Into<String>, place: Place, body: impl IntoAny) -> Self {
        Self {
            title: title.into(),
            place,
            crumbs: Vec::new(),
            status: StatusCode::OK,
            script: None,
            body: body.into_any(),
        }
    }

    /// A page above this one: its name and its address without the language.
    pub fn under(mut self, name: impl Into<String>, path: impl Into<Cow<'static, str>>) -> Self {
        self.crumbs.push((name.into(), path.into()));
        self
    }

    pub fn script(mut self, file: &'static str) -> Self {
        self.script = Some(file);
        self
    }

    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }
}

/// Six characters that lead from a visitor's question to the log: "7Q4-XK2". Crockford's base 32, so that it reads well aloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestNumber([u8; 7]);

impl RequestNumber {
    /// Another number each time, from a random one on: each replica is somewhere else in the billion, and steps through all of it.
    pub fn next(keys: &Keyring) -> Self {
        const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        /// Odd, so that every number has its turn; large, so that the next one looks nothing like it.
        const STEP: u32 = 0x9E37_79B1;
        static LAST: OnceLock<AtomicU32> = OnceLock::new();
        let last = LAST.get_or_init(|| AtomicU32::new(u32::from_be_bytes(keys.random())));
        let now = last.fetch_add(STEP, Ordering::Relaxed);
        let mut number = [b'-'; 7];
        for (i, place) in [0, 1, 2, 4, 5, 6].into_iter().enumerate() {
            number[place] = ALPHABET[(now >> (i * 5) & 31) as usize];
        }
        Self(number)
    }

    pub fn header(self) -> HeaderValue {
        HeaderValue::from_bytes(&self.0).expect("letters and digits")
    }
}

impl fmt::Display for RequestNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.0).expect("letters and digits"))
    }
}

/// What was asked for, as far as the frame of a page needs it.
#[derive(Clone, Debug)]
pub struct Asked {
    pub locale: Locale,
    /// Without the language: `/mijn/gegevens`.
    pub path: String,
    /// As the site map has it, without what anybody typed: `/mijn/gegevens/{register}`. None where there is no page.
    pub route: Option<String>,
    /// With the question mark; empty when there is none.
    pub query: String,
    accepts_page: bool,
    /// Filled when a handler recognises who asks, so that an error page keeps its header.
    session: Arc<OnceLock<Session>>,
    /// How many messages wait to be read, where a page knows it.
    unread: Arc<OnceLock<i64>>,
}

impl Asked {
    pub fn new(request: &Request) -> Self {
        let uri = request.uri();
        let (locale, path) = match uri.path().strip_prefix("/en") {
            Some("") => (Locale::en, "/"),
            // Two slashes would name another site.
            Some(rest) if rest.starts_with('/') && !rest.starts_with("//") => (Locale::en, rest),
            _ => (Locale::nl, uri.path()),
        };
        let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
        Self {
            locale,
            path: path.to_owned(),
            route: route_of(request),
            query: uri.query().map(|query| format!("?{query}")).unwrap_or_default(),
            accepts_page: accept.is_none_or(|accept| accept.contains("text/html") || accept.contains("*/*")),
            session: Arc::default(),
            unread: Arc::default(),
        }
    }

    /// How many messages wait to be read, for the navigation.
    pub fn set_unread(&self, count: i64) {
        let _ = self.unread.set(count);
    }

    /// An address in the visitor's language.
    pub fn href(&self, path: &str) -> String {
        href(self.locale, path)
    }

    /// Whether a refusal should become a page: one was asked for, and there is none yet, nor a problem that an API told.
    pub fn wants_page(&self, response: &Response) -> bool {
        let told = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| {
            kind.as_bytes().starts_with(b"text/html") || kind.as_bytes() == b"application/problem+json"
        });
        self.accepts_page && !told
    }

    /// To the log-in page, and back here afterwards if this was a page.
    pub fn to_log_in(&self, method: &Method) -> Response {
        let mut to = self.href("/inloggen");
        if method == Method::GET {
            let back: String =
                url::form_urlencoded::byte_serialize((self.href(&self.path) + &self.query).as_bytes()).collect();
            to.push_str("?terug=");
            to.push_str(&back);
        }
        axum::response::Redirect::to(&to).into_response()
    }
}

/// In Dutch and English the same.
fn route_of(request: &Request) -> Option<String> {
    let route = request.extensions().get::<MatchedPath>()?.as_str();
    Some(match route.strip_prefix("/en") {
        Some("") => "/".to_owned(),
        Some(rest) if rest.starts_with('/') => rest.to_owned(),
        _ => route.to_owned(),
    })
}

pub fn href(locale: Locale, path: &str) -> String {
    // Two slashes would name another site.
    let path = if path.starts_with("//") { "/" } else { path };
    match (locale, path) {
        (Locale::nl, _) => path.to_owned(),
        (Locale::en, "/") => "/en".to_owned(),
        (Locale::en, _) => format!("/en{path}"),
    }
}

/// A visitor and what they asked for: the first argument of every page.
pub struct Visit {
    pub portal: Portal,
    pub asked: Asked,
    pub session: Option<Session>,
}

impl std::ops::Deref for Visit {
    type Target = Asked;
    fn deref(&self) -> &Asked {
        &self.asked
    }
}

impl FromRequestParts<Portal> for Visit {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Error> {
        let asked =
            parts.extensions.get::<Asked>().cloned().ok_or_else(|| Error::internal("the layer `finish` is missing"))?;
        let session = identity::recognise(parts, portal).await?;
        if let Some(session) = &session {
            let _ = asked.session.set(session.clone());
        }
        Ok(Self { portal: portal.clone(), asked, session })
    }
}

/// A citizen, acting for themselves or for somebody; anybody else is sent to the log-in page.
pub struct Citizen {
    pub visit: Visit,
    /// Whose data are shown.
    pub person: PersonId,
}

impl std::ops::Deref for Citizen {
    type Target = Visit;
    fn deref(&self) -> &Visit {
        &self.visit
    }
}

impl FromRequestParts<Portal> for Citizen {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Error> {
        let visit = Visit::from_request_parts(parts, portal).await?;
        match &visit.session {
            None => Err(Error::LogIn),
            Some(session) => match session.identity.person() {
                Some(person) => Ok(Self { visit, person }),
                None => Err(Error::Forbidden),
            },
        }
    }
}

impl Citizen {
    /// A transaction in the citizen's name; it counts what the navigation shows.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away.
    pub async fn scope(&self, usage: Usage) -> Result<Scope, Error> {
        self.visit.scope(self.person, usage).await
    }

    /// As [`Self::scope`], to look and change nothing.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away.
    pub async fn look(&self, usage: Usage) -> Result<Scope, Error> {
        self.visit.look(self.person, usage).await
    }
}

/// A member of staff, for an organisation.
pub struct Staff {
    pub visit: Visit,
    pub organisation: String,
    /// As their provider names them, and as colleagues know them.
    pub id: String,
    pub name: String,
}

impl std::ops::Deref for Staff {
    type Target = Visit;
    fn deref(&self) -> &Visit {
        &self.visit
    }
}

impl FromRequestParts<Portal> for Staff {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Error> {
        let visit = Visit::from_request_parts(parts, portal).await?;
        let Some(session) = &visit.session else { return Err(Error::LogIn) };
        match &session.identity.actor {
            // Nobody is taken for a colleague.
            Party::Staff { subject, .. } if subject.is_empty() => Err(Error::LogIn),
            Party::Staff { organisation, name, subject, .. } => {
                Ok(Self { organisation: organisation.clone(), id: subject.clone(), name: name.clone(), visit })
            }
            _ => Err(Error::Forbidden),
        }
    }
}

impl Visit {
    /// A transaction in a person's name; it counts what the navigation shows.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away.
    pub async fn scope(&self, person: PersonId, usage: Usage) -> Result<Scope, Error> {
        let scope = self.portal.database.as_person(person, usage).await?;
        Ok(scope.count_unread(Arc::clone(&self.asked.unread)))
    }

    /// As [`Self::scope`], to look and change nothing.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away.
    pub async fn look(&self, person: PersonId, usage: Usage) -> Result<Scope, Error> {
        let scope = self.portal.database.look(person, usage).await?;
        Ok(scope.count_unread(Arc::clone(&self.asked.unread)))
    }

    /// The page as an answer.
    pub fn show(&self, page: Page) -> Response {
        show(&self.portal, &self.asked, page)
    }

    /// A page that is the same for everybody who is not logged in: made once, then served ready-made and compressed.
    pub fn show_public(&self, headers: &HeaderMap, page: impl FnOnce() -> Page) -> Response {
        if self.session.is_some() {
            return self.show(page());
        }
        let ready = self.portal.shown.get_or_make(self, page);
        ready.respond(headers)
    }
}

fn show(portal: &Portal, asked: &Asked, page: Page) -> Response {
    let session = asked.session.get();
    let nonce = (session.is_some() || page.script.is_some()).then(|| Nonce::new(&portal.keys));
    let status = page.status;
    let html = document(portal, asked, page, session, nonce.as_ref());
    let mut response = (status, html).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers
        .insert(header::CONTENT_SECURITY_POLICY, content_security_policy(nonce.as_ref(), &portal.doors.form_targets()));
    response
}

/// Lets one page's own script in.
struct Nonce(String);

impl Nonce {
    fn new(keys: &Keyring) -> Self {
        use base64::Engine;
        Self(base64::prelude::BASE64_STANDARD.encode(keys.random::<16>()))
    }
}

/// No script at all on a page without islands; styles and pictures from here alone; forms to here and, by a redirect, to the
/// providers.
fn content_security_policy(nonce: Option<&Nonce>, form_targets: &str) -> HeaderValue {
    const REST: &str = "style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";
    let script = match nonce {
        Some(Nonce(nonce)) => format!("script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; "),
        None => String::new(),
    };
    HeaderValue::from_str(&format!("default-src 'none'; {script}{REST}{form_targets}")).expect("base 64 fits a header")
}

/// Public pages, ready-made, by address.
#[derive(Default)]
pub struct Shown(RwLock<HashMap<String, Ready>>);

#[derive(Clone)]
struct Ready {
    status: StatusCode,
    plain: Bytes,
    brotli: Bytes,
    policy: HeaderValue,
}

impl Shown {
    /// The page that is ready for this request, if it is for one and nobody is logged in: no more is asked of the portal then.
    pub fn ready(&self, request: &Request) -> Option<Response> {
        let headers = request.headers();
        if request.method() != Method::GET || headers.contains_key(header::COOKIE) {
            return None;
        }
        let ready = self.0.read().expect("no panic while held").get(request.uri().path())?.clone();
        Some(ready.respond(headers))
    }

    fn get_or_make(&self, visit: &Visit, page: impl FnOnce() -> Page) -> Ready {
        let address = visit.href(&visit.path);
        if let Some(ready) = self.0.read().expect("no panic while held").get(&address) {
            return ready.clone();
        }
        let page = page();
        let status = page.status;
        let html = document(&visit.portal, &visit.asked, page, None, None);
        let mut brotli = Vec::new();
        brotli::BrotliCompress(&mut html.as_bytes(), &mut brotli, &brotli::enc::BrotliEncoderParams::default())
            .expect("memory can be written");
        let ready =
            Ready { status, plain: html.into(), brotli: brotli.into(), policy: content_security_policy(None, "") };
        self.0.write().expect("no panic while held").insert(address, ready.clone());
        ready
    }
}

impl Ready {
    fn respond(self, headers: &HeaderMap) -> Response {
        let brotli = headers
            .get(header::ACCEPT_ENCODING)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.split(',').any(|coding| coding.trim() == "br"));
        let mut response = (self.status, if brotli { self.brotli } else { self.plain }).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::CONTENT_SECURITY_POLICY, self.policy);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding, cookie"));
        if brotli {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
        response
    }
}
