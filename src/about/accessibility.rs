//! `/toegankelijkheid`: the accessibility statement, which promises only what was checked.

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
    let title = td_string!(locale, about.access_title);
    let organisation = &visit.portal.config.organisation;
    let checks = [td_string!(locale, about.access_how_1), td_string!(locale, about.access_how_2)];
    let tell = td_string!(
        locale,
        about.access_tell_text,
        telephone = organisation.telephone.as_str(),
        email = organisation.email.as_str()
    );
    let body = view! {
        <div class="voordeur-wrap voordeur-stack voordeur-stack--sections">
            {ui::heading(title.to_owned(), td_string!(locale, about.access_lead))}
            {section(td_string!(locale, about.access_norm), paragraph(td_string!(locale, about.access_norm_text)))}
            {section(td_string!(locale, about.access_how), list(checks.map(str::to_owned)))}
            {section(td_string!(locale, about.access_not), paragraph(td_string!(locale, about.access_not_text)))}
            {section(td_string!(locale, about.access_tell), paragraph(tell))}
            <p class="voordeur-subtle">{td_string!(locale, about.access_date)}</p>
        </div>
    };
    Page::new(title, Place::Elsewhere, body).under(td_string!(locale, shell.home), "/")
}
