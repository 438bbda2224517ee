//! Sheets whose fields stand one below the other: forms, bills, and lists that hold one record in each column.
//!
//! Such a sheet is turned, rows for columns, and read as any other; what is found is turned back. A sheet is turned only
//! where its labels say which number is what and of which period, and it holds no table that stands upright.

use std::rc::Rc;

use foldhash::{HashMap, HashMapExt as _};
use readings::{CellAddress, Layout, LayoutKind};

use super::candidate::Values;
use super::find::{self, Table};
use super::grid::Grid;
use super::heading::Heading;
use super::role::Role;
use super::text::smooth;
use super::words::Word;
use crate::workbook::{Cell, CellValue, Sheet};

/// A form has few cells; what is larger is a table.
const MOST_CELLS: usize = 3_000;
/// How far below the first labels of lines their second ones are read; sheets have 1,048,576 rows.
const FURTHER_LINES: u32 = 2_000_000;
/// Labels that are looked at for what a form must say.
const MOST_LABELS: usize = 600;

/// A sheet with rows for columns.
pub struct Turned {
    sheet: Sheet,
    /// Where cells of the turned sheet stand that a line has beside its first label and value.
    beside: HashMap<CellAddress, CellAddress>,
    /// What stands alone in its row, from above: titles.
    titles: Vec<(u32, Rc<Heading>)>,
}

/// The sheet with rows for columns, where its fields stand one below the other.
pub fn turned(sheet: &Sheet, upright: &[Table]) -> Option<Turned> {
    if sheet.cells.len() > MOST_CELLS || !has_labels(sheet) || upright.iter().any(stands_upright) {
        return None;
    }
    let turned = turn(sheet);
    let is_form = |table: &Table| !table.wide && states_use(table);
    find::tables(&Grid::new(&turned.sheet)).iter().any(is_form).then_some(turned)
}

impl Turned {
    /// Its cells by row and column, and its tables.
    pub fn read(&self) -> (Grid<'_>, Vec<Table>) {
        let grid = Grid::new(&self.sheet);
        let mut tables = find::tables(&grid);
        for table in &mut tables {
            let first = table.columns.first().map_or(0, |column| column.index);
            let above = self.titles.iter().rev().filter(|(row, _)| *row < first);
            table.titles.extend(above.map(|(_, title)| Rc::clone(title)));
        }
        (grid, tables)
    }

    /// Turns what was found back to where it stands.
    pub fn back(&self, values: &mut Values) {
        let home = |at: CellAddress| self.beside.get(&at).copied().unwrap_or_else(|| swapped(at));
        for candidate in &mut values.candidates {
            candidate.at = home(candidate.at);
        }
        for (at, _) in &mut values.refused {
            *at = home(*at);
        }
    }
}

/// What is told about a table of a turned sheet: its columns are rows of the sheet.
pub fn told(layout: Layout) -> Layout {
    let row = |(column, role, label)| (column % FURTHER_LINES, role, label);
    let mut rows: Vec<_> = layout.columns.into_iter().map(row).collect();
    rows.sort_by_key(|(row, ..)| *row);
    Layout {
        kind: LayoutKind::Turned,
        header_rows: Vec::new(),
        columns: Vec::new(),
        rows,
        ..layout
    }
}

/// Whether two texts at the left, each with something beside it, name what was used and when: without them no form is
/// looked for.
fn has_labels(sheet: &Sheet) -> bool {
    let (mut used, mut dated) = (false, false);
    let labels = sheet.cells.windows(2).filter(|pair| {
        pair[0].at.row == pair[1].at.row
            && !matches!(pair[1].value, CellValue::Text(ref text) if text.len() > 200)
    });
    for pair in labels.take(MOST_LABELS) {
        let CellValue::Text(text) = &pair[0].value else { continue };
        if text.len() > 100 {
            continue;
        }
        let heading = Heading::of(text);
        used |= heading.unit.is_some()
            || heading.words.any(&[Word::Quantity, Word::Current, Word::Unit]);
        dated |=
            heading.words.any(&[Word::Start, Word::End, Word::Date, Word::Month, Word::ReadDate]);
    }
    used && dated
}

/// Whether a table says by its headings what was used, and of which period.
fn states_use(table: &Table) -> bool {
    let is_named = |heading: &Heading| {
        heading.unit.is_some()
            || heading.words.any(&[Word::Quantity, Word::Register, Word::Current])
    };
    let has_values = table.columns.iter().any(|column| {
        column.role.is_value() && (column.period.is_some() || is_named(&column.heading))
    });
    let has = |role| table.columns.iter().any(|column| column.role == role);
    let has_period = table.wide
        || has(Role::Start) && has(Role::End)
        || has(Role::Date)
        || has(Role::Month)
        || has(Role::Year);
    has_values && has_period
}

/// Whether a table stands upright. Below one that has days across, called starts or ends, no reading stands: those are
/// fields of the records that the columns are.
fn stands_upright(table: &Table) -> bool {
    let has = |role: Role| table.columns.iter().any(|column| column.role == role);
    // The lines of a bill: what is said around them says when.
    if has(Role::Previous) && has(Role::Current) && has(Role::Quantity) {
        return true;
    }
    let mut before = table.columns.iter().take_while(|column| column.period.is_none());
    let is_field = table.wide
        && before.any(|column| column.heading.words.any(&[Word::Start, Word::End, Word::ReadDate]));
    states_use(table) && !is_field
}

fn turn(sheet: &Sheet) -> Turned {
    let mut turned_cells = Vec::with_capacity(sheet.cells.len());
    let mut beside = HashMap::new();
    let mut titles = Vec::new();
    for (row, cells) in sheet.rows() {
        if let [Cell { value: CellValue::Text(text), .. }] = cells {
            if text.len() < 200 {
                titles.push((row, Rc::new(Heading::of(text))));
            }
            continue;
        }
        for (cell, place) in cells.iter().zip(places(row, cells)) {
            let at = swapped(place);
            if place != cell.at {
                beside.insert(at, cell.at);
            }
            let value = match label(&cell.value) {
                Some(label) => CellValue::Text(label.into()),
                None => cell.value.clone(),
            };
            turned_cells.push(Cell { at, value });
        }
    }
    turned_cells.sort_by_key(|cell: &Cell| cell.at);
    let merged = sheet.merged.iter().map(|(first, last)| (swapped(*first), swapped(*last)));
    let turned = Sheet {
        name: sheet.name.clone(),
        visibility: sheet.visibility,
        epoch: sheet.epoch,
        cells: turned_cells,
        merged: merged.collect(),
    };
    Turned { sheet: turned, beside, titles }
}

/// What ends in a colon is a label of what stands beside it.
fn label(value: &CellValue) -> Option<String> {
    let CellValue::Text(text) = value else { return None };
    smooth(text).strip_suffix(':').map(|label| label.trim_end().to_owned())
}

/// Where the cells of a line are read: as they stand, but each further label of the line with what follows it as a line
/// of its own below all others.
fn places(row: u32, cells: &[Cell]) -> Vec<CellAddress> {
    let (mut first, mut shift, mut line) = (None, 0, row);
    let mut placed = Vec::with_capacity(cells.len());
    for cell in cells {
        if label(&cell.value).is_some() {
            let first = *first.get_or_insert(cell.at.column);
            if cell.at.column > first {
                (shift, line) = (cell.at.column - first, line + FURTHER_LINES);
            }
        }
        placed.push(CellAddress::new(line, cell.at.column - shift));
    }
    placed
}

const fn swapped(at: CellAddress) -> CellAddress {
    CellAddress::new(at.column, at.row)
}
