//! What somebody else publishes, asked for when it is not known or old, by one caller at a time.

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwapOption;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

/// Who does not answer, or signs with an unknown key, is asked again at most this often.
const AGAIN: SignedDuration = SignedDuration::from_secs(3);
/// A visitor waits this long for an answer that somebody else asked for already.
const PATIENCE: Duration = Duration::from_secs(2);

pub struct Kept<T> {
    /// Whose it is, for the log.
    whose: String,
    /// How long it is taken as it was, and how long it is used while its publisher does not answer.
    fresh: SignedDuration,
    usable: SignedDuration,
    last: ArcSwapOption<Dated<T>>,
    /// When was last asked in vain, and when for a key that was not known. Held while asking.
    asked: Mutex<Asked>,
}

struct Dated<T> {
    value: Arc<T>,
    at: Timestamp,
}

#[derive(Default)]
struct Asked {
    in_vain: Option<Timestamp>,
    for_key: Option<Timestamp>,
}

impl<T> Kept<T> {
    pub fn new(whose: String, fresh: SignedDuration, usable: SignedDuration) -> Self {
        Self { whose, fresh, usable, last: ArcSwapOption::empty(), asked: Mutex::default() }
    }

    /// What is published; `ask` runs when that is not known or old. None while its publisher is away.
    pub async fn get(&self, now: Timestamp, ask: impl Future<Output = Result<T, &'static str>>) -> Option<Arc<T>> {
        let known = self.last.load_full();
        let usable = known.as_ref().and_then(|dated| self.usable(dated, now));
        if known.is_some_and(|dated| now.duration_since(dated.at) < self.fresh) {
            return usable;
        }
        let Ok(mut asked) = self.asked.try_lock() else {
            // Somebody is asking already.
            if usable.is_none() {
                let _ = tokio::time::timeout(PATIENCE, self.asked.lock()).await;
                return self.last.load_full().and_then(|dated| self.usable(&dated, now));
            }
            return usable;
        };
        if asked.in_vain.is_some_and(|at| now.duration_since(at) < AGAIN) {
            return usable;
        }
        match ask.await {
            Ok(value) => {
                if asked.in_vain.take().is_some() {
                    tracing::info!(provider = self.whose, "the provider answers again");
                }
                Some(self.set(value, now))
            }
            Err(problem) => {
                if asked.in_vain.replace(now).is_none() {
                    tracing::warn!(provider = self.whose, problem, "the provider does not answer");
                }
                usable
            }
        }
    }

    /// The same, asked now, for a key that was not known.
    pub async fn anew(&self, now: Timestamp, ask: impl Future<Output = Result<T, &'static str>>) -> Option<Arc<T>> {
        let mut asked = self.asked.lock().await;
        if asked.for_key.is_some_and(|at| now.duration_since(at) < AGAIN) {
            return self.known();
        }
        asked.for_key = Some(now);
        ask.await.ok().map(|value| self.set(value, now))
    }

    /// What was last published, however long ago.
    pub fn known(&self) -> Option<Arc<T>> {
        self.last.load().as_ref().map(|dated| Arc::clone(&dated.value))
    }

    /// Is asked again before the next visitor.
    pub fn doubt(&self) {
        self.last.store(None);
    }

    pub fn set(&self, value: T, now: Timestamp) -> Arc<T> {
        let value = Arc::new(value);
        self.last.store(Some(Arc::new(Dated { value: Arc::clone(&value), at: now })));
        value
    }

    fn usable(&self, dated: &Dated<T>, now: Timestamp) -> Option<Arc<T>> {
        (now.duration_since(dated.at) < self.usable).then(|| Arc::clone(&dated.value))
    }
}
