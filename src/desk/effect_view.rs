//! The effect of another rule in tables: rounded numbers of people and amounts, never one person.

use leptos::prelude::*;
use leptos_i18n::td_string;

use super::{
    effect::{Effect, Effects},
    numbers::{self, FEW, rounded},
};
use crate::{i18n::Locale, rules::model::Amount, ui};

pub fn effects(locale: Locale, amount: &Amount, effects: &Effects) -> impl IntoView + use<> {
    let paid = amount.year.is_some() || amount.quarter.is_some() || amount.month.is_some() || amount.once.is_some();
    let once = amount.once.is_some() && amount.year.is_none() && amount.quarter.is_none() && amount.month.is_none();
    let all = &effects.all;
    let nobody = (all.gain + all.lose < FEW).then(|| {
        ui::alert(ui::Tone::Info, view! { <p class="nl-paragraph">{td_string!(locale, desk.try_out.nobody)}</p> })
    });
    let bands = (paid && all.gain + all.lose >= FEW).then(|| {
        let title =
            if once { td_string!(locale, desk.try_out.bands_once) } else { td_string!(locale, desk.try_out.bands) };
        view! {
            <h3 class="nl-heading nl-heading--level-3" id="verdeling">{title}</h3>
            {bands(locale, effects)}
        }
    });
    view! {
        {nobody}
        <h3 class="nl-heading nl-heading--level-3" id="mensen">{td_string!(locale, desk.try_out.people)}</h3>
        {people(locale, effects)}
        {paid.then(|| cost(locale, once, all))}
        {bands}
        <h3 class="nl-heading nl-heading--level-3" id="huishoudens">{td_string!(locale, desk.try_out.households)}</h3>
        {groups(locale, "huishoudens", td_string!(locale, desk.try_out.household), &effects.households, household)}
        <h3 class="nl-heading nl-heading--level-3" id="leeftijden">{td_string!(locale, desk.try_out.ages)}</h3>
        {groups(locale, "leeftijden", td_string!(locale, desk.try_out.age), &effects.ages, age)}
    }
}

fn people(locale: Locale, effects: &Effects) -> AnyView {
    let all = &effects.all;
    let row = |name: &'static str, number: i64| {
        let bar = numbers::percentage(numbers::tens(number), effects.people).filter(|_| number >= FEW).map(ui::bar);
        (name.into_any(), vec![with_bar(locale, number, bar)])
    };
    let before = format!(
        "{}: {}",
        td_string!(locale, desk.try_out.entitled),
        td_string!(locale, desk.try_out.was).to_lowercase()
    );
    let after = format!(
        "{}: {}",
        td_string!(locale, desk.try_out.entitled),
        td_string!(locale, desk.try_out.becomes).to_lowercase()
    );
    let mut rows = vec![row("", all.before), row("", all.after)];
    rows[0].0 = before.into_any();
    rows[1].0 = after.into_any();
    rows.extend([
        row(td_string!(locale, desk.try_out.gained), all.new),
        row(td_string!(locale, desk.try_out.lost), all.lost),
        row(td_string!(locale, desk.try_out.gain), all.gain),
        row(td_string!(locale, desk.try_out.lose), all.lose),
        row(td_string!(locale, desk.try_out.same), all.same),
        row(td_string!(locale, desk.try_out.unknown), all.unknown),
        row(td_string!(locale, desk.try_out.all), effects.people),
    ]);
    let heads =
        vec![td_string!(locale, desk.try_out.people).to_owned(), td_string!(locale, desk.service.number).to_owned()];
    ui::table("mensen", heads, rows)
}

fn with_bar(locale: Locale, number: i64, bar: Option<impl IntoView + 'static>) -> AnyView {
    view! { <b class="voordeur-number">{rounded(locale, number)}</b> {bar} }.into_any()
}

/// An amount of so many people together, in eurocents: the rounded number of people times an average that is rounded so far that one
/// of them makes no difference. None for a few.
fn together(number: i64, sum: i64) -> Option<i64> {
    if number < FEW {
        return None;
    }
    let average = sum / number;
    let mut unit = 1;
    while unit < average.abs() / number {
        unit *= 10;
    }
    Some(numbers::tens(number) * ((average + unit / 2).div_euclid(unit) * unit))
}

fn cost(locale: Locale, once: bool, all: &Effect) -> impl IntoView + use<> {
    let title = if once { td_string!(locale, desk.try_out.cost_once) } else { td_string!(locale, desk.try_out.cost) };
    let euros = |cents: i64| ui::numbers::euros(locale, cents / 100 * 100);
    let too_few = || td_string!(locale, desk.try_out.too_few).to_owned();
    let before = together(all.before, all.cost);
    let difference = match (together(all.gain, all.more), together(all.lose, all.less)) {
        (None, None) => None,
        (more, less) => Some(more.unwrap_or(0) + less.unwrap_or(0)),
    };
    let after = before.zip(difference).map(|(before, difference)| (before + difference).max(0));
    let shown_before = before.map_or_else(too_few, euros);
    let shown_after = after.filter(|_| all.after >= FEW).map_or_else(too_few, euros);
    let difference = difference.map_or_else(too_few, |difference| {
        let sign = if difference > 0 { "+" } else { "" };
        format!("{sign}{}", euros(difference))
    });
    view! {
        <h3 class="nl-heading nl-heading--level-3">{title}</h3>
        <dl class="voordeur-card voordeur-facts voordeur-grid voordeur-grid--tiny">
            <div><dt>{td_string!(locale, desk.try_out.was)}</dt><dd>{shown_before}</dd></div>
            <div><dt>{td_string!(locale, desk.try_out.becomes)}</dt><dd>{shown_after}</dd></div>
            <div><dt>{td_string!(locale, desk.try_out.difference)}</dt><dd>{difference}</dd></div>
        </dl>
        <p class="voordeur-subtle">{td_string!(locale, desk.try_out.cost_text)}</p>
    }
}

fn bands(locale: Locale, effects: &Effects) -> AnyView {
    let names = [
        td_string!(locale, desk.try_out.minus_1000),
        td_string!(locale, desk.try_out.minus_500),
        td_string!(locale, desk.try_out.minus_100),
        td_string!(locale, desk.try_out.minus_0),
        td_string!(locale, desk.try_out.plus_0),
        td_string!(locale, desk.try_out.plus_100),
        td_string!(locale, desk.try_out.plus_500),
        td_string!(locale, desk.try_out.plus_1000),
    ];
    let most = effects.bands.iter().copied().max().unwrap_or(0);
    let rows = names
        .into_iter()
        .zip(effects.bands)
        .map(|(name, number)| {
            let bar = (number >= FEW).then(|| ui::bar(numbers::tens(number) * 100 / numbers::tens(most).max(1)));
            (name.into_any(), vec![with_bar(locale, number, bar)])
        })
        .collect();
    let heads =
        vec![td_string!(locale, desk.try_out.band).to_owned(), td_string!(locale, desk.service.number).to_owned()];
    ui::table("verdeling", heads, rows)
}

fn groups(
    locale: Locale,
    id: &'static str,
    first: &str,
    groups: &[(String, Effect)],
    name: fn(Locale, &str) -> &'static str,
) -> AnyView {
    let heads = [
        first,
        td_string!(locale, desk.try_out.was),
        td_string!(locale, desk.try_out.becomes),
        td_string!(locale, desk.try_out.gained),
        td_string!(locale, desk.try_out.lost),
        td_string!(locale, desk.try_out.gain),
        td_string!(locale, desk.try_out.lose),
    ];
    let rows = groups
        .iter()
        .map(|(key, group)| {
            let cells = [group.before, group.after, group.new, group.lost, group.gain, group.lose]
                .map(|number| rounded(locale, number).into_any());
            (name(locale, key).into_any(), cells.into_iter().collect())
        })
        .collect();
    ui::table(id, heads.map(str::to_owned).to_vec(), rows)
}

fn household(locale: Locale, key: &str) -> &'static str {
    match key {
        "alone" => td_string!(locale, desk.try_out.alone),
        "alone_children" => td_string!(locale, desk.try_out.alone_children),
        "partner" => td_string!(locale, desk.try_out.partner),
        "partner_children" => td_string!(locale, desk.try_out.partner_children),
        _ => td_string!(locale, desk.try_out.household_unknown),
    }
}

fn age(locale: Locale, key: &str) -> &'static str {
    match key {
        "0" => td_string!(locale, desk.try_out.age_0),
        "18" => td_string!(locale, desk.try_out.age_18),
        "30" => td_string!(locale, desk.try_out.age_30),
        "45" => td_string!(locale, desk.try_out.age_45),
        "67" => td_string!(locale, desk.try_out.age_67),
        _ => td_string!(locale, desk.try_out.age_unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_of_many_is_close_and_of_a_few_is_not_told() {
        assert_eq!(together(9, 9_000_000), None);
        assert_eq!(together(30, 300_000), Some(300_000));
        let exact = 12_345_678_901;
        let told = together(78_230, exact).unwrap();
        assert!((told - exact).abs() * 1000 < exact, "{told}");
        assert_eq!(together(40, -400_000), Some(-400_000));
    }

    #[test]
    fn one_person_more_makes_no_difference() {
        assert_eq!(together(31, 31 * 158_000), together(32, 32 * 158_000));
        assert_eq!(together(31, 31 * 158_000), together(32, 31 * 158_000 + 211_900));
    }
}
