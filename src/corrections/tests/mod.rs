mod access;
mod pages;
mod states;

use axum::body::Body;
use http::{Request, StatusCode, header};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::{Act, Correction, State, change, of_case};
use crate::{
    cases::{self, By, Case, Decision, Grounds, Outcome, Refused, Words},
    database::{PersonId, Scope},
    identity::{COOKIE, session_for},
    testing::{Answer, TestPortal, config},
    usage::{Role, Usage, activity},
};

const INCOME: &str = "/mijn/gegevens/inkomen/jaarinkomen/0/klopt-niet";

/// Somebody whose income of 2026 is a hundred times too high.
struct Someone {
    portal: TestPortal,
    pool: PgPool,
    person: PersonId,
    cookie: String,
}

impl Someone {
    async fn new(pool: &PgPool) -> Self {
        let mut config = config();
        config.documents.folder = std::env::temp_dir().join("voordeur-test").join(Uuid::new_v4().to_string());
        let portal = TestPortal::with(pool, config);
        let person = PersonId(Uuid::new_v4());
        sqlx::query("insert into person values ($1, null, null, 'gemeente-0599', 'current', false)")
            .bind(person)
            .execute(pool)
            .await
            .unwrap();
        let mut someone = Self { portal, pool: pool.clone(), person, cookie: String::new() };
        someone.log_in().await;
        let values = json!({ "amount": "215000000", "year": "2026" });
        someone.has("inkomen", "income", 0, "belastingdienst", Some("20260101"), values).await;
        someone
    }

    async fn has(&self, register: &str, kind: &str, object: i16, holder: &str, from: Option<&str>, values: Value) {
        for statement in [
            "insert into register_delivery values ($1, $2, '2026-11-02T12:00:00Z', '\\x01') on conflict do nothing",
            "insert into kind_delivery values ($1, $2, $3, '2026-11-02T12:00:00Z') on conflict do nothing",
        ] {
            let insert = sqlx::query(statement).bind(self.person).bind(register);
            let insert = if statement.contains("$3") { insert.bind(kind) } else { insert };
            insert.execute(&self.pool).await.unwrap();
        }
        sqlx::query(
            "insert into registered_record (person, register, kind, object, version, holder, values, valid_from)
             values ($1, $2, $3, $4, 0, $5, $6, $7)",
        )
        .bind(self.person)
        .bind(register)
        .bind(kind)
        .bind(object)
        .bind(holder)
        .bind(sqlx::types::Json(values))
        .bind(from)
        .execute(&self.pool)
        .await
        .unwrap();
    }

    async fn log_in(&mut self) {
        self.cookie = format!("{COOKIE}={}", session_for(&self.portal.portal, self.person).await.unwrap());
    }

    /// Days pass, and the session with them.
    async fn wait(&mut self, days: i64) {
        self.portal.wait(SignedDuration::from_hours(24 * days));
        self.log_in().await;
    }

    fn now(&self) -> Timestamp {
        self.portal.portal.clock.now()
    }

    fn today(&self) -> Date {
        self.portal.portal.clock.today()
    }

    async fn scope(&self) -> Scope {
        let usage = Usage {
            at: self.now(),
            organisation: "belastingdienst".into(),
            role: Role::System,
            activity: activity::HANDLE_CASE,
            groups: Vec::new(),
        };
        self.portal.portal.database.as_person(self.person, usage).await.unwrap()
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

    /// Sends a form, and is sent on.
    async fn send(&self, path: &str, form: &[(&str, &str)]) -> String {
        let answer = self.post(path, form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {}", text(&answer.body));
        answer.header("location").to_owned()
    }

    /// A form with a file in it, as a browser sends it.
    async fn upload(&self, path: &str, form: &[(&str, &str)], name: &str, bytes: &[u8]) -> Answer {
        const BOUNDARY: &str = "grens";
        let mut body = Vec::new();
        for (name, value) in form {
            let part = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"bewijs\"; filename=\"{name}\"\r\ncontent-type: application/pdf\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let request = Request::post(path)
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
            .header(header::CONTENT_LENGTH, body.len())
            .header("sec-fetch-site", "same-origin");
        self.portal.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Asks for another income, and has the number of the case.
    async fn asks(&self) -> String {
        let form = [("amount", "21500"), ("uitleg", "Er staan twee nullen te veel."), ("stap", "verder")];
        assert_eq!(self.send(INCOME, &form).await, format!("{INCOME}/controleren"));
        let receipt = self.send(&format!("{INCOME}/controleren"), &[]).await;
        receipt.split('/').nth(3).unwrap().to_owned()
    }

    async fn case(&self, reference: &str) -> Case {
        cases::store::by_reference(self.scope().await.sql(), reference).await.unwrap().unwrap()
    }

    async fn correction(&self, reference: &str) -> Correction {
        let case = self.case(reference).await;
        of_case(self.scope().await.sql(), case.id).await.unwrap().unwrap()
    }

    async fn state(&self, reference: &str) -> State {
        self.correction(reference).await.state
    }

    /// Something is done with the correction in a transaction of its own.
    async fn does(&self, reference: &str, act: Act, by: By<'_>) -> Result<Case, Refused> {
        let id = self.case(reference).await.id;
        let mut scope = self.scope().await;
        let held = cases::store::hold(scope.sql(), id).await.unwrap().unwrap();
        let after = change(&self.portal.portal, &mut scope, held, act, by).await?;
        scope.commit().await.unwrap();
        Ok(after)
    }

    /// The holder does something now.
    async fn holder(&self, reference: &str, act: Act) -> Case {
        self.does(reference, act, By::organisation(self.now())).await.unwrap()
    }

    async fn messages(&self) -> Vec<(String, String)> {
        let told = sqlx::query_as("select topic, kind from message where person = $1 order by at, kind");
        told.bind(self.person).fetch_all(&self.pool).await.unwrap()
    }
}

/// A decision made known on a day.
fn decision(outcome: Outcome, on: Date) -> Box<Decision> {
    Box::new(Decision {
        outcome,
        reasons: "Wij hebben uw aangifte nagekeken.".into(),
        grounds: Grounds { law: "AWR art. 21f".into(), ..Grounds::default() },
        decided_on: on,
        announced_on: on,
        objection_until: Some(crate::deadlines::objection_until(on)),
        documents: Vec::new(),
    })
}

fn ask(words: &str, answer_by: Date) -> Act {
    Act::Ask { words: Words::dutch(words), answer_by }
}

fn text(html: &str) -> String {
    let main = html.split_once("<main").and_then(|(_, rest)| rest.split_once("</main>")).map_or(html, |(main, _)| main);
    let (mut text, mut in_tag) = (String::new(), false);
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
    let plain = text.replace('\u{a0}', " ").replace("&#x27;", "'").replace("&amp;", "&");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn assert_shows(page: &str, expected: &[&str]) {
    for words in expected {
        assert!(page.contains(words), "{words:?} is not on the page:\n{page}");
    }
}

fn assert_hides(page: &str, unexpected: &[&str]) {
    for words in unexpected {
        assert!(!page.contains(words), "{words:?} is on the page:\n{page}");
    }
}
