//! Taking in what a register delivers about one person: all of it or nothing, and the same again changes nothing.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, Row, types::Json};
use uuid::Uuid;

use super::{
    FactSources, Standing,
    person_list::PersonList,
    relations::{Relations, current_of},
    renew::{ChangedFacts, Listed, Renewal},
};
use crate::{
    clock,
    database::{Database, PersonId, Scope},
    error::Error,
    keys::{Index, Keyring, Use},
    usage::{Role, Usage, activity},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    New,
    Changed,
    Unchanged,
    /// What came after it was applied already: nothing is changed.
    Late,
}

/// What became of what a register gave: whose facts changed with it, and which ones. The person, their partner, who lives with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    pub outcome: Outcome,
    pub facts: ChangedFacts,
}

/// One person list on its way into the database.
pub struct Delivery<'a> {
    pub keys: &'a Keyring,
    pub facts: &'a FactSources,
    pub register: &'a str,
    pub list: &'a PersonList,
    pub at: Timestamp,
}

/// The keyed indexes under which a list's person may be known.
struct Indexes {
    a_number: Vec<Vec<u8>>,
    bsn: Vec<Vec<u8>>,
}

impl Delivery<'_> {
    /// Opens the transaction to take the list in.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when PostgreSQL does not answer.
    pub async fn begin(&self, database: &Database) -> Result<Scope, Error> {
        database.as_register(PersonId(Uuid::nil()), &self.known(), self.usage(Vec::new())).await
    }

    /// Takes the list in, in a transaction from [`Self::begin`], which the caller commits.
    ///
    /// # Errors
    /// Those of PostgreSQL; nothing is changed then.
    pub async fn take_in(&self, scope: &mut Scope) -> Result<Applied, Error> {
        let indexes = self.indexes();
        let found = lock_and_find(scope.sql(), &self.known()).await?;
        let person = found.iter().find(|(index, _)| indexes.a_number.contains(index)).map(|(_, person)| *person);
        let others = |me| {
            found
                .iter()
                .filter(move |(index, person)| indexes.bsn.contains(index) && *person != me)
                .map(|(_, person)| *person)
        };

        let Some(me) = person else {
            let me = PersonId(Uuid::now_v7());
            scope.turn_to(me, self.usage(self.groups())).await?;
            self.write(scope.sql(), me).await?;
            self.mark_conflicts(scope, me, others(me).collect()).await?;
            let facts = self.renewal().after_list(scope, me, self.listed(&found), true).await?;
            return Ok(Applied { outcome: Outcome::New, facts });
        };
        scope.turn_to(me, self.usage(Vec::new())).await?;
        let stored = stored(scope.sql(), me, self.register).await?;
        if stored.digest.is_some_and(|digest| self.digests().contains(&digest)) {
            self.received(scope.sql(), me).await?;
            // Taken in by a version that had no facts.
            let facts = match stored.has_facts || !matches!(self.list.standing, Standing::Current | Standing::Emigrated)
            {
                true => ChangedFacts::new(),
                false => self.renewal().all_anew(scope, me).await?,
            };
            return Ok(Applied { outcome: Outcome::Unchanged, facts });
        }
        scope.turn_to(me, self.usage(self.groups())).await?;
        for clear in [
            "delete from registered_record where person = $1 and register = $2",
            "delete from person_lookup where person = $1 and $2 <> ''",
            "delete from bsn_conflict where person = $1 and $2 <> ''",
        ] {
            sqlx::query(clear).bind(me).bind(self.register).execute(scope.sql()).await?;
        }
        self.write(scope.sql(), me).await?;
        self.mark_conflicts(scope, me, others(me).collect()).await?;
        let old = stored.bsn.map(|bsn| self.keys.open(Use::Number, &bsn)).transpose().map_err(Error::internal)?;
        if let Some(old) = old.and_then(|old| String::from_utf8(old).ok())
            && self.findable_bsn() != Some(old.as_str())
        {
            self.solve_conflict(scope, me, &old).await?;
        }
        let facts = self.renewal().after_list(scope, me, self.listed(&found), false).await?;
        Ok(Applied { outcome: Outcome::Changed, facts })
    }

    fn renewal(&self) -> Renewal<'_> {
        Renewal { keys: self.keys, facts: self.facts, on: clock::day(self.at) }
    }

    fn listed(&self, found: &[(Vec<u8>, PersonId)]) -> Listed {
        let records = current_of(self.list);
        Listed {
            a_number: self.list.a_number.clone(),
            bsn: self.findable_bsn().map(str::to_owned),
            standing: self.list.standing,
            relations: Relations::of(&records),
            records,
            found: found.to_vec(),
        }
    }

    /// Every index that matters to this list: the person's own, and those of partner and children, so that lists that name each
    /// other take turns.
    fn known(&self) -> Vec<Vec<u8>> {
        let Indexes { a_number, bsn } = self.indexes();
        let mut known = [a_number, bsn, Relations::of(&current_of(self.list)).indexes(self.keys)].concat();
        known.sort();
        known.dedup();
        known
    }

    fn indexes(&self) -> Indexes {
        Indexes {
            a_number: self.keys.indexes(Index::ANumber, &self.list.a_number),
            bsn: self.findable_bsn().map(|bsn| self.keys.indexes(Index::Bsn, bsn)).unwrap_or_default(),
        }
    }

    /// The number that leads to this person; a list opened in error leads nowhere and is in nobody's way.
    fn findable_bsn(&self) -> Option<&str> {
        self.list.bsn.as_deref().filter(|_| self.list.standing != Standing::Void)
    }

    fn usage(&self, groups: Vec<String>) -> Usage {
        Usage {
            at: self.at,
            organisation: self.list.holder.clone(),
            role: Role::System,
            activity: activity::IMPORT,
            groups,
        }
    }

    fn groups(&self) -> Vec<String> {
        let mut groups: Vec<_> =
            self.list.records.iter().map(|record| format!("{}/{}", self.register, record.kind)).collect();
        groups.sort();
        groups.dedup();
        groups
    }

    /// A keyed hash of the list: tells whether it is the same as last time, and tells nobody else anything.
    fn digest(&self) -> Vec<u8> {
        let list = serde_json::to_string(self.list).expect("texts and numbers");
        self.keys.index(Index::Delivery, &list)
    }

    /// The same under every key, so that a new key makes nothing look changed.
    fn digests(&self) -> Vec<Vec<u8>> {
        let list = serde_json::to_string(self.list).expect("texts and numbers");
        self.keys.indexes(Index::Delivery, &list)
    }

    fn seal(&self, number: &str) -> Vec<u8> {
        self.keys.seal(Use::Number, number.as_bytes())
    }

    /// The person, how they are found, their records and the delivery, in one statement.
    async fn write(&self, sql: &mut PgConnection, person: PersonId) -> Result<(), Error> {
        let list = self.list;
        let mut indexes = vec![self.keys.index(Index::ANumber, &list.a_number)];
        indexes.extend(self.findable_bsn().map(|bsn| self.keys.index(Index::Bsn, bsn)));
        let records = &list.records;
        let values: Vec<Json<BTreeMap<&str, String>>> = records
            .iter()
            .map(|record| {
                let stored = |value: &str, sealed: bool| {
                    if sealed { BASE64_STANDARD.encode(self.seal(value)) } else { value.to_owned() }
                };
                Json(record.values.iter().map(|(id, value, sealed)| (id.as_str(), stored(value, *sealed))).collect())
            })
            .collect();
        macro_rules! column {
            ($field:ident) => {
                records.iter().map(|record| record.$field.clone()).collect::<Vec<_>>()
            };
        }
        sqlx::query(
            "with known as (
                 insert into person (person, bsn, a_number, holder, standing, secret) values ($1, $2, $3, $4, $5, $6)
                 on conflict (person) do update
                    set bsn = excluded.bsn, a_number = excluded.a_number, holder = excluded.holder, standing = excluded.standing,
                        secret = excluded.secret
             ), found_by as (
                 insert into person_lookup (index, person) select index, $1 from unnest($7::bytea[]) index on conflict do nothing
             ), delivered as (
                 insert into register_delivery (person, register, received_at, digest) values ($1, $8, $9, $10)
                 on conflict (person, register) do update set received_at = excluded.received_at, digest = excluded.digest
             )
             insert into registered_record
                    (person, register, kind, object, version, holder, values, valid_from, recorded_on, document, document_holder,
                     document_date, doubt, doubt_since, doubt_until, wrong)
             select $1, $8, kind, object, version, $4, values, valid_from, recorded_on, document, document_holder, document_date, doubt,
                    doubt_since, doubt_until, wrong
               from unnest($11::text[], $12::int2[], $13::int2[], $14::jsonb[], $15::text[], $16::text[], $17::text[], $18::text[],
                           $19::text[], $20::text[], $21::text[], $22::text[], $23::bool[])
                 as record (kind, object, version, values, valid_from, recorded_on, document, document_holder, document_date, doubt,
                            doubt_since, doubt_until, wrong)",
        )
        .bind(person)
        .bind(list.bsn.as_deref().map(|bsn| self.seal(bsn)))
        .bind(self.seal(&list.a_number))
        .bind(&list.holder)
        .bind(list.standing.as_str())
        .bind(list.secret)
        .bind(indexes)
        .bind(self.register)
        .bind(self.at.to_sqlx())
        .bind(self.digest())
        .bind(column!(kind))
        .bind(column!(object))
        .bind(column!(version))
        .bind(values)
        .bind(column!(valid_from))
        .bind(column!(recorded_on))
        .bind(column!(document))
        .bind(column!(document_holder))
        .bind(column!(document_date))
        .bind(column!(doubt))
        .bind(column!(doubt_since))
        .bind(column!(doubt_until))
        .bind(column!(wrong))
        .execute(sql)
        .await?;
        Ok(())
    }

    async fn received(&self, sql: &mut PgConnection, person: PersonId) -> Result<(), Error> {
        sqlx::query("update register_delivery set received_at = $3 where person = $1 and register = $2")
            .bind(person)
            .bind(self.register)
            .bind(self.at.to_sqlx())
            .execute(sql)
            .await?;
        Ok(())
    }

    /// A number that leads to two people opens neither: all of them are marked, each for their own holder to see.
    async fn mark_conflicts(&self, scope: &mut Scope, me: PersonId, mut others: Vec<PersonId>) -> Result<(), Error> {
        let Some(bsn) = self.findable_bsn().filter(|_| !others.is_empty()) else { return Ok(()) };
        let index = self.keys.index(Index::Bsn, bsn);
        others.sort();
        others.dedup();
        self.mark_conflict(scope.sql(), me, &index).await?;
        for other in others {
            scope.turn_to(other, self.usage(vec![format!("{}/person", self.register)])).await?;
            self.mark_conflict(scope.sql(), other, &index).await?;
        }
        scope.turn_to(me, self.usage(Vec::new())).await
    }

    async fn mark_conflict(&self, sql: &mut PgConnection, person: PersonId, index: &[u8]) -> Result<(), Error> {
        sqlx::query(
            "insert into bsn_conflict (person, index, holder, a_number, found_at)
             select person, $2, holder, a_number, $3 from person where person = $1
             on conflict (person) do update set index = excluded.index, holder = excluded.holder, a_number = excluded.a_number",
        )
        .bind(person)
        .bind(index)
        .bind(self.at.to_sqlx())
        .execute(sql)
        .await?;
        Ok(())
    }

    /// This person gave up a number, or their list turned out to be a mistake: when it now leads to one person only, that person is in conflict no more.
    async fn solve_conflict(&self, scope: &mut Scope, me: PersonId, old_bsn: &str) -> Result<(), Error> {
        let indexes = self.keys.indexes(Index::Bsn, old_bsn);
        scope.may_look_up(&indexes).await?;
        let found = lock_and_find(scope.sql(), &indexes).await?;
        if let [(_, other)] = found[..] {
            scope.turn_to(other, self.usage(vec![format!("{}/person", self.register)])).await?;
            sqlx::query("delete from bsn_conflict where person = $1").bind(other).execute(scope.sql()).await?;
            scope.turn_to(me, self.usage(Vec::new())).await?;
        }
        Ok(())
    }
}

/// Who is known under these indexes, while nobody else changes that: two deliveries with one number take turns.
pub(super) async fn lock_and_find(
    sql: &mut PgConnection,
    indexes: &[Vec<u8>],
) -> Result<Vec<(Vec<u8>, PersonId)>, Error> {
    // In one order, so that two deliveries never wait for each other. Locks and look-up are separate statements in one message:
    // the look-up must see what was committed while waiting. Only hexadecimal digits and whole numbers are put into it.
    let mut locks: Vec<i64> =
        indexes.iter().filter_map(|index| Some(i64::from_be_bytes(*index.first_chunk()?))).collect();
    locks.sort_unstable();
    locks.dedup();
    let locks = locks.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let list: Vec<_> = indexes.iter().map(|index| format!("'\\x{}'::bytea", hex(index))).collect();
    let statements = format!(
        "select pg_advisory_xact_lock(lock) from unnest(array[{locks}]::bigint[]) as lock;
         select index, person from person_lookup where index = any (array[{}]::bytea[])",
        list.join(", ")
    );
    let rows = sqlx::raw_sql(AssertSqlSafe(statements)).fetch_all(sql).await?;
    let mut found = Vec::new();
    for row in rows.iter().filter(|row| row.len() == 2) {
        found.push((row.try_get::<Vec<u8>, _>(0)?, PersonId(row.try_get::<Uuid, _>(1)?)));
    }
    Ok(found)
}

/// What is there already.
#[derive(Default, FromRow)]
struct Stored {
    /// Of the last delivery.
    digest: Option<Vec<u8>>,
    /// Sealed.
    bsn: Option<Vec<u8>>,
    has_facts: bool,
}

async fn stored(sql: &mut PgConnection, person: PersonId, register: &str) -> Result<Stored, Error> {
    let stored = sqlx::query_as(
        "select (select digest from register_delivery d where d.person = p.person and d.register = $2) as digest, p.bsn,
                exists (select from facts f where f.person = p.person) as has_facts
           from person p where p.person = $1",
    )
    .bind(person)
    .bind(register)
    .fetch_optional(sql)
    .await?;
    Ok(stored.unwrap_or_default())
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
