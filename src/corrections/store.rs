//! SQL of corrections: the acting person's.

use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx;
use serde::Deserialize;
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use super::model::{Correction, State, Values};
use crate::{
    cases::{Case, Words},
    clock,
    database::PersonId,
    error::Error,
};

/// The states in which one is running, as SQL has them; a test holds them to the code.
const RUNNING: &str = "('submitted', 'received', 'information_needed', 'under_investigation', 'referred')";

const COLUMNS: &str = "case_id, register, kind, value, object, valid_from, registered, proposed, decided, state, state_at, investigated_at";

#[derive(FromRow)]
struct Row {
    case_id: Uuid,
    register: String,
    kind: String,
    value: String,
    object: i16,
    valid_from: Option<String>,
    registered: Option<Json<Values>>,
    proposed: Json<Values>,
    decided: Option<Json<Values>>,
    state: String,
    state_at: jiff_sqlx::Timestamp,
    investigated_at: Option<jiff_sqlx::Timestamp>,
}

impl TryFrom<Row> for Correction {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            case: row.case_id,
            register: row.register,
            kind: row.kind,
            value: row.value,
            object: row.object,
            valid_from: row.valid_from.and_then(|text| text.parse().ok()),
            registered: row.registered.map(|values| values.0),
            proposed: row.proposed.0,
            decided: row.decided.map(|values| values.0),
            state: State::from_text(&row.state)
                .ok_or_else(|| Error::internal("a correction in a state that this version does not know"))?,
            state_at: row.state_at.to_jiff(),
            investigated_at: row.investigated_at.map(jiff_sqlx::Timestamp::to_jiff),
        })
    }
}

/// What a case of the acting person asks to correct; none where it is no correction, or one that only its organisation knows.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn of_case(sql: &mut PgConnection, case: Uuid) -> Result<Option<Correction>, Error> {
    let statement = format!("select {COLUMNS} from correction where person = acting_person() and case_id = $1");
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(statement)).bind(case).fetch_optional(sql).await?;
    row.map(Correction::try_from).transpose()
}

/// A request that is not decided yet, as other pages name it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Running {
    pub reference: String,
    pub register: String,
    pub kind: String,
    pub value: String,
    pub object: i16,
    pub state: State,
    pub state_at: Timestamp,
    pub investigated_at: Option<Timestamp>,
    pub received_at: Timestamp,
}

impl Running {
    /// Since when whoever uses the value is told that it is under investigation.
    pub fn in_doubt_since(&self) -> Option<Timestamp> {
        self.investigated_at.filter(|_| matches!(self.state, State::UnderInvestigation | State::InformationNeeded))
    }
}

/// What the person of a row named `p` asked to correct of a register named by `asked`, as SQL: a list of [`Running`].
pub const RUNNING_HERE: &str = "(select coalesce(jsonb_agg(jsonb_build_object('reference', c.reference, 'register', m.register,
    'kind', m.kind, 'value', m.value, 'object', m.object, 'state', m.state, 'state_at', m.state_at, 'investigated_at', m.investigated_at,
    'received_at', c.received_at)), '[]')
       from correction m join cases c on c.person = m.person and c.id = m.case_id
      where m.person = p.person and m.register = asked.register
        and m.state in ('submitted', 'received', 'information_needed', 'under_investigation', 'referred'))";

/// Every request of the acting person that is not decided yet.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn running(sql: &mut PgConnection) -> Result<Vec<Running>, Error> {
    let rows: Vec<Json<Running>> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
        "select jsonb_build_object('reference', c.reference, 'register', r.register, 'kind', r.kind, 'value', r.value, 'object', r.object,
                                   'state', r.state, 'state_at', r.state_at, 'investigated_at', r.investigated_at,
                                   'received_at', c.received_at)
           from correction r join cases c on c.person = r.person and c.id = r.case_id
          where r.person = acting_person() and r.state in {RUNNING} order by c.received_at, c.id"
    )))
    .fetch_all(sql)
    .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// A request as a list names it.
#[derive(Clone, Debug, Deserialize)]
pub struct Listed {
    pub reference: String,
    pub title: Words,
    pub organisation: String,
    pub received_at: Timestamp,
    pub due_on: Date,
    pub state: State,
}

/// The acting person's requests: what runs first, then what changed last.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn list(sql: &mut PgConnection, limit: i64, offset: i64) -> Result<Vec<Listed>, Error> {
    let rows: Vec<Json<Listed>> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
        "select jsonb_build_object('reference', c.reference, 'title', c.title, 'organisation', c.organisation,
                                   'received_at', c.received_at, 'due_on', c.due_on, 'state', m.state)
           from correction m join cases c on c.person = m.person and c.id = m.case_id
          where m.person = acting_person() and not exists (select from bsn_conflict where person = acting_person())
          order by m.state in {RUNNING} desc, m.state_at desc, c.id limit $1 offset $2"
    )))
    .bind(limit)
    .bind(offset)
    .fetch_all(sql)
    .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// The number of the case that asks already to correct a value.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn running_about(
    sql: &mut PgConnection,
    register: &str,
    value: &str,
    object: i16,
) -> Result<Option<String>, Error> {
    let reference = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
        "select c.reference from correction r join cases c on c.person = r.person and c.id = r.case_id
          where r.person = acting_person() and r.register = $1 and r.value = $2 and r.object = $3 and r.state in {RUNNING}"
    )))
    .bind(register)
    .bind(value)
    .bind(object)
    .fetch_optional(sql)
    .await?;
    Ok(reference)
}

/// Keeps a new request; false when one about the same value is running.
pub(super) async fn insert(sql: &mut PgConnection, person: PersonId, new: &Correction) -> Result<bool, Error> {
    let done = sqlx::query(
        "insert into correction (person, case_id, register, kind, value, object, valid_from, registered, proposed, state, state_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing",
    )
    .bind(person)
    .bind(new.case)
    .bind(&new.register)
    .bind(&new.kind)
    .bind(&new.value)
    .bind(new.object)
    .bind(new.valid_from.map(|date| date.to_string()))
    .bind(new.registered.as_ref().map(Json))
    .bind(Json(&new.proposed))
    .bind(new.state.as_str())
    .bind(new.state_at.to_sqlx())
    .execute(sql)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Moves a request of a case that is held to a state, and counts it.
pub(super) async fn set_state(
    sql: &mut PgConnection,
    case: &Case,
    correction: &Correction,
    state: State,
    decided: Option<&Values>,
    at: Timestamp,
) -> Result<(), Error> {
    sqlx::query(
        "update correction
            set state = $3, state_at = $4, decided = $5,
                investigated_at = case when $3 = 'under_investigation' then coalesce(investigated_at, $4) else investigated_at end
          where person = $1 and case_id = $2",
    )
    .bind(case.person)
    .bind(case.id)
    .bind(state.as_str())
    .bind(at.to_sqlx())
    .bind(decided.map(Json))
    .execute(&mut *sql)
    .await?;
    if state.is_running() { Ok(()) } else { count(sql, case, correction, state, at).await }
}

/// Keeps which values a decision, or a proposal for one, registers, for a request of a case that is held.
pub(super) async fn decide(sql: &mut PgConnection, case: &Case, values: Option<&Values>) -> Result<(), Error> {
    sqlx::query("update correction set decided = $3 where person = $1 and case_id = $2")
        .bind(case.person)
        .bind(case.id)
        .bind(values.map(Json))
        .execute(sql)
        .await?;
    Ok(())
}

/// Counts a request that begins or ends, in the month in which it does.
pub(super) async fn count(
    sql: &mut PgConnection,
    case: &Case,
    correction: &Correction,
    state: State,
    at: Timestamp,
) -> Result<(), Error> {
    sqlx::query(
        "insert into correction_count values ($1, $2, $3, $4, $5, 1)
         on conflict (organisation, month, register, value, state) do update set corrections = correction_count.corrections + 1",
    )
    .bind(&case.organisation)
    .bind(clock::day(at).first_of_month().to_sqlx())
    .bind(&correction.register)
    .bind(&correction.value)
    .bind(state.as_str())
    .execute(sql)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sql_and_code_agree_on_what_is_running() {
        for state in State::ALL {
            let named = format!("'{}'", state.as_str());
            assert_eq!(RUNNING.contains(&named), state.is_running(), "{state:?}");
            assert_eq!(RUNNING_HERE.contains(&named), state.is_running(), "{state:?}");
        }
    }
}
