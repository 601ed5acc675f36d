//! Which documents belong to a case.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    model::{Case, Kind},
    objection::Objection,
    store,
};
use crate::{error::Error, keys::Keyring};

/// Whether a document belongs to a case of the acting person: it was added to it, came with the decision, or with the objection that the
/// case is.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn has_document(sql: &mut PgConnection, keys: &Keyring, case: &Case, document: Uuid) -> Result<bool, Error> {
    if store::has_document(sql, case.id, document).await? {
        return Ok(true);
    }
    if case.kind != Kind::Objection {
        return Ok(false);
    }
    let sealed = store::application(sql, case.id).await?;
    let objection = sealed.and_then(|sealed| Objection::open(keys, &sealed));
    Ok(objection.is_some_and(|objection| objection.documents.contains(&document)))
}
