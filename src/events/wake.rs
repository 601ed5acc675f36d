//! Waking workers: at once those of this process, and soon those of every replica.

use tokio::sync::Notify;

#[derive(Default)]
pub struct Wake {
    workers: Notify,
    replicas: Notify,
}

impl Wake {
    /// There are so many new events.
    pub fn received(&self, events: usize) {
        self.here(events);
        self.replicas.notify_one();
    }

    /// Wakes so many workers of this process, as far as they sleep.
    pub fn here(&self, workers: usize) {
        // One that is about to sleep sees the first of these and does not.
        for _ in 0..workers.min(64) {
            self.workers.notify_one();
        }
    }

    pub async fn wait(&self) {
        self.workers.notified().await;
    }

    /// Until there is something to tell the other replicas.
    pub async fn wait_to_tell(&self) {
        self.replicas.notified().await;
    }
}
