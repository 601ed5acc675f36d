//! Mistakes in a catalogue: each is told with its file, its line and a reason that says what to do.

use std::{fs, path::Path};

use sqlx::PgPool;

use crate::{
    database::MIGRATOR,
    registered_data::Catalogue,
    rules::{Rulebook, check_examples},
};

/// A service with two versions of a rule, in which each test changes one thing.
const SERVICE: &str = r#"#:schema ../schema/service.schema.json
[service]
id = "proef"
upl = "zorgtoeslag"
organisation = "dienst-toeslagen"
name = { nl = "Proef", en = "Trial" }
summary = { nl = "Een proef.", en = "A trial." }
related = []
standard = { decision = "8 weeks" }

[proactive]
mode = "offer"
target = { nl = "Iedereen", en = "Everybody" }
signals = ["fact:birth_date", "fact:income_year"]
once_per = "year"
expires_after = "90 days"
may_know = ["gemeente"]
legal_basis = "Proefwet art. 1"
purpose = "verlening zorgtoeslag"
on_accept = { nl = "Dan gebeurt het.", en = "Then it is done." }
on_nothing = { nl = "Dan gebeurt er niets.", en = "Then nothing happens." }

[[rule]]
valid_from = 2025-01-01
law = { name = "Proefwet", article = "1", url = "https://wetten.overheid.nl/" }

[rule.parameters]
bedrag = { value = 100000, unit = "eurocent/year", source = "Proefwet art. 2", label = { nl = "Bedrag", en = "Amount" } }

[[rule.steps]]
id = "inkomen"
value = "income_year"
label = { nl = "Inkomen", en = "Income" }
law = "Proefwet art. 3"

[[rule.conditions]]
id = "volwassen"
when = "age(birth_date, on_date) >= 18"
label = { nl = "Volwassen", en = "Adult" }
law = "Proefwet art. 4"

[rule.amount]
year = "greatest(0, bedrag - inkomen)"

[[rule]]
valid_from = 2026-01-01
law = { name = "Proefwet", article = "1", url = "https://wetten.overheid.nl/" }

[rule.parameters]
bedrag = { value = 200000, unit = "eurocent/year", source = "Proefwet art. 2, 2026", label = { nl = "Het bedrag", en = "The amount" } }

[rule.tables.banden]
bound = "eurocent/year"
unit = "percent"
source = "Proefwet art. 5"
label = { nl = "Banden", en = "Bands" }
rows = [[100000, 90], [200000, 80]]
above = 70

[[rule.steps]]
id = "inkomen"
value = "income_year + 0"
label = { nl = "Het inkomen", en = "The income" }
law = "Proefwet art. 3, 2026"

[[rule.steps]]
id = "deel"
value = "band(banden, inkomen)"
label = { nl = "Deel", en = "Part" }
law = "Proefwet art. 6"

[[rule.conditions]]
id = "volwassen"
when = "age(birth_date, on_date) >= 21"
label = { nl = "Volwassen genoeg", en = "Adult enough" }
law = "Proefwet art. 4, 2026"

[rule.amount]
year = "floor_to(deel * greatest(0, bedrag - inkomen), 100)"

[[rule.examples]]
on = 2026-02-01
facts = { birth_date = 1990-01-01, income_year = 100000 }
expect = { eligible = true, awarded_year = 90000 }

[[rule.examples]]
on = 2026-03-01
facts = { birth_date = 2010-01-01, income_year = 100000 }
expect = { eligible = false }
"#;

const FILE: &str = "services/proef.toml";

/// The catalogue that ships with this service alone, in a folder that is removed when dropped.
struct Copy(std::path::PathBuf);

impl Copy {
    fn new(service: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("voordeur-mistakes-{}", uuid::Uuid::new_v4()));
        let ships = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue");
        for part in ["registers", "tables"] {
            fs::create_dir_all(folder.join(part)).unwrap();
            for entry in fs::read_dir(ships.join(part)).unwrap() {
                let entry = entry.unwrap();
                fs::copy(entry.path(), folder.join(part).join(entry.file_name())).unwrap();
            }
        }
        for file in ["organisations.toml", "facts.toml"] {
            fs::copy(ships.join(file), folder.join(file)).unwrap();
        }
        fs::create_dir_all(folder.join("services")).unwrap();
        fs::write(folder.join(FILE), service).unwrap();
        Self(folder)
    }

    fn read(&self) -> Result<Rulebook, Vec<String>> {
        let inside = |mistake: String| mistake.replace(&format!("{}/", self.0.display()), "");
        let catalogue = Catalogue::read(&self.0).map_err(|mistake| vec![inside(mistake.to_string())])?;
        Rulebook::read(&self.0, &catalogue)
            .map_err(|mistakes| mistakes.iter().map(|mistake| inside(mistake.to_string())).collect())
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The service with one thing changed.
fn with(from: &str, to: &str) -> String {
    assert_eq!(SERVICE.matches(from).count(), 1, "{from:?} stands once in the service");
    SERVICE.replace(from, to)
}

/// Changes one thing, and holds the mistake against the `nth` line that has `at` and the words of its reason.
fn told(from: &str, to: &str, at: &str, nth: usize, reason: &str) {
    let service = with(from, to);
    let lines = service.lines().enumerate().filter(|(_, line)| line.contains(at));
    let line = lines.map(|(line, _)| line + 1).nth(nth - 1).unwrap_or_else(|| panic!("no line {at:?}"));
    let mistakes = match Copy::new(&service).read() {
        Ok(_) => panic!("{to:?} is no mistake"),
        Err(mistakes) => mistakes,
    };
    let expected = format!("{FILE}:{line}: ");
    let is_told = |mistake: &String| mistake.starts_with(&expected) && mistake.contains(reason);
    assert!(mistakes.iter().any(is_told), "expected {expected}... {reason:?}, is {mistakes:#?}");
}

const STEP: &str = "id = \"inkomen\"";
const FIGURE: &str = "bedrag = {";

#[test]
fn the_service_without_mistakes_is_read() {
    let rulebook = Copy::new(SERVICE).read().unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    assert_eq!(rulebook.service("proef").unwrap().versions.len(), 2);
}

#[test]
fn an_unknown_fact_is_told_at_the_step_of_its_own_version() {
    told("income_year + 0", "incom_year + 0", STEP, 2, "incom_year");
}

#[test]
fn a_fact_that_may_not_be_used_for_the_purpose_is_told_where_it_is_used() {
    let purpose = "\"verlening van iets anders\"";
    told("\"verlening zorgtoeslag\"", purpose, STEP, 1, "may not be used for \"verlening van iets anders\"");
}

#[test]
fn a_signal_that_is_missing_is_told_with_what_to_add() {
    told(", \"fact:income_year\"", "", STEP, 1, "add \"fact:income_year\"");
    told("\"fact:income_year\"", "\"fact:income\"", "signals =", 1, "names a fact that is not there");
}

#[test]
fn a_wrong_type_or_unit_is_told_where_it_stands() {
    told("income_year + 0", "income_year + birth_date", STEP, 2, "a date");
    told("value = 200000", "value = \"veel\"", FIGURE, 2, "which is not");
    told("value = 200000, unit = \"eurocent/year\"", "value = 200000, unit = \"euro\"", FIGURE, 2, "euro");
    told(
        "value = 200000, unit = \"eurocent/year\"",
        "value = 200000, unit = \"eurocent/month\"",
        "year = \"",
        2,
        "mixes",
    );
    told("floor_to(deel * greatest(0, bedrag - inkomen), 100)", "deel", "year = \"", 2, "not an amount");
    told("birth_date, on_date) >= 21", "birth_date, on_date)", "id = \"volwassen\"", 2, "not yes or no");
}

#[test]
fn a_division_by_what_may_be_zero_is_told_with_the_way_out() {
    told("income_year + 0", "1000 * income_year / income_year", STEP, 2, "may divide by zero");
    told("income_year + 0", "income_year / 0", STEP, 2, "may divide by zero");
}

#[test]
fn a_cycle_is_told_at_the_step_that_reaches_forward() {
    told("income_year + 0", "income_year * deel", STEP, 2, "that would be a cycle");
    told("income_year + 0", "inkomen", STEP, 2, "that would be a cycle");
}

#[test]
fn a_gap_or_an_overlap_in_dates_is_told_at_the_later_rule() {
    let first = "valid_from = 2025-01-01\n";
    let until = |day: &str| format!("{first}valid_until = {day}\n");
    let later = "valid_from = 2026-01-01";
    told(first, &until("2025-06-30"), later, 1, "no rule between 2025-06-30 and 2026-01-01");
    told(first, &until("2026-06-30"), later, 1, "overlaps");
    told(first, "valid_from = 2027-01-01\n", later, 1, "put them in order");
}

#[test]
fn a_missing_translation_is_told_at_its_own_line() {
    told("en = \"The income\"", "en = \" \"", STEP, 2, "has no text in \"en\"");
    told(", en = \"The amount\"", "", FIGURE, 2, "en");
    told("en = \"Trial\"", "en = \"\"", "name = { nl", 1, "has no text in \"en\"");
    told("en = \"Bands\"", "en = \"\"", "[rule.tables.banden]", 1, "has no text in \"en\"");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_example_that_fails_is_told_at_its_own_line_with_what_came_out(pool: PgPool) {
    let service = with("expect = { eligible = false }", "expect = { eligible = true }");
    let copy = Copy::new(&service);
    let rulebook = copy.read().unwrap();
    let mut sql = pool.acquire().await.unwrap();
    let (examples, mistakes) = check_examples(&mut sql, &rulebook).await.unwrap();
    let mistakes: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    let headings = service.lines().enumerate().filter(|(_, line)| *line == "[[rule.examples]]");
    let line = headings.map(|(line, _)| line + 1).last().unwrap();
    assert_eq!((examples, mistakes.len()), (2, 1), "{mistakes:?}");
    assert!(mistakes[0].contains(&format!("{FILE}:{line}: example 2 of the rule of 2026-01-01")), "{mistakes:?}");
    assert!(mistakes[0].contains("expected eligible, is not eligible (not volwassen)"), "{mistakes:?}");
}

#[test]
fn an_unknown_service_or_organisation_is_told_where_it_is_named() {
    told("related = []", "related = [\"bestaat-niet\"]", "related =", 1, "\"bestaat-niet\", which is not there");
    told("\"dienst-toeslagen\"", "\"dienst-x\"", "organisation =", 1, "\"dienst-x\" is not in organisations.toml");
    told(
        "may_know = [\"gemeente\"]",
        "may_know = [\"bureau\"]",
        "may_know =",
        1,
        "\"bureau\" is not in organisations.toml",
    );
}

#[test]
fn a_figure_without_a_source_is_told_at_the_figure() {
    told("source = \"Proefwet art. 2, 2026\"", "source = \"\"", FIGURE, 2, "has no source");
    told("source = \"Proefwet art. 2, 2026\", ", "", FIGURE, 2, "source");
    told("source = \"Proefwet art. 5\"", "source = \"\"", "[rule.tables.banden]", 1, "has no source");
}

#[test]
fn a_typo_in_a_key_is_told_with_the_keys_there_are() {
    told("once_per = ", "once_pr = ", "once_pr", 1, "unknown field `once_pr`");
    told("when = \"age(birth_date, on_date) >= 21\"", "wen = \"true\"", "wen = ", 1, "unknown field `wen`");
}

#[test]
fn a_step_without_law_is_told_at_the_step() {
    told("law = \"Proefwet art. 6\"", "law = \"\"", "id = \"deel\"", 1, "names no article of law");
    told("law = \"Proefwet art. 6\"\n", "", "[[rule.steps]]", 3, "missing field `law`");
}

#[test]
fn bounds_of_a_table_that_are_out_of_order_are_told_at_the_table() {
    let swapped = "[[200000, 80], [100000, 90]]";
    told(
        "[[100000, 90], [200000, 80]]",
        swapped,
        "[rule.tables.banden]",
        1,
        "has bound 100000 after a bound that is not lower",
    );
}

#[test]
fn a_name_that_is_not_on_the_national_list_is_told_with_the_nearest() {
    told("upl = \"zorgtoeslag\"", "upl = \"zorgtoeslg\"", "upl =", 1, "did you mean \"zorgtoeslag\"?");
}

#[test]
fn a_grant_says_how_it_is_undone() {
    told("mode = \"offer\"", "mode = \"grant\"", "mode =", 1, "undo_within");
}

#[test]
fn every_mistake_is_told_at_once() {
    let service = with("en = \"The income\"", "en = \"\"").replace("\"dienst-toeslagen\"", "\"dienst-x\"");
    let service = service.replace("income_year + 0", "incom_year + 0");
    let mistakes = Copy::new(&service).read().map(|_| ()).unwrap_err();
    for told in ["has no text in", "\"dienst-x\"", "incom_year"] {
        assert!(mistakes.iter().any(|mistake| mistake.contains(told)), "{told}: {mistakes:#?}");
    }
}
