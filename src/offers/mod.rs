//! What I am entitled to, found for me; and what I chose.

use axum::{Router, routing::get};

use crate::server::Portal;

mod accept;
mod answers;
mod apply;
mod bank;
mod behind;
mod cards;
mod case;
mod check;
mod checked;
mod choose;
mod explain;
mod find;
mod handled;
mod list;
mod messages;
mod model;
mod overdue;
mod overview;
mod page;
mod parts;
mod reevaluate;
mod resting;
mod rotate;
mod store;
mod sweep;
#[cfg(test)]
mod tests;
mod what_if;
mod wording;
pub use answers::{cents, day, typed_day};
pub use apply::rotate_drafts;
pub use behind::{behind, sent};
pub use case::open_granted;
pub use check::groups as registers_of;
pub use find::{Change, find};
pub use handled::Sent;
pub use messages::in_message;
pub use model::{Actor, Amounts, Offer, Reason, Run, State, TRANSITIONS};
pub use overview::{Due, Found, GROUP as FOUND_GROUP, MESSAGES as MESSAGES_FOUND, found};
pub use reevaluate::Finder;
pub use resting::resting;
pub use rotate::rotate;
pub(crate) use store::mine;
pub use sweep::{Sweep, Swept, every_day};
pub use wording::amount;

pub fn routes() -> Router<Portal> {
    Router::new()
        .route("/mijn/aanbod", get(list::get))
        .route("/mijn/aanbod/uit", get(choose::back_to_list).post(choose::switch_off))
        .route("/mijn/aanbod/aan", get(choose::back_to_list).post(choose::switch_on))
        .route("/mijn/aanbod/{service}", get(page::service))
        .route("/mijn/aanbod/{service}/invullen", get(accept::fill_form).post(accept::fill))
        .route("/mijn/aanbod/{service}/aanvragen", get(apply::form).post(apply::post))
        .route("/mijn/aanbod/{service}/aanvragen/controleren", get(apply::summary).post(apply::send))
        .route("/mijn/zaken/{reference}/bewijs", get(apply::receipt))
        .route("/mijn/zaken/{reference}/bewijs.pdf", get(apply::receipt_as_pdf))
        .route("/mijn/aanbod/{service}/{period}", get(page::offer))
        .route("/mijn/aanbod/{service}/{period}/ja", get(accept::form).post(accept::post))
        .route("/mijn/aanbod/{service}/{period}/nee", get(choose::back_to_offer).post(choose::decline))
        .route("/mijn/aanbod/{service}/{period}/later", get(choose::later).post(choose::postpone))
        .route("/mijn/aanbod/{service}/{period}/toch", get(choose::back_to_offer).post(choose::after_all))
        .route("/mijn/aanbod/{service}/{period}/ongedaan", get(choose::back_to_offer).post(choose::undo))
        .merge(what_if::routes())
}
