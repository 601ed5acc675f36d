//! Opening feedback: whoever it is from sees that it was done, and why. Of who was not logged in the same is written down, under the
//! feedback itself.

use crate::{
    app::Staff,
    database::Scope,
    error::Error,
    feedback::{self, Feedback, Held, Kind},
    usage::{Role, Usage, activity},
};

/// The feedback that an address names, with a transaction in the name of whom it is from, whose log says that staff worked on it.
///
/// # Errors
/// [`Error::NotFound`] when it is not of the clerk's organisation: that it exists is not told.
pub async fn open(staff: &Staff, reference: &str) -> Result<(Scope, Feedback), Error> {
    let mut scope = queue(staff).await?;
    let feedback = feedback::store::of_organisation(scope.sql(), reference).await?.ok_or(Error::NotFound)?;
    let mut groups = vec!["feedback".to_owned()];
    if is_named(&feedback) {
        groups.push("brp/person".to_owned());
    }
    scope.turn_to(feedback.person, usage(staff, groups)).await?;
    Ok((scope, feedback))
}

/// Whether staff see from whom it is: to answer a complaint or a question one has to know; an idea or a compliment says enough.
pub fn is_named(feedback: &Feedback) -> bool {
    feedback.has_person() && matches!(feedback.kind, Kind::Complaint | Kind::Question)
}

/// The feedback as it is before something is read or done that logs it; nothing of it is shown.
///
/// # Errors
/// As [`open`].
pub async fn before(staff: &Staff, reference: &str) -> Result<Feedback, Error> {
    let mut scope = queue(staff).await?;
    feedback::store::of_organisation(scope.sql(), reference).await?.ok_or(Error::NotFound)
}

/// The same as [`open`], held for a change.
///
/// # Errors
/// As [`open`].
pub async fn hold(staff: &Staff, reference: &str) -> Result<(Scope, Held), Error> {
    let (mut scope, feedback) = open(staff, reference).await?;
    let held = feedback::store::hold(scope.sql(), feedback.id).await?.ok_or(Error::NotFound)?;
    Ok((scope, held))
}

/// A transaction that sees the organisation's queue, and nobody.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn queue(staff: &Staff) -> Result<Scope, Error> {
    staff.portal.database.as_staff(&staff.organisation, usage(staff, Vec::new())).await
}

fn usage(staff: &Staff, groups: Vec<String>) -> Usage {
    Usage {
        at: staff.portal.clock.now(),
        organisation: staff.organisation.clone(),
        role: Role::Staff,
        activity: activity::HANDLE_FEEDBACK,
        groups,
    }
}
