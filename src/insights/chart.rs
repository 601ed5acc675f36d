//! Numbers for each month as columns, with a table that says the same. The picture is stretched to the width of the page, so columns stand
//! in percentages and words keep their size.

use leptos::prelude::*;

use crate::ui;

/// Of the whole height, in percent: room for the largest number above, and for the months below.
const TOP: f64 = 6.0;
const HEIGHT: f64 = 82.0;

/// Of the room that a month has, in percent: as much as its column takes.
const BROAD: f64 = 64.0;

/// One part of each column.
pub struct Series {
    pub name: String,
    /// A number for each month; none where it is not told.
    pub values: Vec<Option<i64>>,
}

pub struct Columns {
    /// Unique on the page.
    pub id: &'static str,
    pub title: String,
    /// What the picture shows, in a sentence.
    pub text: Option<String>,
    /// The months, short for the picture and long for the table.
    pub months: Vec<(String, String)>,
    pub month_head: String,
    pub series: Vec<Series>,
    /// A number as it is read, and one that is not told.
    pub words: Box<dyn Fn(Option<i64>) -> String>,
    /// The top of the scale where that is known; else it follows from the numbers.
    pub most: Option<i64>,
    /// Where the table is opened.
    pub table: String,
}

pub fn view(chart: Columns) -> AnyView {
    let legend = (chart.series.len() > 1).then(|| {
        let keys = chart.series.iter().enumerate().map(|(at, series)| {
            view! {
                <li class="voordeur-icon-line">
                    <svg class="voordeur-chart__key" width="28" height="20" viewBox="0 0 28 20" aria-hidden="true" focusable="false">
                        <rect class=area_class(at) x="1" y="1" width="26" height="18" rx="3"/>
                        <text x="14" y="15" text-anchor="middle">{at + 1}</text>
                    </svg>
                    <span>{series.name.clone()}</span>
                </li>
            }
        });
        view! { <ul class="voordeur-cluster" role="list">{keys.collect_view()}</ul> }.into_any()
    });
    let text = chart.text.clone().map(|text| view! { <p class="nl-paragraph voordeur-measure">{text}</p> });
    view! {
        <section class="voordeur-stack" aria-labelledby=chart.id>
            <div class="voordeur-stack voordeur-stack--tight">
                <h2 class="nl-heading nl-heading--level-2" id=chart.id>{chart.title.clone()}</h2>
                {text}
            </div>
            <figure class="voordeur-card voordeur-stack">
                {legend}
                {picture(&chart)}
                <details class="voordeur-more">
                    <summary>{chart.table.clone()}</summary>
                    {table(&chart)}
                </details>
            </figure>
        </section>
    }
    .into_any()
}

fn area_class(at: usize) -> String {
    format!("voordeur-chart__area voordeur-chart__area--{}", at % 5 + 1)
}

/// A round number of which at most four make up the height.
fn step(most: i64) -> i64 {
    let mut power = 1;
    loop {
        if let Some(step) = [power, 2 * power, 5 * power].into_iter().find(|step| most <= step * 4) {
            return step;
        }
        power *= 10;
    }
}

fn percent(part: f64) -> String {
    format!("{part:.2}%")
}

fn picture(chart: &Columns) -> AnyView {
    let count = chart.months.len().max(1);
    let total = |at: usize| -> i64 { chart.series.iter().filter_map(|series| series.values.get(at).copied()?).sum() };
    let highest = (0..chart.months.len()).map(total).max().unwrap_or(0);
    let step = step(chart.most.unwrap_or(highest).max(1));
    let top = chart.most.unwrap_or(step * ((highest + step - 1) / step).max(1));
    let down = |number: i64| TOP + HEIGHT * (1.0 - number as f64 / top as f64);
    let room = 100.0 / count as f64;
    let mut areas = Vec::new();
    let mut numbers = Vec::new();
    for at in 0..chart.months.len() {
        let left = room * at as f64 + room * (100.0 - BROAD) / 200.0;
        let mut below = 0;
        for (which, series) in chart.series.iter().enumerate() {
            let Some(value) = series.values.get(at).copied().flatten().filter(|value| *value > 0) else { continue };
            let tall = HEIGHT * value as f64 / top as f64;
            areas.push(view! {
                <rect class=area_class(which) x=percent(left) y=percent(down(below + value)) width=percent(room * BROAD / 100.0) height=percent(tall)/>
            });
            // Where there is room for it.
            if chart.series.len() > 1 && tall > 9.0 {
                numbers.push(view! {
                    <text class="voordeur-chart__number" x=percent(left + room * BROAD / 200.0) y=percent(down(below + value) + tall / 2.0) dy="5" text-anchor="middle">{which + 1}</text>
                });
            }
            below += value;
        }
    }
    let grid = (0..=top / step)
        .map(|line| {
            let y = percent(down(line * step));
            let label = (line > 0).then(|| {
                let words = (chart.words)(Some(line * step));
                view! { <text class="voordeur-chart__label" x="100%" y=y.clone() dy="-4" text-anchor="end">{words}</text> }
            });
            view! { <line class="voordeur-chart__grid" x1="0" x2="100%" y1=y.clone() y2=y/> {label} }
        })
        .collect_view();
    let months = chart
        .months
        .iter()
        .enumerate()
        .map(|(at, (short, _))| {
            // On a phone there is no room for all of them.
            let class = if at % 3 == 0 {
                "voordeur-chart__label"
            } else {
                "voordeur-chart__label voordeur-chart__label--between"
            };
            view! { <text class=class x=percent(room * (at as f64 + 0.5)) y="100%" dy="-4" text-anchor="middle">{short.clone()}</text> }
        })
        .collect_view();
    let described: Vec<String> = chart
        .months
        .iter()
        .enumerate()
        .map(|(at, (_, month))| {
            let parts: Vec<String> = chart
                .series
                .iter()
                .map(|series| format!("{}: {}", series.name, (chart.words)(series.values.get(at).copied().flatten())))
                .collect();
            format!("{month}. {}.", parts.join(", "))
        })
        .collect();
    let (named, explained) = (format!("{}-naam", chart.id), format!("{}-uitleg", chart.id));
    let both = format!("{named} {explained}");
    view! {
        <svg class="voordeur-chart" role="img" aria-labelledby=both>
            <title id=named>{chart.title.clone()}</title>
            <desc id=explained>{described.join(" ")}</desc>
            {grid} {areas.collect_view()} {numbers.collect_view()} {months}
        </svg>
    }
    .into_any()
}

fn table(chart: &Columns) -> AnyView {
    let heads = std::iter::once(chart.month_head.clone()).chain(chart.series.iter().map(|series| series.name.clone()));
    let rows = chart.months.iter().enumerate().map(|(at, (_, month))| {
        let cells =
            chart.series.iter().map(|series| (chart.words)(series.values.get(at).copied().flatten()).into_any());
        (month.clone().into_any(), cells.collect())
    });
    ui::table(chart.id, heads.collect(), rows.collect())
}

#[cfg(test)]
mod tests {
    use super::step;

    #[test]
    fn the_grid_has_at_most_four_steps_of_a_round_number() {
        for (most, expected) in
            [(1, 1), (4, 1), (5, 2), (8, 2), (9, 5), (20, 5), (21, 10), (100, 50), (1000, 500), (81, 50)]
        {
            assert_eq!(step(most), expected, "{most}");
        }
    }
}
