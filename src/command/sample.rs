//! `meterwatch sample`: a mailbox to try things on.

use std::path::PathBuf;

use crate::cli::Options;
use crate::exit::{Exit, Failure};
use crate::{output, sample};

/// Write a realistic sample mailbox.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  meterwatch sample trial             writes trial/mail/*.eml and trial/truth.csv

truth.csv lists the problems that are hidden in the mails: meter, period_start, kind. The same seed writes the same
bytes.")]
pub struct Sample {
    /// Folder to write into; made if it is not there
    dir: PathBuf,
    /// Where the random choices start from
    #[arg(long, default_value_t = Self::SEED)]
    seed: u64,
}

impl Sample {
    /// The seed when none is given.
    pub const SEED: u64 = 1;

    /// Runs the command.
    pub fn run(self, options: &Options) -> anyhow::Result<Exit> {
        if self.dir.join("mail").exists() {
            return Err(Failure::new(
                Exit::Failed,
                format!("{} exists already", self.dir.join("mail").display()),
                "choose another folder, or remove that one",
            )
            .into());
        }
        let report = sample::write(&self.dir, self.seed)?;
        if !options.quiet {
            output::tell(&format!(
                "{} mails about {} meters at {} sites are in {}; {} problems are hidden in them.",
                report.mails,
                report.meters,
                report.sites,
                self.dir.join("mail").display(),
                report.problems
            ));
        }
        Ok(Exit::Done)
    }
}
