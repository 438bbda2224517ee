//! Rows below the names of columns that belong to the header: units, costs, from and to, rates of a tariff.

use super::super::grid::text_of;
use super::super::text::fold;
use super::super::unit;
use super::super::words::{self, Word};
use super::{Finder, Look, look};
use crate::workbook::Cell;

impl Finder<'_, '_> {
    /// Whether the row stands below names of columns and details them: units, months, from and to.
    pub(super) fn details_columns(&mut self, index: usize) -> bool {
        if self.parts_of_columns(index).is_some() {
            return true;
        }
        let cells = self.grid.cells(index);
        if cells.len() < 2 || cells.iter().any(|cell| look(&cell.value) != Look::Words) {
            return false;
        }
        let details = cells
            .iter()
            .filter(|cell| {
                let heading = self.heading(&cell.value);
                let bare_unit = unit::whole(&heading.text).is_some();
                bare_unit
                    || heading.unit.is_some()
                    || heading.supplies
                    || heading.money
                    || heading.words.any(&[
                        Word::Quantity,
                        Word::Cost,
                        Word::Price,
                        Word::Start,
                        Word::End,
                        Word::Previous,
                        Word::Current,
                        Word::Unit,
                        Word::Date,
                    ])
            })
            .count();
        (details * 2 > cells.len() || self.parts_groups(index)) && self.numbers_near(index) > 0
    }

    /// Whether each text of the row is one of several below a heading that spans them, and is the name or number of a
    /// rate of a tariff.
    fn parts_groups(&mut self, index: usize) -> bool {
        let Some(above) = index.checked_sub(1) else { return false };
        // What stands below a month may be of another year, or planned.
        let above_cells = self.grid.cells(above);
        if above_cells.iter().any(|cell| self.heading(&cell.value).period.is_some()) {
            return false;
        }
        let cells = self.grid.cells(index);
        let span = |cell: &Cell| {
            let home = self.grid.covering(above, cell.at.column)?;
            let (first, last) = self.grid.merge(home.at.row, home.at.column)?;
            (last.row == self.grid.row_number(above) && last.column > first.column)
                .then_some(first.column..=last.column)
        };
        cells.iter().all(|cell| {
            names_a_rate(&text_of(&cell.value))
                && span(cell).is_some_and(|span| {
                    cells.iter().filter(|other| span.contains(&other.at.column)).count() > 1
                })
        })
    }
}

/// Whether a text is called as rates of a tariff are: `P1`, `F2`, `HPH`, `Night`.
fn names_a_rate(text: &str) -> bool {
    let is_numbered = text.chars().count() <= 3
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.ends_with(|c: char| c.is_ascii_digit());
    let of_hours = text.len() == 3
        && text.starts_with('H')
        && text.chars().all(|c: char| c.is_ascii_uppercase());
    let folded = fold(text);
    is_numbered
        || of_hours
        || words::is_rate_name(&folded)
        || words::meaning(&folded).words.has(Word::Total)
}
