//! Whatever a source answers, nothing panics, and nobody is asked about outside it.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::{Map, Value, json};

use super::{CITIZEN, settings, source::FakeSource};
use crate::{
    clock::Clock,
    registered_data::Bsn,
    testing::NOON,
    zgw::{
        answer::{self, Informatieobject, Resultaat, ResultaatType, Rol, Status, StatusType, Zaak, ZaakType},
        fetch::Source,
        mapping::{Fetched, import},
    },
};

const KEYS: [&str; 24] = [
    "url",
    "uuid",
    "results",
    "next",
    "zaaktype",
    "startdatum",
    "einddatum",
    "status",
    "resultaat",
    "statustype",
    "datumStatusGezet",
    "statustoelichting",
    "volgnummer",
    "isEindstatus",
    "statustypen",
    "verlenging",
    "duur",
    "opschorting",
    "indicatie",
    "inhoud",
    "informatieobject",
    "betrokkeneIdentificatie",
    "inpBsn",
    "doorlooptijd",
];

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        proptest::sample::select(vec![
            "2026-11-02",
            "2026-11-02T09:00:00Z",
            "-009999-01-01",
            "9999-12-31T23:59:59Z",
            "P56D",
            "P99999Y",
            "zaakvertrouwelijk",
            "https://x.example/zaken/api/v1/zaken/6a9b8d1e-4b9a-4bb8-9a0d-0f4f3a2f8f10",
            "6a9b8d1e-4b9a-4bb8-9a0d-0f4f3a2f8f10",
            "é",
        ])
        .prop_map(Value::from),
    ]
}

fn anything() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((proptest::sample::select(KEYS.to_vec()), inner), 0..8).prop_map(|fields| {
                fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>().into()
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_a_source_says_panics(zaak in anything(), zaaktype in anything(), statuses in proptest::collection::vec(anything(), 0..5), kind in anything(), result in anything()) {
        let now: Timestamp = NOON.parse().unwrap();
        for value in [&zaak, &zaaktype, &kind, &result] {
            let _ = (answer::items(value), answer::has_next(value), Rol::read(value), Informatieobject::read(value));
        }
        let mut zaak = zaak;
        if let Some(fields) = zaak.as_object_mut() {
            fields.entry("url").or_insert(json!("https://x.example/6a9b8d1e-4b9a-4bb8-9a0d-0f4f3a2f8f10"));
        }
        let statuses: Vec<Status> = statuses.iter().map(Status::read).collect();
        let types: HashMap<String, StatusType> =
            statuses.iter().filter_map(|status| status.type_url.clone()).map(|url| (url, StatusType::read(&kind))).collect();
        if let Some(zaak) = Zaak::read(&zaak) {
            let fetched = Fetched {
                zaak,
                zaaktype: ZaakType::read(&zaaktype),
                statuses,
                status_types: types,
                result: Some((Resultaat::read(&result), ResultaatType::read(&result))),
            };
            if let Some(case) = import(fetched, now) {
                prop_assert!(case.received_at <= now);
                prop_assert!(case.statuses.iter().all(|status| status.at <= now));
                prop_assert!(case.statuses.is_sorted_by_key(|status| status.at));
            }
        }
    }
}

#[test]
fn garbage_over_http_is_an_error_or_nothing() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let fake = runtime.block_on(FakeSource::start());
    let clock = Clock::fixed(NOON.parse().unwrap());
    let mut source = Source::new("town", &settings(&fake.root), "voordeur", &clock).unwrap();
    source.client = source.client.impatient();
    let bsn = Bsn::parse(CITIZEN).unwrap();
    let zaak =
        source.readable(&fake.recorded(&format!("GET /zaken/api/v1/zaken/{}", super::uuid(super::RUNNING)))).unwrap();
    let body = prop_oneof![
        anything().prop_map(|value| value.to_string().into_bytes()),
        proptest::collection::vec(any::<u8>(), 0..200),
        Just("[".repeat(5_000).into_bytes()),
    ];
    let mut runner = TestRunner::new(ProptestConfig { cases: 100, ..ProptestConfig::default() });
    let done = runner.run(&body, |body| {
        fake.garbles(body);
        runtime.block_on(async {
            let _ = source.cases_of(&bsn).await;
            let _ = source.people_in(&zaak).await;
            let _ = source.whole(zaak.clone()).await;
            let _ = source.documents(&zaak.url, &HashSet::new()).await;
        });
        Ok(())
    });
    done.unwrap();
}
