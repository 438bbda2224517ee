//! How large a file may be before it is refused.

use readings::{Problem, ProblemCode};
use serde::{Deserialize, Serialize};

/// Limits that protect the machine from a file; each refusal names the limit that was met.
///
/// None of them trusts what a file says about itself: bytes are counted while they are inflated, cells while they are
/// read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of the file itself.
    pub file_bytes: u64,
    /// Bytes of all entries of an archive together, inflated.
    pub archive_bytes: u64,
    /// Bytes of one entry of an archive, inflated.
    pub entry_bytes: u64,
    /// How often larger an entry may become by inflating it; looked at after the first 1 MiB.
    pub inflation_ratio: u64,
    /// Entries of an archive.
    pub archive_entries: usize,
    /// Texts in the shared table of a workbook.
    pub shared_strings: u64,
    /// Bytes of the shared table of texts, inflated.
    pub shared_string_bytes: u64,
    /// Sheets of a workbook.
    pub sheets: usize,
    /// Rows of a sheet; the number of the last row counts, not how many are filled.
    pub rows: u32,
    /// Columns of a sheet.
    pub columns: u32,
    /// Non-empty cells of the whole workbook.
    pub cells: u64,
    /// Characters of one cell.
    pub cell_characters: usize,
    /// Merged ranges of one sheet.
    pub merged_ranges: usize,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u64 = 1024 * 1024;
        Self {
            file_bytes: 64 * MIB,
            archive_bytes: 768 * MIB,
            entry_bytes: 512 * MIB,
            inflation_ratio: 200,
            archive_entries: 2_000,
            shared_strings: 2_000_000,
            shared_string_bytes: 128 * MIB,
            sheets: 1_000,
            rows: 1_048_576,
            columns: 16_384,
            cells: 20_000_000,
            cell_characters: 32_767,
            merged_ranges: 100_000,
        }
    }
}

impl Limits {
    /// Refuses a file of more than [`Limits::file_bytes`].
    pub fn check_file(&self, length: usize) -> Result<(), Problem> {
        if u64::try_from(length).unwrap_or(u64::MAX) > self.file_bytes {
            return Err(exceeded(format!(
                "The file has {length} bytes; the limit is {} bytes (file_bytes).",
                self.file_bytes
            )));
        }
        Ok(())
    }
}

/// A refusal because of a limit; the sentence names it.
pub(super) fn exceeded(sentence: impl Into<String>) -> Problem {
    Problem::of_file(ProblemCode::LimitExceeded, sentence)
}
