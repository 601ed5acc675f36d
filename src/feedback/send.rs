//! Feedback is sent: once, by whoever means it, to whom it is for.

use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use leptos_i18n::td_string;

use super::{
    form::{FILES, Form, SEND, author},
    given,
    model::Kind,
    submit::{Author, NewFeedback, contact, submit},
    suggest,
    token::Token,
    typed::Typed,
};
use crate::{
    app::Visit,
    documents::{self, FormWithFiles, Origin, Taken, Upload},
    error::Error,
    ui::Mistake,
    usage::{Role, Usage, activity},
};

pub async fn post(visit: Visit, Path(kind): Path<String>, form: FormWithFiles) -> Result<Response, Error> {
    let kind = Kind::from_path(&kind).ok_or(Error::NotFound)?;
    let typed = Typed::read(&form);
    if typed.trapped {
        // A program that filled in what nobody sees is told what it wants to hear.
        metrics::counter!("feedback_trapped").increment(1);
        return Ok(Redirect::to(&visit.href("/feedback/bedankt")).into_response());
    }
    let given = given::look_up(&visit, author(&visit), &typed.start).await?;
    let mut mistakes = typed.wrong_words(visit.locale, kind);
    let receiver = typed.receiver(&visit, &given);
    let organisation = match receiver {
        Ok(organisation) => organisation,
        Err(mistake) => {
            mistakes.push(mistake);
            String::new()
        }
    };
    let sent = |mistakes: &[Mistake], typed: &Typed| {
        visit.show(Form { visit: &visit, kind, given: &given, typed, mistakes }.first())
    };
    if !mistakes.is_empty() || form.field("terug") == "ja" {
        return Ok(sent(&mistakes, &typed));
    }
    if form.field("stap") != "2" {
        return second(&visit, kind, &given, &typed, &organisation, &[]).await;
    }
    let Some(token) = Token::read(&visit.portal, &typed.token) else {
        let message = td_string!(visit.locale, feedback.wrong_form).to_owned();
        let typed = Typed { token: Token::make(&visit.portal), ..typed };
        return second(&visit, kind, &given, &typed, &organisation, &[Mistake { field: SEND.into(), message }]).await;
    };
    if author(&visit).is_none() {
        mistakes.extend(typed.wrong_contact(visit.locale, kind));
        if mistakes.is_empty() && token.is_too_soon(&visit.portal) {
            let message = td_string!(visit.locale, feedback.too_soon).to_owned();
            mistakes.push(Mistake { field: SEND.into(), message });
        }
        if mistakes.is_empty() && !typed.email.is_empty() && !visit.portal.doors.pace.allows_mail(&typed.email) {
            return Err(Error::TooManyRequests);
        }
    }
    let mut taken = Vec::new();
    if mistakes.is_empty() {
        taken = take(&visit, form.files, &mut mistakes).await?;
    }
    if !mistakes.is_empty() {
        return second(&visit, kind, &given, &typed, &organisation, &mistakes).await;
    }
    let path = keep(&visit, kind, &given, &typed, organisation, token, &taken).await?;
    Ok(Redirect::to(&visit.href(&path)).into_response())
}

async fn second(
    visit: &Visit,
    kind: Kind,
    given: &given::Given<'_>,
    typed: &Typed,
    organisation: &str,
    mistakes: &[Mistake],
) -> Result<Response, Error> {
    let suggestions = suggest::find(visit, kind, &format!("{} {}", typed.title, typed.text)).await?;
    let form = Form { visit, kind, given, typed, mistakes };
    Ok(visit.show(form.second(organisation, &suggestions)))
}

/// Judges and puts away the files of a form; what is wrong with one becomes a mistake.
pub async fn take(visit: &Visit, files: Vec<Upload>, mistakes: &mut Vec<Mistake>) -> Result<Vec<Taken>, Error> {
    let mut taken = Vec::with_capacity(files.len());
    for upload in files {
        let name = upload.name.clone();
        match documents::take(&visit.portal, upload, Origin::Citizen).await {
            Ok(one) => taken.push(one),
            Err(refusal) => {
                mistakes.push(Mistake { field: FILES.into(), message: refusal.words(visit.locale, &name)? });
            }
        }
    }
    Ok(taken)
}

/// Keeps it; where it is followed, without the language.
async fn keep(
    visit: &Visit,
    kind: Kind,
    given: &given::Given<'_>,
    typed: &Typed,
    organisation: String,
    token: Token,
    taken: &[Taken],
) -> Result<String, Error> {
    let portal = &visit.portal;
    let own_name = visit.session.as_ref().map(|session| session.identity.name());
    let author = match author(visit) {
        Some(person) => Author::Person(person),
        None => Author::Visitor { name: typed.name.clone(), email: typed.email.clone() },
    };
    let shown_as = match &author {
        Author::Person(_) => own_name,
        Author::Visitor { .. } => Some(typed.name.as_str()),
    };
    let wants_answer = match (&author, kind) {
        (Author::Visitor { .. }, Kind::Complaint) => typed.answer != "nee",
        (_, Kind::Complaint | Kind::Question) => true,
        (_, Kind::Idea | Kind::Compliment) => false,
    };
    let new = NewFeedback {
        id: token.id,
        author,
        kind,
        organisation,
        service: given.service.map(|service| service.id().to_owned()),
        about: given.case.as_ref().map(|case| case.reference.clone()),
        page: given.page.clone(),
        text: typed.text.clone(),
        wish: Some(typed.wish.clone()).filter(|wish| !wish.is_empty()),
        title: Some(&typed.title),
        shown_as: shown_as.filter(|_| typed.shown),
        wants_answer,
        locale: visit.locale,
        documents: taken,
    };
    let person = new.person();
    let usage = Usage {
        at: portal.clock.now(),
        organisation: portal.config.organisation.id.clone(),
        role: Role::Citizen,
        activity: activity::GIVE_FEEDBACK,
        groups: vec!["feedback".to_owned()],
    };
    let mut scope = portal.database.as_person(person, usage).await?;
    let feedback = submit(portal, &mut scope, new).await?;
    scope.commit().await?;
    Ok(match contact(portal, &feedback)? {
        None => format!("{}/ontvangst", feedback.path()),
        Some(contact) => format!("/feedback/volgen/{}/ontvangst", contact.secret),
    })
}
