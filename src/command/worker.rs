//! `meterwatch worker`: the schedule.

use crate::cli::Options;
use crate::database::{Database, Schema};
use crate::exit::Exit;
use crate::output;
use crate::progress::Reporter;
use crate::shutdown::Shutdown;
use crate::work::Work;
use crate::worker;

/// Run the schedule: ingest, analyse, deliver.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  meterwatch worker --log-format json
  meterwatch worker --once              what is due now, then end

The times stand in [schedule] of the configuration file. Any number of workers may run on one database: each slot is
run by one of them, and a slot that was missed while none ran is caught up once. SIGTERM and SIGINT end it: the mail
under way is finished.")]
pub struct Worker {
    /// Run what is due now, once, and end: for a timer outside, such as a `CronJob`
    #[arg(long)]
    once: bool,
}

impl Worker {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let shutdown = Shutdown::listen()?;
        let config = options.load_config()?;
        // Told now rather than at the first slot.
        config.open_sources()?;
        let database = Database::open(options, &config, Schema::Ready).await?;
        // Log lines tell what happens; bars would be in their way.
        let reporter = Reporter::new(true);
        let result = async {
            let work = Work::prepare(&database.pool, &config, reporter, &shutdown).await?;
            if self.once {
                for line in worker::run_once(work, &config).await? {
                    output::tell(&line);
                }
                Ok(())
            } else {
                worker::run(work, &config, &shutdown).await
            }
        }
        .await;
        database.close().await;
        result?;
        Ok(Exit::Done)
    }
}
