//! Sealing the keys of documents with the key in use.

use sqlx::{Connection, PgConnection};

use super::DocumentId;
use crate::{
    database::PersonId,
    error::Error,
    keys::{Keyring, Use},
};

const AT_ONCE: i64 = 1000;

/// As the role that owns the tables; how many documents. Their contents stay as they are.
///
/// # Errors
/// Those of PostgreSQL, or when a key does not open.
pub async fn rotate(owner: &mut PgConnection, keys: &Keyring) -> Result<u64, Error> {
    let mut rotated = 0;
    let mut after = (uuid::Uuid::nil(), uuid::Uuid::nil());
    loop {
        let mut part = owner.begin().await?;
        let found: Vec<(PersonId, DocumentId, Vec<u8>)> = sqlx::query_as(
            "select person, id, key from document where (person, id) > ($1, $2) order by person, id limit $3 for update",
        )
        .bind(after.0)
        .bind(after.1)
        .bind(AT_ONCE)
        .fetch_all(&mut *part)
        .await?;
        let Some((person, id, _)) = found.last() else { return Ok(rotated) };
        after = (person.0, id.0);
        for (person, id, sealed) in found.iter().filter(|(.., sealed)| !keys.is_current(sealed)) {
            let key = keys.open(Use::Document, sealed).map_err(Error::internal)?;
            sqlx::query("update document set key = $3 where person = $1 and id = $2")
                .bind(person)
                .bind(id)
                .bind(keys.seal(Use::Document, &key))
                .execute(&mut *part)
                .await?;
            rotated += 1;
        }
        part.commit().await?;
    }
}
