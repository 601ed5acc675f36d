//! Keeping relations and facts in the transaction that changes a registered value (SQL: migrations/0008_relations.sql).

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use serde_json::{Map, Value, json};
use sqlx::{FromRow, Postgres, postgres::PgArguments, query::Query, types::Json};

use super::{
    BRP, Standing,
    delivery::lock_and_find,
    facts::FactSources,
    numbers::open,
    relations::{Current, Relations, usable},
};
use crate::{
    database::{PersonId, Scope},
    error::Error,
    keys::{Index, Keyring},
};

/// Whose facts changed, and which ones.
pub type ChangedFacts = BTreeMap<PersonId, BTreeSet<String>>;

/// What keeping facts needs.
pub(super) struct Renewal<'a> {
    pub keys: &'a Keyring,
    pub facts: &'a FactSources,
    /// Ages are as of this day.
    pub on: Date,
}

/// What a person list says now, and who of those it names the portal knows.
pub(super) struct Listed {
    pub a_number: String,
    /// By which the person is found.
    pub bsn: Option<String>,
    pub standing: Standing,
    pub records: Vec<Current>,
    pub relations: Relations,
    pub found: Vec<(Vec<u8>, PersonId)>,
}

#[derive(FromRow)]
struct StoredRecord {
    register: String,
    kind: String,
    object: i16,
    values: Json<BTreeMap<String, String>>,
    valid_from: Option<String>,
    doubt: Option<String>,
}

impl Renewal<'_> {
    /// After an event about one kind of record of the acting person.
    pub async fn after_event(
        &self,
        scope: &mut Scope,
        me: PersonId,
        register: &str,
        kind: &str,
        records: &[Current],
    ) -> Result<ChangedFacts, Error> {
        let own = self.facts.own(register, |came| came == kind, records);
        if own.is_empty() {
            return Ok(ChangedFacts::new());
        }
        match self.renew_facts(scope, sqlx::query(RENEW), own, false).await? {
            Some(changed) => Ok(changed),
            None => self.all_anew(scope, me).await,
        }
    }

    /// After an event that changed the list of the acting person.
    pub async fn after_event_of_list(&self, scope: &mut Scope, me: PersonId) -> Result<ChangedFacts, Error> {
        let (listed, _) = stored(scope, self.keys, me).await?;
        self.after_list(scope, me, listed, false).await
    }

    /// After a person list of the acting person. `whole`: they have no facts yet, and no other register said anything of them.
    pub async fn after_list(
        &self,
        scope: &mut Scope,
        me: PersonId,
        listed: Listed,
        whole: bool,
    ) -> Result<ChangedFacts, Error> {
        let renew = with_relations(sqlx::query(RENEW_LIST), self.keys, &listed);
        let own = self.own_of_list(listed);
        match self.renew_facts(scope, renew, own, whole).await? {
            Some(changed) => Ok(changed),
            None => self.all_anew(scope, me).await,
        }
    }

    /// Facts and relations out of everything that is stored about the acting person, who has none yet.
    pub async fn all_anew(&self, scope: &mut Scope, me: PersonId) -> Result<ChangedFacts, Error> {
        let (listed, mut registers) = stored(scope, self.keys, me).await?;
        let came: BTreeSet<(String, String)> =
            sqlx::query_as("select register, kind from kind_delivery where person = $1 and register <> $2")
                .bind(me)
                .bind(BRP)
                .fetch_all(scope.sql())
                .await?
                .into_iter()
                .collect();
        let renew = with_relations(sqlx::query(RENEW_LIST), self.keys, &listed);
        let mut own = self.own_of_list(listed);
        for register in came.iter().map(|(register, _)| register).collect::<BTreeSet<_>>() {
            let records = registers.remove(register).unwrap_or_default();
            own.extend(self.facts.own(register, |kind| came.contains(&(register.clone(), kind.to_owned())), &records));
        }
        Ok(self.renew_facts(scope, renew, own, true).await?.unwrap_or_default())
    }

    fn own_of_list(&self, listed: Listed) -> Map<String, Value> {
        let children = listed.relations.children().map_or(Value::Null, |days| json!(days));
        let country = listed.relations.country.map_or(Value::Null, Value::String);
        let records = usable(listed.records);
        let address = records.iter().find(|record| record.kind == "address");
        let municipality = address.and_then(|address| address.value("municipality"));
        let mut own = Map::new();
        own.insert("residence_country".to_owned(), country);
        own.insert("children_birth_dates".to_owned(), children);
        own.insert("municipality".to_owned(), municipality.map_or(Value::Null, Value::from));
        own.extend(self.facts.own(BRP, |_| true, &records));
        own
    }

    /// None when the acting person has no facts yet and `own` is not all there is.
    async fn renew_facts(
        &self,
        scope: &mut Scope,
        renew: Query<'_, Postgres, PgArguments>,
        own: Map<String, Value>,
        whole: bool,
    ) -> Result<Option<ChangedFacts>, Error> {
        let rows = renew
            .bind(Json(own))
            .bind(whole)
            .bind(Json(self.facts.of_partner()))
            .bind(self.on.to_sqlx())
            .fetch_all(scope.sql())
            .await?;
        let mut changed = ChangedFacts::new();
        for row in rows {
            let (person, Some(names)) = <(PersonId, Option<Vec<String>>)>::from_row(&row)? else { return Ok(None) };
            changed.insert(person, names.into_iter().collect());
        }
        Ok(Some(changed))
    }
}

/// After an event about the person's own values.
const RENEW: &str = "select whose, names from facts_renew('{}', $1, $2, $3, $4)";

/// After a change of their list, with the arguments of [`with_relations`] first. Materialized: who is near is known before facts are.
const RENEW_LIST: &str =
    "with relations as materialized (select relations_renew($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as near)
     select whose, names from relations, facts_renew(near, $11, $12, $13, $14)";

/// Indexes who belongs to the acting person, and where they live, with the key in use.
///
/// # Errors
/// Those of PostgreSQL, and when a number does not open.
pub(super) async fn reindex(scope: &mut Scope, keys: &Keyring, me: PersonId) -> Result<(), Error> {
    let (listed, _) = stored(scope, keys, me).await?;
    let statement = "select relations_renew($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    with_relations(sqlx::query(statement), keys, &listed).execute(scope.sql()).await?;
    Ok(())
}

/// Who belongs to the acting person and where they live, as the arguments of `relations_renew`.
fn with_relations<'q>(
    query: Query<'q, Postgres, PgArguments>,
    keys: &Keyring,
    listed: &Listed,
) -> Query<'q, Postgres, PgArguments> {
    // Who died or is a mistake belongs to nobody and lives nowhere; who left keeps partner and children.
    let (address, relatives) = match listed.standing {
        Standing::Current => (listed.relations.address.as_ref(), &listed.relations.relatives[..]),
        Standing::Emigrated => (None, &listed.relations.relatives[..]),
        Standing::Deceased | Standing::Suspended | Standing::Void => (None, &[][..]),
    };
    let mut addresses = address.map(|address| keys.indexes(Index::Address, address)).unwrap_or_default();
    let now = address.map(|address| keys.index(Index::Address, address));
    addresses.retain(|older| Some(older) != now.as_ref());
    macro_rules! column {
        ($of:expr) => {
            relatives.iter().map($of).collect::<Vec<_>>()
        };
    }
    let bsns = listed.bsn.as_deref().filter(|_| listed.standing != Standing::Void);
    query
        .bind(keys.indexes(Index::ANumber, &listed.a_number))
        .bind(bsns.map(|bsn| keys.indexes(Index::Bsn, bsn)).unwrap_or_default())
        .bind(now)
        .bind(addresses)
        .bind(column!(|one| one.kind))
        .bind(column!(|one| one.object))
        .bind(column!(|one| one.a_number.as_ref().map(|number| keys.index(Index::ANumber, number))))
        .bind(column!(|one| one.bsn.as_ref().map(|number| keys.index(Index::Bsn, number))))
        .bind(column!(|one| one.among(&listed.found, keys)))
        .bind(column!(|one| one.birth_date.map(ToSqlx::to_sqlx)))
}

/// The acting person's list and the records of the other registers, as they are stored.
async fn stored(
    scope: &mut Scope,
    keys: &Keyring,
    me: PersonId,
) -> Result<(Listed, BTreeMap<String, Vec<Current>>), Error> {
    let (a_number, bsn, standing): (Vec<u8>, Option<Vec<u8>>, String) =
        sqlx::query_as("select a_number, bsn, standing from person where person = $1")
            .bind(me)
            .fetch_one(scope.sql())
            .await?;
    let rows: Vec<StoredRecord> = sqlx::query_as(
        "select register, kind, object, values, valid_from, doubt from registered_record
          where person = $1 and version = 0 and not wrong",
    )
    .bind(me)
    .fetch_all(scope.sql())
    .await?;
    let mut registers: BTreeMap<String, Vec<Current>> = BTreeMap::new();
    for row in rows {
        registers.entry(row.register.clone()).or_default().push(opened(row, keys)?);
    }
    let records = registers.remove(BRP).unwrap_or_default();
    let relations = Relations::of(&records);
    let indexes = relations.indexes(keys);
    scope.may_look_up(&indexes).await?;
    let listed = Listed {
        a_number: open(keys, &a_number)?,
        bsn: bsn.map(|bsn| open(keys, &bsn)).transpose()?,
        standing: Standing::from_text(&standing)
            .ok_or_else(|| Error::internal("a standing that this version does not know"))?,
        found: lock_and_find(scope.sql(), &indexes).await?,
        records,
        relations,
    };
    Ok((listed, registers))
}

fn opened(record: StoredRecord, keys: &Keyring) -> Result<Current, Error> {
    let StoredRecord { register, kind, object, values: Json(mut values), valid_from, doubt } = record;
    if register == BRP {
        for number in ["a_number", "bsn"] {
            if let Some(value) = values.get_mut(number) {
                *value = open(keys, &BASE64_STANDARD.decode(&value).map_err(Error::internal)?)?;
            }
        }
    }
    Ok(Current { kind, object, valid_from, doubt, values })
}
