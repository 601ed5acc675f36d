//! The form and the summary of an application.

use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    super::{
        Amounts,
        accept::sent,
        answers::Answers,
        check::Standing,
        choose::summary,
        explain::{self, Explained},
        parts::under_offer,
        wording,
    },
    DOCUMENTS, EXPLANATION, LONGEST, Sheet, path,
};
use crate::{
    app::{Page, Place},
    cases,
    documents::{Document, MOST_FILES},
    i18n::Locale,
    ui::{self, Field, Mistake, numbers},
};

impl Sheet<'_> {
    pub(super) fn too_long(&self) -> String {
        let locale = self.citizen.locale;
        let most = numbers::whole(locale, i64::try_from(LONGEST).unwrap_or(i64::MAX));
        td_string!(locale, offers.apply_too_long, most = most).to_string()
    }

    fn organisation(&self) -> String {
        wording::organisation_in_sentence(self.citizen, self.service, self.run.facts.get("municipality"))
    }

    fn under(&self, page: Page) -> Page {
        under_offer(page, self.citizen, self.service, format!("/mijn/aanbod/{}", self.service.id()), None)
    }

    pub(super) fn form(&self, mistakes: &[Mistake], kept: bool) -> Page {
        let (visit, locale) = (self.citizen, self.citizen.locale);
        let name = explain::in_sentence(self.service.service.name.get(locale));
        let title = cases::start(&td_string!(locale, offers.apply_title, service = name).to_string());
        let lead = td_string!(locale, offers.apply_lead, organisation = self.organisation()).to_string();
        let mistake = |field: &str| mistakes.iter().find(|own| own.field == field).map(|own| own.message.clone());
        let typed = |field: &str| self.draft.typed.get(field).cloned().unwrap_or_default();
        let fields = self
            .questions
            .iter()
            .map(|question| {
                let id = question.field();
                let (value, mistake) = (typed(&id), mistake(&id));
                let field = Field { id, label: question.label(visit), hint: question.hint(visit), mistake };
                match question.is_yes_no() {
                    true => field.yes_no([true, false].map(|flag| wording::yes_no(locale, flag)), &value),
                    false => field.text(value, question.has_lines(), None),
                }
            })
            .collect_view();
        let explanation = Field {
            id: EXPLANATION.to_owned(),
            label: td_string!(locale, offers.apply_explanation).to_owned(),
            hint: Some(td_string!(locale, offers.apply_explanation_hint).to_owned()),
            mistake: mistake(EXPLANATION),
        };
        let kept = kept.then(|| {
            ui::alert(
                ui::Tone::Ok,
                view! { <p class="nl-paragraph" role="status">{td_string!(locale, offers.apply_kept)}</p> },
            )
        });
        let body = view! {
            <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
                {summary(visit, mistakes)}
                {ui::heading(title.clone(), lead)}
                {kept}
                {self.rule_says()}
                {self.known()}
                <form class="utrecht-form voordeur-stack voordeur-stack--wide" method="post" action=visit.href(&path(self.service)) enctype="multipart/form-data" novalidate>
                    {fields}
                    {explanation.text(typed(EXPLANATION), true, None)}
                    {self.documents(mistake(DOCUMENTS))}
                    <div class="utrecht-button-group">
                        <button class="nl-button nl-button--primary" type="submit" name="stap" value="verder">{td_string!(locale, offers.next)}</button>
                        <button class="nl-button nl-button--secondary" type="submit" name="stap" value="bewaren">{td_string!(locale, offers.apply_keep)}</button>
                        <button class="nl-button nl-button--subtle" type="submit" name="stap" value="weggooien">{td_string!(locale, offers.apply_throw_away)}</button>
                    </div>
                </form>
            </div>
        };
        self.under(Page::new(title, Place::Offers, body))
    }

    /// What the rule says, and that one may apply all the same.
    fn rule_says(&self) -> Option<AnyView> {
        let locale = self.citizen.locale;
        let words = match self.check.standing(&self.citizen.portal.rules) {
            Standing::DoesNotFit => td_string!(locale, offers.apply_no_fit),
            Standing::NeedsData | Standing::Unknown | Standing::NoRule => td_string!(locale, offers.apply_unknown),
            Standing::Fits => return None,
        };
        let service = self.citizen.href(&format!("/mijn/aanbod/{}", self.service.id()));
        let text = view! {
            <p class="nl-paragraph">{words} " " <a class="nl-link" href=service>{td_string!(locale, offers.apply_why)}</a></p>
        };
        Some(ui::alert(ui::Tone::Info, text).into_any())
    }

    /// What is filled in already.
    fn known(&self) -> Option<AnyView> {
        let (visit, locale) = (self.citizen, self.citizen.locale);
        let typed = std::collections::BTreeSet::new();
        let explained = Explained {
            visit,
            version: self.check.version?,
            run: &self.run,
            typed: &typed,
            doubted: &explain::NOTHING_DOUBTED,
        };
        let rows = explained.registered_facts();
        if rows.is_empty() {
            return None;
        }
        let values = rows
            .into_iter()
            .map(|(what, words, source)| {
                view! { <div class="voordeur-value"><dt>{what}</dt><dd class="voordeur-value__main">{words}</dd><dd class="voordeur-value__source">{source}</dd></div> }
            })
            .collect_view();
        Some(
            view! {
                <details class="voordeur-more">
                    <summary>{td_string!(locale, offers.apply_known)}</summary>
                    <dl class="voordeur-values">{values}</dl>
                </details>
            }
            .into_any(),
        )
    }

    fn documents(&self, mistake: Option<String>) -> AnyView {
        let locale = self.citizen.locale;
        let rows = self
            .documents
            .iter()
            .map(|document| {
                let remove = format!("verwijder-{}", document.id.0);
                let words = td_string!(locale, offers.apply_remove, name = document.name.as_str()).to_string();
                view! {
                    <li>
                        <div><b>{document.name.clone()}</b><p class="voordeur-subtle">{document.summary(locale)}</p></div>
                        <div class="voordeur-rows__end"><button class="nl-button nl-button--subtle" type="submit" name="stap" value=remove>{words}</button></div>
                    </li>
                }
            })
            .collect_view();
        let list = (!self.documents.is_empty())
            .then(|| view! { <ul class="voordeur-card voordeur-card--flush voordeur-rows" role="list">{rows}</ul> });
        let invalid = mistake.as_ref().map(|_| "true");
        let mistake = mistake.map(|mistake| {
            view! {
                <div class="utrecht-form-field__error-message utrecht-form-field-error-message" id="documenten-fout">
                    <span class="voordeur-icon-line">{ui::icon("alert")}<b>{mistake}</b></span>
                </div>
            }
        });
        let described_by = if invalid.is_some() { "documenten-uitleg documenten-fout" } else { "documenten-uitleg" };
        let hint = td_string!(locale, offers.apply_documents_hint, most = MOST_FILES).to_string();
        view! {
            {list}
            <div class="utrecht-form-field">
                <div class="utrecht-form-field__label"><label class="utrecht-form-label" for=DOCUMENTS>{td_string!(locale, offers.apply_documents)}</label></div>
                <div class="utrecht-form-field__description utrecht-form-field-description" id="documenten-uitleg">{hint}</div>
                {mistake}
                <div class="utrecht-form-field__input"><input class="voordeur-file" type="file" id=DOCUMENTS name=DOCUMENTS multiple aria-describedby=described_by aria-invalid=invalid/></div>
            </div>
        }
        .into_any()
    }

    pub(super) fn summary(&self, answers: &Answers) -> Page {
        let (visit, locale) = (self.citizen, self.citizen.locale);
        let title = td_string!(locale, offers.summary_title).to_owned();
        let lead = td_string!(locale, offers.summary_lead, organisation = self.organisation()).to_string();
        let sent = sent(visit, self.service, self.check.version, &self.run, &Amounts::default(), answers, None);
        let documents = attached(&self.documents, locale);
        let here = path(self.service);
        let body = view! {
            <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
                {ui::heading(title.clone(), lead)}
                {sent}
                {documents}
                <form class="utrecht-form" method="post" action=visit.href(&format!("{here}/controleren"))>
                    <div class="utrecht-button-group">
                        <button class="nl-button nl-button--primary" type="submit">{td_string!(locale, offers.send)}</button>
                        <a class="nl-button nl-button--secondary" href=visit.href(&here)>{td_string!(locale, offers.change)}</a>
                    </div>
                </form>
            </div>
        };
        self.under(Page::new(title, Place::Offers, body))
    }
}

/// What was added, as a list without links: it stands on the page of the case.
pub(super) fn attached(documents: &[Document], locale: Locale) -> Option<AnyView> {
    if documents.is_empty() {
        return None;
    }
    let rows = documents
        .iter()
        .map(|document| view! { <li><div><b>{document.name.clone()}</b><p class="voordeur-subtle">{document.summary(locale)}</p></div></li> })
        .collect_view();
    Some(
        view! {
            <section class="voordeur-stack" aria-labelledby="documenten-bij">
                <h2 class="nl-heading nl-heading--level-3" id="documenten-bij">{td_string!(locale, offers.apply_documents)}</h2>
                <ul class="voordeur-card voordeur-card--flush voordeur-rows" role="list">{rows}</ul>
            </section>
        }
        .into_any(),
    )
}
