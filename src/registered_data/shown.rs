//! From records to the lines of a page: what holds now, where it comes from, what was before, and what is being looked into.

use std::collections::BTreeSet;

use leptos_i18n::td_string;

use super::{
    Holding, PartialDate, Record,
    catalogue::{Earlier, Kind, ShownValue, Type},
    format::{Format, Wording},
};
use crate::{corrections, i18n::Locale, ui::dates};

/// A card.
pub struct Card {
    pub id: String,
    pub title: String,
    pub lines: Vec<Line>,
}

/// A registered value with all there is to say about it.
pub struct Line {
    pub id: String,
    pub label: String,
    /// One, or as many as there are nationalities or children.
    pub items: Vec<Item>,
    pub earlier: Vec<Before>,
    pub earlier_are_addresses: bool,
    /// The words are Dutch, whatever the language of the page.
    pub dutch: bool,
    /// Where one asks for what is missing among several, without the language.
    pub add: Option<String>,
}

pub struct Item {
    pub words: String,
    /// Only the last digits of a number; the rest stays hidden.
    pub is_ending: bool,
    pub source: String,
    pub doubt: Option<InDoubt>,
    pub correct: Correct,
}

/// What one can do about a value, with the address without the language.
pub enum Correct {
    Ask(String),
    /// It was asked already.
    Follow(String),
}

/// What is being looked into, in plain words.
pub struct InDoubt {
    pub what: String,
    pub meaning: String,
}

/// What was before.
pub struct Before {
    pub words: String,
    pub period: String,
}

/// Successive versions that read the same: a change in what is not shown is no change to the reader.
struct Run<'a> {
    words: String,
    newest: &'a Record,
    oldest: &'a Record,
}

/// The cards of a register's page; a card without lines is left out.
pub fn cards(wording: &Wording<'_>, holding: &Holding) -> Vec<Card> {
    let shown = Shown { wording, holding, born: born(holding) };
    let sections = wording.register.sections.iter();
    sections
        .map(|section| Card {
            id: section.id.clone(),
            title: section.title.get(wording.locale).to_owned(),
            lines: section.values.iter().filter_map(|value| shown.line(value)).collect(),
        })
        .filter(|card| !card.lines.is_empty())
        .collect()
}

/// What is being looked into among the records at hand: one line for each kind of record, with the kind's name.
pub fn in_doubt(wording: &Wording<'_>, holding: &Holding) -> Vec<(String, Line)> {
    let mut kinds = BTreeSet::new();
    let shown = Shown { wording, holding, born: born(holding) };
    let values = wording.register.sections.iter().flat_map(|section| &section.values);
    values
        .filter_map(|value| Some((value, shown.line(value)?)))
        .filter(|(value, line)| line.items.iter().any(|item| item.doubt.is_some()) && kinds.insert(value.kind.as_str()))
        .filter_map(|(value, line)| {
            Some((wording.register.kind(&value.kind)?.name.get(wording.locale).to_owned(), line))
        })
        .collect()
}

fn born(holding: &Holding) -> Option<PartialDate> {
    let person = holding.records.iter().find(|record| record.kind == "person" && record.version == 0)?;
    person.date("birth_date").filter(|date| !date.is_unknown())
}

struct Shown<'a> {
    wording: &'a Wording<'a>,
    holding: &'a Holding,
    born: Option<PartialDate>,
}

impl Shown<'_> {
    fn locale(&self) -> Locale {
        self.wording.locale
    }

    fn line(&self, value: &ShownValue) -> Option<Line> {
        let kind = self.wording.register.kind(&value.kind)?;
        let with: Vec<&Record> =
            self.of_kind(value.with.as_deref().unwrap_or_default()).filter(|record| record.version == 0).collect();
        let words = |record: &Record| self.wording.words(value, record, &with);
        let (mut items, mut add) = (Vec::new(), None);
        let mut earlier = Vec::new();
        let mut records: Vec<&Record> = self.of_kind(&value.kind).collect();
        records.sort_by_key(|record| (record.object, record.version));
        for versions in records.chunk_by(|a, b| a.object == b.object) {
            let now =
                runs(versions, words).into_iter().next().filter(|run| run.newest.version == 0 && !run.words.is_empty());
            if let Some(run) = now {
                items.push(self.item(kind, value, run));
            }
            match value.earlier {
                Earlier::None => {}
                Earlier::Same => self.before(kind, versions, words, &mut earlier),
                Earlier::Address => self.before(kind, versions, |record| self.wording.address(record), &mut earlier),
            }
        }
        if items.is_empty() {
            let silent = self.wording.register.comes_by_event() && !self.holding.kinds.contains(&kind.id);
            let nothing = match &value.empty {
                Some(_) if silent && earlier.is_empty() => {
                    td_string!(self.locale(), registered_data.not_received).to_owned()
                }
                Some(empty) => empty.get(self.locale()).to_owned(),
                None if earlier.is_empty() => return None,
                None => td_string!(self.locale(), registered_data.nothing_now).to_owned(),
            };
            let object = self.holding.next_of(&kind.id);
            items.push(Item {
                words: nothing,
                is_ending: false,
                source: self.holder(),
                doubt: self.asked(value, object),
                correct: self.correct(value, object),
            });
        } else if kind.many {
            let next = self.holding.next_of(&kind.id);
            add = value.empty.as_ref().filter(|_| self.running(value, next).is_none()).map(|_| self.path(value, next));
        }
        Some(Line {
            id: value.id.clone(),
            label: value.label.get(self.locale()).to_owned(),
            items,
            earlier,
            earlier_are_addresses: value.earlier == Earlier::Address,
            dutch: self.locale() != Locale::nl && is_dutch(kind, value),
            add,
        })
    }

    fn of_kind<'b>(&'b self, kind: &'b str) -> impl Iterator<Item = &'b Record> {
        self.holding.records.iter().filter(move |record| record.kind == kind)
    }

    fn item(&self, kind: &Kind, value: &ShownValue, run: Run<'_>) -> Item {
        Item {
            is_ending: value.format == Format::LastDigits,
            source: match &value.note {
                Some(note) => note.get(self.locale()).to_owned(),
                None => self.source(kind, &run),
            },
            doubt: self.doubt(kind, value, run.newest).or_else(|| self.asked(value, run.newest.object)),
            correct: self.correct(value, run.newest.object),
            words: run.words,
        }
    }

    fn path(&self, value: &ShownValue, object: i16) -> String {
        let value = value.corrected_with.as_ref().unwrap_or(&value.id);
        format!("/mijn/gegevens/{}/{value}/{object}/klopt-niet", self.wording.register.id)
    }

    /// What was asked already about a value.
    fn running(&self, value: &ShownValue, object: i16) -> Option<&corrections::Running> {
        let value = value.corrected_with.as_ref().unwrap_or(&value.id);
        self.holding.corrections.iter().find(|running| running.value == *value && running.object == object)
    }

    fn correct(&self, value: &ShownValue, object: i16) -> Correct {
        match self.running(value, object) {
            Some(running) => Correct::Follow(format!("/mijn/zaken/{}", running.reference)),
            None => Correct::Ask(self.path(value, object)),
        }
    }

    /// That correcting was asked for, and whether it is being looked into.
    fn asked(&self, value: &ShownValue, object: i16) -> Option<InDoubt> {
        let locale = self.locale();
        let running = self.running(value, object)?;
        let date = |at| dates::date(locale, crate::clock::day(at));
        let holder = capitalised(
            &self
                .wording
                .catalogue
                .organisation_in_sentence(self.wording.register.holder_for(&self.holding.holder), locale),
        );
        Some(match running.in_doubt_since() {
            Some(since) => InDoubt {
                what: td_string!(locale, registered_data.in_doubt_since, date = date(since)).to_string(),
                meaning: td_string!(locale, registered_data.in_doubt_meaning, holder = holder).to_string(),
            },
            None => InDoubt {
                what: td_string!(locale, registered_data.asked_on, date = date(running.received_at)).to_string(),
                meaning: td_string!(locale, registered_data.asked_meaning, holder = holder).to_string(),
            },
        })
    }

    fn before(&self, kind: &Kind, versions: &[&Record], words: impl Fn(&Record) -> String, earlier: &mut Vec<Before>) {
        let runs = runs(versions, &words);
        let mut until = None;
        for run in runs {
            if run.newest.version > 0 && !run.words.is_empty() {
                earlier.push(Before { period: self.period(since(kind, run.oldest), until), words: run.words });
            }
            until = since(kind, run.oldest);
        }
        for wrong in versions.iter().filter(|record| record.wrong) {
            let words = words(wrong);
            if !words.is_empty() {
                earlier.push(Before { words, period: td_string!(self.locale(), registered_data.was_wrong).to_owned() });
            }
        }
    }

    /// "Gemeente Rotterdam, sinds 8 augustus 2015. Bron: uw aangifte".
    fn source(&self, kind: &Kind, run: &Run<'_>) -> String {
        let locale = self.locale();
        let holder = self.wording.catalogue.organisation_name(&run.newest.holder, locale);
        let since = match since(kind, run.oldest) {
            Some(date) if Some(date) == self.born => Some(td_string!(locale, registered_data.since_birth).to_owned()),
            Some(date) if date.is_unknown() => Some(td_string!(locale, registered_data.since_unknown).to_owned()),
            Some(date) => Some(td_string!(locale, registered_data.since, date = date.in_words(locale)).to_string()),
            None => None,
        };
        let mut source = match since {
            Some(since) => format!("{holder}, {since}"),
            None => holder,
        };
        if let Some(document) = self.document(kind, run.oldest) {
            source.push_str(&td_string!(locale, registered_data.rests_on, document = document).to_string());
        }
        source
    }

    fn document(&self, kind: &Kind, record: &Record) -> Option<String> {
        let attribute = kind.source.as_deref().and_then(|id| kind.attribute(id));
        if let Some(words) =
            attribute.map(|attribute| self.wording.attribute(attribute, record)).filter(|words| !words.is_empty())
        {
            return Some(words);
        }
        let document = match record.document.as_deref()?.trim() {
            "" | "." => return None,
            document => self.document_in_words(document),
        };
        let elsewhere =
            record.document_holder.as_deref().filter(|code| record.holder.strip_prefix("gemeente-") != Some(code));
        match elsewhere.and_then(|code| self.wording.catalogue.tables.municipality(code)) {
            Some(municipality) => Some(format!("{document} ({municipality})")),
            None => Some(document),
        }
    }

    /// "geboorteakte uit Frankrijk" for "ga 5002"; what the register does not abbreviate is left as it is.
    fn document_in_words(&self, document: &str) -> String {
        let abbreviation = document.to_lowercase();
        let country = abbreviation
            .rsplit_once(' ')
            .and_then(|(what, code)| Some((what, self.wording.catalogue.tables.country(code)?)));
        let meaning =
            |what: &str| self.wording.register.documents.get(what).map(|text| text.get(self.locale()).to_owned());
        let whole = meaning(&abbreviation);
        let from = country.and_then(|(what, country)| {
            let document = meaning(what)?;
            Some(
                td_string!(self.locale(), registered_data.document_from, document = document, country = country)
                    .to_string(),
            )
        });
        whole.or(from).unwrap_or_else(|| document.to_owned())
    }

    fn holder(&self) -> String {
        let holder = self.wording.register.holder_for(&self.holding.holder);
        self.wording.catalogue.organisation_name(holder, self.locale())
    }

    fn period(&self, from: Option<PartialDate>, until: Option<PartialDate>) -> String {
        let locale = self.locale();
        let words = |date: PartialDate| date.in_words(locale);
        match (from.filter(|date| !date.is_unknown()), until.filter(|date| !date.is_unknown())) {
            (Some(from), Some(until)) => {
                td_string!(locale, registered_data.period, from = words(from), until = words(until)).to_string()
            }
            (None, Some(until)) => td_string!(locale, registered_data.period_until, until = words(until)).to_string(),
            (Some(from), None) => td_string!(locale, registered_data.period_from, from = words(from)).to_string(),
            (None, None) => td_string!(locale, registered_data.period_unknown).to_owned(),
        }
    }

    fn doubt(&self, kind: &Kind, value: &ShownValue, record: &Record) -> Option<InDoubt> {
        let locale = self.locale();
        let doubt = record.doubt.as_ref()?;
        let elements = value.attributes.iter().filter_map(|id| kind.attribute(id)?.element.as_deref());
        if !elements.into_iter().any(|element| doubt.covers(element)) {
            return None;
        }
        let holder = capitalised(&self.wording.catalogue.organisation_in_sentence(&record.holder, locale));
        if doubt.not_at_address() {
            return Some(InDoubt {
                what: td_string!(locale, registered_data.not_at_address).to_owned(),
                meaning: td_string!(locale, registered_data.not_at_address_meaning, holder = holder).to_string(),
            });
        }
        let what = match doubt.since.filter(|date| !date.is_unknown()) {
            Some(since) => {
                td_string!(locale, registered_data.in_doubt_since, date = since.in_words(locale)).to_string()
            }
            None => td_string!(locale, registered_data.in_doubt).to_owned(),
        };
        Some(InDoubt {
            what,
            meaning: td_string!(locale, registered_data.in_doubt_meaning, holder = holder).to_string(),
        })
    }
}

pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Versions from new to old, with those that read the same taken together. What was found to be wrong never held.
fn runs<'a>(versions: &[&'a Record], words: impl Fn(&Record) -> String) -> Vec<Run<'a>> {
    let mut runs: Vec<Run<'a>> = Vec::new();
    for record in versions.iter().copied().filter(|record| !record.wrong) {
        let words = words(record);
        match runs.last_mut() {
            Some(run) if run.words == words => run.oldest = record,
            _ => runs.push(Run { words, newest: record, oldest: record }),
        }
    }
    runs
}

/// Since when a record holds, by the date that says it best.
fn since(kind: &Kind, record: &Record) -> Option<PartialDate> {
    kind.since.iter().find_map(|id| record.date(id)).or(record.valid_from)
}

/// The head of a letter, and names out of the national tables, are not translated.
fn is_dutch(kind: &Kind, value: &ShownValue) -> bool {
    let types = [Type::Nationality, Type::Country];
    value.format == Format::Salutation
        || value.attributes.iter().filter_map(|id| kind.attribute(id)).any(|attribute| types.contains(&attribute.kind))
            && value.format == Format::Plain
}

/// The day on which a register last gave its data, in words.
pub fn received(holding: &Holding, locale: Locale) -> Option<String> {
    holding.received_at.map(|at| dates::date(locale, crate::clock::day(at)))
}
