//! What depends on a value: the facts that come from it, the services that use those, and what somebody has of them.

use std::collections::BTreeSet;

use jiff::civil::Date;
use leptos_i18n::td_string;
use serde::Deserialize;
use sqlx::PgConnection;

use crate::{
    app::Visit,
    cases,
    error::Error,
    offers,
    registered_data::{Attribute, Catalogue, Doubt, Kind, Register, ShownValue},
    rules::{
        Rulebook, ServiceRules,
        model::{Fact, Source},
    },
};

/// The kinds of the BRP that a fact is worked out from; a test holds this to the facts that there are.
fn behind(derived: &str) -> &'static [&'static str] {
    match derived {
        "residence_country" | "municipality" | "household_size" | "co_resident_21" | "co_resident_income_year" => {
            &["address"]
        }
        "has_partner" => &["partner", "address"],
        "children_birth_dates" => &["child"],
        _ => &[],
    }
}

/// Whether a fact comes from attributes of a kind of record, of the person's own.
pub(super) fn comes_from(fact: &Fact, register: &str, kind: &str, attributes: &BTreeSet<&str>) -> bool {
    match &fact.from {
        Source::Value(path) | Source::Values(path) => {
            let mut parts = path.split('/');
            parts.next() == Some(register)
                && parts.next() == Some(kind)
                && parts.next().is_some_and(|attribute| attributes.contains(attribute))
        }
        Source::Records(path) | Source::Exists(path) => path.split_once('/') == Some((register, kind)),
        Source::Derived(how) => register == "brp" && behind(how).contains(&kind),
        Source::Partner(_) => false,
    }
}

/// Where a fact is asked to be corrected, without the language: the value that shows what it comes from.
pub fn path_of(catalogue: &Catalogue, fact: &Fact) -> Option<String> {
    let shown = |register: &str, kind: &str, attribute: Option<&str>| {
        let register = catalogue.register(register).filter(|register| register.connected)?;
        let values = register.sections.iter().flat_map(|section| &section.values);
        let mut of_kind = values.filter(|value| value.kind == kind && value.corrected_with.is_none());
        let value = of_kind
            .find(|value| attribute.is_none_or(|attribute| value.attributes.iter().any(|own| own == attribute)))?;
        Some(format!("/mijn/gegevens/{}/{}/klopt-niet", register.id, value.id))
    };
    match &fact.from {
        Source::Value(path) | Source::Values(path) | Source::Records(path) | Source::Exists(path) => {
            let mut parts = path.split('/');
            shown(parts.next()?, parts.next()?, parts.next())
        }
        Source::Derived(how) => shown("brp", behind(how).first()?, None),
        // Only the partner asks to correct what is the partner's.
        Source::Partner(_) => None,
    }
}

/// Something of the acting person that is being looked into, by the register itself or because they asked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Looked {
    register: String,
    kind: String,
    /// LO GBA 83.10, where the register says it.
    element: Option<String>,
    /// Which attributes, where the person asked.
    attributes: Option<Vec<String>>,
}

/// A list of [`Looked`] of the acting person, as SQL.
pub const LOOKED_INTO: &str = "(select coalesce(jsonb_agg(to_jsonb(l)), '[]') from (
     select register, kind, doubt as element, null::text[] as attributes from registered_record
      where person = acting_person() and version = 0 and doubt is not null and doubt_until is null
     union
     select register, kind, null, array(select jsonb_object_keys(proposed)) from correction
      where person = acting_person() and state in ('under_investigation', 'information_needed') and investigated_at is not null) l)";

/// The facts that come from what is being looked into.
pub fn facts_looked_into(rules: &Rulebook, catalogue: &Catalogue, looked: &[Looked]) -> BTreeSet<String> {
    let mut facts = BTreeSet::new();
    for Looked { register, kind, element, attributes } in looked {
        let Some(known) = catalogue.register(register).and_then(|register| register.kind(kind)) else { continue };
        let doubt = element.clone().map(|element| Doubt { element, since: None });
        let is_looked_into = |attribute: &Attribute| match (&doubt, attributes) {
            (Some(doubt), _) => attribute.element.as_deref().is_none_or(|element| doubt.covers(element)),
            (None, Some(asked)) => asked.contains(&attribute.id),
            (None, None) => true,
        };
        let of: BTreeSet<&str> = known
            .attributes
            .iter()
            .filter(|attribute| is_looked_into(attribute))
            .map(|attribute| attribute.id.as_str())
            .collect();
        let own = rules.facts.values().filter(|fact| comes_from(fact, register, kind, &of));
        facts.extend(own.map(|fact| fact.name.clone()));
    }
    facts
}

/// The services whose outcome a shown value can change on a day.
pub fn services_using<'r>(
    rules: &'r Rulebook,
    register: &Register,
    kind: &Kind,
    value: &ShownValue,
    day: Date,
) -> Vec<&'r ServiceRules> {
    let attributes: BTreeSet<&str> =
        value.attributes.iter().chain(value.proposes.iter().flatten()).map(String::as_str).collect();
    let facts = rules.facts.values().filter(|fact| comes_from(fact, &register.id, &kind.id, &attributes));
    let facts: BTreeSet<String> = facts.map(|fact| fact.name.clone()).collect();
    if facts.is_empty() { Vec::new() } else { rules.affected_by(&facts, day) }
}

/// What somebody has that rests on a value: each with its name and its address without the language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    pub offers: Vec<(String, String)>,
    pub cases: Vec<(String, String)>,
}

impl Uses {
    /// Of the acting person.
    ///
    /// # Errors
    /// Those of PostgreSQL.
    pub async fn find(sql: &mut PgConnection, visit: &Visit, services: &[&ServiceRules]) -> Result<Self, Error> {
        if services.is_empty() {
            return Ok(Self::default());
        }
        let offers = offers::resting(&mut *sql, visit, services).await?;
        let of = |service: &str| services.iter().any(|own| own.id() == service);
        let open = cases::open_cases(sql).await?;
        let open = open.into_iter().filter(|case| case.service.as_deref().is_some_and(of));
        let cases = open.map(|case| (case.title.get(visit.locale).0.to_owned(), case.path())).collect();
        Ok(Self { offers, cases })
    }

    pub fn is_empty(&self) -> bool {
        self.offers.is_empty() && self.cases.is_empty()
    }

    /// "1 aanbod en 2 zaken".
    pub fn words(&self, visit: &Visit) -> String {
        let locale = visit.locale;
        let count = |list: &[(String, String)]| i64::try_from(list.len()).unwrap_or(i64::MAX);
        let offers = td_string!(locale, corrections.uses_offers, count = count(&self.offers)).to_string();
        let cases = td_string!(locale, corrections.uses_cases, count = count(&self.cases)).to_string();
        match (self.offers.is_empty(), self.cases.is_empty()) {
            (false, false) => td_string!(locale, corrections.uses_both, offers = offers, cases = cases).to_string(),
            (false, true) => offers,
            (true, _) => cases,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{catalogue, rulebook};

    #[test]
    fn what_every_derived_fact_is_worked_out_from_is_known() {
        let rules = rulebook();
        let derived: Vec<&String> = rules
            .facts
            .values()
            .filter_map(|fact| match &fact.from {
                Source::Derived(how) => Some(how),
                _ => None,
            })
            .collect();
        assert!(derived.len() >= 7, "{derived:?}");
        for how in derived {
            assert!(!behind(how).is_empty(), "{how}");
        }
    }

    #[test]
    fn every_fact_of_ones_own_can_be_corrected_from_an_explanation() {
        let (rules, catalogue) = (rulebook(), catalogue());
        for fact in rules.facts.values() {
            let own = !matches!(fact.from, Source::Partner(_));
            assert_eq!(path_of(&catalogue, fact).is_some(), own, "{}", fact.name);
        }
        let income = path_of(&catalogue, &rules.facts["income_year"]);
        assert_eq!(income.as_deref(), Some("/mijn/gegevens/inkomen/jaarinkomen/klopt-niet"));
    }

    #[test]
    fn what_is_looked_into_is_said_of_the_facts_that_come_from_it_alone() {
        let (rules, catalogue) = (rulebook(), catalogue());
        let facts =
            |looked: &str| facts_looked_into(&rules, &catalogue, &serde_json::from_str::<Vec<Looked>>(looked).unwrap());
        let asked = r#"[{"register": "inkomen", "kind": "income", "element": null, "attributes": ["amount"]}]"#;
        assert_eq!(facts(asked), ["income_year".to_owned()].into());
        // Element 02.40 of category 01 is a surname, on which no rule rests; 03.10 is the date of birth.
        assert!(
            facts(r#"[{"register": "brp", "kind": "person", "element": "010240", "attributes": null}]"#).is_empty()
        );
        let born = facts(r#"[{"register": "brp", "kind": "person", "element": "010310", "attributes": null}]"#);
        assert_eq!(born, ["birth_date".to_owned()].into());
    }

    /// Awir art. 7, and Wzt art. 2: zorgtoeslag depends on income; the passport does not.
    #[test]
    fn an_income_is_used_by_the_benefits_that_depend_on_it_and_a_month_of_it_by_others() {
        let (rules, catalogue) = (rulebook(), catalogue());
        let day = jiff::civil::date(2026, 11, 22);
        let using = |register: &str, value: &str| -> Vec<String> {
            let register = catalogue.register(register).unwrap();
            let value = register.value(value).unwrap();
            let kind = register.kind(&value.kind).unwrap();
            services_using(&rules, register, kind, value, day).iter().map(|service| service.id().to_owned()).collect()
        };
        let of_year = using("inkomen", "jaarinkomen");
        assert!(
            of_year.contains(&"zorgtoeslag".to_owned()) && of_year.contains(&"huurtoeslag".to_owned()),
            "{of_year:?}"
        );
        assert!(!of_year.contains(&"paspoort".to_owned()));
        assert!(!using("inkomen", "netto-per-maand").contains(&"zorgtoeslag".to_owned()));
        assert!(using("brp", "kinderen").contains(&"kindgebonden-budget".to_owned()));
        assert!(using("brp", "geslacht").is_empty());
    }
}
