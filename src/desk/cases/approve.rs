//! Four eyes: a second clerk approves what a first one proposed, or sends it back.

use axum::{Form, extract::Path, response::Response};
use http::StatusCode;
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    act,
    field::{Field, Typed, mistake, typed},
    forms, letter, look,
    page::{self, Loaded},
    refused,
};
use crate::{
    app::Staff,
    cases::{self, Act, Decision, Refused},
    deadlines,
    error::Error,
    ui::Mistake,
};

pub async fn approve(staff: Staff, Path(reference): Path<String>, Form(form): Form<Typed>) -> Result<Response, Error> {
    let saw = act::version(&form)?;
    let (mut scope, case) = look::hold(&staff, &reference).await?;
    let Some(proposal) = case.proposal.clone() else {
        drop(scope);
        return act::answer(staff, &reference, "besluit", Err(Refused::Changed)).await;
    };
    // Announced today, and not on the day of the proposal: the term to object is the citizen's (Awb art. 6:8).
    let today = staff.portal.clock.today();
    let proposed = proposal.decision;
    let decision = Decision {
        decided_on: today,
        announced_on: proposed.announced_on.max(today),
        objection_until: Some(deadlines::objection_until(proposed.announced_on.max(today))),
        ..proposed
    };
    let act = Act::Decide(Box::new(decision));
    let done = cases::change(&staff.portal, &mut scope, case, act, act::by(&staff, Some(saw))).await;
    match done {
        Ok(case) => {
            scope.commit().await?;
            act::answer(staff, &reference, "besluit", Ok(case)).await
        }
        Err(refused) => {
            drop(scope);
            act::answer(staff, &reference, "besluit", Err(refused)).await
        }
    }
}

pub async fn give_back(
    staff: Staff,
    Path(reference): Path<String>,
    Form(form): Form<Typed>,
) -> Result<Response, Error> {
    let saw = act::version(&form)?;
    let text = typed(&form, "terug").replace("\r\n", "\n");
    let wrong = if text.is_empty() {
        Some(td_string!(staff.locale, desk_cases.no_text).to_owned())
    } else if text.chars().count() > 4000 {
        Some(forms::too_long(staff.locale))
    } else {
        None
    };
    if let Some(message) = wrong {
        let loaded = page::load(&staff, &reference).await?;
        let mistakes = [mistake("terug", message)];
        let body = view! { {look_at(&staff, &loaded, &form, &mistakes)} }.into_any();
        let title = td_string!(staff.locale, desk_cases.proposal).to_owned();
        let page = forms::sheet(&staff, &loaded, title, &mistakes, None, body);
        return Ok(staff.show(page.status(StatusCode::UNPROCESSABLE_ENTITY)));
    }
    let done = act::change(&staff, &reference, Act::Return { text }, Some(saw)).await?;
    if let Err(why) = done {
        let why = refused::words(staff.locale, why)?;
        let loaded = page::load(&staff, &reference).await?;
        let body = view! { {look_at(&staff, &loaded, &form, &[])} }.into_any();
        let title = td_string!(staff.locale, desk_cases.proposal).to_owned();
        let page = forms::sheet(&staff, &loaded, title, &[], Some((why, saw)), body);
        return Ok(staff.show(page.status(StatusCode::CONFLICT)));
    }
    Ok(act::to_case(&staff, &reference, "terugsturen"))
}

/// The proposal on the page of its case.
pub fn section(staff: &Staff, loaded: &Loaded) -> Option<AnyView> {
    let body = look_at(staff, loaded, &Typed::new(), &[])?;
    Some(page::section("voorstel", td_string!(staff.locale, desk_cases.proposal), body))
}

fn look_at(staff: &Staff, loaded: &Loaded, form: &Typed, mistakes: &[Mistake]) -> Option<AnyView> {
    let locale = staff.locale;
    let case = &loaded.case;
    let proposal = case.proposal.as_ref()?;
    let own = proposal.by == staff.id;
    let (words, go) = if own {
        (td_string!(locale, desk_cases.proposal_own).to_owned(), td_string!(locale, desk_cases.take_back))
    } else {
        let name = proposal.name.as_str();
        (
            td_string!(locale, desk_cases.proposal_lead, name = name).to_string(),
            td_string!(locale, desk_cases.give_back),
        )
    };
    let approve =
        (!own).then(|| page::button(staff, case, "akkoord", td_string!(locale, desk_cases.approve), "primary"));
    let hint = Some(td_string!(locale, desk_cases.give_back_hint).to_owned());
    let field = Field { id: "terug", label: td_string!(locale, desk_cases.give_back_why), hint, mistakes };
    let field = field.lines(typed(form, "terug"), 3);
    let action = staff.href(&format!("/balie/zaken/{}/terugsturen", case.reference));
    Some(
        view! {
            <p class="nl-paragraph">{words}</p>
            {letter::view(staff, case, &proposal.decision)}
            {approve}
            <form method="post" action=action class="voordeur-card voordeur-stack" novalidate>
                <input type="hidden" name="versie" value=case.version/>
                {field}
                <div class="utrecht-button-group"><button class="nl-button nl-button--secondary" type="submit">{go}</button></div>
            </form>
        }
        .into_any(),
    )
}
