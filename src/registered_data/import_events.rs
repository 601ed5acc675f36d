//! Importing a file of events about registered data: a CloudEvent a line, several people at a time, each event in a transaction of
//! its own. Events about one person are applied in the order of the file.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{
    ApplyContext, Change, ChangeError, Importer, Mistake, Outcome,
    import::{ATTEMPTS, ImportError, PAUSE, code, is_worth_another_try},
};
use crate::{
    clock,
    database::PersonId,
    error::Error,
    keys::Index,
    usage::{Role, Usage, activity},
};

/// The type of event (CloudEvents) that says what a register holds about somebody now.
pub const CHANGED: &str = "nl.voordeur.registered-data.changed.v1";

/// Events in flight: each commit waits for the disk, and meanwhile others work.
const WORKERS: usize = 8;

/// Events read ahead of a worker; bounds the memory an import takes.
const READ_AHEAD: usize = 16;

/// A longer line is no event; bounds the memory one line takes.
const LONGEST_LINE: u64 = 1024 * 1024;

/// What another's clock may be ahead.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// What an import of events did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct EventSummary {
    pub applied: u64,
    pub unchanged: u64,
    pub late: u64,
    pub refused: u64,
}

impl EventSummary {
    pub fn events(&self) -> u64 {
        self.applied + self.unchanged + self.late + self.refused
    }
}

struct Event {
    line: u64,
    time: Timestamp,
    change: Change,
}

enum Happened {
    Applied(Outcome),
    Refused { line: u64, reasons: Vec<String> },
    DatabaseAway,
}

impl Importer {
    /// Reads a file to its end and applies every event that can be. `on_refused` hears of each line that cannot, and why: it never
    /// quotes a value.
    ///
    /// # Errors
    /// When the database goes away.
    pub async fn import_events(
        &self,
        file: impl Read + Send + 'static,
        mut on_refused: impl FnMut(u64, &[String]),
        mut on_progress: impl FnMut(&EventSummary),
    ) -> Result<EventSummary, ImportError> {
        let (said, mut happened) = mpsc::channel(READ_AHEAD * WORKERS);
        let mut workers = Vec::with_capacity(WORKERS);
        for _ in 0..WORKERS {
            let (sender, to_do) = mpsc::channel(READ_AHEAD);
            tokio::spawn(self.clone().work_events(to_do, said.clone()));
            workers.push(sender);
        }
        let importer = self.clone();
        let reading = tokio::task::spawn_blocking(move || importer.read_events(file, &workers, &said));
        let mut summary = EventSummary::default();
        while let Some(happened) = happened.recv().await {
            match happened {
                Happened::Applied(Outcome::New | Outcome::Changed) => summary.applied += 1,
                Happened::Applied(Outcome::Unchanged) => summary.unchanged += 1,
                Happened::Applied(Outcome::Late) => summary.late += 1,
                Happened::Refused { line, reasons } => {
                    summary.refused += 1;
                    on_refused(line, &reasons);
                }
                Happened::DatabaseAway => return Err(ImportError::DatabaseAway),
            }
            on_progress(&summary);
        }
        reading.await.expect("reading does not panic");
        Ok(summary)
    }

    fn read_events(&self, file: impl Read, workers: &[mpsc::Sender<Event>], said: &mpsc::Sender<Happened>) {
        let mut file = BufReader::new(file);
        let mut bytes = Vec::new();
        for line in 1.. {
            bytes.clear();
            let read = file.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut bytes);
            let refused = |reason: &str| Happened::Refused { line, reasons: vec![reason.to_owned()] };
            let gone = match read {
                Ok(0) => return,
                Ok(_) if bytes.trim_ascii().is_empty() => false,
                Ok(read) if read as u64 == LONGEST_LINE && !bytes.ends_with(b"\n") => {
                    _ = said.blocking_send(refused("is longer than an event can be; what follows is not read"));
                    return;
                }
                Ok(_) => match self.parse_event(line, &bytes) {
                    Ok(event) => {
                        let worker = self.keys.index(Index::Bsn, event.change.bsn().digits())[0];
                        workers[usize::from(worker) % workers.len()].blocking_send(event).is_err()
                    }
                    Err(reasons) => said.blocking_send(Happened::Refused { line, reasons }).is_err(),
                },
                Err(_) => {
                    _ = said.blocking_send(refused("cannot be read; nor can what follows"));
                    return;
                }
            };
            if gone {
                return;
            }
        }
    }

    /// The attributes that matter here; the API for events checks them all.
    fn parse_event(&self, line: u64, bytes: &[u8]) -> Result<Event, Vec<String>> {
        let event: Value = serde_json::from_slice(bytes.trim_ascii_end())
            .map_err(|error| vec![format!("is not JSON from column {}", error.column().max(1))])?;
        let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
        let mut reasons = Vec::new();
        if text("specversion") != "1.0" {
            reasons.push("/specversion: is not \"1.0\"".to_owned());
        }
        reasons.extend(
            ["id", "source"].iter().filter(|name| text(name).is_empty()).map(|name| format!("/{name}: is missing")),
        );
        if text("type") != CHANGED {
            reasons.push(format!("/type: is not {CHANGED:?}"));
        }
        let now = self.clock.now();
        let time = text("time").parse::<Timestamp>().ok();
        match time {
            None => reasons.push("/time: is not a date and time with a zone, as in 2026-11-22T11:00:00Z".to_owned()),
            Some(time) if time > now + AHEAD => reasons.push("/time: lies in the future".to_owned()),
            Some(_) => {}
        }
        let data = event.get("data").unwrap_or(&Value::Null);
        match (Change::parse(&self.catalogue, clock::day(now), data), time) {
            (Ok(change), Some(time)) if reasons.is_empty() => Ok(Event { line, time, change }),
            (Ok(_), _) => Err(reasons),
            (Err(mistakes), _) => {
                reasons.extend(mistakes.iter().map(|Mistake { pointer, reason }| format!("/data{pointer}: {reason}")));
                Err(reasons)
            }
        }
    }

    async fn work_events(self, mut to_do: mpsc::Receiver<Event>, said: mpsc::Sender<Happened>) {
        while let Some(event) = to_do.recv().await {
            let refused = |reason: String| Happened::Refused { line: event.line, reasons: vec![reason] };
            let happened = match self.apply(&event).await {
                Ok(outcome) => Happened::Applied(outcome),
                Err(ChangeError::Database(Error::Unavailable)) => Happened::DatabaseAway,
                // The database's own words may quote a value, so the operator gets its code alone.
                Err(ChangeError::Database(error)) => refused(format!("cannot be stored (PostgreSQL {})", code(&error))),
                Err(error) => refused(format!("/data/bsn: {error}")),
            };
            if said.send(happened).await.is_err() {
                return;
            }
        }
    }

    async fn apply(&self, event: &Event) -> Result<Outcome, ChangeError> {
        let mut attempt = 1;
        loop {
            match self.try_to_apply(event).await {
                Err(ChangeError::Database(error)) if attempt < ATTEMPTS && is_worth_another_try(&error) => {
                    tokio::time::sleep(PAUSE * attempt).await;
                    attempt += 1;
                }
                result => return result,
            }
        }
    }

    async fn try_to_apply(&self, Event { time, change, .. }: &Event) -> Result<Outcome, ChangeError> {
        let register = self.catalogue.register(change.register());
        let organisation = register.map(|register| register.holder.as_str()).unwrap_or_default();
        let at = self.clock.now();
        let usage = Usage {
            at,
            organisation: organisation.to_owned(),
            role: Role::System,
            activity: activity::IMPORT,
            groups: Vec::new(),
        };
        let indexes = self.keys.indexes(Index::Bsn, change.bsn().digits());
        let mut scope = self.database.as_register(PersonId(Uuid::nil()), &indexes, usage).await?;
        let context =
            ApplyContext { catalogue: &self.catalogue, keys: &self.keys, facts: &self.facts, at, organisation };
        let applied = change.apply(&mut scope, &context, *time).await?;
        self.finder.after(&mut scope, &applied.facts).await?;
        scope.commit().await?;
        Ok(applied.outcome)
    }
}

/// `voordeur import register`: imports a file, saying on stderr which lines are refused and why. Whether none was.
///
/// # Errors
/// When the file cannot be read, or the database goes away.
pub async fn run(importer: Importer, path: &Path) -> Result<bool, Box<dyn std::error::Error>> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|error| format!("{name}: {error}"))?;
    let started = Instant::now();
    let mut said = started;
    let summary = importer
        .import_events(
            file,
            |line, reasons| reasons.iter().for_each(|reason| eprintln!("{name}:{line} {reason}")),
            |summary| {
                if said.elapsed() >= Duration::from_secs(5) {
                    said = Instant::now();
                    eprintln!("{} events", summary.events());
                }
            },
        )
        .await?;
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{} events in {seconds:.1} s ({:.0} per second): {} applied, {} as it was, {} late, {} refused",
        summary.events(),
        summary.events() as f64 / seconds,
        summary.applied,
        summary.unchanged,
        summary.late,
        summary.refused
    );
    Ok(summary.refused == 0)
}
