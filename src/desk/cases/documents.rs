//! Documents of a case: what staff add, and what they download of it.

use axum::{extract::Path, response::Response};
use http::StatusCode;
use leptos::prelude::*;
use leptos_i18n::td_string;
use uuid::Uuid;

use super::{
    act,
    field::{Field, mistake},
    forms, look,
    page::{self, Loaded},
    refused, timeline,
};
use crate::{
    app::{Page, Staff},
    cases::{self, Act, Case, Decision, Event, Happening, Refused},
    database::Scope,
    documents::{self, Document, DocumentId, FormWithFiles, Origin, Taken, Upload},
    error::Error,
    ui::{self, Mistake},
};

/// The field with files.
pub const FILES: &str = "bestand";

/// Every document that belongs to a case.
pub fn ids(case: &Case, events: &[Event], decision: Option<&Decision>) -> Vec<DocumentId> {
    let of_events = events.iter().flat_map(|event| match &event.what {
        Happening::Answered { documents, .. }
        | Happening::Documents { documents }
        | Happening::Enquired { documents, .. } => documents.as_slice(),
        _ => &[],
    });
    let proposed = case.proposal.iter().flat_map(|proposal| &proposal.decision.documents);
    let decided = decision.into_iter().flat_map(|decision| &decision.documents);
    of_events.chain(proposed).chain(decided).copied().map(DocumentId).collect()
}

pub fn section(staff: &Staff, loaded: &Loaded) -> Option<AnyView> {
    let locale = staff.locale;
    if loaded.documents.is_empty() {
        return None;
    }
    let items = loaded.documents.iter().map(|document| row(staff, loaded, document)).collect_view();
    let body =
        view! { <ul class="voordeur-card voordeur-card--flush voordeur-rows" role="list">{items}</ul> }.into_any();
    Some(page::section("documenten", td_string!(locale, desk_cases.documents), body))
}

/// Where staff download a document of a case.
pub fn href(staff: &Staff, case: &Case, document: &Document) -> String {
    staff.href(&format!("/balie/zaken/{}/documenten/{}", case.reference, document.id.0))
}

fn row(staff: &Staff, loaded: &Loaded, document: &Document) -> AnyView {
    let locale = staff.locale;
    let href = href(staff, &loaded.case, document);
    let from = match document.origin {
        Origin::Citizen => td_string!(locale, desk_cases.citizen),
        Origin::Organisation => td_string!(locale, desk_cases.own_document),
    };
    let about = format!("{from}, {}, {}", timeline::moment(locale, document.at), document.summary(locale));
    view! {
        <li>
            {ui::icon("file")}
            <div><a class="nl-link" href=href><b>{document.name.clone()}</b></a><p class="voordeur-subtle">{about}</p></div>
        </li>
    }
    .into_any()
}

pub async fn get(staff: Staff, Path(reference): Path<String>) -> Result<Response, Error> {
    let loaded = page::load(&staff, &reference).await?;
    Ok(staff.show(form(&staff, &loaded, &[], None)))
}

pub async fn post(staff: Staff, Path(reference): Path<String>, typed: FormWithFiles) -> Result<Response, Error> {
    let saw = act::version(&typed.fields)?;
    // Whose case it is not, has nothing read or scanned for them.
    look::before(&staff, &reference).await?;
    let taken = if typed.files.is_empty() {
        Err(vec![mistake(FILES, td_string!(staff.locale, desk_cases.no_file))])
    } else {
        take(&staff, typed.files).await?
    };
    let taken = match taken {
        Ok(taken) => taken,
        Err(mistakes) => {
            let loaded = page::load(&staff, &reference).await?;
            return Ok(staff.show(form(&staff, &loaded, &mistakes, None).status(StatusCode::UNPROCESSABLE_ENTITY)));
        }
    };
    let (mut scope, case) = look::hold(&staff, &reference).await?;
    let documents = record(&mut scope, &taken).await?;
    let act = Act::AddDocuments { documents };
    match cases::change(&staff.portal, &mut scope, case, act, act::by(&staff, Some(saw))).await {
        Ok(_) => {
            scope.commit().await?;
            Ok(act::to_case(&staff, &reference, "document"))
        }
        Err(Refused::Error(error)) => Err(error),
        Err(why) => {
            drop(scope);
            let why = refused::words(staff.locale, why)?;
            let loaded = page::load(&staff, &reference).await?;
            Ok(staff.show(form(&staff, &loaded, &[], Some((why, saw))).status(StatusCode::CONFLICT)))
        }
    }
}

/// Puts files away until they are recorded with what they belong to.
pub async fn take(staff: &Staff, files: Vec<Upload>) -> Result<Result<Vec<Taken>, Vec<Mistake>>, Error> {
    let (mut taken, mut mistakes) = (Vec::new(), Vec::new());
    for file in files {
        let name = file.name.clone();
        match documents::take(&staff.portal, file, Origin::Organisation).await {
            Ok(own) => taken.push(own),
            Err(refusal) => mistakes.push(mistake(FILES, refusal.words(staff.locale, &name)?)),
        }
    }
    Ok(if mistakes.is_empty() { Ok(taken) } else { Err(mistakes) })
}

/// Records them for the acting person.
pub async fn record(scope: &mut Scope, taken: &[Taken]) -> Result<Vec<Uuid>, Error> {
    let mut ids = Vec::with_capacity(taken.len());
    for own in taken {
        ids.push(documents::record(scope.sql(), own).await?.0);
    }
    Ok(ids)
}

pub async fn download(staff: Staff, Path((reference, id)): Path<(String, String)>) -> Result<Response, Error> {
    let id = DocumentId(id.parse().map_err(|_| Error::NotFound)?);
    let (mut scope, case) = look::open(&staff, &reference).await?;
    let events = cases::store::events(scope.sql(), case.id, true).await?;
    let decision = cases::store::decision(scope.sql(), case.id).await?;
    // Of this case, and not any document of the person.
    if !ids(&case, &events, decision.as_ref()).contains(&id) {
        return Err(Error::NotFound);
    }
    let found = documents::find(scope.sql(), id).await?.ok_or(Error::NotFound)?;
    scope.commit().await?;
    documents::serve(&staff.portal, found).await
}

fn form(staff: &Staff, loaded: &Loaded, mistakes: &[Mistake], refused: Option<(String, i32)>) -> Page {
    let locale = staff.locale;
    let title = td_string!(locale, desk_cases.act_document);
    let hint = Some(td_string!(locale, desk_cases.files_hint).to_owned());
    let field = Field { id: FILES, label: td_string!(locale, desk_cases.files), hint, mistakes }.files();
    let action = staff.href(&format!("/balie/zaken/{}/document", loaded.case.reference));
    let body = view! {
        {ui::heading(title.to_owned(), td_string!(locale, desk_cases.document_lead))}
        <form method="post" action=action class="voordeur-card voordeur-stack" enctype="multipart/form-data" novalidate>
            <input type="hidden" name="versie" value=loaded.case.version/>
            {field}
            <div class="utrecht-button-group">
                <button class="nl-button nl-button--primary" type="submit">{td_string!(locale, desk_cases.document_go)}</button>
                <a class="nl-button nl-button--subtle" href=staff.href(&format!("/balie/zaken/{}", loaded.case.reference))>{td_string!(locale, desk_cases.back)}</a>
            </div>
        </form>
    }
    .into_any();
    forms::sheet(staff, loaded, title.to_owned(), mistakes, refused, body)
}
