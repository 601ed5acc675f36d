//! A registered value is put right, as its holder decided: one record gets other values, and rests on that decision.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{
    Bsn, Catalogue, Kind, Register,
    change::{ApplyContext, ChangeError, check_value},
    delivery::{Applied, Outcome},
    records::{ChangedRecord, Document, Held, OfKind, Replaced},
    renew::ChangedFacts,
};
use crate::{clock, database::Scope};

/// What was decided about one record. Attribute to value, both as the register keeps them; an empty value says that there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rectification {
    pub register: String,
    pub kind: String,
    /// Which one of its kind it was.
    pub object: i16,
    /// What was doubted; none where nothing was registered.
    pub was: Option<BTreeMap<String, String>>,
    pub becomes: BTreeMap<String, String>,
    /// What it rests on, as the source of the value names it.
    pub document: String,
    pub decided_on: Date,
}

impl Rectification {
    /// Whether every value is one that the register may have.
    pub fn fits(&self, context: &ApplyContext<'_>) -> bool {
        let Ok(of) = OfKind::find(context.catalogue, &self.register, &self.kind) else { return false };
        Self::may_be(context.catalogue, of.register, of.kind, clock::day(context.at), &self.becomes)
    }

    /// Whether a record of a kind may get these values.
    pub fn may_be(
        catalogue: &Catalogue,
        register: &Register,
        kind: &Kind,
        today: Date,
        values: &BTreeMap<String, String>,
    ) -> bool {
        // That a record should not be there is said by all of it.
        let gone = values.values().all(String::is_empty);
        values.iter().all(|(id, value)| match kind.attribute(id) {
            Some(attribute) if attribute.kind.is_sealed() => false,
            Some(attribute) if value.is_empty() => gone || !attribute.required,
            Some(attribute) => check_value(catalogue, register, attribute, today, value).is_ok(),
            None => false,
        })
    }

    /// Puts it right in the caller's transaction, which is opened as that of [`super::Change::apply`]. What the register itself said
    /// otherwise since the decision stands: then it is late.
    ///
    /// # Errors
    /// When the BSN leads to nobody or to two people, and those of PostgreSQL; nothing may be committed then.
    pub async fn apply(
        &self,
        scope: &mut Scope,
        context: &ApplyContext<'_>,
        bsn: &Bsn,
        time: Timestamp,
    ) -> Result<Applied, ChangeError> {
        let of = OfKind::find(context.catalogue, &self.register, &self.kind)?;
        let held = of.hold(scope, context, bsn).await?;
        let unchanged = |outcome| Ok(Applied { outcome, facts: ChangedFacts::new() });
        let (object, record) = match self.right(&held, of.kind) {
            Ok(right) => right,
            Err(outcome) => return unchanged(outcome),
        };
        let record = Some(record).filter(|record| is_whole(record, of.kind));
        if record.is_none() && self.was.is_none() {
            return unchanged(Outcome::Late);
        }
        let over: Vec<i16> = held.records.contains_key(&object).then_some(object).into_iter().collect();
        let replaced = Replaced {
            // What the register said last keeps its place in time.
            time: held.happened_at.map_or(time, |last| last.max(time)),
            over: &over,
            new: &record.iter().map(|record| (object, record)).collect::<Vec<_>>(),
            document: Some(Document { name: &self.document, date: self.decided_on }),
        };
        of.replace(scope, context, &held, replaced).await?;
        let others = held.records.iter().filter(|(other, held)| **other != object && !held.wrong);
        let mut now: BTreeMap<i16, &ChangedRecord> = others.map(|(object, held)| (*object, &held.record)).collect();
        now.extend(record.iter().map(|record| (object, record)));
        let facts = of.renew(scope, context, &held, now).await?;
        Ok(Applied { outcome: Outcome::Changed, facts })
    }

    /// Which record it is, and how it is to be; or why nothing is changed. Records move up when one before them goes, so that the one
    /// that says what was doubted is it, under whatever number.
    fn right(&self, held: &Held, kind: &Kind) -> Result<(i16, ChangedRecord), Outcome> {
        let current =
            || held.records.iter().filter(|(_, held)| !held.wrong).map(|(object, held)| (*object, &held.record));
        let says = |record: &ChangedRecord, values: &BTreeMap<String, String>| {
            values.iter().all(|(id, value)| value_of(record, id) == usable(value))
        };
        let Some(was) = &self.was else {
            if current().any(|(_, record)| says(record, &self.becomes)) {
                return Err(Outcome::Unchanged);
            }
            let next = held.records.keys().last().map_or(0, |last| last + 1);
            let record = self.with(ChangedRecord { valid_from: None, values: BTreeMap::new() }, kind);
            return if next == 0 || kind.many { Ok((next, record)) } else { Err(Outcome::Late) };
        };
        let mut doubted: Vec<(i16, &ChangedRecord)> = current().filter(|(_, record)| says(record, was)).collect();
        doubted.sort_by_key(|(object, _)| *object != self.object);
        let Some((object, record)) = doubted.first() else {
            let apart = was.iter().filter(|(id, _)| !self.becomes.contains_key(*id));
            let mut right: BTreeMap<String, String> = apart.map(|(id, value)| (id.clone(), value.clone())).collect();
            right.extend(self.becomes.clone());
            let is_right = current().any(|(_, record)| says(record, &right));
            return Err(if is_right { Outcome::Unchanged } else { Outcome::Late });
        };
        let right = self.with((*record).clone(), kind);
        if right == **record { Err(Outcome::Unchanged) } else { Ok((*object, right)) }
    }

    fn with(&self, mut record: ChangedRecord, kind: &Kind) -> ChangedRecord {
        let tells_apart = |id: &String| kind.attribute(id).is_some_and(|attribute| attribute.tells_apart);
        for (id, value) in &self.becomes {
            match value.as_str() {
                // Another value of the same record may stay.
                "" if tells_apart(id) => {}
                "" => _ = record.values.remove(id),
                value => _ = record.values.insert(id.clone(), value.to_owned()),
            }
        }
        record
    }
}

/// Without what every record has it is none, and what only tells it apart says nothing by itself.
fn is_whole(record: &ChangedRecord, kind: &Kind) -> bool {
    let has = |id: &String| record.values.contains_key(id);
    let mut says = kind.attributes.iter().filter(|attribute| !attribute.tells_apart);
    says.clone().all(|attribute| !attribute.required || has(&attribute.id)) && says.any(|attribute| has(&attribute.id))
}

/// "." is how a register writes that it does not know.
fn usable(value: &str) -> &str {
    if value == "." { "" } else { value }
}

fn value_of<'r>(record: &'r ChangedRecord, id: &str) -> &'r str {
    record.values.get(id).map_or("", |value| usable(value))
}
