//! `GET /api/v1/cases/{case}/documents/{document}`: a document of a case, to the system of the organisation whose case it is.

use axum::{
    extract::{Path, State},
    response::Response,
};
use uuid::Uuid;

use crate::{
    cases,
    documents::{self, DocumentId},
    events::{Asker, Kind, Problem},
    server::Portal,
    usage::{Role, Usage, activity},
};

pub async fn get(
    State(portal): State<Portal>,
    Asker(sender): Asker,
    Path((case, document)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let nothing = || Problem::new(Kind::NotFound);
    let (Ok(case), Ok(document)) = (case.parse::<Uuid>(), document.parse::<Uuid>()) else { return Err(nothing()) };
    let usage = Usage {
        at: portal.clock.now(),
        organisation: sender.organisation.clone(),
        role: Role::System,
        activity: activity::FETCH_DOCUMENT,
        groups: Vec::new(),
    };
    let mut scope = portal.database.as_staff(&sender.organisation, usage.clone()).await?;
    let case = cases::store::of_organisation_by_id(scope.sql(), case).await?.ok_or_else(nothing)?;
    scope.turn_to(case.person, Usage { groups: vec!["documents".to_owned()], ..usage }).await?;
    if !cases::has_document(scope.sql(), &portal.keys, &case, document).await? {
        return Err(nothing());
    }
    let found = documents::find(scope.sql(), DocumentId(document)).await?.ok_or_else(nothing)?;
    scope.commit().await?;
    Ok(documents::serve(&portal, found).await?)
}
