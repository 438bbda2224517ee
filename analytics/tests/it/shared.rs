//! Where the development data lie, and small files to write.

use std::path::{Path, PathBuf};

/// A file of the shared folder; the test fails when it is missing.
pub fn shared(path: &str) -> PathBuf {
    let root = std::env::var_os("METERWATCH_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    let file = root.join(path);
    assert!(file.exists(), "{} is missing; set METERWATCH_SHARED", file.display());
    file
}

/// The lines of a gzipped table without its header.
pub fn gzipped_lines(path: &str) -> Vec<String> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(true).from_reader(flate2::read::MultiGzDecoder::new(
            std::fs::File::open(shared(path)).expect("the file opens"),
        ));
    reader
        .records()
        .map(|record| record.expect("a record").iter().collect::<Vec<_>>().join(","))
        .collect()
}

/// The header of the readings.
pub const HEADER: &str = "site,meter,commodity,unit,period_start,period_end,quantity,temperature_c";

/// Runs the backtest over these lines; gives back the lines of the result without the header.
pub fn backtest(lines: &[String]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("readings.csv");
    std::fs::write(&file, format!("{HEADER}\n{}\n", lines.join("\n"))).expect("written");
    backtest_file(&file)
}

/// Runs the backtest over a file; gives back the lines of the result without the header.
pub fn backtest_file(file: &Path) -> Vec<String> {
    let mut out = Vec::new();
    analytics::backtest::run(&[file], &mut out).expect("a backtest");
    let text = String::from_utf8(out).expect("text");
    let mut lines = text.lines().map(str::to_owned);
    assert_eq!(
        lines.next().as_deref(),
        Some("meter,period_start,expected,lower,upper,score,flagged,kind,reason")
    );
    lines.collect()
}
