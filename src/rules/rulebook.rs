//! The facts and services of the catalogue, checked and compiled.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use jiff::civil::Date;

use super::{
    compile::{Compiled, Mistake, compile},
    model::{Fact, FactType, Facts, Figure, Mode, OncePer, Proactive, RuleFile, Service, ServiceFile, Source},
    product_names::ProductNames,
};
use crate::registered_data::{Catalogue, CatalogueError, Text, check_text, is_id, parse, read_text, toml_files, wrong};

/// Every fact and service, with rules that PostgreSQL can work out.
#[derive(Debug)]
pub struct Rulebook {
    pub facts: BTreeMap<String, Fact>,
    /// By id.
    pub services: Vec<ServiceRules>,
}

/// A service with its rules by date.
#[derive(Debug)]
pub struct ServiceRules {
    pub service: Service,
    pub proactive: Proactive,
    /// Oldest first.
    pub versions: Vec<Version>,
    file: PathBuf,
}

/// A rule in force from a day to a day, both included.
#[derive(Debug)]
pub struct Version {
    pub from: Date,
    pub until: Option<Date>,
    pub rule: RuleFile,
    pub compiled: Compiled,
    /// SHA-256 of what PostgreSQL is asked, as a receipt says which rule decided.
    pub hash: String,
}

/// Every mistake in a catalogue.
#[derive(Debug, thiserror::Error)]
#[error("the catalogue is wrong:\n{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct WrongCatalogue(pub Vec<CatalogueError>);

impl Version {
    pub fn covers(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}

impl ServiceRules {
    pub fn id(&self) -> &str {
        &self.service.id
    }

    /// The rule in force on a day.
    pub fn on(&self, day: Date) -> Option<&Version> {
        self.versions.iter().find(|version| version.covers(day))
    }

    /// The facts that can change what somebody is entitled to on a day.
    pub fn facts_on(&self, day: Date) -> BTreeSet<&str> {
        self.on(day).map(|version| version.compiled.facts()).unwrap_or_default()
    }

    /// A version as it would be with other figures, under the same checks. Where municipalities have a value of their own, it is that of
    /// `municipality` (its code in table 33) that changes; without one, the value of all the others.
    ///
    /// # Errors
    /// Every mistake, at the parameter, step, condition or amount where it is.
    pub fn with_figures(
        &self,
        version: &Version,
        figures: &BTreeMap<String, Figure>,
        municipality: Option<&str>,
        facts: &BTreeMap<String, Fact>,
    ) -> Result<Compiled, Vec<Mistake>> {
        let mut rule = version.rule.clone();
        for (id, figure) in figures {
            let Some(parameter) = rule.parameters.get_mut(id) else {
                return Err(vec![Mistake { place: id.clone(), reason: "is no parameter of this rule".to_owned() }]);
            };
            match municipality.filter(|_| !parameter.by_municipality.is_empty()) {
                Some(code) => _ = parameter.by_municipality.insert(code.to_owned(), figure.clone()),
                None => parameter.value = figure.clone(),
            }
        }
        let compiled = compile(&rule, &self.proactive.once_per, facts)?;
        let mistakes = check_use(&compiled, &self.proactive, facts);
        if mistakes.is_empty() { Ok(compiled) } else { Err(mistakes) }
    }

    /// Where an example that fails is.
    pub(super) fn example_mistake(&self, version: &Version, example: usize, reason: String) -> CatalogueError {
        let text = std::fs::read_to_string(&self.file).unwrap_or_default();
        let start = line_of_version(&text, version.from);
        let line =
            text.lines().enumerate().skip(start).filter(|(_, line)| line.trim() == "[[rule.examples]]").nth(example);
        CatalogueError::Wrong { path: self.file.clone(), line: line.map_or(start, |(line, _)| line) + 1, reason }
    }
}

impl Rulebook {
    /// Reads and checks `facts.toml` and `services/*.toml`.
    ///
    /// # Errors
    /// Every mistake, with file, line and reason.
    pub fn read(folder: &Path, catalogue: &Catalogue) -> Result<Self, Vec<CatalogueError>> {
        let facts = read_facts(&folder.join("facts.toml"), catalogue)?;
        let names = ProductNames::read(&folder.join("tables/upl.csv")).map_err(|error| vec![error])?;
        let mut mistakes = Vec::new();
        let mut services: Vec<ServiceRules> = Vec::new();
        let mut texts = BTreeMap::new();
        for path in toml_files(&folder.join("services")).map_err(|error| vec![error])? {
            match read_service(&path, &facts, catalogue, &names) {
                Ok((service, text)) => {
                    if services.iter().any(|other| other.id() == service.id()) {
                        mistakes.push(wrong(
                            &path,
                            &text,
                            service.id(),
                            format!("service {:?} is there twice", service.id()),
                        ));
                    }
                    texts.insert(service.id().to_owned(), text);
                    services.push(service);
                }
                Err(found) => mistakes.extend(found),
            }
        }
        for service in &services {
            for related in &service.service.related {
                if !services.iter().any(|other| other.id() == related) {
                    let text = &texts[service.id()];
                    mistakes.push(wrong(
                        &service.file,
                        text,
                        related,
                        format!("refers to service {related:?}, which is not there"),
                    ));
                }
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        services.sort_by(|a, b| a.id().cmp(b.id()));
        Ok(Self { facts, services })
    }

    /// As [`Rulebook::read`], with every mistake in one error.
    ///
    /// # Errors
    /// Every mistake, a line each.
    pub fn read_all(folder: &Path, catalogue: &Catalogue) -> Result<Self, WrongCatalogue> {
        Self::read(folder, catalogue).map_err(WrongCatalogue)
    }

    pub fn service(&self, id: &str) -> Option<&ServiceRules> {
        self.services.iter().find(|service| service.id() == id)
    }

    /// The services with a rule in force on a day.
    pub fn on(&self, day: Date) -> impl Iterator<Item = (&ServiceRules, &Version)> {
        self.services.iter().filter_map(move |service| Some((service, service.on(day)?)))
    }

    /// The services whose outcome can change when one of these facts does.
    pub fn affected_by<'a>(&'a self, changed: &BTreeSet<String>, day: Date) -> Vec<&'a ServiceRules> {
        let affected = |service: &&ServiceRules| service.facts_on(day).iter().any(|fact| changed.contains(*fact));
        self.services.iter().filter(affected).collect()
    }
}

fn read_facts(path: &Path, catalogue: &Catalogue) -> Result<BTreeMap<String, Fact>, Vec<CatalogueError>> {
    let text = read_text(path).map_err(|error| vec![error])?;
    let file: Facts = parse(path, &text).map_err(|error| vec![error])?;
    let mut facts = BTreeMap::new();
    let mut mistakes = Vec::new();
    for fact in file.facts {
        let name = fact.name.clone();
        let mut note = |reason: String| mistakes.push(wrong_named(path, &text, &name, reason));
        if let Err(reason) = check_fact(&fact, catalogue) {
            note(reason);
        }
        if facts.insert(name.clone(), fact).is_some() {
            note(format!("fact {name:?} is there twice"));
        }
    }
    for fact in facts.values() {
        if let Source::Partner(other) = &fact.from
            && facts.get(other).is_none_or(|other| other.kind != fact.kind)
        {
            let reason =
                format!("fact {:?} comes from the partner's {other:?}, which is no fact of the same type", fact.name);
            mistakes.push(wrong_named(path, &text, &fact.name, reason));
        }
    }
    if mistakes.is_empty() { Ok(facts) } else { Err(mistakes) }
}

/// On the line `name = "..."`.
fn wrong_named(path: &Path, text: &str, name: &str, reason: String) -> CatalogueError {
    let line =
        text.lines().position(|line| line.replace(' ', "") == format!("name=\"{name}\"")).map_or(1, |line| line + 1);
    CatalogueError::Wrong { path: path.to_owned(), line, reason }
}

fn check_fact(fact: &Fact, catalogue: &Catalogue) -> Result<(), String> {
    if !is_id(&fact.name) || fact.name.contains('-') {
        return Err(format!("{:?} is not a name for a fact", fact.name));
    }
    check_text(&fact.label)?;
    fact.question.as_ref().map_or(Ok(()), check_text)?;
    if fact.purposes.is_empty() {
        return Err(format!("fact {:?} may be used for nothing: it has no purposes", fact.name));
    }
    let numeric = matches!(fact.kind, FactType::Integer | FactType::Money | FactType::Decimal);
    match fact.maximum {
        None if numeric => return Err(format!("fact {:?} has no maximum", fact.name)),
        Some(maximum) if maximum < fact.minimum => {
            return Err(format!("fact {:?} has a maximum below its minimum", fact.name));
        }
        _ => {}
    }
    if (fact.kind == FactType::Decimal) != fact.scale.is_some() {
        return Err(format!("fact {:?}: a decimal, and only a decimal, has a scale", fact.name));
    }
    let (path, parts) = match &fact.from {
        Source::Value(path) | Source::Values(path) => (path, 3),
        Source::Records(path) | Source::Exists(path) => (path, 2),
        Source::Partner(_) | Source::Derived(_) => return Ok(()),
    };
    let named: Vec<&str> = path.split('/').collect();
    let known = named.len() == parts
        && catalogue
            .register(named[0])
            .and_then(|register| register.kind(named[1]))
            .is_some_and(|kind| named.get(2).is_none_or(|attribute| kind.attribute(attribute).is_some()));
    if known { Ok(()) } else { Err(format!("fact {:?} comes from {path:?}, which no register has", fact.name)) }
}

fn read_service(
    path: &Path,
    facts: &BTreeMap<String, Fact>,
    catalogue: &Catalogue,
    names: &ProductNames,
) -> Result<(ServiceRules, String), Vec<CatalogueError>> {
    let text = read_text(path).map_err(|error| vec![error])?;
    let file: ServiceFile = parse(path, &text).map_err(|error| vec![error])?;
    let mut mistakes: Vec<CatalogueError> = check_service(&file, facts, catalogue, names)
        .into_iter()
        .map(|(of, Mistake { place, reason })| {
            let start = of.map_or(0, |from| line_of_version(&text, from));
            let line = line_within(&text, start, &place) + 1;
            CatalogueError::Wrong { path: path.to_owned(), line, reason }
        })
        .collect();
    let ServiceFile { service, proactive, rules } = file;
    let ends: Vec<Option<Date>> = rules
        .iter()
        .enumerate()
        .map(|(i, rule)| rule.valid_until.or_else(|| rules.get(i + 1)?.valid_from.yesterday().ok()))
        .collect();
    let mut versions = Vec::new();
    for (rule, until) in rules.into_iter().zip(ends) {
        let start = line_of_version(&text, rule.valid_from);
        match compile(&rule, &proactive.once_per, facts) {
            Ok(compiled) => {
                mistakes.extend(
                    check_use(&compiled, &proactive, facts)
                        .into_iter()
                        .map(|mistake| located(path, &text, start, &mistake)),
                );
                let hash = compiled.hash().to_owned();
                versions.push(Version { from: rule.valid_from, until, rule, compiled, hash });
            }
            Err(found) => mistakes.extend(found.iter().map(|mistake| located(path, &text, start, mistake))),
        }
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    Ok((ServiceRules { service, proactive, versions, file: path.to_owned() }, text))
}

/// The line, from 0, on which a version of the rule starts.
fn line_of_version(text: &str, from: Date) -> usize {
    let wanted = format!("valid_from={from}");
    text.lines().position(|line| line.replace([' ', '"'], "").starts_with(&wanted)).unwrap_or(0)
}

/// Where a mistake of a version is.
fn located(path: &Path, text: &str, start: usize, mistake: &Mistake) -> CatalogueError {
    let line = line_within(text, start, &mistake.place) + 1;
    CatalogueError::Wrong { path: path.to_owned(), line, reason: format!("{:?} {}", mistake.place, mistake.reason) }
}

/// The line, from 0, that names the place: an id, a key, a parameter, a table, or a word in quotes. Looked for from `start` on, and
/// no further than the next version of the rule; `start` when there is none.
fn line_within(text: &str, start: usize, place: &str) -> usize {
    let defines = |line: &str| {
        let line = line.replace(' ', "");
        line == format!("id=\"{place}\"")
            || line.starts_with(&format!("{place}="))
            || line.starts_with(&format!("[rule.parameters.{place}]"))
            || line.starts_with(&format!("[rule.tables.{place}]"))
            || line.starts_with(&format!("valid_from={place}"))
    };
    let quoted = format!("\"{place}\"");
    let lines = || {
        let within = |(at, line): &(usize, &str)| *at == start || start == 0 || line.trim() != "[[rule]]";
        text.lines().enumerate().skip(start).take_while(within)
    };
    let found = lines().find(|(_, line)| defines(line)).or_else(|| lines().find(|(_, line)| line.contains(&quoted)));
    found.map_or(start, |(at, _)| at)
}

/// Mistakes, each with the first day of the version that it is in, where it is in one.
fn check_service(
    file: &ServiceFile,
    facts: &BTreeMap<String, Fact>,
    catalogue: &Catalogue,
    names: &ProductNames,
) -> Vec<(Option<Date>, Mistake)> {
    let (service, proactive) = (&file.service, &file.proactive);
    let mut mistakes = Vec::new();
    let mut note_in = |of: Option<Date>, place: &str, reason: String| {
        mistakes.push((of, Mistake { place: place.to_owned(), reason }));
    };
    let mut note = |place: &str, reason: String| note_in(None, place, reason);
    if !is_id(&service.id) {
        note(&service.id, format!("{:?} is not an id", service.id));
    }
    if !catalogue.organisations.contains_key(&service.organisation) {
        note(&service.organisation, format!("organisation {:?} is not in organisations.toml", service.organisation));
    }
    for organisation in &proactive.may_know {
        if organisation != "gemeente" && !catalogue.organisations.contains_key(organisation) {
            note(organisation, format!("may_know {organisation:?} is not in organisations.toml"));
        }
    }
    if let Some(upl) = &service.upl
        && !names.contains(upl)
    {
        let nearest = names.nearest(upl).map(|name| format!(": did you mean {name:?}?")).unwrap_or_default();
        note(
            "upl",
            format!("upl {upl:?} is not a name of the national list of product names (tables/upl.csv){nearest}"),
        );
    }
    for signal in &proactive.signals {
        if let Err(reason) = check_signal(signal, facts) {
            note(signal, reason);
        }
    }
    match (proactive.mode, &proactive.undo_within) {
        (Mode::Grant, None) => note("mode", "a grant says within what term it can be undone (undo_within)".to_owned()),
        (Mode::Offer | Mode::Inform, Some(_)) => note("undo_within", "only a grant can be undone".to_owned()),
        _ => {}
    }
    if file.rules.is_empty() {
        note(&service.id, "has no rule".to_owned());
    }
    for pair in file.rules.windows(2) {
        let (one, next) = (&pair[0], &pair[1]);
        let day = next.valid_from.to_string();
        match one.valid_until {
            _ if one.valid_from >= next.valid_from => {
                note(&day, format!("the rule of {day} stands after that of {}: put them in order", one.valid_from));
            }
            Some(until) if until >= next.valid_from => {
                note(
                    &day,
                    format!("the rule of {} overlaps that of {day}: it says it is valid until {until}", one.valid_from),
                );
            }
            Some(until) if until.tomorrow().ok() != Some(next.valid_from) => {
                note(&day, format!("there is no rule between {until} and {day}"));
            }
            _ => {}
        }
    }
    for (of, place, text) in texts(file) {
        if let Err(reason) = check_text(text) {
            note_in(of, place, format!("{place:?} {reason}"));
        }
    }
    for rule in &file.rules {
        let mut note = |place: &str, reason: String| note_in(Some(rule.valid_from), place, reason);
        let mut ids = BTreeSet::new();
        let steps = rule.steps.iter().map(|step| (&step.id, &step.law));
        for (id, law) in steps.chain(rule.conditions.iter().map(|condition| (&condition.id, &condition.law))) {
            if !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') || id.is_empty() {
                note(id, format!("{id:?} is not an id: lower case letters, digits and _"));
            }
            if !ids.insert(id) {
                note(id, format!("{id:?} is there twice in the rule of {}", rule.valid_from));
            }
            if law.trim().is_empty() {
                note(id, format!("{id:?} names no article of law"));
            }
        }
        for (id, parameter) in &rule.parameters {
            if parameter.source.trim().is_empty() {
                note(id, format!("parameter {id:?} has no source"));
            }
        }
        for (id, table) in &rule.tables {
            if table.source.trim().is_empty() {
                note(id, format!("table {id:?} has no source"));
            }
        }
    }
    mistakes
}

/// Every text of a service: the version it is in, where it is in one, and the word that stands on its line.
fn texts(file: &ServiceFile) -> Vec<(Option<Date>, &str, &Text)> {
    let (service, proactive) = (&file.service, &file.proactive);
    let mut texts = vec![
        (None, "name", &service.name),
        (None, "summary", &service.summary),
        (None, "target", &proactive.target),
        (None, "on_accept", &proactive.on_accept),
        (None, "on_nothing", &proactive.on_nothing),
    ];
    texts.extend(
        [("effect", &proactive.effect), ("repayment", &proactive.repayment), ("kept", &proactive.kept)]
            .into_iter()
            .filter_map(|(place, text)| Some((None, place, text.as_ref()?))),
    );
    texts.extend(proactive.asks.iter().map(|ask| (None, ask.id.as_str(), &ask.label)));
    for rule in &file.rules {
        let of = Some(rule.valid_from);
        texts.extend(rule.steps.iter().map(|step| (of, step.id.as_str(), &step.label)));
        texts.extend(rule.conditions.iter().map(|condition| (of, condition.id.as_str(), &condition.label)));
        texts.extend(rule.parameters.iter().map(|(id, parameter)| (of, id.as_str(), &parameter.label)));
        texts.extend(rule.tables.iter().map(|(id, table)| (of, id.as_str(), &table.label)));
    }
    texts
}

fn check_signal(signal: &str, facts: &BTreeMap<String, Fact>) -> Result<(), String> {
    let Some((kind, what)) = signal.split_once(':') else {
        return Err(format!("signal {signal:?} is not fact:NAME, birthday:AGE, date:NAME or period:year"));
    };
    match kind {
        "fact" | "date" if !facts.contains_key(what) => {
            Err(format!("signal {signal:?} names a fact that is not there"))
        }
        "fact" => Ok(()),
        "date" if !matches!(facts[what].kind, FactType::Date | FactType::Dates) => {
            Err(format!("signal {signal:?} names a fact that is not a date"))
        }
        "date" => Ok(()),
        "birthday" if what.parse::<u8>().is_ok() => Ok(()),
        "period" if matches!(what, "year" | "quarter" | "month") => Ok(()),
        _ => Err(format!("signal {signal:?} is not fact:NAME, birthday:AGE, date:NAME or period:year")),
    }
}

/// Each fact is allowed for the purpose, and is a signal.
fn check_use(compiled: &Compiled, proactive: &Proactive, facts: &BTreeMap<String, Fact>) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut told = BTreeSet::new();
    for (place, used) in &compiled.used {
        for fact in used.iter().filter(|fact| !told.contains(*fact)).collect::<Vec<_>>() {
            told.insert(fact);
            if !facts[fact].purposes.contains(&proactive.purpose) {
                let reason = format!("uses fact {fact:?}, which may not be used for {:?}", proactive.purpose);
                mistakes.push(Mistake { place: place.clone(), reason });
            }
            if !proactive.signals.iter().any(|signal| signal.strip_prefix("fact:") == Some(fact)) {
                let reason = format!("uses fact {fact:?}, which is not among the signals: add \"fact:{fact}\"");
                mistakes.push(Mistake { place: place.clone(), reason });
            }
        }
    }
    if let OncePer::Value(text) = &proactive.once_per
        && text.trim().is_empty()
    {
        mistakes.push(Mistake { place: "once_per".to_owned(), reason: "is empty".to_owned() });
    }
    mistakes
}
