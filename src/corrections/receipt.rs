//! `/mijn/correcties/{reference}/bewijs`: what was sent, when, and what happens next (Awb art. 2:17); on a page and as a letter.

use axum::{extract::Path, response::Response};
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    list::usage,
    model::Correction,
    store,
    submit::Explanation,
    words::{self, InWords},
};
use crate::{
    app::{Citizen, Page, Place},
    cases::{self, Case, Kind},
    clock,
    documents::{self, Document, DocumentId},
    error::Error,
    i18n::Locale,
    ui::{
        self, dates,
        letter::{Block, Letter},
    },
};

struct Receipt<'c> {
    citizen: &'c Citizen,
    case: Case,
    correction: Correction,
    explanation: Explanation,
    documents: Vec<Document>,
}

pub async fn get(citizen: Citizen, Path(reference): Path<String>) -> Result<Response, Error> {
    let receipt = Receipt::load(&citizen, &reference).await?;
    Ok(citizen.show(receipt.page()))
}

pub async fn pdf(citizen: Citizen, Path(reference): Path<String>) -> Result<Response, Error> {
    let receipt = Receipt::load(&citizen, &reference).await?;
    receipt.letter().download(&receipt.case.reference)
}

impl<'c> Receipt<'c> {
    async fn load(citizen: &'c Citizen, reference: &str) -> Result<Self, Error> {
        let mut scope = citizen.look(usage(citizen)).await?;
        let case = cases::store::by_reference(scope.sql(), reference).await?;
        let case = case.filter(|case| case.kind == Kind::Correction).ok_or(Error::NotFound)?;
        let correction = store::of_case(scope.sql(), case.id).await?.ok_or(Error::NotFound)?;
        let sealed = cases::store::application(scope.sql(), case.id).await?.ok_or(Error::NotFound)?;
        let explanation = Explanation::open(&citizen.portal.keys, &sealed);
        let explanation = explanation.ok_or_else(|| Error::internal("an explanation does not open"))?;
        let ids: Vec<DocumentId> = explanation.documents.iter().copied().map(DocumentId).collect();
        let documents = documents::of(scope.sql(), &ids).await?;
        scope.commit().await?;
        Ok(Self { citizen, case, correction, explanation, documents })
    }

    fn when(&self) -> String {
        let at = self.case.received_at.to_zoned(clock::zone());
        format!("{}, {}", dates::date(self.citizen.locale, at.date()), at.strftime("%-H.%M"))
    }

    fn organisation(&self) -> String {
        self.citizen.portal.catalogue.organisation_name(&self.case.organisation, self.citizen.locale)
    }

    fn page(&self) -> Page {
        let (visit, locale) = (self.citizen, self.citizen.locale);
        let title = td_string!(locale, corrections.receipt_title);
        let name = self.case.title.get(locale).0.to_owned();
        let (on, due) = (clock::day(self.case.received_at), self.case.due_on);
        let answer = td_string!(locale, corrections.receipt_answer, holder = self.organisation()).to_string();
        let documents: Vec<_> = self
            .documents
            .iter()
            .map(|document| view! { <li><div><b>{document.name.clone()}</b><p class="voordeur-subtle">{document.summary(locale)}</p></div></li> })
            .collect();
        let documents = (!documents.is_empty()).then(
            || view! { <ul class="voordeur-card voordeur-card--flush voordeur-rows" role="list">{documents}</ul> },
        );
        let body = view! {
            <div class="voordeur-wrap voordeur-stack voordeur-stack--sections">
                <div class="voordeur-confirm" role="status">
                    {ui::icon("check")}
                    <h1 class="nl-heading nl-heading--level-1">{title}</h1>
                    <p class="nl-paragraph nl-paragraph--lead">{name.clone()} ". " {td_string!(locale, corrections.receipt_lead)}</p>
                    <dl><dt>{td_string!(locale, corrections.receipt_number)}</dt><dd>{self.case.reference.clone()}</dd></dl>
                </div>
                <section class="voordeur-stack" aria-labelledby="verder">
                    <h2 class="nl-heading nl-heading--level-2" id="verder">{td_string!(locale, corrections.next)}</h2>
                    <ol class="voordeur-timeline" role="list">
                        <li>
                            <p class="voordeur-timeline__when"><b>{td_string!(locale, corrections.happened)}</b> " " <time datetime=on.to_string()>{self.when()}</time></p>
                            <p>{td_string!(locale, corrections.receipt_received)}</p>
                        </li>
                        <li class="voordeur-limit">
                            <p class="voordeur-timeline__when"><b>{td_string!(locale, corrections.by_law)}</b> " " <time datetime=due.to_string()>{dates::date(locale, due)}</time></p>
                            <p>{answer}</p>
                        </li>
                    </ol>
                    <p class="voordeur-cluster">
                        <a class="nl-button nl-button--primary" href=visit.href(&self.case.path())>{td_string!(locale, corrections.follow)}</a>
                        <a class="nl-button nl-button--secondary" href=visit.href(&format!("/mijn/correcties/{}/bewijs.pdf", self.case.reference))>{td_string!(locale, corrections.receipt_pdf)}</a>
                    </p>
                </section>
                {words::sent(visit, &self.correction, &self.explanation)}
                {documents}
            </div>
        }
        .into_any();
        Page::new(title, Place::Cases, body)
            .under(td_string!(locale, shell.overview), "/mijn")
            .under(td_string!(locale, corrections.list_title), "/mijn/correcties")
            .under(name, self.case.path())
    }

    fn letter(&self) -> Letter {
        let (visit, locale) = (self.citizen, self.citizen.locale);
        let label = |words: &'static str| words.to_owned();
        let facts = vec![
            (label(td_string!(locale, corrections.about)), self.case.title.get(locale).0.to_owned()),
            (label(td_string!(locale, corrections.receipt_number)), self.case.reference.clone()),
            (label(td_string!(locale, corrections.receipt_received)), self.when()),
            (label(td_string!(locale, corrections.by_law)), dates::date(locale, self.case.due_on)),
        ];
        let mut blocks =
            vec![Block::Paragraph(label(td_string!(locale, corrections.receipt_lead))), Block::Values(facts)];
        if let Some(words) = InWords::of(visit, &self.correction) {
            let mut values = |title: &'static str, values: Vec<(String, String)>| {
                if !values.is_empty() {
                    blocks.extend([Block::Heading(title.to_owned()), Block::Values(values)]);
                }
            };
            if let Some(registered) = &self.correction.registered {
                values(td_string!(locale, corrections.was_registered), words.rows(registered));
            }
            let asked = self.correction.with(&self.correction.proposed);
            values(td_string!(locale, corrections.you_asked), words.rows(&asked));
        }
        let mut more = Vec::new();
        if !self.explanation.text.is_empty() {
            more.push((label(td_string!(locale, corrections.your_explanation)), self.explanation.text.clone()));
        }
        let evidence = td_string!(locale, corrections.evidence_sent);
        more.extend(self.documents.iter().map(|document| (evidence.to_owned(), document.name.clone())));
        if !more.is_empty() {
            blocks.push(Block::Values(more));
        }
        Letter {
            title: td_string!(locale, corrections.receipt_title).to_owned(),
            language: if locale == Locale::en { "en" } else { "nl" },
            sender: format!("{}, {}", visit.portal.config.organisation.name, self.when()),
            blocks,
            foot: self.case.reference.clone(),
        }
    }
}
