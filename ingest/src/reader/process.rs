//! The parent's side of one reader process.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use readings::{Problem, ProblemCode};
use tokio::io::AsyncReadExt;
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;

use super::ReaderError;
use super::frame;
use super::limits::ReaderLimits;
use super::protocol::{Answer, Hello, Next, Request, SMALL_FRAME, VERSION};
use crate::packed::Part;

/// A running child.
#[derive(Debug)]
pub struct Process {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    complaints: JoinHandle<String>,
    answer_bytes: u32,
    /// How many bytes the answer may still have.
    left: u32,
    files: u32,
    resident_bytes: u64,
}

/// What came after an answer.
#[derive(Debug)]
pub enum Came {
    /// Further readings.
    Part(Part),
    /// The file is read.
    End,
    /// An answer that counts in place of all that came before, with its parts.
    Instead(Box<Answer>, Vec<Part>),
}

const HANDSHAKE: Duration = Duration::from_secs(20);
/// What the allocator keeps of freed memory: 16 MiB, little of what a reader may take.
const KEPT_BYTES: &str = "16777216";
/// What the standard library of Rust says before it aborts for want of memory.
const OUT_OF_MEMORY: &str = "memory allocation of";
const SIGABRT: i32 = 6;
const SIGKILL: i32 = 9;

impl Process {
    /// Starts the child, tells it its limits, and waits until it says that it is there.
    pub async fn start(program: &Path, limits: &ReaderLimits) -> Result<Self, ReaderError> {
        let mut command = Command::new(program);
        command
            .arg("reader")
            .env_clear()
            .env("LANG", "C.UTF-8")
            // What one file took is kept for the next: giving it back and taking it again is a tenth of the work.
            .env("MALLOC_TRIM_THRESHOLD_", KEPT_BYTES)
            .env("MALLOC_MMAP_THRESHOLD_", KEPT_BYTES)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let start = |source| ReaderError::Start { program: program.to_owned(), source };
        let handshake = || ReaderError::Handshake { program: program.to_owned() };
        let mut child = command.spawn().map_err(start)?;
        let (Some(input), Some(output), Some(complaints)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(handshake());
        };
        let mut process = Self {
            child,
            input,
            output,
            complaints: tokio::spawn(first_words(complaints)),
            answer_bytes: limits.answer_bytes,
            left: 0,
            files: 0,
            resident_bytes: 0,
        };
        match tokio::time::timeout(HANDSHAKE, process.shake_hands(limits)).await {
            Ok(Ok(VERSION)) => Ok(process),
            _ => Err(handshake()),
        }
    }

    async fn shake_hands(&mut self, limits: &ReaderLimits) -> std::io::Result<u32> {
        frame::send(&mut self.input, &frame::encode(limits)?).await?;
        let hello: Hello = frame::decode(&frame::receive(&mut self.output, SMALL_FRAME).await?)?;
        Ok(hello.version)
    }

    /// Has one file read; returns the answer, and the parts that follow it as far as it says how many.
    pub async fn read(
        &mut self,
        request: &Request,
        bytes: &[u8],
    ) -> std::io::Result<(Answer, Vec<Part>)> {
        frame::send(&mut self.input, &frame::encode(request)?).await?;
        frame::send(&mut self.input, bytes).await?;
        self.files += 1;
        self.answer().await
    }

    async fn answer(&mut self) -> std::io::Result<(Answer, Vec<Part>)> {
        self.left = self.answer_bytes;
        let answer = self.receive().await?;
        let answer: Answer = frame::decode(&answer)?;
        self.resident_bytes = answer.resident_bytes;
        let mut parts = Vec::new();
        let count = answer.outcome.as_ref().map_or(Some(0), |(_, packed)| packed.further());
        for _ in 0..count.unwrap_or(0) {
            parts.push(Part::new(self.receive().await?));
        }
        Ok((answer, parts))
    }

    /// What follows an answer that does not say how many parts follow it.
    pub async fn next(&mut self) -> std::io::Result<Came> {
        let next = frame::receive(&mut self.output, SMALL_FRAME).await?;
        Ok(match frame::decode(&next)? {
            Next::Part => Came::Part(Part::new(self.receive().await?)),
            Next::End { resident_bytes } => {
                self.resident_bytes = resident_bytes;
                Came::End
            }
            Next::Instead => {
                let (answer, parts) = self.answer().await?;
                Came::Instead(Box::new(answer), parts)
            }
        })
    }

    async fn receive(&mut self) -> std::io::Result<Vec<u8>> {
        let bytes = frame::receive(&mut self.output, self.left).await?;
        self.left = self.left.saturating_sub(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        Ok(bytes)
    }

    /// Whether it has done its share and should be replaced.
    pub fn is_worn(&self, limits: &ReaderLimits) -> bool {
        self.files >= limits.files_per_process || self.resident_bytes > limits.resident_bytes
    }

    /// The process where it still runs; that it ended between two files is no file's fault.
    pub fn if_alive(mut self) -> Option<Self> {
        matches!(self.child.try_wait(), Ok(None)).then_some(self)
    }

    /// Its process id.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Ends it.
    pub async fn kill(mut self) {
        // An error says that it has ended already.
        let _ = self.child.kill().await;
    }

    /// Why it ended without an answer.
    pub async fn post_mortem(mut self, limits: &ReaderLimits) -> Problem {
        drop(self.input);
        // A child that closed its output but lives on is of no use either.
        let ended = tokio::time::timeout(Duration::from_secs(2), self.child.wait()).await;
        if ended.is_err() {
            let _ = self.child.kill().await;
        }
        let status = ended.ok().and_then(Result::ok);
        let complaint = self.complaints.await.unwrap_or_default();
        cause_of_death(status, &complaint, limits)
    }
}

fn cause_of_death(status: Option<ExitStatus>, complaint: &str, limits: &ReaderLimits) -> Problem {
    let signal = status.and_then(|status| status.signal());
    let is_memory =
        signal == Some(SIGKILL) || (signal == Some(SIGABRT) && complaint.contains(OUT_OF_MEMORY));
    if is_memory {
        return Problem::of_file(
            ProblemCode::ReaderOutOfMemory,
            format!(
                "Reading the file took more than {} bytes of memory (memory_bytes).",
                limits.memory_bytes
            ),
        );
    }
    let how = match (signal, status.and_then(|status| status.code())) {
        (Some(signal), _) => format!("by signal {signal}"),
        (None, Some(code)) => format!("with code {code}"),
        (None, None) => "in an unknown way".to_owned(),
    };
    Problem::of_file(
        ProblemCode::ReaderDied,
        format!("The reader process ended {how} over this file."),
    )
}

/// The first kilobytes the child says on its standard error; the rest is read and forgotten so that it never blocks.
async fn first_words(mut from: ChildStderr) -> String {
    let mut kept = Vec::new();
    let mut block = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut block).await {
        let room = 16_384_usize.saturating_sub(kept.len());
        kept.extend_from_slice(&block[..read.min(room)]);
    }
    String::from_utf8_lossy(&kept).into_owned()
}
