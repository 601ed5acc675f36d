//! How many people services reach and what they choose: counted by the role that sees offers and names nobody.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff_sqlx::{Date as SqlDate, ToSqlx};
use sqlx::types::Json;

use crate::{
    clock,
    error::Error,
    offers::State,
    rules::{ServiceRules, model::OncePer},
    server::Portal,
};

/// What is known of one service, in numbers.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// As the nightly run counted it; none when it never did.
    pub reach: Option<Reach>,
    /// Offers by what became of them last.
    states: BTreeMap<String, i64>,
    /// Offers that were declined or undone, by state and reason.
    reasons: BTreeMap<(String, Option<String>), i64>,
    /// Accepted or granted, and still fitting, in the present period.
    pub taken_up: i64,
}

#[derive(Clone, Copy, Debug)]
pub struct Reach {
    pub on: Date,
    pub fits: i64,
    pub needs_data: i64,
    pub people: i64,
}

impl Figures {
    pub fn of(&self, state: State) -> i64 {
        self.states.get(state.as_str()).copied().unwrap_or_default()
    }

    pub fn because(&self, state: State, reason: Option<&str>) -> i64 {
        self.reasons.get(&(state.as_str().to_owned(), reason.map(str::to_owned))).copied().unwrap_or_default()
    }

    /// The states of what was offered: to choose, not granted and not kept back.
    pub const OFFERED: [State; 7] = [
        State::Offered,
        State::Seen,
        State::Accepted,
        State::Declined,
        State::Postponed,
        State::Expired,
        State::Withdrawn,
    ];
}

/// Of the service, when it was counted, who it fits, who lacks data and all; then what became of offers: state, reason, how many,
/// and how many of them are taken up.
type Row =
    (String, Option<SqlDate>, Option<i64>, Option<i64>, Option<i64>, Json<Vec<(String, Option<String>, i64, i64)>>);

/// The figures of these services, by id, in one statement.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn figures(portal: &Portal, services: &[&ServiceRules]) -> Result<BTreeMap<String, Figures>, Error> {
    let today = clock::day(portal.clock.now());
    let ids: Vec<&str> = services.iter().map(|service| service.id()).collect();
    let since: Vec<SqlDate> = services.iter().map(|service| period_of(service, today).to_sqlx()).collect();
    let mut transaction = portal.evaluator.begin().await?;
    sqlx::raw_sql("set transaction read only; set local statement_timeout = '10s'").execute(&mut *transaction).await?;
    let rows: Vec<Row> = sqlx::query_as(
        "with asked as (
             select * from unnest($1::text[], $2::date[]) as a (service, since)
         ), counted as (
             select service, o.state, o.reason, count(*) as number,
                    count(*) filter (where o.state in ('accepted', 'granted') and o.fits and o.period >= a.since) as taken_up
               from offer o join asked a using (service)
              group by 1, 2, 3
         )
         select a.service, r.on_date, r.fits, r.needs_data, r.people,
                coalesce((select jsonb_agg(jsonb_build_array(c.state, c.reason, c.number, c.taken_up))
                            from counted c where c.service = a.service), '[]')
           from asked a left join service_reach r using (service)",
    )
    .bind(ids)
    .bind(since)
    .fetch_all(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(rows.into_iter().map(read).collect())
}

fn read((service, on, fits, needs_data, people, counted): Row) -> (String, Figures) {
    let mut figures = Figures::default();
    if let (Some(on), Some(fits), Some(needs_data), Some(people)) = (on, fits, needs_data, people) {
        figures.reach = Some(Reach { on: on.to_jiff(), fits, needs_data, people });
    }
    for (state, reason, number, taken_up) in counted.0 {
        figures.taken_up += taken_up;
        *figures.states.entry(state.clone()).or_default() += number;
        *figures.reasons.entry((state, reason)).or_default() += number;
    }
    (service, figures)
}

/// The first day of the present period of a service.
fn period_of(service: &ServiceRules, today: Date) -> Date {
    match service.proactive.once_per {
        OncePer::Year => today.first_of_year(),
        OncePer::Quarter => {
            let month = (today.month() - 1) / 3 * 3 + 1;
            Date::new(today.year(), month, 1).unwrap_or(today)
        }
        OncePer::Ever | OncePer::Value(_) => Date::constant(1, 1, 1),
    }
}
