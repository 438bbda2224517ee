//! Names of tables: what stands over each of several tables of a sheet and tells them apart.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::super::heading::Heading;
use super::super::words::Word;
use super::{Finder, Look, Table, look};
use crate::workbook::Cell;

/// Letters of the longest text that is a name.
const LONGEST: usize = 80;

impl Finder<'_, '_> {
    /// Names the tables of a sheet where each has a name and no two have the same.
    pub(super) fn name_tables(&mut self, tables: &mut [Table]) {
        if tables.len() < 2 || tables.iter().any(names_its_rows) {
            return;
        }
        let names: Vec<Option<Rc<Heading>>> = (0..tables.len())
            .map(|at| match tables[at].part {
                Some(_) => self.over_part(tables, at),
                None => self.over_table(&tables[at]),
            })
            .collect();
        let different: BTreeSet<&str> =
            names.iter().flatten().map(|heading| heading.text.as_str()).collect();
        if different.len() == tables.len() {
            for (table, name) in tables.iter_mut().zip(names) {
                table.name = name;
            }
        }
    }

    /// The one text in the row above a header.
    fn over_table(&mut self, table: &Table) -> Option<Rc<Heading>> {
        let header = self.grid.index_of(*table.header_rows.first()?)?;
        match self.grid.cells(header.checked_sub(1)?) {
            [only] => self.name(only),
            _ => None,
        }
    }

    /// The one text over the columns of a part, in the first row of the header or in the row above it.
    fn over_part(&mut self, tables: &[Table], at: usize) -> Option<Rc<Heading>> {
        let table = &tables[at];
        let header = self.grid.index_of(*table.header_rows.first()?)?;
        let row = if table.header_rows.len() > 1 { header } else { header.checked_sub(1)? };
        let start = table.columns.first()?.index;
        let next = tables.get(at + 1).filter(|next| next.header_rows == table.header_rows);
        let end = next.and_then(|next| next.columns.first()).map_or(u32::MAX, |first| first.index);
        let mut over =
            self.grid.cells(row).iter().filter(|cell| (start..end).contains(&cell.at.column));
        let (only, None) = (over.next()?, over.next()) else { return None };
        self.name(only)
    }

    /// A text that can be a name: it says neither what is counted nor when.
    fn name(&mut self, cell: &Cell) -> Option<Rc<Heading>> {
        let heading = self.heading(&cell.value);
        let names = [Word::Site, Word::Meter, Word::Identifier];
        let says_else = heading.period.is_some()
            || heading.unit.is_some()
            || heading.supplies
            || heading.money
            || !heading.words.is_empty() && !heading.words.any(&names);
        let is_name = look(&cell.value) == Look::Words
            && heading.text.chars().count() <= LONGEST
            && heading.text.chars().any(char::is_alphabetic)
            && !heading.text.ends_with([':', '.'])
            && super::super::context::years(&heading.text).is_empty();
        (is_name && !says_else).then_some(heading)
    }
}

/// Whether the rows of a table say whose they are.
fn names_its_rows(table: &Table) -> bool {
    table.columns.iter().any(|column| column.role.names_rows())
}
