use http::StatusCode;
use jiff::{ToSpan, civil::date};
use jiff_sqlx::ToSqlx;
use sqlx::PgPool;

use super::{TOWN, clerk, done, main_of, person, said};
use crate::{
    desk::{
        cases::store::Whose,
        feedback::store::{self, Counts, Which},
    },
    feedback::Kind,
    testing::TestPortal,
    usage::{Role, Usage, activity},
};

/// So many open items of an organisation, of each kind in turn, one due each day from the first of January 2027.
async fn many(pool: &PgPool, organisation: &str, number: i32) {
    sqlx::query(
        "insert into feedback (person, id, reference, kind, organisation, text, language, wants_answer, state, received_at, term_from,
                               due_on, changed_at)
         select gen_random_uuid(), gen_random_uuid(), '2026-' || upper(substr(md5($1 || n), 1, 4) || '-' || substr(md5($1 || n), 5, 4)),
                (array['complaint', 'idea', 'question', 'compliment'])[1 + n % 4], $1, 'Tekst', 'nl', true, 'submitted', now(), now(),
                date '2026-12-31' + n, now()
           from generate_series(1, $2) n",
    )
    .bind(organisation)
    .bind(number)
    .execute(pool)
    .await
    .unwrap();
}

/// So many corrections that run, due in between.
async fn corrections(pool: &PgPool, organisation: &str, number: i32, paused: bool) {
    sqlx::query(
        "insert into cases (person, id, reference, kind, title, organisation, stage, received_at, term, term_law, counting, due_on,
                            paused, pauses, changed_at)
         select gen_random_uuid(), gen_random_uuid(), '2027-' || upper(substr(md5($1 || n || $3), 1, 4) || '-' || substr(md5($1 || n || $3), 5, 4)),
                'correction', '{\"nl\": \"Correctie van uw inkomen\"}', $1, 'received', now(), '4 weeks', 'x', 'termijnenwet',
                date '2026-12-31' + n * 2, $3, case when $3 then '[{\"from\": \"2026-11-20\", \"until\": null}]'::jsonb else '[]' end, now()
           from generate_series(1, $2) n",
    )
    .bind(organisation)
    .bind(number)
    .bind(paused)
    .execute(pool)
    .await
    .unwrap();
}

/// The numbers of what is on a page, in order.
fn references(page: &str) -> Vec<String> {
    let main = page.split_once("<main").map_or("", |(_, main)| main);
    let addresses = main.split("href=\"/balie/").skip(1).filter_map(|rest| rest.split('"').next());
    addresses.filter_map(|path| path.split_once('/').map(|(_, reference)| reference.to_owned())).collect()
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn the_queue_is_one_by_the_last_day_late_first_and_names_nobody(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let someone = person(&pool).await;
    let today = portal.portal.clock.today();
    for (kind, days) in [(Kind::Complaint, -2), (Kind::Question, 2), (Kind::Idea, 20)] {
        let said = said(&portal, someone, kind, "Geheim verhaal").await;
        sqlx::query("update feedback set due_on = $2 where id = $1")
            .bind(said.id)
            .bind(today.checked_add(days.days()).unwrap().to_sqlx())
            .execute(&pool)
            .await
            .unwrap();
    }
    corrections(&pool, TOWN, 1, false).await;
    corrections(&pool, TOWN, 1, true).await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    let answer = portal.get("/balie/reacties", &fatma).await;
    assert_eq!(answer.status, StatusCode::OK);
    let words = main_of(&answer.body);
    let at = |text: &str| words.find(text).unwrap_or_else(|| panic!("no {text:?} in {words}"));
    assert!(at("Te laat 1") < at("Klacht: Stadspas") && at("Klacht: Stadspas") < at("Vraag: Stadspas"), "{words}");
    assert!(at("Te laat 1") < at("Bijna te laat 1") && at("Bijna te laat 1") < at("Later 2"), "{words}");
    assert!(at("Later 2") < at("De klok staat stil 1"), "{words}");
    assert!(at("Correctie: Correctie van uw inkomen") > at("Later 2"), "{words}");
    for secret in ["Moulin", "Suzanne", "Geheim"] {
        assert!(!answer.body.contains(secret), "{secret}");
    }
    let looked: i64 = sqlx::query_scalar("select count(*) from usage_entry where person = $1 and role = 'staff'")
        .bind(someone)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(looked, 0, "nobody was looked at");
    let other = clerk(&portal, "gemeente-0363", "Bo").await;
    assert!(main_of(&portal.get("/balie/reacties", &other).await.body).contains("Niets dat wacht"));
    let desk = main_of(&portal.get("/balie", &fatma).await.body);
    assert!(desk.contains("1 te laat, 1 bijna te laat, 2 later"), "{desk}");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn page_after_page_shows_each_once_and_filters_keep_their_kind(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    many(&pool, TOWN, 90).await;
    corrections(&pool, TOWN, 30, false).await;
    corrections(&pool, TOWN, 7, true).await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    let all = async |kind: &str| {
        let mut seen = Vec::new();
        let mut next = format!("/balie/reacties?van=team&soort={kind}");
        while !next.is_empty() {
            let page = portal.get(&next, &fatma).await.body;
            seen.extend(references(&page).into_iter().filter(|reference| reference.starts_with("20")));
            let main = page.split_once("<main").map_or("", |(_, main)| main).to_owned();
            let links = main.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
            let found = links.filter(|href| href.contains("na=")).last().unwrap_or_default();
            next = found.replace("&amp;", "&");
        }
        seen
    };
    let everything = all("alles").await;
    let unique: std::collections::BTreeSet<_> = everything.iter().collect();
    assert_eq!((everything.len(), unique.len()), (127, 127));
    assert_eq!(all("correctie").await.len(), 37);
    // Of 90 in turn from the second kind on: 22 complaints, 23 ideas, 23 questions, 22 compliments.
    assert_eq!((all("klacht").await.len(), all("idee").await.len()), (22, 23));
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn mine_and_nobodys_are_filters_and_a_number_leads_to_what_it_names(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let someone = person(&pool).await;
    let one = said(&portal, someone, Kind::Complaint, "Een").await;
    let other = said(&portal, someone, Kind::Question, "Ander").await;
    let (fatma, bo) = (clerk(&portal, TOWN, "Fatma").await, clerk(&portal, TOWN, "Bo").await);
    done(&portal, &fatma, &one, "nemen", &[]).await;
    let shown = async |cookie: &str, whose: &str| {
        let page = portal.get(&format!("/balie/reacties?van={whose}"), cookie).await.body;
        references(&page).into_iter().filter(|reference| reference.starts_with("20")).collect::<Vec<_>>()
    };
    assert_eq!(shown(&fatma, "mij").await, std::slice::from_ref(&one.reference));
    assert_eq!(shown(&fatma, "niemand").await, std::slice::from_ref(&other.reference));
    assert!(shown(&bo, "mij").await.is_empty());
    let typed = one.reference.replace('-', "%20").to_lowercase();
    let found = portal.get(&format!("/balie/reacties?nummer={typed}"), &bo).await;
    assert_eq!(found.header("location"), format!("/balie/feedback/{}", one.reference));
    let elsewhere = clerk(&portal, "gemeente-0363", "Bo").await;
    for (cookie, number) in [(&elsewhere, one.reference.as_str()), (&bo, "2026-0000-0000"), (&bo, "%3Cb%3E")] {
        let answer = portal.get(&format!("/balie/reacties?nummer={number}"), cookie).await;
        assert!(answer.body.contains("niets met nummer") && !answer.body.contains("<b>."), "{number}");
    }
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn counting_stops_where_it_would_take_long_and_sees_one_organisation(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    many(&pool, TOWN, 1500).await;
    corrections(&pool, TOWN, 2, true).await;
    let usage = Usage {
        at: portal.portal.clock.now(),
        organisation: TOWN.into(),
        role: Role::Staff,
        activity: activity::HANDLE_FEEDBACK,
        groups: vec![],
    };
    let (today, soon) = (date(2027, 1, 4), date(2027, 1, 7));
    let all = Counts { late: 3, soon: 4, later: 1000, waiting: 2 };
    for (organisation, whose, expected) in [
        (TOWN, Whose::Team, all),
        (TOWN, Whose::Nobody, all),
        (TOWN, Whose::Mine("x"), Counts::default()),
        ("gemeente-0363", Whose::Team, Counts::default()),
    ] {
        let mut scope = portal.portal.database.as_staff(organisation, usage.clone()).await.unwrap();
        let counts = store::counts(scope.sql(), whose, Which::All, today, soon).await.unwrap();
        assert_eq!(counts, expected, "{organisation} {whose:?}");
    }
    // A citizen has no queue.
    let mut scope = portal.portal.database.as_person(person(&pool).await, usage).await.unwrap();
    assert_eq!(store::counts(scope.sql(), Whose::Team, Which::All, today, soon).await.unwrap(), Counts::default());
}
