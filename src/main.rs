//! The command line.

use std::{
    io::IsTerminal,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use axum::{Router, routing::get};
use clap::{Parser, Subcommand};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;
use voordeur::{
    bench, cases,
    clock::Clock,
    config::Config,
    corrections,
    database::{self, Database, MIGRATOR},
    documents,
    events::{self, Workers},
    feedback, identity, insights,
    keys::Keyring,
    messages::{self, Notices},
    offers::{self, Finder},
    outbox::{self, Couriers},
    registered_data::{self, Catalogue, FactSources, Importer},
    rules::{self, Rulebook},
    server::{self, Parts, Portal},
    ui::files::Files,
    usage, zgw,
};

/// A page is made of many small strings; the system's allocator took a twelfth of the time that pages take.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The exit status of an import that went in, except for the lines it reported.
const NOT_ALL_READ: u8 = 2;

/// After being asked to stop, what is being answered gets this long.
const LAST_ANSWERS: Duration = Duration::from_secs(20);

/// Voordeur, a citizen portal for a whole government.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the portal until SIGINT or SIGTERM.
    Serve,
    /// Brings the database to this version.
    Migrate,
    /// Takes in a file; exits with 2 when it went in but for lines that it reported.
    #[command(subcommand)]
    Import(ImportCommand),
    /// Takes in the fictitious people of the demo.
    Demo,
    /// Measures speed and memory on this machine, in a database made for it; writes target/bench.json.
    Bench {
        /// Serves only the routes to compare with, which answer this many bytes.
        #[arg(long, hide = true)]
        bare: Option<usize>,
        /// Leaves out a part: pages, cases, feedback, rules or events.
        #[arg(long)]
        skip: Vec<String>,
    },
    /// The catalogue: organisations, registers, facts, services and rules.
    #[command(subcommand)]
    Catalogue(CatalogueCommand),
    /// Works out rules.
    Evaluate(Evaluate),
    /// The keys with which numbers are sealed.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// The log of who looked at whose data.
    #[command(subcommand)]
    Usage(UsageCommand),
    /// What organisations' systems told.
    #[command(subcommand)]
    Events(EventsCommand),
}

#[derive(Subcommand)]
enum EventsCommand {
    /// Prints events that were set aside, and why.
    List {
        /// Those that still wait too.
        #[arg(long)]
        waiting: bool,
    },
    /// Tries events again that were set aside.
    Replay {
        /// Its number, as `list` prints it.
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        number: Option<i64>,
        #[arg(long)]
        all: bool,
    },
    /// What organisations' systems are told.
    #[command(subcommand)]
    Outgoing(OutgoingCommand),
}

#[derive(Subcommand)]
enum OutgoingCommand {
    /// Prints events that were set aside, and why; what follows in the same case waits for them.
    List {
        /// Those that still wait too.
        #[arg(long)]
        waiting: bool,
    },
    /// Delivers events again that were set aside.
    Replay {
        /// Its number, as `list` prints it.
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        number: Option<i64>,
        #[arg(long)]
        all: bool,
    },
}

#[derive(clap::Args)]
#[group(skip)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["cases", "all"]))]
struct Evaluate {
    /// A file of cases with expected outcomes; exits with 1 when one failed.
    #[arg(long)]
    cases: Option<PathBuf>,
    /// Everybody: makes, changes and takes back offers. May run in several processes at once; one that was killed goes on where it was.
    #[arg(long)]
    all: bool,
    /// The day to work out, as in 2026-01-31; absent: today.
    #[arg(long, conflicts_with = "cases")]
    on: Option<jiff::civil::Date>,
}

#[derive(Subcommand)]
enum CatalogueCommand {
    /// Checks every file and works out every example; names file, line and reason of each mistake and exits with 1 when there are any.
    Check,
    /// Prints the SELECT that a rule is compiled to: who is entitled, and to how much.
    Sql {
        service: String,
        /// The day to work out; absent: today.
        #[arg(long)]
        on: Option<jiff::civil::Date>,
        /// With every condition, step and fact.
        #[arg(long)]
        explained: bool,
    },
    /// Prints the JSON Schema of a kind of file, by which an editor helps to write one.
    Schema {
        #[arg(value_parser = rules::SCHEMAS)]
        of: String,
    },
}

#[derive(Subcommand)]
enum ImportCommand {
    /// Person lists of the BRP, as delivered by municipalities.
    Brp {
        file: PathBuf,
        /// Folder with the national tables 32, 33 and 34; absent: those of the catalogue.
        #[arg(long)]
        tables: Option<PathBuf>,
    },
    /// Events about registered data: CloudEvents in JSON, one a line. Who sent them is not checked.
    Register { file: PathBuf },
    /// Cases of organisations that keep them behind a Zaken API: `[zgw]` in Leptos.toml.
    Zaken {
        /// As in `zgw.*.organisation`; absent: all of them.
        #[arg(long)]
        organisation: Option<String>,
        /// Only of the people in this file: one BSN a line. Absent: of everybody whom the portal knows there.
        #[arg(long)]
        bsn_from: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
enum KeysCommand {
    /// Seals and indexes every number with the key in use; after this, older keys can be removed once every session with them ended.
    Rotate,
}

#[derive(Subcommand)]
enum UsageCommand {
    /// Walks every chain of the log; exits with 1 when an entry was changed or removed.
    Verify {
        /// Remembers each chain's last entry in this file, and compares with what it remembered before, so that entries cut off
        /// the end show too. Keep it away from the database.
        #[arg(long)]
        heads: Option<PathBuf>,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    start_logging();
    rustls::crypto::ring::default_provider().install_default().ok();
    match run(Arguments::parse().command).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("voordeur: {error}");
            ExitCode::FAILURE
        }
    }
}

/// `VOORDEUR_LOG` says what is logged; `VOORDEUR_LOG_FORMAT=json` makes each line a JSON object, for a log collector.
fn start_logging() {
    let filter = EnvFilter::try_from_env("VOORDEUR_LOG").unwrap_or_else(|_| "info,sqlx=error".into());
    let logger = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(std::io::stdout().is_terminal());
    match std::env::var("VOORDEUR_LOG_FORMAT").as_deref() {
        Ok("json") => logger.json().init(),
        _ => logger.init(),
    }
}

async fn run(command: Command) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let config = Config::read()?;
    match command {
        Command::Serve => serve(config).await?,
        Command::Migrate => MIGRATOR.run(&mut database::connect_as_owner(&config.database).await?).await?,
        Command::Import(ImportCommand::Brp { file, tables }) => {
            return import(config, Source::PersonLists(&file, tables.as_deref())).await;
        }
        Command::Import(ImportCommand::Zaken { organisation, bsn_from }) => {
            let strict = !config.server.fictitious;
            let portal = Portal::new(Parts::new(config, Clock::system())?);
            portal.database.check_role(strict).await?;
            let all_in = zgw::import(&portal, organisation.as_deref(), bsn_from.as_deref()).await?;
            return Ok(if all_in { ExitCode::SUCCESS } else { NOT_ALL_READ.into() });
        }
        Command::Import(ImportCommand::Register { file }) => return import(config, Source::Events(&file)).await,
        Command::Demo => {
            if !config.server.fictitious {
                return Err("this portal is for real people (server.fictitious): it takes no demo people".into());
            }
            let folder = config.catalogue.join("demo");
            let people = import(config.clone(), Source::PersonLists(&folder.join("people.csv"), None)).await?;
            let events = import(config.clone(), Source::Events(&folder.join("events.jsonl"))).await?;
            let portal = Portal::new(Parts::new(config, Clock::system())?);
            println!("{} cases opened", cases::demo(&portal, &folder.join("cases.json")).await?);
            println!("{} things said", feedback::demo(&portal, &folder.join("feedback.json")).await?);
            println!("{} improvements started", insights::demo(&portal, &folder.join("improvements.json")).await?);
            return Ok(if people == ExitCode::SUCCESS { events } else { people });
        }
        Command::Bench { bare: Some(bytes), .. } => {
            bench::serve_bare(Portal::new(Parts::new(config, Clock::system())?), bytes).await?
        }
        Command::Bench { bare: None, skip } => bench::run(config, &skip).await?,
        Command::Catalogue(CatalogueCommand::Schema { of }) => print!("{}", rules::schema(&of).unwrap_or_default()),
        Command::Catalogue(CatalogueCommand::Check) => return Ok(code(rules::check(&config).await?)),
        Command::Catalogue(CatalogueCommand::Sql { service, on, explained }) => {
            let on = on.unwrap_or_else(|| Clock::system().today());
            println!("{}", rules::sql(&config, &service, on, explained)?);
        }
        Command::Evaluate(Evaluate { cases: Some(cases), .. }) => {
            return Ok(code(rules::evaluate_cases(&config, &cases).await?));
        }
        Command::Evaluate(Evaluate { on, .. }) => evaluate_all(config, on).await?,
        Command::Keys(KeysCommand::Rotate) => {
            let mut owner = database::connect_as_owner(&config.database).await?;
            let parts = Parts::new(config, Clock::system())?;
            let rotated = registered_data::rotate(&mut owner, &parts.database, &parts.keys, &parts.catalogue).await?;
            println!("{rotated} people had numbers under an older key");
            let answers = offers::rotate(&parts.evaluator, &parts.keys).await?;
            println!("{answers} accepted offers had answers that were sealed with an older key");
            let drafts = offers::rotate_drafts(&mut owner, &parts.keys).await?
                + corrections::rotate(&mut owner, &parts.keys).await?;
            println!("{drafts} applications in the making were sealed with an older key");
            let applications = cases::rotate(&parts.evaluator, &parts.keys).await?;
            println!("{applications} cases had an application that was sealed with an older key");
            let addresses = messages::rotate(&mut owner, &parts.keys).await?;
            let documents = documents::rotate(&mut owner, &parts.keys).await?;
            let contacts = feedback::rotate(&mut owner, &parts.keys).await?;
            println!("{contacts} people who said something without logging in were sealed with an older key");
            println!("{addresses} e-mail addresses and {documents} documents were sealed with an older key");
            let portal = Portal::new(parts);
            let events = events::rotate(&portal).await?;
            println!("{events} events were sealed with an older key");
            let outgoing = outbox::rotate(&portal).await?;
            println!("{outgoing} outgoing events were sealed with an older key");
        }
        Command::Usage(UsageCommand::Verify { heads }) => return verify_usage(&config, heads).await,
        Command::Events(command) => {
            let portal = Portal::new(Parts::new(config, Clock::system())?);
            match command {
                EventsCommand::List { waiting } => events::list(&portal, waiting).await?,
                EventsCommand::Outgoing(OutgoingCommand::List { waiting }) => outbox::list(&portal, waiting).await?,
                EventsCommand::Replay { number, .. } => {
                    return Ok(tried_again(events::replay(&portal, number).await?, number));
                }
                EventsCommand::Outgoing(OutgoingCommand::Replay { number, .. }) => {
                    return Ok(tried_again(outbox::replay(&portal, number).await?, number));
                }
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn evaluate_all(config: Config, on: Option<jiff::civil::Date>) -> Result<(), Box<dyn std::error::Error>> {
    let strict = !config.server.fictitious;
    let parts = Parts::new(config, Clock::system())?;
    parts.evaluator.check_role(strict).await?;
    let sweep = offers::Sweep {
        evaluator: &parts.evaluator,
        rulebook: &parts.rules,
        organisation: &parts.config.organisation.id,
        on: on.unwrap_or_else(|| parts.clock.today()),
    };
    let swept = sweep.run(|| parts.clock.now(), |done, all| eprintln!("{done} of {all} parts")).await?;
    println!("{} people in {} parts, {} offers made, changed or taken back", swept.people, swept.parts, swept.changes);
    Ok(())
}

fn tried_again(events: u64, number: Option<i64>) -> ExitCode {
    println!("{events} events will be tried again");
    code(events > 0 || number.is_none())
}

fn code(succeeded: bool) -> ExitCode {
    if succeeded { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What `import` reads.
enum Source<'a> {
    /// With a folder of national tables.
    PersonLists(&'a Path, Option<&'a Path>),
    Events(&'a Path),
}

async fn import(config: Config, source: Source<'_>) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let fictitious = config.server.fictitious;
    let catalogue = Arc::new(Catalogue::read(&config.catalogue)?);
    let rules = Arc::new(Rulebook::read_all(&config.catalogue, &catalogue)?);
    let importer = Importer {
        facts: Arc::new(FactSources::read(&config.catalogue, &catalogue)?),
        catalogue,
        database: Database::new(&config.database)?,
        keys: Arc::new(Keyring::new(&config.keys.current, &config.keys.list)?),
        clock: Clock::system(),
        finder: Finder { rules, clock: Clock::system(), organisation: config.organisation.id },
    };
    importer.database.check_role(!fictitious).await?;
    let all_read = match source {
        Source::PersonLists(file, tables) => registered_data::import(importer, file, tables).await?,
        Source::Events(file) => registered_data::import_events(importer, file).await?,
    };
    Ok(if all_read { ExitCode::SUCCESS } else { NOT_ALL_READ.into() })
}

async fn verify_usage(config: &Config, file: Option<PathBuf>) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let earlier = match &file {
        Some(file) if file.exists() => serde_json::from_slice(&std::fs::read(file)?)?,
        _ => usage::Heads::new(),
    };
    let mut owner = database::connect_as_owner(&config.database).await?;
    let verified = usage::verify(&mut owner, &earlier).await?;
    for (person, sequence, wrong) in &verified.broken {
        println!("person {person}, entry {sequence}: {wrong}");
    }
    println!("{} entries of {} people, {} broken", verified.entries, verified.heads.len(), verified.broken.len());
    if !verified.broken.is_empty() {
        return Ok(ExitCode::FAILURE);
    }
    if let Some(file) = file {
        std::fs::write(file, serde_json::to_vec(&verified.heads)?)?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn serve(config: Config) -> Result<(), Box<dyn std::error::Error>> {
    Files::read()?.install();
    let portal = Portal::new(Parts::new(config, Clock::system())?);
    match portal.database.check_role(!portal.config.server.fictitious).await {
        Err(error @ sqlx::Error::Configuration(_)) => return Err(error.into()),
        // PostgreSQL may be away now and come later; the pages say so meanwhile.
        Err(error) => tracing::warn!(%error, "the database does not answer yet"),
        Ok(()) => {
            portal.evaluator.check_role(!portal.config.server.fictitious).await?;
            let mut sql = portal.database.connection().await?;
            let mistakes = rules::columns_that_differ(&mut sql, &portal.rules).await?;
            if !mistakes.is_empty() {
                return Err(mistakes.join("\n").into());
            }
        }
    }
    if let Some(address) = portal.config.server.metrics_address {
        let metrics = metrics_exporter_prometheus::PrometheusBuilder::new()
            .set_buckets(&[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0])?
            .install_recorder()?;
        let listener = bind(address).await?;
        let kept_small = metrics.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_secs(5)).await;
                kept_small.run_upkeep();
            }
        });
        let router = Router::new().route("/metrics", get(async move || metrics.render()));
        tokio::spawn(axum::serve(listener, router).into_future());
    }
    let address = portal.config.server.address;
    let watching = [
        tokio::spawn(portal.database.clone().watch_over()),
        tokio::spawn(identity::look_after(portal.clone())),
        tokio::spawn(offers::every_day(portal.clone())),
        tokio::spawn(zgw::look_after(portal.clone())?),
        tokio::spawn(offers::open_granted(portal.clone())),
        tokio::spawn(cases::watch_clocks(portal.clone())),
        tokio::spawn(feedback::watch_clocks(portal.clone())),
        tokio::spawn(messages::listen(portal.clone())),
        tokio::spawn(insights::look_after(portal.clone())),
    ];
    let listener = bind(address).await?;
    let workers = Workers::start(&portal);
    let couriers = Couriers::start(&portal);
    let notices = Notices::start(&portal);
    tracing::info!(%address, "listening");
    let router = server::router(portal.clone());
    let (stopping, stopped) = tokio::sync::oneshot::channel();
    let streams = portal.clone();
    let serving = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(async move {
            stop().await;
            // A page that listens would keep the process waiting.
            streams.streams.end();
            _ = stopping.send(());
        })
        .into_future();
    tokio::select! {
        served = serving => served?,
        () = async { _ = stopped.await; tokio::time::sleep(LAST_ANSWERS).await } => tracing::warn!("stopped before every answer was out"),
    }
    // An event in hand is finished; one that takes too long is undone, and taken up by another replica or after the start.
    let both = async { tokio::join!(workers.stop(), couriers.stop()) };
    if tokio::time::timeout(LAST_ANSWERS, both).await.is_err() {
        tracing::warn!("stopped before every event in hand was done");
    }
    if tokio::time::timeout(LAST_ANSWERS, notices.stop()).await.is_err() {
        tracing::warn!("stopped before the mail in hand was out");
    }
    watching.iter().for_each(tokio::task::JoinHandle::abort);
    if let Err(error) = insights::keep_counts(&portal).await {
        tracing::warn!(%error, "the last counts of pages are lost");
    }
    portal.database.close().await;
    Ok(())
}

async fn bind(address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|error| format!("{address}: {error}"))
}

/// Resolves when the operator asks to stop.
async fn stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).expect("signals can be handled");
    let mut interrupt = signal(SignalKind::interrupt()).expect("signals can be handled");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
}
