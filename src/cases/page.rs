//! `/mijn/zaken/{reference}`: where a case stands, what happens next and by when, and what one can do.

use axum::{
    extract::{Path, Query},
    response::{IntoResponse, Redirect, Response},
};
use jiff::civil::Date;
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    act::documents_of,
    list::usage,
    mine::{self, Related, Whole},
    model::{Action, Actor, Case, Event, Happening, Kind, Stage},
    now, timeline, wording,
};
use crate::{
    app::{Citizen, Page, Place, Visit},
    clock, corrections,
    database::Scope,
    documents::{self, Document, DocumentId, Origin},
    error::Error,
    rules::ServiceRules,
    ui::{self, Tone, dates},
    usage::{Activity, activity},
};

/// A case as somebody asked for it, in a transaction that goes on.
pub(super) struct Looked {
    pub scope: Scope,
    pub whole: Whole,
}

/// Reads a case of the citizen; who has a number that stands on another list too, is shown none.
pub(super) async fn look(citizen: &Citizen, reference: &str, activity: Activity) -> Result<Looked, Error> {
    let mut scope = citizen.portal.database.look(citizen.person, usage(citizen, activity)).await?;
    let (around, whole) = mine::whole(scope.sql(), reference).await?;
    citizen.set_unread(around.unread);
    let whole = whole.filter(|_| !around.conflict).ok_or(Error::NotFound)?;
    Ok(Looked { scope, whole })
}

/// What was just done, so that the page says so.
#[derive(Deserialize)]
pub struct Question {
    gedaan: Option<String>,
}

pub async fn get(
    citizen: Citizen,
    Path(reference): Path<String>,
    Query(question): Query<Question>,
) -> Result<Response, Error> {
    let Looked { mut scope, whole } = look(&citizen, &reference, activity::VIEW_CASES).await?;
    let documents = documents::of(scope.sql(), &document_ids(&whole)).await?;
    scope.commit().await?;
    let seen = Seen::new(&citizen, &whole, &documents);
    Ok(citizen.show(seen.page(question.gedaan.as_deref())))
}

/// To the page of a case, which says what was done.
pub(super) fn to_case(citizen: &Citizen, path: &str, done: &str) -> Response {
    Redirect::to(&citizen.href(&format!("{path}?gedaan={done}"))).into_response()
}

/// Every document that the citizen sees with a case.
pub(super) fn document_ids(whole: &Whole) -> Vec<DocumentId> {
    let decided = whole.decision.iter().flat_map(|decision| decision.documents.iter().copied());
    let mut ids: Vec<Uuid> =
        whole.events.iter().flat_map(|event| documents_of(&event.what).iter().copied()).chain(decided).collect();
    ids.sort();
    ids.dedup();
    ids.into_iter().map(DocumentId).collect()
}

/// A case as its pages show it.
pub(super) struct Seen<'a> {
    pub visit: &'a Visit,
    pub whole: &'a Whole,
    pub case: &'a Case,
    pub service: Option<&'a ServiceRules>,
    pub documents: &'a [Document],
    pub today: Date,
}

impl<'a> Seen<'a> {
    pub fn new(visit: &'a Visit, whole: &'a Whole, documents: &'a [Document]) -> Self {
        let service = whole.case.service.as_deref().and_then(|id| visit.portal.rules.service(id));
        Self { visit, whole, case: &whole.case, service, documents, today: visit.portal.clock.today() }
    }

    /// An address below that of the case.
    pub fn path(&self, end: &str) -> String {
        self.visit.href(&format!("{}/{end}", self.case.path()))
    }

    pub fn organisation(&self) -> String {
        wording::organisation_in_sentence(self.visit, self.case)
    }

    /// Whether the citizen may do something now.
    pub fn may(&self, action: Action) -> bool {
        self.case.stage.allows(action, Actor::Citizen)
    }

    /// Ended by the citizen.
    pub fn withdrawn(&self) -> Option<&'a Event> {
        self.whole.events.iter().rev().find(|event| event.what == Happening::Withdrawn)
    }

    /// The case of which this is a part: it has the contact point.
    pub fn parent(&self) -> Option<&'a Related> {
        self.whole.related.iter().find(|other| Some(other.id) == self.case.part_of)
    }

    /// The objection to the decision that still counts: one that was withdrawn does not.
    pub fn objection(&self) -> Option<&'a Related> {
        self.whole.related.iter().find(|other| other.objects_to == Some(self.case.id) && !other.withdrawn)
    }

    /// The last day on which objecting is in time, where one can object and did not.
    pub fn can_object_until(&self) -> Option<Date> {
        let possible = self.may(Action::Object) && self.case.kind != Kind::Objection && self.objection().is_none();
        self.whole.decision.as_ref().filter(|_| possible)?.objection_until
    }

    /// The crumbs of pages below that of the case.
    pub fn under(&self, page: Page) -> Page {
        let locale = self.visit.locale;
        page.under(td_string!(locale, shell.overview), "/mijn")
            .under(td_string!(locale, cases.title), "/mijn/zaken")
            .under(wording::title(self.visit, self.case), self.case.path())
    }

    fn page(&self, done: Option<&str>) -> Page {
        let (visit, case) = (self.visit, self.case);
        let locale = visit.locale;
        let title = wording::title(visit, case);
        let about = td_string!(
            locale,
            cases.about,
            organisation = wording::organisation(visit, &case.organisation),
            reference = case.reference.as_str()
        )
        .to_string();
        let status = case.status.as_ref().map(|words| {
            let day = case.status_at.map(clock::day);
            let day = day.map(|day| view! { " " <span class="voordeur-subtle">"(" <time datetime=day.to_string()>{dates::date(locale, day)}</time> ")"</span> });
            view! {
                <p class="nl-paragraph voordeur-measure">
                    <b>{td_string!(locale, cases.status_of, organisation = wording::organisation(visit, &case.organisation)).to_string()}</b>
                    " " {wording::own_words(locale, words)} {day}
                </p>
            }
        });
        let body = view! {
            <div class="voordeur-wrap voordeur-stack voordeur-stack--sections">
                <div class="voordeur-stack">
                    {self.done(done)}
                    <div class="voordeur-stack voordeur-stack--tight">
                        <h1 class="nl-heading nl-heading--level-1">{wording::own_words(locale, &case.title)}</h1>
                        <p class="nl-paragraph">{about}</p>
                    </div>
                    {self.steps()}
                    {status}
                </div>
                <div class="voordeur-split">
                    <div class="voordeur-stack voordeur-stack--sections">
                        {now::section(self)}
                        {self.whole.correction.as_ref().map(|correction| corrections::section(visit, correction))}
                        {timeline::section(self)}
                        {self.decision()}
                        {self.document_list()}
                        {self.belongs()}
                    </div>
                    {self.aside()}
                </div>
            </div>
        }
        .into_any();
        Page::new(title, Place::Cases, body)
            .under(td_string!(locale, shell.overview), "/mijn")
            .under(td_string!(locale, cases.title), "/mijn/zaken")
    }

    /// Says what was just done, if it was.
    fn done(&self, done: Option<&str>) -> Option<AnyView> {
        let locale = self.visit.locale;
        let last = self.whole.events.iter().rev().find(|event| event.actor == Actor::Citizen)?;
        let words = match (done?, &last.what) {
            ("antwoord", Happening::Answered { .. }) => td_string!(locale, cases.did_answer),
            ("documenten", Happening::Documents { .. }) => td_string!(locale, cases.did_documents),
            ("vraag", Happening::Enquired { .. }) => td_string!(locale, cases.did_enquire),
            ("ingetrokken", Happening::Withdrawn) => td_string!(locale, cases.did_withdraw),
            ("ingebrekestelling", Happening::NoticeGiven { .. }) => td_string!(locale, cases.did_notice),
            ("bezwaar", Happening::Opened | Happening::Documents { .. }) if self.case.kind == Kind::Objection => {
                td_string!(locale, cases.did_object)
            }
            _ => return None,
        };
        let about = td_string!(
            locale,
            cases.did_about,
            organisation = self.organisation(),
            moment = wording::moment(locale, last.at)
        )
        .to_string();
        let body = view! { <p class="nl-paragraph" role="status"><b>{words}</b> " " {about}</p> };
        Some(ui::alert(Tone::Ok, body).into_any())
    }

    /// The four stages that every case has.
    fn steps(&self) -> AnyView {
        let (locale, case) = (self.visit.locale, self.case);
        let day = |date: Date| dates::date(locale, date);
        let decided_on = self.whole.decision.as_ref().map(|decision| decision.announced_on);
        let over = case.stage == Stage::Done;
        let steps = Stage::ALL.map(|stage| {
            let is_past = stage < case.stage || over;
            let skipped = is_past && stage == Stage::Decided && decided_on.is_none();
            let note = match stage {
                Stage::Received => day(clock::day(case.received_at)),
                Stage::InTreatment if case.question.is_some() => td_string!(locale, cases.waits_for_you).to_owned(),
                Stage::InTreatment if case.is_paused() => td_string!(locale, cases.clock_stands).to_owned(),
                Stage::InTreatment if case.stage == Stage::Received => td_string!(locale, cases.not_begun).to_owned(),
                Stage::InTreatment => String::new(),
                Stage::Decided if skipped => td_string!(locale, cases.not_needed).to_owned(),
                Stage::Decided => match decided_on {
                    Some(date) => day(date),
                    None => td_string!(locale, cases.by_at_latest, date = day(case.due(self.today))).to_string(),
                },
                Stage::Done => match case.closed_at {
                    Some(at) => day(clock::day(at)),
                    None => td_string!(locale, cases.after_decision).to_owned(),
                },
            };
            let class = (is_past && !skipped).then_some("voordeur-done");
            let current = (stage == case.stage && !over).then_some("step");
            let ready = (is_past && !skipped)
                .then(|| view! { <span class="voordeur-visually-hidden">", " {td_string!(locale, cases.ready)}</span> });
            view! { <li class=class aria-current=current><span>{wording::stage(locale, stage)}{ready}</span><small>{note}</small></li> }
        });
        view! { <ol class="voordeur-steps voordeur-card" role="list">{steps.into_iter().collect_view()}</ol> }
            .into_any()
    }

    fn decision(&self) -> Option<AnyView> {
        let locale = self.visit.locale;
        let body = match &self.whole.decision {
            Some(decision) => {
                let date =
                    td_string!(locale, cases.decided_on, date = dates::date(locale, decision.announced_on)).to_string();
                view! {
                    <div class="voordeur-card voordeur-stack">
                        <p class="nl-paragraph"><b>{wording::outcome(locale, self.case.kind, decision.outcome)}</b></p>
                        <p class="voordeur-subtle">{date}</p>
                        <p><a class="nl-link voordeur-target" href=self.path("besluit")>{td_string!(locale, cases.read_decision)} " " {ui::icon("arrow")}</a></p>
                    </div>
                }
                .into_any()
            }
            None if self.case.stage.is_open() => ui::empty(
                "file",
                view! {
                    <p class="nl-paragraph"><b>{td_string!(locale, cases.no_decision)}</b></p>
                    <p class="voordeur-subtle">{td_string!(locale, cases.no_decision_text)}</p>
                },
            )
            .into_any(),
            None => return None,
        };
        Some(
            view! {
                <section class="voordeur-stack" aria-labelledby="besluit">
                    <h2 class="nl-heading nl-heading--level-2" id="besluit">{td_string!(locale, cases.decision)}</h2>
                    {body}
                </section>
            }
            .into_any(),
        )
    }

    fn document_list(&self) -> Option<AnyView> {
        let locale = self.visit.locale;
        let add = self.may(Action::AddDocument).then(|| {
            view! { <p><a class="nl-link voordeur-target" href=self.path("documenten")>{td_string!(locale, cases.add_documents)} " " {ui::icon("arrow")}</a></p> }
        });
        if self.documents.is_empty() && add.is_none() {
            return None;
        }
        let rows = document_rows(self.visit, &self.organisation(), self.documents);
        let none = rows.is_none().then(|| {
            view! { <p class="nl-paragraph">{td_string!(locale, cases.no_documents)}</p> }
        });
        Some(
            view! {
                <section class="voordeur-stack" aria-labelledby="documenten">
                    <h2 class="nl-heading nl-heading--level-2" id="documenten">{td_string!(locale, cases.documents)}</h2>
                    {none}
                    {rows}
                    {add}
                </section>
            }
            .into_any(),
        )
    }

    /// Parts of this case, the whole of which it is a part, and objections, each with the way there.
    fn belongs(&self) -> Option<AnyView> {
        let locale = self.visit.locale;
        let rows = self.whole.related.iter().map(|other| {
            let how = if other.objects_to == Some(self.case.id) {
                td_string!(locale, cases.is_objection)
            } else if self.case.objects_to == Some(other.id) {
                td_string!(locale, cases.objects_to)
            } else if other.part_of == Some(self.case.id) {
                td_string!(locale, cases.is_part)
            } else {
                td_string!(locale, cases.is_whole)
            };
            let organisation = wording::organisation(self.visit, &other.organisation);
            let stage = match other.withdrawn {
                true => td_string!(locale, cases.withdrawn_short),
                false => wording::stage(locale, other.stage),
            };
            view! {
                <li>
                    {ui::icon("file")}
                    <div class="voordeur-stack voordeur-stack--tight">
                        <b><a class="nl-link voordeur-link-quiet" href=self.visit.href(&other.path())>{wording::own_words(locale, &other.title)}</a></b>
                        <p class="voordeur-subtle">{how} ". " {organisation} ". " {stage} "."</p>
                    </div>
                </li>
            }
        });
        let rows: Vec<_> = rows.collect();
        (!rows.is_empty()).then(|| {
            view! {
                <section class="voordeur-stack" aria-labelledby="samen">
                    <h2 class="nl-heading nl-heading--level-2" id="samen">{td_string!(locale, cases.belongs)}</h2>
                    <ul class="voordeur-card voordeur-card--flush voordeur-rows" role="list">{rows}</ul>
                </section>
            }
            .into_any()
        })
    }

    /// Whom to ask, and the facts in short.
    fn aside(&self) -> AnyView {
        let (visit, case) = (self.visit, self.case);
        let locale = visit.locale;
        let own = &visit.portal.config.organisation;
        let (whom, ask) = match self.parent() {
            Some(parent) => {
                (wording::organisation(visit, &parent.organisation), visit.href(&format!("{}/vraag", parent.path())))
            }
            None => (wording::organisation(visit, &case.organisation), self.path("vraag")),
        };
        let answer = self.service.and_then(|service| service.service.standard.answer).map(|term| {
            let term = wording::term(locale, term);
            view! { <p class="voordeur-subtle">{td_string!(locale, cases.answer_within, term = term).to_string()}</p> }
        });
        let together = (self.parent().is_some()
            || self.whole.related.iter().any(|other| other.part_of == Some(case.id)))
        .then(|| view! { " " {td_string!(locale, cases.one_contact)} });
        let call = td_string!(locale, shell.call, telephone = own.telephone.as_str(), hours = own.hours.get(locale))
            .to_string();
        let say = visit.href(&format!("/feedback?zaak={}", case.reference));
        let withdraw = (self.may(Action::Withdraw)).then(|| {
            view! { <p><a class="nl-link voordeur-target" href=self.path("intrekken")>{td_string!(locale, cases.withdraw_link)}</a></p> }
        });
        view! {
            <aside class="voordeur-stack voordeur-stack--wide" aria-label=td_string!(locale, cases.contact_and_facts)>
                <div class="voordeur-card voordeur-stack">
                    <h2 class="nl-heading nl-heading--level-4">{td_string!(locale, cases.contact)}</h2>
                    <p>{whom} "." {together}</p>
                    <p><a class="nl-link voordeur-target" href=ask>{ui::icon("mail")} " " {td_string!(locale, cases.ask_question)}</a></p>
                    {answer}
                    <p class="voordeur-subtle">{call}</p>
                    <p><a class="nl-link voordeur-target" href=say>{td_string!(locale, shell.say_link)}</a></p>
                </div>
                {self.facts()}
                {withdraw}
            </aside>
        }
        .into_any()
    }

    fn facts(&self) -> AnyView {
        let (locale, case) = (self.visit.locale, self.case);
        let received = clock::day(case.received_at);
        let promise = self
            .service
            .filter(|_| case.standard_on.is_some())
            .and_then(|service| service.service.standard.decision)
            .map(|term| {
                let words = td_string!(locale, cases.promise_text, term = wording::term(locale, term)).to_string();
                view! { <div><dt>{td_string!(locale, cases.promise)}</dt><dd>{words}</dd></div> }
            });
        let term = wording::term(locale, case.legal_term.term);
        let term = match case.kind {
            Kind::Objection => td_string!(locale, cases.term_objection, term = term).to_string(),
            _ => td_string!(locale, cases.term_text, term = term).to_string(),
        };
        let law = case.legal_term.law.clone();
        let legal = (case.kind != Kind::Grant).then(|| {
            view! { <div><dt>{td_string!(locale, cases.legal_term)}</dt><dd>{term}<small lang="nl">{law}</small></dd></div> }
        });
        let extended = (!case.extensions.is_empty()).then(|| {
            let terms: Vec<String> = case.extensions.iter().map(|term| wording::term(locale, *term)).collect();
            view! { <div><dt>{td_string!(locale, cases.extended_by)}</dt><dd>{terms.join(", ")}</dd></div> }
        });
        let sent = (self.whole.has_application || case.kind == Kind::Application).then(|| {
            view! { <div><dt>{td_string!(locale, cases.sent)}</dt><dd><a class="nl-link voordeur-target" href=self.path("aanvraag")>{td_string!(locale, cases.see_sent)}</a></dd></div> }
        });
        view! {
            <dl class="voordeur-facts">
                <div><dt>{td_string!(locale, cases.received)}</dt><dd><time datetime=received.to_string()>{dates::date(locale, received)}</time></dd></div>
                {promise}
                {legal}
                {extended}
                {sent}
                <div><dt>{td_string!(locale, cases.reference)}</dt><dd>{case.reference.clone()}</dd></div>
            </dl>
        }
        .into_any()
    }
}

/// Documents as rows that lead to them; none when there are none.
pub(super) fn document_rows(visit: &Visit, organisation: &str, documents: &[Document]) -> Option<AnyView> {
    let locale = visit.locale;
    let rows = documents.iter().map(|document| {
        let date = dates::date(locale, clock::day(document.at));
        let who = match document.origin {
            Origin::Citizen => td_string!(locale, cases.sent_by_you, date = date).to_string(),
            Origin::Organisation => td_string!(locale, cases.sent_by, organisation = organisation, date = date).to_string(),
        };
        view! {
            <li>
                {ui::icon("file")}
                <div class="voordeur-stack voordeur-stack--tight">
                    <b><a class="nl-link voordeur-link-quiet" href=visit.href(&document.path()) download>{document.name.clone()}</a></b>
                    <p class="voordeur-subtle">{wording::start(&who)} ". " {document.summary(locale)}</p>
                </div>
            </li>
        }
    });
    let rows: Vec<_> = rows.collect();
    (!rows.is_empty()).then(|| {
        view! { <ul class="voordeur-card voordeur-card--flush voordeur-rows" role="list">{rows}</ul> }.into_any()
    })
}
