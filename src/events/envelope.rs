//! A CloudEvent 1.0 as it comes over HTTP, in the NL GOV profile: structured, binary or in a batch.

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderMap, header};
use jiff::Timestamp;
use serde_json::{Map, Value};
use url::Url;

use super::{
    case::CaseEvent,
    problem::{Kind, Mistake, Problem},
};

/// One event at most; the specification asks that 64 KiB is taken.
const EVENT_LIMIT: usize = 256 * 1024;
/// One event with documents at most: one of the largest, in base64.
const DOCUMENTS_LIMIT: usize = 15 * 1024 * 1024;
/// A batch at most, in bytes and in events.
const BATCH_LIMIT: usize = 4 * 1024 * 1024;
pub const BATCH_COUNT: usize = 1000;

const ID_LIMIT: usize = 255;
const SOURCE_LIMIT: usize = 512;

/// How events stand in a request (HTTP Protocol Binding for CloudEvents, section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Structured,
    Binary,
    Batch,
}

impl Mode {
    /// # Errors
    /// When the content type is not one of CloudEvents in JSON.
    pub fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let unknown = |detail: &str| Problem::new(Kind::UnknownMediaType).detail(detail);
        if headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
            return Err(unknown("Send the body without a content encoding."));
        }
        let kind = headers.get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap_or_default());
        match kind.map(media_type) {
            Some(Some(kind)) if kind == "application/cloudevents+json" => Ok(Self::Structured),
            Some(Some(kind)) if kind == "application/cloudevents-batch+json" => Ok(Self::Batch),
            Some(Some(kind)) if is_json(&kind) && !kind.starts_with("application/cloudevents") => Ok(Self::Binary),
            // No body, or data that are absent: which attribute is missing is said later.
            None => Ok(Self::Binary),
            _ => Err(unknown(
                "Use application/cloudevents+json, application/cloudevents-batch+json, or application/json with ce- headers, in UTF-8.",
            )),
        }
    }

    /// So many bytes a request of this mode has at most, before what it says is known.
    pub fn limit(self, headers: &HeaderMap) -> usize {
        match self {
            // Its type is only known when it is read: see `fits`.
            Self::Structured => DOCUMENTS_LIMIT,
            Self::Binary if headers.get("ce-type").and_then(|kind| kind.to_str().ok()).is_some_and(is_large) => {
                DOCUMENTS_LIMIT
            }
            Self::Binary => EVENT_LIMIT,
            Self::Batch => BATCH_LIMIT,
        }
    }

    /// Whether a body is no larger than an event of its type may be, before it is taken apart.
    ///
    /// # Errors
    /// When it is too large.
    pub fn fits(self, body: &[u8]) -> Result<(), Problem> {
        #[derive(serde::Deserialize)]
        struct Peek {
            r#type: String,
        }
        if self != Self::Structured || body.len() <= EVENT_LIMIT {
            return Ok(());
        }
        match serde_json::from_slice::<Peek>(body) {
            Ok(peek) if is_large(&peek.r#type) => Ok(()),
            _ => Err(too_large(EVENT_LIMIT)),
        }
    }
}

fn is_large(kind: &str) -> bool {
    CaseEvent::from_name(kind).is_some_and(CaseEvent::brings_documents)
}

pub fn too_large(limit: usize) -> Problem {
    Problem::new(Kind::TooLarge).detail(format!("Send at most {limit} bytes at a time."))
}

/// A media type without its parameters, in lower case; none when it is in other characters than UTF-8.
fn media_type(value: &str) -> Option<String> {
    let mut parts = value.split(';');
    let kind = parts.next()?.trim().to_ascii_lowercase();
    let mut charsets = parts.filter_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_ascii_lowercase())
    });
    charsets.all(|charset| charset == "utf-8" || charset == "us-ascii").then_some(kind)
}

fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type == "text/json" || media_type.ends_with("+json")
}

/// One event, with the attributes that matter here.
#[derive(Debug)]
pub struct Envelope {
    pub source: String,
    pub id: String,
    pub kind: String,
    pub time: Timestamp,
    pub data: Value,
}

/// An event, or its mistakes.
pub type Read = Result<Envelope, Vec<Mistake>>;

/// The events of a request, in order.
///
/// # Errors
/// When the request is no event at all.
pub fn read(mode: Mode, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<Vec<Read>, Problem> {
    let unreadable = |detail: &str| Problem::new(Kind::Unreadable).detail(detail);
    match mode {
        Mode::Structured => match json(body)? {
            Value::Object(event) => Ok(vec![envelope(event, now)]),
            _ => Err(unreadable("The body is not a JSON object.")),
        },
        Mode::Batch => {
            let Value::Array(batch) = json(body)? else { return Err(unreadable("The body is not a JSON array.")) };
            if batch.len() > BATCH_COUNT {
                return Err(
                    Problem::new(Kind::TooLarge).detail(format!("Send at most {BATCH_COUNT} events at a time."))
                );
            }
            let event = |event| match event {
                Value::Object(event) => envelope(event, now),
                _ => Err(vec![Mistake::new("", "This is not a JSON object.")]),
            };
            Ok(batch.into_iter().map(event).collect())
        }
        Mode::Binary => {
            let mut event = attributes(headers)?;
            if let Some(kind) = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()) {
                event.insert("datacontenttype".to_owned(), kind.into());
            }
            if !body.is_empty() {
                event.insert("data".to_owned(), json(body)?);
            }
            Ok(vec![envelope(event, now)])
        }
    }
}

fn json(body: &[u8]) -> Result<Value, Problem> {
    serde_json::from_slice(body).map_err(|error| {
        // Where, and not what: the words of the error may repeat what was sent.
        let detail = format!("The body is not JSON: line {}, column {}.", error.line(), error.column());
        Problem::new(Kind::Unreadable).detail(detail)
    })
}

/// The attributes of an event in binary mode, from the headers (section 3.1.3).
fn attributes(headers: &HeaderMap) -> Result<Map<String, Value>, Problem> {
    let mut event = Map::new();
    for (name, value) in headers {
        let Some(attribute) = name.as_str().strip_prefix("ce-") else { continue };
        let unreadable = |what: &str| Problem::new(Kind::Unreadable).detail(format!("Header ce-{attribute} {what}."));
        if matches!(attribute, "data" | "data_base64" | "datacontenttype") {
            return Err(unreadable(
                "is not one of CloudEvents: data are the body, and Content-Type says what they are",
            ));
        }
        let value = value.to_str().ok().and_then(decoded).ok_or_else(|| {
            unreadable("is not ASCII with other characters percent-encoded as UTF-8 (HTTP binding, 3.1.3.2)")
        })?;
        if event.insert(attribute.to_owned(), value.into()).is_some() {
            return Err(unreadable("is there twice"));
        }
    }
    Ok(event)
}

/// A header's value: double quotes and their escapes are taken off, then one round of percent-decoding (section 3.1.3.2).
fn decoded(value: &str) -> Option<String> {
    let mut plain = String::with_capacity(value.len());
    let (mut quoted, mut characters) = (false, value.chars());
    while let Some(character) = characters.next() {
        match character {
            '"' => quoted = !quoted,
            '\\' if quoted => plain.push(characters.next()?),
            character => plain.push(character),
        }
    }
    if quoted {
        return None;
    }
    let mut bytes = Vec::with_capacity(plain.len());
    let mut rest = plain.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let (code, after) = rest.split_at_checked(2)?;
        if !code.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        bytes.push(u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

/// Reads an event in its JSON format, with every mistake in its attributes.
fn envelope(mut event: Map<String, Value>, now: Timestamp) -> Read {
    // An attribute that is null is not there (JSON Event Format, section 2.2).
    event.retain(|name, value| name == "data" || !value.is_null());
    let mut mistakes = Vec::new();
    let mut wrong = |attribute: &str, detail: &str| mistakes.push(Mistake::new(pointer(attribute), detail));

    if event.get("specversion").and_then(Value::as_str) != Some("1.0") {
        wrong("specversion", "Must be \"1.0\".");
    }
    let id = text(&event, "id").filter(|id| id.len() <= ID_LIMIT && !id.chars().any(char::is_control));
    if id.is_none() {
        wrong("id", "Must be a text of 1 to 255 bytes, unique for its source.");
    }
    let source = text(&event, "source").filter(|source| source.len() <= SOURCE_LIMIT && is_uri(source));
    if source.is_none() {
        wrong(
            "source",
            "Must be an absolute URI of at most 512 bytes, such as urn:nld:oin:00000001001234567000:system.",
        );
    }
    let kind = text(&event, "type");
    if kind.is_none() {
        wrong("type", "Must be a text.");
    }
    let time = text(&event, "time").and_then(rfc3339);
    match time {
        None => wrong("time", "Must be a moment as in RFC 3339, with its offset: 2026-11-22T12:00:00+01:00."),
        Some(time) if time > now + AHEAD => wrong("time", "Must not be in the future."),
        Some(_) => {}
    }
    if let Some(kind) = event.get("datacontenttype")
        && !kind.as_str().and_then(media_type).is_some_and(|kind| is_json(&kind))
    {
        wrong("datacontenttype", "Must be application/json: no other data are read.");
    }
    if event.contains_key("dataschema") && !text(&event, "dataschema").is_some_and(is_uri) {
        wrong("dataschema", "Must be an absolute URI.");
    }
    if event.contains_key("subject") && text(&event, "subject").is_none() {
        wrong("subject", "Must be a text that is not empty.");
    }
    for (name, value) in event.iter().filter(|(name, _)| *name != "data" && *name != "data_base64") {
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
            wrong(name, "The name of an attribute has lower case letters and digits alone.");
        } else if value.is_array() || value.is_object() {
            wrong(name, "An attribute is a text, a number, true or false.");
        }
    }
    let attributes = (id.map(str::to_owned), source.map(str::to_owned), kind.map(str::to_owned), time);
    let data = match (event.remove("data").filter(|data| !data.is_null()), event.remove("data_base64")) {
        (Some(_), Some(_)) => {
            wrong("data_base64", "Send data or data_base64, not both.");
            None
        }
        (Some(data), None) => Some(data),
        (None, Some(encoded)) => {
            let bytes = encoded.as_str().and_then(|encoded| BASE64_STANDARD.decode(encoded).ok());
            let data = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
            if data.is_none() {
                wrong("data_base64", "Must be JSON in base64.");
            }
            data
        }
        (None, None) => {
            wrong("data", "Must be there.");
            None
        }
    };
    match (attributes, data) {
        ((Some(id), Some(source), Some(kind), Some(time)), Some(data)) if mistakes.is_empty() => {
            Ok(Envelope { source, id, kind, time, data })
        }
        _ => Err(mistakes),
    }
}

/// How far a sender's clock may be ahead.
const AHEAD: jiff::SignedDuration = jiff::SignedDuration::from_mins(1);

fn text<'a>(event: &'a Map<String, Value>, attribute: &str) -> Option<&'a str> {
    event.get(attribute)?.as_str().filter(|text| !text.is_empty())
}

/// A JSON pointer to a member (RFC 6901, section 4).
fn pointer(member: &str) -> String {
    format!("/{}", member.replace('~', "~0").replace('/', "~1"))
}

/// RFC 3986: absolute, in the characters of a URI.
fn is_uri(text: &str) -> bool {
    let fits = text.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b));
    fits && Url::parse(text).is_ok()
}

/// `Timestamp` reads more than RFC 3339 allows: spaces, and time zones by name.
pub fn rfc3339(text: &str) -> Option<Timestamp> {
    let fits = text.as_bytes().get(10).is_some_and(|b| b"Tt".contains(b))
        && text.bytes().all(|b| b.is_ascii_digit() || b"-:.+TtZz".contains(&b));
    if fits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::NOON;

    fn now() -> Timestamp {
        NOON.parse().unwrap()
    }

    fn good() -> Value {
        json!({
            "specversion": "1.0",
            "id": "1",
            "source": "urn:nld:oin:00000001001234567000:system",
            "type": "nl.example.v1",
            "time": "2026-11-22T12:00:00+01:00",
            "data": { "a": 1 },
        })
    }

    fn structured(event: &Value) -> Read {
        let body = event.to_string();
        read(Mode::Structured, &HeaderMap::new(), body.as_bytes(), now()).unwrap().remove(0)
    }

    fn headers(list: &[(&str, &str)]) -> HeaderMap {
        list.iter().map(|(name, value)| (name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn an_event_is_the_same_in_structured_and_in_binary_mode() {
        let in_json = structured(&good()).unwrap();
        let in_headers = headers(&[
            ("ce-specversion", "1.0"),
            ("ce-id", "1"),
            ("ce-source", "urn:nld:oin:00000001001234567000:system"),
            ("ce-type", "nl.example.v1"),
            ("ce-time", "2026-11-22T11:00:00Z"),
            ("content-type", "application/json; charset=UTF-8"),
        ]);
        assert_eq!(Mode::of(&in_headers).unwrap(), Mode::Binary);
        let in_headers = read(Mode::Binary, &in_headers, br#"{"a":1}"#, now()).unwrap().remove(0).unwrap();
        let parts = |event: Envelope| (event.source, event.id, event.kind, event.time, event.data);
        assert_eq!(parts(in_json), parts(in_headers));
    }

    #[test]
    fn a_header_is_unquoted_and_then_decoded_once() {
        for (value, plain) in [
            ("plain", Some("plain")),
            ("Euro%20%E2%82%AC%20%F0%9F%98%80", Some("Euro € 😀")),
            ("%2525", Some("%25")),
            (r#""with \"quotes\" and \\""#, Some(r#"with "quotes" and \"#)),
            ("%22", Some("\"")),
            ("100%", None),
            ("%4", None),
            ("%+1", None),
            ("%zz", None),
            ("%C3%28", None),
            ("\"open", None),
        ] {
            assert_eq!(decoded(value).as_deref(), plain, "{value}");
        }
    }

    #[test]
    fn each_attribute_that_is_missing_or_wrong_is_named() {
        for (attribute, value, pointers) in [
            ("specversion", json!("0.3"), &["/specversion"][..]),
            ("specversion", json!(1.0), &["/specversion"]),
            ("id", json!(""), &["/id"]),
            ("id", json!(7), &["/id"]),
            ("id", json!("a\nb"), &["/id"]),
            ("id", json!("x".repeat(256)), &["/id"]),
            ("source", json!("/relative"), &["/source"]),
            ("source", json!("urn:with space"), &["/source"]),
            ("type", Value::Null, &["/type"]),
            ("time", Value::Null, &["/time"]),
            ("time", json!("2026-11-22T12:00:00"), &["/time"]),
            ("time", json!("2026-11-22 12:00:00Z"), &["/time"]),
            ("time", json!("2026-11-22T12:00:00+01:00[Europe/Amsterdam]"), &["/time"]),
            ("time", json!("2026-11-22T11:01:01Z"), &["/time"]),
            ("datacontenttype", json!("text/xml"), &["/datacontenttype"]),
            ("dataschema", json!("schema.json"), &["/dataschema"]),
            ("subject", json!(""), &["/subject"]),
            ("data", Value::Null, &["/data"]),
            ("data_base64", json!("e30="), &["/data_base64"]),
            ("with/slash", json!("x"), &["/with~1slash"]),
            ("Capital", json!("x"), &["/Capital"]),
            ("extension", json!({}), &["/extension"]),
        ] {
            let mut event = good();
            event[attribute] = value;
            let mistakes = structured(&event).unwrap_err();
            let found: Vec<_> = mistakes.iter().map(|mistake| mistake.pointer.as_str()).collect();
            assert_eq!(found, pointers, "{event}");
        }
        assert_eq!(structured(&json!({})).unwrap_err().len(), 6);
    }

    #[test]
    fn what_the_specification_allows_is_taken() {
        for (attribute, value) in [
            ("extension", json!("x")),
            ("sequence", json!(3)),
            ("sampled", json!(true)),
            ("subject", json!("case/1")),
            ("dataschema", json!("https://example.nl/schema.json")),
            ("datacontenttype", json!("application/vnd.example+json")),
            ("dataref", Value::Null),
            ("time", json!("2026-11-22T11:00:59.123456789Z")),
            ("source", json!("https://example.nl/system?x=1#y")),
        ] {
            let mut event = good();
            event[attribute] = value;
            structured(&event).unwrap_or_else(|mistakes| panic!("{event}: {mistakes:?}"));
        }
        let mut encoded = good();
        encoded.as_object_mut().unwrap().remove("data");
        encoded["data_base64"] = BASE64_STANDARD.encode(r#"{"a":1}"#).into();
        assert_eq!(structured(&encoded).unwrap().data, json!({ "a": 1 }));
    }

    #[test]
    fn what_is_no_event_at_all_is_unreadable_and_is_not_repeated() {
        for (mode, body) in [
            (Mode::Structured, "900210291"),
            (Mode::Structured, "[]"),
            (Mode::Structured, "{\"bsn\": 900210291"),
            (Mode::Structured, ""),
            (Mode::Structured, "\u{feff}{}"),
            (Mode::Batch, "{}"),
            (Mode::Binary, "{900210291"),
        ] {
            let problem = read(mode, &HeaderMap::new(), body.as_bytes(), now()).unwrap_err();
            assert_eq!(problem.kind, Kind::Unreadable, "{body}");
            assert!(!format!("{problem:?}").contains("900210291"), "{body}");
        }
        assert!(read(Mode::Structured, &HeaderMap::new(), b"{\"a\": \"\xff\"}", now()).is_err());
        let deep = "[".repeat(100_000);
        assert!(read(Mode::Batch, &HeaderMap::new(), deep.as_bytes(), now()).is_err());
        let mut twice = headers(&[("ce-id", "1")]);
        twice.append("ce-id", "2".parse().unwrap());
        assert_eq!(read(Mode::Binary, &twice, b"", now()).unwrap_err().kind, Kind::Unreadable);
        let crowd = format!("[{}]", vec!["{}"; BATCH_COUNT + 1].join(","));
        assert_eq!(read(Mode::Batch, &HeaderMap::new(), crowd.as_bytes(), now()).unwrap_err().kind, Kind::TooLarge);
    }

    #[test]
    fn a_media_type_says_the_mode() {
        let mode = |kind: &str| Mode::of(&headers(&[("content-type", kind)])).map_err(|problem| problem.kind);
        assert_eq!(mode("application/cloudevents+json"), Ok(Mode::Structured));
        assert_eq!(mode("Application/CloudEvents+JSON; charset=\"UTF-8\""), Ok(Mode::Structured));
        assert_eq!(mode("application/cloudevents-batch+json;charset=utf-8"), Ok(Mode::Batch));
        assert_eq!(mode("application/json"), Ok(Mode::Binary));
        assert_eq!(mode("application/vnd.example+json"), Ok(Mode::Binary));
        for kind in [
            "text/plain",
            "application/cloudevents+json; charset=iso-8859-1",
            "application/cloudevents+avro",
            "application/cloudevents-batch+avro",
            "application/x-www-form-urlencoded",
            "",
        ] {
            assert_eq!(mode(kind), Err(Kind::UnknownMediaType), "{kind}");
        }
        let zipped = headers(&[("content-type", "application/cloudevents+json"), ("content-encoding", "gzip")]);
        assert!(Mode::of(&zipped).is_err());
        assert_eq!(Mode::of(&HeaderMap::new()).unwrap(), Mode::Binary);
    }
}
