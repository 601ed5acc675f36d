//! Sealing what citizens sent with their cases with the key in use, after a new one was added.

use uuid::Uuid;

use crate::{
    database::{Evaluator, PersonId},
    error::Error,
    keys::{Keyring, Use},
};

/// So many at a time.
const STEP: i64 = 500;

/// Seals applications anew, so that older keys can go; how many.
///
/// # Errors
/// Those of PostgreSQL, and an application that does not open.
pub async fn rotate(evaluator: &Evaluator, keys: &Keyring) -> Result<u64, Error> {
    let (mut after, mut rotated) = ((PersonId(Uuid::nil()), Uuid::nil()), 0);
    loop {
        let mut step = evaluator.begin().await?;
        let sealed: Vec<(PersonId, Uuid, Vec<u8>)> = sqlx::query_as(
            "select person, id, application from cases
              where (person, id) > ($1, $2) and application is not null order by person, id limit $3 for update",
        )
        .bind(after.0)
        .bind(after.1)
        .bind(STEP)
        .fetch_all(&mut *step)
        .await?;
        let Some((person, id, _)) = sealed.last() else { return Ok(rotated) };
        after = (*person, *id);
        for (person, id, application) in sealed.iter().filter(|(.., application)| !keys.is_current(application)) {
            let plain = keys.open(Use::Answers, application).map_err(Error::internal)?;
            sqlx::query("update cases set application = $3 where person = $1 and id = $2")
                .bind(person)
                .bind(id)
                .bind(keys.seal(Use::Answers, &plain))
                .execute(&mut *step)
                .await?;
            rotated += 1;
        }
        step.commit().await?;
    }
}
