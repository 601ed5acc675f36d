//! `voordeur import zaken`: the cases of everybody, or of those in a file.

use std::path::Path;

use futures::{StreamExt, stream};

use super::{
    Sources, Summary,
    fetch::Source,
    import::{ImportError, import_person},
    store,
};
use crate::{
    database::{self, PersonId},
    error::Error,
    registered_data::Bsn,
    server::Portal,
};

/// People in hand at a time; the organisation's own limit holds as well.
const AT_ONCE: usize = 4;

/// Whose cases.
enum Who {
    Person(PersonId),
    Number(Bsn),
}

/// Brings in the cases of every source, or of one organisation; of everybody the portal knows there, or of the numbers in a file, one on a
/// line. Says on stdout what was done, and names nobody. Whether everything went in.
///
/// # Errors
/// When a setting is wrong, the file cannot be read or PostgreSQL is away.
pub async fn import(
    portal: &Portal,
    organisation: Option<&str>,
    numbers: Option<&Path>,
) -> Result<bool, Box<dyn std::error::Error>> {
    let sources = Sources::new(&portal.config, &portal.clock)?;
    let chosen: Vec<&Source> =
        sources.iter().filter(|source| organisation.is_none_or(|id| source.organisation == id)).collect();
    if chosen.is_empty() {
        return Err("no such source: add it to [zgw] in Leptos.toml".into());
    }
    let numbers = numbers.map(read).transpose()?;
    let mut all = true;
    for source in chosen {
        let summary = import_from(portal, source, numbers.as_ref()).await?;
        let Summary { people, new, changed, unchanged, hidden, failed } = summary;
        println!(
            "{}: {people} people; {new} cases new, {changed} changed, {unchanged} as they were, {hidden} not shown, {failed} failed",
            source.organisation
        );
        all &= failed == 0;
    }
    Ok(all)
}

async fn import_from(
    portal: &Portal,
    source: &Source,
    numbers: Option<&Vec<Bsn>>,
) -> Result<Summary, Box<dyn std::error::Error>> {
    let who: Vec<Who> = match numbers {
        Some(numbers) => numbers.iter().cloned().map(Who::Number).collect(),
        None => {
            let mut owner = database::connect_as_owner(&portal.config.database).await?;
            store::people_of(&mut owner, &source.organisation).await?.into_iter().map(Who::Person).collect()
        }
    };
    let mut summary = Summary::default();
    let mut imports =
        stream::iter(who).map(async |who| import_one(portal, source, who).await).buffer_unordered(AT_ONCE);
    while let Some(result) = imports.next().await {
        match result {
            Ok(one) => summary.add(one),
            Err(ImportError::Portal(Error::Unavailable)) => {
                return Err("the database is away; run the import again when it is back".into());
            }
            Err(error) => {
                tracing::warn!(organisation = source.organisation, %error, "somebody's cases could not be brought in");
                summary.failed += 1;
            }
        }
    }
    Ok(summary)
}

/// Somebody whom the portal does not know, or whose number is not theirs alone, has no cases in it.
async fn import_one(portal: &Portal, source: &Source, who: Who) -> Result<Summary, ImportError> {
    let bsn = match who {
        Who::Number(bsn) => Some(bsn),
        Who::Person(person) => store::bsn_of(&portal.database, &portal.keys, &source.organisation, person).await?,
    };
    let Some(bsn) = bsn else { return Ok(Summary::default()) };
    match store::person_with(&portal.database, &portal.keys, &source.organisation, &bsn).await? {
        Some(person) => import_person(portal, source, &bsn, person).await,
        None => Ok(Summary::default()),
    }
}

fn read(file: &Path) -> Result<Vec<Bsn>, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        // The line itself may be a number: it is not repeated.
        .map(|(index, line)| Bsn::parse(line.trim()).ok_or_else(|| format!("{}:{}: no BSN", file.display(), index + 1)))
        .collect()
}
