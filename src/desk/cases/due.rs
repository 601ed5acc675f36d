//! When a case is due, in words and a colour.

use jiff::civil::Date;
use leptos::prelude::*;
use leptos_i18n::td_string;

use crate::{i18n::Locale, ui, ui::dates};

/// The part of the queue that a case belongs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Late,
    Week,
    Later,
    /// The clock stands still.
    Waiting,
}

impl Group {
    pub const ALL: [Self; 4] = [Self::Late, Self::Week, Self::Later, Self::Waiting];

    pub fn of(due_on: Date, paused: bool, today: Date) -> Self {
        if paused {
            Self::Waiting
        } else if due_on < today {
            Self::Late
        } else if due_on <= end_of_week(today) {
            Self::Week
        } else {
            Self::Later
        }
    }

    pub fn words(self, locale: Locale) -> &'static str {
        match self {
            Self::Late => td_string!(locale, desk_cases.late_group),
            Self::Week => td_string!(locale, desk_cases.week),
            Self::Later => td_string!(locale, desk_cases.later),
            Self::Waiting => td_string!(locale, desk_cases.waiting),
        }
    }

    pub const fn id(self) -> &'static str {
        match self {
            Self::Late => "te-laat",
            Self::Week => "deze-week",
            Self::Later => "later",
            Self::Waiting => "wacht",
        }
    }
}

/// Sunday.
pub fn end_of_week(today: Date) -> Date {
    let left = 6 - i64::from(today.weekday().to_monday_zero_offset());
    today.saturating_add(jiff::Span::new().days(left))
}

/// How soon is soon, in days.
const SOON: i32 = 3;

/// "Nog 21 dagen, 14 december 2026"; the words say it in full.
pub fn chip(locale: Locale, due_on: Date, paused: bool, asked: bool, today: Date) -> AnyView {
    let day = dates::date(locale, due_on);
    let left = (due_on - today).get_days();
    let (class, picture, words) = if paused && asked {
        ("voordeur-due--paused", "pause", td_string!(locale, desk_cases.waits_for_citizen, date = day).to_string())
    } else if paused {
        ("voordeur-due--paused", "pause", td_string!(locale, desk_cases.clock_stands, date = day).to_string())
    } else if left < 0 {
        ("voordeur-due--late", "alert", td_string!(locale, desk_cases.late, count = -left))
    } else if left == 0 {
        ("voordeur-due--soon", "clock", td_string!(locale, desk_cases.today, date = day).to_string())
    } else {
        let class = if left <= SOON { "voordeur-due--soon" } else { "" };
        (class, "clock", td_string!(locale, desk_cases.left, count = left, date = day))
    };
    let class = format!("voordeur-due {class}");
    view! { <span class=class>{ui::icon(picture)} " " {words}</span> }.into_any()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn this_week_ends_on_sunday_and_late_begins_the_day_after_the_last() {
        // Monday 23 November 2026.
        let today = date(2026, 11, 23);
        assert_eq!(end_of_week(today), date(2026, 11, 29));
        assert_eq!(end_of_week(date(2026, 11, 29)), date(2026, 11, 29));
        for (due_on, group) in [
            (date(2026, 11, 22), Group::Late),
            (date(2026, 11, 23), Group::Week),
            (date(2026, 11, 29), Group::Week),
            (date(2026, 11, 30), Group::Later),
        ] {
            assert_eq!(Group::of(due_on, false, today), group, "{due_on}");
            assert_eq!(Group::of(due_on, true, today), Group::Waiting);
        }
    }
}
