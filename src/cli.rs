//! The command line: options of every command, and the list of commands.

use std::path::{Path, PathBuf};

use clap::Parser;

use crate::command::Command;
use crate::config::Config;
use crate::exit::Failure;
use crate::logging::LogFormat;

/// Where the configuration is looked for.
const DEFAULT_CONFIG: &str = "meterwatch.toml";
/// Where the private PostgreSQL server keeps its data.
const DEFAULT_DATA_DIR: &str = ".data";

/// Utility readings from mailed workbooks to alerts that say what they cost.
#[derive(Debug, Parser)]
#[command(
    name = "meterwatch",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    after_help = "\
Examples:
  meterwatch up --sample              everything on this machine, on a sample mailbox
  meterwatch extract report.xlsx      what would be read from a file; nothing is stored
  meterwatch ingest && meterwatch analyse
  meterwatch alert list --json        the alerts, the most expensive first

Data goes to stdout, everything else to stderr.
Exit codes: 0 done, 1 failed, 2 usage, 3 configuration, 4 done in part (something waits for a person),
5 a dependency cannot be reached."
)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub options: Options,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Configuration file [default: meterwatch.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Options of every command")]
    pub config: Option<PathBuf>,

    /// PostgreSQL to use; better in the environment, where the password is not seen
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "DATABASE_URL",
        hide_env_values = true,
        help_heading = "Options of every command"
    )]
    pub database_url: Option<String>,

    /// Folder of the private PostgreSQL, started while it is needed when no URL is given [default: .data]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Options of every command")]
    pub data_dir: Option<PathBuf>,

    /// Say nothing but errors
    #[arg(long, short, global = true, help_heading = "Options of every command")]
    pub quiet: bool,

    /// Shape of log lines on stderr [default: text]
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "FORMAT",
        help_heading = "Options of every command"
    )]
    pub log_format: Option<LogFormat>,
}

impl Options {
    /// The configuration; defaults when there is no file and none was asked for.
    pub fn load_config(&self) -> Result<Config, Failure> {
        let file = self.config.as_deref().unwrap_or(Path::new(DEFAULT_CONFIG));
        Config::load(file, self.config.is_some())
    }

    /// The folder of the private server and of what `up` writes.
    pub fn data_dir(&self) -> &Path {
        self.data_dir.as_deref().unwrap_or(Path::new(DEFAULT_DATA_DIR))
    }
}
