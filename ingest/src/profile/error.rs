//! What can go wrong with a profile.

use crate::ledger::LedgerError;

/// Keeping or using a profile failed; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Asking what is stored.
    #[error("the profiles could not be read")]
    Read(#[source] sqlx::Error),
    /// Storing a profile and its history.
    #[error("the profile could not be stored")]
    Write(#[source] sqlx::Error),
    /// It says something that cannot be meant.
    #[error("{0}")]
    Wrong(String),
    /// Another profile is about the same sender and layout.
    #[error(
        "profile `{0}` is about the same sender and layout already; change that one, or delete it"
    )]
    Taken(String),
    /// It is kept in a file of the configuration.
    #[error("profile `{0}` is kept in a file of the configuration; change it there")]
    InConfiguration(String),
    /// Somebody has changed it meanwhile.
    #[error("profile `{0}` was changed by somebody else meanwhile; look at it again")]
    Stale(String),
    /// What is stored is not what this version writes.
    #[error("the stored profile `{0}` is not understood; it was written by another version")]
    Stored(String),
    /// The books.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Reading a file again.
    #[error(transparent)]
    Pass(#[from] crate::pass::PassError),
}
