//! The processes that open workbooks: this program again, with limits.

use std::thread::available_parallelism;

use ingest::layout::FileContext;
use ingest::pass::{LookAtFile, OpenFile, OpenedFile, OpenedInParts};
use ingest::reader::{ReaderLimits, ReaderPool};
use ingest::workbook::{BookView, Window};
use readings::{Extraction, Problem};

use crate::config::{Config, ReaderSettings};
use crate::exit::{Exit, Failure};

/// More of them would wait for the database.
const MOST_PROCESSES: usize = 4;

/// The readers as passes use them: one for each processor.
#[derive(Debug)]
pub struct ReaderProcess(ReaderPool);

impl ReaderProcess {
    /// Starts it.
    pub async fn start(config: &Config) -> Result<Self, Failure> {
        let count = available_parallelism().map_or(1, usize::from).min(MOST_PROCESSES);
        Self::start_some(&config.reader, count).await
    }

    /// Starts so many, with these limits.
    pub async fn start_some(settings: &ReaderSettings, count: usize) -> Result<Self, Failure> {
        let advice =
            "see `meterwatch doctor`; the limits of [reader] may be too low to start at all";
        let failed = |what: &str| Failure::new(Exit::Failed, what, advice);
        let program = std::env::current_exe().map_err(|error| {
            failed("the program does not know where it lies, so it cannot start its reader")
                .because(error)
        })?;
        let limits = ReaderLimits {
            memory_bytes: settings.memory_mib.saturating_mul(1 << 20),
            seconds_per_file: settings.seconds_per_file,
            ..ReaderLimits::default()
        };
        let reader = ReaderPool::spawn(program, count, limits).await;
        reader.map(Self).map_err(|error| failed("the reader did not start").because(error))
    }
}

impl ReaderProcess {
    /// How many files are opened at a time.
    pub fn count(&self) -> usize {
        self.0.count()
    }

    /// Opens a file in the first reader that is free.
    pub async fn read(&self, about: &FileContext, content: &[u8]) -> OpenedFile {
        let (format, extraction) = self.0.read(about, content).await?;
        Ok((format.code().to_owned(), extraction))
    }
}

impl OpenFile for ReaderProcess {
    async fn open(&mut self, about: &FileContext, content: &[u8]) -> OpenedFile {
        self.0.open(about, content).await
    }

    async fn open_all(&mut self, files: &[(FileContext, &[u8])]) -> Vec<OpenedInParts> {
        self.0.open_all(files).await
    }
}

impl LookAtFile for ReaderProcess {
    async fn look(
        &mut self,
        about: &FileContext,
        content: &[u8],
        window: Window,
    ) -> Result<(String, Extraction, BookView), Problem> {
        LookAtFile::look(&mut self.0, about, content, window).await
    }
}
