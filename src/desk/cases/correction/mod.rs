//! Corrections at the desk of who holds the value: what stands, what is asked and what came with it, and deciding on it.

use axum::{
    Router,
    extract::Path,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use super::{look, page};
use crate::{
    app::Staff,
    cases::{Case, Kind},
    corrections::{self, Action, Correction, Explanation},
    database::Scope,
    error::Error,
    registered_data::{self, Holding, Which},
    server::Portal,
};

mod act;
mod decide;
mod section;
mod template;
pub use section::{actions, section};

pub fn routes() -> Router<Portal> {
    Router::new()
        .route("/balie/correcties/{reference}", get(to_case))
        .route("/balie/zaken/{reference}/ontvangen", get(page::back).post(act::receive))
        .route("/balie/zaken/{reference}/onderzoeken", get(page::back).post(act::investigate))
        .route("/balie/zaken/{reference}/correctie", get(decide::get).post(decide::post))
}

/// A correction is a case, with its page.
async fn to_case(staff: Staff, Path(reference): Path<String>) -> Result<Response, Error> {
    let case = look::before(&staff, &reference).await?;
    Ok(Redirect::to(&staff.href(&format!("/balie/zaken/{}", case.reference))).into_response())
}

/// What a case asks to correct, with what the register says of it.
pub struct Asked {
    pub correction: Correction,
    pub explanation: Explanation,
    /// What the register holds now, and held before.
    pub holding: Option<Holding>,
}

impl Asked {
    /// Whether something can be done by staff now.
    pub fn allows(&self, action: Action) -> bool {
        self.correction.state.after(action, crate::cases::Actor::Staff).is_some()
    }

    /// Of a case whose person the transaction acts for; the log then names what was read.
    ///
    /// # Errors
    /// Those of PostgreSQL.
    pub async fn read(
        staff: &Staff,
        scope: &mut Scope,
        case: &Case,
        sealed: Option<&[u8]>,
    ) -> Result<Option<Self>, Error> {
        if case.kind != Kind::Correction {
            return Ok(None);
        }
        let Some(correction) = corrections::of_case(scope.sql(), case.id).await? else { return Ok(None) };
        let register = correction.register.as_str();
        let holdings = registered_data::holdings(scope.sql(), case.person, &[register], Which::Everything).await?;
        scope.will_log(look::usage_of(staff, case, &[format!("{register}/{}", correction.kind)]));
        let explanation = sealed.and_then(|sealed| Explanation::open(&staff.portal.keys, sealed)).unwrap_or_default();
        Ok(Some(Self { correction, explanation, holding: holdings.into_iter().next() }))
    }
}
