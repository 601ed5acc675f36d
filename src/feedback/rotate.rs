//! Sealing with the key in use who said something without logging in, after a new one was added.

use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::{
    error::Error,
    keys::{Keyring, Use},
};

const AT_ONCE: i64 = 1000;

/// As the role that owns the tables; how many.
///
/// # Errors
/// Those of PostgreSQL, or when a contact does not open.
pub async fn rotate(owner: &mut PgConnection, keys: &Keyring) -> Result<u64, Error> {
    let mut rotated = 0;
    let mut after = Uuid::nil();
    loop {
        let mut part = owner.begin().await?;
        // Of who was not logged in, the person is the id.
        let found: Vec<(Uuid, Vec<u8>)> = sqlx::query_as(
            "select id, contact from feedback where contact is not null and id > $1 order by id limit $2 for update",
        )
        .bind(after)
        .bind(AT_ONCE)
        .fetch_all(&mut *part)
        .await?;
        let Some((last, _)) = found.last() else { return Ok(rotated) };
        after = *last;
        for (id, contact) in found {
            if keys.is_current(&contact) {
                continue;
            }
            let plain = keys.open(Use::Contact, &contact).map_err(Error::internal)?;
            sqlx::query("update feedback set contact = $2 where person = $1 and id = $1")
                .bind(id)
                .bind(keys.seal(Use::Contact, &plain))
                .execute(&mut *part)
                .await?;
            rotated += 1;
        }
        part.commit().await?;
    }
}
