//! What was asked, in words: as it stands and as it should be, side by side.

use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    model::{Correction, State, Values},
    submit::Explanation,
};
use crate::{
    app::Visit,
    i18n::Locale,
    registered_data::{Attribute, Kind, Record, Register, ShownValue, Wording},
    ui,
};

pub fn state(locale: Locale, state: State) -> &'static str {
    match state {
        State::Submitted => td_string!(locale, corrections.state_submitted),
        State::Received => td_string!(locale, corrections.state_received),
        State::InformationNeeded => td_string!(locale, corrections.state_information_needed),
        State::UnderInvestigation => td_string!(locale, corrections.state_under_investigation),
        State::Honoured => td_string!(locale, corrections.state_honoured),
        State::PartlyHonoured => td_string!(locale, corrections.state_partly_honoured),
        State::Refused => td_string!(locale, corrections.state_refused),
        State::Referred => td_string!(locale, corrections.state_referred),
        State::Withdrawn => td_string!(locale, corrections.state_withdrawn),
    }
}

pub(super) fn wording<'a>(visit: &'a Visit, register: &'a Register) -> Wording<'a> {
    let portal = &visit.portal;
    Wording { catalogue: &portal.catalogue, register, keys: &portal.keys, locale: visit.locale }
}

/// What of a request its page puts in words.
pub struct InWords<'a> {
    pub visit: &'a Visit,
    pub register: &'a Register,
    pub kind: &'a Kind,
    pub value: &'a ShownValue,
    /// Which attributes, in the order of the catalogue.
    attributes: Vec<&'a Attribute>,
}

impl<'a> InWords<'a> {
    /// None where the catalogue does not have the value any more.
    pub fn of(visit: &'a Visit, correction: &Correction) -> Option<Self> {
        let (register, kind, value) = correction.described(&visit.portal.catalogue)?;
        Some(Self::about(visit, register, kind, value, correction))
    }

    fn about(
        visit: &'a Visit,
        register: &'a Register,
        kind: &'a Kind,
        value: &'a ShownValue,
        correction: &Correction,
    ) -> Self {
        let decided = became(correction);
        let asked =
            |id: &String| correction.proposed.contains_key(id) || decided.is_some_and(|values| values.contains_key(id));
        let none = correction.proposed.is_empty() && decided.is_none();
        let attributes = kind.attributes.iter().filter(|attribute| {
            asked(&attribute.id) || attribute.tells_apart || (none && value.attributes.contains(&attribute.id))
        });
        Self { visit, register, kind, value, attributes: attributes.collect() }
    }

    /// Each attribute and what it is, of those that the request is about.
    pub fn rows(&self, values: &Values) -> Vec<(String, String)> {
        let locale = self.visit.locale;
        let wording = wording(self.visit, self.register);
        let record = Record::of(&self.kind.id, 0, values.clone());
        let words = |attribute| match wording.attribute(attribute, &record) {
            words if words.is_empty() => td_string!(locale, corrections.not_filled).to_owned(),
            words => words,
        };
        self.attributes
            .iter()
            .filter(|attribute| !attribute.kind.is_sealed())
            .map(|attribute| (attribute.label.get(locale).to_owned(), words(attribute)))
            .collect()
    }

    pub fn label(&self) -> String {
        self.value.label.get(self.visit.locale).to_owned()
    }

    fn list(&self, values: &Values) -> AnyView {
        let rows = self.rows(values);
        let rows = rows.into_iter().map(|(label, words)| {
            view! { <div class="voordeur-value"><dt>{label}</dt><dd class="voordeur-value__main">{words}</dd></div> }
        });
        view! { <dl class="voordeur-values">{rows.collect_view()}</dl> }.into_any()
    }

    fn plain(&self, words: &'static str) -> AnyView {
        view! { <p class="nl-paragraph">{words}</p> }.into_any()
    }

    fn removal(&self) -> AnyView {
        self.plain(td_string!(self.visit.locale, corrections.should_be_gone))
    }

    /// As it stood and as it should be, side by side; with what came of it when that is another thing.
    pub fn compare(&self, correction: &Correction) -> AnyView {
        let locale = self.visit.locale;
        let stood = match &correction.registered {
            Some(values) if !self.attributes.is_empty() => self.list(values),
            Some(_) => self.plain(td_string!(locale, corrections.something_registered)),
            None => self.plain(td_string!(locale, corrections.nothing_registered)),
        };
        let asked = match correction {
            _ if correction.proposed.is_empty() => self.plain(td_string!(locale, corrections.see_explanation)),
            _ if correction.asks_removal() => self.removal(),
            _ => self.list(&correction.with(&correction.proposed)),
        };
        let decided = became(correction).filter(|decided| **decided != correction.proposed).map(|decided| {
            let words = self.list(&correction.with(decided));
            self.cell(td_string!(locale, corrections.became), words)
        });
        view! {
            <div class="voordeur-compare">
                {self.cell(td_string!(locale, corrections.was_registered), stood)}
                {self.cell(td_string!(locale, corrections.you_asked), asked)}
                {decided}
            </div>
        }
        .into_any()
    }

    fn cell(&self, title: &'static str, body: AnyView) -> AnyView {
        view! {
            <div class="voordeur-stack voordeur-stack--close">
                <h3 class="nl-heading nl-heading--level-3">{title}</h3>
                {body}
            </div>
        }
        .into_any()
    }
}

/// What was registered in the end; what a clerk proposes to a colleague is not decided yet.
fn became(correction: &Correction) -> Option<&Values> {
    correction.decided.as_ref().filter(|_| !correction.state.is_running())
}

/// What was asked and the explanation with it, as it was sent.
pub fn sent(visit: &Visit, correction: &Correction, explanation: &Explanation) -> AnyView {
    let locale = visit.locale;
    let compare = InWords::of(visit, correction).map(|words| words.compare(correction));
    let text = (!explanation.text.is_empty()).then(|| {
        view! {
            <div class="voordeur-stack voordeur-stack--tight">
                <h3 class="nl-heading nl-heading--level-3">{td_string!(locale, corrections.your_explanation)}</h3>
                <p class="nl-paragraph voordeur-text">{explanation.text.clone()}</p>
            </div>
        }
    });
    view! {
        <section class="voordeur-stack" aria-labelledby="gevraagd">
            <h2 class="nl-heading nl-heading--level-2" id="gevraagd">{td_string!(locale, corrections.section)}</h2>
            {compare}
            {text}
        </section>
    }
    .into_any()
}

/// The part of a case's page that says what it asks to correct, and how that stands.
pub fn section(visit: &Visit, correction: &Correction) -> Option<AnyView> {
    let locale = visit.locale;
    let words = InWords::of(visit, correction)?;
    let register = visit.href(&format!("/mijn/gegevens/{}#{}", words.register.id, words.value.id));
    let name = words.register.menu.get(locale).to_owned();
    let icon = if correction.state == State::UnderInvestigation { "search" } else { "file" };
    Some(
        view! {
            <section class="voordeur-stack" aria-labelledby="gevraagd">
                <h2 class="nl-heading nl-heading--level-2" id="gevraagd">{td_string!(locale, corrections.section)}</h2>
                <div class="voordeur-cluster"><span class="voordeur-due">{ui::icon(icon)} " " {state(locale, correction.state)}</span></div>
                {words.compare(correction)}
                <p><a class="nl-link voordeur-target" href=register>{td_string!(locale, corrections.to_register, register = name)} " " {ui::icon("arrow")}</a></p>
            </section>
        }
        .into_any(),
    )
}
