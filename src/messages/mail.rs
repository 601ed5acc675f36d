//! E-mail: by SMTP, or in a folder where it can be looked at. It says that there is something, never what.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use lettre::{
    Address, AsyncFileTransport, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};

use crate::config;

/// Less than a page may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What sends mail in this process.
pub struct Mailer {
    from: Mailbox,
    transport: Transport,
}

enum Transport {
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>),
    Folder(AsyncFileTransport<Tokio1Executor>),
}

/// A mail to one address.
pub struct Mail<'a> {
    pub to: &'a str,
    pub subject: &'a str,
    pub paragraphs: &'a [String],
    /// Says what it is, in the same words each time it is tried, so that a mail program can tell that it had it.
    pub id: String,
    pub at: Timestamp,
    /// Where one stops these mails with one click (RFC 8058), and what that link is called.
    pub unsubscribe: Option<(&'a str, &'a str)>,
    /// `nl` or `en`.
    pub language: &'a str,
}

/// Why a mail did not go out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// Nobody has this address, says who should know; with the SMTP code.
    #[error("the address does not work ({0})")]
    Address(u16),
    /// That says nothing about the address: it may go later.
    #[error("{0}")]
    Later(String),
}

impl Mailer {
    /// None where no mail is configured.
    ///
    /// # Errors
    /// Names what is wrong with a setting.
    pub fn new(config: &config::Config) -> Result<Option<Self>, Box<dyn std::error::Error>> {
        let Some(mail) = &config.mail else { return Ok(None) };
        let from = mail.from.parse().map_err(|error| format!("mail.from: {error}"))?;
        let transport = match (&mail.smtp, &mail.folder) {
            (Some(smtp), _) => {
                // Its words may hold a password.
                let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(smtp)
                    .map_err(|_| "mail.smtp is not as in smtps://user:password@host")?;
                Transport::Smtp(Box::new(builder.timeout(Some(TIMEOUT)).build()))
            }
            (None, Some(folder)) => {
                std::fs::create_dir_all(folder)?;
                Transport::Folder(AsyncFileTransport::new(folder))
            }
            (None, None) => return Err("mail has neither smtp nor folder".into()),
        };
        Ok(Some(Self { from, transport }))
    }

    /// # Errors
    /// Why it did not go out.
    pub async fn send(&self, mail: Mail<'_>) -> Result<(), Undelivered> {
        let message = self.compose(mail)?;
        match &self.transport {
            Transport::Smtp(smtp) => {
                let sent = tokio::time::timeout(TIMEOUT, smtp.send(message)).await;
                let sent = sent.map_err(|_| Undelivered::Later("the mail server takes too long".to_owned()))?;
                sent.map(drop).map_err(|error| verdict(&error))
            }
            Transport::Folder(folder) => {
                folder.send(message).await.map(drop).map_err(|_| Undelivered::Later("the folder is away".to_owned()))
            }
        }
    }

    fn compose(&self, mail: Mail<'_>) -> Result<Message, Undelivered> {
        // An address was read before it was kept.
        let to: Address = mail.to.parse().map_err(|_| Undelivered::Address(553))?;
        let domain = self.from.email.domain();
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(mail.at.as_second().unsigned_abs());
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject)
            .date(at)
            .message_id(Some(format!("<{}@{domain}>", mail.id)))
            // RFC 3834: nobody's holiday message answers this.
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .raw_header(header("Content-Language", mail.language));
        if let Some((address, _)) = mail.unsubscribe {
            builder = builder
                .raw_header(header("List-Unsubscribe", &format!("<{address}>")))
                .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
        }
        let parts = MultiPart::alternative_plain_html(plain(&mail), html(&mail));
        builder.multipart(parts).map_err(|_| Undelivered::Later("the mail cannot be written".to_owned()))
    }
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn plain(mail: &Mail<'_>) -> String {
    let mut text = mail.paragraphs.join("\r\n\r\n");
    if let Some((address, words)) = mail.unsubscribe {
        text.push_str(&format!("\r\n\r\n{words}:\r\n{address}"));
    }
    text.push_str("\r\n");
    text
}

fn html(mail: &Mail<'_>) -> String {
    let paragraphs: String = mail.paragraphs.iter().map(|words| format!("<p>{}</p>", escaped(words))).collect();
    let unsubscribe = mail
        .unsubscribe
        .map(|(address, words)| format!("<p><a href=\"{}\">{}</a></p>", escaped(address), escaped(words)))
        .unwrap_or_default();
    format!(
        "<!DOCTYPE html><html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{}</title></head><body>{paragraphs}{unsubscribe}</body></html>",
        mail.language,
        escaped(mail.subject)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// RFC 5321, 4.2.2 and RFC 3463: only what says that there is no such mailbox is about the address; a refusal for policy (5.7) or for
/// the one who sends is not.
fn verdict(error: &lettre::transport::smtp::Error) -> Undelivered {
    let code = error.status().map(u16::from);
    match code {
        Some(code @ (550 | 551 | 553)) if !error.to_string().contains("5.7.") => Undelivered::Address(code),
        Some(code) => Undelivered::Later(format!("smtp-{code}")),
        None if error.is_timeout() => Undelivered::Later("timeout".to_owned()),
        None => Undelivered::Later("unreachable".to_owned()),
    }
}
