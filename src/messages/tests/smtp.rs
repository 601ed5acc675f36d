//! A conversation with a mail server (RFC 5321), and what its answers lead to.

use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use sqlx::PgPool;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use super::{Someone, code_in, pairs, unfolded};
use crate::{database::MIGRATOR, testing::config};

/// A mail server that says what it is told to about receivers, and keeps what it is given.
#[derive(Clone, Default)]
struct Server {
    /// The answer to `RCPT TO`; empty: 250.
    to_receiver: Arc<Mutex<&'static str>>,
    taken: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(server.clone().converse(stream));
            }
        });
        format!("smtp://{address}")
    }

    async fn converse(self, stream: TcpStream) {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 mail.example ESMTP\r\n").await.unwrap();
        while let Ok(Some(line)) = lines.next_line().await {
            let answer = match line.split([' ', ':']).next().unwrap_or_default() {
                "EHLO" => "250-mail.example\r\n250 8BITMIME\r\n".to_owned(),
                "MAIL" => "250 2.1.0 Ok\r\n".to_owned(),
                "RCPT" => match *self.to_receiver.lock().unwrap() {
                    "" => "250 2.1.5 Ok\r\n".to_owned(),
                    refused => format!("{refused}\r\n"),
                },
                "DATA" => {
                    write.write_all(b"354 End data with <CR><LF>.<CR><LF>\r\n").await.unwrap();
                    let mut mail = String::new();
                    while let Ok(Some(line)) = lines.next_line().await {
                        if line == "." {
                            break;
                        }
                        mail.push_str(&line);
                        mail.push_str("\r\n");
                    }
                    self.taken.lock().unwrap().push(unfolded(&mail));
                    "250 2.0.0 Ok\r\n".to_owned()
                }
                "QUIT" => {
                    _ = write.write_all(b"221 2.0.0 Bye\r\n").await;
                    return;
                }
                _ => "250 Ok\r\n".to_owned(),
            };
            if write.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }

    fn says(&self, answer: &'static str) {
        *self.to_receiver.lock().unwrap() = answer;
    }

    fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }
}

async fn someone_at(pool: &PgPool, server: &Server) -> Someone {
    let mut config = config();
    config.mail.as_mut().unwrap().smtp = Some(server.start().await);
    let someone = Someone::with(pool, config).await;
    has_address(&someone, server, 1, "jan@example.nl").await;
    someone
}

async fn has_address(someone: &Someone, server: &Server, place: i16, address: &str) {
    let path = format!("/mijn/voorkeuren/e-mail/{place}");
    someone.post(&path, &[("adres", address)]).await;
    let code = code_in(server.taken().last().unwrap());
    assert_eq!(
        someone.post(&format!("{path}/code"), &[("code", &code)]).await.header("location"),
        "/mijn/voorkeuren?bewaard"
    );
}

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_notice_goes_out_by_smtp_as_plain_text_and_html(pool: PgPool) {
    let server = Server::default();
    let someone = someone_at(&pool, &server).await;
    someone.tell("case_decided", true).await;
    someone.portal.wait(minutes(2));
    assert_eq!(someone.send_due().await, 1);
    let mail = server.taken().pop().unwrap();
    for part in [
        "From: Voordeur <berichten@example.nl>",
        "To: jan@example.nl",
        "Subject: Er is een bericht voor u bij Voordeur",
        "Date: Sun, 22 Nov 2026 11:02:00 +0000",
        "text/plain",
        "text/html",
        "List-Unsubscribe: <http",
    ] {
        assert!(mail.contains(part), "{part} is not in {mail}");
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn while_the_mail_server_refuses_for_now_a_notice_is_tried_again_within_48_hours(pool: PgPool) {
    let server = Server::default();
    let someone = someone_at(&pool, &server).await;
    for answer in ["451 4.3.0 try later", "550 5.7.1 relaying denied", "450 4.2.0 greylisted"] {
        server.says(answer);
        someone.tell("case_decided", true).await;
        let told = someone.portal.portal.clock.now();
        let mut tries = 0;
        while someone.notices().await.iter().any(|(_, state)| state == "waiting") {
            someone.portal.wait(minutes(10));
            tries += someone.send_due().await;
        }
        let took = someone.portal.portal.clock.now().duration_since(told);
        assert_eq!(tries, 8, "{answer}");
        assert!(took > SignedDuration::from_hours(24) && took < SignedDuration::from_hours(48), "{took}");
    }
    let failed: Vec<(String, String)> = someone.notices().await;
    assert_eq!(failed, pairs(&[("email", "failed"); 3]));
    let works: bool = sqlx::query_scalar("select failed_at is null from email_address").fetch_one(&pool).await.unwrap();
    assert!(works, "that says nothing about the address");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_address_that_nobody_has_is_shown_to_its_owner_and_the_second_is_used(pool: PgPool) {
    let server = Server::default();
    let someone = someone_at(&pool, &server).await;
    has_address(&someone, &server, 2, "eva@example.nl").await;
    server.says("550 5.1.1 no such user");
    someone.tell("case_decided", true).await;
    someone.portal.wait(minutes(2));
    assert!(super::super::next(&someone.portal.portal).await.unwrap());
    server.says("");
    assert_eq!(someone.send_due().await, 1);
    assert_eq!(someone.notices().await, pairs(&[("email", "failed"), ("second_email", "sent")]));
    assert!(server.taken().pop().unwrap().contains("To: eva@example.nl"));
    for path in ["/mijn", "/mijn/berichten", "/mijn/voorkeuren"] {
        assert!(someone.see(path).await.contains("Uw e-mail komt niet aan."), "{path}");
    }
    // Typing it again with its code says that it works.
    has_address(&someone, &server, 1, "jan@example.nl").await;
    assert!(!someone.see("/mijn").await.contains("Uw e-mail komt niet aan."));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn while_the_mail_server_is_away_the_form_says_so(pool: PgPool) {
    let mut config = config();
    config.mail.as_mut().unwrap().smtp = Some("smtp://127.0.0.1:9".into());
    let someone = Someone::with(&pool, config).await;
    let answer = someone.post("/mijn/voorkeuren/e-mail/1", &[("adres", "jan@example.nl")]).await;
    assert_eq!(answer.status, 422);
    assert!(
        answer.body.contains("Wij kunnen nu geen e-mail versturen") && answer.body.contains("value=\"jan@example.nl\"")
    );
}
