//! The input of one attribute, by the type that its register gives it.

use leptos::prelude::*;
use leptos_i18n::td_string;

use super::typed::{DATE_PARTS, Typed, date_part};
use crate::{
    i18n::Locale,
    registered_data::{Attribute, Type, Wording},
    ui::{self, Field},
};

/// So many choices are radio buttons; more are a list to pick from.
const RADIOS: usize = 4;

pub(super) fn input(wording: &Wording<'_>, attribute: &Attribute, typed: &Typed, mistake: Option<String>) -> AnyView {
    let locale = wording.locale;
    let label = attribute.label.get(locale).to_owned();
    let label = match attribute.required {
        true => label,
        false => td_string!(locale, corrections.optional, label = label).to_string(),
    };
    let value = typed.get(&attribute.id).cloned().unwrap_or_default();
    let hint = match attribute.kind {
        Type::Money => Some(td_string!(locale, corrections.hint_amount)),
        Type::Date => Some(td_string!(locale, corrections.hint_date)),
        Type::Country | Type::Nationality | Type::Municipality => Some(td_string!(locale, corrections.hint_name)),
        Type::Place => Some(td_string!(locale, corrections.hint_place)),
        _ => None,
    };
    let field = Field { id: attribute.id.clone(), label, hint: hint.map(str::to_owned), mistake };
    match attribute.kind {
        Type::Flag => {
            let words = [td_string!(locale, corrections.yes), td_string!(locale, corrections.no)];
            field.yes_no(words, &value)
        }
        Type::Date => date(locale, attribute, typed, field),
        Type::Choice => {
            let labels = attribute.choices.as_ref().and_then(|list| wording.register.choices.get(list));
            // "." is how a register writes that it does not know.
            let options = labels.into_iter().flatten().filter(|(code, _)| *code != ".");
            choice(
                locale,
                field,
                options.map(|(code, words)| (code.clone(), words.get(locale).to_owned())).collect(),
                &value,
            )
        }
        Type::Money | Type::Integer | Type::Number | Type::Decimal => field.text(value, false, Some("voordeur-short")),
        _ => field.text(value, false, None),
    }
}

fn mistake_view(id: &str, mistake: Option<String>) -> Option<AnyView> {
    mistake.map(|mistake| {
        view! {
            <div class="utrecht-form-field__error-message utrecht-form-field-error-message" id=format!("{id}-fout")>
                <span class="voordeur-icon-line">{ui::icon("alert")} <b>{mistake}</b></span>
            </div>
        }
        .into_any()
    })
}

fn described_by(field: &Field) -> Option<String> {
    let hint = field.hint.as_ref().map(|_| format!("{}-uitleg", field.id));
    let mistake = field.mistake.as_ref().map(|_| format!("{}-fout", field.id));
    let all: Vec<String> = [hint, mistake].into_iter().flatten().collect();
    (!all.is_empty()).then(|| all.join(" "))
}

/// Day, month and year; what is not known stays empty. The summary of mistakes leads to the day.
fn date(locale: Locale, attribute: &Attribute, typed: &Typed, field: Field) -> AnyView {
    let described_by = described_by(&field);
    let Field { id, label, hint, mistake } = field;
    let invalid = mistake.as_ref().map(|_| "true");
    let labels = [
        td_string!(locale, corrections.day),
        td_string!(locale, corrections.month),
        td_string!(locale, corrections.year),
    ];
    let parts: Vec<_> = DATE_PARTS
        .into_iter()
        .zip(labels)
        .enumerate()
        .map(|(place, (part, label))| {
            let name = date_part(attribute, part);
            let own = if place == 0 { id.clone() } else { name.clone() };
            let value = typed.get(&name).cloned().unwrap_or_default();
            view! {
                <div class="utrecht-form-field">
                    <div class="utrecht-form-field__label"><label class="utrecht-form-label" for=own.clone()>{label}</label></div>
                    <div class="utrecht-form-field__input"><input class="utrecht-textbox utrecht-textbox--html-input" id=own name=name value=value inputmode="numeric" autocomplete="off" maxlength="4" aria-invalid=invalid/></div>
                </div>
            }
        })
        .collect();
    let hint = hint.map(|hint| {
        view! { <p class="utrecht-form-field-description" id=format!("{id}-uitleg")>{hint}</p> }
    });
    view! {
        <fieldset class="utrecht-form-fieldset utrecht-form-fieldset--html-fieldset" aria-describedby=described_by>
            <legend class="utrecht-form-fieldset__legend utrecht-form-fieldset__legend--html-legend">{label}</legend>
            {hint}
            {mistake_view(&id, mistake)}
            <div class="voordeur-date">{parts}</div>
        </fieldset>
    }
    .into_any()
}

fn choice(locale: Locale, field: Field, options: Vec<(String, String)>, value: &str) -> AnyView {
    let described_by = described_by(&field);
    let Field { id, label, mistake, .. } = field;
    if options.len() > RADIOS {
        let invalid = mistake.as_ref().map(|_| "true");
        let none =
            view! { <option value="" selected=value.is_empty()>{td_string!(locale, corrections.choose)}</option> };
        let options: Vec<_> = options
            .into_iter()
            .map(|(code, words)| {
                let selected = code == value;
                view! { <option value=code selected=selected>{words}</option> }
            })
            .collect();
        return view! {
            <div class="utrecht-form-field">
                <div class="utrecht-form-field__label"><label class="utrecht-form-label" for=id.clone()>{label}</label></div>
                {mistake_view(&id, mistake)}
                <div class="utrecht-form-field__input">
                    <select class="utrecht-select utrecht-select--html-select" id=id.clone() name=id.clone() aria-describedby=described_by aria-invalid=invalid>{none}{options}</select>
                </div>
            </div>
        }
        .into_any();
    }
    let radios: Vec<_> = options
        .into_iter()
        .enumerate()
        .map(|(place, (code, words))| {
            // The summary of mistakes leads to the first one.
            let own = if place == 0 { id.clone() } else { format!("{id}-{}", code.to_lowercase()) };
            let checked = code == value;
            view! {
                <div class="utrecht-form-field utrecht-form-field--radio">
                    <div class="utrecht-form-field__input"><input class="utrecht-radio-button utrecht-radio-button--html-input" type="radio" id=own.clone() name=id.clone() value=code checked=checked/></div>
                    <div class="utrecht-form-field__label"><label class="utrecht-form-label utrecht-form-label--radio" for=own>{words}</label></div>
                </div>
            }
        })
        .collect();
    view! {
        <fieldset class="utrecht-form-fieldset utrecht-form-fieldset--html-fieldset" aria-describedby=described_by>
            <legend class="utrecht-form-fieldset__legend utrecht-form-fieldset__legend--html-legend">{label}</legend>
            {mistake_view(&id, mistake)}
            {radios}
        </fieldset>
    }
    .into_any()
}
