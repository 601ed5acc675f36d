//! Until when somebody may object, and by when the objection is decided.

use jiff::civil::Date;

use super::{
    count::last_day,
    duties::{Duty, Rule},
};

/// The last day on which an objection is in time, for a decision announced on `announced` (Awb 6:7, 6:8).
pub fn objection_until(announced: Date) -> Date {
    end(Duty::Objection.rule(), announced)
}

/// The last day for the decision on an objection, counted from the day after the time to object ended (Awb 7:10).
pub fn decision_on_objection_by(announced: Date, advisory_committee: bool) -> Date {
    let duty = if advisory_committee { Duty::DecisionOnObjectionWithCommittee } else { Duty::DecisionOnObjection };
    end(duty.rule(), objection_until(announced))
}

fn end(rule: &Rule, from: Date) -> Date {
    last_day(rule.counting, from, rule.term).unwrap_or(Date::MAX)
}
