//! SQL of documents.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use super::{Document, DocumentId, Kind, Origin, Taken};
use crate::error::Error;

/// What is recorded of a document.
pub(super) struct Row<'a> {
    pub id: DocumentId,
    pub name: &'a str,
    pub kind: Kind,
    pub size: usize,
    pub sha256: &'a [u8],
    pub at: Timestamp,
    pub origin: Origin,
    pub scanned: bool,
    pub sealed_key: &'a [u8],
}

/// Contents are about to be put away that nothing refers to yet.
pub(super) async fn loose(sql: &mut PgConnection, id: DocumentId, now: Timestamp) -> Result<(), Error> {
    sqlx::query("insert into document_loose values ($1, $2)").bind(id).bind(now.to_sqlx()).execute(sql).await?;
    Ok(())
}

/// From here on they belong to a document, if the caller's transaction commits. False when they were swept meanwhile.
pub(super) async fn record(sql: &mut PgConnection, row: Row<'_>) -> Result<bool, Error> {
    let done = sqlx::query(
        "with found as (delete from document_loose where id = $1 returning id)
         insert into document (person, id, name, kind, size, sha256, at, origin, scanned, key)
         select acting_person(), id, $2, $3, $4, $5, $6, $7, $8, $9 from found",
    )
    .bind(row.id)
    .bind(row.name)
    .bind(row.kind.media_type())
    .bind(i32::try_from(row.size).map_err(Error::internal)?)
    .bind(row.sha256)
    .bind(row.at.to_sqlx())
    .bind(row.origin.as_str())
    .bind(row.scanned)
    .bind(row.sealed_key)
    .execute(sql)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Contents that were put away before then and never recorded.
pub(super) async fn forgotten(sql: &mut PgConnection, before: Timestamp, limit: i64) -> Result<Vec<DocumentId>, Error> {
    Ok(sqlx::query_scalar("select id from document_loose where at < $1 order by at limit $2")
        .bind(before.to_sqlx())
        .bind(limit)
        .fetch_all(sql)
        .await?)
}

pub(super) async fn forget(sql: &mut PgConnection, id: DocumentId) -> Result<(), Error> {
    sqlx::query("delete from document_loose where id = $1").bind(id).execute(sql).await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Found {
    id: DocumentId,
    name: String,
    kind: String,
    size: i32,
    at: jiff_sqlx::Timestamp,
    origin: String,
    scanned: bool,
    sha256: Vec<u8>,
    key: Vec<u8>,
}

/// A document with what opens its contents, and what they must come to.
pub struct Locked {
    pub document: Document,
    pub(super) sealed_key: Vec<u8>,
    pub(super) sha256: Vec<u8>,
}

impl Found {
    fn document(&self) -> Result<Document, Error> {
        Ok(Document {
            id: self.id,
            name: self.name.clone(),
            kind: Kind::from_media_type(&self.kind)
                .ok_or_else(|| Error::internal("a kind that this version does not know"))?,
            size: u32::try_from(self.size).map_err(Error::internal)?,
            at: self.at.to_jiff(),
            origin: if self.origin == "citizen" { Origin::Citizen } else { Origin::Organisation },
            scanned: self.scanned,
        })
    }
}

async fn found(sql: &mut PgConnection, ids: &[DocumentId]) -> Result<Vec<Found>, Error> {
    Ok(sqlx::query_as(
        "select id, name, kind, size, at, origin, scanned, sha256, key from document
          where person = acting_person() and id = any ($1) order by at, name, id",
    )
    .bind(ids)
    .fetch_all(sql)
    .await?)
}

/// Documents of the acting person, oldest first; what is not theirs is left out.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn of(sql: &mut PgConnection, ids: &[DocumentId]) -> Result<Vec<Document>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    found(sql, ids).await?.iter().map(Found::document).collect()
}

/// A document of the acting person, to be served.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn find(sql: &mut PgConnection, id: DocumentId) -> Result<Option<Locked>, Error> {
    let Some(found) = found(sql, &[id]).await?.pop() else { return Ok(None) };
    Ok(Some(Locked { document: found.document()?, sealed_key: found.key, sha256: found.sha256 }))
}

/// Whether the acting person's documents of these ids are what was taken, by their contents: the same form, sent again.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn are(sql: &mut PgConnection, ids: &[DocumentId], taken: &[Taken]) -> Result<bool, Error> {
    if ids.len() != taken.len() || ids.is_empty() {
        return Ok(ids.len() == taken.len());
    }
    let digests: Vec<&[u8]> = taken.iter().map(Taken::sha256).collect();
    let same: i64 = sqlx::query_scalar(
        "select count(*) from document where person = acting_person() and id = any ($1) and sha256 = any ($2)",
    )
    .bind(ids)
    .bind(digests)
    .fetch_one(sql)
    .await?;
    Ok(usize::try_from(same) == Ok(ids.len()))
}
