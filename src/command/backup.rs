//! `meterwatch backup`: the whole database in one file.

use std::path::PathBuf;

use crate::cli::Options;
use crate::database::{Database, Schema};
use crate::exit::Exit;
use crate::{output, postgres_tools};

/// Write the whole database into one file.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  meterwatch backup meterwatch-2026-11.dump

The file is PostgreSQL's own (pg_dump, custom format): mails, readings, alerts, people. It appears under its name when
it is complete. Other commands may work meanwhile.")]
pub struct Backup {
    /// The file to write; it must not exist
    file: PathBuf,
}

impl Backup {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let config = options.load_config()?;
        let database = Database::open(options, &config, Schema::Ready).await?;
        let result = postgres_tools::dump(&database, &self.file).await;
        database.close().await;
        result?;
        if !options.quiet {
            output::tell(&format!("The database is in {}.", self.file.display()));
        }
        Ok(Exit::Done)
    }
}
