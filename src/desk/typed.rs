//! A figure of a rule as somebody types it: an amount in euros, a percentage, a number, yes or no.

use leptos_i18n::td_string;

use crate::{
    i18n::Locale,
    rules::model::{Figure, Unit},
};

/// A hundred billion euros: larger than any scheme.
const MOST_CENTS: i64 = 10_000_000_000_000;
/// Digits in front of the point, and after it.
const MOST_WHOLE: usize = 9;
const MOST_PART: usize = 6;

/// What is wrong with what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    NotMoney,
    NotPercent,
    NotNumber,
    NotFlag,
    TooLarge,
}

impl Wrong {
    pub fn words(self, locale: Locale) -> &'static str {
        match self {
            Wrong::NotMoney => td_string!(locale, desk.try_out.not_money),
            Wrong::NotPercent => td_string!(locale, desk.try_out.not_percent),
            Wrong::NotNumber => td_string!(locale, desk.try_out.not_number),
            Wrong::NotFlag => td_string!(locale, desk.try_out.not_flag),
            Wrong::TooLarge => td_string!(locale, desk.try_out.too_large),
        }
    }
}

/// # Errors
/// What is wrong with it.
pub fn read(text: &str, unit: Unit) -> Result<Figure, Wrong> {
    let text: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '€' | '%')).collect();
    match unit {
        Unit::Flag => match text.as_str() {
            "ja" => Ok(Figure::Flag(true)),
            "nee" => Ok(Figure::Flag(false)),
            _ => Err(Wrong::NotFlag),
        },
        Unit::Eurocent | Unit::EurocentMonth | Unit::EurocentQuarter | Unit::EurocentYear => {
            cents(&text).map(Figure::Whole)
        }
        Unit::Percent => {
            let (figure, whole) = number(&text).ok_or(Wrong::NotPercent)?;
            let above = whole > 1000 || whole == 1000 && matches!(figure, Figure::Written(_));
            if above { Err(Wrong::NotPercent) } else { Ok(figure) }
        }
        Unit::Number => Ok(number(&text).ok_or(Wrong::NotNumber)?.0),
    }
}

/// As it stands in a field: without a unit, and so that [`read`] gives it back.
pub fn written(locale: Locale, figure: &Figure, unit: Unit) -> String {
    let point = match locale {
        Locale::nl => ",",
        Locale::en => ".",
    };
    match (figure, unit) {
        (Figure::Flag(flag), _) => if *flag { "ja" } else { "nee" }.to_owned(),
        (Figure::Written(digits), _) => digits.replace('.', point),
        (Figure::Whole(number), Unit::Percent | Unit::Number | Unit::Flag) => number.to_string(),
        (Figure::Whole(cents), _) => match (cents / 100, cents % 100) {
            (euros, 0) => euros.to_string(),
            (euros, part) => format!("{euros}{point}{part:02}"),
        },
    }
}

/// Whether two figures are the same number: "50" and 50.
pub fn same(a: &Figure, b: &Figure) -> bool {
    let plain = |figure: &Figure| match figure {
        Figure::Flag(flag) => flag.to_string(),
        Figure::Whole(number) => number.to_string(),
        Figure::Written(digits) if digits.contains('.') => {
            digits.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        Figure::Written(digits) => digits.clone(),
    };
    plain(a) == plain(b)
}

/// The last point or comma with one or two digits after it ends the euros; any other stands between thousands.
fn cents(text: &str) -> Result<i64, Wrong> {
    let (euros, part) = match text.rfind(['.', ',']) {
        Some(at) if (1..=2).contains(&(text.len() - at - 1)) => (&text[..at], &text[at + 1..]),
        _ => (text, ""),
    };
    let mut groups = euros.split(['.', ',']);
    let first = groups.next().unwrap_or_default();
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 || !(1..=3).contains(&first.len()) {
            return Err(Wrong::NotMoney);
        }
        digits.push_str(group);
    }
    let are_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if first.is_empty() || !are_digits(&digits) || !are_digits(part) {
        return Err(Wrong::NotMoney);
    }
    let cents = format!("{digits}{part:0<2}").parse().map_err(|_| Wrong::TooLarge)?;
    if cents <= MOST_CENTS { Ok(cents) } else { Err(Wrong::TooLarge) }
}

/// A number of 0 or more with one point or comma, and its whole part.
fn number(text: &str) -> Option<(Figure, i64)> {
    let (whole, part) = match text.split_once(['.', ',']) {
        Some((whole, part)) if !part.is_empty() => (whole, part),
        Some(_) => return None,
        None => (text, ""),
    };
    let are_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > MOST_WHOLE || part.len() > MOST_PART || !are_digits(whole) || !are_digits(part)
    {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    let part = part.trim_end_matches('0');
    let figure = if part.is_empty() { Figure::Whole(number) } else { Figure::Written(format!("{number}.{part}")) };
    Some((figure, number))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, cents) in [
            ("2119", 211_900),
            ("2.119", 211_900),
            ("2.119,00", 211_900),
            ("2,119.00", 211_900),
            ("€ 2.119,5", 211_950),
            ("1.000.000", 100_000_000),
            ("0", 0),
            ("0,05", 5),
            ("12.50", 1250),
        ] {
            assert_eq!(read(text, Unit::EurocentYear), Ok(Figure::Whole(cents)), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", "-5", "abc", "1.2.3", "12.3456", "1234.567", ",50", "1e9", "1,", "0x10", "١٢"] {
            assert_eq!(read(text, Unit::Eurocent), Err(Wrong::NotMoney), "{text}");
        }
        assert_eq!(read("100000000000,01", Unit::Eurocent), Err(Wrong::TooLarge));
        assert_eq!(read("99999999999999999999999", Unit::Eurocent), Err(Wrong::TooLarge));
    }

    #[test]
    fn percentages_numbers_and_flags_are_read_with_every_digit() {
        assert_eq!(read("13,73", Unit::Percent), Ok(Figure::Written("13.73".into())));
        assert_eq!(read("13.730 %", Unit::Percent), Ok(Figure::Written("13.73".into())));
        assert_eq!(read("50", Unit::Percent), Ok(Figure::Whole(50)));
        assert_eq!(read("1000", Unit::Percent), Ok(Figure::Whole(1000)));
        for text in ["1000,1", "1001", "-1", "", "1,2,3", "1.", "a"] {
            assert_eq!(read(text, Unit::Percent), Err(Wrong::NotPercent), "{text}");
        }
        assert_eq!(read("1,5", Unit::Number), Ok(Figure::Written("1.5".into())));
        assert_eq!(read("1234567890", Unit::Number), Err(Wrong::NotNumber));
        assert_eq!(read("ja", Unit::Flag), Ok(Figure::Flag(true)));
        assert_eq!(read("misschien", Unit::Flag), Err(Wrong::NotFlag));
    }

    #[test]
    fn one_number_written_in_two_ways_is_the_same() {
        assert!(same(&Figure::Written("50".into()), &Figure::Whole(50)));
        assert!(same(&Figure::Written("13.730".into()), &Figure::Written("13.73".into())));
        assert!(!same(&Figure::Written("500".into()), &Figure::Whole(5)));
    }

    proptest! {
        #[test]
        fn what_a_field_shows_is_read_back(cents in 0_i64..=MOST_CENTS) {
            for locale in [Locale::nl, Locale::en] {
                let figure = Figure::Whole(cents);
                prop_assert_eq!(read(&written(locale, &figure, Unit::Eurocent), Unit::Eurocent), Ok(figure));
            }
        }

        #[test]
        fn nothing_that_is_typed_panics(text in ".{0,40}") {
            for unit in [Unit::Eurocent, Unit::Percent, Unit::Number, Unit::Flag] {
                _ = read(&text, unit);
            }
        }
    }
}
