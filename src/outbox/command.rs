//! `voordeur events outgoing`: what waits to go out or was set aside, and delivering it again.

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
                "{}  {}  {}  tried {}x  {}  {}  {}  id={}",
                event.number,
                event.state,
                event.time(),
                event.tries,
                reason,
                event.organisation,
                event.kind,
                event.id
            );
        }
        listed += events.len();
    }
    println!("{listed} events");
    Ok(())
}

/// Lets an event that was set aside, or all of them, be delivered again; how many.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn replay(portal: &Portal, number: Option<i64>) -> Result<u64, Error> {
    store::replay(&mut *portal.database.connection().await?, number, portal.clock.now()).await
}
