//! An organisation's APIs, which answer what was recorded and check everything that they are asked.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, StatusCode, Uri};
use http_body_util::BodyExt;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

use super::{CITIZEN, NEIGHBOUR, uuid};
use crate::testing::NOON;

pub const SECRET: &str = "a secret of the organisation";
pub const CLIENT: &str = "voordeur-test";

const RECORDED: [&str; 3] = [
    include_str!("recorded/zaken.json"),
    include_str!("recorded/catalogi.json"),
    include_str!("recorded/documenten.json"),
];

pub const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n";

pub struct FakeSource {
    pub root: String,
    told: Arc<Told>,
}

#[derive(Default)]
struct Told {
    root: Mutex<String>,
    answers: Mutex<HashMap<String, Value>>,
    /// What comes before the answer to a question: statuses, one a time.
    before: Mutex<HashMap<String, VecDeque<StatusCode>>>,
    /// Every question, by method and address, and what was wrong with it.
    asked: Mutex<Vec<String>>,
    wrong: Mutex<Vec<String>>,
    /// Instead of every answer.
    garbage: Mutex<Option<Bytes>>,
}

impl FakeSource {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let root = format!("http://{}", listener.local_addr().unwrap());
        let told = Arc::new(Told::default());
        *told.root.lock().unwrap() = root.clone();
        for recorded in RECORDED {
            let recorded: HashMap<String, Value> = serde_json::from_str(&recorded.replace("{root}", &root)).unwrap();
            told.answers.lock().unwrap().extend(recorded);
        }
        let router = Router::new().fallback(answer).with_state(Arc::clone(&told));
        tokio::spawn(axum::serve(listener, router).into_future());
        Self { root, told }
    }

    /// From now on the question is answered otherwise; `{root}` in the answer is this source.
    pub fn answers(&self, question: &str, answer: &Value) {
        let answer = serde_json::from_str(&answer.to_string().replace("{root}", &self.root)).unwrap();
        self.told.answers.lock().unwrap().insert(question.to_owned(), answer);
    }

    pub fn recorded(&self, question: &str) -> Value {
        self.told.answers.lock().unwrap()[question].clone()
    }

    /// First these, and then the answer.
    pub fn first(&self, question: &str, statuses: &[u16]) {
        let statuses = statuses.iter().map(|status| StatusCode::from_u16(*status).unwrap()).collect();
        self.told.before.lock().unwrap().insert(question.to_owned(), statuses);
    }

    pub fn garbles(&self, garbage: Vec<u8>) {
        *self.told.garbage.lock().unwrap() = Some(garbage.into());
    }

    pub fn asked(&self) -> Vec<String> {
        self.told.asked.lock().unwrap().clone()
    }

    pub fn forget_what_was_asked(&self) {
        self.told.asked.lock().unwrap().clear();
    }

    /// That every question so far was one that the standard and the law allow.
    pub fn was_asked_well(&self) {
        assert_eq!(*self.told.wrong.lock().unwrap(), Vec::<String>::new());
        assert!(!self.asked().is_empty());
    }
}

async fn answer(State(told): State<Arc<Told>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let question = question(&told, &parts.method, &parts.uri, &body);
    told.asked.lock().unwrap().push(format!("{} {}", parts.method, parts.uri));
    if let Some(wrong) = wrong_with(&parts.headers, &parts.uri, &parts.method) {
        told.wrong.lock().unwrap().push(format!("{question}: {wrong}"));
        return StatusCode::FORBIDDEN.into_response();
    }
    if let Some(garbage) = told.garbage.lock().unwrap().clone() {
        return garbage.into_response();
    }
    if let Some(status) = told.before.lock().unwrap().get_mut(&question).and_then(VecDeque::pop_front) {
        let elsewhere = [("location", "http://127.0.0.1:9/elsewhere")];
        return (status, elsewhere).into_response();
    }
    if let Some(number) = question.strip_suffix("/download?versie=1").and_then(|rest| rest.rsplit('/').next()) {
        return contents(number);
    }
    match told.answers.lock().unwrap().get(&question) {
        Some(answer) => axum::Json(answer.clone()).into_response(),
        None => (StatusCode::NOT_FOUND, axum::Json(json!({ "code": "not_found", "status": 404 }))).into_response(),
    }
}

fn contents(document: &str) -> Response {
    if document == uuid(0x604).to_string() {
        "<!doctype html><script>alert(1)</script>".into_response()
    } else if document == uuid(0x605).to_string() {
        // Says no size, and is larger than a document can be.
        vec![b'x'; 10 * 1024 * 1024 + 1].into_response()
    } else {
        PDF.into_response()
    }
}

/// The name of a recorded answer: whose cases are searched, or which case a list is about, instead of the address of the case.
fn question(told: &Told, method: &Method, uri: &Uri, body: &[u8]) -> String {
    let url = Url::parse("http://x").unwrap().join(&uri.to_string()).unwrap();
    let query: HashMap<_, _> = url.query_pairs().into_owned().collect();
    let page = query.get("page").map_or(String::new(), |page| format!(" page {page}"));
    if method == Method::POST {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let bsn = body["rol__betrokkeneIdentificatie__natuurlijkPersoon__inpBsn"].as_str().unwrap_or("nobody");
        return format!("POST {} {bsn}{page}", url.path());
    }
    let Some(zaak) = query.get("zaak") else { return format!("{method} {uri}") };
    // Lists are filtered by the whole address of the case, as the standard has it.
    let zaak = zaak.strip_prefix(&format!("{}/zaken/api/v1/zaken/", told.root.lock().unwrap())).unwrap_or("no case");
    format!("{method} {}?zaak={zaak}{page}", url.path())
}

fn wrong_with(headers: &HeaderMap, uri: &Uri, method: &Method) -> Option<String> {
    let uri = uri.to_string();
    if uri.contains(CITIZEN) || uri.contains(NEIGHBOUR) {
        return Some("a BSN in an address".to_owned());
    }
    if method != Method::GET && !(method == Method::POST && uri.starts_with("/zaken/api/v1/zaken/_zoek")) {
        return Some("something was changed".to_owned());
    }
    for name in ["accept-crs", "content-crs"] {
        if headers.get(name).is_none_or(|value| value != "EPSG:4326") {
            return Some(format!("no {name}"));
        }
    }
    let token = headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let Some(token) = token else { return Some("no token".to_owned()) };
    let mut validation = Validation::new(Algorithm::HS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    let claims = match decode::<Value>(token, &DecodingKey::from_secret(SECRET.as_bytes()), &validation) {
        Ok(token) => token.claims,
        Err(error) => return Some(error.to_string()),
    };
    let noon: jiff::Timestamp = NOON.parse().unwrap();
    // A source refuses a token that is older than an hour (JWT_EXPIRY of Open Zaak).
    let fresh = claims["iat"].as_i64().is_some_and(|at| (at - noon.as_second()).abs() < 7 * 24 * 3600);
    let who = claims["client_id"] == CLIENT && claims["iss"] == CLIENT && claims["user_id"] == "voordeur";
    let names = claims["user_representation"].is_string();
    (!(fresh && who && names)).then(|| format!("claims {claims}"))
}
