//! Letting people know, by e-mail, that there is a message: at once, and at the latest within 48 hours (Awb 2:10).

use std::time::Duration;

use jiff::SignedDuration;
use jiff_sqlx::ToSqlx;
use leptos_i18n::td_string;
use tokio::{sync::watch, task::JoinHandle};
use uuid::Uuid;

use super::{
    Topic,
    mail::{Mail, Mailer, Undelivered},
    store::{self, Due},
    unsubscribe,
    words::topic,
};
use crate::{
    app,
    database::PersonId,
    documents,
    error::Error,
    feedback,
    i18n::Locale,
    keys::Use,
    server::Portal,
    usage::{Role, Usage, activity},
};

/// How long after each failure a mail is tried again: 35 hours together, so that who is told of it can still do something in 48.
const AGAIN: [SignedDuration; 7] = [
    SignedDuration::from_mins(1),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(6),
    SignedDuration::from_hours(12),
    SignedDuration::from_hours(14),
];

const LOOK: Duration = Duration::from_secs(5);
/// Looking for what stayed unread, and for documents that nothing refers to.
const TIDY: u64 = 120;

/// What sends notices in this process, until it is stopped.
pub struct Notices {
    stopping: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Notices {
    pub fn start(portal: &Portal) -> Self {
        let (stopping, mut stopped) = watch::channel(false);
        let portal = portal.clone();
        let task = tokio::spawn(async move {
            for turn in 0_u64.. {
                if turn % TIDY == 0 {
                    tidy(&portal).await;
                }
                // As many as there are, but for one who stops.
                while !*stopped.borrow() {
                    match next(&portal).await {
                        Ok(true) => {}
                        Ok(false) => break,
                        Err(error) => {
                            if !matches!(error, Error::Unavailable) {
                                tracing::error!(%error, "notices are not sent");
                            }
                            break;
                        }
                    }
                }
                tokio::select! {
                    () = tokio::time::sleep(LOOK) => {}
                    _ = stopped.wait_for(|stopped| *stopped) => return,
                }
            }
        });
        Self { stopping, task }
    }

    /// Finishes the mail in hand, and sends no more.
    pub async fn stop(self) {
        self.stopping.send_replace(true);
        _ = self.task.await;
    }
}

async fn tidy(portal: &Portal) {
    let announced = again(portal).await.map(|messages| {
        if messages > 0 {
            tracing::info!(messages, "unread messages are announced again");
        }
    });
    let swept = documents::sweep(portal).await.map(drop);
    for error in [announced, swept].into_iter().filter_map(Result::err) {
        if !matches!(error, Error::Unavailable) {
            tracing::warn!(%error, "not tidied");
        }
    }
}

/// Announces again what matters and stayed unread; how many messages.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn again(portal: &Portal) -> Result<i64, Error> {
    let Some(mail) = &portal.config.mail else { return Ok(0) };
    let now = portal.clock.now();
    let before = now - SignedDuration::from_hours(24 * i64::from(mail.again_after_days));
    Ok(sqlx::query_scalar("select notice_unread($1, $2)")
        .bind(before.to_sqlx())
        .bind(now.to_sqlx())
        .fetch_one(&mut *portal.database.connection().await?)
        .await?)
}

/// Sends the next notice that is due; whether there was one. The row is locked while it is sent: another replica passes it by, and after
/// a crash it is sent again rather than not at all.
///
/// # Errors
/// Those of PostgreSQL: the notice is as it was.
pub async fn next(portal: &Portal) -> Result<bool, Error> {
    let Some(mailer) = &portal.mailer else { return Ok(false) };
    let now = portal.clock.now();
    let usage = |groups: &[&str]| Usage {
        at: now,
        organisation: portal.config.organisation.id.clone(),
        role: Role::System,
        activity: activity::SEND_NOTICE,
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
    };
    let mut scope = portal.database.as_register(PersonId(Uuid::nil()), &[], usage(&[])).await?;
    let Some((person, notice)) = store::claim(scope.sql(), now).await? else { return Ok(false) };
    scope.turn_to(person, usage(&[])).await?;
    let due = store::due(scope.sql(), notice).await?;
    if due.topics.is_empty() {
        store::done(scope.sql(), notice, "not_needed", None, now).await?;
        scope.commit().await?;
        return Ok(true);
    }
    scope.will_log(usage(&["messages", "preferences"]));
    let place = if due.channel == "email" { 1 } else { 2 };
    let outcome = match &due.address {
        None => Err(Undelivered::Address(0)),
        Some(sealed) => {
            let address = portal.keys.open(Use::Address, sealed).map_err(Error::internal)?;
            let address = String::from_utf8(address).map_err(Error::internal)?;
            send(portal, mailer, person, notice, &due, &address).await
        }
    };
    match outcome {
        Ok(()) => {
            store::done(scope.sql(), notice, "sent", None, now).await?;
            store::address_failed(scope.sql(), place, None).await?;
            metrics::counter!("notices_sent").increment(1);
        }
        Err(Undelivered::Later(reason)) if usize::try_from(due.tries).is_ok_and(|tries| tries < AGAIN.len()) => {
            let wait = AGAIN[usize::try_from(due.tries).unwrap_or_default()];
            store::later(scope.sql(), notice, &reason, now + wait).await?;
            metrics::counter!("notices_tried_again").increment(1);
            tracing::warn!(reason, tries = due.tries + 1, "a notice is tried again");
        }
        Err(failed) => {
            let reason = failed.to_string();
            store::done(scope.sql(), notice, "failed", Some(&reason), now).await?;
            if matches!(failed, Undelivered::Address(_)) {
                store::address_failed(scope.sql(), place, Some(now)).await?;
            }
            // Awb 2:11: what cannot be delivered goes another way, where there is one.
            if place == 1 && due.second {
                store::on_second(scope.sql(), notice, now).await?;
            }
            metrics::counter!("notices_failed").increment(1);
            tracing::error!(reason, "a notice failed");
        }
    }
    scope.commit().await?;
    Ok(true)
}

async fn send(
    portal: &Portal,
    mailer: &Mailer,
    person: PersonId,
    notice: Uuid,
    due: &Due,
    address: &str,
) -> Result<(), Undelivered> {
    let locale = if due.language.as_deref() == Some("en") { Locale::en } else { Locale::nl };
    let topics: Vec<Topic> = due.topics.iter().filter_map(|name| Topic::from_text(name)).collect();
    let about: Vec<&str> = topics.iter().map(|one| topic(locale, *one)).collect();
    let name = portal.config.organisation.name.as_str();
    let link = due.contact.as_deref().map(|contact| feedback::link(portal, locale, contact)).transpose();
    let link = link.map_err(|error| Undelivered::Later(error.to_string()))?;
    let home = format!("{}{}", portal.config.server.public_url, app::href(locale, "/"));
    let count = due.messages;
    let paragraphs = [
        td_string!(locale, messages.mail_new, count = count, name = name).to_string(),
        td_string!(locale, messages.mail_about, topics = about.join(", ")).to_string(),
        match link {
            None => td_string!(locale, messages.mail_read, name = name, home = home).to_string(),
            Some(link) => td_string!(locale, messages.mail_follow, link = link).to_string(),
        },
        td_string!(locale, messages.mail_why).to_string(),
    ];
    let subject = td_string!(locale, messages.mail_subject, name = name).to_string();
    let stop = unsubscribe::address(portal, locale, person, &topics);
    let words = td_string!(locale, messages.mail_stop).to_string();
    let mail = Mail {
        to: address,
        subject: &subject,
        paragraphs: &paragraphs,
        id: notice.simple().to_string(),
        at: portal.clock.now(),
        unsubscribe: Some((&stop, &words)),
        language: if locale == Locale::en { "en" } else { "nl" },
    };
    mailer.send(mail).await
}
