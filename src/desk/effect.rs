//! What another rule would do to everybody together: both rules are worked out in PostgreSQL, and only numbers come back.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use sqlx::{AssertSqlSafe, FromRow};

use crate::{database::Evaluator, error::Error, rules::Compiled};

/// Longer than this a try-out does not run.
const STATEMENT_TIMEOUT: &str = "60s";

/// Who is compared, and when.
pub struct Question<'a> {
    /// None where no rule is in force now: then nobody is entitled.
    pub present: Option<&'a Compiled>,
    pub changed: &'a Compiled,
    pub on: Date,
    /// Only the people of a municipality, by its code in table 33.
    pub municipality: Option<&'a str>,
}

/// How many people, and what it costs, of all or of a group of them.
#[derive(Clone, Debug, Default, FromRow)]
pub struct Effect {
    pub before: i64,
    pub after: i64,
    /// Entitled after and not before, and the other way round.
    pub new: i64,
    pub lost: i64,
    pub gain: i64,
    pub lose: i64,
    pub same: i64,
    /// For whom it cannot be told by the changed rule, for want of data.
    pub unknown: i64,
    /// Eurocents a year: of all who are entitled before, and what those who gain and those who lose differ.
    pub cost: i64,
    pub more: i64,
    pub less: i64,
}

/// The effect on all, and by household, age and change.
#[derive(Debug, Default)]
pub struct Effects {
    /// Everybody it was worked out for.
    pub people: i64,
    pub all: Effect,
    /// By key: `alone`, `alone_children`, `partner`, `partner_children`, `unknown`.
    pub households: Vec<(String, Effect)>,
    /// By the youngest of the group: `0`, `18`, `30`, `45`, `67`, or `unknown`.
    pub ages: Vec<(String, Effect)>,
    /// How many gain or lose how much a year, by the place in [`BANDS`].
    pub bands: [i64; 8],
}

/// Where one band of change ends and the next begins, in eurocents a year.
const BANDS: &str = "array[-100000, -50000, -10000, 0, 10000, 50000, 100000]::bigint[]";

/// Why there is no answer.
#[derive(Debug)]
pub enum NoAnswer {
    /// Somebody else is trying a rule.
    Busy,
    TooLong,
    Error(Error),
}

impl From<sqlx::Error> for NoAnswer {
    fn from(error: sqlx::Error) -> Self {
        /// `query_canceled`, which a statement timeout gives.
        const CANCELED: &str = "57014";
        if error.as_database_error().is_some_and(|error| error.code().as_deref() == Some(CANCELED)) {
            return Self::TooLong;
        }
        Self::Error(error.into())
    }
}

impl From<Error> for NoAnswer {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

#[derive(FromRow)]
struct Row {
    kind: i32,
    household: Option<String>,
    age: Option<String>,
    band: Option<i32>,
    people: i64,
    #[sqlx(flatten)]
    effect: Effect,
}

/// Works out both rules for everybody. Reads only, one at a time in all replicas, and stores nothing.
///
/// # Errors
/// Why there is no answer.
pub async fn effects(evaluator: &Evaluator, question: &Question<'_>) -> Result<Effects, NoAnswer> {
    let mut transaction = evaluator.begin().await?;
    sqlx::raw_sql(AssertSqlSafe(format!(
        "set transaction read only; set local statement_timeout = '{STATEMENT_TIMEOUT}'"
    )))
    .execute(&mut *transaction)
    .await?;
    let alone: bool = sqlx::query_scalar("select pg_try_advisory_xact_lock(hashtextextended('try out a rule', 0))")
        .fetch_one(&mut *transaction)
        .await?;
    if !alone {
        return Err(NoAnswer::Busy);
    }
    let mut query = sqlx::query_as::<_, Row>(AssertSqlSafe(statement(question))).bind(question.on.to_sqlx());
    if let Some(code) = question.municipality {
        query = query.bind(code);
    }
    let rows = query.fetch_all(&mut *transaction).await?;
    transaction.rollback().await?;
    let mut effects = Effects::default();
    for Row { kind, household, age, band, people, effect } in rows {
        match kind {
            // The bits of grouping(): of what is not grouped by.
            0b111 => (effects.people, effects.all) = (people, effect),
            0b011 => effects.households.push((household.unwrap_or_default(), effect)),
            0b101 => effects.ages.push((age.unwrap_or_default(), effect)),
            _ => {
                let place = band.and_then(|band| effects.bands.get_mut(usize::try_from(band).ok()?));
                if let Some(place) = place {
                    *place = effect.gain + effect.lose;
                }
            }
        }
    }
    effects.ages.sort_by_key(|(from, _)| from.parse().unwrap_or(u8::MAX));
    Ok(effects)
}

/// `$1` the day, `$2` the municipality.
fn statement(question: &Question<'_>) -> String {
    let source = match question.municipality {
        Some(_) => "(select * from facts where municipality = $2)",
        None => "facts",
    };
    let yearly = |rule: &Compiled| {
        let verdict = rule.verdict(source, "$1::date");
        format!(
            "select person, eligible, case when eligible then coalesce(year, quarter * 4, month * 12, once, 0) else 0 end as amount
               from ({verdict}) v"
        )
    };
    let present = question
        .present
        .map_or_else(|| "select null::uuid, null::boolean, null::bigint where false".to_owned(), yearly);
    let changed = yearly(question.changed);
    format!(
        "with present (person, eligible, amount) as materialized ({present}),
              changed (person, eligible, amount) as materialized ({changed}),
         compared as (
             select person, coalesce(p.eligible, false) as was, coalesce(c.eligible, false) as is_now,
                    c.person is not null and c.eligible is null as unknown,
                    coalesce(p.amount, 0) as before, coalesce(c.amount, 0) as after
               from present p full join changed c using (person)
         ), judged as (
             select c.*,
                    c.after > c.before or c.is_now and not c.was as gains,
                    c.after < c.before or c.was and not c.is_now as loses,
                    case when f.has_partner is null or f.children_birth_dates is null then 'unknown'
                         else case when f.has_partner then 'partner' else 'alone' end
                           || case when rule.count_ages(f.children_birth_dates, 0, 17, $1::date) > 0 then '_children' else '' end
                    end as household,
                    case when f.birth_date is null then 'unknown'
                         else (array['0', '18', '30', '45', '67'])[1 + width_bucket(rule.age(f.birth_date, $1::date), array[18, 30, 45, 67])]
                    end as age
               from compared c join facts f using (person)
         ), banded as (
             select *, case when gains or loses then width_bucket(after - before, {BANDS}) end as band from judged
         )
         select grouping(household, age, band) as kind, household, age, band, (select count(*) from {source} f) as people,
                count(*) filter (where was) as before, count(*) filter (where is_now) as after,
                count(*) filter (where is_now and not was) as new, count(*) filter (where was and not is_now) as lost,
                count(*) filter (where gains) as gain, count(*) filter (where loses) as lose,
                count(*) filter (where was and is_now and before = after) as same,
                count(*) filter (where unknown) as unknown,
                coalesce(sum(before), 0)::bigint as cost,
                coalesce(sum(after - before) filter (where gains), 0)::bigint as more,
                coalesce(sum(after - before) filter (where loses), 0)::bigint as less
           from banded
          group by grouping sets ((), (household), (age), (band))
          order by 1, 2, 3, 4"
    )
}
