//! Importing from recorded answers of a Zaken, Catalogi and Documenten API, written after the published standard, over HTTP and into a
//! real PostgreSQL as the application role.

use jiff::Timestamp;
use sqlx::PgPool;
use uuid::Uuid;

use self::source::{CLIENT, FakeSource, SECRET};
use super::{
    Settings, Sources, Summary,
    fetch::Source,
    import::{ImportError, import_case, import_person},
};
use crate::{
    cases::{self, Case, Event},
    database::PersonId,
    documents,
    keys::{Index, Use},
    registered_data::Bsn,
    testing::{self, TestPortal},
    usage::{Role, Usage, activity},
};

mod garbage;
mod imports;
mod mapping;
mod notifications;
mod outages;
mod source;

/// Published test numbers.
const CITIZEN: &str = "999993653";
const NEIGHBOUR: &str = "999990627";

const ORGANISATION: &str = "gemeente-0599";
const TOKEN: &str = "a token for notifications";

/// The cases in the recorded answers.
const RUNNING: u32 = 1;
const CLOSED: u32 = 2;
const SUSPENDED: u32 = 3;
const NEIGHBOURS: u32 = 6;

/// How the recorded answers number everything.
fn uuid(number: u32) -> Uuid {
    format!("{number:08x}-4b9a-4bb8-9a0d-0f4f3a2f8f10").parse().unwrap()
}

fn settings(root: &str) -> Settings {
    Settings {
        organisation: ORGANISATION.to_owned(),
        zaken_url: format!("{root}/zaken/api/v1"),
        catalogi_url: format!("{root}/catalogi/api/v1/"),
        documenten_url: format!("{root}/documenten/api/v1"),
        client_id: CLIENT.to_owned(),
        secret: SECRET.to_owned(),
        notification_token: Some(TOKEN.to_owned()),
        most_confidential: Default::default(),
        roles: vec!["initiator".to_owned(), "mede_initiator".to_owned()],
        services: Default::default(),
    }
}

/// A portal that knows one citizen, and an organisation that has cases of theirs.
struct Town {
    test: TestPortal,
    pool: PgPool,
    fake: FakeSource,
    sources: Sources,
    citizen: PersonId,
}

impl Town {
    async fn new(pool: &PgPool) -> Self {
        let fake = FakeSource::start().await;
        let mut config = testing::config();
        config.zgw.insert("town".to_owned(), settings(&fake.root));
        let test = TestPortal::with(pool, config);
        let mut sources = Sources::new(&test.portal.config, &test.portal.clock).unwrap();
        sources.0[0].client = sources.0[0].client.clone().impatient();
        let citizen = register(pool, &test, CITIZEN).await;
        Self { test, pool: pool.clone(), fake, sources, citizen }
    }

    fn source(&self) -> &Source {
        &self.sources.0[0]
    }

    async fn import(&self) -> Result<Summary, ImportError> {
        import_person(&self.test.portal, self.source(), &Bsn::parse(CITIZEN).unwrap(), self.citizen).await
    }

    async fn import_one(&self, number: u32) -> Result<Summary, ImportError> {
        import_case(&self.test.portal, self.source(), uuid(number)).await
    }

    async fn scope(&self, person: PersonId) -> crate::database::Scope {
        let usage = Usage {
            at: Timestamp::UNIX_EPOCH,
            organisation: String::new(),
            role: Role::System,
            activity: activity::VIEW,
            groups: Vec::new(),
        };
        self.test.portal.database.as_person(person, usage).await.unwrap()
    }

    async fn case(&self, number: u32) -> Option<(Case, Vec<Event>)> {
        let mut scope = self.scope(self.citizen).await;
        let case = cases::store::by_source(scope.sql(), ORGANISATION, &uuid(number).to_string()).await.unwrap()?;
        let events = cases::store::events(scope.sql(), case.id, true).await.unwrap();
        Some((case, events))
    }

    async fn count(&self, table: &str) -> i64 {
        let count = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
        sqlx::query_scalar(count).fetch_one(&self.pool).await.unwrap()
    }

    /// The whole contents of what an import writes, to compare.
    async fn everything(&self) -> Vec<String> {
        let mut all = Vec::new();
        for table in ["cases", "case_event", "decision", "document", "imported_document", "message", "usage_entry"] {
            let rows = sqlx::AssertSqlSafe(format!("select t::text from {table} t order by 1"));
            all.extend(sqlx::query_scalar::<_, String>(rows).fetch_all(&self.pool).await.unwrap());
        }
        all
    }
}

async fn register(pool: &PgPool, test: &TestPortal, bsn: &str) -> PersonId {
    let keys = &test.portal.keys;
    let person = PersonId(Uuid::now_v7());
    sqlx::query("insert into person (person, bsn, holder, standing, secret) values ($1, $2, $3, 'current', false)")
        .bind(person)
        .bind(keys.seal(Use::Number, bsn.as_bytes()))
        .bind(ORGANISATION)
        .execute(pool)
        .await
        .unwrap();
    sqlx::query("insert into person_lookup (index, person) values ($1, $2)")
        .bind(keys.index(Index::Bsn, bsn))
        .bind(person)
        .execute(pool)
        .await
        .unwrap();
    person
}

/// The words and times of the statuses in a timeline, in order.
fn statuses(events: &[Event]) -> Vec<(String, String)> {
    events
        .iter()
        .filter_map(|event| match &event.what {
            cases::Happening::Status { words, .. } => Some((event.at.to_string(), words.nl.clone())),
            _ => None,
        })
        .collect()
}

async fn documents_of(town: &Town, events: &[Event]) -> Vec<documents::Document> {
    let ids: Vec<documents::DocumentId> = events
        .iter()
        .filter_map(|event| match &event.what {
            cases::Happening::Documents { documents } => Some(documents.clone()),
            _ => None,
        })
        .flatten()
        .map(documents::DocumentId)
        .collect();
    documents::of(town.scope(town.citizen).await.sql(), &ids).await.unwrap()
}
