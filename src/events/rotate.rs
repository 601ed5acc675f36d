//! Sealing what waits with the key in use, after a new one was added.

use super::store;
use crate::{
    error::Error,
    keys::{Index, Use},
    server::Portal,
};

/// So many at a time.
const STEP: i64 = 500;

/// Seals events that are not done anew, so that older keys can go; how many.
///
/// # Errors
/// Those of PostgreSQL, and a body that does not open.
pub async fn rotate(portal: &Portal) -> Result<u64, Error> {
    let (mut after, mut rotated) = (0, 0);
    loop {
        let mut connection = portal.database.connection().await?;
        let mut step = sqlx::Connection::begin(&mut *connection).await?;
        let sealed = store::sealed_after(&mut step, after, STEP).await?;
        let Some((last, _)) = sealed.last() else { break };
        after = *last;
        for (number, body) in sealed.into_iter().filter(|(_, body)| !portal.keys.is_current(body)) {
            let data = portal.keys.open(Use::Event, &body).map_err(Error::internal)?;
            let read: serde_json::Value = serde_json::from_slice(&data).map_err(Error::internal)?;
            let bsn = read["bsn"].as_str().unwrap_or_default();
            let subject = portal.keys.index(Index::Bsn, bsn);
            let body = portal.keys.seal(Use::Event, &data);
            store::reseal(&mut step, number, &body, &subject, b"").await?;
            rotated += 1;
        }
        step.commit().await?;
    }
    let mut after = Some(0);
    while let Some(number) = after {
        after = store::forget_digests(&mut *portal.database.connection().await?, number, STEP).await?;
    }
    Ok(rotated)
}
