//! What somebody proposes, typed by the register's own description: read, checked, and put into the register's terms.

use std::collections::BTreeMap;

use jiff::civil::Date;
use leptos_i18n::td_string;

use super::model::Values;
use crate::{
    i18n::Locale,
    offers,
    registered_data::{Attribute, PartialDate, Record, Tables, Type, Wording},
    ui::{Mistake, numbers},
};

/// What a form sends.
pub(super) type Typed = BTreeMap<String, String>;

/// Longer is no registered value.
const LONGEST: usize = 200;
/// Parts of a date, after the name of the attribute.
pub(super) const DATE_PARTS: [&str; 3] = ["dag", "maand", "jaar"];
/// The element of the Logisch Ontwerp BRP that is a postcode.
const POSTCODE: &str = "11.60";

pub(super) fn date_part(attribute: &Attribute, part: &str) -> String {
    format!("{}-{part}", attribute.id)
}

/// The names of an attribute's fields.
pub(super) fn names(attribute: &Attribute) -> Vec<String> {
    match attribute.kind {
        Type::Date => DATE_PARTS.iter().map(|part| date_part(attribute, part)).collect(),
        _ => vec![attribute.id.clone()],
    }
}

/// The attributes that can be proposed, beside what is registered.
pub(super) struct Fields<'a> {
    pub wording: &'a Wording<'a>,
    pub attributes: &'a [&'a Attribute],
    pub record: Option<&'a Record>,
    pub today: Date,
}

impl Fields<'_> {
    /// What stands in the form at first: of several fields what is registered, as one of them is wrong; of one nothing.
    pub fn first(&self) -> Typed {
        self.record.filter(|_| self.attributes.len() > 1).map(|record| self.of(record)).unwrap_or_default()
    }

    /// The form filled in with what a record says.
    pub fn of(&self, record: &Record) -> Typed {
        let mut typed = Typed::new();
        for attribute in self.attributes {
            let stored = record.value(&attribute.id);
            if stored.is_empty() {
                continue;
            }
            match attribute.kind {
                Type::Date => {
                    let parts = [stored.get(6..8), stored.get(4..6), stored.get(..4)];
                    for (part, digits) in DATE_PARTS.into_iter().zip(parts) {
                        let digits = digits.unwrap_or_default().trim_start_matches('0').to_owned();
                        typed.insert(date_part(attribute, part), digits);
                    }
                }
                Type::Flag => {
                    _ = typed.insert(attribute.id.clone(), if stored == "0" { "nee" } else { "ja" }.to_owned())
                }
                Type::Choice => _ = typed.insert(attribute.id.clone(), stored.to_owned()),
                Type::Money => {
                    let euros = stored.parse().ok().map(|cents| plain_euros(self.wording.locale, cents));
                    typed.insert(attribute.id.clone(), euros.unwrap_or_default());
                }
                _ => _ = typed.insert(attribute.id.clone(), self.wording.attribute(attribute, record)),
            }
        }
        typed
    }

    /// What differs from what is registered, and what is wrong in it. Empty is that it should not be there.
    pub fn read(&self, typed: &Typed) -> (Values, Vec<Mistake>) {
        let (mut proposed, mut mistakes) = (Values::new(), Vec::new());
        for attribute in self.attributes {
            let stored = self.record.map_or("", |record| record.value(&attribute.id));
            match self.value(attribute, typed) {
                Ok(value) if value.is_empty() && attribute.required => {
                    // In a form with one field there is nothing to compare with; in others it was wiped.
                    mistakes.push(self.mistake(attribute, self.missing(attribute)));
                }
                Ok(value) if value == stored || same_number(attribute, &value, stored) => {}
                // One field that is left empty proposes nothing.
                Ok(value) if value.is_empty() && self.attributes.len() == 1 => {}
                Ok(value) => _ = proposed.insert(attribute.id.clone(), value),
                Err(message) => mistakes.push(self.mistake(attribute, message)),
            }
        }
        (proposed, mistakes)
    }

    fn mistake(&self, attribute: &Attribute, message: String) -> Mistake {
        Mistake { field: attribute.id.clone().into(), message }
    }

    fn label(&self, attribute: &Attribute) -> String {
        attribute.label.get(self.wording.locale).to_owned()
    }

    pub fn missing(&self, attribute: &Attribute) -> String {
        td_string!(self.wording.locale, corrections.wrong_missing, label = self.label(attribute)).to_string()
    }

    /// A value as the register would keep it; empty when nothing was typed.
    fn value(&self, attribute: &Attribute, typed: &Typed) -> Result<String, String> {
        let locale = self.wording.locale;
        let label = || self.label(attribute);
        if attribute.kind == Type::Date {
            return self.date(attribute, typed);
        }
        let text = typed.get(&attribute.id).map_or("", |text| text.trim());
        if text.is_empty() {
            return Ok(String::new());
        }
        if text.chars().count() > LONGEST || text.chars().any(char::is_control) {
            return Err(td_string!(locale, corrections.wrong_long, label = label(), most = LONGEST).to_string());
        }
        let tables: &Tables = &self.wording.catalogue.tables;
        let name = |code: Option<&str>| {
            code.map(str::to_owned)
                .ok_or_else(|| td_string!(locale, corrections.wrong_name, label = label()).to_string())
        };
        match attribute.kind {
            Type::Text if attribute.element.as_deref() == Some(POSTCODE) => postcode(text)
                .ok_or_else(|| td_string!(locale, corrections.wrong_postcode, label = label()).to_string()),
            Type::Text => match attribute.digits {
                Some(count) if text.len() != usize::from(count) || !is_digits(text) => {
                    Err(td_string!(locale, corrections.wrong_digits, label = label(), count = count).to_string())
                }
                _ => Ok(text.to_owned()),
            },
            Type::Country => name(tables.country_named(text)),
            Type::Nationality => name(tables.nationality_named(text)),
            Type::Municipality => name(tables.municipality_named(text)),
            // A place abroad is kept by its name.
            Type::Place => Ok(tables.municipality_named(text).unwrap_or(text).to_owned()),
            Type::Choice => {
                let codes = attribute.choices.as_ref().and_then(|list| self.wording.register.choices.get(list));
                match codes.is_some_and(|codes| codes.contains_key(text)) {
                    true => Ok(text.to_owned()),
                    false => Err(self.missing(attribute)),
                }
            }
            Type::Flag => match text {
                "ja" => Ok("1".to_owned()),
                "nee" => Ok("0".to_owned()),
                _ => Err(self.missing(attribute)),
            },
            Type::Number | Type::Integer | Type::Money | Type::Decimal => self.number(attribute, text),
            Type::Bsn | Type::ANumber => Err(self.missing(attribute)),
            Type::Date => unreachable!("a date has fields of its own"),
        }
    }

    fn number(&self, attribute: &Attribute, text: &str) -> Result<String, String> {
        let locale = self.wording.locale;
        let label = self.label(attribute);
        let plain: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
        let wrong = || match attribute.kind {
            Type::Money => td_string!(locale, corrections.wrong_amount, label = label.as_str()).to_string(),
            _ => td_string!(locale, corrections.wrong_number, label = label.as_str()).to_string(),
        };
        let (value, whole) = match attribute.kind {
            Type::Money => {
                let cents = offers::cents(text).ok_or_else(wrong)?;
                (cents.to_string(), cents)
            }
            Type::Decimal => {
                let value = plain.replace(',', ".");
                let (whole, part) = value.split_once('.').unwrap_or((&value, ""));
                let fits = part.len() <= usize::from(attribute.scale.unwrap_or_default());
                if !is_digits(whole) || !(part.is_empty() || is_digits(part)) || value.ends_with('.') || !fits {
                    return Err(wrong());
                }
                let above = i64::from(part.bytes().any(|digit| digit != b'0'));
                let whole: i64 = whole.parse().map_err(|_| wrong())?;
                (value.clone(), whole + above)
            }
            _ => {
                let digits: String = plain.chars().filter(|letter| *letter != '.').collect();
                if !is_digits(&digits) {
                    return Err(wrong());
                }
                if attribute.kind == Type::Number {
                    return Ok(digits);
                }
                let number: i64 = digits.parse().map_err(|_| wrong())?;
                (number.to_string(), number)
            }
        };
        let maximum = attribute.maximum.unwrap_or(i64::MAX);
        if (attribute.minimum..=maximum).contains(&whole) {
            return Ok(value);
        }
        let words = |bound: i64| match attribute.kind {
            Type::Money => numbers::euros(locale, bound),
            _ => numbers::whole(locale, bound),
        };
        let (least, most) = (words(attribute.minimum), words(maximum));
        Err(td_string!(locale, corrections.wrong_bounds, label = label, least = least, most = most).to_string())
    }

    fn date(&self, attribute: &Attribute, typed: &Typed) -> Result<String, String> {
        let locale = self.wording.locale;
        let part = |name: &str| typed.get(&date_part(attribute, name)).map_or("", |text| text.trim());
        let [day, month, year] = DATE_PARTS.map(part);
        if [day, month, year].iter().all(|part| part.is_empty()) {
            return Ok(String::new());
        }
        let wrong = || td_string!(locale, corrections.wrong_date, label = self.label(attribute)).to_string();
        let number = |text: &str, most: usize| match text {
            "" => Some(0),
            text if text.len() <= most && is_digits(text) => text.parse::<u16>().ok(),
            _ => None,
        };
        let parts =
            (year.len() == 4).then_some(()).and_then(|()| Some((number(year, 4)?, number(month, 2)?, number(day, 2)?)));
        let (year, month, day) = parts.filter(|(year, ..)| *year >= 1800).ok_or_else(wrong)?;
        let date: PartialDate = format!("{year:04}{month:02}{day:02}").parse().map_err(|_| wrong())?;
        let first = date.range().map(|(first, _)| first);
        if !attribute.future && first.is_some_and(|first| first > self.today) {
            return Err(td_string!(locale, corrections.wrong_future, label = self.label(attribute)).to_string());
        }
        Ok(date.to_string())
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit())
}

/// Registers pad their numbers with zeros.
fn same_number(attribute: &Attribute, value: &str, stored: &str) -> bool {
    attribute.kind == Type::Number && value.trim_start_matches('0') == stored.trim_start_matches('0')
}

/// "1234AB", as the BRP keeps it.
fn postcode(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>().to_ascii_uppercase();
    let (digits, letters) = plain.split_at_checked(4)?;
    let fits = is_digits(digits)
        && !digits.starts_with('0')
        && letters.len() == 2
        && letters.bytes().all(|letter| letter.is_ascii_uppercase());
    fits.then_some(plain)
}

/// An amount as it is typed: "1250" or "1250,50".
fn plain_euros(locale: Locale, cents: i64) -> String {
    let point = if locale == Locale::nl { ',' } else { '.' };
    match cents % 100 {
        0 => (cents / 100).to_string(),
        part => format!("{}{point}{part:02}", cents / 100),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{keys::Keyring, registered_data::Catalogue, testing};

    /// Reads what was typed for the attributes of a shown value, beside a record with these values.
    fn read(
        register: &str,
        value: &str,
        record: &[(&str, &str)],
        typed: &[(&str, &str)],
    ) -> Result<Values, Vec<String>> {
        let config = testing::config();
        let catalogue: &Catalogue = &testing::catalogue();
        let keys = Keyring::new(&config.keys.current, &config.keys.list).unwrap();
        let register = catalogue.register(register).unwrap();
        let shown = register.value(value).unwrap();
        let kind = register.kind(&shown.kind).unwrap();
        let values: Values = record.iter().map(|(id, value)| ((*id).to_owned(), (*value).to_owned())).collect();
        let record = (!values.is_empty()).then(|| Record::of(&kind.id, 0, values));
        let attributes: Vec<&Attribute> = kind.proposable(shown, record.is_some()).collect();
        let wording = Wording { catalogue, register, keys: &keys, locale: Locale::nl };
        let today = jiff::civil::date(2026, 11, 23);
        let fields = Fields { wording: &wording, attributes: &attributes, record: record.as_ref(), today };
        let typed = typed.iter().map(|(id, value)| ((*id).to_owned(), (*value).to_owned())).collect();
        let (proposed, mistakes) = fields.read(&typed);
        let mistakes: Vec<String> = mistakes.into_iter().map(|mistake| mistake.field.into_owned()).collect();
        if mistakes.is_empty() { Ok(proposed) } else { Err(mistakes) }
    }

    fn one(id: &str, value: &str) -> Result<Values, Vec<String>> {
        Ok([(id.to_owned(), value.to_owned())].into())
    }

    #[test]
    fn an_amount_is_kept_in_cents_and_within_its_bounds() {
        let record = [("amount", "215000000"), ("year", "2026")];
        for typed in ["21500", "21.500", "€ 21.500,00", "21 500"] {
            assert_eq!(
                read("inkomen", "jaarinkomen", &record, &[("amount", typed)]),
                one("amount", "2150000"),
                "{typed}"
            );
        }
        for typed in ["", "veel", "-3", "99999999999"] {
            let wrong = Err(vec!["amount".to_owned()]);
            assert_eq!(read("inkomen", "jaarinkomen", &record, &[("amount", typed)]), wrong, "{typed}");
        }
    }

    #[test]
    fn what_is_registered_already_is_not_proposed() {
        let record = [("amount", "215000000"), ("year", "2026")];
        let typed = [("amount", "2150000"), ("year", "2020")];
        assert_eq!(read("inkomen", "jaarinkomen", &record, &typed), Ok(Values::new()), "nor another year");
    }

    #[test]
    fn which_year_is_asked_where_nothing_is_registered() {
        let typed = [("amount", "100"), ("year", "2026")];
        let proposed = read("inkomen", "jaarinkomen", &[], &typed).unwrap();
        assert_eq!(proposed["year"], "2026");
        assert_eq!(read("inkomen", "jaarinkomen", &[], &[("amount", "100")]), Err(vec!["year".to_owned()]));
    }

    #[test]
    fn a_date_may_be_known_in_part_and_is_not_filled_in() {
        let record = [("started_on", "20200301")];
        let typed = |day, month, year| {
            let typed = [("started_on-dag", day), ("started_on-maand", month), ("started_on-jaar", year)];
            read("onderneming", "begonnen", &record, &typed)
        };
        assert_eq!(typed("", "4", "2021"), one("started_on", "20210400"));
        assert_eq!(typed("", "", "2021"), one("started_on", "20210000"));
        assert_eq!(typed("9", "4", "2021"), one("started_on", "20210409"));
        for (day, month, year) in
            [("31", "2", "2021"), ("4", "", "2021"), ("", "4", ""), ("1", "1", "21"), ("1", "1", "2031")]
        {
            assert_eq!(typed(day, month, year), Err(vec!["started_on".to_owned()]), "{day}-{month}-{year}");
        }
    }

    #[test]
    fn only_what_changed_of_an_address_is_proposed_and_a_wiped_letter_is_gone() {
        let record = [
            ("street", "Modelweg"),
            ("house_number", "00092"),
            ("house_letter", "A"),
            ("postcode", "6511SD"),
            ("town", "Nijmegen"),
            ("municipality", "0268"),
        ];
        let typed = [("street", "Modelweg"), ("house_number", "92"), ("postcode", "6511 se"), ("town", "Nijmegen")];
        let proposed = read("brp", "straat", &record, &typed).unwrap();
        let expected = [("house_letter", ""), ("postcode", "6511SE")];
        assert_eq!(proposed, expected.map(|(id, value)| (id.to_owned(), value.to_owned())).into());
        let wrong = [("street", "Modelweg"), ("postcode", "0511SE"), ("house_number", "drie")];
        let mut mistakes = read("brp", "straat", &record, &wrong).unwrap_err();
        mistakes.sort();
        assert_eq!(mistakes, ["house_number", "postcode"]);
    }

    #[test]
    fn names_of_the_national_tables_become_codes_and_others_are_refused() {
        assert_eq!(
            read("brp", "nationaliteit", &[("nationality", "0057")], &[("nationality", "nederlandse")]).unwrap()["nationality"],
            "0001"
        );
        let unknown = read("brp", "nationaliteit", &[("nationality", "0057")], &[("nationality", "Narnische")]);
        assert_eq!(unknown, Err(vec!["nationality".to_owned()]));
    }

    #[test]
    fn yes_and_no_are_kept_as_registers_do() {
        assert_eq!(read("woning", "huurt", &[("rents", "1")], &[("rents", "nee")]), one("rents", "0"));
        assert_eq!(read("woning", "huurt", &[("rents", "1")], &[("rents", "ja")]), Ok(Values::new()));
        assert!(read("woning", "huurt", &[("rents", "1")], &[("rents", "misschien")]).is_err());
    }
}
