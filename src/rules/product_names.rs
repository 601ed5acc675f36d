//! The national list of names of government products (Uniforme Productnamenlijst): a service that is on it carries its name.

use std::{collections::BTreeSet, path::Path};

use crate::registered_data::CatalogueError;

const HEAD: &str = "UniformeProductnaam";

#[derive(Debug)]
pub struct ProductNames(BTreeSet<String>);

impl ProductNames {
    /// Reads `tables/upl.csv`: a column of names, after lines that start with `#`.
    ///
    /// # Errors
    /// Names the file that is missing or the line that cannot be read.
    pub fn read(path: &Path) -> Result<Self, CatalogueError> {
        let unreadable = |source| CatalogueError::Unreadable { path: path.to_owned(), source };
        let wrong = |line: u64, reason: String| CatalogueError::Wrong {
            path: path.to_owned(),
            line: usize::try_from(line).unwrap_or_default(),
            reason,
        };
        let file = std::fs::File::open(path).map_err(unreadable)?;
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(file);
        let at = |error: &csv::Error| error.position().map_or(1, csv::Position::line);
        let heads = reader.headers().map_err(|error| wrong(at(&error), error.to_string()))?;
        if heads.get(0) != Some(HEAD) {
            return Err(wrong(1, format!("the first column is not {HEAD}")));
        }
        let mut names = BTreeSet::new();
        for row in reader.records() {
            let row = row.map_err(|error| wrong(at(&error), error.to_string()))?;
            names.insert(row.get(0).unwrap_or_default().to_owned());
        }
        Ok(Self(names))
    }

    pub fn contains(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// The name that differs least, if it looks like this one.
    pub fn nearest(&self, name: &str) -> Option<&str> {
        let name = name.to_lowercase();
        let near = self.0.iter().map(|other| (distance(&name, other), other)).min()?;
        (near.0 <= 2 + name.len() / 3).then_some(near.1)
    }
}

/// How many letters to add, leave out or replace (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_that_ships_has_names_and_knows_what_looks_like_one() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue/tables/upl.csv");
        let names = ProductNames::read(&path).unwrap();
        assert!(names.0.len() > 1000, "{}", names.0.len());
        assert!(names.contains("zorgtoeslag") && names.contains("zwangerschaps- en bevallingsverlof"));
        assert_eq!(names.nearest("zorgtoeslg"), Some("zorgtoeslag"));
        assert_eq!(names.nearest("Kinderbijslag"), Some("kinderbijslag"));
        assert_eq!(names.nearest("iets heel anders dat nergens op lijkt en niet bestaat"), None);
    }

    #[test]
    fn a_distance_counts_letters() {
        for (a, b, expected) in
            [("", "", 0), ("a", "", 1), ("kitten", "sitting", 3), ("ë", "e", 1), ("flaw", "lawn", 2)]
        {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }
}
