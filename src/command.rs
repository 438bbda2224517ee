//! The subcommands, one file each.

use std::process::ExitCode;

use clap::Subcommand;

use crate::cli::Options;
use crate::exit::{self, Exit};
use crate::logging;

mod alert;
mod backup;
mod completions;
mod config;
mod export;
mod migrate;
mod outbox;
mod quarantine;
mod relay;
mod restore;
mod sample;
mod source;

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Deliver what waits in the outbox
    Relay(relay::Relay),
    /// Bring the schema of the database up to date
    Migrate(migrate::Migrate),
    /// Write a realistic sample mailbox
    Sample(sample::Sample),
    /// Check or show the configuration
    #[command(subcommand)]
    Config(config::Config),
    /// Show where mails come from
    #[command(subcommand)]
    Source(source::Source),
    /// See files that were not, or not wholly, taken
    #[command(subcommand)]
    Quarantine(quarantine::Quarantine),
    /// See and replay deliveries
    #[command(subcommand)]
    Outbox(outbox::Outbox),
    /// See alerts
    #[command(subcommand)]
    Alert(alert::Alert),
    /// Write stored data to stdout
    #[command(subcommand)]
    Export(export::Export),
    /// Write the whole database into one file
    Backup(backup::Backup),
    /// Fill an empty database from such a file
    Restore(restore::Restore),
    /// Write the completions of a shell to stdout
    Completions(completions::Completions),
}

impl Command {
    /// Runs the command to its end.
    pub fn run(self, options: &Options) -> ExitCode {
        logging::start(options.log_format, self.default_log(options));
        let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return exit::report(&error.into()).into(),
        };
        match runtime.block_on(Box::pin(self.execute(options))) {
            Ok(exit) => exit.into(),
            Err(error) => exit::report(&error).into(),
        }
    }

    /// Long-running commands tell what they do; the others tell what went wrong.
    const fn default_log(&self, options: &Options) -> &'static str {
        match self {
            _ if options.quiet => "error",
            _ => "warn",
        }
    }

    async fn execute(self, options: &Options) -> anyhow::Result<Exit> {
        match self {
            Self::Relay(command) => command.run(options).await,
            Self::Migrate(command) => command.run(options).await,
            Self::Sample(command) => command.run(options),
            Self::Config(command) => command.run(options),
            Self::Source(command) => command.run(options).await,
            Self::Quarantine(command) => command.run(options).await,
            Self::Outbox(command) => command.run(options).await,
            Self::Alert(command) => command.run(options).await,
            Self::Export(command) => command.run(options).await,
            Self::Backup(command) => command.run(options).await,
            Self::Restore(command) => command.run(options).await,
            Self::Completions(command) => command.run(),
        }
    }
}
