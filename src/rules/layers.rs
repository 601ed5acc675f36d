//! One SELECT of a rule's expressions, in layers.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    expression::Definition,
    value::{Piece, Place, Sql},
};

/// A SELECT in layers: what is used more than once is worked out once, in the layer before the one that uses it. `offset '0'` keeps
/// PostgreSQL from folding the layers into one, which would work it out again at every use. The quotes matter: a bare 0 is an integer to
/// be cast, which PostgreSQL takes for an offset that may matter, and then it uses one processor.
pub(super) fn select(definitions: &[Definition], outputs: &[(&str, Sql)], filter: Option<&Sql>) -> String {
    let mut uses = vec![0_usize; definitions.len()];
    let mut open: Vec<Place> = Vec::new();
    let mut count = |sql: &Sql, open: &mut Vec<Place>| {
        for piece in &sql.0 {
            if let Piece::Definition(place) = piece {
                uses[*place] += 1;
                if uses[*place] == 1 {
                    open.push(*place);
                }
            }
        }
    };
    for (_, sql) in outputs {
        count(sql, &mut open);
    }
    let mut reachable = BTreeSet::new();
    while let Some(place) = open.pop() {
        reachable.insert(place);
        count(&definitions[place].value.sql, &mut open);
    }
    let emission = Emission { definitions, kept: reachable.iter().copied().filter(|place| uses[*place] > 1).collect() };
    // The layer in which each kept definition is worked out.
    let mut layer: BTreeMap<Place, usize> = BTreeMap::new();
    for place in &emission.kept {
        let reads = emission.reads(&definitions[*place].value.sql);
        let deepest = reads.1.iter().filter_map(|read| layer.get(read)).max().copied().unwrap_or(0);
        layer.insert(*place, deepest + 1);
    }
    let layers = layer.values().max().copied().unwrap_or(0);
    // From the outside in: what each layer must hand on.
    let mut facts = BTreeSet::new();
    let mut wanted = BTreeSet::new();
    let columns: Vec<String> = outputs
        .iter()
        .map(|(name, sql)| {
            let (read_facts, read) = emission.reads(sql);
            facts.extend(read_facts);
            wanted.extend(read);
            format!("{} as {name}", emission.write(sql))
        })
        .collect();
    let outer = format!("select f.person, {} from ", columns.join(", "));
    let mut froms = Vec::new();
    for depth in (1..=layers).rev() {
        let here: Vec<Place> = wanted.iter().copied().filter(|place| layer[place] == depth).collect();
        let on: Vec<Place> = wanted.iter().copied().filter(|place| layer[place] < depth).collect();
        let mut columns = vec!["f.person".to_owned()];
        let handed_on = facts.clone();
        for place in &here {
            let sql = &definitions[*place].value.sql;
            let (read_facts, read) = emission.reads(sql);
            columns.push(format!("{} as d{place}", emission.write(sql)));
            facts.extend(read_facts);
            wanted.extend(read);
        }
        columns.extend(handed_on.iter().map(|fact| format!("f.{fact}")));
        columns.extend(on.iter().map(|place| format!("f.d{place}")));
        for place in here {
            wanted.remove(&place);
        }
        froms.push(format!("(select {} from ", columns.join(", ")));
    }
    let everything = Emission { definitions, kept: BTreeSet::new() };
    // Without layers the filter would save no work: who asks for verdicts filters by them.
    let filter = filter.filter(|_| layers > 0);
    let filter = filter.map(|filter| format!(" where {} is not false", everything.write(filter))).unwrap_or_default();
    let mut sql = outer;
    for from in &froms {
        sql.push_str(from);
    }
    sql.push_str("{source} f");
    sql.push_str(&filter);
    for _ in &froms {
        sql.push_str(" offset '0') f");
    }
    sql
}

struct Emission<'a> {
    definitions: &'a [Definition],
    /// Worked out in a layer of their own; the others are written where they are used.
    kept: BTreeSet<Place>,
}

impl Emission<'_> {
    fn write(&self, sql: &Sql) -> String {
        let mut text = String::new();
        for piece in &sql.0 {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Fact(fact) => text.push_str(&format!("f.{fact}")),
                Piece::OnDate => text.push_str("{on}"),
                Piece::Definition(place) if self.kept.contains(place) => text.push_str(&format!("f.d{place}")),
                Piece::Definition(place) => text.push_str(&self.write(&self.definitions[*place].value.sql)),
            }
        }
        text
    }

    /// Facts and kept definitions that it reads.
    fn reads(&self, sql: &Sql) -> (BTreeSet<String>, BTreeSet<Place>) {
        let (mut facts, mut places) = (BTreeSet::new(), BTreeSet::new());
        for piece in &sql.0 {
            match piece {
                Piece::Text(_) | Piece::OnDate => {}
                Piece::Fact(fact) => {
                    facts.insert(fact.clone());
                }
                Piece::Definition(place) if self.kept.contains(place) => {
                    places.insert(*place);
                }
                Piece::Definition(place) => {
                    let (more_facts, more) = self.reads(&self.definitions[*place].value.sql);
                    facts.extend(more_facts);
                    places.extend(more);
                }
            }
        }
        (facts, places)
    }
}
