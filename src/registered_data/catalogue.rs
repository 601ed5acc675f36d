//! The catalogue: registers and organisations as files, so that another register needs no code.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use schemars::JsonSchema;
use serde::Deserialize;

pub use super::attribute::{Attribute, Type};
use super::{Tables, Text, format::Format};
use crate::i18n::Locale;

/// What a deployment knows about registers, the organisations that hold them, and the tables their codes refer to.
pub struct Catalogue {
    /// In the order in which a page names them.
    pub registers: Vec<Register>,
    pub organisations: BTreeMap<String, Organisation>,
    pub municipalities: Vec<Municipality>,
    pub tables: Tables,
    /// To what is often asked.
    pub answers: Vec<Answer>,
}

/// A question with its answer, and the page that says more.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    pub question: Text,
    pub answer: Text,
    pub link: String,
}

/// `catalogue/answers.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answers {
    #[serde(rename = "answer")]
    answers: Vec<Answer>,
}

/// The holder of a register that each municipality has of its own: a person's is the one that keeps their person list.
const MUNICIPALITIES: &str = "gemeenten";

/// A source of authentic data.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    pub id: String,
    pub order: i32,
    pub name: Text,
    /// Its name in a menu.
    pub menu: Text,
    /// What it holds, in a sentence.
    pub about: Text,
    pub icon: String,
    /// The organisation that holds it; a record may name one of its own.
    pub holder: String,
    pub legal_basis: Option<String>,
    /// Whether its data come in. One that is not connected is only named.
    pub connected: bool,
    /// The heading of its page.
    pub title: Option<Text>,
    /// The first words of its page; `{holder}` is who holds this person's data.
    pub intro: Option<Text>,
    /// Whom to tell when something is wrong; `{holder}` as in `intro`.
    pub correct: Option<Text>,
    /// What its abbreviations of documents mean, in lower case.
    #[serde(default)]
    pub documents: BTreeMap<String, Text>,
    /// Labels of codes, by name of the list.
    #[serde(default)]
    pub choices: BTreeMap<String, BTreeMap<String, Text>>,
    #[serde(default, rename = "kind")]
    pub kinds: Vec<Kind>,
    #[serde(default, rename = "section")]
    pub sections: Vec<Section>,
}

/// A kind of record: an address, a partner.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    pub id: String,
    /// Its category in the Logisch Ontwerp BRP, where it has one.
    pub category: Option<String>,
    pub name: Text,
    /// Whether somebody may have several at a time.
    #[serde(default)]
    pub many: bool,
    /// Of a kind that comes in whole lists: whether an event may change it between two lists.
    #[serde(default)]
    pub by_event: bool,
    /// Attributes with a date that says better than the record itself since when it is so; the first one filled counts.
    #[serde(default)]
    pub since: Vec<String>,
    /// The attribute that says where a record comes from, where no document does.
    pub source: Option<String>,
    pub attributes: Vec<Attribute>,
}

/// A card on a register's page.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    pub id: String,
    pub title: Text,
    #[serde(rename = "value")]
    pub values: Vec<ShownValue>,
}

/// A line on a card: some attributes of a kind, put into words.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShownValue {
    pub id: String,
    pub label: Text,
    pub kind: String,
    pub attributes: Vec<String>,
    #[serde(default, rename = "as")]
    pub format: Format,
    /// Another kind that the format looks at.
    pub with: Option<String>,
    /// How earlier values are put into words; absent: the same way.
    #[serde(default)]
    pub earlier: Earlier,
    /// Stands where the source would.
    pub note: Option<Text>,
    /// What to say when there is a record and none of the attributes is filled.
    pub present: Option<Text>,
    /// What to say when there is nothing; absent: the line is left out.
    pub empty: Option<Text>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Earlier {
    #[default]
    Same,
    /// As a whole address in one line.
    Address,
    None,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    pub id: String,
    pub name: Text,
    /// Its number in the national register of organisations: its events have the source `urn:nld:oin:` and this number.
    pub oin: Option<String>,
    /// Other sources that its events may have.
    #[serde(default)]
    pub sources: Vec<String>,
    /// The OAuth clients that send for it.
    #[serde(default)]
    pub clients: Vec<String>,
    /// Registers that it sends besides those it holds.
    #[serde(default)]
    pub sends: Vec<String>,
}

/// A municipality that sends; what it may send is what organisation `gemeenten` holds and sends.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Municipality {
    /// In table 33.
    pub code: String,
    pub oin: String,
    pub clients: Vec<String>,
}

/// `catalogue/organisations.toml`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Organisations {
    #[serde(rename = "organisation")]
    organisations: Vec<Organisation>,
    #[serde(default, rename = "municipality")]
    municipalities: Vec<Municipality>,
}

/// A catalogue that is wrong, with the place and the reason.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    #[error("{}: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{}:{line}: {reason}", path.display())]
    Wrong { path: PathBuf, line: usize, reason: String },
}

impl Catalogue {
    /// Reads and checks a folder with `organisations.toml`, `registers/*.toml` and `tables/`.
    ///
    /// # Errors
    /// Names the file, the line where that is known, and what is wrong.
    pub fn read(folder: &Path) -> Result<Self, CatalogueError> {
        let path = folder.join("organisations.toml");
        let text = read_text(&path)?;
        let Organisations { organisations: listed, municipalities } = parse(&path, &text)?;
        let mut organisations = BTreeMap::new();
        for organisation in listed {
            check_text(&organisation.name).map_err(|reason| wrong(&path, &text, &organisation.id, reason))?;
            if let Some(twice) = organisations.insert(organisation.id.clone(), organisation) {
                return Err(wrong(&path, &text, &twice.id, format!("organisation {:?} is there twice", twice.id)));
            }
        }
        let mut registers = Vec::new();
        let mut ids = BTreeSet::new();
        for path in toml_files(&folder.join("registers"))? {
            let text = read_text(&path)?;
            let register = parse::<Register>(&path, &text)?;
            register.check(&organisations).map_err(|Wrong { word, reason }| wrong(&path, &text, &word, reason))?;
            if !ids.insert(register.id.clone()) {
                return Err(wrong(&path, &text, &register.id, format!("register {:?} is there twice", register.id)));
            }
            registers.push(register);
        }
        registers.sort_by(|a, b| (a.order, &a.id).cmp(&(b.order, &b.id)));
        let tables = Tables::read(&folder.join("tables"))?;
        let answers = folder.join("answers.toml");
        let answers = match answers.exists() {
            true => parse::<Answers>(&answers, &read_text(&answers)?)?.answers,
            false => Vec::new(),
        };
        Ok(Self { registers, organisations, municipalities, tables, answers })
    }

    pub fn register(&self, id: &str) -> Option<&Register> {
        self.registers.iter().find(|register| register.id == id)
    }

    /// The registers whose data come in.
    pub fn connected(&self) -> impl Iterator<Item = &Register> {
        self.registers.iter().filter(|register| register.connected)
    }

    /// Whether there is such an organisation: one of the catalogue, or a municipality by its code.
    pub fn is_organisation(&self, id: &str) -> bool {
        self.organisations.contains_key(id)
            || id.strip_prefix("gemeente-").is_some_and(|code| self.tables.municipality(code).is_some())
    }

    /// Whether something can be passed on to it: all municipalities together are nobody.
    pub fn is_receiver(&self, id: &str) -> bool {
        id != MUNICIPALITIES && self.is_organisation(id)
    }

    /// The name of an organisation: of the catalogue, or a municipality by its code in table 33.
    pub fn organisation_name(&self, id: &str, locale: Locale) -> String {
        if let Some(organisation) = self.organisations.get(id) {
            return organisation.name.get(locale).to_owned();
        }
        let Some(code) = id.strip_prefix("gemeente-") else { return id.to_owned() };
        let name = self.tables.municipality(code).unwrap_or(code);
        match locale {
            Locale::nl => format!("Gemeente {name}"),
            Locale::en => format!("Municipality of {name}"),
        }
    }

    /// The name of an organisation within a sentence: "de gemeente Rotterdam".
    pub fn organisation_in_sentence(&self, id: &str, locale: Locale) -> String {
        let name = self.organisation_name(id, locale);
        match (name.strip_prefix("Gemeente "), name.strip_prefix("Municipality ")) {
            (Some(municipality), _) => format!("de gemeente {municipality}"),
            (_, Some(rest)) => format!("the municipality {rest}"),
            _ => name,
        }
    }
}

/// What is wrong, and a word that stands on the line where it is.
struct Wrong {
    word: String,
    reason: String,
}

impl Wrong {
    fn new(word: &str, reason: impl Into<String>) -> Self {
        Self { word: word.to_owned(), reason: reason.into() }
    }
}

impl Register {
    pub fn kind(&self, id: &str) -> Option<&Kind> {
        self.kinds.iter().find(|kind| kind.id == id)
    }

    /// Whether it comes in a record at a time, by events; one with categories of the Logisch Ontwerp BRP comes as whole lists.
    pub fn comes_by_event(&self) -> bool {
        self.connected && self.kinds.iter().all(|kind| kind.category.is_none())
    }

    /// Who answers for what it holds about somebody, whose own list `list_holder` keeps.
    pub fn holder_for<'a>(&'a self, list_holder: &'a str) -> &'a str {
        if self.holder == MUNICIPALITIES { list_holder } else { &self.holder }
    }

    /// The groups of data that its page shows, as the log of usage names them.
    pub fn shown_groups(&self) -> Vec<String> {
        let values = self.sections.iter().flat_map(|section| &section.values);
        let kinds: BTreeSet<_> = values.flat_map(|value| [Some(&value.kind), value.with.as_ref()]).flatten().collect();
        kinds.into_iter().map(|kind| format!("{}/{kind}", self.id)).collect()
    }

    fn check(&self, organisations: &BTreeMap<String, Organisation>) -> Result<(), Wrong> {
        // Ids become parts of addresses, of log entries and of keys in the database.
        for id in [&self.id].into_iter().chain(self.sections.iter().map(|section| &section.id)) {
            check_id(id)?;
        }
        for text in [
            Some(&self.name),
            Some(&self.menu),
            Some(&self.about),
            self.title.as_ref(),
            self.intro.as_ref(),
            self.correct.as_ref(),
        ]
        .into_iter()
        .flatten()
        {
            check_text(text).map_err(|reason| Wrong::new(&self.id, reason))?;
        }
        if !organisations.contains_key(&self.holder) {
            return Err(Wrong::new(&self.holder, format!("holder {:?} is not in organisations.toml", self.holder)));
        }
        if self.connected && (self.kinds.is_empty() || self.sections.is_empty()) {
            return Err(Wrong::new(&self.id, "a connected register has kinds and sections"));
        }
        for (document, label) in &self.documents {
            check_text(label).map_err(|reason| Wrong::new(document, format!("document {document:?} {reason}")))?;
        }
        for (list, labels) in &self.choices {
            for (code, label) in labels {
                check_text(label)
                    .map_err(|reason| Wrong::new(list, format!("choice {code:?} of {list:?}: {reason}")))?;
            }
        }
        let (mut ids, mut categories) = (BTreeSet::new(), BTreeSet::new());
        for kind in &self.kinds {
            if !ids.insert(&kind.id) {
                return Err(Wrong::new(&kind.id, format!("kind {:?} is there twice", kind.id)));
            }
            if let Some(category) = &kind.category
                && !categories.insert(category)
            {
                return Err(Wrong::new(category, format!("category {category:?} is there twice")));
            }
            kind.check(&self.choices)?;
        }
        let mut ids = BTreeSet::new();
        for section in &self.sections {
            if !ids.insert(&section.id) {
                return Err(Wrong::new(&section.id, format!("section {:?} is there twice", section.id)));
            }
            check_text(&section.title).map_err(|reason| Wrong::new(&section.id, reason))?;
            for value in &section.values {
                if !ids.insert(&value.id) {
                    return Err(Wrong::new(&value.id, format!("value {:?} is there twice", value.id)));
                }
                self.check_value(value)?;
            }
        }
        Ok(())
    }

    fn check_value(&self, value: &ShownValue) -> Result<(), Wrong> {
        check_id(&value.id)?;
        for text in [Some(&value.label), value.note.as_ref(), value.present.as_ref(), value.empty.as_ref()]
            .into_iter()
            .flatten()
        {
            check_text(text).map_err(|reason| Wrong::new(&value.id, reason))?;
        }
        let missing = |what: &str, id: &str| {
            Wrong::new(&value.id, format!("value {:?} refers to {what} {id:?}, which is not there", value.id))
        };
        let kind = self.kind(&value.kind).ok_or_else(|| missing("kind", &value.kind))?;
        for attribute in &value.attributes {
            if kind.attribute(attribute).is_none() {
                return Err(missing("attribute", attribute));
            }
        }
        if value.attributes.is_empty() && value.present.is_none() {
            return Err(Wrong::new(&value.id, format!("value {:?} has no attributes", value.id)));
        }
        if let Some(needed) =
            value.format.reads().iter().find(|needed| !value.attributes.iter().any(|id| id == *needed))
        {
            return Err(Wrong::new(
                &value.id,
                format!("value {:?} lacks attribute {needed:?}, which its format reads", value.id),
            ));
        }
        let other = value.with.as_ref().map(|with| self.kind(with).ok_or_else(|| missing("kind", with))).transpose()?;
        let reads = value.format.reads_with();
        match other {
            None if !reads.is_empty() => Err(Wrong::new(&value.id, format!("value {:?} needs `with`", value.id))),
            Some(other) => match reads.iter().find(|needed| other.attribute(needed).is_none()) {
                Some(needed) => Err(missing("attribute", needed)),
                None => Ok(()),
            },
            None => Ok(()),
        }
    }
}

impl Kind {
    pub fn attribute(&self, id: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.id == id)
    }

    /// Whether an event may say what there is now of this kind.
    pub fn comes_by_event(&self) -> bool {
        self.category.is_none() || self.by_event
    }

    /// The attributes whose values lie sealed in the database.
    pub(super) fn sealed(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(|attribute| attribute.kind.is_sealed())
    }

    fn check(&self, choices: &BTreeMap<String, BTreeMap<String, Text>>) -> Result<(), Wrong> {
        check_id(&self.id)?;
        check_text(&self.name).map_err(|reason| Wrong::new(&self.id, reason))?;
        let (mut ids, mut elements) = (BTreeSet::new(), BTreeSet::new());
        for attribute in &self.attributes {
            let wrong = |reason: String| {
                Wrong::new(&attribute.id, format!("attribute {:?} of {:?} {reason}", attribute.id, self.id))
            };
            check_id(&attribute.id)?;
            for text in [Some(&attribute.label), attribute.words.as_ref()].into_iter().flatten() {
                check_text(text).map_err(&wrong)?;
            }
            if !ids.insert(&attribute.id) {
                return Err(wrong("is there twice".to_owned()));
            }
            if let Some(element) = &attribute.element {
                if !is_element(element) {
                    return Err(wrong(format!(
                        "has element {element:?}, which is not two digits, a point and two digits"
                    )));
                }
                if !elements.insert(element) {
                    return Err(wrong(format!("has element {element:?}, which is there twice")));
                }
            }
            attribute.check(choices).map_err(wrong)?;
        }
        for id in self.since.iter().chain(&self.source) {
            if self.attribute(id).is_none() {
                return Err(Wrong::new(
                    &self.id,
                    format!("kind {:?} refers to attribute {id:?}, which is not there", self.id),
                ));
            }
        }
        Ok(())
    }
}

fn is_element(element: &str) -> bool {
    let bytes = element.as_bytes();
    bytes.len() == 5 && bytes[2] == b'.' && [0, 1, 3, 4].into_iter().all(|i| bytes[i].is_ascii_digit())
}

/// Ids become parts of addresses, of log entries and of keys in the database.
pub(crate) fn is_id(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
}

fn check_id(id: &str) -> Result<(), Wrong> {
    if is_id(id) {
        Ok(())
    } else {
        Err(Wrong::new(id, format!("{id:?} is not an id: lower case letters, digits, - and _")))
    }
}

pub(crate) fn check_text(text: &Text) -> Result<(), String> {
    for (language, words) in [("nl", &text.nl), ("en", &text.en)] {
        if words.trim().is_empty() {
            return Err(format!("has no text in {language:?}"));
        }
    }
    Ok(())
}

pub(crate) fn read_text(path: &Path) -> Result<String, CatalogueError> {
    std::fs::read_to_string(path).map_err(|source| CatalogueError::Unreadable { path: path.to_owned(), source })
}

pub(crate) fn toml_files(folder: &Path) -> Result<Vec<PathBuf>, CatalogueError> {
    let unreadable = |source| CatalogueError::Unreadable { path: folder.to_owned(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

pub(crate) fn parse<T: serde::de::DeserializeOwned>(path: &Path, text: &str) -> Result<T, CatalogueError> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().map_or(0, |span| span.start.min(text.len()));
        let line = text.as_bytes()[..before].iter().filter(|b| **b == b'\n').count() + 1;
        CatalogueError::Wrong { path: path.to_owned(), line, reason: error.message().to_owned() }
    })
}

/// The line with the id, or else with the word in quotes; the last one, as what is there twice is wrong the second time.
pub(crate) fn wrong(path: &Path, text: &str, word: &str, reason: impl Into<String>) -> CatalogueError {
    let last_with =
        |what: String| text.lines().enumerate().filter(|(_, line)| line.contains(&what)).last().map(|(i, _)| i + 1);
    let line = last_with(format!("id = \"{word}\"")).or_else(|| last_with(format!("\"{word}\""))).unwrap_or(1);
    CatalogueError::Wrong { path: path.to_owned(), line, reason: reason.into() }
}
