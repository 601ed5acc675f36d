//! `/balie/diensten/{service}/proef`: a rule with other figures, worked out for everybody, and what it does to them as numbers. Nothing
//! of it is stored.

use std::collections::BTreeMap;

use axum::{
    body::Bytes,
    extract::{Path, Query},
    response::Response,
};
use http::StatusCode;
use jiff::civil::Date;
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde::Deserialize;

use super::{
    access,
    effect::{Effects, NoAnswer, Question, effects},
    effect_view, typed, words,
};
use crate::{
    app::{Page, Place, Staff, Visit},
    error::Error,
    i18n::Locale,
    rules::{
        Compiled, ServiceRules, Version,
        model::{Figure, Parameter, Unit},
    },
    ui::{self, Tone, dates},
};

/// The end of this page's address.
const ROUTE_END: &str = "/proef";

/// In front of a parameter's name in the form.
const FIELD: &str = "getal-";

#[derive(Default, Deserialize)]
pub struct Asked {
    regel: Option<String>,
}

/// What was typed, and what is wrong with it.
#[derive(Default)]
struct Form {
    typed: BTreeMap<String, String>,
    /// By parameter; those of no parameter are about the whole.
    mistakes: Vec<(Option<String>, String)>,
}

/// What is to be compared.
struct Changed {
    /// Only what differs from the version as it is.
    figures: BTreeMap<String, Figure>,
    compiled: Compiled,
}

/// What came of it.
struct Answer {
    figures: BTreeMap<String, Figure>,
    effects: Effects,
    on: Date,
}

pub async fn get(staff: Staff, Path(id): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let service = provided(&staff, &id)?;
    let version = chosen(service, staff.portal.clock.today(), asked.regel.as_deref())?;
    Ok(staff.show(page(&staff, service, version, &Form::default(), None)))
}

pub async fn post(staff: Staff, Path(id): Path<String>, body: Bytes) -> Result<Response, Error> {
    let service = provided(&staff, &id)?;
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(&body).map_err(|_| Error::BadRequest)?;
    let asked = fields.iter().find(|(name, _)| name == "regel").map(|(_, value)| value.as_str());
    let today = staff.portal.clock.today();
    let version = chosen(service, today, asked)?.ok_or(Error::BadRequest)?;
    let mut form = Form {
        typed: fields
            .into_iter()
            .filter_map(|(name, value)| Some((name.strip_prefix(FIELD)?.to_owned(), value)))
            .collect(),
        mistakes: Vec::new(),
    };
    let Some(Changed { figures, compiled }) = read(&staff, service, version, &mut form) else {
        let page = page(&staff, service, Some(version), &form, None);
        return Ok(staff.show(page.status(StatusCode::UNPROCESSABLE_ENTITY)));
    };
    // Nobody is shown, so nobody's log has an entry; that the rule was tried is in the portal's own.
    tracing::info!(organisation = staff.organisation, service = service.id(), "a rule is tried");
    let question = Question {
        present: service.on(today).map(|version| &version.compiled),
        changed: &compiled,
        // On one day, so that nothing but the rule differs.
        on: today.max(version.from),
        municipality: access::municipality(&staff.organisation),
    };
    let locale = staff.locale;
    let (status, excuse) = match effects(&staff.portal.evaluator, &question).await {
        Ok(effects) => {
            let answer = Answer { figures, effects, on: question.on };
            return Ok(staff.show(page(&staff, service, Some(version), &form, Some(&answer))));
        }
        Err(NoAnswer::Busy) => (StatusCode::CONFLICT, td_string!(locale, desk.try_out.busy)),
        Err(NoAnswer::TooLong) => (StatusCode::SERVICE_UNAVAILABLE, td_string!(locale, desk.try_out.too_long)),
        Err(NoAnswer::Error(error)) => return Err(error),
    };
    form.mistakes.push((None, excuse.to_owned()));
    Ok(staff.show(page(&staff, service, Some(version), &form, None).status(status)))
}

/// The service, for who provides it alone.
fn provided<'p>(staff: &'p Staff, id: &str) -> Result<&'p ServiceRules, Error> {
    let service = staff.portal.rules.service(id).ok_or(Error::NotFound)?;
    if access::provides(&staff.organisation, &service.service) { Ok(service) } else { Err(Error::Forbidden) }
}

/// The rules that can be tried: in force, or not yet.
fn to_try(service: &ServiceRules, today: Date) -> impl Iterator<Item = &Version> {
    service.versions.iter().filter(move |version| version.covers(today) || version.from > today)
}

/// The one asked for, or the first; none when there is none to try.
fn chosen<'s>(service: &'s ServiceRules, today: Date, asked: Option<&str>) -> Result<Option<&'s Version>, Error> {
    match asked {
        None => Ok(to_try(service, today).next()),
        Some(from) => {
            let found = to_try(service, today).find(|version| version.from.to_string() == from);
            found.map(Some).ok_or(Error::NotFound)
        }
    }
}

/// The figures that were changed and the rule they make; none when something is wrong, which is then in the form.
fn read(staff: &Staff, service: &ServiceRules, version: &Version, form: &mut Form) -> Option<Changed> {
    let locale = staff.locale;
    let municipality = access::municipality(&staff.organisation);
    let mut figures = BTreeMap::new();
    for (id, parameter) in &version.rule.parameters {
        let Some(text) = form.typed.get(id) else { continue };
        match typed::read(text, parameter.unit) {
            Ok(figure) if typed::same(&figure, words::value_for(parameter, municipality)) => {}
            Ok(figure) => _ = figures.insert(id.clone(), figure),
            Err(wrong) => form.mistakes.push((Some(id.clone()), wrong.words(locale).to_owned())),
        }
    }
    if !form.mistakes.is_empty() {
        return None;
    }
    if figures.is_empty() && version.covers(staff.portal.clock.today()) {
        form.mistakes.push((None, td_string!(locale, desk.try_out.unchanged).to_owned()));
        return None;
    }
    match service.with_figures(version, &figures, municipality, &staff.portal.rules.facts) {
        Ok(compiled) => Some(Changed { figures, compiled }),
        Err(mistakes) => {
            let excuse = td_string!(locale, desk.try_out.not_possible);
            for mistake in mistakes {
                let field = figures.contains_key(&mistake.place).then(|| mistake.place.clone());
                form.mistakes.push((field, format!("{excuse} ({}: {})", mistake.place, mistake.reason)));
            }
            None
        }
    }
}

fn page(
    staff: &Staff,
    service: &ServiceRules,
    version: Option<&Version>,
    form: &Form,
    answer: Option<&Answer>,
) -> Page {
    let locale = staff.locale;
    let visit: &Visit = staff;
    let name = service.service.name.get(locale);
    let title = td_string!(locale, desk.try_out.title, service = name);
    let scope = if access::municipality(&staff.organisation).is_some() {
        let organisation = visit.portal.catalogue.organisation_in_sentence(&staff.organisation, locale);
        td_string!(locale, desk.try_out.scope_own, organisation = organisation)
    } else {
        td_string!(locale, desk.try_out.scope_all).to_owned()
    };
    let lead = format!("{} {scope}", td_string!(locale, desk.try_out.lead));
    let work = match version {
        None => ui::empty(
            "info",
            view! { <p class="nl-paragraph">{td_string!(locale, desk.try_out.nothing_to_change)}</p> },
        )
        .into_any(),
        Some(version) => view! {
            {choices(visit, service, version)}
            {fields(staff, service, version, form)}
        }
        .into_any(),
    };
    let result = answer.zip(version).map(|(answer, version)| result(staff, version, answer));
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--sections">
            {(!form.mistakes.is_empty()).then(|| summary(locale, version, form))}
            {ui::heading(title.clone(), lead)}
            {result}
            {work}
            <p><a class="nl-link" href=visit.href(&format!("/balie/diensten/{}", service.id()))>{td_string!(locale, desk.try_out.back)}</a></p>
        </div>
    };
    let title =
        if form.mistakes.is_empty() { title } else { format!("{}: {title}", td_string!(locale, desk.try_out.error)) };
    Page::new(title, Place::DeskServices, body)
        .under(td_string!(locale, desk.title), "/balie")
        .under(td_string!(locale, desk.services.title), "/balie/diensten")
}

/// The first thing on the page that was sent with mistakes; each leads to its field.
fn summary(locale: Locale, version: Option<&Version>, form: &Form) -> impl IntoView + use<> {
    let label = |id: &str| Some(version?.rule.parameters.get(id)?.label.get(locale).to_owned());
    let items = form
        .mistakes
        .iter()
        .map(|(field, message)| {
            let message = message.clone();
            match field {
                Some(id) => {
                    let message = format!("{}: {message}", label(id).unwrap_or_default());
                    view! { <li><a class="nl-link" href=format!("#{FIELD}{id}")>{message}</a></li> }.into_any()
                }
                None => view! { <li>{message}</li> }.into_any(),
            }
        })
        .collect_view();
    view! {
        <div class="voordeur-errors" role="alert" tabindex="-1" id="fouten">
            <h2 class="nl-heading nl-heading--level-3">{td_string!(locale, desk.try_out.wrong)}</h2>
            <ul>{items}</ul>
        </div>
    }
}

fn choices(visit: &Visit, service: &ServiceRules, version: &Version) -> impl IntoView + use<> {
    let locale = visit.locale;
    let today = visit.portal.clock.today();
    let links = to_try(service, today)
        .map(|other| {
            let from = dates::date(locale, other.from);
            let name = if other.covers(today) {
                td_string!(locale, desk.try_out.current, from = from)
            } else {
                td_string!(locale, desk.try_out.coming, from = from)
            };
            let to = visit.href(&format!("/balie/diensten/{}{ROUTE_END}?regel={}", service.id(), other.from));
            let current = (other.from == version.from).then_some("true");
            view! { <li><a href=to aria-current=current>{name}</a></li> }
        })
        .collect::<Vec<_>>();
    (links.len() > 1).then(|| {
        view! {
            <nav class="voordeur-side" aria-label=td_string!(locale, desk.try_out.which)><ul role="list">{links}</ul></nav>
        }
    })
}

fn fields(staff: &Staff, service: &ServiceRules, version: &Version, form: &Form) -> impl IntoView + use<> {
    let locale = staff.locale;
    let municipality = access::municipality(&staff.organisation);
    let parameters = &version.rule.parameters;
    let fields = parameters
        .iter()
        .map(|(id, parameter)| field(locale, id, parameter, words::value_for(parameter, municipality), form))
        .collect_view();
    let none = parameters
        .is_empty()
        .then(|| view! { <p class="nl-paragraph">{td_string!(locale, desk.try_out.no_figures)}</p> });
    let tables = (!version.rule.tables.is_empty())
        .then(|| view! { <p class="nl-paragraph">{td_string!(locale, desk.try_out.tables)}</p> });
    let action = staff.href(&format!("/balie/diensten/{}{ROUTE_END}", service.id()));
    view! {
        <form method="post" action=action class="voordeur-card voordeur-stack voordeur-stack--wide">
            <h2 class="nl-heading nl-heading--level-2">{td_string!(locale, desk.try_out.figures)}</h2>
            {none}
            {tables}
            <input type="hidden" name="regel" value=version.from.to_string()/>
            <div class="voordeur-grid">{fields}</div>
            <div class="utrecht-button-group"><button class="nl-button nl-button--primary" type="submit">{td_string!(locale, desk.try_out.go)}</button></div>
        </form>
    }
}

fn field(locale: Locale, id: &str, parameter: &Parameter, now: &Figure, form: &Form) -> impl IntoView + use<> {
    let name = format!("{FIELD}{id}");
    let value = form.typed.get(id).cloned().unwrap_or_else(|| typed::written(locale, now, parameter.unit));
    let mistake = form.mistakes.iter().find(|(field, _)| field.as_deref() == Some(id)).map(|(_, words)| words.clone());
    let invalid = mistake.is_some();
    let described = if invalid { format!("{name}-fout {name}-nu") } else { format!("{name}-nu") };
    let mistake = mistake.map(|words| {
        view! {
            <div class="utrecht-form-field__error-message utrecht-form-field-error-message" id=format!("{name}-fout")>
                <span class="voordeur-icon-line">{ui::icon("alert")} <b>{words}</b></span>
            </div>
        }
    });
    let input = if parameter.unit == Unit::Flag {
        let option = |code: &'static str, words: &'static str| {
            view! { <option value=code selected={value == code}>{words}</option> }
        };
        view! {
            <select class="utrecht-select utrecht-select--html-select" id=name.clone() name=name.clone() aria-describedby=described>
                {option("ja", td_string!(locale, desk.service.yes))}
                {option("nee", td_string!(locale, desk.service.no))}
            </select>
        }
        .into_any()
    } else {
        let class = if invalid {
            "utrecht-textbox utrecht-textbox--html-input utrecht-textbox--invalid"
        } else {
            "utrecht-textbox utrecht-textbox--html-input"
        };
        view! {
            <input class=class id=name.clone() name=name.clone() value=value inputmode="decimal" autocomplete="off" maxlength="30"
                aria-describedby=described aria-invalid=invalid.then_some("true")/>
        }
        .into_any()
    };
    let class = if invalid { "utrecht-form-field utrecht-form-field--invalid" } else { "utrecht-form-field" };
    let now = words::figure(locale, now, parameter.unit);
    view! {
        <div class=class>
            <div class="utrecht-form-field__label"><label class="utrecht-form-label" for=name.clone()>{parameter.label.get(locale).to_owned()}</label></div>
            <div class="utrecht-form-field__description utrecht-form-field-description" id=format!("{name}-nu")>{td_string!(locale, desk.try_out.now, value = now)}</div>
            {mistake}
            <div class="utrecht-form-field__input">{input}</div>
        </div>
    }
}

fn result(staff: &Staff, version: &Version, answer: &Answer) -> impl IntoView + use<> {
    let locale = staff.locale;
    let today = staff.portal.clock.today();
    let municipality = access::municipality(&staff.organisation);
    let from = dates::date(locale, version.from);
    let changes: Vec<_> = answer
        .figures
        .iter()
        .filter_map(|(id, figure)| {
            let parameter = version.rule.parameters.get(id)?;
            let now = words::figure(locale, words::value_for(parameter, municipality), parameter.unit);
            let becomes = words::figure(locale, figure, parameter.unit);
            Some((parameter.label.get(locale).to_owned().into_any(), vec![now.into_any(), becomes.into_any()]))
        })
        .collect();
    let about = match (changes.is_empty(), version.covers(today)) {
        (true, _) => Some(td_string!(locale, desk.try_out.none_changed, from = from)),
        (false, false) => Some(td_string!(locale, desk.try_out.also_version, from = from)),
        (false, true) => None,
    };
    let changes = (!changes.is_empty()).then(|| {
        let heads = [
            td_string!(locale, desk.service.figure),
            td_string!(locale, desk.try_out.was),
            td_string!(locale, desk.try_out.becomes),
        ];
        view! {
            <h3 class="nl-heading nl-heading--level-3" id="veranderd">{td_string!(locale, desk.try_out.changes)}</h3>
            {ui::table("veranderd", heads.map(str::to_owned).to_vec(), changes)}
        }
    });
    let text = td_string!(locale, desk.try_out.result_text, on = dates::date(locale, answer.on));
    view! {
        <section class="voordeur-stack voordeur-stack--wide" aria-labelledby="uitkomst">
            <h2 class="nl-heading nl-heading--level-2" id="uitkomst">{td_string!(locale, desk.try_out.result)}</h2>
            <p class="nl-paragraph voordeur-measure">{text}</p>
            {about.map(|about| ui::alert(Tone::Info, view! { <p class="nl-paragraph">{about}</p> }))}
            {changes}
            {effect_view::effects(locale, &version.rule.amount, &answer.effects)}
        </section>
    }
}
