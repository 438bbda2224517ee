//! `meterwatch export`: stored data as CSV.

use std::io;

use clap::{Subcommand, ValueEnum};

use crate::cli::Options;
use crate::database::{self, Schema};
use crate::exit::Exit;

/// Write stored data to stdout.
#[derive(Debug, Subcommand)]
pub enum Export {
    /// The live readings, by site, meter and period
    #[command(after_help = "\
Example:
  meterwatch export readings --format csv > readings.csv

Quantity and unit are those of the file. period_end is the last day included; for periods shorter than a day both are
local times at the site, and the end is excluded. Two loads of the same mails give the same bytes.")]
    Readings(Readings),
}

/// How it is written.
#[derive(Debug, clap::Args)]
pub struct Readings {
    /// Format
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// Comma-separated, with a header
    Csv,
}

impl Export {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let Self::Readings(Readings { format: Format::Csv }) = self;
        database::with(options, Schema::Ready, async |pool, _| {
            Ok(ingest::export::write_csv(&pool, io::stdout().lock()).await?)
        })
        .await?;
        Ok(Exit::Done)
    }
}
