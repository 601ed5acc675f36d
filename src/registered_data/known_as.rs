//! How staff know the person whom their work is about: a name, and the end of a number to compare.

use sqlx::PgConnection;

use super::{Bsn, Name};
use crate::{
    error::Error,
    keys::{Keyring, Use},
};

/// What staff need to be sure that they have the right person before them.
pub struct KnownAs {
    /// "S. Haverkort"; empty where the register gives no name.
    pub name: String,
    /// The last two digits of the BSN.
    pub ending: Option<String>,
}

/// The acting person.
///
/// # Errors
/// Those of PostgreSQL; a defect when a number does not open.
pub async fn known_as(sql: &mut PgConnection, keys: &Keyring) -> Result<KnownAs, Error> {
    type Row = (Option<Vec<u8>>, Option<String>, Option<String>, Option<String>);
    let row: Option<Row> = sqlx::query_as(
        "select p.bsn, r.values ->> 'given_names', r.values ->> 'prefix', r.values ->> 'surname'
           from person p
           left join registered_record r
             on r.person = p.person and r.register = 'brp' and r.kind = 'person' and r.object = 0 and r.version = 0
          where p.person = acting_person()",
    )
    .fetch_optional(sql)
    .await?;
    let Some((sealed, given_names, prefix, surname)) = row else {
        return Ok(KnownAs { name: String::new(), ending: None });
    };
    // A register writes a point for a name that it does not know.
    let known = |part: Option<String>| part.filter(|part| part != ".").unwrap_or_default();
    let name =
        Name { given_names: known(given_names), title: String::new(), prefix: known(prefix), surname: known(surname) };
    let parts = [name.initials(), name.prefix, name.surname];
    let number = sealed.map(|sealed| keys.open(Use::Number, &sealed)).transpose().map_err(Error::internal)?;
    let bsn = number.and_then(|number| Bsn::parse(&String::from_utf8(number).ok()?));
    Ok(KnownAs {
        name: parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "),
        ending: bsn.map(|bsn| bsn.ending().to_owned()),
    })
}
