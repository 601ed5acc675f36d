//! Small parts that pages are made of. Markup and classes as in the design system (`style/`).

use leptos::prelude::*;

use super::files::Files;

/// A decorative picture from `public/icons.svg`; the words beside it carry the meaning.
pub fn icon(name: &str) -> impl IntoView + use<> {
    let href = Files::icon(name);
    view! {
        <svg class="voordeur-icon" width="20" height="20" aria-hidden="true" focusable="false">
            <use href=href></use>
        </svg>
    }
}

/// A status in a word and a colour.
#[derive(Clone, Copy)]
pub enum Tone {
    Info,
    Ok,
    Warning,
    Error,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Tone::Info => "utrecht-alert utrecht-alert--info",
            Tone::Ok => "utrecht-alert utrecht-alert--ok",
            Tone::Warning => "utrecht-alert utrecht-alert--warning",
            Tone::Error => "utrecht-alert utrecht-alert--error",
        }
    }
}

pub fn alert(tone: Tone, body: impl IntoView) -> impl IntoView {
    view! {
        <div class=tone.class()>
            <div class="utrecht-alert__content">
                <div class="utrecht-alert__message">{body}</div>
            </div>
        </div>
    }
}

/// Where a list has nothing yet: what that means, and what one can do.
pub fn empty(picture: &'static str, body: impl IntoView) -> impl IntoView {
    view! {
        <div class="voordeur-empty">{icon(picture)} <div class="voordeur-stack voordeur-stack--close">{body}</div></div>
    }
}

/// The page's name, and what it is in a sentence or two.
pub fn heading(title: String, lead: impl IntoView) -> impl IntoView {
    view! {
        <div class="voordeur-stack voordeur-stack--close">
            <h1 class="nl-heading nl-heading--level-1">{title}</h1>
            <p class="nl-paragraph nl-paragraph--lead voordeur-measure">{lead}</p>
        </div>
    }
}

/// A mistake in what was typed: the id of the field it is in, and what to do.
pub struct Mistake {
    pub field: std::borrow::Cow<'static, str>,
    pub message: String,
}

/// The first thing on a page that was sent with mistakes in it.
pub fn error_summary(title: String, mistakes: &[Mistake]) -> impl IntoView + use<> {
    let items = mistakes
        .iter()
        .map(|mistake| {
            view! { <li><a class="nl-link" href=format!("#{}", mistake.field)>{mistake.message.clone()}</a></li> }
        })
        .collect_view();
    view! {
        <div class="voordeur-errors" role="alert" tabindex="-1" id="fouten">
            <h2 class="nl-heading nl-heading--level-3">{title}</h2>
            <ul>{items}</ul>
        </div>
    }
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
