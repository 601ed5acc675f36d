//! When people are let know, and when not.

use http::{Request, StatusCode};
use jiff::SignedDuration;
use sqlx::PgPool;

use super::{Someone, pairs};
use crate::{database::MIGRATOR, messages::Topic};

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn several_messages_of_a_few_minutes_are_one_mail_without_content(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    someone.has_address(1, "jan@example.nl").await;
    someone.tell("case_decided", true).await;
    someone.portal.wait(minutes(1));
    someone.tell_about(Topic::Feedback, "answered", false).await;
    assert_eq!(someone.send_due().await, 0);
    someone.portal.wait(minutes(1));
    assert_eq!(someone.send_due().await, 1);
    let mails = someone.mails();
    let [mail] = &mails[..] else { panic!("{mails:?}") };
    for words in [
        "To: jan@example.nl",
        "staan 2 nieuwe berichten",
        "uw zaken, uw klacht, idee of vraag",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    ] {
        assert!(mail.contains(words), "{words} is not in {mail}");
    }
    for content in ["besluit", "svb", "SVB", "Proefpersoon"] {
        assert!(!mail.contains(content), "{content}");
    }
    someone.tell("case_status", false).await;
    someone.portal.wait(minutes(3));
    assert_eq!(someone.send_due().await, 1);
    assert_eq!(someone.files().len(), 2);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn messages_that_a_statement_writes_for_many_at_once_are_announced_too(pool: PgPool) {
    let with = Someone::new(&pool).await;
    with.has_address(1, "jan@example.nl").await;
    let without = Someone::new(&pool).await;
    let mut evaluator = with.portal.portal.evaluator.begin().await.unwrap();
    sqlx::query(
        "with told as (
             insert into message (person, at, sender, kind, service, period)
             select p, '2026-11-22T11:00:00Z', 'belastingdienst', 'offered', 'zorgtoeslag', '2026-01-01' from unnest($1::uuid[]) as p)
         select 1",
    )
    .bind(vec![with.person, without.person, with.person])
    .execute(&mut *evaluator)
    .await
    .unwrap();
    evaluator.commit().await.unwrap();
    with.portal.wait(minutes(2));
    assert_eq!(with.send_due().await, 1);
    assert!(with.mails()[0].contains("regelingen die bij u passen"));
    assert_eq!(without.notices().await, []);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_was_read_or_switched_off_meanwhile_is_not_announced(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    someone.has_address(1, "jan@example.nl").await;
    someone.tell("case_status", false).await;
    someone.see("/mijn/berichten").await;
    someone.portal.wait(minutes(3));
    assert_eq!(someone.send_due().await, 1);
    someone.tell("case_status", false).await;
    someone.post("/mijn/voorkeuren", &[("onderwerp", "offers"), ("taal", "nl")]).await;
    someone.portal.wait(minutes(3));
    assert_eq!(someone.send_due().await, 1);
    someone.tell("case_status", false).await;
    someone.portal.wait(minutes(3));
    assert_eq!(someone.send_due().await, 0);
    assert_eq!(someone.notices().await, pairs(&[("email", "not_needed"), ("email", "not_needed")]));
    assert!(someone.files().is_empty());
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_mail_is_in_the_language_that_was_chosen(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    someone.has_address(1, "jan@example.nl").await;
    someone.post("/mijn/voorkeuren", &[("onderwerp", "cases"), ("taal", "en")]).await;
    someone.tell("case_decided", true).await;
    someone.portal.wait(minutes(2));
    someone.send_due().await;
    let mail = &someone.mails()[0];
    assert!(
        mail.contains("Subject: There is a message for you at Voordeur") && mail.contains("/en/afmelden/"),
        "{mail}"
    );
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn two_replicas_send_one_mail(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    someone.has_address(1, "jan@example.nl").await;
    someone.tell("case_decided", true).await;
    someone.portal.wait(minutes(2));
    let portal = &someone.portal.portal;
    let (one, two, three) =
        tokio::join!(crate::messages::next(portal), crate::messages::next(portal), crate::messages::next(portal));
    assert_eq!([one, two, three].into_iter().filter(|sent| *sent.as_ref().unwrap()).count(), 1);
    assert_eq!(someone.files().len(), 1);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn looking_at_the_link_stops_nothing_and_one_click_stops_that_topic(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    someone.has_address(1, "jan@example.nl").await;
    someone.tell("case_decided", true).await;
    someone.portal.wait(minutes(2));
    someone.send_due().await;
    let mail = &someone.mails()[0];
    let (_, rest) = mail.split_once("List-Unsubscribe: <http://127.0.0.1:3000").unwrap();
    let path: String = rest.split('>').next().unwrap().replace([' ', '\r', '\n'], "");
    let page = someone.portal.get(&path, "").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("<li>uw zaken</li>") && page.body.contains("Stop deze e-mail"));
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    let off = async || {
        let off: Option<Vec<String>> = sqlx::query_scalar("select email_off from preference where person = $1")
            .bind(someone.person)
            .fetch_optional(&pool)
            .await
            .unwrap();
        off.unwrap_or_default()
    };
    assert_eq!(off().await, Vec::<String>::new());
    // RFC 8058, 3.2: by the mail program, without a cookie.
    let click = Request::post(&path).header("content-type", "application/x-www-form-urlencoded");
    let answer = someone.portal.send(click.body("List-Unsubscribe=One-Click".into()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(off().await, ["cases"]);
    // Again is no mistake; another's word is.
    assert_eq!(someone.portal.post(&path, "", &[]).await.status, StatusCode::OK);
    let mut changed = path.clone();
    let last = if changed.pop() == Some('A') { 'B' } else { 'A' };
    changed.push(last);
    changed.replace_range(20..21, if &path[20..21] == "x" { "y" } else { "x" });
    for wrong in [changed.as_str(), "/afmelden/x", "/afmelden/AAAA"] {
        assert_eq!(someone.portal.get(wrong, "").await.status, StatusCode::NOT_FOUND, "{wrong}");
        assert_eq!(someone.portal.post(wrong, "", &[]).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    someone.tell("case_status", false).await;
    someone.tell_about(Topic::Feedback, "answered", false).await;
    someone.portal.wait(minutes(2));
    assert_eq!(someone.send_due().await, 1);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_matters_and_stays_unread_for_a_week_goes_to_the_second_address(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    someone.has_address(1, "jan@example.nl").await;
    someone.has_address(2, "eva@example.nl").await;
    someone.tell("case_decided", true).await;
    someone.tell("case_status", false).await;
    someone.portal.wait(minutes(2));
    someone.send_due().await;
    let portal = &someone.portal.portal;
    someone.portal.wait(SignedDuration::from_hours(24 * 7 - 1));
    assert_eq!(crate::messages::again(portal).await.unwrap(), 0);
    someone.portal.wait(SignedDuration::from_hours(1));
    assert_eq!(crate::messages::again(portal).await.unwrap(), 1);
    assert_eq!(crate::messages::again(portal).await.unwrap(), 0);
    assert_eq!(someone.send_due().await, 1);
    let second = someone.mails().into_iter().find(|mail| mail.contains("To: eva@example.nl")).unwrap();
    assert!(second.contains("staat een nieuw bericht"));
    assert_eq!(someone.notices().await, pairs(&[("email", "sent"), ("second_email", "sent")]));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn without_a_second_address_it_is_mailed_again_and_a_letter_is_noted_that_was_not_sent(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    someone.has_address(1, "jan@example.nl").await;
    let nothing = Someone::new(&pool).await;
    for one in [&someone, &nothing] {
        one.tell("case_decided", true).await;
    }
    someone.portal.wait(minutes(2));
    someone.send_due().await;
    someone.portal.wait(SignedDuration::from_hours(24 * 7));
    assert_eq!(crate::messages::again(&someone.portal.portal).await.unwrap(), 2);
    assert_eq!(someone.send_due().await, 1);
    assert_eq!(someone.notices().await, pairs(&[("email", "sent"), ("email", "sent"), ("letter", "no_channel")]));
    assert_eq!(nothing.notices().await, pairs(&[("letter", "no_channel")]));
    let id: uuid::Uuid = sqlx::query_scalar("select id from message where person = $1")
        .bind(nothing.person)
        .fetch_one(&pool)
        .await
        .unwrap();
    let page = nothing.see(&format!("/mijn/berichten/{id}/bewijs")).await;
    assert!(page.contains("brieven kan dit portaal nog niet sturen"));
}
