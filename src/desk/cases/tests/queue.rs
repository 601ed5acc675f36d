use http::StatusCode;
use jiff::{SignedDuration, ToSpan, civil::date};
use jiff_sqlx::ToSqlx;
use sqlx::PgPool;

use super::{TOWN, applied, clerk, main_of, person, send};
use crate::{
    desk::cases::store::{self, Counts, Whose},
    testing::TestPortal,
    usage::{Role, Usage, activity},
};

/// So many open cases of an organisation, one due each day from the first of January 2027, each of somebody else.
async fn many(pool: &PgPool, organisation: &str, number: i32, paused: bool) {
    sqlx::query(
        "insert into cases (person, id, reference, kind, title, organisation, stage, received_at, term, term_law, counting, due_on,
                            paused, pauses, changed_at)
         select gen_random_uuid(), gen_random_uuid(), '2026-' || upper(substr(md5($1 || n || $3), 1, 4) || '-' || substr(md5($1 || n || $3), 5, 4)),
                'other', '{\"nl\": \"Vergunning\"}', $1, 'received', now(), '8 weeks', 'x', 'termijnenwet', date '2026-12-31' + n,
                $3, case when $3 then '[{\"from\": \"2026-11-20\", \"until\": null}]'::jsonb else '[]' end, now()
           from generate_series(1, $2) n",
    )
    .bind(organisation)
    .bind(number)
    .bind(paused)
    .execute(pool)
    .await
    .unwrap();
}

/// The numbers of the cases on a page, in order.
fn references(page: &str) -> Vec<String> {
    let addresses = page.split("href=\"/balie/zaken/").skip(1);
    addresses.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn the_queue_is_in_order_of_the_last_day_and_names_nobody(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let someone = person(&pool, &portal).await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    for (service, days) in [("stadspas", -30), ("kwijtschelding", 5), ("individuele-inkomenstoeslag", 0)] {
        let case = applied(&portal, someone, service, TOWN).await;
        // Monday 23 November is tomorrow.
        let due_on = date(2026, 11, 23).checked_add(days.days()).unwrap();
        sqlx::query("update cases set due_on = $2 where id = $1")
            .bind(case.id)
            .bind(due_on.to_sqlx())
            .execute(&pool)
            .await
            .unwrap();
    }
    portal.wait(SignedDuration::from_hours(24));
    let fatma_later = clerk(&portal, TOWN, "Fatma").await;
    let answer = portal.get("/balie/zaken", &fatma_later).await;
    assert_eq!(answer.status, StatusCode::OK);
    let words = main_of(&answer.body);
    let at = |text: &str| words.find(text).unwrap_or_else(|| panic!("no {text:?} in {words}"));
    assert!(at("Te laat 1") < at("30 dagen te laat") && at("30 dagen te laat") < at("Deze week 2"));
    assert!(at("Vandaag, 23 november 2026") < at("Nog 5 dagen, 28 november 2026"), "{words}");
    // A case's number is drawn by lot, and may have any digits.
    let names = references(&answer.body).iter().fold(words, |words, reference| words.replace(reference, ""));
    for secret in ["Moulin", "Suzanne", super::BSN, "653"] {
        assert!(!names.contains(secret), "{secret}: {names}");
    }
    let looked: i64 = sqlx::query_scalar("select count(*) from usage_entry where person = $1 and role = 'staff'")
        .bind(someone)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(looked, 0, "nobody was looked at");
    let other = clerk(&portal, "gemeente-0363", "Bo").await;
    assert!(main_of(&portal.get("/balie/zaken", &other).await.body).contains("Geen open zaken"));
    drop(fatma);
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn page_after_page_shows_each_case_once(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    many(&pool, TOWN, 120, false).await;
    many(&pool, TOWN, 7, true).await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    let mut seen = Vec::new();
    let mut next = "/balie/zaken?van=team".to_owned();
    for _ in 0..3 {
        let page = portal.get(&next, &fatma).await.body;
        seen.extend(references(&page));
        let main = page.split_once("<main").map_or("", |(_, main)| main);
        next = main
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .find(|href| href.contains("na="))
            .unwrap_or_default()
            .replace("&amp;", "&");
    }
    assert_eq!((seen.len(), next.as_str()), (127, ""), "the last page has no next one");
    let unique: std::collections::BTreeSet<_> = seen.iter().collect();
    assert_eq!(unique.len(), 127);
    let page = main_of(&portal.get("/balie/zaken", &fatma).await.body);
    assert!(page.contains("Later 120"), "{page}");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn mine_and_nobodys_are_filters_and_a_number_leads_to_its_case(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let someone = person(&pool, &portal).await;
    let one = applied(&portal, someone, "stadspas", TOWN).await;
    let other = applied(&portal, someone, "kwijtschelding", TOWN).await;
    let (fatma, bo) = (clerk(&portal, TOWN, "Fatma").await, clerk(&portal, TOWN, "Bo").await);
    send(&portal, &fatma, &one, "nemen", &[]).await;
    let shown = async |cookie: &str, whose: &str| {
        references(&portal.get(&format!("/balie/zaken?van={whose}"), cookie).await.body)
    };
    assert_eq!(shown(&fatma, "mij").await, std::slice::from_ref(&one.reference));
    assert_eq!(shown(&fatma, "niemand").await, std::slice::from_ref(&other.reference));
    assert!(shown(&bo, "mij").await.is_empty());
    assert_eq!(shown(&bo, "team").await.len(), 2);
    let typed = one.reference.replace('-', "%20").to_lowercase();
    let found = portal.get(&format!("/balie/zaken?nummer={typed}"), &bo).await;
    assert_eq!(found.header("location"), format!("/balie/zaken/{}", one.reference));
    let elsewhere = clerk(&portal, "gemeente-0363", "Bo").await;
    for (cookie, number) in [(&elsewhere, one.reference.as_str()), (&bo, "2026-0000-0000"), (&bo, "%3Cb%3E")] {
        let answer = portal.get(&format!("/balie/zaken?nummer={number}"), cookie).await;
        assert_eq!(answer.status, StatusCode::OK, "{number}");
        assert!(answer.body.contains("geen zaak met nummer") && !answer.body.contains("<b>."), "{number}");
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn counting_stops_where_it_would_take_long(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    many(&pool, TOWN, 1500, false).await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    assert!(main_of(&portal.get("/balie/zaken", &fatma).await.body).contains("Later 999+"));
    let usage = Usage {
        at: portal.portal.clock.now(),
        organisation: TOWN.into(),
        role: Role::Staff,
        activity: activity::HANDLE_CASE,
        groups: vec![],
    };
    let mut scope = portal.portal.database.as_staff(TOWN, usage).await.unwrap();
    let (today, end) = (date(2027, 1, 4), date(2027, 1, 10));
    let counts = store::counts(scope.sql(), TOWN, Whose::Team, today, end).await.unwrap();
    assert_eq!(counts, Counts { late: 3, week: 7, later: 1000, waiting: 0 });
    let mine = store::counts(scope.sql(), TOWN, Whose::Mine("x"), today, end).await.unwrap();
    assert_eq!(mine, Counts::default());
    assert_eq!(store::counts(scope.sql(), TOWN, Whose::Nobody, today, end).await.unwrap(), counts);
    // Row level security: of another organisation there is nothing, whatever is asked for.
    let others = store::counts(scope.sql(), "gemeente-0363", Whose::Team, today, end).await.unwrap();
    assert_eq!(others, Counts::default());
}
