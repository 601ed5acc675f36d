//! How many requests a client may send, and how often an address may come with a token that opens nothing.

use std::{net::IpAddr, num::NonZeroU32};

use governor::{DefaultKeyedRateLimiter, Quota, clock::Clock};

/// Tokens that open nothing, of one address.
const VAIN: Quota =
    Quota::per_second(NonZeroU32::MIN.saturating_add(4)).allow_burst(NonZeroU32::MIN.saturating_add(59));

/// What each client and address did lately, in this process.
pub struct Pace {
    clients: DefaultKeyedRateLimiter<String>,
    in_vain: DefaultKeyedRateLimiter<IpAddr>,
}

impl Pace {
    /// A client may send so many requests a second, and three times as many at once.
    pub fn new(per_second: NonZeroU32) -> Self {
        let quota =
            Quota::per_second(per_second).allow_burst(per_second.saturating_mul(NonZeroU32::MIN.saturating_add(2)));
        Self { clients: DefaultKeyedRateLimiter::keyed(quota), in_vain: DefaultKeyedRateLimiter::keyed(VAIN) }
    }

    /// # Errors
    /// In how many seconds the client may send again.
    pub fn client(&self, client: &str) -> Result<(), u64> {
        wait(&self.clients, &client.to_owned())
    }

    /// # Errors
    /// In how many seconds the address may try again.
    pub fn in_vain(&self, address: IpAddr) -> Result<(), u64> {
        wait(&self.in_vain, &address)
    }

    /// Forgets who has been quiet.
    pub fn sweep(&self) {
        self.clients.retain_recent();
        self.clients.shrink_to_fit();
        self.in_vain.retain_recent();
        self.in_vain.shrink_to_fit();
    }
}

fn wait<K: Clone + Eq + std::hash::Hash>(limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<(), u64> {
    limiter.check_key(key).map_err(|too_soon| too_soon.wait_time_from(limiter.clock().now()).as_secs() + 1)
}
