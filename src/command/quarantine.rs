//! `meterwatch quarantine`: files that were not, or not wholly, taken.

use clap::Subcommand;
use ingest::ledger::Outcome;
use ingest::{export, pass};
use readings::AttachmentId;
use sqlx::PgPool;

use crate::cli::Options;
use crate::database::{self, Schema};
use crate::exit::{Exit, Failure};
use crate::reader::ReaderProcess;
use crate::{clock, output};

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
    /// Read files again, from the stored originals
    #[command(after_help = "\
Examples:
  meterwatch quarantine retry 17
  meterwatch quarantine retry --all        after an upgrade that reads more layouts

What was taken and is still stated stays; what is no longer stated is withdrawn, and kept. Exit code 4 when something
still waits.")]
    Retry(Retry),
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

/// Which files.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct Retry {
    /// Their numbers in `quarantine list`
    ids: Vec<i64>,
    /// All that are quarantined
    #[arg(long)]
    all: bool,
}

impl Quarantine {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        database::with(options, Schema::Ready, async |pool, config| match self {
            Self::List(print) => {
                let files = export::held_attachments(&pool, true).await?;
                if print.json {
                    output::json(&files)?;
                } else {
                    rows::print(&files)?;
                }
                Ok(Exit::Done)
            }
            Self::Show(show) => {
                let id = AttachmentId::new(show.id);
                let found = export::held_attachment(&pool, id).await?;
                let file = found.ok_or_else(|| unknown(show.id))?;
                if show.json {
                    output::json(&file)?;
                } else {
                    output::text(&rows::page(&file)?)?;
                }
                Ok(Exit::Done)
            }
            Self::Retry(retry) => {
                let ids = if retry.all { quarantined(&pool).await? } else { retry.ids };
                let mut reader = ReaderProcess::start(&config).await?;
                let mut waiting = false;
                for id in ids {
                    waiting |= again(&pool, id, &mut reader).await?;
                }
                Ok(Exit::partial_if(waiting))
            }
        })
        .await
    }
}

async fn quarantined(pool: &PgPool) -> Result<Vec<i64>, export::ExportError> {
    let held = export::held_attachments(pool, false).await?;
    Ok(held.iter().map(|file| file.attachment_id.get()).collect())
}

/// Reads one file again; says whether it still waits.
async fn again(pool: &PgPool, id: i64, reader: &mut ReaderProcess) -> anyhow::Result<bool> {
    let stored = pass::replay(pool, AttachmentId::new(id), reader, clock::now()).await?;
    let Some(stored) = stored else {
        return Err(Failure::new(
            Exit::Failed,
            format!("there is no file number {id}"),
            "see `meterwatch quarantine list`",
        )
        .into());
    };
    let account = &stored.account;
    let reason = stored.reason.as_ref().map(|reason| format!(": {}", reason.sentence));
    output::tell(&format!(
        "File {id}: {}, {} readings, {} rows refused{}",
        stored.outcome,
        account.accepted + account.superseding,
        account.refused,
        reason.unwrap_or_default(),
    ));
    Ok(matches!(stored.outcome, Outcome::Partial | Outcome::Quarantined))
}

fn unknown(id: i64) -> Failure {
    Failure::new(
        Exit::Failed,
        format!("there is no file number {id}"),
        "see `meterwatch quarantine list`",
    )
}
