//! `/mijn/gegevens` and `/mijn/gegevens/{register}`: what each register holds about me.

use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    Catalogue, Holding, Register, Standing,
    format::Wording,
    shown::{self, Before, Card, Correct, InDoubt, Item, Line},
    store::{self, Which},
};
use crate::{
    app::{Citizen, Page, Place, Visit},
    error::Error,
    ui,
    usage::{Role, Usage, activity},
};

/// A citizen looks at their own data.
pub(super) fn view_of(visit: &Visit, groups: Vec<String>) -> Usage {
    Usage {
        at: visit.portal.clock.now(),
        organisation: visit.portal.config.organisation.id.clone(),
        role: Role::Citizen,
        activity: activity::VIEW,
        groups,
    }
}

pub(super) fn wording<'a>(visit: &'a Visit, register: &'a Register) -> Wording<'a> {
    Wording { catalogue: &visit.portal.catalogue, register, keys: &visit.portal.keys, locale: visit.locale }
}

pub async fn registers(citizen: Citizen) -> Result<Response, Error> {
    let catalogue = &citizen.portal.catalogue;
    let connected: Vec<&str> = catalogue.connected().map(|register| register.id.as_str()).collect();
    let groups = connected.iter().map(|id| (*id).to_owned()).collect();
    let mut scope = citizen.look(view_of(&citizen, groups)).await?;
    let holdings = store::holdings(scope.sql(), citizen.person, &connected, Which::Holdings).await?;
    scope.commit().await?;
    Ok(citizen.show(registers_page(&citizen, &holdings)))
}

pub async fn register(citizen: Citizen, Path(id): Path<String>) -> Result<Response, Error> {
    let catalogue = &citizen.portal.catalogue;
    let register = catalogue.register(&id).filter(|register| register.connected).ok_or(Error::NotFound)?;
    let mut scope = citizen.look(view_of(&citizen, register.shown_groups())).await?;
    let mut holdings = store::holdings(scope.sql(), citizen.person, &[&id], Which::Everything).await?;
    scope.commit().await?;
    let holding = holdings.pop().filter(|holding| holding.standing != Standing::Void).ok_or(Error::NotFound)?;
    if holding.conflict {
        // Whose list this is, is not sure; the overview says what to do. Who logs in anew does not come this far.
        return Ok(Redirect::to(&citizen.href("/mijn")).into_response());
    }
    Ok(citizen.show(register_page(&citizen, register, &holding)))
}

fn registers_page(visit: &Visit, holdings: &[Holding]) -> Page {
    let locale = visit.locale;
    let catalogue = &visit.portal.catalogue;
    let (came, silent): (Vec<_>, Vec<_>) = catalogue
        .connected()
        .map(|register| (register, holdings.iter().find(|holding| holding.register == register.id)))
        .partition(|(_, holding)| holding.is_some_and(Holding::has_come));
    let connected =
        came.into_iter().map(|(register, holding)| connected_card(visit, catalogue, register, holding)).collect_view();
    let silent = (!silent.is_empty()).then(|| {
        let registers = silent.into_iter().map(|(register, holding)| silent_row(visit, register, holding)).collect_view();
        view! {
            <section class="voordeur-stack" aria-labelledby="niets-gekregen">
                <div class="voordeur-stack voordeur-stack--tight">
                    <h2 class="nl-heading nl-heading--level-2" id="niets-gekregen">{td_string!(locale, registered_data.silent)}</h2>
                    <p class="nl-paragraph voordeur-measure">{td_string!(locale, registered_data.silent_text)}</p>
                </div>
                <ul class="voordeur-card voordeur-card--flush voordeur-rows" role="list">{registers}</ul>
            </section>
        }
    });
    let not_connected = catalogue
        .registers
        .iter()
        .filter(|register| !register.connected)
        .map(|register| {
            view! {
                <li>
                    {ui::icon(&register.icon)}
                    <div class="voordeur-stack voordeur-stack--tight">
                        <b>{register.menu.get(locale).to_owned()}</b>
                        <p class="voordeur-subtle">
                            {register.about.get(locale).to_owned()} " "
                            {td_string!(locale, registered_data.held_by, holder = catalogue.organisation_name(&register.holder, locale))}
                        </p>
                    </div>
                </li>
            }
        })
        .collect_view();
    let title = td_string!(locale, registered_data.title);
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--sections">
            {ui::heading(title.to_owned(), td_string!(locale, registered_data.lead))}
            <section class="voordeur-stack" aria-labelledby="aangesloten">
                <h2 class="nl-heading nl-heading--level-2" id="aangesloten">{td_string!(locale, registered_data.connected)}</h2>
                <div class="voordeur-grid voordeur-grid--broad">{connected}</div>
            </section>
            {silent}
            <p><a class="nl-link voordeur-target" href=visit.href("/mijn/correcties")>{td_string!(locale, registered_data.your_corrections)} " " {ui::icon("arrow")}</a></p>
            <section class="voordeur-stack" aria-labelledby="niet-aangesloten">
                <div class="voordeur-stack voordeur-stack--tight">
                    <h2 class="nl-heading nl-heading--level-2" id="niet-aangesloten">{td_string!(locale, registered_data.not_connected)}</h2>
                    <p class="nl-paragraph voordeur-measure">{td_string!(locale, registered_data.not_connected_text)}</p>
                </div>
                <ul class="voordeur-card voordeur-card--flush voordeur-rows" role="list">{not_connected}</ul>
            </section>
        </div>
    };
    Page::new(title, Place::Data, body).under(td_string!(locale, shell.overview), "/mijn")
}

fn connected_card(
    visit: &Visit,
    catalogue: &Catalogue,
    register: &Register,
    holding: Option<&Holding>,
) -> impl IntoView + use<> {
    let locale = visit.locale;
    let holder = holder_of(register, holding);
    let holder = catalogue.organisation_name(holder, locale);
    let updated = match holding.and_then(|holding| shown::received(holding, locale)) {
        Some(date) => td_string!(locale, registered_data.updated, date = date).to_string(),
        None => td_string!(locale, registered_data.never_updated).to_owned(),
    };
    view! {
        <article class="voordeur-card voordeur-card--link voordeur-tile">
            {ui::icon(&register.icon)}
            <div class="voordeur-stack voordeur-stack--close">
                <h3 class="nl-heading nl-heading--level-3">
                    <a class="nl-link voordeur-link-quiet" href=visit.href(&format!("/mijn/gegevens/{}", register.id))>
                        {register.menu.get(locale).to_owned()}
                    </a>
                </h3>
                <p class="nl-paragraph">{register.about.get(locale).to_owned()}</p>
                <p class="voordeur-subtle">{register.name.get(locale).to_owned()}<br/>{td_string!(locale, registered_data.held_by, holder = holder)} " " {updated}</p>
            </div>
        </article>
    }
}

/// A register that is connected and said nothing about this person.
fn silent_row(visit: &Visit, register: &Register, holding: Option<&Holding>) -> impl IntoView + use<> {
    let locale = visit.locale;
    let holder = visit.portal.catalogue.organisation_name(holder_of(register, holding), locale);
    view! {
        <li>
            {ui::icon(&register.icon)}
            <div class="voordeur-stack voordeur-stack--tight">
                <b>
                    <a class="nl-link voordeur-link-quiet" href=visit.href(&format!("/mijn/gegevens/{}", register.id))>
                        {register.menu.get(locale).to_owned()}
                    </a>
                </b>
                <p class="voordeur-subtle">
                    {register.about.get(locale).to_owned()} " " {td_string!(locale, registered_data.held_by, holder = holder)}
                </p>
            </div>
        </li>
    }
}

fn holder_of<'a>(register: &'a Register, holding: Option<&'a Holding>) -> &'a str {
    holding.map_or(&register.holder, |holding| register.holder_for(&holding.holder))
}

fn register_page(visit: &Visit, register: &Register, holding: &Holding) -> Page {
    let locale = visit.locale;
    let holder = visit.portal.catalogue.organisation_in_sentence(register.holder_for(&holding.holder), locale);
    let named = |text: &super::Text| {
        let words = text.get(locale);
        match words.strip_prefix("{holder}") {
            Some(rest) => shown::capitalised(&holder) + &rest.replace("{holder}", &holder),
            None => words.replace("{holder}", &holder),
        }
    };
    let title = register.title.as_ref().unwrap_or(&register.name).get(locale).to_owned();
    let lead = register.intro.as_ref().map_or_else(|| register.about.get(locale).to_owned(), named);
    let updated = match shown::received(holding, locale) {
        Some(date) => td_string!(locale, registered_data.updated, date = date).to_string(),
        None => td_string!(locale, registered_data.never_updated).to_owned(),
    };
    let cards = if holding.has_come() {
        let cards = shown::cards(&wording(visit, register), holding);
        cards.into_iter().map(|card| card_view(visit, card)).collect_view().into_any()
    } else {
        let nothing = td_string!(locale, registered_data.nothing_received, holder = holder.as_str()).to_string();
        ui::empty("info", view! { <p class="nl-paragraph">{nothing}</p> }).into_any()
    };
    let correct = register.correct.as_ref().map(|text| {
        view! {
            <section class="voordeur-stack voordeur-stack--close" aria-labelledby="klopt-niet">
                <h2 class="nl-heading nl-heading--level-3" id="klopt-niet">{td_string!(locale, registered_data.not_right)}</h2>
                <p class="nl-paragraph voordeur-measure">{td_string!(locale, registered_data.not_right_how)} " " {named(text)}</p>
                <p><a class="nl-link voordeur-target" href=visit.href("/mijn/correcties")>{td_string!(locale, corrections.list_title)}</a></p>
            </section>
        }
    });
    let conflict =
        holding.conflict.then(|| ui::alert(ui::Tone::Warning, td_string!(locale, registered_data.conflict_text)));
    let body = view! {
        <div class="voordeur-wrap voordeur-split voordeur-split--side-first">
            {side_navigation(visit, &register.id)}
            <div class="voordeur-stack voordeur-stack--wide">
                <div class="voordeur-stack voordeur-stack--close">
                    <h1 class="nl-heading nl-heading--level-1">{title.clone()}</h1>
                    <p class="nl-paragraph nl-paragraph--lead voordeur-measure">{lead}</p>
                    <p class="voordeur-subtle">{updated}</p>
                    <p class="voordeur-cluster">
                        <a class="nl-link voordeur-target" href=visit.href("/mijn/inzage")>
                            {ui::icon("eye")} " " {td_string!(locale, shell.who_looked)}
                        </a>
                    </p>
                </div>
                {conflict}
                {cards}
                {correct}
            </div>
        </div>
    };
    Page::new(title, Place::Data, body)
        .under(td_string!(locale, shell.overview), "/mijn")
        .under(td_string!(locale, shell.data), "/mijn/gegevens")
}

/// Only what has a page; the list of registers names the others.
fn side_navigation(visit: &Visit, current: &str) -> impl IntoView + use<> {
    let links = visit
        .portal
        .catalogue
        .connected()
        .map(|register| {
            let href = visit.href(&format!("/mijn/gegevens/{}", register.id));
            let is_current = (register.id == current).then_some("page");
            view! { <li><a href=href aria-current=is_current>{register.menu.get(visit.locale).to_owned()}</a></li> }
        })
        .collect_view();
    let all = td_string!(visit.locale, registered_data.all_registers);
    view! {
        <nav class="voordeur-side voordeur-sticky" aria-label=td_string!(visit.locale, registered_data.registers)>
            <ul role="list">{links}<li><a href=visit.href("/mijn/gegevens")>{all}</a></li></ul>
        </nav>
    }
}

fn card_view(visit: &Visit, card: Card) -> AnyView {
    let lines = card.lines.into_iter().map(|line| line_view(visit, line)).collect_view();
    let labelled_by = card.id.clone();
    view! {
        <section class="voordeur-card voordeur-stack" aria-labelledby=labelled_by>
            <h2 class="nl-heading nl-heading--level-3" id=card.id>{card.title}</h2>
            <dl class="voordeur-values">{lines}</dl>
        </section>
    }
    .into_any()
}

fn line_view(visit: &Visit, line: Line) -> impl IntoView + use<> {
    let in_doubt = line.items.iter().any(|item| item.doubt.is_some());
    let class = if in_doubt { "voordeur-value voordeur-value--doubt" } else { "voordeur-value" };
    let (dutch, label) = (line.dutch, line.label.clone());
    let mut items: Vec<Item> = line.items;
    let items = if items.len() == 1 {
        items.pop().map(|item| item_view(visit, item, &label, dutch)).into_any()
    } else {
        let items = items.into_iter().map(|item| listed_item_view(visit, item, &label, dutch)).collect_view();
        view! { <dd><ul class="voordeur-stack voordeur-stack--close" role="list">{items}</ul></dd> }.into_any()
    };
    let earlier = (!line.earlier.is_empty()).then(|| earlier_view(visit, line.earlier, line.earlier_are_addresses));
    let add = line.add.map(|path| {
        let words = td_string!(visit.locale, registered_data.something_missing);
        view! { <dd><a class="nl-link voordeur-target" href=visit.href(&path)>{words}<span class="voordeur-visually-hidden">" " {label}</span></a></dd> }
    });
    view! {
        <div class=class id=line.id>
            <dt>{line.label}</dt>
            {items}
            {add}
            {earlier}
        </div>
    }
}

/// The way to have a value corrected, or to the request that runs; its name tells one link from the next.
fn correct_view(visit: &Visit, correct: Correct, label: &str, words: &str) -> impl IntoView + use<> {
    let (path, text) = match correct {
        Correct::Ask(path) => (path, td_string!(visit.locale, registered_data.not_right_link)),
        Correct::Follow(path) => (path, td_string!(visit.locale, registered_data.follow)),
    };
    let name = format!(" {label}: {words}");
    view! { <a class="nl-link" href=visit.href(&path)>{text}<span class="voordeur-visually-hidden">{name}</span></a> }
}

fn item_view(visit: &Visit, item: Item, label: &str, dutch: bool) -> impl IntoView + use<> {
    let correct = correct_view(visit, item.correct, label, &item.words);
    let words = words_view(visit, item.words, item.is_ending);
    let doubt = item.doubt.map(|doubt| view! { <dd>{doubt_view(doubt)}</dd> });
    view! {
        <dd class="voordeur-value__main" lang=dutch.then_some("nl")>{words}</dd>
        {doubt}
        <dd class="voordeur-value__source">{item.source}</dd>
        <dd class="voordeur-value__act">{correct}</dd>
    }
}

/// One of several: the second child, the second nationality.
fn listed_item_view(visit: &Visit, item: Item, label: &str, dutch: bool) -> impl IntoView + use<> {
    let correct = correct_view(visit, item.correct, label, &item.words);
    let words = words_view(visit, item.words, item.is_ending);
    let doubt = item.doubt.map(|doubt| view! { <p>{doubt_view(doubt)}</p> });
    view! {
        <li>
            <p class="voordeur-value__main" lang=dutch.then_some("nl")>{words}</p>
            {doubt}
            <p class="voordeur-value__source">{item.source}</p>
            <p class="voordeur-value__act">{correct}</p>
        </li>
    }
}

/// Of a number only its end, as one recognises one's own.
fn words_view(visit: &Visit, words: String, is_ending: bool) -> AnyView {
    if !is_ending {
        return words.into_any();
    }
    let ending = td_string!(visit.locale, registered_data.ends_in, digits = words.as_str()).to_string();
    view! {
        <span aria-hidden="true">"••••••• " {words}</span>
        <span class="voordeur-visually-hidden">{ending}</span>
    }
    .into_any()
}

fn doubt_view(doubt: InDoubt) -> impl IntoView {
    view! {
        <span class="voordeur-due voordeur-due--soon">{ui::icon("search")} " " {doubt.what}</span>
        <br/>
        {doubt.meaning}
    }
}

fn earlier_view(visit: &Visit, earlier: Vec<Before>, addresses: bool) -> impl IntoView + use<> {
    let locale = visit.locale;
    let count = i64::try_from(earlier.len()).unwrap_or(i64::MAX);
    let summary = match addresses {
        true => td_string!(locale, registered_data.earlier_addresses, count = count).to_string(),
        false => td_string!(locale, registered_data.earlier_values, count = count).to_string(),
    };
    let items = earlier
        .into_iter()
        .map(|before| view! { <li class="utrecht-unordered-list__item">{before.words} ": " {before.period}</li> })
        .collect_view();
    view! {
        <dd>
            <details class="voordeur-more">
                <summary>{summary}</summary>
                <ul class="utrecht-unordered-list">{items}</ul>
            </details>
        </dd>
    }
}
