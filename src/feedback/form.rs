//! `/feedback`: choose what you want to say, and `/feedback/{kind}`: say it, look once more, send it.

use axum::{
    extract::{Path, Query},
    response::Response,
};
use http::StatusCode;
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    fields::{choice, field, known, select},
    given::{self, Given, Start},
    model::Kind,
    personal::personal_data,
    suggest::{self, Suggestion},
    token::Token,
    typed::{
        ANSWER, EMAIL, MUNICIPALITY, NAME, RECEIVER, SHOWN, SOME_MUNICIPALITY, TEXT, TITLE, TOKEN, TRAP, Typed, WISH,
    },
    wording,
};
use crate::{
    app::{Page, Place, Visit},
    documents::MOST_FILES,
    error::Error,
    ui::{self, Mistake, Tone},
};

pub const FILES: &str = "bestanden";
/// The button, where a mistake leads that is in no field.
pub const SEND: &str = "versturen";

/// Whoever is logged in as a citizen says it in their own name.
pub fn author(visit: &Visit) -> Option<crate::database::PersonId> {
    visit.session.as_ref().and_then(|session| session.identity.person())
}

pub async fn choose(visit: Visit, Query(start): Query<Start>) -> Response {
    let locale = visit.locale;
    let title = td_string!(locale, feedback.choose);
    let query = start.query();
    let rows = [
        (Kind::Complaint, "alert", td_string!(locale, feedback.complaint_for)),
        (Kind::Idea, "people", td_string!(locale, feedback.idea_for)),
        (Kind::Question, "mail", td_string!(locale, feedback.question_for)),
        (Kind::Compliment, "check", td_string!(locale, feedback.compliment_for)),
    ]
    .map(|(kind, picture, text)| {
        let href = visit.href(&format!("/feedback/{}{query}", kind.path()));
        view! {
            <li class="voordeur-card voordeur-card--link voordeur-tile">
                {ui::icon(picture)}
                <div class="voordeur-stack voordeur-stack--tight">
                    <h2 class="nl-heading nl-heading--level-4"><a class="nl-link voordeur-link-quiet" href=href>{wording::kind(locale, kind)}</a></h2>
                    <p class="nl-paragraph">{text}</p>
                </div>
            </li>
        }
    })
    .collect_view();
    let follow = author(&visit).map(|_| {
        view! { <p><a class="nl-link voordeur-target" href=visit.href("/mijn/feedback")>{td_string!(locale, feedback.follow_mine)} " " {ui::icon("arrow")}</a></p> }
    });
    let objection = td_string!(locale, feedback.no_objection);
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            {ui::heading(title.to_owned(), td_string!(locale, feedback.choose_lead))}
            <ul class="voordeur-grid" role="list">{rows}</ul>
            <p class="nl-paragraph voordeur-measure">{objection}</p>
            {follow}
            <p class="voordeur-cluster">
                <a class="nl-link voordeur-target" href=visit.href("/ideeen")>{td_string!(locale, feedback.see_ideas)}</a>
                <a class="nl-link voordeur-target" href=visit.href("/verbeteringen")>{td_string!(locale, feedback.see_improvements)}</a>
            </p>
        </div>
    };
    visit.show(Page::new(title, Place::Elsewhere, body))
}

pub async fn get(visit: Visit, Path(kind): Path<String>, Query(start): Query<Start>) -> Result<Response, Error> {
    let kind = Kind::from_path(&kind).ok_or(Error::NotFound)?;
    let given = given::look_up(&visit, author(&visit), &start).await?;
    let typed = Typed { start, token: Token::make(&visit.portal), ..Typed::default() };
    let form = Form { visit: &visit, kind, given: &given, typed: &typed, mistakes: &[] };
    Ok(visit.show(form.first()))
}

/// The two pages of the form, with what was typed.
pub struct Form<'a> {
    pub visit: &'a Visit,
    pub kind: Kind,
    pub given: &'a Given<'a>,
    pub typed: &'a Typed,
    pub mistakes: &'a [Mistake],
}

impl Form<'_> {
    fn action(&self) -> String {
        self.visit.href(&format!("/feedback/{}", self.kind.path()))
    }

    fn page(&self, title: String, body: AnyView) -> Page {
        let status = if self.mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        Page::new(title, Place::Elsewhere, body)
            .status(status)
            .script("suggest.js")
            .under(td_string!(self.visit.locale, feedback.choose), format!("/feedback{}", self.typed.start.query()))
    }

    fn summary(&self) -> Option<impl IntoView + use<>> {
        let count = i64::try_from(self.mistakes.len()).unwrap_or(i64::MAX);
        let title = td_string!(self.visit.locale, feedback.to_change, count = count).to_string();
        (!self.mistakes.is_empty()).then(|| ui::error_summary(title, self.mistakes))
    }

    fn hidden(&self) -> AnyView {
        let fields = self.typed.start.fields().into_iter().chain([(TOKEN, Some(self.typed.token.as_str()))]);
        fields
            .filter_map(|(name, value)| {
                value.map(|value| view! { <input type="hidden" name=name value=value.to_owned()/> }.into_any())
            })
            .collect_view()
            .into_any()
    }

    /// What is said.
    pub fn first(&self) -> Page {
        let (visit, locale, kind, typed) = (self.visit, self.visit.locale, self.kind, self.typed);
        let title = wording::form_title(locale, kind);
        let titled = (kind == Kind::Idea).then(|| {
            let hint = Some(td_string!(locale, feedback.title_hint).to_owned());
            field(TITLE, td_string!(locale, feedback.title_label), hint, self.mistakes).text(
                typed.title.clone(),
                false,
                None,
            )
        });
        let (label, hint) = match kind {
            Kind::Complaint => {
                (td_string!(locale, feedback.complaint_label), td_string!(locale, feedback.complaint_hint))
            }
            Kind::Idea => (td_string!(locale, feedback.idea_label), td_string!(locale, feedback.idea_hint)),
            Kind::Question => (td_string!(locale, feedback.question_label), td_string!(locale, feedback.question_hint)),
            Kind::Compliment => {
                (td_string!(locale, feedback.compliment_label), td_string!(locale, feedback.compliment_hint))
            }
        };
        let text = field(TEXT, label, Some(hint.to_owned()), self.mistakes).text(typed.text.clone(), true, None);
        let wish = (kind == Kind::Complaint).then(|| {
            let hint = Some(td_string!(locale, feedback.optional).to_owned());
            field(WISH, td_string!(locale, feedback.wish_label), hint, self.mistakes).text(
                typed.wish.clone(),
                true,
                None,
            )
        });
        let suggestions = (kind != Kind::Compliment).then(|| {
            view! { <div data-suggest=visit.href("/feedback/suggesties") data-kind=kind.path() aria-live="polite"></div> }
        });
        let body = view! {
            <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
                {self.summary()}
                {ui::heading(title.to_owned(), wording::form_lead(locale, kind))}
                {self.about()}
                <form class="utrecht-form voordeur-stack voordeur-stack--wide" method="post" action=self.action() novalidate>
                    {self.hidden()}
                    <input type="hidden" name="stap" value="1"/>
                    {titled}
                    {text}
                    {suggestions}
                    {wish}
                    {self.receiver()}
                    {trap(visit)}
                    <p><button class="nl-button nl-button--primary" type="submit">{td_string!(locale, feedback.next)}</button></p>
                </form>
            </div>
        }
        .into_any();
        self.page(title.to_owned(), body)
    }

    /// What is known already, and therefore not asked.
    fn about(&self) -> Option<AnyView> {
        let (visit, locale) = (self.visit, self.visit.locale);
        let what = match (&self.given.case, self.given.service, &self.given.page) {
            (Some(case), ..) => {
                let title = case.title.get(locale).0;
                td_string!(locale, feedback.about_case, title = title, reference = case.reference.as_str()).to_string()
            }
            (None, Some(service), _) => {
                td_string!(locale, feedback.about_service, title = service.service.name.get(locale)).to_string()
            }
            (None, None, Some(_)) => td_string!(locale, feedback.about_page).to_owned(),
            (None, None, None) => String::new(),
        };
        let whom = self.given.organisation.as_ref().map(|id| {
            td_string!(locale, feedback.goes_to, organisation = wording::organisation(visit, id)).to_string()
        });
        let words = [what, whom.unwrap_or_default()].join(" ").trim().to_owned();
        (!words.is_empty()).then(|| view! { <p class="nl-paragraph voordeur-measure">{words}</p> }.into_any())
    }

    /// For whom it is, where that is not known; who does not know, need not.
    fn receiver(&self) -> Option<AnyView> {
        let (visit, locale, typed) = (self.visit, self.visit.locale, self.typed);
        if self.given.organisation.is_some() {
            return None;
        }
        let municipality = || {
            let hint = Some(td_string!(locale, feedback.municipality_hint).to_owned());
            field(MUNICIPALITY, td_string!(locale, feedback.municipality), hint, self.mistakes).text(
                typed.municipality.clone(),
                false,
                None,
            )
        };
        if self.given.service.is_some() {
            return Some(municipality());
        }
        let portal = &visit.portal;
        let own = portal.config.organisation.id.as_str();
        let mut options = vec![
            (String::new(), td_string!(locale, feedback.choose_organisation).to_owned()),
            (own.to_owned(), td_string!(locale, feedback.do_not_know).to_owned()),
        ];
        if let Some(code) = &self.given.municipality {
            let id = format!("gemeente-{code}");
            let name = portal.catalogue.organisation_name(&id, locale);
            options.push((id, name));
        }
        options.push((SOME_MUNICIPALITY.to_owned(), td_string!(locale, feedback.a_municipality).to_owned()));
        let mut others: Vec<(String, String)> = portal
            .catalogue
            .organisations
            .keys()
            .filter(|id| id.as_str() != own && id.as_str() != "gemeenten")
            .map(|id| (id.clone(), portal.catalogue.organisation_name(id, locale)))
            .collect();
        others.sort_by_key(|(_, name)| name.to_lowercase());
        options.extend(others);
        let chosen = typed.start.organisatie.as_deref().unwrap_or_default();
        if given::exists(visit, chosen) && !options.iter().any(|(id, _)| id == chosen) {
            options.push((chosen.to_owned(), portal.catalogue.organisation_name(chosen, locale)));
        }
        let hint = Some(td_string!(locale, feedback.receiver_hint).to_owned());
        let field = field(RECEIVER, td_string!(locale, feedback.receiver), hint, self.mistakes);
        Some(view! { {select(field, options, chosen)} {municipality()} }.into_any())
    }

    /// Once more, with what may help, and what is still to be added.
    pub fn second(&self, organisation: &str, suggestions: &[Suggestion]) -> Page {
        let (visit, locale, kind) = (self.visit, self.visit.locale, self.kind);
        let title = td_string!(locale, feedback.check);
        let name = wording::organisation(visit, organisation);
        let files = (kind != Kind::Compliment).then(|| {
            let mut hint = td_string!(locale, documents.field_hint, most = MOST_FILES).to_string();
            if !self.mistakes.is_empty() {
                hint = format!("{hint} {}", td_string!(locale, cases.choose_again));
            }
            field(FILES, td_string!(locale, documents.field), Some(hint), self.mistakes)
                .files(".pdf,.jpg,.jpeg,.png,.heic,.txt")
        });
        let lead = td_string!(locale, feedback.check_lead, organisation = name).to_string();
        // Only a form with files in it is sent in parts.
        let enctype = "multipart/form-data";
        let body = view! {
            <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
                {self.summary()}
                {ui::heading(title.to_owned(), lead)}
                {suggest::list(visit, suggestions)}
                {self.warning()}
                {self.said()}
                <form class="utrecht-form voordeur-stack voordeur-stack--wide" method="post" enctype=enctype action=self.action() novalidate>
                    {self.hidden()}
                    {self.carried()}
                    <input type="hidden" name="stap" value="2"/>
                    {files}
                    {self.identified()}
                    {trap(visit)}
                    <p class="nl-paragraph voordeur-measure">{wording::then(locale, kind)}</p>
                    <div class="utrecht-button-group">
                        <button class="nl-button nl-button--primary" type="submit" id=SEND>{td_string!(locale, feedback.send)}</button>
                        <button class="nl-button nl-button--subtle" type="submit" name="terug" value="ja">{td_string!(locale, feedback.back)}</button>
                    </div>
                </form>
            </div>
        }
        .into_any();
        self.page(title.to_owned(), body)
    }

    /// An idea becomes public: what seems to name somebody is said now, and taken out before it is published.
    fn warning(&self) -> Option<AnyView> {
        let found = personal_data(&format!("{}\n{}", self.typed.title, self.typed.text));
        (self.kind == Kind::Idea && !found.is_empty()).then(|| {
            let words = td_string!(self.visit.locale, feedback.personal, found = found.join(", ")).to_string();
            ui::alert(Tone::Warning, view! { <p class="nl-paragraph">{words}</p> }).into_any()
        })
    }

    fn said(&self) -> AnyView {
        let (locale, typed) = (self.visit.locale, self.typed);
        let value = |what: &'static str, words: &str| {
            (!words.is_empty()).then(|| view! { <div class="voordeur-value"><dt>{what}</dt><dd class="voordeur-value__main voordeur-text">{words.to_owned()}</dd></div> })
        };
        view! {
            <section class="voordeur-card voordeur-stack" aria-labelledby="geschreven">
                <h2 class="nl-heading nl-heading--level-3" id="geschreven">{td_string!(locale, feedback.you_wrote)}</h2>
                <dl class="voordeur-values">
                    {value(td_string!(locale, feedback.title_label), &typed.title)}
                    {value(wording::kind(locale, self.kind), &typed.text)}
                    {value(td_string!(locale, feedback.wish_label), &typed.wish)}
                </dl>
            </section>
        }
        .into_any()
    }

    /// What the first page asked.
    fn carried(&self) -> AnyView {
        let typed = self.typed;
        let organisation = typed.start.organisatie.clone().unwrap_or_default();
        [
            (TITLE, typed.title.clone()),
            (TEXT, typed.text.clone()),
            (WISH, typed.wish.clone()),
            (RECEIVER, organisation),
            (MUNICIPALITY, typed.municipality.clone()),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> }.into_any())
        .collect_view()
        .into_any()
    }

    /// Who says it, as far as that matters.
    fn identified(&self) -> AnyView {
        let (visit, locale, kind, typed) = (self.visit, self.visit.locale, self.kind, self.typed);
        let name = visit.session.as_ref().filter(|_| author(visit).is_some()).map(|session| session.identity.name());
        let shown = (kind == Kind::Idea).then(|| {
            let with = match name {
                Some(name) => td_string!(locale, feedback.with_name, name = name).to_string(),
                None => td_string!(locale, feedback.with_my_name).to_owned(),
            };
            let options =
                vec![("nee".to_owned(), td_string!(locale, feedback.without_name).to_owned()), ("ja".to_owned(), with)];
            let hint = Some(td_string!(locale, feedback.shown_hint).to_owned());
            choice(
                field(SHOWN, td_string!(locale, feedback.shown), hint, self.mistakes),
                options,
                if typed.shown { "ja" } else { "nee" },
            )
        });
        if let Some(name) = name {
            let words = td_string!(locale, feedback.as_name, name = name).to_string();
            return view! { {shown} <p class="nl-paragraph voordeur-measure">{words}</p> }.into_any();
        }
        let answer = (kind == Kind::Complaint).then(|| {
            let options = vec![
                ("ja".to_owned(), td_string!(locale, feedback.answer_yes).to_owned()),
                ("nee".to_owned(), td_string!(locale, feedback.answer_no).to_owned()),
            ];
            choice(field(ANSWER, td_string!(locale, feedback.answer), None, self.mistakes), options, &typed.answer)
        });
        let (name_hint, email_hint) = match kind {
            Kind::Complaint => {
                (td_string!(locale, feedback.needed_for_answer), td_string!(locale, feedback.email_needed))
            }
            _ => (td_string!(locale, feedback.optional), td_string!(locale, feedback.email_optional)),
        };
        let name = field(NAME, td_string!(locale, feedback.name), Some(name_hint.to_owned()), self.mistakes);
        let email = field(EMAIL, td_string!(locale, feedback.email), Some(email_hint.to_owned()), self.mistakes);
        view! {
            {shown}
            {answer}
            {known(name, "text", "name", typed.name.clone())}
            {known(email, "email", "email", typed.email.clone())}
        }
        .into_any()
    }
}

/// A field that no person sees.
fn trap(visit: &Visit) -> AnyView {
    view! {
        <div hidden>
            <label for=TRAP>{td_string!(visit.locale, feedback.trap)}</label>
            <input id=TRAP name=TRAP value="" tabindex="-1" autocomplete="off"/>
        </div>
    }
    .into_any()
}
