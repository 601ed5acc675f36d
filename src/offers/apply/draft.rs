//! An application in the making: kept at every step, sealed, until it is sent or thrown away.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
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
