//! Numbers of people as staff may see them: never so few that somebody can be recognised.

use leptos_i18n::td_string;

use crate::{i18n::Locale, ui::numbers};

/// Fewer than this is somebody (CBS and municipalities use the same limit).
pub const FEW: i64 = 10;

/// "minder dan 10" for one to nine.
pub fn count(locale: Locale, number: i64) -> String {
    if number > 0 && number < FEW { td_string!(locale, desk.few).to_owned() } else { numbers::whole(locale, number) }
}

/// A total beside its parts. When a part is not given, the total is to the nearest ten, or the part would follow from it.
pub fn total(locale: Locale, number: i64, parts: &[i64]) -> String {
    if number >= FEW && parts.iter().any(|part| (1..FEW).contains(part)) {
        td_string!(locale, desk.about, number = numbers::whole(locale, tens(number)))
    } else {
        count(locale, number)
    }
}

/// A number in a comparison that can be made again and again: to the nearest ten, and nobody or a few are the same, so that no two
/// of them tell of one person.
pub fn rounded(locale: Locale, number: i64) -> String {
    if number < FEW { td_string!(locale, desk.few).to_owned() } else { numbers::whole(locale, tens(number)) }
}

pub fn tens(number: i64) -> i64 {
    (number + 5).div_euclid(10) * 10
}

/// A whole percentage; none where either number is too small to tell.
pub fn percentage(part: i64, whole: i64) -> Option<i64> {
    let tells = |number: i64| number == 0 || number >= FEW;
    (whole >= FEW && tells(part)).then(|| (part * 100 / whole).min(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_to_nine_people_are_not_told_and_do_not_follow_from_a_total() {
        assert_eq!(count(Locale::nl, 0), "0");
        assert_eq!(count(Locale::nl, 1), "minder dan 10");
        assert_eq!(count(Locale::en, 9), "fewer than 10");
        assert_eq!(count(Locale::nl, 10), "10");
        assert_eq!(total(Locale::nl, 57, &[50, 7]), "ongeveer 60");
        assert_eq!(total(Locale::nl, 57, &[47, 10, 0]), "57");
        assert_eq!(total(Locale::nl, 7, &[7]), "minder dan 10");
    }

    #[test]
    fn in_a_comparison_nobody_and_a_few_look_the_same() {
        assert_eq!(rounded(Locale::nl, 0), rounded(Locale::nl, 9));
        assert_eq!(rounded(Locale::nl, 12_344), "12.340");
        assert_eq!(rounded(Locale::nl, 12_345), "12.350");
    }

    #[test]
    fn a_percentage_of_few_people_is_not_given() {
        assert_eq!(percentage(25, 100), Some(25));
        assert_eq!(percentage(0, 100), Some(0));
        assert_eq!(percentage(3, 100), None);
        assert_eq!(percentage(3, 9), None);
        assert_eq!(percentage(120, 100), Some(100));
        assert_eq!(percentage(0, 0), None);
    }
}
