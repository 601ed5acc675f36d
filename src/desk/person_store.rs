//! SQL that tells which services fit somebody, and nothing else of them.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use sqlx::{AssertSqlSafe, PgConnection, types::Json};

use crate::{
    corrections::{LOOKED_INTO, Looked},
    database::PersonId,
    error::Error,
    rules::{ServiceRules, Version},
};

/// The person with a BSN that has one of these keyed indexes, if the acting organisation serves them.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn served(sql: &mut PgConnection, indexes: &[Vec<u8>]) -> Result<Option<PersonId>, Error> {
    Ok(sqlx::query_scalar("select desk_serves($1)").bind(indexes).fetch_one(sql).await?)
}

/// Which of these services fit the acting person and are still to choose, by their place in the list. What they have, said no to or
/// switched off is left out: that is between them and the provider.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn fitting(
    sql: &mut PgConnection,
    person: PersonId,
    services: &[(&ServiceRules, &Version)],
    on: Date,
) -> Result<Vec<usize>, Error> {
    let verdicts: Vec<String> = services
        .iter()
        .enumerate()
        .map(|(place, (service, version))| {
            let verdict = version.compiled.verdict("(select * from facts where person = $2)", "$1::date");
            format!("select {place} as place, '{}' as service, period from ({verdict}) v where eligible", service.id())
        })
        .collect();
    if verdicts.is_empty() {
        return Ok(Vec::new());
    }
    let statement = format!(
        "select place from ({}) f
          where not exists (select from offer_opt_out o where o.person = $2 and o.service in (f.service, '*'))
            and not exists (select from offer k
                             where k.person = $2 and k.service = f.service and k.period = f.period
                               and k.state in ('accepted', 'granted', 'declined', 'undone', 'suppressed'))
          order by 1",
        verdicts.join(" union all ")
    );
    let places: Vec<i32> =
        sqlx::query_scalar(AssertSqlSafe(statement)).bind(on.to_sqlx()).bind(person).fetch_all(sql).await?;
    Ok(places.into_iter().filter_map(|place| usize::try_from(place).ok()).collect())
}

/// What of the acting person is being looked into.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn looked_into(sql: &mut PgConnection) -> Result<Vec<Looked>, Error> {
    let looked: Json<Vec<Looked>> =
        sqlx::query_scalar(AssertSqlSafe(format!("select {LOOKED_INTO}"))).fetch_one(sql).await?;
    Ok(looked.0)
}
