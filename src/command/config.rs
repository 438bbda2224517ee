//! `meterwatch config`: what is configured, and whether it can be used.

use clap::Subcommand;

use crate::cli::Options;
use crate::config::show;
use crate::exit::{Exit, Failure};
use crate::output;

/// Check or show the configuration.
#[derive(Debug, Subcommand)]
pub enum Config {
    /// Check every key, every schedule, every address and every secret file; nothing is contacted
    #[command(after_help = "\
Example:
  meterwatch config check --config /etc/meterwatch.toml

Exit code 3 when something has to be corrected.")]
    Check,
    /// Show every value with its origin; secrets are not shown
    Show(Show),
}

/// How it is printed.
#[derive(Debug, clap::Args)]
pub struct Show {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Config {
    /// Runs the command.
    pub fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let config = options.load_config()?;
        match self {
            Self::Check => {
                let unusable = config.unusable();
                if !unusable.is_empty() {
                    return Err(Failure::new(
                        Exit::Configuration,
                        unusable.join("\n  and: "),
                        "correct what is named, then run `meterwatch config check` again",
                    )
                    .into());
                }
                let file = config.file.as_ref().map_or_else(
                    || "There is no configuration file; the defaults".to_owned(),
                    |file| file.display().to_string(),
                );
                output::tell(&format!(
                    "{file}: {} and {} can be used.",
                    count(config.sources.len(), "source"),
                    count(config.endpoints.len(), "endpoint"),
                ));
            }
            Self::Show(show) => {
                let values = show::values(&show::text(&config)?)?;
                if show.json {
                    output::json(&values)?;
                } else {
                    output::text(&show::lines(&values))?;
                }
            }
        }
        Ok(Exit::Done)
    }
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
