//! Every way in which logging in ends badly, and what to do then.

use axum::response::Response;
use http::StatusCode;
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{Door, exchange::Problem};
use crate::{
    app::{Page, Place, Visit},
    i18n::Locale,
    server::Portal,
    ui,
};

/// Why somebody is not logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// They stopped.
    Cancelled,
    /// The attempt is older than ten minutes, was finished before, or the browser keeps no cookies.
    NoAttempt,
    /// The answer belongs to another attempt, or to another provider.
    OtherAttempt,
    /// The provider's answer is not right, or says that something went wrong there.
    BadAnswer,
    LevelTooLow,
    Away,
    NotRegistered,
    /// Two person lists carry the number: neither is opened.
    TwoPeople,
    Deceased,
    /// The person list was opened in error (LO GBA 07.67.20).
    Void,
}

impl From<&Problem> for Refusal {
    fn from(problem: &Problem) -> Self {
        match problem {
            Problem::Away => Self::Away,
            Problem::LevelTooLow => Self::LevelTooLow,
            Problem::Refused(_) | Problem::BadToken(_) => Self::BadAnswer,
        }
    }
}

impl Refusal {
    fn status(self) -> StatusCode {
        match self {
            Self::NoAttempt | Self::OtherAttempt => StatusCode::BAD_REQUEST,
            Self::Cancelled
            | Self::LevelTooLow
            | Self::NotRegistered
            | Self::TwoPeople
            | Self::Deceased
            | Self::Void => StatusCode::FORBIDDEN,
            Self::BadAnswer => StatusCode::BAD_GATEWAY,
            Self::Away => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// For the log and the metrics.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::NoAttempt => "no attempt",
            Self::OtherAttempt => "other attempt",
            Self::BadAnswer => "bad answer",
            Self::LevelTooLow => "level too low",
            Self::Away => "away",
            Self::NotRegistered => "not registered",
            Self::TwoPeople => "two people",
            Self::Deceased => "deceased",
            Self::Void => "void",
        }
    }

    fn title(self, locale: Locale, provider: &str) -> String {
        match self {
            Self::Cancelled => td_string!(locale, identity.cancelled).to_owned(),
            Self::NoAttempt => td_string!(locale, identity.no_attempt).to_owned(),
            Self::OtherAttempt | Self::BadAnswer => td_string!(locale, identity.failed).to_owned(),
            Self::LevelTooLow => td_string!(locale, identity.level_too_low).to_owned(),
            Self::Away => td_string!(locale, identity.away, provider = provider).to_string(),
            Self::NotRegistered => td_string!(locale, identity.not_registered).to_owned(),
            Self::TwoPeople => td_string!(locale, identity.two_people).to_owned(),
            Self::Deceased | Self::Void => td_string!(locale, identity.closed).to_owned(),
        }
    }

    fn text(self, locale: Locale, provider: &str) -> String {
        match self {
            Self::Cancelled => td_string!(locale, identity.cancelled_text).to_owned(),
            Self::NoAttempt => td_string!(locale, identity.no_attempt_text).to_owned(),
            Self::OtherAttempt => td_string!(locale, identity.other_attempt_text).to_owned(),
            Self::BadAnswer => td_string!(locale, identity.bad_answer_text, provider = provider).to_string(),
            Self::LevelTooLow => td_string!(locale, identity.level_too_low_text, provider = provider).to_string(),
            Self::Away => td_string!(locale, identity.away_text, provider = provider).to_string(),
            Self::NotRegistered => td_string!(locale, identity.not_registered_text).to_owned(),
            Self::TwoPeople => td_string!(locale, identity.two_people_text).to_owned(),
            Self::Deceased => td_string!(locale, identity.deceased_text).to_owned(),
            Self::Void => td_string!(locale, identity.void_text).to_owned(),
        }
    }
}

/// The page that says so.
pub fn refuse(visit: &Visit, door: Option<Door>, refusal: Refusal) -> Response {
    let locale = visit.locale;
    let portal = &visit.portal;
    let provider =
        door.and_then(|door| portal.doors.provider(door)).map_or("", |provider| provider.settings.name.as_str());
    let title = refusal.title(locale, provider);
    let body = view! {
        <div class="voordeur-wrap voordeur-split">
            <div class="voordeur-stack voordeur-stack--wide">
                {ui::heading(title.clone(), refusal.text(locale, provider))}
                <div class="utrecht-button-group">
                    <a class="nl-button nl-button--primary" href=visit.href("/inloggen")>{td_string!(locale, identity.again)}</a>
                    <a class="nl-button nl-button--secondary" href=visit.href("/")>{td_string!(locale, error.home)}</a>
                </div>
            </div>
            {call_us(portal, locale)}
        </div>
    };
    visit.show(Page::new(title, Place::Elsewhere, body).status(refusal.status()))
}

/// How to reach a human being.
pub fn call_us(portal: &Portal, locale: Locale) -> impl IntoView + use<> {
    let organisation = &portal.config.organisation;
    let number = format!("tel:{}", organisation.telephone.replace(' ', ""));
    view! {
        <aside class="voordeur-card voordeur-card--door voordeur-stack voordeur-stack--tight" aria-label=td_string!(locale, identity.help)>
            <h2 class="nl-heading nl-heading--level-3">{td_string!(locale, identity.help)}</h2>
            <p>
                <a class="nl-link voordeur-target" href=number>
                    {ui::icon("phone")} " " {td_string!(locale, error.call, telephone = organisation.telephone.as_str()).to_string()}
                </a>
                <br/>
                <span class="voordeur-subtle">{organisation.hours.get(locale).to_owned()}</span>
            </p>
        </aside>
    }
}
