//! Damaged copies of good files and mails: each ends in readings or in a code that is documented, and none costs the
//! process, five seconds, or 256 MiB.

#![expect(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

mod damage;
pub mod seeds;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use ingest::message;
use ingest::reader::{Reader, ReaderLimits};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRng, TestRunner};
use readings::{Problem, ProblemCode};

use crate::reader::{context, reader};
use damage::{Damage, damaged};
use seeds::Seed;

/// Damaged files, and damaged mails.
const FILES: u32 = 1_200;
const MAILS: u32 = 400;
const LONGEST: Duration = Duration::from_secs(5);
const MOST_MEMORY: u64 = 256 * 1024 * 1024;

/// A reader that is given up beyond the limits of this test: then the file ends in a code that is not allowed here.
async fn limited_reader() -> Reader {
    let limits = ReaderLimits {
        seconds_per_file: LONGEST.as_secs(),
        memory_bytes: MOST_MEMORY,
        files_per_process: u32::MAX,
        resident_bytes: MOST_MEMORY,
        ..ReaderLimits::default()
    };
    reader(limits).await
}

fn is_lost(problem: &Problem) -> bool {
    matches!(
        problem.code,
        ProblemCode::ReaderTimeout | ProblemCode::ReaderDied | ProblemCode::ReaderOutOfMemory
    )
}

#[test]
fn damaged_files_end_in_readings_or_a_documented_code() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let reader = runtime.block_on(limited_reader());
    let first = runtime.block_on(reader.process_id());
    let seeds = seeds::files();
    let mut outcomes: BTreeMap<&str, u32> = BTreeMap::new();
    let files = cases(FILES);
    run(files, &seeds, |name, file| {
        match runtime.block_on(reader.read(&context(name), &file)) {
            Ok(_) => *outcomes.entry("read").or_default() += 1,
            Err(problem) => {
                prop_assert!(!is_lost(&problem), "{name}: {} {}", problem.code, problem.sentence);
                *outcomes.entry(problem.code.code()).or_default() += 1;
            }
        }
        Ok(())
    });
    println!("{files} damaged files: {outcomes:?}");
    assert_eq!(runtime.block_on(reader.process_id()), first, "no file may cost the process");
    // Damage that only ever ends in one way would be no test.
    assert!(outcomes.len() > 3 && outcomes["read"] > files / 20, "{outcomes:?}");
}

#[test]
fn damaged_mails_are_read_as_far_as_they_go() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let reader = runtime.block_on(limited_reader());
    let seeds = seeds::mails();
    let (mut attachments, mut damaged) = (0, 0);
    let mails = cases(MAILS);
    run(mails, &seeds, |name, raw| {
        let begun = Instant::now();
        let message = message::parse(&raw);
        prop_assert!(begun.elapsed() < LONGEST, "{name} took {:?}", begun.elapsed());
        damaged += u32::from(!message.problems.is_empty());
        for attachment in &message.attachments {
            attachments += 1;
            if !attachment.can_be_workbook() {
                continue;
            }
            let read = runtime.block_on(reader.read(&context(name), &attachment.content));
            if let Err(problem) = read {
                prop_assert!(!is_lost(&problem), "{name}: {} {}", problem.code, problem.sentence);
            }
        }
        Ok(())
    });
    println!("{mails} damaged mails: {attachments} attachments, {damaged} with a problem recorded");
    assert!(attachments > mails / 4, "{attachments}");
    assert!(damaged > mails / 10, "{damaged}");
}

/// So many cases, times what `METERWATCH_MUTATIONS` says.
pub fn cases(usual: u32) -> u32 {
    let times = std::env::var("METERWATCH_MUTATIONS").ok().and_then(|times| times.parse().ok());
    usual * times.unwrap_or(1)
}

/// Damages seeds in ways that are the same in every run.
pub fn run(
    cases: u32,
    seeds: &[Seed],
    mut check: impl FnMut(&str, Vec<u8>) -> Result<(), TestCaseError>,
) {
    let config =
        Config { cases, failure_persistence: None, max_shrink_iters: 20, ..Config::default() };
    let seeded = TestRng::deterministic_rng(config.rng_algorithm);
    let mut runner = TestRunner::new_with_rng(config, seeded);
    let check = std::cell::RefCell::new(&mut check);
    let outcome = runner.run(&Damage::of(seeds.len()), |damage| {
        let (name, file) = &seeds[damage.file];
        let (_, other) = &seeds[damage.other];
        (check.borrow_mut())(name, damaged(file, other, &damage))
    });
    outcome.unwrap();
}

#[test]
fn every_code_is_documented() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/CODES.md")).unwrap();
    for code in ProblemCode::ALL {
        let line = format!("| `{code}` |");
        let line = page.lines().find(|text| text.starts_with(&line));
        let line = line.unwrap_or_else(|| panic!("CODES.md does not explain {code}"));
        assert!(line.contains(code.hint()), "CODES.md gives another hint for {code}: {line}");
    }
}
