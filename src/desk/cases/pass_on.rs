//! `/balie/zaken/{reference}/doorsturen`: a case goes to the organisation that it is for (Awb 2:3).

use axum::{
    Form,
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    act,
    field::{Field, Typed, mistake, typed},
    forms,
    page::{self, Loaded},
    refused,
};
use crate::{
    app::{Page, Staff},
    cases::{Act, Event, Happening},
    error::Error,
    ui::{self, Mistake},
};

/// The last part of its address, and what the queue is told afterwards.
pub const PATH: &str = "doorsturen";

/// The field with the organisation's id.
const RECEIVER: &str = "naar";

pub async fn get(staff: Staff, Path(reference): Path<String>) -> Result<Response, Error> {
    let loaded = page::load(&staff, &reference).await?;
    Ok(staff.show(form_page(&staff, &loaded, &Typed::new(), &[], None)))
}

pub async fn post(staff: Staff, Path(reference): Path<String>, Form(form): Form<Typed>) -> Result<Response, Error> {
    let saw = act::version(&form)?;
    let act = match read(&staff, &form) {
        Ok(act) => act,
        Err(mistakes) => {
            let loaded = page::load(&staff, &reference).await?;
            let page = form_page(&staff, &loaded, &form, &mistakes, None);
            return Ok(staff.show(page.status(StatusCode::UNPROCESSABLE_ENTITY)));
        }
    };
    match act::change(&staff, &reference, act, Some(saw)).await? {
        // Its page is another organisation's now.
        Ok(_) => Ok(Redirect::to(&staff.href(&format!("/balie/zaken?gedaan={PATH}"))).into_response()),
        Err(why) => {
            let why = refused::words(staff.locale, why)?;
            let loaded = page::load(&staff, &reference).await?;
            let page = form_page(&staff, &loaded, &form, &[], Some((why, saw)));
            Ok(staff.show(page.status(StatusCode::CONFLICT)))
        }
    }
}

fn read(staff: &Staff, form: &Typed) -> Result<Act, Vec<Mistake>> {
    let locale = staff.locale;
    let mut mistakes = Vec::new();
    let organisation = typed(form, RECEIVER);
    if !staff.portal.catalogue.is_receiver(organisation) {
        mistakes.push(mistake(RECEIVER, td_string!(locale, desk_cases.receiver_none)));
    } else if organisation == staff.organisation {
        mistakes.push(mistake(RECEIVER, td_string!(locale, desk_cases.receiver_wrong)));
    }
    let words = forms::words(locale, form, &mut mistakes);
    if mistakes.is_empty() { Ok(Act::PassOn { organisation: organisation.to_owned(), words }) } else { Err(mistakes) }
}

/// Every organisation but one's own, by name.
pub fn receivers(staff: &Staff) -> Vec<(&'static str, Vec<(String, String)>)> {
    let (locale, catalogue) = (staff.locale, &staff.portal.catalogue);
    let others = |id: &&String| **id != staff.organisation && catalogue.is_receiver(id);
    let mut organisations: Vec<(String, String)> = catalogue
        .organisations
        .keys()
        .filter(others)
        .map(|id| (id.clone(), catalogue.organisation_name(id, locale)))
        .collect();
    organisations.sort_by(|(_, a), (_, b)| a.cmp(b));
    let municipalities = catalogue.tables.present_municipalities().into_iter();
    let municipalities = municipalities
        .map(|(code, name)| (format!("gemeente-{code}"), name.to_owned()))
        .filter(|(id, _)| *id != staff.organisation)
        .collect();
    vec![
        (td_string!(locale, desk_cases.organisations), organisations),
        (td_string!(locale, desk_cases.municipalities), municipalities),
    ]
}

fn form_page(
    staff: &Staff,
    loaded: &Loaded,
    form: &Typed,
    mistakes: &[Mistake],
    refused: Option<(String, i32)>,
) -> Page {
    let locale = staff.locale;
    let title = td_string!(locale, desk_cases.act_pass_on);
    let case = &loaded.case;
    let receiver = Field { id: RECEIVER, label: td_string!(locale, desk_cases.receiver), hint: None, mistakes }
        .of_many(receivers(staff), typed(form, RECEIVER));
    let hint = Some(td_string!(locale, desk_cases.reason_hint).to_owned());
    let why =
        Field { id: "nl", label: td_string!(locale, desk_cases.reason), hint, mistakes }.lines(typed(form, "nl"), 4);
    let hint = Some(td_string!(locale, desk_cases.english_hint).to_owned());
    let english = Field { id: "en", label: td_string!(locale, desk_cases.english), hint, mistakes };
    let english = english.lines(typed(form, "en"), 3);
    let body = view! {
        {ui::heading(title.to_owned(), td_string!(locale, desk_cases.pass_on_lead))}
        <form method="post" action=staff.href(&format!("/balie/zaken/{}/{PATH}", case.reference)) class="voordeur-card voordeur-stack" novalidate>
            <input type="hidden" name="versie" value=case.version/>
            {receiver}
            {why}
            {english}
            <div class="utrecht-button-group">
                <button class="nl-button nl-button--primary" type="submit">{td_string!(locale, desk_cases.pass_on_go)}</button>
                <a class="nl-button nl-button--subtle" href=staff.href(&format!("/balie/zaken/{}", case.reference))>{td_string!(locale, desk_cases.back)}</a>
            </div>
        </form>
    }
    .into_any();
    forms::sheet(staff, loaded, title.to_owned(), mistakes, refused, body)
}

/// What the organisation that had a case before kept for itself is not the next one's to read; what it did, it did under its own name.
pub fn only_own(events: &mut Vec<Event>, name: impl Fn(&str) -> String) {
    let passed = |event: &Event| matches!(event.what, Happening::PassedOn { .. });
    let Some(last) = events.iter().rposition(passed) else { return };
    let mut place = 0;
    events.retain(|event| {
        place += 1;
        place > last || !event.what.is_internal()
    });
    let mut next = None;
    for event in events.iter_mut().rev() {
        if let Happening::PassedOn { from, .. } = &event.what {
            next = Some(name(from));
        }
        if event.clerk.is_some() || event.actor == crate::cases::Actor::Organisation {
            event.clerk = next.clone().or_else(|| event.clerk.take());
        }
    }
}
