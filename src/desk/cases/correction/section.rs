//! On the page of a case: the value, what is asked and the evidence side by side, what was before, and who uses it.

use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    super::{documents, page, page::Loaded},
    Asked,
};
use crate::{
    app::Staff,
    corrections::{self, Action, InWords, State, Values, Way},
    documents::Origin,
    i18n::Locale,
    ui::{self, Tone},
};

/// Attributes in words, below each other.
pub fn rows(words: &InWords<'_>, values: &Values) -> AnyView {
    let rows = words.rows(values).into_iter().map(|(label, value)| {
        view! { <div class="voordeur-value"><dt>{label}</dt><dd class="voordeur-value__main">{value}</dd></div> }
    });
    view! { <dl class="voordeur-values">{rows.collect_view()}</dl> }.into_any()
}

pub fn cell(title: &'static str, body: AnyView) -> AnyView {
    view! {
        <div class="voordeur-stack voordeur-stack--close">
            <h3 class="nl-heading nl-heading--level-4">{title}</h3>
            {body}
        </div>
    }
    .into_any()
}

/// What was asked for, in words.
pub fn asked_for(staff: &Staff, asked: &Asked, words: &InWords<'_>) -> AnyView {
    let correction = &asked.correction;
    let plain = |words: &'static str| view! { <p class="nl-paragraph">{words}</p> }.into_any();
    match correction {
        _ if correction.proposed.is_empty() => plain(td_string!(staff.locale, desk_corrections.only_explained)),
        _ if correction.asks_removal() => plain(td_string!(staff.locale, desk_corrections.should_go)),
        _ => rows(words, &correction.with(&correction.proposed)),
    }
}

/// What stood when it was asked, or that nothing did.
pub fn stood(staff: &Staff, asked: &Asked, words: &InWords<'_>) -> AnyView {
    match &asked.correction.registered {
        Some(values) => rows(words, values),
        None => {
            let words = td_string!(staff.locale, desk_corrections.nothing_stood);
            view! { <p class="nl-paragraph">{words}</p> }.into_any()
        }
    }
}

pub fn section(staff: &Staff, loaded: &Loaded) -> Option<AnyView> {
    let locale = staff.locale;
    let asked = loaded.correction.as_ref()?;
    let words = InWords::of(staff, &asked.correction)?;
    let correction = &asked.correction;
    let came_out = correction.decided.as_ref().map(|values| {
        let title = match loaded.case.stage.is_open() {
            true => td_string!(locale, desk_corrections.would_become),
            false => td_string!(locale, desk_corrections.becomes),
        };
        let body = match values.values().all(String::is_empty) && !values.is_empty() {
            true => view! { <p class="nl-paragraph">{td_string!(locale, desk_corrections.goes)}</p> }.into_any(),
            false => rows(&words, &correction.with(values)),
        };
        cell(title, body)
    });
    let body = view! {
        <div class="voordeur-stack">
            <div class="voordeur-cluster">
                <span class="nl-data-badge">{state(locale, correction.state)}</span>
                <span class="voordeur-subtle">{words.register.name.get(locale).to_owned()}</span>
            </div>
            {other_holder(staff, loaded, asked)}
            <div class="voordeur-compare">
                {cell(td_string!(locale, desk_corrections.stood), stood(staff, asked, &words))}
                {cell(td_string!(locale, desk_corrections.asked), asked_for(staff, asked, &words))}
                {cell(td_string!(locale, desk_corrections.evidence), evidence(staff, loaded, asked))}
                {came_out}
            </div>
            {history(staff, asked, &words)}
            {users(staff, &words)}
        </div>
    }
    .into_any();
    Some(page::section("correctie", td_string!(locale, desk_corrections.title), body))
}

/// How it stands, as staff say it.
pub fn state(locale: Locale, state: State) -> &'static str {
    match state {
        State::Submitted => td_string!(locale, desk_corrections.state_submitted),
        State::Received => td_string!(locale, desk_corrections.state_received),
        State::InformationNeeded => td_string!(locale, desk_corrections.state_information_needed),
        State::UnderInvestigation => td_string!(locale, desk_corrections.state_under_investigation),
        State::Honoured => td_string!(locale, desk_corrections.state_honoured),
        State::PartlyHonoured => td_string!(locale, desk_corrections.state_partly_honoured),
        State::Refused => td_string!(locale, desk_corrections.state_not_honoured),
        State::Referred => td_string!(locale, desk_corrections.state_referred),
        State::Withdrawn => td_string!(locale, desk_corrections.state_withdrawn),
    }
}

/// That this organisation does not answer for the value.
fn other_holder(staff: &Staff, loaded: &Loaded, asked: &Asked) -> Option<AnyView> {
    let running = asked.correction.state.is_running();
    let theirs =
        running && corrections::way(&staff.portal, &asked.correction, &loaded.case.organisation) == Way::NotTheirs;
    theirs.then(|| {
        let words = td_string!(staff.locale, desk_corrections.not_yours);
        ui::alert(Tone::Warning, view! { <p class="nl-paragraph">{words}</p> }).into_any()
    })
}

/// What the citizen explained, and the files that came from them.
fn evidence(staff: &Staff, loaded: &Loaded, asked: &Asked) -> AnyView {
    let locale = staff.locale;
    let text = asked.explanation.text.as_str();
    let explained = match text {
        "" => view! { <p class="voordeur-subtle">{td_string!(locale, desk_corrections.no_explanation)}</p> }.into_any(),
        text => view! { <p class="nl-paragraph voordeur-said">{text.to_owned()}</p> }.into_any(),
    };
    let files: Vec<AnyView> = loaded
        .documents
        .iter()
        .filter(|document| document.origin == Origin::Citizen)
        .map(|document| {
            let href = documents::href(staff, &loaded.case, document);
            view! { <li><a class="nl-link voordeur-target" href=href>{document.name.clone()}</a></li> }.into_any()
        })
        .collect();
    let files = match files.is_empty() {
        true => view! { <p class="voordeur-subtle">{td_string!(locale, desk_corrections.no_files)}</p> }.into_any(),
        false => view! { <ul role="list">{files}</ul> }.into_any(),
    };
    view! { {explained} {files} }.into_any()
}

/// What the register says now, where it is another thing by now, and what it said before.
fn history(staff: &Staff, asked: &Asked, words: &InWords<'_>) -> Option<AnyView> {
    let locale = staff.locale;
    let correction = &asked.correction;
    let records = asked.holding.iter().flat_map(|holding| &holding.records);
    let mut versions: Vec<_> =
        records.filter(|record| record.kind == correction.kind && record.object == correction.object).collect();
    versions.sort_by_key(|record| record.version);
    if versions.is_empty() {
        return None;
    }
    let items = versions
        .into_iter()
        .map(|record| {
            let when = match record.version {
                0 if record.doubt.is_some() => td_string!(locale, desk_corrections.now_in_doubt),
                0 => td_string!(locale, desk_corrections.now),
                _ => td_string!(locale, desk_corrections.before),
            };
            let since = record
                .valid_from
                .map(|date| td_string!(locale, desk_corrections.since, date = date.in_words(locale)).to_string());
            let rests_on = record
                .document
                .clone()
                .filter(|document| !document.trim().is_empty())
                .map(|document| td_string!(locale, desk_corrections.rests_on, document = document).to_string());
            let about = [since, rests_on].into_iter().flatten().collect::<Vec<_>>().join(" ");
            view! {
                <li class="voordeur-stack voordeur-stack--close">
                    <p class="nl-paragraph"><b>{when}</b> " " <span class="voordeur-subtle">{about}</span></p>
                    {rows(words, &record.values)}
                </li>
            }
            .into_any()
        })
        .collect_view();
    Some(
        view! {
            <details class="voordeur-more">
                <summary>{td_string!(locale, desk_corrections.history)}</summary>
                <ul class="voordeur-stack" role="list">{items}</ul>
            </details>
        }
        .into_any(),
    )
}

/// The services that use such a value, of anybody: what this person has of them is not the holder's to see.
fn users(staff: &Staff, words: &InWords<'_>) -> Option<AnyView> {
    let locale = staff.locale;
    let today = staff.portal.clock.today();
    let services = corrections::services_using(&staff.portal.rules, words.register, words.kind, words.value, today);
    if services.is_empty() {
        return None;
    }
    let items = services
        .into_iter()
        .map(|service| {
            let organisation = staff.portal.catalogue.organisation_name(&service.service.organisation, locale);
            view! { <li>{service.service.name.get(locale).to_owned()} ", " {organisation}</li> }
        })
        .collect_view();
    Some(
        view! {
            <details class="voordeur-more">
                <summary>{td_string!(locale, desk_corrections.users)}</summary>
                <p class="nl-paragraph">{td_string!(locale, desk_corrections.users_text)}</p>
                <ul role="list">{items}</ul>
            </details>
        }
        .into_any(),
    )
}

/// What can be done with a correction now, besides what can be done with any case.
pub fn actions(staff: &Staff, loaded: &Loaded, asked: &Asked) -> Vec<AnyView> {
    let locale = staff.locale;
    let case = &loaded.case;
    let button = |act: &str, words: &'static str, class| page::button(staff, case, act, words, class);
    let mut actions = Vec::new();
    if asked.allows(Action::Receive) {
        actions.push(button("ontvangen", td_string!(locale, desk_corrections.act_receive), "primary"));
    }
    if asked.allows(Action::Refuse) {
        let href = staff.href(&format!("/balie/zaken/{}/correctie", case.reference));
        let words = td_string!(locale, desk_corrections.act_decide);
        actions.push(view! { <p><a class="nl-button nl-button--primary" href=href>{words}</a></p> }.into_any());
    }
    if asked.allows(Action::Investigate) {
        let words = match asked.correction.state {
            State::InformationNeeded => td_string!(locale, desk_corrections.act_go_on),
            _ => td_string!(locale, desk_corrections.act_investigate),
        };
        actions.push(button("onderzoeken", words, "secondary"));
    }
    actions
}
