//! Events in: what organisations' systems tell is kept, answered, and then has its effect, once and in order for each person.

use std::time::Duration;

use axum::{
    Router, middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{StatusCode, header};
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};

use crate::{
    config::Config, error::Error, identity::Issuer, outbox, registered_data::Catalogue, rules::Rulebook, server::Portal,
};

mod case;
mod case_effect;
mod command;
mod effect;
mod envelope;
mod honoured;
mod members;
mod own;
mod pace;
mod problem;
mod receive;
mod rotate;
mod sender;
mod store;
#[cfg(test)]
mod tests;
mod token;
mod wake;
mod worker;

pub use command::{list, replay};
pub use effect::Effect;
pub use own::{Own, queue};
pub use problem::{Kind, Problem};
pub use rotate::rotate;
use sender::Senders;
pub use token::Asker;
use wake::Wake;
pub use worker::Workers;

/// A register says what now holds about a person.
pub const REGISTERED_DATA_CHANGED: &str = "nl.voordeur.registered-data.changed.v1";

/// Longer than this no answer takes.
const TIMEOUT: Duration = Duration::from_secs(15);

/// What receiving and processing share.
pub struct Inbox {
    pub issuer: Issuer,
    senders: Senders,
    pace: pace::Pace,
    wake: Wake,
    effects: effect::Effects,
}

impl Inbox {
    /// None where no events are taken.
    ///
    /// # Errors
    /// Names the setting or organisation that is wrong.
    pub fn new(config: &Config, catalogue: &Catalogue, rules: &Rulebook) -> Result<Option<Self>, String> {
        let senders = Senders::new(catalogue, rules)?;
        let Some(settings) = &config.events else { return Ok(None) };
        // Pages need connections too, and so does listening.
        if settings.workers + 2 > config.database.connections {
            return Err("events.workers: leave at least two of database.connections to pages".to_owned());
        }
        let audience = settings.audience.clone().unwrap_or_else(|| format!("{}{API}", config.server.public_url));
        Ok(Some(Self {
            issuer: Issuer::new(&settings.issuer, audience, settings.scope.clone())?,
            senders,
            pace: pace::Pace::new(settings.requests_per_second),
            wake: Wake::default(),
            effects: effect::Effects::all(),
        }))
    }

    /// Events about registered data have another effect, in a test.
    #[cfg(test)]
    pub fn with(self, effect: impl Effect + 'static) -> Self {
        Self { effects: self.effects.with(effect), ..self }
    }
}

const API: &str = "/api/v1";

/// The API for organisations' systems: not for browsers, so it has no pages, no cookies and no languages.
pub fn api(portal: &Portal) -> Router {
    if portal.events.is_none() {
        return Router::new();
    }
    let routes = Router::new()
        .route("/events", post(receive::receive))
        .route("/openapi.json", get(openapi))
        .merge(outbox::routes())
        .fallback(async || StatusCode::NOT_FOUND)
        .method_not_allowed_fallback(async || StatusCode::METHOD_NOT_ALLOWED)
        .with_state(portal.clone())
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIMEOUT))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            Error::internal("a handler panicked").into_response()
        }))
        .layer(middleware::map_response(problem::of_any));
    Router::new().nest(API, routes)
}

/// `GET /api/v1/openapi.json`
async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "public, max-age=300")], OPENAPI)
        .into_response()
}

/// What the API takes and answers; a test holds it to the code.
const OPENAPI: &str = include_str!("openapi.json");
