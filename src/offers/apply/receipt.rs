//! `/mijn/zaken/{reference}/bewijs`: what was sent, when, and what happens next (Awb art. 2:17); on a page and as a letter.

use std::collections::BTreeSet;

use axum::{extract::Path, response::Response};
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    super::{
        Amounts, Run,
        accept::sent,
        answers::{Answers, Question},
        explain::{Explained, NOTHING_DOUBTED},
        list::usage,
        parts::plan,
        wording,
    },
    view::attached,
};
use crate::{
    app::{Citizen, Page, Place},
    cases::{self, Case, Kind},
    clock,
    documents::{self, Document, DocumentId},
    error::Error,
    i18n::Locale,
    rules::{ServiceRules, Version},
    ui::{
        self, dates,
        letter::{Block, Letter},
    },
    usage::activity,
};

/// Something that was sent.
struct Receipt<'c> {
    citizen: &'c Citizen,
    case: Case,
    service: &'c ServiceRules,
    version: Option<&'c Version>,
    answers: Answers,
    run: Run,
    amounts: Amounts,
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
        let portal = &citizen.portal;
        let usage = usage(citizen, activity::VIEW_OFFERS, vec!["cases".to_owned()]);
        let mut scope = citizen.look(usage).await?;
        let case =
            cases::store::by_reference(scope.sql(), reference).await?.filter(|case| case.kind == Kind::Application);
        let case = case.ok_or(Error::NotFound)?;
        let sealed = cases::store::application(scope.sql(), case.id).await?.ok_or(Error::NotFound)?;
        let answers = Answers::open(&portal.keys, &sealed).ok_or_else(|| Error::internal("answers do not open"))?;
        let service = case.service.as_deref().and_then(|id| portal.rules.service(id)).ok_or(Error::NotFound)?;
        // What was offered was known by the offer, and what one applied for by the application itself.
        let offer = match case.period {
            Some(period) => super::super::store::one(scope.sql(), service.id(), period).await?.map(|kept| kept.offer),
            None => None,
        };
        let ids: Vec<DocumentId> = answers.documents.iter().copied().map(DocumentId).collect();
        let documents = if ids.is_empty() { Vec::new() } else { documents::of(scope.sql(), &ids).await? };
        scope.commit().await?;
        let received_on = clock::day(case.received_at);
        let (version, run, amounts) = match offer {
            Some(offer) => (wording::version_of(service, &offer), offer.run.clone(), offer.amounts),
            None => {
                let version = service.versions.iter().find(|version| version.covers(received_on));
                (version, Run { facts: answers.known.clone(), ..Run::default() }, Amounts::default())
            }
        };
        Ok(Self { citizen, case, service, version, answers, run, amounts, documents })
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
        let title = td_string!(locale, offers.receipt_title);
        let name = wording::title(locale, self.service, self.case.period);
        let on = clock::day(self.case.received_at);
        let decision = td_string!(locale, offers.decision_by, organisation = self.organisation()).to_string();
        let body = view! {
            <div class="voordeur-wrap voordeur-stack voordeur-stack--sections">
                <div class="voordeur-confirm" role="status">
                    {ui::icon("check")}
                    <h1 class="nl-heading nl-heading--level-1">{title}</h1>
                    <p class="nl-paragraph nl-paragraph--lead">{name} ". " {td_string!(locale, offers.receipt_lead)}</p>
                    <dl><dt>{td_string!(locale, offers.receipt_number)}</dt><dd>{self.case.reference.clone()}</dd></dl>
                </div>
                <section class="voordeur-stack" aria-labelledby="verder">
                    <h2 class="nl-heading nl-heading--level-2" id="verder">{td_string!(locale, offers.receipt_what_next)}</h2>
                    <ol class="voordeur-timeline" role="list">
                        <li>
                            <p class="voordeur-timeline__when"><b>{td_string!(locale, offers.happened)}</b> " " <time datetime=on.to_string()>{self.when()}</time></p>
                            <p>{td_string!(locale, offers.receipt_received)}</p>
                        </li>
                        {plan(visit, td_string!(locale, offers.at_latest), self.case.due_on, decision)}
                    </ol>
                    <p class="voordeur-cluster">
                        <a class="nl-button nl-button--primary" href=visit.href(&self.case.path())>{td_string!(locale, offers.receipt_follow)}</a>
                        <a class="nl-button nl-button--secondary" href=visit.href(&format!("{}/bewijs.pdf", self.case.path()))>{td_string!(locale, offers.receipt_pdf)}</a>
                    </p>
                </section>
                <section class="voordeur-stack" aria-labelledby="verstuurd">
                    <h2 class="nl-heading nl-heading--level-2" id="verstuurd">{td_string!(locale, offers.receipt_sent)}</h2>
                    {sent(visit, self.service, self.version, &self.run, &self.amounts, &self.answers, self.case.period)}
                    {attached(&self.documents, locale)}
                </section>
            </div>
        };
        Page::new(title, Place::Cases, body)
            .under(td_string!(locale, shell.overview), "/mijn")
            .under(td_string!(locale, shell.cases), "/mijn/zaken")
            .under(self.case.title.get(locale).0.to_owned(), self.case.path())
    }

    fn letter(&self) -> Letter {
        let (visit, locale) = (self.citizen, self.citizen.locale);
        let mut facts = vec![
            (td_string!(locale, offers.what).to_owned(), wording::title(locale, self.service, self.case.period)),
            (td_string!(locale, offers.receipt_number).to_owned(), self.case.reference.clone()),
            (td_string!(locale, offers.receipt_received).to_owned(), self.when()),
            (
                td_string!(locale, offers.decision_by, organisation = self.organisation()).to_string(),
                dates::date(locale, self.case.due_on),
            ),
        ];
        facts.extend(
            super::super::explain::totals(visit, &self.amounts)
                .into_iter()
                .rev()
                .map(|(what, amount)| (what.to_owned(), amount)),
        );
        let mut filled: Vec<(String, String)> = Vec::new();
        for (name, value) in &self.answers.facts {
            let Some(fact) = visit.portal.rules.facts.get(name) else { continue };
            let question = Question::Fact(fact);
            filled.push((question.label(visit), question.words(visit, value)));
        }
        for ask in &self.service.proactive.asks {
            let Some(value) = self.answers.asks.get(&ask.id) else { continue };
            let question = Question::Ask(ask);
            filled.push((question.label(visit), question.words(visit, value)));
        }
        if let Some(explanation) = &self.answers.explanation {
            filled.push((td_string!(locale, offers.apply_explanation).to_owned(), explanation.clone()));
        }
        filled.extend(
            self.documents
                .iter()
                .map(|document| (td_string!(locale, offers.apply_documents).to_owned(), document.name.clone())),
        );
        let typed: BTreeSet<String> = self.answers.typed_facts();
        let known = self.version.map(|version| {
            Explained { visit, version, run: &self.run, typed: &typed, doubted: &NOTHING_DOUBTED }.registered_facts()
        });
        let known = known
            .unwrap_or_default()
            .into_iter()
            .map(|(what, words, source)| (what, format!("{words} ({source})")))
            .collect();
        let mut blocks =
            vec![Block::Paragraph(td_string!(locale, offers.receipt_lead).to_owned()), Block::Values(facts)];
        for (title, values) in
            [(td_string!(locale, offers.summary_answers), filled), (td_string!(locale, offers.summary_data), known)]
        {
            if !values.is_empty() {
                blocks.extend([Block::Heading(title.to_owned()), Block::Values(values)]);
            }
        }
        Letter {
            title: td_string!(locale, offers.receipt_title).to_owned(),
            language: if locale == Locale::en { "en" } else { "nl" },
            sender: format!("{}, {}", visit.portal.config.organisation.name, self.when()),
            blocks,
            foot: self.case.reference.clone(),
        }
    }
}
