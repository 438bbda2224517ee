//! The subcommands, one file each.

use std::process::ExitCode;

use clap::Subcommand;

use crate::cli::Options;
use crate::exit::{self, Exit};
use crate::logging;

mod alert;
mod analyse;
mod backtest;
mod backup;
mod bench;
mod completions;
mod config;
mod doctor;
mod event;
mod export;
mod extract;
mod holidays;
mod ingest;
mod job;
mod meter;
mod migrate;
mod outbox;
mod profile;
mod quarantine;
mod relay;
mod restore;
mod sample;
mod sensitivity;
mod serve;
mod source;
mod tariff;
mod up;
mod user;
mod weather;
mod worker;

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run everything in one process on this machine
    Up(up::Up),
    /// Serve the pages
    Serve(serve::Serve),
    /// Run the schedule: ingest, analyse, deliver
    Worker(worker::Worker),
    /// Make one pass over the sources, or take the given files
    Ingest(ingest::Ingest),
    /// Make one analytics run: baselines, deviations, alerts
    Analyse(analyse::Analyse),
    /// Deliver what waits in the outbox
    Relay(relay::Relay),
    /// Bring the schema of the database up to date
    Migrate(migrate::Migrate),
    /// Show what would be loaded from files; nothing is stored
    Extract(extract::Extract),
    /// Replay history month by month: what would have been flagged
    Backtest(backtest::Backtest),
    /// Write a realistic sample mailbox
    Sample(sample::Sample),
    /// Check everything that this installation needs
    Doctor(doctor::Doctor),
    /// Check or show the configuration
    #[command(subcommand)]
    Config(config::Config),
    /// Manage the people who may sign in
    #[command(subcommand)]
    User(user::User),
    /// Show, try and add the places where mails come from
    #[command(subcommand)]
    Source(source::Source),
    /// See and retry files that were not, or not wholly, taken
    #[command(subcommand)]
    Quarantine(quarantine::Quarantine),
    /// See and run scheduled jobs
    #[command(subcommand)]
    Job(job::Job),
    /// Confirm, merge and describe meters
    #[command(subcommand)]
    Meter(meter::Meter),
    /// Say once what files leave open
    #[command(subcommand)]
    Profile(profile::Profile),
    /// See and replay deliveries
    #[command(subcommand)]
    Outbox(outbox::Outbox),
    /// See alerts
    #[command(subcommand)]
    Alert(alert::Alert),
    /// Enter what is known about a site: closures, works, a new tenant
    #[command(subcommand)]
    Event(event::Event),
    /// See and choose whose public holidays the sites keep
    #[command(subcommand)]
    Holidays(holidays::Holidays),
    /// See weather stations, and choose which one a site has
    #[command(subcommand)]
    Weather(weather::Weather),
    /// Set prices for bills that state none
    #[command(subcommand)]
    Tariff(tariff::Tariff),
    /// See, try and set how many false alarms are allowed
    #[command(subcommand)]
    Sensitivity(sensitivity::Sensitivity),
    /// Write stored data to stdout
    #[command(subcommand)]
    Export(export::Export),
    /// Write the whole database into one file
    Backup(backup::Backup),
    /// Fill an empty database from such a file
    Restore(restore::Restore),
    /// Write the completions of a shell to stdout
    Completions(completions::Completions),
    /// Do work that is measured beside other programs
    #[command(subcommand, hide = true)]
    Bench(bench::Bench),
    /// Open workbooks for another process of this program
    #[command(hide = true)]
    Reader,
}

impl Command {
    /// Runs the command to its end.
    pub fn run(self, options: &Options) -> ExitCode {
        if matches!(self, Self::Reader) {
            return ::ingest::reader::child_main();
        }
        logging::start(options.log_format, self.default_log(options));
        let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return exit::report(&error.into()).into(),
        };
        let result = runtime.block_on(Box::pin(self.execute(options)));
        // A computation that nobody waits for any more must not hold up the end.
        runtime.shutdown_background();
        match result {
            Ok(exit) => exit.into(),
            Err(error) => exit::report(&error).into(),
        }
    }

    /// Long-running commands tell what they do; the others tell what went wrong.
    const fn default_log(&self, options: &Options) -> &'static str {
        match self {
            _ if options.quiet => "error",
            Self::Worker(_) | Self::Serve(_) => "info,sqlx=warn,tokio_cron_scheduler=warn",
            _ => "warn",
        }
    }

    async fn execute(self, options: &Options) -> anyhow::Result<Exit> {
        match self {
            Self::Up(command) => Box::pin(command.run(options)).await,
            Self::Serve(command) => command.run(options).await,
            Self::Worker(command) => command.run(options).await,
            Self::Ingest(command) => command.run(options).await,
            Self::Analyse(command) => command.run(options).await,
            Self::Relay(command) => command.run(options).await,
            Self::Migrate(command) => command.run(options).await,
            Self::Extract(command) => command.run(options).await,
            Self::Backtest(command) => command.run(options),
            Self::Bench(command) => command.run(options).await,
            Self::Sample(command) => command.run(options),
            Self::Doctor(command) => command.run(options).await,
            Self::Config(command) => command.run(options),
            Self::User(command) => command.run(options).await,
            Self::Source(command) => command.run(options).await,
            Self::Quarantine(command) => command.run(options).await,
            Self::Job(command) => command.run(options).await,
            Self::Profile(command) => Box::pin(command.run(options)).await,
            Self::Outbox(command) => command.run(options).await,
            Self::Alert(command) => command.run(options).await,
            Self::Event(command) => command.run(options).await,
            Self::Meter(command) => command.run(options).await,
            Self::Holidays(command) => command.run(options).await,
            Self::Weather(command) => command.run(options).await,
            Self::Tariff(command) => command.run(options).await,
            Self::Sensitivity(command) => command.run(options).await,
            Self::Export(command) => command.run(options).await,
            Self::Backup(command) => command.run(options).await,
            Self::Restore(command) => command.run(options).await,
            Self::Completions(command) => command.run(),
            Self::Reader => Ok(Exit::Done),
        }
    }
}
