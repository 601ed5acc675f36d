//! Importing a file of person lists: as a stream, several lists at a time, each in a transaction of its own.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{IsTerminal, Read},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::{Mutex, mpsc};

use super::{
    BRP, Catalogue, FactSources, Tables,
    delivery::{Delivery, Outcome},
    element::{Problem, Severity},
    person_list::PersonList,
    reader::{Delivered, Reader, Unusable},
};
use crate::{clock::Clock, database::Database, error::Error, keys::Keyring, offers::Finder};

/// Lists in flight: each commit waits for the disk, and meanwhile others work.
const WORKERS: usize = 8;

/// Lists read ahead of the workers; bounds the memory an import takes.
const READ_AHEAD: usize = 64;

/// How often a list is tried again when it met another one.
pub(super) const ATTEMPTS: u32 = 10;

/// Grows with each attempt.
pub(super) const PAUSE: Duration = Duration::from_millis(5);

/// What importing person lists or events needs.
#[derive(Clone)]
pub struct Importer {
    pub database: Database,
    pub keys: Arc<Keyring>,
    pub clock: Clock,
    pub catalogue: Arc<Catalogue>,
    pub facts: Arc<FactSources>,
    /// What changed leads to offers, in the same transaction.
    pub finder: Finder,
}

/// What an import did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub new: u64,
    pub changed: u64,
    pub unchanged: u64,
    /// Records in the lists that are in, by kind.
    pub records: BTreeMap<String, u64>,
    pub errors: u64,
    pub warnings: u64,
}

impl Summary {
    pub fn lists(&self) -> u64 {
        self.new + self.changed + self.unchanged
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Unusable(#[from] Unusable),
    /// Running the import again goes on where this one stopped: what is in is left as it is.
    #[error("the database is away; run the import again when it is back")]
    DatabaseAway,
}

enum Event {
    Problem(Problem),
    Done { outcome: Outcome, records: BTreeMap<String, u64> },
    DatabaseAway,
}

impl Importer {
    /// Reads a file to its end and takes in every list that can be read. `on_problem` hears of each problem as it is met, and
    /// `on_progress` how far it is.
    ///
    /// # Errors
    /// When the heading is not that of person lists, or the database goes away.
    pub async fn import(
        &self,
        file: impl Read + Send + 'static,
        mut on_problem: impl FnMut(&Problem),
        mut on_progress: impl FnMut(&Summary),
    ) -> Result<Summary, ImportError> {
        let (reader, problems) = Reader::new(file, Arc::clone(&self.catalogue), BRP)?;
        let mut summary = Summary::default();
        let mut count = |summary: &mut Summary, problem: &Problem| {
            match problem.severity {
                Severity::Error => summary.errors += 1,
                Severity::Warning => summary.warnings += 1,
            }
            on_problem(problem);
        };
        for problem in &problems {
            count(&mut summary, problem);
        }
        let (lists, to_do) = mpsc::channel::<Box<PersonList>>(READ_AHEAD);
        let (events, mut happened) = mpsc::channel::<Event>(READ_AHEAD);
        let reading = events.clone();
        let read = tokio::task::spawn_blocking(move || {
            for delivered in reader {
                let gone = match delivered {
                    Delivered::List(list) => lists.blocking_send(list).is_err(),
                    Delivered::Problem(problem) => reading.blocking_send(Event::Problem(problem)).is_err(),
                };
                if gone {
                    break;
                }
            }
        });
        let to_do = Arc::new(Mutex::new(to_do));
        for _ in 0..WORKERS {
            tokio::spawn(self.clone().work(Arc::clone(&to_do), events.clone()));
        }
        drop((events, to_do));
        while let Some(event) = happened.recv().await {
            match event {
                Event::Problem(problem) => count(&mut summary, &problem),
                Event::Done { outcome, records } => {
                    match outcome {
                        Outcome::New => summary.new += 1,
                        Outcome::Changed => summary.changed += 1,
                        Outcome::Unchanged | Outcome::Late => summary.unchanged += 1,
                    }
                    for (kind, number) in records {
                        *summary.records.entry(kind).or_default() += number;
                    }
                    on_progress(&summary);
                }
                Event::DatabaseAway => return Err(ImportError::DatabaseAway),
            }
        }
        read.await.expect("reading does not panic");
        Ok(summary)
    }

    async fn work(self, to_do: Arc<Mutex<mpsc::Receiver<Box<PersonList>>>>, events: mpsc::Sender<Event>) {
        loop {
            let Some(list) = to_do.lock().await.recv().await else { return };
            let event = match self.take_in(&list).await {
                Ok(outcome) => {
                    let mut records = BTreeMap::new();
                    for record in &list.records {
                        *records.entry(record.kind.clone()).or_default() += 1;
                    }
                    Event::Done { outcome, records }
                }
                Err(Error::Unavailable) => Event::DatabaseAway,
                Err(error) => {
                    // The database's own words may quote a value, so the operator gets its code alone.
                    let reason = format!("the list cannot be stored (PostgreSQL {}); it is left out", code(&error));
                    Event::Problem(Problem {
                        line: list.line,
                        element: String::new(),
                        reason,
                        severity: Severity::Error,
                    })
                }
            };
            if events.send(event).await.is_err() {
                return;
            }
        }
    }

    async fn take_in(&self, list: &PersonList) -> Result<Outcome, Error> {
        let delivery = Delivery { keys: &self.keys, facts: &self.facts, register: BRP, list, at: self.clock.now() };
        let mut attempt = 1;
        loop {
            match self.try_to_take_in(&delivery).await {
                Err(error) if attempt < ATTEMPTS && is_worth_another_try(&error) => {
                    tokio::time::sleep(PAUSE * attempt).await;
                    attempt += 1;
                }
                result => return result,
            }
        }
    }

    async fn try_to_take_in(&self, delivery: &Delivery<'_>) -> Result<Outcome, Error> {
        let mut scope = delivery.begin(&self.database).await?;
        let applied = delivery.take_in(&mut scope).await?;
        self.finder.after(&mut scope, &applied.facts).await?;
        scope.commit().await?;
        Ok(applied.outcome)
    }
}

/// A deadlock, or who belongs together changed meanwhile: the same again may work.
pub(super) fn is_worth_another_try(error: &Error) -> bool {
    matches!(code(error).as_str(), "40P01" | "40001")
}

/// PostgreSQL's code for what went wrong (SQLSTATE).
pub(super) fn code(error: &Error) -> String {
    match error {
        Error::Internal(cause) => cause
            .downcast_ref::<sqlx::Error>()
            .and_then(sqlx::Error::as_database_error)
            .and_then(|error| error.code().map(std::borrow::Cow::into_owned))
            .unwrap_or_else(|| "-".to_owned()),
        _ => "-".to_owned(),
    }
}

/// `voordeur import brp`: imports a file, saying on stderr how far it is and what is wrong. Whether all of it could be read.
///
/// # Errors
/// When the file or the tables cannot be read, or the database goes away.
pub async fn run(
    mut importer: Importer,
    path: &Path,
    tables: Option<&Path>,
) -> Result<bool, Box<dyn std::error::Error>> {
    if let Some(folder) = tables {
        let tables = Tables::read(folder)?;
        Arc::get_mut(&mut importer.catalogue).expect("nobody else has it yet").tables = tables;
    }
    let name = path.display().to_string();
    let file = File::open(path).map_err(|error| format!("{name}: {error}"))?;
    let started = Instant::now();
    let on_screen = std::io::stderr().is_terminal();
    let every = if on_screen { Duration::from_millis(200) } else { Duration::from_secs(5) };
    let mut said = started;
    // The same warning on many lines is said once, at the end.
    let mut warnings: BTreeMap<(String, String), (u64, u64)> = BTreeMap::new();
    let summary = importer
        .import(
            file,
            |problem| match problem.severity {
                Severity::Error => eprintln!("{}{}", if on_screen { "\r" } else { "" }, in_words(&name, problem)),
                Severity::Warning => {
                    let seen =
                        warnings.entry((problem.element.clone(), problem.reason.clone())).or_insert((0, problem.line));
                    *seen = (seen.0 + 1, seen.1.min(problem.line));
                }
            },
            |summary| {
                if said.elapsed() >= every {
                    said = Instant::now();
                    let rate = summary.lists() as f64 / started.elapsed().as_secs_f64();
                    eprint!(
                        "{} person lists, {rate:.0} per second{}",
                        summary.lists(),
                        if on_screen { "\r" } else { "\n" }
                    );
                }
            },
        )
        .await?;
    for ((element, reason), (number, first)) in warnings {
        eprintln!("{name}:{first} {element}: {reason} ({number} times, kept as it is)");
    }
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{} person lists in {seconds:.1} s ({:.0} per second): {} new, {} changed, {} as they were",
        summary.lists(),
        summary.lists() as f64 / seconds,
        summary.new,
        summary.changed,
        summary.unchanged
    );
    for kind in &importer.catalogue.register(BRP).ok_or("no such register")?.kinds {
        println!(
            "  {} {}: {}",
            kind.category.as_deref().unwrap_or("-"),
            kind.name.nl,
            summary.records.get(&kind.id).unwrap_or(&0)
        );
    }
    println!("{} errors, {} warnings", summary.errors, summary.warnings);
    Ok(summary.errors == 0)
}

fn in_words(file: &str, problem: &Problem) -> String {
    let Problem { line, element, reason, .. } = problem;
    if element.is_empty() { format!("{file}:{line}: {reason}") } else { format!("{file}:{line} {element}: {reason}") }
}
