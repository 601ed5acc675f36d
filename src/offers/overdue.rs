//! What time alone does to offers: a reminder, the end of one that nobody chose, the return of one that was put off.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{database::PersonId, error::Error, rules::Rulebook};

/// One reminder, so long before an offer ends.
const REMIND: i32 = 14;

/// People with an offer that is to be closed, brought back or reminded of.
pub(super) async fn people(
    sql: &mut PgConnection,
    on: Date,
    first: Uuid,
    next: Option<Uuid>,
) -> Result<BTreeSet<PersonId>, Error> {
    let people: Vec<PersonId> = sqlx::query_scalar(
        "select person from offer
          where state in ('offered', 'seen', 'postponed') and person >= $1 and ($2::uuid is null or person < $2)
            and (expires_on < $3 or (state = 'postponed' and postponed_until <= $3) or (not reminded and expires_on - $4 <= $3))",
    )
    .bind(first)
    .bind(next)
    .bind(on.to_sqlx())
    .bind(REMIND)
    .fetch_all(sql)
    .await?;
    Ok(people.into_iter().collect())
}

/// Closes, brings back and reminds, with a line in the timeline and a message each; how many.
pub(super) async fn close(
    sql: &mut PgConnection,
    rulebook: &Rulebook,
    people: &[PersonId],
    on: Date,
    now: Timestamp,
) -> Result<u64, Error> {
    let (services, senders): (Vec<_>, Vec<_>) =
        rulebook.services.iter().map(|service| (service.id(), service.service.organisation.as_str())).unzip();
    let changed = sqlx::query(
        "with due as (
             select person, service, period, state as was,
                    case when expires_on < $2 then 'expired'
                         when state = 'postponed' and postponed_until <= $2 then 'offered'
                         else state end as next
               from offer
              where person = any ($1) and state in ('offered', 'seen', 'postponed')
                and (expires_on < $2 or (state = 'postponed' and postponed_until <= $2) or (not reminded and expires_on - $4 <= $2))
         ), moved as (
             update offer k
                set state = d.next, changed_at = case when d.next = d.was then k.changed_at else $3 end,
                    reminded = k.reminded or d.next = d.was, postponed_until = case when d.next = 'offered' then null else k.postponed_until end
               from due d
              where k.person = d.person and k.service = d.service and k.period = d.period and k.state = d.was
             returning k.person, k.service, k.period, d.was, k.state
         ), timeline as (
             insert into offer_event (person, service, period, sequence, at, actor, was, state, why)
             select m.person, m.service, m.period,
                    coalesce((select max(e.sequence) from offer_event e
                               where e.person = m.person and e.service = m.service and e.period = m.period), 0) + 1,
                    $3, 'system', m.was, m.state, case when m.was = m.state then 'reminded' else 'time' end
               from moved m
         )
         insert into message (person, at, sender, kind, service, period, matters)
         select m.person, $3, coalesce(s.sender, 'voordeur'),
                case when m.state = 'expired' then 'expired' when m.was = m.state then 'reminder' else 'back' end, m.service, m.period,
                m.was = m.state
           from moved m left join unnest($5::text[], $6::text[]) as s (service, sender) on s.service = m.service",
    )
    .bind(people)
    .bind(on.to_sqlx())
    .bind(now.to_sqlx())
    .bind(REMIND)
    .bind(services)
    .bind(senders)
    .execute(sql)
    .await?;
    Ok(changed.rows_affected())
}
