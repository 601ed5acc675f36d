//! Parts that the pages of one service share, with an offer or without.

use jiff::civil::Date;
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    Reason, Run,
    explain::{self, Explained},
    find::after,
    list,
    model::Offer,
    wording,
};
use crate::{
    app::{Page, Visit},
    rules::{ServiceRules, Version, model::Mode},
    ui::dates,
};

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
pub(super) fn aside(
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
