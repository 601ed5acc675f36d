mod access;
mod changes;
mod clocks;
mod forms;
mod ideas;
mod surveys;
mod visitors;

use axum::body::Body;
use http::{Request, StatusCode, header};
use jiff::{SignedDuration, civil::Date};
use sqlx::PgPool;
use uuid::Uuid;

use super::{Act, Author, By, Feedback, Kind, NewFeedback, Refused, change, store, submit};
use crate::{
    database::{PersonId, Scope},
    i18n::Locale,
    identity::{COOKIE, session_for},
    testing::{Answer, TestPortal, config},
    usage::{Role, Usage, activity},
};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n";

/// Somebody with a browser, logged in or not.
struct Someone {
    portal: TestPortal,
    pool: PgPool,
    person: PersonId,
    cookie: String,
}

impl Someone {
    async fn new(pool: &PgPool) -> Self {
        let mut someone = Self::visitor(pool);
        someone.log_in().await;
        someone
    }

    fn visitor(pool: &PgPool) -> Self {
        let mut config = config();
        config.documents.folder = std::env::temp_dir().join("voordeur-test").join(Uuid::new_v4().to_string());
        let portal = TestPortal::with(pool, config);
        Self { portal, pool: pool.clone(), person: PersonId(Uuid::new_v4()), cookie: String::new() }
    }

    async fn log_in(&mut self) {
        self.cookie = format!("{COOKIE}={}", session_for(&self.portal.portal, self.person).await.unwrap());
    }

    /// Days pass, and the session with them.
    async fn wait(&mut self, days: i64) {
        self.portal.wait(SignedDuration::from_hours(24 * days));
        self.log_in().await;
    }

    /// It becomes this day, at noon.
    async fn stand_on(&mut self, day: &str) {
        let noon = date(day).at(12, 0, 0, 0).to_zoned(crate::clock::zone()).unwrap().timestamp();
        self.portal.wait(noon.duration_since(self.portal.portal.clock.now()));
        self.log_in().await;
    }

    async fn scope(&self, person: PersonId) -> Scope {
        let portal = &self.portal.portal;
        let usage = Usage {
            at: portal.clock.now(),
            organisation: "svb".into(),
            role: Role::Citizen,
            activity: activity::GIVE_FEEDBACK,
            groups: vec!["feedback".into()],
        };
        portal.database.as_person(person, usage).await.unwrap()
    }

    /// Says something, without the form.
    async fn says(&self, kind: Kind, text: &str) -> Feedback {
        self.says_as(Author::Person(self.person), kind, text).await
    }

    async fn says_as(&self, author: Author, kind: Kind, text: &str) -> Feedback {
        let portal = &self.portal.portal;
        let new = NewFeedback {
            id: Uuid::new_v4(),
            author,
            kind,
            organisation: "gemeente-0599".into(),
            service: None,
            about: None,
            page: None,
            text: text.into(),
            wish: None,
            title: Some("Meer bankjes in het park"),
            shown_as: None,
            wants_answer: true,
            locale: Locale::nl,
            documents: &[],
        };
        let mut scope = self.scope(new.person()).await;
        let feedback = submit(portal, &mut scope, new).await.unwrap();
        scope.commit().await.unwrap();
        feedback
    }

    async fn does(&self, feedback: &Feedback, act: Act, by: By<'_>) -> Result<Feedback, Refused> {
        let mut scope = self.scope(feedback.person).await;
        let held = store::hold(scope.sql(), feedback.id).await.unwrap().unwrap();
        let after = change(&self.portal.portal, &mut scope, held, act, by).await?;
        scope.commit().await.unwrap();
        Ok(after)
    }

    /// A clerk does something.
    async fn desk(&self, feedback: &Feedback, act: Act) -> Feedback {
        let by = By::staff(self.portal.portal.clock.now(), "fatma", "Fatma", None);
        self.does(feedback, act, by).await.unwrap()
    }

    /// An idea that everybody may see.
    async fn published(&self, text: &str) -> (Feedback, i64) {
        let idea = self.says(Kind::Idea, text).await;
        let idea =
            self.desk(&idea, Act::Moderate { title: "Meer bankjes in het park".into(), body: text.into() }).await;
        let idea = self.desk(&idea, Act::Publish).await;
        let mut scope = self.scope(self.person).await;
        let number = store::face(scope.sql(), idea.id).await.unwrap().unwrap().number;
        (idea, number)
    }

    async fn get(&self, path: &str) -> Answer {
        self.portal.get(path, &self.cookie).await
    }

    /// The text of a page's main part.
    async fn see(&self, path: &str) -> String {
        let page = self.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", text(&page.body));
        text(&page.body)
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.portal.post(path, &self.cookie, form).await
    }

    /// Fills in the form and sends it; where it leads.
    async fn sends(&self, kind: &str, fields: &[(&str, &str)]) -> Answer {
        let token = hidden(&self.get(&format!("/feedback/{kind}")).await.body, "formulier");
        self.portal.wait(SignedDuration::from_secs(10));
        let mut form = vec![("formulier", token.as_str()), ("stap", "2")];
        form.extend_from_slice(fields);
        self.post(&format!("/feedback/{kind}"), &form).await
    }

    /// A form with a file in it, as a browser sends it.
    async fn upload(&self, path: &str, form: &[(&str, &str)], files: &[(&str, &[u8])]) -> Answer {
        const BOUNDARY: &str = "grens";
        let mut body = Vec::new();
        for (name, value) in form {
            let part = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        for (name, bytes) in files {
            let head = format!(
                "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"bestanden\"; filename=\"{name}\"\r\ncontent-type: application/pdf\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        let mut request = Request::post(path)
            .header(header::ACCEPT, "text/html")
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
            .header(header::CONTENT_LENGTH, body.len())
            .header("sec-fetch-site", "same-origin");
        if !self.cookie.is_empty() {
            request = request.header(header::COOKIE, &self.cookie);
        }
        self.portal.send(request.body(Body::from(body)).unwrap()).await
    }

    /// The kinds of the timeline's lines, in order.
    async fn timeline(&self, feedback: &Feedback) -> Vec<String> {
        let kinds =
            sqlx::query_scalar("select what ->> 'kind' from feedback_event where feedback_id = $1 order by sequence");
        kinds.bind(feedback.id).fetch_all(&self.pool).await.unwrap()
    }

    async fn messages(&self, person: PersonId) -> Vec<String> {
        let kinds = sqlx::query_scalar("select kind from message where person = $1 order by at, kind");
        kinds.bind(person).fetch_all(&self.pool).await.unwrap()
    }

    async fn count(&self) -> i64 {
        sqlx::query_scalar("select count(*) from feedback").fetch_one(&self.pool).await.unwrap()
    }
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// The value of a hidden field.
fn hidden(html: &str, name: &str) -> String {
    let field = html.split("<input").find(|field| field.contains(&format!("name=\"{name}\""))).unwrap();
    field.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

fn text(html: &str) -> String {
    let main = html.split_once("<main").and_then(|(_, rest)| rest.split_once("</main>")).map_or(html, |(main, _)| main);
    let mut text = String::new();
    let mut in_tag = false;
    // Marks between two texts that belong together.
    for letter in main.replace("<!>", "").chars() {
        match letter {
            '<' => in_tag = true,
            '>' => {
                in_tag = false;
                text.push(' ');
            }
            _ if !in_tag => text.push(letter),
            _ => {}
        }
    }
    text.replace('\u{a0}', " ")
        .replace("&#x27;", "'")
        .replace("&amp;", "&")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn assert_shows(page: &str, expected: &[&str]) {
    for words in expected {
        assert!(page.contains(words), "{words:?} is not on the page:\n{page}");
    }
}
