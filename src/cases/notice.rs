//! Ingebrekestelling: saying that a decision is late, what follows from it and when (Awb 4:17).

use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use jiff::civil::Date;
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    act::{self, Draft, Once},
    change::Act,
    model::{Action, Happening},
    now,
    page::{Looked, Seen, look, to_case},
    wording,
};
use crate::{
    app::{Citizen, Page, Place},
    deadlines,
    documents::FormWithFiles,
    error::Error,
    ui::{self, dates, numbers},
    usage::activity,
};

pub async fn form(citizen: Citizen, Path(reference): Path<String>) -> Result<Response, Error> {
    let Looked { scope, whole } = look(&citizen, &reference, activity::VIEW_CASES).await?;
    scope.commit().await?;
    let seen = Seen::new(&citizen, &whole, &[]);
    Ok(match whole.case.default_notice_on {
        Some(noticed) => citizen.show(given(&seen, noticed)),
        None if whole.case.is_late(seen.today) && seen.may(Action::GiveNotice) => citizen.show(draft(&seen)),
        None => Redirect::to(&citizen.href(&whole.case.path())).into_response(),
    })
}

pub async fn post(citizen: Citizen, Path(reference): Path<String>, form: FormWithFiles) -> Result<Response, Error> {
    let Looked { scope, whole } = look(&citizen, &reference, activity::VIEW_CASES).await?;
    scope.commit().await?;
    let is_same = |what: &Happening| matches!(what, Happening::NoticeGiven { .. });
    let once = Once { saw: act::saw(&form), is_same: &is_same };
    let refused = act::act(&citizen, whole.case.id, once, &[], |_| Act::GiveNotice).await?;
    Ok(match refused {
        None => to_case(&citizen, &whole.case.path(), "ingebrekestelling"),
        Some(refused) => citizen.show(act::refused(&Seen::new(&citizen, &whole, &[]), &refused, "")),
    })
}

/// The dates that follow from a notice received on a day.
fn dates_of(seen: &Seen<'_>, noticed: Date) -> AnyView {
    let locale = seen.visit.locale;
    let line = |class: &'static str, label: &'static str, day: Date, words: String| {
        view! {
            <li class=class>
                <p class="voordeur-timeline__when"><b>{label}</b> " " <time datetime=day.to_string()>{dates::date(locale, day)}</time></p>
                <p>{words}</p>
            </li>
        }
    };
    let label = match seen.case.default_notice_on {
        Some(_) => td_string!(locale, cases.happened),
        None => td_string!(locale, cases.today),
    };
    let received = line(
        "",
        label,
        noticed,
        td_string!(locale, cases.notice_received, organisation = wording::start(&seen.organisation())).to_string(),
    );
    let from = deadlines::penalty_from(noticed);
    let until = from.and_then(|day| day.yesterday().ok()).map(|last| {
        line(
            "voordeur-limit",
            td_string!(locale, cases.by_law),
            last,
            td_string!(locale, cases.notice_two_weeks).to_owned(),
        )
    });
    let starts = from.map(|day| {
        line("voordeur-plan", td_string!(locale, cases.from), day, td_string!(locale, cases.notice_starts).to_owned())
    });
    let most = deadlines::penalty(noticed, Date::MAX).map(|most| {
        let words =
            td_string!(locale, cases.notice_most, days = most.days, amount = numbers::euros(locale, most.cents))
                .to_string();
        line("voordeur-plan", td_string!(locale, cases.until_at_most), most.last_day, words)
    });
    view! { <ol class="voordeur-timeline" role="list">{received}{until}{starts}{most}</ol> }.into_any()
}

fn draft(seen: &Seen<'_>) -> Page {
    let locale = seen.visit.locale;
    let date = dates::date(locale, seen.case.due_on);
    let before = view! {
        <section class="voordeur-card voordeur-stack" aria-labelledby="gevolg">
            <h2 class="nl-heading nl-heading--level-3" id="gevolg">{td_string!(locale, cases.notice_means)}</h2>
            {dates_of(seen, seen.today)}
            <p class="voordeur-subtle" lang="nl">"Awb art. 4:17"</p>
        </section>
    };
    let draft = Draft {
        seen,
        end: "ingebrekestelling",
        title: td_string!(locale, cases.notice_title).to_owned(),
        lead: td_string!(locale, cases.notice_lead, organisation = seen.organisation(), date = date).to_string(),
        before: Some(before.into_any()),
        hidden: None,
        fields: Vec::new(),
        button: td_string!(locale, cases.notice_send),
        mistakes: Vec::new(),
    };
    draft.page()
}

/// After it was given: its dates, and what is owed by now.
fn given(seen: &Seen<'_>, noticed: Date) -> Page {
    let (visit, locale) = (seen.visit, seen.visit.locale);
    let owed = match now::owed(seen, noticed) {
        Some(owed) => {
            let amount = numbers::euros(locale, owed.cents);
            let days = i64::from(owed.days);
            td_string!(locale, cases.owed, count = days, amount = amount).to_string()
        }
        None if seen.whole.decision.is_some() => td_string!(locale, cases.owed_never).to_owned(),
        None => td_string!(locale, cases.owed_nothing).to_owned(),
    };
    let title = td_string!(locale, cases.notice_given_title).to_owned();
    let lead = td_string!(
        locale,
        cases.notice_given_lead,
        organisation = seen.organisation(),
        date = dates::date(locale, noticed)
    )
    .to_string();
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--wide">
            {ui::heading(title.clone(), lead)}
            <section class="voordeur-card voordeur-card--door voordeur-stack" aria-labelledby="bedrag">
                <h2 class="nl-heading nl-heading--level-3" id="bedrag">{td_string!(locale, cases.owed_title)}</h2>
                <p class="voordeur-headline">{owed}</p>
                <p class="voordeur-subtle">{td_string!(locale, cases.owed_text)}</p>
            </section>
            <section class="voordeur-card voordeur-stack" aria-labelledby="gevolg">
                <h2 class="nl-heading nl-heading--level-3" id="gevolg">{td_string!(locale, cases.notice_dates)}</h2>
                {dates_of(seen, noticed)}
                <p class="voordeur-subtle" lang="nl">"Awb art. 4:17"</p>
            </section>
            <p><a class="nl-link voordeur-target" href=visit.href(&seen.case.path())>{td_string!(locale, cases.to_case)}</a></p>
        </div>
    }
    .into_any();
    seen.under(Page::new(title, Place::Cases, body))
}
