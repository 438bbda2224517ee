//! A large workbook of one sheet, handed on in stretches of whole rows while it is read, so that memory is needed for
//! a stretch and not for the sheet.
//!
//! This way is taken only where nothing speaks against it. Whatever does, from a second sheet to damage in the last
//! row, ends it, and the file is read as a whole: that way finds out what is wrong with it, and says so.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::cells::{Sheet, WorkbookFormat};
use super::kind::{self, Kind};
use super::limits::Limits;
use super::{archive, spreadsheet};

/// From which size on files are read in stretches, and how long those are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StretchSize {
    /// Bytes of the smallest file that is read so.
    pub file_bytes: usize,
    /// Cells of a stretch; it ends with the row that reaches them.
    pub cells: usize,
}

impl Default for StretchSize {
    /// About 100,000 rows of a usual table, and 25,000 of them.
    fn default() -> Self {
        Self { file_bytes: 4 * 1024 * 1024, cells: 200_000 }
    }
}

/// The file has to be read as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsAWhole;

/// Reads an xlsx of one sheet, and gives its cells to `take` stretch by stretch, in the order of its rows; together they
/// are the cells that [`super::read`] returns. `take` may end it.
pub fn read_in_stretches(
    bytes: &[u8],
    limits: &Limits,
    size: StretchSize,
    take: impl FnMut(Sheet) -> ControlFlow<()>,
) -> Result<(), AsAWhole> {
    if bytes.len() < size.file_bytes || limits.check_file(bytes.len()).is_err() {
        return Err(AsAWhole);
    }
    let Kind::Archive = kind::of(bytes) else { return Err(AsAWhole) };
    let contents = archive::measure(bytes, limits).map_err(|_| AsAWhole)?;
    match kind::of_archive(&contents.names) {
        Ok(WorkbookFormat::Xlsx) if !contents.mentions_merged_cells => {
            spreadsheet::stream_xlsx(bytes, limits, size.cells, take)
        }
        _ => Err(AsAWhole),
    }
}
