//! Amounts and numbers in words, as each language writes them.

use crate::i18n::Locale;

/// Thousands, and the point between whole and part.
const fn separators(locale: Locale) -> (char, char) {
    match locale {
        Locale::nl => ('.', ','),
        Locale::en => (',', '.'),
    }
}

/// "€ 1.900" or "€ 1.900,50"; in English "€1,900". Never broken at the end of a line.
pub fn euros(locale: Locale, cents: i64) -> String {
    let (thousands, point) = separators(locale);
    let whole = grouped(cents.unsigned_abs() / 100, thousands);
    let minus = if cents < 0 { "-" } else { "" };
    let sign = match locale {
        Locale::nl => "€\u{a0}",
        Locale::en => "€",
    };
    match cents.unsigned_abs() % 100 {
        0 => format!("{minus}{sign}{whole}"),
        part => format!("{minus}{sign}{whole}{point}{part:02}"),
    }
}

/// "744", "12.500". Four digits stand together, as a year or a number of hours does.
pub fn whole(locale: Locale, number: i64) -> String {
    let minus = if number < 0 { "-" } else { "" };
    match number.unsigned_abs() {
        small @ ..10_000 => format!("{minus}{small}"),
        large => format!("{minus}{}", grouped(large, separators(locale).0)),
    }
}

/// "0,4521" for "0.4521".
pub fn decimal(locale: Locale, digits: &str) -> String {
    digits.replace('.', &separators(locale).1.to_string())
}

fn grouped(number: u64, separator: char) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_each_language_does() {
        for (cents, nl, en) in [
            (0, "€ 0", "€0"),
            (5, "€ 0,05", "€0.05"),
            (190_000, "€ 1.900", "€1,900"),
            (190_050, "€ 1.900,50", "€1,900.50"),
            (12_345_678_900, "€ 123.456.789", "€123,456,789"),
            (-1250, "-€ 12,50", "-€12.50"),
        ] {
            assert_eq!(euros(Locale::nl, cents).replace('\u{a0}', " "), nl);
            assert_eq!(euros(Locale::en, cents), en);
        }
    }

    #[test]
    fn numbers_are_grouped_from_five_digits() {
        assert_eq!(whole(Locale::nl, 2026), "2026");
        assert_eq!(whole(Locale::nl, 12_500), "12.500");
        assert_eq!(whole(Locale::en, 12_500), "12,500");
        assert_eq!(decimal(Locale::nl, "0.4521"), "0,4521");
        assert_eq!(decimal(Locale::en, "0.4521"), "0.4521");
    }
}
