//! `meterwatch completions`: for the shell.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::exit::Exit;
use crate::output;

/// Write the completions of a shell to stdout.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  meterwatch completions bash > /etc/bash_completion.d/meterwatch")]
pub struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<Exit> {
        let mut written = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "meterwatch", &mut written);
        output::text(&String::from_utf8_lossy(&written))?;
        Ok(Exit::Done)
    }
}
