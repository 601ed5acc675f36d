//! `voordeur events`: what waits or was set aside, and trying it again.

use super::store;
use crate::{error::Error, server::Portal};

const STEP: i64 = 500;

/// Prints events that were set aside, and with `waiting` those that wait too.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn list(portal: &Portal, waiting: bool) -> Result<(), Error> {
    let (mut after, mut listed) = (0, 0);
    loop {
        let events = store::list(&mut *portal.database.connection().await?, waiting, after, STEP).await?;
        let Some(last) = events.last() else { break };
        after = last.number;
        for event in &events {
            let reason = event.reason.as_deref().unwrap_or("-");
            println!(
                "{}  {}  {}  tried {}x  {}  {}  source={} id={}",
                event.number,
                event.state,
                event.received_at(),
                event.tries,
                reason,
                event.organisation,
                event.source,
                event.id
            );
        }
        listed += events.len();
    }
    println!("{listed} events");
    Ok(())
}

/// Lets an event that was set aside, or all of them, try again; how many.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn replay(portal: &Portal, number: Option<i64>) -> Result<u64, Error> {
    let mut connection = portal.database.connection().await?;
    let replayed = store::replay(&mut *connection, number, portal.clock.now()).await?;
    store::announce(&mut *connection, "command").await?;
    Ok(replayed)
}
