//! Yes: only what is missing is asked, then everything is shown once more, then it is sent. What was typed travels in hidden fields and
//! is checked again at each step; nothing is kept before it is sent.

use std::collections::BTreeSet;

use axum::{
    Form,
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use jiff::civil::Date;
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde_json::Value;

use super::{
    Amounts, Run, State,
    answers::{Answers, Question},
    case,
    check::{self, Standing, can_be_asked},
    choose::{Typed, begin, offer_of, service_of, summary},
    explain::{self, Explained},
    find::after,
    model::MessageKind,
    parts::{under_offer, why},
    store::{self, Choice, Kept, Worked},
    wording,
};
use crate::{
    app::{Citizen, Page, Place, Visit},
    cases,
    database::Scope,
    error::Error,
    rules::{self, FactRow, Outcome, ServiceRules, Version, model::Mode},
    ui::{self, Field, Mistake},
};

/// An application in the making.
struct Application<'a> {
    visit: &'a Visit,
    service: &'a ServiceRules,
    version: Option<&'a Version>,
    /// Where its forms are sent, and the page it belongs to.
    path: String,
    above: String,
    kept: Option<&'a Kept>,
    period: Option<Date>,
    run: &'a Run,
    amounts: Amounts,
    /// Facts to be filled in, then what the organisation asks.
    facts: Vec<Question<'a>>,
    asks: Vec<Question<'a>>,
    typed: &'a Typed,
}

/// Which questions a form shows; the others travel along unseen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Facts,
    Asks,
    All,
}

/// The form, or the summary when nothing is missing.
pub async fn form(citizen: Citizen, Path((id, name)): Path<(String, String)>) -> Result<Response, Error> {
    accept(citizen, id, name, Typed::new(), true).await
}

pub async fn post(
    citizen: Citizen,
    Path((id, name)): Path<(String, String)>,
    Form(typed): Form<Typed>,
) -> Result<Response, Error> {
    accept(citizen, id, name, typed, false).await
}

async fn accept(citizen: Citizen, id: String, name: String, typed: Typed, first: bool) -> Result<Response, Error> {
    let service = service_of(&citizen, &id)?;
    let mut scope = begin(&citizen, service).await?;
    let kept = offer_of(&mut scope, service, &name).await?;
    let path = wording::path(service, &kept);
    let (now, today) = (citizen.portal.clock.now(), citizen.portal.clock.today());
    let to_page = || Redirect::to(&citizen.href(&path)).into_response();
    let inform = service.proactive.mode == Mode::Inform;
    let open = kept.offer.state.is_open() && kept.offer.expires_on >= today;
    // A second click finds it accepted: then there is a receipt.
    if kept.offer.state == State::Accepted && !first && !inform {
        scope.commit().await?;
        return Ok(to_receipt(&citizen, kept.offer.reference.as_deref()));
    }
    if !open || inform && first {
        scope.commit().await?;
        return Ok(to_page());
    }
    if inform {
        let choice = Choice { in_time: true, ..Choice::new(&kept.offer, State::Accepted, "arranged", now) };
        store::choose(scope.sql(), choice).await?;
        scope.commit().await?;
        return Ok(to_page());
    }
    let application = Application {
        visit: &citizen,
        service,
        version: wording::version_of(service, &kept.offer),
        path: format!("{path}/ja"),
        above: path.clone(),
        kept: Some(&kept),
        period: Some(kept.offer.period),
        run: &kept.offer.run,
        amounts: kept.offer.amounts,
        facts: Vec::new(),
        asks: service.proactive.asks.iter().map(Question::Ask).collect(),
        typed: &typed,
    };
    let step = typed.get("stap").map(String::as_str).unwrap_or_default();
    if application.asks.is_empty() && step != "versturen" {
        scope.commit().await?;
        return Ok(citizen.show(application.summary(&Answers::default())));
    }
    if first || step == "wijzigen" {
        scope.commit().await?;
        return Ok(citizen.show(application.form(Part::All, Vec::new(), false)));
    }
    let (answers, mistakes) = application.read();
    if !mistakes.is_empty() {
        scope.commit().await?;
        let page = application.form(Part::All, mistakes, false);
        return Ok(citizen.show(page.status(StatusCode::UNPROCESSABLE_ENTITY)));
    }
    if step != "versturen" {
        scope.commit().await?;
        return Ok(citizen.show(application.summary(&answers)));
    }
    let reference = send(&citizen, &mut scope, service, &kept, &answers).await?;
    scope.commit().await?;
    Ok(to_receipt(&citizen, Some(&reference)))
}

/// What was accepted has a receipt under the number of its case.
fn to_receipt(citizen: &Citizen, reference: Option<&str>) -> Response {
    let path =
        reference.map_or_else(|| "/mijn/zaken".to_owned(), |reference| format!("/mijn/zaken/{reference}/bewijs"));
    Redirect::to(&citizen.href(&path)).into_response()
}

/// Accepts and makes the case of it; its number. Whoever comes second finds that of the first.
async fn send(
    citizen: &Citizen,
    scope: &mut Scope,
    service: &ServiceRules,
    kept: &Kept,
    answers: &Answers,
) -> Result<String, Error> {
    let portal = &citizen.portal;
    let reference = cases::new_reference(&portal.keys, portal.clock.today().year());
    let choice = Choice {
        in_time: true,
        sent: Some((answers.seal(&portal.keys), reference.clone())),
        tell: Some((MessageKind::Accepted, &service.service.organisation)),
        ..Choice::new(&kept.offer, State::Accepted, "accepted", portal.clock.now())
    };
    if store::choose(scope.sql(), choice).await?.is_some() {
        case::open(portal, scope, citizen.person, service, &kept.offer, answers, reference.clone()).await?;
        return Ok(reference);
    }
    let first = store::one(scope.sql(), service.id(), kept.offer.period).await?;
    first.and_then(|kept| kept.offer.reference).ok_or(Error::Conflict)
}

/// The facts that no register has, for a service that cannot be worked out without them.
pub async fn fill_form(citizen: Citizen, Path(id): Path<String>) -> Result<Response, Error> {
    fill_in(citizen, id, Typed::new(), true).await
}

pub async fn fill(citizen: Citizen, Path(id): Path<String>, Form(typed): Form<Typed>) -> Result<Response, Error> {
    fill_in(citizen, id, typed, false).await
}

async fn fill_in(citizen: Citizen, id: String, typed: Typed, first: bool) -> Result<Response, Error> {
    let service = service_of(&citizen, &id)?;
    let portal = &citizen.portal;
    let today = portal.clock.today();
    let above = format!("/mijn/aanbod/{id}");
    let mut scope = begin(&citizen, service).await?;
    let mine = store::mine(scope.sql(), 0).await?;
    citizen.set_unread(mine.unread);
    if mine.conflict {
        return Err(Error::NotFound);
    }
    let known = store::facts(scope.sql()).await?.unwrap_or_default();
    let checks = check::check(scope.sql(), &portal.rules, &[service], citizen.person, today).await?;
    let check = checks.into_iter().next().ok_or(Error::NotFound)?;
    let (Some(version), Standing::NeedsData) = (check.version, check.standing(&portal.rules)) else {
        scope.commit().await?;
        return Ok(Redirect::to(&citizen.href(&above)).into_response());
    };
    // Only what no register knows can be filled in, whatever else a form sends.
    let may_be_typed: Vec<Question<'_>> = version
        .compiled
        .facts()
        .into_iter()
        .filter(|name| known.get(*name).is_none_or(Value::is_null))
        .filter_map(|name| portal.rules.facts.get(name))
        .filter(|fact| can_be_asked(fact))
        .map(Question::Fact)
        .collect();
    let mut row = FactRow(known.into_iter().collect());
    let mut answers = Answers::default();
    for question in &may_be_typed {
        let Question::Fact(fact) = question else { continue };
        if let Some(value) = typed.get(&question.field()).and_then(|typed| question.read(typed)) {
            row.0.insert(fact.name.clone(), value.clone());
            answers.facts.insert(fact.name.clone(), value);
        }
    }
    let outcomes = rules::of_facts(scope.sql(), service, &[row], today).await?;
    let outcome = outcomes.into_iter().next().ok_or_else(|| Error::internal("no outcome of facts"))?;
    let run = Run::from(&outcome);
    // What was asked stays on the form, beside what is still missing.
    let asked = |question: &Question<'_>| {
        let Question::Fact(fact) = question else { return false };
        typed.contains_key(&question.field())
            || was_asked(&typed, question)
            || outcome.missing.contains(&fact.name)
            || check.missing().contains(&fact.name)
    };
    let application = Application {
        visit: &citizen,
        service,
        version: Some(version),
        path: format!("{above}/invullen"),
        above,
        kept: None,
        period: outcome.period,
        run: &run,
        amounts: Amounts::from(&outcome),
        facts: may_be_typed.iter().copied().filter(asked).collect(),
        asks: service.proactive.asks.iter().map(Question::Ask).collect(),
        typed: &typed,
    };
    let step = typed.get("stap").map(String::as_str).unwrap_or_default();
    let (mut all, mistakes) = application.read();
    all.facts = answers.facts;
    let in_facts = |mistake: &Mistake| application.facts.iter().any(|question| question.field() == mistake.field);
    let shown = |mistake: &Mistake| application.was_asked(&mistake.field);
    let (wrong_facts, wrong_asks): (Vec<Mistake>, Vec<Mistake>) = mistakes.into_iter().partition(in_facts);
    let wrong_facts: Vec<Mistake> = wrong_facts.into_iter().filter(shown).collect();
    let still_missing = outcome.eligible.is_none() && application.can_go_on(&outcome);
    let page = if first || step == "wijzigen" {
        application.form(Part::Facts, Vec::new(), false)
    } else if !wrong_facts.is_empty() && outcome.eligible != Some(false) {
        application.form(Part::Facts, wrong_facts, false).status(StatusCode::UNPROCESSABLE_ENTITY)
    } else if still_missing {
        application.form(Part::Facts, Vec::new(), true)
    } else if outcome.eligible != Some(true) {
        application.no_fit(&all)
    } else if service.proactive.mode == Mode::Inform {
        let kept = make(&mut scope, &application, version, &outcome, &all).await?;
        scope.commit().await?;
        return Ok(Redirect::to(&citizen.href(&wording::path(service, &kept))).into_response());
    } else if !wrong_asks.is_empty() {
        let asked: Vec<Mistake> = wrong_asks.into_iter().filter(shown).collect();
        let status = if asked.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        application.form(Part::Asks, asked, false).status(status)
    } else if step != "versturen" {
        application.summary(&all)
    } else {
        let kept = make(&mut scope, &application, version, &outcome, &all).await?;
        let reference = send(&citizen, &mut scope, service, &kept, &all).await?;
        scope.commit().await?;
        return Ok(to_receipt(&citizen, Some(&reference)));
    };
    scope.commit().await?;
    Ok(citizen.show(page))
}

/// Makes the offer that follows from what was filled in, or finds the one that another window made.
async fn make(
    scope: &mut Scope,
    application: &Application<'_>,
    version: &Version,
    outcome: &Outcome,
    answers: &Answers,
) -> Result<Kept, Error> {
    let (service, portal) = (application.service, &application.visit.portal);
    let today = portal.clock.today();
    let period = outcome.period.ok_or_else(|| Error::internal("an outcome that fits has a period"))?;
    let worked = Worked {
        outcome,
        rule_from: version.from,
        rule_hash: &version.hash,
        expires_on: after(today, service.proactive.expires_after)?,
        on: today,
    };
    let sealed = answers.seal(&portal.keys);
    store::offer_likely(scope.sql(), service.id(), period, &worked, &sealed, portal.clock.now()).await?;
    let mine = store::mine(scope.sql(), 0).await?;
    let kept = mine.offers.into_iter().find(|kept| kept.offer.service == service.id() && kept.offer.period == period);
    kept.ok_or(Error::Conflict)
}

/// Whether a form that was sent showed this question. Nothing chosen sends nothing, so the form says which it showed.
fn was_asked(typed: &Typed, question: &Question<'_>) -> bool {
    typed.get("gevraagd").is_some_and(|asked| asked.split(' ').any(|field| field == question.field()))
}

impl Application<'_> {
    fn was_asked(&self, field: &str) -> bool {
        self.typed.get("gevraagd").is_some_and(|asked| asked.split(' ').any(|own| own == field))
    }

    /// Whether everything that is still missing can be asked.
    fn can_go_on(&self, outcome: &Outcome) -> bool {
        let askable = |name: &String| self.visit.portal.rules.facts.get(name).is_some_and(can_be_asked);
        !outcome.missing.is_empty() && outcome.missing.iter().all(askable)
    }

    fn read(&self) -> (Answers, Vec<Mistake>) {
        let mut answers = Answers::default();
        let mut mistakes = Vec::new();
        for question in self.facts.iter().chain(&self.asks) {
            let field = question.field();
            match (self.typed.get(&field).and_then(|typed| question.read(typed)), question) {
                (Some(value), Question::Fact(fact)) => _ = answers.facts.insert(fact.name.clone(), value),
                (Some(value), Question::Ask(ask)) => _ = answers.asks.insert(ask.id.clone(), value),
                (None, _) => mistakes.push(Mistake { field: field.into(), message: question.mistake(self.visit) }),
            }
        }
        (answers, mistakes)
    }

    fn organisation(&self) -> String {
        wording::organisation_in_sentence(self.visit, self.service, self.run.facts.get("municipality"))
    }

    fn under(&self, page: Page) -> Page {
        let period = self.period;
        under_offer(page, self.visit, self.service, self.above.clone(), period)
    }

    fn hidden(&self, questions: &[Question<'_>]) -> Vec<AnyView> {
        let values =
            questions.iter().filter_map(|question| Some((question.field(), self.typed.get(&question.field())?)));
        values.map(|(name, value)| view! { <input type="hidden" name=name value=value.clone()/> }.into_any()).collect()
    }

    fn form(&self, part: Part, mistakes: Vec<Mistake>, more: bool) -> Page {
        let (visit, service) = (self.visit, self.service);
        let locale = visit.locale;
        let (shown, unseen): (&[Question<'_>], &[Question<'_>]) = match part {
            Part::Facts => (&self.facts, &self.asks),
            Part::Asks => (&self.asks, &self.facts),
            Part::All => (&self.asks, &[]),
        };
        let name = wording::title(locale, service, self.period);
        let (title, lead) = match part {
            Part::Facts => (
                td_string!(locale, offers.fill_title, service = name).to_string(),
                td_string!(locale, offers.fill_lead),
            ),
            _ => {
                (td_string!(locale, offers.ask_title, service = name).to_string(), td_string!(locale, offers.ask_lead))
            }
        };
        let result = (part == Part::Asks).then(|| ui::alert(ui::Tone::Ok, self.result()));
        let more = more.then(|| {
            ui::alert(ui::Tone::Info, view! { <p class="nl-paragraph">{td_string!(locale, offers.fill_more)}</p> })
        });
        let fields = shown
            .iter()
            .map(|question| {
                let field = question.field();
                let value = self.typed.get(&field).cloned().unwrap_or_default();
                let mistake =
                    mistakes.iter().find(|mistake| mistake.field == field).map(|mistake| mistake.message.clone());
                let field = Field { id: field, label: question.label(visit), hint: question.hint(visit), mistake };
                match question.is_yes_no() {
                    true => field.yes_no([true, false].map(|flag| wording::yes_no(locale, flag)), &value),
                    false => field.text(value, question.has_lines(), None),
                }
            })
            .collect_view();
        let asked = shown.iter().map(Question::field).collect::<Vec<_>>().join(" ");
        let body = view! {
            <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
                {summary(visit, &mistakes)}
                {ui::heading(title.clone(), lead)}
                {result}
                {more}
                <form class="utrecht-form voordeur-stack voordeur-stack--wide" method="post" action=visit.href(&self.path) novalidate>
                    {self.hidden(unseen)}
                    <input type="hidden" name="gevraagd" value=asked/>
                    {fields}
                    <div class="utrecht-button-group">
                        <button class="nl-button nl-button--primary" type="submit" name="stap" value="verder">{td_string!(locale, offers.next)}</button>
                        <a class="nl-button nl-button--subtle" href=visit.href(&self.above)>{td_string!(locale, offers.stop_here)}</a>
                    </div>
                </form>
            </div>
        };
        self.under(Page::new(title, Place::Offers, body))
    }

    /// What the facts that were filled in lead to.
    fn result(&self) -> AnyView {
        let locale = self.visit.locale;
        let words = match wording::amount_phrase(locale, &self.amounts) {
            Some(amount) => td_string!(locale, offers.summary_result, amount = amount).to_string(),
            None => td_string!(locale, offers.summary_result_plain).to_owned(),
        };
        view! { <p class="nl-paragraph">{words}</p> }.into_any()
    }

    fn summary(&self, answers: &Answers) -> Page {
        let (visit, service) = (self.visit, self.service);
        let locale = visit.locale;
        let title = td_string!(locale, offers.summary_title).to_owned();
        let lead = td_string!(locale, offers.summary_lead, organisation = self.organisation()).to_string();
        let result = self.kept.is_none().then(|| ui::alert(ui::Tone::Ok, self.result()));
        let questions: Vec<Question<'_>> = self.facts.iter().chain(&self.asks).copied().collect();
        let change = (!questions.is_empty()).then(|| {
            view! { <button class="nl-button nl-button--secondary" type="submit" name="stap" value="wijzigen">{td_string!(locale, offers.change)}</button> }
        });
        let sent = sent(visit, service, self.version, self.run, &self.amounts, answers, self.period);
        let body = view! {
            <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
                {ui::heading(title.clone(), lead)}
                {result}
                {sent}
                <form class="utrecht-form" method="post" action=visit.href(&self.path)>
                    {self.hidden(&questions)}
                    <div class="utrecht-button-group">
                        <button class="nl-button nl-button--primary" type="submit" name="stap" value="versturen">{td_string!(locale, offers.send)}</button>
                        {change}
                        <a class="nl-button nl-button--subtle" href=visit.href(&self.above)>{td_string!(locale, offers.stop_here)}</a>
                    </div>
                </form>
            </div>
        };
        self.under(Page::new(title, Place::Offers, body))
    }

    /// What was filled in shows that it does not fit, or still not whether it does.
    fn no_fit(&self, answers: &Answers) -> Page {
        let (visit, service) = (self.visit, self.service);
        let locale = visit.locale;
        let name = explain::in_sentence(service.service.name.get(locale));
        let title = td_string!(locale, offers.typed_no_fit, service = name).to_string();
        let typed = answers.typed_facts();
        let explained = self.version.map(|version| Explained {
            visit,
            version,
            run: self.run,
            typed: &typed,
            doubted: &explain::NOTHING_DOUBTED,
        });
        let why = explained.as_ref().map(|explained| why(visit, service, explained, false));
        let body = view! {
            <div class="voordeur-wrap voordeur-stack voordeur-stack--sections">
                {ui::heading(title.clone(), td_string!(locale, offers.typed_no_fit_text))}
                {why}
                <form method="post" action=visit.href(&self.path)>
                    {self.hidden(&self.facts)}
                    <div class="utrecht-button-group">
                        <button class="nl-button nl-button--secondary" type="submit" name="stap" value="wijzigen">{td_string!(locale, offers.try_again)}</button>
                        <a class="nl-button nl-button--subtle" href=visit.href("/mijn/aanbod")>{td_string!(locale, offers.to_offers)}</a>
                    </div>
                </form>
            </div>
        };
        self.under(Page::new(title, Place::Offers, body))
    }
}

/// Everything that is sent: what one gets, what was filled in and what was known.
pub(super) fn sent(
    visit: &Visit,
    service: &ServiceRules,
    version: Option<&Version>,
    run: &Run,
    amounts: &Amounts,
    answers: &Answers,
    period: Option<Date>,
) -> AnyView {
    let locale = visit.locale;
    let typed: BTreeSet<String> = answers.typed_facts();
    let value = |what: String, words: String, source: String| {
        let source = (!source.is_empty()).then(|| view! { <dd class="voordeur-value__source">{source}</dd> });
        view! { <div class="voordeur-value"><dt>{what}</dt><dd class="voordeur-value__main">{words}</dd>{source}</div> }
            .into_any()
    };
    let mut gets = vec![value(
        td_string!(locale, offers.what).to_owned(),
        wording::title(locale, service, period),
        period.and_then(|period| wording::period(locale, service, period)).unwrap_or_default(),
    )];
    gets.extend(
        explain::totals(visit, amounts)
            .into_iter()
            .rev()
            .map(|(what, amount)| value(what.to_owned(), amount, String::new())),
    );
    let mut filled: Vec<AnyView> = Vec::new();
    for (name, own) in &answers.facts {
        let Some(fact) = visit.portal.rules.facts.get(name) else { continue };
        let question = Question::Fact(fact);
        filled.push(value(question.label(visit), question.words(visit, own), String::new()));
    }
    for ask in &service.proactive.asks {
        let Some(own) = answers.asks.get(&ask.id) else { continue };
        let question = Question::Ask(ask);
        filled.push(value(question.label(visit), question.words(visit, own), String::new()));
    }
    if let Some(explanation) = &answers.explanation {
        filled.push(value(td_string!(locale, offers.apply_explanation).to_owned(), explanation.clone(), String::new()));
    }
    let known: Vec<AnyView> = version
        .map(|version| {
            let registered = Explained { visit, version, run, typed: &typed, doubted: &explain::NOTHING_DOUBTED };
            registered.registered_facts().into_iter().map(|(what, words, source)| value(what, words, source)).collect()
        })
        .unwrap_or_default();
    let section = |id: &'static str, title: &'static str, values: Vec<AnyView>| {
        (!values.is_empty()).then(|| {
            view! {
                <section class="voordeur-card voordeur-stack" aria-labelledby=id>
                    <h2 class="nl-heading nl-heading--level-3" id=id>{title}</h2>
                    <dl class="voordeur-values">{values}</dl>
                </section>
            }
        })
    };
    view! {
        {section("krijgt", td_string!(locale, offers.summary_you_get), gets)}
        {section("ingevuld", td_string!(locale, offers.summary_answers), filled)}
        {section("bekend", td_string!(locale, offers.summary_data), known)}
    }
    .into_any()
}
