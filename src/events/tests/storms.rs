//! Workers and the database are killed again and again while people's data change: facts, offers, messages and the log come out as if
//! nothing had happened, each once.

use std::{collections::BTreeMap, time::Duration};

use jiff::SignedDuration;
use uuid::Uuid;

use super::{
    outages::cut,
    town::{ANNA, BO, CAS, DEE, EEF, FEM, Who, at_number, client_of, event_about, income_of, one},
    *,
};
use crate::{
    database::PersonId,
    events::Workers,
    usage::{self, Role, Usage, activity},
};

const PEOPLE: [Who; 5] = [ANNA, BO, DEE, EEF, FEM];
const ROUNDS: i64 = 36;
const EVENTS_A_ROUND: i64 = 14;

/// Anna and Bo are married; Dee, Eef and Fem move in and out with them and each other.
async fn settle(post: &Post) {
    post.take_in(ANNA.list("7", Some(BO), &[CAS])).await;
    post.take_in(BO.list("7", Some(ANNA), &[CAS])).await;
    for who in [CAS, DEE, EEF, FEM] {
        post.take_in(who.list("7", None, &[])).await;
    }
}

/// The next event: mostly somebody's income, sometimes a move, and what makes offers possible.
fn next(number: i64) -> (&'static str, Value, Said) {
    let who = PEOPLE[usize::try_from(number * 7 % 5).unwrap()];
    let any = i64::from(Uuid::new_v4().as_bytes()[0]);
    let (register, kind, records, said) = match number % 9 {
        0 => {
            let at = (7 + any % 3).to_string();
            ("brp", "address", at_number(&at), Said::Lives(who, at))
        }
        1 => ("zorgverzekering", "insurance", one(json!({ "insured": (any % 4).min(1).to_string() })), Said::Else),
        2 => ("vermogen", "assets", one(json!({ "year": "2026", "amount": "0" })), Said::Else),
        3 => (
            "woning",
            "tenancy",
            one(json!({ "rents": "1", "basic_rent_month": (60000 + any).to_string() })),
            Said::Else,
        ),
        // No two incomes are the same, so that each is another version.
        _ => {
            let amount = 1_000_000 + any * 12_000 + number;
            ("inkomen", "income", income_of(amount), Said::Earns(who, amount))
        }
    };
    (register, event_about(number, who, register, kind, records), said)
}

enum Said {
    Earns(Who, i64),
    Lives(Who, String),
    Else,
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn whatever_is_killed_whenever_every_event_has_its_effect_once_and_every_offer_is_made_once(pool: PgPool) {
    let named = sqlx::postgres::PgPoolOptions::new()
        .connect_lazy_with(pool.connect_options().as_ref().clone().application_name("portal"));
    let door = Post::real(&pool);
    settle(&door).await;
    let replicas = [Post::real(&named), Post::real(&named)];
    let watching = replicas.each_ref().map(|post| tokio::spawn(post.portal().database.clone().watch_over()));
    let (mut earned, mut lives, mut incomes) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::<Who, i64>::new());
    let (mut number, mut unfinished) = (0, 0);
    for round in 0..ROUNDS {
        for _ in 0..EVENTS_A_ROUND {
            let (register, event, said) = next(number);
            let answer = door.send_as(client_of(register).0, &event).await;
            assert_eq!(answer.status, 202, "{}", answer.body);
            number += 1;
            match said {
                Said::Earns(who, amount) => {
                    earned.insert(who, amount);
                    *incomes.entry(who).or_default() += 1;
                }
                Said::Lives(who, at) => _ = lives.insert(who, at),
                Said::Else => {}
            }
        }
        let workers = replicas.each_ref().map(|post| Workers::start(post.portal()));
        tokio::time::sleep(Duration::from_millis(u64::from(Uuid::new_v4().as_bytes()[0]) / 2)).await;
        if round % 3 == 0 {
            cut(&pool).await;
            // Most of a second, as the portals look every second whether PostgreSQL is back.
            tokio::time::sleep(Duration::from_millis(800)).await;
        }
        unfinished += i64::from(count(&pool, "waiting").await > 0);
        // As when the process is killed: whatever they are at stops where it is.
        drop(workers);
        // What had to wait for somebody else is tried again a moment later.
        replicas.iter().for_each(|post| post.test.wait(SignedDuration::from_secs(1)));
    }
    assert!(unfinished > ROUNDS / 3, "{unfinished} of {ROUNDS} kills were in the middle: this proves little");
    let workers = replicas.each_ref().map(|post| Workers::start(post.portal()));
    for _ in 0..600 {
        if count(&pool, "waiting").await == 0 {
            break;
        }
        replicas.iter().for_each(|post| post.test.wait(SignedDuration::from_secs(1)));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(
        (count(&pool, "done").await, count(&pool, "waiting").await, count(&pool, "aside").await),
        (number, 0, 0)
    );
    futures::future::join_all(workers.map(Workers::stop)).await;
    watching.iter().for_each(tokio::task::JoinHandle::abort);

    for who in PEOPLE {
        let person = who.id(&pool, door.portal()).await;
        // Each income is a version of its own: one too many or too few would show; and so is each line in the log.
        let versions: Vec<i64> = sqlx::query_scalar(
            "select count(*) from registered_record where person = $1 and register = 'inkomen'
              union all select count(*) from usage_entry where person = $1 and activity = 'import' and 'inkomen/income' = any (groups)",
        )
        .bind(person)
        .fetch_all(&pool)
        .await
        .unwrap();
        assert_eq!(versions, [incomes[&who]; 2]);
        let at = |who: &Who| lives.get(who).map_or("7", String::as_str);
        // Cas is the sixth, and stays at 7.
        let household = PEOPLE.iter().filter(|other| at(other) == at(&who)).count() + usize::from(at(&who) == "7");
        let facts: (Option<i64>, Option<i64>, Option<i32>) = sqlx::query_as(
            "select income_year::bigint, partner_income_year::bigint, household_size::integer from facts where person = $1",
        )
        .bind(person)
        .fetch_one(&pool)
        .await
        .unwrap();
        let partner =
            [(ANNA, BO), (BO, ANNA)].into_iter().find(|(one, _)| *one == who).map(|(_, other)| earned[&other]);
        assert_eq!(facts, (Some(earned[&who]), partner, Some(i32::try_from(household).unwrap())), "{who:?}");
    }
    everything_is_told_once(&pool).await;
    nothing_is_left_to_find(&pool, &door).await;
    let mut owner = pool.acquire().await.unwrap();
    let verified = usage::verify(&mut owner, &usage::Heads::new()).await.unwrap();
    assert!(verified.broken.is_empty() && verified.entries > number as u64, "{verified:?}");
}

/// Each offer's timeline is whole, each step follows from the one before, and each has its one message.
async fn everything_is_told_once(pool: &PgPool) {
    let broken: Vec<(Uuid, String, i32)> = sqlx::query_as(
        "select person, service, sequence
           from (select *, lag(state) over chain as before, row_number() over chain as place from offer_event
                 window chain as (partition by person, service, period order by sequence)) as e
          where was is distinct from before or sequence <> place",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    assert_eq!(broken, []);
    let differing: Vec<(Uuid, String, i64, i64)> = sqlx::query_as(
        "select person, service, coalesce(told.n, 0), coalesce(happened.n, 0)
           from (select person, service, period, kind, count(*) as n from message group by 1, 2, 3, 4) as told
           full join (select person, service, period, state as kind, count(*) as n from offer_event
                       where was is distinct from state group by 1, 2, 3, 4) as happened using (person, service, period, kind)
          where told.n is distinct from happened.n",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    assert_eq!(differing, []);
    let (offers, timelines): (i64, i64) = sqlx::query_as(
        "select (select count(*) from offer), (select count(distinct (person, service, period)) from offer_event)",
    )
    .fetch_one(pool)
    .await
    .unwrap();
    assert!(offers == timelines && offers > 0, "{offers} offers, {timelines} timelines");
}

/// Working everybody out from the facts as they are changes no offer.
async fn nothing_is_left_to_find(pool: &PgPool, post: &Post) {
    let portal = post.portal();
    let services: Vec<_> = portal.rules.on(portal.clock.today()).map(|(service, _)| service).collect();
    for who in PEOPLE {
        let person = PersonId(who.id(pool, portal).await);
        let usage = Usage {
            at: portal.clock.now(),
            organisation: "voordeur".to_owned(),
            role: Role::System,
            activity: activity::EVALUATE,
            groups: vec!["brp".to_owned()],
        };
        let mut scope = portal.database.as_person(person, usage).await.unwrap();
        assert_eq!(portal.finder.again(&mut scope, person, &services).await.unwrap(), [], "{who:?}");
    }
}
