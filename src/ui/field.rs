//! A field of a form, with what belongs to it for every reader.

use leptos::prelude::*;

/// What stands in a `textarea`. Leptos (tachys 0.2) writes the contents of one as they are, so that `</textarea>` in them would end it.
pub fn text_in_area(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    // A parser drops a first line end (HTML, 13.1.2.5).
    if text.starts_with('\n') { format!("\n{text}") } else { text }
}

/// A field of a form with its label, hint and mistake.
pub struct Field {
    pub id: String,
    pub label: String,
    pub hint: Option<String>,
    pub mistake: Option<String>,
}

impl Field {
    fn class(&self, more: Option<&str>) -> String {
        let invalid = if self.mistake.is_some() { " utrecht-form-field--invalid" } else { "" };
        format!("utrecht-form-field{invalid} {}", more.unwrap_or_default())
    }

    fn described_by(&self) -> Option<String> {
        let hint = self.hint.as_ref().map(|_| format!("{}-uitleg", self.id));
        let mistake = self.mistake.as_ref().map(|_| format!("{}-fout", self.id));
        let all: Vec<String> = [hint, mistake].into_iter().flatten().collect();
        (!all.is_empty()).then(|| all.join(" "))
    }

    fn notes(&self) -> AnyView {
        let hint = self.hint.clone().map(|hint| {
            view! { <div class="utrecht-form-field__description utrecht-form-field-description" id=format!("{}-uitleg", self.id)>{hint}</div> }
        });
        let mistake = self.mistake.clone().map(|mistake| {
            view! {
                <div class="utrecht-form-field__error-message utrecht-form-field-error-message" id=format!("{}-fout", self.id)>
                    <span class="voordeur-icon-line">{super::icon("alert")}<b>{mistake}</b></span>
                </div>
            }
        });
        view! { {hint}{mistake} }.into_any()
    }

    /// Files, several at a time. `media` are the kinds that a browser proposes.
    pub fn files(self, media: &'static str) -> AnyView {
        let described_by = self.described_by();
        let invalid = self.mistake.as_ref().map(|_| "true");
        view! {
            <div class=self.class(None)>
                <div class="utrecht-form-field__label"><label class="utrecht-form-label" for=self.id.clone()>{self.label.clone()}</label></div>
                {self.notes()}
                <div class="utrecht-form-field__input">
                    <input class="voordeur-file" type="file" id=self.id.clone() name=self.id.clone() accept=media multiple aria-describedby=described_by aria-invalid=invalid/>
                </div>
            </div>
        }
        .into_any()
    }

    /// One line, or several.
    pub fn text(self, value: String, lines: bool, class: Option<&str>) -> AnyView {
        let described_by = self.described_by();
        let invalid = self.mistake.as_ref().map(|_| "true");
        let input = if lines {
            view! {
                <textarea class="utrecht-textarea utrecht-textarea--html-textarea" id=self.id.clone() name=self.id.clone() rows="4" aria-describedby=described_by aria-invalid=invalid>{text_in_area(&value)}</textarea>
            }
            .into_any()
        } else {
            let class = match invalid {
                Some(_) => "utrecht-textbox utrecht-textbox--html-input utrecht-textbox--invalid",
                None => "utrecht-textbox utrecht-textbox--html-input",
            };
            view! { <input class=class id=self.id.clone() name=self.id.clone() value=value autocomplete="off" aria-describedby=described_by aria-invalid=invalid/> }.into_any()
        };
        view! {
            <div class=self.class(class)>
                <div class="utrecht-form-field__label"><label class="utrecht-form-label" for=self.id.clone()>{self.label.clone()}</label></div>
                {self.notes()}
                <div class="utrecht-form-field__input">{input}</div>
            </div>
        }
        .into_any()
    }

    /// Yes or no. The field's own id is that of "yes", where the summary of mistakes leads.
    pub fn yes_no(self, [yes, no]: [&'static str; 2], value: &str) -> AnyView {
        let described_by = self.described_by();
        let radio = |id: String, answer: &'static str, label: &'static str| {
            let checked = value == answer;
            let name = self.id.clone();
            view! {
                <div class="utrecht-form-field utrecht-form-field--radio">
                    <div class="utrecht-form-field__input"><input class="utrecht-radio-button utrecht-radio-button--html-input" type="radio" id=id.clone() name=name value=answer checked=checked/></div>
                    <div class="utrecht-form-field__label"><label class="utrecht-form-label utrecht-form-label--radio" for=id>{label}</label></div>
                </div>
            }
        };
        let yes = radio(self.id.clone(), "ja", yes);
        let no = radio(format!("{}-nee", self.id), "nee", no);
        view! {
            <div class=self.class(None)>
                <fieldset class="utrecht-form-fieldset utrecht-form-fieldset--html-fieldset" aria-describedby=described_by>
                    <legend class="utrecht-form-fieldset__legend utrecht-form-fieldset__legend--html-legend">{self.label.clone()}</legend>
                    {self.notes()}
                    {yes}
                    {no}
                </fieldset>
            </div>
        }
        .into_any()
    }
}
