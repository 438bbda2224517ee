//! A pass over a folder, alone: for the tests of the crate that kill it, and for measuring it.
//!
//! `ingest-pass FOLDER` with `DATABASE_URL` set; the program has it as a subcommand.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use ingest::pass;
use ingest::reader::{ReaderLimits, ReaderPool};
use ingest::source::{After, Folder};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let argument = std::env::args().nth(1).ok_or("a folder is wanted")?;
    if argument == "reader" {
        return Ok(ingest::reader::child_main());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(pass_over(PathBuf::from(argument)))?;
    Ok(ExitCode::SUCCESS)
}

async fn pass_over(folder: PathBuf) -> Result<(), Box<dyn Error>> {
    let pool = migrations::connect(&std::env::var("DATABASE_URL")?).await?;
    let program = std::env::current_exe()?;
    let mut readers = ReaderPool::spawn(program, 2, ReaderLimits::default()).await?;
    let source = Folder::open("folder", folder, After::Move);
    // Long after every mail, and the same in every run.
    let now = "2026-01-01T00:00:00Z".parse()?;
    pass::run(&pool, &[source], &mut readers, now, &mut ()).await?;
    Ok(())
}
