//! What the APIs answer, read as far as it can be: a field that is missing, empty or of another type is simply not there.

use jiff::{Timestamp, civil::Date};
use serde_json::Value;
use uuid::Uuid;

use super::dates;

/// Text that says something.
pub fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// A number, also when it is written as text.
fn number(value: &Value, key: &str) -> Option<i64> {
    let value = value.get(key)?;
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn flag(value: &Value, key: &str) -> Option<bool> {
    value.get(key)?.as_bool()
}

fn day(value: &Value, key: &str) -> Option<Date> {
    let text = text(value, key)?;
    text.get(..10).unwrap_or(text).parse().ok()
}

fn owned(value: &Value, key: &str) -> Option<String> {
    text(value, key).map(str::to_owned)
}

/// The UUID that a resource has, or that its address ends with.
pub fn uuid_of(value: &Value) -> Option<Uuid> {
    text(value, "uuid").and_then(|text| text.parse().ok()).or_else(|| uuid_at_end(text(value, "url")?))
}

pub fn uuid_at_end(url: &str) -> Option<Uuid> {
    url.trim_end_matches('/').rsplit('/').next()?.parse().ok()
}

/// The items of a list, of which a page has `results`; some lists have no pages.
pub fn items(value: &Value) -> &[Value] {
    value.as_array().or_else(|| value.get("results")?.as_array()).map_or(&[], Vec::as_slice)
}

pub fn has_next(value: &Value) -> bool {
    text(value, "next").is_some()
}

/// A case of the Zaken API.
#[derive(Clone, Debug, PartialEq)]
pub struct Zaak {
    pub uuid: Uuid,
    pub url: String,
    /// The number it goes by at the organisation.
    pub identification: Option<String>,
    pub description: Option<String>,
    pub type_url: Option<String>,
    pub started_on: Option<Date>,
    pub registered_on: Option<Date>,
    pub ended_on: Option<Date>,
    pub confidentiality: Option<String>,
    /// The case that it is a part of.
    pub part_of: Option<Uuid>,
    pub status_url: Option<String>,
    pub result_url: Option<String>,
    pub extension: Option<(String, Option<String>)>,
    pub suspension: Option<Option<String>>,
}

impl Zaak {
    /// None without an address and a UUID: there is nothing to hold it by.
    pub fn read(value: &Value) -> Option<Self> {
        let extension = value.get("verlenging").and_then(|group| Some((owned(group, "duur")?, owned(group, "reden"))));
        let suspension = value
            .get("opschorting")
            .filter(|group| flag(group, "indicatie") == Some(true))
            .map(|group| owned(group, "reden"));
        Some(Self {
            uuid: uuid_of(value)?,
            url: owned(value, "url")?,
            identification: owned(value, "identificatie"),
            description: owned(value, "omschrijving"),
            type_url: owned(value, "zaaktype"),
            started_on: day(value, "startdatum"),
            registered_on: day(value, "registratiedatum"),
            ended_on: day(value, "einddatum"),
            confidentiality: owned(value, "vertrouwelijkheidaanduiding"),
            part_of: text(value, "hoofdzaak").and_then(uuid_at_end),
            status_url: owned(value, "status"),
            result_url: owned(value, "resultaat"),
            extension,
            suspension,
        })
    }
}

/// A status that a case had from a moment on.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    pub url: Option<String>,
    pub type_url: Option<String>,
    pub at: Option<Timestamp>,
    /// Meant for the initiator (Zaken API).
    pub explanation: Option<String>,
}

impl Status {
    pub fn read(value: &Value) -> Self {
        Self {
            url: owned(value, "url"),
            type_url: owned(value, "statustype"),
            at: text(value, "datumStatusGezet").and_then(dates::moment),
            explanation: owned(value, "statustoelichting"),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct StatusType {
    pub description: Option<String>,
    /// What somebody is told of it.
    pub told: Option<String>,
    pub number: Option<i64>,
    pub is_end: bool,
    pub informs: Option<bool>,
}

impl StatusType {
    pub fn read(value: &Value) -> Self {
        Self {
            description: owned(value, "omschrijving").or_else(|| owned(value, "omschrijvingGeneriek")),
            told: owned(value, "statustekst"),
            number: number(value, "volgnummer"),
            is_end: flag(value, "isEindstatus").unwrap_or(false),
            informs: flag(value, "informeren"),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ZaakType {
    pub identification: Option<String>,
    pub description: Option<String>,
    pub internal: bool,
    pub confidentiality: Option<String>,
    /// Within which the law wants it done: an ISO 8601 duration.
    pub lead_time: Option<String>,
    /// Addresses of its status types.
    pub status_types: Vec<String>,
}

impl ZaakType {
    pub fn read(value: &Value) -> Self {
        let status_types = value.get("statustypen").and_then(Value::as_array).map_or(&[] as &[Value], Vec::as_slice);
        Self {
            identification: owned(value, "identificatie"),
            description: owned(value, "omschrijving")
                .or_else(|| owned(value, "omschrijvingGeneriek"))
                .or_else(|| owned(value, "onderwerp")),
            internal: text(value, "indicatieInternOfExtern") == Some("intern"),
            confidentiality: owned(value, "vertrouwelijkheidaanduiding"),
            lead_time: owned(value, "doorlooptijd"),
            status_types: status_types.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        }
    }
}

/// What came of a case.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resultaat {
    pub type_url: Option<String>,
    pub explanation: Option<String>,
}

impl Resultaat {
    pub fn read(value: &Value) -> Self {
        Self { type_url: owned(value, "resultaattype"), explanation: owned(value, "toelichting") }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResultaatType {
    pub description: Option<String>,
    /// Of the national list, when the API knows it.
    pub generic: Option<String>,
}

impl ResultaatType {
    pub fn read(value: &Value) -> Self {
        Self { description: owned(value, "omschrijving"), generic: owned(value, "omschrijvingGeneriek") }
    }
}

/// Somebody's part in a case.
#[derive(Clone, PartialEq)]
pub struct Rol {
    pub bsn: Option<String>,
    /// In lower case, its spaces as `_`: `mede_initiator`.
    pub role: Option<String>,
}

impl Rol {
    pub fn read(value: &Value) -> Self {
        let is_person = text(value, "betrokkeneType").is_none_or(|kind| kind == "natuurlijk_persoon");
        let who = value.get("betrokkeneIdentificatie").filter(|_| is_person);
        let role = text(value, "omschrijvingGeneriek").or_else(|| text(value, "omschrijving"));
        Self {
            bsn: who.and_then(|who| owned(who, "inpBsn")),
            role: role.map(|role| role.to_lowercase().replace([' ', '-'], "_")),
        }
    }
}

/// A document, as the Documenten API describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Informatieobject {
    pub uuid: Uuid,
    pub name: String,
    pub confidentiality: Option<String>,
    /// Being written, or to be settled: nobody's to read yet.
    pub is_draft: bool,
    /// Bytes, as it says.
    pub size: Option<i64>,
    /// The address of its contents.
    pub contents: Option<String>,
}

impl Informatieobject {
    pub fn read(value: &Value) -> Option<Self> {
        let title = text(value, "titel");
        let name = text(value, "bestandsnaam").or(title).unwrap_or("document");
        Some(Self {
            uuid: uuid_of(value)?,
            name: name.to_owned(),
            confidentiality: owned(value, "vertrouwelijkheidaanduiding"),
            is_draft: matches!(text(value, "status"), Some("in_bewerking" | "ter_vaststelling")),
            size: number(value, "bestandsomvang"),
            contents: owned(value, "inhoud"),
        })
    }
}
