//! Sealing what waits with the key in use, after a new one was added.

use super::store;
use crate::{error::Error, keys::Use, server::Portal};

/// So many at a time.
const STEP: i64 = 500;

/// Seals outgoing events that are not done anew, so that older keys can go; how many.
///
/// # Errors
/// Those of PostgreSQL, and a body that does not open.
pub async fn rotate(portal: &Portal) -> Result<u64, Error> {
    let (mut after, mut rotated) = (0, 0);
    loop {
        let mut connection = portal.database.connection().await?;
        let mut step = sqlx::Connection::begin(&mut *connection).await?;
        let sealed = store::sealed_after(&mut step, after, STEP).await?;
        let Some((last, _)) = sealed.last() else { return Ok(rotated) };
        after = *last;
        for (number, body) in sealed.into_iter().filter(|(_, body)| !portal.keys.is_current(body)) {
            let plain = portal.keys.open(Use::Event, &body).map_err(Error::internal)?;
            store::reseal(&mut step, number, &portal.keys.seal(Use::Event, &plain)).await?;
            rotated += 1;
        }
        step.commit().await?;
    }
}
