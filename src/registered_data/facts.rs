//! From records to facts: which registered value is which fact, and what a value is worth to a rule.

use std::{collections::BTreeMap, path::Path};

use serde_json::{Map, Value, json};

use super::{Catalogue, PartialDate, catalogue::Type, relations::Current};
use crate::rules::model::{Fact, FactType, Facts, Source};

/// What relations and addresses say: by SQL (migrations/0008_relations.sql), and the last three in Rust.
const DERIVED: [&str; 7] = [
    "has_partner",
    "household_size",
    "co_resident_income_year",
    "co_resident_21",
    "residence_country",
    "municipality",
    "children_birth_dates",
];

/// Where facts come from, as `catalogue/facts.toml` says it.
#[derive(Debug, Default)]
pub struct FactSources {
    own: Vec<OwnFact>,
    /// A fact, and which fact of the partner it is.
    of_partner: BTreeMap<String, String>,
}

#[derive(Debug)]
struct OwnFact {
    name: String,
    fact: FactType,
    minimum: i64,
    maximum: i64,
    register: String,
    kind: String,
    take: Take,
}

#[derive(Debug)]
enum Take {
    /// An attribute of the record that began last.
    Value(String),
    /// An attribute of every record.
    Values(String),
    /// Every record, with the types of its attributes.
    Records(BTreeMap<String, Type>),
    Exists,
}

impl FactSources {
    /// # Errors
    /// Names the fact, and the register, kind or attribute that is not there.
    pub fn new<'a>(facts: impl Iterator<Item = &'a Fact> + Clone, catalogue: &Catalogue) -> Result<Self, String> {
        let mut sources = Self::default();
        for fact in facts.clone() {
            let wrong = |reason: String| format!("fact {:?}: {reason}", fact.name);
            match &fact.from {
                Source::Partner(of) => {
                    if !facts.clone().any(|other| other.name == *of) {
                        return Err(wrong(format!("there is no fact {of:?}")));
                    }
                    sources.of_partner.insert(fact.name.clone(), of.clone());
                }
                Source::Derived(how) if DERIVED.contains(&how.as_str()) && *how == fact.name => {}
                Source::Derived(how) => return Err(wrong(format!("nothing is derived under the name {how:?}"))),
                Source::Value(path) | Source::Values(path) | Source::Records(path) | Source::Exists(path) => {
                    sources.own.push(OwnFact::new(fact, path, catalogue).map_err(wrong)?);
                }
            }
        }
        Ok(sources)
    }

    /// Reads `facts.toml` in the catalogue's folder.
    ///
    /// # Errors
    /// Names the file and what is wrong.
    pub fn read(folder: &Path, catalogue: &Catalogue) -> Result<Self, String> {
        let path = folder.join("facts.toml");
        let named = |reason: String| format!("{}: {reason}", path.display());
        let text = std::fs::read_to_string(&path).map_err(|error| named(error.to_string()))?;
        let facts: Facts = toml::from_str(&text).map_err(|error| named(error.to_string()))?;
        Self::new(facts.facts.iter(), catalogue).map_err(named)
    }

    pub(super) fn of_partner(&self) -> Value {
        json!(self.of_partner)
    }

    /// The facts of a register's own values. Of a kind that never came nothing is said.
    pub(super) fn own(&self, register: &str, came: impl Fn(&str) -> bool, records: &[Current]) -> Map<String, Value> {
        let facts = self.own.iter().filter(|fact| fact.register == register && came(&fact.kind));
        facts
            .map(|fact| {
                let records: Vec<&Current> = records.iter().filter(|record| record.kind == fact.kind).collect();
                (fact.name.clone(), fact.of(&records))
            })
            .collect()
    }
}

impl OwnFact {
    fn new(fact: &Fact, path: &str, catalogue: &Catalogue) -> Result<Self, String> {
        let mut parts = path.split('/');
        let (Some(register), Some(kind), attribute, None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(format!("{path:?} is not register/kind or register/kind/attribute"));
        };
        let known = catalogue
            .register(register)
            .filter(|register| register.connected)
            .and_then(|register| register.kind(kind))
            .ok_or_else(|| format!("{path:?} is no kind of record of a connected register"))?;
        let attribute = || match attribute {
            Some(id) if known.attribute(id).is_some() => Ok(id.to_owned()),
            _ => Err(format!("{path:?} is no attribute in the catalogue")),
        };
        let take = match &fact.from {
            Source::Value(_) => Take::Value(attribute()?),
            Source::Values(_) => Take::Values(attribute()?),
            Source::Records(_) => {
                Take::Records(known.attributes.iter().map(|attribute| (attribute.id.clone(), attribute.kind)).collect())
            }
            _ => Take::Exists,
        };
        let fits = match take {
            Take::Exists => fact.kind == FactType::Boolean,
            Take::Values(_) => fact.kind == FactType::Dates,
            Take::Records(_) => fact.kind == FactType::Childcare,
            Take::Value(_) => !matches!(fact.kind, FactType::Dates | FactType::Childcare),
        };
        if !fits {
            return Err(format!("a fact of this type is not taken from {path:?} in this way"));
        }
        Ok(Self {
            name: fact.name.clone(),
            fact: fact.kind,
            minimum: fact.minimum,
            maximum: fact.maximum.unwrap_or(i64::MAX),
            register: register.to_owned(),
            kind: kind.to_owned(),
            take,
        })
    }

    /// Null is unknown.
    fn of(&self, records: &[&Current]) -> Value {
        match &self.take {
            Take::Exists => Value::Bool(!records.is_empty()),
            Take::Value(attribute) => {
                // Eight digits sort as dates do; of two that began together the last one counts.
                let last = records.iter().max_by_key(|record| (&record.valid_from, record.object));
                last.and_then(|record| self.value(record, attribute)).unwrap_or(Value::Null)
            }
            Take::Values(attribute) => {
                // One that is not known whole makes the list unknown: a rule would count wrong.
                let days = records.iter().map(|record| record.day(attribute).map(|day| day.to_string()));
                days.collect::<Option<Vec<_>>>().map_or(Value::Null, |mut days| {
                    days.sort();
                    json!(days)
                })
            }
            Take::Records(types) => records.iter().map(|record| whole(record, types)).collect(),
        }
    }

    fn value(&self, record: &Current, attribute: &str) -> Option<Value> {
        let text = record.value(attribute)?;
        match self.fact {
            FactType::Boolean => match text {
                "1" => Some(json!(true)),
                "0" => Some(json!(false)),
                _ => None,
            },
            FactType::Integer | FactType::Money => {
                let number: i64 = text.parse().ok()?;
                (self.minimum..=self.maximum).contains(&number).then(|| json!(number))
            }
            // As text, so that no digit is lost on the way.
            FactType::Decimal => {
                let whole: i64 = text.split('.').next()?.parse().ok()?;
                let exact = !text.contains('.') || text.trim_end_matches('0').ends_with('.');
                let fits = whole >= self.minimum && (whole < self.maximum || (whole == self.maximum && exact));
                fits.then(|| json!(text))
            }
            FactType::Date => Some(json!(text.parse::<PartialDate>().ok()?.known()?.to_string())),
            FactType::Text => Some(json!(text)),
            FactType::Dates | FactType::Childcare => None,
        }
    }
}

fn whole(record: &Current, types: &BTreeMap<String, Type>) -> Value {
    let value = |id: &String, text: &str| match types.get(id) {
        Some(Type::Integer | Type::Money) => text.parse::<i64>().map_or(Value::Null, |number| json!(number)),
        Some(Type::Flag) => json!(text == "1"),
        _ => json!(text),
    };
    record.values.iter().map(|(id, text)| (id.clone(), value(id, text))).collect()
}
