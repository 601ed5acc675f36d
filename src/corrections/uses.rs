//! What depends on a value: the facts that come from it, the services that use those, and what somebody has of them.

use std::collections::BTreeSet;

use jiff::civil::Date;
use leptos_i18n::td_string;
use sqlx::PgConnection;

use crate::{
    app::Visit,
    cases,
    error::Error,
    offers,
    registered_data::{Kind, Register, ShownValue},
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
