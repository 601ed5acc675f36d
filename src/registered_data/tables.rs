//! The national code tables (RvIG): nationalities (32), municipalities (33) and countries (34), as published.

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
};

use super::catalogue::CatalogueError;

/// The column with the day on which a code ended.
const END: &str = "99.99";

/// The code of no municipality in particular.
const UNKNOWN: &str = "0000";

/// Codes and what they mean.
#[derive(Debug, Default)]
pub struct Tables {
    nationalities: HashMap<String, String>,
    municipalities: HashMap<String, String>,
    /// Codes of municipalities that there are today.
    present: BTreeSet<String>,
    countries: HashMap<String, String>,
}

impl Tables {
    /// Reads the three files, in UTF-16 or UTF-8, as RvIG publishes them.
    ///
    /// # Errors
    /// Names the file that is missing or the line that cannot be read.
    pub fn read(folder: &Path) -> Result<Self, CatalogueError> {
        let municipalities = read(&folder.join("tabel33-gemeenten.csv"), "92.10")?;
        let present = municipalities.iter().filter(|(code, row)| !row.has_ended && *code != UNKNOWN);
        Ok(Self {
            nationalities: meanings(read(&folder.join("tabel32-nationaliteiten.csv"), "05.11")?),
            present: present.map(|(code, _)| code.clone()).collect(),
            municipalities: meanings(municipalities),
            countries: meanings(read(&folder.join("tabel34-landen.csv"), "94.10")?),
        })
    }

    pub fn nationality(&self, code: &str) -> Option<&str> {
        self.nationalities.get(code).map(String::as_str)
    }

    pub fn municipality(&self, code: &str) -> Option<&str> {
        self.municipalities.get(code).map(String::as_str)
    }

    /// The code of a municipality that there is today, by its name.
    pub fn municipality_called(&self, name: &str) -> Option<&str> {
        let name = name.trim().to_lowercase();
        self.present_municipalities().into_iter().find(|(_, of)| of.to_lowercase() == name).map(|(code, _)| code)
    }

    /// Codes and names of the municipalities that there are today, by name.
    pub fn present_municipalities(&self) -> Vec<(&str, &str)> {
        let named = self.present.iter().filter_map(|code| Some((code.as_str(), self.municipality(code)?)));
        let mut named: Vec<_> = named.collect();
        named.sort_by_key(|(_, name)| *name);
        named
    }

    pub fn country(&self, code: &str) -> Option<&str> {
        self.countries.get(code).map(String::as_str)
    }
}

/// What a code means.
struct Row {
    meaning: String,
    has_ended: bool,
}

fn meanings(rows: HashMap<String, Row>) -> HashMap<String, String> {
    rows.into_iter().map(|(code, row)| (code, row.meaning)).collect()
}

fn read(path: &Path, first_element: &str) -> Result<HashMap<String, Row>, CatalogueError> {
    let bytes = std::fs::read(path).map_err(|source| CatalogueError::Unreadable { path: path.to_owned(), source })?;
    let wrong = |line: u64, reason: &str| CatalogueError::Wrong {
        path: path.to_owned(),
        line: usize::try_from(line).unwrap_or_default(),
        reason: reason.to_owned(),
    };
    // The byte order mark decides; without one it is UTF-8.
    let (text, _, malformed) = encoding_rs::UTF_8.decode(&bytes);
    if malformed {
        return Err(wrong(1, "is neither UTF-16 with a byte order mark nor UTF-8"));
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut codes = HashMap::new();
    let mut end = None;
    for (i, row) in reader.records().enumerate() {
        let row = row.map_err(|error| {
            wrong(error.position().map_or(0, csv::Position::line), "is not a line of quoted fields")
        })?;
        let line = row.position().map_or(0, csv::Position::line);
        let code = row.get(0).unwrap_or_default().trim();
        if i == 0 {
            if !code.starts_with(first_element) {
                return Err(wrong(line, &format!("the first column is not {first_element}")));
            }
            end = row.iter().position(|title| title.starts_with(END));
            continue;
        }
        let (Some(meaning), false) = (row.get(1), code.is_empty()) else {
            return Err(wrong(line, "has no code or no description"));
        };
        // A code that was used twice: what it means now, or meant last, stands lower in the file.
        let has_ended = end.and_then(|end| row.get(end)).is_some_and(|day| !day.trim().is_empty());
        codes.insert(code.to_owned(), Row { meaning: meaning.trim().to_owned(), has_ended });
    }
    Ok(codes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_that_ship_are_read_with_their_accents() {
        let tables = Tables::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue/tables")).unwrap();
        assert_eq!(tables.municipality("0599"), Some("Rotterdam"));
        assert_eq!(tables.nationality("0057"), Some("Franse"));
        assert_eq!(tables.nationality("0316"), Some("Israëlische"));
        assert_eq!(tables.country("6030"), Some("Nederland"));
        assert_eq!(tables.country("9998"), None);
        let present = tables.present_municipalities();
        assert!(present.contains(&("0599", "Rotterdam")));
        assert_eq!(tables.municipality("0001"), Some("Adorp"), "what was, still has its name");
        assert!(present.iter().all(|(code, _)| *code != "0001" && *code != UNKNOWN));
    }
}
