//! Sealing addresses with the key in use, after a new one was added.

use sqlx::{Connection, PgConnection};

use crate::{
    database::PersonId,
    error::Error,
    keys::{Keyring, Use},
};

const AT_ONCE: i64 = 1000;

/// Whose, which one, and the address in use and the one that waits for its code, sealed.
type Row = (PersonId, i16, Option<Vec<u8>>, Option<Vec<u8>>);

/// As the role that owns the tables; how many addresses.
///
/// # Errors
/// Those of PostgreSQL, or when an address does not open.
pub async fn rotate(owner: &mut PgConnection, keys: &Keyring) -> Result<u64, Error> {
    let mut rotated = 0;
    let mut after = (uuid::Uuid::nil(), 0_i16);
    loop {
        let mut part = owner.begin().await?;
        let found: Vec<Row> = sqlx::query_as(
            "select person, place, address, pending from email_address
              where (person, place) > ($1, $2) order by person, place limit $3 for update",
        )
        .bind(after.0)
        .bind(after.1)
        .bind(AT_ONCE)
        .fetch_all(&mut *part)
        .await?;
        let Some((person, place, ..)) = found.last() else { return Ok(rotated) };
        after = (person.0, *place);
        for (person, place, address, pending) in found {
            let old = |sealed: &Option<Vec<u8>>| sealed.as_ref().is_some_and(|sealed| !keys.is_current(sealed));
            if !old(&address) && !old(&pending) {
                continue;
            }
            let reseal = |sealed: Option<Vec<u8>>| {
                sealed.map(|sealed| Ok(keys.seal(Use::Address, &keys.open(Use::Address, &sealed)?))).transpose()
            };
            sqlx::query("update email_address set address = $3, pending = $4 where person = $1 and place = $2")
                .bind(person)
                .bind(place)
                .bind(reseal(address).map_err(|error: crate::keys::Unsealable| Error::internal(error))?)
                .bind(reseal(pending).map_err(|error: crate::keys::Unsealable| Error::internal(error))?)
                .execute(&mut *part)
                .await?;
            rotated += 1;
        }
        part.commit().await?;
    }
}
