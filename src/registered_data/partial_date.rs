//! A date of which the day, the month and day, or everything may be unknown: as registers write it, in eight digits.

use std::{cmp::Ordering, fmt, str::FromStr};

use jiff::civil::Date;
use leptos_i18n::td_string;

use crate::{i18n::Locale, ui::dates};

/// Eight digits (year, month, day); zeros are unknown. Never filled in with 1 January: what is not known stays unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PartialDate {
    year: i16,
    month: i8,
    day: i8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotADate {
    #[error("is not eight digits")]
    Digits,
    #[error("is not a day in the calendar")]
    Calendar,
    #[error("gives a smaller part than the one that is unknown")]
    Gap,
}

impl FromStr for PartialDate {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NotADate::Digits);
        }
        let number = |part: &str| part.parse::<i16>().map_err(|_| NotADate::Digits);
        let (year, month, day) = (number(&text[..4])?, number(&text[4..6])? as i8, number(&text[6..])? as i8);
        match (year, month, day) {
            (0, 0, 0) | (_, 0, 0) => {}
            (0, _, _) | (_, 0, _) => return Err(NotADate::Gap),
            (_, 1..=12, 0) => {}
            _ => {
                Date::new(year, month, day).map_err(|_| NotADate::Calendar)?;
            }
        }
        Ok(Self { year, month, day })
    }
}

impl From<Date> for PartialDate {
    fn from(date: Date) -> Self {
        Self { year: date.year(), month: date.month(), day: date.day() }
    }
}

/// The eight digits.
impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}{:02}{:02}", self.year, self.month, self.day)
    }
}

impl PartialDate {
    pub const UNKNOWN: Self = Self { year: 0, month: 0, day: 0 };

    pub fn is_unknown(self) -> bool {
        self.year == 0
    }

    /// The day, when all of it is known.
    pub fn known(self) -> Option<Date> {
        if self.day == 0 { None } else { Date::new(self.year, self.month, self.day).ok() }
    }

    /// The first and the last day it can be; none when everything is unknown.
    pub fn range(self) -> Option<(Date, Date)> {
        match (self.year, self.month, self.day) {
            (0, ..) => None,
            (year, 0, _) => Some((Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?)),
            (year, month, 0) => {
                let first = Date::new(year, month, 1).ok()?;
                Some((first, first.last_of_month()))
            }
            _ => self.known().map(|day| (day, day)),
        }
    }

    /// Which comes first; none when what is missing can change it.
    pub fn order(self, other: Self) -> Option<Ordering> {
        let ((first, last), (other_first, other_last)) = (self.range()?, other.range()?);
        if last < other_first {
            Some(Ordering::Less)
        } else if first > other_last {
            Some(Ordering::Greater)
        } else {
            (self == other && first == last).then_some(Ordering::Equal)
        }
    }

    /// Age in whole years on a day, of somebody born on this date; none when what is missing can change it, and before birth.
    ///
    /// Somebody born on 29 February has their birthday on 1 March in other years.
    pub fn age_on(self, day: Date) -> Option<i16> {
        let (first, last) = self.range()?;
        let age = |born: Date| {
            let had_birthday = (day.month(), day.day()) >= (born.month(), born.day());
            day.year() - born.year() - i16::from(!had_birthday)
        };
        (last <= day && age(first) == age(last)).then(|| age(first))
    }

    /// "1 juli 1990", "juli 1990", "1990" or "onbekend"; day and month stay on one line.
    pub fn in_words(self, locale: Locale) -> String {
        let month = || dates::month_name(locale, self.month);
        match (self.known(), self.year, self.month) {
            (Some(day), ..) => dates::date(locale, day),
            (None, 0, _) => td_string!(locale, registered_data.unknown).to_owned(),
            (None, year, 0) => year.to_string(),
            (None, year, _) => format!("{} {year}", month()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> PartialDate {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_unknown_is_said_and_not_made_up() {
        let words = |text, locale| date(text).in_words(locale).replace('\u{a0}', " ");
        assert_eq!(words("19900701", Locale::nl), "1 juli 1990");
        assert_eq!(words("19900701", Locale::en), "1 July 1990");
        assert_eq!(words("19900700", Locale::nl), "juli 1990");
        assert_eq!(words("19900000", Locale::nl), "1990");
        assert_eq!(words("00000000", Locale::nl), "onbekend");
        assert_eq!(words("00000000", Locale::en), "unknown");
        assert_eq!(date("19900000").known(), None);
    }

    #[test]
    fn impossible_dates_are_refused() {
        for (text, why) in [
            ("20230231", NotADate::Calendar),
            ("19861301", NotADate::Calendar),
            ("19661300", NotADate::Calendar),
            ("19660013", NotADate::Gap),
            ("00002014", NotADate::Gap),
            ("00000100", NotADate::Gap),
            ("0000000", NotADate::Digits),
            ("000000000", NotADate::Digits),
            ("2015", NotADate::Digits),
            ("+1990101", NotADate::Digits),
            ("", NotADate::Digits),
        ] {
            assert_eq!(text.parse::<PartialDate>(), Err(why), "{text}");
        }
    }

    #[test]
    fn an_age_is_known_when_what_is_missing_cannot_change_it() {
        assert_eq!(date("20081123").age_on(day("2026-11-22")), Some(17));
        assert_eq!(date("20081122").age_on(day("2026-11-22")), Some(18));
        assert_eq!(date("19900700").age_on(day("2026-11-22")), Some(36));
        assert_eq!(date("19901100").age_on(day("2026-11-22")), None);
        assert_eq!(date("19900000").age_on(day("2026-11-22")), None);
        assert_eq!(date("19900000").age_on(day("2026-12-31")), Some(36));
        assert_eq!(date("00000000").age_on(day("2026-11-22")), None);
        assert_eq!(date("20270101").age_on(day("2026-11-22")), None);
        assert_eq!(date("20080229").age_on(day("2026-02-28")), Some(17));
        assert_eq!(date("20080229").age_on(day("2026-03-01")), Some(18));
    }

    #[test]
    fn order_is_known_when_what_is_missing_cannot_change_it() {
        assert_eq!(date("19850000").order(date("19860101")), Some(Ordering::Less));
        assert_eq!(date("19860201").order(date("19860100")), Some(Ordering::Greater));
        assert_eq!(date("19860101").order(date("19860101")), Some(Ordering::Equal));
        assert_eq!(date("19860000").order(date("19860101")), None);
        assert_eq!(date("19860000").order(date("19860000")), None);
        assert_eq!(date("00000000").order(date("19860101")), None);
    }

    prop_compose! {
        fn any_partial()(year in 1900_i16..2100, month in 0_i8..=12, day in 0_i8..=28) -> PartialDate {
            PartialDate { year, month, day: if month == 0 { 0 } else { day } }
        }
    }

    proptest! {
        #[test]
        fn digits_read_back_as_the_same_date(date in any_partial()) {
            prop_assert_eq!(date.to_string().parse::<PartialDate>(), Ok(date));
        }

        #[test]
        fn any_text_is_a_date_or_refused(text in "[0-9]{8}") {
            if let Ok(date) = text.parse::<PartialDate>() {
                prop_assert_eq!(date.to_string(), text);
                prop_assert_eq!(date.range().is_none(), date.is_unknown());
            }
        }

        #[test]
        fn a_known_age_is_that_of_every_day_it_can_be(born in any_partial(), year in 2000_i16..2100, month in 1_i8..=12, d in 1_i8..=28) {
            let on = Date::new(year, month, d).unwrap();
            let (first, last) = born.range().unwrap();
            let ages = [first, last].map(|born| PartialDate::from(born).age_on(on));
            match born.age_on(on) {
                Some(age) => prop_assert_eq!(ages, [Some(age), Some(age)]),
                None => prop_assert!(ages[0] != ages[1] || ages[0].is_none()),
            }
        }

        #[test]
        fn order_holds_in_both_directions(a in any_partial(), b in any_partial()) {
            prop_assert_eq!(a.order(b), b.order(a).map(Ordering::reverse));
            if let (Some(x), Some(y)) = (a.known(), b.known()) {
                prop_assert_eq!(a.order(b), Some(x.cmp(&y)));
            }
        }
    }
}
