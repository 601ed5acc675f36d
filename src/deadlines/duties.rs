//! The terms that the portal keeps, each with its law.

use super::count::Counting;
use crate::rules::model::{Term, TermUnit};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
    /// On an application, when no law and no promise sets another term.
    Decision,
    /// After a notice of default, before a penalty is owed.
    LateDecision,
    Objection,
    DecisionOnObjection,
    DecisionOnObjectionWithCommittee,
    Complaint,
    ComplaintWithCommittee,
    BrpCorrection,
    /// Of civil status or nationality.
    BrpCorrectionOfStatus,
    PersonalData,
}

/// What the law says about a duty.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub duty: Duty,
    pub counting: Counting,
    pub term: Term,
    /// By how much it may be extended, once, with a notice within the term.
    pub extension: Option<Term>,
    pub law: &'static str,
}

impl Duty {
    pub fn rule(self) -> &'static Rule {
        DUTIES.iter().find(|rule| rule.duty == self).expect("the table has a row for each duty, as a test says")
    }
}

pub const DUTIES: [Rule; 10] = [
    dutch(Duty::Decision, weeks(8), None, "Awb 4:13"),
    dutch(Duty::LateDecision, weeks(2), None, "Awb 4:17(3)"),
    dutch(Duty::Objection, weeks(6), None, "Awb 6:7, 6:8"),
    dutch(Duty::DecisionOnObjection, weeks(6), Some(weeks(6)), "Awb 7:10"),
    dutch(Duty::DecisionOnObjectionWithCommittee, weeks(12), Some(weeks(6)), "Awb 7:10"),
    dutch(Duty::Complaint, weeks(6), Some(weeks(4)), "Awb 9:11"),
    dutch(Duty::ComplaintWithCommittee, weeks(10), Some(weeks(4)), "Awb 9:11"),
    dutch(Duty::BrpCorrection, weeks(4), None, "Wet BRP 2.58"),
    dutch(Duty::BrpCorrectionOfStatus, weeks(4), Some(weeks(8)), "Wet BRP 2.58"),
    Rule {
        duty: Duty::PersonalData,
        counting: Counting::Regulation1182,
        term: months(1),
        extension: Some(months(2)),
        law: "AVG 12(3)",
    },
];

const fn dutch(duty: Duty, term: Term, extension: Option<Term>, law: &'static str) -> Rule {
    Rule { duty, counting: Counting::Termijnenwet, term, extension, law }
}

const fn weeks(count: u16) -> Term {
    Term { count, unit: TermUnit::Weeks }
}

const fn months(count: u16) -> Term {
    Term { count, unit: TermUnit::Months }
}
