//! No, later, after all, undo, and switching offers off and on. Each is one guarded change: a second click, or another window, finds
//! nothing to do and shows the page as it is now.

use std::collections::BTreeMap;

use axum::{
    Form,
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use jiff::{Span, civil::Date};
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    Reason, State, answers, case, check,
    find::after,
    list::usage,
    model::MessageKind,
    parts::under_offer,
    store::{self, Back, Choice, Kept, Worked},
    wording,
};
use crate::{
    app::{Citizen, Page, Place, Visit},
    database::Scope,
    error::Error,
    rules::{ServiceRules, model::Mode},
    ui::{self, Field, Mistake},
    usage::activity,
};

/// What a form sends.
pub type Typed = BTreeMap<String, String>;

/// A transaction in which the citizen chooses about a service.
pub(super) async fn begin(citizen: &Citizen, service: &ServiceRules) -> Result<Scope, Error> {
    let activity = activity::CHOOSE.based_on(&service.proactive.legal_basis);
    let groups = check::groups(citizen, &[service], citizen.portal.clock.today());
    citizen.portal.database.as_person(citizen.person, usage(citizen, activity, groups)).await
}

pub(super) fn service_of<'c>(citizen: &'c Citizen, id: &str) -> Result<&'c ServiceRules, Error> {
    citizen.portal.rules.service(id).ok_or(Error::NotFound)
}

/// The offer that an address names, of the acting person.
pub(super) async fn offer_of(scope: &mut Scope, service: &ServiceRules, name: &str) -> Result<Kept, Error> {
    let mine = store::mine(scope.sql(), 0).await?;
    if mine.conflict {
        return Err(Error::NotFound);
    }
    mine.named(service, name).cloned().ok_or(Error::NotFound)
}

fn to_page(citizen: &Citizen, service: &ServiceRules, kept: &Kept) -> Response {
    Redirect::to(&citizen.href(&wording::path(service, kept))).into_response()
}

/// No; a reason may come with it, or later.
pub async fn decline(
    citizen: Citizen,
    Path((id, name)): Path<(String, String)>,
    Form(typed): Form<Typed>,
) -> Result<Response, Error> {
    let service = service_of(&citizen, &id)?;
    let mut scope = begin(&citizen, service).await?;
    let kept = offer_of(&mut scope, service, &name).await?;
    let reason = typed.get("reden").and_then(|reason| Reason::from_text(reason));
    let choice = Choice { reason, ..Choice::new(&kept.offer, State::Declined, "declined", citizen.portal.clock.now()) };
    let declined = store::choose(scope.sql(), choice).await?;
    if let (None, Some(reason)) = (declined, reason) {
        store::explain_no(scope.sql(), &kept.offer, reason).await?;
    }
    scope.commit().await?;
    Ok(to_page(&citizen, service, &kept))
}

/// After a no: yes, show it again. The offer takes what the rule gives today; where it gives nothing any more, nothing changes.
pub async fn after_all(citizen: Citizen, Path((id, name)): Path<(String, String)>) -> Result<Response, Error> {
    let service = service_of(&citizen, &id)?;
    let (now, today) = (citizen.portal.clock.now(), citizen.portal.clock.today());
    let mut scope = begin(&citizen, service).await?;
    let kept = offer_of(&mut scope, service, &name).await?;
    let checks = check::check(scope.sql(), &citizen.portal.rules, &[service], citizen.person, today).await?;
    let check = checks.into_iter().next();
    if let Some((version, outcome)) = check.and_then(|check| check.version.zip(check.outcome))
        && kept.offer.state == State::Declined
        && outcome.eligible == Some(true)
        && outcome.period == Some(kept.offer.period)
    {
        let choice = Choice::new(&kept.offer, State::Offered, "after_all", now);
        if store::choose(scope.sql(), choice).await?.is_some() {
            let worked = Worked {
                outcome: &outcome,
                rule_from: version.from,
                rule_hash: &version.hash,
                expires_on: after(today, service.proactive.expires_after)?,
                on: today,
            };
            store::renew(scope.sql(), &kept.offer, &worked).await?;
        }
    }
    scope.commit().await?;
    Ok(to_page(&citizen, service, &kept))
}

/// A grant that is not wanted, within its days.
pub async fn undo(citizen: Citizen, Path((id, name)): Path<(String, String)>) -> Result<Response, Error> {
    let service = service_of(&citizen, &id)?;
    let mut scope = begin(&citizen, service).await?;
    let kept = offer_of(&mut scope, service, &name).await?;
    let choice = Choice {
        in_time: true,
        tell: Some((MessageKind::Undone, &service.service.organisation)),
        ..Choice::new(&kept.offer, State::Undone, "undone", citizen.portal.clock.now())
    };
    if store::choose(scope.sql(), choice).await?.is_some() {
        case::undo(&citizen.portal, &mut scope, &kept).await?;
    }
    scope.commit().await?;
    Ok(to_page(&citizen, service, &kept))
}

/// The page on which one chooses when to be asked again.
pub async fn later(citizen: Citizen, Path((id, name)): Path<(String, String)>) -> Result<Response, Error> {
    let service = service_of(&citizen, &id)?;
    let mut scope = begin(&citizen, service).await?;
    let mine = store::mine(scope.sql(), 0).await?;
    let kept = mine.named(service, &name).ok_or(Error::NotFound)?;
    scope.commit().await?;
    citizen.set_unread(mine.unread);
    if !kept.offer.state.is_open() || days_to_choose(&citizen, kept).is_none() {
        return Ok(to_page(&citizen, service, kept));
    }
    Ok(citizen.show(later_page(&citizen, service, kept, &Typed::new(), Vec::new())))
}

/// The first and the last day that one can be asked again; none when the time to choose is over before that.
fn days_to_choose(visit: &Visit, kept: &Kept) -> Option<(Date, Date)> {
    let first = visit.portal.clock.today().tomorrow().ok()?;
    (first <= kept.offer.expires_on).then_some((first, kept.offer.expires_on))
}

/// The days that are proposed: in a week and in a month, as far as there is time.
fn proposals(visit: &Visit, kept: &Kept) -> Vec<(&'static str, Date)> {
    let today = visit.portal.clock.today();
    let all = [("week", Span::new().weeks(1)), ("maand", Span::new().months(1))];
    let days = all.into_iter().filter_map(|(name, span)| Some((name, today.checked_add(span).ok()?)));
    days.filter(|(_, day)| *day <= kept.offer.expires_on).collect()
}

pub async fn postpone(
    citizen: Citizen,
    Path((id, name)): Path<(String, String)>,
    Form(typed): Form<Typed>,
) -> Result<Response, Error> {
    let service = service_of(&citizen, &id)?;
    let mut scope = begin(&citizen, service).await?;
    let kept = offer_of(&mut scope, service, &name).await?;
    let Some((first, last)) = days_to_choose(&citizen, &kept).filter(|_| kept.offer.state.is_open()) else {
        return Ok(to_page(&citizen, service, &kept));
    };
    let last_words = answers::in_words(&citizen, last);
    let locale = citizen.locale;
    let chosen = typed.get("wanneer").map(String::as_str).unwrap_or_default();
    let day = match chosen {
        "anders" => {
            let day = typed.get("dag").and_then(|text| answers::day(text));
            day.filter(|day| *day >= first && *day <= last).ok_or_else(|| Mistake {
                field: "dag".into(),
                message: td_string!(locale, offers.later_wrong, last = last_words).to_string(),
            })
        }
        name => {
            proposals(&citizen, &kept).into_iter().find(|(own, _)| *own == name).map(|(_, day)| day).ok_or_else(|| {
                let first = proposals(&citizen, &kept).first().map_or("anders", |(name, _)| *name);
                Mistake {
                    field: format!("wanneer-{first}").into(),
                    message: td_string!(locale, offers.later_none).to_owned(),
                }
            })
        }
    };
    let until = match day {
        Ok(day) => day,
        Err(mistake) => {
            return Ok(citizen.show(
                later_page(&citizen, service, &kept, &typed, vec![mistake]).status(StatusCode::UNPROCESSABLE_ENTITY),
            ));
        }
    };
    let choice = Choice {
        postponed_until: Some(until),
        in_time: true,
        ..Choice::new(&kept.offer, State::Postponed, "postponed", citizen.portal.clock.now())
    };
    store::choose(scope.sql(), choice).await?;
    scope.commit().await?;
    Ok(to_page(&citizen, service, &kept))
}

fn later_page(visit: &Visit, service: &ServiceRules, kept: &Kept, typed: &Typed, mistakes: Vec<Mistake>) -> Page {
    let locale = visit.locale;
    let path = wording::path(service, kept);
    let last = answers::in_words(visit, kept.offer.expires_on);
    let chosen = typed.get("wanneer").map(String::as_str).unwrap_or_default();
    let radio = |name: &'static str, label: String| {
        let id = format!("wanneer-{name}");
        view! {
            <div class="utrecht-form-field utrecht-form-field--radio">
                <div class="utrecht-form-field__input"><input class="utrecht-radio-button utrecht-radio-button--html-input" type="radio" id=id.clone() name="wanneer" value=name checked=chosen == name/></div>
                <div class="utrecht-form-field__label"><label class="utrecht-form-label utrecht-form-label--radio" for=id>{label}</label></div>
            </div>
        }
    };
    let proposals = proposals(visit, kept);
    let example = proposals.first().map_or(kept.offer.expires_on, |(_, day)| *day);
    let proposed = proposals
        .into_iter()
        .map(|(name, day)| {
            let date = answers::in_words(visit, day);
            let label = match name {
                "week" => td_string!(locale, offers.later_week, date = date).to_string(),
                _ => td_string!(locale, offers.later_month, date = date).to_string(),
            };
            radio(name, label)
        })
        .collect_view();
    let about_day = mistakes.iter().find(|mistake| mistake.field == "dag").map(|mistake| mistake.message.clone());
    let field = Field {
        id: "dag".to_owned(),
        label: td_string!(locale, offers.later_day).to_owned(),
        hint: Some(
            td_string!(locale, offers.later_hint, date = answers::typed_day(example), last = last.as_str()).to_string(),
        ),
        mistake: about_day,
    };
    let value = typed.get("dag").cloned().unwrap_or_default();
    let lead = td_string!(
        locale,
        offers.later_lead,
        service = wording::title(locale, service, Some(kept.offer.period)),
        date = last.as_str()
    )
    .to_string();
    let title = td_string!(locale, offers.later_title).to_owned();
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            {summary(visit, &mistakes)}
            {ui::heading(title.clone(), lead)}
            <form class="utrecht-form voordeur-stack voordeur-stack--wide" method="post" action=visit.href(&format!("{path}/later")) novalidate>
                <fieldset class="utrecht-form-fieldset utrecht-form-fieldset--html-fieldset">
                    <legend class="voordeur-visually-hidden">{title.clone()}</legend>
                    {proposed}
                    {radio("anders", td_string!(locale, offers.later_else).to_owned())}
                </fieldset>
                {field.text(value, false, Some("voordeur-short"))}
                <div class="utrecht-button-group">
                    <button class="nl-button nl-button--primary" type="submit">{td_string!(locale, offers.later_save)}</button>
                    <a class="nl-button nl-button--subtle" href=visit.href(&path)>{td_string!(locale, offers.back)}</a>
                </div>
            </form>
        </div>
    };
    let page = Page::new(title, Place::Offers, body);
    under_offer(page, visit, service, path, Some(kept.offer.period))
}

/// The list of mistakes above a form.
pub(super) fn summary(visit: &Visit, mistakes: &[Mistake]) -> Option<impl IntoView + use<>> {
    let count = i64::try_from(mistakes.len()).unwrap_or(i64::MAX);
    let title = td_string!(visit.locale, offers.to_change, count = count).to_string();
    (!mistakes.is_empty()).then(|| ui::error_summary(title, mistakes))
}

/// No offers of a service any more, or of none at all.
pub async fn switch_off(citizen: Citizen, Form(typed): Form<Typed>) -> Result<Response, Error> {
    let service = asked(&citizen, &typed)?;
    let usage = usage(&citizen, activity::CHOOSE, vec!["offers".to_owned()]);
    let mut scope = citizen.portal.database.as_person(citizen.person, usage).await?;
    store::switch_off(scope.sql(), &service, citizen.portal.clock.now()).await?;
    scope.commit().await?;
    Ok(Redirect::to(&citizen.href("/mijn/aanbod")).into_response())
}

/// The way back: what was kept back for it and still fits stands again.
pub async fn switch_on(citizen: Citizen, Form(typed): Form<Typed>) -> Result<Response, Error> {
    let asked = asked(&citizen, &typed)?;
    let portal = &citizen.portal;
    let (now, today) = (portal.clock.now(), portal.clock.today());
    let services: Vec<&ServiceRules> =
        portal.rules.services.iter().filter(|service| asked == "*" || service.id() == asked).collect();
    let usage = usage(&citizen, activity::CHOOSE, check::groups(&citizen, &services, today));
    let mut scope = portal.database.as_person(citizen.person, usage).await?;
    let checks = check::check(scope.sql(), &portal.rules, &services, citizen.person, today).await?;
    let mut back = Vec::new();
    for check in &checks {
        let proactive = &check.service.proactive;
        let Some(outcome) = check.outcome.as_ref().filter(|outcome| outcome.eligible == Some(true)) else { continue };
        let Some(period) = outcome.period else { continue };
        let (next, stands) = match proactive.mode {
            Mode::Grant => (State::Granted, proactive.undo_within.unwrap_or(proactive.expires_after)),
            Mode::Offer | Mode::Inform => (State::Offered, proactive.expires_after),
        };
        back.push(Back { service: check.service.id(), period, next, expires_on: after(today, stands)? });
    }
    store::switch_on(scope.sql(), &asked, &back, now).await?;
    scope.commit().await?;
    Ok(Redirect::to(&citizen.href("/mijn/aanbod")).into_response())
}

/// The service that a form names, or `*`.
fn asked(citizen: &Citizen, typed: &Typed) -> Result<String, Error> {
    let service = typed.get("dienst").map(String::as_str).unwrap_or_default();
    match service {
        "*" => Ok("*".to_owned()),
        id => Ok(service_of(citizen, id)?.id().to_owned()),
    }
}

/// An address that only takes forms, opened as a page: after logging in again, or from a bookmark.
pub async fn back_to_offer(citizen: Citizen, Path((id, name)): Path<(String, String)>) -> Result<Response, Error> {
    let service = service_of(&citizen, &id)?;
    if !name.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
        return Err(Error::NotFound);
    }
    Ok(Redirect::to(&citizen.href(&format!("/mijn/aanbod/{}/{name}", service.id()))).into_response())
}

pub async fn back_to_list(citizen: Citizen) -> Response {
    Redirect::to(&citizen.href("/mijn/aanbod")).into_response()
}
