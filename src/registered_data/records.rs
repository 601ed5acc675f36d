//! The records of one kind about one person, held while what an event or a decision says of them is written.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx;
use sqlx::{FromRow, types::Json};

use super::{
    BRP, Bsn, Catalogue, PartialDate, Register,
    catalogue::Kind,
    change::{ApplyContext, ChangeError},
    numbers::{open_numbers, seal_numbers},
    relations::Current,
    renew::{ChangedFacts, Renewal},
};
use crate::{
    clock,
    database::{PersonId, Scope},
    error::Error,
    keys::Index,
    usage::{Role, Usage, activity},
};

/// A record as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ChangedRecord {
    pub valid_from: Option<String>,
    pub values: BTreeMap<String, String>,
}

/// A record as it is: begin date, values with open numbers, and whether it was found to be wrong.
pub(super) struct HeldRecord {
    pub record: ChangedRecord,
    pub wrong: bool,
}

impl HeldRecord {
    pub fn is(&self, record: &ChangedRecord) -> bool {
        !self.wrong && self.record == *record
    }
}

/// What is there already. Absent where several people are found.
#[derive(FromRow)]
struct Found {
    person: PersonId,
    holder: Option<String>,
    happened_at: Option<jiff_sqlx::Timestamp>,
    records: Option<Json<BTreeMap<i16, StoredRecord>>>,
}

type StoredRecord = (Option<String>, BTreeMap<String, String>, bool);

/// What is there already about the one person found.
pub(super) struct Held {
    pub person: PersonId,
    /// Who keeps their list.
    list_holder: String,
    /// When the last event that was applied happened.
    pub happened_at: Option<Timestamp>,
    pub records: BTreeMap<i16, HeldRecord>,
}

/// What a new version of a record rests on.
pub(super) struct Document<'a> {
    pub name: &'a str,
    pub date: Date,
}

/// What becomes history, and what is current instead.
pub(super) struct Replaced<'a> {
    pub time: Timestamp,
    pub over: &'a [i16],
    pub new: &'a [(i16, &'a ChangedRecord)],
    pub document: Option<Document<'a>>,
}

/// A kind of record of a register.
pub(super) struct OfKind<'a> {
    pub register: &'a Register,
    pub kind: &'a Kind,
}

impl<'a> OfKind<'a> {
    /// # Errors
    /// When the catalogue does not have it.
    pub fn find(catalogue: &'a Catalogue, register: &str, kind: &str) -> Result<Self, Error> {
        let register = catalogue.register(register);
        register
            .and_then(|register| Some(Self { register, kind: register.kind(kind)? }))
            .ok_or_else(|| Error::internal("a change of a kind that the catalogue does not have"))
    }

    fn usage(&self, context: &ApplyContext<'_>, groups: Vec<String>) -> Usage {
        let import = activity::IMPORT;
        Usage {
            at: context.at,
            organisation: context.organisation.to_owned(),
            role: Role::System,
            activity: match self.register.legal_basis.as_deref() {
                Some(law) => import.based_on(law),
                None => import,
            },
            groups,
        }
    }

    /// Takes turns with whoever else knows the person, acts for them, and gives what is there.
    ///
    /// # Errors
    /// When the BSN leads to nobody or to two people, and those of PostgreSQL.
    pub async fn hold(&self, scope: &mut Scope, context: &ApplyContext<'_>, bsn: &Bsn) -> Result<Held, ChangeError> {
        let mut found: Vec<Found> =
            sqlx::query_as("select person, holder, happened_at, records from change_begin($1, $2, $3)")
                .bind(context.keys.indexes(Index::Bsn, bsn.digits()))
                .bind(&self.register.id)
                .bind(&self.kind.id)
                .fetch_all(scope.sql())
                .await?;
        let found = match (found.pop(), found.is_empty()) {
            (None, _) => return Err(ChangeError::UnknownPerson),
            (Some(_), false) => return Err(ChangeError::TwoPeople),
            (Some(found), true) => found,
        };
        scope.will_log(self.usage(context, Vec::new()));
        let stored = found.records.map(|Json(records)| records).unwrap_or_default();
        let mut records = BTreeMap::new();
        for (object, (valid_from, mut values, wrong)) in stored {
            open_numbers(context.keys, self.kind, &mut values)?;
            records.insert(object, HeldRecord { record: ChangedRecord { valid_from, values }, wrong });
        }
        let list_holder = found.holder.ok_or_else(|| Error::internal("somebody without a holder"))?;
        let happened_at = found.happened_at.map(jiff_sqlx::Timestamp::to_jiff);
        Ok(Held { person: found.person, list_holder, happened_at, records })
    }

    /// What is over becomes history, and what is new is current. Nothing is refused: that this was said is kept also when nothing differs.
    ///
    /// # Errors
    /// Those of PostgreSQL.
    pub async fn replace(
        &self,
        scope: &mut Scope,
        context: &ApplyContext<'_>,
        held: &Held,
        replaced: Replaced<'_>,
    ) -> Result<(), Error> {
        let Replaced { time, over, new, document } = replaced;
        let sealed = |record: &ChangedRecord| Json(seal_numbers(context.keys, self.kind, &record.values));
        let (name, date) =
            document.map(|document| (document.name, PartialDate::from(document.date).to_string())).unzip();
        // A list that comes after this is another one than the last, whatever it says. Sorting makes that every row is gone before the first one comes in under its next version.
        sqlx::query(
            "with happened as (
                 insert into kind_delivery values ($1, $2, $3, $4)
                 on conflict (person, register, kind) do update set happened_at = excluded.happened_at
             ), delivered as (
                 insert into register_delivery values ($1, $2, $5, '')
                 on conflict (person, register) do update
                    set received_at = excluded.received_at, digest = case when $12 then '' else register_delivery.digest end
             ), over as (
                 delete from registered_record where person = $1 and register = $2 and kind = $3 and object = any ($6) returning *
             )
             insert into registered_record
                    (person, register, kind, object, version, holder, values, valid_from, recorded_on, document, document_holder,
                     document_date, doubt, doubt_since, doubt_until, wrong)
             select person, register, kind, object, (version + 1)::int2 as version, holder, values, valid_from, recorded_on, document,
                    document_holder, document_date, doubt, doubt_since, doubt_until, wrong
               from over
              union all
             select $1, $2, $3, new.object, 0, $7, new.values, new.valid_from, $8, $13, null, $14, null, null, null, false
               from unnest($9::int2[], $10::jsonb[], $11::text[]) as new (object, values, valid_from)
              order by version desc",
        )
        .bind(held.person)
        .bind(&self.register.id)
        .bind(&self.kind.id)
        .bind(time.to_sqlx())
        .bind(context.at.to_sqlx())
        .bind(over)
        .bind(self.register.holder_for(&held.list_holder))
        .bind(PartialDate::from(clock::day(time)).to_string())
        .bind(new.iter().map(|(object, _)| *object).collect::<Vec<_>>())
        .bind(new.iter().map(|(_, record)| sealed(record)).collect::<Vec<_>>())
        .bind(new.iter().map(|(_, record)| record.valid_from.clone()).collect::<Vec<_>>())
        .bind(!over.is_empty() || !new.is_empty())
        .bind(name)
        .bind(date)
        .execute(scope.sql())
        .await?;
        Ok(())
    }

    /// The facts that follow from what is current now, and what the log says of it.
    ///
    /// # Errors
    /// Those of PostgreSQL.
    pub async fn renew(
        &self,
        scope: &mut Scope,
        context: &ApplyContext<'_>,
        held: &Held,
        now: BTreeMap<i16, &ChangedRecord>,
    ) -> Result<ChangedFacts, Error> {
        let (register, kind) = (&self.register.id, &self.kind.id);
        scope.will_log(self.usage(context, vec![format!("{register}/{kind}")]));
        let renewal = Renewal { keys: context.keys, facts: context.facts, on: clock::day(context.at) };
        if register == BRP {
            return renewal.after_event_of_list(scope, held.person).await;
        }
        let current: Vec<Current> = now
            .into_iter()
            .map(|(object, record)| Current {
                kind: kind.clone(),
                object,
                valid_from: record.valid_from.clone(),
                doubt: None,
                values: record.values.clone(),
            })
            .collect();
        renewal.after_event(scope, held.person, register, kind, &current).await
    }
}
