//! `/mijn/enquete/{about}`: how did it go? Three questions, of which one has to be answered.

use axum::{
    Form,
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde::Deserialize;

use super::{
    fields::{choice, field},
    look::usage,
    surveys::{self, Survey},
    typed::clean,
    wording,
};
use crate::{
    app::{Citizen, Page, Place},
    error::Error,
    ui::{self, Mistake, Tone},
    usage::activity,
};

const SATISFACTION: &str = "tevreden";
const EASY: &str = "makkelijk";
const BETTER: &str = "beter";
const LONGEST: usize = 2_000;

#[derive(Default, Deserialize)]
pub struct Typed {
    #[serde(default)]
    tevreden: String,
    #[serde(default)]
    makkelijk: String,
    #[serde(default)]
    beter: String,
}

/// One to five.
fn mark(text: &str) -> Option<i16> {
    text.parse().ok().filter(|mark| (1..=5).contains(mark))
}

pub async fn get(citizen: Citizen, Path(about): Path<String>) -> Result<Response, Error> {
    let mut scope = citizen.scope(usage(&citizen, activity::VIEW_FEEDBACK)).await?;
    let survey = surveys::find(scope.sql(), &about).await?.ok_or(Error::NotFound)?;
    scope.commit().await?;
    Ok(citizen.show(page(&citizen, &survey, &Typed::default(), &[])))
}

pub async fn post(citizen: Citizen, Path(about): Path<String>, Form(typed): Form<Typed>) -> Result<Response, Error> {
    let locale = citizen.locale;
    let mut scope = citizen.scope(usage(&citizen, activity::GIVE_FEEDBACK)).await?;
    let survey = surveys::find(scope.sql(), &about).await?.ok_or(Error::NotFound)?;
    let better = clean(&typed.beter);
    let count = better.chars().count();
    let mut mistakes = Vec::new();
    let satisfaction = mark(&typed.tevreden);
    if satisfaction.is_none() {
        let message = td_string!(locale, feedback.wrong_satisfaction).to_owned();
        mistakes.push(Mistake { field: SATISFACTION.into(), message });
    }
    if count > LONGEST {
        let message = td_string!(locale, feedback.wrong_long, most = LONGEST, count = count).to_string();
        mistakes.push(Mistake { field: BETTER.into(), message });
    }
    if let (Some(satisfaction), true) = (satisfaction, mistakes.is_empty()) {
        let better = Some(better.as_str()).filter(|text| !text.is_empty());
        let now = citizen.portal.clock.now();
        surveys::answer(scope.sql(), &about, satisfaction, mark(&typed.makkelijk), better, now).await?;
        scope.commit().await?;
        return Ok(Redirect::to(&citizen.href(&format!("/mijn/enquete/{about}"))).into_response());
    }
    scope.commit().await?;
    Ok(citizen.show(page(&citizen, &survey, &typed, &mistakes)))
}

fn page(citizen: &Citizen, survey: &Survey, typed: &Typed, mistakes: &[Mistake]) -> Page {
    let locale = citizen.locale;
    let title = td_string!(locale, feedback.survey);
    let status = if mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let body = if survey.answered {
        view! {
            <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
                <h1 class="nl-heading nl-heading--level-1">{title}</h1>
                {ui::alert(Tone::Ok, view! { <p class="nl-paragraph" role="status">{td_string!(locale, feedback.survey_thanks)}</p> })}
                <p><a class="nl-link voordeur-target" href=citizen.href("/mijn")>{td_string!(locale, shell.overview)}</a></p>
            </div>
        }
        .into_any()
    } else {
        let organisation = wording::organisation(citizen, &survey.organisation);
        let about = match survey.kind.as_str() {
            "complaint" => td_string!(
                locale,
                feedback.survey_complaint,
                organisation = organisation,
                reference = survey.about.as_str()
            )
            .to_string(),
            "correction" => td_string!(
                locale,
                feedback.survey_correction,
                organisation = organisation,
                reference = survey.about.as_str()
            )
            .to_string(),
            _ => {
                td_string!(locale, feedback.survey_case, organisation = organisation, reference = survey.about.as_str())
                    .to_string()
            }
        };
        let marks = |lowest: &'static str, highest: &'static str| {
            (1..=5)
                .map(|mark| {
                    let words = match mark {
                        1 => format!("1 ({lowest})"),
                        5 => format!("5 ({highest})"),
                        _ => mark.to_string(),
                    };
                    (mark.to_string(), words)
                })
                .collect::<Vec<_>>()
        };
        let satisfied = marks(td_string!(locale, feedback.not_satisfied), td_string!(locale, feedback.satisfied));
        let easy = marks(td_string!(locale, feedback.not_easy), td_string!(locale, feedback.easy));
        let optional = Some(td_string!(locale, feedback.optional).to_owned());
        let count = i64::try_from(mistakes.len()).unwrap_or(i64::MAX);
        let summary = (!mistakes.is_empty())
            .then(|| ui::error_summary(td_string!(locale, feedback.to_change, count = count).to_string(), mistakes));
        view! {
            <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
                {summary}
                {ui::heading(title.to_owned(), about)}
                <form class="utrecht-form voordeur-stack voordeur-stack--wide" method="post" action=citizen.href(&format!("/mijn/enquete/{}", survey.about)) novalidate>
                    {choice(field(SATISFACTION, td_string!(locale, feedback.satisfaction), None, mistakes), satisfied, &typed.tevreden)}
                    {choice(field(EASY, td_string!(locale, feedback.was_easy), optional.clone(), mistakes), easy, &typed.makkelijk)}
                    {field(BETTER, td_string!(locale, feedback.better), optional, mistakes).text(typed.beter.clone(), true, None)}
                    <p><button class="nl-button nl-button--primary" type="submit">{td_string!(locale, feedback.send)}</button></p>
                </form>
                <p class="nl-paragraph voordeur-measure">
                    {td_string!(locale, feedback.survey_off)} " "
                    <a class="nl-link" href=citizen.href("/mijn/voorkeuren")>{td_string!(locale, messages.preferences_link)}</a>
                </p>
            </div>
        }
        .into_any()
    };
    Page::new(title, Place::Elsewhere, body).status(status).under(td_string!(locale, shell.overview), "/mijn")
}
