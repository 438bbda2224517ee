//! `meterwatch backtest`: what would have been flagged.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::PathBuf;

use analytics::backtest::{self, BacktestError};

use crate::cli::Options;
use crate::exit::{Exit, Failure};
use crate::output;

/// Replay history month by month: what would have been flagged.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  meterwatch backtest history.csv.gz --out judged.csv

Each FILE is one organisation: csv or csv.gz with the columns meter, period_start, quantity and, where known, site,
commodity, unit, period_end. One line comes out per meter and period:
meter,period_start,expected,lower,upper,score,flagged,kind,reason
Each period is judged by what was known until then, of all meters of its file. Nothing is stored, no database is
needed.")]
pub struct Backtest {
    /// Histories, each of one organisation
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where the lines go; stdout when absent
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Backtest {
    /// Runs the command.
    pub fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let summary = match &self.out {
            None => backtest::run(&self.files, &mut BufWriter::new(io::stdout().lock())),
            Some(path) => {
                let file = File::create(path).map_err(|error| {
                    let what = format!("{} cannot be written", path.display());
                    Failure::new(Exit::Failed, what, "check the folder of --out").because(error)
                })?;
                backtest::run(&self.files, &mut BufWriter::new(file))
            }
        };
        let summary = summary.map_err(told)?;
        if !options.quiet {
            output::tell(&format!(
                "{} periods of {} meters judged, {} flagged.",
                summary.periods, summary.meters, summary.flagged
            ));
        }
        Ok(Exit::Done)
    }
}

fn told(error: BacktestError) -> anyhow::Error {
    match error {
        BacktestError::Read { .. } => {
            let advice = "see the columns in `meterwatch backtest --help`";
            Failure::new(Exit::Failed, "the history cannot be replayed", advice)
                .because(error)
                .into()
        }
        BacktestError::Write(_) => error.into(),
    }
}
