//! The reader process survives every file, and its own death.

#![expect(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

use std::path::PathBuf;

use ingest::layout::FileContext;
use ingest::reader::{Reader, ReaderLimits, ReaderPool};
use ingest::workbook::WorkbookFormat;
use readings::ProblemCode;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

use crate::killers;

pub fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_ingest-reader"))
}

pub fn context(name: &str) -> FileContext {
    FileContext {
        file_name: Some(name.to_owned()),
        mail_subject: None,
        today: jiff::civil::date(2026, 1, 1),
        profiles: Vec::new(),
        known_layouts: Vec::new(),
        earlier: Vec::new(),
    }
}

pub async fn reader(limits: ReaderLimits) -> Reader {
    Reader::spawn(program(), limits).await.unwrap()
}

const TABLE: &[u8] = b"meter,month,kWh\nM1,2024-01,10\nM1,2024-02,12\n";

async fn still_reads(reader: &Reader) {
    let (format, _) = reader.read(&context("a.csv"), TABLE).await.unwrap();
    assert_eq!(format, WorkbookFormat::Csv);
}

async fn signal(reader: &Reader, signal: Signal) {
    send(reader.process_id().await.unwrap(), signal);
}

fn send(id: u32, signal: Signal) {
    kill_process(Pid::from_raw(i32::try_from(id).unwrap()).unwrap(), signal).unwrap();
}

#[tokio::test]
async fn files_made_to_kill_end_in_cells_or_a_code() {
    let reader = reader(ReaderLimits::default()).await;
    let first = reader.process_id().await;
    let read = reader.read(&context("far.xlsx"), &killers::far_cells()).await;
    assert!(read.is_ok(), "{read:?}");
    let read = reader.read(&context("formula.xlsx"), &killers::formula_number()).await;
    assert!(read.is_ok(), "{read:?}");
    for claim in ["4000000000", "18446744073709551615", "18446744073709551616000"] {
        let problem =
            reader.read(&context("claim.xlsx"), &killers::claimed_texts(claim)).await.unwrap_err();
        assert_eq!(problem.code, ProblemCode::Corrupt, "{claim}");
    }
    for file in [killers::long_text(), killers::many_texts()] {
        let problem = reader.read(&context("bomb.xlsx"), &file).await.unwrap_err();
        assert_eq!(problem.code, ProblemCode::LimitExceeded, "{}", problem.sentence);
    }
    for file in killers::absurd_cells() {
        // What is wrong is one sheet's: the file is read, with a problem that names the sheet.
        let (_, extraction) = reader.read(&context("absurd.xlsx"), &file).await.unwrap();
        assert!(!extraction.problems.is_empty());
    }
    assert_eq!(reader.process_id().await, first, "none of these files costs the process");
}

#[tokio::test]
async fn a_reader_that_hangs_is_given_up_and_replaced() {
    let reader = reader(ReaderLimits { seconds_per_file: 2, ..ReaderLimits::default() }).await;
    let first = reader.process_id().await;
    signal(&reader, Signal::STOP).await;
    let problem = reader.read(&context("a.csv"), TABLE).await.unwrap_err();
    assert_eq!(problem.code, ProblemCode::ReaderTimeout);
    still_reads(&reader).await;
    assert_ne!(reader.process_id().await, first);
}

#[tokio::test]
async fn a_reader_that_dies_is_replaced_and_its_death_explained() {
    let reader = reader(ReaderLimits::default()).await;
    for (deadly, code) in [
        (Signal::TERM, ProblemCode::ReaderDied),
        (Signal::ABORT, ProblemCode::ReaderDied),
        // The system kills so when its memory is at an end.
        (Signal::KILL, ProblemCode::ReaderOutOfMemory),
    ] {
        // Stopped, so that it holds the file for certain when it dies.
        let id = reader.process_id().await.unwrap();
        send(id, Signal::STOP);
        let context = context("a.csv");
        let (read, ()) = tokio::join!(reader.read(&context, TABLE), async {
            send(id, deadly);
            send(id, Signal::CONT);
        });
        let problem = read.unwrap_err();
        assert_eq!(problem.code, code, "{deadly:?}: {}", problem.sentence);
        still_reads(&reader).await;
    }
}

#[tokio::test]
async fn a_reader_that_died_between_files_costs_no_file() {
    let reader = reader(ReaderLimits::default()).await;
    let id = reader.process_id().await.unwrap();
    send(id, Signal::KILL);
    // Killed processes stay until their parent asks for them: wait for the change without taking it.
    let id = Pid::from_raw(i32::try_from(id).unwrap()).unwrap();
    waitid(WaitId::Pid(id), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT).unwrap();
    still_reads(&reader).await;
}

#[tokio::test]
async fn memory_at_an_end_is_a_code_of_the_file() {
    let limits = ReaderLimits { memory_bytes: 24 * 1024 * 1024, ..ReaderLimits::default() };
    let reader = reader(limits).await;
    let text = "meter one,12345\n".repeat(200_000);
    let problem = reader.read(&context("long.csv"), text.as_bytes()).await.unwrap_err();
    assert_eq!(problem.code, ProblemCode::ReaderOutOfMemory, "{}", problem.sentence);
    still_reads(&reader).await;
}

#[tokio::test]
async fn a_caller_that_gives_up_leaves_no_half_read_answer() {
    let reader = reader(ReaderLimits::default()).await;
    let first = reader.process_id().await;
    signal(&reader, Signal::STOP).await;
    let context = context("a.csv");
    tokio::select! {
        biased;
        _ = reader.read(&context, TABLE) => panic!("a stopped process does not answer"),
        () = tokio::task::yield_now() => {}
    }
    still_reads(&reader).await;
    assert_ne!(reader.process_id().await, first);
}

#[tokio::test]
async fn a_worn_reader_is_replaced() {
    let reader = reader(ReaderLimits { files_per_process: 2, ..ReaderLimits::default() }).await;
    let first = reader.process_id().await;
    still_reads(&reader).await;
    assert_eq!(reader.process_id().await, first);
    still_reads(&reader).await;
    assert_eq!(reader.process_id().await, None);
    still_reads(&reader).await;
    assert_ne!(reader.process_id().await, first);
}

#[tokio::test]
async fn the_environment_stays_outside() {
    let reader = reader(ReaderLimits::default()).await;
    let id = reader.process_id().await.unwrap();
    let environment = std::fs::read_to_string(format!("/proc/{id}/environ")).unwrap();
    let names = environment.split_terminator('\0').map(|pair| pair.split('=').next().unwrap());
    assert_eq!(
        names.collect::<Vec<_>>(),
        ["LANG", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"],
        "what the parent sets itself, and nothing of its own environment"
    );
}

#[tokio::test]
async fn a_pool_reads_side_by_side() {
    let pool = ReaderPool::spawn(program(), 2, ReaderLimits::default()).await.unwrap();
    let context = context("a.csv");
    let (a, b, c) = tokio::join!(
        pool.read(&context, TABLE),
        pool.read(&context, TABLE),
        pool.read(&context, TABLE)
    );
    assert_eq!(a, b);
    assert_eq!(b, c);
    assert!(a.is_ok());
}

#[tokio::test]
async fn what_is_no_reader_is_refused_at_the_start() {
    let error =
        Reader::spawn(PathBuf::from("/bin/true"), ReaderLimits::default()).await.unwrap_err();
    assert!(error.to_string().contains("does not answer"), "{error}");
    let error =
        Reader::spawn(PathBuf::from("/nowhere"), ReaderLimits::default()).await.unwrap_err();
    assert!(error.to_string().contains("cannot start"), "{error}");
}
