//! PostgreSQL: the only way to reach it, always in the name of somebody.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sqlx::{
    AssertSqlSafe, Connection, PgConnection, PgPool, Postgres, Transaction,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};
use uuid::Uuid;

use crate::{
    config,
    error::Error,
    messages,
    usage::{LookWriter, Usage},
};

pub static MIGRATOR: Migrator = sqlx::migrate!();

/// The role as which the portal runs; it owns nothing and is held to row level security.
pub const APPLICATION_ROLE: &str = "voordeur_application";

/// The role that works out rules for everybody: it sees facts, which name nobody, and writes offers.
pub const EVALUATOR_ROLE: &str = "voordeur_evaluator";

/// From the evaluator to the application, for the rest of the transaction.
const TURN_BACK: &str = "select set_config('role', 'voordeur_application', true)";

/// Longer than this nobody waits for a connection: overload is a clear 503, not a queue.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);

/// A person known to the portal. Never derived from a BSN.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, sqlx::Type,
)]
#[sqlx(transparent)]
#[serde(transparent)]
pub struct PersonId(pub Uuid);

/// The pool, as the application role.
#[derive(Clone)]
pub struct Database {
    pool: PgPool,
    looks: LookWriter,
    away: Arc<AtomicBool>,
}

impl Database {
    /// A pool that connects when first asked, so that the portal starts while PostgreSQL is away.
    ///
    /// # Errors
    /// When no address is configured or it cannot be read.
    pub fn new(config: &config::Database) -> Result<Self, sqlx::Error> {
        let url = config.application_url.as_ref().or(config.url.as_ref()).ok_or_else(missing_url)?;
        Ok(Self::with(url.parse()?, config.connections))
    }

    pub fn with(options: PgConnectOptions, connections: u32) -> Self {
        // A page that was given up leaves no query running; a lock is waited for less long than a page may take.
        let options = options.options([("statement_timeout", "15s"), ("lock_timeout", "10s")]);
        Self::as_role(options, connections, APPLICATION_ROLE)
    }

    pub(crate) fn as_role(options: PgConnectOptions, connections: u32, role: &'static str) -> Self {
        let pool = |connections| {
            PgPoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(ACQUIRE_TIMEOUT)
                // A connection is tested when it is given back; testing it again costs every page a round trip.
                .test_before_acquire(false)
                .after_connect(move |connection, _| {
                    Box::pin(async move {
                        sqlx::raw_sql(AssertSqlSafe(format!("set role {role}"))).execute(connection).await?;
                        Ok(())
                    })
                })
                .connect_lazy_with(options.clone())
        };
        Self { pool: pool(connections), looks: LookWriter::new(pool(1)), away: Arc::default() }
    }

    /// A transaction for one person, in which row level security shows that person's rows alone. What it reads or changes is
    /// logged as `usage` when it commits.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when PostgreSQL does not answer.
    pub async fn as_person(&self, person: PersonId, usage: Usage) -> Result<Scope, Error> {
        self.begin("begin", person, None, &[], usage).await
    }

    /// As [`Self::as_person`], to look and change nothing: PostgreSQL refuses every change.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when PostgreSQL does not answer.
    pub async fn look(&self, person: PersonId, usage: Usage) -> Result<Scope, Error> {
        let mut scope = self.begin("begin read only", person, None, &[], usage).await?;
        scope.look = Some((self.clone(), person));
        Ok(scope)
    }

    /// A transaction for staff of an organisation, which sees what the policies show that organisation.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when PostgreSQL does not answer.
    pub async fn as_staff(&self, organisation: &str, usage: Usage) -> Result<Scope, Error> {
        self.begin("begin", PersonId(Uuid::nil()), Some(organisation), &[], usage).await
    }

    /// A transaction that knows a number's keyed indexes and may find who has it; for log-in and for registers.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when PostgreSQL does not answer.
    pub async fn as_register(&self, person: PersonId, indexes: &[Vec<u8>], usage: Usage) -> Result<Scope, Error> {
        self.begin("begin", person, None, indexes, usage).await
    }

    async fn begin(
        &self,
        begin: &str,
        person: PersonId,
        organisation: Option<&str>,
        indexes: &[Vec<u8>],
        usage: Usage,
    ) -> Result<Scope, Error> {
        self.refuse_when_away()?;
        // Setting who asks travels with `begin`: one round trip. Only letters, digits and hyphens can be in it.
        let organisation = organisation.unwrap_or_default();
        if !organisation.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return Err(Error::Forbidden);
        }
        let mut begin = format!(
            "{begin}; select set_config('voordeur.person', '{}', true), set_config('voordeur.organisation', '{organisation}', true)",
            person.0
        );
        if !indexes.is_empty() {
            begin.push_str(&format!(", set_config('voordeur.lookup', '{}', true)", hex_list(indexes)));
        }
        let transaction = self.watch(self.pool.begin_with(AssertSqlSafe(begin)).await)?;
        Ok(Scope { transaction, usage, unread: None, look: None })
    }

    /// One statement outside a transaction, for functions that guard themselves (sessions) and for tables that hold nobody's data.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when PostgreSQL does not answer.
    pub async fn connection(&self) -> Result<sqlx::pool::PoolConnection<Postgres>, Error> {
        self.refuse_when_away()?;
        self.watch(self.pool.acquire().await)
    }

    /// Hears notifications on a channel; keeps a connection of the pool for as long as it is there.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when PostgreSQL does not answer.
    pub async fn listen(&self, channel: &str) -> Result<PgListener, Error> {
        self.refuse_when_away()?;
        let mut listener = self.watch(PgListener::connect_with(&self.pool).await)?;
        listener.listen(channel).await?;
        Ok(listener)
    }

    /// Whether PostgreSQL answers and has every migration of this version.
    pub async fn is_ready(&self) -> bool {
        let Ok(Ok(applied)) = tokio::time::timeout(
            ACQUIRE_TIMEOUT,
            sqlx::query_scalar::<_, i64>("select migrations_applied()").fetch_one(&self.pool),
        )
        .await
        else {
            return false;
        };
        // More is fine: a newer version has migrated, and this one is about to be replaced.
        usize::try_from(applied).is_ok_and(|applied| applied >= MIGRATOR.iter().count())
    }

    /// Looks every second whether PostgreSQL is there, so that while it is away pages say so at once instead of waiting, and so
    /// that everything comes back by itself.
    pub async fn watch_over(self) {
        loop {
            let answer = tokio::time::timeout(ACQUIRE_TIMEOUT, sqlx::query("select 1").execute(&self.pool)).await;
            let away = !matches!(answer, Ok(Ok(_)));
            // A restart can be over before this looks: then a page met a dead connection and said so, and others may wait there.
            if away || self.away.load(Ordering::Relaxed) {
                // Whatever waits in the pool is dead; nobody should meet it when PostgreSQL is back.
                while let Some(connection) = self.pool.try_acquire() {
                    _ = tokio::time::timeout(Duration::from_secs(1), connection.close()).await;
                }
            }
            if self.away.swap(away, Ordering::Relaxed) != away {
                if away { tracing::error!("the database is away") } else { tracing::info!("the database is back") }
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// Refuses to run as a role that row level security does not hold. `strict` also looks at the role that logged in, to which a
    /// connection could step back up; a demo may log in as the owner.
    ///
    /// # Errors
    /// When the role is a superuser, bypasses row level security or owns a table, or PostgreSQL does not answer.
    pub async fn check_role(&self, strict: bool) -> Result<(), sqlx::Error> {
        let unsafe_role: bool = sqlx::query_scalar(
            "select bool_or(rolsuper or rolbypassrls
                            or exists (select from pg_class where relowner = pg_roles.oid and relkind in ('r', 'p')))
                 or pg_has_role($2, $3, 'member')
               from pg_roles where rolname in (current_user, case when $1 then session_user else current_user end)",
        )
        .bind(strict)
        // Who belongs to the evaluator is shown everybody.
        .bind(APPLICATION_ROLE)
        .bind(EVALUATOR_ROLE)
        .fetch_one(&self.pool)
        .await?;
        if unsafe_role {
            return Err(sqlx::Error::Configuration(
                "the portal's database role escapes row level security: give it a role that owns nothing".into(),
            ));
        }
        Ok(())
    }

    pub async fn close(&self) {
        self.pool.close().await;
        self.looks.close().await;
    }

    fn refuse_when_away(&self) -> Result<(), Error> {
        if self.away.load(Ordering::Relaxed) { Err(Error::Unavailable) } else { Ok(()) }
    }

    fn watch<T>(&self, result: Result<T, sqlx::Error>) -> Result<T, Error> {
        result.map_err(|error| {
            // No connection free for so long is a crowd, and not that PostgreSQL is away.
            let crowd = matches!(error, sqlx::Error::PoolTimedOut) && self.pool.size() > 0;
            let error = Error::from(error);
            if matches!(error, Error::Unavailable) && !crowd {
                self.away.store(true, Ordering::Relaxed);
            }
            error
        })
    }
}

/// The pool of the role that works out rules for everybody: nightly, and when a rule is tried before it goes live.
#[derive(Clone)]
pub struct Evaluator {
    database: Database,
}

impl Evaluator {
    /// # Errors
    /// When no address is configured or it cannot be read.
    pub fn new(config: &config::Database) -> Result<Self, sqlx::Error> {
        let url = config.application_url.as_ref().or(config.url.as_ref()).ok_or_else(missing_url)?;
        Ok(Self::with(url.parse()?))
    }

    pub fn with(options: PgConnectOptions) -> Self {
        // Compiling costs more than it saves on rules: they are short, and their rows many.
        let options = options.options([("jit", "off"), ("lock_timeout", "60s")]);
        Self { database: Database::as_role(options, 4, EVALUATOR_ROLE) }
    }

    /// A transaction over everybody. What it changes for somebody it logs in their name (`usage_append_each`).
    ///
    /// # Errors
    /// [`Error::Unavailable`] when PostgreSQL does not answer.
    pub async fn begin(&self) -> Result<Transaction<'static, Postgres>, Error> {
        self.database.refuse_when_away()?;
        self.database.watch(self.database.pool.begin().await)
    }

    /// As [`Database::check_role`].
    ///
    /// # Errors
    /// As [`Database::check_role`].
    pub async fn check_role(&self, strict: bool) -> Result<(), sqlx::Error> {
        self.database.check_role(strict).await
    }
}

/// A transaction in somebody's name.
#[must_use = "a look that is not committed is not logged"]
pub struct Scope {
    transaction: Transaction<'static, Postgres>,
    usage: Usage,
    /// Where to leave how many messages wait to be read, for the navigation of a page.
    unread: Option<Arc<OnceLock<i64>>>,
    /// It looks and changes nothing: where its log entry is written, and in whose chain.
    look: Option<(Database, PersonId)>,
}

impl Scope {
    pub fn sql(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    /// Counts on commit, in the same round trip, how many messages wait to be read.
    pub fn count_unread(mut self, unread: Arc<OnceLock<i64>>) -> Self {
        self.unread = Some(unread);
        self
    }

    /// What is logged at the next turn or at commit, once it is known what was done.
    pub fn will_log(&mut self, usage: Usage) {
        self.usage = usage;
    }

    /// Acts for another person from here on: the log entry of the first is written now, that of the next at the next turn or at
    /// commit.
    ///
    /// # Errors
    /// Those of PostgreSQL.
    pub async fn turn_to(&mut self, person: PersonId, usage: Usage) -> Result<(), Error> {
        let before = std::mem::replace(&mut self.usage, usage);
        let turn = "select set_config('voordeur.person', $1, true)";
        before.append_and(&mut self.transaction, turn, &person.0.to_string()).await
    }

    /// Who has a number with one of these keyed indexes may be found from here on, besides whom the transaction could find already.
    ///
    /// # Errors
    /// Those of PostgreSQL.
    pub async fn may_look_up(&mut self, indexes: &[Vec<u8>]) -> Result<(), Error> {
        let statement = "select set_config('voordeur.lookup',
                             concat_ws(',', nullif(current_setting('voordeur.lookup', true), ''), nullif($1, '')), true)";
        sqlx::query(statement).bind(hex_list(indexes)).execute(self.sql()).await?;
        Ok(())
    }

    /// Writes the log entry of the acting person now. At commit there is none to write then, unless [`Self::will_log`] says so.
    ///
    /// # Errors
    /// Those of PostgreSQL.
    pub async fn log(&mut self) -> Result<(), Error> {
        self.usage.append(&mut self.transaction).await?;
        self.usage.groups.clear();
        Ok(())
    }

    /// Acts as the evaluator from here on, who sees facts and offers of everybody and the names of nobody, until
    /// [`Self::turn_back`]; the log entry of the acting person is written now. Statements that work out rules are long, and planning
    /// one anew each time takes longer than running it, so plans are made once and kept. By index, as one made while tables were
    /// empty is kept too.
    ///
    /// # Errors
    /// Those of PostgreSQL.
    pub async fn turn_to_evaluate(&mut self) -> Result<(), Error> {
        let turn = "select set_config('role', $1, true), set_config('plan_cache_mode', 'force_generic_plan', true),
                           set_config('enable_seqscan', 'off', true)";
        self.usage.append_and(&mut self.transaction, turn, EVALUATOR_ROLE).await?;
        self.usage.groups.clear();
        Ok(())
    }

    /// Logs for whom the evaluator worked out what, and acts for the person again.
    ///
    /// # Errors
    /// Those of PostgreSQL.
    pub async fn turn_back(&mut self, worked_out: &[(&[PersonId], Usage)]) -> Result<(), Error> {
        let Some(((people, usage), before)) = worked_out.split_last() else {
            sqlx::query(TURN_BACK).execute(&mut *self.transaction).await?;
            return Ok(());
        };
        for (people, usage) in before {
            usage.append_each(&mut self.transaction, people).await?;
        }
        usage.append_each_and(&mut self.transaction, people, TURN_BACK).await
    }

    /// Undoes everything, the log with it, now rather than when the pool comes to it.
    ///
    /// # Errors
    /// Those of PostgreSQL; everything is undone as well.
    pub async fn roll_back(self) -> Result<(), Error> {
        self.transaction.rollback().await?;
        Ok(())
    }

    /// Logs the usage and commits.
    ///
    /// # Errors
    /// Those of PostgreSQL; nothing is changed then.
    pub async fn commit(mut self) -> Result<(), Error> {
        if let Some((database, person)) = self.look.take() {
            return self.looked(&database, person).await;
        }
        match self.unread.take().filter(|unread| unread.get().is_none()) {
            None => self.usage.append(&mut self.transaction).await?,
            Some(unread) => {
                let count = self.usage.append_and_ask(&mut self.transaction, messages::UNREAD).await?;
                _ = unread.set(count);
            }
        }
        self.transaction.commit().await?;
        Ok(())
    }

    /// Logs a look. Whoever looked waits for that, and holds no connection meanwhile.
    async fn looked(mut self, database: &Database, person: PersonId) -> Result<(), Error> {
        if let Some(unread) = self.unread.take().filter(|unread| unread.get().is_none()) {
            let question = AssertSqlSafe(format!("select {}", messages::UNREAD));
            let count = sqlx::query_scalar(question).fetch_one(&mut *self.transaction).await?;
            _ = unread.set(count);
        }
        let Self { transaction, usage, .. } = self;
        // There is nothing to commit; the pool ends it.
        drop(transaction);
        if usage.groups.is_empty() || database.looks.write(person, &usage).await? {
            return Ok(());
        }
        metrics::counter!("looks_logged_alone").increment(1);
        Box::pin(database.as_person(person, usage).await?.commit()).await
    }
}

/// A connection as the role that owns the tables, for migrations and for commands over everybody.
///
/// # Errors
/// When no address is configured or PostgreSQL does not answer.
pub async fn connect_as_owner(config: &config::Database) -> Result<PgConnection, sqlx::Error> {
    PgConnection::connect(config.url.as_ref().ok_or_else(missing_url)?).await
}

fn missing_url() -> sqlx::Error {
    sqlx::Error::Configuration("set DATABASE_URL, as in postgres://role:password@host/database".into())
}

fn hex_list(indexes: &[Vec<u8>]) -> String {
    let mut list = String::new();
    for (i, index) in indexes.iter().enumerate() {
        if i > 0 {
            list.push(',');
        }
        for byte in index {
            list.push_str(&format!("{byte:02x}"));
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use super::*;
    use crate::{
        testing::database,
        usage::{Role, activity},
    };

    /// Tables with a person in them: each has a policy, is held to it even for its owner, and belongs to the migrating role. Fails for
    /// a new table that forgot.
    #[sqlx::test(migrator = "MIGRATOR")]
    async fn every_table_with_a_person_is_guarded(pool: PgPool) {
        let unguarded: Vec<String> = sqlx::query_scalar(
            "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'person'
              where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
                and not (c.relrowsecurity and c.relforcerowsecurity
                         and exists (select from pg_policy p where p.polrelid = c.oid and p.polroles = '{0}'))",
        )
        .fetch_all(&pool)
        .await
        .unwrap();
        assert!(unguarded.is_empty(), "without row level security: {unguarded:?}");
        let owned: i64 = sqlx::query_scalar("select count(*) from pg_class where relowner = $1::regrole")
            .bind(APPLICATION_ROLE)
            .fetch_one(&pool)
            .await
            .unwrap();
        assert_eq!(owned, 0);
    }

    #[sqlx::test(migrator = "MIGRATOR")]
    async fn who_forgot_to_say_who_asks_gets_an_error_and_no_row(pool: PgPool) {
        let tables: Vec<String> = sqlx::query_scalar(
            "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'person'
              where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace order by 1",
        )
        .fetch_all(&pool)
        .await
        .unwrap();
        assert!(tables.len() >= 6, "{tables:?}");
        let database = database(&pool);
        sqlx::raw_sql(
            "insert into person values (gen_random_uuid(), null, null, 'x', 'current', false);
             insert into person_lookup values ('\\x01', gen_random_uuid());
             insert into bsn_conflict values (gen_random_uuid(), '\\x01', 'x', '\\x01', now());
             insert into registered_record (person, register, kind, object, version, holder, values)
             values (gen_random_uuid(), 'brp', 'person', 0, 0, 'x', '{}');
             insert into register_delivery values (gen_random_uuid(), 'brp', now(), '\\x01');
             insert into facts (person) values (gen_random_uuid());
             insert into relation (person, kind, object) values (gen_random_uuid(), 'child', 0);
             insert into residence values (gen_random_uuid(), '\\x01');
             insert into kind_delivery values (gen_random_uuid(), 'x', 'x', now());
             insert into offer (person, service, period, state, rule_from, rule_hash, run, evaluated_on, found_at, changed_at, expires_on)
             values (gen_random_uuid(), 'x', now(), 'offered', now(), 'x', '{}', now(), now(), now(), now());
             insert into offer_event values (gen_random_uuid(), 'x', now(), 1, now(), 'system', null, 'offered', 'x');
             insert into offer_opt_out values (gen_random_uuid(), 'x', now());
             insert into preference values (gen_random_uuid(), 'nl');
             insert into email_address (person, place) values (gen_random_uuid(), 1);
             insert into notice (person, channel, why, made_at, due_at) values (gen_random_uuid(), 'email', 'new', now(), now());
             insert into notice_message values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid());
             insert into document values (gen_random_uuid(), gen_random_uuid(), 'x', 'x', 1, '', now(), 'citizen', false, '');
             insert into needs_data values (gen_random_uuid(), '{}');
             insert into message (person, at, sender, kind, service, period) values (gen_random_uuid(), now(), 'x', 'offered', 'x', now());
             insert into cases (person, id, reference, kind, title, organisation, stage, received_at, term, term_law, counting, due_on, changed_at)
             values (gen_random_uuid(), gen_random_uuid(), 'x', 'other', '{}', 'x', 'received', now(), '8 weeks', 'x', 'termijnenwet', now(), now());
             insert into application_draft values (gen_random_uuid(), 'x', '\\x01', now());
             insert into correction (person, case_id, register, kind, value, object, proposed, state, state_at)
             values (gen_random_uuid(), gen_random_uuid(), 'x', 'x', 'x', 0, '{}', 'submitted', now());
             insert into correction_draft values (gen_random_uuid(), 'x', 'x', 0, '\\x01', now());
             insert into case_event values (gen_random_uuid(), gen_random_uuid(), 1, now(), now(), 'system', null, '{}', false);
             insert into decision values (gen_random_uuid(), gen_random_uuid(), 'granted', 'x', '{}', now(), now(), null, '{}');
             insert into feedback (person, id, reference, kind, organisation, text, language, wants_answer, state, received_at, term_from, due_on,
                                   changed_at)
             values (gen_random_uuid(), gen_random_uuid(), 'x', 'idea', 'x', 'x', 'nl', true, 'submitted', now(), now(), now(), now());
             insert into feedback_event values (gen_random_uuid(), gen_random_uuid(), 1, now(), 'citizen', null, '{}', false);
             insert into idea (person, id, title, body) values (gen_random_uuid(), gen_random_uuid(), 'x', 'x');
             insert into idea_support values (gen_random_uuid(), 1, now());
             insert into survey (person, about, kind, organisation, asked_at) values (gen_random_uuid(), 'x', 'case', 'x', now());
             insert into survey_wish values (gen_random_uuid(), false, null);
             insert into improvement (id, organisation, theme, title, said, made_by, made_at)
             values ('018f0000-0000-7000-8000-000000000001', 'x', 'x', 'x', 'x', 'x', now());
             insert into improvement_feedback values ('018f0000-0000-7000-8000-000000000001', gen_random_uuid(), gen_random_uuid(), null);
             insert into imported_document values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), null);
             insert into usage_entry values (gen_random_uuid(), 1, now(), 'x', 'x', 'x', 'x', 'x', '{}', '', '');",
        )
        .execute(&pool)
        .await
        .unwrap();
        for table in tables {
            let statement = format!("select count(*) from {table}");
            let rows: i64 = sqlx::query_scalar(AssertSqlSafe(statement.clone())).fetch_one(&pool).await.unwrap();
            assert!(rows > 0, "{table} is empty, so this proves nothing: insert a row above");
            let mut connection = database.connection().await.unwrap();
            let error = sqlx::query(AssertSqlSafe(statement)).execute(&mut *connection).await.unwrap_err();
            let code = error.as_database_error().unwrap().code().unwrap().into_owned();
            assert!(code == "42704" || code == "22P02", "{table}: {code}");
        }
    }

    #[sqlx::test(migrator = "MIGRATOR")]
    async fn an_organisation_is_a_name_and_nothing_else(pool: PgPool) {
        let usage = Usage {
            at: jiff::Timestamp::UNIX_EPOCH,
            organisation: "rvig".into(),
            role: Role::Staff,
            activity: activity::SOLVE_CONFLICT,
            groups: vec![],
        };
        let refused = database(&pool).as_staff("rvig', true); drop table person; --", usage).await;
        assert!(matches!(refused, Err(Error::Forbidden)));
    }

    #[tokio::test]
    async fn a_database_that_is_away_is_said_at_once_after_the_first_time() {
        let nowhere = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(9).username("x");
        let database = Database::with(nowhere, 1);
        assert!(matches!(database.connection().await, Err(Error::Unavailable)));
        let asked = std::time::Instant::now();
        assert!(matches!(database.connection().await, Err(Error::Unavailable)));
        assert!(asked.elapsed() < Duration::from_millis(100));
    }
}
