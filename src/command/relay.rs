//! `meterwatch relay`: the outbox on its way out.

use delivery::{Relay as Outgoing, RelayOptions};

use crate::cli::Options;
use crate::database::{self, Schema};
use crate::exit::{Exit, Failure};
use crate::{ambient, clock, output};

/// Deliver what waits in the outbox.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  meterwatch relay             deliver what is due and end
  meterwatch relay --json      the same, with the figures on stdout

The worker does the same every few seconds. Exit code 4 when something could not be delivered; it is tried again
later, see `meterwatch outbox list`.")]
pub struct Relay {
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

impl Relay {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let report = database::with(options, Schema::Ready, async |pool, config| {
            if config.endpoints.is_empty() {
                return Err(Failure::new(
                    Exit::Configuration,
                    "no endpoint is configured, so there is nowhere to deliver to",
                    "add an [[endpoint]] with name, url and secret_file to the configuration file",
                )
                .into());
            }
            delivery::sync_endpoints(&pool, &config.endpoints, clock::now()).await?;
            let relay = Outgoing::new(pool, &config.endpoints, RelayOptions::default())?;
            Ok(relay.run_once(&ambient::machine()).await?)
        })
        .await?;
        if self.json {
            output::json(&report)?;
        } else if !options.quiet {
            output::tell(&format!(
                "{} delivered, {} to be tried again, {} given up.",
                report.delivered, report.retrying, report.dead
            ));
        }
        Ok(Exit::partial_if(report.retrying + report.dead > 0))
    }
}
