//! Who belongs together and where they live, as somebody's person list says it now.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Bsn, PartialDate, person_list::PersonList};
use crate::{
    database::PersonId,
    keys::{Index, Keyring},
};

/// Municipality of those who live abroad.
pub(super) const NON_RESIDENTS: &str = "1999";

/// It has been established that somebody does not live at the address (LO GBA 08.83.10).
const NOT_AT_ADDRESS: &str = "089999";

/// A record that holds now, with numbers as they are and not sealed.
#[derive(Clone, Debug, Default)]
pub(super) struct Current {
    pub kind: String,
    pub object: i16,
    pub valid_from: Option<String>,
    pub doubt: Option<String>,
    pub values: BTreeMap<String, String>,
}

impl Current {
    /// A value as stored; "." is how the register writes that it does not know.
    pub fn value(&self, attribute: &str) -> Option<&str> {
        self.values.get(attribute).map(String::as_str).filter(|value| !value.is_empty() && *value != ".")
    }

    /// A day, when all of it is known.
    pub fn day(&self, attribute: &str) -> Option<Date> {
        self.value(attribute)?.parse::<PartialDate>().ok()?.known()
    }
}

/// What holds now of a person list.
pub(super) fn current_of(list: &PersonList) -> Vec<Current> {
    let now = list.records.iter().filter(|record| record.version == 0 && !record.wrong);
    now.map(|record| Current {
        kind: record.kind.clone(),
        object: record.object,
        valid_from: record.valid_from.clone(),
        doubt: record.doubt.clone(),
        values: record.values.iter().map(|(id, value, _)| (id.clone(), value.clone())).collect(),
    })
    .collect()
}

/// What rules may use of these records: no children who were stillborn, and no municipality of those who live in none.
pub(super) fn usable(mut records: Vec<Current>) -> Vec<Current> {
    records.retain(|record| record.kind != "child" || record.value("stillborn").is_none());
    for address in records.iter_mut().filter(|record| record.value("municipality") == Some(NON_RESIDENTS)) {
        address.values.remove("municipality");
    }
    records
}

/// A present partner, or a child.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Relative {
    pub kind: &'static str,
    pub object: i16,
    pub a_number: Option<String>,
    pub bsn: Option<String>,
    pub birth_date: Option<Date>,
}

#[derive(Debug, Default)]
pub(super) struct Relations {
    /// The address in one form for everybody who lives there; none for who lives abroad, nowhere or only gets post there.
    pub address: Option<String>,
    /// ISO 3166 where there is a code, else the register's.
    pub country: Option<String>,
    pub relatives: Vec<Relative>,
}

impl Relations {
    pub fn of(records: &[Current]) -> Self {
        let address = records.iter().find(|record| record.kind == "address");
        Self {
            address: address.and_then(home),
            country: address.and_then(country),
            relatives: records.iter().filter_map(relative).collect(),
        }
    }

    /// When the children were born, the oldest first; none when that is not known of all of them, as a rule would count wrong.
    pub fn children(&self) -> Option<Vec<Date>> {
        let children = self.relatives.iter().filter(|relative| relative.kind == "child");
        let mut days = children.map(|child| child.birth_date).collect::<Option<Vec<_>>>()?;
        days.sort();
        Some(days)
    }

    /// Every index under which a relative may be known to the portal.
    pub fn indexes(&self, keys: &Keyring) -> Vec<Vec<u8>> {
        self.relatives.iter().flat_map(|relative| relative.indexes(keys)).collect()
    }
}

impl Relative {
    /// By A-number; by BSN only where there is no A-number.
    fn indexes(&self, keys: &Keyring) -> Vec<Vec<u8>> {
        match (&self.a_number, &self.bsn) {
            (Some(a_number), _) => keys.indexes(Index::ANumber, a_number),
            (None, Some(bsn)) => keys.indexes(Index::Bsn, bsn),
            (None, None) => Vec::new(),
        }
    }

    /// Who it is among those found; nobody when a number leads to two people.
    pub fn among(&self, found: &[(Vec<u8>, PersonId)], keys: &Keyring) -> Option<PersonId> {
        let indexes = self.indexes(keys);
        let mut people: Vec<_> =
            found.iter().filter(|(index, _)| indexes.contains(index)).map(|(_, person)| *person).collect();
        people.sort();
        people.dedup();
        if let [one] = people[..] { Some(one) } else { None }
    }
}

fn relative(record: &Current) -> Option<Relative> {
    let kind = match record.kind.as_str() {
        "child" if record.value("stillborn").is_none() => "child",
        // A marriage or registered partnership that has not ended (Awir art. 3 lid 1).
        "partner" if record.values.get("ended_date").is_none_or(String::is_empty) => "partner",
        _ => return None,
    };
    let somebody =
        ["a_number", "bsn", "surname", "begun_date", "birth_date"].iter().any(|id| record.value(id).is_some());
    somebody.then(|| Relative {
        kind,
        object: record.object,
        a_number: record.value("a_number").map(str::to_owned),
        bsn: record.value("bsn").and_then(Bsn::parse).map(|bsn| bsn.digits().to_owned()),
        birth_date: record.day("birth_date"),
    })
}

/// Postcode and number say which address it is; without a postcode the municipality and the street do, or the words for the place.
fn home(address: &Current) -> Option<String> {
    let part = |id: &str| address.value(id).unwrap_or_default().trim().to_uppercase();
    let municipality = part("municipality");
    let elsewhere =
        municipality.is_empty() || municipality == NON_RESIDENTS || address.value("abroad_country").is_some();
    if elsewhere || address.value("function") == Some("B") || address.doubt.as_deref() == Some(NOT_AT_ADDRESS) {
        return None;
    }
    let number = part("house_number").trim_start_matches('0').to_owned();
    let exactly = ["house_letter", "house_number_addition", "house_number_designation"].map(part).join("|");
    match (part("postcode").replace(' ', ""), number.is_empty()) {
        (postcode, false) if !postcode.is_empty() => Some(format!("{postcode}|{number}|{exactly}")),
        (_, false) => Some(format!("{municipality}|{}|{}|{number}|{exactly}", part("town"), part("street"))),
        (_, true) if !part("location").is_empty() => Some(format!("{municipality}||{}", part("location"))),
        _ => None,
    }
}

fn country(address: &Current) -> Option<String> {
    match (address.value("abroad_country"), address.value("municipality")) {
        (Some(code), _) => Some(iso_3166(code).unwrap_or(code).to_owned()),
        (None, Some(NON_RESIDENTS) | None) => None,
        (None, Some(_)) => Some("NL".to_owned()),
    }
}

/// Countries of table 34 in which Dutch rules on social security may apply (EU, EEA, Switzerland and treaties), by ISO 3166.
fn iso_3166(code: &str) -> Option<&'static str> {
    Some(match code {
        "6030" => "NL",
        "5010" => "BE",
        "7024" => "BG",
        "5040" => "CY",
        "5015" => "DK",
        "6029" | "9089" => "DE",
        "7065" => "EE",
        "6002" => "FI",
        "5002" => "FR",
        "6003" => "GR",
        "5017" => "HU",
        "6007" => "IE",
        "6011" => "IS",
        "7044" => "IT",
        "5051" => "HR",
        "7064" => "LV",
        "6012" => "LI",
        "7066" => "LT",
        "6018" => "LU",
        "7003" => "MT",
        "6027" => "NO",
        "5009" => "AT",
        "7028" => "PL",
        "7050" => "PT",
        "7047" => "RO",
        "5049" => "SI",
        "6067" => "SK",
        "6037" => "ES",
        "6066" => "CZ",
        "5039" => "SE",
        "5003" => "CH",
        "6016" => "AU",
        "6065" => "BA",
        "5001" => "CA",
        "8025" => "CV",
        "5107" => "CW",
        "5022" => "MA",
        "5104" => "ME",
        "5113" => "MK",
        "5103" => "RS",
        "5007" => "SR",
        "5110" => "SX",
        "5008" => "TN",
        "6043" => "TR",
        "6014" => "US",
        "5095" => "AW",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: &str, values: &[(&str, &str)]) -> Current {
        Current {
            kind: kind.to_owned(),
            values: values.iter().map(|(id, value)| ((*id).to_owned(), (*value).to_owned())).collect(),
            ..Current::default()
        }
    }

    #[test]
    fn one_address_has_one_form() {
        let at = |values: &[(&str, &str)]| Relations::of(&[record("address", values)]).address;
        let here =
            at(&[("municipality", "0344"), ("postcode", "3511SS"), ("house_number", "00012"), ("street", "Laan")]);
        assert!(here.is_some());
        assert_eq!(
            here,
            at(&[("municipality", "0344"), ("postcode", "3511 ss"), ("house_number", "12"), ("function", "W")])
        );
        assert_ne!(
            here,
            at(&[("municipality", "0344"), ("postcode", "3511SS"), ("house_number", "12"), ("house_letter", "A")])
        );
        assert!(at(&[("municipality", "0344"), ("location", "Woonboot bij de brug")]).is_some());
        assert_eq!(at(&[("municipality", "0344"), ("street", "Laan")]), None);
        let post = [("municipality", "0344"), ("postcode", "3511SS"), ("house_number", "12"), ("function", "B")];
        assert_eq!(at(&post), None);
        let mut not_there = record("address", &post[..3]);
        not_there.doubt = Some("089999".to_owned());
        assert_eq!(Relations::of(&[not_there]).address, None);
    }

    #[test]
    fn a_country_has_its_iso_code_where_rules_may_need_it() {
        let lives = |values: &[(&str, &str)]| Relations::of(&[record("address", values)]).country;
        assert_eq!(lives(&[("municipality", "0344")]).as_deref(), Some("NL"));
        assert_eq!(lives(&[("municipality", "1999"), ("abroad_country", "6037")]).as_deref(), Some("ES"));
        assert_eq!(lives(&[("municipality", "1999"), ("abroad_country", "6023")]).as_deref(), Some("6023"));
        assert_eq!(lives(&[("municipality", "1999")]), None);
        assert_eq!(Relations::of(&[]).country, None);
    }

    #[test]
    fn who_is_divorced_or_was_stillborn_is_no_relative() {
        let relations = Relations::of(&[
            record("partner", &[("surname", "Bakker"), ("ended_date", "20220310")]),
            record("partner", &[("surname", "Visser"), ("begun_date", "20230000"), ("birth_date", "19740300")]),
            record("partner", &[]),
            record("child", &[("surname", "Visser"), ("stillborn", "L")]),
            record("child", &[("a_number", "9900114119"), ("birth_date", "20081125")]),
        ]);
        let seen: Vec<_> = relations.relatives.iter().map(|one| (one.kind, one.birth_date)).collect();
        assert_eq!(seen, [("partner", None), ("child", Some(jiff::civil::date(2008, 11, 25)))]);
    }
}
