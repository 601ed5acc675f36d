//! SQL of cases: the acting person's, and the queue of an organisation.

use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx;
use serde::Deserialize;
use serde_json::Value;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, types::Json};
use uuid::Uuid;

use super::model::{
    Actor, Case, Decision, Event, Grounds, Happening, Kind, LegalTerm, Outcome, Proposal, Question, Stage, Words,
};
use crate::{
    database::PersonId,
    deadlines::{Counting, Pause},
    error::Error,
    rules::model::Term,
};

/// The columns of [`Row`], in order of meaning; the sealed application is read by who needs it.
pub(super) const COLUMNS: &str = "person, id, reference, kind, service, title, organisation, part_of, objects_to, period, source_id, stage, status,
    status_at, received_at, standard_on, term, term_law, counting, term_from, extensions, pauses, due_on, question, default_notice_on, closed_at,
    taken_by, taken_name, proposal, changed_at, version";

#[derive(FromRow)]
pub(super) struct Row {
    person: PersonId,
    id: Uuid,
    reference: String,
    kind: String,
    service: Option<String>,
    title: Json<Words>,
    organisation: String,
    part_of: Option<Uuid>,
    objects_to: Option<Uuid>,
    period: Option<jiff_sqlx::Date>,
    source_id: Option<String>,
    stage: String,
    status: Option<Json<Words>>,
    status_at: Option<jiff_sqlx::Timestamp>,
    received_at: jiff_sqlx::Timestamp,
    standard_on: Option<jiff_sqlx::Date>,
    term: String,
    term_law: String,
    counting: String,
    term_from: Option<jiff_sqlx::Date>,
    extensions: Json<Vec<String>>,
    pauses: Json<Vec<Stood>>,
    due_on: jiff_sqlx::Date,
    question: Option<Json<Question>>,
    default_notice_on: Option<jiff_sqlx::Date>,
    closed_at: Option<jiff_sqlx::Timestamp>,
    taken_by: Option<String>,
    taken_name: Option<String>,
    proposal: Option<Json<Proposal>>,
    changed_at: jiff_sqlx::Timestamp,
    version: i32,
}

/// A pause as it is kept.
#[derive(Clone, Copy, Deserialize, serde::Serialize)]
struct Stood {
    from: Date,
    until: Option<Date>,
}

/// Anything else cannot be one, and some of it not even a text to PostgreSQL.
pub(super) fn is_reference(text: &str) -> bool {
    text.len() <= 40 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn term(text: String) -> Result<Term, Error> {
    Term::try_from(text).map_err(Error::internal)
}

const fn counting_text(counting: Counting) -> &'static str {
    match counting {
        Counting::Termijnenwet => "termijnenwet",
        Counting::Regulation1182 => "regulation-1182",
    }
}

impl TryFrom<Row> for Case {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let unknown = |what: &str| Error::internal(format!("a case has an unknown {what}"));
        let counting = if row.counting == counting_text(Counting::Termijnenwet) {
            Counting::Termijnenwet
        } else {
            Counting::Regulation1182
        };
        let pauses = row.pauses.0.into_iter().map(|stood| Pause { from: stood.from, until: stood.until });
        Ok(Self {
            person: row.person,
            id: row.id,
            reference: row.reference,
            kind: Kind::from_text(&row.kind).ok_or_else(|| unknown("kind"))?,
            service: row.service,
            title: row.title.0,
            organisation: row.organisation,
            part_of: row.part_of,
            objects_to: row.objects_to,
            period: row.period.map(jiff_sqlx::Date::to_jiff),
            source_id: row.source_id,
            stage: Stage::from_text(&row.stage).ok_or_else(|| unknown("stage"))?,
            status: row.status.map(|status| status.0),
            status_at: row.status_at.map(jiff_sqlx::Timestamp::to_jiff),
            received_at: row.received_at.to_jiff(),
            standard_on: row.standard_on.map(jiff_sqlx::Date::to_jiff),
            legal_term: LegalTerm { term: term(row.term)?, law: row.term_law, counting },
            term_from: row.term_from.map(jiff_sqlx::Date::to_jiff),
            extensions: row.extensions.0.into_iter().map(term).collect::<Result<_, _>>()?,
            pauses: pauses.collect(),
            due_on: row.due_on.to_jiff(),
            question: row.question.map(|question| question.0),
            default_notice_on: row.default_notice_on.map(jiff_sqlx::Date::to_jiff),
            closed_at: row.closed_at.map(jiff_sqlx::Timestamp::to_jiff),
            taken_by: row.taken_by,
            taken_name: row.taken_name,
            proposal: row.proposal.map(|proposal| proposal.0),
            changed_at: row.changed_at.to_jiff(),
            version: row.version,
        })
    }
}

fn cases(rows: Vec<Row>) -> Result<Vec<Case>, Error> {
    rows.into_iter().map(Case::try_from).collect()
}

/// The acting person's cases, newest change first; `limit` from `offset`.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn list(sql: &mut PgConnection, limit: i64, offset: i64) -> Result<Vec<Case>, Error> {
    let statement = format!(
        "select {COLUMNS} from cases where person = acting_person() order by changed_at desc, id limit $1 offset $2"
    );
    cases(sqlx::query_as(AssertSqlSafe(statement)).bind(limit).bind(offset).fetch_all(sql).await?)
}

/// A case of the acting person.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn by_reference(sql: &mut PgConnection, reference: &str) -> Result<Option<Case>, Error> {
    if !is_reference(reference) {
        return Ok(None);
    }
    let statement = format!("select {COLUMNS} from cases where person = acting_person() and reference = $1");
    let row: Option<Row> = sqlx::query_as(AssertSqlSafe(statement)).bind(reference).fetch_optional(sql).await?;
    row.map(Case::try_from).transpose()
}

/// A case of the acting organisation, for the desk; whoever goes on then acts in the name of its person.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn of_organisation(sql: &mut PgConnection, reference: &str) -> Result<Option<Case>, Error> {
    if !is_reference(reference) {
        return Ok(None);
    }
    let statement =
        format!("select {COLUMNS} from cases where organisation = acting_organisation() and reference = $1");
    let row: Option<Row> = sqlx::query_as(AssertSqlSafe(statement)).bind(reference).fetch_optional(sql).await?;
    row.map(Case::try_from).transpose()
}

/// A case of the acting organisation, as its own system knows it.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn of_organisation_by_id(sql: &mut PgConnection, id: Uuid) -> Result<Option<Case>, Error> {
    let statement = format!("select {COLUMNS} from cases where organisation = acting_organisation() and id = $1");
    let row: Option<Row> = sqlx::query_as(AssertSqlSafe(statement)).bind(id).fetch_optional(sql).await?;
    row.map(Case::try_from).transpose()
}

/// Whether a document belongs to a case of the acting person: somebody added it, or it came with the decision.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn has_document(sql: &mut PgConnection, case: Uuid, document: Uuid) -> Result<bool, Error> {
    Ok(sqlx::query_scalar(
        "select exists (select from case_event where person = acting_person() and case_id = $1
                                                 and what -> 'documents' ? $2::text)
             or exists (select from decision where person = acting_person() and case_id = $1 and $2 = any (documents))",
    )
    .bind(case)
    .bind(document)
    .fetch_one(sql)
    .await?)
}

/// The acting person's case as an organisation knows it.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn by_source(sql: &mut PgConnection, organisation: &str, source_id: &str) -> Result<Option<Case>, Error> {
    let statement =
        format!("select {COLUMNS} from cases where person = acting_person() and organisation = $1 and source_id = $2");
    let row: Option<Row> =
        sqlx::query_as(AssertSqlSafe(statement)).bind(organisation).bind(source_id).fetch_optional(sql).await?;
    row.map(Case::try_from).transpose()
}

/// Cases that belong with one: its parts, and the objections to its decision.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn with(sql: &mut PgConnection, id: Uuid) -> Result<Vec<Case>, Error> {
    let statement = format!(
        "select {COLUMNS} from cases where person = acting_person() and (part_of = $1 or objects_to = $1) order by received_at, id"
    );
    cases(sqlx::query_as(AssertSqlSafe(statement)).bind(id).fetch_all(sql).await?)
}

/// The acting person's case, held until the transaction ends, so that two who change it come one after the other.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn hold(sql: &mut PgConnection, id: Uuid) -> Result<Option<Case>, Error> {
    let statement = format!("select {COLUMNS} from cases where person = acting_person() and id = $1 for update");
    let row: Option<Row> = sqlx::query_as(AssertSqlSafe(statement)).bind(id).fetch_optional(sql).await?;
    row.map(Case::try_from).transpose()
}

#[derive(FromRow)]
struct EventRow {
    sequence: i32,
    at: jiff_sqlx::Timestamp,
    known_at: jiff_sqlx::Timestamp,
    actor: String,
    clerk: Option<String>,
    what: Json<Happening>,
}

/// The timeline of a case of the acting person, in the order in which it happened; `internal` is for the organisation alone.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn events(sql: &mut PgConnection, case: Uuid, internal: bool) -> Result<Vec<Event>, Error> {
    let rows: Vec<EventRow> = sqlx::query_as(
        "select sequence, at, known_at, actor, clerk, what from case_event
          where person = acting_person() and case_id = $1 and ($2 or not internal) order by at, sequence",
    )
    .bind(case)
    .bind(internal)
    .fetch_all(sql)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Event {
                sequence: row.sequence,
                at: row.at.to_jiff(),
                known_at: row.known_at.to_jiff(),
                actor: Actor::from_text(&row.actor).ok_or_else(|| Error::internal("an unknown actor"))?,
                clerk: row.clerk,
                what: row.what.0,
            })
        })
        .collect()
}

#[derive(FromRow)]
struct DecisionRow {
    outcome: String,
    reasons: String,
    grounds: Json<Grounds>,
    decided_on: jiff_sqlx::Date,
    announced_on: jiff_sqlx::Date,
    objection_until: Option<jiff_sqlx::Date>,
    documents: Vec<Uuid>,
}

/// The decision in a case of the acting person.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn decision(sql: &mut PgConnection, case: Uuid) -> Result<Option<Decision>, Error> {
    let row: Option<DecisionRow> = sqlx::query_as(
        "select outcome, reasons, grounds, decided_on, announced_on, objection_until, documents
           from decision where person = acting_person() and case_id = $1",
    )
    .bind(case)
    .fetch_optional(sql)
    .await?;
    row.map(|row| {
        Ok(Decision {
            outcome: Outcome::from_text(&row.outcome).ok_or_else(|| Error::internal("an unknown outcome"))?,
            reasons: row.reasons,
            grounds: row.grounds.0,
            decided_on: row.decided_on.to_jiff(),
            announced_on: row.announced_on.to_jiff(),
            objection_until: row.objection_until.map(jiff_sqlx::Date::to_jiff),
            documents: row.documents,
        })
    })
    .transpose()
}

/// The number of the acting person's newest application for a service.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn latest_of(sql: &mut PgConnection, service: &str) -> Result<Option<String>, Error> {
    let reference = sqlx::query_scalar(
        "select reference from cases where person = acting_person() and service = $1 and kind = 'application'
          order by received_at desc, id limit 1",
    )
    .bind(service)
    .fetch_optional(sql)
    .await?;
    Ok(reference)
}

/// What the citizen sent with a case, sealed.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn application(sql: &mut PgConnection, case: Uuid) -> Result<Option<Vec<u8>>, Error> {
    let sealed = sqlx::query_scalar("select application from cases where person = acting_person() and id = $1")
        .bind(case)
        .fetch_optional(sql)
        .await?;
    Ok(sealed.flatten())
}

/// Keeps a new case; false when the same offer or the organisation's own number has one already.
pub(super) async fn insert(sql: &mut PgConnection, case: &Case, application: Option<&[u8]>) -> Result<bool, Error> {
    let done = sqlx::query(
        "insert into cases (person, id, reference, kind, service, title, organisation, part_of, objects_to, period, source_id, stage,
                            received_at, standard_on, term, term_law, counting, term_from, due_on, application, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
         on conflict do nothing",
    )
    .bind(case.person)
    .bind(case.id)
    .bind(&case.reference)
    .bind(case.kind.as_str())
    .bind(&case.service)
    .bind(Json(&case.title))
    .bind(&case.organisation)
    .bind(case.part_of)
    .bind(case.objects_to)
    .bind(case.period.map(|day| day.to_sqlx()))
    .bind(&case.source_id)
    .bind(case.stage.as_str())
    .bind(case.received_at.to_sqlx())
    .bind(case.standard_on.map(|day| day.to_sqlx()))
    .bind(case.legal_term.term.to_string())
    .bind(&case.legal_term.law)
    .bind(counting_text(case.legal_term.counting))
    .bind(case.term_from.map(|day| day.to_sqlx()))
    .bind(case.due_on.to_sqlx())
    .bind(application)
    .bind(case.changed_at.to_sqlx())
    .execute(sql)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Writes what changed of a case that is held, and its line in the timeline.
pub(super) async fn update(sql: &mut PgConnection, case: &Case, event: &Event) -> Result<(), Error> {
    let extensions: Vec<String> = case.extensions.iter().map(ToString::to_string).collect();
    let pauses: Vec<Stood> = case.pauses.iter().map(|pause| Stood { from: pause.from, until: pause.until }).collect();
    sqlx::query(
        "with changed as (
             update cases
                set stage = $3, status = $4, status_at = $5, extensions = $6, pauses = $7, due_on = $8, paused = $9, question = $10,
                    default_notice_on = $11, late_told = late_told or $12, closed_at = $13, taken_by = $14, taken_name = $15,
                    proposal = $16, changed_at = $17, version = $18, answer_by = $25, organisation = $26, source_id = $27, remind_on = $28
              where person = $1 and id = $2
         )
         insert into case_event (person, case_id, sequence, at, known_at, actor, clerk, what, internal)
         select $1, $2, coalesce(max(sequence), 0) + 1, $19, $20, $21, $22, $23, $24
           from case_event where person = $1 and case_id = $2",
    )
    .bind(case.person)
    .bind(case.id)
    .bind(case.stage.as_str())
    .bind(case.status.as_ref().map(Json))
    .bind(case.status_at.map(|at| at.to_sqlx()))
    .bind(Json(extensions))
    .bind(Json(pauses))
    .bind(case.due_on.to_sqlx())
    .bind(case.is_paused())
    .bind(case.question.as_ref().map(Json))
    .bind(case.default_notice_on.map(|day| day.to_sqlx()))
    .bind(matches!(event.what, Happening::Late))
    .bind(case.closed_at.map(|at| at.to_sqlx()))
    .bind(&case.taken_by)
    .bind(&case.taken_name)
    .bind(case.proposal.as_ref().map(Json))
    .bind(case.changed_at.to_sqlx())
    .bind(case.version)
    .bind(event.at.to_sqlx())
    .bind(event.known_at.to_sqlx())
    .bind(event.actor.as_str())
    .bind(&event.clerk)
    .bind(Json(&event.what))
    .bind(event.what.is_internal())
    .bind(case.question.as_ref().filter(|_| case.is_paused()).map(|question| question.answer_by.to_sqlx()))
    .bind(&case.organisation)
    .bind(&case.source_id)
    .bind(case.question.as_ref().and_then(|question| question.remind_on).map(|day| day.to_sqlx()))
    .execute(sql)
    .await?;
    Ok(())
}

/// Keeps the decision in a case.
pub(super) async fn decide(sql: &mut PgConnection, case: &Case, decision: &Decision) -> Result<(), Error> {
    sqlx::query(
        "insert into decision (person, case_id, outcome, reasons, grounds, decided_on, announced_on, objection_until, documents)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(case.person)
    .bind(case.id)
    .bind(decision.outcome.as_str())
    .bind(&decision.reasons)
    .bind(Json(&decision.grounds))
    .bind(decision.decided_on.to_sqlx())
    .bind(decision.announced_on.to_sqlx())
    .bind(decision.objection_until.map(|day| day.to_sqlx()))
    .bind(&decision.documents)
    .execute(sql)
    .await?;
    Ok(())
}

/// The acting person's own number, sealed, for who has to know whom a case is about.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn sealed_bsn(sql: &mut PgConnection) -> Result<Option<Vec<u8>>, Error> {
    let sealed =
        sqlx::query_scalar("select bsn from person where person = acting_person()").fetch_optional(sql).await?;
    Ok(sealed.flatten())
}

/// What a case of the acting person was told of, to be sent to its organisation.
pub(super) struct Outgoing<'a> {
    pub id: Uuid,
    pub organisation: &'a str,
    pub case: Uuid,
    pub kind: &'a str,
    pub time: Timestamp,
    pub sealed: &'a [u8],
}

pub(super) async fn put(sql: &mut PgConnection, event: Outgoing<'_>) -> Result<(), Error> {
    sqlx::query(
        "insert into outgoing_event (id, organisation, case_id, type, time, body, due_at) values ($1, $2, $3, $4, $5, $6, $5)",
    )
    .bind(event.id)
    .bind(event.organisation)
    .bind(event.case)
    .bind(event.kind)
    .bind(event.time.to_sqlx())
    .bind(event.sealed)
    .execute(sql)
    .await?;
    Ok(())
}

/// Titles of cases of the acting person, by id, for messages.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn titles(sql: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<(Uuid, String, Words)>, Error> {
    let rows: Vec<(Uuid, String, Json<Value>)> =
        sqlx::query_as("select id, reference, title from cases where person = acting_person() and id = any($1)")
            .bind(ids)
            .fetch_all(sql)
            .await?;
    rows.into_iter()
        .map(|(id, reference, title)| Ok((id, reference, serde_json::from_value(title.0).map_err(Error::internal)?)))
        .collect()
}
