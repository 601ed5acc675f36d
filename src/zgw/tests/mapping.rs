use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::json;

use crate::{
    cases::{Outcome, Stage},
    testing::NOON,
    zgw::{
        answer::{Resultaat, ResultaatType, Status, StatusType, Zaak, ZaakType},
        mapping::{Fetched, ImportedCase, import},
    },
};

fn now() -> Timestamp {
    NOON.parse().unwrap()
}

fn status(kind: &str, at: &str) -> Status {
    Status::read(&json!({ "statustype": kind, "datumStatusGezet": at }))
}

/// Types: a first, a second, and two that end.
fn types(numbered: bool) -> HashMap<String, StatusType> {
    [("first", 1, false), ("second", 2, false), ("end", 3, true), ("other-end", 4, true)]
        .into_iter()
        .map(|(name, number, is_end)| {
            let number = numbered.then_some(number);
            let kind = json!({ "omschrijving": name, "volgnummer": number, "isEindstatus": is_end });
            (name.to_owned(), StatusType::read(&kind))
        })
        .collect()
}

fn case(
    zaak: serde_json::Value,
    statuses: &[(&str, &str)],
    numbered: bool,
    result: Option<&str>,
) -> Option<ImportedCase> {
    let mut all =
        json!({ "url": "https://x.example/zaken/6a9b8d1e-4b9a-4bb8-9a0d-0f4f3a2f8f10", "startdatum": "2026-11-02" });
    all.as_object_mut().unwrap().extend(zaak.as_object().unwrap().clone());
    let fetched = Fetched {
        zaak: Zaak::read(&all).unwrap(),
        zaaktype: ZaakType::default(),
        statuses: statuses.iter().map(|(kind, at)| status(kind, at)).collect(),
        status_types: types(numbered),
        result: result
            .map(|generic| (Resultaat::default(), ResultaatType::read(&json!({ "omschrijvingGeneriek": generic })))),
    };
    import(fetched, now())
}

fn stages(case: &ImportedCase) -> Vec<(&str, Stage)> {
    case.statuses.iter().map(|status| (status.words.as_str(), status.stage)).collect()
}

#[test]
fn four_stages_lie_over_the_organisations_own_statuses() {
    let statuses =
        [("first", "2026-11-02T09:00:00Z"), ("second", "2026-11-03T09:00:00Z"), ("end", "2026-11-20T09:00:00Z")];
    for numbered in [true, false] {
        let case = case(json!({}), &statuses, numbered, None).unwrap();
        assert_eq!(
            stages(&case),
            [("first", Stage::Received), ("second", Stage::InTreatment), ("end", Stage::Done)],
            "numbered: {numbered}"
        );
    }
}

#[test]
fn a_case_that_was_never_received_by_a_status_is_being_treated_at_its_first() {
    let case = case(json!({}), &[("second", "2026-11-03T09:00:00Z")], true, None).unwrap();
    assert_eq!(stages(&case), [("second", Stage::InTreatment)]);
}

#[test]
fn a_result_without_an_end_is_decided_and_not_done() {
    let statuses = [("first", "2026-11-02T09:00:00Z"), ("second", "2026-11-03T09:00:00Z")];
    let case = case(json!({}), &statuses, true, Some("Verleend")).unwrap();
    assert_eq!(stages(&case)[1], ("second", Stage::Decided));
}

#[test]
fn of_several_ends_only_those_after_the_last_reopening_end_it() {
    let statuses = [
        ("first", "2026-11-02"),
        ("end", "2026-11-03"),
        ("second", "2026-11-04"),
        ("end", "2026-11-05"),
        ("other-end", "2026-11-06"),
    ];
    let case = case(json!({}), &statuses, true, None).unwrap();
    assert_eq!(
        stages(&case).into_iter().map(|(_, stage)| stage).collect::<Vec<_>>(),
        [Stage::Received, Stage::InTreatment, Stage::InTreatment, Stage::Done, Stage::Done]
    );
}

#[test]
fn statuses_of_one_day_without_a_time_are_in_the_order_of_their_types() {
    let statuses = [("end", "2026-11-20"), ("second", "2026-11-20"), ("first", "2026-11-20")];
    let case = case(json!({}), &statuses, true, None).unwrap();
    assert_eq!(stages(&case).iter().map(|(words, _)| *words).collect::<Vec<_>>(), ["first", "second", "end"]);
}

#[test]
fn a_case_with_an_end_date_is_done_whatever_its_statuses_lack() {
    for statuses in [&[][..], &[("first", "2026-11-02")], &[("first", "2026-11-02"), ("second", "2026-11-03")]] {
        let case = case(json!({ "einddatum": "2026-11-10" }), statuses, true, None).unwrap();
        assert_eq!(case.statuses.last().unwrap().stage, Stage::Done, "{statuses:?}");
    }
}

#[test]
fn an_end_without_a_date_was_on_the_end_date_of_the_case() {
    let case = case(json!({ "einddatum": "2026-11-10" }), &[("first", "2026-11-02"), ("end", "")], true, None).unwrap();
    assert_eq!(case.statuses[1].at, "2026-11-09T23:00:00Z".parse().unwrap());
}

#[test]
fn what_is_still_to_come_is_not_so_yet() {
    let statuses = [("first", "2026-11-02"), ("second", "2026-12-24")];
    let case = case(json!({}), &statuses, true, None).unwrap();
    assert_eq!(stages(&case), [("first", Stage::Received)]);
}

#[test]
fn a_case_that_nothing_dates_is_left_out() {
    assert_eq!(case(json!({ "startdatum": null }), &[], true, None), None);
    assert!(case(json!({ "startdatum": null, "registratiedatum": "2026-11-02" }), &[], true, None).is_some());
    assert!(case(json!({ "startdatum": "binnenkort" }), &[("first", "2026-11-02")], true, None).is_some());
}

#[test]
fn a_result_is_an_outcome_when_its_words_leave_no_doubt() {
    let outcome = |generic| case(json!({}), &[], true, Some(generic)).unwrap().result.unwrap().outcome;
    for (generic, expected) in [
        ("Verleend", Some(Outcome::Granted)),
        ("Toegekend", Some(Outcome::Granted)),
        ("Gegrond", Some(Outcome::Granted)),
        ("Geweigerd", Some(Outcome::Refused)),
        ("Niet toegekend", Some(Outcome::Refused)),
        ("Niet gegrond", Some(Outcome::Refused)),
        ("Gedeeltelijk toegekend", Some(Outcome::Partly)),
        ("Niet ontvankelijk", Some(Outcome::NotTreated)),
        ("Buiten behandeling gesteld", Some(Outcome::NotTreated)),
        // Nothing was decided on what somebody asked.
        ("Ingetrokken", None),
        ("Afgebroken", None),
        ("Verwerkt", None),
        ("Niet verleend wegens verlening", None),
        ("", None),
    ] {
        assert_eq!(outcome(generic), expected, "{generic}");
    }
}

#[test]
fn a_sentence_of_a_source_is_neither_endless_nor_full_of_signs_that_nobody_sees() {
    let long = "a\u{7}b".repeat(5_000);
    let status = json!({ "datumStatusGezet": "2026-11-02", "statustoelichting": long });
    let fetched = Fetched {
        zaak: Zaak::read(&json!({
            "url": "https://x.example/zaken/6a9b8d1e-4b9a-4bb8-9a0d-0f4f3a2f8f10",
            "startdatum": "2026-11-02",
            "omschrijving": long,
        }))
        .unwrap(),
        zaaktype: ZaakType::default(),
        statuses: vec![Status::read(&status)],
        status_types: HashMap::new(),
        result: None,
    };
    let case = import(fetched, now()).unwrap();
    assert_eq!(case.title.chars().count(), 200);
    assert_eq!(case.statuses[0].words.chars().count(), 1_000);
    assert!(!case.title.contains('\u{7}'));
}
