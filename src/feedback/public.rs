//! SQL of what everybody may see: ideas that were published. `public_idea` says which those are, for all of it.

use jiff::{Timestamp, civil::Date};
use sqlx::{AssertSqlSafe, FromRow, PgConnection};

use super::model::State;
use crate::error::Error;

const COLUMNS: &str = "number, title, body, author, organisation, state, supports, owner, promised_on, answer, answered_at, link, published_at, changed_at";

#[derive(FromRow)]
struct Row {
    number: i64,
    title: String,
    body: String,
    author: Option<String>,
    organisation: String,
    state: String,
    supports: i32,
    owner: Option<String>,
    promised_on: Option<jiff_sqlx::Date>,
    answer: Option<String>,
    answered_at: Option<jiff_sqlx::Timestamp>,
    link: Option<String>,
    published_at: jiff_sqlx::Timestamp,
    changed_at: jiff_sqlx::Timestamp,
}

/// An idea as everybody sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idea {
    pub number: i64,
    pub title: String,
    pub body: String,
    pub author: Option<String>,
    pub organisation: String,
    pub state: State,
    pub supports: i32,
    pub owner: Option<String>,
    pub promised_on: Option<Date>,
    pub answer: Option<String>,
    pub answered_at: Option<Timestamp>,
    pub link: Option<String>,
    pub published_at: Timestamp,
    pub changed_at: Timestamp,
}

impl Idea {
    pub fn path(&self) -> String {
        format!("/ideeen/{}", self.number)
    }
}

impl TryFrom<Row> for Idea {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            number: row.number,
            title: row.title,
            body: row.body,
            author: row.author,
            organisation: row.organisation,
            state: State::from_text(&row.state).ok_or_else(|| Error::internal("an idea has an unknown state"))?,
            supports: row.supports,
            owner: row.owner,
            promised_on: row.promised_on.map(jiff_sqlx::Date::to_jiff),
            answer: row.answer,
            answered_at: row.answered_at.map(jiff_sqlx::Timestamp::to_jiff),
            link: row.link,
            published_at: row.published_at.to_jiff(),
            changed_at: row.changed_at.to_jiff(),
        })
    }
}

fn ideas(rows: Vec<Row>) -> Result<Vec<Idea>, Error> {
    rows.into_iter().map(Idea::try_from).collect()
}

/// The best that a search finds, or without words those with most support.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn list(
    sql: &mut PgConnection,
    words: &str,
    state: Option<State>,
    limit: i64,
    offset: i64,
) -> Result<Vec<Idea>, Error> {
    let statement = format!(
        "select {COLUMNS} from public_idea, websearch_to_tsquery('dutch', $1) asked
          where ($1 = '' or words @@ asked) and ($2::text is null or state = $2)
          order by case when $1 = '' then 0 else ts_rank_cd(words, asked) end desc, supports desc, published_at desc, number desc
          limit $3 offset $4"
    );
    let rows = sqlx::query_as(AssertSqlSafe(statement))
        .bind(words)
        .bind(state.map(State::as_str))
        .bind(limit)
        .bind(offset)
        .fetch_all(sql)
        .await?;
    ideas(rows)
}

/// # Errors
/// Those of PostgreSQL.
pub async fn newest(sql: &mut PgConnection, limit: i64) -> Result<Vec<Idea>, Error> {
    let statement = format!("select {COLUMNS} from public_idea order by published_at desc, number desc limit $1");
    ideas(sqlx::query_as(AssertSqlSafe(statement)).bind(limit).fetch_all(sql).await?)
}

/// # Errors
/// Those of PostgreSQL.
pub async fn by_number(sql: &mut PgConnection, number: i64) -> Result<Option<Idea>, Error> {
    let statement = format!("select {COLUMNS} from public_idea where number = $1");
    let row: Option<Row> = sqlx::query_as(AssertSqlSafe(statement)).bind(number).fetch_optional(sql).await?;
    row.map(Idea::try_from).transpose()
}

/// With which public idea one goes on that was merged.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn merged_into(sql: &mut PgConnection, number: i64) -> Result<Option<i64>, Error> {
    Ok(sqlx::query_scalar("select idea_merged_into($1)").bind(number).fetch_one(sql).await?)
}

/// Whether the acting person supports an idea.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn supports(sql: &mut PgConnection, number: i64) -> Result<bool, Error> {
    Ok(sqlx::query_scalar("select exists (select from idea_support where person = acting_person() and idea = $1)")
        .bind(number)
        .fetch_one(sql)
        .await?)
}
