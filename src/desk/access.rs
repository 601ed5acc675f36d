//! Which services somebody at the desk has to do with, by the organisation they work for.

use crate::{
    rules::{
        ServiceRules,
        model::{Proactive, Service},
    },
    server::Portal,
};

/// As the provider of a service: each municipality, for its own people.
const MUNICIPALITIES: &str = "gemeenten";

/// In `may_know`: the municipality where somebody lives.
const OWN_MUNICIPALITY: &str = "gemeente";

/// The code in table 33 of an organisation that is a municipality.
pub fn municipality(organisation: &str) -> Option<&str> {
    organisation.strip_prefix("gemeente-").filter(|code| code.len() == 4 && code.bytes().all(|b| b.is_ascii_digit()))
}

pub fn provides(organisation: &str, service: &Service) -> bool {
    service.organisation == organisation
        || service.organisation == MUNICIPALITIES && municipality(organisation).is_some()
}

/// Who keeps the portal may see the figures of every service.
pub fn keeps_portal(portal: &Portal, organisation: &str) -> bool {
    organisation == portal.config.organisation.id
}

/// The services whose figures an organisation sees.
pub fn seen_by<'p>(portal: &'p Portal, organisation: &str) -> Vec<&'p ServiceRules> {
    let all = keeps_portal(portal, organisation);
    portal.rules.services.iter().filter(|service| all || provides(organisation, &service.service)).collect()
}

/// Whether an organisation may see that a service fits somebody it serves.
pub fn may_know(organisation: &str, proactive: &Proactive) -> bool {
    proactive
        .may_know
        .iter()
        .any(|who| who == organisation || who == OWN_MUNICIPALITY && municipality(organisation).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_code_of_four_digits_is_a_municipality() {
        assert_eq!(municipality("gemeente-0599"), Some("0599"));
        for other in ["gemeente-", "gemeente-599", "gemeente-05x9", "gemeenten", "rvig", "gemeente-05990"] {
            assert_eq!(municipality(other), None, "{other}");
        }
    }

    #[test]
    fn a_municipality_provides_what_municipalities_do_and_may_know_what_it_was_allowed() {
        let rules = crate::testing::rulebook();
        let service = |id: &str| rules.service(id).expect("a service that ships");
        assert!(provides("gemeente-0599", &service("stadspas").service));
        assert!(!provides("gemeente-0599", &service("zorgtoeslag").service));
        assert!(provides("dienst-toeslagen", &service("zorgtoeslag").service));
        assert!(!provides("rvig", &service("stadspas").service));
        assert!(may_know("gemeente-0599", &service("zorgtoeslag").proactive));
        assert!(!may_know("gemeente-0599", &service("kinderbijslag").proactive));
        assert!(!may_know("svb", &service("zorgtoeslag").proactive));
    }
}
