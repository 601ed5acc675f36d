//! People to log in, put into the database as a register would.

use sqlx::PgPool;
use uuid::Uuid;

use crate::{database::PersonId, keys::Index, server::Portal};

pub struct Entry<'a> {
    pub bsn: &'a str,
    pub standing: &'a str,
    /// Given names, prefix, surname.
    pub name: [&'a str; 3],
}

pub const SUZANNE: Entry = Entry { bsn: "999993653", standing: "current", name: ["Suzanne Marie", "", "Moulin"] };

/// As the owner, whom row level security lets through.
pub async fn register(pool: &PgPool, portal: &Portal, entry: &Entry<'_>) -> PersonId {
    let person = PersonId(Uuid::new_v4());
    sqlx::query("insert into person (person, holder, standing, secret) values ($1, 'gemeente-0599', $2, false)")
        .bind(person)
        .bind(entry.standing)
        .execute(pool)
        .await
        .unwrap();
    sqlx::query("insert into person_lookup (index, person) values ($1, $2)")
        .bind(portal.keys.index(Index::Bsn, entry.bsn))
        .bind(person)
        .execute(pool)
        .await
        .unwrap();
    let [given, prefix, surname] = entry.name;
    sqlx::query(
        "insert into registered_record (person, register, kind, object, version, holder, values)
         values ($1, 'brp', 'person', 0, 0, 'gemeente-0599',
                 jsonb_strip_nulls(jsonb_build_object('given_names', $2, 'prefix', nullif($3, ''), 'surname', $4)))",
    )
    .bind(person)
    .bind(given)
    .bind(prefix)
    .bind(surname)
    .execute(pool)
    .await
    .unwrap();
    person
}
