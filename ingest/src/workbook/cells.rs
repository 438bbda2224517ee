//! The cells of a workbook as every format is read into: sparse, row by row, nothing interpreted.

use std::sync::Arc;

use jiff::civil::DateTime;
use readings::{CellAddress, Problem};

use super::serial::Epoch;
use serde::{Deserialize, Serialize};

/// The kind of file, found by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkbookFormat {
    /// Office Open XML, also with macros.
    Xlsx,
    /// Excel binary, BIFF5 and BIFF8.
    Xls,
    /// Excel binary in a zip.
    Xlsb,
    /// Open document spreadsheet, also without its archive.
    Ods,
    /// Text with separators.
    Csv,
    /// A web page with tables, often named .xls.
    Html,
    /// The XML tables of Excel 2003.
    SpreadsheetMl,
    /// Interval readings as utilities hand them out (Green Button, ESPI).
    GreenButton,
}

impl WorkbookFormat {
    /// The name as stored and printed.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Xls => "xls",
            Self::Xlsb => "xlsb",
            Self::Ods => "ods",
            Self::Csv => "csv",
            Self::Html => "html",
            Self::SpreadsheetMl => "spreadsheetml",
            Self::GreenButton => "green_button",
        }
    }
}

/// A file's cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Workbook {
    /// The kind of file.
    pub format: WorkbookFormat,
    /// In the order of the file.
    pub sheets: Vec<Sheet>,
    /// What could not be read although the rest could.
    pub problems: Vec<Problem>,
}

/// Whether a person who opens the file sees the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// Seen.
    Visible,
    /// Hidden, and "very hidden".
    Hidden,
}

/// One sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Empty for CSV.
    pub name: String,
    /// Whether a person sees it.
    pub visibility: Visibility,
    /// From which day its serial day numbers count; `None` in a format that writes dates as such.
    pub epoch: Option<Epoch>,
    /// The non-empty cells, by row, then column.
    pub cells: Vec<Cell>,
    /// Merged ranges as (top left, bottom right), both included; the value stands in the top left cell.
    pub merged: Vec<(CellAddress, CellAddress)>,
}

/// One non-empty cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Where it stands.
    pub at: CellAddress,
    /// What it holds.
    pub value: CellValue,
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub enum CellValue {
    /// Text as stored; line breaks and odd spaces kept. Never empty. In CSV every cell is text.
    Text(Arc<str>),
    /// A number without a date format.
    Number(f64),
    /// A number with a date format, in the calendar (1900 and 1904 epochs applied).
    DateTime(DateTime),
    /// A number with a format of elapsed time, in days.
    Duration(f64),
    /// True or false.
    Boolean(bool),
    /// An error such as `#REF!`.
    Error(Arc<str>),
    /// A formula whose result the file does not hold.
    FormulaWithoutValue,
}

impl Sheet {
    /// The rows that hold something: row number and its cells by column.
    pub fn rows(&self) -> impl Iterator<Item = (u32, &[Cell])> {
        self.cells.chunk_by(|a, b| a.at.row == b.at.row).map(|row| (row[0].at.row, row))
    }
}
