//! Damaged copies of good files: each ends in cells or in a problem, and in nothing else.

#![expect(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

use ingest::reader::ReaderLimits;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRng, TestRunner};
use readings::ProblemCode;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use crate::corpus;
use crate::reader::{context, reader};

/// How a file is damaged: bytes set anew at places, and a cut.
#[derive(Debug, Clone)]
struct Damage {
    file: usize,
    flips: Vec<(f64, u8)>,
    kept: f64,
}

const CASES: u32 = 300;
/// Larger files take long to copy and are damaged in the same ways.
const LARGEST: usize = 50_000;

fn damage(files: usize) -> impl Strategy<Value = Damage> {
    let place = prop_oneof![0.0..1.0, 0.0..0.05_f64];
    let flips = proptest::collection::vec((place, any::<u8>()), 0..20);
    let kept = prop_oneof![3 => Just(1.0), 1 => 0.0..1.0_f64];
    (0..files, flips, kept).prop_map(|(file, flips, kept)| Damage { file, flips, kept })
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a part of a small length"
)]
fn part(length: usize, part: f64) -> usize {
    (length as f64 * part) as usize
}

fn damaged(file: &[u8], damage: &Damage) -> Vec<u8> {
    let mut file = file[..part(file.len(), damage.kept)].to_vec();
    for (place, byte) in &damage.flips {
        let at = part(file.len(), *place);
        if let Some(old) = file.get_mut(at) {
            *old = *byte;
        }
    }
    file
}

fn written() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let date = Format::new().set_num_format("yyyy-mm-dd");
    for (column, head) in ["Meter", "Month", "kWh"].into_iter().enumerate() {
        sheet.write(0, u16::try_from(column).unwrap(), head).unwrap();
    }
    for row in 1..40_u32 {
        sheet.write(row, 0, format!("M-{}", row % 3)).unwrap();
        let month = ExcelDateTime::from_ymd(2024, u8::try_from(row % 12 + 1).unwrap(), 1).unwrap();
        sheet.write_with_format(row, 1, &month, &date).unwrap();
        sheet.write(row, 2, f64::from(row) * 1.5).unwrap();
    }
    sheet.merge_range(50, 0, 51, 2, "Total", &Format::new()).unwrap();
    workbook.save_to_buffer().unwrap()
}

#[test]
fn damaged_files_end_in_cells_or_a_problem() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let limits = ReaderLimits { seconds_per_file: 10, ..ReaderLimits::default() };
    let reader = runtime.block_on(reader(limits));
    let mut files = vec![("written.xlsx".to_owned(), written())];
    files.extend(
        corpus::entries("nasty")
            .into_iter()
            .filter(|entry| entry.content.len() < LARGEST)
            .map(|entry| (entry.file, entry.content)),
    );
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let seeded = TestRng::deterministic_rng(config.rng_algorithm);
    let mut runner = TestRunner::new_with_rng(config, seeded);
    let outcome = runner.run(&damage(files.len()), |damage| {
        let (name, file) = &files[damage.file];
        let answer = runtime.block_on(reader.read(&context(name), &damaged(file, &damage)));
        if let Err(problem) = answer {
            let lost = [
                ProblemCode::ReaderTimeout,
                ProblemCode::ReaderDied,
                ProblemCode::ReaderOutOfMemory,
            ];
            prop_assert!(
                !lost.contains(&problem.code),
                "{name}: {} {}",
                problem.code,
                problem.sentence
            );
        }
        Ok(())
    });
    outcome.unwrap();
}
