//! Keeping what somebody sends: judged, checked, put away, then recorded with whatever it belongs to.

use jiff::{SignedDuration, Timestamp};
use ring::digest::{SHA256, digest};
use sqlx::PgConnection;

use super::{
    Content, DocumentId, Kind, Origin, Refusal, Upload,
    judge::judge,
    model::LARGEST,
    name,
    scan::Verdict,
    store::{self, Row},
};
use crate::{error::Error, keys::Use, server::Portal};

/// A transaction lasts much shorter, so what is loose for so long stays so.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(24);
const SWEPT_AT_ONCE: i64 = 500;

/// Contents that were put away and wait to be recorded; removed within two days when they are not.
#[must_use = "what is not recorded is removed"]
#[derive(Debug)]
pub struct Taken {
    pub id: DocumentId,
    pub name: String,
    pub kind: Kind,
    size: usize,
    sha256: Vec<u8>,
    at: Timestamp,
    origin: Origin,
    scanned: bool,
    sealed_key: Vec<u8>,
}

impl Taken {
    pub(super) fn sha256(&self) -> &[u8] {
        &self.sha256
    }
}

/// Judges, checks and puts away. Takes as long as the scanner and the shelf do, so it is best done before a transaction.
///
/// # Errors
/// Why it is refused; nothing is kept then.
pub async fn take(portal: &Portal, upload: Upload, origin: Origin) -> Result<Taken, Refusal> {
    let bytes = match upload.content {
        Content::Whole(bytes) if bytes.len() > LARGEST => return Err(Refusal::TooLarge),
        Content::Whole(bytes) => bytes,
        Content::TooLarge => return Err(Refusal::TooLarge),
        Content::OneTooMany => return Err(Refusal::TooMany),
    };
    if bytes.is_empty() {
        return Err(Refusal::Empty);
    }
    let kind = judge(&bytes).ok_or(Refusal::Kind)?;
    let scanner = portal.config.documents.scanner.as_ref();
    if let Some(scanner) = scanner {
        match scanner.scan(&bytes).await {
            Ok(Verdict::Clean) => {}
            Ok(Verdict::Virus) => {
                tracing::warn!("a document with a virus was refused");
                return Err(Refusal::Virus);
            }
            Err(error) => {
                tracing::error!(%error, "documents cannot be scanned");
                return Err(Refusal::Away);
            }
        }
    }
    let id = DocumentId(uuid::Builder::from_random_bytes(portal.keys.random()).into_uuid());
    let key = portal.keys.random();
    let at = portal.clock.now();
    store::loose(&mut *portal.database.connection().await?, id, at).await?;
    match portal.shelf.put(id, &key, &bytes).await {
        Err(Error::Unavailable) => return Err(Refusal::Away),
        put => put?,
    }
    Ok(Taken {
        id,
        name: name::safe(&upload.name, kind),
        kind,
        size: bytes.len(),
        sha256: digest(&SHA256, &bytes).as_ref().to_vec(),
        at,
        origin,
        scanned: scanner.is_some(),
        sealed_key: portal.keys.seal(Use::Document, &key),
    })
}

/// Records what was taken for the person whom the caller's transaction acts for.
///
/// # Errors
/// Those of PostgreSQL, and [`Error::Conflict`] when it was taken more than a day ago.
pub async fn record(sql: &mut PgConnection, taken: &Taken) -> Result<DocumentId, Error> {
    let row = Row {
        id: taken.id,
        name: &taken.name,
        kind: taken.kind,
        size: taken.size,
        sha256: &taken.sha256,
        at: taken.at,
        origin: taken.origin,
        scanned: taken.scanned,
        sealed_key: &taken.sealed_key,
    };
    if store::record(sql, row).await? { Ok(taken.id) } else { Err(Error::Conflict) }
}

/// [`take`] and [`record`] in one, for who has a transaction open anyway.
///
/// # Errors
/// Why it is refused; nothing is kept then.
pub async fn keep(
    portal: &Portal,
    sql: &mut PgConnection,
    upload: Upload,
    origin: Origin,
) -> Result<DocumentId, Refusal> {
    let taken = take(portal, upload, origin).await?;
    Ok(record(sql, &taken).await?)
}

/// Removes contents that were never recorded; how many.
///
/// # Errors
/// Those of PostgreSQL, or [`Error::Unavailable`] when the shelf is away.
pub async fn sweep(portal: &Portal) -> Result<usize, Error> {
    let before = portal.clock.now() - FORGOTTEN;
    let forgotten = store::forgotten(&mut *portal.database.connection().await?, before, SWEPT_AT_ONCE).await?;
    for id in &forgotten {
        portal.shelf.remove(*id).await?;
        store::forget(&mut *portal.database.connection().await?, *id).await?;
    }
    Ok(forgotten.len())
}
