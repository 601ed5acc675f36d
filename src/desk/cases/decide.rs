//! `/balie/zaken/{reference}/besluit`: a decision from a template, read through as the citizen will before it is final.

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
    act,
    documents::{self, FILES},
    field::{Field, Typed, mistake, typed},
    forms, letter, look,
    page::{self, Loaded},
    place::places,
    refused, timeline,
};
use crate::{
    app::{Page, Staff},
    cases::{self, Act, Case, Decision, Grounds, Kind, Outcome, Refused},
    deadlines,
    documents::FormWithFiles,
    error::Error,
    i18n::Locale,
    offers::{Amounts, Sent, cents, day, typed_day},
    rules::{
        ServiceRules, Version,
        model::{Amount, Template},
    },
    ui::{self, Mistake, numbers},
};

/// A letter is written out; more than this is no letter.
const LONGEST: usize = 20_000;
/// A letter by post goes out within so many days.
const ANNOUNCED_WITHIN: i64 = 14;

#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    sjabloon: String,
}

pub async fn get(staff: Staff, Path(reference): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let loaded = page::load(&staff, &reference).await?;
    if loaded.correction.is_some() {
        return Ok(Redirect::to(&staff.href(&format!("/balie/zaken/{reference}/correctie"))).into_response());
    }
    let service = loaded.service(&staff);
    let form = first(&staff, &loaded, service, &asked.sjabloon);
    let page = match form {
        Some(form) => form_page(&staff, &loaded, service, &form, &[], None),
        None => choose(&staff, &loaded, service),
    };
    Ok(staff.show(page))
}

pub async fn post(staff: Staff, Path(reference): Path<String>, form: FormWithFiles) -> Result<Response, Error> {
    let fields = &form.fields;
    let saw = act::version(fields)?;
    let case = look::before(&staff, &reference).await?;
    if case.kind == Kind::Correction {
        // A correction is decided with its value, on a page of its own.
        return Err(Error::BadRequest);
    }
    let service = case.service.as_deref().and_then(|id| staff.portal.rules.service(id));
    let draft = match read(&staff, service, fields) {
        Ok(draft) if typed(fields, "stap") != "wijzigen" => draft,
        other => {
            let (mistakes, status) = match other {
                Ok(_) => (Vec::new(), StatusCode::OK),
                Err(mistakes) => (mistakes, StatusCode::UNPROCESSABLE_ENTITY),
            };
            let loaded = page::load(&staff, &reference).await?;
            return Ok(staff.show(form_page(&staff, &loaded, service, fields, &mistakes, None).status(status)));
        }
    };
    if case.version != saw {
        return changed(&staff, &reference, service, fields, Refused::Changed, saw).await;
    }
    if typed(fields, "stap") != "vaststellen" {
        let loaded = page::load(&staff, &reference).await?;
        let decision = draft.decision(&staff, &loaded.case, service, &loaded.sent);
        return Ok(staff.show(preview(&staff, &loaded, fields, &decision, &[])));
    }
    let taken = match documents::take(&staff, form.files).await? {
        Ok(taken) => taken,
        Err(mistakes) => {
            let loaded = page::load(&staff, &reference).await?;
            let decision = draft.decision(&staff, &loaded.case, service, &loaded.sent);
            let page = preview(&staff, &loaded, &form.fields, &decision, &mistakes);
            return Ok(staff.show(page.status(StatusCode::UNPROCESSABLE_ENTITY)));
        }
    };
    let (mut scope, case) = look::hold(&staff, &reference).await?;
    let sealed = cases::store::application(scope.sql(), case.id).await?;
    let keys = &staff.portal.keys;
    let sent = Sent::read(scope.sql(), keys, case.service.as_deref(), case.period, sealed.as_deref()).await?;
    let mut decision = draft.decision(&staff, &case, service, &sent);
    decision.documents = documents::record(&mut scope, &taken).await?;
    let (act, done) = if cases::four_eyes(&staff.portal, &case, None) {
        (Act::Propose(Box::new(decision)), "voorstel")
    } else {
        (Act::Decide(Box::new(decision)), "besluit")
    };
    match cases::change(&staff.portal, &mut scope, case, act, act::by(&staff, Some(saw))).await {
        Ok(_) => {
            scope.commit().await?;
            Ok(act::to_case(&staff, &reference, done))
        }
        Err(refused) => {
            drop(scope);
            changed(&staff, &reference, service, &form.fields, refused, saw).await
        }
    }
}

/// It cannot be decided like this: the clerk sees why, what happened meanwhile, and what they wrote.
async fn changed(
    staff: &Staff,
    reference: &str,
    service: Option<&ServiceRules>,
    form: &Typed,
    refused: Refused,
    saw: i32,
) -> Result<Response, Error> {
    let why = refused::words(staff.locale, refused)?;
    let loaded = page::load(staff, reference).await?;
    Ok(staff.show(form_page(staff, &loaded, service, form, &[], Some((why, saw))).status(StatusCode::CONFLICT)))
}

fn templates(service: Option<&ServiceRules>) -> &[Template] {
    service.map_or(&[], |service| &service.service.handling.templates)
}

fn template<'s>(service: Option<&'s ServiceRules>, id: &str) -> Option<&'s Template> {
    templates(service).iter().find(|template| template.id == id)
}

/// The rule of a run, or else the one of today.
fn version<'s>(staff: &Staff, service: Option<&'s ServiceRules>, sent: Option<&Sent>) -> Option<&'s Version> {
    let service = service?;
    let from = sent.and_then(Sent::run).map(|(_, from)| from);
    service
        .versions
        .iter()
        .find(|version| Some(version.from) == from)
        .or_else(|| service.on(staff.portal.clock.today()))
}

/// The amounts that a service pays: field, what was worked out, and how the rule calls it.
fn amount_fields(amount: &Amount) -> Vec<&'static str> {
    let fields =
        [("jaar", &amount.year), ("kwartaal", &amount.quarter), ("maand", &amount.month), ("ineens", &amount.once)];
    fields.into_iter().filter(|(_, expression)| expression.is_some()).map(|(field, _)| field).collect()
}

fn label(locale: Locale, field: &str) -> &'static str {
    match field {
        "jaar" => td_string!(locale, desk_cases.per_year),
        "kwartaal" => td_string!(locale, desk_cases.per_quarter),
        "maand" => td_string!(locale, desk_cases.per_month),
        _ => td_string!(locale, desk_cases.once),
    }
}

const fn worked_out(amounts: &Amounts, field: &str) -> Option<i64> {
    match field.as_bytes() {
        b"jaar" => amounts.year,
        b"kwartaal" => amounts.quarter,
        b"maand" => amounts.month,
        _ => amounts.once,
    }
}

/// What the form starts with; none while a template is still to be chosen.
fn first(staff: &Staff, loaded: &Loaded, service: Option<&ServiceRules>, chosen: &str) -> Option<Typed> {
    let mut form = Typed::new();
    if !templates(service).is_empty() {
        let template = template(service, chosen)?;
        form.insert("sjabloon".to_owned(), template.id.clone());
        form.insert("uitkomst".to_owned(), template.outcome.as_str().to_owned());
        form.insert("redenen".to_owned(), template.reasons.trim().to_owned());
    }
    form.insert("bekend".to_owned(), typed_day(staff.portal.clock.today()));
    for field in version(staff, service, Some(&loaded.sent))
        .map(|version| amount_fields(&version.rule.amount))
        .unwrap_or_default()
    {
        if let Some(cents) = worked_out(&loaded.sent.amounts(), field) {
            form.insert(field.to_owned(), numbers::euros(Locale::nl, cents).replace(['€', '\u{a0}'], ""));
        }
    }
    Some(form)
}

/// What a clerk filled in, read.
struct Draft {
    outcome: Outcome,
    reasons: String,
    amounts: Amounts,
    announced_on: Date,
}

fn read(staff: &Staff, service: Option<&ServiceRules>, form: &Typed) -> Result<Draft, Vec<Mistake>> {
    let locale = staff.locale;
    let mut mistakes = Vec::new();
    let template = template(service, typed(form, "sjabloon"));
    let outcome = Outcome::from_text(typed(form, "uitkomst"));
    let fits = match (template, outcome) {
        (Some(template), Some(outcome)) => template.outcome == outcome,
        (None, Some(_)) => templates(service).is_empty(),
        (_, None) => false,
    };
    if !fits {
        let words = if template.is_some() || !templates(service).is_empty() {
            td_string!(locale, desk_cases.wrong_outcome)
        } else {
            td_string!(locale, desk_cases.no_outcome)
        };
        mistakes.push(mistake("uitkomst", words));
    }
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
    let mut amounts = Amounts::default();
    if matches!(outcome, Some(Outcome::Granted | Outcome::Partly)) {
        let fields =
            version(staff, service, None).map(|version| amount_fields(&version.rule.amount)).unwrap_or_default();
        for field in fields {
            let amount = cents(typed(form, field)).filter(|cents| *cents > 0);
            if amount.is_none() {
                mistakes.push(mistake(field, td_string!(locale, desk_cases.no_amount)));
            }
            match field {
                "jaar" => amounts.year = amount,
                "kwartaal" => amounts.quarter = amount,
                "maand" => amounts.month = amount,
                _ => amounts.once = amount,
            }
        }
    }
    // An earlier day would take days to object away (Awb art. 6:8).
    let today = staff.portal.clock.today();
    let last = today.saturating_add(ANNOUNCED_WITHIN.days());
    let announced_on = day(typed(form, "bekend")).filter(|day| (today..=last).contains(day));
    if announced_on.is_none() {
        let words = td_string!(locale, desk_cases.wrong_announced, most = ANNOUNCED_WITHIN).to_string();
        mistakes.push(mistake("bekend", words));
    }
    match (outcome, announced_on) {
        (Some(outcome), Some(announced_on)) if mistakes.is_empty() => {
            Ok(Draft { outcome, reasons, amounts, announced_on })
        }
        _ => Err(mistakes),
    }
}

impl Draft {
    fn decision(&self, staff: &Staff, case: &Case, service: Option<&ServiceRules>, sent: &Sent) -> Decision {
        let version = version(staff, service, Some(sent));
        let mut grounds = Grounds {
            law: law(version, self.outcome),
            year: self.amounts.year,
            quarter: self.amounts.quarter,
            month: self.amounts.month,
            once: self.amounts.once,
            ..Grounds::default()
        };
        if let Some((run, rule_from)) = sent.run() {
            grounds.rule_from = Some(rule_from);
            grounds.conditions = run.conditions.clone();
            grounds.steps = run.steps.clone();
            grounds.facts = run.facts.clone();
        }
        Decision {
            outcome: self.outcome,
            reasons: self.reasons.clone(),
            grounds,
            decided_on: staff.portal.clock.today(),
            announced_on: self.announced_on,
            // Against a decision on an objection one goes to court (Awb art. 7:1, 8:1).
            objection_until: (case.kind != Kind::Objection).then(|| deadlines::objection_until(self.announced_on)),
            documents: Vec::new(),
        }
    }
}

fn law(version: Option<&Version>, outcome: Outcome) -> String {
    match (outcome, version) {
        (Outcome::NotTreated, _) => "Awb art. 4:5".to_owned(),
        (_, Some(version)) => format!("{} art. {}", version.rule.law.name, version.rule.law.article),
        (_, None) => String::new(),
    }
}

fn path(staff: &Staff, case: &Case) -> String {
    staff.href(&format!("/balie/zaken/{}/besluit", case.reference))
}

/// Which template.
fn choose(staff: &Staff, loaded: &Loaded, service: Option<&ServiceRules>) -> Page {
    let locale = staff.locale;
    let title = td_string!(locale, desk_cases.act_decide);
    let items = templates(service)
        .iter()
        .map(|template| {
            let href = format!("{}?sjabloon={}", path(staff, &loaded.case), template.id);
            view! {
                <li>
                    {ui::icon("file")}
                    <div>
                        <a class="nl-link" href=href lang="nl"><b>{template.label.clone()}</b></a>
                        <p class="voordeur-subtle">{timeline::outcome(locale, template.outcome)}</p>
                    </div>
                </li>
            }
        })
        .collect_view();
    let body = view! {
        {ui::heading(title.to_owned(), td_string!(locale, desk_cases.choose_template))}
        <ul class="voordeur-card voordeur-card--flush voordeur-rows" role="list">{items}</ul>
    }
    .into_any();
    forms::sheet(staff, loaded, title.to_owned(), &[], None, body)
}

fn form_page(
    staff: &Staff,
    loaded: &Loaded,
    service: Option<&ServiceRules>,
    form: &Typed,
    mistakes: &[Mistake],
    refused: Option<(String, i32)>,
) -> Page {
    let locale = staff.locale;
    let title = td_string!(locale, desk_cases.act_decide);
    let four_eyes = cases::four_eyes(&staff.portal, &loaded.case, None).then(|| {
        ui::alert(ui::Tone::Info, view! { <p class="nl-paragraph">{td_string!(locale, desk_cases.four_eyes)}</p> })
    });
    let outcome = Outcome::from_text(typed(form, "uitkomst"));
    let chosen = template(service, typed(form, "sjabloon"));
    let came_out = match chosen {
        Some(template) => {
            let wrong =
                mistakes.iter().find(|mistake| mistake.field == "uitkomst").map(|mistake| mistake.message.clone());
            view! {
                <div id="uitkomst" tabindex="-1">
                    <input type="hidden" name="sjabloon" value=template.id.clone()/>
                    <input type="hidden" name="uitkomst" value=template.outcome.as_str()/>
                    <p class="nl-paragraph"><b>{timeline::outcome(locale, template.outcome)}</b> " (" <span lang="nl">{template.label.clone()}</span> ")"</p>
                    {wrong}
                </div>
            }
            .into_any()
        }
        None => {
            let options = Outcome::ALL.map(|own| (own.as_str().to_owned(), timeline::outcome(locale, own).to_owned()));
            Field { id: "uitkomst", label: td_string!(locale, desk_cases.outcome), hint: None, mistakes }
                .choice(options.to_vec(), typed(form, "uitkomst"))
        }
    };
    let open = places(typed(form, "redenen"));
    let hint = if open.is_empty() {
        td_string!(locale, desk_cases.reasons_hint).to_owned()
    } else {
        let open = open.into_iter().map(|place| format!("[{place}]")).collect::<Vec<_>>().join(", ");
        td_string!(locale, desk_cases.to_fill, places = open).to_string()
    };
    let reasons = Field { id: "redenen", label: td_string!(locale, desk_cases.reasons), hint: Some(hint), mistakes };
    let reasons = reasons.lines(typed(form, "redenen"), 12);
    let version = version(staff, service, Some(&loaded.sent));
    let pays = !matches!(outcome, Some(Outcome::Refused | Outcome::NotTreated));
    let amounts: Vec<AnyView> = version
        .filter(|_| pays)
        .map(|version| amount_fields(&version.rule.amount))
        .unwrap_or_default()
        .into_iter()
        .map(|field| {
            let hint = worked_out(&loaded.sent.amounts(), field).map(|cents| {
                td_string!(locale, desk_cases.worked_out, amount = numbers::euros(locale, cents)).to_string()
            });
            Field { id: field, label: label(locale, field), hint, mistakes }.line(typed(form, field), true)
        })
        .collect();
    let law = outcome.map(|outcome| law(version, outcome)).filter(|law| !law.is_empty()).map(|law| {
        view! { <p class="nl-paragraph">{td_string!(locale, desk_cases.law)} ": " <b lang="nl">{law}</b></p> }
    });
    let hint = Some(td_string!(locale, desk_cases.announced_hint).to_owned());
    let announced = Field { id: "bekend", label: td_string!(locale, desk_cases.announced), hint, mistakes };
    let announced = announced.line(typed(form, "bekend"), true);
    let body = view! {
        {ui::heading(title.to_owned(), td_string!(locale, desk_cases.decide_lead))}
        {four_eyes}
        <form method="post" action=path(staff, &loaded.case) class="voordeur-card voordeur-stack" novalidate>
            <input type="hidden" name="versie" value=loaded.case.version/>
            {came_out}
            {reasons}
            {amounts}
            {law}
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

/// The letter, before it is final.
fn preview(staff: &Staff, loaded: &Loaded, form: &Typed, decision: &Decision, mistakes: &[Mistake]) -> Page {
    let locale = staff.locale;
    let title = td_string!(locale, desk_cases.preview);
    let fields = ["sjabloon", "uitkomst", "redenen", "jaar", "kwartaal", "maand", "ineens", "bekend"];
    let hidden = fields
        .into_iter()
        .filter_map(|field| Some((field, form.get(field)?.clone())))
        .map(|(field, value)| view! { <input type="hidden" name=field value=value/> })
        .collect_view();
    let hint = Some(td_string!(locale, desk_cases.files_hint).to_owned());
    let files = Field { id: FILES, label: td_string!(locale, desk_cases.attachments), hint, mistakes }.files();
    let (lead, go) = if cases::four_eyes(&staff.portal, &loaded.case, None) {
        (td_string!(locale, desk_cases.preview_propose), td_string!(locale, desk_cases.propose))
    } else {
        (td_string!(locale, desk_cases.preview_lead), td_string!(locale, desk_cases.make_final))
    };
    let body = view! {
        {ui::heading(title.to_owned(), lead)}
        {letter::view(staff, &loaded.case, decision)}
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
