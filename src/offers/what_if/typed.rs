//! Amounts, numbers and dates as people type them.

use jiff::civil::Date;

use crate::{i18n::Locale, ui};

/// Why what was typed cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    NotAnAmount,
    NotANumber,
    NotADate,
    /// 31 February.
    NoSuchDay,
    OutOfBounds,
}

/// Eurocents in "1.900", "1900,50", "€ 1900", "1 900 euro", "1,900.50" or "1900,-". A separator before three digits stands between
/// thousands.
pub fn cents(typed: &str) -> Result<i64, Wrong> {
    let lower = typed.to_lowercase();
    let bare: String = lower.replace("euro", "").replace("eur", "").replace('€', "");
    let bare: String = bare.chars().filter(|letter| !letter.is_whitespace()).collect();
    let (bare, negative) = match bare.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (rest, true),
        None => (bare.as_str(), false),
    };
    let bare = [",-", ",--", ".-", ",=", ",\u{2013}"].iter().find_map(|end| bare.strip_suffix(end)).unwrap_or(bare);
    let (whole, part) = split(bare)?;
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(&whole) || !digits(part) {
        return Err(Wrong::NotAnAmount);
    }
    let part = match part.len() {
        0 => 0,
        1 => part.parse::<i64>().map_err(|_| Wrong::NotAnAmount)? * 10,
        _ => part.parse::<i64>().map_err(|_| Wrong::NotAnAmount)?,
    };
    // Only digits: what does not fit is too large.
    let cents = whole.parse::<i64>().ok().and_then(|whole| whole.checked_mul(100)?.checked_add(part));
    match cents.ok_or(Wrong::OutOfBounds)? {
        0 => Ok(0),
        _ if negative => Err(Wrong::OutOfBounds),
        cents => Ok(cents),
    }
}

/// The whole without separators, and at most two digits after the last one.
fn split(bare: &str) -> Result<(String, &str), Wrong> {
    let last = bare.rfind(['.', ',']);
    let Some(last) = last else { return Ok((bare.to_owned(), "")) };
    let (whole, part) = (&bare[..last], &bare[last + 1..]);
    let point = bare.as_bytes()[last];
    let others: Vec<u8> = whole.bytes().filter(|b| matches!(b, b'.' | b',')).collect();
    let (thousands, part) = match part.len() {
        3 if others.iter().all(|other| *other == point) => (bare, ""),
        1 | 2 if others.iter().all(|other| *other != point) => (whole, part),
        _ => return Err(Wrong::NotAnAmount),
    };
    let groups: Vec<&str> = thousands.split(['.', ',']).collect();
    let kinds = thousands.bytes().filter(|b| matches!(b, b'.' | b',')).collect::<std::collections::BTreeSet<_>>();
    let fits = groups.len() == 1
        || (kinds.len() == 1 && (1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|group| group.len() == 3));
    if fits { Ok((groups.concat(), part)) } else { Err(Wrong::NotAnAmount) }
}

pub fn number(typed: &str) -> Result<i64, Wrong> {
    let typed = typed.trim();
    let digits = typed.strip_prefix('-').unwrap_or(typed);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Wrong::NotANumber);
    }
    typed.parse().map_err(|_| Wrong::OutOfBounds)
}

/// The day in "12-3-2019", "12/03/2019", "12 maart 2019" or "2019-03-12".
pub fn date(typed: &str) -> Result<Date, Wrong> {
    let parts: Vec<&str> = typed
        .split(|c: char| c.is_whitespace() || matches!(c, '-' | '/' | '.'))
        .filter(|part| !part.is_empty())
        .collect();
    let [first, month, last] = parts[..] else { return Err(Wrong::NotADate) };
    let (year, day) = if first.len() == 4 { (first, last) } else { (last, first) };
    let short = |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if year.len() != 4 || !short(year, 4) || !short(day, 2) {
        return Err(Wrong::NotADate);
    }
    let month = if short(month, 2) { month.parse().ok() } else { month_named(month) }.ok_or(Wrong::NotADate)?;
    let (year, day) = (year.parse().map_err(|_| Wrong::NotADate)?, day.parse().map_err(|_| Wrong::NotADate)?);
    Date::new(year, month, day).map_err(|_| Wrong::NoSuchDay)
}

fn month_named(name: &str) -> Option<i8> {
    let name = name.to_lowercase();
    let named = |month: &i8| {
        [Locale::nl, Locale::en].iter().any(|locale| {
            let full = ui::dates::month_name(*locale, *month).to_lowercase();
            full == name || (name.len() == 3 && full.starts_with(&name)) || (*month == 3 && name == "mrt")
        })
    };
    (1..=12).find(named)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (typed, expected) in [
            ("1900", 190_000),
            ("1.900", 190_000),
            ("€ 1.900", 190_000),
            ("€\u{a0}1.900,5", 190_050),
            (" 1900,50 ", 190_050),
            ("1900.50", 190_050),
            ("1,900.50", 190_050),
            ("1 900 euro", 190_000),
            ("EUR 1.234.567,89", 123_456_789),
            ("1,234,567", 123_456_700),
            ("1900,-", 190_000),
            ("0", 0),
            ("-0", 0),
            ("007", 700),
        ] {
            assert_eq!(cents(typed), Ok(expected), "{typed:?}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for typed in [
            "",
            "€",
            "veel",
            "1.90.0",
            "19.0000",
            "1..900",
            "1,2,3",
            "12.34,567",
            "1e3",
            "0x10",
            "1.900,500.2",
            "١٢٣",
            "1-2",
            ",50",
            "1.234,567",
        ] {
            assert_eq!(cents(typed), Err(Wrong::NotAnAmount), "{typed:?}");
        }
        for typed in ["-1", "− 5", "99999999999999999999999999", "92233720368547758.08"] {
            assert_eq!(cents(typed), Err(Wrong::OutOfBounds), "{typed:?}");
        }
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        let day: Date = "2019-03-12".parse().unwrap();
        for typed in [
            "12-03-2019",
            "12-3-2019",
            "12/3/2019",
            "12.03.2019",
            "12 maart 2019",
            "12 mrt. 2019",
            "12 March 2019",
            "2019-03-12",
        ] {
            let read = date(typed);
            assert!(read == Ok(day), "{typed:?}: {read:?}");
        }
        assert_eq!(date("31-02-2020"), Err(Wrong::NoSuchDay));
        assert_eq!(date("29-02-2023"), Err(Wrong::NoSuchDay));
        assert_eq!(date("01-13-2020"), Err(Wrong::NoSuchDay));
        for typed in ["", "2019", "12-03-19", "gisteren", "1-2-3-2019", "12--2019x", "٣-٣-2019"] {
            assert_eq!(date(typed), Err(Wrong::NotADate), "{typed:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(amount in 0_i64..=100_000_000_000_000) {
            prop_assert_eq!(cents(&ui::numbers::euros(Locale::nl, amount)), Ok(amount));
            prop_assert_eq!(cents(&ui::numbers::euros(Locale::en, amount)), Ok(amount));
        }

        #[test]
        fn nothing_typed_breaks_it(typed in ".{0,40}", figures in "[0-9.,€ \\-/]{0,30}") {
            for text in [typed, figures] {
                let _ = (cents(&text), number(&text), date(&text));
            }
        }
    }
}
