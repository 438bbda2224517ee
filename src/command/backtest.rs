//! `meterwatch backtest`: what would have been flagged.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use analytics::backtest::{self, BacktestError, ReadError, train, validate};

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
#[command(subcommand_negates_reqs = true, args_conflicts_with_subcommands = true)]
pub struct Backtest {
    /// Histories, each of one organisation
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where the lines go; stdout when absent
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Train(Train),
    Validate(Validate),
}

/// Train the tables of the score again, by putting known problems into clean series
#[derive(Debug, clap::Args)]
#[command(after_help = "\
monthly.csv, daily.csv and names.csv are written. FOLDER holds readings/NAME.csv.gz, as for a backtest, and labels/NAME.csv.gz with the columns meter, period_start, label,
kind, event_id, value_clean. The same series and the same seed give the same bytes.")]
struct Train {
    #[command(flatten)]
    series: Series,
}

/// What tables are trained on, and where what comes of it goes.
#[derive(Debug, clap::Args)]
struct Series {
    /// The folder of the series
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// The folder into which the files go
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Where the random draws of problems start
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
}

/// Judge series by tables that were trained on other buildings: how good a new building can expect them to be
#[derive(Debug, clap::Args)]
#[command(after_help = "\
FOLDER is that of `meterwatch backtest train`. The buildings are dealt into parts, and each is judged by tables trained on
the others. One NAME.csv for each set of series, with the lines of a backtest.")]
struct Validate {
    #[command(flatten)]
    series: Series,
    /// Into how many parts the buildings are dealt
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u64).range(2..=50))]
    parts: u64,
}

impl Validate {
    fn run(&self) -> anyhow::Result<Exit> {
        for plan in [train::MONTHLY, train::DAILY] {
            let sets = validate::held_out(&self.series.folder, &plan, self.series.seed, self.parts);
            let sets = sets.map_err(|error| {
                let advice = "see the files in `meterwatch backtest train --help`";
                Failure::new(Exit::Failed, "the tables cannot be validated", advice).because(error)
            })?;
            for set in &sets {
                let path = self.series.out.join(format!("{}.csv", set.name));
                let written = File::create(&path)
                    .and_then(|file| backtest::write_held_out(set, &mut BufWriter::new(file)));
                written.map_err(|error| unwritable(&path, error))?;
                output::tell(&format!("{} is written.", path.display()));
            }
        }
        Ok(Exit::Done)
    }
}

impl Train {
    fn run(&self) -> anyhow::Result<Exit> {
        for plan in [train::MONTHLY, train::DAILY] {
            let text = train::file(&self.series.folder, &plan, self.series.seed);
            let text = text.map_err(untrained)?;
            self.write(plan.file, &text)?;
        }
        let names = train::names_file(&self.series.folder, self.series.seed).map_err(untrained)?;
        self.write("names.csv", &names)?;
        Ok(Exit::Done)
    }

    fn write(&self, file: &str, text: &str) -> anyhow::Result<()> {
        let path = self.series.out.join(file);
        std::fs::write(&path, text).map_err(|error| unwritable(&path, error))?;
        output::tell(&format!("{} is written.", path.display()));
        Ok(())
    }
}

impl Backtest {
    /// Runs the command.
    pub fn run(self, options: &Options) -> anyhow::Result<Exit> {
        match &self.command {
            Some(Command::Train(train)) => return train.run(),
            Some(Command::Validate(validate)) => return validate.run(),
            None => {}
        }
        let summary = match &self.out {
            None => backtest::run(&self.files, &mut BufWriter::new(io::stdout().lock())),
            Some(path) => {
                let file = File::create(path).map_err(|error| unwritable(path, error))?;
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

fn untrained(error: ReadError) -> Failure {
    let advice = "see the files in `meterwatch backtest train --help`";
    Failure::new(Exit::Failed, "the tables cannot be trained", advice).because(error)
}

fn unwritable(path: &Path, error: io::Error) -> Failure {
    let what = format!("{} cannot be written", path.display());
    Failure::new(Exit::Failed, what, "check the folder of --out").because(error)
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
