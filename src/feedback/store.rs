//! SQL of feedback: the acting person's, and what an organisation is to answer.

use jiff_sqlx::ToSqlx;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, types::Json};
use uuid::Uuid;

use super::model::{Actor, Event, Feedback, Happening, IdeaFace, Kind, Outcome, State};
use crate::{database::PersonId, error::Error, i18n::Locale};

/// The columns of [`Row`].
pub const COLUMNS: &str = "person, id, reference, kind, organisation, passed_from, service, about, page, text, wish, language, wants_answer,
    contact, state, outcome, category, received_at, term_from, standard_on, due_on, extended_by, asked, question, answered_at, first_contact,
    closed_at, taken_by, taken_name, changed_at, version";

#[derive(FromRow)]
pub(super) struct Row {
    person: PersonId,
    id: Uuid,
    reference: String,
    kind: String,
    organisation: String,
    passed_from: Option<String>,
    service: Option<String>,
    about: Option<String>,
    page: Option<String>,
    text: String,
    wish: Option<String>,
    language: String,
    wants_answer: bool,
    contact: Option<Vec<u8>>,
    state: String,
    outcome: Option<String>,
    category: Option<String>,
    received_at: jiff_sqlx::Timestamp,
    term_from: jiff_sqlx::Date,
    standard_on: Option<jiff_sqlx::Date>,
    due_on: jiff_sqlx::Date,
    extended_by: i16,
    asked: bool,
    question: Option<String>,
    answered_at: Option<jiff_sqlx::Timestamp>,
    first_contact: Option<bool>,
    closed_at: Option<jiff_sqlx::Timestamp>,
    taken_by: Option<String>,
    taken_name: Option<String>,
    changed_at: jiff_sqlx::Timestamp,
    version: i32,
}

impl TryFrom<Row> for Feedback {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let unknown = |what: &str| Error::internal(format!("feedback has an unknown {what}"));
        Ok(Self {
            person: row.person,
            id: row.id,
            reference: row.reference,
            kind: Kind::from_text(&row.kind).ok_or_else(|| unknown("kind"))?,
            organisation: row.organisation,
            passed_from: row.passed_from,
            service: row.service,
            about: row.about,
            page: row.page,
            text: row.text,
            wish: row.wish,
            locale: if row.language == "en" { Locale::en } else { Locale::nl },
            wants_answer: row.wants_answer,
            contact: row.contact,
            state: State::from_text(&row.state).ok_or_else(|| unknown("state"))?,
            outcome: row.outcome.map(|text| Outcome::from_text(&text).ok_or_else(|| unknown("outcome"))).transpose()?,
            category: row.category,
            received_at: row.received_at.to_jiff(),
            term_from: row.term_from.to_jiff(),
            standard_on: row.standard_on.map(jiff_sqlx::Date::to_jiff),
            due_on: row.due_on.to_jiff(),
            extended_by: row.extended_by,
            asked: row.asked,
            question: row.question,
            answered_at: row.answered_at.map(jiff_sqlx::Timestamp::to_jiff),
            first_contact: row.first_contact,
            closed_at: row.closed_at.map(jiff_sqlx::Timestamp::to_jiff),
            taken_by: row.taken_by,
            taken_name: row.taken_name,
            changed_at: row.changed_at.to_jiff(),
            version: row.version,
        })
    }
}

/// Feedback that is locked until the transaction ends, so that two who change it come one after the other.
#[derive(Clone, Debug)]
pub struct Held(pub(super) Feedback);

impl std::ops::Deref for Held {
    type Target = Feedback;
    fn deref(&self) -> &Feedback {
        &self.0
    }
}

/// Anything else cannot be one, and some of it not even a text to PostgreSQL.
pub fn is_reference(text: &str) -> bool {
    text.len() <= 40 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

async fn one(
    sql: &mut PgConnection,
    condition: &'static str,
    bind: impl for<'q> sqlx::Encode<'q, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + 'static,
) -> Result<Option<Feedback>, Error> {
    let statement = format!("select {COLUMNS} from feedback where {condition}");
    let row: Option<Row> = sqlx::query_as(AssertSqlSafe(statement)).bind(bind).fetch_optional(sql).await?;
    row.map(Feedback::try_from).transpose()
}

/// What the acting person said, newest change first.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn list(sql: &mut PgConnection, limit: i64, offset: i64) -> Result<Vec<Feedback>, Error> {
    let statement = format!(
        "select {COLUMNS} from feedback where person = acting_person() order by changed_at desc, id limit $1 offset $2"
    );
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(statement)).bind(limit).bind(offset).fetch_all(sql).await?;
    rows.into_iter().map(Feedback::try_from).collect()
}

/// By its number, of the acting person.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn by_reference(sql: &mut PgConnection, reference: &str) -> Result<Option<Feedback>, Error> {
    if !is_reference(reference) {
        return Ok(None);
    }
    one(sql, "person = acting_person() and reference = $1", reference.to_owned()).await
}

/// Of the acting person.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn by_id(sql: &mut PgConnection, id: Uuid) -> Result<Option<Feedback>, Error> {
    one(sql, "person = acting_person() and id = $1", id).await
}

/// By its number, of the acting organisation; whoever goes on then acts in the name of its person.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn of_organisation(sql: &mut PgConnection, reference: &str) -> Result<Option<Feedback>, Error> {
    if !is_reference(reference) {
        return Ok(None);
    }
    one(sql, "organisation = acting_organisation() and reference = $1", reference.to_owned()).await
}

/// Of the acting person, held for a change.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn hold(sql: &mut PgConnection, id: Uuid) -> Result<Option<Held>, Error> {
    Ok(one(sql, "person = acting_person() and id = $1 for update", id).await?.map(Held))
}

/// Which feedback a secret link opens, by the SHA-256 of its secret.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn following(sql: &mut PgConnection, hash: &[u8]) -> Result<Option<Uuid>, Error> {
    Ok(sqlx::query_scalar("select feedback_following($1)").bind(hash).fetch_one(sql).await?)
}

#[derive(FromRow)]
struct EventRow {
    sequence: i32,
    at: jiff_sqlx::Timestamp,
    actor: String,
    clerk: Option<String>,
    what: Json<Happening>,
}

/// The timeline, in order; `internal` is for the organisation alone.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn events(sql: &mut PgConnection, feedback: Uuid, internal: bool) -> Result<Vec<Event>, Error> {
    let rows: Vec<EventRow> = sqlx::query_as(
        "select sequence, at, actor, clerk, what from feedback_event
          where person = acting_person() and feedback_id = $1 and ($2 or not internal) order by sequence",
    )
    .bind(feedback)
    .bind(internal)
    .fetch_all(sql)
    .await?;
    let actor = |text: &str| Actor::ALL.into_iter().find(|actor| actor.as_str() == text);
    rows.into_iter()
        .map(|row| {
            Ok(Event {
                sequence: row.sequence,
                at: row.at.to_jiff(),
                actor: actor(&row.actor).ok_or_else(|| Error::internal("an unknown actor"))?,
                clerk: row.clerk,
                what: row.what.0,
            })
        })
        .collect()
}

/// Keeps new feedback; false when it is there already: the same form, sent twice.
pub(super) async fn insert(sql: &mut PgConnection, new: &Feedback, follow_up: Option<&[u8]>) -> Result<bool, Error> {
    let done = sqlx::query(
        "insert into feedback (person, id, reference, kind, organisation, service, about, page, text, wish, language, wants_answer, contact,
                               follow_up, state, received_at, term_from, standard_on, due_on, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $16)
         on conflict do nothing",
    )
    .bind(new.person)
    .bind(new.id)
    .bind(&new.reference)
    .bind(new.kind.as_str())
    .bind(&new.organisation)
    .bind(&new.service)
    .bind(&new.about)
    .bind(&new.page)
    .bind(&new.text)
    .bind(&new.wish)
    .bind(if new.locale == Locale::en { "en" } else { "nl" })
    .bind(new.wants_answer)
    .bind(&new.contact)
    .bind(follow_up)
    .bind(new.state.as_str())
    .bind(new.received_at.to_sqlx())
    .bind(new.term_from.to_sqlx())
    .bind(new.standard_on.map(|day| day.to_sqlx()))
    .bind(new.due_on.to_sqlx())
    .execute(sql)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Adds a line to the timeline.
pub(super) async fn append(sql: &mut PgConnection, feedback: &Feedback, event: &Event) -> Result<(), Error> {
    sqlx::query(
        "insert into feedback_event (person, feedback_id, sequence, at, actor, clerk, what, internal)
         select $1, $2, coalesce(max(sequence), 0) + 1, $3, $4, $5, $6, $7
           from feedback_event where person = $1 and feedback_id = $2",
    )
    .bind(feedback.person)
    .bind(feedback.id)
    .bind(event.at.to_sqlx())
    .bind(event.actor.as_str())
    .bind(&event.clerk)
    .bind(Json(&event.what))
    .bind(event.what.is_internal())
    .execute(sql)
    .await?;
    Ok(())
}

/// Writes what changed of feedback that is held.
pub(super) async fn update(sql: &mut PgConnection, changed: &Feedback, late_told: bool) -> Result<(), Error> {
    sqlx::query(
        "update feedback
            set organisation = $3, passed_from = $4, state = $5, outcome = $6, category = $7, term_from = $8, standard_on = $9, due_on = $10,
                extended_by = $11, late_told = $12 or (late_told and due_on >= $10), asked = $13, question = $14, answered_at = $15,
                first_contact = $16, closed_at = $17, taken_by = $18, taken_name = $19, changed_at = $20, version = $21
          where person = $1 and id = $2",
    )
    .bind(changed.person)
    .bind(changed.id)
    .bind(&changed.organisation)
    .bind(&changed.passed_from)
    .bind(changed.state.as_str())
    .bind(changed.outcome.map(Outcome::as_str))
    .bind(&changed.category)
    .bind(changed.term_from.to_sqlx())
    .bind(changed.standard_on.map(|day| day.to_sqlx()))
    .bind(changed.due_on.to_sqlx())
    .bind(changed.extended_by)
    .bind(late_told)
    .bind(changed.asked)
    .bind(&changed.question)
    .bind(changed.answered_at.map(|at| at.to_sqlx()))
    .bind(changed.first_contact)
    .bind(changed.closed_at.map(|at| at.to_sqlx()))
    .bind(&changed.taken_by)
    .bind(&changed.taken_name)
    .bind(changed.changed_at.to_sqlx())
    .bind(changed.version)
    .execute(sql)
    .await?;
    Ok(())
}

#[derive(FromRow)]
struct FaceRow {
    number: i64,
    title: String,
    body: String,
    author: Option<String>,
    supports: i32,
    owner: Option<String>,
    promised_on: Option<jiff_sqlx::Date>,
    answer: Option<String>,
    answered_at: Option<jiff_sqlx::Timestamp>,
    link: Option<String>,
    merged_into: Option<i64>,
    published_at: Option<jiff_sqlx::Timestamp>,
}

/// The face of an idea of the acting person.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn face(sql: &mut PgConnection, idea: Uuid) -> Result<Option<IdeaFace>, Error> {
    let row: Option<FaceRow> = sqlx::query_as(
        "select number, title, body, author, supports, owner, promised_on, answer, answered_at, link, merged_into, published_at
           from idea where person = acting_person() and id = $1",
    )
    .bind(idea)
    .fetch_optional(sql)
    .await?;
    Ok(row.map(|row| IdeaFace {
        number: row.number,
        title: row.title,
        body: row.body,
        author: row.author,
        supports: row.supports,
        owner: row.owner,
        promised_on: row.promised_on.map(jiff_sqlx::Date::to_jiff),
        answer: row.answer,
        answered_at: row.answered_at.map(jiff_sqlx::Timestamp::to_jiff),
        link: row.link,
        merged_into: row.merged_into,
        published_at: row.published_at.map(jiff_sqlx::Timestamp::to_jiff),
    }))
}

/// Gives an idea its face.
pub(super) async fn insert_face(
    sql: &mut PgConnection,
    idea: &Feedback,
    title: &str,
    author: Option<&str>,
) -> Result<(), Error> {
    sqlx::query("insert into idea (person, id, title, body, author) values ($1, $2, $3, $4, $5)")
        .bind(idea.person)
        .bind(idea.id)
        .bind(title)
        .bind(&idea.text)
        .bind(author)
        .execute(sql)
        .await?;
    Ok(())
}

/// Writes the face of an idea that is held.
pub(super) async fn update_face(sql: &mut PgConnection, idea: Uuid, face: &IdeaFace) -> Result<(), Error> {
    sqlx::query(
        "update idea set title = $2, body = $3, owner = $4, promised_on = $5, answer = $6, answered_at = $7, link = $8, published_at = $9
          where person = acting_person() and id = $1",
    )
    .bind(idea)
    .bind(&face.title)
    .bind(&face.body)
    .bind(&face.owner)
    .bind(face.promised_on.map(|day| day.to_sqlx()))
    .bind(&face.answer)
    .bind(face.answered_at.map(|at| at.to_sqlx()))
    .bind(&face.link)
    .bind(face.published_at.map(|at| at.to_sqlx()))
    .execute(sql)
    .await?;
    Ok(())
}

/// The support of one idea moves to another; false when that is no public idea, or the same.
pub(super) async fn merge(sql: &mut PgConnection, from: i64, into: i64) -> Result<bool, Error> {
    if from == into {
        return Ok(false);
    }
    Ok(sqlx::query_scalar("select idea_merge($1, $2)").bind(from).bind(into).fetch_one(sql).await?)
}

/// Whether the acting person's number stands on another list too, so that it is not sure whose what is.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn is_disputed(sql: &mut PgConnection) -> Result<bool, Error> {
    Ok(sqlx::query_scalar("select exists (select from bsn_conflict where person = acting_person())")
        .fetch_one(sql)
        .await?)
}
