//! What is paid at each income, as a picture and as a table. The picture is stretched to the width of the page, so lines and areas stand
//! in a box of their own, and words keep their size.

use leptos::prelude::*;
use leptos_i18n::td_string;

use super::model::{Chart, MORE};
use crate::{i18n::Locale, ui::numbers::euros};

/// Of the whole height, in percent: room for the names of the marks above, and for the incomes below.
const TOP: f64 = 14.0;
const HEIGHT: f64 = 76.0;

pub fn view(chart: &Chart<'_>, locale: Locale) -> AnyView {
    let from_to = (euros(locale, 0), euros(locale, last(chart)));
    let title = td_string!(locale, what_if.chart_title, from = from_to.0, to = from_to.1).to_string();
    let legend = chart
        .lines
        .iter()
        .enumerate()
        .map(|(at, line)| {
            let class = area_class(at);
            view! {
                <li class="voordeur-icon-line">
                    <svg class="voordeur-chart__key" width="28" height="20" viewBox="0 0 28 20" aria-hidden="true" focusable="false">
                        <rect class=class x="1" y="1" width="26" height="18" rx="3"/>
                        <text x="14" y="15" text-anchor="middle">{at + 1}</text>
                    </svg>
                    <span>{line.service.service.name.get(locale).to_owned()}</span>
                </li>
            }
        })
        .collect_view()
        .into_any();
    let steepest = chart.steepest().map(|(from, to, drop)| {
        let [from, to, more, amount] = [from, to, MORE, (drop + 50) / 100 * 100].map(|cents| euros(locale, cents));
        let words =
            td_string!(locale, what_if.steepest, from = from, to = to, more = more, amount = amount).to_string();
        view! { <p class="nl-paragraph voordeur-measure">{words}</p> }
    });
    view! {
        <section class="voordeur-stack" aria-labelledby="grafiek">
            <div class="voordeur-stack voordeur-stack--tight">
                <h2 class="nl-heading nl-heading--level-2" id="grafiek">{td_string!(locale, what_if.chart)}</h2>
                <p class="nl-paragraph voordeur-measure">{td_string!(locale, what_if.chart_text)}</p>
            </div>
            <figure class="voordeur-card voordeur-stack">
                <ul class="voordeur-cluster" role="list">{legend}</ul>
                <p class="voordeur-subtle" aria-hidden="true">{td_string!(locale, what_if.chart_month)}</p>
                {picture(chart, title, locale)}
                <p class="voordeur-subtle voordeur-chart__axis" aria-hidden="true">{td_string!(locale, what_if.chart_income)}</p>
                {steepest}
                <details class="voordeur-more">
                    <summary>{td_string!(locale, what_if.table)}</summary>
                    {table(chart, locale)}
                </details>
            </figure>
        </section>
    }
    .into_any()
}

fn last(chart: &Chart<'_>) -> i64 {
    chart.incomes.last().copied().unwrap_or(0)
}

/// Five kinds of area; more services than that start again, and their numbers tell them apart.
fn area_class(at: usize) -> String {
    format!("voordeur-chart__area voordeur-chart__area--{}", at % 5 + 1)
}

/// A round amount, eurocents, of which a few make up the height.
fn step(most: i64) -> i64 {
    let mut step = 10_00;
    for factor in [5, 2].iter().cycle() {
        if most <= step * 4 {
            break;
        }
        step *= factor;
    }
    step
}

fn picture(chart: &Chart<'_>, title: String, locale: Locale) -> AnyView {
    let count = chart.incomes.len();
    let totals: Vec<i64> = (0..count).map(|at| chart.total(at)).collect();
    let most = totals.iter().copied().max().unwrap_or(0).max(1);
    let step = step(most);
    let height = (most + step - 1) / step * step;
    let top_of = |cents: i64| 100.0 - 100.0 * cents as f64 / height as f64;
    let across = |income: i64| 100.0 * income as f64 / last(chart).max(1) as f64;
    let down = |cents: i64| TOP + HEIGHT * top_of(cents) / 100.0;

    let mut below = vec![0; count];
    let mut areas = Vec::new();
    let mut numbers = Vec::new();
    for (at, line) in chart.lines.iter().enumerate() {
        let above: Vec<i64> = below.iter().zip(&line.months).map(|(below, own)| below + own).collect();
        let point = |(income, cents): (&i64, &i64)| format!("{:.2},{:.2}", across(*income), top_of(*cents));
        let top: Vec<String> = chart.incomes.iter().zip(&above).map(point).collect();
        let bottom: Vec<String> = chart.incomes.iter().zip(&below).rev().map(point).collect();
        areas.push((area_class(at), format!("{} {}", top.join(" "), bottom.join(" ")), top.join(" ")));
        // The number of the service where there is most room for it, away from the edges.
        let room = 2..count.saturating_sub(2);
        if let Some(widest) = room.max_by_key(|at| (line.months[*at], std::cmp::Reverse(*at)))
            && line.months[widest] * 12 > height
        {
            let widest = widest.max(3).min(count - 4);
            let middle = below[widest] + line.months[widest] / 2;
            numbers.push((at + 1, across(chart.incomes[widest]), down(middle)));
        }
        below = above;
    }
    let areas = areas
        .into_iter()
        .map(|(class, area, edge)| {
            view! { <polygon class=class points=area/> <polyline class="voordeur-chart__edge" points=edge/> }
        })
        .collect_view()
        .into_any();
    let numbers = numbers
        .into_iter()
        .map(|(number, x, y)| {
            view! { <text class="voordeur-chart__number" x=percent(x) y=percent(y) dy="5" text-anchor="middle">{number}</text> }
        })
        .collect_view()
        .into_any();
    let grid = (0..=height / step)
        .map(|line| {
            let y = down(line * step);
            view! {
                <line class="voordeur-chart__grid" x1="0" x2="100%" y1=percent(y) y2=percent(y)/>
                {(line > 0).then(|| view! {
                    <text class="voordeur-chart__label" x="100%" y=percent(y) dy="-4" text-anchor="end">{euros(locale, line * step)}</text>
                })}
            }
        })
        .collect_view()
        .into_any();
    let incomes = [0, 1, 2, 3, 4]
        .map(|quarter| {
            let anchor = ["start", "middle", "middle", "middle", "end"][quarter as usize];
            // On a phone there is no room for all of them.
            let class = if quarter % 2 == 1 {
                "voordeur-chart__label voordeur-chart__label--between"
            } else {
                "voordeur-chart__label"
            };
            view! {
                <text class=class x=percent(quarter as f64 * 25.0) y="100%" dy="-4" text-anchor=anchor>
                    {euros(locale, last(chart) / 4 * quarter)}
                </text>
            }
        })
        .collect_view()
        .into_any();
    let others = [chart.registered_income, chart.typed_income];
    let marks = [
        (chart.registered_income, td_string!(locale, what_if.chart_now), "voordeur-chart__mark", "1.1em"),
        (
            chart.typed_income,
            td_string!(locale, what_if.chart_then),
            "voordeur-chart__mark voordeur-chart__mark--typed",
            "2.3em",
        ),
    ]
    .into_iter()
    .filter_map(|(income, name, class, dy)| {
        let income = income.filter(|income| *income <= last(chart))?;
        let x = across(income);
        // Away from the other mark, where there is room on that side.
        let is_left = others.iter().flatten().any(|other| income < *other);
        let to_left = if is_left { x >= 40.0 } else { x > 60.0 };
        let (anchor, dx) = if to_left { ("end", "-6") } else { ("start", "6") };
        let words = format!("{name}: {}", euros(locale, income));
        Some(view! {
            <line class=class x1=percent(x) x2=percent(x) y1="0" y2=percent(TOP + HEIGHT)/>
            <text class="voordeur-chart__name" x=percent(x) y="0" dx=dx dy=dy text-anchor=anchor>{words}</text>
        })
    })
    .collect_view()
    .into_any();
    let every_fifth = chart.incomes.iter().zip(&totals).step_by(5);
    let described = every_fifth
        .map(|(income, total)| {
            let [income, amount] = [*income, *total].map(|cents| euros(locale, cents));
            td_string!(locale, what_if.chart_point, income = income, amount = amount).to_string()
        })
        .collect::<Vec<_>>()
        .join(" ");
    view! {
        <svg class="voordeur-chart" role="img" aria-labelledby="grafiek-naam grafiek-uitleg">
            <title id="grafiek-naam">{title}</title>
            <desc id="grafiek-uitleg">{described}</desc>
            <svg x="0" y=percent(TOP) width="100%" height=percent(HEIGHT) viewBox="0 0 100 100" preserveAspectRatio="none">{areas}</svg>
            {grid} {incomes} {marks} {numbers}
        </svg>
    }
    .into_any()
}

fn percent(part: f64) -> String {
    format!("{part:.2}%")
}

fn table(chart: &Chart<'_>, locale: Locale) -> AnyView {
    let names: Vec<String> = chart.lines.iter().map(|line| line.service.service.name.get(locale).to_owned()).collect();
    let several = chart.lines.len() > 1;
    let total_name = td_string!(locale, what_if.table_total);
    let heads = names
        .iter()
        .map(|name| view! { <th role="columnheader" scope="col" class="voordeur-end">{name.clone()}</th> })
        .collect_view()
        .into_any();
    let rows = chart
        .incomes
        .iter()
        .enumerate()
        .map(|(at, income)| {
            let cells = chart
                .lines
                .iter()
                .zip(&names)
                .map(|(line, name)| {
                    view! {
                        <td role="cell" class="voordeur-number voordeur-end" data-label=name.clone()>{euros(locale, line.months[at])}</td>
                    }
                })
                .collect_view()
        .into_any();
            let total = several.then(|| {
                view! {
                    <td role="cell" class="voordeur-number voordeur-end" data-label=total_name>
                        <b>{euros(locale, chart.total(at))}</b>
                    </td>
                }
            });
            view! {
                <tr role="row">
                    <th role="rowheader" scope="row" class="voordeur-number">{euros(locale, *income)}</th>
                    {cells} {total}
                </tr>
            }
        })
        .collect_view()
        .into_any();
    view! {
        <div class="voordeur-table">
            <table class="utrecht-table utrecht-table--html-table" role="table" aria-labelledby="grafiek">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">{td_string!(locale, what_if.table_income)}</th>
                        {heads}
                        {several.then(|| view! { <th role="columnheader" scope="col" class="voordeur-end">{total_name}</th> })}
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::step;

    #[test]
    fn the_grid_has_at_most_four_steps_of_a_round_amount() {
        for (most, expected) in [(1, 10_00), (129_00, 50_00), (400_00, 100_00), (401_00, 500_00), (2_500_00, 1_000_00)]
        {
            assert_eq!(step(most), expected, "{most}");
        }
    }
}
