mod access;
mod corrections;
mod decisions;
mod documents;
mod passing_on;
mod queue;
mod work;

use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    cases::{self, Act, By, Case, Kind, NewCase},
    database::{PersonId, Scope},
    desk::tests::{business, citizen, clerk, text},
    keys::{Index, Use},
    testing::{Answer, TestPortal},
    usage::{Role, Usage, activity},
};

const BSN: &str = "999993653";
const TOWN: &str = "gemeente-0599";

/// A fictitious person, with a number of the published test ranges.
async fn person(pool: &PgPool, portal: &TestPortal) -> PersonId {
    let person = PersonId(Uuid::new_v4());
    sqlx::query("insert into person (person, bsn, holder, standing, secret) values ($1, $2, $3, 'current', false)")
        .bind(person)
        .bind(portal.portal.keys.seal(Use::Number, BSN.as_bytes()))
        .bind(TOWN)
        .execute(pool)
        .await
        .unwrap();
    sqlx::query("insert into person_lookup (index, person) values ($1, $2)")
        .bind(portal.portal.keys.index(Index::Bsn, BSN))
        .bind(person)
        .execute(pool)
        .await
        .unwrap();
    sqlx::query(
        "insert into registered_record (person, register, kind, object, version, holder, values)
         values ($1, 'brp', 'person', 0, 0, 'x', '{\"given_names\": \"Suzanne\", \"surname\": \"Moulin\"}')",
    )
    .bind(person)
    .execute(pool)
    .await
    .unwrap();
    person
}

fn usage(portal: &TestPortal) -> Usage {
    Usage {
        at: portal.portal.clock.now(),
        organisation: "voordeur".into(),
        role: Role::Citizen,
        activity: activity::VIEW,
        groups: vec![],
    }
}

async fn as_citizen(portal: &TestPortal, person: PersonId) -> Scope {
    portal.portal.database.as_person(person, usage(portal)).await.unwrap()
}

/// Somebody applies.
async fn applied(portal: &TestPortal, person: PersonId, service: &str, organisation: &str) -> Case {
    let mut scope = as_citizen(portal, person).await;
    let service = portal.portal.rules.service(service).unwrap();
    let now = portal.portal.clock.now();
    let new = NewCase::of(service, Kind::Application, organisation.into(), now);
    let case = cases::open(&portal.portal, &mut scope, person, new, By::citizen(now)).await.unwrap().unwrap();
    scope.commit().await.unwrap();
    case
}

/// The citizen does something.
async fn citizen_does(portal: &TestPortal, case: &Case, act: Act) -> Case {
    let mut scope = as_citizen(portal, case.person).await;
    let held = cases::store::hold(scope.sql(), case.id).await.unwrap().unwrap();
    let by = By::citizen(portal.portal.clock.now());
    let case = cases::change(&portal.portal, &mut scope, held, act, by).await.unwrap();
    scope.commit().await.unwrap();
    case
}

/// The case as it is now.
async fn now(portal: &TestPortal, case: &Case) -> Case {
    let mut scope = as_citizen(portal, case.person).await;
    cases::store::by_reference(scope.sql(), &case.reference).await.unwrap().unwrap()
}

fn path(case: &Case, act: &str) -> String {
    format!("/balie/zaken/{}/{act}", case.reference)
}

/// Sends a form about a case, for the version that it has now.
async fn send(portal: &TestPortal, cookie: &str, case: &Case, act: &str, form: &[(&str, &str)]) -> Answer {
    let version = now(portal, case).await.version.to_string();
    let mut form = form.to_vec();
    form.push(("versie", &version));
    portal.post(&path(case, act), cookie, &form).await
}

fn main_of(page: &str) -> String {
    text(page.split("<main").nth(1).and_then(|rest| rest.split("</main>").next()).unwrap_or_default())
}
