//! An address is used once its code was typed, and the code alone proves it.

use http::StatusCode;
use jiff::SignedDuration;
use sqlx::PgPool;

use super::{Someone, code_in};
use crate::database::MIGRATOR;

const FIRST: &str = "/mijn/voorkeuren/e-mail/1";
const CODE: &str = "/mijn/voorkeuren/e-mail/1/code";

async fn in_use(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select count(*) from email_address where address is not null").fetch_one(pool).await.unwrap()
}

fn other(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_address_is_used_once_its_code_was_typed_and_lies_open_nowhere(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    assert_eq!(someone.post(FIRST, &[("adres", " jan@example.nl ")]).await.header("location"), CODE);
    assert!(someone.see(CODE).await.contains("jan@example.nl"));
    assert_eq!(in_use(&pool).await, 0);
    let mail = someone.mails().pop().unwrap();
    assert!(mail.contains("To: jan@example.nl") && mail.contains("Auto-Submitted: auto-generated"));
    let code = code_in(&mail);
    let wrong = someone.post(CODE, &[("code", &other(&code))]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("Deze code klopt niet") && wrong.body.contains("id=\"fouten\""));
    let spaced = format!(" {} {} ", &code[..3], &code[3..]);
    assert_eq!(someone.post(CODE, &[("code", &spaced)]).await.header("location"), "/mijn/voorkeuren?bewaard");
    assert_eq!(in_use(&pool).await, 1);
    assert!(someone.see("/mijn/voorkeuren").await.contains("jan@example.nl"));
    // Once.
    assert_eq!(someone.post(CODE, &[("code", &code)]).await.header("location"), "/mijn/voorkeuren");
    let row: String =
        sqlx::query_scalar("select email_address::text from email_address").fetch_one(&pool).await.unwrap();
    assert!(!row.contains(&hex("jan@")) && !row.contains(&hex(&code)));
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_code_is_good_for_half_an_hour_and_five_tries(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    someone.post(FIRST, &[("adres", "jan@example.nl")]).await;
    let code = code_in(&someone.mails()[0]);
    for _ in 0..5 {
        assert_eq!(someone.post(CODE, &[("code", &other(&code))]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(someone.post(CODE, &[("code", &code)]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    someone.post(FIRST, &[("adres", "piet@example.nl")]).await;
    let late = someone.mails().into_iter().find(|mail| mail.contains("piet@")).map(|mail| code_in(&mail)).unwrap();
    someone.portal.wait(SignedDuration::from_mins(14));
    someone.see("/mijn/voorkeuren").await;
    someone.portal.wait(SignedDuration::from_mins(14));
    someone.see("/mijn/voorkeuren").await;
    someone.portal.wait(SignedDuration::from_mins(2));
    assert_eq!(someone.post(CODE, &[("code", &late)]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(in_use(&pool).await, 0);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn nobody_fills_another_mailbox_with_codes_and_a_code_is_for_one_person(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    for _ in 0..5 {
        assert_eq!(someone.post(FIRST, &[("adres", "jan@example.nl")]).await.status, StatusCode::SEE_OTHER);
    }
    // Taking it away does not start anew.
    someone.post(&format!("{FIRST}/weg"), &[]).await;
    let refused = someone.post(FIRST, &[("adres", "jan@example.nl")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("Probeer het morgen opnieuw"));
    assert_eq!(someone.files().len(), 5);
    let other = Someone::new(&pool).await;
    other.post(FIRST, &[("adres", "eva@example.nl")]).await;
    let theirs = code_in(&other.mails()[0]);
    let third = Someone::new(&pool).await;
    third.post(FIRST, &[("adres", "eva@example.nl")]).await;
    if code_in(&third.mails()[0]) != theirs {
        assert_eq!(third.post(CODE, &[("code", &theirs)]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_is_no_address_is_told_and_kept_on_the_form(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let long = format!("{}@example.nl", "a".repeat(300));
    for wrong in ["", "jan", "jan@", "jan@example.nl\r\nBcc: x@example.nl", "a b@example.nl", &long] {
        let answer = someone.post(FIRST, &[("adres", wrong)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong:?}");
        assert!(answer.body.contains("Vul een e-mailadres in"), "{wrong:?}");
    }
    assert!(someone.post(FIRST, &[("adres", "jan apestaart")]).await.body.contains("value=\"jan apestaart\""));
    assert!(someone.files().is_empty());
    assert_eq!(someone.get("/mijn/voorkeuren/e-mail/3").await.status, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_old_address_stays_in_use_until_the_new_one_is_proved_and_can_be_taken_away(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    someone.has_address(1, "oud@example.nl").await;
    someone.post(FIRST, &[("adres", "nieuw@example.nl")]).await;
    let page = someone.see("/mijn/voorkeuren").await;
    assert!(page.contains("oud@example.nl") && page.contains("nieuw@example.nl wacht op de code."));
    someone.has_address(2, "tweede@example.nl").await;
    assert_eq!(in_use(&pool).await, 2);
    for place in [1, 2] {
        someone.post(&format!("/mijn/voorkeuren/e-mail/{place}/weg"), &[]).await;
    }
    assert_eq!(in_use(&pool).await, 0);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn addresses_open_after_the_key_was_changed(pool: PgPool) {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let someone = Someone::new(&pool).await;
    someone.has_address(1, "jan@example.nl").await;
    let list = [("k1", 7), ("k2", 8)].map(|(name, byte)| (name.to_owned(), BASE64_STANDARD.encode([byte; 32])));
    let both = crate::keys::Keyring::new("k2", &list.clone().into()).unwrap();
    let mut owner = pool.acquire().await.unwrap();
    assert_eq!(crate::messages::rotate(&mut owner, &both).await.unwrap(), 1);
    assert_eq!(crate::messages::rotate(&mut owner, &both).await.unwrap(), 0);
    let new = crate::keys::Keyring::new("k2", &[list[1].clone()].into()).unwrap();
    let sealed: Vec<u8> = sqlx::query_scalar("select address from email_address").fetch_one(&pool).await.unwrap();
    assert_eq!(new.open(crate::keys::Use::Address, &sealed).unwrap(), b"jan@example.nl");
}
