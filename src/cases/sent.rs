//! `/mijn/zaken/{reference}/aanvraag`: what the citizen sent, as it was sent.

use axum::{extract::Path, response::Response};
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    model::Kind,
    objection::Objection,
    page::{Looked, Seen, document_rows, look},
    store, wording,
};
use crate::{
    app::{Citizen, Page, Place},
    corrections::{self, Explanation},
    documents::{self, Document, DocumentId},
    error::Error,
    offers, ui,
    usage::activity,
};

pub async fn get(citizen: Citizen, Path(reference): Path<String>) -> Result<Response, Error> {
    let Looked { mut scope, whole } = look(&citizen, &reference, activity::VIEW_CASES).await?;
    let sealed = store::application(scope.sql(), whole.case.id).await?;
    let keys = &citizen.portal.keys;
    let broken = || Error::internal("an application does not open");
    let service = whole.case.service.as_deref().and_then(|id| citizen.portal.rules.service(id));
    let mut sent_documents: Vec<Document> = Vec::new();
    let view = match (whole.case.kind, &sealed, service) {
        (_, None, _) => None,
        (Kind::Objection, Some(sealed), _) => {
            let objection = Objection::open(keys, sealed).ok_or_else(broken)?;
            let ids: Vec<DocumentId> = objection.documents.iter().copied().map(DocumentId).collect();
            sent_documents = documents::of(scope.sql(), &ids).await?;
            Some(objection_view(&Seen::new(&citizen, &whole, &[]), objection))
        }
        (Kind::Correction, Some(sealed), _) => {
            let explanation = Explanation::open(keys, sealed).ok_or_else(broken)?;
            let ids: Vec<DocumentId> = explanation.documents.iter().copied().map(DocumentId).collect();
            sent_documents = documents::of(scope.sql(), &ids).await?;
            whole.correction.as_ref().map(|correction| corrections::sent(&citizen, correction, &explanation))
        }
        (_, Some(sealed), Some(service)) => {
            let sent = offers::sent(scope.sql(), &citizen, service, whole.case.period, sealed).await?;
            Some(sent.ok_or_else(broken)?)
        }
        (_, Some(_), None) => None,
    };
    scope.commit().await?;
    Ok(citizen.show(page(&Seen::new(&citizen, &whole, &sent_documents), view)))
}

fn page(seen: &Seen<'_>, sent: Option<AnyView>) -> Page {
    let (visit, locale, case) = (seen.visit, seen.visit.locale, seen.case);
    let title = match case.kind {
        Kind::Objection => td_string!(locale, cases.your_objection),
        Kind::Correction => td_string!(locale, cases.your_correction),
        _ => td_string!(locale, cases.your_application),
    };
    let lead = td_string!(
        locale,
        cases.sent_lead,
        title = wording::title(visit, case),
        moment = wording::moment(locale, case.received_at),
        reference = case.reference.as_str()
    )
    .to_string();
    let none = td_string!(locale, cases.nothing_sent, organisation = seen.organisation()).to_string();
    let sent = sent.unwrap_or_else(|| ui::empty("file", view! { <p class="nl-paragraph">{none}</p> }).into_any());
    let documents = document_rows(visit, &seen.organisation(), seen.documents);
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            {ui::heading(title.to_owned(), lead)}
            {sent}
            {documents}
            <p><a class="nl-link voordeur-target" href=visit.href(&case.path())>{td_string!(locale, cases.to_case)}</a></p>
        </div>
    }
    .into_any();
    seen.under(Page::new(title, Place::Cases, body))
}

fn objection_view(seen: &Seen<'_>, objection: Objection) -> AnyView {
    let locale = seen.visit.locale;
    let value = |what: &'static str, words: String| {
        view! { <div class="voordeur-value"><dt>{what}</dt><dd class="voordeur-value__main voordeur-text">{words}</dd></div> }
    };
    let why = objection.why_late.map(|why| value(td_string!(locale, cases.why_late), why));
    view! {
        <section class="voordeur-card voordeur-stack">
            <dl class="voordeur-values">{value(td_string!(locale, cases.grounds), objection.grounds)}{why}</dl>
        </section>
    }
    .into_any()
}
