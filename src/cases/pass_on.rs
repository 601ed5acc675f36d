//! A case goes to the organisation that it is for, with all that the citizen sent (Awb 2:3).

use serde_json::{Value, json};

use super::{
    model::{Case, Happening, Words},
    store,
};
use crate::{clock, database::Scope, error::Error, keys::Use, offers::Sent, server::Portal};

/// Whether a case can go there: to one that the catalogue knows, and not to who has it.
pub(super) fn may(portal: &Portal, case: &Case, organisation: &str) -> bool {
    organisation != case.organisation && portal.catalogue.is_receiver(organisation)
}

/// What the first organisation called it, said of its status and proposed, is not the next one's. What it asked can still be answered, and
/// the legal term runs on from when the case first came in.
pub(super) fn hand_over(case: &mut Case, to: String, words: Words) -> Happening {
    let from = std::mem::replace(&mut case.organisation, to.clone());
    (case.taken_by, case.taken_name, case.proposal, case.source_id) = (None, None, None, None);
    (case.status, case.status_at) = (None, None);
    Happening::PassedOn { from, to, words }
}

/// All that the next organisation needs, so that the citizen is not asked again.
pub(super) async fn submission(
    portal: &Portal,
    scope: &mut Scope,
    case: &Case,
    from: &str,
    words: &Words,
) -> Result<Value, Error> {
    let sealed = store::application(scope.sql(), case.id).await?;
    let application: Option<Value> = match &sealed {
        Some(sealed) => {
            let opened = portal.keys.open(Use::Answers, sealed).map_err(Error::internal)?;
            Some(serde_json::from_slice(&opened).map_err(Error::internal)?)
        }
        None => None,
    };
    let known = match (&case.service, case.period) {
        (Some(service), Some(_)) => {
            let sent = Sent::read(scope.sql(), &portal.keys, Some(service), case.period, sealed.as_deref()).await?;
            Some(sent.known())
        }
        _ => None,
    };
    let events = store::events(scope.sql(), case.id, false).await?;
    let timeline: Vec<Value> =
        events.iter().map(|event| json!({ "at": event.at, "actor": event.actor, "what": event.what })).collect();
    Ok(json!({
        "from": from,
        "words": words,
        "title": case.title,
        "received_on": clock::day(case.received_at),
        "due_on": case.due_on,
        "period": case.period,
        "application": application,
        "known": known,
        "timeline": timeline,
    }))
}
