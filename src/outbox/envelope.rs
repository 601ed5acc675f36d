//! An event that goes out, as a CloudEvent in the NL GOV profile.

use serde_json::{Value, json};

use super::store::Waiting;
use crate::{error::Error, keys::Use, server::Portal};

/// One event, structured.
pub const MEDIA_TYPE: &str = "application/cloudevents+json; charset=utf-8";

/// The event in its JSON format. `sequence`: its place in what its organisation fetches (CloudEvents, extension Sequence).
///
/// # Errors
/// When its body does not open.
pub fn of(portal: &Portal, event: &Waiting) -> Result<Value, Error> {
    let data = portal.keys.open(Use::Event, &event.body).map_err(Error::internal)?;
    let data: Value = serde_json::from_slice(&data).map_err(Error::internal)?;
    let mut envelope = json!({
        "specversion": "1.0",
        "id": event.id,
        "source": portal.outbox.source,
        "type": event.kind,
        "time": event.time(),
        "datacontenttype": "application/json",
    });
    if let Some(reference) = data["reference"].as_str() {
        envelope["subject"] = reference.into();
    }
    envelope["data"] = data;
    if let Some(position) = event.position {
        // As text it sorts as the numbers do.
        envelope["sequence"] = format!("{position:020}").into();
    }
    Ok(envelope)
}
