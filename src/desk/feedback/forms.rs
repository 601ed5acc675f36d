//! `/balie/feedback/{reference}/{act}`: a form or a button; what was typed is kept when it will not do.

use axum::{
    Form,
    extract::{Path, Query},
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde::Deserialize;

use super::{
    answers, look,
    page::{self, Loaded, Told},
    refused,
    sheet::Sheet,
    timeline,
};
use crate::{
    app::{Page, Place, Staff},
    desk::cases::field::{Typed, typed},
    error::Error,
    feedback::{self, Act, By, Event, Feedback, Happening, Kind, Outcome, Refused},
    ui::{self, Mistake, Tone},
};

#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    uitkomst: String,
}

pub async fn get(
    staff: Staff,
    Path((reference, act)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    if button(&act).is_some() {
        // Where a button was pressed there is nothing to see.
        return Ok(Redirect::to(&staff.href(&format!("/balie/feedback/{reference}"))).into_response());
    }
    let sheet = Sheet::from_path(&act).ok_or(Error::NotFound)?;
    let loaded = page::load(&staff, &reference).await?;
    let outcome = Outcome::from_text(&asked.uitkomst);
    if sheet == Sheet::Answer && loaded.feedback.kind == Kind::Complaint && outcome.is_none() {
        return Ok(staff.show(choose(&staff, &loaded)));
    }
    let form = sheet.empty(&loaded, outcome);
    Ok(staff.show(form_page(&staff, &loaded, sheet, &form, &[], None)))
}

/// What is done with one press.
fn button(act: &str) -> Option<Act> {
    match act {
        "nemen" => Some(Act::Take),
        "teruggeven" => Some(Act::Release),
        _ => None,
    }
}

pub async fn post(
    staff: Staff,
    Path((reference, act)): Path<(String, String)>,
    Form(form): Form<Typed>,
) -> Result<Response, Error> {
    if let Some(act) = button(&act) {
        return press(staff, &reference, act).await;
    }
    let sheet = Sheet::from_path(&act).ok_or(Error::NotFound)?;
    let saw: i32 = typed(&form, "versie").parse().map_err(|_| Error::BadRequest)?;
    let feedback = look::before(&staff, &reference).await?;
    let acts = match sheet.read(&staff, &feedback, &form) {
        Ok(acts) => acts,
        Err(mistakes) => {
            let loaded = page::load(&staff, &reference).await?;
            let page = form_page(&staff, &loaded, sheet, &form, &mistakes, None);
            return Ok(staff.show(page.status(StatusCode::UNPROCESSABLE_ENTITY)));
        }
    };
    match change(&staff, &reference, &acts, Some(saw)).await? {
        Ok(_) => Ok(done(&staff, &reference, sheet)),
        Err(why) => {
            let loaded = page::load(&staff, &reference).await?;
            let since: Vec<&Event> = loaded.events.iter().filter(|event| event.sequence > saw).collect();
            if matches!(why, Refused::Changed) && is_same(&staff, &since, &acts) {
                return Ok(done(&staff, &reference, sheet));
            }
            let why = refused::words(staff.locale, why)?;
            let page = form_page(&staff, &loaded, sheet, &form, &[], Some((why, saw)));
            Ok(staff.show(page.status(StatusCode::CONFLICT)))
        }
    }
}

fn done(staff: &Staff, reference: &str, sheet: Sheet) -> Response {
    let to = match sheet {
        // Its page is another organisation's now.
        Sheet::PassOn => "/balie/reacties?gedaan=doorgestuurd".to_owned(),
        _ => format!("/balie/feedback/{reference}?gedaan={}", sheet.path()),
    };
    Redirect::to(&staff.href(&to)).into_response()
}

/// Whether what happened since is what was asked: the same form, sent twice.
fn is_same(staff: &Staff, since: &[&Event], acts: &[Act]) -> bool {
    since.len() == acts.len()
        && since
            .iter()
            .zip(acts)
            .all(|(event, act)| event.clerk.as_deref() == Some(&staff.name) && says(act, &event.what))
}

fn says(act: &Act, what: &Happening) -> bool {
    match (act, what) {
        (Act::Note { text }, Happening::Noted { text: said })
        | (Act::Ask { text }, Happening::Asked { text: said })
        | (Act::Hear { text }, Happening::Heard { text: said })
        | (Act::Begin { text }, Happening::Begun { text: said })
        | (Act::Plan { text, .. }, Happening::Planned { text: said })
        | (Act::Decline { text }, Happening::Declined { text: said })
        | (Act::Finish { text, .. }, Happening::Finished { text: said, .. })
        | (Act::Extend { words: text, .. }, Happening::Extended { words: said, .. }) => text == said,
        (Act::Answer { outcome, text }, Happening::Answered { outcome: came_out, text: said }) => {
            (outcome, text) == (came_out, said)
        }
        (Act::Categorise { category }, Happening::Categorised { category: chosen }) => category == chosen,
        (Act::Review { owner, promised_on }, Happening::Reviewed { owner: named, promised_on: by }) => {
            (owner, promised_on) == (named, by)
        }
        (Act::Merge { into }, Happening::Merged { into: other }) => into == other,
        (Act::Moderate { .. }, Happening::Moderated) | (Act::Publish, Happening::Published { .. }) => true,
        _ => false,
    }
}

/// Does it, in a transaction of its own; a refusal leaves everything as it was.
async fn change(
    staff: &Staff,
    reference: &str,
    acts: &[Act],
    mut saw: Option<i32>,
) -> Result<Result<Feedback, Refused>, Error> {
    let (mut scope, mut held) = look::hold(staff, reference).await?;
    let mut last = None;
    for act in acts {
        let by = By::staff(staff.portal.clock.now(), &staff.id, &staff.name, saw.take());
        let id = held.id;
        match feedback::change(&staff.portal, &mut scope, held, act.clone(), by).await {
            Ok(changed) => last = Some(changed),
            Err(Refused::Error(error)) => return Err(error),
            Err(refused) => return Ok(Err(refused)),
        }
        held = feedback::store::hold(scope.sql(), id).await?.ok_or(Error::NotFound)?;
    }
    scope.commit().await?;
    Ok(Ok(last.ok_or(Error::BadRequest)?))
}

async fn press(staff: Staff, reference: &str, act: Act) -> Result<Response, Error> {
    let done = if act == Act::Take { "nemen" } else { "teruggeven" };
    let refused = change(&staff, reference, std::slice::from_ref(&act), None).await?.err();
    let to = staff.href(&format!("/balie/feedback/{reference}?gedaan={done}"));
    let Some(refused) = refused else { return Ok(Redirect::to(&to).into_response()) };
    let loaded = page::load(&staff, reference).await?;
    // Twice is once.
    let mine = loaded.feedback.taken_by.as_deref() == Some(&staff.id);
    if act == Act::Take && mine || act == Act::Release && loaded.feedback.taken_by.is_none() {
        return Ok(Redirect::to(&to).into_response());
    }
    let words = refused::words(staff.locale, refused)?;
    Ok(staff.show(page::page(&staff, &loaded, Some(Told::Refused(words))).status(StatusCode::CONFLICT)))
}

/// Which outcome an answer to a complaint has.
fn choose(staff: &Staff, loaded: &Loaded) -> Page {
    let locale = staff.locale;
    let title = td_string!(locale, desk_feedback.act_answer);
    let items = Outcome::ALL
        .into_iter()
        .map(|outcome| {
            let href = staff.href(&format!(
                "/balie/feedback/{}/antwoord?uitkomst={}",
                loaded.feedback.reference,
                outcome.as_str()
            ));
            view! { <li>{ui::icon("file")} <div><a class="nl-link voordeur-target" href=href><b>{answers::outcome_name(locale, outcome)}</b></a></div></li> }
        })
        .collect_view();
    let body = view! {
        {ui::heading(title.to_owned(), td_string!(locale, desk_feedback.choose_outcome))}
        <ul class="voordeur-card voordeur-card--flush voordeur-rows" role="list">{items}</ul>
    }
    .into_any();
    around(staff, loaded, title, &[], None, body)
}

fn form_page(
    staff: &Staff,
    loaded: &Loaded,
    sheet: Sheet,
    form: &Typed,
    mistakes: &[Mistake],
    refused: Option<(String, i32)>,
) -> Page {
    let locale = staff.locale;
    let (title, lead, go) = sheet.texts(locale);
    let own = format!("/balie/feedback/{}", loaded.feedback.reference);
    let body = view! {
        {ui::heading(title.to_owned(), lead)}
        <form method="post" action=staff.href(&format!("{own}/{}", sheet.path())) class="voordeur-card voordeur-stack" novalidate>
            <input type="hidden" name="versie" value=loaded.feedback.version/>
            {sheet.fields(staff, loaded, form, mistakes)}
            <div class="utrecht-button-group">
                <button class="nl-button nl-button--primary" type="submit">{go}</button>
                <a class="nl-button nl-button--subtle" href=staff.href(&own)>{td_string!(locale, desk_feedback.back)}</a>
            </div>
        </form>
        {page::said(staff, loaded)}
    }
    .into_any();
    around(staff, loaded, title, mistakes, refused, body)
}

/// What is wrong first, and what changed since the clerk last looked.
fn around(
    staff: &Staff,
    loaded: &Loaded,
    title: &'static str,
    mistakes: &[Mistake],
    refused: Option<(String, i32)>,
    body: AnyView,
) -> Page {
    let locale = staff.locale;
    let summary =
        (!mistakes.is_empty()).then(|| ui::error_summary(td_string!(locale, desk_cases.wrong).to_owned(), mistakes));
    let refused = refused.map(|(why, saw)| {
        // Each change is a line, numbered as the versions are.
        let since: Vec<&Event> = loaded.events.iter().filter(|event| event.sequence > saw).collect();
        let since = (!since.is_empty()).then(|| {
            view! {
                <section class="voordeur-card voordeur-card--attention voordeur-stack" aria-labelledby="intussen">
                    <h2 class="nl-heading nl-heading--level-3" id="intussen">{td_string!(locale, desk_cases.meanwhile)}</h2>
                    {timeline::view(staff, &since)}
                </section>
            }
        });
        view! {
            <div role="alert">{ui::alert(Tone::Warning, view! { <p class="nl-paragraph">{why}</p> })}</div>
            {since}
        }
    });
    let name = view! { <p class="nl-paragraph"><b>{page::title(staff, &loaded.feedback)}</b></p> }.into_any();
    let reference = loaded.feedback.reference.clone();
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            {summary}
            {refused}
            {page::head(staff, loaded, name)}
            {body}
        </div>
    };
    Page::new(format!("{title}: {reference}"), Place::DeskFeedback, body)
        .under(td_string!(locale, desk.title), "/balie")
        .under(td_string!(locale, desk_feedback.title), "/balie/reacties")
        .under(reference.clone(), format!("/balie/feedback/{reference}"))
}
