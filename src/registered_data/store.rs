//! Reading what registers say about the acting person: one statement a page.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, FromRow, PgConnection, types::Json};

use super::{Doubt, Holding, Record, Standing};
use crate::{
    corrections::{self, RUNNING_HERE},
    database::PersonId,
    error::Error,
};

/// Which records to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Everything,
    /// The person themselves, and what is being looked into.
    Attention,
    /// None: only who holds what, and when it last came in.
    Holdings,
}

impl Which {
    const fn as_str(self) -> &'static str {
        match self {
            Which::Everything => "everything",
            Which::Attention => "attention",
            Which::Holdings => "holdings",
        }
    }
}

#[derive(FromRow)]
struct Row {
    register: String,
    list_holder: String,
    standing: String,
    secret: bool,
    conflict: bool,
    received_at: Option<jiff_sqlx::Timestamp>,
    kinds: Vec<String>,
    corrections: Json<Vec<corrections::Running>>,
    kind: Option<String>,
    object: Option<i16>,
    version: Option<i16>,
    holder: Option<String>,
    values: Option<Json<BTreeMap<String, String>>>,
    valid_from: Option<String>,
    document: Option<String>,
    document_holder: Option<String>,
    doubt: Option<String>,
    doubt_since: Option<String>,
    doubt_until: Option<String>,
    wrong: Option<bool>,
}

/// What each of these registers holds about the person; none when the portal does not know the person.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn holdings(
    sql: &mut PgConnection,
    person: PersonId,
    registers: &[&str],
    which: Which,
) -> Result<Vec<Holding>, Error> {
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(format!(
        // What is the same for every record of a register is read once: `offset 0` keeps it apart.
        "select h.*, r.kind, r.object, r.version, r.holder, r.values, r.valid_from, r.document, r.document_holder, r.doubt, r.doubt_since,
                r.doubt_until, r.wrong
           from (
             select p.person, asked.register, p.holder as list_holder, p.standing, p.secret,
                    exists (select from bsn_conflict c where c.person = p.person) as conflict, d.received_at,
                    array(select k.kind from kind_delivery k where k.person = p.person and k.register = asked.register) as kinds,
                    case when $3 = 'everything' then {RUNNING_HERE} else '[]' end as corrections
               from person p
              cross join unnest($2::text[]) as asked (register)
               left join register_delivery d on d.person = p.person and d.register = asked.register
              where p.person = $1
             offset 0
           ) h
           left join registered_record r
             on r.person = h.person and r.register = h.register
            and case $3
                when 'everything' then true
                when 'attention' then r.version = 0 and (r.kind = 'person' or (r.doubt is not null and r.doubt_until is null))
                else false
                end
          order by h.register, r.kind, r.object, r.version"
    )))
    .bind(person)
    .bind(registers)
    .bind(which.as_str())
    .fetch_all(sql)
    .await?;
    let mut holdings: Vec<Holding> = Vec::with_capacity(registers.len());
    for row in rows {
        if holdings.last().is_none_or(|holding| holding.register != row.register) {
            holdings.push(row.holding()?);
        }
        if let (Some(holding), Some(record)) = (holdings.last_mut(), row.record()) {
            holding.records.push(record);
        }
    }
    Ok(holdings)
}

impl Row {
    fn holding(&self) -> Result<Holding, Error> {
        Ok(Holding {
            register: self.register.clone(),
            holder: self.list_holder.clone(),
            standing: Standing::from_text(&self.standing)
                .ok_or_else(|| Error::internal("a standing that this version does not know"))?,
            secret: self.secret,
            conflict: self.conflict,
            received_at: self.received_at.map(jiff_sqlx::Timestamp::to_jiff),
            kinds: self.kinds.clone(),
            records: Vec::new(),
            corrections: self.corrections.0.clone(),
        })
    }

    fn record(self) -> Option<Record> {
        let date = |text: Option<String>| text.and_then(|text| text.parse().ok());
        // Filled in: what was looked into is settled (LO GBA 83.30).
        let doubt = match (self.doubt, self.doubt_until) {
            (Some(element), None) => Some(Doubt { element, since: date(self.doubt_since) }),
            _ => None,
        };
        Some(Record {
            kind: self.kind?,
            object: self.object?,
            version: self.version?,
            holder: self.holder?,
            values: self.values?.0,
            valid_from: date(self.valid_from),
            document: self.document,
            document_holder: self.document_holder,
            doubt,
            wrong: self.wrong?,
        })
    }
}
