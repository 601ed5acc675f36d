//! Workers and the database are killed again and again while people's data change: facts, offers, messages and the log come out as if
//! nothing had happened, each once.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use jiff::SignedDuration;
use uuid::Uuid;

use super::{
    outages::cut,
    town::{ANNA, BO, CAS, DEE, EEF, FEM, Who, at_number, client_of, event_about, income_of, one},
    *,
};
use crate::{
    database::PersonId,
    error::Error,
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

/// What organisations tell, and what must come of it.
#[derive(Default)]
struct Tale {
    number: i64,
    earns: BTreeMap<Who, i64>,
    lives: BTreeMap<Who, String>,
    /// How many incomes were told of somebody.
    incomes: BTreeMap<Who, i64>,
}

impl Tale {
    /// The next event and who sends it: mostly somebody's income, sometimes a move, and what makes offers possible.
    fn next(&mut self) -> (&'static str, Value) {
        let number = self.number;
        self.number += 1;
        let who = PEOPLE[usize::try_from(number * 7 % 5).unwrap()];
        let any = i64::from(Uuid::new_v4().as_bytes()[0]);
        let (register, kind, records) = match number % 9 {
            0 => {
                let at = (7 + any % 3).to_string();
                let records = at_number(&at);
                self.lives.insert(who, at);
                ("brp", "address", records)
            }
            1 => ("zorgverzekering", "insurance", one(json!({ "insured": (any % 4).min(1).to_string() }))),
            2 => ("vermogen", "assets", one(json!({ "year": "2026", "amount": "0" }))),
            3 => ("woning", "tenancy", one(json!({ "rents": "1", "basic_rent_month": (60_000 + any).to_string() }))),
            // No two incomes are the same, so that each is another version.
            _ => {
                let amount = 1_000_000 + any * 12_000 + number;
                self.earns.insert(who, amount);
                *self.incomes.entry(who).or_default() += 1;
                ("inkomen", "income", income_of(amount))
            }
        };
        (client_of(register).0, event_about(number, who, register, kind, records))
    }

    /// Waits until everything is done, while time passes for these replicas, and looks whether it came out as told.
    async fn came_out(&self, pool: &PgPool, replicas: &[Post]) {
        for _ in 0..600 {
            if count(pool, "waiting").await == 0 {
                break;
            }
            replicas.iter().for_each(|post| post.test.wait(SignedDuration::from_secs(1)));
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let states = [count(pool, "done").await, count(pool, "waiting").await, count(pool, "aside").await];
        assert_eq!(states, [self.number, 0, 0], "done, waiting, aside");
        for who in PEOPLE {
            self.came_out_for(who, pool, replicas[0].portal()).await;
        }
        everything_is_told_once(pool).await;
        nothing_is_left_to_find(pool, &replicas[0]).await;
        let mut owner = pool.acquire().await.unwrap();
        let verified = usage::verify(&mut owner, &usage::Heads::new()).await.unwrap();
        assert!(verified.broken.is_empty() && verified.entries > self.number as u64, "{verified:?}");
    }

    async fn came_out_for(&self, who: Who, pool: &PgPool, portal: &Portal) {
        let person = who.id(pool, portal).await;
        // Each income is a version of its own: one too many or too few would show; and so is each line in the log.
        let versions: Vec<i64> = sqlx::query_scalar(
            "select count(*) from registered_record where person = $1 and register = 'inkomen'
              union all select count(*) from usage_entry where person = $1 and activity = 'import' and 'inkomen/income' = any (groups)",
        )
        .bind(person)
        .fetch_all(pool)
        .await
        .unwrap();
        assert_eq!(versions, [self.incomes[&who]; 2]);
        let at = |who: &Who| self.lives.get(who).map_or("7", String::as_str);
        // Cas is the sixth, and stays at 7.
        let household = PEOPLE.iter().filter(|other| at(other) == at(&who)).count() + usize::from(at(&who) == "7");
        let facts: (Option<i64>, Option<i64>, Option<i32>) = sqlx::query_as(
            "select income_year::bigint, partner_income_year::bigint, household_size::integer from facts where person = $1",
        )
        .bind(person)
        .fetch_one(pool)
        .await
        .unwrap();
        let partner =
            [(ANNA, BO), (BO, ANNA)].into_iter().find(|(one, _)| *one == who).map(|(_, other)| self.earns[&other]);
        assert_eq!(facts, (Some(self.earns[&who]), partner, Some(i32::try_from(household).unwrap())), "{who:?}");
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn whatever_is_killed_whenever_every_event_has_its_effect_once_and_every_offer_is_made_once(pool: PgPool) {
    let named = sqlx::postgres::PgPoolOptions::new()
        .connect_lazy_with(pool.connect_options().as_ref().clone().application_name("portal"));
    let door = Post::real(&pool);
    settle(&door).await;
    let replicas = [Post::real(&named), Post::real(&named)];
    let watching = replicas.each_ref().map(|post| tokio::spawn(post.portal().database.clone().watch_over()));
    let (mut tale, mut unfinished) = (Tale::default(), 0);
    for round in 0..ROUNDS {
        for _ in 0..EVENTS_A_ROUND {
            let (client, event) = tale.next();
            let answer = door.send_as(client, &event).await;
            assert_eq!(answer.status, 202, "{}", answer.body);
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
    tale.came_out(&pool, &replicas).await;
    futures::future::join_all(workers.map(Workers::stop)).await;
    watching.iter().for_each(tokio::task::JoinHandle::abort);
}

/// A PostgreSQL of the test's own.
struct Server(PathBuf);

impl Server {
    fn start() -> Self {
        let server = Self(std::env::temp_dir().join(format!("voordeur-storm-{}", std::process::id())));
        server.to("start");
        server
    }

    fn to(&self, what: &str) {
        let status = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/dev/postgres"))
            .arg(what)
            .arg(&self.0)
            .arg("--throwaway")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "dev/postgres {what}");
    }

    /// A database with this version's tables, in which what was committed survives a crash.
    async fn database(&self) -> PgPool {
        let settings = std::fs::read_to_string(self.0.join("postgres.env")).unwrap();
        let url = settings.lines().find_map(|line| line.strip_prefix("SUPERUSER_URL=")).unwrap();
        let pool = sqlx::postgres::PgPoolOptions::new()
            .connect_lazy_with(url.parse::<sqlx::postgres::PgConnectOptions>().unwrap().database("voordeur"));
        for setting in ["alter system set synchronous_commit = on", "select pg_reload_conf()"] {
            sqlx::query(setting).execute(&pool).await.unwrap();
        }
        crate::database::MIGRATOR.run(&pool).await.unwrap();
        pool
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.to("stop");
        _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_crashes_under_a_sender_loses_nothing_that_was_accepted() {
    const CRASHES: u64 = 6;
    let server = Arc::new(Server::start());
    let pool = server.database().await;
    let replicas = [Post::real(&pool), Post::real(&pool)];
    settle(&replicas[0]).await;
    let watching = replicas.each_ref().map(|post| tokio::spawn(post.portal().database.clone().watch_over()));
    let workers = replicas.each_ref().map(|post| Workers::start(post.portal()));
    let crashing = tokio::task::spawn_blocking({
        let server = Arc::clone(&server);
        move || {
            for _ in 0..CRASHES {
                std::thread::sleep(Duration::from_millis(200 + 4 * u64::from(Uuid::new_v4().as_bytes()[0])));
                server.to("crash");
                std::thread::sleep(Duration::from_millis(u64::from(Uuid::new_v4().as_bytes()[0])));
                server.to("start");
            }
        }
    });
    // As senders do: again until it is accepted.
    let (mut tale, mut refused) = (Tale::default(), 0);
    while !crashing.is_finished() || tale.number < 60 {
        let (client, event) = tale.next();
        let post = &replicas[usize::from(tale.number % 2 == 0)];
        loop {
            let answer = post.send_as(client, &event).await;
            if answer.status == 202 {
                break;
            }
            assert_eq!(answer.status, 503, "{}", answer.body);
            refused += 1;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    crashing.await.unwrap();
    assert!(refused > 0, "nobody noticed: this proves nothing");
    // The test's own connections are gone too.
    let pool = server.database().await;
    tale.came_out(&pool, &replicas).await;
    futures::future::join_all(workers.map(Workers::stop)).await;
    watching.iter().for_each(tokio::task::JoinHandle::abort);
    pool.close().await;
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
        // Right after a crash the portal may not have noticed yet that PostgreSQL is back.
        let mut scope = loop {
            match portal.database.as_person(person, usage.clone()).await {
                Err(Error::Unavailable) => tokio::time::sleep(Duration::from_millis(100)).await,
                result => break result.unwrap(),
            }
        };
        assert_eq!(portal.finder.again(&mut scope, person, &services).await.unwrap(), [], "{who:?}");
    }
}
