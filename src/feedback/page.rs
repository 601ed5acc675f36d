//! One complaint, idea, question or compliment, as who wrote it follows it: `/mijn/feedback/{reference}`, or by their link.

use axum::{
    extract::{Path, Query},
    response::Response,
};
use jiff::civil::Date;
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    look::{Seen, linked, mine, private},
    model::{Actor, Kind, State},
    timeline,
    transitions::{Action, after},
    wording,
};
use crate::{
    app::{Citizen, Page, Place, Visit},
    clock,
    documents::{self, DocumentId},
    error::Error,
    ui::{self, Tone, dates},
    usage::activity,
};

#[derive(Deserialize)]
pub struct Asked {
    gedaan: Option<String>,
}

pub async fn get(
    citizen: Citizen,
    Path(reference): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let seen = mine(citizen, &reference, activity::VIEW_FEEDBACK).await?.read().await?;
    Ok(seen.visit.show(seen.page(asked.gedaan.as_deref())))
}

pub async fn get_linked(
    visit: Visit,
    Path(secret): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let seen = linked(visit, &secret, activity::VIEW_FEEDBACK).await?.read().await?;
    Ok(private(seen.visit.show(seen.page(asked.gedaan.as_deref()))))
}

pub async fn receipt(citizen: Citizen, Path(reference): Path<String>) -> Result<Response, Error> {
    let seen = mine(citizen, &reference, activity::VIEW_FEEDBACK).await?.read().await?;
    Ok(seen.visit.show(seen.receipt()))
}

pub async fn receipt_linked(visit: Visit, Path(secret): Path<String>) -> Result<Response, Error> {
    let seen = linked(visit, &secret, activity::VIEW_FEEDBACK).await?.read().await?;
    Ok(private(seen.visit.show(seen.receipt())))
}

/// A document of who was not logged in; who was has it at `/documenten/{id}`.
pub async fn document(visit: Visit, Path((secret, id)): Path<(String, Uuid)>) -> Result<Response, Error> {
    let mut opened = linked(visit, &secret, activity::VIEW_DOCUMENT).await?;
    let found = documents::find(opened.scope.sql(), DocumentId(id)).await?.ok_or(Error::NotFound)?;
    opened.scope.commit().await?;
    documents::serve(&opened.visit.portal, found).await
}

impl Seen {
    /// Whether who wrote it may do something now.
    pub fn may(&self, action: Action) -> bool {
        after(self.feedback.kind, self.feedback.state, action, Actor::Citizen).is_some()
    }

    pub fn today(&self) -> Date {
        self.visit.portal.clock.today()
    }

    pub fn organisation(&self) -> String {
        wording::organisation(&self.visit, &self.feedback.organisation)
    }

    /// The crumbs of pages below that of the feedback.
    pub fn under(&self, page: Page) -> Page {
        let locale = self.visit.locale;
        let page = if self.by_link { page } else { self.above(page) };
        page.under(wording::your(locale, self.feedback.kind), self.base.clone())
    }

    fn above(&self, page: Page) -> Page {
        let locale = self.visit.locale;
        page.under(td_string!(locale, shell.overview), "/mijn")
            .under(td_string!(locale, feedback.mine), "/mijn/feedback")
    }

    fn page(&self, done: Option<&str>) -> Page {
        let (locale, feedback) = (self.visit.locale, &self.feedback);
        let title = wording::your(locale, feedback.kind);
        let about = td_string!(
            locale,
            feedback.number_and_receiver,
            reference = feedback.reference.as_str(),
            organisation = self.organisation()
        )
        .to_string();
        let done = done.and_then(|done| match done {
            "aanvullen" => Some(td_string!(locale, feedback.did_add)),
            "heropenen" => Some(td_string!(locale, feedback.did_reopen)),
            "intrekken" => Some(td_string!(locale, feedback.did_withdraw)),
            _ => None,
        });
        let done = done.map(|words| ui::alert(Tone::Ok, view! { <p class="nl-paragraph" role="status">{words}</p> }));
        let body = view! {
            <div class="voordeur-wrap voordeur-stack voordeur-stack--sections">
                <div class="voordeur-stack">
                    {done}
                    <div class="voordeur-stack voordeur-stack--tight">
                        <h1 class="nl-heading nl-heading--level-1">{title}</h1>
                        <p class="nl-paragraph">{about}</p>
                    </div>
                    <p><span class="nl-data-badge">{wording::state(locale, feedback.state)}</span></p>
                    {self.now()}
                    {self.next_step()}
                </div>
                {timeline::section(self)}
                {self.written()}
                {self.contact()}
            </div>
        }
        .into_any();
        let page = Page::new(title, Place::Elsewhere, body);
        if self.by_link { page } else { self.above(page) }
    }

    /// Where it stands, what follows and by when.
    fn now(&self) -> AnyView {
        let (locale, feedback) = (self.visit.locale, &self.feedback);
        let date = |day: Date| dates::date(locale, day);
        let words = match feedback.state {
            State::Answered => match feedback.outcome {
                Some(outcome) => wording::outcome(locale, outcome).to_owned(),
                None => td_string!(locale, feedback.now_answered).to_owned(),
            },
            State::Withdrawn => td_string!(locale, feedback.now_withdrawn).to_owned(),
            State::Declined => td_string!(locale, feedback.now_declined).to_owned(),
            State::Merged => td_string!(locale, feedback.now_merged).to_owned(),
            State::Done => td_string!(locale, feedback.now_done).to_owned(),
            State::Planned | State::InProgress => td_string!(locale, feedback.now_planned).to_owned(),
            State::Open => td_string!(locale, feedback.now_open, date = date(feedback.due_on)).to_string(),
            _ if feedback.is_late(self.today()) => {
                td_string!(locale, feedback.now_late, date = date(feedback.due_on)).to_string()
            }
            State::UnderReview => td_string!(locale, feedback.now_review, date = date(feedback.due_on)).to_string(),
            _ => match feedback.kind {
                Kind::Complaint => td_string!(
                    locale,
                    feedback.now_complaint,
                    organisation = self.organisation(),
                    date = date(feedback.due_on)
                )
                .to_string(),
                Kind::Idea => td_string!(locale, feedback.now_idea, date = date(feedback.due_on)).to_string(),
                Kind::Question => td_string!(
                    locale,
                    feedback.now_question,
                    organisation = self.organisation(),
                    date = date(feedback.due_on)
                )
                .to_string(),
                Kind::Compliment => {
                    td_string!(locale, feedback.now_compliment, organisation = self.organisation()).to_string()
                }
            },
        };
        let ombudsman = (feedback.kind == Kind::Complaint
            && (feedback.state == State::Answered || feedback.is_late(self.today())))
        .then(|| {
            view! {
                <p class="nl-paragraph voordeur-measure">
                    {td_string!(locale, feedback.ombudsman)} " "
                    <a class="nl-link" href="https://www.nationaleombudsman.nl">{td_string!(locale, feedback.ombudsman_link)}</a>
                </p>
            }
        });
        let public = self.face.as_ref().and_then(|face| {
            let number = match feedback.state {
                State::Merged => face.merged_into?,
                State::Withdrawn => return None,
                _ => face.published_at.map(|_| face.number)?,
            };
            let href = self.visit.href(&format!("/ideeen/{number}"));
            Some(view! { <p><a class="nl-link voordeur-target" href=href>{td_string!(locale, feedback.see_public)} " " {ui::icon("arrow")}</a></p> })
        });
        view! { <p class="nl-paragraph nl-paragraph--lead voordeur-measure">{words}</p> {ombudsman} {public} }
            .into_any()
    }

    /// What who wrote it can do.
    fn next_step(&self) -> AnyView {
        let locale = self.visit.locale;
        let question = self.feedback.question.clone().map(|question| {
            let words = td_string!(locale, feedback.asked_you, organisation = self.organisation()).to_string();
            view! {
                <section class="voordeur-card voordeur-card--attention voordeur-stack" aria-labelledby="vraag-aan-u">
                    <h2 class="nl-heading nl-heading--level-3" id="vraag-aan-u">{words}</h2>
                    <p class="nl-paragraph voordeur-text">{question}</p>
                    <p><a class="nl-button nl-button--primary" href=self.path("aanvullen")>{td_string!(locale, feedback.answer_question)}</a></p>
                </section>
            }
        });
        let link = |may: bool, end: &str, words: &'static str| {
            may.then(|| view! { <a class="nl-button nl-button--secondary" href=self.path(end)>{words}</a> })
        };
        let add = link(
            self.may(Action::Add) && self.feedback.question.is_none(),
            "aanvullen",
            td_string!(locale, feedback.add),
        );
        let reopen = link(self.may(Action::Reopen), "heropenen", td_string!(locale, feedback.reopen));
        let withdraw = link(self.may(Action::Withdraw), "intrekken", td_string!(locale, feedback.withdraw));
        view! { {question} <div class="utrecht-button-group">{add}{reopen}{withdraw}</div> }.into_any()
    }

    /// What was sent, as it was sent.
    pub fn written(&self) -> AnyView {
        let (locale, feedback) = (self.visit.locale, &self.feedback);
        let value = |what: &'static str, words: String| {
            view! { <div class="voordeur-value"><dt>{what}</dt><dd class="voordeur-value__main voordeur-text">{words}</dd></div> }
        };
        let title = self.face.as_ref().map(|face| value(td_string!(locale, feedback.title_label), face.title.clone()));
        let wish = feedback.wish.clone().map(|wish| value(td_string!(locale, feedback.wish_label), wish));
        let service = feedback.service.as_deref().and_then(|id| self.visit.portal.rules.service(id));
        let service = service.map(|service| {
            value(td_string!(locale, feedback.about_label), service.service.name.get(locale).to_owned())
        });
        let about = feedback.about.clone().map(|case| value(td_string!(locale, feedback.case_label), case));
        let sent: Vec<AnyView> = self
            .events
            .first()
            .into_iter()
            .flat_map(|event| event.what.documents())
            .filter_map(|id| self.document(*id))
            .map(|(name, href)| {
                view! { <li><a class="nl-link voordeur-target" href=href download>{name}</a></li> }.into_any()
            })
            .collect();
        let documents = (!sent.is_empty()).then(|| {
            view! { <div class="voordeur-value"><dt>{td_string!(locale, feedback.documents)}</dt><dd><ul role="list">{sent}</ul></dd></div> }
        });
        view! {
            <section class="voordeur-stack" aria-labelledby="geschreven">
                <h2 class="nl-heading nl-heading--level-2" id="geschreven">{td_string!(locale, feedback.you_wrote)}</h2>
                <dl class="voordeur-card voordeur-values">
                    {title}
                    {value(wording::kind(locale, feedback.kind), feedback.text.clone())}
                    {wish}
                    {service}
                    {about}
                    {documents}
                </dl>
            </section>
        }
        .into_any()
    }

    /// One contact point, whoever works on it.
    fn contact(&self) -> AnyView {
        let locale = self.visit.locale;
        let organisation = &self.visit.portal.config.organisation;
        let call = td_string!(
            locale,
            feedback.contact_text,
            organisation = self.organisation(),
            telephone = organisation.telephone.as_str(),
            hours = organisation.hours.get(locale),
            reference = self.feedback.reference.as_str()
        )
        .to_string();
        view! {
            <section class="voordeur-stack voordeur-stack--close" aria-labelledby="contact">
                <h2 class="nl-heading nl-heading--level-2" id="contact">{td_string!(locale, feedback.contact)}</h2>
                <p class="nl-paragraph voordeur-measure">{call}</p>
            </section>
        }
        .into_any()
    }

    /// Proof of what was sent, to keep or print (Awb art. 2:17).
    fn receipt(&self) -> Page {
        let (locale, feedback) = (self.visit.locale, &self.feedback);
        let title = td_string!(locale, feedback.received_title);
        let at = feedback.received_at.to_zoned(clock::zone());
        let moment = td_string!(
            locale,
            cases.moment,
            date = dates::date(locale, at.date()),
            time = at.strftime("%-H.%M").to_string()
        )
        .to_string();
        let lead =
            td_string!(locale, feedback.received_lead, organisation = self.organisation(), moment = moment).to_string();
        let keep = self.by_link.then(|| {
            let words = td_string!(locale, feedback.keep_link);
            let link = format!("{}{}", self.visit.portal.config.server.public_url, self.visit.href(&self.base));
            view! {
                {ui::alert(Tone::Info, view! { <p class="nl-paragraph">{words}</p> <p class="nl-paragraph voordeur-text"><a class="nl-link" href=self.visit.href(&self.base)>{link}</a></p> })}
            }
        });
        let body = view! {
            <div class="voordeur-wrap voordeur-stack voordeur-stack--sections">
                <div class="voordeur-confirm" role="status">
                    {ui::icon("check")}
                    <h1 class="nl-heading nl-heading--level-1">{title}</h1>
                    <p class="nl-paragraph nl-paragraph--lead">{lead}</p>
                    <dl><dt>{td_string!(locale, feedback.your_number)}</dt><dd>{feedback.reference.clone()}</dd></dl>
                </div>
                {keep}
                <section class="voordeur-stack" aria-labelledby="verder">
                    <h2 class="nl-heading nl-heading--level-2" id="verder">{td_string!(locale, feedback.what_next)}</h2>
                    {self.now()}
                    <p class="voordeur-cluster">
                        <a class="nl-button nl-button--primary" href=self.visit.href(&self.base)>{td_string!(locale, feedback.follow)}</a>
                        <span class="voordeur-subtle">{td_string!(locale, feedback.print)}</span>
                    </p>
                </section>
                {self.written()}
            </div>
        }
        .into_any();
        self.under(Page::new(title, Place::Elsewhere, body))
    }
}
