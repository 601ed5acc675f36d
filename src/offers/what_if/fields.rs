//! The form: a field for each fact that the services use and a citizen can say.

use leptos::prelude::*;
use leptos_i18n::td_string;
use serde_json::{Map, Value};

use super::{
    form::{self, ADD, CARE, MOST, NONE, Typed, care_name, is_asked, is_partners, row_id},
    model::{PARTNER, Subject},
};
use crate::{
    i18n::Locale,
    rules::model::{Fact, FactType},
    ui::{self, Mistake},
};

/// Which facts stand together, in this order; a fact that is not here stands with the last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Income,
    Partner,
    Home,
    Children,
    AboutYou,
}

impl Section {
    const ALL: [Section; 5] = [Self::Income, Self::Partner, Self::Home, Self::Children, Self::AboutYou];

    /// What is always in sight comes first, and the rest after the empty name.
    const fn facts(self) -> &'static [&'static str] {
        match self {
            Section::Income => &[
                "income_year",
                "assets",
                "",
                "net_income_month",
                "works",
                "student",
                "receives_social_assistance",
                "low_income_months",
                "local_tax_year",
            ],
            Section::Partner => &[
                PARTNER,
                "partner_income_year",
                "partner_assets",
                "partner_birth_date",
                "partner_health_insured",
                "partner_works",
            ],
            Section::Home => &[
                "rents",
                "basic_rent_month",
                "household_size",
                "",
                "independent_dwelling",
                "adapted_dwelling",
                "co_resident_income_year",
                "co_resident_21",
            ],
            Section::Children => &["children_birth_dates", "", "receives_child_benefit", "childcare"],
            Section::AboutYou => &[""],
        }
    }

    fn title(self, locale: Locale) -> &'static str {
        match self {
            Section::Income => td_string!(locale, what_if.income),
            Section::Partner => td_string!(locale, what_if.partner),
            Section::Home => td_string!(locale, what_if.home),
            Section::Children => td_string!(locale, what_if.children),
            Section::AboutYou => td_string!(locale, what_if.about_you),
        }
    }
}

/// Where a fact stands on the form.
pub fn place(fact: &Fact) -> usize {
    let places: Vec<&str> = Section::ALL.iter().flat_map(|section| section.facts()).copied().collect();
    let of = |name: &str| places.iter().position(|place| *place == name);
    of(&fact.name).or_else(|| of(PARTNER).filter(|_| is_partners(fact))).unwrap_or(usize::MAX)
}

/// What the fields need.
pub struct Fields<'a> {
    pub subject: &'a Subject<'a>,
    pub registered: &'a Map<String, Value>,
    pub typed: &'a Typed,
    pub mistakes: &'a [Mistake],
    /// Facts that a service cannot do without and that are not known.
    pub missing: Vec<String>,
    pub locale: Locale,
}

impl Fields<'_> {
    pub fn view(&self) -> AnyView {
        let mut left: Vec<&Fact> = self.subject.facts.iter().copied().filter(|fact| is_asked(fact)).collect();
        let sections = Section::ALL.map(|section| {
            let (mut shown, mut folded) = (Vec::new(), Vec::new());
            let mut is_folded = false;
            for name in section.facts() {
                is_folded |= name.is_empty();
                if let Some(at) = left.iter().position(|fact| fact.name == *name) {
                    let fact = left.remove(at);
                    if is_folded && !self.is_needed(fact) { folded.push(fact) } else { shown.push(fact) }
                }
            }
            (section, shown, folded)
        });
        let sections = sections.map(|(section, mut shown, mut folded)| {
            // A fact of a partner that the list above does not know belongs with the partner, any other with the person.
            for fact in &left {
                match section {
                    Section::Partner if is_partners(fact) => shown.push(fact),
                    Section::AboutYou if !is_partners(fact) && self.is_needed(fact) => shown.push(fact),
                    Section::AboutYou if !is_partners(fact) => folded.push(fact),
                    _ => {}
                }
            }
            self.section(section, &shown, &folded)
        });
        sections.into_iter().collect_view().into_any()
    }

    /// It stands in sight: a service waits for it, or there is a mistake in it.
    fn is_needed(&self, fact: &Fact) -> bool {
        self.missing.contains(&fact.name) || self.mistakes.iter().any(|mistake| belongs(&mistake.field, &fact.name))
    }

    fn section(&self, section: Section, shown: &[&Fact], folded: &[&Fact]) -> Option<AnyView> {
        if shown.is_empty() && folded.is_empty() {
            return None;
        }
        let locale = self.locale;
        let asks_partner = self.subject.uses(PARTNER);
        let (partners, others): (Vec<&Fact>, Vec<&Fact>) = shown.iter().partition(|fact| is_partners(fact));
        let others = others.iter().map(|fact| self.field(fact)).collect_view().into_any();
        let partners = (!partners.is_empty()).then(|| {
            let fields = partners.iter().map(|fact| self.field(fact)).collect_view().into_any();
            let class = if asks_partner {
                "voordeur-stack voordeur-stack--wide voordeur-when"
            } else {
                "voordeur-stack voordeur-stack--wide"
            };
            view! { <div class=class>{fields}</div> }
        });
        let folded = (!folded.is_empty()).then(|| {
            let fields = folded.iter().map(|fact| self.field(fact)).collect_view().into_any();
            view! {
                <details class="voordeur-more">
                    <summary>{td_string!(locale, what_if.more)}</summary>
                    <div class="voordeur-stack voordeur-stack--wide">{fields}</div>
                </details>
            }
        });
        let hint = (section == Section::Partner && asks_partner)
            .then(|| view! { <p class="voordeur-subtle">{td_string!(locale, what_if.partner_hint)}</p> });
        let id = match section {
            Section::Income => "deel-inkomen",
            Section::Partner => "deel-partner",
            Section::Home => "deel-woning",
            Section::Children => "deel-kinderen",
            Section::AboutYou => "deel-uzelf",
        };
        Some(
            view! {
                <section class="voordeur-card voordeur-stack voordeur-stack--wide voordeur-asks" aria-labelledby=id>
                    <h2 class="nl-heading nl-heading--level-3" id=id>{section.title(locale)}</h2>
                    {others} {partners} {hint} {folded}
                </section>
            }
            .into_any(),
        )
    }

    fn field(&self, fact: &Fact) -> AnyView {
        match fact.kind {
            FactType::Boolean => self.choice(fact),
            FactType::Dates => self.dates(fact),
            FactType::Childcare => self.childcare(fact),
            _ => self.text(fact),
        }
    }

    fn question(&self, fact: &Fact) -> String {
        fact.question.as_ref().unwrap_or(&fact.label).get(self.locale).to_owned()
    }

    /// What is registered, where something else was typed; or that nothing is.
    fn known(&self, fact: &Fact) -> Option<String> {
        let locale = self.locale;
        let value = self.registered.get(&fact.name).unwrap_or(&Value::Null);
        if value.is_null() {
            return Some(td_string!(locale, what_if.not_registered).to_owned());
        }
        let typed = self.typed.one(&fact.name);
        if typed.trim() == form::shown(locale, fact.kind, value) {
            return None;
        }
        let words = match (fact.kind, value) {
            (FactType::Boolean, Value::Bool(true)) => td_string!(locale, what_if.yes).to_lowercase(),
            (FactType::Boolean, _) => td_string!(locale, what_if.no).to_lowercase(),
            (FactType::Money, value) => ui::numbers::euros(locale, value.as_i64()?),
            (kind, value) => form::shown(locale, kind, value),
        };
        Some(td_string!(locale, what_if.registered, value = words).to_string())
    }

    fn mistake(&self, id: &str) -> Option<&str> {
        self.mistakes.iter().find(|mistake| mistake.field == id).map(|mistake| mistake.message.as_str())
    }

    fn text(&self, fact: &Fact) -> AnyView {
        let locale = self.locale;
        let hint = (fact.kind == FactType::Date).then(|| td_string!(locale, what_if.date_hint).to_owned());
        let hint = [hint, self.known(fact)].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let euro = fact.kind == FactType::Money;
        let numeric = if fact.kind == FactType::Integer { "numeric" } else { "decimal" };
        self.textbox(Textbox {
            id: fact.name.clone(),
            name: fact.name.clone(),
            label: self.question(fact),
            hint,
            value: self.typed.one(&fact.name).to_owned(),
            // A date has hyphens, which a numeric keyboard on a phone lacks.
            mode: (fact.kind != FactType::Date).then_some(numeric),
            euro,
        })
    }

    fn textbox(&self, of: Textbox) -> AnyView {
        let mistake = self.mistake(&of.id).map(str::to_owned);
        let (hint_id, mistake_id) = (format!("{}-uitleg", of.id), format!("{}-fout", of.id));
        let described: Vec<String> =
            [(!of.hint.is_empty()).then_some(&hint_id), mistake.is_some().then_some(&mistake_id)]
                .into_iter()
                .flatten()
                .cloned()
                .collect();
        let described = (!described.is_empty()).then(|| described.join(" "));
        let invalid = mistake.is_some();
        let class = if invalid {
            "utrecht-form-field utrecht-form-field--invalid voordeur-short"
        } else {
            "utrecht-form-field voordeur-short"
        };
        let input_class = if invalid {
            "utrecht-textbox utrecht-textbox--html-input utrecht-textbox--invalid"
        } else {
            "utrecht-textbox utrecht-textbox--html-input"
        };
        let euro = of.euro.then(|| view! { <span class="voordeur-unit" aria-hidden="true">"€"</span> });
        view! {
            <div class=class>
                <div class="utrecht-form-field__label"><label class="utrecht-form-label" for=of.id.clone()>{of.label}</label></div>
                {(!of.hint.is_empty()).then(|| view! {
                    <div class="utrecht-form-field__description utrecht-form-field-description" id=hint_id>{of.hint}</div>
                })}
                {mistake.map(|message| wrong(mistake_id, message))}
                <div class="utrecht-form-field__input">
                    {euro}
                    <input
                        class=input_class
                        id=of.id
                        name=of.name
                        value=of.value
                        inputmode=of.mode
                        autocomplete="off"
                        aria-invalid=invalid.then_some("true")
                        aria-describedby=described
                    />
                </div>
            </div>
        }
        .into_any()
    }

    fn choice(&self, fact: &Fact) -> AnyView {
        let locale = self.locale;
        let known = self.known(fact);
        let is_known = self.registered.get(&fact.name).is_some_and(|value| !value.is_null());
        let typed = self.typed.one(&fact.name);
        let mut options = vec![
            ("ja", fact.name.clone(), td_string!(locale, what_if.yes)),
            ("nee", format!("{}-nee", fact.name), td_string!(locale, what_if.no)),
        ];
        if !is_known {
            options.push(("onbekend", format!("{}-onbekend", fact.name), td_string!(locale, what_if.unknown)));
        }
        let any = options.iter().any(|(value, ..)| *value == typed);
        let options = options
            .into_iter()
            .map(|(value, id, label)| {
                let checked = typed == value || (!any && value == "onbekend");
                view! {
                    <div class="utrecht-form-field utrecht-form-field--radio">
                        <div class="utrecht-form-field__input">
                            <input
                                class="utrecht-radio-button utrecht-radio-button--html-input"
                                type="radio"
                                id=id.clone()
                                name=fact.name.clone()
                                value=value
                                checked=checked
                            />
                        </div>
                        <div class="utrecht-form-field__label">
                            <label class="utrecht-form-label utrecht-form-label--radio" for=id>{label}</label>
                        </div>
                    </div>
                }
            })
            .collect_view()
            .into_any();
        self.group(fact, known.into_iter().collect(), view! { <div class="voordeur-cluster">{options}</div> })
    }

    fn group(&self, fact: &Fact, hints: Vec<String>, body: impl IntoView) -> AnyView {
        let hint_id = format!("{}-uitleg", fact.name);
        let described = (!hints.is_empty()).then(|| hint_id.clone());
        let mistake = match fact.kind {
            FactType::Boolean => {
                self.mistake(&fact.name).map(|message| wrong(format!("{}-fout", fact.name), message.to_owned()))
            }
            _ => None,
        };
        view! {
            <fieldset class="utrecht-form-fieldset utrecht-form-fieldset--html-fieldset voordeur-question" aria-describedby=described>
                <legend class="utrecht-form-label">{self.question(fact)}</legend>
                {(!hints.is_empty()).then(|| view! { <p class="utrecht-form-field-description" id=hint_id>{hints.join(" ")}</p> })}
                {mistake}
                {body}
            </fieldset>
        }
        .into_any()
    }

    /// As many rows as are filled, and an empty one.
    fn rows(&self, fact: &Fact) -> usize {
        let spare = if self.typed.asks_for_more(fact) { 3 } else { 1 };
        // Too many are shown too, so that what was typed is not lost.
        let filled = self.typed.rows(fact);
        if filled >= MOST { filled } else { (filled + spare).min(MOST) }
    }

    fn list_end(&self, fact: &Fact, none: &'static str) -> impl IntoView + use<> {
        let is_known = self.registered.get(&fact.name).is_some_and(|value| !value.is_null());
        let checked = self.typed.says_none(fact);
        let id = format!("{}-geen", fact.name);
        let none = (!is_known).then(|| {
            view! {
                <div class="utrecht-form-field utrecht-form-field--checkbox voordeur-icon-line">
                    <input
                        class="utrecht-checkbox utrecht-checkbox--html-input"
                        type="checkbox"
                        id=id.clone()
                        name=NONE
                        value=fact.name.clone()
                        checked=checked
                    />
                    <label class="utrecht-form-label utrecht-form-label--checkbox" for=id>{none}</label>
                </div>
            }
        });
        view! {
            {none}
            <p>
                <button
                    class="nl-button nl-button--secondary"
                    type="submit"
                    name=ADD
                    value=fact.name.clone()
                    formaction=format!("#{}", row_id(&fact.name, self.typed.rows(fact)))
                >
                    {td_string!(self.locale, what_if.add_child)}
                </button>
            </p>
        }
    }

    fn dates(&self, fact: &Fact) -> AnyView {
        let locale = self.locale;
        let fields = (0..self.rows(fact))
            .map(|at| {
                self.textbox(Textbox {
                    id: row_id(&fact.name, at),
                    name: fact.name.clone(),
                    label: td_string!(locale, what_if.child, number = at + 1).to_string(),
                    hint: String::new(),
                    value: self.typed.at(&fact.name, at).to_owned(),
                    mode: None,
                    euro: false,
                })
            })
            .collect_view()
            .into_any();
        let hints =
            vec![td_string!(locale, what_if.date_hint).to_owned(), td_string!(locale, what_if.dates_hint).to_owned()];
        let body = view! {
            <div class="voordeur-stack">
                <div class="voordeur-grid voordeur-grid--tiny">{fields}</div>
                {self.list_end(fact, td_string!(locale, what_if.no_children))}
            </div>
        };
        self.group(fact, hints, body)
    }

    fn childcare(&self, fact: &Fact) -> AnyView {
        let locale = self.locale;
        let [kind_name, hours_name, rate_name] = CARE.map(|part| care_name(fact, part));
        let rows = (0..self.rows(fact))
            .map(|at| {
                let id = row_id(&fact.name, at);
                let kind = self.typed.at(&kind_name, at);
                let options = [
                    ("", td_string!(locale, what_if.care_none)),
                    ("daycare", td_string!(locale, what_if.daycare)),
                    ("after_school", td_string!(locale, what_if.after_school)),
                    ("childminder", td_string!(locale, what_if.childminder)),
                ]
                .map(|(value, label)| view! { <option value=value selected=kind == value>{label}</option> })
                .collect_view().into_any();
                let mistake = self.mistake(&id).map(|message| wrong(format!("{id}-fout"), message.to_owned()));
                let invalid = mistake.is_some();
                let described = invalid.then(|| format!("{id}-fout"));
                let number = |part: &str, name: &str, label: &'static str, euro: bool| {
                    self.textbox(Textbox {
                        id: format!("{id}-{part}"),
                        name: name.to_owned(),
                        label: label.to_owned(),
                        hint: String::new(),
                        value: self.typed.at(name, at).to_owned(),
                        mode: Some(if euro { "decimal" } else { "numeric" }),
                        euro,
                    })
                };
                view! {
                    <fieldset class="utrecht-form-fieldset utrecht-form-fieldset--html-fieldset voordeur-stack voordeur-stack--close">
                        <legend class="utrecht-form-label">{td_string!(locale, what_if.child, number = at + 1).to_string()}</legend>
                        <div class="voordeur-cluster voordeur-cluster--end">
                            <div class=if invalid { "utrecht-form-field utrecht-form-field--invalid" } else { "utrecht-form-field" }>
                                <div class="utrecht-form-field__label">
                                    <label class="utrecht-form-label" for=id.clone()>{td_string!(locale, what_if.care_kind)}</label>
                                </div>
                                {mistake}
                                <select
                                    class="utrecht-select utrecht-select--html-select"
                                    id=id.clone()
                                    name=kind_name.clone()
                                    aria-invalid=invalid.then_some("true")
                                    aria-describedby=described
                                >
                                    {options}
                                </select>
                            </div>
                            {number("hours", &hours_name, td_string!(locale, what_if.care_hours), false)}
                            {number("rate", &rate_name, td_string!(locale, what_if.care_rate), true)}
                        </div>
                    </fieldset>
                }
            })
            .collect_view().into_any();
        let body = view! {
            <div class="voordeur-stack">
                {rows}
                {self.list_end(fact, td_string!(locale, what_if.no_childcare))}
            </div>
        };
        self.group(fact, Vec::new(), body)
    }
}

struct Textbox {
    id: String,
    name: String,
    label: String,
    hint: String,
    value: String,
    mode: Option<&'static str>,
    euro: bool,
}

/// Whether a field is one of a fact's: the fact itself, or a row of its list.
pub fn belongs(field: &str, fact: &str) -> bool {
    field.strip_prefix(fact).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

fn wrong(id: String, message: String) -> impl IntoView {
    view! {
        <div class="utrecht-form-field__error-message utrecht-form-field-error-message" id=id>
            <span class="voordeur-icon-line">{ui::icon("alert")}<b>{message}</b></span>
        </div>
    }
}
