use jiff::civil::{Date, Weekday, date};

use crate::deadlines::{holidays, is_working_day};

/// Easter Sunday by Knuth (The Art of Computer Programming 1, 1.3.2, exercise 14), which follows the moon and not the remainders of
/// Meeus, Jones and Butcher.
fn easter(year: i16) -> Date {
    let y = i32::from(year);
    let golden = y % 19 + 1;
    let century = y / 100 + 1;
    let no_leap = 3 * century / 4 - 12;
    let moon = (8 * century + 5) / 25 - 5;
    let sunday = 5 * y / 4 - no_leap - 10;
    let mut epact = (11 * golden + 20 + moon - no_leap).rem_euclid(30);
    if epact == 25 && golden > 11 || epact == 24 {
        epact += 1;
    }
    let mut full = 44 - epact;
    if full < 21 {
        full += 30;
    }
    let day = full + 7 - (sunday + full) % 7;
    let (month, day) = if day > 31 { (4, day - 31) } else { (3, day) };
    date(year, month, i8::try_from(day).unwrap())
}

#[test]
fn easter_holidays_agree_with_another_algorithm_for_three_centuries() {
    use jiff::ToSpan;
    for year in 1900..2200 {
        let easter = easter(year);
        assert_eq!(easter.weekday(), Weekday::Sunday);
        for days in [-2, 1, 39, 50] {
            let day = easter.checked_add(days.days()).unwrap();
            assert!(holidays(year).contains(&day), "{day} is not among the holidays of {year}");
        }
    }
}

#[test]
fn easter_falls_where_the_church_has_it() {
    let known = [
        date(1900, 4, 15),
        date(1943, 4, 25),
        date(1981, 4, 19),
        date(2000, 4, 23),
        date(2008, 3, 23),
        date(2025, 4, 20),
        date(2026, 4, 5),
        date(2027, 3, 28),
        date(2038, 4, 25),
    ];
    for day in known {
        assert_eq!(easter(day.year()), day);
        assert!(holidays(day.year()).contains(&day.tomorrow().unwrap()));
    }
}

#[test]
fn the_holidays_of_2026_and_2027_are_those_of_the_law() {
    let days = |year, days: [(i8, i8); 9]| days.map(|(day, month)| date(year, month, day)).to_vec();
    assert_eq!(
        holidays(2026),
        days(2026, [(1, 1), (3, 4), (6, 4), (27, 4), (5, 5), (14, 5), (25, 5), (25, 12), (26, 12)])
    );
    assert_eq!(
        holidays(2027),
        days(2027, [(1, 1), (26, 3), (29, 3), (27, 4), (5, 5), (6, 5), (17, 5), (25, 12), (26, 12)])
    );
}

#[test]
fn kings_day_is_on_the_26th_when_the_27th_is_a_sunday() {
    assert!(holidays(2025).contains(&date(2025, 4, 26)));
    assert!(!holidays(2025).contains(&date(2025, 4, 27)));
    assert!(holidays(2031).contains(&date(2031, 4, 26)));
    assert!(holidays(2026).contains(&date(2026, 4, 27)));
}

#[test]
fn two_holidays_on_one_day_are_one() {
    // Ascension Day on Liberation Day.
    assert_eq!(holidays(2016).iter().filter(|day| **day == date(2016, 5, 5)).count(), 1);
    assert_eq!(holidays(2016).len(), 8);
}

#[test]
fn saturdays_sundays_and_holidays_are_no_working_days() {
    assert!(is_working_day(date(2026, 11, 23)));
    assert!(!is_working_day(date(2026, 11, 21)));
    assert!(!is_working_day(date(2026, 11, 22)));
    assert!(!is_working_day(date(2026, 12, 25)));
    // The last day of the year and the day after Ascension Day are none by law.
    assert!(is_working_day(date(2026, 12, 31)));
    assert!(is_working_day(date(2026, 5, 15)));
}

#[test]
fn a_year_beyond_the_calendar_has_no_holidays_and_does_not_panic() {
    for year in [i16::MIN, -9999, -1, 0, 9999, i16::MAX] {
        holidays(year);
    }
    assert!(holidays(i16::MAX).is_empty());
}
