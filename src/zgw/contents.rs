//! The contents of documents of a case, judged and put away like any other.

use std::collections::HashSet;

use uuid::Uuid;

use super::{
    client::ClientError,
    fetch::{ListedDocument, Source, lenient},
    import::ImportError,
};
use crate::{
    documents::{self, Content, LARGEST, Origin, Refusal, Taken, Upload},
    error::Error,
    server::Portal,
};

/// A document that was looked at.
pub struct Fetched {
    pub source: Uuid,
    /// None when it cannot be kept: too large, or of no kind that is taken.
    pub taken: Option<Taken>,
}

/// Those that are not here yet; and why some could not be had, when asking later may help.
pub async fn fetch(
    portal: &Portal,
    source: &Source,
    zaak: &str,
    known: &HashSet<Uuid>,
) -> (Vec<Fetched>, Option<ImportError>) {
    let listed = match source.documents(zaak, known).await {
        Ok(listed) => listed,
        Err(error) => return (Vec::new(), Some(error.into())),
    };
    let (mut fetched, mut missing) = (Vec::new(), None);
    // One at a time: each may be as large as a document can be.
    for document in listed {
        match fetch_one(portal, source, &document).await {
            Ok(None) => {}
            Ok(Some(taken)) => fetched.push(Fetched { source: document.source, taken }),
            Err(error) => missing = Some(error),
        }
    }
    (fetched, missing)
}

/// None when it is not there; some of none when it cannot be kept.
async fn fetch_one(
    portal: &Portal,
    source: &Source,
    document: &ListedDocument,
) -> Result<Option<Option<Taken>>, ImportError> {
    let refused = |why: &str| {
        tracing::warn!(organisation = source.organisation, document = %document.source, why, "a document cannot be kept");
        Ok(Some(None))
    };
    if document.size.and_then(|size| usize::try_from(size).ok()).is_some_and(|size| size > LARGEST) {
        return refused("too large");
    }
    let bytes = match source.client.download(&document.contents, LARGEST).await {
        Err(ClientError::TooLarge) => return refused("too large"),
        result => lenient(result)?,
    };
    let Some(bytes) = bytes else { return Ok(None) };
    let upload = Upload { field: String::new(), name: document.name.clone(), content: Content::Whole(bytes) };
    match documents::take(portal, upload, Origin::Organisation).await {
        Ok(taken) => Ok(Some(Some(taken))),
        Err(Refusal::Away) => Err(Error::Unavailable.into()),
        Err(Refusal::Error(error)) => Err(error.into()),
        Err(Refusal::TooLarge | Refusal::TooMany) => refused("too large"),
        Err(Refusal::Empty) => refused("empty"),
        Err(Refusal::Kind) => refused("of no kind that is taken"),
        Err(Refusal::Virus) => refused("a virus"),
    }
}
