//! `meterwatch source retry`.

use ingest::source::try_again;

use crate::cli::Options;
use crate::database::{self, Schema};
use crate::exit::{Exit, Failure};
use crate::output;

/// Which source.
#[derive(Debug, clap::Args)]
pub struct Retry {
    /// Its name
    name: String,
}

impl Retry {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let name = self.name;
        database::with(options, Schema::Ready, async |pool, _| {
            if !try_again(&pool, &name).await? {
                return Err(Failure::new(
                    Exit::Failed,
                    format!("no source of the name `{name}` was tried before"),
                    "see `meterwatch source list` for the names",
                )
                .into());
            }
            output::tell(&format!(
                "The next pass tries `{name}`, and what was given up of it, once more."
            ));
            Ok(Exit::Done)
        })
        .await
    }
}
