//! Documents that came with feedback, as staff download them.

use axum::{extract::Path, response::Response};
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{look, page::Loaded};
use crate::{
    app::Staff,
    desk::cases::timeline::moment,
    documents::{self, DocumentId},
    error::Error,
    feedback::{self, Event},
    ui,
};

/// Every document that came with it.
pub fn ids(events: &[Event]) -> Vec<DocumentId> {
    events.iter().flat_map(|event| event.what.documents()).copied().map(DocumentId).collect()
}

pub fn list(staff: &Staff, loaded: &Loaded) -> Option<AnyView> {
    if loaded.documents.is_empty() {
        return None;
    }
    let items = loaded
        .documents
        .iter()
        .map(|document| {
            let href = staff.href(&format!("/balie/feedback/{}/documenten/{}", loaded.feedback.reference, document.id.0));
            let about = format!("{}, {}", moment(staff.locale, document.at), document.summary(staff.locale));
            view! {
                <li>
                    {ui::icon("file")}
                    <div><a class="nl-link voordeur-target" href=href>{document.name.clone()}</a><p class="voordeur-subtle">{about}</p></div>
                </li>
            }
        })
        .collect_view();
    let title = td_string!(staff.locale, desk_cases.documents);
    Some(
        view! { <ul class="voordeur-card voordeur-card--flush voordeur-rows" role="list" aria-label=title>{items}</ul> }
            .into_any(),
    )
}

pub async fn download(staff: Staff, Path((reference, id)): Path<(String, String)>) -> Result<Response, Error> {
    let id = DocumentId(id.parse().map_err(|_| Error::NotFound)?);
    let (mut scope, feedback) = look::open(&staff, &reference).await?;
    let events = feedback::store::events(scope.sql(), feedback.id, true).await?;
    // Of this feedback, and not any document of the person.
    if !ids(&events).contains(&id) {
        return Err(Error::NotFound);
    }
    let found = documents::find(scope.sql(), id).await?.ok_or(Error::NotFound)?;
    scope.commit().await?;
    documents::serve(&staff.portal, found).await
}
