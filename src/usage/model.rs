//! One act of looking at or processing a person's data.

use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use crate::error::Error;

/// In what capacity somebody acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Citizen,
    Staff,
    /// A program: an import, a nightly run.
    System,
}

impl Role {
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Citizen => "citizen",
            Role::Staff => "staff",
            Role::System => "system",
        }
    }
}

/// What is done with somebody's data, why, and on what legal basis (AVG art. 30; NEN 7513 and the Logboek Dataverwerkingen ask the
/// same of a log). The words the citizen reads stand in `locales`, under the activity's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activity {
    pub name: &'static str,
    pub purpose: &'static str,
    pub legal_basis: &'static str,
}

/// The activities of the portal itself.
pub mod activity {
    use super::Activity;

    pub const LOG_IN: Activity =
        Activity { name: "log_in", purpose: "vaststellen wie inlogt", legal_basis: "UAVG art. 46" };
    pub const VIEW: Activity =
        Activity { name: "view", purpose: "inzage in eigen gegevens", legal_basis: "AVG art. 15; Wet BRP art. 2.55" };
    pub const VIEW_USAGE: Activity = Activity {
        name: "view_usage",
        purpose: "inzage in het gebruik van eigen gegevens",
        legal_basis: "AVG art. 15; Wet BRP art. 3.22",
    };
    pub const IMPORT: Activity =
        Activity { name: "import", purpose: "bijwerken van registraties", legal_basis: "Wet BRP art. 1.7" };
    pub const SOLVE_CONFLICT: Activity = Activity {
        name: "solve_conflict",
        purpose: "herstellen van dubbel gebruik van een nummer",
        legal_basis: "Wet BRP art. 2.34",
    };
}

/// What is written to the log when the transaction it belongs to commits.
#[derive(Clone, Debug)]
pub struct Usage {
    pub at: jiff::Timestamp,
    /// The organisation that acts.
    pub organisation: String,
    pub role: Role,
    pub activity: Activity,
    /// Groups of data: `brp`, or `brp/address`. Empty: nothing of anybody was read, and nothing is logged.
    pub groups: Vec<String>,
}

impl Usage {
    /// Appends the entry in the transaction's own person's chain.
    pub(crate) async fn append(&self, sql: &mut PgConnection) -> Result<(), Error> {
        if self.groups.is_empty() {
            return Ok(());
        }
        sqlx::query("select usage_append($1, $2, $3, $4, $5, $6, $7)")
            .bind(self.at.to_sqlx())
            .bind(&self.organisation)
            .bind(self.role.as_str())
            .bind(self.activity.name)
            .bind(self.activity.purpose)
            .bind(self.activity.legal_basis)
            .bind(&self.groups)
            .execute(sql)
            .await?;
        Ok(())
    }
}

/// A calendar month, as the citizen's page shows the log: `2026-11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    first: jiff::civil::Date,
}

impl Month {
    pub fn new(year: i16, month: i8) -> Option<Self> {
        jiff::civil::Date::new(year, month, 1).ok().map(|first| Self { first })
    }

    pub fn of(day: jiff::civil::Date) -> Self {
        Self { first: day.first_of_month() }
    }

    /// Reads `2026-11`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        Self::new(year.parse().ok()?, month.parse().ok()?)
    }

    pub fn first(self) -> jiff::civil::Date {
        self.first
    }

    pub(super) fn begin(self) -> Result<jiff::Timestamp, Error> {
        Ok(self.first.to_zoned(crate::clock::zone()).map_err(|_| Error::BadRequest)?.timestamp())
    }

    pub(super) fn next(self) -> Result<Self, Error> {
        let first = self.first.checked_add(jiff::Span::new().months(1)).map_err(|_| Error::BadRequest)?;
        Ok(Self { first })
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}
