use http::StatusCode;
use jiff::SignedDuration;
use sqlx::PgPool;
use uuid::Uuid;

use super::{count_all, keep_counts, work::tell_all};
use crate::{
    desk::feedback_tests::{TOWN, clerk, done, main_of, person, said},
    feedback::{Feedback, Kind},
    testing::TestPortal,
};

/// Items of an organisation that came in so many days ago, with these words.
async fn heard(pool: &PgPool, organisation: &str, kind: &str, days_ago: i32, words: &str, number: i32) {
    sqlx::query(
        "insert into feedback (person, id, reference, kind, organisation, service, text, language, wants_answer, state, received_at,
                               term_from, due_on, changed_at)
         select gen_random_uuid(), gen_random_uuid(), gen_random_uuid()::text, $2, $1, 'stadspas', $4, 'nl', true, 'submitted',
                timestamptz '2026-11-22 11:00Z' - $3 * interval '1 day', now(), '2027-01-04', now()
           from generate_series(1, $5) n",
    )
    .bind(organisation)
    .bind(kind)
    .bind(days_ago)
    .bind(words)
    .bind(number)
    .execute(pool)
    .await
    .unwrap();
}

fn section<'a>(page: &'a str, id: &str) -> &'a str {
    let found = page.split("<section").find(|part| part.contains(&format!("id=\"{id}\"")));
    found.unwrap_or_else(|| panic!("no section {id}"))
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn words_that_are_said_more_than_elsewhere_stand_out_and_few_are_not_shown(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    heard(&pool, TOWN, "complaint", 3, "De wachttijden aan de balie zijn te lang, info@example.org 0612345678", 20)
        .await;
    heard(&pool, TOWN, "complaint", 3, "De wachttijd is een kwestie van Zonneveld", 4).await;
    heard(&pool, "svb", "complaint", 3, "De brief aan de burger is niet duidelijk, zegt de balie", 60).await;
    count_all(&portal.portal).await.unwrap();
    let page = portal.get("/balie/inzichten", &clerk(&portal, TOWN, "Fatma").await).await;
    assert_eq!(page.status, StatusCode::OK);
    let words = section(&page.body, "woorden");
    assert!(words.contains(">wachttijden</a>"), "as most people write it: {}", main_of(&page.body));
    assert!(words.contains("24"), "both forms are one word");
    assert!(!words.contains("balie<"), "everybody says that");
    for secret in ["zonneveld", "Zonneveld", "example.org", "0612345678"] {
        assert!(!page.body.contains(secret), "{secret}");
    }
    let other = portal.get("/balie/inzichten", &clerk(&portal, "svb", "Noor").await).await.body;
    assert!(section(&other, "woorden").contains(">brief</a>") && !section(&other, "woorden").contains("wachttijd"));
    // The same theme, by service.
    let service = portal.get("/balie/inzichten?dienst=stadspas", &clerk(&portal, TOWN, "Fatma").await).await.body;
    assert!(section(&service, "woorden").contains(">wachttijden</a>"));
    let unknown = portal.get("/balie/inzichten?dienst=%27%3B--", &clerk(&portal, TOWN, "Fatma").await).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn months_count_what_was_answered_in_time_at_once_and_again(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let someone = person(&pool).await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    for _ in 0..6 {
        let question = said(&portal, someone, Kind::Question, "Wanneer bent u open?").await;
        done(&portal, &fatma, &question, "antwoord", &[("tekst", "Om negen uur.")]).await;
        portal.wait(SignedDuration::from_mins(1));
    }
    let late = said(&portal, person(&pool).await, Kind::Question, "En op zondag?").await;
    sqlx::query("update feedback set due_on = '2026-11-20' where id = $1").bind(late.id).execute(&pool).await.unwrap();
    count_all(&portal.portal).await.unwrap();
    let counted: (i64, i64, i64, i64, i64, i64) = sqlx::query_as(
        "select received, answered, in_time, late, first_contact, repeated from feedback_month
          where organisation = $1 and service = '' and month = '2026-11-01' and kind = 'question'",
    )
    .bind(TOWN)
    .fetch_one(&pool)
    .await
    .unwrap();
    // Seven questions, of which one person asked six: five times again.
    assert_eq!(counted, (7, 6, 6, 1, 6, 5));
    let csv = portal.get("/balie/inzichten/maanden.csv", &fatma).await;
    assert_eq!(csv.status, StatusCode::OK);
    assert!(
        csv.header("content-disposition").contains("maanden.csv") && csv.header("content-type").starts_with("text/csv")
    );
    let lines: Vec<&str> = csv.body.split("\r\n").collect();
    assert_eq!(lines[0], "maand,soort,ontvangen,beantwoord,op_tijd,te_laat,in_een_keer,opnieuw");
    assert_eq!(lines[1], "2026-11,question,7,6,6,<5,6,5");
    assert_eq!(portal.get("/balie/inzichten/anders.csv", &fatma).await.status, StatusCode::NOT_FOUND);
    for file in ["woorden.csv", "themas.csv", "diensten.csv", "correcties.csv", "paginas.csv"] {
        assert_eq!(portal.get(&format!("/balie/inzichten/{file}"), &fatma).await.status, StatusCode::OK, "{file}");
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn what_is_passed_on_counts_where_it_goes(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let complaint = said(&portal, person(&pool).await, Kind::Complaint, "Mijn pensioen komt niet.").await;
    count_all(&portal.portal).await.unwrap();
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    done(&portal, &fatma, &complaint, "doorgeven", &[("naar", "svb"), ("tekst", "Voor u.")]).await;
    count_all(&portal.portal).await.unwrap();
    let counted: Vec<(String, i64)> = sqlx::query_as(
        "select organisation, items from feedback_word where stem = 'pensioen' and items <> 0 order by organisation",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(counted, [("svb".to_owned(), 1)]);
    let total: i64 = sqlx::query_scalar("select items from feedback_word_total where stem = 'pensioen'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(total, 1);
    let received: Vec<String> = sqlx::query_scalar("select organisation from feedback_month where service = ''")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(received, ["svb"]);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_mark_of_a_few_is_not_told_and_of_five_is(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    let answered = async |number: i32| {
        sqlx::query(
            "insert into survey (person, about, kind, organisation, service, asked_at)
             select gen_random_uuid(), 'x', 'complaint', $1, null, now() from generate_series(1, $2)",
        )
        .bind(TOWN)
        .bind(number)
        .execute(&pool)
        .await
        .unwrap();
        sqlx::query(
            "update survey set answered_at = '2026-11-20 12:00Z', satisfaction = 3, easy = 5 where answered_at is null",
        )
        .execute(&pool)
        .await
        .unwrap();
        count_all(&portal.portal).await.unwrap();
        main_of(&portal.get("/balie/inzichten", &fatma).await.body)
    };
    let few = answered(4).await;
    assert!(few.contains("– tevreden, gemiddeld"), "{few}");
    let five = answered(1).await;
    assert!(
        five.contains("3,0 van 5 tevreden, gemiddeld") && five.contains("5,0 van 5 makkelijk, gemiddeld"),
        "{five}"
    );
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn from_a_theme_comes_an_improvement_that_is_told_to_who_asked_once_it_is_public(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let (one, other) = (person(&pool).await, person(&pool).await);
    let mut asked: Vec<Feedback> = Vec::new();
    for (person, words) in
        [(one, "De wachttijd is lang."), (one, "Die wachttijden weer!"), (other, "Wachttijd?"), (other, "Iets anders.")]
    {
        asked.push(said(&portal, person, Kind::Complaint, words).await);
    }
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    let theme = "/balie/inzichten/thema?woord=wachttijden&dienst=";
    let page = portal.get(theme, &fatma).await;
    for (at, item) in asked.iter().enumerate() {
        assert_eq!(page.body.contains(&item.reference), at < 3, "{}", item.text);
    }
    assert!(!page.body.contains("De wachttijd is lang"), "a list shows nobody's words");
    let id = Uuid::new_v4().to_string();
    let form = [
        ("id", id.as_str()),
        ("titel", "Kortere wachttijden"),
        ("gezegd", "U wacht te lang."),
        ("gedaan", ""),
        ("waar", ""),
    ];
    let empty = portal.post(theme, &fatma, &[("id", &id), ("titel", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.body.contains("href=\"#titel\"") && empty.body.contains("href=\"#gezegd\""));
    // Twice is once.
    for _ in 0..2 {
        assert_eq!(portal.post(theme, &fatma, &form).await.status, StatusCode::SEE_OTHER);
    }
    let own = format!("/balie/verbeteringen/{id}");
    let page = main_of(&portal.get(&own, &fatma).await.body);
    assert!(page.contains("Gekoppeld aan 3 keer"), "{page}");
    let elsewhere = clerk(&portal, "svb", "Noor").await;
    let change = |did: &'static str, version: &'static str| {
        let mut form = form.to_vec();
        form[3] = ("gedaan", did);
        form.extend([("versie", version), ("doe", "publiceren")]);
        form
    };
    assert_eq!(portal.get(&own, &elsewhere).await.status, StatusCode::NOT_FOUND);
    assert_eq!(portal.post(&own, &elsewhere, &change("Meer balies.", "1")).await.status, StatusCode::NOT_FOUND);
    let hijack = portal.post(theme, &elsewhere, &form).await;
    assert_eq!(hijack.status, StatusCode::CONFLICT, "another organisation's number makes nothing");
    assert_eq!(portal.post(&own, &fatma, &change("", "1")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let public = async || -> i64 {
        sqlx::query_scalar("select count(*) from public_improvement").fetch_one(&pool).await.unwrap()
    };
    assert_eq!(public().await, 0);
    assert_eq!(portal.post(&own, &fatma, &change("Meer balies.", "1")).await.status, StatusCode::SEE_OTHER);
    assert_eq!(public().await, 1);
    let stale = portal.post(&own, &fatma, &change("Minder balies.", "1")).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.body.contains("Een collega veranderde dit") && stale.body.contains(">Minder balies.<"));
    for _ in 0..2 {
        tell_all(&portal.portal).await.unwrap();
    }
    let told: Vec<(Uuid, i64)> =
        sqlx::query_as("select person, count(*) from message where kind = 'feedback_improved' group by 1 order by 1")
            .fetch_all(&pool)
            .await
            .unwrap();
    let mut expected = vec![(one.0, 1), (other.0, 1)];
    expected.sort_unstable();
    assert_eq!(told, expected, "once each");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn pages_are_counted_by_their_route_in_both_languages_and_staff_are_not(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    for path in ["/privacy", "/en/privacy", "/privacy?x=geheim", "/bestaat-niet", "/balie/reacties"] {
        portal.get(path, if path.starts_with("/balie") { &fatma } else { "" }).await;
    }
    portal.post("/inloggen/burger", "", &[]).await;
    for _ in 0..2 {
        keep_counts(&portal.portal).await.unwrap();
    }
    let counted: Vec<(String, i64)> =
        sqlx::query_as("select page, visits from page_count where visits > 0 order by page")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(counted, [("/privacy".to_owned(), 3)]);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn the_demo_starts_its_improvements_once(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue/demo/improvements.json");
    assert_eq!(super::demo(&portal.portal, &file).await.unwrap(), 2);
    assert_eq!(super::demo(&portal.portal, &file).await.unwrap(), 0);
    let page = main_of(&portal.get("/balie/verbeteringen", &clerk(&portal, TOWN, "Fatma").await).await.body);
    assert!(page.contains("Korter wachten aan de balie") && page.contains("Openbaar sinds 22 november 2026"), "{page}");
    assert!(page.contains("Een brief die u in één keer begrijpt") && page.contains("Nog bezig"), "{page}");
}
