//! What the holder of a register is told: a Terugmelding.

use serde_json::{Value, json};

use super::{model::Correction, submit::Explanation};
use crate::{cases::Case, registered_data::Catalogue};

/// The data of the event: which register and object, and for each attribute the doubted and the proposed value.
pub fn report(catalogue: &Catalogue, case: &Case, correction: &Correction, explanation: &Explanation) -> Value {
    let kind = correction.described(catalogue).map(|(_, kind, _)| kind);
    let stood = |attribute: &str| correction.registered.as_ref().and_then(|values| values.get(attribute));
    let attributes: Vec<Value> = correction
        .proposed
        .iter()
        .map(|(id, proposed)| {
            let element = kind.and_then(|kind| {
                let element = kind.attribute(id)?.element.as_deref()?;
                Some(format!("{}.{element}", kind.category.as_deref()?))
            });
            let urn = match element {
                Some(element) => format!("urn:voordeur:{}:{element}", correction.register),
                None => format!("urn:voordeur:{}:{}:{id}", correction.register, correction.kind),
            };
            json!({ "attribuutUrn": urn, "betwijfeldeWaarde": stood(id), "voorgesteldeWaarde": proposed })
        })
        .collect();
    json!({
        "registration": correction.register,
        "object": {
            "kind": correction.kind,
            "number": correction.object,
            "valid_from": correction.valid_from.map(|date| date.to_string()),
            "values": correction.registered,
        },
        "attributes": attributes,
        "explanation": explanation.text,
        "documents": explanation.documents,
        "due_on": case.due_on,
    })
}
