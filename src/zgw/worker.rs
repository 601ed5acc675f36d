//! Fetching the cases that organisations say have changed.

use std::{sync::Arc, time::Duration};

use futures::FutureExt;
use jiff::SignedDuration;

use super::{
    Sources,
    import::{ImportError, import_case},
    store::{self, ToFetch},
};
use crate::{error::Error, server::Portal};

const LOOK_AGAIN: Duration = Duration::from_secs(2);
const AT_ONCE: i64 = 8;

/// After so many tries, about a day, a case is let go until it changes again or everything is imported.
const TRIES: i16 = 32;
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// Fetches for as long as the portal runs; in all replicas together each case once.
pub async fn fetch_changes(portal: Portal, sources: Arc<Sources>) {
    if sources.is_empty() {
        return;
    }
    loop {
        match fetch_due(&portal, &sources).await {
            Ok(AT_ONCE) => {}
            Ok(_) | Err(Error::Unavailable) => tokio::time::sleep(LOOK_AGAIN).await,
            Err(error) => {
                tracing::error!(%error, "changed cases are not fetched");
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        }
    }
}

/// One round; how many cases were due.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn fetch_due(portal: &Portal, sources: &Sources) -> Result<i64, Error> {
    let claimed = store::claim(&mut *portal.database.connection().await?, portal.clock.now(), AT_ONCE).await?;
    let fetched: Vec<_> = claimed.iter().map(|case| fetch(portal, sources, case).boxed()).collect();
    for result in futures::future::join_all(fetched).await {
        result?;
    }
    Ok(i64::try_from(claimed.len()).unwrap_or(AT_ONCE))
}

async fn fetch(portal: &Portal, sources: &Sources, case: &ToFetch) -> Result<(), Error> {
    let result = match sources.of(&case.organisation) {
        Some(source) => import_case(portal, source, case.source_id).await.map(drop),
        // It is configured no more.
        None => Ok(()),
    };
    let now = portal.clock.now();
    match result {
        Err(error) if error.is_passing() && case.tries < TRIES => {
            tracing::warn!(organisation = case.organisation, %error, "a changed case will be fetched later");
            let pause = SignedDuration::from_secs(1 << case.tries.clamp(1, 12)).min(LONGEST_PAUSE);
            store::try_again(&mut *portal.database.connection().await?, case, now + pause).await
        }
        result => {
            if let Err(error) = result {
                let told = matches!(error, ImportError::Source(super::client::ClientError::NotFound));
                // A case that was removed is no mistake.
                if !told {
                    tracing::error!(organisation = case.organisation, case = %case.source_id, %error, "a changed case is let go");
                }
            }
            store::fetched(&mut *portal.database.connection().await?, case, now).await
        }
    }
}
