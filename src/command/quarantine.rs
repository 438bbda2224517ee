//! `meterwatch quarantine`: files that were not, or not wholly, taken.

use clap::Subcommand;

use crate::cli::Options;
use crate::database::{self, Schema};
use crate::exit::{Exit, Failure};
use crate::output;

mod rows;

/// See and retry files that were not, or not wholly, taken.
#[derive(Debug, Subcommand)]
pub enum Quarantine {
    /// List files that were quarantined, and those of which some rows were refused
    #[command(after_help = "\
Examples:
  meterwatch quarantine list
  meterwatch quarantine list --json")]
    List(Print),
    /// Show one file: from which mail it came, what became of its rows, every problem with its cell and a hint
    #[command(after_help = "\
Example:
  meterwatch quarantine show 17")]
    Show(Show),
}

/// How it is printed.
#[derive(Debug, clap::Args)]
pub struct Print {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Which file.
#[derive(Debug, clap::Args)]
pub struct Show {
    /// Its number in `quarantine list`
    id: i64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Quarantine {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        database::with(options, Schema::Ready, async |pool, _| match self {
            Self::List(print) => {
                let files = rows::waiting(&pool).await?;
                if print.json {
                    output::json(&files)?
                } else {
                    rows::print(&files)?
                }
                Ok(Exit::Done)
            }
            Self::Show(show) => {
                let file = rows::file(&pool, show.id).await?.ok_or_else(|| unknown(show.id))?;
                if show.json {
                    output::json(&file)?
                } else {
                    output::text(&rows::page(&file))?
                }
                Ok(Exit::Done)
            }
        })
        .await
    }
}

fn unknown(id: i64) -> Failure {
    Failure::new(
        Exit::Failed,
        format!("there is no file number {id}"),
        "see `meterwatch quarantine list`",
    )
}
