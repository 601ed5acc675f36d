//! SQL of insights: a few counted rows for each page.

use jiff::{Timestamp, ToSpan, civil::Date};
use jiff_sqlx::ToSqlx;
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use super::model::{Figures, Improvement, Item, Theme};
use crate::error::Error;

/// Items of a theme that are listed.
pub const LISTED: i32 = 100;

/// The first of the months that a page shows: this one and the eleven before.
pub fn first_month(today: Date) -> Date {
    today.first_of_month().saturating_sub(11.months())
}

/// Since when words are compared, and categories and services counted: this month and the two before.
pub fn lately(today: Date) -> Date {
    today.first_of_month().saturating_sub(2.months())
}

/// The figures of the acting organisation, of one service or (`""`) of all.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn figures(sql: &mut PgConnection, organisation: &str, service: &str, today: Date) -> Result<Figures, Error> {
    let (Json(figures),): (Json<Figures>,) = sqlx::query_as(
        "select jsonb_build_object(
            'months', (select coalesce(jsonb_agg(to_jsonb(m) order by m.month, m.kind), '[]')
                         from feedback_month m where organisation = $1 and service = $2 and month >= $3),
            'categories', (select coalesce(jsonb_agg(to_jsonb(c) order by c.items desc, c.category), '[]')
                             from (select category, sum(items) as items from feedback_category
                                    where organisation = $1 and service = $2 and month >= $4 group by category) c),
            'themes', (select coalesce(jsonb_agg(to_jsonb(t) order by t.place), '[]')
                         from feedback_theme t where organisation = $1 and service = $2),
            'services', (select coalesce(jsonb_agg(jsonb_build_array(s.service, s.received) order by s.received desc, s.service), '[]')
                           from (select service, sum(received) as received from feedback_month
                                  where organisation = $1 and service <> '' and month >= $4 group by service) s),
            'satisfaction', (select coalesce(jsonb_agg(to_jsonb(s) order by s.month), '[]')
                               from survey_month s where organisation = $1 and service = $2 and month >= $3),
            'corrections', (select coalesce(jsonb_agg(to_jsonb(c) order by c.asked desc, c.register, c.value), '[]')
                              from (select register, value, coalesce(sum(corrections) filter (where state = 'submitted'), 0) as asked,
                                           coalesce(sum(corrections) filter (where state = 'honoured'), 0) as honoured,
                                           coalesce(sum(corrections) filter (where state = 'partly_honoured'), 0) as partly,
                                           coalesce(sum(corrections) filter (where state = 'refused'), 0) as refused
                                      from correction_count where organisation = $1 and month >= $3 group by 1, 2
                                     order by 3 desc, 1, 2 limit 50) c),
            'pages', (select coalesce(jsonb_agg(to_jsonb(p) order by p.wrong + p.unclear desc, p.visits desc, p.page), '[]')
                        from (select page, sum(visits) as visits, sum(sent) as sent, sum(wrong) as wrong, sum(clear) as clear,
                                     sum(unclear) as unclear
                                from page_count where day > $5 group by page having sum(wrong) + sum(unclear) > 0
                               order by sum(wrong) + sum(unclear) desc, sum(visits) desc, page limit 20) p))",
    )
    .bind(organisation)
    .bind(service)
    .bind(first_month(today).to_sqlx())
    .bind(lately(today).to_sqlx())
    .bind(today.saturating_sub(30.days()).to_sqlx())
    .fetch_one(sql)
    .await?;
    Ok(figures)
}

/// What was said about a theme lately, newest first, and how often in all (as far as it is listed).
///
/// # Errors
/// Those of PostgreSQL.
pub async fn items(sql: &mut PgConnection, theme: &Theme, service: &str, since: Date) -> Result<Vec<Item>, Error> {
    let items = match theme {
        Theme::Word(word) => {
            sqlx::query_as("select reference, kind, received_at from feedback_with_word($1, $2, $3, $4)").bind(word)
        }
        Theme::Category(category) => sqlx::query_as(
            "select reference, kind, received_at from feedback
              where organisation = nullif(acting_organisation(), '') and category = $1 and ($2 = '' or coalesce(service, '-') = $2)
                and received_at >= $3::date::timestamp at time zone 'Europe/Amsterdam'
              order by received_at desc, id limit $4",
        )
        .bind(category.as_str()),
    };
    Ok(items.bind(service).bind(since.to_sqlx()).bind(LISTED).fetch_all(sql).await?)
}

const IMPROVEMENT: &str =
    "select i.id, i.service, i.theme, i.title, i.said, i.did, i.link, i.made_by, i.made_at, i.published_at, i.version,
       (select count(*) from improvement_feedback f where f.improvement = i.id) as linked,
       (select count(*) from improvement_feedback f where f.improvement = i.id and f.told_at is not null) as told
  from improvement i where i.organisation = nullif(acting_organisation(), '')";

#[derive(FromRow)]
struct Columns {
    id: Uuid,
    service: Option<String>,
    theme: String,
    title: String,
    said: String,
    did: String,
    link: Option<String>,
    made_by: String,
    made_at: jiff_sqlx::Timestamp,
    published_at: Option<jiff_sqlx::Timestamp>,
    version: i32,
    linked: i64,
    told: i64,
}

impl From<Columns> for Improvement {
    fn from(row: Columns) -> Self {
        Self {
            id: row.id,
            service: row.service,
            theme: row.theme,
            title: row.title,
            said: row.said,
            did: row.did,
            link: row.link,
            made_by: row.made_by,
            made_at: row.made_at.to_jiff(),
            published_at: row.published_at.map(jiff_sqlx::Timestamp::to_jiff),
            version: row.version,
            linked: row.linked,
            told: row.told,
        }
    }
}

/// The improvements of the acting organisation, newest first.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn improvements(sql: &mut PgConnection) -> Result<Vec<Improvement>, Error> {
    let statement = format!("{IMPROVEMENT} order by i.made_at desc, i.id limit 200");
    let rows: Vec<Columns> = sqlx::query_as(sqlx::AssertSqlSafe(statement)).fetch_all(sql).await?;
    Ok(rows.into_iter().map(Improvement::from).collect())
}

/// # Errors
/// Those of PostgreSQL.
pub async fn improvement(sql: &mut PgConnection, id: Uuid) -> Result<Option<Improvement>, Error> {
    let statement = format!("{IMPROVEMENT} and i.id = $1");
    let row: Option<Columns> = sqlx::query_as(sqlx::AssertSqlSafe(statement)).bind(id).fetch_optional(sql).await?;
    Ok(row.map(Improvement::from))
}

/// What an improvement says.
#[derive(Clone, Copy, Debug)]
pub struct Says<'a> {
    pub title: &'a str,
    pub said: &'a str,
    pub did: &'a str,
    pub link: Option<&'a str>,
}

/// Where an improvement starts.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a> {
    pub id: Uuid,
    pub organisation: &'a str,
    pub service: &'a str,
    pub theme: &'a Theme,
    pub clerk: &'a str,
    pub at: Timestamp,
    pub since: Date,
}

/// Starts an improvement, linked to what was said about its theme. Twice is once: the form names it.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn start(sql: &mut PgConnection, start: Start<'_>, says: Says<'_>) -> Result<(), Error> {
    let (kind, theme) = start.theme.key();
    let made = sqlx::query(
        "insert into improvement (id, organisation, service, theme, title, said, did, link, made_by, made_at)
         values ($1, $2, nullif($3, ''), $4, $5, $6, $7, $8, $9, $10)
         on conflict (id) do nothing",
    )
    .bind(start.id)
    .bind(start.organisation)
    .bind(start.service)
    .bind(format!("{kind}:{theme}"))
    .bind(says.title)
    .bind(says.said)
    .bind(says.did)
    .bind(says.link)
    .bind(start.clerk)
    .bind(start.at.to_sqlx())
    .execute(&mut *sql)
    .await?;
    if made.rows_affected() == 0 {
        return Ok(());
    }
    let link = match start.theme {
        Theme::Word(_) => "select improvement_link_word($1, $2, $3, $4)",
        Theme::Category(_) => "select improvement_link_category($1, $2, $3, $4)",
    };
    sqlx::query(link).bind(start.id).bind(theme).bind(start.service).bind(start.since.to_sqlx()).execute(sql).await?;
    Ok(())
}

/// Changes what an improvement says, and publishes it where that is asked; false when somebody else changed it since.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn change(
    sql: &mut PgConnection,
    id: Uuid,
    saw: i32,
    says: Says<'_>,
    publish_at: Option<Timestamp>,
) -> Result<bool, Error> {
    let done = sqlx::query(
        "update improvement
            set title = $3, said = $4, did = $5, link = $6, published_at = coalesce(published_at, $7), version = version + 1
          where id = $1 and version = $2 and organisation = nullif(acting_organisation(), '')",
    )
    .bind(id)
    .bind(saw)
    .bind(says.title)
    .bind(says.said)
    .bind(says.did)
    .bind(says.link)
    .bind(publish_at.map(ToSqlx::to_sqlx))
    .execute(sql)
    .await?;
    Ok(done.rows_affected() == 1)
}
