//! `/verbeteringen`: "you said, we did", for everybody.

use axum::response::Response;
use leptos::prelude::*;
use leptos_i18n::td_string;
use sqlx::FromRow;
use uuid::Uuid;

use super::wording;
use crate::{
    app::{Page, Place, Visit},
    clock,
    error::Error,
    i18n::Locale,
    ui::{self, dates},
};

const MOST: i64 = 100;

#[derive(FromRow)]
struct Improvement {
    id: Uuid,
    organisation: String,
    title: String,
    said: String,
    did: String,
    link: Option<String>,
    published_at: jiff_sqlx::Timestamp,
}

pub async fn get(visit: Visit) -> Result<Response, Error> {
    let improvements: Vec<Improvement> = sqlx::query_as(
        "select id, organisation, title, said, did, link, published_at from public_improvement order by published_at desc, id limit $1",
    )
    .bind(MOST)
    .fetch_all(&mut *visit.portal.database.connection().await?)
    .await?;
    let locale = visit.locale;
    let title = td_string!(locale, feedback.improvements);
    let list = improvements.iter().map(|improvement| shown(&visit, improvement)).collect_view();
    let list = if improvements.is_empty() {
        ui::empty("check", view! { <p class="nl-paragraph">{td_string!(locale, feedback.no_improvements)}</p> })
            .into_any()
    } else {
        view! { <div class="voordeur-stack">{list}</div> }.into_any()
    };
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            {ui::heading(title.to_owned(), td_string!(locale, feedback.improvements_lead))}
            {list}
            <p class="voordeur-cluster">
                <a class="nl-button nl-button--primary" href=visit.href("/feedback")>{td_string!(locale, feedback.say)}</a>
                <a class="nl-link voordeur-target" href=visit.href("/ideeen")>{td_string!(locale, feedback.see_ideas)}</a>
            </p>
        </div>
    };
    Ok(visit.show(Page::new(title, Place::Elsewhere, body)))
}

fn shown(visit: &Visit, improvement: &Improvement) -> AnyView {
    let locale = visit.locale;
    let lang = (locale != Locale::nl).then_some("nl");
    let id = format!("verbetering-{}", improvement.id.simple());
    let day = clock::day(improvement.published_at.to_jiff());
    let link = improvement.link.clone().map(|link| {
        view! { <p><a class="nl-link voordeur-target" href=link>{td_string!(locale, feedback.see_change)} " " {ui::icon("arrow")}</a></p> }
    });
    view! {
        <article class="voordeur-card voordeur-stack" aria-labelledby=id.clone()>
            <h2 class="nl-heading nl-heading--level-3" id=id.clone() lang=lang>{improvement.title.clone()}</h2>
            <dl class="voordeur-values">
                <div class="voordeur-value"><dt>{td_string!(locale, feedback.you_said)}</dt><dd class="voordeur-value__main voordeur-text" lang=lang>{improvement.said.clone()}</dd></div>
                <div class="voordeur-value"><dt>{td_string!(locale, feedback.we_did)}</dt><dd class="voordeur-value__main voordeur-text" lang=lang>{improvement.did.clone()}</dd></div>
            </dl>
            {link}
            <p class="voordeur-subtle">{wording::organisation(visit, &improvement.organisation)} ", " <time datetime=day.to_string()>{dates::date(locale, day)}</time></p>
        </article>
    }
    .into_any()
}
