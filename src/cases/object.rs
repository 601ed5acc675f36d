//! Bezwaar: an objection to a decision, which becomes a case of its own (Awb 6:4, 7:10).

use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use jiff::civil::Date;
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde_json::json;

use super::{
    act::{self, Draft, TEXT, check_text, file_field, hold, record, text_field, written},
    change::{Act, By, Refused, change, tell_organisation},
    mine::{self, Whole},
    model::{Kind, LegalTerm, Words},
    objection::Objection,
    open::{NewCase, open},
    page::{Looked, Seen, look, to_case},
    wording,
};
use crate::{
    app::{Citizen, Page},
    documents::{FormWithFiles, Taken},
    error::Error,
    i18n::Locale,
    ui::{self, Mistake, Tone, dates},
    usage::activity,
};

/// Why it comes too late.
const WHY_LATE: &str = "waarom-laat";

pub async fn form(citizen: Citizen, Path(reference): Path<String>) -> Result<Response, Error> {
    let Looked { scope, whole } = look(&citizen, &reference, activity::VIEW_CASES).await?;
    scope.commit().await?;
    let seen = Seen::new(&citizen, &whole, &[]);
    Ok(match (seen.can_object_until(), seen.objection()) {
        (Some(last), _) => citizen.show(draft(&seen, last, &Objection::default(), Vec::new())),
        (None, Some(objection)) => Redirect::to(&citizen.href(&objection.path())).into_response(),
        (None, None) => Redirect::to(&citizen.href(&whole.case.path())).into_response(),
    })
}

pub async fn post(citizen: Citizen, Path(reference): Path<String>, form: FormWithFiles) -> Result<Response, Error> {
    let Looked { scope, whole } = look(&citizen, &reference, activity::VIEW_CASES).await?;
    let locale = citizen.locale;
    let seen = Seen::new(&citizen, &whole, &[]);
    let mut objection = Objection { grounds: written(&form, TEXT), ..Objection::default() };
    let Some(last) = seen.can_object_until() else {
        scope.commit().await?;
        return Ok(match seen.objection() {
            Some(other) => to_case(&citizen, &other.path(), "bezwaar"),
            None => citizen.show(act::refused(&seen, &Refused::NotNow, &objection.grounds)),
        });
    };
    let mut mistakes: Vec<Mistake> = Vec::new();
    mistakes.extend(check_text(locale, TEXT, &objection.grounds, Some(td_string!(locale, cases.wrong_grounds))));
    if last < seen.today {
        let why = written(&form, WHY_LATE);
        mistakes.extend(check_text(locale, WHY_LATE, &why, Some(td_string!(locale, cases.wrong_why_late))));
        objection.why_late = Some(why);
    }
    scope.commit().await?;
    let mut taken = Vec::new();
    if mistakes.is_empty() {
        taken = act::take(&citizen, form.files, &mut mistakes).await?;
    }
    if !mistakes.is_empty() {
        return Ok(citizen.show(draft(&seen, last, &objection, mistakes)));
    }
    send(&citizen, &whole, last, objection, &taken).await
}

/// Makes the case of the objection, once for each decision, and tells the organisation of it.
async fn send(
    citizen: &Citizen,
    whole: &Whole,
    last: Date,
    mut objection: Objection,
    taken: &[Taken],
) -> Result<Response, Error> {
    let portal = &citizen.portal;
    let (now, today) = (portal.clock.now(), portal.clock.today());
    let (mut scope, case) = hold(citizen, whole.case.id).await?;
    // Another window may have been first, and has let go of the case since.
    let (_, fresh) = mine::whole(scope.sql(), &case.reference).await?;
    if let Some(fresh) = &fresh
        && let Some(other) = Seen::new(citizen, fresh, &[]).objection()
    {
        let path = other.path();
        scope.commit().await?;
        return Ok(to_case(citizen, &path, "bezwaar"));
    }
    objection.documents = record(&mut scope, taken).await?;
    let new = NewCase {
        kind: Kind::Objection,
        service: case.service.as_deref().and_then(|id| portal.rules.service(id)),
        title: title(&case.title),
        organisation: case.organisation.clone(),
        received_at: now,
        stage: super::Stage::Received,
        legal_term: LegalTerm::of_objection(),
        // Whoever objects after the last day does not leave less time to decide.
        term_from: Some(last.max(today)),
        reference: None,
        period: None,
        part_of: None,
        objects_to: Some(case.id),
        source_id: None,
        decision: None,
        application: Some(objection.seal(&portal.keys)),
        documents: objection.documents.clone(),
        data: None,
    };
    let made = open(portal, &mut scope, citizen.person, new, By::citizen(now)).await?;
    let made = made.ok_or_else(|| Error::internal("a case with a new name is there already"))?;
    let data = json!({
        "objects_to": { "case": case.id, "reference": case.reference, "source_id": case.source_id },
        "text": objection.grounds,
        "why_late": objection.why_late,
        "documents": objection.documents,
        "due_on": made.due_on,
    });
    let act = Act::Object { case: made.id, reference: made.reference.clone() };
    match change(portal, &mut scope, case, act, By::citizen(now)).await {
        Ok(_) => {}
        Err(Refused::Error(error)) => return Err(error),
        Err(refused) => {
            let page = act::refused(&Seen::new(citizen, whole, &[]), &refused, &objection.grounds);
            return Ok(citizen.show(page));
        }
    }
    tell_organisation(portal, &mut scope, &made, "objected", now, data).await?;
    scope.commit().await?;
    Ok(to_case(citizen, &made.path(), "bezwaar"))
}

/// "Bezwaar: zorgtoeslag", in both languages.
fn title(of: &Words) -> Words {
    let words = |locale: Locale| {
        let title = of.get(locale).0;
        td_string!(locale, cases.objection_to, title = title).to_string()
    };
    Words { nl: words(Locale::nl), en: of.en.is_some().then(|| words(Locale::en)) }
}

fn draft(seen: &Seen<'_>, last: Date, typed: &Objection, mistakes: Vec<Mistake>) -> Page {
    let (visit, locale) = (seen.visit, seen.visit.locale);
    let date = dates::date(locale, last);
    let is_late = last < seen.today;
    let before = match is_late {
        true => {
            let words = td_string!(
                locale,
                cases.object_too_late,
                date = date,
                organisation = wording::start(&seen.organisation())
            )
            .to_string();
            ui::alert(Tone::Warning, view! { <p class="nl-paragraph">{words}</p> }).into_any()
        }
        false => {
            let words = wording::until(locale, seen.today, last);
            view! { <p><span class="voordeur-due">{ui::icon("calendar")} " " {words}</span></p> }.into_any()
        }
    };
    let hint = td_string!(locale, cases.grounds_hint).to_owned();
    let mut fields =
        vec![text_field(TEXT, td_string!(locale, cases.grounds).to_owned(), Some(hint), &typed.grounds, &mistakes)];
    if is_late {
        let why = typed.why_late.as_deref().unwrap_or_default();
        let hint = td_string!(locale, cases.why_late_hint).to_owned();
        fields.push(text_field(WHY_LATE, td_string!(locale, cases.why_late).to_owned(), Some(hint), why, &mistakes));
    }
    fields.push(file_field(visit, &mistakes));
    let draft = Draft {
        seen,
        end: "bezwaar",
        title: td_string!(locale, cases.object_title).to_owned(),
        lead: td_string!(
            locale,
            cases.object_lead,
            title = wording::title(visit, seen.case),
            organisation = wording::start(&seen.organisation())
        )
        .to_string(),
        before: Some(before),
        hidden: None,
        fields,
        button: td_string!(locale, cases.send_objection),
        mistakes,
    };
    draft.page()
}
