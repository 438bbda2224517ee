//! A source that hands over nothing more when the process is to end.
//!
//! The mail that is under way is stored and acknowledged; the next pass finds the others.

use std::io;

use ingest::pass::PassReport;
use ingest::source::{Fetched, Item, ItemError, Source, SourceError};

use crate::shutdown::Shutdown;

/// Why a mail was not fetched; it is no problem of the mail.
const ENDING: &str = "meterwatch is ending";

/// Another source, as long as nobody asked for the end.
pub struct Stopping<'a, S> {
    source: &'a S,
    shutdown: &'a Shutdown,
}

impl<'a, S> Stopping<'a, S> {
    /// Wraps a source.
    pub const fn new(source: &'a S, shutdown: &'a Shutdown) -> Self {
        Self { source, shutdown }
    }
}

/// Takes the mails that were left for the next pass out of the problems.
pub fn forget_left_over(report: &mut PassReport) {
    report.problems.retain(|problem| !problem.sentence.contains(ENDING));
}

impl<S: Source + Sync> Source for Stopping<'_, S> {
    fn name(&self) -> &str {
        self.source.name()
    }

    async fn list(&self) -> Result<Vec<Item>, SourceError> {
        if self.shutdown.is_asked() { Ok(Vec::new()) } else { self.source.list().await }
    }

    async fn fetch(&self, item: &Item) -> Result<Fetched, ItemError> {
        if self.shutdown.is_asked() {
            return Err(ItemError::Read(io::Error::other(ENDING)));
        }
        self.source.fetch(item).await
    }

    async fn acknowledge(&self, item: &Item) -> Result<(), ItemError> {
        self.source.acknowledge(item).await
    }
}
