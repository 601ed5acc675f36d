//! What the overview shows of offers and messages.

use jiff::{Span, civil::Date};
use leptos::prelude::*;
use leptos_i18n::td_string;
use sqlx::PgConnection;

use super::{
    State, cards,
    check::{self, Check},
    store::{self, Kept, Mine},
    wording,
};
use crate::{
    app::Visit,
    error::Error,
    messages,
    rules::{ServiceRules, model::Mode},
    ui::{self},
};

/// What was found for somebody, as far as the overview shows it.
pub struct Found<'r> {
    mine: Mine,
    /// Of services that need data.
    checks: Vec<Check<'r>>,
    today: Date,
}

/// Something with a date that asks for attention.
pub struct Due {
    pub icon: &'static str,
    pub title: String,
    pub text: String,
    pub path: String,
    /// By when, and whether that is soon.
    pub by: Option<(String, bool)>,
}

/// Cards on the overview; the rest is on the page of offers.
const CARDS: usize = 4;
const NEEDS_CARDS: usize = 2;
pub const MESSAGES: i64 = 3;

/// Reads it for the acting person: what was worked out when their data last changed, and nothing is worked out again.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn found<'v>(sql: &mut PgConnection, visit: &'v Visit) -> Result<Found<'v>, Error> {
    let today = visit.portal.clock.today();
    let mine = store::mine(sql, MESSAGES).await?;
    visit.set_unread(mine.unread);
    let checks = check::kept(&mine, &visit.portal.rules, today);
    Ok(Found { mine, checks, today })
}

/// The group of data that [`found`] reads, for the usage log.
pub const GROUP: &str = "offers";

impl Found<'_> {
    fn service<'v>(&self, visit: &'v Visit, kept: &Kept) -> Option<&'v ServiceRules> {
        visit.portal.rules.service(&kept.offer.service)
    }

    /// Asked again only from the day that was chosen.
    fn waits(&self, kept: &Kept) -> bool {
        kept.offer.state == State::Postponed && kept.offer.postponed_until.is_some_and(|until| until > self.today)
    }

    /// What there is to arrange, and offers that end within two weeks.
    pub fn due(&self, visit: &Visit) -> Vec<Due> {
        let locale = visit.locale;
        let soon = self.today.checked_add(Span::new().weeks(2)).unwrap_or(self.today);
        let open = self.mine.open(self.today).filter(|kept| !self.waits(kept));
        let failed = self.mine.address_failed.then(|| Due {
            icon: "alert",
            title: td_string!(locale, messages.address_failed_link).to_owned(),
            text: td_string!(locale, messages.address_failed).to_owned(),
            path: "/mijn/voorkeuren".to_owned(),
            by: None,
        });
        let due = open.filter_map(|kept| {
            let service = self.service(visit, kept)?;
            let inform = service.proactive.mode == Mode::Inform;
            let until = if inform { cards::ends_on(service, &kept.offer) } else { Some(kept.offer.expires_on) };
            let is_soon = until.is_some_and(|until| until <= soon);
            if !inform && !is_soon {
                return None;
            }
            let title = wording::title(locale, service, Some(kept.offer.period));
            Some(Due {
                icon: if inform { "info" } else { "clock" },
                title: match inform {
                    true => title,
                    false => {
                        td_string!(locale, offers.due_soon, service = super::explain::in_sentence(&title)).to_string()
                    }
                },
                text: service.service.summary.get(locale).to_owned(),
                path: wording::path(service, kept),
                by: cards::due_words(visit, service, &kept.offer).map(|words| (words, is_soon)),
            })
        });
        failed.into_iter().chain(due).collect()
    }

    /// "Dit hebben wij voor u gevonden".
    pub fn section(&self, visit: &Visit) -> Option<AnyView> {
        let locale = visit.locale;
        if self.mine.switched_off.contains("*") || !self.mine.has_facts {
            return None;
        }
        let offers = self.mine.open(self.today).filter(|kept| !self.waits(kept)).filter_map(|kept| {
            let service = self.service(visit, kept).filter(|service| service.proactive.mode != Mode::Inform)?;
            Some((service, kept))
        });
        let mut offers: Vec<_> = offers.collect();
        offers.sort_by_key(|(_, kept)| wording::amount(locale, &kept.offer.amounts).is_none());
        let mut shown: Vec<AnyView> =
            offers.into_iter().take(CARDS).map(|(service, kept)| cards::offer_card(visit, service, kept)).collect();
        let rulebook = &visit.portal.rules;
        let needs = self.checks.iter().filter(|check| check.is_worth_asking(rulebook) && !self.mine.says_more(check));
        shown.extend(needs.take(NEEDS_CARDS).map(|check| cards::needs_card(visit, check)));
        let body = if shown.is_empty() {
            ui::empty("check", view! { <p class="nl-paragraph">{td_string!(locale, offers.found_none)}</p> }).into_any()
        } else {
            view! { <div class="voordeur-grid voordeur-grid--broad">{shown}</div> }.into_any()
        };
        Some(
            view! {
                <section class="voordeur-stack" aria-labelledby="aanbod">
                    <div class="voordeur-stack voordeur-stack--tight">
                        <div class="voordeur-cluster voordeur-cluster--between voordeur-cluster--baseline">
                            <h2 class="nl-heading nl-heading--level-2" id="aanbod">{td_string!(locale, offers.found_for_you)}</h2>
                            <a class="nl-link voordeur-target" href=visit.href("/mijn/aanbod")>{td_string!(locale, offers.all_offers)} " " {ui::icon("arrow")}</a>
                        </div>
                        <p class="voordeur-subtle">{td_string!(locale, offers.found_text)}</p>
                    </div>
                    {body}
                </section>
            }
            .into_any(),
        )
    }

    /// The newest messages.
    pub fn messages(&self, visit: &Visit) -> Option<AnyView> {
        let locale = visit.locale;
        (!self.mine.messages.is_empty()).then(|| {
            view! {
                <section class="voordeur-stack" aria-labelledby="berichten">
                    <div class="voordeur-cluster voordeur-cluster--between voordeur-cluster--baseline">
                        <h2 class="nl-heading nl-heading--level-2" id="berichten">{td_string!(locale, messages.newest)}</h2>
                        <a class="nl-link voordeur-target" href=visit.href("/mijn/berichten")>{td_string!(locale, messages.all)} " " {ui::icon("arrow")}</a>
                    </div>
                    {messages::rows(visit, &self.mine.messages)}
                </section>
            }
            .into_any()
        })
    }
}
