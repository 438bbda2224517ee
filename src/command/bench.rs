//! `meterwatch bench`: work that is measured beside other programs; hidden, for `./dev bench`.

use analytics::bench::{self, Work};

use crate::cli::Options;
use crate::exit::{Exit, Failure};
use crate::output;

/// Do the work of a benchmark.
#[derive(Debug, clap::Subcommand)]
pub enum Bench {
    /// The robust seasonal rule over the tables of the bench
    Analyse {
        /// The hourly table
        #[arg(long)]
        hourly: bool,
    },
    /// The degree-day model over the monthly table and the temperatures of the bench
    DegreeDays,
}

impl Bench {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let url = options.database_url.as_ref().ok_or_else(|| {
            let advice = "give --database-url or DATABASE_URL";
            Failure::new(Exit::Usage, "the bench needs the database of its tables", advice)
        })?;
        let outcome = match self {
            Self::Analyse { hourly: false } => bench::run(url, Work::Monthly).await?,
            Self::Analyse { hourly: true } => bench::run(url, Work::Hourly).await?,
            Self::DegreeDays => bench::degree_days(url).await?,
        };
        output::json(&outcome)?;
        Ok(Exit::Done)
    }
}
