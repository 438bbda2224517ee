//! `meterwatch source`: where mails come from, how it goes, and whether it can work.

use clap::Subcommand;

use crate::cli::Options;
use crate::exit::Exit;

mod add;
mod list;
mod retry;
mod test;

/// Show, try and add the places where mails come from.
#[derive(Debug, Subcommand)]
pub enum Source {
    /// List the configured sources: what has come from each, and how it fares
    #[command(after_help = "\
Example:
  meterwatch source list --json")]
    List(list::List),
    /// Sign in, list folders, show what the rules would take; nothing is stored or marked
    #[command(after_help = "\
Examples:
  meterwatch source test                    every source
  meterwatch source test utilities --mails 20
  meterwatch source test --json

Exit code 3 when the configuration has to be changed (password, consent, folder), 5 when the server cannot be reached.")]
    Test(test::Test),
    /// Add a source to the configuration file, after it was tried
    #[command(after_help = "\
Examples:
  meterwatch source add drop --kind folder --path mail
  meterwatch source add utilities --kind imap --host mail.example.org --user readings --password-stdin < password
  meterwatch source add shared --kind graph --user meters@contoso.com --tenant contoso.com --client-id ID \\
      --client-secret-file app.secret --folder Inbox/Meters

Secrets come from a file or from stdin, never from the command line.")]
    Add(Box<add::Add>),
    /// Try a source at once that is left alone after a failure
    #[command(after_help = "\
Example:
  meterwatch source retry utilities")]
    Retry(retry::Retry),
}

impl Source {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        match self {
            Self::List(command) => command.run(options).await,
            Self::Test(command) => command.run(options).await,
            Self::Add(command) => command.run(options).await,
            Self::Retry(command) => command.run(options).await,
        }
    }
}
