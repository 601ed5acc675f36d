//! Numbers of people as staff may see them: never so few that somebody can be recognised.

use leptos::prelude::*;
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

/// A bar of so many hundredths.
pub fn bar(percentage: i64) -> impl IntoView {
    view! {
        <svg class="voordeur-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">
            <rect width="100" height="8"></rect>
            <rect class="voordeur-bar__fill" width=percentage.to_string() height="8"></rect>
        </svg>
    }
}

/// A table whose rows start with what they are about; cells are given in the order of the heads after the first.
pub fn table(labelled_by: impl Into<String>, heads: Vec<String>, rows: Vec<(AnyView, Vec<AnyView>)>) -> AnyView {
    let labelled_by = labelled_by.into();
    let labels = heads.clone();
    let heads = heads
        .into_iter()
        .map(|head| view! { <th class="utrecht-table__header-cell" role="columnheader" scope="col">{head}</th> })
        .collect_view();
    let rows = rows
        .into_iter()
        .map(|(first, cells)| {
            let cells = labels
                .iter()
                .skip(1)
                .cloned()
                .zip(cells)
                .map(|(label, cell)| {
                    view! { <td class="utrecht-table__cell" role="cell" data-label=label>{cell}</td> }
                })
                .collect_view();
            view! { <tr class="utrecht-table__row" role="row"><th class="utrecht-table__cell" role="rowheader" scope="row">{first}</th>{cells}</tr> }
        })
        .collect_view();
    view! {
        <div class="voordeur-card voordeur-card--flush voordeur-table">
            <table class="utrecht-table utrecht-table--html-table" role="table" aria-labelledby=labelled_by>
                <thead class="utrecht-table__header" role="rowgroup"><tr class="utrecht-table__row" role="row">{heads}</tr></thead>
                <tbody class="utrecht-table__body" role="rowgroup">{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
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
