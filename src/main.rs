//! The command line.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio::net::TcpListener;
use voordeur::{
    clock::Clock,
    config::Config,
    database::{self, Database, MIGRATOR},
    identity::{self, Doors},
    keys::Keyring,
    server::{self, Parts, Portal},
    ui::files::Files,
};

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
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("VOORDEUR_LOG").unwrap_or_else(|_| "info,sqlx=warn".into()),
        )
        .init();
    rustls::crypto::ring::default_provider().install_default().ok();
    match run(Arguments::parse().command).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("voordeur: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let config = Config::read()?;
    match command {
        Command::Serve => serve(config).await?,
        Command::Migrate => MIGRATOR.run(&mut database::connect_as_owner(&config.database).await?).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn serve(config: Config) -> Result<(), Box<dyn std::error::Error>> {
    Files::read()?.install();
    let keys = Keyring::new(&config.keys.current, &config.keys.list)?;
    let database = Database::new(&config.database)?;
    let address = config.server.address;
    let doors = Doors::new(&config)?;
    let portal = Portal::new(Parts { config, database, clock: Clock::system(), keys, shown: Default::default(), doors });
    let watching = [tokio::spawn(portal.database.clone().watch_over()), tokio::spawn(identity::look_after(portal.clone()))];
    let listener = TcpListener::bind(address).await.map_err(|error| format!("{address}: {error}"))?;
    tracing::info!(%address, "listening");
    let router = server::router(portal.clone());
    axum::serve(listener, router.into_make_service_with_connect_info::<std::net::SocketAddr>())
        .with_graceful_shutdown(stop())
        .await?;
    watching.iter().for_each(tokio::task::JoinHandle::abort);
    portal.database.close().await;
    Ok(())
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
