//! My messages, how I want to be told of them, and what was sent and read when.

use axum::{
    Router,
    routing::{get, post},
};

use crate::server::Portal;

mod address;
mod mail;
mod model;
mod notices;
mod page;
mod preferences;
mod proof;
mod rotate;
mod store;
mod stream;
mod tell;
#[cfg(test)]
mod tests;
mod unsubscribe;
mod words;

pub use mail::Mailer;
pub use model::{About, Message, NewMessage, Topic};
pub use notices::{Notices, again, next};
pub use page::rows;
pub use rotate::rotate;
pub use store::{FAILED, SELECT, UNREAD};
pub use stream::{Streams, listen};
pub use tell::{CHANNEL, tell};

pub fn routes() -> Router<Portal> {
    Router::new()
        .route("/mijn/berichten", get(page::get))
        .route("/mijn/berichten/stroom", get(stream::get))
        .route("/mijn/berichten/{id}/bewijs", get(proof::get))
        .route("/mijn/voorkeuren", get(preferences::get).post(preferences::save))
        .route("/mijn/voorkeuren/e-mail/{place}", get(address::get).post(address::send_code))
        .route("/mijn/voorkeuren/e-mail/{place}/code", get(address::code).post(address::verify))
        .route("/mijn/voorkeuren/e-mail/{place}/weg", post(address::remove))
        .route("/afmelden/{token}", get(unsubscribe::get).post(unsubscribe::post))
}
