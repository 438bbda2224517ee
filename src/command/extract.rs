//! `meterwatch extract`: a dry run on files.

use std::io;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;

use anyhow::Context;
use clap::ValueEnum;
use futures_util::{StreamExt, stream};
use ingest::extract_csv;

use self::opened::{Opened, Opener};
use crate::cli::Options;
use crate::exit::{Exit, Failure};
use crate::problem::described;
use crate::{clock, given, output};

mod opened;
mod told;

/// How many problems of one file are told on stderr; JSON has all of them.
const MOST_TOLD: usize = 20;

/// Show what would be loaded from files; nothing is stored.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  meterwatch extract report.xlsx
  meterwatch extract mail/2026-03.eml --format json
  meterwatch extract folder/ --format csv > readings.csv

A FILE is a workbook (xlsx, xlsm, xlsb, xls, ods, fods, Excel 2003 XML), a csv, a web page with tables, a Green Button
file, a zip or gzip of them, a mail (.eml, .msg, mbox, winmail.dat), or a folder of all these, which is searched to its
depth. What a file is, is decided by its content.

csv: one line per reading. `file` is the FILE as given, or its path below the folder as given; the readings of a mail's
attachments and of the files in an archive stand under the mail and the archive. `cell` is the cell of the quantity.
period_end is the last day included; for periods shorter than a day both are local times and the end is excluded.
What the file does not say is empty; what is not certain is not printed but asked about, on stderr.

json: one object for one file, an array for several or for a folder: readings, problems (code, sentence, sheet, cell),
layouts, rows (all, readings, refused, not data), and for mails and archives `attachments`: name, type, size, sha256,
path, outcome.

Exit code 4 when something was refused or would be quarantined, 1 when a FILE could not be read.")]
pub struct Extract {
    /// Files and folders
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What is printed
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One line per reading
    Csv,
    /// Readings, problems, layouts, rows, attachments
    Json,
}

impl Extract {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let config = options.load_config()?;
        let reading = Arc::new(Opener::start(&config, clock::now()).await?);
        let one = matches!(self.files.as_slice(), [file] if !file.is_dir());
        let mut telling = Telling { quiet: options.quiet, ..Telling::default() };
        let mut objects = Vec::new();
        if self.format == Format::Csv {
            extract_csv::write(io::stdout().lock(), "", &readings::Extraction::default(), true)?;
        }
        // As tasks, so that mails are taken apart while others are printed.
        let open = |given: Result<PathBuf, _>| {
            let reading = Arc::clone(&reading);
            tokio::spawn(async move { reading.open(&given?).await })
        };
        let files = stream::iter(given::files(&self.files)).map(open);
        let mut opened = pin!(files.buffered(reading.at_once()));
        while let Some(found) = opened.next().await {
            match found.context("opening a file failed")? {
                Err(unreadable) => telling.unreadable(&unreadable),
                Ok(opened) => {
                    telling.problems(&opened);
                    match self.format {
                        Format::Csv => lines(&opened)?,
                        Format::Json => objects.push(told::object(&opened)),
                    }
                }
            }
        }
        if self.format == Format::Json {
            match objects.as_slice() {
                [object] if one => output::json(object)?,
                [] if one => {}
                objects => output::json(&objects)?,
            }
        }
        if telling.unreadable > 0 {
            return Ok(Exit::Failed);
        }
        Ok(Exit::partial_if(telling.waiting > 0))
    }
}

fn lines(opened: &Opened) -> anyhow::Result<()> {
    for file in &opened.files {
        if let Ok((_, extraction)) = &file.read {
            extract_csv::write(io::stdout().lock(), &opened.name, extraction, false)?;
        }
    }
    Ok(())
}

/// What is said beside the data, and counted for the exit code.
#[derive(Default)]
struct Telling {
    quiet: bool,
    unreadable: usize,
    waiting: usize,
}

impl Telling {
    fn unreadable(&mut self, failure: &Failure) {
        self.unreadable += 1;
        output::tell(&format!("meterwatch: {}", crate::config::causes(failure)));
    }

    fn problems(&mut self, opened: &Opened) {
        self.waiting += usize::from(opened.waits_for_a_person());
        if self.quiet {
            return;
        }
        let problems = opened.problems();
        for (place, problem) in problems.iter().take(MOST_TOLD) {
            output::tell(&format!("{place}: {}", described(problem)));
        }
        if problems.len() > MOST_TOLD {
            let more = problems.len() - MOST_TOLD;
            output::tell(&format!("{}: {more} more; see --format json", opened.name));
        }
    }
}
