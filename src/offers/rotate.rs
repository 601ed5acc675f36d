//! Sealing what citizens filled in with the key in use, after a new one was added.

use sqlx::FromRow;

use crate::{
    database::{Evaluator, PersonId},
    error::Error,
    keys::{Keyring, Use},
};

#[derive(FromRow)]
struct Sealed {
    person: PersonId,
    service: String,
    period: jiff_sqlx::Date,
    answers: Vec<u8>,
}

/// Seals the answers of applications anew, so that older keys can go; how many.
///
/// # Errors
/// Those of PostgreSQL, and answers that do not open; nothing is changed then.
pub async fn rotate(evaluator: &Evaluator, keys: &Keyring) -> Result<u64, Error> {
    let mut sql = evaluator.begin().await?;
    let sealed: Vec<Sealed> =
        sqlx::query_as("select person, service, period, answers from offer where answers is not null for update")
            .fetch_all(&mut *sql)
            .await?;
    let mut rotated = 0;
    for offer in sealed.iter().filter(|offer| !keys.is_current(&offer.answers)) {
        let answers = keys.open(Use::Answers, &offer.answers).map_err(Error::internal)?;
        sqlx::query("update offer set answers = $4 where person = $1 and service = $2 and period = $3")
            .bind(offer.person)
            .bind(&offer.service)
            .bind(offer.period)
            .bind(keys.seal(Use::Answers, &answers))
            .execute(&mut *sql)
            .await?;
        rotated += 1;
    }
    sql.commit().await?;
    Ok(rotated)
}
