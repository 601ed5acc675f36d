//! Days on which the government works: neither weekend nor a recognised holiday (Algemene termijnenwet, article 3).

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

/// The recognised holidays of a year, in order, each once. Days that a royal decree equates with them are made known for a few years at
/// a time and are not among them: a term then ends earlier here than the law allows, never later.
pub fn holidays(year: i16) -> Vec<Date> {
    let mut days: Vec<Date> = of(year).into_iter().flatten().collect();
    days.sort();
    days.dedup();
    days
}

pub fn is_working_day(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !of(day.year()).contains(&Some(day))
}

/// The day itself, or the first working day after it.
pub(super) fn working_day_from(mut day: Date) -> Result<Date, jiff::Error> {
    while !is_working_day(day) {
        day = day.tomorrow()?;
    }
    Ok(day)
}

/// None are days beyond the calendar of the program.
fn of(year: i16) -> [Option<Date>; 9] {
    let fixed = |month, day| Date::new(year, month, day).ok();
    let easter = easter(year);
    let near_easter = |days: i32| easter.and_then(|easter| easter.checked_add(days.days()).ok());
    // Article 3(2) equates Good Friday with the holidays of article 3(1).
    [
        fixed(1, 1),
        near_easter(-2),
        near_easter(1),
        kings_day(year),
        fixed(5, 5),
        near_easter(39),
        near_easter(50),
        fixed(12, 25),
        fixed(12, 26),
    ]
}

/// Celebrated on the day before when the 27th is a Sunday.
fn kings_day(year: i16) -> Option<Date> {
    let birthday = Date::new(year, 4, 27).ok()?;
    if birthday.weekday() == Weekday::Sunday { birthday.yesterday().ok() } else { Some(birthday) }
}

/// Easter Sunday, by the anonymous Gregorian algorithm (Meeus, Jones, Butcher).
fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let moon = y % 19;
    let (century, of_century) = (y / 100, y % 100);
    let (leap_centuries, rest) = (century / 4, century % 4);
    let correction = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * moon + century - leap_centuries - correction + 15) % 30;
    let weekday = (32 + 2 * rest + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    let late = (moon + 11 * epact + 22 * weekday) / 451;
    let days = epact + weekday - 7 * late + 114;
    Date::new(year, i8::try_from(days / 31).ok()?, i8::try_from(days % 31 + 1).ok()?).ok()
}
