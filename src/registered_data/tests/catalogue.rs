//! A register is a file: a wrong one is refused with its place and reason.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::super::Catalogue;

/// A copy of the catalogue that ships, to change; removed when dropped.
pub struct Copy(PathBuf);

impl Copy {
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("voordeur-catalogue-{name}-{}", std::process::id()));
        let ships = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue");
        for part in ["registers", "services", "tables"] {
            fs::create_dir_all(folder.join(part)).unwrap();
            for entry in fs::read_dir(ships.join(part)).unwrap() {
                let entry = entry.unwrap();
                fs::copy(entry.path(), folder.join(part).join(entry.file_name())).unwrap();
            }
        }
        for file in ["facts.toml", "organisations.toml"] {
            fs::copy(ships.join(file), folder.join(file)).unwrap();
        }
        Self(folder)
    }

    pub fn folder(&self) -> &Path {
        &self.0
    }

    pub fn write(&self, file: &str, text: &str) {
        fs::write(self.0.join(file), text).unwrap();
    }

    fn refusal(&self) -> String {
        match Catalogue::read(&self.0) {
            Ok(_) => panic!("the catalogue is read"),
            Err(error) => error.to_string().replace(&format!("{}/", self.0.display()), ""),
        }
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub const PARKING: &str = r#"
id = "parkeren"
order = 20
name = { nl = "Parkeervergunningen", en = "Parking permits" }
menu = { nl = "Parkeren", en = "Parking" }
about = { nl = "Uw parkeervergunningen.", en = "Your parking permits." }
icon = "key"
holder = "gemeenten"
connected = true

[choices.zone]
C = { nl = "Centrum", en = "City centre" }

[[kind]]
id = "permit"
many = true
name = { nl = "Vergunning", en = "Permit" }
attributes = [
    { id = "zone", type = "choice", choices = "zone", label = { nl = "Gebied", en = "Zone" } },
    { id = "plate", type = "text", sensitivity = "identifying", label = { nl = "Kenteken", en = "Number plate" } },
    { id = "until", type = "date", label = { nl = "Geldig tot", en = "Valid until" } },
]

[[section]]
id = "vergunningen"
title = { nl = "Uw vergunningen", en = "Your permits" }

[[section.value]]
id = "vergunning"
label = { nl = "Vergunning", en = "Permit" }
kind = "permit"
as = "valid_until"
attributes = ["zone", "plate", "until"]
"#;

#[test]
fn the_catalogue_that_ships_is_right() {
    let catalogue = Catalogue::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue")).unwrap();
    assert_eq!(catalogue.registers[0].id, "brp");
    assert_eq!(catalogue.connected().count(), 14);
    assert_eq!(catalogue.connected().filter(|register| register.comes_by_event()).count(), 13);
    let brp = catalogue.register("brp").unwrap();
    let categories: Vec<_> = brp.kinds.iter().filter_map(|kind| kind.category.as_deref()).collect();
    assert_eq!(categories, ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13"]);
    assert_eq!(catalogue.organisation_name("gemeente-0599", crate::i18n::Locale::nl), "Gemeente Rotterdam");
    assert_eq!(catalogue.organisation_name("rdw", crate::i18n::Locale::en), "Netherlands Vehicle Authority (RDW)");
}

#[test]
fn a_mistake_in_a_register_is_named_with_file_line_and_reason() {
    let copy = Copy::new("mistakes");
    for (find, replace, expected) in [
        (r#"type = "text", sens"#, r#"type = "txet", sens"#, "registers/parkeren.toml:20: unknown variant `txet`"),
        ("order = 20", "order = 20\nordre = 1", "registers/parkeren.toml:4: unknown field `ordre`"),
        (r#", en = "Parking permits""#, "", "registers/parkeren.toml:4: missing field `en`"),
        (
            r#"en = "Zone""#,
            r#"en = """#,
            "registers/parkeren.toml:19: attribute \"zone\" of \"permit\" has no text in \"en\"",
        ),
        (r#"id = "plate""#, r#"id = "zone""#, "attribute \"zone\" of \"permit\" is there twice"),
        (
            r#"kind = "permit""#,
            r#"kind = "licence""#,
            "value \"vergunning\" refers to kind \"licence\", which is not there",
        ),
        (
            r#""plate", "until"]"#,
            r#""plate", "till"]"#,
            "registers/parkeren.toml:29: value \"vergunning\" refers to attribute \"till\", which is not there",
        ),
        (
            r#"choices = "zone""#,
            r#"choices = "zones""#,
            "attribute \"zone\" of \"permit\" refers to choices \"zones\", which are not there",
        ),
        (
            r#"as = "valid_until""#,
            r#"as = "full_name""#,
            "value \"vergunning\" lacks attribute \"given_names\", which its format reads",
        ),
        (r#"as = "valid_until""#, r#"as = "in_full""#, "unknown variant `in_full`"),
        (
            r#"holder = "gemeenten""#,
            r#"holder = "gemeente""#,
            "registers/parkeren.toml:8: holder \"gemeente\" is not in organisations.toml",
        ),
        (r#"id = "parkeren""#, r#"id = "brp""#, "register \"brp\" is there twice"),
        (
            r#"id = "parkeren""#,
            r#"id = "Parkeren""#,
            "registers/parkeren.toml:2: \"Parkeren\" is not an id: lower case letters, digits, - and _",
        ),
    ] {
        assert!(PARKING.contains(find), "{find}");
        copy.write("registers/parkeren.toml", &PARKING.replacen(find, replace, 1));
        let refusal = copy.refusal();
        assert!(refusal.contains(expected), "{refusal}\nexpected: {expected}");
    }
}

#[test]
fn a_missing_table_is_named() {
    let copy = Copy::new("tables");
    fs::remove_file(copy.folder().join("tables/tabel34-landen.csv")).unwrap();
    assert!(copy.refusal().starts_with("tables/tabel34-landen.csv: "));
}
