//! Collects cells while they stream by, and counts them against the limits.

use std::sync::Arc;

use foldhash::{HashSet, HashSetExt as _};
use readings::{CellAddress, Problem, ProblemCode};

use super::cells::{Cell, CellValue, Sheet, Visibility};
use super::limits::{Limits, exceeded};
use super::serial::Epoch;

/// What all sheets of a workbook share: the texts that repeat, and how many cells there may still be.
pub struct Collector<'a> {
    limits: &'a Limits,
    cells: u64,
    texts: HashSet<Arc<str>>,
}

/// The cells of one sheet while they are read.
pub struct SheetCells<'a, 'b> {
    /// From which day serial day numbers count, where the format has such.
    pub epoch: Option<Epoch>,
    collector: &'b mut Collector<'a>,
    name: String,
    visibility: Visibility,
    cells: Vec<Cell>,
    merged: Vec<(CellAddress, CellAddress)>,
    in_order: bool,
    /// Problems of single cells.
    pub problems: Vec<Problem>,
}

/// Texts above this many different ones are not looked for among those already read.
const DIFFERENT_TEXTS: usize = 65_536;
/// One sheet does not report more than this many problems of single cells.
const CELL_PROBLEMS: usize = 100;

impl<'a> Collector<'a> {
    /// A collector for one workbook.
    pub fn new(limits: &'a Limits) -> Self {
        Self { limits, cells: 0, texts: HashSet::new() }
    }

    /// The limits it counts against.
    pub fn limits(&self) -> &'a Limits {
        self.limits
    }

    /// Begins a sheet.
    pub fn sheet<'b>(
        &'b mut self,
        name: impl Into<String>,
        visibility: Visibility,
    ) -> SheetCells<'a, 'b> {
        SheetCells {
            collector: self,
            name: name.into(),
            visibility,
            cells: Vec::new(),
            merged: Vec::new(),
            in_order: true,
            epoch: None,
            problems: Vec::new(),
        }
    }

    /// The text, shared with the equal texts before it.
    fn text(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        let shared: Arc<str> = Arc::from(text);
        if self.texts.len() < DIFFERENT_TEXTS {
            self.texts.insert(Arc::clone(&shared));
        }
        shared
    }
}

impl SheetCells<'_, '_> {
    /// Marks the sheet as one that a person does not see.
    pub fn hide(&mut self) {
        self.visibility = Visibility::Hidden;
    }

    /// Takes a value that is no text.
    pub fn push(&mut self, row: u32, column: u32, value: CellValue) -> Result<(), Problem> {
        let limits = self.collector.limits;
        if row >= limits.rows || column >= limits.columns {
            return Err(self.outside(row, column));
        }
        self.collector.cells += 1;
        if self.collector.cells > limits.cells {
            return Err(self.too_many());
        }
        let at = CellAddress::new(row, column);
        self.in_order &= self.cells.last().is_none_or(|last| last.at < at);
        self.cells.push(Cell { at, value });
        Ok(())
    }

    /// Refuses, before any is taken, cells that a file repeats beyond a limit: repeating costs the file nothing.
    pub fn check_repeated(&self, row: u32, times: u32, cells: u64) -> Result<(), Problem> {
        let limits = self.collector.limits;
        let last = row.saturating_add(times - times.min(1));
        if last >= limits.rows {
            return Err(self.outside(last, 0));
        }
        if u64::from(times).saturating_mul(cells).saturating_add(self.collector.cells)
            > limits.cells
        {
            return Err(self.too_many());
        }
        Ok(())
    }

    fn outside(&self, row: u32, column: u32) -> Problem {
        let limits = self.collector.limits;
        Problem::of_sheet(
            ProblemCode::LimitExceeded,
            &self.name,
            format!(
                "A cell stands in row {} and column {}; the limits are {} rows and {} columns (rows, columns).",
                u64::from(row) + 1,
                u64::from(column) + 1,
                limits.rows,
                limits.columns
            ),
        )
    }

    fn too_many(&self) -> Problem {
        exceeded(format!(
            "The file has more than {} cells with a value (cells).",
            self.collector.limits.cells
        ))
    }

    /// Takes a text; an empty one is no cell, one that is too long is a problem of its cell.
    pub fn push_text(&mut self, row: u32, column: u32, text: &str) -> Result<(), Problem> {
        if text.is_empty() {
            return Ok(());
        }
        let limit = self.collector.limits.cell_characters;
        if text.len() > limit && text.chars().count() > limit {
            self.problem(
                CellAddress::new(row, column),
                ProblemCode::LimitExceeded,
                format!("The text of this cell is longer than {limit} characters (cell_characters) and was left out."),
            );
            return Ok(());
        }
        let text = self.collector.text(text);
        self.push(row, column, CellValue::Text(text))
    }

    /// Takes an error value such as `#REF!`.
    pub fn push_error(&mut self, row: u32, column: u32, error: &str) -> Result<(), Problem> {
        let error = self.collector.text(error);
        self.push(row, column, CellValue::Error(error))
    }

    /// Takes a merged range; one of a single cell is none.
    pub fn merge(&mut self, top_left: (u32, u32), bottom_right: (u32, u32)) -> Result<(), Problem> {
        let start = CellAddress::new(top_left.0, top_left.1);
        let end = CellAddress::new(bottom_right.0, bottom_right.1);
        if start.row > end.row || start.column > end.column || start == end {
            return Ok(());
        }
        let limit = self.collector.limits.merged_ranges;
        if self.merged.len() >= limit {
            return Err(Problem::of_sheet(
                ProblemCode::LimitExceeded,
                &self.name,
                format!("The sheet has more than {limit} merged ranges (merged_ranges)."),
            ));
        }
        self.merged.push((start, end));
        Ok(())
    }

    /// Forgets the cells read so far, to read the sheet in another way.
    pub fn restart(&mut self) {
        self.collector.cells -= self.cells.len() as u64;
        self.cells.clear();
        self.merged.clear();
        self.problems.clear();
        self.in_order = true;
    }

    /// Records a problem of one cell, up to a bound.
    pub fn problem(&mut self, cell: CellAddress, code: ProblemCode, sentence: String) {
        if self.problems.len() < CELL_PROBLEMS {
            self.problems.push(Problem::of_cell(code, &self.name, cell, sentence));
        }
    }

    /// Leaves out what a merged range covers: files keep old values there that nobody sees.
    fn drop_covered(&mut self) {
        if self.merged.is_empty() {
            return;
        }
        let mut ranges = self.merged.clone();
        ranges.sort_unstable();
        let mut next = ranges.into_iter().peekable();
        let mut open: Vec<(CellAddress, CellAddress)> = Vec::new();
        let mut row = None;
        self.cells.retain(|cell| {
            let at = cell.at;
            if row != Some(at.row) {
                row = Some(at.row);
                while let Some(range) = next.next_if(|(start, _)| start.row <= at.row) {
                    open.push(range);
                }
                open.retain(|(_, end)| end.row >= at.row);
            }
            !open.iter().any(|(start, end)| {
                at != *start && (start.column..=end.column).contains(&at.column)
            })
        });
    }

    /// The sheet and its problems.
    pub fn finish(mut self) -> (Sheet, Vec<Problem>) {
        if !self.in_order {
            // Stable, so that of two entries for one cell the later one stays, as in a spreadsheet.
            self.cells.sort_by_key(|cell| cell.at);
            self.cells.reverse();
            self.cells.dedup_by_key(|cell| cell.at);
            self.cells.reverse();
        }
        self.drop_covered();
        let sheet = Sheet {
            name: self.name,
            visibility: self.visibility,
            epoch: self.epoch,
            cells: self.cells,
            merged: self.merged,
        };
        (sheet, self.problems)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_out_in_order_and_the_later_of_two_stays() {
        let limits = Limits::default();
        let mut collector = Collector::new(&limits);
        let mut sheet = collector.sheet("S", Visibility::Visible);
        sheet.push(1, 0, CellValue::Number(1.0)).unwrap();
        sheet.push(0, 0, CellValue::Number(2.0)).unwrap();
        sheet.push(1, 0, CellValue::Number(3.0)).unwrap();
        let (sheet, problems) = sheet.finish();
        let values: Vec<_> =
            sheet.cells.iter().map(|cell| (cell.at.row, cell.value.clone())).collect();
        assert_eq!(values, [(0, CellValue::Number(2.0)), (1, CellValue::Number(3.0))]);
        assert_eq!(problems, []);
    }

    #[test]
    fn what_a_merged_range_covers_is_left_out() {
        let limits = Limits::default();
        let mut collector = Collector::new(&limits);
        let mut sheet = collector.sheet("S", Visibility::Visible);
        for row in 0..4 {
            for column in 0..3 {
                sheet.push(row, column, CellValue::Boolean(true)).unwrap();
            }
        }
        sheet.merge((0, 1), (2, 2)).unwrap();
        let (sheet, _) = sheet.finish();
        let left: Vec<_> = sheet.cells.iter().map(|cell| cell.at.to_string()).collect();
        assert_eq!(left, ["A1", "B1", "A2", "A3", "A4", "B4", "C4"]);
    }

    #[test]
    fn a_text_that_is_too_long_is_left_out_and_named() {
        let limits = Limits { cell_characters: 3, ..Limits::default() };
        let mut collector = Collector::new(&limits);
        let mut sheet = collector.sheet("S", Visibility::Visible);
        sheet.push_text(0, 0, "äöü").unwrap();
        sheet.push_text(0, 1, "long").unwrap();
        let (sheet, problems) = sheet.finish();
        assert_eq!(sheet.cells.len(), 1);
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].cell, Some(CellAddress::new(0, 1)));
    }

    #[test]
    fn a_cell_outside_the_grid_or_above_the_number_of_cells_is_refused() {
        let limits = Limits { cells: 1, ..Limits::default() };
        let mut collector = Collector::new(&limits);
        let mut sheet = collector.sheet("S", Visibility::Visible);
        let outside = sheet.push(1_048_576, 0, CellValue::Boolean(true)).unwrap_err();
        assert_eq!(outside.code, ProblemCode::LimitExceeded);
        sheet.push(0, 0, CellValue::Boolean(true)).unwrap();
        let more = sheet.push(0, 1, CellValue::Boolean(true)).unwrap_err();
        assert_eq!(more.code, ProblemCode::LimitExceeded);
    }
}
