//! `/balie/verbeteringen`: what an organisation changes because of what it was told, until everybody can read it.

use axum::{
    Form,
    extract::{Path, Query},
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    model::{Improvement, Theme},
    page,
    store::{self, Says},
    themes,
};
use crate::{
    app::{Page, Place, Staff},
    clock,
    error::Error,
    i18n::Locale,
    ui::{self, Field, Mistake, Tone, dates},
};

const LONGEST_TITLE: usize = 150;
const LONGEST: usize = 4000;

/// What a form says.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Typed {
    #[serde(default)]
    pub id: Uuid,
    #[serde(default)]
    titel: String,
    #[serde(default)]
    gezegd: String,
    #[serde(default)]
    gedaan: String,
    #[serde(default)]
    waar: String,
    #[serde(default)]
    versie: i32,
    #[serde(default)]
    doe: String,
}

impl Typed {
    pub fn new(id: Uuid) -> Self {
        Self { id, ..Self::default() }
    }

    fn of(improvement: &Improvement) -> Self {
        Self {
            id: improvement.id,
            titel: improvement.title.clone(),
            gezegd: improvement.said.clone(),
            gedaan: improvement.did.clone(),
            waar: improvement.link.clone().unwrap_or_default(),
            versie: improvement.version,
            doe: String::new(),
        }
    }

    pub fn says(&self) -> Says<'_> {
        let link = self.waar.trim();
        Says {
            title: self.titel.trim(),
            said: self.gezegd.trim(),
            did: self.gedaan.trim(),
            link: (!link.is_empty()).then_some(link),
        }
    }

    /// What is wrong; whoever publishes it says what was done.
    pub fn mistakes(&self, locale: Locale, publishes: bool) -> Vec<Mistake> {
        let says = self.says();
        let mut mistakes = Vec::new();
        let mut wrong = |field: &'static str, message: String| mistakes.push(Mistake { field: field.into(), message });
        if says.title.is_empty() || says.title.chars().count() > LONGEST_TITLE {
            wrong("titel", td_string!(locale, insights.no_title, most = LONGEST_TITLE).to_string());
        }
        if says.said.is_empty() || says.said.chars().count() > LONGEST {
            wrong("gezegd", td_string!(locale, insights.no_said, most = LONGEST).to_string());
        }
        if publishes && says.did.is_empty() || says.did.chars().count() > LONGEST {
            wrong("gedaan", td_string!(locale, insights.no_did, most = LONGEST).to_string());
        }
        // Two slashes would name another site.
        let leads = |link: &str| {
            link.len() <= 500
                && !link.contains(|c: char| c.is_whitespace() || c == '\\')
                && (link.starts_with("https://") || link.starts_with('/') && !link.starts_with("//"))
        };
        if says.link.is_some_and(|link| !leads(link)) {
            wrong("waar", td_string!(locale, insights.no_link).to_owned());
        }
        mistakes
    }
}

/// Where an improvement is, without the language.
pub fn path(id: Uuid) -> String {
    format!("/balie/verbeteringen/{id}")
}

/// The fields of an improvement, and the id that makes one of two presses.
pub fn fields(staff: &Staff, typed: &Typed, mistakes: &[Mistake]) -> AnyView {
    let locale = staff.locale;
    let field = |id: &str, label: &str, hint: &str| Field {
        id: id.to_owned(),
        label: label.to_owned(),
        hint: Some(hint.to_owned()),
        mistake: mistakes.iter().find(|mistake| mistake.field == id).map(|mistake| mistake.message.clone()),
    };
    view! {
        <input type="hidden" name="id" value=typed.id.to_string()/>
        <input type="hidden" name="versie" value=typed.versie/>
        {field("titel", td_string!(locale, insights.name), td_string!(locale, insights.name_hint)).text(typed.titel.clone(), false, None)}
        {field("gezegd", td_string!(locale, insights.you_said), td_string!(locale, insights.you_said_hint)).text(typed.gezegd.clone(), true, None)}
        {field("gedaan", td_string!(locale, insights.we_did), td_string!(locale, insights.we_did_hint)).text(typed.gedaan.clone(), true, None)}
        {field("waar", td_string!(locale, insights.link), td_string!(locale, insights.link_hint)).text(typed.waar.clone(), false, None)}
    }
    .into_any()
}

pub async fn list(staff: Staff) -> Result<Response, Error> {
    let mut scope = page::scope(&staff).await?;
    let improvements = store::improvements(scope.sql()).await?;
    scope.commit().await?;
    let locale = staff.locale;
    let title = td_string!(locale, insights.improvements);
    let rows: Vec<_> = improvements
        .iter()
        .map(|improvement| {
            let href = staff.href(&path(improvement.id));
            let link = view! { <a class="nl-link voordeur-target" href=href lang="nl">{improvement.title.clone()}</a> }
                .into_any();
            let state = match improvement.published_at {
                Some(at) => {
                    td_string!(locale, insights.published_on, date = dates::date(locale, clock::day(at))).to_string()
                }
                None => td_string!(locale, insights.busy).to_owned(),
            };
            (link, vec![theme(&staff, improvement).into_any(), improvement.linked.into_any(), state.into_any()])
        })
        .collect();
    let heads = [
        td_string!(locale, insights.improvement),
        td_string!(locale, insights.from_theme),
        td_string!(locale, insights.linked),
        td_string!(locale, insights.state),
    ];
    let list = if rows.is_empty() {
        ui::empty("info", view! { <p class="nl-paragraph">{td_string!(locale, insights.no_improvements)}</p> })
            .into_any()
    } else {
        ui::table("verbeteringen", heads.map(str::to_owned).to_vec(), rows)
    };
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            <div id="verbeteringen">{ui::heading(title.to_owned(), td_string!(locale, insights.improvements_lead))}</div>
            <p><a class="nl-link voordeur-target" href=staff.href("/balie/inzichten")>{td_string!(locale, insights.to_insights)} " " {ui::icon("arrow")}</a></p>
            {list}
        </div>
    };
    Ok(staff.show(Page::new(title, Place::DeskInsights, body).under(td_string!(locale, desk.title), "/balie")))
}

/// What it started from, in words.
fn theme(staff: &Staff, improvement: &Improvement) -> String {
    let theme = match improvement.theme.split_once(':') {
        Some(("woord", word)) => Theme::word(word),
        Some(("categorie", category)) => Theme::category(category),
        _ => None,
    };
    let name = theme.map_or_else(|| improvement.theme.clone(), |theme| themes::name(staff, &theme));
    match &improvement.service {
        Some(service) => format!("{name}, {}", page::service_name(staff, service)),
        None => name,
    }
}

#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    gedaan: String,
}

pub async fn get(staff: Staff, Path(id): Path<Uuid>, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let improvement = load(&staff, id).await?;
    let told = match asked.gedaan.as_str() {
        "begonnen" => Some(td_string!(staff.locale, insights.done_start)),
        "bewaard" => Some(td_string!(staff.locale, insights.done_save)),
        "gepubliceerd" => Some(td_string!(staff.locale, insights.done_publish)),
        _ => None,
    };
    Ok(staff.show(one(&staff, &improvement, &Typed::of(&improvement), &[], told, false)))
}

async fn load(staff: &Staff, id: Uuid) -> Result<Improvement, Error> {
    let mut scope = page::scope(staff).await?;
    let improvement = store::improvement(scope.sql(), id).await?.ok_or(Error::NotFound)?;
    scope.commit().await?;
    Ok(improvement)
}

pub async fn post(staff: Staff, Path(id): Path<Uuid>, Form(typed): Form<Typed>) -> Result<Response, Error> {
    let improvement = load(&staff, id).await?;
    let publishes = typed.doe == "publiceren";
    let mistakes = typed.mistakes(staff.locale, publishes || improvement.published_at.is_some());
    if !mistakes.is_empty() {
        let page = one(&staff, &improvement, &typed, &mistakes, None, false);
        return Ok(staff.show(page.status(StatusCode::UNPROCESSABLE_ENTITY)));
    }
    let mut scope = page::scope(&staff).await?;
    let at = publishes.then(|| staff.portal.clock.now());
    if store::change(scope.sql(), id, typed.versie, typed.says(), at).await? {
        scope.commit().await?;
        let done = if publishes { "gepubliceerd" } else { "bewaard" };
        return Ok(Redirect::to(&staff.href(&format!("{}?gedaan={done}", path(id)))).into_response());
    }
    let improvement = load(&staff, id).await?;
    if says_the_same(&improvement, &typed) && (!publishes || improvement.published_at.is_some()) {
        // The same form, sent twice.
        return Ok(Redirect::to(&staff.href(&path(id))).into_response());
    }
    let typed = Typed { versie: improvement.version, ..typed };
    Ok(staff.show(one(&staff, &improvement, &typed, &[], None, true).status(StatusCode::CONFLICT)))
}

fn says_the_same(improvement: &Improvement, typed: &Typed) -> bool {
    let says = typed.says();
    (improvement.title.as_str(), improvement.said.as_str(), improvement.did.as_str(), improvement.link.as_deref())
        == (says.title, says.said, says.did, says.link)
}

fn one(
    staff: &Staff,
    improvement: &Improvement,
    typed: &Typed,
    mistakes: &[Mistake],
    done: Option<&'static str>,
    changed: bool,
) -> Page {
    let locale = staff.locale;
    let title = improvement.title.clone();
    let summary =
        (!mistakes.is_empty()).then(|| ui::error_summary(td_string!(locale, insights.mistakes).to_owned(), mistakes));
    let done = done.map(|words| {
        view! { <div role="status">{ui::alert(Tone::Ok, view! { <p class="nl-paragraph">{words}</p> })}</div> }
    });
    // What a colleague wrote stands beside what was typed.
    let changed = changed.then(|| {
        view! {
            <div role="alert">{ui::alert(Tone::Warning, view! { <p class="nl-paragraph">{td_string!(locale, insights.changed)}</p> })}</div>
            <section class="voordeur-card voordeur-card--attention voordeur-stack" aria-labelledby="intussen" lang="nl">
                <h2 class="nl-heading nl-heading--level-3" id="intussen">{improvement.title.clone()}</h2>
                <p class="nl-paragraph voordeur-said">{improvement.said.clone()}</p>
                <p class="nl-paragraph voordeur-said">{improvement.did.clone()}</p>
            </section>
        }
    });
    let state = match improvement.published_at {
        Some(at) => {
            let day = dates::date(locale, clock::day(at));
            td_string!(locale, insights.is_published, date = day, told = improvement.told, linked = improvement.linked)
                .to_string()
        }
        None => td_string!(locale, insights.is_busy, linked = improvement.linked).to_string(),
    };
    let publish = improvement.published_at.is_none().then(|| {
        view! { <button class="nl-button nl-button--primary" type="submit" name="doe" value="publiceren">{td_string!(locale, insights.publish)}</button> }
    });
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            {summary} {done} {changed}
            <h1 class="nl-heading nl-heading--level-1" lang="nl">{title.clone()}</h1>
            <p class="nl-paragraph voordeur-measure">{theme(staff, improvement)} ". " {state}</p>
            <form method="post" action=staff.href(&path(improvement.id)) class="voordeur-card voordeur-stack" novalidate>
                {fields(staff, typed, mistakes)}
                <div class="utrecht-button-group">
                    {publish}
                    <button class="nl-button nl-button--secondary" type="submit" name="doe" value="bewaren">{td_string!(locale, insights.save)}</button>
                </div>
            </form>
        </div>
    };
    Page::new(title, Place::DeskInsights, body)
        .under(td_string!(locale, desk.title), "/balie")
        .under(td_string!(locale, insights.improvements), "/balie/verbeteringen")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_improvement_leads_to_a_page_and_not_to_a_script_or_another_site_by_accident() {
        let typed = |waar: &str| Typed {
            titel: "Sneller".into(),
            gezegd: "Te traag".into(),
            waar: waar.into(),
            ..Typed::default()
        };
        for link in ["", "/diensten", "https://example.org/x"] {
            assert!(typed(link).mistakes(Locale::nl, false).is_empty(), "{link}");
        }
        for link in ["javascript:alert(1)", "//evil.example", "http://example.org", "/\\evil.example", "https://a b"] {
            assert_eq!(typed(link).mistakes(Locale::nl, false).len(), 1, "{link}");
        }
    }

    #[test]
    fn only_who_publishes_has_to_say_what_was_done() {
        let typed = Typed { titel: "Sneller".into(), gezegd: "Te traag".into(), ..Typed::default() };
        assert!(typed.mistakes(Locale::nl, false).is_empty());
        let fields: Vec<_> = typed.mistakes(Locale::nl, true).into_iter().map(|mistake| mistake.field).collect();
        assert_eq!(fields, ["gedaan"]);
    }
}
