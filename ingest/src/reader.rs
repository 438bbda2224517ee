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

mod following;
mod frame;
mod process;
mod protocol;
mod stretches;

use std::path::PathBuf;
use std::sync::Arc;

use readings::{Extraction, Problem, ProblemCode};
use tokio::sync::Mutex;

use crate::layout::FileContext;
use crate::packed::{Further, Packed};
use crate::workbook::{BookView, Window, WorkbookFormat};

pub use child::child_main;
pub use limits::ReaderLimits;
pub use pool::ReaderPool;

use following::Following;
use process::Process;
use protocol::{Answer, Request};

/// What was read of a file: all but its readings, with those of its first part, and the other parts where there are
/// very many.
#[derive(Debug, Clone)]
pub struct ReadFile {
    /// The format found by content.
    pub format: WorkbookFormat,
    /// The readings of the first part, and all else; its account leaves out the further parts.
    pub extraction: Extraction,
    /// The readings of other meters, some of which may still be on their way.
    pub further: Further,
}

/// One reader process, started when it is needed and replaced when it fails.
#[derive(Debug)]
pub struct Reader {
    program: PathBuf,
    limits: ReaderLimits,
    process: Arc<Mutex<Option<Process>>>,
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
        Ok(Self { process: Arc::new(Mutex::new(Some(process))), ..Self::waiting(program, limits) })
    }

    /// A reader that is started when its first file comes.
    pub fn waiting(program: PathBuf, limits: ReaderLimits) -> Self {
        Self { program, limits, process: Arc::default() }
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
        let (answer, _) = self.ask(context, bytes, Mode::Whole(None)).await?;
        let (format, packed) = answer.outcome?;
        Ok((format, unpacked(packed)?))
    }

    /// As [`Reader::read`]; very many readings stay packed until they are needed, and may follow one by one while the
    /// first are used. Then the reader is busy until the last has come.
    pub async fn read_in_parts(
        &self,
        context: &FileContext,
        bytes: &[u8],
    ) -> Result<ReadFile, Problem> {
        let (answer, further) = self.ask(context, bytes, Mode::InParts).await?;
        let (format, packed) = answer.outcome?;
        Ok(ReadFile { format, extraction: unpacked(packed)?, further })
    }

    /// As [`Reader::read`], with a part of a sheet as a person sees it.
    pub async fn look(
        &self,
        context: &FileContext,
        bytes: &[u8],
        window: Window,
    ) -> Result<(WorkbookFormat, Extraction, BookView), Problem> {
        let (answer, _) = self.ask(context, bytes, Mode::Whole(Some(window))).await?;
        let (format, packed) = answer.outcome?;
        Ok((format, unpacked(packed)?, answer.book))
    }

    async fn ask(
        &self,
        context: &FileContext,
        bytes: &[u8],
        mode: Mode,
    ) -> Result<(Answer, Further), Problem> {
        self.limits.workbook.check_file(bytes.len())?;
        let mut slot = Arc::clone(&self.process).lock_owned().await;
        // While the process works it is not in its place: a caller that gives up leaves no half-read answer behind.
        let mut process = match slot.take().and_then(Process::if_alive) {
            Some(process) => process,
            None => Process::start(&self.program, &self.limits)
                .await
                .map_err(|error| could_not_start(&error))?,
        };
        let (window, in_parts) = match mode {
            Mode::Whole(window) => (window, false),
            Mode::InParts => (None, true),
        };
        let request = Request { context: context.clone(), window, in_parts };
        let exchange = process.read(&request, bytes);
        match tokio::time::timeout(self.limits.wall_clock(), exchange).await {
            Ok(Ok((answer, _))) if has_begun(&answer) => {
                let (sender, further) = Further::coming();
                let limits = self.limits.clone();
                tokio::spawn(Following { slot, process, limits }.follow(sender));
                Ok((answer, further))
            }
            Ok(Ok((answer, parts))) => {
                if !process.is_worn(&self.limits) {
                    *slot = Some(process);
                }
                Ok((answer, parts.into()))
            }
            Ok(Err(_)) => Err(process.post_mortem(&self.limits).await),
            Err(_) => {
                process.kill().await;
                Err(timed_out(&self.limits))
            }
        }
    }

    /// The process id of the child, where one runs.
    pub async fn process_id(&self) -> Option<u32> {
        self.process.lock().await.as_ref().and_then(Process::id)
    }
}

/// What is wanted of a file.
enum Mode {
    /// All at once, with a part of a sheet where one is asked for.
    Whole(Option<Window>),
    /// Very many readings in parts.
    InParts,
}

/// Whether it is not known yet how many parts follow.
fn has_begun(answer: &Answer) -> bool {
    answer.outcome.as_ref().is_ok_and(|(_, packed)| packed.further().is_none())
}

fn timed_out(limits: &ReaderLimits) -> Problem {
    Problem::of_file(
        ProblemCode::ReaderTimeout,
        format!(
            "Reading the file was stopped after {} seconds (seconds_per_file).",
            limits.seconds_per_file
        ),
    )
}

fn unpacked(packed: Packed) -> Result<Extraction, Problem> {
    packed.unpack().map_err(|torn| {
        Problem::of_file(ProblemCode::ReaderDied, format!("The file was not read: {torn}."))
    })
}

fn could_not_start(error: &ReaderError) -> Problem {
    Problem::of_file(ProblemCode::ReaderDied, format!("The file was not opened: {error}."))
}
