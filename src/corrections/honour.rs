//! What a decision to honour does to the register: it waits with the events of registers, and has its effect as they do.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::{Correction, Values};
use crate::{
    cases::{self, Case},
    clock,
    database::Scope,
    error::Error,
    events,
    keys::Use,
    registered_data::{Bsn, Rectification},
    server::Portal,
};

/// The type of the event by which it waits; nobody sends it.
pub const HONOURED: &str = "nl.voordeur.correction.honoured.v1";

/// How what an organisation honours comes to stand in the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The portal writes it down, as of an event of the register.
    Here,
    /// The holder changes it in its own register, and the next list brings it.
    ByList,
    /// It is another organisation's to change.
    NotTheirs,
}

/// What waits: whose value is put right, how, and the case in which that was decided.
#[derive(Serialize, Deserialize)]
pub struct Honoured {
    pub bsn: String,
    pub case: Uuid,
    pub rectification: Rectification,
}

impl Honoured {
    pub fn bsn(&self) -> Option<Bsn> {
        Bsn::parse(&self.bsn)
    }
}

pub fn way(portal: &Portal, correction: &Correction, organisation: &str) -> Way {
    let Some((register, kind, _)) = correction.described(&portal.catalogue) else { return Way::NotTheirs };
    if !portal.catalogue.holds(organisation, register) {
        Way::NotTheirs
    } else if register.connected && kind.comes_by_event() && portal.events.is_some() {
        Way::Here
    } else {
        Way::ByList
    }
}

/// Whether these are values that the register may have.
pub fn may_be(portal: &Portal, correction: &Correction, values: &Values) -> bool {
    correction.described(&portal.catalogue).is_some_and(|(register, kind, _)| {
        Rectification::may_be(&portal.catalogue, register, kind, portal.clock.today(), values)
    })
}

/// Puts what was honoured in the queue of events, in the transaction that decides it: it comes after what is known already about the person,
/// and nothing that happens meanwhile loses or doubles it.
pub(super) async fn queue(
    portal: &Portal,
    scope: &mut Scope,
    case: &Case,
    correction: &Correction,
    values: &Values,
) -> Result<(), Error> {
    // What was only explained, the holder changes in its own register.
    if values.is_empty() || way(portal, correction, &case.organisation) != Way::Here {
        return Ok(());
    }
    let Some(sealed) = cases::store::sealed_bsn(scope.sql()).await? else { return Ok(()) };
    let bsn = String::from_utf8(portal.keys.open(Use::Number, &sealed).map_err(Error::internal)?);
    let now: Timestamp = portal.clock.now();
    let honoured = Honoured {
        bsn: bsn.map_err(Error::internal)?,
        case: case.id,
        rectification: Rectification {
            register: correction.register.clone(),
            kind: correction.kind.clone(),
            object: correction.object,
            was: correction.registered.clone(),
            becomes: values.clone(),
            document: format!("correctieverzoek {}", case.reference),
            decided_on: clock::day(now),
        },
    };
    let event = events::Own {
        id: case.id,
        kind: HONOURED,
        organisation: &case.organisation,
        time: now,
        bsn: &honoured.bsn,
        data: serde_json::to_value(&honoured).map_err(Error::internal)?,
    };
    events::queue(portal, scope.sql(), event).await
}
