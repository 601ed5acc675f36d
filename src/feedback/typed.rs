//! What somebody typed in the forms with which feedback is given, and what is wrong with it.

use leptos_i18n::td_string;

use super::{
    given::{self, Given, Start},
    model::Kind,
};
use crate::{app::Visit, documents::FormWithFiles, i18n::Locale, ui::Mistake};

/// The names of fields.
pub const TITLE: &str = "titel";
pub const TEXT: &str = "tekst";
pub const WISH: &str = "wens";
pub const RECEIVER: &str = "organisatie";
pub const MUNICIPALITY: &str = "gemeente";
pub const ANSWER: &str = "antwoord";
pub const NAME: &str = "naam";
pub const EMAIL: &str = "e-mail";
pub const SHOWN: &str = "naam-tonen";
pub const TOKEN: &str = "formulier";
/// No person sees this field; what fills it in is a program.
pub const TRAP: &str = "website";

pub const LONGEST: usize = 10_000;
pub const LONGEST_TITLE: usize = 150;
const LONGEST_WISH: usize = 2_000;
const LONGEST_NAME: usize = 100;
/// Less says nothing that anybody can do something with.
const SHORTEST: usize = 10;

/// A municipality that is still to be named, and an organisation that is not known, as the list of organisations offers them.
pub const SOME_MUNICIPALITY: &str = "gemeente";

#[derive(Clone, Debug, Default)]
pub struct Typed {
    pub start: Start,
    pub title: String,
    pub text: String,
    pub wish: String,
    pub municipality: String,
    pub answer: String,
    pub name: String,
    pub email: String,
    pub shown: bool,
    pub token: String,
    pub trapped: bool,
}

impl Typed {
    pub fn read(form: &FormWithFiles) -> Self {
        let some = |name: &str| Some(form.field(name).to_owned()).filter(|text| !text.is_empty());
        let line = |name: &str| clean(form.field(name)).replace('\n', " ");
        Self {
            start: Start {
                zaak: some("zaak"),
                dienst: some("dienst"),
                organisatie: some(RECEIVER),
                pagina: some("pagina"),
            },
            title: line(TITLE),
            text: clean(form.field(TEXT)),
            wish: clean(form.field(WISH)),
            municipality: line(MUNICIPALITY),
            answer: line(ANSWER),
            name: line(NAME),
            email: line(EMAIL),
            shown: form.field(SHOWN) == "ja",
            token: form.field(TOKEN).to_owned(),
            trapped: !form.field(TRAP).is_empty(),
        }
    }

    /// What is wrong with what was said.
    pub fn wrong_words(&self, locale: Locale, kind: Kind) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        let mut wrong = |field: &'static str, message: String| mistakes.push(Mistake { field: field.into(), message });
        let too_long =
            |most: usize, count: usize| td_string!(locale, feedback.wrong_long, most = most, count = count).to_string();
        let count = |text: &str| text.chars().count();
        if kind == Kind::Idea {
            match count(&self.title) {
                0 => wrong(TITLE, td_string!(locale, feedback.wrong_title).to_owned()),
                length if length > LONGEST_TITLE => wrong(TITLE, too_long(LONGEST_TITLE, length)),
                _ => {}
            }
        }
        match count(&self.text) {
            0 => wrong(
                TEXT,
                match kind {
                    Kind::Complaint => td_string!(locale, feedback.wrong_complaint),
                    Kind::Idea => td_string!(locale, feedback.wrong_idea),
                    Kind::Question => td_string!(locale, feedback.wrong_question),
                    Kind::Compliment => td_string!(locale, feedback.wrong_compliment),
                }
                .to_owned(),
            ),
            length if length < SHORTEST => wrong(TEXT, td_string!(locale, feedback.wrong_short).to_owned()),
            length if length > LONGEST => wrong(TEXT, too_long(LONGEST, length)),
            _ => {}
        }
        if count(&self.wish) > LONGEST_WISH {
            wrong(WISH, too_long(LONGEST_WISH, count(&self.wish)));
        }
        mistakes
    }

    /// For whom it is: as given, or as chosen.
    ///
    /// # Errors
    /// What is still to be chosen.
    pub fn receiver(&self, visit: &Visit, given: &Given<'_>) -> Result<String, Mistake> {
        if let Some(organisation) = &given.organisation {
            return Ok(organisation.clone());
        }
        let mistake =
            |field: &'static str, message: &'static str| Mistake { field: field.into(), message: message.into() };
        // What only a municipality does, needs no choice of organisation.
        let municipal = given.service.is_some_and(|service| service.service.organisation == "gemeenten");
        match self.start.organisatie.as_deref() {
            None if !municipal => Err(mistake(RECEIVER, td_string!(visit.locale, feedback.wrong_receiver))),
            Some(SOME_MUNICIPALITY) | None => {
                let code = visit.portal.catalogue.tables.municipality_called(&self.municipality);
                code.map(|code| format!("gemeente-{code}"))
                    .ok_or_else(|| mistake(MUNICIPALITY, td_string!(visit.locale, feedback.wrong_municipality)))
            }
            Some(id) if given::exists(visit, id) => Ok(id.to_owned()),
            Some(_) => Err(mistake(RECEIVER, td_string!(visit.locale, feedback.wrong_receiver))),
        }
    }

    /// Who was not logged in and wants an answer to a complaint has a name and an address (Awb art. 9:4).
    pub fn needs_contact(&self, kind: Kind) -> bool {
        kind == Kind::Complaint && self.answer != "nee"
    }

    /// What is wrong with the name and address of who is not logged in.
    pub fn wrong_contact(&self, locale: Locale, kind: Kind) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        let mut wrong = |field: &'static str, message: &'static str| {
            mistakes.push(Mistake { field: field.into(), message: message.to_owned() });
        };
        if kind == Kind::Complaint && !matches!(self.answer.as_str(), "ja" | "nee") {
            wrong(ANSWER, td_string!(locale, feedback.wrong_answer));
        }
        let named = self.name.chars().count();
        if named > LONGEST_NAME || (named == 0 && (self.needs_contact(kind) || self.shown)) {
            wrong(NAME, td_string!(locale, feedback.wrong_name));
        }
        let missing = self.email.is_empty() && self.needs_contact(kind);
        if missing || (!self.email.is_empty() && self.email.parse::<lettre::Address>().is_err()) {
            wrong(EMAIL, td_string!(locale, feedback.wrong_email));
        }
        mistakes
    }
}

/// With one kind of line ends, and without what no keyboard types.
pub fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars()
        .filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t'))
        .collect::<String>()
        .trim()
        .to_owned()
}
