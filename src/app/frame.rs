//! The frame around every page: head, header, navigation, footer, and the warning before a session ends.

use std::{borrow::Cow, sync::Arc};

use http::StatusCode;
use jiff::Timestamp;
use leptos::{prelude::*, tachys::view::Position};
use leptos_i18n::td_string;

use super::{Asked, Nonce, Page, Place, href};
use crate::{
    clock,
    i18n::Locale,
    identity::{AT_MOST, Door, Session},
    server::Portal,
    ui::{SessionDialog, files::Files},
};

/// The whole document. One owner per page: islands need it for their props, and it is dropped with what they made.
pub(super) fn document(
    portal: &Portal,
    asked: &Asked,
    page: Page,
    session: Option<&Session>,
    nonce: Option<&Nonce>,
) -> String {
    let owner = Owner::new_root(Some(Arc::new(hydration_context::SsrSharedContext::new_islands())));
    let mut html = String::with_capacity(32 * 1024);
    html.push_str("<!DOCTYPE html>");
    owner.with(|| {
        frame(portal, asked, page, session, nonce).to_html_with_buf(
            &mut html,
            &mut Position::FirstChild,
            true,
            false,
            vec![],
        );
    });
    owner.cleanup();
    html
}

fn frame(
    portal: &Portal,
    asked: &Asked,
    page: Page,
    session: Option<&Session>,
    nonce: Option<&Nonce>,
) -> impl IntoView {
    let locale = asked.locale;
    let files = Files::current();
    let theme = portal.theme.as_ref();
    let class = theme.map_or_else(|| "voordeur-theme".to_owned(), |theme| format!("voordeur-theme {}", theme.class));
    let mut title = format!("{} - {}", page.title, portal.config.organisation.name);
    if page.status == StatusCode::UNPROCESSABLE_ENTITY {
        title = td_string!(locale, shell.error_title, title = title).to_string();
    }
    let own = session.map(|_| "islands.js");
    let scripts = nonce.map(|nonce| {
        let script = |file: &str| {
            view! { <script type="module" src=files.path(file) nonce=nonce.0.clone()></script> }
        };
        own.into_iter().chain(page.script).map(script).collect_view()
    });
    // What was asked stays the same, but for an answer of a provider, which is good for one time.
    let query = if asked.path == "/inloggen/terug" { "" } else { &asked.query };
    let (language, other, other_path) = match locale {
        Locale::nl => ("nl", "en", href(Locale::en, &asked.path) + query),
        Locale::en => ("en", "nl", href(Locale::nl, &asked.path) + query),
    };
    view! {
        <html class=class lang=language>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <title>{title}</title>
                <link rel="stylesheet" href=files.path("style.css")/>
                {theme.map(|theme| view! { <link rel="stylesheet" href=theme.path.clone()/> })}
                <link rel="icon" type="image/svg+xml" href=files.path("favicon.svg")/>
                <link rel="alternate" hreflang=other href=other_path.clone()/>
                {scripts}
            </head>
            <body class="utrecht-root utrecht-document">
                <a class="nl-skip-link nl-skip-link--visible-on-focus" href="#inhoud">{td_string!(locale, shell.skip)}</a>
                {header(portal, asked, page.place, session, other, other_path)}
                {(!page.crumbs.is_empty()).then(|| crumbs(locale, &page.title, page.crumbs))}
                <main class="voordeur-main" id="inhoud" tabindex="-1">
                    {page.body}
                    {session.filter(|session| session.identity.person().is_some()).map(|_| news(asked, page.place))}
                </main>
                {footer(portal, asked, session)}
                {session.map(|session| warning(portal, asked, session))}
            </body>
        </html>
    }
}

fn header(
    portal: &Portal,
    asked: &Asked,
    place: Place,
    session: Option<&Session>,
    other: &'static str,
    other_path: String,
) -> impl IntoView {
    let locale = asked.locale;
    let (home, links): (&str, &[(Place, &str, &'static str)]) = match session.map(|session| session.identity.door) {
        None => ("/", &[]),
        Some(Door::Staff) => (
            "/balie",
            &[
                (Place::Desk, "/balie", td_string!(locale, shell.desk)),
                (Place::DeskCases, "/balie/zaken", td_string!(locale, shell.desk_cases)),
                (Place::DeskFeedback, "/balie/reacties", td_string!(locale, shell.desk_feedback)),
                (Place::DeskServices, "/balie/diensten", td_string!(locale, shell.desk_services)),
                (Place::DeskInsights, "/balie/inzichten", td_string!(locale, shell.desk_insights)),
                (Place::DeskPerson, "/balie/persoon", td_string!(locale, shell.desk_person)),
            ],
        ),
        Some(Door::Business) => ("/mijn", &[(Place::Overview, "/mijn", td_string!(locale, shell.overview))]),
        Some(Door::Citizen) => (
            "/mijn",
            &[
                (Place::Overview, "/mijn", td_string!(locale, shell.overview)),
                (Place::Offers, "/mijn/aanbod", td_string!(locale, shell.offers)),
                (Place::Cases, "/mijn/zaken", td_string!(locale, shell.cases)),
                (Place::Data, "/mijn/gegevens", td_string!(locale, shell.data)),
                (Place::Messages, "/mijn/berichten", td_string!(locale, shell.messages)),
            ],
        ),
    };
    let navigation = (!links.is_empty()).then(|| {
        let items = links
            .iter()
            .map(|(link, path, name)| {
                let current = (*link == place).then_some("page");
                let unread = (*link == Place::Messages).then(|| {
                    let count = asked.unread.get().copied().unwrap_or_default();
                    view! {
                        " "
                        <span class="nl-number-badge" id="ongelezen" hidden={count == 0}>
                            <span aria-hidden="true">{count}</span>
                            <span class="voordeur-visually-hidden">{td_string!(locale, shell.unread, count = count)}</span>
                        </span>
                    }
                });
                view! { <li><a href=href(locale, path) aria-current=current>{*name}{unread}</a></li> }
            })
            .collect_view();
        view! {
            <nav class="voordeur-nav" aria-label=td_string!(locale, shell.main_navigation)>
                <ul role="list">{items}</ul>
            </nav>
        }
    });
    let account = match session {
        Some(session) => view! {
            <span class="voordeur-account__name">{session.identity.name().to_owned()}</span>
            <a href=other_path lang=other hreflang=other>{td_string!(locale, shell.other_language)}</a>
            <form method="post" action=href(locale, "/uitloggen")>
                <button type="submit">{td_string!(locale, shell.log_out)}</button>
            </form>
        }
        .into_any(),
        None => view! {
            <a href=other_path lang=other hreflang=other>{td_string!(locale, shell.other_language)}</a>
            <a class="nl-button nl-button--secondary" href=href(locale, "/inloggen")>{td_string!(locale, shell.log_in)}</a>
        }
        .into_any(),
    };
    let fictitious = portal.config.server.fictitious.then(|| {
        view! { <p class="voordeur-fictitious"><span class="voordeur-wrap">{td_string!(locale, shell.fictitious)}</span></p> }
    });
    view! {
        <header class="voordeur-header">
            {fictitious}
            <div class="voordeur-wrap voordeur-header__bar">
                <a class="voordeur-brand" href=href(locale, home)>
                    {door()} <span>{portal.config.organisation.name.clone()}</span>
                    {session.filter(|session| session.identity.door != Door::Staff).map(|_| view! { <small>{td_string!(locale, shell.mine)}</small> })}
                </a>
                <details class="voordeur-menu"><summary>{td_string!(locale, shell.menu)}</summary></details>
                <div class="voordeur-header__panel">{navigation} <div class="voordeur-account">{account}</div></div>
            </div>
        </header>
    }
}

/// The brand's picture: a front door with a fanlight.
fn door() -> impl IntoView {
    view! {
        <svg viewBox="0 0 32 40" width="32" height="40" aria-hidden="true" focusable="false">
            <path class="voordeur-door__leaf" d="M1 40V16a15 15 0 0 1 30 0v24z"></path>
            <path class="voordeur-door__glass" d="M6 17a10 10 0 0 1 20 0z"></path>
            <path class="voordeur-door__bars" d="M16 17V6m0 11L8.500 9.500M16 17l7.500-7.500"></path>
            <circle class="voordeur-door__knob" cx="24.500" cy="27" r="2.250"></circle>
        </svg>
    }
}

fn crumbs(locale: Locale, title: &str, above: Vec<(String, Cow<'static, str>)>) -> impl IntoView + use<> {
    let title = title.to_owned();
    let above = above
        .into_iter()
        .map(|(name, path)| {
            view! {
                <li class="utrecht-breadcrumb-nav__item">
                    <a class="utrecht-breadcrumb-nav__link nl-link" href=href(locale, &path)>{name}</a>
                </li>
            }
        })
        .collect_view();
    view! {
        <div class="voordeur-wrap voordeur-crumbs">
            <nav class="utrecht-breadcrumb-nav" aria-label=td_string!(locale, shell.breadcrumbs)>
                <ol class="utrecht-breadcrumb-nav__list utrecht-breadcrumb-nav__list--html-ol" role="list">
                    {above}
                    <li class="utrecht-breadcrumb-nav__item">
                        <span class="utrecht-breadcrumb-nav__link utrecht-breadcrumb-nav__link--current" aria-current="page">{title}</span>
                    </li>
                </ol>
            </nav>
        </div>
    }
}

fn footer(portal: &Portal, asked: &Asked, session: Option<&Session>) -> impl IntoView {
    let locale = asked.locale;
    let organisation = &portal.config.organisation;
    let call = td_string!(
        locale,
        shell.call,
        telephone = organisation.telephone.as_str(),
        hours = organisation.hours.get(locale)
    );
    let who_looked = session.and_then(|session| session.identity.person()).map(|_| {
        view! { <li><a href=href(locale, "/mijn/inzage")>{td_string!(locale, shell.who_looked)}</a></li> }
    });
    let ends = session.map(|session| {
        let at = session.ends_at.to_zoned(clock::zone()).strftime("%-H.%M").to_string();
        view! { <p>{td_string!(locale, shell.session_ends, time = at)}</p> }
    });
    view! {
        <footer class="voordeur-footer">
            <div class="voordeur-wrap voordeur-grid voordeur-grid--tiny">
                <div><h2>{td_string!(locale, shell.help)}</h2><p>{call}</p>{ends}</div>
                {say(asked, session)}
                <div>
                    <h2>{td_string!(locale, shell.about_us)}</h2>
                    <ul role="list"><li><a href=href(locale, "/")>{td_string!(locale, shell.what_is_this)}</a></li></ul>
                </div>
                <div>
                    <h2>{td_string!(locale, shell.your_rights)}</h2>
                    <ul role="list">
                        <li><a href=href(locale, "/privacy")>{td_string!(locale, shell.privacy)}</a></li>
                        <li><a href=href(locale, "/toegankelijkheid")>{td_string!(locale, shell.accessibility)}</a></li>
                        {who_looked}
                    </ul>
                </div>
            </div>
        </footer>
    }
}

/// Whether the page was clear, and the way to say more. Staff have the desk.
fn say(asked: &Asked, session: Option<&Session>) -> impl IntoView + use<> {
    let locale = asked.locale;
    let staff = session.is_some_and(|session| session.identity.door == Door::Staff);
    (!staff).then(|| {
        let clear = asked.route.clone().map(|route| {
            view! {
                <form class="voordeur-clear" method="post" action=href(locale, "/feedback/pagina")>
                    <input type="hidden" name="pagina" value=route/>
                    <p id="duidelijk">{td_string!(locale, shell.clear)}</p>
                    <div class="voordeur-cluster" role="group" aria-labelledby="duidelijk">
                        <button class="nl-button nl-button--secondary" type="submit" name="duidelijk" value="ja">{td_string!(locale, shell.clear_yes)}</button>
                        <button class="nl-button nl-button--secondary" type="submit" name="duidelijk" value="nee">{td_string!(locale, shell.clear_no)}</button>
                    </div>
                </form>
            }
        });
        let page = asked.route.as_deref().map(|route| {
            let route: String = url::form_urlencoded::byte_serialize(route.as_bytes()).collect();
            format!("?pagina={route}")
        });
        let feedback = href(locale, "/feedback") + &page.unwrap_or_default();
        let own = session.and_then(|session| session.identity.person()).map(|_| {
            view! { <li><a href=href(locale, "/mijn/feedback")>{td_string!(locale, shell.said)}</a></li> }
        });
        view! {
            <div>
                <h2>{td_string!(locale, shell.say)}</h2>
                {clear}
                <ul role="list">
                    <li><a href=feedback>{td_string!(locale, shell.say_link)}</a></li>
                    {own}
                    <li><a href=href(locale, "/ideeen")>{td_string!(locale, shell.ideas)}</a></li>
                </ul>
            </div>
        }
    })
}

/// Where a script tells of a message that comes while the page is open (`browser/islands.js`); without script it stays empty.
fn news(asked: &Asked, place: Place) -> impl IntoView + use<> {
    let locale = asked.locale;
    let words = place.shows_news().then(|| {
        view! {
            <template id="nieuws-tekst">
                <p>
                    {td_string!(locale, messages.arrived)} " "
                    <a class="nl-link" href=href(locale, "/mijn/berichten")>{td_string!(locale, messages.arrived_link)}</a> " "
                    <a class="nl-link" href=asked.href(&asked.path) + &asked.query>{td_string!(locale, messages.reload)}</a>
                </p>
            </template>
        }
    });
    view! {
        <div class="voordeur-news" role="status" id="nieuws" data-stream=href(locale, "/mijn/berichten/stroom") data-unread=asked.unread.get().map(i64::to_string)></div>
        {words}
    }
}

fn warning(portal: &Portal, asked: &Asked, session: &Session) -> impl IntoView + use<> {
    let locale = asked.locale;
    let now = portal.clock.now();
    let seconds = |until: Timestamp| until.duration_since(now).as_secs();
    SessionDialog {
        seconds: seconds(session.ends_at),
        seconds_at_most: seconds(session.identity.logged_in_at + AT_MOST),
        stay: href(locale, "/sessie"),
        log_out: href(locale, "/uitloggen"),
        log_in: href(locale, "/inloggen"),
        soon: td_string!(locale, shell.session_soon),
        soon_text: td_string!(locale, shell.session_soon_text),
        left: td_string!(locale, shell.session_left),
        left_unit: td_string!(locale, shell.session_seconds),
        stay_label: td_string!(locale, shell.session_stay),
        log_out_label: td_string!(locale, shell.log_out),
        over: td_string!(locale, shell.session_over),
        over_text: td_string!(locale, shell.session_over_text),
        again: td_string!(locale, shell.session_again),
    }
    .view()
}
