//! SQL of the usage log.

use jiff::civil::Date;
use jiff_sqlx::{Date as SqlDate, Timestamp as SqlTimestamp, ToSqlx};
use sqlx::PgConnection;

use super::Month;
use crate::{clock, error::Error};

/// Looks of one day that differ in nothing but the hour.
#[derive(Debug, PartialEq, Eq)]
pub struct Looks {
    pub day: Date,
    pub organisation: String,
    pub role: String,
    pub activity: String,
    pub purpose: String,
    pub legal_basis: String,
    /// `register` or `register/kind`, each once.
    pub groups: Vec<String>,
    pub times: i64,
    /// The first and the last of them.
    pub first: jiff::Timestamp,
    pub last: jiff::Timestamp,
}

type LooksRow = (SqlDate, String, String, String, String, String, Vec<String>, i64, SqlTimestamp, SqlTimestamp);

/// What happened in a month, newest first.
pub async fn looks_in(sql: &mut PgConnection, month: Month) -> Result<Vec<Looks>, Error> {
    let rows: Vec<LooksRow> = sqlx::query_as(
        "select (at at time zone $3)::date, organisation, role, activity, purpose, legal_basis,
                (array_agg(distinct g) filter (where g is not null)), count(distinct sequence), min(at), max(at)
           from usage_entry left join lateral unnest(groups) as g on true
          where person = acting_person() and at >= $1 and at < $2
          group by 1, organisation, role, activity, purpose, legal_basis
          order by 1 desc, max(at) desc",
    )
    .bind(month.begin()?.to_sqlx())
    .bind(month.next()?.begin()?.to_sqlx())
    .bind(clock::TIME_ZONE)
    .fetch_all(sql)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(day, organisation, role, activity, purpose, legal_basis, groups, times, first, last)| Looks {
            day: day.to_jiff(),
            organisation,
            role,
            activity,
            purpose,
            legal_basis,
            groups,
            times,
            first: first.to_jiff(),
            last: last.to_jiff(),
        })
        .collect())
}

/// The months in which anything happened, newest first.
pub async fn months(sql: &mut PgConnection) -> Result<Vec<Month>, Error> {
    let months: Vec<(i32, i32)> = sqlx::query_as(
        "select distinct extract(year from at at time zone $1)::int, extract(month from at at time zone $1)::int
           from usage_entry where person = acting_person() order by 1 desc, 2 desc",
    )
    .bind(clock::TIME_ZONE)
    .fetch_all(sql)
    .await?;
    months.into_iter().map(|(year, month)| Month::new(year as i16, month as i8).ok_or(Error::BadRequest)).collect()
}
