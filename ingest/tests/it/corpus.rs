//! The corpus of real files, and what its manifest expects of them.

#![expect(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

use std::path::PathBuf;

/// One line of the manifest.
pub struct Entry {
    /// The file below the corpus.
    pub file: String,
    /// What a correct program says of it.
    pub expected: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// The entries of one folder of the corpus; none is a failure.
pub fn entries(folder: &str) -> Vec<Entry> {
    let root = folder_of_corpus();
    let mut reader =
        csv::Reader::from_path(root.join("MANIFEST.csv")).expect("the corpus has a manifest");
    let headers = reader.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let (file, expected) = (column("file"), column("expected"));
    let entries: Vec<Entry> = reader
        .records()
        .map(|record| record.unwrap())
        .filter(|record| record[file].starts_with(&format!("{folder}/")))
        .map(|record| Entry {
            file: record[file].to_owned(),
            expected: record[expected].to_owned(),
            content: std::fs::read(root.join(&record[file])).unwrap(),
        })
        .collect();
    assert!(!entries.is_empty(), "no file of the corpus is in {folder}");
    entries
}

fn folder_of_corpus() -> PathBuf {
    let shared = std::env::var_os("METERWATCH_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared"),
        PathBuf::from,
    );
    shared.join("corpus")
}
