//! `/balie/inzichten/thema`: what was said about a theme, from which an improvement starts. Nobody's data are on it.

use axum::{
    Form,
    extract::Query,
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde::Deserialize;

use super::{
    improvements::{self, Typed},
    model::{Item, Theme},
    page, store,
};
use crate::{
    app::{Page, Place, Staff},
    cases::new_id,
    clock,
    error::Error,
    feedback::Kind,
    ui::{self, dates},
};

#[derive(Default, Deserialize)]
pub struct Asked {
    woord: Option<String>,
    categorie: Option<String>,
    #[serde(default)]
    dienst: String,
}

impl Asked {
    fn theme(&self) -> Result<Theme, Error> {
        match (&self.woord, &self.categorie) {
            (Some(word), None) => Theme::word(word),
            (None, Some(category)) => Theme::category(category),
            _ => None,
        }
        .ok_or(Error::NotFound)
    }
}

/// Where a theme is, without the language.
pub fn path(kind: &str, theme: &str, service: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair(kind, theme)
        .append_pair("dienst", service)
        .finish();
    format!("/balie/inzichten/thema?{query}")
}

pub async fn get(staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let theme = asked.theme()?;
    let service = page::service(&staff, &asked.dienst)?;
    let typed = Typed::new(new_id(&staff.portal.keys));
    show(&staff, &theme, service, &typed, &[], StatusCode::OK).await
}

pub async fn post(staff: Staff, Query(asked): Query<Asked>, Form(typed): Form<Typed>) -> Result<Response, Error> {
    let theme = asked.theme()?;
    let service = page::service(&staff, &asked.dienst)?;
    let mistakes = typed.mistakes(staff.locale, false);
    if !mistakes.is_empty() {
        return show(&staff, &theme, service, &typed, &mistakes, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let mut scope = page::scope(&staff).await?;
    let start = store::Start {
        id: typed.id,
        organisation: &staff.organisation,
        service,
        theme: &theme,
        clerk: &staff.name,
        at: staff.portal.clock.now(),
        since: store::lately(staff.portal.clock.today()),
    };
    store::start(scope.sql(), start, typed.says()).await?;
    // Another organisation's improvement may have this id already; then nothing was made.
    store::improvement(scope.sql(), typed.id).await?.ok_or(Error::Conflict)?;
    scope.commit().await?;
    let to = staff.href(&format!("{}?gedaan=begonnen", improvements::path(typed.id)));
    Ok(Redirect::to(&to).into_response())
}

async fn show(
    staff: &Staff,
    theme: &Theme,
    service: &str,
    typed: &Typed,
    mistakes: &[ui::Mistake],
    status: StatusCode,
) -> Result<Response, Error> {
    let mut scope = page::scope(staff).await?;
    let since = store::lately(staff.portal.clock.today());
    let items = store::items(scope.sql(), theme, service, since).await?;
    scope.commit().await?;
    Ok(staff.show(view_page(staff, theme, service, &items, typed, mistakes).status(status)))
}

/// The theme in words: a category, or a word between quotes.
pub fn name(staff: &Staff, theme: &Theme) -> String {
    match theme {
        Theme::Category(category) => category.words(staff.locale).to_owned(),
        Theme::Word(word) => td_string!(staff.locale, insights.word_named, word = word.as_str()).to_string(),
    }
}

fn view_page(
    staff: &Staff,
    theme: &Theme,
    service: &str,
    items: &[Item],
    typed: &Typed,
    mistakes: &[ui::Mistake],
) -> Page {
    let locale = staff.locale;
    let title = td_string!(locale, insights.theme_title, theme = name(staff, theme)).to_string();
    let about = if service.is_empty() {
        td_string!(locale, insights.everything).to_owned()
    } else {
        page::service_name(staff, service)
    };
    let rows = items
        .iter()
        .map(|item| {
            let href = staff.href(&format!("/balie/feedback/{}", item.reference));
            let link =
                view! { <a class="nl-link voordeur-target voordeur-number" href=href>{item.reference.clone()}</a> }
                    .into_any();
            let kind =
                Kind::from_text(&item.kind).map_or_else(String::new, |kind| page::kind_name(locale, kind).to_owned());
            let day = dates::date(locale, clock::day(item.received_at.to_jiff()));
            (link, vec![kind.into_any(), day.into_any()])
        })
        .collect::<Vec<_>>();
    let heads = [
        td_string!(locale, insights.reference),
        td_string!(locale, insights.kind),
        td_string!(locale, insights.received_on),
    ];
    let list = if rows.is_empty() {
        ui::empty("info", view! { <p class="nl-paragraph">{td_string!(locale, insights.nothing)}</p> }).into_any()
    } else {
        ui::table("uitspraken", heads.map(str::to_owned).to_vec(), rows)
    };
    let (kind, key) = theme.key();
    let action = staff.href(&path(kind, key, service));
    let summary =
        (!mistakes.is_empty()).then(|| ui::error_summary(td_string!(locale, insights.mistakes).to_owned(), mistakes));
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--sections">
            <div class="voordeur-stack">
                {summary}
                {ui::heading(title.clone(), td_string!(locale, insights.theme_lead, about = about).to_string())}
            </div>
            <section class="voordeur-stack" aria-labelledby="uitspraken">
                <h2 class="nl-heading nl-heading--level-2" id="uitspraken">{td_string!(locale, insights.said_lately)}</h2>
                <p class="nl-paragraph voordeur-measure">{td_string!(locale, insights.said_text, most = store::LISTED).to_string()}</p>
                {list}
            </section>
            <section class="voordeur-stack" aria-labelledby="verbetering">
                <h2 class="nl-heading nl-heading--level-2" id="verbetering">{td_string!(locale, insights.start)}</h2>
                <p class="nl-paragraph voordeur-measure">{td_string!(locale, insights.start_text)}</p>
                <form method="post" action=action class="voordeur-card voordeur-stack" novalidate>
                    {improvements::fields(staff, typed, mistakes)}
                    <div class="utrecht-button-group"><button class="nl-button nl-button--primary" type="submit">{td_string!(locale, insights.start_go)}</button></div>
                </form>
            </section>
        </div>
    };
    Page::new(title, Place::DeskInsights, body)
        .under(td_string!(locale, desk.title), "/balie")
        .under(td_string!(locale, insights.title), "/balie/inzichten")
}
