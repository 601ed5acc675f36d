//! Answering a question, adding documents, asking something and withdrawing: each on a page of its own.

use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use leptos_i18n::td_string;
use uuid::Uuid;

use super::{
    act::{self, Draft, FILES, Once, TEXT, check_text, file_field, text_field, written},
    change::{Act, Refused},
    mine::Whole,
    model::{Action, Happening},
    page::{Looked, Seen, look, to_case},
    wording,
};
use crate::{
    app::{Citizen, Page},
    documents::{FormWithFiles, Taken},
    error::Error,
    ui::{self, Mistake, Tone, dates},
    usage::activity,
};

/// Which of them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sending {
    Answer,
    Documents,
    Enquiry,
    Withdrawal,
}

/// The question that an answer is to.
const QUESTION: &str = "vraag";

pub async fn answer_form(citizen: Citizen, Path(reference): Path<String>) -> Result<Response, Error> {
    Sending::Answer.show(citizen, reference).await
}

pub async fn answer(citizen: Citizen, Path(reference): Path<String>, form: FormWithFiles) -> Result<Response, Error> {
    Sending::Answer.send(citizen, reference, form).await
}

pub async fn documents_form(citizen: Citizen, Path(reference): Path<String>) -> Result<Response, Error> {
    Sending::Documents.show(citizen, reference).await
}

pub async fn documents(
    citizen: Citizen,
    Path(reference): Path<String>,
    form: FormWithFiles,
) -> Result<Response, Error> {
    Sending::Documents.send(citizen, reference, form).await
}

pub async fn enquiry_form(citizen: Citizen, Path(reference): Path<String>) -> Result<Response, Error> {
    Sending::Enquiry.show(citizen, reference).await
}

pub async fn enquiry(citizen: Citizen, Path(reference): Path<String>, form: FormWithFiles) -> Result<Response, Error> {
    Sending::Enquiry.send(citizen, reference, form).await
}

pub async fn withdrawal_form(citizen: Citizen, Path(reference): Path<String>) -> Result<Response, Error> {
    Sending::Withdrawal.show(citizen, reference).await
}

pub async fn withdrawal(
    citizen: Citizen,
    Path(reference): Path<String>,
    form: FormWithFiles,
) -> Result<Response, Error> {
    Sending::Withdrawal.send(citizen, reference, form).await
}

impl Sending {
    /// The last part of its address.
    const fn end(self) -> &'static str {
        match self {
            Self::Answer => "antwoord",
            Self::Documents => "documenten",
            Self::Enquiry => "vraag",
            Self::Withdrawal => "intrekken",
        }
    }

    /// How the page of the case says that it was done.
    const fn done(self) -> &'static str {
        match self {
            Self::Answer => "antwoord",
            Self::Documents => "documenten",
            Self::Enquiry => "vraag",
            Self::Withdrawal => "ingetrokken",
        }
    }

    /// Whether there is something to fill in now.
    fn is_possible(self, seen: &Seen<'_>) -> bool {
        match self {
            Self::Answer => seen.case.question.is_some() && seen.may(Action::Answer),
            Self::Documents => seen.may(Action::AddDocument),
            Self::Enquiry => seen.may(Action::Enquire),
            Self::Withdrawal => seen.may(Action::Withdraw),
        }
    }

    async fn show(self, citizen: Citizen, reference: String) -> Result<Response, Error> {
        let Looked { scope, whole } = look(&citizen, &reference, activity::VIEW_CASES).await?;
        scope.commit().await?;
        let seen = Seen::new(&citizen, &whole, &[]);
        if !self.is_possible(&seen) {
            return Ok(Redirect::to(&citizen.href(&whole.case.path())).into_response());
        }
        Ok(citizen.show(self.page(&seen, "", Vec::new())))
    }

    async fn send(self, citizen: Citizen, reference: String, form: FormWithFiles) -> Result<Response, Error> {
        let Looked { scope, whole } = look(&citizen, &reference, activity::VIEW_CASES).await?;
        let locale = citizen.locale;
        let question = form.field(QUESTION).parse::<Uuid>().unwrap_or_default();
        let (text, saw) = (written(&form, TEXT), act::saw(&form));
        let has_files = !form.files.is_empty();
        let mut mistakes: Vec<Mistake> = match self {
            Self::Answer => {
                let missing = (!has_files).then_some(td_string!(locale, cases.wrong_answer));
                check_text(locale, TEXT, &text, missing)
            }
            Self::Enquiry => check_text(locale, TEXT, &text, Some(td_string!(locale, cases.wrong_enquiry))),
            Self::Documents => (!has_files).then(|| Mistake {
                field: FILES.into(),
                message: td_string!(locale, cases.wrong_documents).to_owned(),
            }),
            Self::Withdrawal => None,
        }
        .into_iter()
        .collect();
        // Scanning takes its time; nothing waits for it in the database.
        scope.commit().await?;
        if mistakes.is_empty() {
            let taken = match has_files && self != Self::Withdrawal {
                true => act::take(&citizen, form.files, &mut mistakes).await?,
                false => Vec::new(),
            };
            if mistakes.is_empty() {
                return self.act(&citizen, whole, question, text, saw, &taken).await;
            }
        }
        let seen = Seen::new(&citizen, &whole, &[]);
        Ok(citizen.show(match self.is_possible(&seen) {
            true => self.page(&seen, &text, mistakes),
            false => act::refused(&seen, &self.refusal(), &text),
        }))
    }

    const fn refusal(self) -> Refused {
        match self {
            Self::Answer => Refused::Question,
            _ => Refused::NotNow,
        }
    }

    async fn act(
        self,
        citizen: &Citizen,
        whole: Whole,
        question: Uuid,
        text: String,
        saw: i32,
        taken: &[Taken],
    ) -> Result<Response, Error> {
        let is_same = |what: &Happening| match (self, what) {
            (Self::Answer, Happening::Answered { id, text: answered, .. }) => *id == question && *answered == text,
            (Self::Enquiry, Happening::Enquired { text: asked, .. }) => *asked == text,
            (Self::Documents, Happening::Documents { .. }) | (Self::Withdrawal, Happening::Withdrawn) => true,
            _ => false,
        };
        // An answer to another question than the one that is asked now would be taken for an answer to that.
        let other = whole.case.question.as_ref().is_some_and(|asked| asked.id != question);
        let once = Once { saw, is_same: &is_same };
        let refused = match self {
            Self::Answer if other => Some(Refused::Changed),
            _ => {
                let typed = text.clone();
                let make = |documents| match self {
                    Self::Answer => Act::Answer { text: typed, documents },
                    Self::Documents => Act::AddDocuments { documents },
                    Self::Enquiry => Act::Enquire { text: typed, documents },
                    Self::Withdrawal => Act::Withdraw,
                };
                act::act(citizen, whole.case.id, once, taken, make).await?
            }
        };
        Ok(match refused {
            None => to_case(citizen, &whole.case.path(), self.done()),
            Some(refused) => citizen.show(act::refused(&Seen::new(citizen, &whole, &[]), &refused, &text)),
        })
    }

    fn page(self, seen: &Seen<'_>, typed: &str, mistakes: Vec<Mistake>) -> Page {
        let (visit, locale) = (seen.visit, seen.visit.locale);
        let organisation = seen.organisation();
        let text =
            |label: &'static str, hint: Option<String>| text_field(TEXT, label.to_owned(), hint, typed, &mistakes);
        let files = || file_field(visit, &mistakes);
        let (title, lead, before, fields, button) = match self {
            Self::Answer => (
                td_string!(locale, cases.answer_title),
                td_string!(locale, cases.answer_lead, organisation = organisation).to_string(),
                seen.case.question.as_ref().map(|question| {
                    let by =
                        td_string!(locale, cases.answer_by, date = dates::date(locale, question.answer_by)).to_string();
                    view! {
                        <div class="voordeur-card voordeur-card--attention voordeur-stack">
                            <p class="nl-paragraph voordeur-text">{wording::own_words(locale, &question.words)}</p>
                            <p><span class="voordeur-due voordeur-due--soon">{ui::icon("clock")} " " {by}</span></p>
                        </div>
                    }
                    .into_any()
                }),
                vec![text(td_string!(locale, cases.your_answer), None), files()],
                td_string!(locale, cases.send_answer),
            ),
            Self::Documents => (
                td_string!(locale, cases.documents_title),
                td_string!(locale, cases.documents_lead, organisation = organisation).to_string(),
                None,
                vec![files()],
                td_string!(locale, cases.send_documents),
            ),
            Self::Enquiry => (
                td_string!(locale, cases.enquiry_title),
                self.enquiry_lead(seen, organisation),
                None,
                vec![
                    text(
                        td_string!(locale, cases.your_question),
                        Some(td_string!(locale, cases.enquiry_hint).to_owned()),
                    ),
                    files(),
                ],
                td_string!(locale, cases.send_question),
            ),
            Self::Withdrawal => {
                let words = td_string!(locale, cases.withdraw_warning, organisation = wording::start(&organisation))
                    .to_string();
                (
                    td_string!(locale, cases.withdraw_title),
                    td_string!(locale, cases.withdraw_lead).to_owned(),
                    Some(ui::alert(Tone::Warning, view! { <p class="nl-paragraph">{words}</p> }).into_any()),
                    Vec::new(),
                    td_string!(locale, cases.withdraw),
                )
            }
        };
        let hidden = seen.case.question.as_ref().filter(|_| self == Self::Answer);
        let hidden = hidden.map(|question| (QUESTION, question.id.to_string()));
        let draft =
            Draft { seen, end: self.end(), title: title.to_owned(), lead, before, hidden, fields, button, mistakes };
        draft.page()
    }

    fn enquiry_lead(self, seen: &Seen<'_>, organisation: String) -> String {
        let locale = seen.visit.locale;
        let lead = td_string!(locale, cases.enquiry_lead, organisation = organisation).to_string();
        match seen.service.and_then(|service| service.service.standard.answer) {
            Some(term) => {
                let within = td_string!(locale, cases.answer_within, term = wording::term(locale, term)).to_string();
                format!("{lead} {within}")
            }
            None => lead,
        }
    }
}
