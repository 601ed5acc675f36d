//! Exact arithmetic in SQL: whole numbers over constant denominators, in a bigint wherever the bounds say that it fits.

use super::{
    model::Period,
    value::{Form, Kind, Range, Sql, Value, gcd, literal},
};

type Result<T> = std::result::Result<T, String>;

const TOO_LARGE: &str = "gives numbers too large to work with";

fn times(a: i128, b: i128) -> Result<i128> {
    a.checked_mul(b).ok_or_else(|| TOO_LARGE.to_owned())
}

fn plus(a: i128, b: i128) -> Result<i128> {
    a.checked_add(b).ok_or_else(|| TOO_LARGE.to_owned())
}

/// Numbers and amounts that may stand beside each other: added, compared, chosen from. Zero fits everything.
pub(super) fn common_kind(values: &[&Value]) -> Result<Kind> {
    let mut common: Option<Kind> = None;
    for value in values {
        if value.is_zero() && value.kind.is_numeric() && common.is_some_and(Kind::is_numeric) {
            continue;
        }
        common = Some(match (common, value.kind) {
            (None, kind) => kind,
            (Some(Kind::Money(a)), Kind::Money(b)) => Kind::Money(common_period(a, b)?),
            (Some(a), b) if a == b => a,
            // The number before it was a zero.
            (Some(Kind::Number), kind @ Kind::Money(_)) if only_zeros(values) => kind,
            (Some(a), b) => return Err(format!("mixes {} with {}", a.name(), b.name())),
        });
    }
    common.ok_or_else(|| "has nothing in it".to_owned())
}

/// Whether every plain number among amounts is zero.
fn only_zeros(values: &[&Value]) -> bool {
    values.iter().all(|value| value.is_zero() || matches!(value.kind, Kind::Money(_)))
}

fn common_period(a: Option<Period>, b: Option<Period>) -> Result<Option<Period>> {
    match (a, b) {
        (Some(a), Some(b)) if a != b => {
            Err(format!("mixes {} with {}", Kind::Money(Some(a)).name(), Kind::Money(Some(b)).name()))
        }
        (a, b) => Ok(a.or(b)),
    }
}

fn demand_number(value: &Value) -> Result<()> {
    if value.kind.is_numeric() { Ok(()) } else { Err(format!("calculates with {}", value.kind.name())) }
}

/// The same numerators under one denominator and in one form.
pub(super) struct Aligned {
    pub sql: Vec<Sql>,
    pub ranges: Vec<Range>,
    pub denominator: i128,
    pub form: Form,
}

pub(super) fn align(values: &[&Value]) -> Result<Aligned> {
    let mut denominator = 1;
    for value in values {
        let own = value.range().denominator;
        denominator = times(denominator / gcd(denominator, own), own)?;
    }
    let mut ranges = Vec::with_capacity(values.len());
    let mut form = Form::Bigint;
    for value in values {
        let range = value.range();
        let factor = denominator / range.denominator;
        let (low, high) = (times(range.low, factor)?, times(range.high, factor)?);
        form = widest(form, range.form);
        if form == Form::Bigint && !Range::fits_bigint(low, high) {
            form = Form::Whole;
        }
        ranges.push(Range { low, high, denominator, form: range.form });
    }
    let sql = values
        .iter()
        .zip(&ranges)
        .map(|(value, range)| {
            let factor = denominator / value.range().denominator;
            if value.constant.is_some() {
                return literal(range.low, if form == Form::Bigint { Form::Bigint } else { Form::Whole });
            }
            let own = cast(&value.sql, value.range().form, form);
            if factor == 1 { own } else { Sql::of("({} * {})", &[&own, &literal(factor, form)]) }
        })
        .collect();
    Ok(Aligned { sql, ranges, denominator, form })
}

fn widest(a: Form, b: Form) -> Form {
    match (a, b) {
        (Form::Real, _) | (_, Form::Real) => Form::Real,
        (Form::Whole, _) | (_, Form::Whole) => Form::Whole,
        _ => Form::Bigint,
    }
}

fn cast(sql: &Sql, from: Form, to: Form) -> Sql {
    if from == Form::Bigint && to != Form::Bigint { Sql::of("({})::numeric", &[sql]) } else { sql.clone() }
}

/// A value made of parts, which takes over what they read and need.
fn made_of(parts: &[&Value], kind: Kind, sql: Sql, range: Range) -> Value {
    let mut value = parts.iter().fold(Value::new(sql, kind), |value, part| value.with(part));
    value.range = Some(range);
    if range.low == range.high && !value.nullable && range.form != Form::Real {
        let constant = Value::constant(kind, range.low, range.denominator);
        return Value { reads: value.reads, needs: value.needs, reads_steps: value.reads_steps, ..constant };
    }
    value
}

pub(super) fn add(a: &Value, b: &Value, subtract: bool) -> Result<Value> {
    demand_number(a)?;
    demand_number(b)?;
    let kind = common_kind(&[a, b])?;
    let mut aligned = align(&[a, b])?;
    let (x, y) = (aligned.ranges[0], aligned.ranges[1]);
    let (low, high) = if subtract {
        (plus(x.low, -y.high)?, plus(x.high, -y.low)?)
    } else {
        (plus(x.low, y.low)?, plus(x.high, y.high)?)
    };
    let mut form = aligned.form;
    if form == Form::Bigint && !Range::fits_bigint(low, high) {
        form = Form::Whole;
        aligned.sql[0] = Sql::of("({})::numeric", &[&aligned.sql[0]]);
    }
    let template = if subtract { "({} - {})" } else { "({} + {})" };
    let sql = Sql::of(template, &[&aligned.sql[0], &aligned.sql[1]]);
    Ok(made_of(&[a, b], kind, sql, Range { low, high, denominator: aligned.denominator, form }))
}

pub(super) fn negate(a: &Value) -> Result<Value> {
    let mut zero = Value::constant(a.kind, 0, 1);
    zero.kind = a.kind;
    add(&zero, a, true)
}

pub(super) fn multiply(a: &Value, b: &Value) -> Result<Value> {
    demand_number(a)?;
    demand_number(b)?;
    let kind = match (a.kind, b.kind) {
        (Kind::Number, Kind::Number) => Kind::Number,
        (Kind::Money(period), Kind::Number) => Kind::Money(period.filter(|_| is_part(b))),
        (Kind::Number, Kind::Money(period)) => Kind::Money(period.filter(|_| is_part(a))),
        _ => return Err("multiplies an amount with an amount".to_owned()),
    };
    let (x, y) = (a.range(), b.range());
    let corners = [times(x.low, y.low)?, times(x.low, y.high)?, times(x.high, y.low)?, times(x.high, y.high)?];
    let (low, high) = (corners.into_iter().min().unwrap_or(0), corners.into_iter().max().unwrap_or(0));
    let mut form = widest(x.form, y.form);
    if form == Form::Bigint && !Range::fits_bigint(low, high) {
        form = Form::Whole;
    }
    let sql = Sql::of("({} * {})", &[&cast(&a.sql, x.form, form), &cast(&b.sql, y.form, form)]);
    let mut value =
        made_of(&[a, b], kind, sql, Range { low, high, denominator: times(x.denominator, y.denominator)?, form });
    if a.constant.is_some() && a.constant == Some((1, 1)) {
        value.sql = b.sql.clone();
    }
    Ok(value)
}

/// A percentage of an amount a year is an amount a year; twelve times an amount a month is not an amount a month.
fn is_part(value: &Value) -> bool {
    value.constant.is_some_and(|(numerator, denominator)| numerator.abs() <= denominator)
        || value.range().denominator > 1
}

pub(super) fn divide(a: &Value, b: &Value) -> Result<Value> {
    demand_number(a)?;
    demand_number(b)?;
    let kind = match (a.kind, b.kind) {
        (Kind::Money(x), Kind::Money(y)) => {
            common_period(x, y)?;
            Kind::Number
        }
        (Kind::Money(_), _) => Kind::Money(None),
        (_, Kind::Money(_)) => return Err("divides a number by an amount".to_owned()),
        _ => Kind::Number,
    };
    let (x, y) = (a.range(), b.range());
    if y.low <= 0 && y.high >= 0 {
        return Err("may divide by zero: what is divided by must be sure to be more or less than zero, as with greatest(1, ...)".to_owned());
    }
    if let Some((numerator, denominator)) = b.constant {
        let sign = numerator.signum();
        let reciprocal = Value::constant(Kind::Number, sign * denominator, numerator * sign);
        let mut plain = a.clone();
        plain.kind = Kind::Number;
        let mut value = multiply(&plain, &reciprocal)?;
        value.kind = kind;
        return Ok(value);
    }
    // Bounds of the quotient, outward to whole numbers: the largest dividend by the smallest divisor.
    let most = times(x.low.abs().max(x.high.abs()), y.denominator)?
        / times(y.low.abs().min(y.high.abs()), x.denominator)?.max(1)
        + 1;
    let low = if x.low >= 0 && y.low > 0 { 0 } else { -most };
    let sql = Sql::of(
        "(({} * {}) / ({} * {}))",
        &[
            &cast(&a.sql, x.form, Form::Real),
            &literal(y.denominator, Form::Whole),
            &cast(&b.sql, y.form, Form::Real),
            &literal(x.denominator, Form::Whole),
        ],
    );
    Ok(made_of(&[a, b], kind, sql, Range { low, high: most, denominator: 1, form: Form::Real }))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rounding {
    Floor,
    Ceiling,
    HalfUp,
}

/// To a multiple of `unit`, a constant above zero.
pub(super) fn round(a: &Value, unit: &Value, how: Rounding) -> Result<Value> {
    demand_number(a)?;
    let Some((p, q)) = unit.constant.filter(|(p, _)| *p > 0) else {
        return Err("rounds to a unit that is not a constant above zero".to_owned());
    };
    let range = a.range();
    // floor(n / d / (p / q)) * p / q
    let divisor = times(range.denominator, p)?;
    let (mut n_low, mut n_high) = (times(range.low, q)?, times(range.high, q)?);
    let mut divisor_used = divisor;
    let mut numerator = if q == 1 { a.sql.clone() } else { Sql::of("({} * {})", &[&a.sql, &literal(q, range.form)]) };
    let mut form = range.form;
    if form == Form::Real {
        let real = Sql::of("({} / {})", &[&numerator, &literal(divisor, Form::Whole)]);
        let template = match how {
            Rounding::Floor => "(floor({}) * {})",
            Rounding::Ceiling => "(ceil({}) * {})",
            Rounding::HalfUp => "(floor({} + 0.5) * {})",
        };
        let (low, high) = (n_low.div_euclid(divisor) - 1, n_high.div_euclid(divisor) + 1);
        let sql = Sql::of(template, &[&real, &literal(p, Form::Whole)]);
        return Ok(made_of(
            &[a],
            a.kind,
            sql,
            Range { low: times(low, p)?, high: times(high, p)?, denominator: q, form: Form::Whole },
        ));
    }
    match how {
        Rounding::Floor => {}
        Rounding::Ceiling => {
            (n_low, n_high) = (plus(n_low, divisor - 1)?, plus(n_high, divisor - 1)?);
            numerator = Sql::of("({} + {})", &[&numerator, &literal(divisor - 1, form)]);
        }
        Rounding::HalfUp => {
            (n_low, n_high) = (plus(times(n_low, 2)?, divisor)?, plus(times(n_high, 2)?, divisor)?);
            divisor_used = times(divisor, 2)?;
            numerator = Sql::of("({} * {} + {})", &[&numerator, &literal(2, form), &literal(divisor, form)]);
        }
    }
    // PostgreSQL divides towards zero: numbers below zero are lifted over it first.
    let lift = if n_low < 0 { -(n_low.div_euclid(divisor_used)) } else { 0 };
    if form == Form::Bigint {
        let most = n_high.abs().max(n_low.abs()).max(plus(n_high, times(lift, divisor_used)?)?);
        if !Range::fits_bigint(-most, most) || !Range::fits_bigint(0, divisor_used) {
            form = Form::Whole;
            numerator = recast(a, q, how, divisor)?;
        }
    }
    let (low, high) = (n_low.div_euclid(divisor_used), n_high.div_euclid(divisor_used));
    let lifted = if lift == 0 {
        numerator
    } else {
        Sql::of("({} + {})", &[&numerator, &literal(times(lift, divisor_used)?, form)])
    };
    let quotient = if divisor_used == 1 {
        lifted
    } else if form == Form::Bigint {
        Sql::of("({} / {})", &[&lifted, &literal(divisor_used, form)])
    } else {
        Sql::of("div({}, {})", &[&lifted, &literal(divisor_used, form)])
    };
    let settled = if lift == 0 { quotient } else { Sql::of("({} - {})", &[&quotient, &literal(lift, form)]) };
    let sql = if p == 1 { settled } else { Sql::of("({} * {})", &[&settled, &literal(p, form)]) };
    let (low, high) = (times(low, p)?, times(high, p)?);
    // What is small again goes back into a bigint.
    let (sql, form) = if form == Form::Whole && Range::fits_bigint(low, high) {
        (Sql::of("({})::bigint", &[&sql]), Form::Bigint)
    } else {
        (sql, form)
    };
    Ok(made_of(&[a], a.kind, sql, Range { low, high, denominator: q, form }))
}

/// The numerator to divide, worked out in numerics.
fn recast(a: &Value, q: i128, how: Rounding, divisor: i128) -> Result<Sql> {
    let mut numerator = Sql::of("(({})::numeric * {})", &[&a.sql, &literal(q, Form::Whole)]);
    numerator = match how {
        Rounding::Floor => numerator,
        Rounding::Ceiling => Sql::of("({} + {})", &[&numerator, &literal(divisor - 1, Form::Whole)]),
        Rounding::HalfUp => Sql::of("({} * 2 + {})", &[&numerator, &literal(divisor, Form::Whole)]),
    };
    Ok(numerator)
}

/// A value in the place of several: of a `case`, `coalesce`, a table.
pub(super) fn chosen(values: &[&Value], kind: Kind, aligned: &Aligned, sql: Sql) -> Value {
    let mut value = values.iter().fold(Value::new(sql, kind), |mut value, part| {
        value.reads_from(part);
        value
    });
    if kind.is_numeric() {
        let low = aligned.ranges.iter().map(|range| range.low).min().unwrap_or(0);
        let high = aligned.ranges.iter().map(|range| range.high).max().unwrap_or(0);
        value.range = Some(Range { low, high, denominator: aligned.denominator, form: aligned.form });
    }
    value
}
