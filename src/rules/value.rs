//! What an expression has been turned into: SQL with a type, bounds, and what it needs to be known.

use std::collections::BTreeSet;

use super::model::Period;

/// Place of a definition in a program: a fact, a step, or a part that is used more than once.
pub(super) type Place = usize;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    /// A column of the table of facts, as it is stored.
    Fact(String),
    /// The day worked out for.
    OnDate,
    Definition(Place),
}

/// SQL, in pieces, so that what is defined once can be worked out once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sql(pub Vec<Piece>);

impl Sql {
    pub fn text(text: impl Into<String>) -> Self {
        Self(vec![Piece::Text(text.into())])
    }

    pub fn then(mut self, text: &str) -> Self {
        match self.0.last_mut() {
            Some(Piece::Text(last)) => last.push_str(text),
            _ => self.0.push(Piece::Text(text.to_owned())),
        }
        self
    }

    pub fn and(mut self, sql: &Sql) -> Self {
        for piece in &sql.0 {
            match piece {
                Piece::Text(text) => self = self.then(text),
                piece => self.0.push(piece.clone()),
            }
        }
        self
    }

    /// Puts parts in the places of `{}`.
    pub fn of(template: &str, parts: &[&Sql]) -> Self {
        let mut sql = Self::default();
        let mut parts = parts.iter();
        for (i, text) in template.split("{}").enumerate() {
            if i > 0 {
                sql = sql.and(parts.next().expect("as many parts as places"));
            }
            sql = sql.then(text);
        }
        sql
    }

    /// Roughly what it takes: a function costs as much as many comparisons.
    pub fn cost(&self) -> usize {
        let of = |piece: &Piece| match piece {
            Piece::Text(text) => 20 * text.matches("rule.").count() + text.len() / 40,
            Piece::Fact(_) | Piece::OnDate => 1,
            Piece::Definition(_) => 10,
        };
        self.0.iter().map(of).sum()
    }

    /// Cheap to write down twice.
    pub fn is_short(&self) -> bool {
        let heavy = self.0.iter().any(|piece| matches!(piece, Piece::Text(text) if text.len() > 24));
        !heavy && self.0.len() <= 3
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Boolean,
    Number,
    /// Eurocents; per which period, where that is known.
    Money(Option<Period>),
    Date,
    Dates,
    Text,
    Childcare,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Boolean => "yes or no",
            Kind::Number => "a number",
            Kind::Money(None) => "an amount",
            Kind::Money(Some(Period::Month)) => "an amount per month",
            Kind::Money(Some(Period::Quarter)) => "an amount per quarter",
            Kind::Money(Some(Period::Year)) => "an amount per year",
            Kind::Date => "a date",
            Kind::Dates => "a list of dates",
            Kind::Text => "a text",
            Kind::Childcare => "a list of childcare",
        }
    }

    pub const fn is_numeric(self) -> bool {
        matches!(self, Kind::Number | Kind::Money(_))
    }
}

/// How a number is kept: as a numerator over a constant denominator, so that percentages and parts of a year stay exact. Bounds are
/// of the numerator, inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub low: i128,
    pub high: i128,
    pub denominator: i128,
    pub form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The numerator is a bigint, and its bounds say that it fits.
    Bigint,
    /// The numerator is a whole number too large for a bigint, in a numeric.
    Whole,
    /// A numeric after dividing by something that is not constant; the denominator is 1.
    Real,
}

impl Range {
    pub fn bigint(low: i128, high: i128) -> Self {
        Self { low, high, denominator: 1, form: Form::Bigint }
    }

    pub fn fits_bigint(low: i128, high: i128) -> bool {
        const MOST: i128 = i64::MAX as i128;
        low >= -MOST && high <= MOST
    }
}

/// A fact that must be known, if all of these hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Need {
    pub fact: String,
    pub when: Vec<Sql>,
}

#[derive(Clone, Debug)]
pub(super) struct Value {
    pub sql: Sql,
    pub kind: Kind,
    /// Of numbers and amounts.
    pub range: Option<Range>,
    pub nullable: bool,
    /// Known while compiling: numerator over denominator.
    pub constant: Option<(i128, i128)>,
    pub needs: Vec<Need>,
    /// Every fact it reads, needed or not.
    pub reads: BTreeSet<String>,
    /// It reads a step, so it is not worked out before the steps are.
    pub reads_steps: bool,
    /// It is `age(birth_date, day)`: comparing it with a number is comparing dates, which is a lot faster.
    pub age_of: Option<(Sql, Sql)>,
}

impl Value {
    pub fn new(sql: Sql, kind: Kind) -> Self {
        Self {
            sql,
            kind,
            range: None,
            nullable: false,
            constant: None,
            needs: Vec::new(),
            reads: BTreeSet::new(),
            reads_steps: false,
            age_of: None,
        }
    }

    pub fn constant(kind: Kind, numerator: i128, denominator: i128) -> Self {
        let mut value = Self::new(Sql::default(), kind);
        let divisor = gcd(numerator, denominator).max(1);
        let (numerator, denominator) = (numerator / divisor, denominator / divisor);
        let form = if Range::fits_bigint(numerator, numerator) { Form::Bigint } else { Form::Whole };
        value.range = Some(Range { low: numerator, high: numerator, denominator, form });
        value.constant = Some((numerator, denominator));
        value.sql = literal(numerator, form);
        value
    }

    pub fn range(&self) -> Range {
        self.range.unwrap_or(Range::bigint(0, 0))
    }

    pub fn is_zero(&self) -> bool {
        self.constant.is_some_and(|(numerator, _)| numerator == 0)
    }

    /// Takes over what another value that it is made of reads and needs.
    pub fn with(mut self, part: &Value) -> Self {
        self.reads_from(part);
        for need in &part.needs {
            if !self.needs.contains(need) {
                self.needs.push(need.clone());
            }
        }
        self
    }

    /// As [`Value::with`], but what the part needs is needed only when `guard` holds.
    pub fn with_when(mut self, part: &Value, guard: &Sql) -> Self {
        self.reads_from(part);
        for need in &part.needs {
            let mut need = need.clone();
            need.when.push(guard.clone());
            if !self.needs.contains(&need) {
                self.needs.push(need);
            }
        }
        self
    }

    pub fn reads_from(&mut self, part: &Value) {
        self.nullable |= part.nullable;
        self.reads.extend(part.reads.iter().cloned());
        self.reads_steps |= part.reads_steps;
    }
}

/// A whole number as PostgreSQL reads it, with its type.
pub(super) fn literal(number: i128, form: Form) -> Sql {
    Sql::text(match (form, number < 0) {
        (Form::Bigint, false) => format!("{number}::bigint"),
        (Form::Bigint, true) => format!("({number})::bigint"),
        (_, false) => format!("{number}::numeric"),
        (_, true) => format!("({number})::numeric"),
    })
}

pub(super) fn gcd(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    i128::try_from(a).unwrap_or(1)
}
