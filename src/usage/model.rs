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
        Activity { name: "log_in", purpose: "vaststellen wie inlogt", legal_basis: "Wet digitale overheid art. 9; UAVG art. 46" };
    pub const VIEW: Activity = Activity { name: "view", purpose: "inzage in eigen gegevens", legal_basis: "AVG art. 15; Wet BRP art. 2.55" };
    pub const VIEW_USAGE: Activity = Activity { name: "view_usage", purpose: "inzage in het gebruik van eigen gegevens", legal_basis: "AVG art. 15; Wet BRP art. 3.22" };
    pub const IMPORT: Activity = Activity { name: "import", purpose: "bijwerken van registraties", legal_basis: "Wet BRP art. 3.1" };
    pub const SOLVE_CONFLICT: Activity =
        Activity { name: "solve_conflict", purpose: "herstellen van dubbel gebruik van een nummer", legal_basis: "Wet BRP art. 2.34" };
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
