//! `meterwatch analyse`: one analytics run.

use analytics::{Options as AnalysisOptions, Shard};

use crate::cli::Options;
use crate::database::{self, Schema};
use crate::exit::Exit;
use crate::progress::Reporter;
use crate::{clock, output, work};

/// Make one analytics run: baselines, deviations, alerts.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  meterwatch analyse
  meterwatch analyse --shard 2/4       the second of four parts, counted from 1, beside three others

A run takes up the commodities in which readings, meters or settings changed since the last; without news it does
nothing.")]
pub struct Analyse {
    /// Only the i-th of n parts of all meters, counted from 1
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

impl Analyse {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let reporter = Reporter::new(options.quiet);
        let report = database::with(options, Schema::Ready, async |pool, config| {
            // Events are written for the endpoints that are configured at that moment.
            delivery::sync_endpoints(&pool, &config.endpoints, clock::now()).await?;
            let what = AnalysisOptions { shard: self.shard, ..AnalysisOptions::new(clock::now()) };
            work::analyse(&pool, what, reporter).await
        })
        .await?;
        if self.json {
            output::json(&report)?;
        }
        Ok(Exit::Done)
    }
}
