//! Which client speaks for which organisation, and what that organisation may send.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{REGISTERED_DATA_CHANGED, case::CaseEvent, envelope::Envelope, problem::Mistake};
use crate::{registered_data::Catalogue, rules::Rulebook};

/// Registers of this holder are held by each municipality for its own inhabitants.
const MUNICIPALITIES: &str = "gemeenten";

/// An organisation that sends.
#[derive(Debug)]
pub struct Sender {
    pub organisation: String,
    oin: Option<String>,
    sources: Vec<String>,
    registers: BTreeSet<String>,
    /// Services that it provides.
    services: BTreeSet<String>,
}

/// Those who send, by client.
#[derive(Debug, Default)]
pub struct Senders(BTreeMap<String, Arc<Sender>>);

impl Senders {
    /// # Errors
    /// Names the organisation of `organisations.toml` of which something is wrong, and what.
    pub fn new(catalogue: &Catalogue, rules: &Rulebook) -> Result<Self, String> {
        let provided_by = |organisation: &str| -> BTreeSet<String> {
            let provided = rules.services.iter().filter(|service| service.service.organisation == organisation);
            provided.map(|service| service.id().to_owned()).collect()
        };
        let held_by = |holder: &str| -> BTreeSet<String> {
            let held = catalogue.registers.iter().filter(|register| register.holder == holder);
            held.map(|register| register.id.clone()).collect()
        };
        let mut senders = BTreeMap::new();
        let mut add = |id: &str, clients: &[String], sender: Sender| {
            let wrong = |what: String| Err(format!("organisations.toml: {id}: {what}"));
            if let Some(oin) = sender.oin.as_ref().filter(|oin| !is_oin(oin)) {
                return wrong(format!("oin {oin:?} is not twenty digits"));
            }
            if let Some(unknown) = sender.registers.iter().find(|register| catalogue.register(register).is_none()) {
                return wrong(format!("sends register {unknown:?}, which is not there"));
            }
            if !clients.is_empty() && sender.oin.is_none() && sender.sources.is_empty() {
                return wrong("has clients, and no oin or sources to know its events by".to_owned());
            }
            let sender = Arc::new(sender);
            for client in clients {
                if senders.insert(client.clone(), Arc::clone(&sender)).is_some() {
                    return wrong(format!("client {client:?} is there twice"));
                }
            }
            Ok(())
        };
        for organisation in catalogue.organisations.values() {
            let sends = organisation.sends.iter().cloned();
            let sender = Sender {
                organisation: organisation.id.clone(),
                oin: organisation.oin.clone(),
                sources: organisation.sources.clone(),
                registers: sends.chain(held_by(&organisation.id)).collect(),
                services: provided_by(&organisation.id),
            };
            add(&organisation.id, &organisation.clients, sender)?;
        }
        let of_all = catalogue.organisations.get(MUNICIPALITIES).into_iter().flat_map(|all| all.sends.iter().cloned());
        let registers: BTreeSet<_> = of_all.chain(held_by(MUNICIPALITIES)).collect();
        for municipality in &catalogue.municipalities {
            let id = format!("gemeente-{}", municipality.code);
            if catalogue.tables.municipality(&municipality.code).is_none() {
                return Err(format!("organisations.toml: {id}: no municipality of table 33 has this code"));
            }
            let sender = Sender {
                organisation: id.clone(),
                oin: Some(municipality.oin.clone()),
                sources: Vec::new(),
                registers: registers.clone(),
                services: provided_by(MUNICIPALITIES),
            };
            add(&id, &municipality.clients, sender)?;
        }
        Ok(Self(senders))
    }

    pub fn of(&self, client: &str) -> Option<Arc<Sender>> {
        self.0.get(client).cloned()
    }
}

impl Sender {
    /// What about an event is not this sender's to send.
    pub fn not_yours(&self, event: &Envelope) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        if !self.is_source(&event.source) {
            mistakes
                .push(Mistake::new("/source", "Must be a source of your own organisation: urn:nld:oin: and its OIN."));
        }
        if event.kind == REGISTERED_DATA_CHANGED
            && let Some(register) = event.data.get("register").and_then(serde_json::Value::as_str)
            && !self.registers.contains(register)
        {
            mistakes.push(Mistake::new("/data/register", "Your organisation does not send this register."));
        }
        if event.kind == CaseEvent::Registered.name()
            && let Some(service) = event.data.get("service").and_then(serde_json::Value::as_str)
            && !self.services.contains(service)
        {
            mistakes.push(Mistake::new("/data/service", "Your organisation does not provide this service."));
        }
        mistakes
    }

    /// The OIN as a URN, a system below it, or a source that the catalogue names.
    fn is_source(&self, source: &str) -> bool {
        let of_oin = self.oin.as_deref().is_some_and(|oin| {
            let rest = source.strip_prefix("urn:nld:oin:").and_then(|rest| rest.strip_prefix(oin));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
        });
        of_oin || self.sources.iter().any(|named| named == source)
    }
}

fn is_oin(oin: &str) -> bool {
    oin.len() == 20 && oin.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing;

    fn event(source: &str, register: &str) -> Envelope {
        Envelope {
            source: source.to_owned(),
            id: "1".to_owned(),
            kind: REGISTERED_DATA_CHANGED.to_owned(),
            time: testing::NOON.parse().unwrap(),
            data: json!({ "register": register }),
        }
    }

    #[test]
    fn an_organisation_sends_its_own_registers_from_its_own_sources() {
        let sender = Sender {
            organisation: "belastingdienst".to_owned(),
            oin: Some("00000099000000001000".to_owned()),
            sources: vec!["https://belastingdienst.example/bri".to_owned()],
            registers: ["inkomen".to_owned()].into(),
            services: BTreeSet::new(),
        };
        let pointers = |source, register| {
            let mistakes = sender.not_yours(&event(source, register));
            mistakes.into_iter().map(|mistake| mistake.pointer).collect::<Vec<_>>()
        };
        for own in [
            "urn:nld:oin:00000099000000001000",
            "urn:nld:oin:00000099000000001000:systeem:bri",
            "https://belastingdienst.example/bri",
        ] {
            assert!(pointers(own, "inkomen").is_empty(), "{own}");
        }
        for other in [
            "urn:nld:oin:00000099000000002000",
            "urn:nld:oin:000000990000000010001",
            "urn:nld:oin:0000009900000000100",
            "urn:nld:oin:",
            "https://belastingdienst.example/bri/",
        ] {
            assert_eq!(pointers(other, "inkomen"), ["/source"], "{other}");
        }
        assert_eq!(pointers("urn:nld:oin:00000099000000001000", "brp"), ["/data/register"]);
    }

    #[test]
    fn the_catalogue_that_ships_says_who_sends_what() {
        let senders = Senders::new(&testing::catalogue(), &testing::rulebook()).unwrap();
        let tax = senders.of("belastingdienst").unwrap();
        assert!(tax.registers.contains("inkomen") && !tax.registers.contains("brp"));
        let houten = senders.of("gemeente-0344").unwrap();
        assert_eq!(houten.organisation, "gemeente-0344");
        assert!(houten.registers.contains("brp") && !houten.registers.contains("inkomen"));
        assert!(senders.of("voordeur-citizen").is_none());
    }
}
