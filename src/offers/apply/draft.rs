//! An application in the making: kept at every step, sealed, until it is sent or thrown away.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::{Deserialize, Serialize};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::{
    database::PersonId,
    error::Error,
    keys::{Keyring, Use},
    offers::choose::Typed,
};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// As it was typed, right or not.
    pub typed: Typed,
    pub documents: Vec<Uuid>,
}

impl Draft {
    /// The acting person's, and since when; held until the transaction ends.
    pub async fn find(
        sql: &mut PgConnection,
        keys: &Keyring,
        service: &str,
    ) -> Result<Option<(Self, Timestamp)>, Error> {
        let row: Option<(Vec<u8>, jiff_sqlx::Timestamp)> = sqlx::query_as(
            "select draft, changed_at from application_draft where person = acting_person() and service = $1 for update",
        )
        .bind(service)
        .fetch_optional(sql)
        .await?;
        let Some((sealed, at)) = row else { return Ok(None) };
        let plain = keys.open(Use::Answers, &sealed).map_err(Error::internal)?;
        Ok(Some((serde_json::from_slice(&plain).map_err(Error::internal)?, at.to_jiff())))
    }

    pub async fn keep(
        &self,
        sql: &mut PgConnection,
        keys: &Keyring,
        service: &str,
        at: Timestamp,
    ) -> Result<(), Error> {
        let sealed = keys.seal(Use::Answers, &serde_json::to_vec(self).map_err(Error::internal)?);
        sqlx::query(
            "insert into application_draft values (acting_person(), $1, $2, $3)
             on conflict (person, service) do update set draft = excluded.draft, changed_at = excluded.changed_at",
        )
        .bind(service)
        .bind(sealed)
        .bind(at.to_sqlx())
        .execute(sql)
        .await?;
        Ok(())
    }

    /// Whether there was one: of two who send at once, one throws it away.
    pub async fn throw_away(sql: &mut PgConnection, service: &str) -> Result<bool, Error> {
        let gone = sqlx::query("delete from application_draft where person = acting_person() and service = $1")
            .bind(service)
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
    let sealed: Vec<(PersonId, String, Vec<u8>)> =
        sqlx::query_as("select person, service, draft from application_draft for update").fetch_all(&mut *sql).await?;
    let mut rotated = 0;
    for (person, service, draft) in sealed.iter().filter(|(.., draft)| !keys.is_current(draft)) {
        let plain = keys.open(Use::Answers, draft).map_err(Error::internal)?;
        sqlx::query("update application_draft set draft = $3 where person = $1 and service = $2")
            .bind(person)
            .bind(service)
            .bind(keys.seal(Use::Answers, &plain))
            .execute(&mut *sql)
            .await?;
        rotated += 1;
    }
    sql.commit().await?;
    Ok(rotated)
}
