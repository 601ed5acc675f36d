mod access;
mod changes;
mod forms;
mod objections;
mod pages;
mod passing_on;

use axum::body::Body;
use http::{Request, StatusCode, header};
use jiff::{SignedDuration, Timestamp, civil::Date};
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    Act, By, Case, Decision, Grounds, Kind, LegalTerm, NewCase, Outcome, Refused, Stage, Words, change, open, store,
};
use crate::{
    database::{PersonId, Scope},
    identity::{COOKIE, session_for},
    testing::{Answer, TestPortal, config},
    usage::{Role, Usage, activity},
};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n";

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
        Self::with(pool, TestPortal::with(pool, config)).await
    }

    async fn with(pool: &PgPool, portal: TestPortal) -> Self {
        let person = PersonId(Uuid::new_v4());
        let mut someone = Self { portal, pool: pool.clone(), person, cookie: String::new() };
        someone.log_in().await;
        someone
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
            organisation: "voordeur".into(),
            role: Role::System,
            activity: activity::IMPORT,
            groups: Vec::new(),
        };
        self.portal.portal.database.as_person(self.person, usage).await.unwrap()
    }

    /// An application for zorgtoeslag, received now.
    async fn applies(&self) -> Case {
        let rules = self.portal.portal.rules.clone();
        let service = rules.service("zorgtoeslag").unwrap();
        let new =
            NewCase { period: None, ..NewCase::of(service, Kind::Application, "dienst-toeslagen".into(), self.now()) };
        self.opens(new, By::citizen(self.now())).await
    }

    /// Something that only its organisation knows, with words in Dutch alone.
    async fn is_brought(&self, title: &str) -> Case {
        let new = NewCase {
            kind: Kind::Other,
            service: None,
            title: Words::dutch(title),
            organisation: "gemeente-0599".into(),
            received_at: self.now(),
            stage: Stage::Received,
            legal_term: LegalTerm::awb(),
            term_from: None,
            reference: None,
            period: None,
            part_of: None,
            objects_to: None,
            source_id: None,
            decision: None,
            application: None,
            documents: Vec::new(),
            data: None,
        };
        self.opens(new, By::organisation(self.now())).await
    }

    async fn opens(&self, new: NewCase<'_>, by: By<'_>) -> Case {
        let mut scope = self.scope().await;
        let case = open(&self.portal.portal, &mut scope, self.person, new, by).await.unwrap().unwrap();
        scope.commit().await.unwrap();
        case
    }

    /// Something is done with a case in a transaction of its own.
    async fn does(&self, case: &Case, act: Act, by: By<'_>) -> Result<Case, Refused> {
        let mut scope = self.scope().await;
        let held = store::hold(scope.sql(), case.id).await.unwrap().unwrap();
        let after = change(&self.portal.portal, &mut scope, held, act, by).await?;
        scope.commit().await.unwrap();
        Ok(after)
    }

    /// Its organisation does something now.
    async fn organisation(&self, case: &Case, act: Act) -> Case {
        self.does(case, act, By::organisation(self.now())).await.unwrap()
    }

    /// Its organisation asks something, and the clock stands still.
    async fn asks(&self, case: &Case, words: &str, answer_by: Date) -> Case {
        self.organisation(case, Act::Ask { words: Words::dutch(words), answer_by, pauses: true }).await
    }

    async fn decides(&self, case: &Case, outcome: Outcome) -> Case {
        let decision = self.decision(outcome);
        self.organisation(case, Act::Decide(Box::new(decision))).await
    }

    /// A decision made known today.
    fn decision(&self, outcome: Outcome) -> Decision {
        Decision {
            outcome,
            reasons: "Uw inkomen was € 19.000.".into(),
            grounds: Grounds { law: "Wzt art. 2".into(), month: Some(12_900), ..Grounds::default() },
            decided_on: self.today(),
            announced_on: self.today(),
            objection_until: Some(crate::deadlines::objection_until(self.today())),
            documents: Vec::new(),
        }
    }

    async fn read(&self, case: &Case) -> Case {
        store::by_reference(self.scope().await.sql(), &case.reference).await.unwrap().unwrap()
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

    /// A form with files in it, as a browser sends it.
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
        let request = Request::post(path)
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
            .header(header::CONTENT_LENGTH, body.len())
            .header("sec-fetch-site", "same-origin");
        self.portal.send(request.body(Body::from(body)).unwrap()).await
    }

    /// The kinds of the timeline's lines, in order.
    async fn timeline(&self, case: &Case) -> Vec<String> {
        let kinds = sqlx::query_scalar("select what ->> 'kind' from case_event where case_id = $1 order by sequence");
        kinds.bind(case.id).fetch_all(&self.pool).await.unwrap()
    }

    async fn messages(&self) -> Vec<String> {
        let kinds = sqlx::query_scalar("select kind from message where person = $1 order by at, kind");
        kinds.bind(self.person).fetch_all(&self.pool).await.unwrap()
    }

    /// The kinds of events that wait for an organisation, without what they have in common.
    async fn outgoing(&self) -> Vec<String> {
        let kinds: Vec<String> =
            sqlx::query_scalar("select type from outgoing_event order by number").fetch_all(&self.pool).await.unwrap();
        let short = |kind: &str| kind.trim_start_matches("nl.voordeur.case.").trim_end_matches(".v1").to_owned();
        kinds.iter().map(|kind| short(kind)).collect()
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

fn assert_hides(page: &str, unexpected: &[&str]) {
    for words in unexpected {
        assert!(!page.contains(words), "{words:?} is on the page:\n{page}");
    }
}
