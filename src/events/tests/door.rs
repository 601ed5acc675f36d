//! What the door takes and refuses.

use super::*;

fn problem(answer: &Answer) -> (u16, String) {
    assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.body);
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(body["status"], answer.status.as_u16());
    assert!(body["title"].is_string());
    let name = body["type"].as_str().unwrap().strip_prefix("urn:voordeur:problem:").unwrap().to_owned();
    (answer.status.as_u16(), name)
}

fn pointers(answer: &Answer) -> Vec<String> {
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    let errors = body["errors"].as_array().unwrap();
    assert!(errors.iter().all(|error| error["detail"].as_str().is_some_and(|detail| !detail.is_empty())));
    errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn an_event_is_accepted_in_each_of_the_three_modes_and_has_its_effect_once(pool: PgPool) {
    let post = Post::new(&pool).await;
    let structured = post.send(&event(1)).await;
    assert_eq!((structured.status.as_u16(), structured.body.as_str()), (202, ""));

    let mut binary = post.request("belastingdienst", "application/json; charset=utf-8");
    for (name, value) in event(1).as_object().unwrap() {
        if let (Some(value), false) = (value.as_str(), name == "datacontenttype") {
            binary = binary.header(format!("ce-{name}"), value.replace(' ', "%20"));
        }
    }
    let binary = post.test.send(binary.body(Body::from(event(1)["data"].to_string())).unwrap()).await;
    assert_eq!((binary.status.as_u16(), binary.body.as_str()), (202, ""), "the same event");

    let batch = post.send(&json!([event(1), event(2), event(3), event(2)])).await;
    assert_eq!((batch.status.as_u16(), batch.body.as_str()), (202, r#"{"accepted":2,"known":2}"#));
    let empty = post.send(&json!([])).await;
    assert_eq!((empty.status.as_u16(), empty.body.as_str()), (202, r#"{"accepted":0,"known":0}"#));

    assert_eq!(post.process().await, 3);
    assert_eq!(noted(&pool).await, [1, 2, 3]);
    assert_eq!(post.send(&event(2)).await.status, 202, "after it was done");
    assert_eq!(post.process().await, 0);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn no_body_lies_open_and_none_is_kept_after_it_is_done(pool: PgPool) {
    let post = Post::new(&pool).await;
    post.send(&event(1)).await;
    let row: String = sqlx::query_scalar("select event::text from event").fetch_one(&pool).await.unwrap();
    let body: Vec<u8> = sqlx::query_scalar("select body from event").fetch_one(&pool).await.unwrap();
    assert!(!row.contains(BSN) && !body.windows(9).any(|part| part == BSN.as_bytes()));
    post.process().await;
    let kept: (String, String, String, Option<Vec<u8>>, Option<Vec<u8>>) =
        sqlx::query_as("select source, id, organisation, body, subject from event").fetch_one(&pool).await.unwrap();
    let source = "urn:nld:oin:00000099000000001000:bri".to_owned();
    assert_eq!(kept, (source, "event 1".to_owned(), "belastingdienst".to_owned(), None, None));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn who_has_no_good_token_is_told_how_to_come_in(pool: PgPool) {
    let post = Post::new(&pool).await;
    let ask = async |authorization: Option<String>| {
        let mut request = Request::post("/api/v1/events").header(header::ACCEPT, "*/*");
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        post.test.send(request.body(Body::empty()).unwrap()).await
    };
    for authorization in [None, Some("Basic eDp4".to_owned()), Some("Bearer ".to_owned())] {
        let answer = ask(authorization).await;
        assert_eq!(problem(&answer), (401, "no-token".to_owned()));
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"voordeur\"");
    }
    for token in ["nonsense", &post.inbox().issuer.token(&Signer::new(), "rdw", NOON.parse().unwrap())] {
        let answer = ask(Some(format!("bearer {token}"))).await;
        assert_eq!(problem(&answer), (401, "bad-token".to_owned()));
        assert!(answer.header("www-authenticate").contains("error=\"invalid_token\""));
    }
    let answer = ask(Some(format!("Bearer {}", post.token("voordeur-citizen")))).await;
    assert_eq!(problem(&answer), (403, "unknown-client".to_owned()));
    assert_eq!(count(&pool, "waiting").await, 0);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn an_organisation_cannot_send_in_the_name_or_on_the_subject_of_another(pool: PgPool) {
    let post = Post::new(&pool).await;
    let mut foreign = event(1);
    foreign["source"] = "urn:nld:oin:00000099000000002000".into();
    let answer = post.send(&foreign).await;
    assert_eq!((problem(&answer), pointers(&answer)), ((403, "not-yours".to_owned()), vec!["/source".to_owned()]));
    let mut register = event(1);
    register["data"]["register"] = "brp".into();
    let answer = post.send(&json!([event(2), register])).await;
    assert_eq!(problem(&answer), (403, "not-yours".to_owned()));
    assert_eq!(pointers(&answer), ["/1/data/register"]);
    assert_eq!(count(&pool, "waiting").await, 0, "all of a batch, or nothing");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_cannot_be_is_refused_with_the_place_and_no_word_of_the_contents(pool: PgPool) {
    let post = Post::new(&pool).await;
    let with = |path: &str, value: Value| {
        let mut event = event(1);
        *event.pointer_mut(path).unwrap() = value;
        event
    };
    for (event, expected) in [
        (with("/type", "nl.voordeur.other.v1".into()), &["/type"][..]),
        (with("/data/bsn", "900210292".into()), &["/data/bsn"]),
        (with("/data", "900210292".into()), &["/data/bsn"]),
        (with("/time", "2026-11-23T00:00:00Z".into()), &["/time"]),
        (with("/id", format!("about {BSN}").into()), &["/id"]),
        (json!([event(1), with("/time", Value::Null), 7]), &["/1/time", "/2"]),
    ] {
        let answer = post.send(&event).await;
        assert_eq!(problem(&answer), (422, "wrong-contents".to_owned()), "{event}");
        assert_eq!(pointers(&answer), expected, "{event}");
        assert!(!answer.body.contains("90021029"), "{}", answer.body);
    }
    assert_eq!(count(&pool, "waiting").await, 0);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn another_event_with_the_same_source_and_id_is_a_mistake_and_not_lost(pool: PgPool) {
    let post = Post::new(&pool).await;
    assert_eq!(post.send(&event(1)).await.status, 202);
    let mut other = event(1);
    other["data"]["number"] = 9.into();
    let answer = post.send(&other).await;
    assert_eq!((problem(&answer), pointers(&answer)), ((409, "id-in-use".to_owned()), vec!["/id".to_owned()]));
    let answer = post.send(&json!([event(2), other])).await;
    assert_eq!((problem(&answer).0, pointers(&answer)), (409, vec!["/1/id".to_owned()]));
    post.process().await;
    assert_eq!(noted(&pool).await, [1], "nothing of a batch that was refused");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn every_refusal_is_a_problem_and_never_a_page(pool: PgPool) {
    let post = Post::new(&pool).await;
    let send = async |request: http::request::Builder, body: Vec<u8>| {
        let request = request.header(header::ACCEPT, "text/html, */*").body(Body::from(body)).unwrap();
        post.test.send(request).await
    };
    let authorized = |kind| post.request("belastingdienst", kind);

    let wrong_method = send(Request::get("/api/v1/events"), vec![]).await;
    assert_eq!(problem(&wrong_method).0, 405);
    assert_eq!(wrong_method.header("allow"), "POST");
    assert_eq!(problem(&send(Request::get("/api/v1/nothing"), vec![]).await).0, 404);
    assert_eq!(problem(&send(authorized("text/plain"), vec![]).await).0, 415);
    assert_eq!(problem(&send(authorized("application/cloudevents+json"), b"{".to_vec()).await).0, 400);
    assert_eq!(problem(&send(authorized("application/json").header("ce-id", "%zz"), vec![]).await).0, 400);
    assert_eq!(problem(&send(authorized("application/json"), vec![]).await).0, 422);
    let large = vec![b' '; 300 * 1024];
    assert_eq!(problem(&send(authorized("application/cloudevents+json"), large.clone()).await).0, 413);
    let told = authorized("application/cloudevents+json").header("content-length", large.len());
    assert_eq!(problem(&send(told, large).await).0, 413);
    assert_eq!(post.test.get("/en/api/v1/events", "").await.status, 404);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_form_of_another_site_is_no_matter_as_no_cookie_opens_the_door(pool: PgPool) {
    let post = Post::new(&pool).await;
    let request = post
        .request("belastingdienst", "application/cloudevents+json")
        .header("sec-fetch-site", "cross-site")
        .header("origin", "https://elsewhere.example");
    let answer = post.test.send(request.body(Body::from(event(1).to_string())).unwrap()).await;
    assert_eq!(answer.status, 202);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_client_that_sends_too_much_waits_and_others_do_not(pool: PgPool) {
    let mut config = testing::config();
    config.events.as_mut().unwrap().requests_per_second = std::num::NonZeroU32::MIN;
    Post::new(&pool).await;
    let post = Post::with(&pool, config);
    let ask = async |client| {
        let request = post.request(client, "application/cloudevents-batch+json").body(Body::from("[]")).unwrap();
        post.test.send(request).await
    };
    for _ in 0..3 {
        assert_eq!(ask("belastingdienst").await.status, 202);
    }
    let answer = ask("belastingdienst").await;
    assert_eq!(problem(&answer), (429, "too-many-requests".to_owned()));
    assert!(answer.header("retry-after").parse::<u64>().is_ok_and(|seconds| (1..=2).contains(&seconds)));
    assert_eq!(ask("rdw").await.status, 202);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn where_no_issuer_is_configured_there_is_no_such_address(pool: PgPool) {
    let mut config = testing::config();
    config.events = None;
    let test = TestPortal::with(&pool, config);
    assert_eq!(test.get("/api/v1/events", "").await.status, 404);
    assert_eq!(test.post("/api/v1/events", "", &[]).await.status, 405, "files are only read");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn the_description_names_every_address_answer_and_kind_of_problem(pool: PgPool) {
    let test = TestPortal::new(&pool);
    let answer = test.get("/api/v1/openapi.json", "").await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
    let description: Value = serde_json::from_str(&answer.body).unwrap();
    assert!(description["openapi"].as_str().unwrap().starts_with("3.1."));
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let method = http::Method::from_bytes(method.to_ascii_uppercase().as_bytes()).unwrap();
            let request = Request::builder().method(method).uri(format!("/api/v1{path}")).body(Body::empty()).unwrap();
            let status = test.send(request).await.status.as_u16();
            assert!(status != 404 && status != 405, "{path}: {status}");
            assert!(operation["responses"].as_object().unwrap().contains_key(&status.to_string()), "{path}: {status}");
        }
    }
    let told = &description["paths"]["/events"]["post"]["responses"];
    let named = description["components"]["schemas"]["Problem"]["properties"]["type"]["enum"].as_array().unwrap();
    for kind in super::super::problem::Kind::ALL {
        assert!(named.contains(&kind.uri().into()), "{}", kind.uri());
        let status = kind.status().as_u16();
        if status != 404 && status != 405 {
            assert!(told.get(status.to_string()).is_some(), "{status}");
        }
    }
}
