//! SQL of the queue: feedback and corrections of the acting organisation by due date, and nobody's name.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    cases::Words,
    desk::cases::store::{After, MOST_COUNTED, Whose},
    error::Error,
    feedback::Kind,
};

/// Which work is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    All,
    Feedback(Kind),
    Corrections,
}

/// A line of the queue.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: Uuid,
    pub reference: String,
    /// None of a correction.
    pub kind: Option<Kind>,
    pub service: Option<String>,
    /// Of a correction.
    pub title: Option<Words>,
    pub due_on: Date,
    /// The clock stands still.
    pub paused: bool,
    /// It waits for an answer of the citizen.
    pub asked: bool,
    pub taken_by: Option<String>,
    pub taken_name: Option<String>,
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
    kind: Option<String>,
    service: Option<String>,
    title: Option<Json<Words>>,
    due_on: jiff_sqlx::Date,
    paused: bool,
    asked: bool,
    taken_by: Option<String>,
    taken_name: Option<String>,
}

impl From<Columns> for Row {
    fn from(row: Columns) -> Self {
        Self {
            id: row.id,
            reference: row.reference,
            kind: row.kind.as_deref().and_then(Kind::from_text),
            service: row.service,
            title: row.title.map(|title| title.0),
            due_on: row.due_on.to_jiff(),
            paused: row.paused,
            asked: row.asked,
            taken_by: row.taken_by,
            taken_name: row.taken_name,
        }
    }
}

/// Where work of one sort stands: a view of what is open of the acting organisation, which of it, and the columns of a line.
struct Source {
    view: &'static str,
    which: String,
    columns: &'static str,
}

/// Feedback; it never waits with its clock standing still.
fn feedback(which: Which) -> Option<Source> {
    let which = match which {
        Which::All => "true".to_owned(),
        Which::Feedback(kind) => format!("kind = '{}'", kind.as_str()),
        Which::Corrections => return None,
    };
    let columns =
        "id, reference, kind, service, null::jsonb as title, due_on, false as paused, asked, taken_by, taken_name";
    Some(Source { view: "desk_feedback", which, columns })
}

fn corrections(which: Which, paused: bool) -> Option<Source> {
    if matches!(which, Which::Feedback(_)) {
        return None;
    }
    let which = if paused { "paused" } else { "not paused" }.to_owned();
    let columns = "id, reference, null::text as kind, service, title, due_on, paused, asked, taken_by, taken_name";
    Some(Source { view: "desk_correction", which, columns })
}

/// The condition, in which `$1` is the clerk, and the order that its index has.
const fn of(whose: Whose<'_>) -> (&'static str, &'static str) {
    match whose {
        Whose::Team => ("$1::text is null", "due_on, id"),
        // In the order of the index, although there is one value only: PostgreSQL does not see that from `is null`.
        Whose::Nobody => ("$1::text is null and taken_by is null", "taken_by, due_on, id"),
        Whose::Mine(_) => ("taken_by = $1", "due_on, id"),
    }
}

const fn clerk<'a>(whose: &Whose<'a>) -> Option<&'a str> {
    match whose {
        Whose::Mine(clerk) => Some(clerk),
        _ => None,
    }
}

/// What is open after a line, by due date, what waits for a citizen with its clock standing still last; at most so many.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn page(
    sql: &mut PgConnection,
    whose: Whose<'_>,
    which: Which,
    after: Option<After>,
    most: usize,
) -> Result<Vec<Row>, Error> {
    let mut rows: Vec<Row> = Vec::new();
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
        let sources =
            if paused { [None, corrections(which, true)] } else { [feedback(which), corrections(which, false)] };
        let (mine, order) = of(whose);
        let later =
            if from.is_some() { "and (due_on, id) > ($2, $3)" } else { "and $2::date is null and $3::uuid is null" };
        let parts: Vec<String> = sources
            .into_iter()
            .flatten()
            .map(|Source { view, which, columns }| {
                format!("(select {columns} from {view} where {which} and {mine} {later} order by {order} limit $4)")
            })
            .collect();
        if parts.is_empty() {
            continue;
        }
        let statement = match parts.as_slice() {
            [one] => one.clone(),
            several => format!("{} order by due_on, id limit $4", several.join(" union all ")),
        };
        let found: Vec<Columns> = sqlx::query_as(AssertSqlSafe(statement))
            .bind(clerk(&whose))
            .bind(from.map(|after| after.due_on.to_sqlx()))
            .bind(from.map(|after| after.id))
            .bind(i64::try_from(left).map_err(Error::internal)?)
            .fetch_all(&mut *sql)
            .await?;
        rows.extend(found.into_iter().map(Row::from));
    }
    Ok(rows)
}

/// How many there are, each counted up to [`MOST_COUNTED`] and one more of either sort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Counts {
    pub late: i64,
    /// Due within days.
    pub soon: i64,
    pub later: i64,
    pub waiting: i64,
}

/// # Errors
/// Those of PostgreSQL.
pub async fn counts(
    sql: &mut PgConnection,
    whose: Whose<'_>,
    which: Which,
    today: Date,
    soon: Date,
) -> Result<Counts, Error> {
    // In order, so that an index is walked and not the table.
    let (mine, order) = of(whose);
    let count = |source: Option<Source>, what: &str| match source {
        None => "0".to_owned(),
        Some(Source { view, which, .. }) => format!(
            "(select count(*) from (select from {view} where {which} and {what} and {mine} order by {order} limit {}) c)",
            MOST_COUNTED + 1
        ),
    };
    let both = |what: &str| format!("{} + {}", count(feedback(which), what), count(corrections(which, false), what));
    let statement = format!(
        "select {} as late, {} as soon, {} as later, {}::bigint as waiting",
        both("due_on < $2"),
        both("due_on between $2 and $3"),
        both("due_on > $3"),
        count(corrections(which, true), "true"),
    );
    Ok(sqlx::query_as(AssertSqlSafe(statement))
        .bind(clerk(&whose))
        .bind(today.to_sqlx())
        .bind(soon.to_sqlx())
        .fetch_one(sql)
        .await?)
}

/// Public ideas that say something like this one, for merging; most alike first.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn alike(sql: &mut PgConnection, text: &str, but: Option<i64>) -> Result<Vec<(i64, String)>, Error> {
    // Any of its words: `plainto_tsquery` asks for all of them.
    Ok(sqlx::query_as(
        "with words as (
             select to_tsquery('simple', string_agg(quote_literal(lexeme), ' | ')) as query
               from unnest(to_tsvector('dutch', left($1, 4000)))
         )
         select number, title from public_idea, words
          where words @@ query and number is distinct from $2
          order by ts_rank(words, query) desc, number limit 5",
    )
    .bind(text)
    .bind(but)
    .fetch_all(sql)
    .await?)
}
