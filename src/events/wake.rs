//! Waking workers: at once those of this process, and soon those of every replica.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

#[derive(Default)]
pub struct Wake {
    workers: Notify,
    replicas: Notify,
    /// Somebody was woken without knowing how much there is.
    unknown: AtomicBool,
}

impl Wake {
    /// There are so many new events.
    pub fn received(&self, events: usize) {
        // A worker that is about to sleep sees the first of these and does not.
        for _ in 0..events.min(64) {
            self.workers.notify_one();
        }
        self.replicas.notify_one();
    }

    /// There may be events, who knows how many: one worker looks, and wakes the next when it finds one.
    pub fn look(&self) {
        self.unknown.store(true, Ordering::Relaxed);
        self.workers.notify_one();
    }

    /// A worker found an event.
    pub fn found(&self) {
        if self.unknown.load(Ordering::Relaxed) {
            self.workers.notify_one();
        }
    }

    /// A worker found none.
    pub fn found_none(&self) {
        self.unknown.store(false, Ordering::Relaxed);
    }

    pub async fn wait(&self) {
        self.workers.notified().await;
    }

    /// Until there is something to tell the other replicas.
    pub async fn wait_to_tell(&self) {
        self.replicas.notified().await;
    }
}
