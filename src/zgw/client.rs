//! Asking the three APIs of an organisation: only below their roots, with our token, and never for longer or more than was agreed.

use std::{sync::Arc, time::Duration};

use axum::body::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use url::Url;

use super::{answer, settings::Settings};
use crate::{clock::Clock, registered_data::Bsn};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(30);

/// So many requests at a time to one organisation.
const AT_ONCE: usize = 4;

/// A request is sent at most so often; the pause doubles each time.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Larger than this no answer is read, in bytes.
const ANSWER_LIMIT: usize = 4 * 1024 * 1024;

/// A list has no more pages than this.
const PAGES: u32 = 100;

/// Which of the three APIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    Zaken,
    Catalogi,
    Documenten,
}

/// Why something could not be asked or read. Words that name nobody, for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    #[error("it is not there (404)")]
    NotFound,
    #[error("our client may not ask this (401, 403)")]
    Forbidden,
    #[error("it refuses what was asked ({0})")]
    Refused(u16),
    #[error("it does not answer")]
    Away,
    #[error("the answer is too large")]
    TooLarge,
    #[error("the answer is not JSON")]
    Unreadable,
    #[error("the address is outside the API")]
    Outside,
}

impl ClientError {
    /// Asking again later may help.
    pub const fn is_passing(self) -> bool {
        matches!(self, Self::Away)
    }
}

#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    zaken: Url,
    catalogi: Url,
    documenten: Url,
    client_id: String,
    secret: EncodingKey,
    /// Who asks, in the organisation's audit trail.
    user: String,
    clock: Clock,
    room: Arc<Semaphore>,
    pause: Duration,
}

impl Client {
    /// # Errors
    /// Names the setting that is wrong.
    pub fn new(settings: &Settings, user: &str, clock: Clock) -> Result<Self, String> {
        rustls::crypto::ring::default_provider().install_default().ok();
        if settings.secret.is_empty() || settings.client_id.is_empty() {
            return Err("client_id and secret cannot be empty".to_owned());
        }
        let http = reqwest::Client::builder()
            // Who answers is who was asked.
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIMEOUT)
            .connect_timeout(CONNECT_TIMEOUT)
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self {
            http,
            zaken: root("zaken_url", &settings.zaken_url)?,
            catalogi: root("catalogi_url", &settings.catalogi_url)?,
            documenten: root("documenten_url", &settings.documenten_url)?,
            client_id: settings.client_id.clone(),
            secret: EncodingKey::from_secret(settings.secret.as_bytes()),
            user: user.to_owned(),
            clock,
            room: Arc::new(Semaphore::new(AT_ONCE)),
            pause: PAUSE,
        })
    }

    /// Does not wait long between tries, in a test.
    #[cfg(test)]
    pub fn impatient(self) -> Self {
        Self { pause: Duration::from_millis(1), ..self }
    }

    const fn root(&self, api: Api) -> &Url {
        match api {
            Api::Zaken => &self.zaken,
            Api::Catalogi => &self.catalogi,
            Api::Documenten => &self.documenten,
        }
    }

    /// A resource whose address a source gave.
    pub async fn get(&self, api: Api, address: &str) -> Result<Value, ClientError> {
        let bytes = self.ask(Method::GET, self.within(api, address)?, None, ANSWER_LIMIT).await?;
        serde_json::from_slice(&bytes).map_err(|_| ClientError::Unreadable)
    }

    /// The contents of a document, whose address its metadata gave.
    pub async fn download(&self, address: &str, most: usize) -> Result<Bytes, ClientError> {
        self.ask(Method::GET, self.within(Api::Documenten, address)?, None, most).await
    }

    /// Everything in a list of the Zaken API about one case.
    pub async fn list(&self, what: &str, zaak: &str) -> Result<Vec<Value>, ClientError> {
        let mut address = self.zaken.join(what).map_err(|_| ClientError::Outside)?;
        address.query_pairs_mut().append_pair("zaak", zaak);
        self.pages(Method::GET, address, None).await
    }

    /// Cases in which a person has a part. The number goes in the body: addresses end up in logs.
    pub async fn cases_of(&self, bsn: &Bsn) -> Result<Vec<Value>, ClientError> {
        let address = self.zaken.join("zaken/_zoek").map_err(|_| ClientError::Outside)?;
        let body = json!({ "rol__betrokkeneIdentificatie__natuurlijkPersoon__inpBsn": bsn.digits() });
        self.pages(Method::POST, address, Some(body)).await
    }

    /// The address of a case, when it is one of this API.
    pub fn zaak_address(&self, address: &str) -> Option<uuid::Uuid> {
        let address = self.within(Api::Zaken, address).ok()?;
        let rest = address.path().strip_prefix(self.zaken.path())?.strip_prefix("zaken/")?;
        rest.trim_end_matches('/').parse().ok()
    }

    pub fn address_of(&self, zaak: uuid::Uuid) -> Option<String> {
        Some(self.zaken.join(&format!("zaken/{zaak}")).ok()?.into())
    }

    pub async fn zaak(&self, uuid: uuid::Uuid) -> Result<Value, ClientError> {
        self.get(Api::Zaken, &self.address_of(uuid).ok_or(ClientError::Outside)?).await
    }

    /// Pages by their number: what `next` says is only that there is one, so that a source leads us nowhere.
    async fn pages(&self, method: Method, address: Url, body: Option<Value>) -> Result<Vec<Value>, ClientError> {
        let mut all = Vec::new();
        for page in 1..=PAGES {
            let mut address = address.clone();
            if page > 1 {
                address.query_pairs_mut().append_pair("page", &page.to_string());
            }
            let bytes = self.ask(method.clone(), address, body.as_ref(), ANSWER_LIMIT).await?;
            let answer: Value = serde_json::from_slice(&bytes).map_err(|_| ClientError::Unreadable)?;
            let items = answer::items(&answer);
            all.extend_from_slice(items);
            if items.is_empty() || !answer::has_next(&answer) {
                break;
            }
        }
        Ok(all)
    }

    /// The address, when it is below the root of the API: same scheme, host and port, nobody's name in it.
    fn within(&self, api: Api, address: &str) -> Result<Url, ClientError> {
        let root = self.root(api);
        let address = Url::parse(address).map_err(|_| ClientError::Outside)?;
        let same = address.scheme() == root.scheme()
            && address.host() == root.host()
            && address.port_or_known_default() == root.port_or_known_default();
        // An escaped slash or dot may be a step up to who answers.
        let path = address.path();
        let plain = !path.contains('%') && !path.contains("//");
        let below = path.strip_prefix(root.path()).is_some_and(|rest| !rest.is_empty());
        let nobody = address.username().is_empty() && address.password().is_none();
        if same && plain && below && nobody { Ok(address) } else { Err(ClientError::Outside) }
    }

    async fn ask(&self, method: Method, address: Url, body: Option<&Value>, most: usize) -> Result<Bytes, ClientError> {
        let _room = self.room.acquire().await.expect("it is never closed");
        let mut pause = self.pause;
        let mut tries = 1;
        loop {
            let (error, wait) = match self.ask_once(method.clone(), address.clone(), body, most).await {
                Ok(bytes) => return Ok(bytes),
                Err(error) => error,
            };
            if !error.is_passing() || tries == TRIES {
                return Err(error);
            }
            tokio::time::sleep(wait.unwrap_or(pause).min(LONGEST_PAUSE)).await;
            pause *= 2;
            tries += 1;
        }
    }

    /// An error may come with how long to wait.
    async fn ask_once(
        &self,
        method: Method,
        address: Url,
        body: Option<&Value>,
        most: usize,
    ) -> Result<Bytes, (ClientError, Option<Duration>)> {
        let mut request = self.http.request(method, address).headers(self.headers());
        if let Some(body) = body {
            request = request.json(body);
        }
        let away = |_| (ClientError::Away, None);
        let mut response = request.send().await.map_err(away)?;
        let status = response.status();
        if !status.is_success() {
            let wait = response.headers().get(header::RETRY_AFTER);
            let wait = wait.and_then(|wait| wait.to_str().ok()?.parse().ok()).map(Duration::from_secs);
            return Err((refused(status), wait));
        }
        if response.content_length().is_some_and(|length| length > most as u64) {
            return Err((ClientError::TooLarge, None));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(away)? {
            if bytes.len() + chunk.len() > most {
                return Err((ClientError::TooLarge, None));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.into())
    }

    fn headers(&self) -> HeaderMap {
        let crs = HeaderValue::from_static("EPSG:4326");
        let mut headers = HeaderMap::new();
        headers.insert("accept-crs", crs.clone());
        headers.insert("content-crs", crs);
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json, */*;q=0.5"));
        let claims = json!({
            "iss": self.client_id,
            "iat": self.clock.now().as_second(),
            "client_id": self.client_id,
            "user_id": self.user,
            "user_representation": self.user,
        });
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.secret)
            .expect("these claims can be signed with a secret");
        let mut bearer = HeaderValue::try_from(format!("Bearer {token}")).expect("base64 and dots");
        bearer.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, bearer);
        headers
    }
}

fn refused(status: StatusCode) -> ClientError {
    match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => ClientError::NotFound,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ClientError::Forbidden,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => ClientError::Away,
        status if status.is_server_error() => ClientError::Away,
        status => ClientError::Refused(status.as_u16()),
    }
}

/// The root of an API, with a slash at its end so that addresses join below it.
fn root(name: &str, text: &str) -> Result<Url, String> {
    let wrong = || format!("{name} is not an address: {text:?}");
    let mut root = Url::parse(text).map_err(|_| wrong())?;
    if !matches!(root.scheme(), "http" | "https") || root.host().is_none() || root.query().is_some() {
        return Err(wrong());
    }
    if !root.path().ends_with('/') {
        root.set_path(&format!("{}/", root.path()));
    }
    Ok(root)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn client() -> Client {
        let settings = Settings {
            organisation: "gemeente-0599".into(),
            zaken_url: "https://zaken.example/zaken/api/v1".into(),
            catalogi_url: "https://zaken.example/catalogi/api/v1/".into(),
            documenten_url: "https://documenten.example:8443/api/v1".into(),
            client_id: "voordeur".into(),
            secret: "secret".into(),
            notification_token: None,
            most_confidential: Default::default(),
            roles: vec![],
            services: Default::default(),
        };
        Client::new(&settings, "voordeur", Clock::fixed(jiff::Timestamp::UNIX_EPOCH)).unwrap()
    }

    #[test]
    fn only_addresses_below_the_root_of_the_api_are_asked() {
        let client = client();
        for inside in [
            "https://zaken.example/zaken/api/v1/zaken/1",
            "https://zaken.example:443/zaken/api/v1/statussen?zaak=x",
            "https://ZAKEN.example/zaken/api/v1/zaken/../statussen/1",
        ] {
            assert!(client.within(Api::Zaken, inside).is_ok(), "{inside}");
        }
        for outside in [
            "http://zaken.example/zaken/api/v1/zaken/1",
            "https://zaken.example:8443/zaken/api/v1/zaken/1",
            "https://zaken.example.evil.example/zaken/api/v1/zaken/1",
            "https://evil.example/zaken/api/v1/zaken/1",
            "https://zaken.example@evil.example/zaken/api/v1/zaken/1",
            "https://user:pass@zaken.example/zaken/api/v1/zaken/1",
            "https://zaken.example/zaken/api/v1/../../admin/",
            "https://zaken.example/zaken/api/v1/%2e%2e/%2e%2e/admin/",
            "https://zaken.example/zaken/api/v1/..%2f..%2fadmin/",
            "https://zaken.example/zaken/api/v1",
            "https://zaken.example/zaken/api/v10/zaken/1",
            "https://zaken.example/zaken/api/v1//evil.example/",
            "http://169.254.169.254/latest/meta-data/",
            "file:///etc/passwd",
            "//zaken.example/zaken/api/v1/zaken/1",
            "zaken/1",
            "",
        ] {
            assert_eq!(client.within(Api::Zaken, outside), Err(ClientError::Outside), "{outside}");
        }
    }

    #[test]
    fn a_case_is_known_by_its_address() {
        let uuid = "6a9b8d1e-4b9a-4bb8-9a0d-0f4f3a2f8f10";
        let root = "https://zaken.example/zaken/api/v1/";
        assert_eq!(client().zaak_address(&format!("{root}zaken/{uuid}")), uuid.parse().ok());
        assert_eq!(client().zaak_address(&format!("{root}statussen/{uuid}")), None);
        assert_eq!(client().zaak_address(&format!("https://evil.example/zaken/{uuid}")), None);
    }

    proptest! {
        #[test]
        fn whatever_is_asked_is_below_the_root(address in "(https://zaken.example/zaken/api/v1)?[a-z:/@.%?#0-9\\\\]{0,60}") {
            if let Ok(address) = client().within(Api::Zaken, &address) {
                prop_assert!(address.as_str().starts_with("https://zaken.example/zaken/api/v1/"));
            }
        }
    }
}
