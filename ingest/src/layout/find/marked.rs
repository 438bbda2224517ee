//! Headers in rows that were stated.

use foldhash::{HashMap, HashMapExt as _};

use super::super::grid::Grid;
use super::{Finder, Header, Table};

/// The tables whose headers stand in these rows (first and last, from 0, both included), and no others.
pub fn marked(grid: &Grid<'_>, headers: &[(u32, u32)]) -> Vec<Table> {
    let mut finder = Finder { grid, remembered: HashMap::new() };
    let mut rows: Vec<(u32, u32)> = headers.to_vec();
    rows.sort_unstable();
    rows.dedup();
    let headers = rows.into_iter().filter_map(|rows| finder.stated_header(rows)).collect();
    finder.tables_below(headers)
}

/// The headers of the columns, were these rows a header: number of the column, text.
pub fn headers_at(grid: &Grid<'_>, rows: (u32, u32)) -> Vec<(u32, String)> {
    let mut finder = Finder { grid, remembered: HashMap::new() };
    let header = finder.stated_header(rows);
    let columns = header.into_iter().flat_map(|header| header.columns);
    columns.map(|(column, heading)| (column, heading.text)).collect()
}

impl Finder<'_, '_> {
    fn stated_header(&mut self, (first, last): (u32, u32)) -> Option<Header> {
        let mut indices = (first..=last).filter_map(|row| self.grid.index_of(row));
        let top = indices.next()?;
        let bottom = indices.next_back().unwrap_or(top);
        let periods = (top..=bottom)
            .filter_map(|index| self.periods_across(index))
            .max_by_key(Vec::len)
            .unwrap_or_default();
        Some(self.put_together(top, bottom, &periods))
    }
}
