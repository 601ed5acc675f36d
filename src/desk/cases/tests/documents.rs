use axum::body::Body;
use http::{Request, StatusCode, header};
use sqlx::PgPool;

use super::{TOWN, applied, clerk, main_of, now, path, person};
use crate::{
    cases::Case,
    testing::{Answer, TestPortal},
};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj <</Type/Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n";

async fn upload(portal: &TestPortal, cookie: &str, case: &Case, name: &str, content: &[u8]) -> Answer {
    let version = now(portal, case).await.version;
    let mut body = format!(
        "--grens\r\ncontent-disposition: form-data; name=\"versie\"\r\n\r\n{version}\r\n--grens\r\ncontent-disposition: form-data; name=\"bestand\"; filename=\"{name}\"\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--grens--\r\n");
    let request = Request::post(path(case, "document"))
        .header(header::ACCEPT, "text/html")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=grens")
        .header(header::COOKIE, cookie)
        .header("sec-fetch-site", "same-origin");
    portal.send(request.body(Body::from(body)).unwrap()).await
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_document_is_added_told_and_downloaded_by_the_case_it_belongs_to_alone(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let someone = person(&pool, &portal).await;
    let case = applied(&portal, someone, "stadspas", TOWN).await;
    let other = applied(&portal, someone, "kwijtschelding", TOWN).await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    let done = upload(&portal, &fatma, &case, "brief.pdf", PDF).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", main_of(&done.body));
    let page = portal.get(&format!("/balie/zaken/{}", case.reference), &fatma).await.body;
    assert!(main_of(&page).contains("brief.pdf"));
    let address = page
        .split('"')
        .find(|part| part.starts_with(&format!("/balie/zaken/{}/documenten/", case.reference)))
        .expect("a way to the document")
        .to_owned();
    let file = portal.get(&address, &fatma).await;
    assert_eq!((file.status, file.body.as_bytes()), (StatusCode::OK, PDF));
    assert!(file.header("content-disposition").starts_with("attachment"));
    // The same person's document by way of another case, or by another organisation.
    let astray = address.replace(&case.reference, &other.reference);
    assert_eq!(portal.get(&astray, &fatma).await.status, StatusCode::NOT_FOUND);
    let elsewhere = clerk(&portal, "gemeente-0363", "Bo").await;
    assert_eq!(portal.get(&address, &elsewhere).await.status, StatusCode::NOT_FOUND);
    let told: i64 =
        sqlx::query_scalar("select count(*) from message where kind = 'case_document'").fetch_one(&pool).await.unwrap();
    assert_eq!(told, 1);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_is_no_document_is_refused_with_the_reason_and_nothing_is_kept(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let case = applied(&portal, person(&pool, &portal).await, "stadspas", TOWN).await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    let refused = upload(&portal, &fatma, &case, "brief.pdf", b"<!doctype html><script>1</script>").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("href=\"#bestand\"") && refused.body.contains("brief.pdf"));
    let none = super::send(&portal, &fatma, &case, "document", &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let kept: i64 = sqlx::query_scalar("select count(*) from document").fetch_one(&pool).await.unwrap();
    assert_eq!((kept, now(&portal, &case).await.version), (0, case.version));
}
