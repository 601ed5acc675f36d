//! SQL of the citizen's pages: all that one shows, in one round trip.

use jiff::civil::Date;
use jiff_sqlx::Timestamp as SqlTimestamp;
use serde::Deserialize;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, Row as _, postgres::PgRow, types::Json};
use uuid::Uuid;

use super::{
    model::{Actor, Case, Decision, Event, Happening, Kind, Outcome, Stage, Words},
    store::{COLUMNS, Row, is_reference},
};
use crate::{corrections::Correction, error::Error};

/// A case with everything its page shows.
#[derive(Debug)]
pub struct Whole {
    pub case: Case,
    /// What the citizen may see, in the order in which it happened.
    pub events: Vec<Event>,
    pub decision: Option<Decision>,
    /// Its parts, the case it is a part of, objections to its decision, and the case whose decision it objects to.
    pub related: Vec<Related>,
    /// Whether the portal has what the citizen sent.
    pub has_application: bool,
    /// What it asks to correct.
    pub correction: Option<Correction>,
}

/// Another case, as far as a page names it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Related {
    pub id: Uuid,
    pub reference: String,
    pub kind: Kind,
    pub title: Words,
    pub organisation: String,
    pub stage: Stage,
    pub part_of: Option<Uuid>,
    pub objects_to: Option<Uuid>,
    /// Ended by the citizen, without a decision.
    pub withdrawn: bool,
}

impl Related {
    pub fn path(&self) -> String {
        format!("/mijn/zaken/{}", self.reference)
    }
}

/// A case in a list, with how it ended.
#[derive(Debug)]
pub struct Listed {
    pub case: Case,
    pub outcome: Option<Outcome>,
    pub objection_until: Option<Date>,
}

/// What goes with every page: whether the acting person's number stands on another list too, and how many messages wait.
#[derive(Clone, Copy, Debug, Default)]
pub struct Around {
    pub conflict: bool,
    pub unread: i64,
}

const AROUND: &str = "
    exists (select from bsn_conflict where person = acting_person()) as conflict,
    (select count(*) from message where person = acting_person() and read_at is null) as unread";

fn around(row: &PgRow) -> Result<Around, Error> {
    Ok(Around { conflict: row.try_get("conflict")?, unread: row.try_get("unread")? })
}

/// The case in a row of an outer join; none where there was none.
fn joined(row: &PgRow) -> Result<Option<Case>, Error> {
    match row.try_get::<Option<Uuid>, _>("id")? {
        Some(_) => Ok(Some(Row::from_row(row)?.try_into()?)),
        None => Ok(None),
    }
}

/// The lines of a case's timeline, of which a row holds each column as a list.
fn events(row: &PgRow) -> Result<Vec<Event>, Error> {
    fn list<'r, T>(row: &'r PgRow, column: &str) -> Result<Vec<T>, sqlx::Error>
    where
        Option<Vec<T>>: sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        Ok(row.try_get::<Option<Vec<T>>, _>(column)?.unwrap_or_default())
    }
    let at: Vec<SqlTimestamp> = list(row, "line_at")?;
    let known_at: Vec<SqlTimestamp> = list(row, "line_known_at")?;
    let actor: Vec<String> = list(row, "line_actor")?;
    let what: Vec<Json<Happening>> = list(row, "line_what")?;
    let lines = list(row, "line_sequence")?.into_iter().zip(at).zip(known_at).zip(actor).zip(what);
    lines
        .map(|((((sequence, at), known_at), actor), what)| {
            Ok(Event {
                sequence,
                at: at.to_jiff(),
                known_at: known_at.to_jiff(),
                actor: Actor::from_text(&actor).ok_or_else(|| Error::internal("an unknown actor"))?,
                clerk: None,
                what: what.0,
            })
        })
        .collect()
}

/// A case of the acting person by its reference, and what goes with every page.
pub async fn whole(sql: &mut PgConnection, reference: &str) -> Result<(Around, Option<Whole>), Error> {
    let reference = Some(reference).filter(|reference| is_reference(reference));
    let statement = format!(
        "select around.*, c.*
           from (select {AROUND}) around
           left join (
             select {COLUMNS}, application is not null as has_application,
                    lines.*,
                    (select to_jsonb(d) from decision d where d.person = cases.person and d.case_id = cases.id) as decision,
                    (select to_jsonb(m) from correction m where m.person = cases.person and m.case_id = cases.id) as correction,
                    (select jsonb_agg(jsonb_build_object(
                                'id', r.id, 'reference', r.reference, 'kind', r.kind, 'title', r.title, 'organisation', r.organisation,
                                'stage', r.stage, 'part_of', r.part_of, 'objects_to', r.objects_to,
                                'withdrawn', r.stage = 'done' and not exists (
                                    select from decision d where d.person = r.person and d.case_id = r.id))
                              order by r.received_at, r.id)
                       from cases r
                      where r.person = cases.person
                        and (r.part_of = cases.id or r.objects_to = cases.id or r.id = cases.part_of or r.id = cases.objects_to)
                    ) as related
               from cases
              cross join lateral (
                    -- A list for each column: that takes half the time of a list of objects.
                    select array_agg(sequence) as line_sequence, array_agg(at) as line_at, array_agg(known_at) as line_known_at,
                           array_agg(actor) as line_actor, array_agg(what) as line_what
                      from (select sequence, at, known_at, actor, what from case_event e
                             where e.person = cases.person and e.case_id = cases.id and not e.internal order by e.at, e.sequence) l
                   ) lines
              where person = acting_person() and reference = $1
           ) c on true"
    );
    let row = sqlx::query(AssertSqlSafe(statement)).bind(reference).fetch_one(sql).await?;
    let around = around(&row)?;
    let Some(case) = joined(&row)? else { return Ok((around, None)) };
    let decision: Option<Json<Decision>> = row.try_get("decision")?;
    let correction: Option<Json<Correction>> = row.try_get("correction")?;
    let related: Option<Json<Vec<Related>>> = row.try_get("related")?;
    let whole = Whole {
        case,
        events: events(&row)?,
        decision: decision.map(|decision| decision.0),
        related: related.map(|related| related.0).unwrap_or_default(),
        has_application: row.try_get("has_application")?,
        correction: correction.map(|correction| correction.0),
    };
    Ok((around, Some(whole)))
}

/// More open cases than this nobody is shown at once.
const MOST_OPEN: i64 = 200;

/// The list of the acting person's cases.
#[derive(Debug, Default)]
pub struct List {
    pub around: Around,
    /// Somebody still has to decide; the first to be decided first.
    pub open: Vec<Case>,
    /// The last to change first, as many as were asked for.
    pub closed: Vec<Listed>,
    /// How many are closed in all.
    pub all_closed: i64,
}

/// The open cases, and `limit` closed ones from `offset`.
pub async fn list(sql: &mut PgConnection, limit: i64, offset: i64) -> Result<List, Error> {
    let statement = format!(
        "select around.*, c.*
           from (select {AROUND},
                        (select count(*) from cases where person = acting_person() and stage in ('decided', 'done')) as all_closed) around
           left join (
             (select {COLUMNS}, null as outcome, null::date as objection_until from cases
               where person = acting_person() and stage in ('received', 'in_treatment') order by due_on, id limit {MOST_OPEN})
             union all
             (select {COLUMNS},
                     (select d.outcome from decision d where d.person = cases.person and d.case_id = cases.id),
                     (select d.objection_until from decision d where d.person = cases.person and d.case_id = cases.id)
                from cases
               where person = acting_person() and stage in ('decided', 'done') order by changed_at desc, id limit $1 offset $2)
           ) c on true"
    );
    let rows = sqlx::query(AssertSqlSafe(statement)).bind(limit).bind(offset).fetch_all(sql).await?;
    let mut list = List::default();
    for row in rows {
        list.around = around(&row)?;
        list.all_closed = row.try_get("all_closed")?;
        let Some(case) = joined(&row)? else { continue };
        if case.stage.is_open() {
            list.open.push(case);
        } else {
            let outcome: Option<String> = row.try_get("outcome")?;
            let objection_until: Option<jiff_sqlx::Date> = row.try_get("objection_until")?;
            list.closed.push(Listed {
                case,
                outcome: outcome.and_then(|outcome| Outcome::from_text(&outcome)),
                objection_until: objection_until.map(jiff_sqlx::Date::to_jiff),
            });
        }
    }
    Ok(list)
}

/// The open cases alone.
pub async fn open(sql: &mut PgConnection) -> Result<Vec<Case>, Error> {
    let statement = format!(
        "select {COLUMNS} from cases where person = acting_person() and stage in ('received', 'in_treatment')
          order by due_on, id limit {MOST_OPEN}"
    );
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(statement)).fetch_all(sql).await?;
    rows.into_iter().map(Case::try_from).collect()
}
