//! Messages from the moment that something is told until it is read, through the router and with mail that can be looked at.

use std::path::PathBuf;

use http::StatusCode;
use sqlx::PgPool;
use uuid::Uuid;

use super::{About, NewMessage, Topic, tell};
use crate::{
    config::Config,
    database::PersonId,
    identity::{COOKIE, session_for},
    testing::{Answer, TestPortal, config},
    usage::{Role, Usage, activity},
};

mod addresses;
mod notices;
mod pages;
mod smtp;
mod streams;

struct Someone {
    portal: TestPortal,
    pool: PgPool,
    person: PersonId,
    cookie: String,
}

fn with_folder() -> Config {
    let mut config = config();
    let mail = config.mail.as_mut().unwrap();
    mail.folder = Some(std::env::temp_dir().join("voordeur-test").join(Uuid::new_v4().to_string()));
    config
}

impl Someone {
    async fn new(pool: &PgPool) -> Self {
        Self::with(pool, with_folder()).await
    }

    async fn with(pool: &PgPool, config: Config) -> Self {
        let portal = TestPortal::with(pool, config);
        let person = PersonId(Uuid::new_v4());
        let cookie = format!("{COOKIE}={}", session_for(&portal.portal, person).await.unwrap());
        Self { portal, pool: pool.clone(), person, cookie }
    }

    async fn get(&self, path: &str) -> Answer {
        self.portal.get(path, &self.cookie).await
    }

    async fn see(&self, path: &str) -> String {
        let page = self.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        page.body
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.portal.post(path, &self.cookie, form).await
    }

    /// Something about a case that is not there, so that no title has to be.
    async fn tell(&self, kind: &str, matters: bool) {
        self.tell_about(Topic::Cases, kind, matters).await;
    }

    async fn tell_about(&self, topic: Topic, kind: &str, matters: bool) {
        let portal = &self.portal.portal;
        let usage = Usage {
            at: portal.clock.now(),
            organisation: "svb".into(),
            role: Role::System,
            activity: activity::IMPORT,
            groups: Vec::new(),
        };
        let mut scope = portal.database.as_person(self.person, usage).await.unwrap();
        let (at, about) = (portal.clock.now(), About::Nothing);
        let message = NewMessage { person: self.person, at, sender: "svb", topic, kind, about, matters };
        tell(scope.sql(), message).await.unwrap();
        scope.commit().await.unwrap();
    }

    /// Types an address and the code that comes.
    async fn has_address(&self, place: i16, address: &str) {
        let path = format!("/mijn/voorkeuren/e-mail/{place}");
        assert_eq!(self.post(&path, &[("adres", address)]).await.header("location"), format!("{path}/code"));
        let sent = self.mails().into_iter().find(|mail| mail.contains(&format!("To: {address}")));
        let code = code_in(&sent.expect("a mail with a code"));
        let answer = self.post(&format!("{path}/code"), &[("code", &code)]).await;
        assert_eq!(answer.header("location"), "/mijn/voorkeuren?bewaard");
        for mail in self.files() {
            std::fs::remove_file(mail).unwrap();
        }
    }

    fn files(&self) -> Vec<PathBuf> {
        let folder = self.portal.portal.config.mail.as_ref().unwrap().folder.clone().unwrap();
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect()
    }

    /// What was sent, as it went out.
    fn mails(&self) -> Vec<String> {
        self.files().into_iter().map(|file| unfolded(&std::fs::read_to_string(file).unwrap())).collect()
    }

    /// Sends what is due; how many notices that were.
    async fn send_due(&self) -> usize {
        let mut sent = 0;
        while super::next(&self.portal.portal).await.unwrap() {
            sent += 1;
        }
        sent
    }

    async fn notices(&self) -> Vec<(String, String)> {
        sqlx::query_as("select channel, state from notice where person = $1 order by made_at, channel, state")
            .bind(self.person)
            .fetch_all(&self.pool)
            .await
            .unwrap()
    }
}

/// Without the line ends of quoted-printable (RFC 2045, 6.7) and of long headers (RFC 5322, 2.2.3).
fn unfolded(mail: &str) -> String {
    mail.replace("=\r\n", "").replace("=3D", "=").replace("\r\n ", " ").replace("  ", " ")
}

fn code_in(mail: &str) -> String {
    let (_, rest) = mail.split_once("Uw code is ").expect("a code");
    rest.chars().take(6).collect()
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}
