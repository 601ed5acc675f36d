//! Person lists as municipalities and RvIG exchange them: rows of LO GBA elements, several rows to a list.
//!
//! The first row of a list carries its label and what holds now. `CC.H` on a row says what the next row is in that category:
//! category + 50 for history, the category itself for another one of its kind.

use std::{collections::BTreeMap, io::Read, sync::Arc};

use csv::{ByteRecord, Position};

use super::{
    catalogue::{Attribute, Catalogue, Kind, Register},
    element::{Problem, Severity, check, check_date},
    person_list::{ListedRecord, PersonList},
};

/// What a reader hands on.
#[derive(Debug)]
pub enum Delivered {
    List(Box<PersonList>),
    Problem(Problem),
}

/// What a column holds.
#[derive(Clone, Copy, Debug)]
enum Column {
    Label,
    /// What the next row is in this kind.
    Marker(usize),
    Value {
        kind: usize,
        attribute: usize,
    },
    Common {
        kind: usize,
        part: Part,
    },
    Unknown,
}

/// The groups that every category has.
#[derive(Clone, Copy, Debug)]
enum Part {
    DeedHolder,
    Deed,
    DocumentHolder,
    DocumentDate,
    Document,
    Doubt,
    DoubtSince,
    DoubtUntil,
    Wrong,
    ValidFrom,
    RecordedOn,
}

impl Part {
    fn of(element: &str) -> Option<Self> {
        Some(match element {
            "81.10" => Self::DeedHolder,
            "81.20" => Self::Deed,
            "82.10" => Self::DocumentHolder,
            "82.20" => Self::DocumentDate,
            "82.30" => Self::Document,
            "83.10" => Self::Doubt,
            "83.20" => Self::DoubtSince,
            "83.30" => Self::DoubtUntil,
            "84.10" => Self::Wrong,
            "85.10" => Self::ValidFrom,
            "86.10" => Self::RecordedOn,
            _ => return None,
        })
    }
}

/// A file's heading cannot be used, or the file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    #[error("line 1: {0}")]
    Heading(String),
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// Reads person lists one by one.
pub struct Reader<R> {
    rows: csv::Reader<R>,
    row: ByteRecord,
    layout: Layout,
    /// The list being read; none before the first and while a list that cannot be used is passed over.
    list: Option<Reading>,
    passing_over: bool,
    ready: std::collections::VecDeque<Delivered>,
    ended: bool,
}

struct Layout {
    catalogue: Arc<Catalogue>,
    register: usize,
    columns: Vec<Column>,
    names: Vec<String>,
}

impl Layout {
    fn register(&self) -> &Register {
        &self.catalogue.registers[self.register]
    }

    fn kind(&self, kind: usize) -> &Kind {
        &self.register().kinds[kind]
    }
}

struct Reading {
    list: PersonList,
    /// For each kind: the last marker seen, and the place of the last record.
    kinds: Vec<Progress>,
}

#[derive(Clone, Default)]
struct Progress {
    marker: Option<Marker>,
    last: Option<(i16, i16)>,
    /// The A-number in the last record, to tell whom a row without a marker is about.
    last_a_number: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Marker {
    History,
    Another,
}

/// What one row says in one category, while it is collected.
#[derive(Default)]
struct Collected {
    record: ListedRecord,
    deed_holder: Option<String>,
    deed: Option<String>,
    is_there: bool,
}

impl<R: Read> Reader<R> {
    /// # Errors
    /// When the first line does not name the elements of person lists.
    pub fn new(file: R, catalogue: Arc<Catalogue>, register: &str) -> Result<(Self, Vec<Problem>), Unusable> {
        let mut rows = csv::ReaderBuilder::new().delimiter(b';').has_headers(false).flexible(true).from_reader(file);
        let mut row = ByteRecord::new();
        let heading = |reason: &str| Unusable::Heading(reason.to_owned());
        if !rows.read_byte_record(&mut row).map_err(|_| heading("cannot be read"))? {
            return Err(heading("the file is empty"));
        }
        let register = catalogue
            .registers
            .iter()
            .position(|known| known.id == register)
            .ok_or_else(|| heading("the catalogue does not have this register"))?;
        let mut problems = Vec::new();
        let (columns, names) = columns(&catalogue.registers[register], &row, &mut problems)?;
        let layout = Layout { catalogue, register, columns, names };
        Ok((
            Self { rows, row, layout, list: None, passing_over: true, ready: Default::default(), ended: false },
            problems,
        ))
    }

    fn read_row(&mut self) {
        match self.rows.read_byte_record(&mut self.row) {
            Ok(true) => {
                let row = std::mem::take(&mut self.row);
                self.take_row(&row);
                self.row = row;
            }
            Ok(false) => {
                self.finish_list();
                self.ended = true;
            }
            Err(error) => {
                // Whose row it was cannot be told, so nothing after it may be added to the list before it.
                self.passing_over = true;
                self.ended = error.is_io_error();
                if self.ended {
                    // Half a list must not replace the whole one that is in the database.
                    self.list = None;
                } else {
                    self.finish_list();
                }
                self.problem(
                    error.position().map_or(0, Position::line),
                    "",
                    "the line cannot be read; its list is left out",
                    Severity::Error,
                );
            }
        }
    }

    fn take_row(&mut self, row: &ByteRecord) {
        let line = row.position().map_or(0, Position::line);
        if row.get(0).is_some_and(|label| !label.is_empty()) {
            self.finish_list();
            self.passing_over = false;
            let kinds = vec![Progress::default(); self.layout.register().kinds.len()];
            self.list = Some(Reading { list: PersonList::begun(line), kinds });
        } else if self.list.is_none() && !self.passing_over {
            self.problem(line, "", "the line belongs to no list", Severity::Error);
            self.passing_over = true;
        }
        if self.passing_over {
            return;
        }
        if row.len() != self.layout.columns.len() {
            let reason =
                format!("the line has {} columns where the heading has {}", row.len(), self.layout.columns.len());
            if self.list.as_ref().is_some_and(|reading| reading.list.line == line) {
                self.list = None;
                self.passing_over = true;
                self.problem(line, "", &format!("{reason}; its list is left out"), Severity::Error);
            } else {
                self.problem(line, "", &reason, Severity::Error);
            }
            return;
        }
        let Some(mut reading) = self.list.take() else { return };
        let mut problems = Vec::new();
        self.layout.add_row(&mut reading, row, line, &mut problems);
        self.ready.extend(problems.into_iter().map(Delivered::Problem));
        self.list = Some(reading);
    }

    fn finish_list(&mut self) {
        let Some(reading) = self.list.take() else { return };
        match reading.list.complete() {
            Ok(list) => self.ready.push_back(Delivered::List(Box::new(list))),
            Err((line, reason)) => self.problem(line, "01.01.10", reason, Severity::Error),
        }
    }

    fn problem(&mut self, line: u64, element: &str, reason: &str, severity: Severity) {
        let problem = Problem { line, element: element.to_owned(), reason: reason.to_owned(), severity };
        self.ready.push_back(Delivered::Problem(problem));
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Delivered;

    fn next(&mut self) -> Option<Delivered> {
        loop {
            if let Some(delivered) = self.ready.pop_front() {
                return Some(delivered);
            }
            if self.ended {
                return None;
            }
            self.read_row();
        }
    }
}

/// What each column of the heading holds.
fn columns(
    register: &Register,
    heading: &ByteRecord,
    problems: &mut Vec<Problem>,
) -> Result<(Vec<Column>, Vec<String>), Unusable> {
    let (mut columns, mut names) = (Vec::new(), Vec::new());
    for (i, name) in heading.iter().enumerate() {
        let name = std::str::from_utf8(name).map_err(|_| Unusable::Heading("is not in UTF-8".to_owned()))?;
        let name = name.trim_start_matches('\u{feff}').trim();
        let column = match name.split_once('.') {
            _ if i == 0 => Column::Label,
            Some((category, element)) => column(register, category, element),
            None => Column::Unknown,
        };
        if matches!(column, Column::Unknown) && !name.is_empty() {
            let reason = "the catalogue does not have this element; it is left out".to_owned();
            problems.push(Problem { line: 1, element: name.to_owned(), reason, severity: Severity::Warning });
        }
        columns.push(column);
        names.push(name.to_owned());
    }
    if !names.iter().any(|name| name == "01.01.10") {
        return Err(Unusable::Heading(
            "there is no column 01.01.10 (A-number): this is not a file of person lists".to_owned(),
        ));
    }
    Ok((columns, names))
}

fn column(register: &Register, category: &str, element: &str) -> Column {
    let Some(kind) = register.kinds.iter().position(|kind| kind.category.as_deref() == Some(category)) else {
        return Column::Unknown;
    };
    if element == "H" {
        return Column::Marker(kind);
    }
    // Attributes first: an element of a common group may have its own meaning in a category.
    let attributes = &register.kinds[kind].attributes;
    match attributes.iter().position(|attribute| attribute.element.as_deref() == Some(element)) {
        Some(attribute) => Column::Value { kind, attribute },
        None => Part::of(element).map_or(Column::Unknown, |part| Column::Common { kind, part }),
    }
}

impl Layout {
    fn add_row(&self, reading: &mut Reading, row: &ByteRecord, line: u64, problems: &mut Vec<Problem>) {
        let mut collected: BTreeMap<usize, Collected> = BTreeMap::new();
        let mut markers: BTreeMap<usize, &str> = BTreeMap::new();
        for (i, (field, column)) in row.iter().zip(&self.columns).enumerate() {
            if field.is_empty() {
                continue;
            }
            let mut report = |reason: &str, severity| {
                problems.push(Problem { line, element: self.names[i].clone(), reason: reason.to_owned(), severity });
            };
            let Ok(text) = std::str::from_utf8(field).map(str::trim) else {
                report("is not in UTF-8", Severity::Error);
                continue;
            };
            match *column {
                Column::Label | Column::Unknown => {}
                Column::Marker(kind) => {
                    markers.insert(kind, text);
                }
                Column::Value { kind, attribute } => {
                    let collected = collected.entry(kind).or_default();
                    collected.is_there = true;
                    let attribute = &self.kind(kind).attributes[attribute];
                    match check(text, attribute, self.register(), &self.catalogue) {
                        Ok(()) if text.is_empty() => {}
                        Ok(()) => collected.add(attribute, text, &mut report),
                        Err((reason, Severity::Warning)) => {
                            report(reason, Severity::Warning);
                            collected.add(attribute, text, &mut report);
                        }
                        Err((reason, Severity::Error)) => report(reason, Severity::Error),
                    }
                }
                Column::Common { kind, part } => {
                    let collected = collected.entry(kind).or_default();
                    collected.is_there = true;
                    if !text.is_empty()
                        && let Err(reason) = collected.set(part, text)
                    {
                        report(reason, Severity::Error);
                    }
                }
            }
        }
        for (kind, collected) in collected {
            if collected.is_there {
                self.place(reading, kind, collected.finish(&self.kind(kind).id), line, problems);
            }
        }
        for (kind, text) in markers {
            let category = self.kind(kind).category.as_deref().unwrap_or_default();
            let marker = match (text.parse::<u8>(), category.parse::<u8>()) {
                (Ok(marker), Ok(category)) if marker == category + 50 => Some(Marker::History),
                (Ok(marker), Ok(category)) if marker == category => Some(Marker::Another),
                _ => None,
            };
            if marker.is_none() {
                let reason = "does not say what the next line is".to_owned();
                problems.push(Problem { line, element: format!("{category}.H"), reason, severity: Severity::Error });
            }
            reading.kinds[kind].marker = marker;
        }
    }

    /// Gives a record its place among the others of its kind.
    fn place(
        &self,
        reading: &mut Reading,
        kind: usize,
        mut record: ListedRecord,
        line: u64,
        problems: &mut Vec<Problem>,
    ) {
        let progress = &mut reading.kinds[kind];
        let a_number = record.value("a_number").map(str::to_owned);
        let marker = match (progress.last, progress.marker.take()) {
            (None, _) => None,
            (Some(_), Some(marker)) => Some(marker),
            (Some(_), None) => {
                let reason = "no line before this one says what it is".to_owned();
                let category = self.kind(kind).category.clone().unwrap_or_default();
                problems.push(Problem { line, element: format!("{category}.H"), reason, severity: Severity::Error });
                // Of a kind of which there can be several: another one, unless it is about the same person. Else: what was before.
                let same_person = self.kind(kind).attribute("a_number").is_some()
                    && (a_number.is_none() || a_number == progress.last_a_number);
                let another = self.kind(kind).many && !same_person;
                Some(if another { Marker::Another } else { Marker::History })
            }
        };
        let (object, version) = match (progress.last, marker) {
            (Some((object, _)), Some(Marker::Another)) => (object + 1, 0),
            (Some((object, version)), _) => (object, version + 1),
            (None, _) => (0, 0),
        };
        (record.object, record.version) = (object, version);
        progress.last = Some((object, version));
        progress.last_a_number = a_number;
        reading.list.records.push(record);
    }
}

impl Collected {
    fn add(&mut self, attribute: &Attribute, text: &str, report: &mut impl FnMut(&str, Severity)) {
        // A heading may name an element twice; the first that is filled counts.
        match self.record.value(&attribute.id) {
            Some(there) if there != text => report("is there twice, with two values", Severity::Error),
            Some(_) => {}
            None => self.record.values.push((attribute.id.clone(), text.to_owned(), attribute.kind.is_sealed())),
        }
    }

    fn set(&mut self, part: Part, text: &str) -> Result<(), &'static str> {
        let date = || check_date(text).map(|()| Some(text.to_owned()));
        let record = &mut self.record;
        match part {
            Part::DeedHolder => self.deed_holder = Some(text.to_owned()),
            Part::Deed => self.deed = Some(text.to_owned()),
            Part::DocumentHolder => record.document_holder = Some(text.to_owned()),
            Part::Document => record.document = Some(text.to_owned()),
            Part::DocumentDate => record.document_date = date()?,
            Part::DoubtSince => record.doubt_since = date()?,
            Part::DoubtUntil => record.doubt_until = date()?,
            Part::ValidFrom => record.valid_from = date()?,
            Part::RecordedOn => record.recorded_on = date()?,
            Part::Doubt if text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit()) => {
                record.doubt = Some(text.to_owned())
            }
            Part::Doubt => return Err("is not category, group and element in six digits"),
            // O: found to be wrong; S: against public order.
            Part::Wrong if matches!(text, "O" | "S") => record.wrong = true,
            Part::Wrong => return Err("is neither O nor S"),
        }
        Ok(())
    }

    fn finish(self, kind: &str) -> ListedRecord {
        let mut record = self.record;
        record.kind = kind.to_owned();
        if let Some(deed) = self.deed {
            record.document = Some(format!("akte {deed}"));
            record.document_holder = self.deed_holder;
        }
        record
    }
}
