//! The process that opens workbooks: this program again, with limits.

use ingest::layout::FileContext;
use ingest::pass::OpenFile;
use ingest::reader::{Reader, ReaderLimits};
use readings::{Extraction, Problem};

use crate::config::Config;
use crate::exit::{Exit, Failure};

/// The reader as passes use it.
#[derive(Debug)]
pub struct ReaderProcess(Reader);

impl ReaderProcess {
    /// Starts it.
    pub async fn start(config: &Config) -> Result<Self, Failure> {
        let advice =
            "see `meterwatch doctor`; the limits of [reader] may be too low to start at all";
        let failed = |what: &str| Failure::new(Exit::Failed, what, advice);
        let program = std::env::current_exe().map_err(|error| {
            failed("the program does not know where it lies, so it cannot start its reader")
                .because(error)
        })?;
        let limits = ReaderLimits {
            memory_bytes: config.reader.memory_mib.saturating_mul(1 << 20),
            seconds_per_file: config.reader.seconds_per_file,
            ..ReaderLimits::default()
        };
        let reader = Reader::spawn(program, limits).await;
        reader.map(Self).map_err(|error| failed("the reader did not start").because(error))
    }
}

impl OpenFile for ReaderProcess {
    async fn open(
        &mut self,
        about: &FileContext,
        content: &[u8],
    ) -> Result<(String, Extraction), Problem> {
        let (format, extraction) = self.0.read(about, content).await?;
        Ok((format.code().to_owned(), extraction))
    }
}
