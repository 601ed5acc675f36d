use http::{Request, StatusCode, header};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::{NOBODY, nobody_answers};
use crate::{
    database::PersonId,
    identity::{
        Door, Identity, Party,
        provider::tests::{KID, Signer},
        session,
    },
    testing::TestPortal,
};

struct Case {
    portal: TestPortal,
    signer: Signer,
}

impl Case {
    fn new(pool: &PgPool) -> Self {
        let portal = TestPortal::with(pool, nobody_answers());
        let signer = Signer::new();
        for provider in portal.portal.doors.all() {
            provider.publish(&signer, portal.portal.clock.now());
        }
        Self { portal, signer }
    }

    async fn log_in(&self, door: Door, subject: &str, sid: Option<&str>) -> String {
        let party = Party::Person { person: PersonId(Uuid::new_v4()), name: String::new() };
        let identity = Identity {
            door,
            actor: party.clone(),
            acting_for: party,
            level: String::new(),
            sid: sid.map(str::to_owned),
            id_token: None,
            logged_in_at: self.portal.portal.clock.now(),
        };
        format!("__Host-voordeur={}", session::open(&self.portal.portal, &identity, subject).await.unwrap())
    }

    async fn lives(&self, cookie: &str) -> bool {
        self.portal.post("/sessie", cookie, &[]).await.status == StatusCode::NO_CONTENT
    }

    fn claims(&self, change: Value) -> Value {
        let now = self.portal.portal.clock.now().as_second();
        let mut claims = json!({
            "iss": NOBODY,
            "aud": "voordeur-citizen",
            "iat": now,
            "exp": now + 120,
            "jti": Uuid::new_v4().to_string(),
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        });
        for (name, value) in change.as_object().unwrap() {
            match value {
                Value::Null => claims.as_object_mut().unwrap().remove(name),
                value => claims.as_object_mut().unwrap().insert(name.clone(), value.clone()),
            };
        }
        claims
    }

    /// As a provider sends it: no cookie, no `Origin`, no `Sec-Fetch-Site`.
    async fn send(&self, token: &str) -> StatusCode {
        let body = serde_urlencoded::to_string([("logout_token", token)]).unwrap();
        let request =
            Request::post("/uitloggen/melding").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = self.portal.send(request.body(body.into()).unwrap()).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        answer.status
    }

    async fn tell(&self, change: Value) -> StatusCode {
        self.send(&self.signer.sign(KID, "logout+jwt", &self.claims(change))).await
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_provider_ends_one_session_by_its_sid_or_all_of_a_subject(pool: PgPool) {
    let case = Case::new(&pool);
    let first = case.log_in(Door::Citizen, "ann", Some("1")).await;
    let second = case.log_in(Door::Citizen, "ann", Some("2")).await;
    let other = case.log_in(Door::Citizen, "bob", Some("3")).await;
    let staff = case.log_in(Door::Staff, "ann", Some("1")).await;
    assert_eq!(case.tell(json!({ "sid": "1", "sub": "ann" })).await, StatusCode::OK);
    assert!(!case.lives(&first).await && case.lives(&second).await);
    let third = case.log_in(Door::Citizen, "ann", None).await;
    assert_eq!(case.tell(json!({ "sub": "ann" })).await, StatusCode::OK);
    assert!(!case.lives(&second).await && !case.lives(&third).await);
    assert!(case.lives(&other).await && case.lives(&staff).await);
    assert_eq!(case.tell(json!({ "sub": "nobody" })).await, StatusCode::OK, "to be logged out is what was asked for");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_logout_token_works_once(pool: PgPool) {
    let case = Case::new(&pool);
    let token = case.signer.sign(KID, "logout+jwt", &case.claims(json!({ "sub": "ann" })));
    assert_eq!(case.send(&token).await, StatusCode::OK);
    let session = case.log_in(Door::Citizen, "ann", None).await;
    assert_eq!(case.send(&token).await, StatusCode::BAD_REQUEST);
    assert!(case.lives(&session).await);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_logout_token_that_is_not_right_ends_nothing(pool: PgPool) {
    let case = Case::new(&pool);
    let session = case.log_in(Door::Citizen, "ann", Some("1")).await;
    let now = case.portal.portal.clock.now().as_second();
    for wrong in [
        json!({ "sub": "ann", "iss": "http://evil.example" }),
        json!({ "sub": "ann", "aud": "another" }),
        json!({ "sub": "ann", "aud": ["voordeur-citizen", "another"] }),
        json!({ "sub": "ann", "iat": now - 601 }),
        json!({ "sub": "ann", "iat": now + 61 }),
        json!({ "sub": "ann", "exp": now - 60 }),
        json!({ "sub": "ann", "nonce": "n" }),
        json!({ "sub": "ann", "jti": null }),
        json!({ "sub": "ann", "events": {} }),
        json!({ "sub": "ann", "events": null }),
        json!({ "sub": "ann", "events": { "http://schemas.openid.net/event/backchannel-logout": "yes" } }),
        json!({}),
    ] {
        assert_eq!(case.tell(wrong.clone()).await, StatusCode::BAD_REQUEST, "{wrong}");
    }
    let good = case.claims(json!({ "sub": "ann" }));
    assert_eq!(case.send(&Signer::new().sign(KID, "logout+jwt", &good)).await, StatusCode::BAD_REQUEST, "another key");
    assert_eq!(
        case.send(&case.signer.sign(KID, "at+jwt", &good)).await,
        StatusCode::BAD_REQUEST,
        "another kind of token"
    );
    assert_eq!(case.send("a.b.c").await, StatusCode::BAD_REQUEST);
    assert_eq!(case.send("").await, StatusCode::BAD_REQUEST);
    assert!(case.lives(&session).await);
    assert_eq!(case.tell(json!({ "sub": "ann" })).await, StatusCode::OK);
    assert!(!case.lives(&session).await);
}
