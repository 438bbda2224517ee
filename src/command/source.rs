//! `meterwatch source`: where mails come from.

use clap::Subcommand;
use ingest::export::{self, SourceStatus};
use ingest::source::SourceConfig;
use jiff::Timestamp;
use serde::Serialize;

use crate::cli::Options;
use crate::database::{self, Schema};
use crate::exit::Exit;
use crate::output;

/// Show where mails come from.
#[derive(Debug, Subcommand)]
pub enum Source {
    /// List the configured sources, and what has come from each
    #[command(after_help = "\
Example:
  meterwatch source list --json")]
    List(List),
}

/// How it is printed.
#[derive(Debug, clap::Args)]
pub struct List {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Listed {
    name: String,
    kind: String,
    place: String,
    mails: i64,
    incomplete: i64,
    last_seen_at: Option<Timestamp>,
}

impl Source {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let Self::List(list) = self;
        let sources = database::with(options, Schema::Ready, async |pool, config| {
            Ok(listed(&config.sources, &export::source_status(&pool).await?))
        })
        .await?;
        if list.json {
            output::json(&sources)?;
        } else {
            let rows: Vec<Vec<String>> = sources.into_iter().map(row).collect();
            let header = ["source", "kind", "place", "mails", "last seen"];
            output::table(&header, &rows, "No sources are configured; add a [[source]].")?;
        }
        Ok(Exit::Done)
    }
}

fn listed(sources: &[SourceConfig], seen: &[SourceStatus]) -> Vec<Listed> {
    sources
        .iter()
        .map(|source| {
            let status = seen.iter().find(|status| status.source == source.name);
            let path = source.path.as_ref().map(|path| path.display().to_string());
            Listed {
                name: source.name.clone(),
                kind: source.kind.to_string(),
                place: path.or_else(|| source.host.clone()).unwrap_or_default(),
                mails: status.map_or(0, |status| status.messages),
                incomplete: status.map_or(0, |status| status.incomplete),
                last_seen_at: status.map(|status| status.last_seen_at),
            }
        })
        .collect()
}

fn row(source: Listed) -> Vec<String> {
    let seen = source.last_seen_at.map(|seen| seen.to_string()).unwrap_or_default();
    vec![source.name, source.kind, source.place, source.mails.to_string(), seen]
}
