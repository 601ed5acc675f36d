//! The whole way of a document: from a form to its owner, and everything that is refused on the way.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    response::Html,
    routing::post,
};
use http::{Request, StatusCode, header};
use jiff::SignedDuration;
use sqlx::PgPool;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tower::ServiceExt;
use uuid::Uuid;

use super::{DocumentId, FormWithFiles, LARGEST, Origin, Refusal, Scanner, of, record, scan::Verdict, sweep, take};
use crate::{
    app::Citizen,
    config::Config,
    database::{MIGRATOR, PersonId},
    error::Error,
    identity::{COOKIE, session_for},
    server::{FORM_LIMIT, Portal},
    testing::{Answer, TestPortal, config},
    usage::{Role, Usage, activity},
};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n";
const BOUNDARY: &str = "grens";

struct Someone {
    portal: TestPortal,
    person: PersonId,
    cookie: String,
}

fn in_folder(mut config: Config) -> Config {
    config.documents.folder = new_folder();
    config
}

/// Where nothing is yet.
fn new_folder() -> PathBuf {
    std::env::temp_dir().join("voordeur-test").join(Uuid::new_v4().to_string())
}

/// A form that keeps what comes, as a room's own would.
async fn keep_all(citizen: Citizen, form: FormWithFiles) -> Result<(StatusCode, Html<String>), Error> {
    let portal = &citizen.portal;
    let mut taken = Vec::new();
    for upload in form.files {
        let name = upload.name.clone();
        match take(portal, upload, Origin::Citizen).await {
            Ok(one) => taken.push(one),
            Err(refusal) => return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(refusal.words(citizen.locale, &name)?))),
        }
    }
    let mut scope = portal.database.as_person(citizen.person, usage(portal)).await?;
    let mut ids = Vec::new();
    for one in &taken {
        ids.push(record(scope.sql(), one).await?);
    }
    scope.commit().await?;
    let ids: Vec<String> = ids.iter().map(|id| id.0.to_string()).collect();
    Ok((StatusCode::OK, Html(ids.join(","))))
}

fn usage(portal: &Portal) -> Usage {
    Usage {
        at: portal.clock.now(),
        organisation: "voordeur".into(),
        role: Role::Citizen,
        activity: activity::VIEW_DOCUMENT,
        groups: vec!["documents".into()],
    }
}

impl Someone {
    async fn with(pool: &PgPool, config: Config) -> Self {
        let mut portal = TestPortal::with(pool, in_folder(config));
        let form = Router::new().route("/proef", post(keep_all));
        portal.router = crate::server::router_with(portal.portal.clone(), form);
        let person = PersonId(Uuid::new_v4());
        let cookie = format!("{COOKIE}={}", session_for(&portal.portal, person).await.unwrap());
        Self { portal, person, cookie }
    }

    async fn new(pool: &PgPool) -> Self {
        Self::with(pool, config()).await
    }

    async fn send(&self, files: &[(&str, &[u8])]) -> Answer {
        let body = multipart(files);
        let length = body.len();
        self.send_body(Body::from(body), Some(length)).await
    }

    async fn send_body(&self, body: Body, length: Option<usize>) -> Answer {
        let mut request = Request::post("/proef")
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
            .header("sec-fetch-site", "same-origin");
        if let Some(length) = length {
            request = request.header(header::CONTENT_LENGTH, length);
        }
        self.portal.send(request.body(body).unwrap()).await
    }

    /// How many objects stand on the shelf.
    fn kept(&self) -> usize {
        fn files(folder: &Path) -> usize {
            let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
            entries.flatten().map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { 1 }).sum()
        }
        files(&self.portal.portal.config.documents.folder)
    }
}

fn multipart(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"toelichting\"\r\n\r\nHierbij.\r\n")
        .into_bytes();
    for (name, bytes) in files {
        let head = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"bestand\"; filename=\"{name}\"\r\ncontent-type: application/pdf\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_document_comes_back_whole_as_a_download_with_a_safe_name_and_is_logged(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let sent = someone.send(&[("../../mijn/Bewijs €\u{202e}.PDF", PDF)]).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
    let back = someone.portal.get(&format!("/documenten/{}", sent.body), &someone.cookie).await;
    assert_eq!((back.status, back.body.as_bytes()), (StatusCode::OK, PDF));
    assert_eq!(back.header("content-type"), "application/pdf");
    assert_eq!(back.header("x-content-type-options"), "nosniff");
    assert_eq!(back.header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(
        back.header("content-disposition"),
        "attachment; filename=\"Bewijs _.pdf\"; filename*=UTF-8''Bewijs%20%E2%82%AC.pdf"
    );
    let (size, sha256): (i32, Vec<u8>) =
        sqlx::query_as("select size, sha256 from document").fetch_one(&pool).await.unwrap();
    assert_eq!(size as usize, PDF.len());
    assert_eq!(sha256, ring::digest::digest(&ring::digest::SHA256, PDF).as_ref());
    let log = someone.portal.get("/mijn/inzage", &someone.cookie).await.body;
    assert!(log.contains("Een document bekeken") && log.contains("uw documenten"));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_folder_alone_gives_nothing_away_and_a_changed_document_is_not_served(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let id = someone.send(&[("geheim.txt", b"een geheim van mij")]).await.body;
    let plain = id.replace('-', "");
    let file = someone.portal.portal.config.documents.folder.join(&plain[..2]).join(&plain);
    let mut sealed = std::fs::read(&file).unwrap();
    assert!(!sealed.windows(6).any(|part| part == b"geheim"));
    sealed[3] ^= 1;
    std::fs::write(&file, sealed).unwrap();
    let back = someone.portal.get(&format!("/documenten/{id}"), &someone.cookie).await;
    assert_eq!(back.status, StatusCode::INTERNAL_SERVER_ERROR);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn nobody_gets_another_persons_document(pool: PgPool) {
    let owner = Someone::new(&pool).await;
    let id = owner.send(&[("bewijs.pdf", PDF)]).await.body;
    let stranger = format!("{COOKIE}={}", session_for(&owner.portal.portal, PersonId(Uuid::new_v4())).await.unwrap());
    for path in [format!("/documenten/{id}"), "/documenten/x".into(), format!("/documenten/{}", Uuid::nil())] {
        assert_eq!(owner.portal.get(&path, &stranger).await.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(owner.portal.get(&path, "").await.status, StatusCode::SEE_OTHER, "{path}");
    }
    let mut scope =
        owner.portal.portal.database.as_person(PersonId(Uuid::nil()), usage(&owner.portal.portal)).await.unwrap();
    assert_eq!(of(scope.sql(), &[DocumentId(id.parse().unwrap())]).await.unwrap(), []);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_is_not_what_it_is_called_is_refused_and_nothing_is_kept(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let zip_bomb = [b"PK\x03\x04".as_slice(), &[0; 5000]].concat();
    let refused: [(&str, &[u8]); 5] = [
        ("bewijs.pdf", b"<!DOCTYPE html><html><script>alert(1)</script></html>"),
        ("bewijs.pdf", &zip_bomb),
        ("foto.jpg", b"MZ\x90\0\x03"),
        ("lijst.txt", b"hallo <svg onload=alert(1)>"),
        ("leeg.pdf", b""),
    ];
    for (name, bytes) in refused {
        let answer = someone.send(&[("goed.pdf", PDF), (name, bytes)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(answer.body.contains(name), "{}", answer.body);
    }
    assert_eq!(documents(&pool).await, 0);
    // The good one beside it waits to be forgotten.
    someone.portal.wait(SignedDuration::from_hours(25));
    assert_eq!(sweep(&someone.portal.portal).await.unwrap(), refused.len());
    assert_eq!(someone.kept(), 0);
}

async fn documents(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select count(*) from document").fetch_one(pool).await.unwrap()
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn ten_megabytes_is_the_most_and_five_files(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let mut large = vec![b'a'; 10 * 1024 * 1024];
    assert_eq!(someone.send(&[("net.txt", &large)]).await.status, StatusCode::OK);
    large.push(b'a');
    let answer = someone.send(&[("groot.txt", &large)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.body, "groot.txt is groter dan 10 MB. Kies een kleiner bestand.");
    let answer = someone.send(&[("a.pdf", PDF); 6]).await;
    assert_eq!(answer.body, "Stuur hoogstens 5 bestanden tegelijk. De rest kunt u daarna sturen.");
    let whole = someone.send_body(Body::empty(), Some(60 * 1024 * 1024)).await;
    assert_eq!(whole.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(whole.body.contains("Wat u verstuurt, is te groot"));
    assert_eq!(documents(&pool).await, 1);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn files_change_no_limit_of_what_is_typed(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let text = "x".repeat(FORM_LIMIT + 1);
    let typed = someone.portal.post("/proef", &someone.cookie, &[("toelichting", &text)]).await;
    assert_eq!(typed.status, StatusCode::PAYLOAD_TOO_LARGE);
    let field =
        format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"x\"\r\n\r\n{text}\r\n--{BOUNDARY}--\r\n");
    assert_eq!(someone.send_body(Body::from(field), None).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    for broken in ["", "--grens", "--grens\r\ncontent-disposition: form-data; name=\"x\"; filename=\"a\"\r\n\r\nabc"] {
        assert_eq!(someone.send_body(Body::from(broken), None).await.status, StatusCode::BAD_REQUEST, "{broken:?}");
    }
    let empty = someone.send(&[("", b"")]).await;
    assert_eq!((empty.status, empty.body.as_str()), (StatusCode::OK, ""));
    assert_eq!(someone.kept(), 0);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_upload_that_drips_is_given_up_with_a_page(pool: PgPool) {
    let mut config = config();
    config.documents.upload_seconds = 1;
    let someone = Someone::with(&pool, config).await;
    let drops = futures::stream::unfold(multipart(&[("a.pdf", PDF)]).into_iter(), |mut bytes| async move {
        let byte = bytes.next()?;
        tokio::time::sleep(Duration::from_millis(100)).await;
        Some((Ok::<_, std::io::Error>(Bytes::from(vec![byte])), bytes))
    });
    let answer = someone.send_body(Body::from_stream(drops), None).await;
    assert_eq!(answer.status, StatusCode::REQUEST_TIMEOUT);
    assert!(answer.body.contains("Het versturen duurde te lang"));
    assert_eq!(someone.kept(), 0);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_form_from_another_site_brings_no_document(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let request = Request::post("/proef")
        .header(header::COOKIE, &someone.cookie)
        .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
        .header("sec-fetch-site", "cross-site")
        .body(Body::from(multipart(&[("a.pdf", PDF)])))
        .unwrap();
    let answer = someone.portal.router.clone().oneshot(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert_eq!(someone.kept(), 0);
}

/// The file that every scanner takes for a virus (eicar.org), in two parts, so that none stops at this source.
fn eicar() -> Vec<u8> {
    ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].concat().into_bytes()
}

/// A clamd that knows one virus and takes up to 11 MB; it ends with the test.
struct Clamd {
    _process: tokio::process::Child,
    folder: PathBuf,
}

impl Clamd {
    async fn start() -> Self {
        let folder = new_folder();
        std::fs::create_dir_all(folder.join("database")).unwrap();
        let virus: String = eicar().iter().map(|byte| format!("{byte:02x}")).collect();
        std::fs::write(folder.join("database/eicar.ndb"), format!("Eicar:0:*:{virus}\n")).unwrap();
        let at = folder.display();
        let settings = format!(
            "Foreground yes\nLocalSocket {at}/socket\nDatabaseDirectory {at}/database\nTemporaryDirectory {at}\nStreamMaxLength 11M\n"
        );
        std::fs::write(folder.join("clamd.conf"), settings).unwrap();
        let process = tokio::process::Command::new("clamd")
            // Where Debian has it, which not everybody looks through.
            .env("PATH", std::env::var("PATH").unwrap_or_default() + ":/usr/sbin")
            .arg("--config-file")
            .arg(folder.join("clamd.conf"))
            .stdout(std::process::Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("these tests need clamd: dev/install --tests brings it");
        let clamd = Self { _process: process, folder };
        for _ in 0..1200 {
            if tokio::net::UnixStream::connect(clamd.folder.join("socket")).await.is_ok() {
                return clamd;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("clamd does not listen");
    }

    fn scanner(&self) -> Scanner {
        Scanner::Unix(self.folder.join("socket"))
    }
}

impl Drop for Clamd {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_virus_is_refused_and_what_is_clean_is_marked_as_looked_at(pool: PgPool) {
    let clamd = Clamd::start().await;
    let mut config = config();
    config.documents.scanner = Some(clamd.scanner());
    let someone = Someone::with(&pool, config).await;
    let eicar = eicar();
    let large = [&[b' '; 200_000], &eicar[..]].concat();
    for bytes in [&eicar, &large] {
        let answer = someone.send(&[("brief.txt", bytes)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains("In brief.txt zit een virus"), "{}", answer.body);
    }
    assert_eq!((someone.kept(), documents(&pool).await), (0, 0));
    assert_eq!(someone.send(&[("brief.txt", b"Beste lezer")]).await.status, StatusCode::OK);
    let scanned: bool = sqlx::query_scalar("select scanned from document").fetch_one(&pool).await.unwrap();
    assert!(scanned);
}

#[tokio::test]
async fn clamd_looks_at_the_whole_of_the_largest_document_and_at_nothing_larger_than_it_takes() {
    let clamd = Clamd::start().await;
    let scanner = clamd.scanner();
    assert_eq!(scanner.scan(&vec![b' '; LARGEST]).await.unwrap(), Verdict::Clean);
    assert_eq!(scanner.scan(b"").await.unwrap(), Verdict::Clean);
    // Over the edge between what is sent in one go and in the next.
    for before in [65_500, 65_536] {
        let within = [&vec![b' '; before], &eicar()[..], &[b' '; 100]].concat();
        assert_eq!(scanner.scan(&within).await.unwrap(), Verdict::Virus);
    }
    scanner.scan(&vec![b' '; 12 * 1024 * 1024]).await.unwrap_err();
}

/// Says the same to whatever it is sent as clamd(8) wants it: INSTREAM, chunks with their length, a chunk of nothing.
async fn confused(answer: &'static str) -> Scanner {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.read_exact(&mut [0; 10]).await.unwrap();
            loop {
                let length = stream.read_u32().await.unwrap();
                if length == 0 {
                    break;
                }
                stream.read_exact(&mut vec![0; length as usize]).await.unwrap();
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    Scanner::Tcp(address.to_string())
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn while_the_scanner_is_away_or_confused_nothing_is_taken(pool: PgPool) {
    let nobody = Scanner::Tcp("127.0.0.1:9".into());
    let gone = Scanner::Unix(new_folder().join("socket"));
    for scanner in [nobody, gone, confused("INSTREAM size limit exceeded. ERROR\0").await, confused("").await] {
        let mut config = config();
        config.documents.scanner = Some(scanner);
        let someone = Someone::with(&pool, config).await;
        let answer = someone.send(&[("a.pdf", PDF)]).await;
        assert!(answer.body.contains("Probeer het over een paar minuten opnieuw"), "{}", answer.body);
        assert_eq!(someone.kept(), 0);
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_belongs_to_a_transaction_that_failed_is_removed_after_a_day(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let portal = &someone.portal.portal;
    let upload = |name: &str| super::Upload {
        field: "bestand".into(),
        name: name.into(),
        content: super::Content::Whole(Bytes::from_static(PDF)),
    };
    let lost = take(portal, upload("a.pdf"), Origin::Organisation).await.unwrap();
    let kept = take(portal, upload("b.pdf"), Origin::Organisation).await.unwrap();
    let mut scope = portal.database.as_person(someone.person, usage(portal)).await.unwrap();
    record(scope.sql(), &lost).await.unwrap();
    drop(scope);
    let mut scope = portal.database.as_person(someone.person, usage(portal)).await.unwrap();
    record(scope.sql(), &kept).await.unwrap();
    scope.commit().await.unwrap();
    assert_eq!((sweep(portal).await.unwrap(), someone.kept()), (0, 2));
    someone.portal.wait(SignedDuration::from_hours(25));
    assert_eq!((sweep(portal).await.unwrap(), someone.kept()), (1, 1));
    // Too late to record it after all.
    let mut scope = portal.database.as_person(someone.person, usage(portal)).await.unwrap();
    assert!(matches!(record(scope.sql(), &lost).await, Err(Error::Conflict)));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_refusal_is_told_in_words_and_a_defect_is_not(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let refused = super::Upload { field: String::new(), name: "x".into(), content: super::Content::TooLarge };
    let refusal = take(&someone.portal.portal, refused, Origin::Citizen).await.unwrap_err();
    assert_eq!(
        refusal.words(crate::i18n::Locale::en, "../a.pdf").unwrap(),
        "a.pdf is larger than 10 MB. Choose a smaller file."
    );
    assert!(Refusal::Error(Error::Unavailable).words(crate::i18n::Locale::en, "a.pdf").is_err());
}
