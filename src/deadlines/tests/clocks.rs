use jiff::civil::{Date, date};

use super::examples::term;
use crate::deadlines::{
    Clock, Counting, DUTIES, Duty, Pause, decision_on_objection_by, objection_until, penalty, penalty_from,
};

const TODAY: Date = date(2026, 11, 22);

fn clock(from: Date, text: &str) -> Clock {
    Clock { counting: Counting::Termijnenwet, from, term: term(text), extensions: Vec::new(), pauses: Vec::new() }
}

fn pause(from: Date, until: Date) -> Pause {
    Pause { from, until: Some(until) }
}

fn due(clock: &Clock) -> Date {
    clock.due(TODAY).unwrap()
}

#[test]
fn a_term_is_suspended_from_the_day_after_the_question_to_the_day_of_the_answer() {
    let mut case = clock(date(2026, 3, 2), "8 weeks");
    // Suspended from 11 to 23 March, thirteen days: from 27 April to 10 May, a Sunday.
    case.pauses.push(pause(date(2026, 3, 10), date(2026, 3, 24)));
    assert_eq!(due(&case), date(2026, 5, 11));
}

#[test]
fn an_answer_on_the_same_or_the_next_day_suspends_nothing() {
    let mut case = clock(date(2026, 11, 2), "8 weeks");
    case.pauses = vec![pause(date(2026, 11, 10), date(2026, 11, 10)), pause(date(2026, 11, 12), date(2026, 11, 13))];
    assert_eq!(due(&case), date(2026, 12, 28));
}

#[test]
fn pauses_that_overlap_or_meet_count_each_day_once() {
    let mut case = clock(date(2026, 11, 2), "8 weeks");
    case.pauses = vec![
        pause(date(2026, 11, 12), date(2026, 11, 18)),
        pause(date(2026, 11, 9), date(2026, 11, 15)),
        pause(date(2026, 11, 17), date(2026, 11, 20)),
    ];
    // Suspended from 10 to 19 November, ten days: from 28 December to 7 January.
    assert_eq!(due(&case), date(2027, 1, 7));
}

#[test]
fn while_it_is_paused_the_due_date_moves_on_with_today() {
    let mut case = clock(date(2026, 11, 2), "8 weeks");
    case.pauses.push(Pause { from: date(2026, 11, 9), until: None });
    assert_eq!(case.due(date(2026, 11, 9)).unwrap(), date(2026, 12, 28));
    assert_eq!(case.due(date(2026, 11, 10)).unwrap(), date(2026, 12, 29));
    assert_eq!(case.due(date(2026, 11, 11)).unwrap(), date(2026, 12, 30));
    assert!(!case.is_paused(date(2026, 11, 9)));
    assert!(case.is_paused(date(2026, 11, 10)));
}

#[test]
fn a_term_runs_again_on_the_day_of_the_answer() {
    let mut case = clock(date(2026, 11, 2), "8 weeks");
    case.pauses.push(pause(date(2026, 11, 9), date(2026, 11, 12)));
    assert!(case.is_paused(date(2026, 11, 11)));
    assert!(!case.is_paused(date(2026, 11, 12)));
}

#[test]
fn a_question_on_the_last_day_suspends_and_one_after_it_does_not() {
    let mut case = clock(date(2026, 9, 1), "8 weeks");
    assert_eq!(due(&case), date(2026, 10, 27));
    case.pauses = vec![pause(date(2026, 10, 27), date(2026, 10, 30))];
    assert_eq!(due(&case), date(2026, 10, 29));
    case.pauses = vec![pause(date(2026, 10, 28), date(2026, 10, 31))];
    assert_eq!(due(&case), date(2026, 10, 27));
}

#[test]
fn a_promise_in_working_days_does_not_count_the_days_of_a_pause() {
    let mut case = clock(date(2026, 11, 9), "5 working days");
    assert_eq!(due(&case), date(2026, 11, 16));
    // Suspended on Wednesday to Sunday: Tuesday and the next Monday to Thursday count.
    case.pauses.push(pause(date(2026, 11, 10), date(2026, 11, 16)));
    assert_eq!(due(&case), date(2026, 11, 19));
}

#[test]
fn an_extension_on_the_last_day_counts_on_from_the_end_of_the_term() {
    // Six weeks from Christmas Eve are 4 February; said on that day, four weeks more are 4 March (Awb 9:11).
    let mut complaint = clock(date(2026, 12, 24), "6 weeks");
    assert_eq!(due(&complaint), date(2027, 2, 4));
    complaint.extensions.push(term("4 weeks"));
    assert_eq!(due(&complaint), date(2027, 3, 4));
}

#[test]
fn an_extension_counts_on_from_the_term_and_not_from_the_weekend_it_was_moved_over() {
    // Eight weeks from 22 November are Sunday 17 January, moved to the 18th; two weeks more are Sunday the 31st.
    let mut case = clock(date(2026, 11, 22), "8 weeks");
    case.extensions.push(term("2 weeks"));
    assert_eq!(due(&case), date(2027, 2, 1));
}

#[test]
fn a_month_from_31_january_extended_by_two_months_ends_on_30_april() {
    let mut request = clock(date(2026, 1, 31), "1 month");
    request.counting = Counting::Regulation1182;
    request.extensions.push(term("2 months"));
    assert_eq!(due(&request), date(2026, 4, 30));
}

#[test]
fn an_objection_a_day_late_is_late() {
    let last = objection_until(date(2026, 11, 3));
    assert!(date(2026, 12, 15) <= last);
    assert!(date(2026, 12, 16) > last);
}

#[test]
fn an_objection_may_come_on_tuesday_when_whit_monday_was_the_last_day() {
    assert_eq!(objection_until(date(2026, 4, 13)), date(2026, 5, 26));
}

#[test]
fn an_objection_is_decided_in_six_or_twelve_weeks_after_the_time_to_object() {
    // The time to object ends on 15 December.
    assert_eq!(decision_on_objection_by(date(2026, 11, 3), false), date(2027, 1, 26));
    assert_eq!(decision_on_objection_by(date(2026, 11, 3), true), date(2027, 3, 9));
    // It ends on Tuesday 26 May, after Whit Monday.
    assert_eq!(decision_on_objection_by(date(2026, 4, 13), false), date(2026, 7, 7));
}

#[test]
fn a_penalty_starts_when_two_weeks_after_the_notice_of_default_have_passed() {
    let noticed = date(2026, 9, 1);
    assert_eq!(penalty_from(noticed), Some(date(2026, 9, 16)));
    assert_eq!(penalty(noticed, date(2026, 9, 15)), None);
    let first = penalty(noticed, date(2026, 9, 16)).unwrap();
    assert_eq!((first.first_day, first.last_day), (date(2026, 9, 16), date(2026, 10, 27)));
    assert_eq!((first.days, first.cents), (1, 2_300));
}

#[test]
fn two_weeks_that_end_on_a_saturday_end_on_monday() {
    assert_eq!(penalty_from(date(2026, 9, 12)), Some(date(2026, 9, 29)));
}

#[test]
fn a_penalty_goes_up_twice_and_stops_at_1442_euros() {
    let owed = |until| penalty(date(2026, 9, 1), until).map(|penalty| (penalty.days, penalty.cents)).unwrap();
    assert_eq!(owed(date(2026, 9, 29)), (14, 32_200));
    assert_eq!(owed(date(2026, 9, 30)), (15, 35_700));
    assert_eq!(owed(date(2026, 10, 13)), (28, 81_200));
    assert_eq!(owed(date(2026, 10, 14)), (29, 85_700));
    assert_eq!(owed(date(2026, 10, 27)), (42, 144_200));
    assert_eq!(owed(date(2027, 10, 27)), (42, 144_200));
}

#[test]
fn days_beyond_the_calendar_are_no_panic() {
    assert!(clock(Date::MAX, "1 day").due(TODAY).is_err());
    assert!(clock(TODAY, "65535 years").due(TODAY).is_err());
    assert_eq!(objection_until(Date::MAX), Date::MAX);
    assert_eq!(decision_on_objection_by(Date::MAX, true), Date::MAX);
    assert_eq!(penalty(Date::MAX, Date::MAX), None);
}

#[test]
fn each_duty_has_a_row_with_its_law() {
    for rule in DUTIES {
        assert_eq!(rule.duty.rule().law, rule.law);
    }
    assert_eq!(Duty::Complaint.rule().extension, Some(term("4 weeks")));
    assert_eq!(Duty::PersonalData.rule().counting, Counting::Regulation1182);
}

/// The table of ARCHITECTURE.md, "Terms", is the table of the code.
#[test]
fn the_terms_in_the_documentation_are_those_of_the_code() {
    let document = include_str!("../../../ARCHITECTURE.md");
    let words = |term: crate::rules::model::Term| {
        let unit = format!("{:?}", term.unit).to_lowercase();
        format!("{} {}", term.count, if term.count == 1 { unit.trim_end_matches('s') } else { &unit })
    };
    for rule in DUTIES {
        let extension = rule.extension.map_or_else(|| "-".to_owned(), words);
        let ending = format!("| {} | {extension} | {} |", words(rule.term), rule.law);
        let name: String = format!("{:?}", rule.duty);
        let row = document.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
        assert!(row.is_some_and(|row| row.ends_with(&ending)), "`{name}` ... {ending} is not in ARCHITECTURE.md");
    }
}
