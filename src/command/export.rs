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
    Readings(Written),
    /// What was used between registers, and what corrects estimates, with the reason and both cells
    #[command(after_help = "\
Example:
  meterwatch export consumption > consumption.csv

Quantity is in the meter's canonical unit, multiplied by its multiplier, and empty where the readings do not tell; the
reason says whether it is a plain difference or a rollover, reset, exchange or misread register was seen.")]
    Consumption(Written),
}

/// How it is written.
#[derive(Debug, clap::Args)]
pub struct Written {
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
        database::with(options, Schema::Ready, async |pool, _| {
            let out = io::stdout().lock();
            Ok(match self {
                Self::Readings(Written { format: Format::Csv }) => {
                    ingest::export::write_csv(&pool, out).await?
                }
                Self::Consumption(Written { format: Format::Csv }) => {
                    ingest::export::write_consumption_csv(&pool, out).await?
                }
            })
        })
        .await?;
        Ok(Exit::Done)
    }
}
