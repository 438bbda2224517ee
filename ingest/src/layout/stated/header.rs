//! Tables whose header rows a person has stated.

use readings::profile::{Profile, TableProfile};

use super::super::find::{self, Table};
use super::super::grid::Grid;
use super::{Changed, same_header, same_sheet, table};

/// How far, in rows, a header may have moved since it was mapped.
const FARTHEST: i64 = 40;

/// The tables of a sheet: those whose header rows are stated, else those that were `found`; with what is stated about
/// their columns.
pub fn tables(profile: &Profile, grid: &Grid<'_>, found: Vec<Table>) -> (Vec<Table>, Vec<Changed>) {
    let name = grid.sheet.name.as_str();
    let stated: Vec<&TableProfile> = profile
        .tables
        .iter()
        .filter(|table| table.sheet.as_deref().is_none_or(|sheet| same_sheet(sheet, name)))
        .collect();
    let marked: Vec<(u32, u32)> =
        stated.iter().filter_map(|table| header_rows(table, grid)).collect();
    let mut tables = if marked.is_empty() { found } else { find::marked(grid, &marked) };
    let changed = tables.iter_mut().map(|one| table::apply(&stated, grid, one)).collect();
    (tables, changed)
}

/// Where a stated header stands on this sheet (rows from 0, both included): where it stood, or a few rows away when
/// lines were added above it.
fn header_rows(table: &TableProfile, grid: &Grid<'_>) -> Option<(u32, u32)> {
    let (first, last) = (*table.header_rows.first()?, *table.header_rows.last()?);
    let known = table.columns.iter().filter(|column| !column.header.is_empty());
    let known: Vec<(u32, &str)> =
        known.map(|column| (column.column.index(), column.header.as_str())).collect();
    let shifted = |by: i64| {
        let row = |stated: u32| u32::try_from(i64::from(stated) - 1 + by).ok();
        row(first).zip(row(last))
    };
    let nearest = (0..=FARTHEST).flat_map(|by| if by == 0 { vec![0] } else { vec![-by, by] });
    for rows in nearest.filter_map(shifted) {
        let headers = find::headers_at(grid, rows);
        let stands_here =
            |(_, header): &&(u32, &str)| headers.iter().any(|(_, text)| same_header(text, header));
        let standing = known.iter().filter(stands_here).count();
        if known.is_empty() || standing * 10 >= known.len() * 6 {
            return (!headers.is_empty()).then_some(rows);
        }
    }
    None
}
