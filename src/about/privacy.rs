//! `/privacy`: what is kept, who can see it, why that is allowed, and what one can ask (AVG art. 13 and 14).

use axum::response::Response;
use http::HeaderMap;
use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{list, paragraph, section};
use crate::{
    app::{Page, Place, Visit},
    ui,
};

pub async fn get(visit: Visit, headers: HeaderMap) -> Response {
    visit.show_public(&headers, || page(&visit))
}

fn page(visit: &Visit) -> Page {
    let locale = visit.locale;
    let title = td_string!(locale, about.privacy_title);
    let kept = [
        td_string!(locale, about.privacy_what_1),
        td_string!(locale, about.privacy_what_2),
        td_string!(locale, about.privacy_what_3),
    ];
    let rights = [
        td_string!(locale, about.privacy_rights_1).to_owned(),
        td_string!(locale, about.privacy_rights_2).to_owned(),
        td_string!(locale, about.privacy_rights_3).to_owned(),
        td_string!(locale, about.privacy_rights_4, email = visit.portal.config.organisation.email.as_str()),
    ];
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--sections">
            {ui::heading(title.to_owned(), td_string!(locale, about.privacy_lead))}
            {section(td_string!(locale, about.privacy_what), list(kept.map(str::to_owned)))}
            {section(td_string!(locale, about.privacy_who), paragraph(td_string!(locale, about.privacy_who_text)))}
            {section(td_string!(locale, about.privacy_cookies), paragraph(td_string!(locale, about.privacy_cookies_text)))}
            {section(td_string!(locale, about.privacy_law), paragraph(td_string!(locale, about.privacy_law_text)))}
            {section(td_string!(locale, about.privacy_rights), list(rights))}
        </div>
    };
    Page::new(title, Place::Elsewhere, body).under(td_string!(locale, shell.home), "/")
}
