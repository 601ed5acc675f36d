//! SQL of imported cases: which documents are here, and what is to be fetched.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::{
    database::{Database, PersonId},
    error::Error,
    keys::{Index, Keyring, Use},
    registered_data::Bsn,
    usage::{Role, Usage, activity},
};

pub fn usage(organisation: &str, at: Timestamp, groups: &[&str]) -> Usage {
    Usage {
        at,
        organisation: organisation.to_owned(),
        role: Role::System,
        activity: activity::IMPORT_CASES,
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
    }
}

/// Who has a number, when that is one person whose data may be opened. Nothing is shown to anybody, so nothing is logged.
pub async fn person_with(
    database: &Database,
    keys: &Keyring,
    organisation: &str,
    bsn: &Bsn,
) -> Result<Option<PersonId>, Error> {
    let indexes = keys.indexes(Index::Bsn, bsn.digits());
    let nothing_seen = || usage(organisation, Timestamp::UNIX_EPOCH, &[]);
    let mut scope = database.as_register(PersonId(Uuid::nil()), &indexes, nothing_seen()).await?;
    let people: Vec<PersonId> = sqlx::query_scalar("select distinct person from person_lookup where index = any($1)")
        .bind(&indexes)
        .fetch_all(scope.sql())
        .await?;
    let [person] = people[..] else { return Ok(None) };
    scope.turn_to(person, nothing_seen()).await?;
    let may: Option<bool> = sqlx::query_scalar(
        "select p.standing in ('current', 'emigrated', 'suspended')
                and not exists (select from bsn_conflict c where c.person = p.person)
           from person p where p.person = $1",
    )
    .bind(person)
    .fetch_optional(scope.sql())
    .await?;
    Ok((may == Some(true)).then_some(person))
}

/// Everybody known to the portal whose cases an organisation may have: a municipality's own inhabitants, anybody for others.
///
/// `owner` is the role that owns the tables.
pub async fn people_of(owner: &mut PgConnection, organisation: &str) -> Result<Vec<PersonId>, Error> {
    let holder = organisation.starts_with("gemeente-").then_some(organisation);
    let people =
        "select person from person where ($1::text is null or holder = $1) and standing <> 'void' order by person";
    Ok(sqlx::query_scalar(people).bind(holder).fetch_all(owner).await?)
}

pub async fn bsn_of(
    database: &Database,
    keys: &Keyring,
    organisation: &str,
    person: PersonId,
) -> Result<Option<Bsn>, Error> {
    let mut scope = database.as_person(person, usage(organisation, Timestamp::UNIX_EPOCH, &[])).await?;
    let sealed: Option<Option<Vec<u8>>> =
        sqlx::query_scalar("select bsn from person where person = acting_person()").fetch_optional(scope.sql()).await?;
    let Some(sealed) = sealed.flatten() else { return Ok(None) };
    let bsn = String::from_utf8(keys.open(Use::Number, &sealed).map_err(Error::internal)?).map_err(Error::internal)?;
    Ok(Bsn::parse(&bsn))
}

/// Which documents of a case were looked at before, by the organisation's own id.
pub async fn known_documents(sql: &mut PgConnection, case: Uuid) -> Result<HashSet<Uuid>, Error> {
    let known = "select source_id from imported_document where person = acting_person() and case_id = $1";
    Ok(sqlx::query_scalar(known).bind(case).fetch_all(sql).await?.into_iter().collect())
}

/// False when somebody else kept the same document meanwhile.
pub async fn keep_document(
    sql: &mut PgConnection,
    case: Uuid,
    source: Uuid,
    document: Option<Uuid>,
) -> Result<bool, Error> {
    let done = sqlx::query(
        "insert into imported_document (person, case_id, source_id, document) values (acting_person(), $1, $2, $3)
         on conflict do nothing",
    )
    .bind(case)
    .bind(source)
    .bind(document)
    .execute(sql)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A case to be fetched.
#[derive(Debug, FromRow)]
pub struct ToFetch {
    pub organisation: String,
    pub source_id: Uuid,
    asked_at: jiff_sqlx::Timestamp,
    pub tries: i16,
}

/// However often it is said before it is fetched, it is fetched once; said again while it is being fetched, once more.
pub async fn ask(sql: &mut PgConnection, organisation: &str, source: Uuid, now: Timestamp) -> Result<(), Error> {
    sqlx::query(
        "insert into case_to_fetch (organisation, source_id, asked_at, due_at) values ($1, $2, $3, $3)
         on conflict (organisation, source_id) do update
            set asked_at = greatest(case_to_fetch.asked_at + interval '1 microsecond', excluded.asked_at),
                due_at = least(case_to_fetch.due_at, excluded.due_at), tries = 0",
    )
    .bind(organisation)
    .bind(source)
    .bind(now.to_sqlx())
    .execute(sql)
    .await?;
    Ok(())
}

/// Takes cases in hand that are due: for two minutes nobody else does.
pub async fn claim(sql: &mut PgConnection, now: Timestamp, most: i64) -> Result<Vec<ToFetch>, Error> {
    Ok(sqlx::query_as(
        "update case_to_fetch c set due_at = $1 + interval '2 minutes', tries = c.tries + 1
           from (select organisation, source_id from case_to_fetch where due_at <= $1
                  order by due_at limit $2 for update skip locked) due
          where c.organisation = due.organisation and c.source_id = due.source_id
          returning c.organisation, c.source_id, c.asked_at, c.tries",
    )
    .bind(now.to_sqlx())
    .bind(most)
    .fetch_all(sql)
    .await?)
}

/// It was fetched, or can never be; not when it was asked for again meanwhile: then it is due at once.
pub async fn fetched(sql: &mut PgConnection, case: &ToFetch, now: Timestamp) -> Result<(), Error> {
    sqlx::query(
        "with gone as (delete from case_to_fetch where organisation = $1 and source_id = $2 and asked_at = $3)
         update case_to_fetch set due_at = $4 where organisation = $1 and source_id = $2 and asked_at <> $3",
    )
    .bind(&case.organisation)
    .bind(case.source_id)
    .bind(case.asked_at)
    .bind(now.to_sqlx())
    .execute(sql)
    .await?;
    Ok(())
}

pub async fn try_again(sql: &mut PgConnection, case: &ToFetch, at: Timestamp) -> Result<(), Error> {
    sqlx::query("update case_to_fetch set due_at = $4 where organisation = $1 and source_id = $2 and asked_at = $3")
        .bind(&case.organisation)
        .bind(case.source_id)
        .bind(case.asked_at)
        .bind(at.to_sqlx())
        .execute(sql)
        .await?;
    Ok(())
}
