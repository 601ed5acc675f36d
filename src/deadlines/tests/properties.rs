use jiff::{
    ToSpan,
    civil::{Date, Weekday, date},
};
use proptest::prelude::*;

use crate::{
    deadlines::{Clock, Counting, Pause, is_working_day, last_day, penalty},
    rules::model::{Term, TermUnit},
};

fn day() -> impl Strategy<Value = Date> {
    (0..73_000_i32).prop_map(|days| date(1950, 1, 1).checked_add(days.days()).unwrap())
}

fn unit() -> impl Strategy<Value = TermUnit> {
    use TermUnit::{Days, Months, Weeks, WorkingDays, Years};
    proptest::sample::select(vec![Days, WorkingDays, Weeks, Months, Years])
}

fn any_term() -> impl Strategy<Value = Term> {
    (0..120_u16, unit()).prop_map(|(count, unit)| Term { count, unit })
}

/// Terms that the Algemene termijnenwet moves (article 4).
fn movable_term() -> impl Strategy<Value = Term> {
    prop_oneof![
        (1..=90_u16).prop_map(|count| Term { count, unit: TermUnit::Days }),
        (1..=12_u16).prop_map(|count| Term { count, unit: TermUnit::Weeks }),
        (1..=3_u16).prop_map(|count| Term { count, unit: TermUnit::Months }),
        (1..=60_u16).prop_map(|count| Term { count, unit: TermUnit::WorkingDays }),
    ]
}

fn counting() -> impl Strategy<Value = Counting> {
    proptest::sample::select(vec![Counting::Termijnenwet, Counting::Regulation1182])
}

/// Around a start: asked up to 100 days after it, answered up to 60 days later.
fn pauses(from: Date) -> impl Strategy<Value = Vec<Pause>> {
    let pause = (-5..100_i32, 0..60_i32).prop_map(move |(start, length)| {
        let start = from.checked_add(start.days()).unwrap();
        Pause { from: start, until: Some(start.checked_add(length.days()).unwrap()) }
    });
    proptest::collection::vec(pause, 0..5)
}

fn clock() -> impl Strategy<Value = Clock> {
    (counting(), day(), any_term(), proptest::collection::vec(any_term(), 0..3)).prop_flat_map(
        |(counting, from, term, extensions)| {
            pauses(from).prop_map(move |pauses| Clock { counting, from, term, extensions: extensions.clone(), pauses })
        },
    )
}

fn weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn working_days_in(from: Date, last: Date) -> usize {
    from.tomorrow().unwrap().series(1.day()).take_while(|day| *day <= last).filter(|day| is_working_day(*day)).count()
}

proptest! {
    #[test]
    fn a_dutch_term_ends_on_a_working_day_when_the_law_says_so(from in day(), term in movable_term()) {
        let last = last_day(Counting::Termijnenwet, from, term).unwrap();
        prop_assert!(!weekend(last) && is_working_day(last));
    }

    #[test]
    fn a_european_term_always_ends_on_a_working_day(from in day(), term in any_term()) {
        let last = last_day(Counting::Regulation1182, from, term).unwrap();
        prop_assert!(!weekend(last) && is_working_day(last));
    }

    #[test]
    fn a_term_of_three_days_has_two_working_days_in_it(from in day(), count in 3..=90_u16) {
        let last = last_day(Counting::Termijnenwet, from, Term { count, unit: TermUnit::Days }).unwrap();
        prop_assert!(working_days_in(from, last) >= 2);
    }

    #[test]
    fn a_european_term_of_two_days_has_two_working_days_in_it(from in day(), count in 2..=90_u16) {
        let last = last_day(Counting::Regulation1182, from, Term { count, unit: TermUnit::Days }).unwrap();
        prop_assert!(working_days_in(from, last) >= 2);
    }

    #[test]
    fn a_term_in_weeks_ends_on_its_weekday_or_on_the_working_day_after_it(from in day(), count in 1..=12_u16) {
        let last = last_day(Counting::Termijnenwet, from, Term { count, unit: TermUnit::Weeks }).unwrap();
        let counted = from.checked_add(i64::from(count).weeks()).unwrap();
        prop_assert_eq!(counted.weekday(), from.weekday());
        prop_assert!(last >= counted);
        prop_assert!(counted.series(1.day()).take_while(|day| *day < last).all(|day| !is_working_day(day)));
    }

    #[test]
    fn a_promise_in_working_days_has_that_many_of_them(from in day(), count in 1..=60_u16) {
        let last = last_day(Counting::Termijnenwet, from, Term { count, unit: TermUnit::WorkingDays }).unwrap();
        prop_assert_eq!(working_days_in(from, last), usize::from(count));
    }

    #[test]
    fn who_starts_later_does_not_end_earlier(from in day(), days in 0..400_i32, term in any_term(), counting in counting()) {
        let later = from.checked_add(days.days()).unwrap();
        prop_assert!(last_day(counting, from, term).unwrap() <= last_day(counting, later, term).unwrap());
    }

    #[test]
    fn a_pause_more_never_makes_it_due_earlier(
        (clock, more) in clock().prop_flat_map(|clock| { let from = clock.from; (Just(clock), pauses(from)) }),
        today in day(),
    ) {
        let before = clock.due(today).unwrap();
        let mut paused = clock.clone();
        paused.pauses.extend(more);
        prop_assert!(paused.due(today).unwrap() >= before, "{paused:?}");
    }

    #[test]
    fn an_extension_never_makes_it_due_earlier(clock in clock(), extension in any_term(), today in day()) {
        let before = clock.due(today).unwrap();
        let mut extended = clock.clone();
        extended.extensions.push(extension);
        prop_assert!(extended.due(today).unwrap() >= before, "{extended:?}");
    }

    #[test]
    fn a_pause_still_open_never_makes_it_due_earlier_as_days_go_by(clock in clock(), asked in 0..50_i32, days in 0..200_i32) {
        let mut clock = clock;
        clock.pauses.push(Pause { from: clock.from.checked_add(asked.days()).unwrap(), until: None });
        let today = clock.from.checked_add(days.days()).unwrap();
        prop_assert!(clock.due(today).unwrap() <= clock.due(today.tomorrow().unwrap()).unwrap());
    }

    #[test]
    fn the_order_of_pauses_does_not_matter(clock in clock(), today in day()) {
        let mut turned = clock.clone();
        turned.pauses.reverse();
        prop_assert_eq!(clock.due(today).unwrap(), turned.due(today).unwrap());
    }

    #[test]
    fn a_penalty_stays_within_what_the_law_allows(noticed in day(), days in 0..100_i32) {
        let until = noticed.checked_add(days.days()).unwrap();
        match penalty(noticed, until) {
            Some(owed) => {
                prop_assert!(owed.first_day <= until && days > 14);
                prop_assert!((1..=42).contains(&owed.days) && (2_300..=144_200).contains(&owed.cents));
            }
            None => prop_assert!(days <= 21),
        }
    }

    #[test]
    fn no_day_and_no_term_makes_it_panic(year in -9999..=9999_i16, month in 1..=12_i8, count in any::<u16>(), unit in unit(), counting in counting()) {
        let _ = last_day(counting, date(year, month, 1), Term { count: count.min(2_000), unit });
    }
}
