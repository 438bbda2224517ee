//! How a command ends: the exit code, and what a person reads when it did not work.
//!
//! | code | meaning |
//! | --- | --- |
//! | 0 | done |
//! | 1 | failed |
//! | 2 | the command line is not understood |
//! | 3 | the configuration is not usable |
//! | 4 | done in part: something was quarantined or refused and waits for a person |
//! | 5 | something this program depends on cannot be reached: PostgreSQL, a mailbox, an endpoint |

use std::error::Error;
use std::fmt;
use std::io;
use std::process::ExitCode;

use delivery::ConfigError;
use delivery::endpoint::EndpointError;
use migrations::ConnectError;

use crate::output;

/// The exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// Failed.
    Failed,
    /// The command line is not understood; clap ends the process with the same code.
    Usage,
    /// The configuration is not usable.
    Configuration,
    /// Done in part.
    Partial,
    /// A dependency cannot be reached.
    Unreachable,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Configuration => 3,
            Exit::Partial => 4,
            Exit::Unreachable => 5,
        })
    }
}

impl Exit {
    /// `Partial` when something waits for a person.
    pub const fn partial_if(partial: bool) -> Self {
        if partial { Self::Partial } else { Self::Done }
    }
}

/// A failure in the words of this program: what happened and where, and what to do next.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    what: String,
    next: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl Failure {
    /// A failure that ends the process with `exit`.
    pub fn new(exit: Exit, what: impl Into<String>, next: impl Into<String>) -> Self {
        Self { exit, what: what.into(), next: next.into(), source: None }
    }

    /// The error behind it.
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// Tells the failure on stderr, once, with its causes, and gives the exit code.
pub fn report(error: &anyhow::Error) -> Exit {
    if error.chain().any(is_broken_pipe) {
        // Whoever read our output has seen enough, as in `meterwatch export readings | head`.
        return Exit::Done;
    }
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    let mut told = String::new();
    for cause in causes {
        // Some libraries repeat their cause in their own sentence.
        if told.is_empty() {
            output::tell(&format!("meterwatch: {cause}"));
        } else if !told.contains(&cause) {
            output::tell(&format!("  because: {cause}"));
        }
        told.push_str(&cause);
    }
    if let Some(next) = next_step(error) {
        output::tell(&format!("  next: {next}"));
    }
    exit_of(error)
}

fn failure(error: &anyhow::Error) -> Option<&Failure> {
    error.chain().find_map(|cause| cause.downcast_ref())
}

/// What to do next, where the failure says so.
pub fn next_step(error: &anyhow::Error) -> Option<&str> {
    failure(error).map(|failure| failure.next.as_str()).filter(|next| !next.is_empty())
}

/// The exit code of an error, from the first cause whose kind is known.
pub fn exit_of(error: &anyhow::Error) -> Exit {
    if let Some(failure) = failure(error) {
        return failure.exit;
    }
    error.chain().find_map(exit_of_cause).unwrap_or(Exit::Failed)
}

fn exit_of_cause(cause: &(dyn Error + 'static)) -> Option<Exit> {
    if let Some(error) = cause.downcast_ref::<ConnectError>() {
        return Some(match error {
            ConnectError::MalformedUrl(_) => Exit::Configuration,
            _ => Exit::Unreachable,
        });
    }
    if cause.is::<ConfigError>()
        || matches!(
            cause.downcast_ref(),
            Some(EndpointError::Config(_) | EndpointError::Unknown(_))
        )
    {
        return Some(Exit::Configuration);
    }
    match cause.downcast_ref::<sqlx::Error>()? {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => {
            Some(Exit::Unreachable)
        }
        _ => None,
    }
}

fn is_broken_pipe(cause: &(dyn Error + 'static)) -> bool {
    let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind).or_else(|| {
        cause.downcast_ref::<csv::Error>().and_then(|error| match error.kind() {
            csv::ErrorKind::Io(error) => Some(error.kind()),
            _ => None,
        })
    });
    kind == Some(io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_known_cause_decides_the_code() {
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        let error = anyhow::Error::new(sqlx::Error::Io(refused)).context("the alerts");
        assert_eq!(exit_of(&error), Exit::Unreachable);
        let error = anyhow::anyhow!("something else");
        assert_eq!(exit_of(&error), Exit::Failed);
        let failure = Failure::new(Exit::Configuration, "no", "do").because(io::Error::other("x"));
        assert_eq!(exit_of(&anyhow::Error::new(failure).context("above")), Exit::Configuration);
    }

    #[test]
    fn a_reader_that_went_away_is_no_failure() {
        let error = anyhow::Error::new(io::Error::from(io::ErrorKind::BrokenPipe)).context("csv");
        assert_eq!(report(&error), Exit::Done);
    }
}
