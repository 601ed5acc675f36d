//! SQL of the desk.

use jiff_sqlx::Timestamp as SqlTimestamp;
use sqlx::PgConnection;

use crate::{
    database::PersonId,
    error::Error,
    keys::{Keyring, Use},
};

/// A person list whose BSN stands on another list as well.
#[derive(Debug)]
pub struct Conflict {
    pub person: PersonId,
    pub a_number: String,
    pub found_at: jiff::Timestamp,
    /// The A-numbers of the other lists, as far as they are of the same holder.
    pub others: Vec<String>,
}

/// The conflicts of the acting organisation, longest known first.
pub async fn conflicts(sql: &mut PgConnection, keys: &Keyring) -> Result<Vec<Conflict>, Error> {
    let rows: Vec<(PersonId, Vec<u8>, Vec<u8>, SqlTimestamp)> =
        sqlx::query_as("select person, index, a_number, found_at from bsn_conflict order by found_at, index, person")
            .fetch_all(sql)
            .await?;
    let open = |sealed: &[u8]| -> Result<String, Error> {
        let number = keys.open(Use::Number, sealed).map_err(Error::internal)?;
        String::from_utf8(number).map_err(Error::internal)
    };
    rows.iter()
        .map(|(person, index, a_number, found_at)| {
            let others = rows.iter().filter(|(other, of, ..)| other != person && of == index);
            Ok(Conflict {
                person: *person,
                a_number: open(a_number)?,
                found_at: found_at.to_jiff(),
                others: others.map(|(_, _, a_number, _)| open(a_number)).collect::<Result<_, _>>()?,
            })
        })
        .collect()
}
