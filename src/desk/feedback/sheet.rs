//! What staff do with feedback by filling something in: what is asked, and what is done with it.

use jiff::{ToSpan, civil::Date};
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{answers, page::Loaded};
use crate::{
    app::Staff,
    desk::cases::{
        field::{Field, Typed, mistake, typed},
        pass_on::receivers,
        place::places,
    },
    feedback::{Act, Action, Actor, Feedback, Kind, Outcome, State, after, personal_data},
    i18n::Locale,
    insights::Category,
    offers::{day, typed_day},
    ui::{self, Mistake},
};

/// Longer than this no text is taken.
const LONGEST: usize = 8000;
const LONGEST_TITLE: usize = 150;
const LONGEST_NAME: usize = 100;
/// Awb art. 9:11 lid 2.
const MOST_WEEKS: i16 = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    Answer,
    PassOn,
    Ask,
    Hear,
    Extend,
    Moderate,
    Merge,
    Review,
    Plan,
    Begin,
    Finish,
    Decline,
    Note,
    Categorise,
}

impl Sheet {
    pub const ALL: [Self; 14] = [
        Self::Answer,
        Self::Moderate,
        Self::Review,
        Self::Plan,
        Self::Begin,
        Self::Finish,
        Self::Ask,
        Self::Hear,
        Self::Extend,
        Self::PassOn,
        Self::Merge,
        Self::Decline,
        Self::Note,
        Self::Categorise,
    ];

    pub const fn path(self) -> &'static str {
        match self {
            Self::Answer => "antwoord",
            Self::PassOn => "doorgeven",
            Self::Ask => "vragen",
            Self::Hear => "horen",
            Self::Extend => "verlengen",
            Self::Moderate => "publiceren",
            Self::Merge => "samenvoegen",
            Self::Review => "onderzoeken",
            Self::Plan => "plannen",
            Self::Begin => "beginnen",
            Self::Finish => "klaar",
            Self::Decline => "afwijzen",
            Self::Note => "notitie",
            Self::Categorise => "thema",
        }
    }

    pub fn from_path(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sheet| sheet.path() == path)
    }

    pub const fn action(self) -> Action {
        match self {
            Self::Answer => Action::Answer,
            Self::PassOn => Action::PassOn,
            Self::Ask => Action::Ask,
            Self::Hear => Action::Hear,
            Self::Extend => Action::Extend,
            Self::Moderate => Action::Moderate,
            Self::Merge => Action::Merge,
            Self::Review => Action::Review,
            Self::Plan => Action::Plan,
            Self::Begin => Action::Begin,
            Self::Finish => Action::Finish,
            Self::Decline => Action::Decline,
            Self::Note => Action::Note,
            Self::Categorise => Action::Categorise,
        }
    }

    /// Whether a clerk may do this now; what a colleague has is looked at, noted and given a theme, and not worked on.
    pub fn is_open_to(self, staff: &Staff, feedback: &Feedback) -> bool {
        let others = feedback.taken_by.as_ref().is_some_and(|by| *by != staff.id);
        let allowed = after(feedback.kind, feedback.state, self.action(), Actor::Staff).is_some();
        let today = staff.portal.clock.today();
        let in_term = self != Self::Extend || feedback.extended_by == 0 && !feedback.is_late(today);
        allowed && in_term && (!others || matches!(self, Self::Note | Self::Categorise))
    }

    /// Its name, what it does, and its button.
    pub fn texts(self, locale: Locale) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Answer => (
                td_string!(locale, desk_feedback.act_answer),
                td_string!(locale, desk_feedback.answer_lead),
                td_string!(locale, desk_feedback.answer_go),
            ),
            Self::PassOn => (
                td_string!(locale, desk_feedback.act_pass_on),
                td_string!(locale, desk_feedback.pass_on_lead),
                td_string!(locale, desk_feedback.pass_on_go),
            ),
            Self::Ask => (
                td_string!(locale, desk_feedback.act_ask),
                td_string!(locale, desk_feedback.ask_lead),
                td_string!(locale, desk_feedback.ask_go),
            ),
            Self::Hear => (
                td_string!(locale, desk_feedback.act_hear),
                td_string!(locale, desk_feedback.hear_lead),
                td_string!(locale, desk_feedback.hear_go),
            ),
            Self::Extend => (
                td_string!(locale, desk_feedback.act_extend),
                td_string!(locale, desk_feedback.extend_lead),
                td_string!(locale, desk_feedback.extend_go),
            ),
            Self::Moderate => (
                td_string!(locale, desk_feedback.act_moderate),
                td_string!(locale, desk_feedback.moderate_lead),
                td_string!(locale, desk_feedback.moderate_go),
            ),
            Self::Merge => (
                td_string!(locale, desk_feedback.act_merge),
                td_string!(locale, desk_feedback.merge_lead),
                td_string!(locale, desk_feedback.merge_go),
            ),
            Self::Review => (
                td_string!(locale, desk_feedback.act_review),
                td_string!(locale, desk_feedback.review_lead),
                td_string!(locale, desk_feedback.review_go),
            ),
            Self::Plan => (
                td_string!(locale, desk_feedback.act_plan),
                td_string!(locale, desk_feedback.plan_lead),
                td_string!(locale, desk_feedback.plan_go),
            ),
            Self::Begin => (
                td_string!(locale, desk_feedback.act_begin),
                td_string!(locale, desk_feedback.begin_lead),
                td_string!(locale, desk_feedback.begin_go),
            ),
            Self::Finish => (
                td_string!(locale, desk_feedback.act_finish),
                td_string!(locale, desk_feedback.finish_lead),
                td_string!(locale, desk_feedback.finish_go),
            ),
            Self::Decline => (
                td_string!(locale, desk_feedback.act_decline),
                td_string!(locale, desk_feedback.decline_lead),
                td_string!(locale, desk_feedback.decline_go),
            ),
            Self::Note => (
                td_string!(locale, desk_feedback.act_note),
                td_string!(locale, desk_feedback.note_lead),
                td_string!(locale, desk_feedback.note_go),
            ),
            Self::Categorise => (
                td_string!(locale, desk_feedback.act_category),
                td_string!(locale, desk_feedback.category_lead),
                td_string!(locale, desk_feedback.category_go),
            ),
        }
    }

    /// What the page says afterwards.
    pub fn done(self, locale: Locale) -> &'static str {
        match self {
            Self::Note => td_string!(locale, desk_feedback.done_note),
            Self::Categorise => td_string!(locale, desk_feedback.done_category),
            Self::Moderate => td_string!(locale, desk_feedback.done_moderate),
            _ => td_string!(locale, desk_feedback.done),
        }
    }

    /// What the form starts with; `outcome` was chosen for an answer to a complaint.
    pub fn empty(self, loaded: &Loaded, outcome: Option<Outcome>) -> Typed {
        let mut form = Typed::new();
        let mut fill = |field: &str, value: String| _ = form.insert(field.to_owned(), value);
        match self {
            Self::Answer => {
                fill("tekst", answers::template(&loaded.feedback, outcome));
                fill("uitkomst", outcome.map(Outcome::as_str).unwrap_or_default().to_owned());
            }
            Self::Moderate => {
                let face = loaded.face.as_ref();
                fill("titel", face.map(|face| face.title.clone()).unwrap_or_default());
                fill("inhoud", face.map(|face| face.body.clone()).unwrap_or_default());
            }
            Self::Plan => {
                let promised = loaded.face.as_ref().and_then(|face| face.promised_on);
                fill("datum", promised.map(typed_day).unwrap_or_default());
            }
            Self::Review => fill("eigenaar", loaded.feedback.taken_name.clone().unwrap_or_default()),
            Self::Categorise => fill("thema", loaded.feedback.category.clone().unwrap_or_default()),
            _ => {}
        }
        form
    }

    /// What is to be done, one after the other.
    pub fn read(self, staff: &Staff, feedback: &Feedback, form: &Typed) -> Result<Vec<Act>, Vec<Mistake>> {
        let mut reader = Reader { locale: staff.locale, form, mistakes: Vec::new() };
        let acts = match self {
            Self::Answer => {
                let outcome = Outcome::from_text(typed(form, "uitkomst"));
                if feedback.kind == Kind::Complaint && outcome.is_none() {
                    reader.wrong("uitkomst", td_string!(staff.locale, desk_feedback.no_outcome));
                }
                let text = reader.letter("tekst");
                if outcome.is_some_and(answers::names_ombudsman) && !text.to_lowercase().contains("ombudsman") {
                    reader.wrong("tekst", td_string!(staff.locale, desk_feedback.no_ombudsman));
                }
                let outcome = outcome.filter(|_| feedback.kind == Kind::Complaint);
                vec![Act::Answer { outcome, text }]
            }
            Self::PassOn => {
                let organisation = typed(form, "naar").to_owned();
                if !staff.portal.catalogue.is_receiver(&organisation) || organisation == staff.organisation {
                    reader.wrong("naar", td_string!(staff.locale, desk_feedback.no_receiver));
                }
                vec![Act::PassOn { organisation, words: reader.text("tekst") }]
            }
            Self::Ask => vec![Act::Ask { text: reader.text("tekst") }],
            Self::Hear => vec![Act::Hear { text: reader.text("tekst") }],
            Self::Note => vec![Act::Note { text: reader.text("tekst") }],
            Self::Begin => vec![Act::Begin { text: reader.text("tekst") }],
            Self::Decline => vec![Act::Decline { text: reader.text("tekst") }],
            Self::Extend => {
                let weeks = typed(form, "weken").parse().ok().filter(|weeks| (1..=MOST_WEEKS).contains(weeks));
                if weeks.is_none() {
                    let words = td_string!(staff.locale, desk_feedback.no_weeks, most = MOST_WEEKS).to_string();
                    reader.wrong("weken", words);
                }
                vec![Act::Extend { weeks: weeks.unwrap_or_default(), words: reader.text("tekst") }]
            }
            Self::Moderate => {
                let (title, body) = (reader.short("titel", LONGEST_TITLE), reader.text("inhoud"));
                if typed(form, "niemand") != "ja" {
                    for (field, text) in [("titel", &title), ("inhoud", &body)] {
                        let found = personal_data(text);
                        if !found.is_empty() {
                            let found = found.join(", ");
                            let words = td_string!(staff.locale, desk_feedback.personal, found = found).to_string();
                            reader.wrong(field, words);
                        }
                    }
                }
                let mut acts = vec![Act::Moderate { title, body }];
                if matches!(feedback.state, State::Submitted | State::Moderated) {
                    acts.push(Act::Publish);
                }
                acts
            }
            Self::Merge => {
                let into = typed(form, "idee").parse().ok().filter(|number| *number > 0);
                if into.is_none() {
                    reader.wrong("idee", td_string!(staff.locale, desk_feedback.no_idea));
                }
                vec![Act::Merge { into: into.unwrap_or_default() }]
            }
            Self::Review => {
                let owner = reader.short("eigenaar", LONGEST_NAME);
                let promised_on = reader.coming(staff, "datum");
                vec![Act::Review { owner, promised_on: promised_on.unwrap_or(Date::MAX) }]
            }
            Self::Plan => {
                let promised_on = if typed(form, "datum").is_empty() { None } else { reader.coming(staff, "datum") };
                vec![Act::Plan { text: reader.text("tekst"), promised_on }]
            }
            Self::Finish => {
                let link = typed(form, "link");
                // Two slashes would name another site.
                let leads = link.starts_with("https://") || link.starts_with('/') && !link.starts_with("//");
                if !link.is_empty() && (!leads || link.contains([' ', '\\']) || link.len() > 500) {
                    reader.wrong("link", td_string!(staff.locale, desk_feedback.no_link));
                }
                let link = (!link.is_empty()).then(|| link.to_owned());
                vec![Act::Finish { text: reader.text("tekst"), link }]
            }
            Self::Categorise => {
                let category = Category::from_text(typed(form, "thema")).map(|category| category.as_str().to_owned());
                vec![Act::Categorise { category }]
            }
        };
        if reader.mistakes.is_empty() { Ok(acts) } else { Err(reader.mistakes) }
    }

    pub fn fields(self, staff: &Staff, loaded: &Loaded, form: &Typed, mistakes: &[Mistake]) -> AnyView {
        let locale = staff.locale;
        let text = |label: &str, hint: &'static str, rows: u8| {
            let hint = (!hint.is_empty()).then(|| hint.to_owned());
            Field { id: "tekst", label, hint, mistakes }.lines(typed(form, "tekst"), rows)
        };
        let read_as_is = td_string!(locale, desk_feedback.literal);
        let line = |id: &'static str, label: &str, hint: &'static str, numeric: bool| {
            let hint = (!hint.is_empty()).then(|| hint.to_owned());
            Field { id, label, hint, mistakes }.line(typed(form, id), numeric)
        };
        match self {
            Self::Answer => answer_fields(staff, loaded, form, mistakes),
            Self::PassOn => {
                let receiver =
                    Field { id: "naar", label: td_string!(locale, desk_feedback.receiver), hint: None, mistakes }
                        .of_many(receivers(staff), typed(form, "naar"));
                view! { {receiver} {text(td_string!(locale, desk_feedback.why), read_as_is, 4)} }.into_any()
            }
            Self::Extend => {
                let weeks = line(
                    "weken",
                    td_string!(locale, desk_feedback.weeks),
                    td_string!(locale, desk_feedback.weeks_hint),
                    true,
                );
                view! { {weeks} {text(td_string!(locale, desk_feedback.why), read_as_is, 4)} }.into_any()
            }
            Self::Ask => text(td_string!(locale, desk_feedback.question_text), read_as_is, 4),
            Self::Hear => text(td_string!(locale, desk_feedback.heard_text), read_as_is, 6),
            Self::Note => text(td_string!(locale, desk_feedback.note), td_string!(locale, desk_feedback.note_hint), 4),
            Self::Begin => {
                text(td_string!(locale, desk_feedback.what_begins), td_string!(locale, desk_feedback.public), 4)
            }
            Self::Decline => text(td_string!(locale, desk_feedback.why), td_string!(locale, desk_feedback.public), 4),
            Self::Moderate => moderate_fields(staff, form, mistakes),
            Self::Merge => {
                let alike = loaded
                    .alike
                    .iter()
                    .map(|(number, title)| {
                        let href = staff.href(&format!("/ideeen/{number}"));
                        view! { <li>{*number} ": " <a class="nl-link voordeur-target" href=href lang="nl">{title.clone()}</a></li> }
                    })
                    .collect_view();
                let number = line(
                    "idee",
                    td_string!(locale, desk_feedback.idea_number),
                    td_string!(locale, desk_feedback.idea_hint),
                    true,
                );
                view! { <ul role="list">{alike}</ul> {number} }.into_any()
            }
            Self::Review => {
                let owner = line(
                    "eigenaar",
                    td_string!(locale, desk_feedback.owner),
                    td_string!(locale, desk_feedback.owner_hint),
                    false,
                );
                let by = line(
                    "datum",
                    td_string!(locale, desk_feedback.promised),
                    td_string!(locale, desk_cases.date_hint),
                    true,
                );
                view! { {owner} {by} }.into_any()
            }
            Self::Plan => {
                let by = line(
                    "datum",
                    td_string!(locale, desk_feedback.planned_for),
                    td_string!(locale, desk_feedback.planned_hint),
                    true,
                );
                view! { {text(td_string!(locale, desk_feedback.what_planned), td_string!(locale, desk_feedback.public), 4)} {by} }.into_any()
            }
            Self::Finish => {
                let link = line(
                    "link",
                    td_string!(locale, desk_feedback.link),
                    td_string!(locale, desk_feedback.link_hint),
                    false,
                );
                view! { {text(td_string!(locale, desk_feedback.what_changed), td_string!(locale, desk_feedback.public), 4)} {link} }.into_any()
            }
            Self::Categorise => category_field(staff, typed(form, "thema"), mistakes),
        }
    }
}

/// Which theme it belongs to; none is one of them.
pub fn category_field(staff: &Staff, chosen: &str, mistakes: &[Mistake]) -> AnyView {
    let locale = staff.locale;
    let options = Category::ALL.map(|category| (category.as_str().to_owned(), category.words(locale).to_owned()));
    Field { id: "thema", label: td_string!(locale, desk_feedback.category), hint: None, mistakes }
        .of_many(vec![(td_string!(locale, desk_feedback.categories), options.to_vec())], chosen)
}

fn answer_fields(staff: &Staff, loaded: &Loaded, form: &Typed, mistakes: &[Mistake]) -> AnyView {
    let locale = staff.locale;
    let outcome = Outcome::from_text(typed(form, "uitkomst")).filter(|_| loaded.feedback.kind == Kind::Complaint);
    let came_out = outcome.map(|outcome| {
        view! {
            <div id="uitkomst" tabindex="-1">
                <input type="hidden" name="uitkomst" value=outcome.as_str()/>
                <p class="nl-paragraph">{td_string!(locale, desk_feedback.outcome)} ": " <b>{answers::outcome_name(locale, outcome)}</b></p>
            </div>
        }
    });
    let open = places(typed(form, "tekst"));
    let hint = if open.is_empty() {
        td_string!(locale, desk_feedback.literal).to_owned()
    } else {
        let open = open.into_iter().map(|place| format!("[{place}]")).collect::<Vec<_>>().join(", ");
        td_string!(locale, desk_cases.to_fill, places = open).to_string()
    };
    let text = Field { id: "tekst", label: td_string!(locale, desk_feedback.answer), hint: Some(hint), mistakes }
        .lines(typed(form, "tekst"), 12);
    view! { {came_out} {text} }.into_any()
}

fn moderate_fields(staff: &Staff, form: &Typed, mistakes: &[Mistake]) -> AnyView {
    let locale = staff.locale;
    let found: Vec<String> =
        ["titel", "inhoud"].into_iter().flat_map(|field| personal_data(typed(form, field))).collect();
    let warning = (!found.is_empty()).then(|| {
        let words = td_string!(locale, desk_feedback.flagged, found = found.join(", ")).to_string();
        view! {
            {ui::alert(ui::Tone::Warning, view! { <p class="nl-paragraph">{words}</p> })}
            <div class="utrecht-form-field utrecht-form-field--checkbox">
                <div class="utrecht-form-field__input"><input class="utrecht-checkbox utrecht-checkbox--html-input" type="checkbox" id="niemand" name="niemand" value="ja"/></div>
                <div class="utrecht-form-field__label"><label class="utrecht-form-label utrecht-form-label--checkbox" for="niemand">{td_string!(locale, desk_feedback.nobody)}</label></div>
            </div>
        }
    });
    let title = Field { id: "titel", label: td_string!(locale, desk_feedback.idea_title), hint: None, mistakes };
    let hint = Some(td_string!(locale, desk_feedback.moderate_hint).to_owned());
    let body = Field { id: "inhoud", label: td_string!(locale, desk_feedback.idea_body), hint, mistakes };
    view! { {title.line(typed(form, "titel"), false)} {body.lines(typed(form, "inhoud"), 8)} {warning} }.into_any()
}

/// Reads what was typed and remembers what is wrong.
struct Reader<'a> {
    locale: Locale,
    form: &'a Typed,
    mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    fn wrong(&mut self, field: &'static str, words: impl Into<String>) {
        self.mistakes.push(mistake(field, words));
    }

    fn text(&mut self, field: &'static str) -> String {
        let text = typed(self.form, field).replace("\r\n", "\n");
        if text.is_empty() {
            self.wrong(field, td_string!(self.locale, desk_feedback.no_text));
        } else if text.chars().count() > LONGEST {
            self.wrong(field, td_string!(self.locale, desk_cases.too_long, most = LONGEST).to_string());
        }
        text
    }

    /// Of which every place is filled in.
    fn letter(&mut self, field: &'static str) -> String {
        let text = self.text(field);
        let open: Vec<String> = places(&text).into_iter().map(|place| format!("[{place}]")).collect();
        if !open.is_empty() {
            self.wrong(field, td_string!(self.locale, desk_cases.unfilled, places = open.join(", ")).to_string());
        }
        text
    }

    fn short(&mut self, field: &'static str, most: usize) -> String {
        let text = typed(self.form, field);
        if text.is_empty() || text.chars().count() > most {
            self.wrong(field, td_string!(self.locale, desk_feedback.no_line, most = most).to_string());
        }
        text.to_owned()
    }

    /// A day from today to two years from now.
    fn coming(&mut self, staff: &Staff, field: &'static str) -> Option<Date> {
        let today = staff.portal.clock.today();
        let day = day(typed(self.form, field)).filter(|day| (today..=today.saturating_add(2.years())).contains(day));
        if day.is_none() {
            self.wrong(field, td_string!(self.locale, desk_feedback.no_date));
        }
        day
    }
}
