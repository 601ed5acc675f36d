mod person;
mod services;
mod try_out;

use sqlx::PgPool;

use crate::{
    database::PersonId,
    identity::{COOKIE, Door, Identity, Party, open_session, session_for},
    testing::TestPortal,
};

/// The cookie of somebody who is logged in.
pub(super) async fn log_in(portal: &TestPortal, door: Door, party: Party) -> String {
    let identity = Identity {
        door,
        actor: party.clone(),
        acting_for: party,
        level: "http://eidas.europa.eu/LoA/substantial".into(),
        sid: None,
        id_token: None,
        logged_in_at: portal.portal.clock.now(),
    };
    format!("{COOKIE}={}", open_session(&portal.portal, &identity, "subject").await.unwrap())
}

async fn staff_of(portal: &TestPortal, organisation: &str) -> String {
    clerk(portal, organisation, "Fatma").await
}

/// Somebody of an organisation, by name.
pub(crate) async fn clerk(portal: &TestPortal, organisation: &str, name: &str) -> String {
    let party = Party::Staff {
        organisation: organisation.into(),
        role: "caseworker".into(),
        name: name.into(),
        subject: format!("{organisation} {name}"),
    };
    log_in(portal, Door::Staff, party).await
}

pub(super) async fn business(portal: &TestPortal) -> String {
    log_in(portal, Door::Business, Party::Business { kvk_number: "12345678".into() }).await
}

pub(super) async fn citizen(portal: &TestPortal) -> String {
    format!("{COOKIE}={}", session_for(&portal.portal, PersonId(uuid::Uuid::new_v4())).await.unwrap())
}

/// So many people in a municipality, each alone with this income a year (eurocents), insured, without assets, born on 1 July 1990.
async fn people(pool: &PgPool, municipality: &str, income: i64, number: i32) {
    sqlx::query(
        "insert into facts (person, birth_date, municipality, has_partner, children_birth_dates, health_insured, treaty_entitled,
                            income_year, assets)
         select gen_random_uuid(), '1990-07-01', $1, false, '{}', true, false, $2, 0 from generate_series(1, $3)",
    )
    .bind(municipality)
    .bind(income)
    .bind(number)
    .execute(pool)
    .await
    .unwrap();
}

/// The text of a page's row that starts with these words, without marks.
fn row(page: &str, first: &str) -> String {
    let rows = page.split("<tr").filter_map(|row| row.split("</tr>").next()).find(|row| text(row).starts_with(first));
    text(rows.unwrap_or_else(|| panic!("no row {first:?} in {}", text(page))))
}

pub(super) fn text(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    // What stands before the first mark is the rest of a mark that was cut.
    let html = html.split_once('>').map_or(html, |(_, rest)| rest);
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            c if !inside => text.push(c),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('\u{a0}', " ")
}
