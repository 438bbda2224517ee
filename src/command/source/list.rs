//! `meterwatch source list`.

use ingest::export::{self, SourceStatus};
use ingest::source::{SourceConfig, SourceHealth, health};
use jiff::Timestamp;
use serde::Serialize;

use crate::cli::Options;
use crate::database::{self, Schema};
use crate::exit::Exit;
use crate::{clock, output};

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
    breaker: &'static str,
    health: Option<SourceHealth>,
}

impl List {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let sources = database::with(options, Schema::Ready, async |pool, config| {
            Ok(listed(&config.sources, &export::source_status(&pool).await?, &health(&pool).await?))
        })
        .await?;
        if self.json {
            output::json(&sources)?;
            return Ok(Exit::Done);
        }
        let rows: Vec<Vec<String>> = sources.iter().map(row).collect();
        let header = [
            "source",
            "kind",
            "place",
            "mails",
            "last seen",
            "next mail by",
            "last success",
            "breaker",
        ];
        output::table(
            &header,
            &rows,
            "No sources are configured; add one with `meterwatch source add`.",
        )?;
        for source in &sources {
            if let Some((sentence, health)) =
                source.health.as_ref().and_then(|health| Some((health.sentence.as_ref()?, health)))
            {
                output::tell(&trouble(&source.name, sentence, health));
            }
        }
        Ok(Exit::Done)
    }
}

fn listed(sources: &[SourceConfig], seen: &[SourceStatus], health: &[SourceHealth]) -> Vec<Listed> {
    sources
        .iter()
        .map(|source| {
            let status = seen.iter().find(|status| status.source == source.name);
            let health = health.iter().find(|health| health.source == source.name);
            Listed {
                name: source.name.clone(),
                kind: source.kind.to_string(),
                place: source.place(),
                mails: status.map_or(0, |status| status.messages),
                incomplete: status.map_or(0, |status| status.incomplete),
                last_seen_at: status.map(|status| status.last_seen_at),
                breaker: health.map_or("closed", |health| health.breaker(clock::now())),
                health: health.cloned(),
            }
        })
        .collect()
}

fn row(source: &Listed) -> Vec<String> {
    let shown = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    vec![
        source.name.clone(),
        source.kind.clone(),
        source.place.clone(),
        source.mails.to_string(),
        shown(source.last_seen_at),
        source
            .health
            .as_ref()
            .and_then(|health| health.due_on)
            .map(|day| day.to_string())
            .unwrap_or_default(),
        shown(source.health.as_ref().and_then(|health| health.last_success_at)),
        source.breaker.to_owned(),
    ]
}

fn trouble(name: &str, sentence: &str, health: &SourceHealth) -> String {
    let since = health.failing_since.map(|at| format!(" since {at}")).unwrap_or_default();
    let next =
        health.next_attempt_at.map(|at| format!("; tried again at {at}")).unwrap_or_default();
    let remedy = health.remedy.as_deref().unwrap_or_default();
    format!("{name} fails{since}: {sentence}{next}\n  next: {remedy}")
}
