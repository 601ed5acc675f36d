//! What the catalogue says about facts and services: the shape of `catalogue/facts.toml` and `catalogue/services/*.toml`.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de::Error as _};

use crate::{cases::Outcome, registered_data::Text};

/// `catalogue/facts.toml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    #[serde(rename = "fact")]
    pub facts: Vec<Fact>,
}

/// A typed value about a person that rules may use.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// Its column in the table of facts.
    pub name: String,
    #[serde(rename = "type")]
    pub kind: FactType,
    /// Bounds, inclusive, in the fact's own unit; required for integers, money and decimals. The table checks the same.
    #[serde(default)]
    pub minimum: i64,
    pub maximum: Option<i64>,
    /// Money only: per which period.
    pub per: Option<Period>,
    /// Decimals only: digits after the point.
    pub scale: Option<u32>,
    pub from: Source,
    pub label: Text,
    /// How a form asks for it, for a fact that a citizen may supply when no register knows it.
    pub question: Option<Text>,
    /// For what it may be used (AVG art. 5(1)(b)): purposes of services.
    pub purposes: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FactType {
    Boolean,
    Integer,
    /// Eurocents.
    Money,
    Decimal,
    Date,
    Dates,
    Text,
    /// A list of children in childcare: kind, hours a month, eurocents an hour.
    Childcare,
}

impl FactType {
    /// As PostgreSQL calls the type of its column.
    pub const fn column_type(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Money => "bigint",
            Self::Decimal => "numeric",
            Self::Date => "date",
            Self::Dates => "date[]",
            Self::Text => "text",
            Self::Childcare => "jsonb",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    Month,
    Quarter,
    Year,
}

/// Where a fact comes from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Source {
    /// One registered value: `{ value = "inkomen/income/amount" }`, the current record of a kind; the last by its begin date where
    /// there are several.
    Value(String),
    /// That attribute of every current record of a kind: a list.
    Values(String),
    /// Every current record of a kind, with all its attributes: a list.
    Records(String),
    /// Whether there is a current record of a kind; unknown when the register never delivered anything about the person.
    Exists(String),
    /// A fact of the partner, who is somebody known to the portal; unknown where they are not.
    Partner(String),
    /// Worked out from the relations and addresses of the BRP, in Rust or SQL, under this name.
    Derived(String),
}

/// `catalogue/services/*.toml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceFile {
    pub service: Service,
    pub proactive: Proactive,
    #[serde(default, rename = "rule")]
    pub rules: Vec<RuleFile>,
}

/// Something an organisation provides.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    pub id: String,
    /// Its name in the Uniforme Productnamenlijst, where it has one.
    pub upl: Option<String>,
    /// Who provides it; `gemeenten` is the person's own municipality.
    pub organisation: String,
    pub name: Text,
    pub summary: Text,
    #[serde(default)]
    pub life_events: Vec<String>,
    #[serde(default)]
    pub related: Vec<String>,
    pub standard: Standard,
    #[serde(default)]
    pub handling: Handling,
    /// Where the organisation's own explanation is.
    pub url: Option<String>,
}

/// The promise.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Standard {
    /// "8 weeks", "13 weeks".
    pub decision: Option<Term>,
    pub answer: Option<Term>,
}

/// How an application is decided on.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Handling {
    /// The legal term to decide, with the law that sets it; else eight weeks (Awb art. 4:13).
    pub term: Option<Term>,
    pub law: Option<String>,
    /// A second clerk looks at each decision.
    #[serde(default)]
    pub four_eyes: bool,
    /// What a clerk starts from when deciding.
    #[serde(default)]
    pub templates: Vec<Template>,
}

/// A decision to be completed: the places between square brackets are filled in by the clerk.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Template {
    pub id: String,
    pub outcome: Outcome,
    /// How clerks know it, in Dutch.
    pub label: String,
    /// The reasons as the citizen reads them, in Dutch: "Uw inkomen was [bedrag] in [jaar]."
    pub reasons: String,
}

/// What NORA asks to decide for each service that is offered by itself (NAP05).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Proactive {
    pub mode: Mode,
    pub target: Text,
    /// What can change whether somebody is entitled: `fact:income_year`, `birthday:18`, `period:year`, `date:passport_expires_on`.
    /// Every fact that the rule uses must be among them.
    pub signals: Vec<String>,
    /// How long before it starts it is offered.
    #[serde(default)]
    pub lead_time: Term,
    pub once_per: OncePer,
    /// How long an offer stands.
    pub expires_after: Term,
    /// A declined offer stays declined unless the amount changes by more than this part: "10%".
    pub reoffer_when_amount_changes_by: Option<Percentage>,
    /// Kinds of organisation that may see that it fits somebody they serve: `gemeente`, or an organisation's id.
    #[serde(default)]
    pub may_know: Vec<String>,
    pub legal_basis: String,
    /// Each fact used must be allowed for it.
    pub purpose: String,
    /// Grants only: how long it can be undone.
    pub undo_within: Option<Term>,
    /// What happens when somebody says yes, and when they do nothing.
    pub on_accept: Text,
    pub on_nothing: Text,
    /// What it does to other benefits, and whether it may have to be paid back.
    pub effect: Option<Text>,
    pub repayment: Option<Text>,
    /// How long data are kept.
    pub kept: Option<Text>,
    /// What the organisation needs and no register has: asked when somebody accepts.
    #[serde(default)]
    pub asks: Vec<Ask>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: AskType,
    pub label: Text,
    pub hint: Option<Text>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AskType {
    Iban,
    Text,
    YesNo,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Tells somebody what to arrange.
    Inform,
    Offer,
    /// Carried out without asking, with a period to undo it.
    Grant,
}

impl Mode {
    /// Whether it is about something to get, and not about something to arrange.
    pub const fn pays(self) -> bool {
        !matches!(self, Mode::Inform)
    }
}

/// One offer per person, service and ... what.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OncePer {
    Year,
    Quarter,
    Ever,
    /// Each other value of this expression, a date: an expiry date, the youngest child's birth date.
    Value(String),
}

/// "8 weeks", "2 working days", "0 days".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Term {
    pub count: u16,
    pub unit: TermUnit,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TermUnit {
    #[default]
    Days,
    WorkingDays,
    Weeks,
    Months,
    Years,
}

impl TryFrom<String> for Term {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not a term, as in \"8 weeks\" or \"2 working days\"");
        let (count, unit) = text.split_once(' ').ok_or_else(wrong)?;
        let unit = match unit {
            "day" | "days" => TermUnit::Days,
            "working day" | "working days" => TermUnit::WorkingDays,
            "week" | "weeks" => TermUnit::Weeks,
            "month" | "months" => TermUnit::Months,
            "year" | "years" => TermUnit::Years,
            _ => return Err(wrong()),
        };
        Ok(Self { count: count.parse().map_err(|_| wrong())?, unit })
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            TermUnit::Days => "days",
            TermUnit::WorkingDays => "working days",
            TermUnit::Weeks => "weeks",
            TermUnit::Months => "months",
            TermUnit::Years => "years",
        };
        write!(f, "{} {unit}", self.count)
    }
}

impl JsonSchema for Term {
    fn schema_name() -> Cow<'static, str> {
        "Term".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A number and days, working days, weeks, months or years: \"8 weeks\".",
            "type": "string",
            "pattern": "^[0-9]+ (working )?(day|week|month|year)s?$"
        })
    }
}

/// "10%".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Percentage(pub u16);

impl TryFrom<String> for Percentage {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let number = text.strip_suffix('%').and_then(|number| number.parse().ok());
        number.map(Self).ok_or_else(|| format!("{text:?} is not a whole percentage, as in \"10%\""))
    }
}

impl JsonSchema for Percentage {
    fn schema_name() -> Cow<'static, str> {
        "Percentage".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "A whole percentage: \"10%\".", "type": "string", "pattern": "^[0-9]+%$" })
    }
}

/// A rule as the file has it: in force from a day, until the day before the next one or `valid_until`, which is its last day.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    #[serde(deserialize_with = "day")]
    #[schemars(with = "String", extend("format" = "date"))]
    pub valid_from: Date,
    #[serde(default, deserialize_with = "some_day")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub valid_until: Option<Date>,
    pub law: Law,
    #[serde(default)]
    pub parameters: BTreeMap<String, Parameter>,
    #[serde(default)]
    pub tables: BTreeMap<String, Table>,
    #[serde(default)]
    pub steps: Vec<Step>,
    pub conditions: Vec<Condition>,
    #[serde(default)]
    pub amount: Amount,
    #[serde(default)]
    pub examples: Vec<Example>,
}

/// A TOML date: 2026-01-31.
fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let written = toml::value::Datetime::deserialize(deserializer)?;
    written.to_string().parse().map_err(|_| D::Error::custom(format!("{written} is not a day")))
}

fn some_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    day(deserializer).map(Some)
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Law {
    pub name: String,
    pub article: String,
    pub url: String,
}

/// A figure, with its source.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// A number as text keeps every digit: "13.73". Yes or no for a flag.
    pub value: Figure,
    pub unit: Unit,
    pub source: String,
    pub label: Text,
    /// A municipality's own value, by its code in table 33; the others have `value`.
    #[serde(default)]
    pub by_municipality: BTreeMap<String, Figure>,
}

/// A figure as written: `211900`, `"13.73"`, `true`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Figure {
    Flag(bool),
    Whole(i64),
    Written(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Unit {
    #[serde(rename = "eurocent")]
    Eurocent,
    #[serde(rename = "eurocent/month")]
    EurocentMonth,
    #[serde(rename = "eurocent/quarter")]
    EurocentQuarter,
    #[serde(rename = "eurocent/year")]
    EurocentYear,
    /// 13.73 means 0.1373 in a calculation.
    #[serde(rename = "percent")]
    Percent,
    #[serde(rename = "number")]
    Number,
    #[serde(rename = "flag")]
    Flag,
}

/// Bands: the value of the first row whose bound is not below what is looked up (`band(name, value)`), else `above`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Unit of the bounds, and of the values.
    pub bound: Unit,
    pub unit: Unit,
    pub source: String,
    pub label: Text,
    /// Bound, inclusive and rising, and value.
    pub rows: Vec<(i64, Figure)>,
    pub above: Figure,
}

/// A step of the calculation.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub id: String,
    pub value: String,
    pub label: Text,
    pub law: String,
}

/// What must hold.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    pub id: String,
    pub when: String,
    pub label: Text,
    pub law: String,
}

/// What is paid, in eurocents.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// What is awarded over the year.
    pub year: Option<String>,
    pub quarter: Option<String>,
    pub month: Option<String>,
    /// Paid once.
    pub once: Option<String>,
}

/// A case that `catalogue check` works out. Facts as in `evaluate --cases`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Example {
    #[serde(deserialize_with = "day")]
    #[schemars(with = "String", extend("format" = "date"))]
    pub on: Date,
    /// Where the expected values come from.
    pub source: Option<String>,
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub facts: BTreeMap<String, toml::Value>,
    pub expect: Expectation,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// None: needs data.
    pub eligible: Option<bool>,
    pub month: Option<i64>,
    #[serde(alias = "year")]
    pub awarded_year: Option<i64>,
    pub quarter: Option<i64>,
    pub once: Option<i64>,
    /// The facts that are missing, when it needs data.
    pub missing: Option<Vec<String>>,
}
