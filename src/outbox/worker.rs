//! Couriers: each replica looks what is due, and delivers some events at a time to each organisation.

use std::{sync::Arc, time::Duration};

use jiff::SignedDuration;
use tokio::{sync::watch, task::JoinSet};

use super::{deliver, store};
use crate::{error::Error, server::Portal};

const POLL: Duration = Duration::from_secs(1);
const MEASURE: u64 = 5;
const SWEEP: u64 = 300;
const SWEPT_AT_ONCE: i64 = 5000;

/// What delivers events in this process, until it is stopped.
pub struct Couriers {
    stopping: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Couriers {
    pub fn start(portal: &Portal) -> Self {
        let (stopping, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(work(portal.clone(), stopped.clone()));
        tasks.spawn(look_after(portal.clone(), stopped));
        Self { stopping, tasks }
    }

    /// Finishes what is on its way, and takes nothing more.
    pub async fn stop(mut self) {
        self.stopping.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

async fn work(portal: Portal, mut stopped: watch::Receiver<bool>) {
    let organisations = portal.outbox.organisations();
    if organisations.is_empty() {
        return;
    }
    let mut under_way = JoinSet::new();
    while !*stopped.borrow() {
        if let Err(error) = hand_on(&portal, &organisations, &mut under_way).await
            && !matches!(error, Error::Unavailable)
        {
            tracing::error!(%error, "events cannot be delivered");
        }
        tokio::select! {
            // Its case, or its organisation, may have another.
            Some(_) = under_way.join_next() => {}
            () = tokio::time::sleep(POLL) => {}
            _ = stopped.wait_for(|stopped| *stopped) => {}
        }
    }
    while under_way.join_next().await.is_some() {}
}

/// Sends out what is due, as far as organisations have room for it.
async fn hand_on(portal: &Portal, organisations: &[String], under_way: &mut JoinSet<()>) -> Result<(), Error> {
    let now = portal.clock.now();
    let due = store::due(&mut *portal.database.connection().await?, organisations, now).await?;
    for organisation in due {
        let Some(endpoint) = portal.outbox.endpoints.get(&organisation) else { continue };
        while !endpoint.rests(now)
            && let Ok(slot) = Arc::clone(&endpoint.slots).try_acquire_owned()
        {
            let Some(event) = deliver::claim(portal, &organisation).await? else { break };
            let (portal, organisation) = (portal.clone(), organisation.clone());
            under_way.spawn(async move {
                let Some(endpoint) = portal.outbox.endpoints.get(&organisation) else { return };
                if let Err(error) = deliver::deliver(&portal, &organisation, endpoint, &event).await {
                    tracing::error!(%error, number = event.number, "an outgoing event is delivered again later");
                }
                drop(slot);
            });
        }
    }
    Ok(())
}

async fn look_after(portal: Portal, mut stopped: watch::Receiver<bool>) {
    let look = async {
        let mut tick = tokio::time::interval(POLL);
        for turn in 0_u64.. {
            tick.tick().await;
            if turn % MEASURE == 0 {
                _ = measure(&portal).await;
            }
            if turn % SWEEP == 0
                && let Err(error) = sweep(&portal).await
                && !matches!(error, Error::Unavailable)
            {
                tracing::warn!(%error, "outgoing events that were done are not swept");
            }
        }
    };
    tokio::select! {
        () = look => {}
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
}

async fn measure(portal: &Portal) -> Result<(), Error> {
    let (waiting, oldest, aside) = store::measure(&mut *portal.database.connection().await?).await?;
    let age = oldest.map_or(0.0, |oldest| portal.clock.now().duration_since(oldest).as_secs_f64());
    metrics::gauge!("outgoing_events_waiting").set(waiting as f64);
    metrics::gauge!("outgoing_events_waiting_seconds").set(age);
    metrics::gauge!("outgoing_events_aside").set(aside as f64);
    Ok(())
}

/// Forgets events that were done long ago.
pub async fn sweep(portal: &Portal) -> Result<(), Error> {
    let days = portal.config.outbox.kept_days;
    let before = portal.clock.now() - SignedDuration::from_hours(24 * i64::from(days));
    while store::sweep(&mut *portal.database.connection().await?, before, SWEPT_AT_ONCE).await? > 0 {}
    Ok(())
}
