//! `meterwatch restore`: a backup into an empty database.

use std::path::PathBuf;

use crate::cli::Options;
use crate::database::{Database, Schema};
use crate::exit::{Exit, Failure};
use crate::{output, postgres_tools};

/// Fill an empty database from a backup.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  meterwatch restore meterwatch-2026-11.dump --data-dir restored

All or nothing: a file that cannot be read to its end changes nothing. A backup of an older version is brought up to
this version's schema.")]
pub struct Restore {
    /// The file that `meterwatch backup` wrote
    file: PathBuf,
}

impl Restore {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let config = options.load_config()?;
        let database = Database::open(options, &config, Schema::Any).await?;
        let result = restore(&database, &self).await;
        database.close().await;
        result?;
        if !options.quiet {
            output::tell("The database is restored.");
        }
        Ok(Exit::Done)
    }
}

async fn restore(database: &Database, command: &Restore) -> anyhow::Result<()> {
    let taken = sqlx::query_scalar!(
        r#"select exists (select from pg_tables where schemaname = 'public') as "taken!""#
    )
    .fetch_one(&database.pool)
    .await?;
    if taken {
        return Err(Failure::new(
            Exit::Failed,
            "the database is not empty, and a restore would mix the two",
            "restore into a new database, or into a new folder with --data-dir",
        )
        .into());
    }
    postgres_tools::restore(database, &command.file).await?;
    Ok(migrations::migrate(&database.pool).await?)
}
