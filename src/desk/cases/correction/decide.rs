//! `/balie/zaken/{reference}/correctie`: honouring a correction, in whole or in part, or not; read through before it is final.

use axum::{
    extract::{Path, Query},
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use jiff::{ToSpan, civil::Date};
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde::Deserialize;

use super::{
    super::{
        act,
        documents::{self, FILES},
        field::{Field, Typed, mistake, typed},
        forms, letter, look,
        page::{self, Loaded},
        place::places,
        refused,
    },
    Asked,
    section::{asked_for, cell, rows, stood},
    template::Template,
};
use crate::{
    app::{Page, Staff},
    cases::{self, Case, Decision, Grounds, Refused},
    corrections::{self, Act, Action, Decided, InWords, Values, Way},
    deadlines,
    documents::FormWithFiles,
    error::Error,
    offers::{day, typed_day},
    ui::{self, Mistake, Tone},
};

/// A letter is written out; more than this is no letter.
const LONGEST: usize = 20_000;
/// A letter by post goes out within so many days.
const ANNOUNCED_WITHIN: i64 = 14;
/// The fields besides those of the value.
const FIELDS: [&str; 3] = ["sjabloon", "redenen", "bekend"];

#[derive(Default, Deserialize)]
pub struct Chosen {
    #[serde(default)]
    sjabloon: String,
}

/// What a clerk filled in, read.
struct Draft {
    template: Template,
    reasons: String,
    /// What is registered; none where nothing is, or where it is for the holder's own register to say.
    values: Option<Values>,
    announced_on: Date,
}

pub async fn get(staff: Staff, Path(reference): Path<String>, Query(chosen): Query<Chosen>) -> Result<Response, Error> {
    let loaded = page::load(&staff, &reference).await?;
    let Some(asked) = loaded.correction.as_ref().filter(|asked| asked.allows(Action::Refuse)) else {
        return Ok(Redirect::to(&staff.href(&format!("/balie/zaken/{reference}"))).into_response());
    };
    let template = Template::read(&chosen.sjabloon).filter(|template| is_offered(&staff, &loaded, asked, *template));
    Ok(staff.show(match template {
        Some(template) => form_page(&staff, &loaded, asked, &first(&staff, asked, template), &[], None),
        None => choose(&staff, &loaded, asked),
    }))
}

pub async fn post(staff: Staff, Path(reference): Path<String>, form: FormWithFiles) -> Result<Response, Error> {
    let fields = &form.fields;
    let saw = act::version(fields)?;
    let loaded = page::load(&staff, &reference).await?;
    let asked = loaded.correction.as_ref().ok_or(Error::NotFound)?;
    let draft = match read(&staff, &loaded, asked, fields) {
        Ok(draft) if typed(fields, "stap") != "wijzigen" => draft,
        other => {
            let (mistakes, status) = match other {
                Ok(_) => (Vec::new(), StatusCode::OK),
                Err(mistakes) => (mistakes, StatusCode::UNPROCESSABLE_ENTITY),
            };
            return Ok(staff.show(form_page(&staff, &loaded, asked, fields, &mistakes, None).status(status)));
        }
    };
    if loaded.case.version != saw {
        return changed(&staff, &reference, fields, Refused::Changed, saw).await;
    }
    if typed(fields, "stap") != "vaststellen" {
        return Ok(staff.show(preview(&staff, &loaded, asked, fields, &draft, &[])));
    }
    let taken = match documents::take(&staff, form.files).await? {
        Ok(taken) => taken,
        Err(mistakes) => {
            let page = preview(&staff, &loaded, asked, &form.fields, &draft, &mistakes);
            return Ok(staff.show(page.status(StatusCode::UNPROCESSABLE_ENTITY)));
        }
    };
    let (mut scope, case) = look::hold(&staff, &reference).await?;
    let four_eyes = cases::four_eyes(&staff.portal, &case, Some(&asked.correction));
    let mut decision = Box::new(draft.decision(&staff, &case, asked));
    decision.documents = documents::record(&mut scope, &taken).await?;
    let values = draft.values;
    let (act, done) = match four_eyes {
        true => (Act::Propose { decision, values }, "voorstel"),
        false => (Act::Decide { decision, values }, "besluit"),
    };
    match corrections::change(&staff.portal, &mut scope, case, act, act::by(&staff, Some(saw))).await {
        Ok(_) => {
            scope.commit().await?;
            Ok(act::to_case(&staff, &reference, done))
        }
        Err(refused) => {
            drop(scope);
            changed(&staff, &reference, &form.fields, refused, saw).await
        }
    }
}

/// It cannot be decided like this: the clerk sees why, what happened meanwhile, and what they wrote.
async fn changed(staff: &Staff, reference: &str, form: &Typed, refused: Refused, saw: i32) -> Result<Response, Error> {
    let why = refused::words(staff.locale, refused)?;
    let loaded = page::load(staff, reference).await?;
    let asked = loaded.correction.as_ref().ok_or(Error::NotFound)?;
    let page = form_page(staff, &loaded, asked, form, &[], Some((why, saw)));
    Ok(staff.show(page.status(StatusCode::CONFLICT)))
}

/// Who does not answer for a value cannot change it.
fn is_offered(staff: &Staff, loaded: &Loaded, asked: &Asked, template: Template) -> bool {
    !template.changes() || way(staff, loaded, asked) != Way::NotTheirs
}

fn way(staff: &Staff, loaded: &Loaded, asked: &Asked) -> Way {
    corrections::way(&staff.portal, &asked.correction, &loaded.case.organisation)
}

/// Whether the clerk types the value: what was asked for as it is, is honoured as it is.
fn types_value(asked: &Asked, template: Template) -> bool {
    match template {
        Template::Honoured => asked.correction.proposed.is_empty(),
        Template::Partly => true,
        Template::NotShown | Template::IsRight => false,
    }
}

fn first(staff: &Staff, asked: &Asked, template: Template) -> Typed {
    let mut form = Decided::of(staff, &asked.correction)
        .filter(|_| types_value(asked, template))
        .map(|decided| decided.first(&asked.correction))
        .unwrap_or_default();
    form.insert("sjabloon".to_owned(), template.code().to_owned());
    form.insert("redenen".to_owned(), template.reasons(staff, &asked.correction));
    form.insert("bekend".to_owned(), typed_day(staff.portal.clock.today()));
    form
}

fn read(staff: &Staff, loaded: &Loaded, asked: &Asked, form: &Typed) -> Result<Draft, Vec<Mistake>> {
    let locale = staff.locale;
    let mut mistakes = Vec::new();
    let template = Template::read(typed(form, "sjabloon"));
    let Some(template) = template.filter(|template| is_offered(staff, loaded, asked, *template)) else {
        return Err(vec![mistake("sjabloon", td_string!(locale, desk_corrections.no_template))]);
    };
    let reasons = typed(form, "redenen").replace("\r\n", "\n");
    let open = places(&reasons);
    if reasons.is_empty() {
        mistakes.push(mistake("redenen", td_string!(locale, desk_cases.no_reasons)));
    } else if !open.is_empty() {
        let open = open.into_iter().map(|place| format!("[{place}]")).collect::<Vec<_>>().join(", ");
        mistakes.push(mistake("redenen", td_string!(locale, desk_cases.unfilled, places = open).to_string()));
    } else if reasons.chars().count() > LONGEST {
        mistakes.push(mistake("redenen", td_string!(locale, desk_cases.too_long, most = LONGEST).to_string()));
    }
    let values = match (template.changes(), types_value(asked, template)) {
        (true, true) => read_values(staff, asked, template, form, &mut mistakes),
        (true, false) => Some(asked.correction.proposed.clone()),
        (false, _) => None,
    };
    // An earlier day would take days to object away (Awb art. 6:8).
    let today = staff.portal.clock.today();
    let last = today.saturating_add(ANNOUNCED_WITHIN.days());
    let announced_on = day(typed(form, "bekend")).filter(|day| (today..=last).contains(day));
    if announced_on.is_none() {
        let words = td_string!(locale, desk_cases.wrong_announced, most = ANNOUNCED_WITHIN).to_string();
        mistakes.push(mistake("bekend", words));
    }
    match announced_on {
        Some(announced_on) if mistakes.is_empty() => Ok(Draft { template, reasons, values, announced_on }),
        _ => Err(mistakes),
    }
}

/// What was typed; in part is another thing than what stood and than what was asked.
fn read_values(
    staff: &Staff,
    asked: &Asked,
    template: Template,
    form: &Typed,
    mistakes: &mut Vec<Mistake>,
) -> Option<Values> {
    let locale = staff.locale;
    let decided = Decided::of(staff, &asked.correction).filter(|decided| !decided.is_empty())?;
    let field = decided.names().into_iter().next().unwrap_or_default();
    let mut wrong =
        |words: &'static str| mistakes.push(Mistake { field: field.clone().into(), message: words.to_owned() });
    match decided.read(form) {
        Ok(values) if values.is_empty() => wrong(td_string!(locale, desk_corrections.same_as_stood)),
        Ok(values) if template == Template::Partly && values == asked.correction.proposed => {
            wrong(td_string!(locale, desk_corrections.same_as_asked));
        }
        Ok(values) if !corrections::may_be(&staff.portal, &asked.correction, &values) => {
            wrong(td_string!(locale, desk_corrections.not_possible));
        }
        Ok(values) => return Some(values),
        Err(more) => mistakes.extend(more),
    }
    None
}

impl Draft {
    fn decision(&self, staff: &Staff, case: &Case, asked: &Asked) -> Decision {
        let register = staff.portal.catalogue.register(&asked.correction.register);
        let law = if register.is_some_and(|register| register.is_brp()) { &case.legal_term.law } else { "AVG art. 16" };
        Decision {
            outcome: self.template.outcome(),
            reasons: self.reasons.clone(),
            grounds: Grounds { law: law.to_owned(), ..Grounds::default() },
            decided_on: staff.portal.clock.today(),
            announced_on: self.announced_on,
            objection_until: Some(deadlines::objection_until(self.announced_on)),
            documents: Vec::new(),
        }
    }
}

fn path(staff: &Staff, case: &Case) -> String {
    staff.href(&format!("/balie/zaken/{}/correctie", case.reference))
}

/// What it comes to.
fn choose(staff: &Staff, loaded: &Loaded, asked: &Asked) -> Page {
    let locale = staff.locale;
    let title = td_string!(locale, desk_corrections.act_decide);
    let items = Template::ALL
        .into_iter()
        .filter(|template| is_offered(staff, loaded, asked, *template))
        .map(|template| {
            let href = format!("{}?sjabloon={}", path(staff, &loaded.case), template.code());
            view! { <li>{ui::icon("file")} <div><a class="nl-link" href=href><b>{template.label(locale)}</b></a></div></li> }
        })
        .collect_view();
    let body = view! {
        {ui::heading(title.to_owned(), td_string!(locale, desk_corrections.choose))}
        <ul class="voordeur-card voordeur-card--flush voordeur-rows" role="list">{items}</ul>
    }
    .into_any();
    forms::sheet(staff, loaded, title.to_owned(), &[], None, body)
}

/// How what is registered comes there.
fn notice(staff: &Staff, loaded: &Loaded, asked: &Asked) -> AnyView {
    let locale = staff.locale;
    let words = match way(staff, loaded, asked) {
        Way::Here => td_string!(locale, desk_corrections.comes_here),
        Way::ByList | Way::NotTheirs => td_string!(locale, desk_corrections.comes_by_list),
    };
    ui::alert(Tone::Info, view! { <p class="nl-paragraph">{words}</p> }).into_any()
}

/// What stood beside what was asked, and beside that what is decided.
fn compare(staff: &Staff, asked: &Asked, decided: Option<&Values>) -> Option<AnyView> {
    let locale = staff.locale;
    let words = InWords::of(staff, &asked.correction)?;
    let came_out = decided.map(|values| {
        let body = match asked.correction.asks_removal() && *values == asked.correction.proposed {
            true => view! { <p class="nl-paragraph">{td_string!(locale, desk_corrections.goes)}</p> }.into_any(),
            false => rows(&words, &asked.correction.with(values)),
        };
        cell(td_string!(locale, desk_corrections.becomes), body)
    });
    Some(
        view! {
            <section class="voordeur-stack" aria-labelledby="correctieverzoek">
                <h2 class="nl-heading nl-heading--level-3" id="correctieverzoek">{td_string!(locale, desk_corrections.title)}</h2>
                <div class="voordeur-compare">
                    {cell(td_string!(locale, desk_corrections.stood), stood(staff, asked, &words))}
                    {cell(td_string!(locale, desk_corrections.asked), asked_for(staff, asked, &words))}
                    {came_out}
                </div>
            </section>
        }
        .into_any(),
    )
}

fn form_page(
    staff: &Staff,
    loaded: &Loaded,
    asked: &Asked,
    form: &Typed,
    mistakes: &[Mistake],
    refused: Option<(String, i32)>,
) -> Page {
    let locale = staff.locale;
    let Some(template) = Template::read(typed(form, "sjabloon")) else { return choose(staff, loaded, asked) };
    let title = td_string!(locale, desk_corrections.act_decide);
    let four_eyes = cases::four_eyes(&staff.portal, &loaded.case, Some(&asked.correction)).then(|| {
        ui::alert(Tone::Info, view! { <p class="nl-paragraph">{td_string!(locale, desk_corrections.four_eyes)}</p> })
    });
    let values = types_value(asked, template).then(|| Decided::of(staff, &asked.correction)).flatten().map(|decided| {
        view! {
            <fieldset class="utrecht-form-fieldset utrecht-form-fieldset--html-fieldset voordeur-stack">
                <legend class="utrecht-form-fieldset__legend utrecht-form-fieldset__legend--html-legend">{td_string!(locale, desk_corrections.new_value)}</legend>
                {decided.inputs(form, mistakes)}
            </fieldset>
        }
        .into_any()
    });
    let open = places(typed(form, "redenen"));
    let hint = if open.is_empty() {
        td_string!(locale, desk_cases.reasons_hint).to_owned()
    } else {
        let open = open.into_iter().map(|place| format!("[{place}]")).collect::<Vec<_>>().join(", ");
        td_string!(locale, desk_cases.to_fill, places = open).to_string()
    };
    let reasons = Field { id: "redenen", label: td_string!(locale, desk_cases.reasons), hint: Some(hint), mistakes };
    let reasons = reasons.lines(typed(form, "redenen"), 12);
    let hint = Some(td_string!(locale, desk_cases.announced_hint).to_owned());
    let announced = Field { id: "bekend", label: td_string!(locale, desk_cases.announced), hint, mistakes };
    let announced = announced.line(typed(form, "bekend"), true);
    let as_asked = (template.changes() && !types_value(asked, template)).then_some(&asked.correction.proposed);
    let body = view! {
        {ui::heading(title.to_owned(), td_string!(locale, desk_cases.decide_lead))}
        {four_eyes}
        {template.changes().then(|| notice(staff, loaded, asked))}
        {compare(staff, asked, as_asked)}
        <form method="post" action=path(staff, &loaded.case) class="voordeur-card voordeur-stack" novalidate>
            <input type="hidden" name="versie" value=loaded.case.version/>
            <input type="hidden" name="sjabloon" value=template.code()/>
            <p class="nl-paragraph"><b>{template.label(locale)}</b></p>
            {values}
            {reasons}
            {announced}
            <div class="utrecht-button-group">
                <button class="nl-button nl-button--primary" type="submit" name="stap" value="bekijken">{td_string!(locale, desk_cases.see_letter)}</button>
                <a class="nl-button nl-button--subtle" href=staff.href(&format!("/balie/zaken/{}", loaded.case.reference))>{td_string!(locale, desk_cases.back)}</a>
            </div>
        </form>
    }
    .into_any();
    forms::sheet(staff, loaded, title.to_owned(), mistakes, refused, body)
}

/// The letter and the value, before it is final.
fn preview(staff: &Staff, loaded: &Loaded, asked: &Asked, form: &Typed, draft: &Draft, mistakes: &[Mistake]) -> Page {
    let locale = staff.locale;
    let title = td_string!(locale, desk_cases.preview);
    let of_value = Decided::of(staff, &asked.correction).map(|decided| decided.names()).unwrap_or_default();
    let names = FIELDS.into_iter().map(str::to_owned).chain(of_value);
    let hidden = names
        .filter_map(|field| Some((form.get(&field)?.clone(), field)))
        .map(|(value, field)| view! { <input type="hidden" name=field value=value/> })
        .collect_view();
    let hint = Some(td_string!(locale, desk_cases.files_hint).to_owned());
    let files = Field { id: FILES, label: td_string!(locale, desk_cases.attachments), hint, mistakes }.files();
    let (lead, go) = if cases::four_eyes(&staff.portal, &loaded.case, Some(&asked.correction)) {
        (td_string!(locale, desk_cases.preview_propose), td_string!(locale, desk_cases.propose))
    } else {
        (td_string!(locale, desk_cases.preview_lead), td_string!(locale, desk_cases.make_final))
    };
    let decision = draft.decision(staff, &loaded.case, asked);
    let body = view! {
        {ui::heading(title.to_owned(), lead)}
        {draft.values.as_ref().and_then(|values| compare(staff, asked, Some(values)))}
        {letter::view(staff, &loaded.case, &decision)}
        <form method="post" action=path(staff, &loaded.case) class="voordeur-card voordeur-stack" enctype="multipart/form-data" novalidate>
            <input type="hidden" name="versie" value=loaded.case.version/>
            {hidden}
            {files}
            <div class="utrecht-button-group">
                <button class="nl-button nl-button--primary" type="submit" name="stap" value="vaststellen">{go}</button>
                <button class="nl-button nl-button--secondary" type="submit" name="stap" value="wijzigen">{td_string!(locale, desk_cases.change)}</button>
                <a class="nl-button nl-button--subtle" href=staff.href(&format!("/balie/zaken/{}", loaded.case.reference))>{td_string!(locale, desk_cases.back)}</a>
            </div>
        </form>
    }
    .into_any();
    forms::sheet(staff, loaded, title.to_owned(), mistakes, None, body)
}
