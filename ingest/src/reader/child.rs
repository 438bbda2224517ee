//! The child's side: reads files from its standard input until that is closed.

use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use readings::{Extraction, Problem, ProblemCode};
use rustix::param::page_size;
use rustix::process::{Resource, Rlimit, setrlimit};

use super::frame;
use super::limits::ReaderLimits;
use super::protocol::{Answer, Hello, Next, Request, SMALL_FRAME, VERSION};
use super::stretches::{self, Ended, Hearer};
use crate::layout::{self, FileContext};
use crate::packed::{PART, Packed, Part};
use crate::workbook::{self, BookView, Window, WorkbookFormat};

/// Where the last panic happened, for the sentence of the problem.
static LAST_PANIC: Mutex<Option<String>> = Mutex::new(None);

/// Serves one parent until it closes the pipe; to be called before anything else of the program runs, because the
/// limit of memory counts what was taken before.
pub fn child_main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|place| format!("{}:{}", place.file(), place.line()));
        *LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }));
    match serve(&mut io::stdin().lock(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn serve(input: &mut impl Read, output: &mut impl Write) -> io::Result<()> {
    let Some(settings) = frame::read(input, SMALL_FRAME)? else { return Ok(()) };
    let limits: ReaderLimits = frame::decode(&settings)?;
    limit_itself(&limits)?;
    frame::write(output, &frame::encode(&Hello { version: VERSION })?)?;
    let largest = u32::try_from(limits.workbook.file_bytes).unwrap_or(u32::MAX);
    while let Some(request) = frame::read(input, SMALL_FRAME)? {
        let request: Request = frame::decode(&request)?;
        let Some(bytes) = frame::read(input, largest)? else { return Ok(()) };
        if request.in_parts && in_stretches(&bytes, &request.context, &limits, output)? {
            continue;
        }
        let (outcome, book) = open(&bytes, &request.context, request.window, &limits);
        drop(bytes);
        let (answer, further) = packed(outcome, book, request.in_parts)?;
        for frame in within(answer, further, &limits)? {
            frame::write(output, &frame)?;
        }
    }
    Ok(())
}

/// Reads a file in stretches, and says each; `false` where an answer is to follow that counts instead.
fn in_stretches(
    bytes: &[u8],
    context: &FileContext,
    limits: &ReaderLimits,
    output: &mut impl Write,
) -> io::Result<bool> {
    let mut parent = Parent { output, left: limits.answer_bytes as usize, has_heard: false };
    match stretches::read(bytes, context, limits, &mut parent) {
        Ok(()) => parent.hear(&Next::End { resident_bytes: resident_bytes() }).map(|()| true),
        Err(Ended::AsAWhole) if parent.has_heard => parent.hear(&Next::Instead).map(|()| false),
        Err(Ended::AsAWhole) => Ok(false),
        Err(Ended::Unheard(error)) => Err(error),
    }
}

/// The parent, to whom stretches are said.
struct Parent<'o, W> {
    output: &'o mut W,
    /// Bytes that the answer may still have.
    left: usize,
    has_heard: bool,
}

impl<W: Write> Parent<'_, W> {
    fn hear(&mut self, next: &Next) -> io::Result<()> {
        frame::write(self.output, &frame::encode(next)?)
    }

    /// Takes room for a frame; a file whose answer is too long is read as a whole, which says so.
    fn make_room(&mut self, bytes: usize) -> Result<(), Ended> {
        self.left = self.left.checked_sub(bytes).ok_or(Ended::AsAWhole)?;
        Ok(())
    }
}

impl<W: Write> Hearer for Parent<'_, W> {
    fn first(&mut self, packed: Packed) -> Result<(), Ended> {
        let answer = encoded(Ok((WorkbookFormat::Xlsx, packed)), BookView::default())
            .map_err(Ended::Unheard)?;
        self.make_room(answer.len())?;
        self.has_heard = true;
        frame::write(self.output, &answer).map_err(Ended::Unheard)
    }

    fn further(&mut self, part: Part) -> Result<(), Ended> {
        let part = part.into_bytes();
        self.make_room(part.len())?;
        self.hear(&Next::Part).map_err(Ended::Unheard)?;
        frame::write(self.output, &part).map_err(Ended::Unheard)
    }
}

/// The encoded answer, and the parts that follow it.
fn packed(
    outcome: Result<(WorkbookFormat, Extraction), Problem>,
    book: BookView,
    in_parts: bool,
) -> io::Result<(Vec<u8>, Vec<Part>)> {
    match outcome {
        Ok((format, extraction)) if in_parts && extraction.adds_up() => {
            let (packed, further) = Packed::in_parts(extraction, PART);
            let further = further.collect::<io::Result<_>>()?;
            Ok((encoded(Ok((format, packed)), book)?, further))
        }
        other => {
            let outcome = other.map(|(format, all)| (format, Packed::whole(all)));
            Ok((encoded(outcome, book)?, Vec::new()))
        }
    }
}

fn encoded(
    outcome: Result<(WorkbookFormat, Packed), Problem>,
    book: BookView,
) -> io::Result<Vec<u8>> {
    frame::encode(&Answer { outcome, book, resident_bytes: resident_bytes() })
}

fn open(
    bytes: &[u8],
    context: &FileContext,
    window: Option<Window>,
    limits: &ReaderLimits,
) -> (Result<(WorkbookFormat, Extraction), Problem>, BookView) {
    let read = || {
        let workbook = workbook::read(bytes, &limits.workbook)?;
        let extraction = layout::extract(&workbook, context);
        let book = window.map(|window| workbook::view(&workbook, window)).unwrap_or_default();
        Ok(((workbook.format, extraction), book))
    };
    let read = catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        let place = LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner).take();
        let place = place.unwrap_or_else(|| "an unknown place".to_owned());
        Err(Problem::of_file(
            ProblemCode::ReaderDied,
            format!("The program failed over this file, at {place}."),
        ))
    });
    match read {
        Ok((read, book)) => (Ok(read), book),
        Err(problem) => (Err(problem), BookView::default()),
    }
}

/// The frames of the answer, or where they are too long the refusal that says so.
fn within(answer: Vec<u8>, further: Vec<Part>, limits: &ReaderLimits) -> io::Result<Vec<Vec<u8>>> {
    let frames: Vec<Vec<u8>> =
        std::iter::once(answer).chain(further.into_iter().map(Part::into_bytes)).collect();
    if frames.iter().map(Vec::len).sum::<usize>() <= limits.answer_bytes as usize {
        return Ok(frames);
    }
    let problem = Problem::of_file(
        ProblemCode::LimitExceeded,
        format!(
            "The file holds readings of more than {} bytes (answer_bytes).",
            limits.answer_bytes
        ),
    );
    let book = BookView::default();
    let refusal = Answer { outcome: Err(problem), book, resident_bytes: resident_bytes() };
    Ok(vec![frame::encode(&refusal)?])
}

fn limit_itself(limits: &ReaderLimits) -> io::Result<()> {
    let (taken, _) = memory();
    let most = Some(taken.saturating_add(limits.memory_bytes));
    setrlimit(Resource::As, Rlimit { current: most, maximum: most })?;
    // A core of a killed reader would hold the file, and fill the disk.
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    Ok(())
}

fn resident_bytes() -> u64 {
    memory().1
}

/// Bytes of address space taken and of memory resident; zero where the system does not tell.
fn memory() -> (u64, u64) {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let mut pages = pages.split(' ').map(|count| count.parse::<u64>().unwrap_or(0));
    let size = page_size() as u64;
    (pages.next().unwrap_or(0) * size, pages.next().unwrap_or(0) * size)
}
