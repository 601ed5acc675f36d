//! SQL of the queue: which cases of the acting organisation wait, and nobody's name.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, types::Json};
use uuid::Uuid;

use crate::{cases::Words, error::Error};

/// Whose cases are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose<'a> {
    Team,
    Nobody,
    Mine(&'a str),
}

impl Whose<'_> {
    /// The condition, in which `$2` is the clerk, and the order that its index has.
    const fn sql(self) -> (&'static str, &'static str) {
        match self {
            Self::Team => ("($2::text is null)", "due_on, id"),
            // In the order of the index, although there is one value only: PostgreSQL does not see that from `is null`.
            Self::Nobody => ("$2::text is null and taken_by is null", "taken_by, due_on, id"),
            Self::Mine(_) => ("taken_by = $2", "due_on, id"),
        }
    }

    const fn clerk(&self) -> Option<&str> {
        match self {
            Self::Mine(clerk) => Some(clerk),
            _ => None,
        }
    }
}

/// Where a page of the queue begins: after this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    /// Among those whose clock stands still, which come last.
    pub paused: bool,
    pub due_on: Date,
    pub id: Uuid,
}

impl After {
    /// Reads `2026-11-23.0190...`, and `w.` before it for one whose clock stands still.
    pub fn parse(text: &str) -> Option<Self> {
        let (paused, text) = text.strip_prefix("w.").map_or((false, text), |text| (true, text));
        let (due_on, id) = text.split_once('.')?;
        Some(Self { paused, due_on: due_on.parse().ok()?, id: id.parse().ok()? })
    }
}

impl std::fmt::Display for After {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}.{}", if self.paused { "w." } else { "" }, self.due_on, self.id.simple())
    }
}

/// A case as the queue shows it.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: Uuid,
    pub reference: String,
    pub title: Words,
    pub due_on: Date,
    pub paused: bool,
    /// It waits for an answer of the citizen.
    pub asked: bool,
    pub taken_by: Option<String>,
    pub taken_name: Option<String>,
    /// Who proposed a decision that waits for a second clerk.
    pub proposed_by: Option<String>,
    pub proposed_name: Option<String>,
}

impl Row {
    pub const fn after(&self) -> After {
        After { paused: self.paused, due_on: self.due_on, id: self.id }
    }
}

#[derive(FromRow)]
struct Columns {
    id: Uuid,
    reference: String,
    title: Json<Words>,
    due_on: jiff_sqlx::Date,
    paused: bool,
    asked: bool,
    taken_by: Option<String>,
    taken_name: Option<String>,
    proposed_by: Option<String>,
    proposed_name: Option<String>,
}

impl From<Columns> for Row {
    fn from(row: Columns) -> Self {
        Self {
            id: row.id,
            reference: row.reference,
            title: row.title.0,
            due_on: row.due_on.to_jiff(),
            paused: row.paused,
            asked: row.asked,
            taken_by: row.taken_by,
            taken_name: row.taken_name,
            proposed_by: row.proposed_by,
            proposed_name: row.proposed_name,
        }
    }
}

const OPEN: &str = "organisation = $1 and stage in ('received', 'in_treatment')";

/// The open cases after one, by due date, those whose clock stands still last; at most so many.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn page(
    sql: &mut PgConnection,
    organisation: &str,
    whose: Whose<'_>,
    after: Option<After>,
    most: usize,
) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    for paused in [false, true] {
        let from = match after {
            Some(after) if after.paused && !paused => continue,
            Some(after) if after.paused == paused => Some(after),
            _ => None,
        };
        let left = most.saturating_sub(rows.len());
        if left == 0 {
            break;
        }
        let (mine, order) = whose.sql();
        let paused = if paused { "paused" } else { "not paused" };
        let later =
            if from.is_some() { "and (due_on, id) > ($3, $4)" } else { "and $3::date is null and $4::uuid is null" };
        let statement = format!(
            "select id, reference, title, due_on, paused, question is not null as asked, taken_by, taken_name,
                    proposal ->> 'by' as proposed_by, proposal ->> 'name' as proposed_name
               from cases where {OPEN} and {paused} and {mine} {later} order by {order} limit $5"
        );
        let found: Vec<Columns> = sqlx::query_as(AssertSqlSafe(statement))
            .bind(organisation)
            .bind(whose.clerk())
            .bind(from.map(|after| after.due_on.to_sqlx()))
            .bind(from.map(|after| after.id))
            .bind(i64::try_from(left).map_err(Error::internal)?)
            .fetch_all(&mut *sql)
            .await?;
        rows.extend(found.into_iter().map(Row::from));
    }
    Ok(rows)
}

/// How many there are, each counted up to [`MOST_COUNTED`] and one more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Counts {
    pub late: i64,
    pub week: i64,
    pub later: i64,
    pub waiting: i64,
}

/// More are not counted: counting a million takes longer than a page may.
pub const MOST_COUNTED: i64 = 999;

/// # Errors
/// Those of PostgreSQL.
pub async fn counts(
    sql: &mut PgConnection,
    organisation: &str,
    whose: Whose<'_>,
    today: Date,
    end_of_week: Date,
) -> Result<Counts, Error> {
    // In order, so that an index is walked and not the table.
    let (mine, order) = whose.sql();
    let count = |what: &str| {
        format!(
            "(select count(*) from (select from cases where {OPEN} and {what} and {mine} order by {order} limit {}) c)",
            MOST_COUNTED + 1
        )
    };
    let statement = format!(
        "select {} as late, {} as week, {} as later, {} as waiting",
        count("not paused and due_on < $3"),
        count("not paused and due_on between $3 and $4"),
        count("not paused and due_on > $4"),
        count("paused"),
    );
    Ok(sqlx::query_as(AssertSqlSafe(statement))
        .bind(organisation)
        .bind(whose.clerk())
        .bind(today.to_sqlx())
        .bind(end_of_week.to_sqlx())
        .fetch_one(sql)
        .await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_in_the_queue_survives_an_address() {
        let id = Uuid::from_u128(7);
        for paused in [false, true] {
            let after = After { paused, due_on: jiff::civil::date(2026, 11, 23), id };
            assert_eq!(After::parse(&after.to_string()), Some(after));
        }
        for wrong in ["", "2026-11-23", "2026-11-23.x", "w.x", "2026-13-01.00000000000000000000000000000007"] {
            assert_eq!(After::parse(wrong), None, "{wrong}");
        }
    }
}
