//! A pass over one source, alone: for the tests of the crate that kill it, and for measuring it.
//!
//! `ingest-pass FOLDER`, or `ingest-pass SOURCE.json` for a source of any kind as the configuration states it (paths
//! relative to that file), with `DATABASE_URL` set; the program has it as a subcommand.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use ingest::pass;
use ingest::reader::{ReaderLimits, ReaderPool};
use ingest::source::{self, After, AnySource, Folder, SourceConfig};
use jiff::Timestamp;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let argument = std::env::args().nth(1).ok_or("a folder is wanted")?;
    if argument == "reader" {
        return Ok(ingest::reader::child_main());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(pass_over(PathBuf::from(argument)))?;
    Ok(ExitCode::SUCCESS)
}

async fn pass_over(place: PathBuf) -> Result<(), Box<dyn Error>> {
    let pool = migrations::connect(&std::env::var("DATABASE_URL")?).await?;
    let program = std::env::current_exe()?;
    let mut readers = ReaderPool::spawn(program, 2, ReaderLimits::default()).await?;
    let source = source_at(place)?;
    let report = pass::run(&pool, &[source], &mut readers, long_after(), &mut ()).await?;
    match report.problems.first() {
        None => Ok(()),
        Some(problem) => Err(format!("{problem:?}").into()),
    }
}

fn source_at(place: PathBuf) -> Result<AnySource, Box<dyn Error>> {
    if place.extension().is_none_or(|extension| extension != "json") {
        return Ok(AnySource::Folder(Folder::open("folder", place, After::Move)));
    }
    let config: SourceConfig = serde_json::from_slice(&std::fs::read(&place)?)?;
    let beside = place.parent().ok_or("a source is described in a file")?;
    Ok(source::open(&config, beside, long_after)?)
}

/// A time that no token outlives and no mail has: the same in every run.
fn long_after() -> Timestamp {
    Timestamp::from_second(1_767_225_600).unwrap_or_default()
}
