//! One act of looking at or processing a person's data.

use std::borrow::Cow;

use jiff_sqlx::ToSqlx;
use sqlx::{AssertSqlSafe, PgConnection, Postgres, Row, postgres::PgArguments, query::Query};

use crate::{database::PersonId, error::Error};

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    pub name: &'static str,
    pub purpose: &'static str,
    pub legal_basis: Cow<'static, str>,
}

impl Activity {
    const fn new(name: &'static str, purpose: &'static str, legal_basis: &'static str) -> Self {
        Self { name, purpose, legal_basis: Cow::Borrowed(legal_basis) }
    }

    /// The same on another legal basis: that of the register or the service it is done for.
    #[must_use]
    pub fn based_on(self, legal_basis: &str) -> Self {
        Self { legal_basis: Cow::Owned(legal_basis.to_owned()), ..self }
    }
}

/// The activities of the portal itself.
pub mod activity {
    use super::Activity;

    pub const LOG_IN: Activity = Activity::new("log_in", "vaststellen wie inlogt", "UAVG art. 46");
    pub const VIEW: Activity = Activity::new("view", "inzage in eigen gegevens", "AVG art. 15; Wet BRP art. 2.55");
    pub const VIEW_USAGE: Activity =
        Activity::new("view_usage", "inzage in het gebruik van eigen gegevens", "AVG art. 15; Wet BRP art. 3.22");
    /// Offers and what they rest on; a service's own page names the law of that service.
    pub const VIEW_OFFERS: Activity =
        Activity::new("view_offers", "inzage in eigen aanbod en de berekening daarvan", "AVG art. 15");
    pub const CHOOSE: Activity = Activity::new("choose", "kiezen over eigen aanbod", "AVG art. 6 lid 1 onder e");
    pub const VIEW_MESSAGES: Activity = Activity::new("view_messages", "lezen van eigen berichten", "Awb art. 2:8");
    pub const VIEW_CASES: Activity = Activity::new("view_cases", "inzage in eigen zaken", "AVG art. 15");
    pub const ACT_IN_CASE: Activity = Activity::new("act_in_case", "handelen in een eigen zaak", "Awb art. 2:13");
    pub const ASK_CORRECTION: Activity =
        Activity::new("ask_correction", "vragen om correctie van eigen gegevens", "AVG art. 16; Wet BRP art. 2.58");
    pub const VIEW_DOCUMENT: Activity = Activity::new("view_document", "inzage in eigen documenten", "AVG art. 15");
    pub const PREFER: Activity = Activity::new("prefer", "vastleggen hoe iemand bericht wil krijgen", "Awb art. 2:8");
    pub const SEND_NOTICE: Activity =
        Activity::new("send_notice", "laten weten dat er een bericht is", "Awb art. 2:10");
    /// Of person lists; another register has a legal basis of its own.
    pub const IMPORT: Activity = Activity::new("import", "bijwerken van registraties", "Wet BRP art. 1.7");
    /// Of cases from an organisation's own system; its bringing them in is its own task.
    pub const IMPORT_CASES: Activity = Activity::new("import_cases", "bijwerken van zaken", "AVG art. 6 lid 1 onder e");
    /// On the legal bases of the services that were worked out.
    pub const EVALUATE: Activity = Activity::new("evaluate", "nagaan waar iemand recht op heeft", "");
    /// The clocks of cases (Awb art. 4:13 to 4:17).
    pub const WATCH_CLOCKS: Activity =
        Activity::new("watch_clocks", "bewaken van termijnen van zaken", "Awb art. 4:13");
    /// At the desk on the legal basis of the service that the case is about, or by the organisation's own system.
    pub const HANDLE_CASE: Activity =
        Activity::new("handle_case", "behandeling van een zaak", "AVG art. 6 lid 1 onder e");
    /// By the organisation's own system, which needs it to decide.
    pub const FETCH_DOCUMENT: Activity =
        Activity::new("fetch_document", "ophalen van een document bij een zaak", "Awb art. 3:2");
    pub const GIVE_FEEDBACK: Activity =
        Activity::new("give_feedback", "laten weten wat iemand vindt", "AVG art. 6 lid 1 onder e");
    pub const VIEW_FEEDBACK: Activity = Activity::new("view_feedback", "inzage in eigen feedback", "AVG art. 15");
    /// At the desk, and of complaints on their own law.
    pub const HANDLE_FEEDBACK: Activity = Activity::new(
        "handle_feedback",
        "behandeling van een klacht, idee of vraag",
        "Awb art. 9:1; AVG art. 6 lid 1 onder e",
    );
    pub const SOLVE_CONFLICT: Activity =
        Activity::new("solve_conflict", "herstellen van dubbel gebruik van een nummer", "Wet BRP art. 2.34");
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
        self.bind(sqlx::query("select usage_append($1, $2, $3, $4, $5, $6, $7)")).execute(sql).await?;
        Ok(())
    }

    /// The same, and then in the same round trip a statement with one argument.
    pub(crate) async fn append_and(&self, sql: &mut PgConnection, then: &'static str, with: &str) -> Result<(), Error> {
        if self.groups.is_empty() {
            sqlx::query(then).bind(with).execute(sql).await?;
        } else {
            // Materialized: before anything else.
            let statement = format!(
                "with logged as materialized (select usage_append($2, $3, $4, $5, $6, $7, $8)) {then} from logged"
            );
            self.bind(sqlx::query(AssertSqlSafe(statement)).bind(with)).execute(sql).await?;
        }
        Ok(())
    }

    /// Appends it in the chain of each of these people, none of whom is in it twice; as the evaluator, who acts by itself.
    pub(crate) async fn append_each(&self, sql: &mut PgConnection, people: &[PersonId]) -> Result<(), Error> {
        self.append_each_and(sql, people, "select").await
    }

    /// The same, and then in the same round trip a statement.
    pub(crate) async fn append_each_and(
        &self,
        sql: &mut PgConnection,
        people: &[PersonId],
        then: &'static str,
    ) -> Result<(), Error> {
        let logged = "with logged as materialized (select usage_append_each($1, $2, $3, $4, $5, $6, $7))";
        sqlx::query(AssertSqlSafe(format!("{logged} {then} from logged")))
            .bind(people)
            .bind(self.at.to_sqlx())
            .bind(&self.organisation)
            .bind(self.activity.name)
            .bind(self.activity.purpose)
            .bind(&*self.activity.legal_basis)
            .bind(&self.groups)
            .execute(sql)
            .await?;
        Ok(())
    }

    /// The same, and the answer to a question (an expression of type bigint) in the same round trip.
    pub(crate) async fn append_and_ask(&self, sql: &mut PgConnection, question: &str) -> Result<i64, Error> {
        let row = if self.groups.is_empty() {
            sqlx::query(AssertSqlSafe(format!("select {question}"))).fetch_one(sql).await?
        } else {
            let statement = format!(
                "with logged as materialized (select usage_append($1, $2, $3, $4, $5, $6, $7)) select {question} from logged"
            );
            self.bind(sqlx::query(AssertSqlSafe(statement))).fetch_one(sql).await?
        };
        Ok(row.try_get(0)?)
    }

    fn bind<'q>(&'q self, query: Query<'q, Postgres, PgArguments>) -> Query<'q, Postgres, PgArguments> {
        query
            .bind(self.at.to_sqlx())
            .bind(&self.organisation)
            .bind(self.role.as_str())
            .bind(self.activity.name)
            .bind(self.activity.purpose)
            .bind(&*self.activity.legal_basis)
            .bind(&self.groups)
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
