//! What the overview shows of cases.

use leptos::prelude::*;
use leptos_i18n::td_string;
use sqlx::PgConnection;

use super::{
    list::{open_row, waits},
    mine,
    model::Case,
    wording,
};
use crate::{
    app::Visit,
    error::Error,
    ui::{self, dates},
};

/// The acting person's open cases.
pub struct Running(Vec<Case>);

/// Something in a case that asks for attention.
pub struct Asks {
    pub title: String,
    pub text: String,
    pub path: String,
    /// By when, and whether that is soon or past.
    pub by: (String, bool),
}

/// Rows on the overview; the rest is on the page of cases.
const ROWS: usize = 4;

/// Reads them for the acting person.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn running(sql: &mut PgConnection) -> Result<Running, Error> {
    Ok(Running(mine::open(sql).await?))
}

impl Running {
    /// Questions to answer, and decisions that are late.
    pub fn asks(&self, visit: &Visit) -> Vec<Asks> {
        let (locale, today) = (visit.locale, visit.portal.clock.today());
        let waiting = self.0.iter().filter(|case| waits(case, today));
        waiting
            .map(|case| {
                let title = wording::title(visit, case);
                let organisation = wording::start(&wording::organisation_in_sentence(visit, case));
                let (text, by) = match &case.question {
                    Some(question) => (
                        td_string!(locale, cases.asks_you, organisation = organisation).to_string(),
                        td_string!(locale, cases.answer_by, date = dates::date(locale, question.answer_by)).to_string(),
                    ),
                    None => (
                        td_string!(locale, cases.is_late, organisation = organisation).to_string(),
                        td_string!(locale, cases.late_since, date = dates::date(locale, case.due_on)).to_string(),
                    ),
                };
                Asks { title, text, path: case.path(), by: (by, true) }
            })
            .collect()
    }

    /// "Dit loopt"
    pub fn section(&self, visit: &Visit) -> Option<AnyView> {
        let (locale, today) = (visit.locale, visit.portal.clock.today());
        (!self.0.is_empty()).then(|| {
            let rows = self.0.iter().take(ROWS).map(|case| open_row(visit, case, today)).collect_view();
            view! {
                <section class="voordeur-stack" aria-labelledby="zaken">
                    <div class="voordeur-cluster voordeur-cluster--between voordeur-cluster--baseline">
                        <h2 class="nl-heading nl-heading--level-2" id="zaken">{td_string!(locale, cases.running)}</h2>
                        <a class="nl-link voordeur-target" href=visit.href("/mijn/zaken")>{td_string!(locale, cases.all)} " " {ui::icon("arrow")}</a>
                    </div>
                    <ul class="voordeur-card voordeur-card--flush voordeur-rows" role="list">{rows}</ul>
                </section>
            }
            .into_any()
        })
    }
}
