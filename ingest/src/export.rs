//! What is stored, as plain rows for the command line.

mod consumption;
mod quarantine;
mod readings;
mod status;

pub use self::consumption::write_consumption_csv;
pub use self::quarantine::{
    HeldAttachment, HeldDetail, Refusal, SeenAt, held_attachment, held_attachments,
};
pub use self::readings::{HEADER, LiveReading, each_live_reading, write_csv};
pub use self::status::{OutcomeCount, SourceStatus, outcome_counts, source_status};

/// What is stored could not be read or written out.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database did not answer.
    #[error("what is stored could not be read from the database")]
    Read(#[source] sqlx::Error),
    /// The reader of the output went away, or the disk is full.
    #[error("the output could not be written")]
    Write(#[source] std::io::Error),
}
