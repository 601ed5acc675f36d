//! How often one address may knock: forms, the way back from a provider, and a provider's own messages.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    num::NonZeroU32,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use governor::{DefaultKeyedRateLimiter, Quota};
use http::Method;

use super::{BACK, LOG_OUT_NOTICE};
use crate::{error::Error, server::Portal};

/// Asked while somebody types.
const SUGGESTIONS: &str = "/feedback/suggesties";

/// Many households, a library or a mobile network share one address, so this stops a flood, not a crowd.
const VISITOR: Quota = quota(5, 60);
/// A provider speaks from one address, and may end many sessions at once.
const PROVIDER: Quota = quota(50, 500);

/// Who says something sends a few forms; who floods the desks sends many.
const SAYING: Quota = match (NonZeroU32::new(10), NonZeroU32::new(60)) {
    (Some(per_minute), Some(at_once)) => Quota::per_minute(per_minute).allow_burst(at_once),
    _ => panic!("not zero"),
};

/// To one address, so that nobody fills somebody else's mailbox.
const MAIL: Quota = match (NonZeroU32::new(1), NonZeroU32::new(5)) {
    (Some(per_hour), Some(at_once)) => Quota::per_hour(per_hour).allow_burst(at_once),
    _ => panic!("not zero"),
};

/// Who helps people at a counter looks somebody up now and then; who tries numbers does so all the time.
const STAFF: Quota = match (NonZeroU32::new(10), NonZeroU32::new(20)) {
    (Some(per_minute), Some(at_once)) => Quota::per_minute(per_minute).allow_burst(at_once),
    _ => panic!("not zero"),
};

const fn quota(per_second: u32, at_once: u32) -> Quota {
    match (NonZeroU32::new(per_second), NonZeroU32::new(at_once)) {
        (Some(per_second), Some(at_once)) => Quota::per_second(per_second).allow_burst(at_once),
        _ => panic!("not zero"),
    }
}

/// What each address did lately, in this process.
pub struct Pace {
    visitors: DefaultKeyedRateLimiter<IpAddr>,
    providers: DefaultKeyedRateLimiter<IpAddr>,
    saying: DefaultKeyedRateLimiter<IpAddr>,
    mail: DefaultKeyedRateLimiter<String>,
    /// By organisation and name.
    staff: DefaultKeyedRateLimiter<String>,
}

impl Pace {
    pub fn new() -> Self {
        Self {
            visitors: DefaultKeyedRateLimiter::keyed(VISITOR),
            providers: DefaultKeyedRateLimiter::keyed(PROVIDER),
            saying: DefaultKeyedRateLimiter::keyed(SAYING),
            mail: DefaultKeyedRateLimiter::keyed(MAIL),
            staff: DefaultKeyedRateLimiter::keyed(STAFF),
        }
    }

    /// Forgets who has been quiet.
    pub fn sweep(&self) {
        for limiter in [&self.visitors, &self.providers, &self.saying] {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
        for limiter in [&self.staff, &self.mail] {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }

    /// Whether this member of staff may look up somebody now.
    pub fn allows_look(&self, organisation: &str, name: &str) -> bool {
        self.staff.check_key(&format!("{organisation} {name}")).is_ok()
    }

    /// Whether mail that nobody proved to want may go to an address now.
    pub fn allows_mail(&self, address: &str) -> bool {
        self.mail.check_key(&address.to_lowercase()).is_ok()
    }

    fn allows(&self, request: &Request, address_header: Option<&str>) -> bool {
        let path = request.uri().path();
        let path = path.strip_prefix("/en").unwrap_or(path);
        let limiter = match (request.method(), path) {
            (&Method::POST, LOG_OUT_NOTICE) => &self.providers,
            (_, BACK) => &self.visitors,
            (&Method::GET | &Method::HEAD, _) => return true,
            (_, SUGGESTIONS) => &self.visitors,
            (_, path) if path.starts_with("/feedback/") => &self.saying,
            _ => &self.visitors,
        };
        limiter.check_key(&address(request, address_header)).is_ok()
    }
}

/// Refuses who asks too often, before anything else is done.
pub async fn keep_pace(State(portal): State<Portal>, request: Request, next: Next) -> Response {
    if portal.doors.pace.allows(&request, portal.config.server.client_address_header.as_deref()) {
        next.run(request).await
    } else {
        Error::TooManyRequests.into_response()
    }
}

/// Where a request comes from; one bucket for all when that cannot be told.
pub fn address(request: &Request, header: Option<&str>) -> IpAddr {
    // Of a list, the last is what our own proxy saw; the ones before are whatever the visitor wrote.
    let told = header
        .and_then(|name| request.headers().get_all(name).iter().next_back())
        .and_then(|value| value.to_str().ok())
        .and_then(|list| list.rsplit(',').next())
        .and_then(|address| address.trim().parse().ok());
    let peer = || request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    match told.or_else(peer).map(|address| address.to_canonical()) {
        // Whoever has one IPv6 address has 2^64 of them.
        Some(IpAddr::V6(address)) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        Some(address) => address,
        None => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn knock(method: &str, path: &str, from: &str) -> Request {
        let mut request =
            Request::builder().method(method).uri(path).header("x-forwarded-for", from).body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 1))));
        request
    }

    #[test]
    fn a_flood_of_forms_is_refused_and_pages_are_not() {
        let pace = Pace::new();
        let let_in = (0..200).filter(|_| pace.allows(&knock("POST", "/inloggen/burger", "192.0.2.1"), None)).count();
        assert!((60..70).contains(&let_in), "{let_in}");
        assert!(!pace.allows(&knock("GET", "/en/inloggen/terug", "192.0.2.1"), None));
        assert!(pace.allows(&knock("GET", "/inloggen", "192.0.2.1"), None));
        assert!(pace.allows(&knock("POST", "/uitloggen/melding", "192.0.2.1"), None));
    }

    #[test]
    fn behind_a_proxy_each_visitor_has_an_own_pace() {
        let pace = Pace::new();
        for _ in 0..200 {
            pace.allows(&knock("POST", "/uitloggen", "192.0.2.1"), Some("x-forwarded-for"));
        }
        assert!(!pace.allows(&knock("POST", "/uitloggen", "192.0.2.9, 192.0.2.1"), Some("x-forwarded-for")));
        assert!(pace.allows(&knock("POST", "/uitloggen", "192.0.2.2"), Some("x-forwarded-for")));
    }

    #[test]
    fn an_address_is_the_connection_or_what_the_proxy_in_front_saw() {
        let at = |from, header| address(&knock("POST", "/", from), header).to_string();
        assert_eq!(at("192.0.2.1", None), "10.0.0.1");
        assert_eq!(at("192.0.2.1, 192.0.2.2", Some("x-forwarded-for")), "192.0.2.2");
        assert_eq!(at("nonsense", Some("x-forwarded-for")), "10.0.0.1");
        assert_eq!(at("2001:db8::1:2:3:4", Some("x-forwarded-for")), "2001:db8::");
        assert_eq!(at("::ffff:192.0.2.3", Some("x-forwarded-for")), "192.0.2.3");
        assert_eq!(address(&Request::new(Body::empty()), None), IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    }
}
