//! A part of a workbook as a person sees it: names of sheets, and the cells of a window.

use readings::CellAddress;
use serde::{Deserialize, Serialize};

use super::cells::{CellValue, Sheet, Visibility, Workbook};

/// The longest text of a cell that is shown, in characters.
const LONGEST: usize = 200;
/// The most rows and columns of one window.
const MOST: u32 = 500;

/// Which part is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Window {
    /// The sheet, by its place in the file, from 0.
    pub sheet: usize,
    /// The first row, from 0.
    pub first_row: u32,
    /// How many rows.
    pub rows: u32,
    /// The first column, from 0.
    pub first_column: u32,
    /// How many columns.
    pub columns: u32,
}

/// The sheets, and the cells of one window.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BookView {
    /// All sheets, in the order of the file.
    pub sheets: Vec<SheetView>,
    /// The cells of the window that hold something, by row, then column.
    pub cells: Vec<CellView>,
}

/// A sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetView {
    /// Its name; empty for CSV.
    pub name: String,
    /// A person who opens the file does not see it.
    pub is_hidden: bool,
    /// Rows until the last that holds something.
    pub rows: u32,
    /// Columns until the last that holds something.
    pub columns: u32,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellView {
    /// Where it stands.
    pub at: CellAddress,
    /// What it shows.
    pub text: String,
    /// It is a number or a date rather than text.
    pub is_figure: bool,
}

/// The part of a workbook that is wanted.
pub fn view(workbook: &Workbook, window: Window) -> BookView {
    let sheets = workbook.sheets.iter().map(of_sheet).collect();
    let rows = window.first_row..window.first_row.saturating_add(window.rows.min(MOST));
    let columns = window.first_column..window.first_column.saturating_add(window.columns.min(MOST));
    let cells = workbook.sheets.get(window.sheet).map_or_else(Vec::new, |sheet| {
        let from = sheet.cells.partition_point(|cell| cell.at.row < rows.start);
        sheet.cells[from..]
            .iter()
            .take_while(|cell| cell.at.row < rows.end)
            .filter(|cell| columns.contains(&cell.at.column))
            .map(|cell| CellView {
                at: cell.at,
                text: shown(&cell.value),
                is_figure: !matches!(cell.value, CellValue::Text(_) | CellValue::Error(_)),
            })
            .collect()
    });
    BookView { sheets, cells }
}

fn of_sheet(sheet: &Sheet) -> SheetView {
    let end = |place: fn(&CellAddress) -> u32| {
        sheet.cells.iter().map(|cell| place(&cell.at) + 1).max().unwrap_or(0)
    };
    SheetView {
        name: sheet.name.clone(),
        is_hidden: sheet.visibility == Visibility::Hidden,
        rows: end(|at| at.row),
        columns: end(|at| at.column),
    }
}

fn shown(value: &CellValue) -> String {
    match value {
        CellValue::Text(text) | CellValue::Error(text) => text.chars().take(LONGEST).collect(),
        CellValue::Number(number) => number.to_string(),
        CellValue::Duration(days) => format!("{days} d"),
        CellValue::DateTime(at) if at.time() == jiff::civil::Time::midnight() => {
            at.date().to_string()
        }
        CellValue::DateTime(at) => at.to_string().replace('T', " "),
        CellValue::Boolean(flag) => flag.to_string(),
        CellValue::FormulaWithoutValue => "(formula without a value)".to_owned(),
    }
}
