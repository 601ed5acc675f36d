//! Log entries of looks. Those of one moment are written in one transaction, so that the disk is waited for once: nobody waits longer,
//! and in a crowd everybody waits less.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::{PgPool, types::Json};
use tokio::sync::{mpsc, oneshot};

use super::Usage;
use crate::{database::PersonId, error::Error};

/// So many in one transaction.
const AT_ONCE: usize = 64;

/// What waits to be written; more than this are not made to wait.
const MOST_WAITING: usize = 1024;

/// Longer than this no page waits for its entry, and no connection is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// Writes what is looked at, in a connection of its own.
#[derive(Clone)]
pub struct LookWriter {
    pool: PgPool,
    waiting: Arc<OnceLock<mpsc::Sender<Look>>>,
}

struct Look {
    person: PersonId,
    usage: Usage,
    written: oneshot::Sender<bool>,
}

impl LookWriter {
    /// `pool` is for this alone, and one connection is enough.
    pub fn new(pool: PgPool) -> Self {
        Self { pool, waiting: Arc::default() }
    }

    /// Whether the entry is written, for good. If not, somebody else is at this person's log or writing failed: whoever writes it in
    /// a transaction of its own waits for its turn, or hears what is wrong.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when PostgreSQL takes too long; the entry may be written then.
    pub async fn write(&self, person: PersonId, usage: &Usage) -> Result<bool, Error> {
        let waiting = self.waiting.get_or_init(|| {
            let (sender, receiver) = mpsc::channel(MOST_WAITING);
            tokio::spawn(write_all(self.pool.clone(), receiver));
            sender
        });
        let (written, answer) = oneshot::channel();
        match waiting.try_send(Look { person, usage: usage.clone(), written }) {
            Ok(()) => match tokio::time::timeout(PATIENCE, answer).await {
                Ok(written) => Ok(written.unwrap_or(false)),
                Err(_) => Err(Error::Unavailable),
            },
            Err(_) => Ok(false),
        }
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Writes what waits, until nobody is left who could look.
async fn write_all(pool: PgPool, mut waiting: mpsc::Receiver<Look>) {
    let mut looks = Vec::with_capacity(AT_ONCE);
    while waiting.recv_many(&mut looks, AT_ONCE).await > 0 {
        let written = append(&pool, &looks).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "looks are not logged together");
            // What came meanwhile is not made to wait for the next failure.
            while let Ok(look) = waiting.try_recv() {
                looks.push(look);
            }
            Vec::new()
        });
        let written = written.into_iter().chain(std::iter::repeat(false));
        for (look, written) in looks.drain(..).zip(written) {
            // Nobody waits any more for a page that was given up; that it was looked for stays logged.
            _ = look.written.send(written);
        }
    }
}

/// In the order of the looks: whether each is written.
async fn append(pool: &PgPool, looks: &[Look]) -> Result<Vec<bool>, Error> {
    let usages = || looks.iter().map(|look| &look.usage);
    let mut connection = pool.acquire().await?;
    let question = sqlx::query_scalar("select usage_append_looks($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(looks.iter().map(|look| look.person).collect::<Vec<PersonId>>())
        .bind(usages().map(|usage| usage.at.to_sqlx()).collect::<Vec<SqlTimestamp>>())
        .bind(usages().map(|usage| &*usage.organisation).collect::<Vec<&str>>())
        .bind(usages().map(|usage| usage.role.as_str()).collect::<Vec<&str>>())
        .bind(usages().map(|usage| usage.activity.name).collect::<Vec<&str>>())
        .bind(usages().map(|usage| usage.activity.purpose).collect::<Vec<&str>>())
        .bind(usages().map(|usage| &*usage.activity.legal_basis).collect::<Vec<&str>>())
        .bind(usages().map(|usage| Json(&usage.groups)).collect::<Vec<_>>())
        .fetch_one(&mut *connection);
    match tokio::time::timeout(PATIENCE, question).await {
        Ok(written) => Ok(written?),
        Err(_) => {
            // It may never answer: another takes its place.
            connection.close_on_drop();
            Err(Error::Unavailable)
        }
    }
}

#[cfg(test)]
mod tests {
    use sqlx::PgConnection;
    use uuid::Uuid;

    use super::*;
    use crate::{
        database::Database,
        testing::{NOON, database},
        usage::{Heads, Role, activity, verify},
    };

    fn person(number: u128) -> PersonId {
        PersonId(Uuid::from_u128(number))
    }

    fn usage(groups: &[&str]) -> Usage {
        Usage {
            at: NOON.parse().unwrap(),
            organisation: "gemeente-0599".into(),
            role: Role::Citizen,
            activity: activity::VIEW.based_on("Wet 'x' art. 1"),
            groups: groups.iter().map(|&group| group.to_owned()).collect(),
        }
    }

    async fn look(database: &Database, person: PersonId) -> Result<(), Error> {
        database.look(person, usage(&["brp/person", "brp/address"])).await?.commit().await
    }

    async fn entries_of(sql: &mut PgConnection, person: PersonId) -> i64 {
        let statement = "select count(*) from usage_entry where person = $1 and groups = '{brp/person, brp/address}'
                            and legal_basis = 'Wet ''x'' art. 1' and role = 'citizen'";
        sqlx::query_scalar(statement).bind(person).fetch_one(sql).await.unwrap()
    }

    #[sqlx::test(migrator = "crate::database::MIGRATOR")]
    async fn looks_of_one_moment_are_all_logged_each_in_its_chain(pool: PgPool) {
        let database = database(&pool);
        let looks = (0..200).map(|number| look(&database, person(number % 30)));
        for looked in futures::future::join_all(looks).await {
            looked.unwrap();
        }
        let mut owner = pool.acquire().await.unwrap();
        let verified = verify(&mut owner, &Heads::new()).await.unwrap();
        assert_eq!((verified.entries, verified.heads.len(), verified.broken), (200, 30, vec![]));
        assert_eq!(entries_of(&mut owner, person(3)).await, 7);
        // Together: in fewer transactions than there were looks.
        let transactions: i64 = sqlx::query_scalar("select count(distinct xmin::text) from usage_entry")
            .fetch_one(&mut *owner)
            .await
            .unwrap();
        assert!(transactions < 200, "{transactions}");
    }

    #[sqlx::test(migrator = "crate::database::MIGRATOR")]
    async fn who_is_busy_in_a_chain_holds_up_that_chain_alone(pool: PgPool) {
        let database = database(&pool);
        let mut busy = database.as_person(person(1), usage(&["offers"])).await.unwrap();
        busy.log().await.unwrap();
        let same = tokio::spawn({
            let database = database.clone();
            async move { look(&database, person(1)).await }
        });
        let mut owner = pool.acquire().await.unwrap();
        let waiting = "select exists (select from pg_locks where locktype = 'advisory' and not granted
                                         and database = (select oid from pg_database where datname = current_database()))";
        while !sqlx::query_scalar::<_, bool>(waiting).fetch_one(&mut *owner).await.unwrap() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::timeout(Duration::from_secs(5), look(&database, person(2)))
            .await
            .expect("another's look waits")
            .unwrap();
        assert!(!same.is_finished());
        busy.commit().await.unwrap();
        same.await.unwrap().unwrap();
        let verified = verify(&mut owner, &Heads::new()).await.unwrap();
        assert_eq!((verified.entries, verified.broken), (3, vec![]));
    }

    #[sqlx::test(migrator = "crate::database::MIGRATOR")]
    async fn what_cannot_be_written_together_is_written_alone_and_what_cannot_be_written_is_not_shown(pool: PgPool) {
        let database = database(&pool);
        let mut owner = pool.acquire().await.unwrap();
        sqlx::raw_sql("alter function usage_append_looks rename to elsewhere").execute(&mut *owner).await.unwrap();
        look(&database, person(1)).await.unwrap();
        assert_eq!(entries_of(&mut owner, person(1)).await, 1);
        sqlx::raw_sql("alter function usage_append rename to elsewhere_too").execute(&mut *owner).await.unwrap();
        look(&database, person(1)).await.unwrap_err();
        assert_eq!(entries_of(&mut owner, person(1)).await, 1);
    }

    #[sqlx::test(migrator = "crate::database::MIGRATOR")]
    async fn a_look_that_is_given_up_is_not_logged_and_one_without_data_neither(pool: PgPool) {
        let database = database(&pool);
        drop(database.look(person(1), usage(&["brp/person", "brp/address"])).await.unwrap());
        database.look(person(1), usage(&[])).await.unwrap().commit().await.unwrap();
        // They are written in the order in which they come.
        look(&database, person(2)).await.unwrap();
        let logged: Vec<PersonId> =
            sqlx::query_scalar("select person from usage_entry").fetch_all(&pool).await.unwrap();
        assert_eq!(logged, [person(2)]);
    }

    #[sqlx::test(migrator = "crate::database::MIGRATOR")]
    async fn nobody_waits_for_ever_for_a_log_that_does_not_answer(pool: PgPool) {
        let database = database(&pool);
        let mut stuck = pool.begin().await.unwrap();
        sqlx::raw_sql("lock table usage_entry in access exclusive mode").execute(&mut *stuck).await.unwrap();
        let refused = tokio::time::timeout(3 * PATIENCE, look(&database, person(1))).await.expect("it waits for ever");
        assert!(matches!(refused, Err(Error::Unavailable)), "{refused:?}");
        stuck.rollback().await.unwrap();
        look(&database, person(2)).await.unwrap();
        assert_eq!(entries_of(&mut pool.acquire().await.unwrap(), person(2)).await, 1);
    }

    #[sqlx::test(migrator = "crate::database::MIGRATOR")]
    async fn who_looks_changes_nothing(pool: PgPool) {
        let database = database(&pool);
        for change in [
            "insert into offer_opt_out values (acting_person(), 'x', now())",
            "update preference set language = 'en'",
            "select usage_append(now(), 'x', 'x', 'x', 'x', 'x', '{x}')",
        ] {
            let mut scope = database.look(person(1), usage(&["offers"])).await.unwrap();
            let error = sqlx::query(change).execute(scope.sql()).await.unwrap_err();
            // read_only_sql_transaction
            assert_eq!(error.as_database_error().unwrap().code().unwrap(), "25006", "{change}");
        }
    }
}
