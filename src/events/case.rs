//! What an organisation's event says about a case: that there is one, or what happened to it.

use std::cell::RefCell;

use axum::body::Bytes;
use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::{Timestamp, civil::Date};
use serde_json::Value;
use uuid::Uuid;

use super::{members::Members, problem::Mistake};
use crate::{
    cases::{Grounds, Kind, Outcome, Stage, Words},
    corrections::Values,
    documents::{LARGEST, MOST_FILES},
    registered_data::Bsn,
    rules::model::Term,
};

/// What organisations name their own cases by.
const LONGEST_NAME: usize = 100;
const LONGEST_REASONS: usize = 20_000;
const LONGEST_REPLY: usize = 10_000;

/// Which event of a case it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseEvent {
    Registered,
    StatusSet,
    DocumentAdded,
    DecisionTaken,
    Paused,
    Resumed,
    Extended,
    QuestionAsked,
    Replied,
    Finished,
    PassedOn,
    CorrectionReceived,
    CorrectionInvestigated,
    CorrectionDecided,
}

impl CaseEvent {
    pub const ALL: [Self; 14] = [
        Self::Registered,
        Self::StatusSet,
        Self::DocumentAdded,
        Self::DecisionTaken,
        Self::Paused,
        Self::Resumed,
        Self::Extended,
        Self::QuestionAsked,
        Self::Replied,
        Self::Finished,
        Self::PassedOn,
        Self::CorrectionReceived,
        Self::CorrectionInvestigated,
        Self::CorrectionDecided,
    ];

    /// The type of the event.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registered => "nl.voordeur.case.registered.v1",
            Self::StatusSet => "nl.voordeur.case.status-set.v1",
            Self::DocumentAdded => "nl.voordeur.case.document-added.v1",
            Self::DecisionTaken => "nl.voordeur.case.decision-taken.v1",
            Self::Paused => "nl.voordeur.case.paused.v1",
            Self::Resumed => "nl.voordeur.case.resumed.v1",
            Self::Extended => "nl.voordeur.case.extended.v1",
            Self::QuestionAsked => "nl.voordeur.case.question-asked.v1",
            Self::Replied => "nl.voordeur.case.replied.v1",
            Self::Finished => "nl.voordeur.case.finished.v1",
            Self::PassedOn => "nl.voordeur.case.passed-on.v1",
            Self::CorrectionReceived => "nl.voordeur.correction.received.v1",
            Self::CorrectionInvestigated => "nl.voordeur.correction.investigated.v1",
            Self::CorrectionDecided => "nl.voordeur.correction.decided.v1",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.name() == name)
    }

    /// Whether it may bring documents, and so be as large as they are.
    pub const fn brings_documents(self) -> bool {
        matches!(self, Self::DocumentAdded | Self::DecisionTaken | Self::CorrectionDecided)
    }

    /// What may stand in its data besides whom and which case it is about.
    pub const fn members(self) -> &'static [&'static str] {
        match self {
            Self::Registered => {
                &["source_id", "service", "title", "kind", "received_on", "term", "law", "part_of", "stage"]
            }
            Self::StatusSet => &["words", "stage", "at"],
            Self::DocumentAdded => &["documents"],
            Self::DecisionTaken => &["outcome", "reasons", "grounds", "decided_on", "announced_on", "documents"],
            Self::Paused => &["words"],
            Self::CorrectionDecided => {
                &["outcome", "reasons", "grounds", "decided_on", "announced_on", "documents", "values"]
            }
            Self::Resumed | Self::Finished | Self::CorrectionReceived | Self::CorrectionInvestigated => &[],
            Self::PassedOn => &["organisation", "words"],
            Self::Extended => &["words", "term"],
            Self::QuestionAsked => &["words", "answer_by", "pauses"],
            Self::Replied => &["text"],
        }
    }
}

/// Which case: by our own id, by its reference, or by what its organisation calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    Id(Uuid),
    Reference(String),
    SourceId(String),
}

#[derive(Debug, PartialEq)]
pub struct Registered {
    pub source_id: String,
    /// Of the catalogue.
    pub service: Option<String>,
    /// There is one where there is no service.
    pub title: Option<Words>,
    pub kind: Kind,
    pub stage: Stage,
    pub received_on: Date,
    pub term: Option<Term>,
    pub law: Option<String>,
    pub part_of: Option<Which>,
}

/// A document that comes with an event. What it really is follows from its contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub name: String,
    pub media_type: String,
    pub content: Bytes,
}

#[derive(Debug, PartialEq)]
pub struct Decided {
    pub outcome: Outcome,
    pub reasons: String,
    pub grounds: Grounds,
    pub decided_on: Date,
    pub announced_on: Date,
    pub documents: Vec<File>,
}

#[derive(Debug, PartialEq)]
pub enum Change {
    Status { words: Words, stage: Stage, at: Option<Timestamp> },
    Documents(Vec<File>),
    Decided(Box<Decided>),
    Paused { words: Words },
    Resumed,
    Extended { words: Words, by: Term },
    Asked { words: Words, answer_by: Date, pauses: bool },
    Replied { text: String },
    Finished,
    PassedOn { organisation: String, words: Words },
    Correction(Correction),
}

/// What happened to a request to correct a registered value.
#[derive(Debug, PartialEq)]
pub enum Correction {
    Received,
    Investigated,
    /// The values that the register gets, where they are said.
    Decided(Box<Decided>, Option<Values>),
}

#[derive(Debug, PartialEq)]
pub enum What {
    Registered(Box<Registered>),
    Changed { which: Which, change: Change },
}

/// What an event says, and about whom.
#[derive(Debug, PartialEq)]
pub struct Said {
    pub bsn: Bsn,
    pub what: What,
}

impl Said {
    /// # Errors
    /// Every mistake, with its place within the data.
    pub fn parse(event: CaseEvent, today: Date, data: &Value) -> Result<Self, Vec<Mistake>> {
        let mistakes = RefCell::default();
        let identifying: &[&str] = if event == CaseEvent::Registered { &[] } else { &WHICH };
        let known = [&["bsn"][..], identifying, event.members()].concat();
        let data = Members::of(data, String::new(), &known, &mistakes);
        let bsn = data.bsn();
        let what = what(event, today, &data);
        let read = bsn.zip(what).map(|(bsn, what)| Self { bsn, what });
        let mistakes = mistakes.take();
        match read {
            Some(said) if mistakes.is_empty() => Ok(said),
            _ => Err(mistakes),
        }
    }
}

fn what(event: CaseEvent, today: Date, data: &Members<'_>) -> Option<What> {
    if event == CaseEvent::Registered {
        return Some(What::Registered(Box::new(registered(today, data)?)));
    }
    // Both, so that the mistakes of both are told.
    let (which, change) = (which(data), change(event, today, data));
    Some(What::Changed { which: which?, change: change? })
}

fn change(event: CaseEvent, today: Date, data: &Members<'_>) -> Option<Change> {
    Some(match event {
        CaseEvent::StatusSet => {
            let (words, stage, at) = (data.words("words"), stage(data), data.optional_moment("at"));
            Change::Status { words: words?, stage: stage?, at }
        }
        CaseEvent::DocumentAdded => {
            let files = files(data);
            if data.get("documents").is_none_or(|list| list.as_array().is_some_and(Vec::is_empty)) {
                data.wrong("documents", "Must be a list of at least one document.");
            }
            Change::Documents(files)
        }
        CaseEvent::DecisionTaken => {
            let outcome = data.one_of("outcome", &Outcome::ALL.map(Outcome::as_str), Outcome::from_text);
            Change::Decided(Box::new(decided(today, data, outcome)?))
        }
        CaseEvent::PassedOn => {
            let (organisation, words) = (data.line("organisation", LONGEST_NAME), data.words("words"));
            Change::PassedOn { organisation: organisation?, words: words? }
        }
        CaseEvent::CorrectionReceived => Change::Correction(Correction::Received),
        CaseEvent::CorrectionInvestigated => Change::Correction(Correction::Investigated),
        CaseEvent::CorrectionDecided => {
            let outcome = data.one_of("outcome", &HONOURED.map(|(word, _)| word), |text| {
                HONOURED.into_iter().find(|(word, _)| *word == text).map(|(_, outcome)| outcome)
            });
            let (decided, values) = (decided(today, data, outcome), values(data));
            Change::Correction(Correction::Decided(Box::new(decided?), values))
        }
        CaseEvent::Paused => Change::Paused { words: data.words("words")? },
        CaseEvent::Resumed => Change::Resumed,
        CaseEvent::Extended => {
            let (words, by) = (data.words("words"), data.term("term"));
            Change::Extended { words: words?, by: by? }
        }
        CaseEvent::QuestionAsked => {
            let (words, answer_by, pauses) = (data.words("words"), data.date("answer_by"), data.yes_or_no("pauses"));
            Change::Asked { words: words?, answer_by: answer_by?, pauses: pauses? }
        }
        CaseEvent::Replied => Change::Replied { text: data.text("text", LONGEST_REPLY)? },
        CaseEvent::Finished => Change::Finished,
        CaseEvent::Registered => return None,
    })
}

/// The members that say which case it is.
const WHICH: [&str; 3] = ["case", "reference", "source_id"];

fn which(data: &Members<'_>) -> Option<Which> {
    let mut named = WHICH.into_iter().filter(|name| data.get(name).is_some());
    match (named.next(), named.next()) {
        (Some("case"), None) => {
            let id = data.get("case").and_then(Value::as_str).and_then(|id| id.parse().ok());
            if id.is_none() {
                data.wrong("case", "Must be the id that the portal gave the case.");
            }
            Some(Which::Id(id?))
        }
        (Some("reference"), None) => Some(Which::Reference(data.line("reference", LONGEST_NAME)?)),
        (Some(_), None) => Some(Which::SourceId(data.line("source_id", LONGEST_NAME)?)),
        _ => {
            data.wrong_here("Must have one of case, reference and source_id.");
            None
        }
    }
}

fn stage(data: &Members<'_>) -> Option<Stage> {
    data.one_of("stage", &Stage::ALL.map(Stage::as_str), Stage::from_text)
}

fn registered(today: Date, data: &Members<'_>) -> Option<Registered> {
    let source_id = data.line("source_id", LONGEST_NAME);
    let (service, title) = (data.optional_line("service", LONGEST_NAME), data.optional_words("title"));
    if data.get("service").is_none() && data.get("title").is_none() {
        data.wrong_here("Must have a service of the catalogue, or a title.");
    }
    let kind = data.optional_one_of("kind", &Kind::ALL.map(Kind::as_str), Kind::from_text);
    let received_on = not_after(today, data, "received_on", data.date("received_on"));
    let (term, law) = (data.optional_term("term"), data.optional_line("law", LONGEST_NAME));
    let part_of = data.within("part_of", &WHICH).and_then(|part_of| which(&part_of));
    let stage = data.get("stage").and_then(|_| stage(data)).unwrap_or(Stage::Received);
    if matches!(stage, Stage::Decided | Stage::Done) {
        data.wrong("stage", "Must be received or in_treatment: tell the decision as an event of its own.");
    }
    Some(Registered {
        source_id: source_id?,
        service,
        title,
        kind: kind.unwrap_or(Kind::Other),
        stage,
        received_on: received_on?,
        term,
        law,
        part_of,
    })
}

/// How the outcome of a correction is called.
const HONOURED: [(&str, Outcome); 3] =
    [("honoured", Outcome::Granted), ("partly_honoured", Outcome::Partly), ("refused", Outcome::Refused)];

/// By attribute, as the register keeps them; an empty text: there is none.
fn values(data: &Members<'_>) -> Option<Values> {
    data.get("values")?;
    let values: Option<Values> =
        data.map("values").into_iter().map(|(id, value)| Some((id, value.as_str()?.to_owned()))).collect();
    if values.as_ref().is_none_or(Values::is_empty) {
        data.wrong("values", "Must be an object of texts: an attribute of the register, and its value.");
    }
    values
}

fn decided(today: Date, data: &Members<'_>, outcome: Option<Outcome>) -> Option<Decided> {
    let reasons = data.text("reasons", LONGEST_REASONS);
    let grounds = data
        .within("grounds", &["law", "year", "quarter", "month", "once", "rule_from", "facts"])
        .map(|grounds| Grounds {
            law: grounds.line("law", 300).unwrap_or_default(),
            year: grounds.optional_cents("year"),
            quarter: grounds.optional_cents("quarter"),
            month: grounds.optional_cents("month"),
            once: grounds.optional_cents("once"),
            rule_from: grounds.optional_date("rule_from"),
            facts: grounds.map("facts"),
            ..Grounds::default()
        })
        .unwrap_or_default();
    let decided_on = not_after(today, data, "decided_on", data.date("decided_on"));
    let announced_on = not_after(today, data, "announced_on", data.optional_date("announced_on")).or(decided_on);
    if announced_on < decided_on {
        data.wrong("announced_on", "Must not be before decided_on.");
    }
    let documents = files(data);
    Some(Decided {
        outcome: outcome?,
        reasons: reasons?,
        grounds,
        decided_on: decided_on?,
        announced_on: announced_on?,
        documents,
    })
}

fn not_after(today: Date, data: &Members<'_>, name: &str, date: Option<Date>) -> Option<Date> {
    if date.is_some_and(|date| date > today) {
        data.wrong(name, "Must not be in the future.");
    }
    date
}

fn files(data: &Members<'_>) -> Vec<File> {
    data.list("documents", MOST_FILES, &["name", "media_type", "content"], |file| {
        let (name, media_type) = (file.line("name", 255), file.line("media_type", LONGEST_NAME));
        let content = file.get("content").and_then(Value::as_str).and_then(|text| BASE64_STANDARD.decode(text).ok());
        match &content {
            Some(content) if content.is_empty() => file.wrong("content", "Must not be empty."),
            Some(content) if content.len() > LARGEST => {
                file.wrong("content", &format!("Must be at most {LARGEST} bytes."));
            }
            Some(_) => {}
            None => file.wrong("content", "Must be the document in base64."),
        }
        Some(File { name: name?, media_type: media_type?, content: content?.into() })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn today() -> Date {
        "2026-11-22".parse().unwrap()
    }

    fn pointers(event: CaseEvent, data: &Value) -> Vec<String> {
        let mistakes = Said::parse(event, today(), data).unwrap_err();
        mistakes.into_iter().map(|mistake| mistake.pointer).collect()
    }

    #[test]
    fn each_mistake_is_told_with_its_place_and_no_value() {
        use CaseEvent as E;
        let which = json!({ "bsn": "900210291", "source_id": "2026/1" });
        let with = |more: Value| {
            let mut data = which.clone();
            data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            data
        };
        for (event, data, expected) in [
            (E::Finished, json!([]), &["", "/bsn", ""][..]),
            (E::Finished, json!({ "bsn": "900210292", "source_id": "1" }), &["/bsn"]),
            (E::Finished, json!({ "bsn": "900210291" }), &[""]),
            (E::Finished, with(json!({ "case": "x" })), &[""]),
            (E::Finished, json!({ "bsn": "900210291", "case": "x" }), &["/case"]),
            (E::Finished, with(json!({ "words": { "nl": "x" } })), &["/words"]),
            (E::StatusSet, with(json!({})), &["/words", "/stage"]),
            (
                E::StatusSet,
                with(json!({ "words": { "nl": " ", "de": "x" }, "stage": "later" })),
                &["/words/de", "/words/nl", "/stage"],
            ),
            (E::StatusSet, with(json!({ "words": { "nl": "x" }, "stage": "done", "at": "gisteren" })), &["/at"]),
            (E::Extended, with(json!({ "words": { "nl": "x" }, "term": "900 weeks" })), &["/term"]),
            (
                E::QuestionAsked,
                with(json!({ "words": { "nl": "x" }, "answer_by": "2026-11-31" })),
                &["/answer_by", "/pauses"],
            ),
            (E::DocumentAdded, with(json!({ "documents": [] })), &["/documents"]),
            (
                E::DocumentAdded,
                with(json!({ "documents": [{ "name": "a/b", "media_type": "x", "content": "%" }] })),
                &["/documents/0/content"],
            ),
            (
                E::Registered,
                json!({ "bsn": "900210291", "source_id": "1", "received_on": "2026-11-23" }),
                &["", "/received_on"],
            ),
            (
                E::DecisionTaken,
                with(json!({
                    "outcome": "granted", "reasons": "x", "decided_on": "2026-11-20", "announced_on": "2026-11-19",
                    "grounds": { "law": "x", "month": 1.5, "facts": { "a-b": 1 } },
                })),
                &["/grounds/month", "/grounds/facts/a-b", "/announced_on"],
            ),
            (E::PassedOn, with(json!({ "organisation": "" })), &["/organisation", "/words"]),
            (E::CorrectionReceived, with(json!({ "words": { "nl": "x" } })), &["/words"]),
            (
                E::CorrectionDecided,
                with(
                    json!({ "outcome": "granted", "reasons": "x", "decided_on": "2026-11-20", "values": { "amount": 1 } }),
                ),
                &["/outcome", "/values"],
            ),
        ] {
            assert_eq!(pointers(event, &data), expected, "{event:?} {data}");
        }
    }

    #[test]
    fn a_decision_counts_as_announced_on_the_day_on_which_it_was_taken_unless_it_says_otherwise() {
        let mut data = json!({
            "bsn": "900210291", "reference": "2026-AAAA-BBBB", "outcome": "refused", "reasons": "Uw inkomen is te hoog.",
            "decided_on": "2026-11-20", "grounds": { "law": "Wet op de zorgtoeslag art. 2", "facts": { "income_year": 1 } },
        });
        let announced = |data: &Value| match Said::parse(CaseEvent::DecisionTaken, today(), data).unwrap().what {
            What::Changed { change: Change::Decided(decided), .. } => decided.announced_on.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(announced(&data), "2026-11-20");
        data["announced_on"] = "2026-11-21".into();
        assert_eq!(announced(&data), "2026-11-21");
    }

    #[test]
    fn every_type_has_a_name_of_its_own() {
        for event in CaseEvent::ALL {
            assert_eq!(CaseEvent::from_name(event.name()), Some(event));
        }
        assert_eq!(CaseEvent::from_name("nl.voordeur.case.deleted.v1"), None);
    }
}
