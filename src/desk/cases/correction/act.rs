//! What the holder does with one press of a button.

use axum::{Form, extract::Path, response::Response};

use super::super::{act, field::Typed, look};
use crate::{
    app::Staff,
    cases::{Case, Refused},
    corrections::{self, Act},
    error::Error,
};

pub async fn receive(staff: Staff, Path(reference): Path<String>, Form(form): Form<Typed>) -> Result<Response, Error> {
    let done = change(&staff, &reference, Act::Receive, act::version(&form)?).await?;
    act::answer(staff, &reference, "ontvangen", done).await
}

pub async fn investigate(
    staff: Staff,
    Path(reference): Path<String>,
    Form(form): Form<Typed>,
) -> Result<Response, Error> {
    let done = change(&staff, &reference, Act::Investigate, act::version(&form)?).await?;
    act::answer(staff, &reference, "onderzoeken", done).await
}

/// Does it, in a transaction of its own; a refusal leaves everything as it was.
async fn change(staff: &Staff, reference: &str, what: Act, saw: i32) -> Result<Result<Case, Refused>, Error> {
    let (mut scope, case) = look::hold(staff, reference).await?;
    match corrections::change(&staff.portal, &mut scope, case, what, act::by(staff, Some(saw))).await {
        Ok(case) => {
            scope.commit().await?;
            Ok(Ok(case))
        }
        Err(Refused::Error(error)) => Err(error),
        Err(refused) => Ok(Err(refused)),
    }
}
