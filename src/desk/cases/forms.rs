//! What staff write in a case: each a page of its own, which keeps what was typed when it will not do.

use axum::{Form, extract::Path, response::Response};
use http::StatusCode;
use jiff::{ToSpan, civil::Date};
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    act,
    field::{Field, Typed, mistake, typed},
    page::{self, Loaded, head},
    refused, timeline,
};
use crate::{
    app::{Page, Place, Staff},
    cases::{Act, Event, Happening, Stage, Words},
    deadlines::{Counting, last_day},
    error::Error,
    i18n::Locale,
    offers::{day, typed_day},
    rules::model::{Term, TermUnit},
    ui::{self, Mistake, Tone},
};

/// Longer than this no text is taken.
const LONGEST: usize = 4000;
/// A citizen gets two weeks to answer unless the clerk says otherwise.
const TO_ANSWER: Term = Term { count: 2, unit: TermUnit::Weeks };
/// The most weeks by which a term is extended at once.
const MOST_WEEKS: u16 = 26;

/// What a page asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sheet {
    Status,
    Ask,
    Pause,
    Extend,
    Reply,
}

pub async fn get_status(staff: Staff, Path(reference): Path<String>) -> Result<Response, Error> {
    first(staff, &reference, Sheet::Status).await
}

pub async fn status(staff: Staff, Path(reference): Path<String>, Form(form): Form<Typed>) -> Result<Response, Error> {
    send(staff, &reference, Sheet::Status, form).await
}

pub async fn get_ask(staff: Staff, Path(reference): Path<String>) -> Result<Response, Error> {
    first(staff, &reference, Sheet::Ask).await
}

pub async fn ask(staff: Staff, Path(reference): Path<String>, Form(form): Form<Typed>) -> Result<Response, Error> {
    send(staff, &reference, Sheet::Ask, form).await
}

pub async fn get_pause(staff: Staff, Path(reference): Path<String>) -> Result<Response, Error> {
    first(staff, &reference, Sheet::Pause).await
}

pub async fn pause(staff: Staff, Path(reference): Path<String>, Form(form): Form<Typed>) -> Result<Response, Error> {
    send(staff, &reference, Sheet::Pause, form).await
}

pub async fn get_extend(staff: Staff, Path(reference): Path<String>) -> Result<Response, Error> {
    first(staff, &reference, Sheet::Extend).await
}

pub async fn extend(staff: Staff, Path(reference): Path<String>, Form(form): Form<Typed>) -> Result<Response, Error> {
    send(staff, &reference, Sheet::Extend, form).await
}

pub async fn get_reply(staff: Staff, Path(reference): Path<String>) -> Result<Response, Error> {
    first(staff, &reference, Sheet::Reply).await
}

pub async fn reply(staff: Staff, Path(reference): Path<String>, Form(form): Form<Typed>) -> Result<Response, Error> {
    send(staff, &reference, Sheet::Reply, form).await
}

async fn first(staff: Staff, reference: &str, sheet: Sheet) -> Result<Response, Error> {
    let loaded = page::load(&staff, reference).await?;
    Ok(staff.show(sheet.page(&staff, &loaded, &sheet.empty(&staff), &[], None)))
}

async fn send(staff: Staff, reference: &str, sheet: Sheet, form: Typed) -> Result<Response, Error> {
    let saw = act::version(&form)?;
    let act = match sheet.read(&staff, &form) {
        Ok(act) => act,
        Err(mistakes) => {
            let loaded = page::load(&staff, reference).await?;
            let page = sheet.page(&staff, &loaded, &form, &mistakes, None);
            return Ok(staff.show(page.status(StatusCode::UNPROCESSABLE_ENTITY)));
        }
    };
    match act::change(&staff, reference, act, Some(saw)).await? {
        Ok(_) => Ok(act::to_case(&staff, reference, sheet.path())),
        Err(why) => {
            let why = refused::words(staff.locale, why)?;
            let loaded = page::load(&staff, reference).await?;
            let page = sheet.page(&staff, &loaded, &form, &[], Some((why, saw)));
            Ok(staff.show(page.status(StatusCode::CONFLICT)))
        }
    }
}

/// A sentence for the citizen: in Dutch, and in English where the clerk writes it.
pub fn words(locale: Locale, form: &Typed, mistakes: &mut Vec<Mistake>) -> Words {
    let (nl, en) = (typed(form, "nl"), typed(form, "en"));
    if nl.is_empty() {
        mistakes.push(mistake("nl", td_string!(locale, desk_cases.no_dutch)));
    }
    for (field, text) in [("nl", nl), ("en", en)] {
        if text.chars().count() > LONGEST {
            mistakes.push(mistake(field, too_long(locale)));
        }
    }
    Words { nl: nl.replace("\r\n", "\n"), en: (!en.is_empty()).then(|| en.replace("\r\n", "\n")) }
}

pub fn too_long(locale: Locale) -> String {
    td_string!(locale, desk_cases.too_long, most = LONGEST).to_string()
}

impl Sheet {
    const fn path(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Ask => "vragen",
            Self::Pause => "pauze",
            Self::Extend => "verlengen",
            Self::Reply => "antwoord",
        }
    }

    /// Its name, what it does, and its button.
    fn texts(self, locale: Locale) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Status => (
                td_string!(locale, desk_cases.act_status),
                td_string!(locale, desk_cases.status_lead),
                td_string!(locale, desk_cases.status_go),
            ),
            Self::Ask => (
                td_string!(locale, desk_cases.act_ask),
                td_string!(locale, desk_cases.ask_lead),
                td_string!(locale, desk_cases.ask_go),
            ),
            Self::Pause => (
                td_string!(locale, desk_cases.act_pause),
                td_string!(locale, desk_cases.pause_lead),
                td_string!(locale, desk_cases.pause_go),
            ),
            Self::Extend => (
                td_string!(locale, desk_cases.act_extend),
                td_string!(locale, desk_cases.extend_lead),
                td_string!(locale, desk_cases.extend_go),
            ),
            Self::Reply => (
                td_string!(locale, desk_cases.act_reply),
                td_string!(locale, desk_cases.reply_lead),
                td_string!(locale, desk_cases.reply_go),
            ),
        }
    }

    /// What an empty form starts with.
    fn empty(self, staff: &Staff) -> Typed {
        let mut form = Typed::new();
        match self {
            Self::Ask => {
                let by = last_day(Counting::Termijnenwet, staff.portal.clock.today(), TO_ANSWER);
                form.insert("voor".to_owned(), by.map(typed_day).unwrap_or_default());
                form.insert("klok".to_owned(), "stil".to_owned());
            }
            Self::Extend => _ = form.insert("weken".to_owned(), String::new()),
            _ => {}
        }
        form
    }

    fn read(self, staff: &Staff, form: &Typed) -> Result<Act, Vec<Mistake>> {
        let locale = staff.locale;
        let mut mistakes = Vec::new();
        let act = match self {
            Self::Status => {
                let stage = if typed(form, "fase") == "ontvangen" { Stage::Received } else { Stage::InTreatment };
                Act::SetStatus { words: words(locale, form, &mut mistakes), stage }
            }
            Self::Ask => {
                let words = words(locale, form, &mut mistakes);
                let today = staff.portal.clock.today();
                let answer_by =
                    day(typed(form, "voor")).filter(|by| *by > today && *by <= today.saturating_add(1.year()));
                if answer_by.is_none() {
                    mistakes.push(mistake("voor", td_string!(locale, desk_cases.no_answer_by)));
                }
                let pauses = match typed(form, "klok") {
                    "stil" => true,
                    "loopt" => false,
                    _ => {
                        mistakes.push(mistake("klok", td_string!(locale, desk_cases.no_clock)));
                        false
                    }
                };
                Act::Ask { words, answer_by: answer_by.unwrap_or(Date::MIN), pauses }
            }
            Self::Pause => Act::Pause { words: words(locale, form, &mut mistakes) },
            Self::Extend => {
                let words = words(locale, form, &mut mistakes);
                let count = typed(form, "weken").parse().ok().filter(|weeks| (1..=MOST_WEEKS).contains(weeks));
                if count.is_none() {
                    mistakes
                        .push(mistake("weken", td_string!(locale, desk_cases.no_weeks, most = MOST_WEEKS).to_string()));
                }
                Act::Extend { words, by: Term { count: count.unwrap_or_default(), unit: TermUnit::Weeks } }
            }
            Self::Reply => {
                let text = typed(form, "tekst").replace("\r\n", "\n");
                if text.is_empty() {
                    mistakes.push(mistake("tekst", td_string!(locale, desk_cases.no_text)));
                } else if text.chars().count() > LONGEST {
                    mistakes.push(mistake("tekst", too_long(locale)));
                }
                Act::Reply { text }
            }
        };
        if mistakes.is_empty() { Ok(act) } else { Err(mistakes) }
    }

    fn page(
        self,
        staff: &Staff,
        loaded: &Loaded,
        form: &Typed,
        mistakes: &[Mistake],
        refused: Option<(String, i32)>,
    ) -> Page {
        let locale = staff.locale;
        let (title, lead, go) = self.texts(locale);
        let fields = self.fields(staff, loaded, form, mistakes);
        let asked = (self == Self::Reply).then(|| asked(staff, loaded));
        let body = view! {
            {ui::heading(title.to_owned(), lead)}
            {asked}
            <form method="post" action=staff.href(&format!("/balie/zaken/{}/{}", loaded.case.reference, self.path())) class="voordeur-card voordeur-stack" novalidate>
                <input type="hidden" name="versie" value=loaded.case.version/>
                {fields}
                <div class="utrecht-button-group">
                    <button class="nl-button nl-button--primary" type="submit">{go}</button>
                    <a class="nl-button nl-button--subtle" href=staff.href(&format!("/balie/zaken/{}", loaded.case.reference))>{td_string!(locale, desk_cases.back)}</a>
                </div>
            </form>
        }
        .into_any();
        sheet(staff, loaded, title.to_owned(), mistakes, refused, body)
    }

    fn fields(self, staff: &Staff, loaded: &Loaded, form: &Typed, mistakes: &[Mistake]) -> AnyView {
        let locale = staff.locale;
        let dutch = |label: &'static str, hint: Option<&'static str>| {
            let hint = hint.map(str::to_owned);
            Field { id: "nl", label, hint, mistakes }.lines(typed(form, "nl"), 4)
        };
        let english = || {
            let hint = Some(td_string!(locale, desk_cases.english_hint).to_owned());
            Field { id: "en", label: td_string!(locale, desk_cases.english), hint, mistakes }
                .lines(typed(form, "en"), 3)
        };
        match self {
            Self::Status => {
                let stage = (loaded.case.stage == Stage::Received).then(|| {
                    let options = vec![
                        ("behandeling".to_owned(), td_string!(locale, desk_cases.in_treatment).to_owned()),
                        ("ontvangen".to_owned(), td_string!(locale, desk_cases.received).to_owned()),
                    ];
                    let value = if typed(form, "fase").is_empty() { "behandeling" } else { typed(form, "fase") };
                    Field { id: "fase", label: td_string!(locale, desk_cases.stage), hint: None, mistakes }.choice(options, value)
                });
                let hint = td_string!(locale, desk_cases.status_hint);
                view! { {dutch(td_string!(locale, desk_cases.status), Some(hint))} {english()} {stage} }.into_any()
            }
            Self::Ask => {
                let clock = vec![
                    ("stil".to_owned(), td_string!(locale, desk_cases.clock_stops).to_owned()),
                    ("loopt".to_owned(), td_string!(locale, desk_cases.clock_runs).to_owned()),
                ];
                let by = Field {
                    id: "voor",
                    label: td_string!(locale, desk_cases.answer_by),
                    hint: Some(td_string!(locale, desk_cases.date_hint).to_owned()),
                    mistakes,
                };
                let clock = Field { id: "klok", label: td_string!(locale, desk_cases.clock), hint: None, mistakes }
                    .choice(clock, typed(form, "klok"));
                let hint = td_string!(locale, desk_cases.ask_hint);
                let by = by.line(typed(form, "voor"), true);
                view! { {dutch(td_string!(locale, desk_cases.ask), Some(hint))} {english()} {by} {clock} }.into_any()
            }
            Self::Pause => view! { {dutch(td_string!(locale, desk_cases.reason), Some(td_string!(locale, desk_cases.reason_hint)))} {english()} }.into_any(),
            Self::Extend => {
                let weeks = Field { id: "weken", label: td_string!(locale, desk_cases.weeks), hint: None, mistakes };
                let weeks = weeks.line(typed(form, "weken"), true);
                let reason = dutch(td_string!(locale, desk_cases.reason), Some(td_string!(locale, desk_cases.reason_hint)));
                view! { {weeks} {reason} {english()} }.into_any()
            }
            Self::Reply => {
                let hint = Some(td_string!(locale, desk_cases.reply_hint).to_owned());
                Field { id: "tekst", label: td_string!(locale, desk_cases.reply), hint, mistakes }.lines(typed(form, "tekst"), 6)
            }
        }
    }
}

/// A page with a form about a case: what is wrong first, and what changed since the clerk last looked.
pub fn sheet(
    staff: &Staff,
    loaded: &Loaded,
    title: String,
    mistakes: &[Mistake],
    refused: Option<(String, i32)>,
    body: AnyView,
) -> Page {
    let locale = staff.locale;
    let case = &loaded.case;
    let (name, lang) = case.title.get(locale);
    let summary =
        (!mistakes.is_empty()).then(|| ui::error_summary(td_string!(locale, desk_cases.wrong).to_owned(), mistakes));
    let refused = refused.map(|(why, saw)| {
        // Each change is a line, numbered as the versions are.
        let since: Vec<&Event> = loaded.events.iter().filter(|event| event.sequence > saw).collect();
        let since = (!since.is_empty()).then(|| {
            view! {
                <section class="voordeur-card voordeur-card--attention voordeur-stack" aria-labelledby="intussen">
                    <h2 class="nl-heading nl-heading--level-3" id="intussen">{td_string!(locale, desk_cases.meanwhile)}</h2>
                    {timeline::view(staff, case.kind, &since)}
                </section>
            }
        });
        view! {
            <div role="alert">{ui::alert(Tone::Warning, view! { <p class="nl-paragraph">{why}</p> })}</div>
            {since}
        }
    });
    let of = view! { <p class="nl-paragraph"><b lang=lang>{name.to_owned()}</b></p> }.into_any();
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            {summary}
            {refused}
            {head(staff, case, &loaded.known, of)}
            {body}
        </div>
    };
    Page::new(format!("{title}: {}", case.reference), Place::DeskCases, body)
        .under(td_string!(locale, desk.title), "/balie")
        .under(td_string!(locale, desk_cases.title), "/balie/zaken")
        .under(case.reference.clone(), format!("/balie/zaken/{}", case.reference))
}

/// What the citizen asked and nobody replied to.
fn asked(staff: &Staff, loaded: &Loaded) -> Option<AnyView> {
    let open = loaded.open_questions();
    if open.is_empty() {
        return None;
    }
    let items = open
        .into_iter()
        .filter_map(|event| {
            let Happening::Enquired { text, .. } = &event.what else { return None };
            let when = timeline::moment(staff.locale, event.at);
            Some(view! { <li><p class="voordeur-subtle">{when}</p><p class="nl-paragraph voordeur-said">{text.clone()}</p></li> })
        })
        .collect_view();
    Some(
        view! { <ul class="voordeur-card voordeur-card--attention voordeur-stack" role="list">{items}</ul> }.into_any(),
    )
}

/// Questions of the citizen, with the form to reply.
pub fn questions(staff: &Staff, loaded: &Loaded) -> Option<AnyView> {
    let locale = staff.locale;
    let asked = asked(staff, loaded)?;
    let hint = Some(td_string!(locale, desk_cases.reply_hint).to_owned());
    let field = Field { id: "tekst", label: td_string!(locale, desk_cases.reply), hint, mistakes: &[] }.lines("", 4);
    let action = staff.href(&format!("/balie/zaken/{}/antwoord", loaded.case.reference));
    let body = view! {
        {asked}
        <form method="post" action=action class="voordeur-card voordeur-stack" novalidate>
            <input type="hidden" name="versie" value=loaded.case.version/>
            {field}
            <div class="utrecht-button-group"><button class="nl-button nl-button--primary" type="submit">{td_string!(locale, desk_cases.reply_go)}</button></div>
        </form>
    }
    .into_any();
    Some(page::section("vragen", td_string!(locale, desk_cases.questions), body))
}
