//! Putting registered values into words: a name, an address, a date with a place.

use base64::{Engine, prelude::BASE64_STANDARD};
use leptos_i18n::td_string;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Record,
    catalogue::{Attribute, Catalogue, Kind, Register, ShownValue, Type},
    names::{Addressee, Gender, Name, NameUse, PartnerName},
};
use crate::{
    i18n::Locale,
    keys::{Keyring, Use},
    ui::numbers,
};

/// How the attributes of a shown value become words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Each attribute by its type, one after the other.
    #[default]
    Plain,
    /// Each attribute by its type, with commas between.
    List,
    FullName,
    Salutation,
    OnEnvelope,
    /// "1 juli 1990 in Thann, Frankrijk".
    DateAndPlace,
    /// Street and number, or the lines of an address abroad.
    Street,
    /// Postcode and town, or the country.
    Town,
    /// "uit Frankrijk, op 2 november 2013".
    Arrival,
    /// A name with date and place of birth, and nothing else: it is somebody else.
    Relative,
    Partnership,
    LastDigits,
    /// The rest, then "geldig tot" and the date.
    ValidUntil,
    /// The rest, then "sinds" and the date.
    WithDate,
    TravelDocument,
}

const NAME: &[&str] = &["given_names", "title", "prefix", "surname"];
const ADDRESSEE: &[&str] = &["given_names", "title", "prefix", "surname", "gender", "name_use"];
const STREET: &[&str] = &[
    "street",
    "house_number",
    "house_letter",
    "house_number_addition",
    "house_number_designation",
    "location",
    "abroad_line_1",
    "abroad_line_2",
    "abroad_line_3",
];

impl Format {
    /// Attributes that the value must name.
    pub const fn reads(self) -> &'static [&'static str] {
        match self {
            Self::FullName | Self::Relative => NAME,
            Self::Salutation | Self::OnEnvelope => ADDRESSEE,
            Self::Street => STREET,
            Self::Town => &["postcode", "town", "municipality", "abroad_country"],
            Self::Partnership => &["partnership", "begun_date", "ended_date", "ended_reason"],
            Self::TravelDocument => &["type", "number", "valid_until", "gone", "gone_date"],
            Self::Plain
            | Self::List
            | Self::DateAndPlace
            | Self::Arrival
            | Self::LastDigits
            | Self::ValidUntil
            | Self::WithDate => &[],
        }
    }

    /// Attributes of the other kind that it looks at.
    pub const fn reads_with(self) -> &'static [&'static str] {
        match self {
            Self::Salutation | Self::OnEnvelope => &["prefix", "surname", "begun_date", "ended_date"],
            _ => &[],
        }
    }
}

/// What putting into words needs besides the record.
pub struct Wording<'a> {
    pub catalogue: &'a Catalogue,
    pub register: &'a Register,
    pub keys: &'a Keyring,
    pub locale: Locale,
}

/// The name in a record of a kind that has names.
pub fn name(record: &Record) -> Name {
    Name {
        given_names: record.value("given_names").to_owned(),
        title: record.value("title").to_owned(),
        prefix: record.value("prefix").to_owned(),
        surname: record.value("surname").to_owned(),
    }
}

/// Somebody as they are addressed; with an ended partnership the last one counts.
pub fn addressee<'a>(person: &Record, partners: impl Iterator<Item = &'a Record>) -> Addressee {
    let mut partners: Vec<_> =
        partners.filter(|partner| !partner.wrong && !partner.value("surname").is_empty()).collect();
    partners.sort_by_key(|partner| {
        let ended = partner.value("ended_date");
        // The present one first, then the one that ended last; eight digits sort as dates do.
        (!ended.is_empty(), std::cmp::Reverse(ended.to_owned()))
    });
    Addressee {
        name: name(person),
        gender: Gender::from_code(person.value("gender")),
        name_use: NameUse::from_code(person.value("name_use")),
        partner: partners.first().map(|partner| PartnerName {
            prefix: partner.value("prefix").to_owned(),
            surname: partner.value("surname").to_owned(),
            ended: !partner.value("ended_date").is_empty(),
        }),
    }
}

impl Wording<'_> {
    /// A shown value in words; empty when there is nothing to show. `with` are the current records of the other kind.
    pub fn words(&self, value: &ShownValue, record: &Record, with: &[&Record]) -> String {
        match (self.of_attributes(value, record, with), &value.present) {
            (words, Some(present)) if words.is_empty() => present.get(self.locale).to_owned(),
            (words, _) => words,
        }
    }

    fn of_attributes(&self, value: &ShownValue, record: &Record, with: &[&Record]) -> String {
        let Some(kind) = self.register.kind(&value.kind) else { return String::new() };
        match value.format {
            Format::Plain => self.plain(kind, &value.attributes, record),
            Format::List => self.joined(kind, &value.attributes, record, ", "),
            Format::FullName => name(record).full(),
            Format::Salutation => addressee(record, with.iter().copied()).salutation(),
            Format::OnEnvelope => addressee(record, with.iter().copied()).on_envelope(),
            Format::DateAndPlace => self.date_and_place(kind, &value.attributes, record),
            Format::Street => self.street(record),
            Format::Town => self.town(record),
            Format::Arrival => self.arrival(kind, &value.attributes, record),
            Format::Relative => self.relative(kind, &value.attributes, record),
            Format::Partnership => self.partnership(kind, record),
            Format::LastDigits => self.last_digits(&value.attributes, record),
            Format::ValidUntil => self.with_date(kind, value, record, |what, date| {
                td_string!(self.locale, registered_data.valid_until, what = what, date = date).to_string()
            }),
            Format::WithDate => self.with_date(kind, value, record, |what, date| {
                td_string!(self.locale, registered_data.what_since, what = what, date = date).to_string()
            }),
            Format::TravelDocument => self.travel_document(kind, record),
        }
    }

    /// A whole address in one line.
    pub fn address(&self, record: &Record) -> String {
        let parts = [self.street(record), self.town(record)];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }

    /// One attribute by its type; empty when it is not there.
    pub fn attribute(&self, attribute: &Attribute, record: &Record) -> String {
        let stored = record.value(&attribute.id);
        if stored.is_empty() {
            return String::new();
        }
        let tables = &self.catalogue.tables;
        match attribute.kind {
            Type::Text => stored.to_owned(),
            Type::Number => stored.trim_start_matches('0').to_owned(),
            Type::Date => record.date(&attribute.id).map(|date| date.in_words(self.locale)).unwrap_or_default(),
            Type::Nationality => tables.nationality(stored).unwrap_or(stored).to_owned(),
            Type::Country => tables.country(stored).unwrap_or(stored).to_owned(),
            Type::Municipality | Type::Place => tables.municipality(stored).unwrap_or(stored).to_owned(),
            Type::Choice => self.choice(attribute, stored),
            Type::Flag if stored == "0" => td_string!(self.locale, registered_data.no).to_string(),
            Type::Flag => td_string!(self.locale, registered_data.yes).to_string(),
            Type::Integer => {
                stored.parse().map_or_else(|_| stored.to_owned(), |number| numbers::whole(self.locale, number))
            }
            Type::Money => {
                stored.parse().map_or_else(|_| stored.to_owned(), |cents| numbers::euros(self.locale, cents))
            }
            Type::Decimal => numbers::decimal(self.locale, stored),
            Type::Bsn | Type::ANumber => self.ending(stored),
        }
    }

    fn choice(&self, attribute: &Attribute, code: &str) -> String {
        let labels = attribute.choices.as_ref().and_then(|list| self.register.choices.get(list));
        labels.and_then(|labels| labels.get(code)).map_or(code, |label| label.get(self.locale)).to_owned()
    }

    fn by_id(&self, kind: &Kind, id: &str, record: &Record) -> String {
        kind.attribute(id).map(|attribute| self.attribute(attribute, record)).unwrap_or_default()
    }

    fn plain(&self, kind: &Kind, attributes: &[String], record: &Record) -> String {
        self.joined(kind, attributes, record, " ")
    }

    fn joined(&self, kind: &Kind, attributes: &[String], record: &Record, between: &str) -> String {
        let attributes = attributes.iter().filter_map(|id| kind.attribute(id));
        let parts = attributes.map(|attribute| match (self.attribute(attribute, record), &attribute.words) {
            (value, Some(words)) if !value.is_empty() => words.get(self.locale).replace("{value}", &value),
            (value, _) => value,
        });
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(between)
    }

    /// The first attribute of a type among those named.
    fn of_type(&self, kind: &Kind, attributes: &[String], wanted: Type, record: &Record) -> String {
        let found = attributes.iter().filter_map(|id| kind.attribute(id)).find(|attribute| attribute.kind == wanted);
        found.map(|attribute| self.attribute(attribute, record)).unwrap_or_default()
    }

    fn place(&self, kind: &Kind, attributes: &[String], record: &Record) -> String {
        let place = self.of_type(kind, attributes, Type::Place, record);
        let country = self.of_type(kind, attributes, Type::Country, record);
        let country = if country == "Nederland" || country == "Onbekend" { String::new() } else { country };
        let place = if place == "Onbekend" { String::new() } else { place };
        [place, country].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }

    fn date_and_place(&self, kind: &Kind, attributes: &[String], record: &Record) -> String {
        let locale = self.locale;
        let dated =
            attributes.iter().filter_map(|id| kind.attribute(id)).find(|attribute| attribute.kind == Type::Date);
        let date = dated.and_then(|attribute| record.date(&attribute.id));
        let place = self.place(kind, attributes, record);
        match (date, place.is_empty()) {
            (Some(date), true) if date.is_unknown() => td_string!(locale, registered_data.date_unknown).to_owned(),
            (Some(date), false) if date.is_unknown() => {
                td_string!(locale, registered_data.in_place_date_unknown, place = place).to_string()
            }
            (Some(date), true) => date.in_words(locale),
            (Some(date), false) => {
                td_string!(locale, registered_data.date_in_place, date = date.in_words(locale), place = place)
                    .to_string()
            }
            (None, true) => String::new(),
            (None, false) => td_string!(locale, registered_data.in_place, place = place).to_string(),
        }
    }

    fn street(&self, record: &Record) -> String {
        let abroad: Vec<_> = ["abroad_line_1", "abroad_line_2", "abroad_line_3"]
            .into_iter()
            .map(|line| record.value(line))
            .filter(|line| !line.is_empty())
            .collect();
        if !abroad.is_empty() {
            return abroad.join(", ");
        }
        let mut street = record.value("street").to_owned();
        let designation = match record.value("house_number_designation") {
            "by" => td_string!(self.locale, registered_data.near).to_string(),
            "to" => td_string!(self.locale, registered_data.opposite).to_string(),
            _ => String::new(),
        };
        let number = record.value("house_number").trim_start_matches('0');
        for part in [designation.as_str(), number, record.value("house_letter"), record.value("house_number_addition")]
        {
            if !part.is_empty() {
                street.push(' ');
                street.push_str(part);
            }
        }
        if street.trim().is_empty() { record.value("location").to_owned() } else { street.trim().to_owned() }
    }

    fn town(&self, record: &Record) -> String {
        let country = record.value("abroad_country");
        if !country.is_empty() {
            return self.catalogue.tables.country(country).unwrap_or(country).to_owned();
        }
        if self.street(record).is_empty() {
            return String::new();
        }
        let municipality = record.value("municipality");
        let town = match record.value("town") {
            "" => self.catalogue.tables.municipality(municipality).unwrap_or(municipality),
            town => town,
        };
        let postcode = record.value("postcode");
        match postcode.split_at_checked(4) {
            Some((digits, letters)) => format!("{digits}\u{a0}{letters} {town}"),
            None => town.to_owned(),
        }
    }

    fn arrival(&self, kind: &Kind, attributes: &[String], record: &Record) -> String {
        let country = self.of_type(kind, attributes, Type::Country, record);
        let date = self.of_type(kind, attributes, Type::Date, record);
        match (country.is_empty(), date.is_empty()) {
            (false, false) => {
                td_string!(self.locale, registered_data.arrived, country = country, date = date).to_string()
            }
            (false, true) => country,
            (true, _) => date,
        }
    }

    fn relative(&self, kind: &Kind, attributes: &[String], record: &Record) -> String {
        let name = name(record).full();
        let birth = self.date_and_place(kind, attributes, record);
        let birth = if birth == td_string!(self.locale, registered_data.date_unknown) { String::new() } else { birth };
        let who = match (name.is_empty(), birth.is_empty()) {
            (false, false) => td_string!(self.locale, registered_data.born, name = name, birth = birth).to_string(),
            (false, true) => name,
            (true, _) => return String::new(),
        };
        match (record.value("ended_date"), record.value("ended_reason")) {
            ("", _) => who,
            (_, "O") => td_string!(self.locale, registered_data.late_partner, who = who).to_string(),
            _ => td_string!(self.locale, registered_data.former_partner, who = who).to_string(),
        }
    }

    fn partnership(&self, kind: &Kind, record: &Record) -> String {
        let locale = self.locale;
        let of = |prefix: &str| {
            let ids: Vec<_> = ["date", "place", "country"].map(|part| format!("{prefix}_{part}")).into();
            self.date_and_place(kind, &ids, record)
        };
        let registered = record.value("partnership") == "P";
        if !record.value("ended_date").is_empty() {
            let when = of("ended");
            let reason = self.by_id(kind, "ended_reason", record);
            let text = match registered {
                true => td_string!(locale, registered_data.partnership_ended, when = when, reason = reason).to_string(),
                false => td_string!(locale, registered_data.marriage_ended, when = when, reason = reason).to_string(),
            };
            return text;
        }
        if record.value("begun_date").is_empty() {
            return String::new();
        }
        let when = of("begun");
        match registered {
            true => td_string!(locale, registered_data.partnership_begun, when = when).to_string(),
            false => td_string!(locale, registered_data.marriage_begun, when = when).to_string(),
        }
    }

    fn last_digits(&self, attributes: &[String], record: &Record) -> String {
        attributes
            .first()
            .map(|id| record.value(id))
            .filter(|sealed| !sealed.is_empty())
            .map(|sealed| self.ending(sealed))
            .unwrap_or_default()
    }

    /// The last two digits of a sealed number.
    fn ending(&self, sealed: &str) -> String {
        let opened = BASE64_STANDARD.decode(sealed).ok().and_then(|sealed| self.keys.open(Use::Number, &sealed).ok());
        let number = opened.and_then(|number| String::from_utf8(number).ok()).unwrap_or_default();
        number.get(number.len().saturating_sub(2)..).unwrap_or_default().to_owned()
    }

    fn with_date(
        &self,
        kind: &Kind,
        value: &ShownValue,
        record: &Record,
        join: impl Fn(String, String) -> String,
    ) -> String {
        let is_date = |id: &&String| kind.attribute(id).is_some_and(|attribute| attribute.kind == Type::Date);
        let rest: Vec<_> = value.attributes.iter().filter(|id| !is_date(id)).cloned().collect();
        let what = self.plain(kind, &rest, record);
        let date = self.of_type(kind, &value.attributes, Type::Date, record);
        match (what.is_empty(), date.is_empty()) {
            (false, false) => join(what, date),
            (false, true) => what,
            (true, _) => String::new(),
        }
    }

    fn travel_document(&self, kind: &Kind, record: &Record) -> String {
        let what = self.plain(kind, &["type".to_owned(), "number".to_owned()], record);
        let date = |id| self.by_id(kind, id, record);
        if what.is_empty() {
            return what;
        }
        let gone = self.by_id(kind, "gone", record);
        if gone.is_empty() {
            let until = date("valid_until");
            if until.is_empty() {
                what
            } else {
                td_string!(self.locale, registered_data.valid_until, what = what, date = until).to_string()
            }
        } else {
            td_string!(self.locale, registered_data.document_gone, what = what, gone = gone, date = date("gone_date"))
                .to_string()
        }
    }
}
