//! What nobody waits for: one thing after the other, with a rest between, so that who uses the portal and what comes in go first.

use std::time::Instant;

use crate::error::Error;

/// Between two it rests so many times as long as the first took: there can be very many at once, as on the first day of a year.
const REST: u32 = 2;

/// Does each, and says how many changed something. One that fails is logged as `what` and holds up no other: it is found again the
/// next time.
///
/// # Errors
/// Unavailable: the database is away or crowded, and the rest would fail too.
pub async fn each<Done: Future<Output = Result<bool, Error>>>(
    what: &str,
    all: impl Iterator<Item = Done>,
) -> Result<usize, Error> {
    let mut changed = 0;
    for one in all {
        let started = Instant::now();
        match one.await {
            Ok(did) => changed += usize::from(did),
            Err(Error::Unavailable) => return Err(Error::Unavailable),
            Err(error) => tracing::warn!(%error, what, "left for the next time"),
        }
        tokio::time::sleep(started.elapsed() * REST).await;
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        time::Duration,
    };

    use super::*;

    #[tokio::test]
    async fn one_that_fails_holds_up_no_other() {
        let all = [Err(Error::NotFound), Ok(true), Ok(false), Err(Error::internal("broken")), Ok(true)];
        assert_eq!(each("a test", all.into_iter().map(async |one| one)).await.unwrap(), 2);
    }

    #[tokio::test]
    async fn without_a_database_it_stops() {
        let tried = AtomicUsize::new(0);
        let all = [Ok(true), Err(Error::Unavailable), Ok(true)].into_iter().map(async |one| {
            tried.fetch_add(1, Ordering::Relaxed);
            one
        });
        assert!(matches!(each("a test", all).await, Err(Error::Unavailable)));
        assert_eq!(tried.into_inner(), 2);
    }

    #[tokio::test]
    async fn it_rests_longer_than_it_works() {
        const WORK: Duration = Duration::from_millis(5);
        let started = Instant::now();
        let all = (0..3).map(async |_| {
            std::thread::sleep(WORK);
            Ok(true)
        });
        each("a test", all).await.unwrap();
        // A bound from below only: it may always take longer.
        assert!(started.elapsed() >= 3 * WORK * (1 + REST));
    }
}
