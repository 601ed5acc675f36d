//! Logging out here and at the provider (OpenID Connect RP-Initiated Logout 1.0).

use axum::response::{IntoResponse, Redirect, Response};
use http::HeaderMap;
use url::Url;

use super::{Identity, cookie, page, session};
use crate::{app::Visit, error::Error, i18n::Locale};

pub const LOGGED_OUT: &str = "/uitgelogd";

/// `POST /uitloggen`: ends the session here first, then at the provider.
pub async fn log_out(visit: Visit, headers: HeaderMap) -> Response {
    if let Err(error) = session::end(&headers, &visit.portal).await {
        return Error::into_response(error);
    }
    let there = match &visit.session {
        Some(session) => at_provider(&visit, &session.identity).await,
        None => None,
    };
    let to = there.map_or_else(|| visit.href(LOGGED_OUT), String::from);
    let mut response = Redirect::to(&to).into_response();
    cookie::remove(response.headers_mut(), session::COOKIE);
    response
}

async fn at_provider(visit: &Visit, identity: &Identity) -> Option<Url> {
    let portal = &visit.portal;
    let provider = portal.doors.provider(identity.door)?;
    let published = provider.published(portal.clock.now()).await?;
    let mut url = published.log_out_at()?.clone();
    let mut query = url.query_pairs_mut();
    query.append_pair("client_id", &provider.settings.client_id);
    // A token that holds a BSN is not put in an address; the provider then asks whether to log out.
    match (&identity.id_token, &identity.sid) {
        (Some(token), _) => query.append_pair("id_token_hint", token),
        (None, Some(sid)) => query.append_pair("logout_hint", sid),
        (None, None) => &mut query,
    };
    query.append_pair(
        "post_logout_redirect_uri",
        &format!("{}{}", portal.config.server.public_url, visit.href(LOGGED_OUT)),
    );
    query.append_pair(
        "ui_locales",
        match visit.locale {
            Locale::nl => "nl",
            Locale::en => "en",
        },
    );
    drop(query);
    Some(url)
}

/// `GET /uitgelogd`
pub async fn logged_out(visit: Visit) -> Response {
    visit.show(page::logged_out(&visit))
}
