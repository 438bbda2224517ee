//! Cells into readings and problems.

use jiff::civil::Date;
use readings::Extraction;
use serde::{Deserialize, Serialize};

use crate::workbook::Workbook;

/// What is known about a file besides its cells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileContext {
    /// The file's own name, where it has one.
    pub file_name: Option<String>,
    /// The subject of the mail it came with.
    pub mail_subject: Option<String>,
    /// The day on which it is read or arrived: periods after it have not come yet.
    pub today: Date,
}

/// Recognises the tables of a workbook and reads them.
pub fn extract(_workbook: &Workbook, _context: &FileContext) -> Extraction {
    Extraction::default()
}
