//! `/balie/persoon`: whether a service fits somebody whom staff help. The number is in no address, the answer holds names of services
//! alone, and the person sees who looked and why.

use std::{borrow::Cow, collections::BTreeSet};

use axum::{body::Bytes, response::Response};
use http::StatusCode;
use leptos::prelude::*;
use leptos_i18n::td_string;
use serde::Deserialize;

use super::{access, person_store as store};
use crate::{
    app::{Page, Place, Staff},
    corrections,
    error::Error,
    i18n::Locale,
    keys::Index,
    registered_data::Bsn,
    rules::{ServiceRules, Version, model::Source},
    ui::{self, Mistake, Tone},
    usage::{Activity, Role, Usage},
};

/// Why somebody may look, as the person reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Apply,
    Debt,
    Support,
}

impl Purpose {
    const ALL: [Self; 3] = [Self::Apply, Self::Debt, Self::Support];

    const fn code(self) -> &'static str {
        match self {
            Self::Apply => "aanvragen",
            Self::Debt => "schulden",
            Self::Support => "ondersteuning",
        }
    }

    /// As the log has it, in Dutch like every purpose there.
    const fn logged(self) -> &'static str {
        match self {
            Self::Apply => "hulp bij het aanvragen van regelingen",
            Self::Debt => "hulp bij schulden",
            Self::Support => "hulp bij wonen, zorg of werk",
        }
    }

    fn words(self, locale: Locale) -> &'static str {
        match self {
            Self::Apply => td_string!(locale, desk.person.apply),
            Self::Debt => td_string!(locale, desk.person.debt),
            Self::Support => td_string!(locale, desk.person.support),
        }
    }

    fn read(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.code() == code)
    }
}

#[derive(Default, Deserialize)]
struct Form {
    #[serde(default)]
    bsn: String,
    #[serde(default)]
    doel: String,
}

/// What the page says below the form.
enum Answer<'p> {
    /// Nobody with this number, or somebody whom the organisation does not serve: which of the two is not told.
    NotServed,
    Nothing,
    /// The last digits of the number, and the services.
    Fits(String, Vec<Fitting<'p>>),
    TooOften,
}

/// A service that fits, and whether something that it rests on is being looked into.
struct Fitting<'p> {
    service: &'p ServiceRules,
    in_doubt: bool,
}

pub async fn get(staff: Staff) -> Result<Response, Error> {
    Ok(staff.show(page(&staff, &Form::default(), &[], None)))
}

pub async fn post(staff: Staff, body: Bytes) -> Result<Response, Error> {
    let portal = staff.portal.clone();
    let today = portal.clock.today();
    let services: Vec<(&ServiceRules, &Version)> = portal
        .rules
        .on(today)
        .filter(|(service, _)| access::may_know(&staff.organisation, &service.proactive))
        .collect();
    if services.is_empty() {
        return Err(Error::Forbidden);
    }
    let form: Form = serde_urlencoded::from_bytes(&body).map_err(|_| Error::BadRequest)?;
    let typed: String = form.bsn.chars().filter(|c| !c.is_whitespace() && *c != '.').collect();
    let (bsn, purpose) = match (Bsn::parse(&typed), Purpose::read(&form.doel)) {
        (Some(bsn), Some(purpose)) => (bsn, purpose),
        (bsn, purpose) => {
            let locale = staff.locale;
            let no_bsn = bsn.is_none().then(|| ("bsn", td_string!(locale, desk.person.not_bsn)));
            let no_purpose = purpose.is_none().then(|| ("doel", td_string!(locale, desk.person.no_purpose)));
            let mistakes: Vec<Mistake> = [no_bsn, no_purpose]
                .into_iter()
                .flatten()
                .map(|(field, message)| Mistake { field: field.into(), message: message.to_owned() })
                .collect();
            return Ok(staff.show(page(&staff, &form, &mistakes, None).status(StatusCode::UNPROCESSABLE_ENTITY)));
        }
    };
    let name = staff.session.as_ref().map_or("", |session| session.identity.name());
    if !portal.doors.pace.allows_look(&staff.organisation, name) {
        let page = page(&staff, &form, &[], Some(&Answer::TooOften));
        return Ok(staff.show(page.status(StatusCode::TOO_MANY_REQUESTS)));
    }
    let answer = look(&staff, &services, &bsn, purpose).await?;
    // The number is not sent back: who looks next starts with an empty field.
    Ok(staff.show(page(&staff, &Form { bsn: String::new(), doel: form.doel }, &[], Some(&answer))))
}

/// Looks, and writes in the person's log that it was done.
async fn look<'p>(
    staff: &Staff,
    services: &[(&'p ServiceRules, &'p Version)],
    bsn: &Bsn,
    purpose: Purpose,
) -> Result<Answer<'p>, Error> {
    let portal = &staff.portal;
    let usage = |legal_basis: String, groups: BTreeSet<String>| Usage {
        at: portal.clock.now(),
        organisation: staff.organisation.clone(),
        role: Role::Staff,
        activity: Activity { name: "may_know", purpose: purpose.logged(), legal_basis: Cow::Owned(legal_basis) },
        groups: groups.into_iter().collect(),
    };
    let nothing = || usage(String::new(), BTreeSet::new());
    let mut scope = portal.database.as_staff(&staff.organisation, nothing()).await?;
    let Some(person) = store::served(scope.sql(), &portal.keys.indexes(Index::Bsn, bsn.digits())).await? else {
        return Ok(Answer::NotServed);
    };
    scope.turn_to(person, nothing()).await?;
    let places = store::fitting(scope.sql(), person, services, portal.clock.today()).await?;
    let fits: Vec<_> = places.into_iter().filter_map(|place| services.get(place)).copied().collect();
    let looked = store::looked_into(scope.sql()).await?;
    let doubted = corrections::facts_looked_into(&portal.rules, &portal.catalogue, &looked);
    // What was read is the same whatever came of it; the legal basis is that of what is told or, when nothing is, of the looking.
    let read = |of: &[(&ServiceRules, &Version)]| of.iter().flat_map(|(_, version)| groups(staff, version)).collect();
    if fits.is_empty() {
        let bases: BTreeSet<&str> =
            services.iter().map(|(service, _)| service.proactive.legal_basis.as_str()).collect();
        scope.will_log(usage(bases.into_iter().collect::<Vec<_>>().join("; "), read(services)));
        scope.commit().await?;
        return Ok(Answer::Nothing);
    }
    for told in &fits {
        scope.turn_to(person, usage(told.0.proactive.legal_basis.clone(), read(std::slice::from_ref(told)))).await?;
    }
    scope.commit().await?;
    let fits = fits.into_iter().map(|(service, version)| Fitting {
        service,
        in_doubt: version.compiled.facts().iter().any(|fact| doubted.contains(*fact)),
    });
    Ok(Answer::Fits(bsn.ending().to_owned(), fits.collect()))
}

/// The groups of data that a rule reads, as the log names them.
fn groups(staff: &Staff, version: &Version) -> BTreeSet<String> {
    let facts = &staff.portal.rules.facts;
    let group = |name: &str| match &facts.get(name)?.from {
        Source::Value(path) | Source::Values(path) | Source::Records(path) | Source::Exists(path) => {
            Some(path.splitn(3, '/').take(2).collect::<Vec<_>>().join("/"))
        }
        // The partner's own values are in the partner's registers; of this person it is who the partner is.
        Source::Partner(_) => Some("brp/partner".to_owned()),
        Source::Derived(_) => Some("brp".to_owned()),
    };
    version.compiled.facts().into_iter().filter_map(group).collect()
}

fn page(staff: &Staff, form: &Form, mistakes: &[Mistake], answer: Option<&Answer<'_>>) -> Page {
    let locale = staff.locale;
    let title = td_string!(locale, desk.person.title);
    let may_look =
        staff.portal.rules.services.iter().any(|service| access::may_know(&staff.organisation, &service.proactive));
    let work = if may_look {
        view! {
            {answer.map(|answer| told(staff, answer))}
            {fields(staff, form, mistakes)}
        }
        .into_any()
    } else {
        ui::empty(
            "eye",
            view! {
                <p class="nl-paragraph"><b>{td_string!(locale, desk.person.not_you)}</b></p>
                <p class="nl-paragraph">{td_string!(locale, desk.person.not_you_text)}</p>
            },
        )
        .into_any()
    };
    let summary =
        (!mistakes.is_empty()).then(|| ui::error_summary(td_string!(locale, desk.person.wrong).to_owned(), mistakes));
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            {summary}
            {ui::heading(title.to_owned(), td_string!(locale, desk.person.lead))}
            {work}
        </div>
    };
    let title = if mistakes.is_empty() {
        title.to_owned()
    } else {
        format!("{}: {title}", td_string!(locale, desk.person.error))
    };
    Page::new(title, Place::DeskPerson, body).under(td_string!(locale, desk.title), "/balie")
}

fn told(staff: &Staff, answer: &Answer<'_>) -> AnyView {
    let locale = staff.locale;
    let say = |tone: Tone, first: &'static str, then: &'static str| {
        let body = view! {
            <p class="nl-paragraph"><b>{first}</b></p>
            <p class="nl-paragraph">{then}</p>
        };
        view! { <div role="status">{ui::alert(tone, body)}</div> }.into_any()
    };
    match answer {
        Answer::NotServed => say(
            Tone::Warning,
            td_string!(locale, desk.person.not_served),
            td_string!(locale, desk.person.not_served_text),
        ),
        Answer::Nothing => {
            say(Tone::Info, td_string!(locale, desk.person.nothing), td_string!(locale, desk.person.nothing_text))
        }
        Answer::TooOften => view! {
            <div role="alert">{ui::alert(Tone::Warning, view! { <p class="nl-paragraph">{td_string!(locale, desk.person.too_often)}</p> })}</div>
        }
        .into_any(),
        Answer::Fits(ending, fits) => {
            let title = td_string!(locale, desk.person.found, ending = ending.as_str());
            let items = fits.iter().map(|fits| fitting(staff, fits)).collect_view();
            view! {
                <section class="voordeur-card voordeur-card--door voordeur-stack" role="status">
                    <h2 class="nl-heading nl-heading--level-3">{title}</h2>
                    <ul class="utrecht-unordered-list">{items}</ul>
                    <h3 class="nl-heading nl-heading--level-4">{td_string!(locale, desk.person.how)}</h3>
                    <p class="nl-paragraph">{td_string!(locale, desk.person.how_log_in)}</p>
                    <p class="nl-paragraph">{td_string!(locale, desk.person.how_choice)}</p>
                    <p class="nl-paragraph">{td_string!(locale, desk.person.nothing_text)}</p>
                    <p class="voordeur-subtle voordeur-icon-line">{ui::icon("eye")} <span>{td_string!(locale, desk.person.logged)}</span></p>
                </section>
            }
            .into_any()
        }
    }
}

fn fitting(staff: &Staff, fits: &Fitting<'_>) -> impl IntoView + use<> {
    let (locale, service) = (staff.locale, fits.service);
    let in_doubt = fits.in_doubt.then(|| {
        view! { <br/><span class="voordeur-due voordeur-due--soon">{ui::icon("search")} " " {td_string!(locale, desk.person.in_doubt)}</span> }
    });
    let organisation = staff.portal.catalogue.organisation_name(&service.service.organisation, locale);
    let more = service.service.url.clone().map(|url| {
        let words = td_string!(locale, desk.person.how_more, organisation = organisation);
        view! { <br/><a class="nl-link" href=url rel="external">{words}</a> }
    });
    view! {
        <li class="utrecht-unordered-list__item">
            <b>{service.service.name.get(locale).to_owned()}</b>
            {in_doubt}
            {more}
        </li>
    }
}

fn fields(staff: &Staff, form: &Form, mistakes: &[Mistake]) -> impl IntoView + use<> {
    let locale = staff.locale;
    let mistake = |field: &str| {
        mistakes.iter().find(|mistake| mistake.field == field).map(|mistake| {
            view! {
                <div class="utrecht-form-field__error-message utrecht-form-field-error-message" id=format!("{field}-fout")>
                    <span class="voordeur-icon-line">{ui::icon("alert")} <b>{mistake.message.clone()}</b></span>
                </div>
            }
        })
    };
    let (bsn_wrong, purpose_wrong) = (mistake("bsn"), mistake("doel"));
    let invalid = bsn_wrong.is_some();
    let class = if invalid {
        "utrecht-form-field utrecht-form-field--invalid voordeur-short"
    } else {
        "utrecht-form-field voordeur-short"
    };
    let input = if invalid {
        "utrecht-textbox utrecht-textbox--html-input utrecht-textbox--invalid"
    } else {
        "utrecht-textbox utrecht-textbox--html-input"
    };
    let described = if invalid { "bsn-fout bsn-uitleg" } else { "bsn-uitleg" };
    let purposes = Purpose::ALL
        .into_iter()
        .enumerate()
        .map(|(at, purpose)| {
            // The summary of mistakes leads to the first one.
            let id = if at == 0 { "doel".to_owned() } else { format!("doel-{}", purpose.code()) };
            view! {
                <div class="utrecht-form-field utrecht-form-field--radio">
                    <div class="utrecht-form-field__input"><input class="utrecht-radio-button utrecht-radio-button--html-input" type="radio" id=id.clone() name="doel" value=purpose.code() checked={form.doel == purpose.code()}/></div>
                    <div class="utrecht-form-field__label"><label class="utrecht-form-label utrecht-form-label--radio" for=id>{purpose.words(locale)}</label></div>
                </div>
            }
        })
        .collect_view();
    let purpose_described = purpose_wrong.is_some().then_some("doel-fout");
    view! {
        <form method="post" action=staff.href("/balie/persoon") class="voordeur-card voordeur-stack voordeur-stack--wide" autocomplete="off">
            <div class=class>
                <div class="utrecht-form-field__label"><label class="utrecht-form-label" for="bsn">{td_string!(locale, desk.person.bsn)}</label></div>
                <div class="utrecht-form-field__description utrecht-form-field-description" id="bsn-uitleg">{td_string!(locale, desk.person.bsn_hint)}</div>
                {bsn_wrong}
                <div class="utrecht-form-field__input"><input class=input id="bsn" name="bsn" value=form.bsn.clone() inputmode="numeric" autocomplete="off" maxlength="15" aria-describedby=described aria-invalid=invalid.then_some("true")/></div>
            </div>
            <fieldset class="utrecht-form-fieldset utrecht-form-fieldset--html-fieldset" aria-describedby=purpose_described>
                <legend class="utrecht-form-fieldset__legend utrecht-form-fieldset__legend--html-legend">{td_string!(locale, desk.person.purpose)}</legend>
                {purpose_wrong}
                {purposes}
            </fieldset>
            <div class="utrecht-button-group"><button class="nl-button nl-button--primary" type="submit">{td_string!(locale, desk.person.go)}</button></div>
        </form>
    }
}
