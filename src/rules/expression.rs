//! Expressions of a rule: parsed by `sqlparser`, checked and typed here, and written anew as SQL. Nothing of the text itself reaches
//! the database but names of known facts, numbers, dates and plain words.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use sqlparser::{
    ast::{
        BinaryOperator, CaseWhen, DataType, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments,
        ObjectNamePart, UnaryOperator, Value as Literal,
    },
    dialect::PostgreSqlDialect,
    parser::Parser,
    tokenizer::Token,
};

use super::{
    arithmetic::{self, Rounding, align, chosen, common_kind},
    model::{Fact, FactType},
    value::{Form, Kind, Need, Piece, Range, Sql, Value, literal},
};

type Result<T> = std::result::Result<T, String>;

/// Longer than this no expression needs to be.
const LONGEST: usize = 4000;

/// What is worked out on the way: steps, and parts used more than once.
pub(super) struct Definition {
    pub value: Value,
}

/// A table of bands, its figures as constants.
pub(super) struct Bands {
    pub bound: Kind,
    pub rows: Vec<(i128, Value)>,
    pub above: Value,
}

/// Names and what they stand for, while a rule is compiled.
pub(super) struct Compiler<'a> {
    facts: HashMap<&'a str, &'a Fact>,
    names: BTreeMap<String, Value>,
    tables: BTreeMap<String, Bands>,
    pub definitions: Vec<Definition>,
}

impl<'a> Compiler<'a> {
    pub fn new(facts: impl IntoIterator<Item = &'a Fact>) -> Self {
        let facts = facts.into_iter().map(|fact| (fact.name.as_str(), fact)).collect();
        Self { facts, names: BTreeMap::new(), tables: BTreeMap::new(), definitions: Vec::new() }
    }

    /// Gives a name to a value: a parameter or a step.
    ///
    /// # Errors
    /// When the name is taken.
    pub fn name(&mut self, name: &str, value: Value) -> Result<()> {
        if self.facts.contains_key(name) || name == "on_date" {
            return Err(format!("{name:?} is the name of a fact"));
        }
        if self.names.insert(name.to_owned(), value).is_some() {
            return Err(format!("{name:?} is there twice"));
        }
        Ok(())
    }

    pub fn table(&mut self, name: &str, bands: Bands) {
        self.tables.insert(name.to_owned(), bands);
    }

    /// Keeps a value to be worked out once, under whatever uses it.
    pub fn define(&mut self, value: Value) -> Value {
        if value.constant.is_some() {
            return value;
        }
        let mut reference = value.clone();
        reference.sql = Sql(vec![Piece::Definition(self.definitions.len())]);
        self.definitions.push(Definition { value });
        reference
    }

    /// A value that can be written down twice.
    fn short(&mut self, value: Value) -> Value {
        if value.sql.is_short() { value } else { self.define(value) }
    }

    /// # Errors
    /// What is wrong with the expression, as words that follow its text.
    pub fn compile(&mut self, text: &str) -> Result<Value> {
        if text.len() > LONGEST {
            return Err(format!("is longer than {LONGEST} characters"));
        }
        let dialect = PostgreSqlDialect {};
        let unreadable = |error: &dyn std::fmt::Display| format!("cannot be read: {error}");
        let mut parser = Parser::new(&dialect).try_with_sql(text).map_err(|error| unreadable(&error))?;
        let expression = parser.parse_expr().map_err(|error| unreadable(&error))?;
        let rest = parser.next_token();
        if rest.token != Token::EOF {
            return Err(format!("cannot be read from {:?}", rest.token.to_string()));
        }
        self.expression(&expression)
    }

    fn expression(&mut self, expression: &Expr) -> Result<Value> {
        match expression {
            Expr::Identifier(name) if name.quote_style.is_none() => self.named(&name.value),
            Expr::Nested(inner) => self.expression(inner),
            Expr::Value(value) => self.literal(&value.value),
            Expr::TypedString(typed) if typed.data_type == DataType::Date => match &typed.value.value {
                Literal::SingleQuotedString(text) => date_literal(text),
                _ => Err("has a date that is not written as date '2026-01-31'".to_owned()),
            },
            Expr::UnaryOp { op: UnaryOperator::Minus, expr } => arithmetic::negate(&self.expression(expr)?),
            Expr::UnaryOp { op: UnaryOperator::Not, expr } => {
                let value = self.boolean(expr)?;
                Ok(Value::new(Sql::of("(not {})", &[&value.sql]), Kind::Boolean).with(&value))
            }
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right),
            Expr::Between { expr, negated, low, high } => self.between(expr, *negated, low, high),
            Expr::InList { expr, list, negated } => self.in_list(expr, list, *negated),
            Expr::Case { operand: None, conditions, else_result: Some(otherwise), .. } => {
                self.case(conditions, otherwise)
            }
            Expr::Case { else_result: None, .. } => Err("has a case without else".to_owned()),
            Expr::Function(function) => self.function(function),
            other => Err(format!("uses what a rule may not use: {}", shortened(&other.to_string()))),
        }
    }

    fn named(&mut self, name: &str) -> Result<Value> {
        if name == "on_date" {
            return Ok(Value::new(Sql(vec![Piece::OnDate]), Kind::Date));
        }
        if let Some(value) = self.names.get(name) {
            return Ok(value.clone());
        }
        let Some(fact) = self.facts.get(name) else {
            return Err(format!("names {:?}, which is no fact, parameter or earlier step", shortened(name)));
        };
        Ok(fact_value(fact))
    }

    fn literal(&self, literal: &Literal) -> Result<Value> {
        match literal {
            Literal::Number(digits, false) => {
                let (numerator, denominator) =
                    decimal(digits).ok_or_else(|| format!("has a number {digits:?} that is too long"))?;
                Ok(Value::constant(Kind::Number, numerator, denominator))
            }
            Literal::Boolean(truth) => Ok(Value::new(Sql::text(truth.to_string()), Kind::Boolean)),
            Literal::SingleQuotedString(text) => text_literal(text),
            other => Err(format!("uses what a rule may not use: {}", shortened(&other.to_string()))),
        }
    }

    fn boolean(&mut self, expression: &Expr) -> Result<Value> {
        let value = self.expression(expression)?;
        match value.kind {
            Kind::Boolean => Ok(value),
            other => Err(format!("has {} where yes or no is needed", other.name())),
        }
    }

    fn binary(&mut self, left: &Expr, op: &BinaryOperator, right: &Expr) -> Result<Value> {
        match op {
            BinaryOperator::And | BinaryOperator::Or => {
                let left = self.boolean(left)?;
                let left = self.short(left);
                let right = self.boolean(right)?;
                // What the right side needs matters only when the left side does not settle it.
                let (template, unsettled) = match op {
                    BinaryOperator::And => ("({} and {})", "({} is not false)"),
                    _ => ("({} or {})", "({} is not true)"),
                };
                let guard = Sql::of(unsettled, &[&left.sql]);
                let sql = Sql::of(template, &[&left.sql, &right.sql]);
                Ok(Value::new(sql, Kind::Boolean).with(&left).with_when(&right, &guard))
            }
            BinaryOperator::Plus | BinaryOperator::Minus => {
                arithmetic::add(&self.expression(left)?, &self.expression(right)?, *op == BinaryOperator::Minus)
            }
            BinaryOperator::Multiply => arithmetic::multiply(&self.expression(left)?, &self.expression(right)?),
            BinaryOperator::Divide => arithmetic::divide(&self.expression(left)?, &self.expression(right)?),
            BinaryOperator::Eq
            | BinaryOperator::NotEq
            | BinaryOperator::Lt
            | BinaryOperator::LtEq
            | BinaryOperator::Gt
            | BinaryOperator::GtEq => {
                let (left, right) = (self.expression(left)?, self.expression(right)?);
                compare(&left, op, &right)
            }
            other => Err(format!("uses an operator that a rule may not use: {other}")),
        }
    }

    fn between(&mut self, value: &Expr, negated: bool, low: &Expr, high: &Expr) -> Result<Value> {
        let value = self.expression(value)?;
        let value = if value.age_of.is_some() { value } else { self.short(value) };
        let from = compare(&value, &BinaryOperator::GtEq, &self.expression(low)?)?;
        let to = compare(&value, &BinaryOperator::LtEq, &self.expression(high)?)?;
        let template = if negated { "(not ({} and {}))" } else { "({} and {})" };
        Ok(Value::new(Sql::of(template, &[&from.sql, &to.sql]), Kind::Boolean).with(&from).with(&to))
    }

    fn in_list(&mut self, value: &Expr, list: &[Expr], negated: bool) -> Result<Value> {
        let value = self.expression(value)?;
        let value = self.short(value);
        let mut sql = Sql::default();
        let mut result = Value::new(Sql::default(), Kind::Boolean).with(&value);
        for (i, item) in list.iter().enumerate() {
            let item = self.expression(item)?;
            let equal = compare(&value, &BinaryOperator::Eq, &item)?;
            sql = if i == 0 { equal.sql } else { Sql::of("{} or {}", &[&sql, &equal.sql]) };
            result = result.with(&item);
        }
        if list.is_empty() {
            return Err("has an empty list".to_owned());
        }
        result.sql = Sql::of(if negated { "(not ({}))" } else { "({})" }, &[&sql]);
        Ok(result)
    }

    fn case(&mut self, conditions: &[CaseWhen], otherwise: &Expr) -> Result<Value> {
        let mut whens = Vec::new();
        for when in conditions {
            let condition = self.boolean(&when.condition)?;
            let condition = if condition.nullable { self.short(condition) } else { condition };
            whens.push((condition, self.expression(&when.result)?));
        }
        let otherwise = self.expression(otherwise)?;
        let results: Vec<&Value> = whens.iter().map(|(_, result)| result).chain([&otherwise]).collect();
        let kind = common_kind(&results)?;
        let aligned = align_if_numeric(&results, kind)?;
        let mut sql = Sql::text("(case");
        // An unknown condition gives an unknown result, where SQL would go on to the next.
        for ((condition, _), result) in whens.iter().zip(&aligned.sql) {
            sql = sql.and(&Sql::of(" when {} then {}", &[&condition.sql, result]));
            if condition.nullable {
                sql = sql.and(&Sql::of(" when {} is null then null", &[&condition.sql]));
            }
        }
        let sql = sql.and(&Sql::of(" else {} end)", &[&aligned.sql[whens.len()]]));
        let mut value = chosen(&results, kind, &aligned, sql);
        // A result is needed when its condition holds and none before it.
        let mut before = Sql::default();
        for (condition, result) in &whens {
            let reached = if before.0.is_empty() { Sql::text("true") } else { before.clone() };
            value = value.with_when(condition, &reached);
            let holds = Sql::of("({} and ({} is true))", &[&reached, &condition.sql]);
            value = value.with_when(result, &holds);
            before = Sql::of("({} and ({} is false))", &[&reached, &condition.sql]);
        }
        Ok(value.with_when(&otherwise, &before))
    }

    fn function(&mut self, function: &Function) -> Result<Value> {
        let (name, arguments) = plain_call(function)?;
        if name == "band" {
            return self.band(&arguments);
        }
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(self.expression(argument)?);
        }
        match (name.as_str(), values.as_slice()) {
            ("coalesce", [_, _, ..]) => coalesce(&values),
            ("greatest" | "least", [_, _, ..]) => self.extreme(&name, values),
            ("floor_to", [value, unit]) => arithmetic::round(value, unit, Rounding::Floor),
            ("ceil_to", [value, unit]) => arithmetic::round(value, unit, Rounding::Ceiling),
            ("round_half_up", [value, unit]) => arithmetic::round(value, unit, Rounding::HalfUp),
            _ => call(&name, &values),
        }
    }

    fn extreme(&mut self, name: &str, values: Vec<Value>) -> Result<Value> {
        let values: Vec<Value> =
            values.into_iter().map(|value| if value.nullable { self.short(value) } else { value }).collect();
        let all: Vec<&Value> = values.iter().collect();
        let kind = common_kind(&all)?;
        if !kind.is_numeric() && kind != Kind::Date {
            return Err(format!("takes the {name} of {}", kind.name()));
        }
        let aligned = align_if_numeric(&all, kind)?;
        let mut list = Sql::default();
        for (i, sql) in aligned.sql.iter().enumerate() {
            list = if i == 0 { sql.clone() } else { list.then(", ").and(sql) };
        }
        let mut sql = Sql::of(&format!("{name}({{}})"), &[&list]);
        // SQL's own passes over what is unknown.
        let unknowable: Vec<&Value> = values.iter().filter(|value| value.nullable).collect();
        if !unknowable.is_empty() {
            let mut known = Sql::default();
            for (i, value) in unknowable.iter().enumerate() {
                known = if i == 0 { known } else { known.then(" and ") };
                known = known.and(&Sql::of("{} is not null", &[&value.sql]));
            }
            sql = Sql::of("(case when {} then {} end)", &[&known, &sql]);
        }
        let mut value = all.iter().fold(chosen(&all, kind, &aligned, sql), |value, part| value.with(part));
        if let Some(range) = &mut value.range {
            let (lows, highs) = (aligned.ranges.iter().map(|r| r.low), aligned.ranges.iter().map(|r| r.high));
            (range.low, range.high) = match name {
                "greatest" => (lows.max().unwrap_or(0), highs.max().unwrap_or(0)),
                _ => (lows.min().unwrap_or(0), highs.min().unwrap_or(0)),
            };
        }
        Ok(value)
    }

    fn band(&mut self, arguments: &[&Expr]) -> Result<Value> {
        let [Expr::Identifier(table), looked_up] = arguments else {
            return Err("calls band with other than a table and a value".to_owned());
        };
        let value = self.expression(looked_up)?;
        let value = self.define(value);
        let Some(bands) = self.tables.get(&table.value) else {
            return Err(format!("names table {:?}, which is not there", shortened(&table.value)));
        };
        let bound = Value::constant(bands.bound, 1, 1);
        common_kind(&[&value, &bound])?;
        let results: Vec<&Value> = bands.rows.iter().map(|(_, value)| value).chain([&bands.above]).collect();
        let kind = common_kind(&results)?;
        let aligned = align(&results)?;
        let range = value.range();
        let mut bounds = Vec::with_capacity(bands.rows.len());
        for (bound, _) in &bands.rows {
            let bound = bound.checked_mul(range.denominator).ok_or("gives numbers too large to work with")?;
            bounds.push(literal(bound, range.form));
        }
        let mut sql = search(&value.sql, &bounds, &aligned.sql);
        if value.nullable {
            sql = Sql::of("(case when {} is not null then {} end)", &[&value.sql, &sql]);
        }
        Ok(chosen(&results, kind, &aligned, sql).with(&value))
    }
}

/// A binary search through rising bounds, as nested cases.
fn search(value: &Sql, bounds: &[Sql], results: &[Sql]) -> Sql {
    match bounds {
        [] => results[0].clone(),
        _ => {
            let middle = bounds.len() / 2;
            let below = search(value, &bounds[..middle], &results[..=middle]);
            let above = search(value, &bounds[middle + 1..], &results[middle + 1..]);
            Sql::of("(case when {} <= {} then {} else {} end)", &[value, &bounds[middle], &below, &above])
        }
    }
}

fn align_if_numeric(values: &[&Value], kind: Kind) -> Result<arithmetic::Aligned> {
    if kind.is_numeric() {
        return align(values);
    }
    Ok(arithmetic::Aligned {
        sql: values.iter().map(|value| value.sql.clone()).collect(),
        ranges: Vec::new(),
        denominator: 1,
        form: Form::Bigint,
    })
}

fn compare(left: &Value, op: &BinaryOperator, right: &Value) -> Result<Value> {
    if let (Some((born, on)), Some((years, 1))) = (&left.age_of, right.constant)
        && let Some(sql) = compare_age(born, on, op, years)
    {
        return Ok(Value::new(sql, Kind::Boolean).with(left));
    }
    let both = [left, right];
    let kind = common_kind(&both)?;
    if matches!(kind, Kind::Dates | Kind::Childcare)
        || (matches!(kind, Kind::Text | Kind::Boolean) && !matches!(op, BinaryOperator::Eq | BinaryOperator::NotEq))
    {
        return Err(format!("compares {} with {op}", kind.name()));
    }
    let aligned = align_if_numeric(&both, kind)?;
    let sql = Sql::of(&format!("({{}} {op} {{}})"), &[&aligned.sql[0], &aligned.sql[1]]);
    Ok(Value::new(sql, Kind::Boolean).with(left).with(right))
}

/// Somebody has an age of at least n when they were born no later than n years before the day. Who was born on 29 February is a year
/// older on 1 March, which is also what taking years off the day gives.
fn compare_age(born: &Sql, on: &Sql, op: &BinaryOperator, years: i128) -> Option<Sql> {
    let (template, years) = match op {
        BinaryOperator::GtEq => ("({} <= ({} - interval 'YEARS years')::date)", years),
        BinaryOperator::Gt => ("({} <= ({} - interval 'YEARS years')::date)", years + 1),
        BinaryOperator::Lt => ("({} > ({} - interval 'YEARS years')::date)", years),
        BinaryOperator::LtEq => ("({} > ({} - interval 'YEARS years')::date)", years + 1),
        _ => return None,
    };
    if !(0..=200).contains(&years) {
        return None;
    }
    Some(Sql::of(&template.replace("YEARS", &years.to_string()), &[born, on]))
}

fn coalesce(values: &[Value]) -> Result<Value> {
    let all: Vec<&Value> = values.iter().collect();
    let kind = common_kind(&all)?;
    let aligned = align_if_numeric(&all, kind)?;
    let mut list = Sql::default();
    for (i, sql) in aligned.sql.iter().enumerate() {
        list = if i == 0 { sql.clone() } else { list.then(", ").and(sql) };
    }
    let mut value = chosen(&all, kind, &aligned, Sql::of("coalesce({})", &[&list]));
    value.nullable = values.iter().all(|value| value.nullable);
    if value.nullable {
        // Any of them will do; where none is known, the first is asked for.
        let none = Sql::of("({} is null)", &[&value.sql]);
        value = value.with_when(&values[0], &none);
    }
    Ok(value)
}

/// The functions of schema `rule`.
fn call(name: &str, values: &[Value]) -> Result<Value> {
    let kinds: Vec<Kind> = values.iter().map(|value| value.kind).collect();
    let sql: Vec<&Sql> = values.iter().map(|value| &value.sql).collect();
    let number = |range| (Kind::Number, Some(range));
    let count = number(Range::bigint(0, 50));
    let whole = |at: usize| {
        let range = values[at].range();
        let fits =
            range.denominator == 1 && range.form == Form::Bigint && range.low >= -200_000 && range.high <= 200_000;
        if fits { Ok(()) } else { Err(format!("calls {name} with a number that is not whole or too large")) }
    };
    use Kind::{Boolean, Childcare, Date, Dates, Money, Number};
    let (template, (kind, range)) = match (name, kinds.as_slice()) {
        ("age", [Date, Date]) => ("rule.age({}, {})::bigint", number(Range::bigint(-10_000, 10_000))),
        ("first_of_month", [Date]) => ("rule.first_of_month({})", (Date, None)),
        ("first_of_quarter", [Date]) => ("rule.first_of_quarter({})", (Date, None)),
        ("first_of_year", [Date]) => ("rule.first_of_year({})", (Date, None)),
        ("year_of", [Date]) => ("rule.year_of({})::bigint", number(Range::bigint(-10_000, 20_000))),
        ("add_days", [Date, Number]) => {
            whole(1)?;
            ("rule.add_days({}, ({})::integer)", (Date, None))
        }
        ("add_months", [Date, Number]) => {
            whole(1)?;
            ("rule.add_months({}, ({})::integer)", (Date, None))
        }
        ("add_years", [Date, Number]) => {
            whole(1)?;
            ("rule.add_years({}, ({})::integer)", (Date, None))
        }
        ("count_of", [Dates]) => ("rule.count_of({})::bigint", count),
        ("youngest", [Dates]) => ("rule.youngest({})", (Date, None)),
        ("oldest", [Dates]) => ("rule.oldest({})", (Date, None)),
        ("count_ages", [Dates, Number, Number, Date]) => {
            whole(1)?;
            whole(2)?;
            ("rule.count_ages({}, ({})::integer, ({})::integer, {})::bigint", count)
        }
        ("childcare_count", [Childcare]) => ("rule.childcare_count({})::bigint", count),
        ("childcare_cost", [Childcare, Boolean, Number, Money(_), Money(_), Money(_)]) => {
            whole(2)?;
            (
                "rule.childcare_cost({}, {}, ({})::integer, {}, {}, {})",
                (Money(Some(super::model::Period::Month)), Some(Range::bigint(0, 1_000_000_000))),
            )
        }
        _ => {
            let given: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
            return Err(format!("calls {:?} with ({}), which is not there", shortened(name), given.join(", ")));
        }
    };
    let mut value = values.iter().fold(Value::new(Sql::of(template, &sql), kind), |value, part| value.with(part));
    value.range = range;
    match name {
        "age" => value.age_of = Some((values[0].sql.clone(), values[1].sql.clone())),
        // Of an empty list.
        "youngest" | "oldest" => value.nullable = true,
        _ => {}
    }
    Ok(value)
}

fn plain_call(function: &Function) -> Result<(String, Vec<&Expr>)> {
    let refused = || format!("uses what a rule may not use: {}", shortened(&function.to_string()));
    let [ObjectNamePart::Identifier(name)] = function.name.0.as_slice() else { return Err(refused()) };
    let plain = name.quote_style.is_none()
        && !function.uses_odbc_syntax
        && matches!(function.parameters, FunctionArguments::None)
        && function.filter.is_none()
        && function.null_treatment.is_none()
        && function.over.is_none()
        && function.within_group.is_empty();
    let FunctionArguments::List(list) = &function.args else { return Err(refused()) };
    if !plain || list.duplicate_treatment.is_some() || !list.clauses.is_empty() {
        return Err(refused());
    }
    let mut arguments = Vec::with_capacity(list.args.len());
    for argument in &list.args {
        match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expression)) => arguments.push(expression),
            _ => return Err(refused()),
        }
    }
    Ok((name.value.to_ascii_lowercase(), arguments))
}

fn fact_value(fact: &Fact) -> Value {
    let column = Sql(vec![Piece::Fact(fact.name.clone())]);
    let (low, high) = (i128::from(fact.minimum), i128::from(fact.maximum.unwrap_or(i64::MAX)));
    let (sql, kind, range) = match fact.kind {
        FactType::Boolean => (column, Kind::Boolean, None),
        FactType::Date => (column, Kind::Date, None),
        FactType::Dates => (column, Kind::Dates, None),
        FactType::Text => (column, Kind::Text, None),
        FactType::Childcare => (column, Kind::Childcare, None),
        FactType::Money => (column, Kind::Money(fact.per), Some(Range::bigint(low, high))),
        FactType::Integer => (Sql::of("{}::bigint", &[&column]), Kind::Number, Some(Range::bigint(low, high))),
        FactType::Decimal => {
            let denominator = 10_i128.pow(fact.scale.unwrap_or(0).min(9));
            let range = Range { low: low * denominator, high: high * denominator, denominator, form: Form::Bigint };
            let sql = Sql::of("({} * {})::bigint", &[&column, &literal(denominator, Form::Whole)]);
            (sql, Kind::Number, Some(range))
        }
    };
    let mut value = Value::new(sql, kind);
    value.range = range;
    value.nullable = true;
    value.reads.insert(fact.name.clone());
    value.needs.push(Need { fact: fact.name.clone(), when: Vec::new() });
    value
}

fn date_literal(text: &str) -> Result<Value> {
    let date: Date = text.parse().map_err(|_| format!("has {text:?}, which is not a date as in date '2026-01-31'"))?;
    Ok(Value::new(Sql::text(format!("date '{date}'")), Kind::Date))
}

fn text_literal(text: &str) -> Result<Value> {
    if text.len() > 60 || !text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'-' | b'_')) {
        return Err(format!("has a text with more than letters and digits: {:?}", shortened(text)));
    }
    Ok(Value::new(Sql::text(format!("'{text}'")), Kind::Text))
}

/// A number as written, as numerator and denominator.
pub(super) fn decimal(text: &str) -> Option<(i128, i128)> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{part}");
    let is_number =
        !digits.is_empty() && digits.len() <= 24 && part.len() <= 15 && digits.bytes().all(|b| b.is_ascii_digit());
    if !is_number {
        return None;
    }
    Some((digits.parse().ok()?, 10_i128.checked_pow(u32::try_from(part.len()).ok()?)?))
}

fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}
