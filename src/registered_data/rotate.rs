//! Sealing and indexing every number with the key in use, after a new one was added.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use sqlx::{PgConnection, types::Json};

use super::{Catalogue, delivery::lock_and_find, numbers::open, renew::reindex};
use crate::{
    database::{Database, PersonId},
    error::Error,
    keys::{Index, Keyring, Use},
    usage::{Role, Usage, activity},
};

type RecordRow = (String, String, i16, i16, Json<BTreeMap<String, String>>);

/// Goes through everybody, each in a transaction of their own, and may be broken off and run again; how many people had a number
/// under an older key. Nothing is shown to anybody, so nothing is logged.
///
/// # Errors
/// When a value was sealed with a key that is no longer in the list, or the database goes away.
pub async fn rotate(
    owner: &mut PgConnection,
    database: &Database,
    keys: &Keyring,
    catalogue: &Catalogue,
) -> Result<u64, Error> {
    let people: Vec<PersonId> =
        sqlx::query_scalar("select person from person order by person").fetch_all(owner).await?;
    let mut rotated = 0;
    for person in people {
        let changed = match rotate_one(database, keys, catalogue, person).await {
            // An import gave them another number meanwhile: look again.
            Err(Error::Conflict) => rotate_one(database, keys, catalogue, person).await,
            result => result,
        };
        rotated += u64::from(changed?);
    }
    Ok(rotated)
}

/// Whether anything had to change.
async fn rotate_one(
    database: &Database,
    keys: &Keyring,
    catalogue: &Catalogue,
    person: PersonId,
) -> Result<bool, Error> {
    let nothing_seen = || Usage {
        at: jiff::Timestamp::UNIX_EPOCH,
        organisation: String::new(),
        role: Role::System,
        activity: activity::IMPORT,
        groups: Vec::new(),
    };
    let mut scope = database.as_person(person, nothing_seen()).await?;
    let (bsn, a_number): (Option<Vec<u8>>, Vec<u8>) =
        sqlx::query_as("select bsn, a_number from person where person = $1")
            .bind(person)
            .fetch_one(scope.sql())
            .await?;
    if keys.is_current(&a_number) && bsn.as_ref().is_none_or(|bsn| keys.is_current(bsn)) {
        return Ok(false);
    }
    drop(scope);

    let a_number = open(keys, &a_number)?;
    let bsn = bsn.map(|bsn| open(keys, &bsn)).transpose()?;
    let mut known = keys.indexes(Index::ANumber, &a_number);
    known.extend(bsn.iter().flat_map(|bsn| keys.indexes(Index::Bsn, bsn)));
    let mut scope = database.as_register(person, &known, nothing_seen()).await?;
    // An import of the same person waits, or went before: then what it wrote is read again.
    lock_and_find(scope.sql(), &known).await?;
    let records: Vec<RecordRow> =
        sqlx::query_as("select register, kind, object, version, values from registered_record where person = $1")
            .bind(person)
            .fetch_all(scope.sql())
            .await?;
    let still: Option<Vec<u8>> =
        sqlx::query_scalar("select bsn from person where person = $1").bind(person).fetch_one(scope.sql()).await?;
    if still.map(|bsn| open(keys, &bsn)).transpose()? != bsn {
        return Err(Error::Conflict);
    }
    for (register, kind, object, version, Json(mut values)) in records {
        if reseal(keys, catalogue, &register, &kind, &mut values)? {
            sqlx::query(
                "update registered_record set values = $6
                  where person = $1 and register = $2 and kind = $3 and object = $4 and version = $5",
            )
            .bind(person)
            .bind(register)
            .bind(kind)
            .bind(object)
            .bind(version)
            .bind(Json(values))
            .execute(scope.sql())
            .await?;
        }
    }
    // Which number led here is kept: a list opened in error has a BSN that leads nowhere.
    let led_here: Vec<Vec<u8>> = sqlx::query_scalar("delete from person_lookup where person = $1 returning index")
        .bind(person)
        .fetch_all(scope.sql())
        .await?;
    let mut indexes = Vec::new();
    for (kind, number) in [(Index::ANumber, Some(&a_number)), (Index::Bsn, bsn.as_ref())] {
        if let Some(number) =
            number.filter(|number| keys.indexes(kind, number).iter().any(|index| led_here.contains(index)))
        {
            indexes.push(keys.index(kind, number));
        }
    }
    sqlx::query("insert into person_lookup (index, person) select index, $1 from unnest($2::bytea[]) index")
        .bind(person)
        .bind(indexes)
        .execute(scope.sql())
        .await?;
    let sealed_a_number = keys.seal(Use::Number, a_number.as_bytes());
    sqlx::query("update bsn_conflict set index = coalesce($2, index), a_number = $3 where person = $1")
        .bind(person)
        .bind(bsn.as_ref().map(|bsn| keys.index(Index::Bsn, bsn)))
        .bind(&sealed_a_number)
        .execute(scope.sql())
        .await?;
    sqlx::query("update person set bsn = $2, a_number = $3 where person = $1")
        .bind(person)
        .bind(bsn.map(|bsn| keys.seal(Use::Number, bsn.as_bytes())))
        .bind(sealed_a_number)
        .execute(scope.sql())
        .await?;
    reindex(&mut scope, keys, person).await?;
    scope.commit().await?;
    Ok(true)
}

/// Seals a record's numbers anew; whether it had any.
fn reseal(
    keys: &Keyring,
    catalogue: &Catalogue,
    register: &str,
    kind: &str,
    values: &mut BTreeMap<String, String>,
) -> Result<bool, Error> {
    let Some(kind) = catalogue.register(register).and_then(|register| register.kind(kind)) else { return Ok(false) };
    let mut any = false;
    for attribute in kind.attributes.iter().filter(|attribute| attribute.kind.is_sealed()) {
        if let Some(value) = values.get_mut(&attribute.id) {
            let number = open(keys, &BASE64_STANDARD.decode(&value).map_err(Error::internal)?)?;
            *value = BASE64_STANDARD.encode(keys.seal(Use::Number, number.as_bytes()));
            any = true;
        }
    }
    Ok(any)
}

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use super::*;
    use crate::{
        clock::Clock,
        registered_data::{Holding, Importer, Which, holdings},
        testing,
    };

    fn keyring(current: &str, names: &[(&str, u8)]) -> Keyring {
        let list = names.iter().map(|(name, byte)| ((*name).to_owned(), BASE64_STANDARD.encode([*byte; 32]))).collect();
        Keyring::new(current, &list).unwrap()
    }

    async fn everything(database: &Database, person: PersonId) -> Vec<Holding> {
        let usage = Usage {
            at: jiff::Timestamp::UNIX_EPOCH,
            organisation: String::new(),
            role: Role::System,
            activity: activity::VIEW,
            groups: vec![],
        };
        let mut scope = database.as_person(person, usage).await.unwrap();
        holdings(scope.sql(), person, &["brp"], Which::Everything).await.unwrap()
    }

    #[sqlx::test(migrator = "crate::database::MIGRATOR")]
    async fn with_a_new_key_everybody_is_found_and_read_and_the_old_key_can_go(pool: PgPool) {
        let demo = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/catalogue/demo/people.csv")).unwrap();
        let (old, both, new) =
            (keyring("a", &[("a", 1)]), keyring("b", &[("a", 1), ("b", 2)]), keyring("b", &[("b", 2)]));
        let catalogue = testing::catalogue();
        let importer = Importer {
            finder: crate::testing::finder(crate::clock::Clock::system()),
            database: testing::database(&pool),
            keys: old.into(),
            clock: Clock::fixed(testing::NOON.parse().unwrap()),
            catalogue: catalogue.clone(),
            facts: testing::fact_sources(),
        };
        let lists = importer.import(std::io::Cursor::new(demo), |_| (), |_| ()).await.unwrap().lists();
        let mut owner = pool.acquire().await.unwrap();
        let indexes = "select i from (select a_number from relation union all select bsn from relation
                                      union all select address from residence) as known (i) where i is not null";
        let old_indexes: Vec<Vec<u8>> = sqlx::query_scalar(indexes).fetch_all(&pool).await.unwrap();
        let lookups = "select count(*) from person_lookup";
        let before: i64 = sqlx::query_scalar(lookups).fetch_one(&pool).await.unwrap();

        assert_eq!(rotate(&mut owner, &importer.database, &both, &catalogue).await.unwrap(), lists);
        assert_eq!(rotate(&mut owner, &importer.database, &both, &catalogue).await.unwrap(), 0);

        assert_eq!(sqlx::query_scalar::<_, i64>(lookups).fetch_one(&pool).await.unwrap(), before);
        let new_indexes: Vec<Vec<u8>> = sqlx::query_scalar(indexes).fetch_all(&pool).await.unwrap();
        assert_eq!(new_indexes.len(), old_indexes.len());
        assert!(!new_indexes.iter().any(|index| old_indexes.contains(index)), "nothing is left of the old key");
        let people: Vec<(PersonId, Vec<u8>)> =
            sqlx::query_as("select person, a_number from person").fetch_all(&pool).await.unwrap();
        let mut sealed = 0;
        for (person, a_number) in people {
            let a_number = open(&new, &a_number).expect("sealed with the new key");
            let led: PersonId = sqlx::query_scalar("select person from person_lookup where index = $1")
                .bind(new.index(Index::ANumber, &a_number))
                .fetch_one(&pool)
                .await
                .unwrap();
            assert_eq!(led, person);
            for record in everything(&importer.database, person).await.into_iter().flat_map(|holding| holding.records) {
                let kind = catalogue.register("brp").unwrap().kind(&record.kind).unwrap();
                for attribute in kind.attributes.iter().filter(|attribute| attribute.kind.is_sealed()) {
                    if let Some(value) = record.values.get(&attribute.id) {
                        open(&new, &BASE64_STANDARD.decode(value).unwrap()).expect("sealed with the new key");
                        sealed += 1;
                    }
                }
            }
        }
        assert!(sealed > 40, "{sealed}: the demo has numbers of partners and children too");
    }
}
