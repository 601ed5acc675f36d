//! Fields of the forms with which staff handle a case.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::ui::{self, Mistake, text_in_area};

/// What a form sends.
pub type Typed = BTreeMap<String, String>;

/// What was typed in a field, without spaces around it.
pub fn typed<'t>(form: &'t Typed, field: &str) -> &'t str {
    form.get(field).map_or("", |text| text.trim())
}

/// A field with its label, hint and what is wrong with it.
pub struct Field<'a> {
    pub id: &'static str,
    pub label: &'a str,
    pub hint: Option<String>,
    pub mistakes: &'a [Mistake],
}

impl Field<'_> {
    fn mistake(&self) -> Option<String> {
        self.mistakes.iter().find(|mistake| mistake.field == self.id).map(|mistake| mistake.message.clone())
    }

    fn described_by(&self) -> Option<String> {
        let hint = self.hint.as_ref().map(|_| format!("{}-uitleg", self.id));
        let mistake = self.mistake().map(|_| format!("{}-fout", self.id));
        let all: Vec<String> = [hint, mistake].into_iter().flatten().collect();
        (!all.is_empty()).then(|| all.join(" "))
    }

    fn notes(&self) -> AnyView {
        let hint = self.hint.clone().map(|hint| {
            view! { <div class="utrecht-form-field__description utrecht-form-field-description" id=format!("{}-uitleg", self.id)>{hint}</div> }
        });
        let mistake = self.mistake().map(|mistake| {
            view! {
                <div class="utrecht-form-field__error-message utrecht-form-field-error-message" id=format!("{}-fout", self.id)>
                    <span class="voordeur-icon-line">{ui::icon("alert")} <b>{mistake}</b></span>
                </div>
            }
        });
        view! { {hint}{mistake} }.into_any()
    }

    fn around(&self, input: AnyView) -> AnyView {
        let invalid = if self.mistake().is_some() { " utrecht-form-field--invalid" } else { "" };
        view! {
            <div class=format!("utrecht-form-field{invalid}")>
                <div class="utrecht-form-field__label"><label class="utrecht-form-label" for=self.id>{self.label.to_owned()}</label></div>
                {self.notes()}
                <div class="utrecht-form-field__input">{input}</div>
            </div>
        }
        .into_any()
    }

    /// Several lines.
    pub fn lines(self, value: &str, rows: u8) -> AnyView {
        let (described_by, invalid) = (self.described_by(), self.mistake().map(|_| "true"));
        // The first line break after the mark is not the text's own (HTML, 13.2.6.4.7).
        let value = if value.starts_with('\n') { format!("\n{value}") } else { value.to_owned() };
        self.around(
            view! {
                <textarea class="utrecht-textarea utrecht-textarea--html-textarea" id=self.id name=self.id rows=rows aria-describedby=described_by aria-invalid=invalid>{text_in_area(&value)}</textarea>
            }
            .into_any(),
        )
    }

    /// One line.
    pub fn line(self, value: &str, numeric: bool) -> AnyView {
        let (described_by, invalid) = (self.described_by(), self.mistake().map(|_| "true"));
        let class = match invalid {
            Some(_) => "utrecht-textbox utrecht-textbox--html-input utrecht-textbox--invalid",
            None => "utrecht-textbox utrecht-textbox--html-input",
        };
        let mode = numeric.then_some("decimal");
        let input = view! { <input class=class id=self.id name=self.id value=value.to_owned() inputmode=mode autocomplete="off" aria-describedby=described_by aria-invalid=invalid/> }.into_any();
        let input = if numeric { view! { <div class="voordeur-short">{input}</div> }.into_any() } else { input };
        self.around(input)
    }

    /// Files from the clerk's own machine.
    pub fn files(self) -> AnyView {
        let (described_by, invalid) = (self.described_by(), self.mistake().map(|_| "true"));
        self.around(
            view! { <input class="voordeur-file" type="file" id=self.id name=self.id multiple=true aria-describedby=described_by aria-invalid=invalid/> }
                .into_any(),
        )
    }

    /// One of many, in groups; the first choice is none.
    pub fn of_many(self, groups: Vec<(&'static str, Vec<(String, String)>)>, value: &str) -> AnyView {
        let (described_by, invalid) = (self.described_by(), self.mistake().map(|_| "true"));
        let groups = groups
            .into_iter()
            .map(|(label, options)| {
                let options = options
                    .into_iter()
                    .map(|(option, words)| {
                        let selected = option == value;
                        view! { <option value=option selected=selected>{words}</option> }
                    })
                    .collect_view();
                view! { <optgroup label=label>{options}</optgroup> }.into_any()
            })
            .collect_view();
        self.around(
            view! {
                <select class="utrecht-select utrecht-select--html-select" id=self.id name=self.id aria-describedby=described_by aria-invalid=invalid>
                    <option value=""></option>
                    {groups}
                </select>
            }
            .into_any(),
        )
    }

    /// One of a few; the first has the field's own id, where the summary of mistakes leads.
    pub fn choice(self, options: Vec<(String, String)>, value: &str) -> AnyView {
        let described_by = self.described_by();
        let invalid = if self.mistake().is_some() { " utrecht-form-field--invalid" } else { "" };
        let options = options
            .into_iter()
            .enumerate()
            .map(|(at, (option, label))| {
                let id = if at == 0 { self.id.to_owned() } else { format!("{}-{option}", self.id) };
                let checked = option == value;
                view! {
                    <div class="utrecht-form-field utrecht-form-field--radio">
                        <div class="utrecht-form-field__input"><input class="utrecht-radio-button utrecht-radio-button--html-input" type="radio" id=id.clone() name=self.id value=option checked=checked/></div>
                        <div class="utrecht-form-field__label"><label class="utrecht-form-label utrecht-form-label--radio" for=id>{label}</label></div>
                    </div>
                }
                .into_any()
            })
            .collect_view();
        view! {
            <div class=format!("utrecht-form-field{invalid}")>
                <fieldset class="utrecht-form-fieldset utrecht-form-fieldset--html-fieldset" aria-describedby=described_by>
                    <legend class="utrecht-form-fieldset__legend utrecht-form-fieldset__legend--html-legend">{self.label.to_owned()}</legend>
                    {self.notes()}
                    {options}
                </fieldset>
            </div>
        }
        .into_any()
    }
}

/// A mistake in a field.
pub fn mistake(field: &'static str, message: impl Into<String>) -> Mistake {
    Mistake { field: field.into(), message: message.into() }
}
