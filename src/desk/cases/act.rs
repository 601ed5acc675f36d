//! What staff do with one press of a button.

use axum::{
    Form,
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;

use super::{
    field::{Typed, typed},
    look, page, refused,
};
use crate::{
    app::Staff,
    cases::{self, Act, Actor, By, Case, Refused},
    error::Error,
};

pub async fn take(staff: Staff, Path(reference): Path<String>) -> Result<Response, Error> {
    // Who presses second hears who has it, and not that something changed.
    let done = change(&staff, &reference, Act::Take, None).await?;
    if let Err(Refused::TakenBy(_)) = &done {
        let (scope, case) = look::open(&staff, &reference).await?;
        scope.commit().await?;
        if case.taken_by.as_deref() == Some(&staff.id) {
            return Ok(to_case(&staff, &reference, "nemen"));
        }
    }
    answer(staff, &reference, "nemen", done).await
}

pub async fn release(staff: Staff, Path(reference): Path<String>) -> Result<Response, Error> {
    let done = change(&staff, &reference, Act::Release, None).await?;
    answer(staff, &reference, "teruggeven", done).await
}

pub async fn resume(staff: Staff, Path(reference): Path<String>, Form(form): Form<Typed>) -> Result<Response, Error> {
    let done = change(&staff, &reference, Act::Resume, Some(version(&form)?)).await?;
    answer(staff, &reference, "hervatten", done).await
}

pub async fn finish(staff: Staff, Path(reference): Path<String>, Form(form): Form<Typed>) -> Result<Response, Error> {
    let done = change(&staff, &reference, Act::Finish, Some(version(&form)?)).await?;
    answer(staff, &reference, "afronden", done).await
}

/// The version of the case that a form was made for.
pub fn version(form: &Typed) -> Result<i32, Error> {
    typed(form, "versie").parse().map_err(|_| Error::BadRequest)
}

/// Who acts.
pub fn by(staff: &Staff, saw: Option<i32>) -> By<'_> {
    By { actor: Actor::Staff, at: staff.portal.clock.now(), clerk: Some((&staff.id, &staff.name)), saw }
}

/// Does it, in a transaction of its own; a refusal leaves everything as it was.
pub async fn change(
    staff: &Staff,
    reference: &str,
    act: Act,
    saw: Option<i32>,
) -> Result<Result<Case, Refused>, Error> {
    let (mut scope, case) = look::hold(staff, reference).await?;
    match cases::change(&staff.portal, &mut scope, case, act, by(staff, saw)).await {
        Ok(case) => {
            scope.commit().await?;
            Ok(Ok(case))
        }
        Err(Refused::Error(error)) => Err(error),
        Err(refused) => Ok(Err(refused)),
    }
}

/// Back to the case; `done` is what the page then says was done.
pub fn to_case(staff: &Staff, reference: &str, done: &str) -> Response {
    Redirect::to(&staff.href(&format!("/balie/zaken/{reference}?gedaan={done}"))).into_response()
}

/// The case as it is now, and why nothing was done where that is so.
pub async fn answer(staff: Staff, reference: &str, what: &str, done: Result<Case, Refused>) -> Result<Response, Error> {
    let refused = match done {
        Ok(_) => return Ok(to_case(&staff, reference, what)),
        Err(refused) => refused::words(staff.locale, refused)?,
    };
    let loaded = page::load(&staff, reference).await?;
    Ok(staff.show(page::page(&staff, &loaded, Some(page::Told::Refused(refused))).status(StatusCode::CONFLICT)))
}
