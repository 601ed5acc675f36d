//! Fetching whole cases: what they are, which types they have, who has a part in them.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use futures::{FutureExt, StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::{
    Confidentiality,
    answer::{self, Informatieobject, Resultaat, ResultaatType, Rol, Status, StatusType, Zaak, ZaakType},
    client::{Api, Client, ClientError},
    mapping::{self, Fetched, ImportedCase},
    settings::Settings,
};
use crate::{clock::Clock, registered_data::Bsn};

/// Types of the catalogue are asked for again after this.
const TYPES_KEPT: SignedDuration = SignedDuration::from_hours(1);

/// More statuses, types or documents than this no case has.
const MOST: usize = 200;

/// Asked at a time for one case.
const AT_ONCE: usize = 4;

/// An organisation whose cases are fetched.
pub struct Source {
    pub organisation: String,
    pub client: Client,
    pub roles: Vec<String>,
    pub services: std::collections::BTreeMap<String, String>,
    pub notification_token: Option<String>,
    most_confidential: Confidentiality,
    clock: Clock,
    types: Mutex<HashMap<String, (Timestamp, Arc<Value>)>>,
}

/// A document of a case, before its contents.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedDocument {
    pub source: Uuid,
    pub name: String,
    pub contents: String,
    pub size: Option<i64>,
}

impl Source {
    /// # Errors
    /// Names the setting that is wrong.
    pub fn new(name: &str, settings: &Settings, user: &str, clock: &Clock) -> Result<Self, String> {
        let client = Client::new(settings, user, clock.clone()).map_err(|error| format!("zgw.{name}: {error}"))?;
        Ok(Self {
            organisation: settings.organisation.clone(),
            client,
            roles: settings.roles.iter().map(|role| role.to_lowercase()).collect(),
            services: settings.services.clone(),
            notification_token: settings.notification_token.clone().filter(|token| !token.is_empty()),
            most_confidential: settings.most_confidential,
            clock: clock.clone(),
            types: Mutex::default(),
        })
    }

    /// The cases in which somebody has a part, each once, the whole before its parts. What cannot be read is left out.
    ///
    /// # Errors
    /// When the list cannot be had.
    pub async fn cases_of(&self, bsn: &Bsn) -> Result<Vec<Zaak>, ClientError> {
        let mut seen = HashSet::new();
        let found = self.client.cases_of(bsn).await?;
        let readable = found.iter().filter_map(|value| self.readable(value));
        let mut cases: Vec<Zaak> = readable.filter(|zaak| seen.insert(zaak.uuid)).collect();
        cases.sort_by_key(|zaak| zaak.part_of.is_some());
        Ok(cases)
    }

    /// A case that has its place in this API. It is held by the address that we make of its UUID, so that no list is asked for by what a
    /// source calls it.
    pub fn readable(&self, value: &Value) -> Option<Zaak> {
        let mut zaak = Zaak::read(value)?;
        if self.client.zaak_address(&zaak.url) != Some(zaak.uuid) {
            tracing::warn!(organisation = self.organisation, "a case has an address outside the API");
            return None;
        }
        zaak.url = self.client.address_of(zaak.uuid)?;
        Some(zaak)
    }

    /// Whose case it is, of those to whom it is shown. A source that overlooks what it was asked shows nobody another's case this way.
    ///
    /// # Errors
    /// When the roles cannot be had.
    pub async fn people_in(&self, zaak: &Zaak) -> Result<Vec<Bsn>, ClientError> {
        let roles = self.client.list("rollen", &zaak.url).await?;
        let mut people = Vec::new();
        for rol in roles.iter().map(Rol::read) {
            let shown = rol.role.is_some_and(|role| self.roles.contains(&role));
            if let Some(bsn) = rol.bsn.as_deref().and_then(Bsn::parse).filter(|_| shown)
                && !people.contains(&bsn)
            {
                people.push(bsn);
            }
        }
        Ok(people)
    }

    /// Everything about a case; none when a citizen may not see it, or nothing says when it began.
    ///
    /// # Errors
    /// When the source is away. What it lacks is done without.
    pub async fn whole(&self, zaak: Zaak) -> Result<Option<ImportedCase>, ClientError> {
        let zaaktype = match &zaak.type_url {
            Some(url) => self.type_at(url).await?.map(|value| ZaakType::read(&value)).unwrap_or_default(),
            None => ZaakType::default(),
        };
        let confidentiality = zaak.confidentiality.as_deref().or(zaaktype.confidentiality.as_deref());
        if zaaktype.internal || !self.most_confidential.shows(confidentiality) {
            return Ok(None);
        }
        let statuses = self.statuses(&zaak).await?;
        let status_types = self.status_types(&zaaktype, &statuses).await?;
        let result = match &zaak.result_url {
            Some(url) => self.result(url).await?,
            None => None,
        };
        Ok(mapping::import(Fetched { zaak, zaaktype, statuses, status_types, result }, self.clock.now()))
    }

    /// The history, and the present status where the history lacks it.
    async fn statuses(&self, zaak: &Zaak) -> Result<Vec<Status>, ClientError> {
        let listed = lenient(self.client.list("statussen", &zaak.url).await)?.unwrap_or_default();
        let mut statuses: Vec<Status> = listed.iter().take(MOST).map(Status::read).collect();
        let uuid = |url: &Option<String>| url.as_deref().and_then(answer::uuid_at_end);
        if let Some(now) = &zaak.status_url
            && !statuses.iter().any(|status| uuid(&status.url) == answer::uuid_at_end(now))
            && let Some(status) = lenient(self.client.get(Api::Zaken, now).await)?
        {
            statuses.push(Status::read(&status));
        }
        Ok(statuses)
    }

    async fn status_types(
        &self,
        zaaktype: &ZaakType,
        statuses: &[Status],
    ) -> Result<HashMap<String, StatusType>, ClientError> {
        let used = statuses.iter().filter_map(|status| status.type_url.as_ref());
        let urls: HashSet<&String> = used.chain(&zaaktype.status_types).take(MOST).collect();
        let mut types = HashMap::new();
        let asked: Vec<_> =
            urls.into_iter().map(|url| self.type_at(url).map(move |kind| (url, kind)).boxed()).collect();
        let mut asked = stream::iter(asked).buffer_unordered(AT_ONCE);
        while let Some((url, kind)) = asked.next().await {
            if let Some(kind) = kind? {
                types.insert(url.clone(), StatusType::read(&kind));
            }
        }
        Ok(types)
    }

    async fn result(&self, url: &str) -> Result<Option<(Resultaat, ResultaatType)>, ClientError> {
        let Some(result) = lenient(self.client.get(Api::Zaken, url).await)? else { return Ok(None) };
        let result = Resultaat::read(&result);
        let kind = match &result.type_url {
            Some(url) => self.type_at(url).await?,
            None => None,
        };
        Ok(Some((result, kind.map(|kind| ResultaatType::read(&kind)).unwrap_or_default())))
    }

    /// A type of the catalogue, which seldom changes.
    async fn type_at(&self, url: &str) -> Result<Option<Arc<Value>>, ClientError> {
        let now = self.clock.now();
        if let Some((at, kept)) = self.types.lock().await.get(url)
            && now < *at + TYPES_KEPT
        {
            return Ok(Some(Arc::clone(kept)));
        }
        let Some(found) = lenient(self.client.get(Api::Catalogi, url).await)? else { return Ok(None) };
        let found = Arc::new(found);
        self.types.lock().await.insert(url.to_owned(), (now, Arc::clone(&found)));
        Ok(Some(found))
    }

    /// The documents of a case that a citizen may see, without those that are here already.
    ///
    /// # Errors
    /// When the source is away.
    pub async fn documents(&self, zaak: &str, known: &HashSet<Uuid>) -> Result<Vec<ListedDocument>, ClientError> {
        let listed = lenient(self.client.list("zaakinformatieobjecten", zaak).await)?.unwrap_or_default();
        let urls: Vec<&str> = listed
            .iter()
            .take(MOST)
            .filter_map(|item| answer::text(item, "informatieobject"))
            .filter(|url| !answer::uuid_at_end(url).is_some_and(|uuid| known.contains(&uuid)))
            .collect();
        let asked: Vec<_> =
            urls.into_iter().map(|url| self.client.get(Api::Documenten, url).map(lenient).boxed()).collect();
        let mut asked = stream::iter(asked).buffered(AT_ONCE);
        let (mut documents, mut seen) = (Vec::new(), HashSet::new());
        while let Some(found) = asked.next().await {
            let Some(document) = found?.as_ref().and_then(Informatieobject::read) else { continue };
            let shown = !document.is_draft && self.most_confidential.shows(document.confidentiality.as_deref());
            if let Some(contents) = document.contents.filter(|_| shown)
                && !known.contains(&document.uuid)
                && seen.insert(document.uuid)
            {
                documents.push(ListedDocument {
                    source: document.uuid,
                    name: document.name,
                    contents,
                    size: document.size,
                });
            }
        }
        Ok(documents)
    }
}

/// What cannot be had is done without, unless the source is away: then it is asked again later.
pub fn lenient<T>(result: Result<T, ClientError>) -> Result<Option<T>, ClientError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_passing() => Err(error),
        Err(error) => {
            tracing::warn!(%error, "a part of a case could not be fetched");
            Ok(None)
        }
    }
}
