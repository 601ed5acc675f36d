//! A rule of a service as one SELECT, in which every step, condition and amount is a column.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    expression::{Bands, Compiler, Definition, decimal},
    layers::select,
    model::{Fact, Figure, OncePer, Parameter, Period, RuleFile, Table, Unit},
    value::{Kind, Need, Piece, Sql, Value},
};

/// Where a mistake is: the id of a step, condition or parameter, or the key of an amount; and what is wrong.
#[derive(Debug, PartialEq, Eq)]
pub struct Mistake {
    pub place: String,
    pub reason: String,
}

/// A rule in SQL. The statements read from `{source}`, rows of the table of facts as `f`, on the day `{on}`.
#[derive(Debug)]
pub struct Compiled {
    /// Facts it uses, by the id of the step, condition or amount that names them.
    pub used: BTreeMap<String, BTreeSet<String>>,
    /// Steps that each step, condition or amount names.
    pub steps_used: BTreeMap<String, BTreeSet<String>>,
    /// Of each step: what kind of value, and by how much its column is to be divided.
    pub shown: BTreeMap<String, Shown>,
    /// Every fact it uses.
    facts: BTreeSet<String>,
    /// SHA-256 of `run` before it is filled in.
    hash: String,
    verdict: Template,
    run: Template,
}

/// A statement with `{source}` and `{on}` in it, cut up at those, as it is filled in for each event.
#[derive(Debug)]
struct Template(Vec<Part>);

#[derive(Debug)]
enum Part {
    Text(String),
    Source,
    On,
}

impl Template {
    fn new(mut text: &str) -> Self {
        let mut parts = Vec::new();
        while let Some((at, hole, part)) = [("{source}", Part::Source), ("{on}", Part::On)]
            .into_iter()
            .filter_map(|(hole, part)| Some((text.find(hole)?, hole, part)))
            .min_by_key(|(at, ..)| *at)
        {
            parts.extend([Part::Text(text[..at].to_owned()), part]);
            text = &text[at + hole.len()..];
        }
        parts.push(Part::Text(text.to_owned()));
        Self(parts)
    }

    fn fill_in(&self, source: &str, on: &str) -> String {
        let parts = self.0.iter().map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Source => source,
            Part::On => on,
        });
        parts.collect()
    }
}

/// How a step's value is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    Money(Option<Period>),
    Number,
    Date,
    YesNo,
    Text,
}

impl Compiled {
    /// `person, eligible, period, year, quarter, month, once, missing` of everybody in the source for whom it is not a certain no.
    /// Eligible is null where data are missing.
    pub fn verdict(&self, source: &str, on: &str) -> String {
        let verdict = self.verdict.fill_in(source, on);
        format!("select * from ({verdict}) v where eligible is not false")
    }

    /// `person, eligible, period, year, quarter, month, once, missing, conditions, steps, facts` of everybody in the source: the last
    /// three are JSON by id.
    pub fn run(&self, source: &str, on: &str) -> String {
        self.run.fill_in(source, on)
    }

    /// SHA-256 of the statement, in hexadecimal digits.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Every fact it uses.
    pub fn facts(&self) -> BTreeSet<&str> {
        self.facts.iter().map(String::as_str).collect()
    }

    pub fn uses_any(&self, facts: &BTreeSet<String>) -> bool {
        facts.iter().any(|fact| self.facts.contains(fact))
    }
}

/// # Errors
/// Every mistake in the rule.
pub(super) fn compile(
    rule: &RuleFile,
    once_per: &OncePer,
    facts: &BTreeMap<String, Fact>,
) -> Result<Compiled, Vec<Mistake>> {
    let mut compiler = Compiler::new(facts.values());
    let mut mistakes = Mistakes::default();
    for (id, parameter) in &rule.parameters {
        let value = figure(parameter).and_then(|value| compiler.name(id, value));
        mistakes.note(id, value);
    }
    for (id, table) in &rule.tables {
        if let Some(bands) = mistakes.note(id, bands(table)) {
            compiler.table(id, bands);
        }
    }
    let mut parts = Parts::default();
    for (at, step) in rule.steps.iter().enumerate() {
        if let Some(later) = rule.steps[at..].iter().find(|later| words(&step.value).any(|word| word == later.id)) {
            mistakes
                .add(&step.id, format!("uses step {:?}, which is not an earlier one: that would be a cycle", later.id));
            continue;
        }
        let Some(value) = mistakes.note(&step.id, compiler.compile(&step.value)) else { continue };
        parts.reads(&step.id, &value);
        let value = compiler.define(value);
        parts.steps.push((step.id.clone(), value.clone()));
        let mut reference = value;
        reference.reads_steps = true;
        mistakes.note(&step.id, compiler.name(&step.id, reference));
    }
    for condition in &rule.conditions {
        let Some(value) = mistakes.note(&condition.id, compiler.compile(&condition.when)) else { continue };
        if value.kind != Kind::Boolean {
            mistakes.add(&condition.id, format!("is {} and not yes or no", value.kind.name()));
            continue;
        }
        parts.reads(&condition.id, &value);
        parts.conditions.push((condition.id.clone(), value));
    }
    for (key, text) in [
        ("year", &rule.amount.year),
        ("quarter", &rule.amount.quarter),
        ("month", &rule.amount.month),
        ("once", &rule.amount.once),
    ] {
        let Some(text) = text else { continue };
        let Some(value) = mistakes.note(key, compiler.compile(text)) else { continue };
        match (value.kind, value.range().denominator) {
            (Kind::Money(_), 1) => {
                parts.reads(key, &value);
                parts.amounts.push((key, value));
            }
            (Kind::Money(_), _) => mistakes.add(key, "is not whole eurocents: round it, as the law does"),
            (kind, _) => mistakes.add(key, format!("is {} and not an amount", kind.name())),
        }
    }
    if rule.conditions.is_empty() {
        mistakes.add("conditions", "has no conditions");
    }
    parts.period = match once_per {
        OncePer::Year => compiler.compile("first_of_year(on_date)").ok(),
        OncePer::Quarter => compiler.compile("first_of_quarter(on_date)").ok(),
        OncePer::Ever => compiler.compile("date '0001-01-01'").ok(),
        OncePer::Value(text) => match mistakes.note("once_per", compiler.compile(text)) {
            Some(value) if value.kind == Kind::Date => {
                parts.reads("once_per", &value);
                Some(value)
            }
            Some(value) => {
                mistakes.add("once_per", format!("is {} and not a date", value.kind.name()));
                None
            }
            None => None,
        },
    };
    if !mistakes.0.is_empty() {
        return Err(mistakes.0);
    }
    Ok(parts.statements(&compiler.definitions, rule))
}

#[derive(Default)]
struct Mistakes(Vec<Mistake>);

impl Mistakes {
    fn add(&mut self, place: &str, reason: impl Into<String>) {
        self.0.push(Mistake { place: place.to_owned(), reason: reason.into() });
    }

    fn note<T>(&mut self, place: &str, result: Result<T, String>) -> Option<T> {
        result.map_err(|reason| self.add(place, reason)).ok()
    }
}

fn kind_of(unit: Unit) -> Kind {
    match unit {
        Unit::Eurocent => Kind::Money(None),
        Unit::EurocentMonth => Kind::Money(Some(Period::Month)),
        Unit::EurocentQuarter => Kind::Money(Some(Period::Quarter)),
        Unit::EurocentYear => Kind::Money(Some(Period::Year)),
        Unit::Percent | Unit::Number => Kind::Number,
        Unit::Flag => Kind::Boolean,
    }
}

fn one_figure(figure: &Figure, unit: Unit) -> Result<Value, String> {
    let kind = kind_of(unit);
    let (numerator, denominator) = match (figure, kind) {
        (Figure::Flag(flag), Kind::Boolean) => return Ok(Value::new(Sql::text(flag.to_string()), kind)),
        (Figure::Whole(whole), Kind::Number | Kind::Money(_)) => (i128::from(*whole), 1),
        (Figure::Written(text), Kind::Number) => {
            decimal(text).ok_or_else(|| format!("is {text:?}, which is not a number"))?
        }
        _ => return Err(format!("is {figure:?}, which is not {} ({unit:?})", kind.name())),
    };
    let denominator = if unit == Unit::Percent { denominator * 100 } else { denominator };
    Ok(Value::constant(kind, numerator, denominator))
}

/// A parameter: a constant or, where municipalities set their own, a choice by the person's municipality.
fn figure(parameter: &Parameter) -> Result<Value, String> {
    let default = one_figure(&parameter.value, parameter.unit)?;
    if parameter.by_municipality.is_empty() {
        return Ok(default);
    }
    let mut own = Vec::new();
    for (code, figure) in &parameter.by_municipality {
        if code.len() != 4 || !code.bytes().all(|b| b.is_ascii_digit()) {
            return Err(format!("names municipality {code:?}, which is not a code of table 33"));
        }
        own.push((code, one_figure(figure, parameter.unit)?));
    }
    let all: Vec<&Value> = own.iter().map(|(_, value)| value).chain([&default]).collect();
    let kind = default.kind;
    let municipality = Sql(vec![Piece::Fact("municipality".to_owned())]);
    let aligned = if kind.is_numeric() { Some(super::arithmetic::align(&all)?) } else { None };
    let sql_of = |at: usize| aligned.as_ref().map_or_else(|| all[at].sql.clone(), |aligned| aligned.sql[at].clone());
    let mut sql = Sql::of("(case {}", &[&municipality]);
    for (at, (code, _)) in own.iter().enumerate() {
        sql = sql.and(&Sql::of(&format!(" when '{code}' then {{}}"), &[&sql_of(at)]));
    }
    // Whoever has no known municipality falls under none that has a setting of its own.
    let sql = sql.and(&Sql::of(" else {} end)", &[&sql_of(own.len())]));
    let mut value = match &aligned {
        Some(aligned) => super::arithmetic::chosen(&all, kind, aligned, sql),
        None => Value::new(sql, kind),
    };
    value.reads.insert("municipality".to_owned());
    value.needs.push(Need { fact: "municipality".to_owned(), when: Vec::new() });
    Ok(value)
}

fn bands(table: &Table) -> Result<Bands, String> {
    let mut rows = Vec::with_capacity(table.rows.len());
    for (bound, figure) in &table.rows {
        if rows.last().is_some_and(|(last, _)| *last >= i128::from(*bound)) {
            return Err(format!("has bound {bound} after a bound that is not lower"));
        }
        rows.push((i128::from(*bound), one_figure(figure, table.unit)?));
    }
    if !kind_of(table.bound).is_numeric() || !kind_of(table.unit).is_numeric() {
        return Err("has bounds or values that are not numbers".to_owned());
    }
    Ok(Bands { bound: kind_of(table.bound), rows, above: one_figure(&table.above, table.unit)? })
}

#[derive(Default)]
struct Parts {
    steps: Vec<(String, Value)>,
    conditions: Vec<(String, Value)>,
    amounts: Vec<(&'static str, Value)>,
    period: Option<Value>,
    used: BTreeMap<String, BTreeSet<String>>,
}

impl Parts {
    fn reads(&mut self, id: &str, value: &Value) {
        self.used.insert(id.to_owned(), value.reads.clone());
    }

    fn statements(self, definitions: &[Definition], rule: &RuleFile) -> Compiled {
        // Conditions on facts alone are cheap: they say who needs no calculation. The cheapest go first.
        let mut conditions: Vec<&Value> = self.conditions.iter().map(|(_, value)| value).collect();
        conditions.sort_by_key(|value| (value.reads_steps, value.sql.cost()));
        let cheap = and(conditions.iter().filter(|value| !value.reads_steps).map(|value| &value.sql));
        let mut all: Vec<Sql> = conditions.iter().map(|value| value.sql.clone()).collect();
        for (_, amount) in self.amounts.iter().filter(|(_, amount)| amount.nullable) {
            all.push(Sql::of("(case when {} is not null then true end)", &[&amount.sql]));
        }
        let period = self.period.as_ref().map_or_else(|| Sql::text("null::date"), |period| period.sql.clone());
        if self.period.as_ref().is_some_and(|period| period.nullable) {
            all.push(Sql::of("(case when {} is not null then true end)", &[&period]));
        }
        let eligible = and(all.iter());
        let amount = |key: &str| {
            let found = self.amounts.iter().find(|(own, _)| *own == key);
            found.map_or_else(|| Sql::text("null::bigint"), |(_, value)| Sql::of("({})::bigint", &[&value.sql]))
        };
        let mut columns: Vec<(&str, Sql)> = vec![
            ("eligible", eligible.clone()),
            ("period", period),
            ("year", amount("year")),
            ("quarter", amount("quarter")),
            ("month", amount("month")),
            ("once", amount("once")),
            ("missing", self.missing()),
        ];
        let verdict = select(definitions, &columns, Some(&cheap));
        let mut shown = BTreeMap::new();
        let conditions = json(self.conditions.iter().map(|(id, value)| (id.as_str(), value.sql.clone())));
        let steps = json(self.steps.iter().map(|(id, value)| {
            shown.insert(id.clone(), how_shown(value.kind));
            let divisor = value.range().denominator;
            let sql = match value.kind {
                Kind::Number | Kind::Money(_) if divisor != 1 || value.range().form != super::value::Form::Bigint => {
                    Sql::of(&format!("round(({{}})::numeric / {divisor}, 8)"), &[&value.sql])
                }
                _ => value.sql.clone(),
            };
            (id.as_str(), sql)
        }));
        let used: BTreeSet<&String> = self.used.values().flatten().collect();
        let facts = json(used.iter().map(|name| (name.as_str(), Sql(vec![Piece::Fact((*name).clone())]))));
        columns.extend([("conditions", conditions), ("steps", steps), ("facts", facts)]);
        let run = select(definitions, &columns, None);
        let step_ids: BTreeSet<&str> = rule.steps.iter().map(|step| step.id.as_str()).collect();
        let steps_used = texts(rule)
            .map(|(id, text)| {
                (id.to_owned(), words(text).filter(|word| step_ids.contains(word)).map(str::to_owned).collect())
            })
            .collect();
        // What a step or condition reads itself; the steps it names show their own.
        let fact_names: BTreeSet<String> = used.into_iter().cloned().collect();
        let mut own: BTreeMap<String, BTreeSet<String>> = texts(rule)
            .map(|(id, text)| {
                (id.to_owned(), words(text).filter(|word| fact_names.contains(*word)).map(str::to_owned).collect())
            })
            .collect();
        if let Some(period) = self.used.get("once_per") {
            own.insert("once_per".to_owned(), period.clone());
        }
        let municipal = rule.parameters.iter().filter(|(_, parameter)| !parameter.by_municipality.is_empty());
        let municipal: BTreeSet<&str> = municipal.map(|(id, _)| id.as_str()).collect();
        for (id, text) in texts(rule) {
            if words(text).any(|word| municipal.contains(word)) {
                own.entry(id.to_owned()).or_default().insert("municipality".to_owned());
            }
        }
        let digest = ring::digest::digest(&ring::digest::SHA256, run.as_bytes());
        Compiled {
            facts: own.values().flatten().cloned().collect(),
            used: own,
            steps_used,
            shown,
            hash: digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect(),
            verdict: Template::new(&verdict),
            run: Template::new(&run),
        }
    }

    /// The facts that must be known before it can be told, of those that are not.
    fn missing(&self) -> Sql {
        let mut needs: Vec<&Need> = Vec::new();
        let values = self.conditions.iter().map(|(_, value)| value).chain(self.amounts.iter().map(|(_, value)| value));
        for value in values.chain(self.period.as_ref().filter(|period| period.nullable)) {
            for need in value.needs.iter().filter(|_| value.nullable) {
                if !needs.contains(&need) {
                    needs.push(need);
                }
            }
        }
        let mut by_fact: BTreeMap<&str, Vec<&Need>> = BTreeMap::new();
        for need in needs {
            by_fact.entry(&need.fact).or_default().push(need);
        }
        let mut list = Sql::default();
        for (i, (fact, needs)) in by_fact.iter().enumerate() {
            let column = Sql(vec![Piece::Fact((*fact).to_owned())]);
            let always = needs.iter().any(|need| need.when.is_empty());
            let when = needs.iter().map(|need| and(need.when.iter())).collect::<Vec<_>>();
            let mut any = Sql::default();
            for (i, sql) in when.iter().enumerate() {
                any = if i == 0 { any } else { any.then(" or ") };
                any = any.and(sql);
            }
            let guard = if always { Sql::text("true") } else { Sql::of("({})", &[&any]) };
            let one = Sql::of(&format!("case when {{}} is null and {{}} then '{fact}' end"), &[&column, &guard]);
            list = if i == 0 { one } else { list.then(", ").and(&one) };
        }
        Sql::of("array_remove(array[{}]::text[], null)", &[&list])
    }
}

fn how_shown(kind: Kind) -> Shown {
    match kind {
        Kind::Money(period) => Shown::Money(period),
        Kind::Date => Shown::Date,
        Kind::Boolean => Shown::YesNo,
        Kind::Text => Shown::Text,
        Kind::Number | Kind::Dates | Kind::Childcare => Shown::Number,
    }
}

/// Every expression of a rule with its id.
fn texts(rule: &RuleFile) -> impl Iterator<Item = (&str, &str)> {
    let amounts = [
        ("year", &rule.amount.year),
        ("quarter", &rule.amount.quarter),
        ("month", &rule.amount.month),
        ("once", &rule.amount.once),
    ];
    let steps = rule.steps.iter().map(|step| (step.id.as_str(), step.value.as_str()));
    let conditions = rule.conditions.iter().map(|condition| (condition.id.as_str(), condition.when.as_str()));
    steps.chain(conditions).chain(amounts.into_iter().filter_map(|(key, text)| Some((key, text.as_deref()?))))
}

/// The names in an expression that has been compiled, so that is known to be well formed.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

fn and<'a>(conditions: impl Iterator<Item = &'a Sql>) -> Sql {
    let mut sql = Sql::text("(true");
    for condition in conditions {
        sql = sql.then(" and ").and(condition);
    }
    sql.then(")")
}

fn json<'a>(entries: impl Iterator<Item = (&'a str, Sql)>) -> Sql {
    let mut sql = Sql::text("('{}'::jsonb");
    // A function takes a hundred arguments at most.
    for (id, value) in entries {
        sql = sql.and(&Sql::of(&format!(" || jsonb_build_object('{id}', {{}})"), &[&value]));
    }
    sql.then(")")
}
