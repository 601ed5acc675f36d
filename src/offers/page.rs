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
    Amounts, Reason, Run, State,
    answers::Answers,
    apply, cards,
    check::{self, Check, Standing},
    explain::{self, Explained},
    find::after,
    list::{self, usage},
    model::Offer,
    store::{self, Choice, Event, Kept, Mine},
    wording,
};
use crate::{
    app::{Citizen, Page, Place, Visit},
    clock,
    error::Error,
    rules::{
        Outcome, ServiceRules, Version,
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
        return Ok(citizen.show(check_page(&citizen, &mine, &check)));
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

/// The day by which a decision is there, when asked for on a day.
pub(super) fn decision_by(service: &ServiceRules, from: Date) -> Option<Date> {
    after(from, service.service.standard.decision?).ok()
}

/// A line of a timeline that is still to come.
pub(super) fn plan(visit: &Visit, word: &'static str, date: Date, words: String) -> AnyView {
    view! {
        <li class="voordeur-plan">
            <p class="voordeur-timeline__when"><b>{word}</b> " " <time datetime=date.to_string()>{dates::date(visit.locale, date)}</time></p>
            <p>{words}</p>
        </li>
    }
.into_any()
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

pub(super) fn reason_words(visit: &Visit, reason: Reason) -> &'static str {
    match reason {
        Reason::HaveIt => td_string!(visit.locale, offers.reason_have_it),
        Reason::NotWanted => td_string!(visit.locale, offers.reason_not_wanted),
        Reason::DataWrong => td_string!(visit.locale, offers.reason_data_wrong),
        Reason::Other => td_string!(visit.locale, offers.reason_else),
    }
}

/// Each condition under a heading that says how it came out.
pub(super) fn why(visit: &Visit, service: &ServiceRules, explained: &Explained<'_>, gets: bool) -> AnyView {
    let locale = visit.locale;
    let all = explained.version.rule.conditions.len();
    let met = explain::conditions_that(explained.version, explained.run, Some(true)).len();
    let unmet = explain::conditions_that(explained.version, explained.run, Some(false)).len();
    let count = i64::try_from(all).unwrap_or(i64::MAX);
    let title = match (unmet, met == all, service.proactive.mode) {
        (0, true, Mode::Inform) => td_string!(locale, offers.why_inform),
        (0, true, _) if gets => td_string!(locale, offers.why),
        (0, true, _) => td_string!(locale, offers.why_fits),
        (0, false, _) => td_string!(locale, offers.why_maybe),
        _ => td_string!(locale, offers.why_not),
    };
    let text = match met == all && service.proactive.mode.pays() {
        true => td_string!(locale, offers.why_text, count = count).to_string(),
        false => td_string!(locale, offers.why_mixed).to_owned(),
    };
    view! {
        <section class="voordeur-stack" aria-labelledby="waarom">
            <h2 class="nl-heading nl-heading--level-2" id="waarom">{title}</h2>
            <p class="nl-paragraph voordeur-measure">{text}</p>
            {explained.conditions()}
        </section>
    }
    .into_any()
}

pub(super) fn calculation(visit: &Visit, service: &ServiceRules, receipt: AnyView) -> AnyView {
    let locale = visit.locale;
    let what_if = visit.href(&format!("/mijn/proefberekening?dienst={}", service.id()));
    view! {
        <section class="voordeur-stack" aria-labelledby="berekening">
            <h2 class="nl-heading nl-heading--level-2" id="berekening">{td_string!(locale, offers.calculation)}</h2>
            {receipt}
            <p class="voordeur-cluster"><a class="nl-link voordeur-target" href=what_if>{td_string!(locale, offers.what_if)}</a></p>
        </section>
    }
    .into_any()
}

/// In short: from whom, about when, how certain, under which rule; related services, questions, and the way to stop.
fn aside(
    visit: &Visit,
    service: &ServiceRules,
    version: Option<&Version>,
    run: &Run,
    offer: Option<&Offer>,
    is_off: bool,
) -> AnyView {
    let locale = visit.locale;
    let proactive = &service.proactive;
    let organisation = wording::organisation(visit, service, run.facts.get("municipality"));
    let period = offer
        .filter(|_| proactive.mode.pays())
        .and_then(|offer| wording::period(locale, service, offer.period))
        .map(|period| {
            view! { <div><dt>{td_string!(locale, offers.about)}</dt><dd>{period}</dd></div> }
        });
    let certainty = offer.map(|offer| {
        let (word, text) = match offer.certain {
            true => (td_string!(locale, offers.certain), td_string!(locale, offers.certain_text)),
            false => (td_string!(locale, offers.likely_word), td_string!(locale, offers.likely_text)),
        };
        view! { <div><dt>{td_string!(locale, offers.certainty)}</dt><dd>{word}<small>{text}</small></dd></div> }
    });
    let rule = version.map(|version| {
        let law = &version.rule.law;
        let name =
            td_string!(locale, offers.rule_law, law = law.name.as_str(), article = law.article.as_str()).to_string();
        let since = td_string!(locale, offers.rule_since, date = dates::date(locale, version.from)).to_string();
        view! {
            <div>
                <dt>{td_string!(locale, offers.rule)}</dt>
                <dd><a class="nl-link" lang="nl" href=law.url.clone()>{name}</a><small>{since}</small></dd>
            </div>
        }
    });
    let kept = proactive.kept.as_ref().map(|kept| {
        view! { <div><dt>{td_string!(locale, offers.kept)}</dt><dd>{kept.get(locale).to_owned()}</dd></div> }
    });
    let related: Vec<&ServiceRules> =
        service.service.related.iter().filter_map(|id| visit.portal.rules.service(id)).collect();
    let related = (!related.is_empty()).then(|| {
        let links = related
            .into_iter()
            .map(|related| {
                let href = visit.href(&format!("/mijn/aanbod/{}", related.id()));
                view! { <li><a class="nl-link voordeur-target" href=href>{related.service.name.get(locale).to_owned()}</a></li> }
            })
            .collect_view();
        view! {
            <div class="voordeur-stack voordeur-stack--close">
                <h2 class="nl-heading nl-heading--level-4">{td_string!(locale, offers.related)}</h2>
                <ul role="list">{links}</ul>
            </div>
        }
    });
    let own = &visit.portal.config.organisation;
    let (telephone, hours) = (own.telephone.as_str(), own.hours.get(locale));
    let more = service.service.url.as_ref().map(|url| {
        let organisation = wording::organisation_in_sentence(visit, service, run.facts.get("municipality"));
        let words = td_string!(locale, offers.more_at, organisation = organisation.as_str()).to_string();
        view! { <p><a class="nl-link voordeur-target" href=url.clone()>{words}</a></p> }
    });
    let name = explain::in_sentence(service.service.name.get(locale));
    let stop = if is_off {
        list::switch_on(visit, service.id(), td_string!(locale, offers.switch_on).to_owned())
    } else {
        let one = td_string!(locale, offers.stop_one, service = name).to_string();
        view! {
            {list::switch_off(visit, service.id(), one)}
            {list::switch_off(visit, "*", td_string!(locale, offers.stop_all).to_owned())}
        }
        .into_any()
    };
    view! {
        <aside class="voordeur-stack voordeur-stack--wide" aria-label=td_string!(locale, offers.in_short)>
            <div class="voordeur-card voordeur-stack">
                <h2 class="nl-heading nl-heading--level-4">{td_string!(locale, offers.in_short)}</h2>
                <dl class="voordeur-facts">
                    <div><dt>{td_string!(locale, offers.from)}</dt><dd>{organisation.clone()}</dd></div>
                    {period}
                    {certainty}
                    {rule}
                    {kept}
                </dl>
            </div>
            {related}
            <div class="voordeur-stack voordeur-stack--close">
                <h2 class="nl-heading nl-heading--level-4">{td_string!(locale, offers.question)}</h2>
                <p class="nl-paragraph">{td_string!(locale, offers.question_text, telephone = telephone, hours = hours)}</p>
                {more}
            </div>
            <div class="voordeur-stack voordeur-stack--close">
                <h2 class="nl-heading nl-heading--level-4">{td_string!(locale, offers.stop)}</h2>
                <p class="voordeur-subtle">{td_string!(locale, offers.stop_text)}</p>
                {stop}
            </div>
        </aside>
    }
.into_any()
}

/// What today's check of a service says, where there is no offer.
fn check_page(visit: &Visit, mine: &Mine, check: &Check<'_>) -> Page {
    let locale = visit.locale;
    let service = check.service;
    let name = service.service.name.get(locale);
    let standing = check.standing(&visit.portal.rules);
    let run = check.outcome.as_ref().map_or_else(explain::no_run, Run::from);
    let organisation = wording::organisation_in_sentence(visit, service, run.facts.get("municipality"));
    let is_off = mine.is_off(service.id());
    let (title, words) = match standing {
        _ if is_off => (name.to_owned(), td_string!(locale, offers.suppressed).to_owned() + "."),
        Standing::Fits => (name.to_owned(), td_string!(locale, offers.fits_soon).to_owned()),
        Standing::DoesNotFit => (
            td_string!(locale, offers.no_fit_title, service = name).to_string(),
            td_string!(locale, offers.state_no_fit).to_owned(),
        ),
        Standing::NeedsData => (
            td_string!(locale, offers.needs_title, service = explain::in_sentence(name)).to_string(),
            td_string!(locale, offers.state_needs).to_owned(),
        ),
        Standing::Unknown => (
            name.to_owned(),
            td_string!(locale, offers.state_unknown, organisation = organisation.as_str()).to_string(),
        ),
        Standing::NoRule => (name.to_owned(), td_string!(locale, offers.no_rule).to_owned()),
    };
    let (typed, doubted) = (BTreeSet::new(), mine.facts_in_doubt(visit));
    let explained = check.version.filter(|_| check.outcome.is_some()).map(|version| Explained {
        visit,
        version,
        run: &run,
        typed: &typed,
        doubted: &doubted,
    });
    let why = explained.as_ref().map(|explained| why(visit, service, explained, false));
    let amounts = check.outcome.as_ref().map(Amounts::from).unwrap_or_default();
    let receipt = explained
        .as_ref()
        .filter(|_| standing == Standing::DoesNotFit && amounts_say_something(&check.outcome))
        .and_then(|explained| explained.receipt(&amounts, visit.portal.clock.today()))
        .map(|receipt| calculation(visit, service, receipt));
    let act = match standing {
        Standing::NeedsData if !is_off => {
            let href = visit.href(&format!("/mijn/aanbod/{}/invullen", service.id()));
            Some(view! {
                <div class="utrecht-button-group"><a class="nl-button nl-button--primary" href=href>{td_string!(locale, offers.go_fill_in)}</a></div>
            })
        }
        _ => None,
    };
    let apply = (service.proactive.mode != Mode::Inform).then(|| {
        let href = visit.href(&apply::path(service));
        view! { <p><a class="nl-link voordeur-target" href=href>{td_string!(locale, offers.apply_yourself)}</a></p> }
    });
    let door = (standing == Standing::NeedsData && service.proactive.mode.pays()).then(|| {
        view! {
            <p class="voordeur-amount voordeur-amount--large voordeur-amount--unknown">
                <span class="voordeur-amount__value">"€\u{a0}?"</span> " " <span class="voordeur-amount__period">{td_string!(locale, offers.fill_in)}</span>
            </p>
        }
    });
    let inner = if door.is_some() { "voordeur-offer__inner" } else { "voordeur-stack" };
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--sections">
            <article class="voordeur-card voordeur-offer voordeur-offer--lead">
                <div class=inner>
                    {door}
                    <div class="voordeur-stack">
                        <h1 class="nl-heading nl-heading--level-1">{title.clone()}</h1>
                        <p class="nl-paragraph nl-paragraph--lead voordeur-measure">{service.service.summary.get(locale).to_owned()} " " {words}</p>
                        {act}
                        {apply}
                    </div>
                </div>
            </article>
            <div class="voordeur-split">
                <div class="voordeur-stack voordeur-stack--sections">{why}{receipt}</div>
                {aside(visit, service, check.version, &run, None, is_off)}
            </div>
        </div>
    };
    Page::new(title, Place::Offers, body)
        .under(td_string!(locale, shell.overview), "/mijn")
        .under(td_string!(locale, shell.offers), "/mijn/aanbod")
}

/// Whether there is an amount to explain: a no on age alone has none.
fn amounts_say_something(outcome: &Option<Outcome>) -> bool {
    outcome.as_ref().is_some_and(|outcome| {
        [outcome.year, outcome.quarter, outcome.month, outcome.once].into_iter().flatten().next().is_some()
    })
}

/// A page's name among its crumbs, for the pages below it.
pub(super) fn under_offer(
    page: Page,
    visit: &Visit,
    service: &ServiceRules,
    path: String,
    period: Option<Date>,
) -> Page {
    let locale = visit.locale;
    page.under(td_string!(locale, shell.overview), "/mijn")
        .under(td_string!(locale, shell.offers), "/mijn/aanbod")
        .under(wording::title(locale, service, period), path)
}
