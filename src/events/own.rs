//! What the portal itself has to do in order with the events about a person: it waits in the same queue.

use jiff::Timestamp;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::store::{self, New};
use crate::{
    error::Error,
    keys::{Index, Use},
    server::Portal,
};

/// No organisation has this source.
const SOURCE: &str = "urn:voordeur:own";

/// Something that is to be done.
pub struct Own<'a> {
    /// Twice with the same id is once.
    pub id: Uuid,
    pub kind: &'static str,
    /// In whose name it is done.
    pub organisation: &'a str,
    pub time: Timestamp,
    pub bsn: &'a str,
    pub data: Value,
}

/// Keeps it in the caller's transaction; a worker gives it its effect after that is committed.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn queue(portal: &Portal, sql: &mut PgConnection, own: Own<'_>) -> Result<(), Error> {
    let keys = &portal.keys;
    let body = own.data.to_string();
    let event = New {
        source: SOURCE.to_owned(),
        id: own.id.to_string(),
        kind: own.kind.to_owned(),
        time: own.time,
        digests: vec![keys.index(Index::Event, &format!("{} {} {body}", own.kind, own.time))],
        body: keys.seal(Use::Event, body.as_bytes()),
        subject: keys.index(Index::Bsn, own.bsn),
    };
    store::keep(sql, own.organisation, &[event], portal.clock.now()).await?;
    Ok(())
}
