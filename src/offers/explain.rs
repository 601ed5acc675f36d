//! Why: each condition and step of a run, with the values used, where they come from and the law.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos_i18n::td_string;
use serde_json::{Map, Value};

use super::{Amounts, Run, wording};
use crate::{
    app::Visit,
    corrections,
    rules::{
        Outcome, Version,
        model::{Condition, FactType, Parameter, Step},
    },
    ui::{self, numbers},
};

/// A run to be explained: the one that decided, and not another of today.
pub struct Explained<'a> {
    pub visit: &'a Visit,
    pub version: &'a Version,
    pub run: &'a Run,
    /// Facts that the citizen filled in.
    pub typed: &'a BTreeSet<String>,
    /// Facts that come from what is being looked into.
    pub doubted: &'a BTreeSet<String>,
}

/// Where nothing is looked into, or where that is not told.
pub static NOTHING_DOUBTED: BTreeSet<String> = BTreeSet::new();

/// A line of a receipt: what, where it comes from, how much.
struct Row {
    what: String,
    source: String,
    value: String,
}

/// More steps than this are folded, so that the page stays one that people read.
const STEPS_SHOWN: usize = 8;

impl From<&Outcome> for Run {
    fn from(outcome: &Outcome) -> Self {
        Self { conditions: outcome.conditions.clone(), steps: outcome.steps.clone(), facts: outcome.facts.clone() }
    }
}

impl From<&Outcome> for Amounts {
    fn from(outcome: &Outcome) -> Self {
        Self { year: outcome.year, quarter: outcome.quarter, month: outcome.month, once: outcome.once }
    }
}

/// The labels of the conditions that came out like this.
pub fn conditions_that<'v>(version: &'v Version, run: &Run, came_out: Option<bool>) -> Vec<&'v Condition> {
    let conditions = version.rule.conditions.iter();
    conditions.filter(|condition| run.conditions.get(&condition.id).copied().flatten() == came_out).collect()
}

impl Explained<'_> {
    fn municipality(&self) -> Option<&Value> {
        self.run.facts.get("municipality")
    }

    /// Facts and steps that a condition or step names itself.
    fn named(&self, id: &str) -> (Vec<&str>, Vec<&str>) {
        let list = |of: &std::collections::BTreeMap<String, BTreeSet<String>>| {
            of.get(id).map(|names| names.iter().cloned().collect::<Vec<_>>()).unwrap_or_default()
        };
        let compiled = &self.version.compiled;
        let facts = list(&compiled.used);
        let steps = list(&compiled.steps_used);
        let facts = self.version.compiled.facts().into_iter().filter(|fact| facts.iter().any(|f| f == fact)).collect();
        // In the order in which they are worked out.
        let steps =
            self.version.rule.steps.iter().map(|step| step.id.as_str()).filter(|id| steps.iter().any(|s| s == id));
        (facts, steps.collect())
    }

    /// Every fact behind a condition or step, those of the steps it names included.
    fn all_facts(&self, id: &str) -> BTreeSet<&str> {
        let (facts, steps) = self.named(id);
        let mut all: BTreeSet<&str> = facts.into_iter().collect();
        for step in steps {
            all.extend(self.all_facts(step));
        }
        all
    }

    /// Each condition: met, not met or not known.
    pub fn conditions(&self) -> AnyView {
        self.conditions_with(true)
    }

    /// The same for somebody else than whom it is about, who has no way to their registers.
    pub fn conditions_for_staff(&self) -> AnyView {
        self.conditions_with(false)
    }

    fn conditions_with(&self, links: bool) -> AnyView {
        // What is not met, or not known, comes first: that is what somebody came to read.
        let mut conditions: Vec<&Condition> = self.version.rule.conditions.iter().collect();
        conditions.sort_by_key(|condition| match self.run.conditions.get(&condition.id).copied().flatten() {
            Some(false) => 0,
            None => 1,
            Some(true) => 2,
        });
        let items = conditions.into_iter().map(|condition| self.condition(condition, links)).collect_view();
        view! { <ul class="voordeur-card voordeur-conditions" role="list">{items}</ul> }.into_any()
    }

    fn condition(&self, condition: &Condition, links: bool) -> AnyView {
        let locale = self.visit.locale;
        let came_out = self.run.conditions.get(&condition.id).copied().flatten();
        let (class, picture, before, after) = match came_out {
            Some(true) => (None, "check", None, Some(td_string!(locale, offers.met))),
            Some(false) => (Some("voordeur-unmet"), "alert", Some(td_string!(locale, offers.unmet_label)), None),
            None => (Some("voordeur-unknown"), "question", Some(td_string!(locale, offers.unknown_label)), None),
        };
        let label = condition.label.get(locale).to_owned();
        let after = after.map(|word| view! { " " <span class="voordeur-visually-hidden">{format!("({word})")}</span> });
        let values = self
            .values(&condition.id, came_out)
            .into_iter()
            .map(|(what, value)| view! { <p>{what} ": " <b>{value}</b></p> })
            .collect_view();
        let sources = self.sources(&condition.id, &label, links);
        let in_doubt = self.all_facts(&condition.id).into_iter().any(|fact| self.doubted.contains(fact)).then(|| {
            view! { <p><span class="voordeur-due voordeur-due--soon">{ui::icon("search")} " " {td_string!(locale, offers.in_doubt)}</span></p> }
        });
        view! {
            <li class=class>
                {ui::icon(picture)}
                <p>{before.map(|word| view! { {word} " " })}<b>{label}</b>{after}</p>
                {values}
                {in_doubt}
                {sources}
                <p class="voordeur-law" lang="nl">{condition.law.clone()}</p>
            </li>
        }
        .into_any()
    }

    /// The values that a condition looks at; what is not known only where that matters.
    fn values(&self, id: &str, came_out: Option<bool>) -> Vec<(String, String)> {
        let locale = self.visit.locale;
        let (facts, steps) = self.named(id);
        let mut values = Vec::new();
        for step in steps {
            let Some(step) = self.version.rule.steps.iter().find(|own| own.id == step) else { continue };
            let shown = self.version.compiled.shown.get(&step.id).copied();
            let value = self.run.steps.get(&step.id).and_then(|value| wording::step_value(locale, shown, value));
            if let Some(value) = value {
                values.push((step.label.get(locale).to_owned(), value));
            }
        }
        let unknown_matters = came_out.is_none();
        let facts = if unknown_matters { self.all_facts(id).into_iter().collect() } else { facts };
        for name in facts {
            let Some(fact) = self.visit.portal.rules.facts.get(name) else { continue };
            let value = self.run.facts.get(name).and_then(|value| wording::fact_value(self.visit, fact, value));
            match value {
                Some(value) => values.push((fact.label.get(locale).to_owned(), value)),
                None if unknown_matters => {
                    let unknown = td_string!(locale, offers.unknown_word).to_owned();
                    values.push((fact.label.get(locale).to_owned(), unknown));
                }
                None => {}
            }
        }
        let condition = self.version.rule.conditions.iter().find(|own| own.id == id);
        for parameter in self.parameters(condition.map_or("", |condition| condition.when.as_str())) {
            values.push((
                parameter.label.get(locale).to_owned(),
                wording::parameter(locale, parameter, self.municipality()),
            ));
        }
        values
    }

    /// Where the facts behind a condition come from, with the way to their register.
    fn sources(&self, id: &str, label: &str, links: bool) -> AnyView {
        let locale = self.visit.locale;
        let mut seen = BTreeSet::new();
        let mut sources = Vec::new();
        for name in self.all_facts(id) {
            if self.run.facts.get(name).is_none_or(Value::is_null) {
                continue;
            }
            if self.typed.contains(name) {
                if seen.insert((String::new(), false)) {
                    sources.push((td_string!(locale, offers.typed_in).to_owned(), None));
                }
                continue;
            }
            let (Some(register), of_partner) = wording::register_of(self.visit, name) else { continue };
            let portal = &self.visit.portal;
            let correct = portal.rules.facts.get(name).and_then(|fact| corrections::path_of(&portal.catalogue, fact));
            let path = correct.unwrap_or_else(|| format!("/mijn/gegevens/{}", register.id));
            if !seen.insert((path.clone(), of_partner)) {
                continue;
            }
            let words = self.source_words(name);
            let link = (links && !of_partner && register.connected)
                .then(|| (self.visit.href(&path), register.menu.get(locale).to_owned()));
            sources.push((words, link));
        }
        sources
            .into_iter()
            .map(|(words, link)| {
                let link = link.map(|(href, menu)| {
                    let about = format!(" {menu}: {label}");
                    view! {
                        " · " <a class="nl-link" href=href>{td_string!(locale, offers.wrong)}<span class="voordeur-visually-hidden">{about}</span></a>
                    }
                });
                view! { <p class="voordeur-subtle">{words}{link}</p> }.into_any()
            })
            .collect_view().into_any()
    }

    /// "Inkomensregistratie, bijgehouden door Belastingdienst".
    pub fn source_words(&self, fact: &str) -> String {
        let locale = self.visit.locale;
        if self.typed.contains(fact) {
            return td_string!(locale, offers.typed_in).to_owned();
        }
        let (Some(register), of_partner) = wording::register_of(self.visit, fact) else { return String::new() };
        let catalogue = &self.visit.portal.catalogue;
        let holder = match (register.holder.as_str(), self.municipality().and_then(Value::as_str)) {
            ("gemeenten", Some(code)) if !code.is_empty() => {
                catalogue.organisation_in_sentence(&format!("gemeente-{code}"), locale)
            }
            ("gemeenten", _) => in_sentence(&catalogue.organisation_name("gemeenten", locale)),
            (holder, _) => catalogue.organisation_in_sentence(holder, locale),
        };
        let words =
            td_string!(locale, offers.source_held, register = register.name.get(locale), holder = holder).to_string();
        if of_partner { format!("{words}; {}", td_string!(locale, offers.of_partner)) } else { words }
    }

    /// Facts with a value, in words.
    fn fact_rows(&self, wanted: impl Fn(&str) -> bool) -> Vec<Row> {
        let facts = self.version.compiled.facts().into_iter().filter(|name| wanted(name)).filter_map(|name| {
            let fact = self.visit.portal.rules.facts.get(name)?;
            let value = wording::fact_value(self.visit, fact, self.run.facts.get(name)?)?;
            Some(Row { what: fact.label.get(self.visit.locale).to_owned(), source: self.source_words(name), value })
        });
        facts.collect()
    }

    /// Registered facts with a value: what, value, source. For a summary of what is sent.
    pub fn registered_facts(&self) -> Vec<(String, String, String)> {
        let facts = self.fact_rows(|name| !self.typed.contains(name));
        facts.into_iter().map(|row| (row.what, row.value, row.source)).collect()
    }

    /// The figures of the law that an expression names.
    fn parameters(&self, expression: &str) -> Vec<&Parameter> {
        let words: BTreeSet<&str> = expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
        let parameters = self.version.rule.parameters.iter();
        parameters.filter(|(id, _)| words.contains(id.as_str())).map(|(_, own)| own).collect()
    }

    fn step_row(&self, step: &Step) -> Option<Row> {
        let locale = self.visit.locale;
        let shown = self.version.compiled.shown.get(&step.id).copied();
        let value = wording::step_value(locale, shown, self.run.steps.get(&step.id)?)?;
        let figures: Vec<String> = self
            .parameters(&step.value)
            .into_iter()
            .map(|own| format!("{}: {}", own.label.get(locale), wording::parameter(locale, own, self.municipality())))
            .collect();
        let source =
            if figures.is_empty() { step.law.clone() } else { format!("{}. {}", figures.join("; "), step.law) };
        Some(Row { what: step.label.get(locale).to_owned(), source, value })
    }

    /// The figures and tables of the law.
    fn figure_rows(&self) -> Vec<Row> {
        let locale = self.visit.locale;
        let rule = &self.version.rule;
        let mut rows: Vec<Row> = rule
            .parameters
            .values()
            .map(|own| Row {
                what: own.label.get(locale).to_owned(),
                source: own.source.clone(),
                value: wording::parameter(locale, own, self.municipality()),
            })
            .collect();
        for table in rule.tables.values() {
            let label = table.label.get(locale);
            for (bound, figure) in &table.rows {
                let bound = wording::figure(locale, &crate::rules::model::Figure::Whole(*bound), table.bound);
                rows.push(Row {
                    what: format!("{label}, {}", td_string!(locale, offers.up_to, bound = bound)),
                    source: table.source.clone(),
                    value: wording::figure(locale, figure, table.unit),
                });
            }
            rows.push(Row {
                what: format!("{label}, {}", td_string!(locale, offers.above)),
                source: table.source.clone(),
                value: wording::figure(locale, &table.above, table.unit),
            });
        }
        rows
    }

    /// The calculation, when there is one.
    pub fn receipt(&self, amounts: &Amounts, evaluated_on: jiff::civil::Date) -> Option<AnyView> {
        let locale = self.visit.locale;
        let totals = totals(self.visit, amounts);
        let steps: Vec<Row> = self.version.rule.steps.iter().filter_map(|step| self.step_row(step)).collect();
        if totals.is_empty() || steps.is_empty() {
            return None;
        }
        let is_money =
            |name: &str| self.visit.portal.rules.facts.get(name).is_some_and(|fact| fact.kind == FactType::Money);
        let money = self.fact_rows(is_money);
        let folded_steps = (steps.len() > STEPS_SHOWN).then_some(());
        let count = |rows: &[Row]| rows.len();
        let (facts, figures) = (self.fact_rows(|_| true), self.figure_rows());
        let summaries = (
            td_string!(locale, offers.all_steps, count = count(&steps)).to_string(),
            td_string!(locale, offers.all_facts, count = count(&facts)).to_string(),
            td_string!(locale, offers.all_figures, count = count(&figures)).to_string(),
        );
        let shown_steps = folded_steps.is_none();
        let mut steps = Some(steps);
        let part = |name: &'static str, rows: Vec<Row>| {
            (!rows.is_empty()).then(|| {
                view! {
                    <tbody>
                        <tr><th class="voordeur-receipt__part" colspan="2" scope="rowgroup">{name}</th></tr>
                        {rows.into_iter().map(row_view).collect_view()}
                    </tbody>
                }
                .into_any()
            })
        };
        let shown = shown_steps.then(|| part(td_string!(locale, offers.worked), steps.take().unwrap_or_default()));
        let folded = steps.map(|steps| more(self.visit, summaries.0, steps));
        let last = totals.len() - 1;
        let totals = totals
            .into_iter()
            .enumerate()
            .map(|(at, (what, value))| {
                let class = if at == last { "voordeur-receipt__total" } else { "voordeur-receipt__sum" };
                view! { <tr class=class><th scope="row">{what}</th><td>{value}</td></tr> }.into_any()
            })
            .collect_view();
        let (date, from) = (ui::dates::date(locale, evaluated_on), ui::dates::date(locale, self.version.from));
        let facts = (!facts.is_empty()).then(|| more(self.visit, summaries.1, facts));
        let figures = (!figures.is_empty()).then(|| more(self.visit, summaries.2, figures));
        Some(
            view! {
                <div class="voordeur-card voordeur-stack">
                    <table class="voordeur-receipt">
                        <caption>{td_string!(locale, offers.calculated, date = date, from = from)}</caption>
                        {part(td_string!(locale, offers.used), money)}
                        {shown}
                        <tbody>{totals}</tbody>
                    </table>
                    <div>{folded}{facts}{figures}</div>
                </div>
            }
            .into_any(),
        )
    }
}

fn row_view(row: Row) -> AnyView {
    view! { <tr><th scope="row">{row.what}<small>{row.source}</small></th><td>{row.value}</td></tr> }.into_any()
}

/// What is folded, as complete as the rest.
fn more(visit: &Visit, summary: String, rows: Vec<Row>) -> AnyView {
    let rows = rows.into_iter().map(row_view).collect_view();
    view! {
        <details class="voordeur-more">
            <summary>{summary.clone()}</summary>
            <table class="voordeur-receipt">
                <thead class="voordeur-visually-hidden">
                    <tr><th scope="col">{td_string!(visit.locale, offers.what)}</th><th scope="col">{td_string!(visit.locale, offers.how_much)}</th></tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </details>
    }
.into_any()
}

/// What is paid, the amount that is spoken of last.
pub fn totals(visit: &Visit, amounts: &Amounts) -> Vec<(&'static str, String)> {
    let locale = visit.locale;
    let all = [
        (td_string!(locale, offers.total_once), amounts.once),
        (td_string!(locale, offers.total_year), amounts.year),
        (td_string!(locale, offers.total_quarter), amounts.quarter),
        (td_string!(locale, offers.total_month), amounts.month),
    ];
    all.into_iter().filter_map(|(what, cents)| Some((what, numbers::euros(locale, cents?)))).collect()
}

/// The labels of facts, in a sentence.
pub fn fact_labels(visit: &Visit, facts: &[String]) -> String {
    let labels = facts.iter().filter_map(|name| visit.portal.rules.facts.get(name));
    let labels: Vec<String> = labels.map(|fact| in_sentence(fact.label.get(visit.locale))).collect();
    labels.join("; ")
}

/// Within a sentence a label starts small.
pub fn in_sentence(label: &str) -> String {
    let mut letters = label.chars();
    match (letters.next(), letters.as_str()) {
        (Some(first), rest) if rest.chars().next().is_some_and(char::is_uppercase) => format!("{first}{rest}"),
        (Some(first), rest) => first.to_lowercase().chain(rest.chars()).collect(),
        (None, _) => String::new(),
    }
}

/// A run from facts alone, where no rule was worked out.
pub fn no_run() -> Run {
    Run { conditions: Default::default(), steps: Map::new(), facts: Map::new() }
}
