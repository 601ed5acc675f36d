//! `/balie`: what waits for the member of staff who is logged in. For now: BSNs that stand on two person lists.

use axum::response::Response;
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    cases::store::Whose,
    feedback::{
        self,
        store::{Counts, Which},
    },
    store::{self, Conflict},
};
use crate::{
    app::{Page, Place, Staff, Visit},
    clock,
    error::Error,
    ui::{self, dates},
    usage::{Role, Usage, activity},
};

pub async fn get(staff: Staff) -> Result<Response, Error> {
    let usage = |groups: &[&str]| Usage {
        at: staff.portal.clock.now(),
        organisation: staff.organisation.clone(),
        role: Role::Staff,
        activity: activity::SOLVE_CONFLICT,
        groups: groups.iter().map(|&group| group.to_owned()).collect(),
    };
    let mut scope = staff.portal.database.as_staff(&staff.organisation, usage(&[])).await?;
    let conflicts = store::conflicts(scope.sql(), &staff.portal.keys).await?;
    for conflict in &conflicts {
        scope.turn_to(conflict.person, usage(&["brp/person"])).await?;
    }
    let today = staff.portal.clock.today();
    let soon = feedback::queue::soon(today);
    let waiting = feedback::store::counts(scope.sql(), Whose::Team, Which::All, today, soon).await?;
    scope.commit().await?;
    Ok(staff.show(page(&staff, &staff.organisation, conflicts, waiting)))
}

fn page(visit: &Visit, organisation: &str, conflicts: Vec<Conflict>, waiting: Counts) -> Page {
    let locale = visit.locale;
    let title = td_string!(locale, desk.title);
    let work = if conflicts.is_empty() {
        ui::empty(
            "check",
            view! {
                <p class="nl-paragraph"><b>{td_string!(locale, desk.none)}</b></p>
                <p class="nl-paragraph">{td_string!(locale, desk.none_text)}</p>
            },
        )
        .into_any()
    } else {
        table(visit, conflicts)
    };
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            {ui::heading(title.to_owned(), td_string!(locale, desk.lead, organisation = visit.portal.catalogue.organisation_name(organisation, locale)))}
            {reactions(visit, waiting)}
            <section class="voordeur-stack">
                <h2 class="nl-heading nl-heading--level-2">{td_string!(locale, desk.conflicts)}</h2>
                {work}
            </section>
        </div>
    };
    Page::new(title, Place::Desk, body)
}

/// How much of what people said is late, and nearly.
fn reactions(visit: &Visit, waiting: Counts) -> AnyView {
    let locale = visit.locale;
    let number = |count: i64| feedback::queue::number(locale, count);
    let (late, soon, later) = (number(waiting.late), number(waiting.soon), number(waiting.later));
    let words = td_string!(locale, desk_feedback.overview_text, late = late, soon = soon, later = later).to_string();
    let class = match waiting {
        Counts { late: 1.., .. } => "voordeur-due voordeur-due--late",
        Counts { soon: 1.., .. } => "voordeur-due voordeur-due--soon",
        _ => "voordeur-due",
    };
    view! {
        <section class="voordeur-stack" aria-labelledby="reacties">
            <h2 class="nl-heading nl-heading--level-2" id="reacties">{td_string!(locale, desk_feedback.overview)}</h2>
            <p><span class=class>{ui::icon("clock")} " " {words}</span></p>
            <p><a class="nl-link voordeur-target" href=visit.href("/balie/reacties")>{td_string!(locale, desk_feedback.to_queue)} " " {ui::icon("arrow")}</a></p>
        </section>
    }
    .into_any()
}

fn table(visit: &Visit, conflicts: Vec<Conflict>) -> AnyView {
    let locale = visit.locale;
    let heads = [td_string!(locale, desk.a_number), td_string!(locale, desk.found), td_string!(locale, desk.other)];
    let rows = conflicts
        .into_iter()
        .map(|conflict| {
            let other = match conflict.others.as_slice() {
                [] => td_string!(locale, desk.other_elsewhere).to_owned(),
                others => td_string!(locale, desk.other_here, a_number = others.join(", ")),
            };
            let cells = [conflict.a_number, dates::date(locale, clock::day(conflict.found_at)), other];
            let cells = heads
                .into_iter()
                .zip(cells)
                .map(|(head, cell)| view! { <td class="utrecht-table__cell" role="cell" data-label=head>{cell}</td> })
                .collect_view();
            view! { <tr class="utrecht-table__row" role="row">{cells}</tr> }
        })
        .collect_view();
    let heads = heads
        .map(|head| view! { <th class="utrecht-table__header-cell" role="columnheader" scope="col">{head}</th> })
        .collect_view();
    view! {
        <p class="nl-paragraph voordeur-measure">{td_string!(locale, desk.conflicts_text)}</p>
        <div class="voordeur-table">
            <table class="utrecht-table" role="table">
                <thead class="utrecht-table__header" role="rowgroup"><tr class="utrecht-table__row" role="row">{heads}</tr></thead>
                <tbody class="utrecht-table__body" role="rowgroup">{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
