//! A sheet's cells by row and column, with merged ranges looked up.

use std::borrow::Cow;
use std::ops::Range;

use foldhash::{HashMap, HashMapExt as _};
use readings::CellAddress;

use super::text::smooth;
use crate::workbook::{Cell, CellValue, Sheet};

/// Merged ranges beyond this number are not looked at: they are decoration, or an attack.
const MOST_MERGES: usize = 20_000;
/// Columns of one merged range that are looked at.
const MOST_MERGED_COLUMNS: u32 = 512;

/// A sheet, indexed.
pub struct Grid<'a> {
    /// The sheet.
    pub sheet: &'a Sheet,
    rows: Vec<(u32, Range<usize>)>,
    /// By column: ranges as (first row, last row, range).
    merges: HashMap<u32, Vec<(u32, u32, usize)>>,
}

impl<'a> Grid<'a> {
    /// Indexes the rows and the merged ranges.
    pub fn new(sheet: &'a Sheet) -> Self {
        let mut rows = Vec::new();
        let mut start = 0;
        for (row, cells) in sheet.rows() {
            rows.push((row, start..start + cells.len()));
            start += cells.len();
        }
        let mut merges: HashMap<u32, Vec<(u32, u32, usize)>> = HashMap::new();
        for (index, (first, last)) in sheet.merged.iter().enumerate().take(MOST_MERGES) {
            let right = last.column.min(first.column.saturating_add(MOST_MERGED_COLUMNS));
            for column in first.column..=right {
                merges.entry(column).or_default().push((first.row, last.row, index));
            }
        }
        for ranges in merges.values_mut() {
            ranges.sort_unstable();
        }
        Self { sheet, rows, merges }
    }

    /// How many rows hold something.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The row number of the n-th row that holds something.
    pub fn row_number(&self, index: usize) -> u32 {
        self.rows[index].0
    }

    /// Which of the rows that hold something this one is.
    pub fn index_of(&self, row: u32) -> Option<usize> {
        self.rows.binary_search_by_key(&row, |(number, _)| *number).ok()
    }

    /// The cells of the n-th row that holds something.
    pub fn cells(&self, index: usize) -> &'a [Cell] {
        &self.sheet.cells[self.rows[index].1.clone()]
    }

    /// The cell of the n-th row in a column.
    pub fn cell(&self, index: usize, column: u32) -> Option<&'a Cell> {
        let cells = self.cells(index);
        cells.binary_search_by_key(&column, |cell| cell.at.column).ok().map(|at| &cells[at])
    }

    /// The cell there, or the one whose merged range covers the place.
    pub fn covering(&self, index: usize, column: u32) -> Option<&'a Cell> {
        self.cell(index, column).or_else(|| {
            let (first, _) = self.merge(self.row_number(index), column)?;
            let home = self.rows.binary_search_by_key(&first.row, |(row, _)| *row).ok()?;
            self.cell(home, first.column)
        })
    }

    /// The merged range that covers a place.
    pub fn merge(&self, row: u32, column: u32) -> Option<(CellAddress, CellAddress)> {
        let ranges = self.merges.get(&column)?;
        let after = ranges.partition_point(|(first, ..)| *first <= row);
        let (_, last, index) = ranges[..after].last()?;
        (row <= *last).then(|| self.sheet.merged[*index])
    }
}

/// The text of a cell for people: numbers as they are, dates as ISO.
pub fn text_of(value: &CellValue) -> Cow<'_, str> {
    match value {
        CellValue::Text(text) | CellValue::Error(text) => Cow::Owned(smooth(text)),
        CellValue::Number(number) | CellValue::Duration(number) => Cow::Owned(number.to_string()),
        CellValue::DateTime(at) => Cow::Owned(at.date().to_string()),
        CellValue::Boolean(true) => Cow::Borrowed("true"),
        CellValue::Boolean(false) => Cow::Borrowed("false"),
        CellValue::FormulaWithoutValue => Cow::Borrowed(""),
    }
}
