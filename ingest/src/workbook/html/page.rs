//! A page with its tables.

use readings::Problem;

use super::super::limits::Limits;
use super::builder::Builder;
use super::number;

/// A page with its tables, in the order in which they begin.
#[derive(Debug, Default)]
pub struct Page {
    /// The title, or nothing.
    pub title: String,
    /// Tables that hold at least one cell with a value.
    pub tables: Vec<PageTable>,
}

/// One table.
#[derive(Debug, Default)]
pub struct PageTable {
    /// The last lines before it: text outside of any table, and tables that are only notes.
    pub before: Vec<Line>,
    /// Its caption.
    pub caption: Option<String>,
    /// Its filled cells.
    pub cells: Vec<PageCell>,
    /// Its spans, as (row, column) of the first and the last cell.
    pub merged: Vec<((u32, u32), (u32, u32))>,
}

/// A line before a table: texts by their column.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    /// The texts.
    pub texts: Vec<(u32, String)>,
    /// Whether it is the row of a table, which may be the heading of the next.
    pub is_row: bool,
}

/// A filled cell.
#[derive(Debug)]
pub struct PageCell {
    /// Its row, from 0.
    pub row: u32,
    /// Its column, from 0.
    pub column: u32,
    /// What it shows.
    pub value: Value,
}

/// What a cell shows.
#[derive(Debug)]
pub enum Value {
    /// Text.
    Text(String),
    /// A number that the page states exactly.
    Number(f64),
}

impl Value {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
        }
    }

    /// Whether it is a number in some notation.
    pub fn is_number(&self) -> bool {
        match self {
            Self::Number(_) => true,
            Self::Text(text) => number::looks_like_one(text),
        }
    }
}

/// Lines of text kept from before a table, and their length.
pub(super) const LINES_BEFORE: usize = 12;
pub(super) const LINE_LENGTH: usize = 300;

impl Page {
    /// Reads a page; the error is a limit that it meets.
    pub fn read(text: &str, limits: &Limits) -> Result<Self, Problem> {
        let (title, tables) = Builder::new(limits).read(text)?;
        Ok(Self { title, tables: with_notes(tables) })
    }
}

/// Puts tables of one row, or of one cell in each row, above the table that follows: headings and titles often stand
/// in tables of their own.
fn with_notes(tables: Vec<PageTable>) -> Vec<PageTable> {
    let count = tables.len();
    let mut kept = Vec::with_capacity(count);
    let mut notes = Vec::new();
    for (number, mut table) in tables.into_iter().enumerate() {
        notes.append(&mut table.before);
        if number + 1 < count && table.is_note() {
            notes.extend(table.caption.map(Line::of_text));
            let rows = table.cells.chunk_by(|a, b| a.row == b.row);
            notes.extend(rows.map(|row| Line {
                texts: row.iter().map(|cell| (cell.column, cell.value.text())).collect(),
                is_row: true,
            }));
            continue;
        }
        let first = notes.len().saturating_sub(LINES_BEFORE);
        table.before = notes.drain(first..).collect();
        notes.clear();
        kept.push(table);
    }
    kept
}

impl PageTable {
    fn is_note(&self) -> bool {
        let mut rows = self.cells.chunk_by(|a, b| a.row == b.row);
        let one_row =
            self.cells.first().map(|cell| cell.row) == self.cells.last().map(|cell| cell.row);
        one_row
            || rows.by_ref().take(LINES_BEFORE).all(|row| row.len() == 1) && rows.next().is_none()
    }
}

impl Line {
    pub(super) fn of_text(text: String) -> Self {
        Self { texts: vec![(0, text)], is_row: false }
    }
}
