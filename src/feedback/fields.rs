//! Fields that only the forms of feedback have.

use leptos::prelude::*;

use crate::ui::{self, Field, Mistake};

/// The mistakes in one field, as one.
pub fn mistake_in(mistakes: &[Mistake], field: &str) -> Option<String> {
    let own: Vec<&str> = mistakes.iter().filter(|own| own.field == field).map(|own| own.message.as_str()).collect();
    (!own.is_empty()).then(|| own.join(" "))
}

pub fn field(id: &str, label: impl Into<String>, hint: Option<String>, mistakes: &[Mistake]) -> Field {
    Field { id: id.to_owned(), label: label.into(), hint, mistake: mistake_in(mistakes, id) }
}

fn notes(id: &str, hint: Option<&str>, mistake: Option<&str>) -> (AnyView, Option<String>) {
    let described: Vec<String> =
        [hint.map(|_| format!("{id}-uitleg")), mistake.map(|_| format!("{id}-fout"))].into_iter().flatten().collect();
    let hint = hint.map(|hint| {
        view! { <div class="utrecht-form-field__description utrecht-form-field-description" id=format!("{id}-uitleg")>{hint.to_owned()}</div> }
    });
    let mistake = mistake.map(|mistake| {
        view! {
            <div class="utrecht-form-field__error-message utrecht-form-field-error-message" id=format!("{id}-fout")>
                <span class="voordeur-icon-line">{ui::icon("alert")}<b>{mistake.to_owned()}</b></span>
            </div>
        }
    });
    (view! { {hint}{mistake} }.into_any(), (!described.is_empty()).then(|| described.join(" ")))
}

fn class(mistake: Option<&str>) -> &'static str {
    if mistake.is_some() { "utrecht-form-field utrecht-form-field--invalid" } else { "utrecht-form-field" }
}

/// One line that a browser may fill in: `name`, `email` (WCAG 1.3.5).
pub fn known(of: Field, kind: &'static str, fills: &'static str, value: String) -> AnyView {
    let (notes, described_by) = notes(&of.id, of.hint.as_deref(), of.mistake.as_deref());
    let input_class = match of.mistake {
        Some(_) => "utrecht-textbox utrecht-textbox--html-input utrecht-textbox--invalid",
        None => "utrecht-textbox utrecht-textbox--html-input",
    };
    let invalid = of.mistake.as_ref().map(|_| "true");
    view! {
        <div class=class(of.mistake.as_deref())>
            <div class="utrecht-form-field__label"><label class="utrecht-form-label" for=of.id.clone()>{of.label}</label></div>
            {notes}
            <div class="utrecht-form-field__input"><input class=input_class type=kind id=of.id.clone() name=of.id value=value autocomplete=fills aria-describedby=described_by aria-invalid=invalid/></div>
        </div>
    }
    .into_any()
}

/// One of many.
pub fn select(of: Field, options: Vec<(String, String)>, value: &str) -> AnyView {
    let (notes, described_by) = notes(&of.id, of.hint.as_deref(), of.mistake.as_deref());
    let invalid = of.mistake.as_ref().map(|_| "true");
    let options = options
        .into_iter()
        .map(|(option, label)| {
            let selected = option == value;
            view! { <option value=option selected=selected>{label}</option> }
        })
        .collect_view();
    view! {
        <div class=class(of.mistake.as_deref())>
            <div class="utrecht-form-field__label"><label class="utrecht-form-label" for=of.id.clone()>{of.label}</label></div>
            {notes}
            <div class="utrecht-form-field__input">
                <select class="utrecht-select utrecht-select--html-select" id=of.id.clone() name=of.id aria-describedby=described_by aria-invalid=invalid>{options}</select>
            </div>
        </div>
    }
    .into_any()
}

/// One of a few; the first has the field's own id, where the summary of mistakes leads.
pub fn choice(of: Field, options: Vec<(String, String)>, value: &str) -> AnyView {
    let (notes, described_by) = notes(&of.id, of.hint.as_deref(), of.mistake.as_deref());
    let name = of.id.clone();
    let options = options
        .into_iter()
        .enumerate()
        .map(|(at, (option, label))| {
            let id = if at == 0 { name.clone() } else { format!("{name}-{option}") };
            let checked = option == value;
            view! {
                <div class="utrecht-form-field utrecht-form-field--radio">
                    <div class="utrecht-form-field__input"><input class="utrecht-radio-button utrecht-radio-button--html-input" type="radio" id=id.clone() name=name.clone() value=option checked=checked/></div>
                    <div class="utrecht-form-field__label"><label class="utrecht-form-label utrecht-form-label--radio" for=id>{label}</label></div>
                </div>
            }
        })
        .collect_view();
    view! {
        <div class=class(of.mistake.as_deref())>
            <fieldset class="utrecht-form-fieldset utrecht-form-fieldset--html-fieldset" aria-describedby=described_by>
                <legend class="utrecht-form-fieldset__legend utrecht-form-fieldset__legend--html-legend">{of.label}</legend>
                {notes}
                {options}
            </fieldset>
        </div>
    }
    .into_any()
}
