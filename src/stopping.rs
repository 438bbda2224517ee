//! A source that hands over nothing more when the process is to end.
//!
//! The mail that is under way is stored and acknowledged; the next pass finds the others.

use ingest::source::{Fetched, Item, ItemError, Kept, Source, SourceError};

use crate::shutdown::Shutdown;

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

impl<S: Source + Sync> Source for Stopping<'_, S> {
    fn name(&self) -> &str {
        self.source.name()
    }

    async fn list(&self) -> Result<Vec<Item>, SourceError> {
        if self.shutdown.is_asked() { Ok(Vec::new()) } else { self.source.list().await }
    }

    async fn fetch(&self, item: &Item) -> Result<Fetched, ItemError> {
        if self.shutdown.is_asked() {
            return Err(ItemError::Ending);
        }
        self.source.fetch(item).await
    }

    fn fetch_ahead(&self, items: &[Item]) {
        if !self.shutdown.is_asked() {
            self.source.fetch_ahead(items);
        }
    }

    fn wants_file(&self, name: Option<&str>) -> bool {
        self.source.wants_file(name)
    }

    async fn acknowledge(&self, item: &Item, kept: Kept) -> Result<(), ItemError> {
        self.source.acknowledge(item, kept).await
    }

    async fn finish(&self) -> Result<(), SourceError> {
        self.source.finish().await
    }
}
