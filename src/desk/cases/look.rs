//! Opening a case: whoever it is about sees that it was done, and why.

use crate::{
    app::Staff,
    cases::{self, Case},
    database::Scope,
    error::Error,
    offers,
    usage::{Role, Usage, activity},
};

/// The case that an address names, with a transaction in the name of whom it is about, whose log says that staff worked on it.
///
/// # Errors
/// [`Error::NotFound`] when it is not of the clerk's organisation: that it exists is not told.
pub async fn open(staff: &Staff, reference: &str) -> Result<(Scope, Case), Error> {
    let mut scope =
        staff.portal.database.as_staff(&staff.organisation, usage(staff, String::new(), Vec::new())).await?;
    let case = cases::store::of_organisation(scope.sql(), reference).await?.ok_or(Error::NotFound)?;
    scope.turn_to(case.person, usage_of(staff, &case, &[])).await?;
    Ok((scope, case))
}

/// What the log says of opening a case, with the groups of data that are read besides those of every case.
pub fn usage_of(staff: &Staff, case: &Case, more: &[String]) -> Usage {
    let service = case.service.as_deref().and_then(|id| staff.portal.rules.service(id));
    let legal_basis = service.map_or(&case.legal_term.law, |service| &service.proactive.legal_basis);
    let mut groups = vec!["cases".to_owned(), "brp/person".to_owned()];
    if let (Some(service), Some(_)) = (service, case.period) {
        groups.extend(offers::registers_of(staff, &[service], staff.portal.clock.today()));
    }
    groups.extend_from_slice(more);
    groups.sort();
    groups.dedup();
    usage(staff, legal_basis.clone(), groups)
}

/// The case as it is before something is read or done that logs it; nothing of it is shown.
///
/// # Errors
/// As [`open`].
pub async fn before(staff: &Staff, reference: &str) -> Result<Case, Error> {
    let mut scope = queue(staff).await?;
    cases::store::of_organisation(scope.sql(), reference).await?.ok_or(Error::NotFound)
}

/// The same as [`open`], held for a change.
///
/// # Errors
/// As [`open`].
pub async fn hold(staff: &Staff, reference: &str) -> Result<(Scope, Case), Error> {
    let (mut scope, case) = open(staff, reference).await?;
    let case = cases::store::hold(scope.sql(), case.id).await?.ok_or(Error::NotFound)?;
    Ok((scope, case))
}

fn usage(staff: &Staff, legal_basis: String, groups: Vec<String>) -> Usage {
    Usage {
        at: staff.portal.clock.now(),
        organisation: staff.organisation.clone(),
        role: Role::Staff,
        activity: activity::HANDLE_CASE.based_on(&legal_basis),
        groups,
    }
}

/// A transaction that sees the organisation's queue, and nobody.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn queue(staff: &Staff) -> Result<Scope, Error> {
    staff.portal.database.as_staff(&staff.organisation, usage(staff, String::new(), Vec::new())).await
}

/// Whether an address may name a case at all: letters, digits and hyphens.
pub fn reference(typed: &str) -> Option<String> {
    let plain: String = typed.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    match plain.len() {
        12 => Some(format!("{}-{}-{}", &plain[..4], &plain[4..8], &plain[8..])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_however_it_is_typed() {
        for typed in ["2026-7Q4X-K2AB", " 2026 7q4x k2ab ", "20267q4xk2ab"] {
            assert_eq!(reference(typed).as_deref(), Some("2026-7Q4X-K2AB"), "{typed:?}");
        }
        for typed in ["", "2026", "2026-7Q4X-K2ABC", "é"] {
            assert_eq!(reference(typed), None, "{typed:?}");
        }
    }
}
