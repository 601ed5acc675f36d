use http::StatusCode;
use sqlx::PgPool;

use super::{TOWN, applied, clerk, main_of, now, path, person, send};
use crate::testing::TestPortal;

const FORM: [(&str, &str); 2] = [("naar", "svb"), ("nl", "Dit is voor de SVB.")];

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn a_case_is_passed_on_and_is_then_the_others_alone(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let case = applied(&portal, person(&pool, &portal).await, "stadspas", TOWN).await;
    let (fatma, svb) = (clerk(&portal, TOWN, "Fatma").await, clerk(&portal, "svb", "Sam").await);
    assert_eq!(send(&portal, &fatma, &case, "nemen", &[]).await.status, StatusCode::SEE_OTHER);
    let form = portal.get(&path(&case, "doorsturen"), &fatma).await.body;
    assert!(form.contains("value=\"svb\"") && form.contains("value=\"gemeente-0363\""), "{}", main_of(&form));
    assert!(!form.contains("value=\"gemeente-0599\"") && !form.contains("value=\"gemeenten\""), "not to oneself");
    assert_eq!(portal.get(&format!("/balie/zaken/{}", case.reference), &svb).await.status, StatusCode::NOT_FOUND);
    let done = send(&portal, &fatma, &case, "doorsturen", &FORM).await;
    assert_eq!(
        (done.status, done.header("location")),
        (StatusCode::SEE_OTHER, "/balie/zaken?gedaan=doorsturen"),
        "{}",
        main_of(&done.body)
    );
    let twice = send(&portal, &fatma, &case, "doorsturen", &FORM).await;
    assert_eq!(twice.status, StatusCode::NOT_FOUND);
    assert!(
        main_of(&twice.body).contains("naar een andere organisatie gestuurd? Dan is dat gelukt"),
        "{}",
        main_of(&twice.body)
    );
    let nowhere = main_of(&portal.get("/bestaat-niet", &fatma).await.body);
    assert!(nowhere.contains("Deze pagina bestaat niet"), "away from the desk it is only not there: {nowhere}");
    let queue = main_of(&portal.get("/balie/zaken?gedaan=doorsturen", &fatma).await.body);
    assert!(queue.contains("De zaak is doorgestuurd") && queue.contains("Geen open zaken"), "{queue}");
    assert_eq!(portal.get(&format!("/balie/zaken/{}", case.reference), &fatma).await.status, StatusCode::NOT_FOUND);
    let page = main_of(&portal.get(&format!("/balie/zaken/{}", case.reference), &svb).await.body);
    assert!(page.contains("Doorgestuurd van de gemeente Rotterdam naar Sociale Verzekeringsbank"), "{page}");
    assert!(!page.contains("Fatma") && !page.contains("Zaak genomen"), "what the first kept for itself: {page}");
    assert_eq!(now(&portal, &case).await.organisation, "svb");
}

#[sqlx::test(migrator = "crate::database::MIGRATOR")]
async fn nothing_is_passed_on_without_a_receiver_and_a_reason_and_what_was_typed_is_kept(pool: PgPool) {
    let portal = TestPortal::new(&pool);
    let case = applied(&portal, person(&pool, &portal).await, "stadspas", TOWN).await;
    let fatma = clerk(&portal, TOWN, "Fatma").await;
    for (form, field) in [
        ([("naar", ""), FORM[1]], "#naar"),
        ([("naar", "gemeenten"), FORM[1]], "#naar"),
        ([("naar", TOWN), FORM[1]], "#naar"),
        ([FORM[0], ("nl", " ")], "#nl"),
    ] {
        let wrong = send(&portal, &fatma, &case, "doorsturen", &form).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{form:?}");
        assert!(wrong.body.contains(&format!("href=\"{field}\"")), "{form:?}");
    }
    let wrong = send(&portal, &fatma, &case, "doorsturen", &[FORM[0], ("en", "For the SVB.")]).await;
    assert!(wrong.body.contains("<option value=\"svb\" selected") && wrong.body.contains(">For the SVB.<"));
    let changed = portal.post(&path(&case, "doorsturen"), &fatma, &[FORM[0], FORM[1], ("versie", "9")]).await;
    assert_eq!(changed.status, StatusCode::CONFLICT);
    assert_eq!(now(&portal, &case).await, case);
}
