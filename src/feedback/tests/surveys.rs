//! Surveys: asked when something ended, never twice in thirty days, and never to who does not want to be asked.

use http::StatusCode;
use sqlx::PgPool;

use super::{Act, Feedback, Kind, Someone, assert_shows};
use crate::{database::MIGRATOR, feedback::Outcome};

impl Someone {
    /// Complains, and is answered.
    async fn is_answered(&self) -> Feedback {
        let complaint = self.says(Kind::Complaint, "Ik werd drie keer doorverbonden.").await;
        let text = "U hebt gelijk. Dat spijt ons.".to_owned();
        self.desk(&complaint, Act::Answer { outcome: Some(Outcome::Founded), text }).await
    }

    async fn surveys(&self) -> usize {
        self.messages(self.person).await.iter().filter(|kind| *kind == "survey_asked").count()
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn somebody_is_asked_at_most_once_in_thirty_days(pool: PgPool) {
    let mut someone = Someone::new(&pool).await;
    someone.is_answered().await;
    assert_eq!(someone.surveys().await, 1);
    someone.wait(29).await;
    someone.is_answered().await;
    assert_eq!(someone.surveys().await, 1);
    someone.wait(1).await;
    someone.is_answered().await;
    assert_eq!(someone.surveys().await, 2);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn who_switched_surveys_off_is_not_asked(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let off = someone.post("/mijn/voorkeuren", &[("taal", "nl"), ("onderwerp", "cases")]).await;
    assert_eq!(off.status, StatusCode::SEE_OTHER);
    someone.is_answered().await;
    assert_eq!(someone.surveys().await, 0);
    someone.post("/mijn/voorkeuren", &[("taal", "nl"), ("enquetes", "ja")]).await;
    someone.is_answered().await;
    assert_eq!(someone.surveys().await, 1);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_survey_is_answered_once_and_by_who_was_asked(pool: PgPool) {
    let someone = Someone::new(&pool).await;
    let complaint = someone.is_answered().await;
    let path = format!("/mijn/enquete/{}", complaint.reference);
    assert_shows(&someone.see("/mijn/berichten").await, &["Hoe ging het?"]);
    assert_shows(&someone.see(&path).await, &["Hoe tevreden bent u", &complaint.reference]);
    for wrong in ["", "0", "6", "veel"] {
        let answer = someone.post(&path, &[("tevreden", wrong), ("beter", "Sneller antwoord")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert_shows(&answer.body, &["Sneller antwoord", "Kies hoe tevreden u bent."]);
    }
    let form = [("tevreden", "4"), ("makkelijk", "5"), ("beter", "Sneller antwoord")];
    assert_eq!(someone.post(&path, &form).await.status, StatusCode::SEE_OTHER);
    someone.post(&path, &[("tevreden", "1")]).await;
    assert_shows(&someone.see(&path).await, &["Dank u wel"]);
    let kept: (i16, i16, String) =
        sqlx::query_as("select satisfaction, easy, better from survey").fetch_one(&pool).await.unwrap();
    assert_eq!(kept, (4, 5, "Sneller antwoord".to_owned()));
    let other = Someone::new(&pool).await;
    assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(other.post(&path, &form).await.status, StatusCode::NOT_FOUND);
}
