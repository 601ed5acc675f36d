//! Numbers of people as a report may show them: one to four could be somebody.

use leptos_i18n::td_string;

use crate::{i18n::Locale, ui::numbers};

/// Fewer than this is not told.
pub const FEW: i64 = 5;

/// "minder dan 5" for one to four.
pub fn count(locale: Locale, number: i64) -> String {
    match told(number) {
        Some(number) => numbers::whole(locale, number),
        None => td_string!(locale, insights.few, few = FEW).to_string(),
    }
}

/// The number, where it tells of nobody.
pub fn told(number: i64) -> Option<i64> {
    (number == 0 || number >= FEW).then_some(number)
}

/// A whole percentage; none where it would tell of a few, or of all but a few.
pub fn share(part: i64, whole: i64) -> Option<i64> {
    let tells = whole >= FEW && told(part).is_some() && told(whole - part).is_some();
    tells.then(|| (part * 100 + whole / 2) / whole)
}

/// An average of whole numbers, in tenths; none of fewer than five.
pub fn average(sum: i64, number: i64) -> Option<i64> {
    (number >= FEW).then(|| (sum * 10 + number / 2) / number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_to_four_are_not_told() {
        assert_eq!(count(Locale::nl, 0), "0");
        assert_eq!(count(Locale::nl, 1), "minder dan 5");
        assert_eq!(count(Locale::en, 4), "fewer than 5");
        assert_eq!(count(Locale::nl, 5), "5");
    }

    #[test]
    fn a_share_tells_neither_of_a_few_nor_of_all_but_a_few() {
        assert_eq!(share(5, 10), Some(50));
        assert_eq!(share(2, 3), None);
        assert_eq!(share(3, 100), None);
        assert_eq!(share(97, 100), None);
        assert_eq!(share(0, 20), Some(0));
        assert_eq!(share(20, 20), Some(100));
        assert_eq!(share(2, 0), None);
        assert_eq!(share(10, 15), Some(67));
    }

    #[test]
    fn an_average_is_of_five_or_more() {
        assert_eq!(average(17, 5), Some(34));
        assert_eq!(average(16, 4), None);
    }
}
