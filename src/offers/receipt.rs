//! `/mijn/aanbod/{service}/{period}/bewijs`: what was sent, when, and what happens next.

use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    accept::sent,
    answers::Answers,
    check,
    choose::service_of,
    list::usage,
    page::{decision_by, plan, under_offer},
    store, wording,
};
use crate::{
    app::{Citizen, Page, Place},
    clock,
    error::Error,
    ui::{self, dates},
    usage::activity,
};

pub async fn get(citizen: Citizen, Path((id, name)): Path<(String, String)>) -> Result<Response, Error> {
    let service = service_of(&citizen, &id)?;
    let portal = &citizen.portal;
    let activity = activity::VIEW_OFFERS.based_on(&service.proactive.legal_basis);
    let groups = check::groups(&citizen, &[service], portal.clock.today());
    let mut scope = portal.database.as_person(citizen.person, usage(&citizen, activity, groups)).await?;
    let mine = store::mine(scope.sql(), 0).await?;
    let kept = mine.named(service, &name).filter(|_| !mine.conflict).ok_or(Error::NotFound)?;
    let sealed = store::answers(scope.sql(), &id, kept.offer.period).await?;
    let events = store::events(scope.sql(), &id, kept.offer.period).await?;
    scope.commit().await?;
    citizen.set_unread(mine.unread);
    let offer = &kept.offer;
    let path = wording::path(service, kept);
    let Some(reference) = offer.reference.clone() else {
        return Ok(Redirect::to(&citizen.href(&path)).into_response());
    };
    let answers = match sealed {
        Some(sealed) => Answers::open(&portal.keys, &sealed).ok_or_else(|| Error::internal("answers do not open"))?,
        None => Answers::default(),
    };
    let locale = citizen.locale;
    let accepted = events.iter().rev().find(|event| event.state == "accepted" && event.actor == "citizen");
    let at = accepted.map_or(offer.changed_at, |event| event.at).to_zoned(clock::zone());
    let when = format!("{}, {}", dates::date(locale, at.date()), at.strftime("%-H.%M"));
    let organisation = wording::organisation_in_sentence(&citizen, service, offer.run.facts.get("municipality"));
    let decision = decision_by(service, at.date()).map(|date| {
        let words = td_string!(locale, offers.decision_by, organisation = organisation.as_str()).to_string();
        plan(&citizen, td_string!(locale, offers.at_latest), date, words)
    });
    let amount = wording::amount_phrase(locale, &offer.amounts);
    let what: Vec<String> =
        [Some(wording::title(locale, service, Some(offer.period))), amount].into_iter().flatten().collect();
    let version = wording::version_of(service, offer);
    let title = td_string!(locale, offers.receipt_title);
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--sections">
            <div class="voordeur-confirm" role="status">
                {ui::icon("check")}
                <h1 class="nl-heading nl-heading--level-1">{title}</h1>
                <p class="nl-paragraph nl-paragraph--lead">{what.join(", ")} ". " {td_string!(locale, offers.receipt_lead)}</p>
                <dl>
                    <dt>{td_string!(locale, offers.receipt_number)}</dt><dd>{reference}</dd>
                </dl>
            </div>
            <section class="voordeur-stack" aria-labelledby="verder">
                <h2 class="nl-heading nl-heading--level-2" id="verder">{td_string!(locale, offers.receipt_what_next)}</h2>
                <p class="nl-paragraph voordeur-measure">{service.proactive.on_accept.get(locale).to_owned()}</p>
                <ol class="voordeur-timeline" role="list">
                    <li>
                        <p class="voordeur-timeline__when"><b>{td_string!(locale, offers.happened)}</b> " " <time datetime=at.date().to_string()>{when}</time></p>
                        <p>{td_string!(locale, offers.receipt_received)}</p>
                    </li>
                    {decision}
                </ol>
            </section>
            <section class="voordeur-stack" aria-labelledby="verstuurd">
                <h2 class="nl-heading nl-heading--level-2" id="verstuurd">{td_string!(locale, offers.receipt_sent)}</h2>
                {sent(&citizen, service, version, &offer.run, &offer.amounts, &answers, Some(offer.period))}
                <p class="nl-paragraph voordeur-measure">{td_string!(locale, offers.receipt_print)}</p>
                <p class="voordeur-cluster"><a class="nl-link voordeur-target" href=citizen.href("/mijn/aanbod")>{td_string!(locale, offers.to_offers)}</a></p>
            </section>
        </div>
    };
    let page = under_offer(Page::new(title, Place::Offers, body), &citizen, service, path, Some(offer.period));
    Ok(citizen.show(page))
}
