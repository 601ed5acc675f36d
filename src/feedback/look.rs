//! Opening what somebody said: by who wrote it, logged in or with the secret link.

use axum::response::{IntoResponse, Response};
use http::header;
use uuid::Uuid;

use super::{
    model::{Event, Feedback, IdeaFace, Kind},
    store,
    submit::follow_up,
};
use crate::{
    app::{Citizen, Visit},
    database::{PersonId, Scope},
    documents::{self, Document, DocumentId},
    error::Error,
    usage::{Activity, Role, Usage},
};

/// Feedback in a transaction in the name of who wrote it.
pub struct Opened {
    pub visit: Visit,
    pub scope: Scope,
    pub feedback: Feedback,
    /// Where its pages are, without the language.
    pub base: String,
    /// By the link of who was not logged in.
    pub by_link: bool,
}

pub fn usage(visit: &Visit, activity: Activity) -> Usage {
    Usage {
        at: visit.portal.clock.now(),
        organisation: visit.portal.config.organisation.id.clone(),
        role: Role::Citizen,
        activity,
        groups: vec!["feedback".to_owned()],
    }
}

/// A citizen's own; who has a number that stands on another list too, is shown none.
///
/// # Errors
/// [`Error::NotFound`] for what is not theirs.
pub async fn mine(citizen: Citizen, reference: &str, activity: Activity) -> Result<Opened, Error> {
    let mut scope = citizen.scope(usage(&citizen, activity)).await?;
    if store::is_disputed(scope.sql()).await? {
        return Err(Error::NotFound);
    }
    let feedback = store::by_reference(scope.sql(), reference).await?.ok_or(Error::NotFound)?;
    let base = feedback.path();
    Ok(Opened { visit: citizen.visit, scope, feedback, base, by_link: false })
}

/// That of a secret link.
///
/// # Errors
/// [`Error::NotFound`] when the link is nobody's.
pub async fn linked(visit: Visit, secret: &str, activity: Activity) -> Result<Opened, Error> {
    let hash = follow_up(secret);
    let found = store::following(&mut *visit.portal.database.connection().await?, &hash).await?;
    let id = found.ok_or(Error::NotFound)?;
    let mut scope = visit.portal.database.as_person(PersonId(id), usage(&visit, activity)).await?;
    let feedback = store::by_id(scope.sql(), id).await?.ok_or(Error::NotFound)?;
    Ok(Opened { visit, scope, feedback, base: format!("/feedback/volgen/{secret}"), by_link: true })
}

/// What a page shows of it.
pub struct Seen {
    pub visit: Visit,
    pub feedback: Feedback,
    pub face: Option<IdeaFace>,
    pub events: Vec<Event>,
    pub documents: Vec<Document>,
    pub base: String,
    pub by_link: bool,
}

impl Opened {
    /// Reads the rest, and logs the look.
    ///
    /// # Errors
    /// Those of PostgreSQL.
    pub async fn read(mut self) -> Result<Seen, Error> {
        let id = self.feedback.id;
        let events = store::events(self.scope.sql(), id, false).await?;
        let ids: Vec<DocumentId> =
            events.iter().flat_map(|event| event.what.documents()).copied().map(DocumentId).collect();
        let documents = documents::of(self.scope.sql(), &ids).await?;
        let face = match self.feedback.kind {
            Kind::Idea => store::face(self.scope.sql(), id).await?,
            _ => None,
        };
        self.scope.commit().await?;
        let Self { visit, feedback, base, by_link, .. } = self;
        Ok(Seen { visit, feedback, face, events, documents, base, by_link })
    }
}

impl Seen {
    /// An address below that of the feedback.
    pub fn path(&self, end: &str) -> String {
        self.visit.href(&format!("{}/{end}", self.base))
    }

    /// Where a document is had.
    pub fn document(&self, id: Uuid) -> Option<(String, String)> {
        let document = self.documents.iter().find(|document| document.id.0 == id)?;
        let href = match self.by_link {
            true => self.path(&format!("documenten/{id}")),
            false => self.visit.href(&document.path()),
        };
        Some((document.name.clone(), href))
    }
}

/// The secret of a link leaves in no `Referer`.
pub fn private(response: Response) -> Response {
    ([(header::REFERRER_POLICY, "no-referrer")], response).into_response()
}
