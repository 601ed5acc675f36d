//! From a number that a provider vouches for to the one person who has it.

use sqlx::FromRow;
use uuid::Uuid;

use super::refusal::Refusal;
use crate::{
    database::PersonId,
    error::Error,
    keys::Index,
    registered_data::Bsn,
    server::Portal,
    usage::{Role, Usage, activity},
};

/// Somebody whose data may be opened.
pub struct Found {
    pub person: PersonId,
    /// As one is spoken to: first given name, prefix, surname. Empty when the register gives none.
    pub name: String,
}

#[derive(FromRow)]
struct Row {
    standing: String,
    in_conflict: bool,
    given_names: Option<String>,
    prefix: Option<String>,
    surname: Option<String>,
}

/// Finds the person, and logs that their data were read to log them in, whether or not it ends in a log-in.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn find(portal: &Portal, bsn: &Bsn) -> Result<Result<Found, Refusal>, Error> {
    let indexes = portal.keys.indexes(Index::Bsn, bsn.digits());
    let usage = |groups| Usage {
        at: portal.clock.now(),
        organisation: portal.config.organisation.id.clone(),
        role: Role::Citizen,
        activity: activity::LOG_IN,
        groups,
    };
    let mut scope = portal.database.as_register(PersonId(Uuid::nil()), &indexes, usage(Vec::new())).await?;
    let people: Vec<PersonId> = sqlx::query_scalar("select distinct person from person_lookup where index = any($1)")
        .bind(&indexes)
        .fetch_all(scope.sql())
        .await?;
    let person = match people[..] {
        [] => return Ok(Err(Refusal::NotRegistered)),
        [person] => person,
        _ => return Ok(Err(Refusal::TwoPeople)),
    };
    scope.turn_to(person, usage(vec!["brp/person".to_owned()])).await?;
    let row: Option<Row> = sqlx::query_as(
        "select p.standing, exists (select from bsn_conflict c where c.person = p.person) as in_conflict,
                r.values ->> 'given_names' as given_names, r.values ->> 'prefix' as prefix, r.values ->> 'surname' as surname
           from person p
           left join registered_record r
             on r.person = p.person and r.register = 'brp' and r.kind = 'person' and r.object = 0 and r.version = 0
          where p.person = $1",
    )
    .bind(person)
    .fetch_optional(scope.sql())
    .await?;
    scope.commit().await?;
    Ok(match row {
        None => Err(Refusal::NotRegistered),
        Some(row) if row.in_conflict => Err(Refusal::TwoPeople),
        Some(row) => match row.standing.as_str() {
            "deceased" => Err(Refusal::Deceased),
            "void" => Err(Refusal::Void),
            _ => Ok(Found { person, name: row.name() }),
        },
    })
}

impl Row {
    fn name(&self) -> String {
        let first = self.given_names.as_deref().and_then(|names| names.split_whitespace().next());
        let parts = [first, self.prefix.as_deref(), self.surname.as_deref()].into_iter().flatten();
        // A register writes a point for a name that it does not know.
        parts.filter(|part| !part.is_empty() && *part != ".").collect::<Vec<_>>().join(" ")
    }
}
