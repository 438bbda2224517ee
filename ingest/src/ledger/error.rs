//! What can go wrong at the database, and what to do about it.

/// What the caller should do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// The whole transaction once more: another worker was faster, or the server was away.
    Retry,
    /// Store the file as quarantined: its content is what the database cannot take.
    Quarantine,
    /// Neither helps; a person must look.
    GiveUp,
}

/// An operation of the ledger failed; its transaction was rolled back.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Asking what is stored.
    #[error("what is stored already could not be looked up")]
    LookUp(#[source] sqlx::Error),
    /// Beginning the transaction.
    #[error("a transaction could not be begun")]
    Begin(#[source] sqlx::Error),
    /// Storing the mail.
    #[error("the mail could not be stored")]
    StoreMessage(#[source] sqlx::Error),
    /// Finding or making sites and meters.
    #[error("sites and meters could not be looked up or made")]
    ResolveMeters(#[source] sqlx::Error),
    /// Another worker was about to make the same meters.
    #[error("another worker made the same meters at the same moment")]
    MetersRaced,
    /// Files that were to be stored together state readings of one meter.
    #[error("files that name the same meter cannot be stored together")]
    MetersShared,
    /// Loading earlier readings.
    #[error("earlier readings could not be loaded")]
    LoadRevisions(#[source] sqlx::Error),
    /// Storing the attachment, its account and refusals.
    #[error("the attachment could not be stored")]
    StoreAttachment(#[source] sqlx::Error),
    /// Storing readings.
    #[error("the readings could not be stored")]
    StoreReadings(#[source] sqlx::Error),
    /// Storing what is derived from readings.
    #[error("what was used between readings could not be stored")]
    StoreDerived(#[source] sqlx::Error),
    /// Storing findings.
    #[error("the findings could not be stored")]
    StoreFindings(#[source] sqlx::Error),
    /// Committing.
    #[error("the transaction could not be committed")]
    Commit(#[source] sqlx::Error),
    /// A file was neither read nor stored before.
    #[error("a file was to be stored without having been read")]
    Unread,
    /// What waited of a file does not hold together.
    #[error("a part of the file is damaged in memory")]
    Torn,
    /// The bytes of a file that were put aside.
    #[error("the file cannot be read back from the temporary folder; the next pass takes it again")]
    ReadBack(#[source] std::io::Error),
    /// The parts of a file that came first do not count: the reader had to read it as a whole.
    #[error("the file had to be read in another way while it was being stored")]
    ReadOtherwise,
    /// A stored value is not what this version writes.
    #[error("the database holds `{value}` where {what} belongs; it was written by another version")]
    Stored {
        /// What was expected.
        what: &'static str,
        /// What is there.
        value: String,
    },
}

impl LedgerError {
    /// What to do about it.
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::MetersRaced => Remedy::Retry,
            Self::Torn => Remedy::Quarantine,
            Self::MetersShared
            | Self::Unread
            | Self::ReadBack(_)
            | Self::ReadOtherwise
            | Self::Stored { .. } => Remedy::GiveUp,
            _ => self.database().map_or(Remedy::GiveUp, remedy_of),
        }
    }

    /// Whether the database as a whole was away, so that other mails would fare no better.
    pub fn is_outage(&self) -> bool {
        self.database().is_some_and(is_outage)
    }

    fn database(&self) -> Option<&sqlx::Error> {
        match self {
            Self::LookUp(source)
            | Self::Begin(source)
            | Self::StoreMessage(source)
            | Self::ResolveMeters(source)
            | Self::LoadRevisions(source)
            | Self::StoreAttachment(source)
            | Self::StoreReadings(source)
            | Self::StoreDerived(source)
            | Self::StoreFindings(source)
            | Self::Commit(source) => Some(source),
            Self::MetersRaced
            | Self::MetersShared
            | Self::Unread
            | Self::Torn
            | Self::ReadBack(_)
            | Self::ReadOtherwise
            | Self::Stored { .. } => None,
        }
    }
}

fn remedy_of(error: &sqlx::Error) -> Remedy {
    if is_outage(error) {
        return Remedy::Retry;
    }
    match error {
        sqlx::Error::Encode(_) => Remedy::Quarantine,
        sqlx::Error::Database(said) => match said.code().as_deref().unwrap_or_default() {
            // Serialisation, deadlock, lock timeout; a key that another transaction wrote first.
            "40001" | "40P01" | "55P03" | "23505" => Remedy::Retry,
            // A value that a column or a constraint does not take.
            code if code.starts_with("22") || code.starts_with("23") => Remedy::Quarantine,
            _ => Remedy::GiveUp,
        },
        _ => Remedy::GiveUp,
    }
}

fn is_outage(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::WorkerCrashed => true,
        // Connection lost, resources short, shutting down or starting up.
        sqlx::Error::Database(said) => said
            .code()
            .is_some_and(|code| ["08", "53", "57"].iter().any(|class| code.starts_with(class))),
        _ => false,
    }
}
