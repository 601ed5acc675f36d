//! What is worked out: the services that pay, for the facts registered and for the facts typed, and for a range of incomes.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::{Map, Value};
use sqlx::PgConnection;

use crate::{
    error::Error,
    rules::{
        FactRow, Outcome, Rulebook, ServiceRules, Version,
        model::{Fact, Source},
        of_facts_by,
    },
};

pub const INCOME: &str = "income_year";
pub const PARTNER: &str = "has_partner";

/// How much more income the question of what is left is about: EUR 1,000.
pub const MORE: i64 = 100_000;

/// Points of the chart, without the first.
const STEPS: i64 = 40;

/// Eurocents: the chart shows at least up to here, and never further than there.
const CHART_AT_LEAST: i64 = 60_000_00;
const CHART_AT_MOST: i64 = 200_000_00;

/// The services asked about, and the facts they use.
pub struct Subject<'r> {
    pub rulebook: &'r Rulebook,
    pub services: Vec<(&'r ServiceRules, &'r Version)>,
    /// One service was asked for.
    pub focus: Option<&'r ServiceRules>,
    /// In the order of the form.
    pub facts: Vec<&'r Fact>,
    pub on: Date,
}

impl<'r> Subject<'r> {
    /// Every service that pays something, or the one asked for.
    ///
    /// # Errors
    /// When there is no such service.
    pub fn new(rulebook: &'r Rulebook, on: Date, focus: Option<&str>) -> Result<Self, Error> {
        let pays = |version: &Version| {
            let amount = &version.rule.amount;
            [&amount.year, &amount.quarter, &amount.month, &amount.once].iter().any(|amount| amount.is_some())
        };
        let asked = |service: &ServiceRules| focus.is_none_or(|focus| service.id() == focus);
        let mut services: Vec<_> =
            rulebook.on(on).filter(|(service, version)| pays(version) && asked(service)).collect();
        // What comes every month first; what comes once last.
        services
            .sort_by_key(|(_, version)| (version.rule.amount.month.is_none(), version.rule.amount.quarter.is_none()));
        let focus = match (focus, &services[..]) {
            (None, _) => None,
            (Some(_), [(service, _)]) => Some(*service),
            _ => return Err(Error::NotFound),
        };
        let used: BTreeSet<&str> = services.iter().flat_map(|(_, version)| version.compiled.facts()).collect();
        let mut facts: Vec<&Fact> = rulebook.facts.values().filter(|fact| used.contains(fact.name.as_str())).collect();
        facts.sort_by_key(|fact| super::fields::place(fact));
        Ok(Self { rulebook, services, focus, facts, on })
    }

    pub fn uses(&self, fact: &str) -> bool {
        self.facts.iter().any(|used| used.name == fact)
    }

    /// Of a row of the table of facts only what these services may use.
    pub fn narrow(&self, mut row: Map<String, Value>) -> Map<String, Value> {
        row.retain(|name, _| self.uses(name));
        row
    }

    /// The groups of data that are read, as the log of usage names them.
    pub fn groups(&self) -> Vec<String> {
        let groups: BTreeSet<String> = self.facts.iter().filter_map(|fact| group(self.rulebook, &fact.from)).collect();
        groups.into_iter().collect()
    }

    /// Works it out, in one statement.
    ///
    /// # Errors
    /// Those of PostgreSQL.
    pub async fn work_out(
        &self,
        sql: &mut PgConnection,
        registered: &Map<String, Value>,
        typed: Option<&Map<String, Value>>,
    ) -> Result<Worked<'r>, Error> {
        let base = typed.unwrap_or(registered);
        let with_income = |income: i64| {
            let mut row = base.clone();
            row.insert(INCOME.to_owned(), income.into());
            FactRow(row)
        };
        let mut rows = vec![FactRow(registered.clone()), FactRow(base.clone())];
        let most = self.facts.iter().find(|fact| fact.name == INCOME).and_then(|fact| fact.maximum).unwrap_or(0);
        let income = base.get(INCOME).and_then(Value::as_i64).filter(|income| *income <= most - MORE);
        rows.extend(income.map(|income| with_income(income + MORE)));
        let first_point = rows.len();
        let incomes = if self.uses(INCOME) {
            incomes([registered, base].iter().filter_map(|row| row.get(INCOME).and_then(Value::as_i64)))
        } else {
            Vec::new()
        };
        rows.extend(incomes.iter().map(|income| with_income(*income)));
        let mut by_service: Vec<Vec<Outcome>> = self.services.iter().map(|_| Vec::with_capacity(rows.len())).collect();
        for (place, outcome) in of_facts_by(sql, &self.services, &rows, self.on).await? {
            by_service[place].push(outcome);
        }
        let mut lines = Vec::new();
        let mut services = Vec::new();
        let mut more = income.map(|_| 0);
        for ((service, version), mut outcomes) in self.services.iter().zip(by_service) {
            if outcomes.len() != rows.len() {
                return Err(Error::internal("a rule gave other rows than it was asked for"));
            }
            let points: Vec<Outcome> = outcomes.split_off(first_point);
            let months: Option<Vec<i64>> = points.iter().map(month).collect();
            let years: Option<Vec<i64>> = points.iter().map(year).collect();
            if let (Some(months), Some(years)) = (months, years)
                && months.iter().any(|month| *month > 0)
            {
                lines.push(Line { service, months, years });
            }
            if let [_, base, with_more] = &outcomes[..]
                && let (Some(base), Some(with_more)) = (year(base), year(with_more))
            {
                more = more.map(|more| more + base - with_more);
            }
            let mut outcomes = outcomes.into_iter();
            let (Some(now), Some(then)) = (outcomes.next(), outcomes.next()) else {
                return Err(Error::internal("a rule gave no rows"));
            };
            services.push(Compared { service, version, now, then: typed.map(|_| then) });
        }
        let registered_income = registered.get(INCOME).and_then(Value::as_i64);
        let typed_income = typed.and_then(|typed| typed.get(INCOME)).and_then(Value::as_i64);
        let chart = (!lines.is_empty() && !incomes.is_empty()).then_some(Chart {
            incomes,
            lines,
            registered_income,
            typed_income: typed_income.filter(|typed| Some(*typed) != registered_income),
        });
        Ok(Worked { services, chart, lost_by_more: more })
    }
}

fn group(rulebook: &Rulebook, from: &Source) -> Option<String> {
    match from {
        Source::Value(path) | Source::Values(path) | Source::Records(path) | Source::Exists(path) => {
            let mut parts = path.split('/');
            Some(format!("{}/{}", parts.next()?, parts.next()?))
        }
        Source::Partner(of) => group(rulebook, &rulebook.facts.get(of)?.from),
        Source::Derived(how) => Some(
            match how.as_str() {
                PARTNER => "brp/partner",
                "children_birth_dates" => "brp/child",
                "co_resident_income_year" => "inkomen/income",
                _ => "brp/address",
            }
            .to_owned(),
        ),
    }
}

/// From nothing to well above what somebody earns.
fn incomes(known: impl Iterator<Item = i64>) -> Vec<i64> {
    const ROUND: i64 = 20_000_00;
    let most = known.filter(|income| *income <= CHART_AT_MOST).max().unwrap_or(0);
    let top = ((most + most / 4 + ROUND - 1) / ROUND * ROUND).clamp(CHART_AT_LEAST, CHART_AT_MOST);
    (0..=STEPS).map(|step| top / STEPS * step).collect()
}

pub struct Worked<'r> {
    pub services: Vec<Compared<'r>>,
    pub chart: Option<Chart<'r>>,
    /// Eurocents a year that go off with [`MORE`] income; none where the income is not known.
    pub lost_by_more: Option<i64>,
}

/// A service by what is registered and by what was typed.
pub struct Compared<'r> {
    pub service: &'r ServiceRules,
    pub version: &'r Version,
    pub now: Outcome,
    pub then: Option<Outcome>,
}

pub struct Chart<'r> {
    pub incomes: Vec<i64>,
    pub lines: Vec<Line<'r>>,
    pub registered_income: Option<i64>,
    /// Where it differs.
    pub typed_income: Option<i64>,
}

/// What a service pays at each income.
pub struct Line<'r> {
    pub service: &'r ServiceRules,
    pub months: Vec<i64>,
    years: Vec<i64>,
}

impl Chart<'_> {
    pub fn total(&self, at: usize) -> i64 {
        self.lines.iter().map(|line| line.months[at]).sum()
    }

    /// Between which two incomes most goes off, and how much a year for each [`MORE`].
    pub fn steepest(&self) -> Option<(i64, i64, i64)> {
        let total = |at: usize| -> i64 { self.lines.iter().map(|line| line.years[at]).sum() };
        let drops = (1..self.incomes.len()).map(|at| {
            let (from, to) = (self.incomes[at - 1], self.incomes[at]);
            (from, to, (total(at - 1) - total(at)) * MORE / (to - from).max(1))
        });
        drops.rev().max_by_key(|(_, _, drop)| *drop).filter(|(_, _, drop)| *drop > 0)
    }
}

/// Eurocents a month; a quarter counts for a third. None where data are missing, or where it is paid once.
pub fn month(outcome: &Outcome) -> Option<i64> {
    match (outcome.eligible?, outcome.month, outcome.quarter, outcome.year) {
        (false, ..) => Some(0),
        (_, Some(month), ..) => Some(month),
        (_, _, Some(quarter), _) => Some(quarter / 3),
        (_, _, _, Some(year)) => Some(year / 12),
        _ => None,
    }
}

/// Eurocents a year.
fn year(outcome: &Outcome) -> Option<i64> {
    match (outcome.eligible?, outcome.year, outcome.month, outcome.quarter) {
        (false, ..) => Some(0),
        (_, Some(year), ..) => Some(year),
        (_, _, Some(month), _) => Some(month * 12),
        (_, _, _, Some(quarter)) => Some(quarter * 4),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chart_goes_from_nothing_to_above_the_income_in_round_steps() {
        let range = |known: &[i64]| {
            let incomes = incomes(known.iter().copied());
            assert_eq!((incomes.len(), incomes[0]), (41, 0));
            incomes[40]
        };
        assert_eq!(range(&[]), 60_000_00);
        assert_eq!(range(&[30_000_00]), 60_000_00);
        assert_eq!(range(&[60_000_00, 10_000_00]), 80_000_00);
        assert_eq!(range(&[200_000_00]), 200_000_00);
        // Somebody with a billion reads the chart of an ordinary income.
        assert_eq!(range(&[i64::MAX]), 60_000_00);
    }
}
