//! A sheet of very many rows, read in stretches: each below the sheet's header, as if it were a sheet of its own.
//!
//! That gives what reading the sheet as a whole gives only where no row needs another one far from it. So all rows of a
//! site (of a meter, where no column names sites) are read together, and it is given up where a name comes back later,
//! where a stretch leaves something open, holds something back, or is understood in another way than the first.

use std::borrow::Cow;

use foldhash::{HashSet, HashSetExt as _};
use readings::{ExtractedReading, Extraction, Profile};

use super::find::{self, Table};
use super::grid::{Grid, text_of};
use super::role::Role;
use super::rows::naming_of;
use super::{FileContext, extract};
use crate::ledger::{meter_key, name_key};
use crate::workbook::{AsAWhole, Cell, Sheet, Workbook, WorkbookFormat};

/// The reading of one sheet, stretch by stretch.
pub struct Stretches<'c> {
    context: &'c FileContext,
    /// Of the first stretch.
    head: Option<Head>,
    /// Rows of a site that may go on in the next stretch.
    carried: Vec<Cell>,
    /// The last sheet, without its cells.
    frame: Option<Sheet>,
    /// What was read first, without its readings.
    first: Option<Extraction>,
    /// Sites or meters of the stretches before.
    names: HashSet<String>,
}

/// What stands above the rows, and how they are told apart.
struct Head {
    cells: Vec<Cell>,
    rows: u64,
    naming: Naming,
}

/// The column by whose names rows belong together.
#[derive(Clone, Copy)]
struct Naming {
    column: u32,
    is_site: bool,
}

impl<'c> Stretches<'c> {
    /// Begins a sheet of a file.
    pub fn new(context: &'c FileContext) -> Self {
        let names = HashSet::new();
        Self { context, head: None, carried: Vec::new(), frame: None, first: None, names }
    }

    /// What was read besides readings, which is the same for all stretches; its account is that of the header alone.
    pub fn rest(&self) -> Option<&Extraction> {
        self.first.as_ref()
    }

    /// Takes the next rows; returns the readings of those that are sure to belong to no later row.
    pub fn take(&mut self, mut sheet: Sheet) -> Result<Vec<ExtractedReading>, AsAWhole> {
        let mut cells = std::mem::take(&mut self.carried);
        cells.append(&mut sheet.cells);
        self.frame = Some(sheet);
        if self.head.is_none() {
            // A person's word about rows and columns is about the sheet.
            if self.context.profiles.iter().any(Profile::is_mapping) {
                return Err(AsAWhole);
            }
            let whole = Sheet { cells, ..self.frame.clone().ok_or(AsAWhole)? };
            self.head = Some(Head::of(&whole).ok_or(AsAWhole)?);
            cells = whole.cells;
            let head = self.head.as_ref().map_or(0, |head| head.cells.len());
            cells.drain(..head);
        }
        let Some(head) = &self.head else { return Err(AsAWhole) };
        let Some(cut) = last_change(&cells, head.naming.column) else {
            self.carried = cells;
            return Ok(Vec::new());
        };
        self.carried = cells.split_off(cut);
        self.read(cells)
    }

    /// Ends the sheet: its last readings.
    pub fn finish(&mut self) -> Result<Vec<ExtractedReading>, AsAWhole> {
        let rest = std::mem::take(&mut self.carried);
        let last = if rest.is_empty() { Vec::new() } else { self.read(rest)? };
        if self.first.is_some() { Ok(last) } else { Err(AsAWhole) }
    }

    fn read(&mut self, mut rows: Vec<Cell>) -> Result<Vec<ExtractedReading>, AsAWhole> {
        let (Some(head), Some(frame)) = (&self.head, &self.frame) else { return Err(AsAWhole) };
        let mut cells = Vec::with_capacity(head.cells.len() + rows.len());
        cells.extend(head.cells.iter().cloned());
        cells.append(&mut rows);
        let sheet = Sheet { cells, ..frame.clone() };
        let workbook =
            Workbook { format: WorkbookFormat::Xlsx, sheets: vec![sheet], problems: Vec::new() };
        let mut read = extract(&workbook, self.context);
        // Rows below the header that are no readings are totals or titles, and may say something of other rows.
        if !read.adds_up() || read.refused > 0 || !read.weather.is_empty() {
            return Err(AsAWhole);
        }
        if read.not_data != head.rows || !self.are_new(&read.readings, head.naming) {
            return Err(AsAWhole);
        }
        let readings = std::mem::take(&mut read.readings);
        read.rows = read.not_data;
        match &self.first {
            Some(first) if *first != read => return Err(AsAWhole),
            Some(_) => {}
            None => self.first = Some(read),
        }
        Ok(readings)
    }

    /// Whether none of these sites or meters stood above; takes note of them.
    fn are_new(&mut self, readings: &[ExtractedReading], naming: Naming) -> bool {
        let mut here: HashSet<String> = HashSet::new();
        for run in readings.chunk_by(|one, two| one.site == two.site && one.meter == two.meter) {
            let key = if naming.is_site {
                run[0].site.as_deref().map(name_key)
            } else {
                meter_key(&run[0]).map(|(site, meter)| format!("{site}\n{meter}"))
            };
            match key {
                Some(key) => here.insert(key),
                None => return false,
            };
        }
        let are_new = here.is_disjoint(&self.names);
        self.names.extend(here);
        are_new
    }
}

impl Head {
    /// Of the beginning of a sheet that is one table with a row for each reading.
    fn of(sheet: &Sheet) -> Option<Self> {
        let grid = Grid::new(sheet);
        let tables = find::tables(&grid);
        let [table] = tables.as_slice() else { return None };
        if table.wide || table.part.is_some() || table.rows.end != grid.len() {
            return None;
        }
        let naming = Naming::of(&grid, table)?;
        let first = grid.row_number(table.rows.start);
        let above = sheet.cells.partition_point(|cell| cell.at.row < first);
        let rows = table.rows.start as u64;
        Some(Self { cells: sheet.cells[..above].to_vec(), rows, naming })
    }
}

impl Naming {
    fn of(grid: &Grid<'_>, table: &Table) -> Option<Self> {
        let by = |role: Role| {
            let first = || table.columns.iter().find(|column| column.role == role);
            naming_of(grid, table, role).or_else(|| first().map(|column| column.index))
        };
        let site = by(Role::Site).map(|column| Self { column, is_site: true });
        site.or_else(|| by(Role::Meter).map(|column| Self { column, is_site: false }))
    }
}

/// Where the last name begins that stands in a column: the index of the first cell of its row. A name is one that
/// differs from that of the row above and stands in both.
fn last_change(cells: &[Cell], column: u32) -> Option<usize> {
    let mut end = cells.len();
    let mut below: Option<Cow<'_, str>> = None;
    for row in cells.chunk_by(|one, two| one.at.row == two.at.row).rev() {
        let cell = row.iter().find(|cell| cell.at.column == column);
        let name = cell.map(|cell| text_of(&cell.value)).filter(|name| !name.is_empty());
        if let (Some(name), Some(below)) = (&name, &below)
            && name != below
        {
            return Some(end);
        }
        below = name;
        end -= row.len();
    }
    None
}
