//! `meterwatch ingest`: one pass.

use std::path::PathBuf;

use ::ingest::pass::PassReport;

use self::given::Given;
use crate::cli::Options;
use crate::database::{Database, Schema};
use crate::exit::Exit;
use crate::output;
use crate::progress::Reporter;
use crate::reader::ReaderProcess;
use crate::shutdown::Shutdown;
use crate::stopping::Stopping;
use crate::work::{self, Work};

mod given;

/// Make one pass over the sources, or take the given files.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  meterwatch ingest                    the [[source]]s of the configuration
  meterwatch ingest 2026-03.eml        this mail
  meterwatch ingest mails/ --json      a folder of mails and workbooks; the figures on stdout

Nothing is stored twice: a mail or a file that was stored before is recognised by its bytes. Exit code 4 when
something waits for a person, see `meterwatch quarantine list`. SIGTERM ends the run at the next mail, with exit code 0.")]
pub struct Ingest {
    /// Mails, workbooks and folders of them, instead of the sources
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

impl Ingest {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let shutdown = Shutdown::listen()?;
        let config = options.load_config()?;
        if self.files.is_empty() {
            config.open_sources()?;
        }
        let given = Given::find(&self.files)?;
        let database = Database::open(options, &config, Schema::Ready).await?;
        let reporter = Reporter::new(options.quiet);
        let result = async {
            if self.files.is_empty() {
                return Work::prepare(&database.pool, &config, reporter, &shutdown)
                    .await?
                    .ingest()
                    .await;
            }
            let mut reader = ReaderProcess::start(&config).await?;
            let given = [Stopping::new(&given, &shutdown)];
            work::ingest(&database.pool, &given, &mut reader, reporter, &shutdown).await
        }
        .await;
        database.close().await;
        let report = result?;
        if shutdown.is_by_keyboard() {
            return Err(crate::database::interrupted().into());
        }
        if shutdown.is_asked() {
            reporter.say("Ended as asked; the next run takes up the mails that are left.");
            return Ok(Exit::Done);
        }
        if self.json {
            output::json(&report)?;
        }
        if !options.quiet {
            tell(&report);
        }
        Ok(Exit::partial_if(report.is_partial()))
    }
}

fn tell(report: &PassReport) {
    for problem in &report.problems {
        let place = problem.location.as_deref().unwrap_or(&problem.source);
        output::tell(&format!("{place}: {}", problem.sentence));
    }
    for held in &report.held {
        let name = held.file_name.as_deref().unwrap_or(&held.location);
        output::tell(&format!(
            "{name} (file {}): {} [{}]",
            held.attachment, held.sentence, held.code
        ));
    }
}
