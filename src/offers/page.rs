//! `/mijn/aanbod/{service}` and `/mijn/aanbod/{service}/{period}`: one offer with everything behind it, or what today's check says.

use std::collections::BTreeSet;

use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use jiff::civil::Date;
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    Amounts, Reason, State,
    answers::Answers,
    cards, check, checked,
    explain::{self, Explained},
    list::{self, usage},
    parts::{aside, calculation, decision_by, plan, reason_words, why},
    store::{self, Choice, Event, Kept},
    wording,
};
use crate::{
    app::{Citizen, Page, Place, Visit},
    clock,
    error::Error,
    rules::{
        ServiceRules,
        model::{Mode, OncePer},
    },
    ui::{self, Tone, dates, numbers},
    usage::activity,
};

/// The newest offer of a service or, where there is none that counts now, today's check.
pub async fn service(citizen: Citizen, Path(id): Path<String>) -> Result<Response, Error> {
    show(citizen, &id, None).await
}

pub async fn offer(citizen: Citizen, Path((id, name)): Path<(String, String)>) -> Result<Response, Error> {
    show(citizen, &id, Some(&name)).await
}

async fn show(citizen: Citizen, id: &str, name: Option<&str>) -> Result<Response, Error> {
    let portal = &citizen.portal;
    let service = portal.rules.service(id).ok_or(Error::NotFound)?;
    let (now, today) = (portal.clock.now(), portal.clock.today());
    let activity = activity::VIEW_OFFERS.based_on(&service.proactive.legal_basis);
    let usage = usage(&citizen, activity, check::groups(&citizen, &[service], today));
    let mut scope = portal.database.as_person(citizen.person, usage).await?;
    let mine = store::mine(scope.sql(), 0).await?;
    if mine.conflict {
        scope.commit().await?;
        return Ok(Redirect::to(&citizen.href("/mijn")).into_response());
    }
    let check = check::check(scope.sql(), &portal.rules, &[service], citizen.person, today).await?;
    let check = check.into_iter().next().ok_or(Error::NotFound)?;
    let kept = match name {
        Some(name) => Some(mine.named(service, name).ok_or(Error::NotFound)?),
        None => mine.newest(id).filter(|kept| kept.offer.state.is_open() || mine.says_more(&check)),
    };
    citizen.set_unread(mine.unread);
    let Some(kept) = kept else {
        scope.commit().await?;
        return Ok(citizen.show(checked::page(&citizen, &mine, &check)));
    };
    if kept.offer.state == State::Offered {
        store::choose(scope.sql(), Choice::new(&kept.offer, State::Seen, "opened", now)).await?;
    }
    let events = store::events(scope.sql(), id, kept.offer.period).await?;
    let typed = match kept.offer.certain {
        true => None,
        false => store::answers(scope.sql(), id, kept.offer.period).await?,
    };
    scope.commit().await?;
    let typed = typed.and_then(|sealed| Answers::open(&portal.keys, &sealed)).unwrap_or_default().typed_facts();
    let still_fits = list::still_fits(std::slice::from_ref(&check), &kept.offer);
    let doubted = mine.facts_in_doubt(&citizen);
    let page = OfferPage { visit: &citizen, service, kept, typed: &typed, doubted: &doubted, today, still_fits };
    Ok(citizen.show(page.page(events)))
}

struct OfferPage<'a> {
    visit: &'a Visit,
    service: &'a ServiceRules,
    kept: &'a Kept,
    typed: &'a BTreeSet<String>,
    /// Facts that come from what is being looked into.
    doubted: &'a BTreeSet<String>,
    today: Date,
    /// Whether today's rule gives it too.
    still_fits: bool,
}

impl OfferPage<'_> {
    fn page(&self, events: Vec<Event>) -> Page {
        let (visit, service, offer) = (self.visit, self.service, &self.kept.offer);
        let locale = visit.locale;
        let title = wording::title(locale, service, Some(offer.period));
        let version = wording::version_of(service, offer);
        let explained = version.map(|version| Explained {
            visit,
            version,
            run: &offer.run,
            typed: self.typed,
            doubted: self.doubted,
        });
        let gets = self.is_open() || offer.state.is_running();
        let why = explained.as_ref().map(|explained| why(visit, service, explained, gets));
        let receipt = explained.as_ref().and_then(|explained| explained.receipt(&offer.amounts, offer.evaluated_on));
        let receipt = receipt.map(|receipt| calculation(visit, service, receipt));
        let events = events.into_iter().map(|event| event_view(visit, event)).collect_view();
        let bottom = (self.is_open() || self.is_undoable()).then(|| {
            view! {
                <section class="voordeur-card voordeur-card--door voordeur-stack" aria-labelledby="kies">
                    <h2 class="nl-heading nl-heading--level-2" id="kies">{td_string!(locale, offers.your_choice)}</h2>
                    {self.actions()}
                </section>
            }
        });
        let body = view! {
            <div class="voordeur-wrap voordeur-stack voordeur-stack--sections">
                {self.lead()}
                <div class="voordeur-split">
                    <div class="voordeur-stack voordeur-stack--sections">
                        {why}
                        {receipt}
                        {(self.is_open() || offer.state.is_running()).then(|| self.what_happens())}
                        {bottom}
                        <section class="voordeur-stack" aria-labelledby="tijdlijn">
                            <h2 class="nl-heading nl-heading--level-3" id="tijdlijn">{td_string!(locale, offers.history)}</h2>
                            <ol class="voordeur-timeline" role="list">{events}</ol>
                        </section>
                    </div>
                    {aside(visit, service, version, &offer.run, Some(offer), offer.state == State::Suppressed)}
                </div>
            </div>
        };
        Page::new(title, Place::Offers, body)
            .under(td_string!(locale, shell.overview), "/mijn")
            .under(td_string!(locale, shell.offers), "/mijn/aanbod")
    }

    fn is_open(&self) -> bool {
        self.kept.offer.state.is_open() && self.kept.offer.expires_on >= self.today
    }

    fn is_undoable(&self) -> bool {
        self.kept.offer.state == State::Granted && self.kept.offer.expires_on >= self.today
    }

    fn organisation(&self) -> String {
        wording::organisation_in_sentence(self.visit, self.service, self.kept.offer.run.facts.get("municipality"))
    }

    /// What it is, how much, and what one can do: first on the page.
    fn lead(&self) -> AnyView {
        let (visit, service, offer) = (self.visit, self.service, &self.kept.offer);
        let locale = visit.locale;
        let in_sentence = explain::in_sentence(service.service.name.get(locale));
        let inform = service.proactive.mode == Mode::Inform;
        let heading = match offer.state {
            _ if inform => service.service.name.get(locale).to_owned(),
            State::Granted => td_string!(locale, offers.you_get, service = in_sentence).to_string(),
            _ if !self.is_open() => wording::title(locale, service, Some(offer.period)),
            _ if offer.certain => td_string!(locale, offers.can_get, service = in_sentence).to_string(),
            _ => td_string!(locale, offers.can_get_likely, service = in_sentence).to_string(),
        };
        let mut about = vec![service.service.summary.get(locale).to_owned()];
        match (&service.proactive.once_per, &offer.amounts) {
            (OncePer::Year, Amounts { year: Some(year), .. }) if self.is_open() => {
                let (year, amount) = (offer.period.year(), numbers::euros(locale, *year));
                about.push(td_string!(locale, offers.over_year_lead, year = year, amount = amount).to_string());
            }
            _ if inform => {}
            _ => about.extend(
                wording::period(locale, service, offer.period)
                    .map(|period| td_string!(locale, offers.over_period, period = period).to_string()),
            ),
        }
        if self.is_open() && !inform {
            about.push(td_string!(locale, offers.filled_in).to_owned());
        }
        let badge = self.is_open().then(|| {
            let (class, words) = wording::certainty(locale, service, offer.certain);
            view! {
                <div class="voordeur-cluster">
                    <span class=class>{words}</span> " "
                    {cards::due_words(visit, service, offer).map(|due| view! { <span class="voordeur-due">{ui::icon("calendar")} " " {due}</span> })}
                </div>
            }
        });
        let large = wording::amount(locale, &offer.amounts).map(|(amount, period)| {
            view! {
                <p class="voordeur-amount voordeur-amount--large">
                    <span class="voordeur-amount__value">{amount}</span> " " <span class="voordeur-amount__period">{period}</span>
                </p>
            }
        });
        let inner = if large.is_some() { "voordeur-offer__inner" } else { "voordeur-stack" };
        let actions = (self.is_open() || self.is_undoable()).then(|| self.actions());
        view! {
            <article class="voordeur-card voordeur-card--door voordeur-offer voordeur-offer--lead">
                <div class=inner>
                    {large}
                    <div class="voordeur-stack">
                        {badge}
                        <h1 class="nl-heading nl-heading--level-1">{heading}</h1>
                        <p class="nl-paragraph nl-paragraph--lead voordeur-measure">{about.join(" ")}</p>
                        {self.state()}
                        {actions}
                    </div>
                </div>
            </article>
        }
        .into_any()
    }

    /// Where it stands when it does not simply wait for a choice, and the way back.
    fn state(&self) -> Option<AnyView> {
        let (visit, service, offer) = (self.visit, self.service, &self.kept.offer);
        let locale = visit.locale;
        let changed = dates::date(locale, clock::day(offer.changed_at));
        let expires = dates::date(locale, offer.expires_on);
        let inform = service.proactive.mode == Mode::Inform;
        let (tone, words, more): (Tone, String, Option<AnyView>) = match offer.state {
            State::Postponed if self.is_open() => {
                let until = offer.postponed_until.map(|until| dates::date(locale, until)).unwrap_or_default();
                (Tone::Info, td_string!(locale, offers.state_postponed, date = until).to_string(), None)
            }
            State::Offered | State::Seen | State::Postponed if self.is_open() => return None,
            State::Accepted if inform => {
                (Tone::Ok, td_string!(locale, offers.state_arranged, date = changed).to_string(), None)
            }
            State::Accepted => {
                let reference = offer.reference.clone().unwrap_or_default();
                let link = view! {
                    <p><a class="nl-link voordeur-target" href=visit.href(&format!("{}/bewijs", wording::path(service, self.kept)))>{td_string!(locale, offers.see_receipt)}</a></p>
                };
                let words =
                    td_string!(locale, offers.state_accepted, date = changed, reference = reference).to_string();
                (Tone::Ok, words, Some(link.into_any()))
            }
            State::Granted if self.is_undoable() => {
                (Tone::Ok, td_string!(locale, offers.state_granted, date = expires).to_string(), None)
            }
            State::Granted => (Tone::Ok, td_string!(locale, offers.state_granted_final).to_owned(), None),
            State::Declined => {
                let words = td_string!(locale, offers.state_declined, date = changed).to_string();
                (Tone::Info, words, Some(self.after_no()))
            }
            State::Undone => (Tone::Info, td_string!(locale, offers.state_undone, date = changed).to_string(), None),
            State::Suppressed => {
                (Tone::Info, td_string!(locale, offers.state_suppressed).to_owned(), Some(self.switch_on()))
            }
            State::Withdrawn => (Tone::Info, td_string!(locale, offers.state_withdrawn).to_owned(), None),
            State::Expired | State::Offered | State::Seen | State::Postponed => {
                let organisation = self.organisation();
                let words =
                    td_string!(locale, offers.state_expired, date = expires, organisation = organisation).to_string();
                (Tone::Info, words, None)
            }
        };
        let no_longer = (offer.state.is_running() && !offer.fits).then(|| {
            let organisation = self.organisation();
            let words = td_string!(locale, offers.state_no_longer_fits, organisation = organisation).to_string();
            ui::alert(Tone::Warning, view! { <p class="nl-paragraph">{words}</p> })
        });
        Some(view! { {no_longer} {ui::alert(tone, view! { <div class="voordeur-stack"><p class="nl-paragraph">{words}</p> {more}</div> })} }.into_any())
    }

    fn switch_on(&self) -> AnyView {
        let label = td_string!(self.visit.locale, offers.switch_on).to_owned();
        list::switch_on(self.visit, self.service.id(), label)
    }

    /// After a no: the way back, and room for a reason.
    fn after_no(&self) -> AnyView {
        let (visit, service, offer) = (self.visit, self.service, &self.kept.offer);
        let locale = visit.locale;
        let back = self.still_fits.then(|| list::after_all(visit, service, self.kept));
        let why = match offer.reason {
            None => {
                let choices = Reason::ALL.map(|reason| {
                    let id = format!("reden-{}", reason.as_str());
                    view! {
                        <div class="utrecht-form-field utrecht-form-field--radio">
                            <div class="utrecht-form-field__input"><input class="utrecht-radio-button utrecht-radio-button--html-input" type="radio" id=id.clone() name="reden" value=reason.as_str()/></div>
                            <div class="utrecht-form-field__label"><label class="utrecht-form-label utrecht-form-label--radio" for=id>{reason_words(visit, reason)}</label></div>
                        </div>
                    }
                });
                view! {
                    <form class="utrecht-form voordeur-stack" method="post" action=visit.href(&format!("{}/nee", wording::path(service, self.kept)))>
                        <fieldset class="utrecht-form-fieldset utrecht-form-fieldset--html-fieldset">
                            <legend class="utrecht-form-fieldset__legend utrecht-form-fieldset__legend--html-legend">{td_string!(locale, offers.reason_title)}</legend>
                            {choices.into_iter().collect_view()}
                        </fieldset>
                        <div class="utrecht-button-group"><button class="nl-button nl-button--secondary" type="submit">{td_string!(locale, offers.reason_send)}</button></div>
                    </form>
                }
                .into_any()
            }
            Some(reason) => {
                let words = reason_words(visit, reason);
                let wrong = (reason == Reason::DataWrong).then(|| self.registers());
                view! { <p class="nl-paragraph">{td_string!(locale, offers.reason_thanks, reason = words)}</p> {wrong} }
                    .into_any()
            }
        };
        view! { {back} {why} }.into_any()
    }

    /// The registers behind the offer, for whoever says that their data are wrong.
    fn registers(&self) -> AnyView {
        let visit = self.visit;
        let mut seen = BTreeSet::new();
        let facts = self.kept.offer.run.facts.iter().filter(|(_, value)| !value.is_null());
        let registers = facts.filter_map(|(fact, _)| match wording::register_of(visit, fact) {
            (Some(register), false) if register.connected => Some(register),
            _ => None,
        });
        let links = registers
            .filter(|register| seen.insert(register.id.clone()))
            .map(|register| {
                let href = visit.href(&format!("/mijn/gegevens/{}", register.id));
                view! { <li><a class="nl-link voordeur-target" href=href>{register.name.get(visit.locale).to_owned()}</a></li> }
            })
            .collect_view();
        view! {
            <p class="nl-paragraph">{td_string!(visit.locale, offers.data_wrong_text)}</p>
            <ul role="list">{links}</ul>
        }
        .into_any()
    }

    /// What somebody can do: one thing stands out.
    fn actions(&self) -> AnyView {
        let (visit, service) = (self.visit, self.service);
        let locale = visit.locale;
        let path = |end: &str| visit.href(&format!("{}/{end}", wording::path(service, self.kept)));
        if self.is_undoable() {
            return view! {
                <form method="post" action=path("ongedaan")>
                    <button class="nl-button nl-button--secondary" type="submit">{td_string!(locale, offers.undo)}</button>
                </form>
            }
            .into_any();
        }
        let inform = service.proactive.mode == Mode::Inform;
        let yes = if inform {
            view! {
                <form method="post" action=path("ja")>
                    <button class="nl-button nl-button--primary" type="submit">{td_string!(locale, offers.arranged)}</button>
                </form>
            }
            .into_any()
        } else {
            view! { <a class="nl-button nl-button--primary" href=path("ja")>{td_string!(locale, offers.accept)}</a> }
                .into_any()
        };
        let (later, no) = match inform {
            true => (td_string!(locale, offers.remind), td_string!(locale, offers.not_needed)),
            false => (td_string!(locale, offers.later), td_string!(locale, offers.decline)),
        };
        view! {
            <div class="utrecht-button-group">
                {yes}
                <a class="nl-button nl-button--secondary" href=path("later")>{later}</a>
                <form method="post" action=path("nee")>
                    <button class="nl-button nl-button--subtle" type="submit">{no}</button>
                </form>
            </div>
        }
        .into_any()
    }

    /// What follows on yes and on nothing, with dates.
    fn what_happens(&self) -> AnyView {
        let (visit, service, offer) = (self.visit, self.service, &self.kept.offer);
        let locale = visit.locale;
        let proactive = &service.proactive;
        let accepted = offer.state == State::Accepted;
        let on_yes = match (offer.state.is_running(), proactive.mode) {
            (_, Mode::Inform) => td_string!(locale, offers.what_to_do),
            (true, _) => td_string!(locale, offers.now),
            (false, _) => td_string!(locale, offers.if_yes),
        };
        let from = if accepted { clock::day(offer.changed_at) } else { self.today };
        let decision = decision_by(service, from).filter(|_| proactive.mode == Mode::Offer);
        let decision = decision.map(|date| {
            let words = td_string!(locale, offers.decision_by, organisation = self.organisation()).to_string();
            plan(visit, td_string!(locale, offers.at_latest), date, words)
        });
        let nothing = (!accepted && (offer.state != State::Granted || self.is_undoable())).then(|| {
            let end = match offer.state {
                State::Granted => td_string!(locale, offers.then_stays),
                _ => td_string!(locale, offers.then_expires),
            };
            view! {
                <div class="voordeur-card voordeur-stack">
                    <h3 class="nl-heading nl-heading--level-4">{td_string!(locale, offers.if_nothing)}</h3>
                    <p class="nl-paragraph">{proactive.on_nothing.get(locale).to_owned()}</p>
                    {(proactive.mode != Mode::Inform).then(|| view! {
                        <ol class="voordeur-timeline" role="list">
                            {plan(visit, td_string!(locale, offers.at_latest), offer.expires_on, end.to_owned())}
                        </ol>
                    })}
                </div>
            }
        });
        let repayment = proactive.repayment.as_ref().map(|text| {
            ui::alert(
                Tone::Warning,
                view! {
                    <h3 class="nl-heading nl-heading--level-4">{td_string!(locale, offers.repayment)}</h3>
                    <p class="nl-paragraph">{text.get(locale).to_owned()}</p>
                },
            )
        });
        let effect = proactive
            .effect
            .as_ref()
            .map(|text| view! { <p class="nl-paragraph voordeur-measure">{text.get(locale).to_owned()}</p> });
        view! {
            <section class="voordeur-stack" aria-labelledby="gevolg">
                <h2 class="nl-heading nl-heading--level-2" id="gevolg">{td_string!(locale, offers.what_happens)}</h2>
                <div class="voordeur-grid">
                    <div class="voordeur-card voordeur-stack">
                        <h3 class="nl-heading nl-heading--level-4">{on_yes}</h3>
                        <p class="nl-paragraph">{proactive.on_accept.get(locale).to_owned()}</p>
                        {decision.map(|decision| view! { <ol class="voordeur-timeline" role="list">{decision}</ol> })}
                    </div>
                    {nothing}
                </div>
                {repayment}
                {effect}
            </section>
        }
        .into_any()
    }
}

fn event_view(visit: &Visit, event: Event) -> AnyView {
    let locale = visit.locale;
    let day = clock::day(event.at);
    let words = match (event.why.as_str(), State::from_text(&event.state)) {
        ("filled_in", _) => td_string!(locale, offers.event_filled_in),
        ("after_all" | "switched_on", _) => td_string!(locale, offers.event_reoffered),
        ("found", Some(State::Offered)) => td_string!(locale, offers.event_found),
        ("facts_changed", Some(State::Accepted | State::Granted)) => td_string!(locale, offers.event_no_longer_fits),
        ("worked_out_again", Some(State::Offered)) => td_string!(locale, offers.event_offered),
        ("worked_out_again", _) => td_string!(locale, offers.event_changed),
        (_, Some(State::Offered)) => td_string!(locale, offers.event_offered),
        (_, Some(State::Seen)) => td_string!(locale, offers.event_seen),
        (_, Some(State::Accepted)) => td_string!(locale, offers.event_accepted),
        (_, Some(State::Declined)) => td_string!(locale, offers.event_declined),
        (_, Some(State::Postponed)) => td_string!(locale, offers.event_postponed),
        (_, Some(State::Suppressed)) => td_string!(locale, offers.event_suppressed),
        (_, Some(State::Expired)) => td_string!(locale, offers.event_expired),
        (_, Some(State::Withdrawn)) => td_string!(locale, offers.event_withdrawn),
        (_, Some(State::Granted)) => td_string!(locale, offers.event_granted),
        (_, Some(State::Undone)) => td_string!(locale, offers.event_undone),
        (_, None) => td_string!(locale, offers.event_changed),
    };
    view! {
        <li>
            <p class="voordeur-timeline__when"><b>{td_string!(locale, offers.happened)}</b> " " <time datetime=day.to_string()>{dates::date(locale, day)}</time></p>
            <p>{words}</p>
        </li>
    }
.into_any()
}
