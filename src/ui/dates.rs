//! Dates in words.

use jiff::civil::Date;

use crate::i18n::Locale;

const MONTHS: [(&str, &str); 12] = [
    ("januari", "January"),
    ("februari", "February"),
    ("maart", "March"),
    ("april", "April"),
    ("mei", "May"),
    ("juni", "June"),
    ("juli", "July"),
    ("augustus", "August"),
    ("september", "September"),
    ("oktober", "October"),
    ("november", "November"),
    ("december", "December"),
];

const DAYS: [(&str, &str); 7] = [
    ("maandag", "Monday"),
    ("dinsdag", "Tuesday"),
    ("woensdag", "Wednesday"),
    ("donderdag", "Thursday"),
    ("vrijdag", "Friday"),
    ("zaterdag", "Saturday"),
    ("zondag", "Sunday"),
];

const fn pick(locale: Locale, (nl, en): (&'static str, &'static str)) -> &'static str {
    match locale {
        Locale::nl => nl,
        Locale::en => en,
    }
}

/// The name of a month, 1 to 12.
///
/// # Panics
/// When the number is not a month's.
pub fn month_name(locale: Locale, month: i8) -> &'static str {
    pick(locale, MONTHS[usize::try_from(month - 1).expect("a month is 1 to 12")])
}

/// "november 2026"
pub fn month(locale: Locale, date: Date) -> String {
    format!("{} {}", month_name(locale, date.month()), date.year())
}

/// "22 november 2026"; the day and the month stay on one line.
pub fn date(locale: Locale, date: Date) -> String {
    format!("{}\u{a0}{} {}", date.day(), month_name(locale, date.month()), date.year())
}

/// "zondag 22 november 2026"
pub fn date_with_day(locale: Locale, of: Date) -> String {
    let day = DAYS[usize::try_from(of.weekday().to_monday_zero_offset()).expect("0 to 6")];
    format!("{} {}", pick(locale, day), date(locale, of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_reads_as_people_say_it() {
        let day: Date = "2026-11-22".parse().unwrap();
        assert_eq!(date_with_day(Locale::nl, day), "zondag 22\u{a0}november 2026");
        assert_eq!(date_with_day(Locale::en, day), "Sunday 22\u{a0}November 2026");
        assert_eq!(month(Locale::nl, day), "november 2026");
        assert_eq!(date(Locale::en, "2027-01-01".parse().unwrap()), "1\u{a0}January 2027");
    }
}
