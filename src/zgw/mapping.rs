//! A case of the Zaken API as one of the portal: four stages over the organisation's own statuses.

use std::collections::HashMap;

use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

use super::{
    answer::{Resultaat, ResultaatType, Status, StatusType, Zaak, ZaakType},
    dates,
};
use crate::{
    cases::{Outcome, Stage},
    rules::model::Term,
};

/// Longer than this no sentence of a source is shown.
const SENTENCE: usize = 1_000;
const TITLE: usize = 200;

/// Everything that was fetched of a case.
pub struct Fetched {
    pub zaak: Zaak,
    pub zaaktype: ZaakType,
    pub statuses: Vec<Status>,
    /// By their address.
    pub status_types: HashMap<String, StatusType>,
    pub result: Option<(Resultaat, ResultaatType)>,
}

/// A case, as it is to be in the portal.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportedCase {
    pub source: Uuid,
    pub url: String,
    pub part_of: Option<Uuid>,
    /// `identificatie` of its type.
    pub type_of_case: Option<String>,
    pub title: String,
    pub received_at: Timestamp,
    pub term: Option<Term>,
    /// In the order in which they were.
    pub statuses: Vec<ImportedStatus>,
    pub result: Option<ImportedResult>,
    pub extension: Option<(Term, String)>,
    /// Why the clock stands still, while it does.
    pub suspended: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ImportedStatus {
    pub at: Timestamp,
    pub words: String,
    pub stage: Stage,
    /// Whether the organisation wants it told.
    pub informs: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ImportedResult {
    /// None for what is no decision on what somebody asked, or not known to be.
    pub outcome: Option<Outcome>,
    pub reasons: String,
}

/// A case, or none when nothing says when it began.
pub fn import(fetched: Fetched, now: Timestamp) -> Option<ImportedCase> {
    let Fetched { zaak, zaaktype, statuses, status_types, result } = fetched;
    let result = result.map(|(result, kind)| imported_result(&result, &kind));
    let mut statuses = imported_statuses(&zaak, statuses, &status_types, result.is_some(), now);
    if statuses.is_empty()
        && let Some(at) = zaak.ended_on.and_then(dates::midnight).filter(|at| *at <= now)
    {
        let words = "De zaak is afgerond.".to_owned();
        statuses.push(ImportedStatus { at, words, stage: Stage::Done, informs: true });
    }
    let began = zaak.started_on.or(zaak.registered_on).and_then(dates::midnight);
    let first = statuses.first().map(|status| status.at);
    let received_at = [began, first].into_iter().flatten().min()?.min(now);
    let title = [&zaaktype.description, &zaak.description, &zaak.identification].into_iter().flatten().next();
    Some(ImportedCase {
        source: zaak.uuid,
        part_of: zaak.part_of.filter(|part_of| *part_of != zaak.uuid),
        title: shortened(title.map_or("Zaak", String::as_str), TITLE),
        url: zaak.url,
        type_of_case: zaaktype.identification,
        received_at,
        term: zaaktype.lead_time.as_deref().and_then(dates::term),
        statuses,
        result,
        extension: zaak.extension.and_then(|(duration, reason)| {
            Some((dates::term(&duration)?, shortened(reason.as_deref().unwrap_or("De termijn is verlengd."), SENTENCE)))
        }),
        suspended: zaak
            .suspension
            .map(|reason| shortened(reason.as_deref().unwrap_or("De behandeling is opgeschort."), SENTENCE)),
    })
}

fn imported_statuses(
    zaak: &Zaak,
    statuses: Vec<Status>,
    types: &HashMap<String, StatusType>,
    has_result: bool,
    now: Timestamp,
) -> Vec<ImportedStatus> {
    let unknown = StatusType::default();
    let kind = |status: &Status| status.type_url.as_ref().and_then(|url| types.get(url)).unwrap_or(&unknown);
    let ended: Option<Date> = zaak.ended_on;
    // A status without a date was set when the case began, if it is the first, or ended, if it is the last: else nobody can say.
    let dated = |status: &Status| {
        let is_end = kind(status).is_end;
        status.at.or_else(|| dates::midnight(if is_end { ended? } else { zaak.started_on? }))
    };
    // PostgreSQL keeps microseconds; what is still to come is not so yet.
    let kept = |at: Timestamp| Timestamp::from_microsecond(at.as_microsecond()).ok().filter(|at| *at <= now);
    let mut dated: Vec<(Timestamp, Status)> =
        statuses.into_iter().filter_map(|status| Some((kept(dated(&status)?)?, status))).collect();
    // Days without a time tie; then the type's own number says which came first, and an end comes last.
    dated.sort_by_key(|(at, status)| (*at, kind(status).is_end, kind(status).number));
    let first_number = types.values().filter_map(|kind| kind.number).min();
    let last = dated.len().saturating_sub(1);
    // A case that was opened again is being treated: its earlier end was none.
    let reopened_after = dated.iter().rposition(|(_, status)| !kind(status).is_end);
    let any_end = dated.iter().any(|(_, status)| kind(status).is_end);
    dated
        .iter()
        .enumerate()
        .map(|(index, (at, status))| {
            let kind = kind(status);
            let really_ends = reopened_after.is_none_or(|reopened| index > reopened);
            let stage = if kind.is_end && really_ends || (index == last && !any_end && ended.is_some()) {
                Stage::Done
            } else if index == last && has_result && !kind.is_end {
                Stage::Decided
            } else if index == 0 && (kind.number.is_none() || kind.number == first_number) {
                Stage::Received
            } else {
                Stage::InTreatment
            };
            ImportedStatus {
                at: *at,
                words: words(kind, status.explanation.as_deref()),
                stage,
                informs: kind.informs.unwrap_or(true),
            }
        })
        .collect()
}

/// The organisation's own sentence, and what it explained to the initiator.
fn words(kind: &StatusType, explanation: Option<&str>) -> String {
    let status = kind.told.as_deref().or(kind.description.as_deref());
    let words = match (status, explanation) {
        (Some(status), Some(explanation)) if status != explanation => {
            let stop = if status.ends_with(['.', '!', '?']) { "" } else { "." };
            format!("{status}{stop} {explanation}")
        }
        (Some(words), _) | (None, Some(words)) => words.to_owned(),
        (None, None) => "De status is gewijzigd.".to_owned(),
    };
    shortened(&words, SENTENCE)
}

fn imported_result(result: &Resultaat, kind: &ResultaatType) -> ImportedResult {
    let told = [&kind.generic, &kind.description];
    let reasons = result.explanation.as_deref().or(kind.description.as_deref()).or(kind.generic.as_deref());
    ImportedResult {
        outcome: told.into_iter().flatten().find_map(|text| outcome(text)),
        reasons: shortened(reasons.unwrap_or("De organisatie gaf geen toelichting."), SENTENCE),
    }
}

/// By the words of the national list of generic results (resultaattypeomschrijvingen), and those near to them that sources use.
fn outcome(text: &str) -> Option<Outcome> {
    let text = text.to_lowercase();
    let text = text.trim();
    let says = |words: &[&str]| words.contains(&text);
    if text.starts_with("gedeeltelijk ") || text.starts_with("deels ") {
        return Some(Outcome::Partly);
    }
    if says(&["niet ontvankelijk", "buiten behandeling", "buiten behandeling gesteld", "buiten behandeling gelaten"]) {
        return Some(Outcome::NotTreated);
    }
    let refused = [
        "geweigerd",
        "afgewezen",
        "ongegrond",
        "niet gegrond",
        "niet toegekend",
        "niet verleend",
        "niet erkend",
        "niet vastgesteld",
    ];
    if says(&refused) {
        return Some(Outcome::Refused);
    }
    let granted =
        ["verleend", "toegekend", "toegewezen", "gegrond", "erkend", "ingewilligd", "gehonoreerd", "goedgekeurd"];
    says(&granted).then_some(Outcome::Granted)
}

fn shortened(text: &str, most: usize) -> String {
    let text: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    if text.chars().count() <= most {
        return text;
    }
    let mut short: String = text.chars().take(most - 1).collect();
    short.push('…');
    short
}
