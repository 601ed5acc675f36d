//! Proving that nobody changed the log.

use std::collections::BTreeMap;

use futures::TryStreamExt;
use sqlx::PgConnection;
use uuid::Uuid;

/// A person's last entry: its number and hash in hex. Kept elsewhere, it shows later whether entries were cut off the end, which the
/// chain alone cannot.
pub type Heads = BTreeMap<Uuid, (i64, String)>;

/// What a walk along all chains found.
#[derive(Debug, Default)]
pub struct Verified {
    pub entries: u64,
    pub heads: Heads,
    /// Person, number of the entry, what is wrong.
    pub broken: Vec<(Uuid, i64, &'static str)>,
}

/// Walks along every chain, as the role that owns the table; compares with the heads of an earlier walk.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn verify(owner: &mut PgConnection, earlier: &Heads) -> Result<Verified, sqlx::Error> {
    let mut verified = Verified::default();
    let mut rows = sqlx::query_as::<_, (Uuid, i64, bool, bool, bool, String)>(
        "select person, sequence,
                sequence = coalesce(lag(sequence) over chain, 0) + 1,
                previous = coalesce(lag(hash) over chain, '\\x'),
                hash = usage_hash(previous, person, sequence, at, organisation, role, activity, purpose, legal_basis, groups),
                encode(hash, 'hex')
           from usage_entry window chain as (partition by person order by sequence) order by person, sequence",
    )
    .fetch(owner);
    while let Some((person, sequence, follows, linked, whole, hash)) = rows.try_next().await? {
        verified.entries += 1;
        let wrong = if !follows {
            Some("an entry before it is missing")
        } else if !linked {
            Some("it does not follow from the entry before it")
        } else if !whole {
            Some("it was changed")
        } else if earlier.get(&person).is_some_and(|(at, head)| *at == sequence && *head != hash) {
            Some("it is not the entry that stood here at the earlier walk")
        } else {
            None
        };
        verified.broken.extend(wrong.map(|wrong| (person, sequence, wrong)));
        verified.heads.insert(person, (sequence, hash));
    }
    for (person, (sequence, _)) in earlier {
        if verified.heads.get(person).is_none_or(|(last, _)| last < sequence) {
            verified.broken.push((*person, *sequence, "it was there at the earlier walk and is gone"));
        }
    }
    Ok(verified)
}

#[cfg(test)]
mod tests {
    use ring::digest;
    use sqlx::PgPool;

    use super::*;
    use crate::{
        database::PersonId,
        testing::{NOON, database},
        usage::{Role, Usage, activity},
    };

    fn usage(groups: &[&str]) -> Usage {
        Usage {
            at: NOON.parse().unwrap(),
            organisation: "gemeente-0599".into(),
            role: Role::Citizen,
            activity: activity::VIEW,
            groups: groups.iter().map(|&group| group.to_owned()).collect(),
        }
    }

    async fn look(pool: &PgPool, person: PersonId, times: usize) {
        for _ in 0..times {
            database(pool)
                .as_person(person, usage(&["brp/person", "brp/address"]))
                .await
                .unwrap()
                .commit()
                .await
                .unwrap();
        }
    }

    #[sqlx::test(migrator = "crate::database::MIGRATOR")]
    async fn an_untouched_log_is_whole_and_each_hash_can_be_computed_elsewhere(pool: PgPool) {
        let (a, b) = (PersonId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2)));
        look(&pool, a, 3).await;
        look(&pool, b, 2).await;
        let verified = verify(&mut pool.acquire().await.unwrap(), &Heads::new()).await.unwrap();
        assert_eq!((verified.entries, verified.broken.len()), (5, 0));
        // By hand: the documented formula.
        let first = format!(
            r#"["{}", 1, {}, "gemeente-0599", "citizen", "view", "{}", "{}", ["brp/person","brp/address"]]"#,
            a.0,
            NOON.parse::<jiff::Timestamp>().unwrap().as_microsecond(),
            activity::VIEW.purpose,
            activity::VIEW.legal_basis,
        );
        let expected = digest::digest(&digest::SHA256, first.as_bytes());
        let stored: Vec<u8> = sqlx::query_scalar("select hash from usage_entry where person = $1 and sequence = 1")
            .bind(a)
            .fetch_one(&pool)
            .await
            .unwrap();
        assert_eq!(stored, expected.as_ref());
    }

    #[sqlx::test(migrator = "crate::database::MIGRATOR")]
    async fn a_changed_removed_or_cut_entry_shows(pool: PgPool) {
        let person = PersonId(Uuid::from_u128(1));
        look(&pool, person, 5).await;
        let mut owner = pool.acquire().await.unwrap();
        let heads = verify(&mut owner, &Heads::new()).await.unwrap().heads;
        assert_eq!(heads[&person.0].0, 5);

        sqlx::query("update usage_entry set purpose = 'iets anders' where sequence = 2")
            .execute(&mut *owner)
            .await
            .unwrap();
        let broken = verify(&mut owner, &heads).await.unwrap().broken;
        assert_eq!(broken, [(person.0, 2, "it was changed")]);

        sqlx::query("delete from usage_entry where sequence = 2").execute(&mut *owner).await.unwrap();
        let broken = verify(&mut owner, &heads).await.unwrap().broken;
        assert_eq!(broken, [(person.0, 3, "an entry before it is missing")]);

        sqlx::query("delete from usage_entry where sequence >= 2").execute(&mut *owner).await.unwrap();
        assert!(verify(&mut owner, &Heads::new()).await.unwrap().broken.is_empty());
        let broken = verify(&mut owner, &heads).await.unwrap().broken;
        assert_eq!(broken, [(person.0, 5, "it was there at the earlier walk and is gone")]);
    }

    #[sqlx::test(migrator = "crate::database::MIGRATOR")]
    async fn the_application_can_append_and_read_its_own_and_nothing_else(pool: PgPool) {
        let (a, b) = (PersonId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2)));
        look(&pool, a, 1).await;
        look(&pool, b, 2).await;
        let database = database(&pool);
        let mut scope = database.as_person(a, usage(&[])).await.unwrap();
        let seen: i64 = sqlx::query_scalar("select count(*) from usage_entry").fetch_one(scope.sql()).await.unwrap();
        assert_eq!(seen, 1);
        drop(scope);
        for forbidden in [
            "update usage_entry set purpose = ''",
            "delete from usage_entry",
            "insert into usage_entry select person, 99, at, organisation, role, activity, purpose, legal_basis, groups, previous, hash from usage_entry",
            "truncate usage_entry",
        ] {
            let mut scope = database.as_person(a, usage(&[])).await.unwrap();
            let error = sqlx::query(forbidden).execute(scope.sql()).await.unwrap_err();
            assert_eq!(error.as_database_error().unwrap().code().unwrap(), "42501", "{forbidden}");
        }
    }

    #[sqlx::test(migrator = "crate::database::MIGRATOR")]
    async fn looks_at_the_same_moment_make_one_chain(pool: PgPool) {
        let person = PersonId(Uuid::from_u128(1));
        let database = database(&pool);
        let looks = (0..20).map(|_| {
            let database = database.clone();
            async move { database.as_person(person, usage(&["brp"])).await.unwrap().commit().await.unwrap() }
        });
        futures::future::join_all(looks).await;
        let verified = verify(&mut pool.acquire().await.unwrap(), &Heads::new()).await.unwrap();
        assert_eq!((verified.entries, verified.broken.len()), (20, 0));
    }
}
