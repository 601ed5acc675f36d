//! `voordeur bench`: what the portal costs, beside the least that the same work can cost, in one run on one machine.

use std::{
    collections::BTreeMap,
    io,
    net::{SocketAddr, TcpListener},
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::process::{Child, Command};

use crate::{
    clock::Clock,
    config::Config,
    database, identity,
    server::{Parts, Portal},
};

mod bare;
mod cases;
mod events;
mod feedback;
mod import;
mod load;
mod rules;
pub use bare::serve as serve_bare;

/// Made anew by each run, so that nothing of anybody's is touched.
const DATABASE: &str = "voordeur_bench";
const CONNECTIONS: usize = 50;
/// How many citizens are logged in at once.
const PEOPLE: usize = 200;
/// Each path is measured in turns, ours and bare, so that a noisy moment hits both.
const TURNS: usize = 3;
const TURN: Duration = Duration::from_secs(4);
const PATHS: [&str; 3] = ["/", "/mijn", "/mijn/gegevens/brp"];

const FORCED: &str = "drop database if exists voordeur_bench with (force)";

/// A line of the table: a name and a number.
type Figures = BTreeMap<String, f64>;

/// Measures everything but what is left out in a database of its own on the same server, prints a table and writes
/// `target/bench.json`.
///
/// # Errors
/// When a server does not start, or answers anything but 200.
pub async fn run(mut config: Config, skip: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let mut server = database::connect_as_owner(&config.database).await?;
    for statement in ["drop database if exists voordeur_bench", "create database voordeur_bench"] {
        sqlx::query(statement).execute(&mut server).await?;
    }
    for url in [&mut config.database.url, &mut config.database.application_url].into_iter().flatten() {
        let mut there = url::Url::parse(url)?;
        there.set_path(DATABASE);
        *url = there.into();
    }
    let mut figures = Figures::new();
    let measured = measure(config, skip, &mut figures).await;
    // With force ends our own connections, but is refused while PostgreSQL's own process tidies up in it; without ends that process.
    for statement in [FORCED, "drop database voordeur_bench", FORCED] {
        match sqlx::query(statement).execute(&mut server).await {
            Ok(_) => break,
            Err(error) => println!("the database of this run is still there: {error}"),
        }
    }
    measured?;
    println!();
    for (name, figure) in &figures {
        println!("{name:<52} {figure:>12.2}");
    }
    std::fs::create_dir_all("target")?;
    std::fs::write("target/bench.json", serde_json::to_vec_pretty(&figures)?)?;
    println!("\nwritten to target/bench.json");
    Ok(())
}

async fn measure(config: Config, skip: &[String], figures: &mut Figures) -> Result<(), Box<dyn std::error::Error>> {
    let mut owner = database::connect_as_owner(&config.database).await?;
    // An address can name its database in more than one way.
    let there: String = sqlx::query_scalar("select current_database()").fetch_one(&mut owner).await?;
    if there != DATABASE {
        return Err(format!("DATABASE_URL leads to {there} and not to {DATABASE}").into());
    }
    database::MIGRATOR.run(&mut owner).await?;
    import::measure(&config, &mut owner, figures).await?;
    let people = import::people(&mut owner, PEOPLE).await?;
    let portal = Portal::new(Parts::new(config, Clock::system())?);
    let wanted = |part: &str| !skip.iter().any(|skipped| skipped == part);
    let mut cookies = Vec::new();
    for &person in &people {
        cookies.push(format!("{}={}", identity::COOKIE, identity::session_for(&portal, person).await?));
    }
    let cookies = Arc::new(cookies);
    if wanted("pages") {
        pages(&portal, &cookies, figures).await?;
    }
    if wanted("cases") {
        cases::measure(&portal, &mut owner, &people, cookies, figures).await?;
    }
    if wanted("feedback") {
        feedback::measure(&portal, &mut owner, figures).await?;
    }
    if wanted("rules") {
        rules::measure(&portal, &mut owner, figures).await?;
    }
    if wanted("events") {
        events::measure(&portal, &mut owner, figures).await?;
    }
    portal.database.close().await;
    Ok(())
}

async fn pages(
    portal: &Portal,
    cookies: &Arc<Vec<String>>,
    figures: &mut Figures,
) -> Result<(), Box<dyn std::error::Error>> {
    let ours = Server::start(portal, &["serve"]).await?;
    for path in PATHS {
        let cookies = if path == "/" { Arc::default() } else { Arc::clone(cookies) };
        compare(portal, &ours, path, path, &cookies, CONNECTIONS, figures).await?;
    }
    let most = ours.most_memory()?;
    println!("memory of the server at most {most:.0} MB");
    figures.insert("server memory at most, MB".into(), most);
    ours.stop().await?;
    Ok(())
}

/// A page of ours beside a bare route, in turns.
async fn compare(
    portal: &Portal,
    ours: &Server,
    path: &str,
    name: &str,
    cookies: &Arc<Vec<String>>,
    connections: usize,
    figures: &mut Figures,
) -> Result<(), Box<dyn std::error::Error>> {
    let once = load::load(ours.address, path, Arc::clone(cookies), 1, Duration::from_millis(200)).await?;
    let bare = Server::start(portal, &["bench", "--bare", &once.bytes.to_string()]).await?;
    let (mut of_ours, mut of_bare) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        of_bare.push(load::load(bare.address, path, Arc::clone(cookies), connections, TURN).await?);
        of_ours.push(load::load(ours.address, path, Arc::clone(cookies), connections, TURN).await?);
    }
    bare.stop().await?;
    let (of_ours, of_bare) = (median(of_ours), median(of_bare));
    let share = 100.0 * of_ours.per_second / of_bare.per_second;
    println!(
        "{name:<24} {:>8.0} a second ({share:.0}% of bare {:.0}), p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms, {} bytes",
        of_ours.per_second, of_bare.per_second, of_ours.p50, of_ours.p95, of_ours.p99, of_ours.bytes
    );
    for (whose, of) in [("ours", of_ours), ("bare", of_bare)] {
        figures.insert(format!("{name} {whose}: requests per second"), of.per_second);
        figures.insert(format!("{name} {whose}: p50 ms"), of.p50);
        figures.insert(format!("{name} {whose}: p95 ms"), of.p95);
        figures.insert(format!("{name} {whose}: p99 ms"), of.p99);
    }
    figures.insert(format!("{name} share of bare, percent"), share);
    figures.insert(format!("{name} bytes"), of_ours.bytes as f64);
    Ok(())
}

fn median(mut of: Vec<load::Measured>) -> load::Measured {
    of.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
    of[of.len() / 2]
}

/// A process of this same program on a port of its own.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    async fn start(portal: &Portal, arguments: &[&str]) -> io::Result<Self> {
        Self::start_with(portal, arguments, &[]).await
    }

    async fn start_with(portal: &Portal, arguments: &[&str], settings: &[(&str, &str)]) -> io::Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let child = Command::new(std::env::current_exe()?)
            .args(arguments)
            .env("VOORDEUR__SERVER__ADDRESS", address.to_string())
            .envs(portal.config.database.url.as_ref().map(|url| ("DATABASE_URL", url)))
            .envs(
                portal.config.database.application_url.as_ref().map(|url| ("VOORDEUR__DATABASE__APPLICATION_URL", url)),
            )
            .envs(settings.iter().copied())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let started = Instant::now();
        while tokio::net::TcpStream::connect(address).await.is_err() {
            if started.elapsed() > Duration::from_secs(20) {
                return Err(io::Error::other("the server does not start"));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(Self { child, address })
    }

    /// The most memory it ever held, in MB (VmHWM).
    fn most_memory(&self) -> io::Result<f64> {
        let id = self.child.id().ok_or_else(|| io::Error::other("the server ended"))?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let kilobytes = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok())
            .ok_or_else(|| io::Error::other("no VmHWM"))?;
        Ok(kilobytes / 1024.0)
    }

    async fn stop(mut self) -> io::Result<()> {
        self.child.kill().await
    }
}
