//! Processing events: in each replica some workers take what is next, several events in one transaction when several wait.

use std::{any::Any, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use tokio::{sync::watch, task::JoinSet};
use uuid::Uuid;

use super::{
    Inbox, REGISTERED_DATA_CHANGED,
    effect::{Event, Failure},
    store::{self, Claimed, Fate},
};
use crate::{
    database::{PersonId, Scope},
    error::Error,
    keys::{Index, Use},
    registered_data::ChangedFacts,
    server::Portal,
    usage::{Role, Usage, activity},
};

/// After a failure an event is tried again so much later; after the last of these it is set aside.
pub const AGAIN: [SignedDuration; 3] =
    [SignedDuration::from_secs(1), SignedDuration::from_secs(5), SignedDuration::from_secs(20)];
/// When somebody else was in the way, that says nothing about the event.
const AFTER_CONTENTION: SignedDuration = SignedDuration::from_millis(200);

/// So many events at most share a transaction: beyond this they gain little, and the last waits for the first.
const TOGETHER: i64 = 8;
/// Events that share a transaction hold several households, and two transactions may want each other's. Who waits longer than this
/// lets go, and takes its events one by one.
const WAIT_TOGETHER: &str = "set local lock_timeout = '50ms'";

/// While PostgreSQL is away.
const AWAY: Duration = Duration::from_millis(250);
/// What nobody was woken for is found after this.
const POLL: Duration = Duration::from_secs(1);
/// Replicas are told at most this often: a notification holds up every other commit that has one.
const TELL: Duration = Duration::from_millis(20);
const MEASURE: u64 = 5;
const RESUME: u64 = 30;
const SWEEP: u64 = 300;
const SWEPT_AT_ONCE: i64 = 5000;

/// What is away may stay away for a while.
const AFTER_AWAY: SignedDuration = SignedDuration::from_secs(30);

pub const UNKNOWN_PERSON: &str = "unknown-person";
/// Tried again when a case of the same person is registered.
pub const UNKNOWN_CASE: &str = "unknown-case";

/// What processes events in this process, until it is stopped.
pub struct Workers {
    stopping: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Workers {
    pub fn start(portal: &Portal) -> Self {
        let (stopping, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let workers = portal.config.events.as_ref().map_or(0, |events| events.workers);
        if portal.events.is_some() {
            let me: Arc<str> = Uuid::now_v7().to_string().into();
            for _ in 0..workers {
                tasks.spawn(work(portal.clone(), stopped.clone()));
            }
            for task in [
                until(stopped.clone(), listen(portal.clone(), Arc::clone(&me))).boxed(),
                until(stopped.clone(), tell(portal.clone(), me)).boxed(),
                until(stopped, look_after(portal.clone())).boxed(),
            ] {
                tasks.spawn(task);
            }
        }
        Self { stopping, tasks }
    }

    /// Finishes what is in hand, and takes nothing more.
    pub async fn stop(mut self) {
        self.stopping.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

async fn until(mut stopped: watch::Receiver<bool>, task: impl Future<Output = ()>) {
    tokio::select! {
        () = task => {}
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
}

async fn work(portal: Portal, mut stopped: watch::Receiver<bool>) {
    let Some(inbox) = &portal.events else { return };
    let mut alone = 0;
    while !*stopped.borrow() {
        match next(&portal, inbox, &mut alone).await {
            Ok(1..) => inbox.wake.found(),
            Ok(0) => {
                inbox.wake.found_none();
                tokio::select! {
                    () = inbox.wake.wait() => {}
                    _ = stopped.wait_for(|stopped| *stopped) => {}
                }
            }
            Err(error) => {
                if !matches!(error, Error::Unavailable) {
                    tracing::error!(%error, "events cannot be processed");
                }
                tokio::time::sleep(AWAY).await;
            }
        }
    }
}

/// Processes what is next, and says how many events that were. `alone` is how many are still to be taken one by one, because they were
/// undone together; 0 at first.
///
/// # Errors
/// When that says nothing about an event: it is as it was.
pub async fn next(portal: &Portal, inbox: &Inbox, alone: &mut usize) -> Result<usize, Error> {
    loop {
        match take(portal, inbox, if *alone == 0 { TOGETHER } else { 1 }).await? {
            Taken::Done(0) => {
                *alone = 0;
                return Ok(0);
            }
            Taken::Done(events) => {
                *alone = alone.saturating_sub(events);
                return Ok(events);
            }
            Taken::Undone(events) => {
                metrics::counter!("events_undone_together").increment(events as u64);
                *alone = events;
                // The other workers may have looked while these were taken, and sleep.
                inbox.wake.look();
            }
        }
    }
}

enum Taken {
    /// So many events had their effect, or it is written down why not.
    Done(usize),
    /// So many events are as they were, because of one of them. By itself, each has its own effect or failure.
    Undone(usize),
}

/// Takes at most so many events, which have their effect together or not at all.
async fn take(portal: &Portal, inbox: &Inbox, most: i64) -> Result<Taken, Error> {
    let now = portal.clock.now();
    let usage = Usage {
        at: now,
        organisation: portal.config.organisation.id.clone(),
        role: Role::System,
        activity: activity::IMPORT,
        // Whoever the event is about is logged by its effect.
        groups: Vec::new(),
    };
    let mut scope = portal.database.as_register(PersonId(Uuid::nil()), &[], usage).await?;
    let claimed = store::claim(scope.sql(), now, most, REGISTERED_DATA_CHANGED).await?;
    if claimed.is_empty() {
        return Ok(Taken::Done(0));
    }
    let result = match AssertUnwindSafe(effects(portal, inbox, &mut scope, &claimed)).catch_unwind().await {
        Ok(Ok(true)) => Ok(scope.commit().await.map(|()| true).map_err(Failure::from)),
        other => {
            // At once, or its locks would still hide these events. When it fails, the connection is gone and they are free.
            _ = scope.roll_back().await;
            other
        }
    };
    match (&claimed[..], result) {
        (_, Ok(Ok(true))) => {
            for event in &claimed {
                metrics::counter!("events_done").increment(1);
                let took = portal.clock.now().duration_since(event.received_at());
                metrics::histogram!("event_seconds").record(took.as_secs_f64());
            }
            Ok(Taken::Done(claimed.len()))
        }
        (_, Ok(Err(Failure::Error(Error::Unavailable)))) => Err(Error::Unavailable),
        ([_, _, ..], _) => Ok(Taken::Undone(claimed.len())),
        ([event], Ok(Ok(false))) => {
            // Out of the way of what is due after it.
            let fate = Fate::Again { in_: AGAIN[0], counts: false };
            failed(portal, event, &fate, "an earlier event about the same person waits").await
        }
        ([event], Ok(Err(failure))) => {
            let (reason, fate) = verdict(failure, event.tries)?;
            failed(portal, event, &fate, &reason).await
        }
        ([event], Err(panic)) => {
            let reason = "defect: ".to_owned() + panicked(&*panic);
            failed(portal, event, &fate(event.tries), &reason).await
        }
        ([], _) => Ok(Taken::Done(0)),
    }
}

async fn failed(portal: &Portal, claimed: &Claimed, fate: &Fate, reason: &str) -> Result<Taken, Error> {
    let aside = matches!(fate, Fate::Aside);
    let (number, tries) = (claimed.number, claimed.tries + 1);
    if aside {
        metrics::counter!("events_set_aside", "reason" => reason.split(':').next().unwrap_or_default().to_owned())
            .increment(1);
        tracing::error!(number, organisation = claimed.organisation, reason, tries, "an event is set aside");
    } else {
        metrics::counter!("events_tried_again").increment(1);
        tracing::warn!(number, reason, tries, "an event is tried again");
    }
    let mut connection = portal.database.connection().await?;
    store::failed(&mut *connection, claimed, fate, reason, portal.clock.now()).await?;
    Ok(Taken::Done(1))
}

/// What events change, in the transaction that claimed them, and the offers that follow from it. False when one has to wait for an
/// earlier event instead; the caller undoes what those before it changed.
async fn effects(portal: &Portal, inbox: &Inbox, scope: &mut Scope, claimed: &[Claimed]) -> Result<bool, Failure> {
    if claimed.len() > 1 {
        sqlx::query(WAIT_TOGETHER).execute(scope.sql()).await?;
    }
    let mut changed = ChangedFacts::new();
    for event in claimed {
        // What the event before did to its person.
        scope.log().await?;
        let Some(facts) = effect(portal, inbox, scope, event).await? else { return Ok(false) };
        for (person, names) in facts {
            changed.entry(person).or_default().extend(names);
        }
    }
    portal.finder.after(scope, &changed).await?;
    // What the last did, where nothing followed from it. Then nothing that may have to wait is left to the commit.
    scope.log().await?;
    Ok(true)
}

/// Whose facts an event changes; none when it has to wait for an earlier event.
async fn effect(
    portal: &Portal,
    inbox: &Inbox,
    scope: &mut Scope,
    claimed: &Claimed,
) -> Result<Option<ChangedFacts>, Failure> {
    let data = portal.keys.open(Use::Event, &claimed.body).map_err(Error::internal)?;
    let data = serde_json::from_slice(&data).map_err(Error::internal)?;
    let effect = inbox.effects.of(&claimed.kind).ok_or(Failure::NoLongerRight)?;
    let checked = effect.check(portal, portal.clock.today(), &data).map_err(|_| Failure::NoLongerRight)?;
    let indexes = portal.keys.indexes(Index::Bsn, checked.bsn.digits());
    // With one key there is nothing more to look up: claiming saw to it.
    if indexes != [&claimed.subject[..]] {
        scope.may_look_up(&indexes).await?;
        if store::earlier_waits(scope.sql(), &indexes, claimed.number).await? {
            return Ok(None);
        }
    }
    let event = Event { organisation: &claimed.organisation, time: claimed.time(), data: &data };
    Ok(Some(effect.apply(portal, scope, event).await?))
}

/// Why, in words that name nobody, and what to do now.
///
/// # Errors
/// When it says nothing about the event.
fn verdict(failure: Failure, tries: i16) -> Result<(String, Fate), Error> {
    Ok(match failure {
        Failure::UnknownPerson => (UNKNOWN_PERSON.to_owned(), fate(tries)),
        Failure::TwoPeople => ("two-people".to_owned(), fate(tries)),
        Failure::NotTheirInhabitant => ("not-their-inhabitant".to_owned(), fate(tries)),
        Failure::NoLongerRight => ("no-longer-right".to_owned(), Fate::Aside),
        // At once, as what registers the case may be waiting behind it.
        Failure::UnknownCase => (UNKNOWN_CASE.to_owned(), Fate::Aside),
        Failure::Refused(reason) => (reason.to_owned(), Fate::Aside),
        Failure::NotYet(reason) => (reason.to_owned(), fate(tries)),
        Failure::Away(what) => (format!("away: {what}"), Fate::Again { in_: AFTER_AWAY, counts: false }),
        Failure::Error(Error::Internal(cause)) => {
            let database = cause.downcast_ref::<sqlx::Error>().and_then(sqlx::Error::as_database_error);
            match database.and_then(|database| Some((database, database.code()?))) {
                // A deadlock, a conflict, or a lock that somebody held too long.
                Some((_, code)) if matches!(&*code, "40001" | "40P01" | "55P03") => {
                    (format!("contention: {code}"), Fate::Again { in_: AFTER_CONTENTION, counts: false })
                }
                // PostgreSQL's own words may repeat a value.
                Some((database, code)) => {
                    (format!("defect: {code} {}", database.constraint().unwrap_or_default()), fate(tries))
                }
                None => (format!("defect: {}", kind_of(&*cause)), fate(tries)),
            }
        }
        Failure::Error(Error::Unavailable) => return Err(Error::Unavailable),
        Failure::Error(error) => (format!("defect: {error}"), fate(tries)),
    })
}

fn fate(tries: i16) -> Fate {
    let again = usize::try_from(tries).ok().and_then(|tries| AGAIN.get(tries));
    again.map_or(Fate::Aside, |&in_| Fate::Again { in_, counts: true })
}

/// What kind of error it is: its own words may repeat a value.
fn kind_of(cause: &(dyn std::error::Error + Send + Sync + 'static)) -> &'static str {
    if cause.is::<crate::keys::Unsealable>() {
        "a sealed value does not open"
    } else if cause.is::<serde_json::Error>() {
        "unreadable"
    } else if cause.is::<sqlx::Error>() {
        "unexpected answer of the database"
    } else {
        "other"
    }
}

fn panicked(panic: &(dyn Any + Send)) -> &'static str {
    // The words of a panic may hold a value, unless they are fixed.
    panic.downcast_ref::<&'static str>().copied().unwrap_or("a panic")
}

/// Hears when another replica keeps an event.
async fn listen(portal: Portal, me: Arc<str>) {
    let Some(inbox) = &portal.events else { return };
    loop {
        if let Ok(mut listener) = portal.database.listen(store::CHANNEL).await {
            // What came meanwhile was not heard.
            inbox.wake.look();
            loop {
                match listener.try_recv().await {
                    Ok(Some(told)) if told.payload() == &*me => {}
                    Ok(_) => inbox.wake.look(),
                    Err(_) => break,
                }
            }
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Tells the other replicas when this one keeps an event.
async fn tell(portal: Portal, me: Arc<str>) {
    let Some(inbox) = &portal.events else { return };
    loop {
        inbox.wake.wait_to_tell().await;
        if let Ok(mut connection) = portal.database.connection().await {
            // When it fails, they find it themselves.
            _ = store::announce(&mut *connection, &me).await;
        }
        tokio::time::sleep(TELL).await;
    }
}

/// Finds what nobody was woken for, measures, and tidies.
async fn look_after(portal: Portal) {
    let Some(inbox) = &portal.events else { return };
    let mut tick = tokio::time::interval(POLL);
    for turn in 0_u64.. {
        tick.tick().await;
        inbox.wake.look();
        if turn % MEASURE == 0 {
            _ = measure(&portal).await;
        }
        if turn % RESUME == 0 {
            inbox.pace.sweep();
            match resume(&portal).await {
                Ok(0) | Err(Error::Unavailable) => {}
                Ok(events) => tracing::info!(events, "tried again: the people are known now"),
                Err(error) => tracing::warn!(%error, "events about people who were unknown are not tried again"),
            }
        }
        if turn % SWEEP == 0
            && let Err(error) = sweep(&portal).await
            && !matches!(error, Error::Unavailable)
        {
            tracing::warn!(%error, "events that were done are not swept");
        }
    }
}

async fn measure(portal: &Portal) -> Result<(), Error> {
    let (waiting, oldest, aside) = store::measure(&mut *portal.database.connection().await?).await?;
    let age = oldest.map_or(0.0, |oldest| portal.clock.now().duration_since(oldest).as_secs_f64());
    metrics::gauge!("events_waiting").set(waiting as f64);
    metrics::gauge!("events_waiting_seconds").set(age);
    metrics::gauge!("events_aside").set(aside as f64);
    Ok(())
}

/// Tries events again that were set aside because nobody knew the person, about people who are known by now; how many.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn resume(portal: &Portal) -> Result<u64, Error> {
    let subjects = store::unknown_subjects(&mut *portal.database.connection().await?, UNKNOWN_PERSON).await?;
    if subjects.is_empty() {
        return Ok(0);
    }
    let now = portal.clock.now();
    let usage = Usage {
        at: now,
        organisation: portal.config.organisation.id.clone(),
        role: Role::System,
        activity: activity::IMPORT,
        groups: Vec::new(),
    };
    let mut scope = portal.database.as_register(PersonId(Uuid::nil()), &subjects, usage).await?;
    let replayed = store::replay_known(scope.sql(), &subjects, UNKNOWN_PERSON, now).await?;
    scope.commit().await?;
    Ok(replayed)
}

/// Forgets events that were done long ago.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn sweep(portal: &Portal) -> Result<(), Error> {
    let days = portal.config.events.as_ref().map_or(0, |events| events.recognised_days);
    let before: Timestamp = portal.clock.now() - SignedDuration::from_hours(24 * i64::from(days));
    let mut after = Some(0);
    while let Some(number) = after {
        after = store::sweep(&mut *portal.database.connection().await?, before, number, SWEPT_AT_ONCE).await?;
    }
    Ok(())
}
