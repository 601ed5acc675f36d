//! Cases at the desk, for organisations without a system of their own.

use axum::{
    Router,
    routing::{get, post},
};

use crate::server::Portal;

mod act;
mod approve;
mod correction;
mod decide;
mod documents;
mod due;
mod field;
mod forms;
mod letter;
mod look;
mod page;
mod pass_on;
mod place;
mod queue;
mod refused;
mod store;
#[cfg(test)]
mod tests;
mod timeline;

pub fn routes() -> Router<Portal> {
    Router::new()
        .route("/balie/zaken", get(queue::get))
        .route("/balie/zaken/{reference}", get(page::get))
        .route("/balie/zaken/{reference}/nemen", get(page::back).post(act::take))
        .route("/balie/zaken/{reference}/teruggeven", get(page::back).post(act::release))
        .route("/balie/zaken/{reference}/hervatten", get(page::back).post(act::resume))
        .route("/balie/zaken/{reference}/afronden", get(page::back).post(act::finish))
        .route("/balie/zaken/{reference}/status", get(forms::get_status).post(forms::status))
        .route("/balie/zaken/{reference}/vragen", get(forms::get_ask).post(forms::ask))
        .route("/balie/zaken/{reference}/pauze", get(forms::get_pause).post(forms::pause))
        .route("/balie/zaken/{reference}/verlengen", get(forms::get_extend).post(forms::extend))
        .route("/balie/zaken/{reference}/antwoord", get(forms::get_reply).post(forms::reply))
        .route("/balie/zaken/{reference}/doorsturen", get(pass_on::get).post(pass_on::post))
        .route("/balie/zaken/{reference}/document", get(documents::get).post(documents::post))
        .route("/balie/zaken/{reference}/documenten/{id}", get(documents::download))
        .route("/balie/zaken/{reference}/besluit", get(decide::get).post(decide::post))
        .route("/balie/zaken/{reference}/akkoord", get(page::back).post(approve::approve))
        .route("/balie/zaken/{reference}/terugsturen", post(approve::give_back))
        .merge(correction::routes())
}
