//! The form of a request and its summary.

use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    form::{Asked, EVIDENCE, EXPLANATION, GONE, STEP, Sheet, WHAT},
    inputs::input,
    model::{Correction, State},
    submit::{as_it_stood, legal_term},
    words,
};
use crate::{
    app::{Page, Place},
    cases, clock, deadlines,
    documents::{Document, MOST_FILES},
    registered_data::{About, PartialDate, Record},
    ui::{self, Field, Mistake, Tone, dates},
};

/// Until this birthday a parent asks for a child (Wet BRP 2.55).
const OWN_SAY: i16 = 16;

impl Sheet<'_> {
    fn label(&self) -> String {
        self.value.label.get(self.citizen.locale).to_owned()
    }

    fn holder_in_sentence(&self) -> String {
        self.citizen.portal.catalogue.organisation_in_sentence(&self.holder, self.citizen.locale)
    }

    fn title(&self) -> String {
        let (locale, label) = (self.citizen.locale, self.label());
        match self.record {
            Some(_) => td_string!(locale, corrections.form_title, value = label).to_string(),
            None => td_string!(locale, corrections.form_title_missing, value = label).to_string(),
        }
    }

    fn under(&self, page: Page) -> Page {
        let locale = self.citizen.locale;
        page.under(td_string!(locale, shell.overview), "/mijn")
            .under(td_string!(locale, shell.data), "/mijn/gegevens")
            .under(self.register.menu.get(locale).to_owned(), self.register_path())
    }

    pub(super) fn form(&self, mistakes: &[Mistake]) -> Page {
        let (visit, locale) = (self.citizen, self.citizen.locale);
        let term = cases::term_in_words(locale, legal_term(self.register, self.kind).term);
        let lead =
            td_string!(locale, corrections.form_lead, holder = cases::start(&self.holder_in_sentence()), term = term)
                .to_string();
        let title = self.title();
        let body = view! {
            <div class="voordeur-wrap voordeur-split">
                <div class="voordeur-stack voordeur-stack--wide">
                    {self.summary_of(mistakes)}
                    {ui::heading(title.clone(), lead)}
                    {self.registered()}
                    {self.whose()}
                    <form class="utrecht-form voordeur-stack voordeur-stack--wide" method="post" action=visit.href(&self.path()) enctype="multipart/form-data" novalidate>
                        {self.what()}
                        {self.proposed(mistakes)}
                        {self.explanation(mistakes)}
                        {self.evidence(mistakes)}
                        <div class="utrecht-button-group">
                            <button class="nl-button nl-button--primary" type="submit" name=STEP value="verder">{td_string!(locale, corrections.go_on)}</button>
                            <button class="nl-button nl-button--secondary" type="submit" name=STEP value="bewaren">{td_string!(locale, corrections.keep)}</button>
                            <button class="nl-button nl-button--subtle" type="submit" name=STEP value="stoppen">{td_string!(locale, corrections.stop)}</button>
                        </div>
                    </form>
                </div>
                {self.aside()}
            </div>
        }
        .into_any();
        let title = match mistakes.is_empty() {
            true => title,
            false => format!("{}: {title}", td_string!(locale, corrections.error)),
        };
        self.under(Page::new(title, Place::Data, body))
    }

    fn summary_of(&self, mistakes: &[Mistake]) -> Option<impl IntoView + use<>> {
        let count = i64::try_from(mistakes.len()).unwrap_or(i64::MAX);
        let title = td_string!(self.citizen.locale, corrections.to_change, count = count).to_string();
        (!mistakes.is_empty()).then(|| ui::error_summary(title, mistakes))
    }

    /// As the register has it, whatever the form says.
    fn registered(&self) -> AnyView {
        let locale = self.citizen.locale;
        let wording = self.wording();
        let words = self.record.as_ref().map(|record| wording.words(self.value, record, &[]));
        let words = words.filter(|words| !words.is_empty());
        let words = words.unwrap_or_else(|| td_string!(locale, corrections.nothing_registered).to_owned());
        let holder = self.citizen.portal.catalogue.organisation_name(&self.holder, locale);
        view! {
            <dl class="voordeur-card voordeur-values">
                <div class="voordeur-value">
                    <dt>{td_string!(locale, corrections.was_registered)}</dt>
                    <dd class="voordeur-value__main">{words}</dd>
                    <dd class="voordeur-value__source">{holder}</dd>
                </div>
            </dl>
        }
        .into_any()
    }

    /// Whose data it is, where that is somebody else.
    fn whose(&self) -> Option<AnyView> {
        let locale = self.citizen.locale;
        let holder = cases::start(&self.holder_in_sentence());
        let words = match self.value.about {
            About::Own => return None,
            About::Child if self.record.as_ref().is_none_or(|record| self.is_young(record)) => {
                td_string!(locale, corrections.about_child, holder = holder).to_string()
            }
            About::Child => td_string!(locale, corrections.about_grown_child, holder = holder).to_string(),
            About::Relative => td_string!(locale, corrections.about_relative, holder = holder).to_string(),
        };
        Some(ui::alert(Tone::Info, view! { <p class="nl-paragraph">{words}</p> }).into_any())
    }

    fn is_young(&self, record: &Record) -> bool {
        let age = record.date("birth_date").and_then(|born: PartialDate| born.age_on(self.today));
        age.is_some_and(|age| age < OWN_SAY)
    }

    /// Whether it should be something else, or not be there.
    fn what(&self) -> Option<AnyView> {
        let locale = self.citizen.locale;
        if !self.can_be_gone() {
            return None;
        }
        let gone = self.typed(WHAT) == GONE;
        let radio = |id: &'static str, value: &'static str, words: &'static str, checked: bool| {
            view! {
                <div class="utrecht-form-field utrecht-form-field--radio">
                    <div class="utrecht-form-field__input"><input class="utrecht-radio-button utrecht-radio-button--html-input" type="radio" id=id name=WHAT value=value checked=checked/></div>
                    <div class="utrecht-form-field__label"><label class="utrecht-form-label utrecht-form-label--radio" for=id>{words}</label></div>
                </div>
            }
        };
        Some(
            view! {
                <fieldset class="utrecht-form-fieldset utrecht-form-fieldset--html-fieldset">
                    <legend class="utrecht-form-fieldset__legend utrecht-form-fieldset__legend--html-legend">{td_string!(locale, corrections.what)}</legend>
                    {radio(WHAT, "anders", td_string!(locale, corrections.what_other), !gone)}
                    {radio("wat-weg", GONE, td_string!(locale, corrections.what_gone), gone)}
                </fieldset>
            }
            .into_any(),
        )
    }

    fn proposed(&self, mistakes: &[Mistake]) -> Option<AnyView> {
        let locale = self.citizen.locale;
        let wording = self.wording();
        let alone = self.attributes.len() == 1;
        let inputs: Vec<AnyView> = self
            .attributes
            .iter()
            .map(|attribute| {
                let mistake = mistakes.iter().find(|own| own.field == attribute.id).map(|own| own.message.clone());
                input(&wording, attribute, &self.draft.typed, mistake)
            })
            .collect();
        match inputs.len() {
            0 => None,
            _ if alone && !self.can_be_gone() => Some(view! { {inputs} }.into_any()),
            _ => Some(
                view! {
                    <fieldset class="utrecht-form-fieldset utrecht-form-fieldset--html-fieldset">
                        <legend class="utrecht-form-fieldset__legend utrecht-form-fieldset__legend--html-legend">{td_string!(locale, corrections.should_be)}</legend>
                        <div class="voordeur-stack voordeur-stack--wide">{inputs}</div>
                    </fieldset>
                }
                .into_any(),
            ),
        }
    }

    fn explanation(&self, mistakes: &[Mistake]) -> AnyView {
        let locale = self.citizen.locale;
        let label = match self.attributes.is_empty() {
            true => td_string!(locale, corrections.explanation_needed),
            false => td_string!(locale, corrections.explanation),
        };
        let field = Field {
            id: EXPLANATION.to_owned(),
            label: label.to_owned(),
            hint: Some(td_string!(locale, corrections.explanation_hint).to_owned()),
            mistake: mistakes.iter().find(|own| own.field == EXPLANATION).map(|own| own.message.clone()),
        };
        field.text(self.typed(EXPLANATION).to_owned(), true, None)
    }

    fn evidence(&self, mistakes: &[Mistake]) -> AnyView {
        let locale = self.citizen.locale;
        let rows: Vec<_> = self
            .documents
            .iter()
            .map(|document| {
                let remove = format!("verwijder-{}", document.id.0);
                let words = td_string!(locale, corrections.remove, name = document.name.as_str()).to_string();
                view! {
                    <li>
                        <div><b>{document.name.clone()}</b><p class="voordeur-subtle">{document.summary(locale)}</p></div>
                        <div class="voordeur-rows__end"><button class="nl-button nl-button--subtle" type="submit" name=STEP value=remove>{words}</button></div>
                    </li>
                }
            })
            .collect();
        let list = (!rows.is_empty())
            .then(|| view! { <ul class="voordeur-card voordeur-card--flush voordeur-rows" role="list">{rows}</ul> });
        let wrong: Vec<String> =
            mistakes.iter().filter(|own| own.field == EVIDENCE).map(|own| own.message.clone()).collect();
        let field = Field {
            id: EVIDENCE.to_owned(),
            label: td_string!(locale, corrections.evidence).to_owned(),
            hint: Some(td_string!(locale, documents.field_hint, most = MOST_FILES).to_string()),
            mistake: (!wrong.is_empty()).then(|| wrong.join(" ")),
        };
        view! { {list} {field.files(".pdf,.jpg,.jpeg,.png,.heic,.txt")} }.into_any()
    }

    /// What happens next, and what depends on it.
    fn aside(&self) -> AnyView {
        let (visit, locale) = (self.citizen, self.citizen.locale);
        let term = legal_term(self.register, self.kind);
        let received = clock::day(visit.portal.clock.now());
        let due = deadlines::last_day(term.counting, received, term.term).ok();
        let law = term.law.clone();
        let due = due.map(|due| {
            view! {
                <li class="voordeur-limit">
                    <p class="voordeur-timeline__when"><b>{td_string!(locale, corrections.by_law)}</b> " " <time datetime=due.to_string()>{dates::date(locale, due)}</time></p>
                    <p>{td_string!(locale, corrections.next_answer)} " " <span class="voordeur-law" lang="nl">{law}</span></p>
                </li>
            }
        });
        let step = |label: &'static str, words: &'static str| {
            view! { <li class="voordeur-plan"><p class="voordeur-timeline__when"><b>{label}</b></p><p>{words}</p></li> }
        };
        view! {
            <aside class="voordeur-stack voordeur-stack--wide voordeur-sticky" aria-label=td_string!(locale, corrections.next)>
                <div class="voordeur-stack">
                    <h2 class="nl-heading nl-heading--level-4">{td_string!(locale, corrections.next)}</h2>
                    <ol class="voordeur-timeline" role="list">
                        {step(td_string!(locale, corrections.at_once), td_string!(locale, corrections.next_at_once))}
                        {due}
                        {step(td_string!(locale, corrections.disagree), td_string!(locale, corrections.next_object))}
                    </ol>
                </div>
                {self.used()}
            </aside>
        }
        .into_any()
    }

    fn used(&self) -> AnyView {
        let (visit, locale) = (self.citizen, self.citizen.locale);
        if self.uses.is_empty() {
            let words = td_string!(locale, corrections.not_used);
            return ui::alert(Tone::Info, view! { <p class="nl-paragraph">{words}</p> }).into_any();
        }
        let words = td_string!(locale, corrections.used, what = self.uses.words(visit)).to_string();
        let links = self.uses.offers.iter().chain(&self.uses.cases).map(|(name, path)| {
            view! { <li><a class="nl-link voordeur-target" href=visit.href(path)>{name.clone()}</a></li> }
        });
        let links: Vec<_> = links.collect();
        let body = view! { <p class="nl-paragraph">{words}</p> <ul role="list">{links}</ul> };
        ui::alert(Tone::Info, body).into_any()
    }

    /// The request as it would be made.
    fn would_be(&self, asked: &Asked) -> Correction {
        Correction {
            case: uuid::Uuid::nil(),
            register: self.register.id.clone(),
            kind: self.kind.id.clone(),
            value: self.value.id.clone(),
            object: self.object,
            valid_from: self.record.as_ref().and_then(|record| record.valid_from),
            registered: self.record.as_ref().map(|record| as_it_stood(self.kind, self.value, record)),
            proposed: asked.proposed.clone(),
            decided: None,
            state: State::Submitted,
            state_at: self.citizen.portal.clock.now(),
            investigated_at: None,
        }
    }

    pub(super) fn summary(&self, asked: &Asked) -> Page {
        let (visit, locale) = (self.citizen, self.citizen.locale);
        let title = td_string!(locale, corrections.summary_title).to_owned();
        let lead =
            td_string!(locale, corrections.summary_lead, holder = self.holder_in_sentence(), value = self.label())
                .to_string();
        let sent = words::sent(visit, &self.would_be(asked), &asked.explanation);
        let body = view! {
            <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
                {ui::heading(title.clone(), lead)}
                {sent}
                {attached(self, &self.documents)}
                <form class="utrecht-form" method="post" action=visit.href(&format!("{}/controleren", self.path()))>
                    <div class="utrecht-button-group">
                        <button class="nl-button nl-button--primary" type="submit">{td_string!(locale, corrections.send)}</button>
                        <a class="nl-button nl-button--secondary" href=visit.href(&self.path())>{td_string!(locale, corrections.change)}</a>
                    </div>
                </form>
            </div>
        }
        .into_any();
        self.under(Page::new(title, Place::Data, body)).under(self.title(), self.path())
    }
}

fn attached(sheet: &Sheet<'_>, documents: &[Document]) -> Option<AnyView> {
    let locale = sheet.citizen.locale;
    let rows: Vec<_> = documents
        .iter()
        .map(|document| view! { <li><div><b>{document.name.clone()}</b><p class="voordeur-subtle">{document.summary(locale)}</p></div></li> })
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="voordeur-stack" aria-labelledby="bewijs-bij">
                <h2 class="nl-heading nl-heading--level-3" id="bewijs-bij">{td_string!(locale, corrections.evidence_sent)}</h2>
                <ul class="voordeur-card voordeur-card--flush voordeur-rows" role="list">{rows}</ul>
            </section>
        }
        .into_any()
    })
}
