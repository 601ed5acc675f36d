//! Terms of complaints: Awb art. 9:11, counted by the Algemene termijnenwet.

use sqlx::PgPool;

use super::{Act, By, Kind, Refused, Someone, date};
use crate::{
    database::MIGRATOR,
    feedback::{State, clocks},
};

const COMPLAINT: &str = "Ik werd drie keer doorverbonden en niemand wist iets.";

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_complaint_of_24_december_is_answered_by_4_february(pool: PgPool) {
    let mut someone = Someone::new(&pool).await;
    someone.stand_on("2026-12-24").await;
    let complaint = someone.says(Kind::Complaint, COMPLAINT).await;
    // Six weeks after a Thursday is a Thursday; holidays within a term do not lengthen it.
    assert_eq!(complaint.due_on, date("2027-02-04"));
    assert_eq!(complaint.state, State::Acknowledged);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_term_that_ends_on_whit_monday_ends_on_tuesday(pool: PgPool) {
    let mut someone = Someone::new(&pool).await;
    // Whit Monday of 2027 is 17 May; six weeks before is 5 April.
    someone.stand_on("2027-04-05").await;
    assert_eq!(someone.says(Kind::Complaint, COMPLAINT).await.due_on, date("2027-05-18"));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_extension_is_told_on_the_last_day_and_not_after_it(pool: PgPool) {
    let mut someone = Someone::new(&pool).await;
    someone.stand_on("2026-12-24").await;
    let complaint = someone.says(Kind::Complaint, COMPLAINT).await;
    let late = someone.says(Kind::Complaint, "Er neemt nooit iemand de telefoon op.").await;
    someone.stand_on("2027-02-04").await;
    let extend = |weeks| Act::Extend { weeks, words: "Wij wachten op het verslag.".into() };
    let by = By::staff(someone.portal.portal.clock.now(), "fatma", "Fatma", None);
    for weeks in [0, 5] {
        assert!(matches!(someone.does(&complaint, extend(weeks), by).await, Err(Refused::Extension)), "{weeks}");
    }
    let extended = someone.desk(&complaint, extend(4)).await;
    assert_eq!((extended.state, extended.due_on), (State::Extended, date("2027-03-04")));
    // Awb art. 9:11 lid 2: once.
    assert!(matches!(someone.does(&extended, extend(1), by).await, Err(Refused::Extension)));
    someone.stand_on("2027-02-05").await;
    let by = By::staff(someone.portal.portal.clock.now(), "fatma", "Fatma", None);
    assert!(matches!(someone.does(&late, extend(4), by).await, Err(Refused::Extension)));
    assert_eq!(
        someone.messages(someone.person).await,
        ["feedback_acknowledged", "feedback_acknowledged", "feedback_extended"]
    );
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn who_complained_is_told_once_that_the_answer_is_late(pool: PgPool) {
    let mut someone = Someone::new(&pool).await;
    someone.stand_on("2026-12-24").await;
    let complaint = someone.says(Kind::Complaint, COMPLAINT).await;
    someone.says(Kind::Idea, "Zet in elk park meer bankjes neer.").await;
    someone.stand_on("2027-02-04").await;
    assert_eq!(clocks::look(&someone.portal.portal).await.unwrap(), 0);
    someone.stand_on("2027-02-05").await;
    assert_eq!(clocks::look(&someone.portal.portal).await.unwrap(), 1);
    assert_eq!(clocks::look(&someone.portal.portal).await.unwrap(), 0);
    assert_eq!(someone.messages(someone.person).await, ["feedback_acknowledged", "feedback_late"]);
    let page = someone.see(&complaint.path()).await;
    assert!(page.contains("had er op 4 februari 2027 moeten zijn") && page.contains("Nationale ombudsman"), "{page}");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_question_is_answered_in_five_working_days_or_as_its_service_promises(pool: PgPool) {
    let mut someone = Someone::new(&pool).await;
    // A Thursday: Christmas, two weekends and New Year are no working days.
    someone.stand_on("2026-12-24").await;
    assert_eq!(someone.says(Kind::Question, "Wanneer is de balie open?").await.due_on, date("2027-01-04"));
}
