//! Files are opened in a child process.
//!
//! A file from a mail can make a parser loop, abort, or ask for all memory; none of that can be caught within a
//! process. So a long-lived child of the same program opens them one at a time, under a limit of memory it sets for
//! itself and a limit of time its parent keeps. Whatever happens to it ends as a [`Problem`] of the one file, and the
//! next file gets a new child.
//!
//! The child inherits no environment, so that it holds no secret; it gets bytes on its standard input and answers on
//! its standard output, in frames whose length is checked before memory is taken for them.

pub mod child;
pub mod limits;
pub mod pool;

mod frame;
mod packed;
mod process;
mod protocol;

use std::path::PathBuf;

use readings::{Extraction, Problem, ProblemCode};
use tokio::sync::Mutex;

use crate::layout::FileContext;
use crate::workbook::{BookView, Window, WorkbookFormat};

pub use child::child_main;
pub use limits::ReaderLimits;
pub use pool::ReaderPool;

use process::Process;

/// One reader process, started when it is needed and replaced when it fails.
#[derive(Debug)]
pub struct Reader {
    program: PathBuf,
    limits: ReaderLimits,
    process: Mutex<Option<Process>>,
}

/// The reader process could not be started: nothing is wrong with a file, and trying again later may help.
#[derive(Debug, thiserror::Error)]
pub enum ReaderError {
    /// The program could not be run.
    #[error("cannot start the reader process {program}")]
    Start {
        /// The program.
        program: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The program ran but did not answer as a reader.
    #[error(
        "{program} does not answer as a reader process; is it another version of this program?"
    )]
    Handshake {
        /// The program.
        program: PathBuf,
    },
}

impl Reader {
    /// Starts a reader: `program` is this program, which answers to the hidden subcommand `reader` with
    /// [`child_main`].
    pub async fn spawn(program: PathBuf, limits: ReaderLimits) -> Result<Self, ReaderError> {
        let process = Process::start(&program, &limits).await?;
        Ok(Self { program, limits, process: Mutex::new(Some(process)) })
    }

    /// Opens a file and reads its tables; one file at a time, further callers wait.
    ///
    /// Problems of the file as a whole are the error, with the codes of [`crate::workbook::read`], and
    /// `reader_timeout`, `reader_out_of_memory` or `reader_died` where the process had to be given up. Dropping the
    /// future ends the process, and the next call starts another.
    pub async fn read(
        &self,
        context: &FileContext,
        bytes: &[u8],
    ) -> Result<(WorkbookFormat, Extraction), Problem> {
        let (format, extraction, _) = self.ask(context, bytes, None).await?;
        Ok((format, extraction))
    }

    /// As [`Reader::read`], with a part of a sheet as a person sees it.
    pub async fn look(
        &self,
        context: &FileContext,
        bytes: &[u8],
        window: Window,
    ) -> Result<(WorkbookFormat, Extraction, BookView), Problem> {
        self.ask(context, bytes, Some(window)).await
    }

    async fn ask(
        &self,
        context: &FileContext,
        bytes: &[u8],
        window: Option<Window>,
    ) -> Result<(WorkbookFormat, Extraction, BookView), Problem> {
        self.limits.workbook.check_file(bytes.len())?;
        let mut slot = self.process.lock().await;
        // While the process works it is not in its place: a caller that gives up leaves no half-read answer behind.
        let mut process = match slot.take().and_then(Process::if_alive) {
            Some(process) => process,
            None => Process::start(&self.program, &self.limits)
                .await
                .map_err(|error| could_not_start(&error))?,
        };
        let exchange = process.read(context, bytes, window);
        match tokio::time::timeout(self.limits.wall_clock(), exchange).await {
            Ok(Ok(answer)) => {
                if !process.is_worn(&self.limits) {
                    *slot = Some(process);
                }
                let (format, packed) = answer.outcome?;
                let extraction = packed.unpack().map_err(|torn| {
                    Problem::of_file(
                        ProblemCode::ReaderDied,
                        format!("The file was not read: {torn}."),
                    )
                })?;
                Ok((format, extraction, answer.book))
            }
            Ok(Err(_)) => Err(process.post_mortem(&self.limits).await),
            Err(_) => {
                process.kill().await;
                Err(Problem::of_file(
                    ProblemCode::ReaderTimeout,
                    format!(
                        "Reading the file was stopped after {} seconds (seconds_per_file).",
                        self.limits.seconds_per_file
                    ),
                ))
            }
        }
    }

    /// The process id of the child, where one runs.
    pub async fn process_id(&self) -> Option<u32> {
        self.process.lock().await.as_ref().and_then(Process::id)
    }
}

fn could_not_start(error: &ReaderError) -> Problem {
    Problem::of_file(ProblemCode::ReaderDied, format!("The file was not opened: {error}."))
}
