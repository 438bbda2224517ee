//! `meterwatch migrate`: one-shot, before a rollout.

use crate::cli::Options;
use crate::database::{Database, Schema};
use crate::exit::Exit;
use crate::output;

/// Bring the schema of the database up to date.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  DATABASE_URL=postgres://meterwatch@db/meterwatch meterwatch migrate

Any number of these may run at once: one does the work, the others wait for it. A run that finds nothing to do
changes nothing.")]
pub struct Migrate {}

impl Migrate {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let config = options.load_config()?;
        let database = Database::open(options, &config, Schema::Migrate).await?;
        database.close().await;
        if !options.quiet {
            output::tell("The schema is up to date.");
        }
        Ok(Exit::Done)
    }
}
