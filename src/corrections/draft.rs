//! A request in the making: kept at every step, sealed, until it is sent or thrown away.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::{Deserialize, Serialize};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::typed::Typed;
use crate::{
    database::PersonId,
    error::Error,
    keys::{Keyring, Use},
};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// As it was typed, right or not.
    pub typed: Typed,
    pub documents: Vec<Uuid>,
}

/// Which value it is about.
#[derive(Clone, Copy, Debug)]
pub struct Of<'a> {
    pub register: &'a str,
    pub value: &'a str,
    pub object: i16,
}

impl Draft {
    /// The acting person's; held until the transaction ends.
    pub async fn find(sql: &mut PgConnection, keys: &Keyring, of: Of<'_>) -> Result<Option<Self>, Error> {
        let sealed: Option<Vec<u8>> = sqlx::query_scalar(
            "select draft from correction_draft
              where person = acting_person() and register = $1 and value = $2 and object = $3 for update",
        )
        .bind(of.register)
        .bind(of.value)
        .bind(of.object)
        .fetch_optional(sql)
        .await?;
        let Some(sealed) = sealed else { return Ok(None) };
        let plain = keys.open(Use::Answers, &sealed).map_err(Error::internal)?;
        Ok(Some(serde_json::from_slice(&plain).map_err(Error::internal)?))
    }

    pub async fn keep(&self, sql: &mut PgConnection, keys: &Keyring, of: Of<'_>, at: Timestamp) -> Result<(), Error> {
        let sealed = keys.seal(Use::Answers, &serde_json::to_vec(self).map_err(Error::internal)?);
        sqlx::query(
            "insert into correction_draft values (acting_person(), $1, $2, $3, $4, $5)
             on conflict (person, register, value, object) do update set draft = excluded.draft, changed_at = excluded.changed_at",
        )
        .bind(of.register)
        .bind(of.value)
        .bind(of.object)
        .bind(sealed)
        .bind(at.to_sqlx())
        .execute(sql)
        .await?;
        Ok(())
    }

    /// Whether there was one: of two who send at once, one throws it away.
    pub async fn throw_away(sql: &mut PgConnection, of: Of<'_>) -> Result<bool, Error> {
        let gone = sqlx::query(
            "delete from correction_draft where person = acting_person() and register = $1 and value = $2 and object = $3",
        )
        .bind(of.register)
        .bind(of.value)
        .bind(of.object)
        .execute(sql)
        .await?;
        Ok(gone.rows_affected() > 0)
    }
}

/// Seals drafts anew, as the role that owns the tables, so that older keys can go; how many.
///
/// # Errors
/// Those of PostgreSQL, and a draft that does not open; nothing is changed then.
pub async fn rotate(owner: &mut PgConnection, keys: &Keyring) -> Result<u64, Error> {
    let mut sql = owner.begin().await?;
    let sealed: Vec<(PersonId, String, String, i16, Vec<u8>)> =
        sqlx::query_as("select person, register, value, object, draft from correction_draft for update")
            .fetch_all(&mut *sql)
            .await?;
    let mut rotated = 0;
    for (person, register, value, object, draft) in sealed.iter().filter(|(.., draft)| !keys.is_current(draft)) {
        let plain = keys.open(Use::Answers, draft).map_err(Error::internal)?;
        sqlx::query(
            "update correction_draft set draft = $5 where person = $1 and register = $2 and value = $3 and object = $4",
        )
        .bind(person)
        .bind(register)
        .bind(value)
        .bind(object)
        .bind(keys.seal(Use::Answers, &plain))
        .execute(&mut *sql)
        .await?;
        rotated += 1;
    }
    sql.commit().await?;
    Ok(rotated)
}
