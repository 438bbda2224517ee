//! Several reader processes side by side.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use readings::{Extraction, Problem};
use tokio::sync::Semaphore;

use super::{Reader, ReaderError, ReaderLimits};
use crate::layout::FileContext;
use crate::workbook::WorkbookFormat;

/// Reader processes that take files from several tasks.
#[derive(Debug)]
pub struct ReaderPool {
    free: Mutex<Vec<Reader>>,
    permits: Semaphore,
}

/// A reader that goes back to the pool, also where the task that used it was dropped.
struct Lent<'a> {
    pool: &'a ReaderPool,
    reader: Option<Reader>,
}

impl ReaderPool {
    /// Starts `count` readers, at least one.
    pub async fn spawn(
        program: PathBuf,
        count: usize,
        limits: ReaderLimits,
    ) -> Result<Self, ReaderError> {
        let mut free = Vec::new();
        for _ in 0..count.max(1) {
            free.push(Reader::spawn(program.clone(), limits.clone()).await?);
        }
        Ok(Self { permits: Semaphore::new(free.len()), free: Mutex::new(free) })
    }

    /// Opens a file in the first reader that is free; see [`Reader::read`].
    pub async fn read(
        &self,
        context: &FileContext,
        bytes: &[u8],
    ) -> Result<(WorkbookFormat, Extraction), Problem> {
        // The semaphore is never closed.
        let _permit = self.permits.acquire().await;
        let reader = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let lent = Lent { pool: self, reader };
        match &lent.reader {
            Some(reader) => reader.read(context, bytes).await,
            None => unreachable!("there are as many permits as readers"),
        }
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.pool.free.lock().unwrap_or_else(PoisonError::into_inner).extend(self.reader.take());
    }
}
