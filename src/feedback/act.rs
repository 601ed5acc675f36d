//! What who wrote it can still do: add something or answer a question, open a complaint again, withdraw. A page of its own each.

use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    change::{Act, By, Refused, change},
    fields::field,
    form::FILES,
    look::{Opened, Seen, linked, mine, private},
    model::{Actor, Event, Happening},
    send::take,
    store,
    transitions::Action,
    typed::{LONGEST, TEXT, clean},
};
use crate::{
    app::{Citizen, Page, Place, Visit},
    documents::{self, DocumentId, FormWithFiles, MOST_FILES, Taken},
    error::Error,
    ui::{self, Mistake, Tone},
    usage::activity,
};

/// Which of them, by the last part of its address.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    Add,
    Reopen,
    Withdraw,
}

/// The version that the form was made from; what happened after it may have been this form, sent before.
const SEEN: &str = "versie";

impl Doing {
    fn from_path(path: &str) -> Result<Self, Error> {
        match path {
            "aanvullen" => Ok(Self::Add),
            "heropenen" => Ok(Self::Reopen),
            "intrekken" => Ok(Self::Withdraw),
            _ => Err(Error::NotFound),
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Add => "aanvullen",
            Self::Reopen => "heropenen",
            Self::Withdraw => "intrekken",
        }
    }

    const fn action(self) -> Action {
        match self {
            Self::Add => Action::Add,
            Self::Reopen => Action::Reopen,
            Self::Withdraw => Action::Withdraw,
        }
    }

    fn act(self, text: String, documents: Vec<uuid::Uuid>) -> Act {
        match self {
            Self::Add => Act::Add { text, documents },
            Self::Reopen => Act::Reopen { text },
            Self::Withdraw => Act::Withdraw,
        }
    }

    fn is_same(self, what: &Happening, text: &str) -> bool {
        match (self, what) {
            (Self::Add, Happening::Added { text: before, .. })
            | (Self::Reopen, Happening::Reopened { text: before }) => before == text,
            (Self::Withdraw, Happening::Withdrawn) => true,
            _ => false,
        }
    }
}

pub async fn form(citizen: Citizen, Path((reference, doing)): Path<(String, String)>) -> Result<Response, Error> {
    let doing = Doing::from_path(&doing)?;
    show(mine(citizen, &reference, activity::VIEW_FEEDBACK).await?, doing).await
}

pub async fn form_linked(visit: Visit, Path((secret, doing)): Path<(String, String)>) -> Result<Response, Error> {
    let doing = Doing::from_path(&doing)?;
    Ok(private(show(linked(visit, &secret, activity::VIEW_FEEDBACK).await?, doing).await?))
}

pub async fn post(
    citizen: Citizen,
    Path((reference, doing)): Path<(String, String)>,
    form: FormWithFiles,
) -> Result<Response, Error> {
    let doing = Doing::from_path(&doing)?;
    // Files are judged before a transaction is opened.
    let mut mistakes = Vec::new();
    let (text, saw) = (clean(form.field(TEXT)), form.field(SEEN).parse().unwrap_or(0));
    let visit = &citizen.visit;
    let taken = checked(visit, doing, &text, form, &mut mistakes).await?;
    let opened = mine(citizen, &reference, activity::GIVE_FEEDBACK).await?;
    carry_out(opened, doing, text, saw, &taken, mistakes).await
}

pub async fn post_linked(
    visit: Visit,
    Path((secret, doing)): Path<(String, String)>,
    form: FormWithFiles,
) -> Result<Response, Error> {
    let doing = Doing::from_path(&doing)?;
    // Nobody leaves files here who has no link.
    let known = linked(visit, &secret, activity::VIEW_FEEDBACK).await?;
    let visit = known.visit;
    drop(known.scope);
    let mut mistakes = Vec::new();
    let (text, saw) = (clean(form.field(TEXT)), form.field(SEEN).parse().unwrap_or(0));
    let taken = checked(&visit, doing, &text, form, &mut mistakes).await?;
    let opened = linked(visit, &secret, activity::GIVE_FEEDBACK).await?;
    Ok(private(carry_out(opened, doing, text, saw, &taken, mistakes).await?))
}

async fn checked(
    visit: &Visit,
    doing: Doing,
    text: &str,
    form: FormWithFiles,
    mistakes: &mut Vec<Mistake>,
) -> Result<Vec<Taken>, Error> {
    let locale = visit.locale;
    let count = text.chars().count();
    let missing = match doing {
        Doing::Add if form.files.is_empty() => Some(td_string!(locale, feedback.wrong_add)),
        Doing::Reopen => Some(td_string!(locale, feedback.wrong_reopen)),
        Doing::Add | Doing::Withdraw => None,
    };
    if let Some(message) = missing.filter(|_| count == 0) {
        mistakes.push(Mistake { field: TEXT.into(), message: message.to_owned() });
    }
    if count > LONGEST {
        let message = td_string!(locale, feedback.wrong_long, most = LONGEST, count = count).to_string();
        mistakes.push(Mistake { field: TEXT.into(), message });
    }
    if mistakes.is_empty() && doing == Doing::Add {
        return take(visit, form.files, mistakes).await;
    }
    Ok(Vec::new())
}

/// The page with the form; whoever comes when there is nothing to do goes back.
async fn show(opened: Opened, doing: Doing) -> Result<Response, Error> {
    let seen = opened.read().await?;
    if !seen.may(doing.action()) {
        return Ok(Redirect::to(&seen.visit.href(&seen.base)).into_response());
    }
    Ok(seen.visit.show(seen.draft(doing, "", &[])))
}

async fn carry_out(
    mut opened: Opened,
    doing: Doing,
    text: String,
    saw: i32,
    taken: &[Taken],
    mistakes: Vec<Mistake>,
) -> Result<Response, Error> {
    let portal = opened.visit.portal.clone();
    let id = opened.feedback.id;
    if !mistakes.is_empty() {
        let seen = opened.read().await?;
        return Ok(seen.visit.show(seen.draft(doing, &text, &mistakes)));
    }
    let to = opened.visit.href(&format!("{}?gedaan={}", opened.base, doing.path()));
    let held = store::hold(opened.scope.sql(), id).await?.ok_or(Error::NotFound)?;
    if saw < held.version && is_done(&mut opened, doing, &text, saw, taken).await? {
        opened.scope.commit().await?;
        return Ok(Redirect::to(&to).into_response());
    }
    let mut ids = Vec::with_capacity(taken.len());
    for one in taken {
        ids.push(documents::record(opened.scope.sql(), one).await?.0);
    }
    let by = By::citizen(portal.clock.now());
    match change(&portal, &mut opened.scope, held, doing.act(text.clone(), ids), by).await {
        Ok(_) => {
            opened.scope.commit().await?;
            Ok(Redirect::to(&to).into_response())
        }
        Err(Refused::Error(error)) => Err(error),
        Err(_) => {
            // Nothing of this try stays, the record of its documents neither.
            let Opened { visit, feedback, base, by_link, .. } = opened;
            let seen = Seen { visit, feedback, face: None, events: Vec::new(), documents: Vec::new(), base, by_link };
            Ok(seen.visit.show(seen.refused(&text)))
        }
    }
}

/// Whether the timeline shows since the form was made that it was sent before.
async fn is_done(opened: &mut Opened, doing: Doing, text: &str, saw: i32, taken: &[Taken]) -> Result<bool, Error> {
    let id = opened.feedback.id;
    let events = store::events(opened.scope.sql(), id, true).await?;
    let same =
        |event: &&Event| event.sequence > saw && event.actor == Actor::Citizen && doing.is_same(&event.what, text);
    for event in events.iter().filter(same) {
        let ids: Vec<DocumentId> = event.what.documents().iter().copied().map(DocumentId).collect();
        if documents::are(opened.scope.sql(), &ids, taken).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Seen {
    fn draft(&self, doing: Doing, typed: &str, mistakes: &[Mistake]) -> Page {
        let locale = self.visit.locale;
        let (title, lead, button) = match doing {
            Doing::Add if self.feedback.question.is_some() => (
                td_string!(locale, feedback.answer_question),
                td_string!(locale, feedback.answer_question_lead),
                td_string!(locale, feedback.send),
            ),
            Doing::Add => (
                td_string!(locale, feedback.add),
                td_string!(locale, feedback.add_lead),
                td_string!(locale, feedback.send),
            ),
            Doing::Reopen => (
                td_string!(locale, feedback.reopen),
                td_string!(locale, feedback.reopen_lead),
                td_string!(locale, feedback.reopen_button),
            ),
            Doing::Withdraw => (
                td_string!(locale, feedback.withdraw),
                td_string!(locale, feedback.withdraw_lead),
                td_string!(locale, feedback.withdraw_button),
            ),
        };
        let text = (doing != Doing::Withdraw).then(|| {
            let label = match doing {
                Doing::Reopen => td_string!(locale, feedback.reopen_label),
                _ => td_string!(locale, feedback.add_label),
            };
            field(TEXT, label, None, mistakes).text(typed.to_owned(), true, None)
        });
        let files = (doing == Doing::Add).then(|| {
            let mut hint = td_string!(locale, documents.field_hint, most = MOST_FILES).to_string();
            if !mistakes.is_empty() {
                hint = format!("{hint} {}", td_string!(locale, cases.choose_again));
            }
            field(FILES, td_string!(locale, documents.field), Some(hint), mistakes)
                .files(".pdf,.jpg,.jpeg,.png,.heic,.txt")
        });
        let question = self.feedback.question.clone().filter(|_| doing == Doing::Add).map(|question| {
            view! { <blockquote class="voordeur-quote voordeur-text">{question}</blockquote> }
        });
        let status = if mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        let count = i64::try_from(mistakes.len()).unwrap_or(i64::MAX);
        let summary = (!mistakes.is_empty())
            .then(|| ui::error_summary(td_string!(locale, feedback.to_change, count = count).to_string(), mistakes));
        // Only a form with files in it is sent in parts.
        let enctype = "multipart/form-data";
        let body = view! {
            <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
                {summary}
                {ui::heading(title.to_owned(), lead)}
                {question}
                <form class="utrecht-form voordeur-stack voordeur-stack--wide" method="post" enctype=enctype action=self.path(doing.path()) novalidate>
                    <input type="hidden" name=SEEN value=self.feedback.version/>
                    {text}
                    {files}
                    <div class="utrecht-button-group">
                        <button class="nl-button nl-button--primary" type="submit">{button}</button>
                        <a class="nl-button nl-button--subtle" href=self.visit.href(&self.base)>{td_string!(locale, feedback.back_to)}</a>
                    </div>
                </form>
            </div>
        }
        .into_any();
        self.under(Page::new(title, Place::Elsewhere, body).status(status))
    }

    /// It cannot be done: why, with what was typed, so that nobody has to write it again.
    fn refused(&self, typed: &str) -> Page {
        let locale = self.visit.locale;
        let title = td_string!(locale, feedback.refused_title);
        let typed = (!typed.is_empty()).then(|| {
            view! {
                <section class="voordeur-card voordeur-stack" aria-labelledby="getypt">
                    <h2 class="nl-heading nl-heading--level-3" id="getypt">{td_string!(locale, feedback.you_wrote)}</h2>
                    <p class="voordeur-text">{typed.to_owned()}</p>
                </section>
            }
        });
        let body = view! {
            <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
                <h1 class="nl-heading nl-heading--level-1">{title}</h1>
                {ui::alert(Tone::Warning, view! { <p class="nl-paragraph" role="alert">{td_string!(locale, feedback.refused_text)}</p> })}
                {typed}
                <p><a class="nl-button nl-button--primary" href=self.visit.href(&self.base)>{td_string!(locale, feedback.back_to)}</a></p>
            </div>
        }
        .into_any();
        self.under(Page::new(title, Place::Elsewhere, body).status(StatusCode::CONFLICT))
    }
}
