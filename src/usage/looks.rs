//! Log entries of looks. Those of one moment are written in one transaction, so that the disk is waited for once: nobody waits longer,
//! and in a crowd everybody waits less.

use std::sync::{Arc, OnceLock};

use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::{PgPool, types::Json};
use tokio::sync::{mpsc, oneshot};

use super::Usage;
use crate::{database::PersonId, error::Error};

/// So many in one transaction.
const AT_ONCE: usize = 64;

/// What waits to be written; more than this are not made to wait.
const MOST_WAITING: usize = 1024;

/// Writes what is looked at, in a connection of its own.
#[derive(Clone)]
pub struct Looks {
    pool: PgPool,
    waiting: Arc<OnceLock<mpsc::Sender<Look>>>,
}

struct Look {
    person: PersonId,
    usage: Usage,
    written: oneshot::Sender<bool>,
}

impl Looks {
    /// `pool` is for this alone, and one connection is enough.
    pub fn new(pool: PgPool) -> Self {
        Self { pool, waiting: Arc::default() }
    }

    /// Whether the entry is written, for good. If not, somebody else is at this person's log or writing failed: whoever writes it in
    /// a transaction of its own waits for its turn, or hears what is wrong.
    pub async fn write(&self, person: PersonId, usage: &Usage) -> bool {
        let waiting = self.waiting.get_or_init(|| {
            let (sender, receiver) = mpsc::channel(MOST_WAITING);
            tokio::spawn(write_all(self.pool.clone(), receiver));
            sender
        });
        let (written, answer) = oneshot::channel();
        match waiting.try_send(Look { person, usage: usage.clone(), written }) {
            Ok(()) => answer.await.unwrap_or(false),
            Err(_) => false,
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
    Ok(sqlx::query_scalar("select usage_append_looks($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(looks.iter().map(|look| look.person).collect::<Vec<PersonId>>())
        .bind(usages().map(|usage| usage.at.to_sqlx()).collect::<Vec<SqlTimestamp>>())
        .bind(usages().map(|usage| &*usage.organisation).collect::<Vec<&str>>())
        .bind(usages().map(|usage| usage.role.as_str()).collect::<Vec<&str>>())
        .bind(usages().map(|usage| usage.activity.name).collect::<Vec<&str>>())
        .bind(usages().map(|usage| usage.activity.purpose).collect::<Vec<&str>>())
        .bind(usages().map(|usage| &*usage.activity.legal_basis).collect::<Vec<&str>>())
        .bind(usages().map(|usage| Json(&usage.groups)).collect::<Vec<_>>())
        .fetch_one(pool)
        .await?)
}
